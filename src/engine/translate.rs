//! Bodies on their way: spliced where the provider speaks the caller's language, translated where it does not.

use std::rc::Rc;

use crate::base::json::{Bones, Scanner, Splice, quoted};
use crate::base::time::Millis;
use crate::base::usage::Usage;
use crate::config::{Deployment, DeploymentIx, MemberList, Rule, Secret, StreamUsage};
use crate::dialect::{self, File, Files, Inbound, Marks, Memo, Translated, Wording};
use crate::error::Fault;
use crate::plan::{AttemptId, Event, Step};

use super::calls::CallId;
use super::inbound::{Additions, Facts, Fit, request_members};
use super::overrides::with_members;
use super::router::Router;

/// A body for a provider, as pieces of the caller's and of what was written anew, and the headers it needs.
#[derive(Debug, Default)]
pub struct Rewritten {
    /// The pieces.
    pub body: Splice,
    /// Headers beside those that every request to the deployment has.
    pub headers: Vec<(&'static str, Secret)>,
    /// Files have to be fetched first: the body is a JSON list of their addresses.
    pub wants_files: bool,
}

impl Router {
    /// The changes to a scanned body for the deployment that a call is sent to. `None` for a call that is gone.
    ///
    /// # Errors
    /// `Unsupported` where the deployment cannot serve it.
    pub fn splice(&self, id: CallId, deployment: DeploymentIx) -> Option<Result<Splice, Fault>> {
        self.spliced(id, deployment, self.calls.get(id)?.facts.as_ref()?)
    }

    /// The same, of a body that these facts were read from.
    pub(super) fn spliced(
        &self,
        id: CallId,
        deployment: DeploymentIx,
        facts: &Facts,
    ) -> Option<Result<Splice, Fault>> {
        let running = self.calls.get(id)?;
        let message = self.resumed_text(id).map(assistant);
        let call = &running.call;
        let additions = Additions {
            message: message.as_deref(),
            ask_usage: call.spec().stream && call.stream_usage() == StreamUsage::Always,
        };
        let deployment = self.config.deployment(deployment)?;
        let rules = self.rules(id, deployment);
        Some(facts.splice(self.fit_to(id, deployment, &rules), additions))
    }

    /// The changes to a body of which the bones were read: the caller's, whose present target may replace members of it; or
    /// one that was written for the deployment, `is_written`, but for what becomes of members there.
    ///
    /// # Errors
    /// `Unsupported` where the deployment cannot serve it.
    pub fn splice_whole(
        &self,
        id: CallId,
        deployment: DeploymentIx,
        bones: &Bones,
        is_written: bool,
    ) -> Option<Result<Splice, Fault>> {
        let overrides = if is_written { &[] } else { self.overrides(id) };
        let body = with_members(&bones.json, overrides, &[]);
        let mut scan = self.scanner_of(id);
        scan.push(&body);
        let splice = if is_written {
            scan.finish().ok()?;
            let deployment = self.config.deployment(deployment)?;
            Facts::fit(scan, self.fit_to(id, deployment, &self.rules(id, deployment)))
        } else {
            self.spliced(id, deployment, &Facts::read(scan).ok()?)?
        };
        Some(splice.map(|splice| bones.expand(splice.apply(&body))))
    }

    /// Does a call itself say something about members of its request?
    #[must_use]
    pub fn has_members(&self, id: CallId) -> bool {
        self.members_of(id).is_some_and(|members| !members.is_empty())
    }

    fn members_of(&self, id: CallId) -> Option<&MemberList> {
        Some(&self.calls.get(id)?.call.spec().options.members)
    }

    /// A scanner that finds what the router looks for, and what the call wants to be left out.
    pub(super) fn scanner_of(&self, id: CallId) -> Scanner {
        match self.members_of(id).filter(|members| !members.dropped.is_empty()) {
            Some(members) => Scanner::new(request_members(&self.config, &members.dropped)),
            None => self.request_scanner(),
        }
    }

    /// The rules of a deployment, as a call changes them.
    fn rules(&self, id: CallId, deployment: &Deployment) -> Rc<[Rule]> {
        match self.members_of(id).filter(|members| !members.is_empty()) {
            Some(members) => members.over(deployment.rules.to_vec()),
            None => Rc::clone(&deployment.rules),
        }
    }

    fn fit_to<'a>(&self, id: CallId, deployment: &'a Deployment, rules: &'a [Rule]) -> Fit<'a> {
        Fit { deployment, rules, drops: self.drops_params(id, deployment) }
    }

