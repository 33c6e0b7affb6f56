//! A decision for people: a few lines each.

use crate::config::{Resolved, RouterConfig, Strategy};
use crate::plan::{Call, Candidate, Decision, Nowhere, Onward};

use super::explain::kind_of;
use super::write::{decimal, group_name, id, name};

/// The most candidates that a decision names, and the most targets that a line does.
const NAMED: usize = 32;

/// What the model means, and every choice of a call.
pub(super) fn in_words(config: &RouterConfig, call: &Call) -> String {
    let spec = call.spec();
    let requested: String = spec.requested.chars().take(100).collect();
    let mut words = match spec.target {
        None => format!("`{requested}` is no model of this router\n"),
        Some(target) => {
            let group = group_name(config, target).unwrap_or_default();
            match kind_of(config, &spec.requested, target) {
                "alias" => format!("`{requested}` means the group `{group}`\n"),
                "wildcard" => format!("`{requested}` is matched by a pattern, as `{group}`\n"),
                "model" => format!("`{requested}` is the model of deployments\n"),
                "deployment" => format!("`{requested}` is a deployment of `{group}`\n"),
                _ => format!("`{requested}` is a group\n"),
            }
        }
    };
    call.decisions().iter().for_each(|decision| choice(&mut words, config, decision));
    words
}

/// Where the faults of a call lead, a line for each kind of place.
pub(super) fn led_in_words(config: &RouterConfig, led: &[Onward]) -> String {
    let mut words = String::new();
    for one in led {
        let kinds: Vec<&str> = one.kinds.iter().map(|kind| kind.code()).collect();
        words.push_str("after ");
        words.push_str(&kinds.join(", "));
        words.push_str(": ");
        match &one.targets {
            Ok(targets) => {
                let names: Vec<&str> =
                    targets.iter().take(NAMED).map(|target| name(config, target.to)).collect();
                words.push_str(&names.join(", then "));
            }
            Err(nowhere) => words.push_str(why_nowhere(*nowhere)),
        }
        words.push('\n');
    }
    words
}

fn why_nowhere(nowhere: Nowhere) -> &'static str {
    match nowhere {
        Nowhere::Disabled => "nowhere, fallbacks are disabled",
        Nowhere::NoneAllowed => "nowhere, `max_fallbacks` is 0",
        Nowhere::NotLedOn => "nowhere, such a fault does not fall back",
        Nowhere::NotDeclared => "nowhere, the group has no such fallbacks",
        Nowhere::NotUsable => "nowhere, what is listed may not be used",
    }
}

fn choice(words: &mut String, config: &RouterConfig, decision: &Decision) {
    let Decision { candidates, target, .. } = decision;
    let left = candidates.iter().filter(|one| one.passed.is_none()).count();
    let among = match target {
        Resolved::Group(_) => "the group",
        Resolved::Deployment(_) => "the deployment",
    };
    words.push_str(&format!(
        "send {} to {among} `{}`: {left} of {} to choose from, ",
        decision.attempt + 1,
        name(config, *target),
        candidates.len(),
    ));
    match (decision.picked, decision.draw) {
        (Some(ix), Some(draw)) => {
            words.push_str(&format!("drew {} and took `{}`\n", decimal(draw, 3), id(config, ix)));
        }
        (Some(ix), None) => words.push_str(&format!("took `{}`\n", id(config, ix))),
        (None, _) if decision.strategy == Strategy::Custom && left > 0 => {
            words.push_str("whom the host's own strategy is to name\n");
        }
        (None, _) => words.push_str("took nobody\n"),
    }
    for (one, share) in candidates.iter().zip(decision.shares()).take(NAMED) {
        words.push_str("  ");
        words.push_str(id(config, one.deployment));
        words.push_str(": ");
        candidate(words, decision, one, share);
        words.push('\n');
    }
    if candidates.len() > NAMED {
        words.push_str(&format!("  and {} more\n", candidates.len() - NAMED));
    }
}

fn candidate(words: &mut String, decision: &Decision, one: &Candidate, share: f64) {
    let Decision { at, strategy, .. } = *decision;
    match one.passed {
        Some(passed) => {
            words.push_str("passed over, ");
            words.push_str(passed.code());
        }
        None => {
            words.push_str(&decimal(share * 100.0, 1));
            words.push_str(" % (");
            words.push_str(&match one.score {
                Some(score) => format!("{} by {}", decimal(score, 3), strategy.name()),
                None => format!("weight {}", decimal(one.weight, 3)),
            });
            words.push(')');
        }
    }
    if let Some(despite) = one.despite {
        words.push_str(", in spite of ");
        words.push_str(despite.code());
    }
    if let Some(ms) = one.wait_ms(at) {
        words.push_str(", for another ");
        words.push_str(&decimal(ms as f64 / 1_000.0, 1));
        words.push_str(" s");
    }
}
