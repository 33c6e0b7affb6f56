//! Sends that go nowhere: `mock_response`, `mock_delay`, `mock_timeout`, of a call or of a deployment.

use crate::base::time::Millis;
use crate::config::{Deployment, DialectName, Mock, StreamUsage, Surface};
use crate::dialect::MockReply;
use crate::plan::{AttemptId, Call};

use super::calls::CallId;
use super::router::Router;

/// What stands for a provider's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mocked {
    /// This body, of a whole answer or of a stream, after so many milliseconds.
    Answer {
        /// The body, in OpenAI's shape.
        body: Vec<u8>,
        /// The wait.
        delay_ms: u64,
    },
    /// Nothing, until the send is given up.
    Silence,
    /// There is no such answer: why.
    Refused(&'static str),
}

/// The mock of a send: the call's own word beats the deployment's.
fn mock_of<'a>(call: &'a Call, deployment: &'a Deployment) -> Option<&'a Mock> {
    call.spec().options.mock.as_deref().or(deployment.mock.as_deref())
}

impl Router {
    /// What a send is answered with instead of being sent; `None` if it is to be sent.
    #[must_use]
    pub fn mocked(&self, now: Millis, id: CallId, attempt: AttemptId) -> Option<Mocked> {
        let running = self.calls.get(id)?;
        let (surface, deployment) = self.attempt(id, attempt)?;
        let mock = mock_of(&running.call, deployment)?;
        let Some(text) = mock.response.as_deref().filter(|_| !mock.timeout) else {
            return Some(Mocked::Silence);
        };
        if surface != Surface::Chat {
            return Some(Mocked::Refused("mock_response answers chat completions, and nothing else"));
        }
        let spec = running.call.spec();
        let number = running.number;
        let reply = MockReply { text, number, model: &deployment.model, created: now.0 / 1_000 };
        let tells_usage =
            spec.objects || running.usage_asked || running.call.stream_usage() == StreamUsage::Always;
        let body = if spec.stream { reply.stream(tells_usage) } else { reply.whole() };
        Some(Mocked::Answer { body, delay_ms: mock.delay_ms })
    }

    /// In which words a send is answered: a mock speaks OpenAI's, whoever it stands for.
    pub(super) fn dialect_of(&self, id: CallId, attempt: AttemptId) -> Option<DialectName> {
        let (_, deployment) = self.attempt(id, attempt)?;
        let is_mocked = mock_of(&self.calls.get(id)?.call, deployment).is_some();
        Some(if is_mocked { DialectName::OpenAi } else { deployment.dialect })
    }
}
