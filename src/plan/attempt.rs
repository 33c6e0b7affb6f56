//! What is remembered of each send: told with every answer and with every error.

use crate::base::time::Millis;
use crate::base::usage::Usage;
use crate::config::DeploymentIx;
use crate::error::Fault;

/// One send and how it went.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Where to.
    pub deployment: DeploymentIx,
    /// When it was sent.
    pub started: Millis,
    /// When its head, its first content and its end came.
    pub head_at: Option<Millis>,
    /// See [`Attempt::head_at`].
    pub content_at: Option<Millis>,
    /// See [`Attempt::head_at`].
    pub ended: Option<Millis>,
    /// The status it was answered with.
    pub status: Option<u16>,
    /// What went wrong, if something did.
    pub fault: Option<Box<Fault>>,
    /// What the answer says it used.
    pub usage: Option<Usage>,
}

impl Attempt {
    pub(super) fn sent(deployment: DeploymentIx, started: Millis) -> Self {
        Self {
            deployment,
            started,
            head_at: None,
            content_at: None,
            ended: None,
            status: None,
            fault: None,
            usage: None,
        }
    }

    /// Milliseconds from send to end; 0 while it runs.
    #[must_use]
    pub fn ms(&self) -> u64 {
        self.ended.map_or(0, |ended| ended.since(self.started))
    }
}
