//! What is asked for: the members of the request, and below them what the deployment sets by itself.

use std::borrow::Cow;

use super::outcome::{Outcome, wrong};
use crate::base::json::{Kind, Members, inside, kind, unescaped};
use crate::config::{Deployment, ROUTER_KEYS};
use crate::error::{Fault, FaultKind};

/// The most members of a request. No honest one has more, and every one is compared with the others.
const MOST: usize = 512;

/// Names for the same thing. Where the request has one of them, what the deployment sets counts under none.
const SAME: [&[&str]; 5] = [
    &["max_completion_tokens", "max_tokens", "max_output_tokens"],
    &["thinking", "reasoning_effort", "reasoning"],
    &["stop", "stop_sequences"],
    &["tools", "functions"],
    &["tool_choice", "function_call"],
];

/// The JSON object that a request is.
pub(super) fn members(body: &[u8]) -> Outcome<Members<'_>> {
    let body = std::str::from_utf8(body).unwrap_or_default();
    let members = Members::check(body.trim_start_matches('\u{FEFF}'));
    members.ok_or_else(|| Box::new(Fault::new(FaultKind::BadRequest, "the request body is no JSON object")))
}

/// Members by name, each once, in their order; without the router's own.
#[derive(Debug)]
pub(super) struct Asked<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Asked<'a> {
    pub(super) fn new(request: &Members<'a>, deployment: &'a Deployment) -> Outcome<Self> {
        if request.len() > MOST {
            return Err(wrong("messages", "stands among more than 512 members"));
        }
        let mut all: Vec<(Cow<'_, str>, &str)> = Vec::with_capacity(request.len());
        // From behind, because of repeated names the last one counts.
        for &(name, raw) in request.all().iter().rev() {
            let name = unescaped(name);
            if !ROUTER_KEYS.contains(&&*name) && !has(&all, &name) {
                all.push((name, raw));
            }
        }
        all.reverse();
        let own = all.len();
        for param in &deployment.params {
            let same = SAME.iter().find(|same| same.contains(&param.name.as_str()));
            let asked = all.get(..own).unwrap_or_default();
            let is_asked =
                has(asked, &param.name) || same.is_some_and(|same| same.iter().any(|name| has(asked, name)));
            if !is_asked {
                all.push((Cow::Borrowed(&param.name), &param.raw));
            }
        }
        Ok(Self(all))
    }

    /// A member; `null` is not asked for.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        let (_, raw) = self.0.iter().find(|(known, _)| *known == name)?;
        Some(*raw).filter(|raw| kind(raw) != Kind::Null)
    }

    /// The first of several names that is there.
    pub(super) fn first(&self, names: &[&str]) -> Option<&'a str> {
        names.iter().find_map(|name| self.get(name))
    }

    /// `reasoning_effort`, also as the object that LiteLLM and OpenAI's Responses have.
    pub(super) fn effort(&self) -> Option<&'a str> {
        let raw = self.first(&["reasoning_effort", "reasoning"])?;
        let told = inside(raw).or_else(|| Some(Members::read(raw)?.word("effort")));
        told.filter(|told| !told.is_empty())
    }

    /// Everything that is asked for.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().map(|(name, raw)| (&**name, *raw)).filter(|(_, raw)| kind(raw) != Kind::Null)
    }
}

/// The tokens that an effort may take where a model is told a budget. LiteLLM's numbers.
pub(super) fn budget(effort: &str) -> u64 {
    match effort {
        "minimal" | "low" => 1_024,
        "high" => 4_096,
        "xhigh" => 8_192,
        "max" => 16_384,
        _ => 2_048,
    }
}

fn has(members: &[(Cow<'_, str>, &str)], name: &str) -> bool {
    members.iter().any(|(known, _)| *known == name)
}
