//! What providers and connections say went wrong: read, named by the config's rules, and redacted.

use crate::base::headers::Headers;
use crate::base::time::Millis;
use crate::config::{ToldError, ruled};
use crate::dialect;
use crate::error::{Fault, FaultKind};
use crate::plan::{AttemptId, Event, Step};

use super::calls::CallId;
use super::router::Router;

impl Router {
    /// Reports a head that is not 2xx, with the beginning of its body.
    pub fn refused(
        &mut self,
        now: Millis,
        id: CallId,
        attempt: AttemptId,
        reply: (u16, Headers, &[u8]),
    ) -> Step {
        let (status, headers, body) = reply;
        let mut hint = dialect::refusal(status, headers.get("x-amzn-errortype"), body);
        let names = [hint.code.as_deref(), hint.wire_type.as_deref()];
        let message = hint.message.as_deref().unwrap_or_default();
        hint.kind = self.kind_by_rule(id, attempt, Some(status), names, message).or(hint.kind);
        let hint = self.redacted_hint(hint);
        self.step(now, id, Event::Refused { attempt, status, headers, hint })
    }

    /// Reports that a send came to nothing. The host's words are redacted.
    pub fn failed(
        &mut self,
        now: Millis,
        id: CallId,
        attempt: AttemptId,
        kind: FaultKind,
        message: &str,
    ) -> Step {
        let fault = Fault::new(kind, dialect::redact(message, self.secrets()));
        self.step(now, id, Event::Failed { attempt, fault })
    }

    /// A fault that a provider told of inside a 200 or a stream.
    pub(super) fn told(&self, id: CallId, attempt: AttemptId, fault: Fault) -> Fault {
        // A connection's words are the host's, not the provider's.
        if fault.kind == FaultKind::Connect {
            return self.redacted(fault);
        }
        let names = [fault.code.as_deref(), fault.wire_type.as_deref()];
        let kind = self.kind_by_rule(id, attempt, None, names, &fault.message).unwrap_or(fault.kind);
        self.redacted(Fault { kind, ..fault })
    }

    /// What the config's rules say of an error.
    fn kind_by_rule(
        &self,
        id: CallId,
        attempt: AttemptId,
        status: Option<u16>,
        names: [Option<&str>; 2],
        message: &str,
    ) -> Option<FaultKind> {
        let provider = &self.attempt(id, attempt)?.1.provider;
        ruled(&self.config.policy.error_rules, ToldError { provider, status, names, message })
    }
}
