//! Facts of a model that its deployment tells: its window, its mode and what it can do. Anything else in `model_info` is the
//! user's own.

use super::read::Reader;
use super::scopes::Scopes;
use crate::config::ModelFacts;
use crate::price::{Capability, Mode};

/// Reads the facts in `model_info`. A mode that is not known says nothing.
pub(super) fn facts(reader: &mut Reader<'_>, info: &Scopes<'_>) -> ModelFacts {
    let mut facts = ModelFacts {
        max_input_tokens: info.pick(reader, "max_input_tokens", Reader::positive),
        max_output_tokens: info.pick(reader, "max_output_tokens", Reader::positive),
        mode: info.each("mode").find_map(|(_, value)| Mode::named(value.as_str()?)),
        ..ModelFacts::default()
    };
    for one in Capability::ALL {
        match info.pick(reader, one.name(), Reader::flag) {
            Some(true) => facts.able.set(*one, true),
            Some(false) => facts.unable.set(*one, true),
            None => {}
        }
    }
    facts
}