    fn drops_params(&self, id: CallId, deployment: &Deployment) -> bool {
        let asked = self.calls.get(id).and_then(|running| running.call.spec().options.drop_params);
        asked.or(deployment.drop_params).unwrap_or(self.config.policy.drop_params)
    }

    /// Writes a request in the words of the provider that an attempt goes to. `bones` are those of the caller's body, with
    /// `files` appended that were fetched for it.
    ///
    /// # Errors
    /// The step that follows, where the provider cannot do what is asked.
    pub fn rewrite(
        &mut self,
        now: Millis,
        id: CallId,
        attempt: AttemptId,
        bones: &Bones,
        files: Vec<File>,
    ) -> Result<Rewritten, Box<Step>> {
        let files = Files::new(files);
        let translated = self.translated(id, attempt, bones, &files);
        match translated.and_then(|translated| Ok((translated, files.missing()?))) {
            Ok((_, Some(addresses))) => {
                let body = bones.expand(addresses.into_bytes());
                Ok(Rewritten { body, headers: Vec::new(), wants_files: true })
            }
            Ok((Translated { body, headers, memo }, None)) => {
                if let Some(reading) = self.calls.get_mut(id).and_then(|running| running.reading_mut(attempt))
                {
                    reading.memo = memo;
                }
                Ok(Rewritten { body: bones.expand(body), headers, wants_files: false })
            }
            Err(fault) => {
                let fault = self.redacted(fault);
                Err(Box::new(self.step(now, id, Event::Failed { attempt, fault })))
            }
        }
    }

    /// What requests for a deployment may hold that its provider does not take.
    #[must_use]
    pub fn marks(&self, deployment: DeploymentIx) -> Marks {
        let known = self.config.deployment(deployment);
        let Some(known) = known.filter(|known| !dialect::is_translated(known.dialect)) else {
            return Marks::default();
        };
        let is_signed = self.config.deployments.iter().any(|other| dialect::signs(other.dialect));
        Marks::of(&self.wording(known), is_signed)
    }

    /// A request as its provider takes it; `None` if it is none.
    #[must_use]
    pub fn portable(&self, deployment: DeploymentIx, body: &[u8]) -> Option<Vec<u8>> {
        dialect::portable(&self.wording(self.config.deployment(deployment)?), body)
    }

    fn wording(&self, known: &Deployment) -> Wording {
        let is_alone = self.config.deployments.iter().all(|other| other.provider == known.provider);
        Wording::of(known, is_alone)
    }

    fn translated(
        &self,
        id: CallId,
        attempt: AttemptId,
        bones: &Bones,
        files: &Files,
    ) -> Result<Translated, Fault> {
        let vanished = || Fault::bug("a call vanished");
        let (surface, deployment) = self.attempt(id, attempt).ok_or_else(vanished)?;
        let spec = self.calls.get(id).ok_or_else(vanished)?.call.spec();
        let overrides = self.overrides(id);
        let own = spec.options.members.dropped.iter();
        let dropped: Vec<String> = deployment.members.dropped.iter().chain(own).cloned().collect();
        let is_changed = !(overrides.is_empty() && dropped.is_empty());
        let changed = is_changed.then(|| with_members(&bones.json, overrides, &dropped));
        let inbound = Inbound {
            body: changed.as_deref().unwrap_or(&bones.json),
            stream: spec.stream,
            prefix: self.resumed_text(id),
            drop_params: self.drops_params(id, deployment),
            files: self.config.files.as_ref().map(|_| files),
        };
        dialect::translate_request(deployment, surface, &inbound)
    }

    /// Reads a whole 2xx body of a provider that speaks another language: the answer for the caller, and its usage.
    ///
    /// # Errors
    /// It is none.
    pub fn read_abroad(
        &self,
        now: Millis,
        id: CallId,
        attempt: AttemptId,
        bones: &Bones,
    ) -> Result<(Splice, Option<Usage>), Fault> {
        let vanished = || Fault::bug("a call vanished");
        let (surface, deployment) = self.attempt(id, attempt).ok_or_else(vanished)?;
        let running = self.calls.get(id).ok_or_else(vanished)?;
        // Of a request that was not translated there is nothing to be known.
        let none = Memo::default();
        let memo = running.reading(attempt).map_or(&none, |known| &known.memo);
        let created = now.0 / 1_000;
        dialect::translate_reply(deployment.dialect, surface, memo, created, &bones.json)
            .map(|reply| (bones.expand(reply.body), reply.usage))
            .map_err(|fault| self.told(id, attempt, fault))
    }
}

/// A text to go on from, as a message.
fn assistant(text: &str) -> Vec<u8> {
    [br#"{"role":"assistant","content":"#, &*quoted(text), b"}"].concat()
}
