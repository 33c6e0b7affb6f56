//! The costs that were worked by hand.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use switchman::base::usage::{Tier, Usage};
use switchman::config::{DialectName, Surface, load};
use switchman::dialect::{Memo, told_usage, translate_reply};
use switchman::price::{Cost, Price, cost};

/// A cost that was worked by hand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) provider: String,
    #[serde(rename = "model")]
    _model: String,
    /// What the provider's price page says.
    #[serde(rename = "rule")]
    _rule: String,
    /// By LiteLLM's names, as a deployment declares them.
    rates: Map<String, Value>,
    dialect: Option<String>,
    pub(crate) usage: Value,
    /// What the router counts where the answer does not.
    #[serde(default)]
    pub(crate) counted: BTreeMap<String, u32>,
    /// The tier that was asked for.
    tier: Option<String>,
    /// By part: `units × rate = amount`.
    pub(crate) working: BTreeMap<String, Vec<String>>,
    pub(crate) usd: Option<String>,
}

pub(crate) fn cases() -> Vec<Case> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/costs");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| {
            let text = fs::read_to_string(file).unwrap();
            serde_json::from_str::<Vec<Case>>(&text).unwrap_or_else(|error| panic!("{file:?}: {error}"))
        })
        .collect()
}

impl Case {
    pub(crate) fn price(&self) -> Price {
        let mut params = json!({ "model": "openai/any", "api_key": "none" });
        params.as_object_mut().unwrap().extend(self.rates.clone());
        let config = json!({ "model_list": [{ "model_name": "any", "litellm_params": params }] });
        let mut loaded = load(&config, &Value::Null, &|_| None).unwrap();
        assert!(loaded.notices.is_empty(), "{}: {:?}", self.name, loaded.notices);
        loaded.config.deployments.remove(0).price.unwrap_or_default()
    }

    fn usage(&self) -> Usage {
        let mut usage = match self.dialect_name() {
            DialectName::Anthropic => {
                let reply = json!({ "type": "message", "content": [], "usage": self.usage }).to_string();
                let memo = Memo::default();
                let reply =
                    translate_reply(DialectName::Anthropic, Surface::Chat, &memo, 0, reply.as_bytes());
                reply.unwrap().usage.unwrap()
            }
            DialectName::Gemini => {
                let part = json!({ "content": { "parts": [{ "text": "Hi" }] }, "finishReason": "STOP" });
                let reply = json!({ "candidates": [part], "usageMetadata": self.usage }).to_string();
                let reply = translate_reply(
                    DialectName::Gemini,
                    Surface::Chat,
                    &Memo::default(),
                    0,
                    reply.as_bytes(),
                );
                reply.unwrap().usage.unwrap()
            }
            DialectName::OpenAi | DialectName::Similar => {
                told_usage(self.usage.to_string().as_bytes(), None).unwrap()
            }
        };
        for (name, count) in &self.counted {
            let place = match name.as_str() {
                "input_ms" => &mut usage.input_ms,
                "input_characters" => &mut usage.input_characters,
                "input_images" => &mut usage.input_images,
                "output_images" => &mut usage.output_images,
                "search_units" => &mut usage.search_units,
                other => panic!("{}: no count {other}", self.name),
            };
            *place = *count;
        }
        usage
    }

    pub(crate) fn dialect_name(&self) -> DialectName {
        match self.dialect.as_deref() {
            Some("anthropic") => DialectName::Anthropic,
            Some("gemini") => DialectName::Gemini,
            None => DialectName::OpenAi,
            Some(other) => panic!("{}: no dialect {other}", self.name),
        }
    }

    /// The tier that is billed.
    pub(crate) fn tier(&self, usage: &Usage) -> Tier {
        usage.tier.unwrap_or(self.tier.as_deref().and_then(Tier::told).unwrap_or_default())
    }

    pub(crate) fn cost(&self) -> Option<Cost> {
        let usage = self.usage();
        cost(&self.price(), &usage, self.tier(&usage))
    }
}
