//! What becomes of members of requests at a deployment whose provider does not take all that OpenAI takes.

use std::borrow::Cow;
use std::rc::Rc;

use super::provider::provider;
use super::{Deployment, Layout};
use crate::base::json::{Kind, Members, inside, items, kind, value};
use crate::base::text::{cut, is_listed, split};

/// What becomes of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is left out.
    Cut,
    /// The deployment cannot serve a request that has it; with `drop_params` it is left out.
    Refuse,
    /// It has this name there, and takes the place of what the request gives under that name.
    Rename(&'static str),
    /// It depends on its value: see [`worded`].
    Value(&'static str),
}

/// A rule for one member of requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The member's name.
    pub name: Cow<'static, str>,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worded {
    /// It stays as it is.
    Same,
    /// As [`Fate::Cut`].
    Cut,
    /// As [`Fate::Refuse`].
    Refuse,
    /// This JSON stands instead of it.
    Put(&'static str),
    /// It is left out, and this member has this JSON.
    Other(&'static str, &'static str),
}

/// What becomes of a value, as JSON, by what stands behind the `/` of a provider's word.
#[must_use]
pub fn worded(words: &'static str, raw: &str) -> Worded {
    if let Some((least, most)) = split(words, "..") {
        return bounded(least, most, raw).map_or(Worded::Same, Worded::Put);
    }
    let object = Members::read(raw).unwrap_or_default();
    let told = match kind(raw) {
        Kind::String => inside(raw).unwrap_or_default(),
        Kind::Object => object.word("type"),
        Kind::Array if items(raw).is_some_and(|items| items.len() > 1) => "[]",
        _ => raw,
    };
    let mut rest = words;
    while !rest.is_empty() {
        let (case, behind) = cut(rest, b';');
        rest = behind;
        let (values, result) = cut(case, b'=');
        if !is_listed(values, told) && values != "*" {
            continue;
        }
        return match result.as_bytes() {
            [] => Worded::Cut,
            b"!" => Worded::Refuse,
            [b'>', ..] => {
                let (name, json) = cut(result.get(1..).unwrap_or_default(), b':');
                Worded::Other(name, json)
            }
            _ => Worded::Put(result),
        };
    }
    Worded::Same
}

fn bounded(least: &'static str, most: &'static str, raw: &str) -> Option<&'static str> {
    let number = |raw: &str| value(raw.as_bytes())?.as_f64();
    let asked = number(raw)?;
    if asked < number(least)? {
        return Some(least);
    }
    (asked > number(most)?).then_some(most)
}

/// Adds the other members that may stand instead of a value.
pub fn others(words: &'static str, names: &mut Vec<String>) {
    let (_, mut rest) = cut(words, b'>');
    while !rest.is_empty() {
        let (result, behind) = cut(rest, b'>');
        names.push(cut(result, b':').0.to_owned());
        rest = behind;
    }
}

/// What a call or a deployment says about members of requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberList {
    /// `additional_drop_params`: left out, wherever the request goes.
    pub dropped: Vec<String>,
    /// `allowed_openai_params`: they pass as they are.
    pub allowed: Vec<String>,
}

impl MemberList {
    /// Says it nothing?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dropped.is_empty() && self.allowed.is_empty()
    }

    /// These rules, as this list changes them.
    #[must_use]
    pub fn over(&self, mut rules: Vec<Rule>) -> Rc<[Rule]> {
        rules.retain(|rule| !self.allowed.iter().chain(&self.dropped).any(|name| *name == rule.name));
        rules.extend(self.dropped.iter().map(|name| Rule { name: name.clone().into(), fate: Fate::Cut }));
        rules.into()
    }
}

/// From this version on, Azure's streams tell their usage if they are asked.
const TELLS_USAGE: &str = "2024-09-01";

impl Deployment {
    /// Works out what follows from the rest of it.
    pub(super) fn set_up(&mut self) {
        self.set_rules();
        for param in &mut self.params {
            // What the config sets itself is never refused, and never left out.
            let told =
                self.rules.iter().filter(|rule| *rule.name == *param.name).find_map(|rule| match rule.fate {
                    Fate::Rename(name) => Some((Some(name), None)),
                    Fate::Value(words) => match worded(words, &param.raw) {
                        Worded::Put(json) => Some((None, Some(json))),
                        Worded::Other(name, json) => Some((Some(name), Some(json))),
                        Worded::Same | Worded::Cut | Worded::Refuse => None,
                    },
                    Fate::Cut | Fate::Refuse => None,
                });
            let (name, json) = told.unwrap_or_default();
            param.name = name.map_or_else(|| std::mem::take(&mut param.name), str::to_owned);
            param.raw = json.map_or_else(|| std::mem::take(&mut param.raw), Into::into);
        }
    }

    /// Reads the rules of its provider for its model. To be done again when it serves another model.
    pub(super) fn set_rules(&mut self) {
        let row = provider(&self.provider);
        let mut rules = row.map(|row| row.rules(Some(self.known_model()))).unwrap_or_default();
        if self.layout == Layout::Azure
            && self.version.as_deref().is_some_and(|version| version < TELLS_USAGE)
        {
            rules.push(Rule { name: "stream_options".into(), fate: Fate::Cut });
        }
        self.rules = self.members.over(rules);
    }

    /// The name that tells what its model can do, without the provider's.
    #[must_use]
    pub fn known_model(&self) -> &str {
        let known = self.base_model.as_deref().unwrap_or(&self.model);
        known.strip_prefix(&*self.provider).and_then(|rest| rest.strip_prefix('/')).unwrap_or(known)
    }
}
