//! How much a model thinks: OpenAI's `reasoning_effort`, or `thinking` as Anthropic has it. The models of 2.5 are told a
//! budget, the later ones a level; both at once are refused.

use super::models::Model;
use crate::base::json::{Members, Writer};
use crate::dialect::asked::{Asked, budget};

/// Writes `thinkingConfig`, if something is asked for that the model can be told.
pub(super) fn thinking(asked: &Asked<'_>, model: Model, max_tokens: Option<u64>, out: &mut Writer) {
    let own = asked.get("thinking").and_then(Members::read);
    let tokens = own.as_ref().and_then(|own| own.count("budget_tokens"));
    let is_disabled = own.as_ref().is_some_and(|own| own.word("type") == "disabled");
    let effort = if is_disabled { Some("none") } else { asked.effort() };
    if (effort.is_none() && own.is_none()) || !model.has_thinking() {
        return;
    }
    let is_off = effort == Some("none");
    out.key("thinkingConfig").raw("{").member("includeThoughts", if is_off { "false" } else { "true" });
    if model.is_third() {
        let by_tokens = match tokens {
            None => None,
            Some(..2_048) => Some("low"),
            Some(..8_192) => Some("medium"),
            Some(_) => Some("high"),
        };
        if let Some(effort) = effort.or(by_tokens) {
            out.key("thinkingLevel").text(model.level(effort));
        }
    } else if effort.is_none() && tokens.is_none() {
        // As much as it likes.
        out.member("thinkingBudget", "-1");
    } else {
        let tokens = match effort {
            Some("none" | "minimal") => 0,
            // The limit of tokens counts the thinking, so that it has to leave room for an answer.
            Some(effort) => budget(effort).min(max_tokens.map_or(u64::MAX, |most| most / 2)),
            None => tokens.unwrap_or(0),
        };
        let least = if is_off && model.may_not_think() { 0 } else { model.least_budget() };
        out.key("thinkingBudget").number(tokens.max(least));
    }
    out.push("}");
}
