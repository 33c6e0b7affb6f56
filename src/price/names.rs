//! The names under which a model may be listed. A name is only ever made shorter by a part that is known to say nothing
//! of what is charged: it must not become the name of another model.
//!
//! Follows LiteLLM's `get_model_info`, with differences: a region of Bedrock's that is not known is left in place, and so
//! is a government's, which costs more; a size that a name tells is no price.

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

const FIREWORKS: &str = "accounts/fireworks/models/";

/// The name of a provider in the table.
pub(super) fn provider(name: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name)
}

/// A model's name, and what else the same model is called: the most exact one first. Both are lower-case.
pub(super) fn spellings(provider: &str, model: &str) -> Vec<String> {
    let mut names = Names(vec![model.to_owned()]);
    names.each(|name| Some(name.strip_prefix(provider)?.strip_prefix('/')?.to_owned()));
    match provider {
        "gemini" | "vertex_ai" => names.each(|name| Some(name.rsplit_once("models/")?.1.to_owned())),
        "fireworks_ai" => {
            names.each(|name| match name.strip_prefix(FIREWORKS) {
                Some(short) => Some(short.to_owned()),
                None => (!name.contains('/')).then(|| format!("{FIREWORKS}{name}")),
            });
        }
        // Which organisation a model was tuned for, and when, says nothing of its price.
        "openai" | "azure" => names.each(|name| {
            let base = name.strip_prefix("ft:")?.split(':').next()?;
            Some(format!("ft:{base}"))
        }),
        "bedrock" => {
            names.each(|name| Some(name.strip_prefix("arn:")?.rsplit_once('/')?.1.to_owned()));
            names.each(|name| WAYS.iter().find_map(|way| Some(name.strip_prefix(way)?.to_owned())));
            names.each(|name| {
                let (region, rest) = name.split_once('/')?;
                is_region(region).then(|| rest.to_owned())
            });
            names.each(|name| Some(name.strip_suffix(":0")?.to_owned()));
            names.each(|name| AREAS.iter().find_map(|area| Some(name.strip_prefix(area)?.to_owned())));
        }
        _ => {}
    }
    names.0
}

struct Names(Vec<String>);

impl Names {
    /// Adds what each of the names may be shortened to.
    fn each(&mut self, shorter: impl Fn(&str) -> Option<String>) {
        let more: Vec<String> = self.0.iter().filter_map(|name| shorter(name)).collect();
        for name in more {
            if !name.is_empty() && !self.0.contains(&name) {
                self.0.push(name);
            }
        }
    }
}

/// "us-east-1", and no region of a government.
fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let is_word = |part: Option<&str>, len: std::ops::RangeInclusive<usize>| {
        part.is_some_and(|part| {
            len.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase())
        })
    };
    let is_named = is_word(parts.next(), 2..=2) && is_word(parts.next(), 4..=12);
    is_named && parts.next().is_some_and(|part| is_digits(part, 1)) && parts.next().is_none()
}

fn is_digits(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A name without its date, or what else only says which state of the model is meant; `None` if it has none.
pub(super) fn undated(provider: &str, name: &str) -> Option<String> {
    for ending in ["-latest", "@latest", "@default"] {
        if let Some(rest) = name.strip_suffix(ending) {
            return Some(rest.to_owned());
        }
    }
    // A model that Google numbers: `gemini-2.0-flash-001`.
    let is_numbered = matches!(provider, "gemini" | "vertex_ai") && name.starts_with("gemini-");
    if let Some((rest, number)) = name.rsplit_once('-').filter(|_| is_numbered)
        && is_digits(number, 3)
    {
        return Some(rest.to_owned());
    }
    [11, 9].into_iter().find_map(|len| {
        let (rest, ending) = name.split_at_checked(name.len().checked_sub(len)?)?;
        is_date(ending).then(|| rest.to_owned())
    })
}

/// Is it `-2024-08-06`, `-20241022` or `@20241022`?
pub(super) fn is_date(text: &str) -> bool {
    let Some(digits) = text.strip_prefix(['-', '@']) else { return false };
    let month_and_day = |month: &str, day: &str| {
        let within = |text: &str, most| {
            is_digits(text, 2) && text.parse::<u8>().is_ok_and(|number| (1..=most).contains(&number))
        };
        within(month, 12) && within(day, 31)
    };
    match digits.len() {
        8 => {
            let part = |from, to| digits.get(from..to).unwrap_or_default();
            part(0, 2) == "20" && is_digits(part(2, 4), 2) && month_and_day(part(4, 6), part(6, 8))
        }
        10 if text.starts_with('-') => {
            let mut parts = digits.split('-');
            let mut part = || parts.next().unwrap_or_default();
            let (year, month, day) = (part(), part(), part());
            year.starts_with("20") && is_digits(year, 4) && month_and_day(month, day)
        }
        _ => false,
    }
}
