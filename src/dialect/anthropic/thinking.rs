//! How much a model thinks: OpenAI's `reasoning_effort`, or `thinking` as Anthropic has it, as far as the model takes it.

use super::messages::Ending;
use super::models::Model;
use crate::base::json::{Members, Writer};
use crate::dialect::asked::{Asked, budget};

/// The least budget.
const LEAST: u64 = 1_024;

/// What is sent.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Thinking {
    /// The value of `thinking`.
    pub(super) raw: Option<String>,
    /// `output_config.effort`.
    pub(super) effort: Option<&'static str>,
    /// Will the model think? Then it takes no `temperature`.
    pub(super) is_on: bool,
}

/// What surrounds the decision.
pub(super) struct Setting {
    pub(super) model: Model,
    pub(super) max_tokens: u64,
    /// Must a tool be called? Then no model may think.
    pub(super) is_forced: bool,
    pub(super) ending: Ending,
}

pub(super) fn thinking(asked: &Asked<'_>, setting: &Setting) -> Thinking {
    let Setting { model, is_forced, ending, .. } = *setting;
    let effort = asked.effort();
    let (raw, is_budget) = match asked.get("thinking") {
        Some(raw) => of_object(raw, effort, asked, setting),
        None => match effort {
            None => (None, false),
            Some("none") if model.has_adaptive_thinking() && model.may_not_think() => {
                (Some(r#"{"type":"disabled"}"#.to_owned()), false)
            }
            Some("none") => (None, false),
            Some(effort) => by_effort(effort, setting),
        },
    };
    let is_off = raw.as_deref().is_none_or(is_disabled);
    // Refused together: a budget, and a turn that was begun without thinking (by somebody else, perhaps).
    let is_refused = !is_off && (is_forced || (is_budget && ending.lacks_thinking));
    let named = effort.filter(|_| model.has_adaptive_thinking());
    Thinking {
        is_on: !is_off && !is_refused,
        raw: raw.filter(|_| !is_refused),
        effort: named.and_then(|effort| level(effort, model)),
    }
}

fn is_disabled(raw: &str) -> bool {
    Members::read(raw).is_some_and(|object| object.word("type") == "disabled")
}

/// Anthropic's name for an effort.
fn level(effort: &str, model: Model) -> Option<&'static str> {
    match effort {
        "minimal" | "low" => Some("low"),
        "medium" => Some("medium"),
        "xhigh" if model.has_extra_high_effort() => Some("xhigh"),
        "high" | "xhigh" => Some("high"),
        "max" => Some("max"),
        _ => None,
    }
}

/// The value of `thinking`, and whether it has a budget.
fn by_effort(effort: &str, setting: &Setting) -> (Option<String>, bool) {
    let Setting { model, max_tokens, .. } = *setting;
    if model.has_adaptive_thinking() {
        // Without `display` the newer models tell nothing of what they think.
        return (Some(r#"{"type":"adaptive","display":"summarized"}"#.to_owned()), false);
    }
    if !model.has_thinking() || max_tokens <= LEAST {
        return (None, false);
    }
    // OpenAI's limit of tokens counts the thinking, so that it has to leave room for an answer.
    let budget = budget(effort);
    let budget = budget.min(max_tokens / 2).max(LEAST);
    let mut out = Writer::default();
    out.raw(r#"{"type":"enabled""#).key("budget_tokens").number(budget).push("}");
    (String::from_utf8(out.into_bytes()).ok(), true)
}

/// The caller's own `thinking`, in a form that the model takes.
fn of_object(
    raw: &str,
    effort: Option<&str>,
    asked: &Asked<'_>,
    setting: &Setting,
) -> (Option<String>, bool) {
    let model = setting.model;
    let object = Members::read(raw).unwrap_or_default();
    let own = Some(raw.to_owned());
    match object.word("type") {
        "enabled" if model.has_thinking_budget() => (own, true),
        "enabled" | "adaptive" if !model.has_thinking() => (None, false),
        "enabled" => by_effort("", setting),
        "adaptive" if !model.has_adaptive_thinking() => {
            let config = asked.get("output_config").and_then(Members::read).unwrap_or_default();
            {
                let own = Some(config.word("effort")).filter(|effort| !effort.is_empty());
                by_effort(effort.or(own).unwrap_or("high"), setting)
            }
        }
        "disabled" if !model.may_not_think() => (None, false),
        _ => (own, false),
    }
}
