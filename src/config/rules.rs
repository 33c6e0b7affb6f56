//! What becomes of members of requests at a deployment whose provider does not take all that OpenAI takes.

use std::borrow::Cow;
use std::rc::Rc;

use super::provider::provider;
use super::{Deployment, Layout};

/// What becomes of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is left out.
    Cut,
    /// The deployment cannot serve a request that has it; with `drop_params` it is left out.
    Refuse,
    /// It has this name there, and takes the place of what the request gives under that name.
    Rename(&'static str),
}

/// A rule for one member of requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The member's name.
    pub name: Cow<'static, str>,
    /// What becomes of it.
    pub fate: Fate,
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
        for place in 0..self.params.len() {
            let there = self.params.get(place).map(|param| self.name_there(&param.name).to_owned());
            let names = there.zip(self.params.get_mut(place));
            names.into_iter().for_each(|(there, param)| param.name = there);
        }
    }

    /// Reads the rules of its provider for its model. To be done again when it serves another model.
    pub(super) fn set_rules(&mut self) {
        let known = self.base_model.as_deref().unwrap_or(&self.model);
        let model = known.strip_prefix(&*self.provider).and_then(|rest| rest.strip_prefix('/'));
        let row = provider(&self.provider);
        let mut rules = row.map(|row| row.rules(Some(model.unwrap_or(known)))).unwrap_or_default();
        if self.layout == Layout::Azure
            && self.version.as_deref().is_some_and(|version| version < TELLS_USAGE)
        {
            rules.push(Rule { name: "stream_options".into(), fate: Fate::Cut });
        }
        self.rules = self.members.over(rules);
    }

    /// The name of a member at the provider.
    #[must_use]
    pub fn name_there<'a>(&'a self, name: &'a str) -> &'a str {
        let renamed = self.rules.iter().find(|rule| rule.name == name);
        match renamed.map(|rule| rule.fate) {
            Some(Fate::Rename(other)) => other,
            _ => name,
        }
    }
}
