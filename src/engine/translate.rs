//! Bodies on their way: spliced where the provider speaks the caller's language, translated where it does not.

use crate::base::json::{Bones, Splice, quoted};
use crate::base::time::Millis;
use crate::base::usage::Usage;
use crate::config::{DeploymentIx, Secret, StreamUsage};
use crate::dialect::{self, Inbound, Translated};
use crate::error::Fault;
use crate::plan::{AttemptId, Event, Step};

use super::calls::CallId;
use super::inbound::{Additions, Facts};
use super::overrides::with_members;
use super::router::Router;

/// A body for a provider, as pieces of the caller's and of what was written anew, and the headers it needs.
#[derive(Debug, Default)]
pub struct Rewritten {
    /// The pieces.
    pub body: Splice,
    /// Headers beside those that every request to the deployment has.
    pub headers: Vec<(&'static str, Secret)>,
}

impl Router {
    /// The changes to a scanned body for the deployment that a call is sent to.
    #[must_use]
    pub fn splice(&self, id: CallId, deployment: DeploymentIx) -> Option<Splice> {
        self.spliced(id, deployment, self.calls.get(id)?.facts.as_ref()?)
    }

    /// The same, of a body that these facts were read from.
    pub(super) fn spliced(&self, id: CallId, deployment: DeploymentIx, facts: &Facts) -> Option<Splice> {
        let running = self.calls.get(id)?;
        let message = self.resumed_text(id).map(assistant);
        let call = &running.call;
        let additions = Additions {
            message: message.as_deref(),
            ask_usage: call.spec().stream && call.stream_usage() == StreamUsage::Always,
        };
        Some(facts.splice(self.config.deployment(deployment)?, additions))
    }

    /// Writes a request in the words of the provider that an attempt goes to. `bones` are those of the caller's body.
    ///
    /// # Errors
    /// The step that follows, where the provider cannot do what is asked.
    pub fn rewrite(
        &mut self,
        now: Millis,
        id: CallId,
        attempt: AttemptId,
        bones: &Bones,
    ) -> Result<Rewritten, Box<Step>> {
        match self.translated(id, attempt, bones) {
            Ok(Translated { body, headers, memo }) => {
                if let Some(reading) = self.calls.get_mut(id).and_then(|running| running.reading_mut(attempt))
                {
                    reading.memo = memo;
                }
                Ok(Rewritten { body: bones.expand(body), headers })
            }
            Err(fault) => {
                let fault = self.redacted(fault);
                Err(Box::new(self.step(now, id, Event::Failed { attempt, fault })))
            }
        }
    }

    fn translated(&self, id: CallId, attempt: AttemptId, bones: &Bones) -> Result<Translated, Fault> {
        let vanished = || Fault::bug("a call vanished");
        let (surface, deployment) = self.attempt(id, attempt).ok_or_else(vanished)?;
        let spec = self.calls.get(id).ok_or_else(vanished)?.call.spec();
        let drop_params = spec.options.drop_params.or(deployment.drop_params);
        let overrides = self.overrides(id);
        let overridden = (!overrides.is_empty()).then(|| with_members(&bones.json, overrides));
        let inbound = Inbound {
            body: overridden.as_deref().unwrap_or(&bones.json),
            stream: spec.stream,
            prefix: self.resumed_text(id),
            drop_params: drop_params.unwrap_or(self.config.policy.drop_params),
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
        let memo =
            &self.calls.get(id).and_then(|running| running.reading(attempt)).ok_or_else(vanished)?.memo;
        let created = now.0 / 1_000;
        dialect::translate_reply(deployment.dialect, surface, memo, created, &bones.json)
            .map(|reply| (bones.expand(reply.body), reply.usage))
            .map_err(|fault| self.redacted(fault))
    }
}

/// A text to go on from, as a message.
fn assistant(text: &str) -> Vec<u8> {
    [br#"{"role":"assistant","content":"#, &*quoted(text), b"}"].concat()
}
