//! By what calls stay with a deployment: `optional_pre_call_checks`, `model_group_affinity_config`, and what a call says of
//! itself.
//!
//! Differences from LiteLLM: `prompt_caching` needs no marks in the prompt and nothing that was learnt; a flag that is not
//! known is a mistake.

use std::num::NonZeroU64;

use serde_json::Value;

use super::fallbacks::{Book, group};
use super::keys::Kind;
use super::models::Models;
use super::read::Reader;
use super::scopes::Scopes;
use crate::config::{Affinity, KeyOf, Keys};

/// The flags that are carried out, and those of surfaces that are not there yet.
const FLAGS: &str = "session_affinity prompt_caching deployment_affinity responses_api_deployment_check \
    encrypted_content_affinity";

/// Turns on what a flag names; false for any other name.
pub(super) fn turn_on(affinity: &mut Affinity, flag: &str) -> bool {
    let place = match flag {
        "session_affinity" => &mut affinity.session,
        "prompt_caching" => &mut affinity.prompt,
        "deployment_affinity" => &mut affinity.caller,
        _ => return false,
    };
    *place = true;
    true
}

/// `model_group_affinity_config`: the groups' own.
pub(super) fn of_groups(reader: &mut Reader<'_>, settings: &Scopes<'_>, models: &mut Models) {
    let Some((at, value)) = settings.each("model_group_affinity_config").next() else { return };
    let Some(members) = reader.object(&at, value) else { return };
    for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        let at = at.key(name);
        let mut own = Affinity::default();
        reader.texts(&at, value, &mut |reader, at, flag| {
            if turn_on(&mut own, flag) {
            } else if FLAGS.split_ascii_whitespace().any(|known| known == flag) {
                reader.without_effect(at, flag, Kind::Later);
            } else {
                reader.no_such(at, "affinity", flag, FLAGS);
            }
        });
        models.config.keep(name);
        let book = Book { config: &models.config, doomed: &models.doomed };
        let found = group(reader, &at, name, &book);
        let found = found.and_then(|found| models.config.groups.get_mut(usize::from(found.0)));
        found.into_iter().for_each(|group| group.affinity = Some(own));
    }
}

/// What a call says of itself: `sessionId`, `litellm_session_id`, and `session_id` in the metadata; `tenant`, and what a
/// LiteLLM proxy puts there of its caller's key. What is no text is passed over.
pub(in crate::config) fn keys(scope: &Scopes<'_>) -> Keys {
    Keys {
        session: said(scope, KeyOf::Session, ["sessionId", "litellm_session_id"], "session_id"),
        caller: said(scope, KeyOf::Caller, ["tenant", "tenant"], "user_api_key_hash"),
        ..Keys::default()
    }
}

/// The first text of these names, or inside of the metadata.
#[inline(never)]
fn said(scope: &Scopes<'_>, of: KeyOf, names: [&str; 2], inside: &str) -> Option<NonZeroU64> {
    let [one, other] = names;
    for (place, is_inside) in [(one, false), (other, false), ("metadata", true), ("litellm_metadata", true)] {
        let value = scope.each(place).next().map(|(_, value)| value);
        let value = if is_inside { value.and_then(|value| value.get(inside)) } else { value };
        if let Some(key) = value.and_then(Value::as_str).and_then(|text| of.key(text)) {
            return Some(key);
        }
    }
    None
}
