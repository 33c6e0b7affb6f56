//! How a provider that speaks OpenAI's words wants messages, tools and schemas: read out of its line in the table of
//! providers. [`portable`](super::portable) writes them so.

use crate::base::text::{contains, cut, has, is_listed};
use crate::config::{Deployment, provider};

/// What a body has, behind a quote, that has to be written anew because of a word, as a pattern.
const MARKS: [(&str, &str); 9] = [
    ("r", r#"assistant""#),
    ("e", r#"assistant""#),
    ("a", r#"role""#),
    ("j", r#"json_schema""#),
    ("k", r#"json_schema"|tools""#),
    ("u", r#"file""#),
    ("f", r#"content":\s*\["#),
    ("9", r#"tool_calls""#),
    ("40", r#"(?:tool_call_)?id":\s*"[^"]{41}"#),
];

/// The same of Gemini's signatures, which nobody else knows.
const SIGNED: &str = r#"[^" ]*__thought__|extra_content"|provider_specific_fields""#;

/// How requests are put for one model of a provider.
#[derive(Debug)]
pub struct Wording(Vec<&'static str>);

impl Wording {
    /// That of a deployment. `openai/` with an address of its own means any server: what is OpenAI's holds there only where a
    /// transcript comes from elsewhere, so not where the provider `is_alone`.
    #[must_use]
    #[inline(never)]
    pub fn of(deployment: &Deployment, is_alone: bool) -> Self {
        let is_any =
            deployment.provider == "openai" && !contains(deployment.api_base.url(), "api.openai.com");
        match is_any && is_alone {
            true => Self(vec!["d"]),
            false => Self::at(&deployment.provider, Some(deployment.known_model())),
        }
    }

    /// That of a provider, for a model or for any.
    #[must_use]
    #[inline(never)]
    pub fn at(name: &str, model: Option<&str>) -> Self {
        Self(provider(name).map(|row| row.wording(model)).unwrap_or_default())
    }

    /// Does the provider's line have a word?
    #[inline(never)]
    pub(super) fn has(&self, word: &str) -> bool {
        self.0.contains(&word)
    }

    /// Is a member refused, wherever it stands?
    #[inline(never)]
    pub(super) fn cuts(&self, name: &str) -> bool {
        let (known, other) = self.renamed();
        known != name && other != name && self.lists().any(|names| is_listed(names, name))
    }

    /// The member of messages that has another name, and that name; empty if there is none.
    #[inline(never)]
    pub(super) fn renamed(&self) -> (&'static str, &'static str) {
        self.lists().find(|names| has(names, b'>')).map(|names| cut(names, b'>')).unwrap_or_default()
    }

    fn lists(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().filter_map(|word| match word.as_bytes() {
            [b'^', ..] => word.get(1..),
            _ => None,
        })
    }

    /// The length that ids of calls may have, and whether it is the only one: letters and digits then.
    pub(super) fn ids(&self) -> Option<(usize, bool)> {
        match self.has("9") {
            true => Some((9, true)),
            false => self.has("40").then_some((40, false)),
        }
    }

    /// A pattern that every body matches which has to be written anew; empty if none has. `is_signed`: transcripts may have
    /// Gemini's signatures.
    #[must_use]
    #[inline(never)]
    pub fn marks(&self, is_signed: bool) -> String {
        let mut marks = String::new();
        let mut add = |name: &str, behind: &str| {
            marks.push_str(if marks.is_empty() { "\"(?:" } else { "|" });
            marks.push_str(name);
            marks.push_str(behind);
        };
        for (_, pattern) in MARKS.iter().filter(|(word, _)| self.has(word)) {
            add(pattern, "");
        }
        for names in self.lists() {
            let mut rest = names;
            while !rest.is_empty() {
                let (name, behind) = cut(rest, b',');
                rest = behind;
                match name {
                    "null" => add(r#"[a-z_]+":\s*"#, name),
                    _ => add(cut(name, b'>').0, "\""),
                }
            }
        }
        if !self.has("d") {
            add("developer", "\"");
        }
        if is_signed {
            add(SIGNED, "");
        }
        if !marks.is_empty() {
            marks.push(')');
        }
        marks
    }
}
