//! What is remembered of each send: told with every answer and with every error.

use std::rc::Rc;

use crate::base::headers::Headers;
use crate::base::time::Millis;
use crate::base::usage::Usage;
use crate::config::{Deployment, DeploymentIx, Era};
use crate::error::{Fault, FaultKind};
use crate::price::{Entry, Pico};
use crate::state::{Counts, Lease};

/// How far a request has come on its way to a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It goes nowhere: a mock answers.
    Nobody,
    /// It waits for a token of the host's, or for files that go with it.
    Waiting,
    /// It has gone out.
    Out,
}

/// One send and how it went.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Where to.
    pub deployment: DeploymentIx,
    /// What was there then.
    pub(crate) era: Era,
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
    /// How far its request has come.
    pub reach: Reach,
    /// Of a stream that broke off, where note was taken of what it said: the tokens of that, as they are estimated.
    pub written: Option<u32>,
    /// The place that it takes at its deployment.
    pub lease: Lease,
    /// What it was thought to use.
    pub reserved: Counts,
    /// What of its budgets is reserved; `None` where there are none.
    pub(super) budgeted: Option<Pico>,
    /// What was known then of what its model costs, where there are budgets.
    pub(super) priced: Option<Rc<Entry>>,
    /// Its head, if that is not 2xx and its body has not come yet.
    pub(super) refusal: Option<Box<(u16, Headers)>>,
}

impl Attempt {
    pub(super) fn sent(
        (deployment, known): (DeploymentIx, &Deployment),
        started: Millis,
        lease: Lease,
        reserved: Counts,
        reach: Reach,
    ) -> Self {
        Self {
            deployment,
            era: known.era,
            started,
            head_at: None,
            content_at: None,
            ended: None,
            status: None,
            fault: None,
            usage: None,
            reach,
            written: None,
            lease,
            reserved,
            budgeted: None,
            priced: None,
            refusal: None,
        }
    }

    /// Was nothing made that could be billed: a mock, a refusal, a connection that never was, a request that was never sent?
    #[must_use]
    pub fn is_unbilled(&self) -> bool {
        let is_refused = self.status.is_some_and(|status| !(200..300).contains(&status));
        let never_sent =
            |kind| matches!(kind, FaultKind::Connect | FaultKind::Unsupported | FaultKind::BadRequest);
        let Some(fault) = &self.fault else { return self.reach == Reach::Nobody };
        let is_out = self.reach == Reach::Out;
        !is_out || is_refused || self.head_at.is_none() && never_sent(fault.kind)
    }

    /// Milliseconds from send to end; 0 while it runs.
    #[must_use]
    pub fn ms(&self) -> u64 {
        self.ended.map_or(0, |ended| ended.since(self.started))
    }

    /// What it used, as far as that is known: what it says, nothing where no answer began, else what was reserved.
    #[inline(always)]
    pub(super) fn used(&self) -> Counts {
        let requests = self.reserved.requests;
        match (self.usage, &self.fault) {
            (Some(usage), _) => {
                Counts { requests, input: usage.prompt_tokens, output: usage.completion_tokens }
            }
            (None, Some(_)) if self.content_at.is_none() => Counts { requests, ..Counts::default() },
            (None, _) => self.reserved,
        }
    }
}
