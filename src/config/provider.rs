//! What a provider's name implies, read out of its line in the table of [`providers`](super::providers).

use super::providers::TABLE;
use super::rules::{Fate, Rule};

/// The wire format that a deployment speaks. Implemented in `dialect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialectName {
    /// OpenAI's chat completions and embeddings.
    OpenAi,
    /// The same, with answers that have to be put in OpenAI's words.
    Similar,
    /// Anthropic's Messages.
    Anthropic,
    /// Google's Gemini, as AI Studio serves it.
    Gemini,
}

/// Who sells an API: a line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provider {
    /// The text before the slash of `model`, or `custom_llm_provider`.
    pub name: &'static str,
    /// The address where neither the config nor the environment gives one; `None` where one of them must. `{NAME}` in it
    /// stands for a variable of the environment.
    pub address: Option<&'static str>,
    words: &'static str,
}

/// How the addresses of requests are made from `api_base`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `api_base`, then this path unless it ends with it, then that of the API.
    Under(&'static str),
    /// Azure OpenAI.
    Azure,
    /// Azure's other models.
    Foundry,
}

/// Left out where `s` stands: they change nothing of the answer.
const OWN_OF_OPENAI: &str = "store,metadata,safety_identifier,prompt_cache_key,prompt_cache_retention,\
    prompt_cache_options,service_tier,verbosity";

/// Not served where `s` stands.
const ONLY_AT_OPENAI: &str = "audio,modalities,prediction,web_search_options";

/// What answers of other providers bring into transcripts: refused where `x` stands.
const FOREIGN: &str = "^thinking_blocks,provider_specific_fields,reasoning_details,cache_control";

/// What servers of OpenAI's words give in a message, or take in a part, and only some take back: refused where `y` stands.
const OF_SOME: &str = "^annotations,refusal,audio,prompt_cache_breakpoint";

/// Every provider that is known by name. Anything else is reached as `openai/<model>` with an `api_base`.
pub fn providers() -> impl Iterator<Item = Provider> {
    TABLE.lines().map(|line| {
        let (name, rest) = line.split_once(' ').unwrap_or((line, "-"));
        let (address, words) = rest.split_once(' ').unwrap_or((rest, ""));
        Provider { name, address: Some(address).filter(|address| *address != "-"), words }
    })
}

/// The line of a provider.
#[must_use]
pub fn provider(name: &str) -> Option<Provider> {
    providers().find(|row| row.name == name)
}

/// The provider that the beginning of a model's name tells.
#[must_use]
pub(super) fn provider_of(model: &str) -> Option<Provider> {
    providers().find(|row| row.after('*').is_some_and(|beginnings| begins(model, beginnings)))
}

impl Provider {
    fn words(self) -> impl Iterator<Item = &'static str> {
        self.words.split_ascii_whitespace()
    }

    fn has(self, wanted: &str) -> bool {
        self.words().any(|word| word == wanted)
    }

    /// What stands behind a mark.
    fn after(self, mark: char) -> Option<&'static str> {
        self.words().find_map(|word| word.strip_prefix(mark))
    }

    /// The wire format.
    #[must_use]
    pub fn dialect(self) -> DialectName {
        match self.after(':') {
            Some("gemini") => DialectName::Gemini,
            Some(_) => DialectName::Anthropic,
            None if self.has("~") => DialectName::Similar,
            None => DialectName::OpenAi,
        }
    }

    /// The environment variables that hold the key where the config gives no `api_key`: the first that is set counts.
    #[must_use]
    pub fn key_variables(self) -> Vec<String> {
        self.variables('=', "_API_KEY")
    }

    /// The environment variables that hold the address where the config gives no `api_base`.
    #[must_use]
    pub fn base_variables(self) -> Vec<String> {
        self.variables('@', "_API_BASE")
    }

    fn variables(self, mark: char, ending: &str) -> Vec<String> {
        match self.after(mark) {
            Some(names) => names.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            None => vec![[&self.name.to_ascii_uppercase(), ending].concat()],
        }
    }

    /// May it be asked without a key?
    #[must_use]
    pub fn is_open(self) -> bool {
        self.has("?")
    }

    /// How its addresses are made.
    #[must_use]
    pub fn layout(self) -> Layout {
        match self.after('#') {
            Some("azure") => Layout::Azure,
            Some("foundry") => Layout::Foundry,
            Some(path) => Layout::Under(path),
            None => Layout::Under(""),
        }
    }

    /// What stands before the name of a model that has no slash.
    #[must_use]
    pub fn model_path(self) -> &'static str {
        self.after('&').unwrap_or_default()
    }

    /// Members, as names and JSON, that a request needs so that the model goes on from a trailing message of the
    /// assistant's. (vLLM would begin a new message otherwise.)
    pub fn prefill_members(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.words().filter_map(|word| word.strip_prefix('+')?.split_once('='))
    }

    /// What becomes of members of requests on their way to a model; without one, to any of its models.
    #[must_use]
    pub fn rules(self, model: Option<&str>) -> Vec<Rule> {
        let mut rules = Vec::new();
        for word in self.words_for(model) {
            let (names, fate) = match word.as_bytes() {
                b"m" => ("max_completion_tokens", Fate::Rename("max_tokens")),
                b"s" => {
                    push(&mut rules, OWN_OF_OPENAI, Fate::Cut);
                    (ONLY_AT_OPENAI, Fate::Refuse)
                }
                [b'-', ..] => (word.get(1..).unwrap_or_default(), Fate::Cut),
                [b'!', ..] => (word.get(1..).unwrap_or_default(), Fate::Refuse),
                [b'a'..=b'z', ..] => match (word.split_once('/'), word.split_once('>')) {
                    (Some((name, values)), _) => (name, Fate::Value(values)),
                    (_, Some((name, other))) => (name, Fate::Rename(other)),
                    _ => continue,
                },
                _ => continue,
            };
            push(&mut rules, names, fate);
        }
        rules
    }

    /// The words that say how messages, tools and schemas are put for a model; without one, for any of its models. Read by
    /// `dialect`.
    #[must_use]
    pub fn wording(self, model: Option<&str>) -> Vec<&'static str> {
        let is_one = |word: &&str| word.len() < 3 || word.as_bytes().first() == Some(&b'^');
        let whole = |word| match word {
            "x" => FOREIGN,
            "y" => OF_SOME,
            _ => word,
        };
        self.words_for(model).filter(is_one).map(whole).collect()
    }

    /// The words that count for a model, without the beginnings of names behind them.
    fn words_for(self, model: Option<&str>) -> impl Iterator<Item = &'static str> {
        self.words().filter_map(move |word| match word.split_once('@') {
            Some((word, beginnings)) => {
                let is_for = model.is_none_or(|model| begins(model, beginnings));
                is_for.then_some(word)
            }
            None => Some(word),
        })
    }
}

fn push(rules: &mut Vec<Rule>, names: &'static str, fate: Fate) {
    rules.extend(names.split(',').map(|name| Rule { name: name.into(), fate }));
}

fn begins(model: &str, beginnings: &str) -> bool {
    beginnings.split(',').any(|beginning| model.starts_with(beginning))
}
