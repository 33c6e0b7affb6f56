//! The names under which a model may be listed. A name is only ever made shorter by a part that is known to say nothing
//! of what is charged: it must not become the name of another model.
//!
//! Follows LiteLLM's `get_model_info`, with differences: a region of Bedrock's that is not known is left in place, and so
//! is a government's, which costs more; a size that a name tells is no price.

use crate::base::text::has;

/// Names of LiteLLM's for a part of a provider, or for another way to it.
const ALIASES: [(&str, &str); 11] = [
    ("ai21_chat", "ai21"),
    ("anthropic_text", "anthropic"),
    ("azure_text", "azure"),
    ("bedrock_converse", "bedrock"),
    ("cohere_chat", "cohere"),
    ("ollama_chat", "ollama"),
    ("sagemaker_chat", "sagemaker"),
    ("text-completion-codestral", "codestral"),
    ("text-completion-openai", "openai"),
    ("vertex_ai_beta", "vertex_ai"),
    ("watsonx_text", "watsonx"),
];

/// What Bedrock puts in front of a model that several regions serve.
const AREAS: [&str; 8] = ["us.", "eu.", "apac.", "global.", "au.", "jp.", "ca.", "sa."];

/// What LiteLLM puts in front of a model of Bedrock's, to say how it is called.
const WAYS: [&str; 4] = ["converse/", "converse_like/", "invoke/", "bedrock/"];

/// What says no more than which state of a model is meant.
const LATEST: [&str; 3] = ["-latest", "@latest", "@default"];

/// Where Fireworks keeps its own models.
const FIREWORKS: &str = "accounts/fireworks/models/";

/// The name of a provider in the table.
pub(super) fn provider(name: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name)
}

/// A model's name, and what else the same model is called: the most exact one first. Both are lower-case.
pub(super) fn spellings(provider: &str, model: &str) -> Vec<String> {
    let mut names = Names(vec![model.to_owned()]);
    names.each(&|name| name.strip_prefix(provider)?.strip_prefix('/'));
    match provider {
        "gemini" | "vertex_ai" => {
            names.each(&|name| name.strip_prefix("publishers/google/"));
            names.each(&|name| name.strip_prefix("models/"));
        }
        "fireworks_ai" => {
            names.each(&|name| name.strip_prefix(FIREWORKS));
            if !has(model, b'/') {
                names.0.push(format!("{FIREWORKS}{model}"));
            }
        }
        // Which organisation a model was tuned for, and when, says nothing of its price.
        "openai" | "azure" => names.each(&|name| {
            let base = name.strip_prefix("ft:")?.split(':').next()?;
            name.get(..3 + base.len())
        }),
        "bedrock" => {
            names.each(&|name| name.strip_prefix("arn:")?.rsplit('/').next().filter(|id| !has(id, b':')));
            names.each(&|name| strip_any(name, &WAYS));
            names.each(&|name| {
                let (region, rest) = name.split_once('/')?;
                is_region(region.as_bytes()).then_some(rest)
            });
            names.each(&|name| name.strip_suffix(":0"));
            names.each(&|name| strip_any(name, &AREAS));
        }
        _ => {}
    }
    names.0
}

struct Names(Vec<String>);

impl Names {
    /// Adds what each of the names may be shortened to.
    // Not generic: so there is one copy of this, and a short one.
    #[inline(never)]
    fn each(&mut self, shorter: &dyn Fn(&str) -> Option<&str>) {
        for index in 0..self.0.len() {
            let more = self.0.get(index).and_then(|name| shorter(name)).map(str::to_owned);
            if let Some(more) = more.filter(|more| !more.is_empty() && !self.0.contains(more)) {
                self.0.push(more);
            }
        }
    }
}

fn strip_any<'a>(name: &'a str, starts: &[&str]) -> Option<&'a str> {
    starts.iter().find_map(|start| name.strip_prefix(start))
}

/// "us-east-1", and no region of a government.
fn is_region(text: &[u8]) -> bool {
    let [a, b, b'-', rest @ .., b'-', number] = text else { return false };
    let is_word = |byte: &u8| byte.is_ascii_lowercase();
    is_word(a) && is_word(b) && number.is_ascii_digit() && rest.len() > 3 && rest.iter().all(is_word)
}

/// A name without its date, or what else only says which state of the model is meant; `None` if it has none.
pub(super) fn undated<'a>(provider: &str, name: &'a str) -> Option<&'a str> {
    if let Some(rest) = LATEST.iter().find_map(|ending| name.strip_suffix(ending)) {
        return Some(rest);
    }
    // A model that Google numbers: `gemini-2.0-flash-001`.
    let is_numbered = matches!(provider, "gemini" | "vertex_ai") && name.starts_with("gemini-");
    [4, 11, 9].into_iter().find_map(|len| {
        let (rest, ending) = name.split_at_checked(name.len().checked_sub(len)?)?;
        let is_state = if len == 4 { is_numbered && is_number(ending) } else { is_date(ending) };
        is_state.then_some(rest)
    })
}

/// Is it `-001`?
fn is_number(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Is it `-2024-08-06`, `-20241022` or `@20241022`?
pub(super) fn is_date(text: &str) -> bool {
    let mut number = 0_u32;
    for (position, byte) in text.bytes().enumerate() {
        match (byte, position, text.len()) {
            (b'-', 0, _) | (b'@', 0, 9) | (b'-', 5 | 8, 11) => {}
            (b'0'..=b'9', 1.., 9) | (b'0'..=b'9', 1..=4 | 6 | 7 | 9 | 10, 11) => {
                number = number.wrapping_mul(10).wrapping_add(u32::from(byte - b'0'));
            }
            _ => return false,
        }
    }
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    (2000..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
}
