//! The contract of one call: what can happen to it, and what it wants done. Written here and nowhere else.
//!
//! A driver reports each event with [`Call::step`](super::Call::step) and carries out what the one [`Step`]
//! that comes back says. It decides nothing.

use smallvec::SmallVec;

use crate::base::headers::Headers;
use crate::base::time::Millis;
use crate::base::usage::Usage;
use crate::config::DeploymentIx;
use crate::error::{ErrorHint, Fault};
use crate::state::Delta;

/// The number of a send within its call: 0, 1, 2 …
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttemptId(pub u16);

/// What happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The call begins. Exactly once, first.
    Start,
    /// The state asked for by [`Action::Load`] has been merged, or could not be.
    Loaded,
    /// A send needs files that have to be fetched first: no time of its provider's.
    Fetching {
        /// Which send.
        attempt: AttemptId,
    },
    /// What a send needs is there, the host's token or files: the send goes out now.
    Ready {
        /// Which send.
        attempt: AttemptId,
    },
    /// A head arrived. One that is not 2xx is followed by [`Event::Refused`] once its body has come.
    Head {
        /// Which send.
        attempt: AttemptId,
        /// Its status.
        status: u16,
        /// The headers that the router reads.
        headers: Headers,
    },
    /// The first event of a stream that carries something a caller would see.
    Content {
        /// Which send.
        attempt: AttemptId,
    },
    /// A whole answer arrived and is one.
    Body {
        /// Which send.
        attempt: AttemptId,
        /// What it says it used.
        usage: Option<Usage>,
    },
    /// The send failed without a usable reply: no connection, or a reply that is no answer.
    Failed {
        /// Which send.
        attempt: AttemptId,
        /// What is known.
        fault: Fault,
    },
    /// A head that is not 2xx arrived, and its body was read.
    Refused {
        /// Which send.
        attempt: AttemptId,
        /// Its status.
        status: u16,
        /// The headers that the router reads.
        headers: Headers,
        /// What the dialect made of the body.
        hint: ErrorHint,
    },
    /// A stream is over.
    StreamEnd {
        /// Which send.
        attempt: AttemptId,
        /// How it ended.
        outcome: StreamOutcome,
    },
    /// The host answered an [`Action::Ask`].
    Answered {
        /// Which question.
        ask: Ask,
        /// The answer.
        value: Answer,
    },
    /// The moment of `wake_at` has come.
    Tick,
    /// The caller does not want the answer any more.
    Cancel,
}

/// How a stream ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamOutcome {
    /// With its terminator.
    Complete {
        /// What it says it used, if it says so.
        usage: Option<Usage>,
    },
    /// Without one, or with an error in it.
    Broken(Fault),
}

/// A question to the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Is the answer in the response cache?
    Cache,
    /// `beforeRoute`: may rewrite the model and the metadata.
    BeforeRoute,
    /// `filterDeployments`: may shrink the candidates.
    Filter,
    /// `customRoutingStrategy`: ranks the candidates.
    Rank,
    /// `mayFallback`: may refuse a target.
    MayFallback,
    /// `tokenCounter`.
    CountTokens,
    /// The store's `reserve`.
    Reserve,
    /// A part of the request that has to be fetched first.
    FetchPart,
}

/// The host's answer to a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Yes.
    Yes,
    /// No, or nothing.
    No,
    /// No, for a budget.
    OverBudget,
    /// A number.
    Number(f64),
    /// The first choice; whoever else there is comes after it.
    Choice(DeploymentIx),
    /// Deployments, best first, and nobody else.
    Ranking(SmallVec<[DeploymentIx; 16]>),
    /// The host's function failed or took too long.
    Failed,
}

/// What is to be done.
#[derive(Clone, Debug)]
pub enum Action {
    /// Send the request to a deployment.
    Send {
        /// The number of this send.
        attempt: AttemptId,
        /// Where to.
        deployment: DeploymentIx,
    },
    /// Fetch shared state.
    Load {
        /// Under which keys.
        keys: Vec<String>,
    },
    /// Ask the host.
    Ask(Ask),
    /// From now on the caller sees this attempt's stream; there is no way back.
    Commit {
        /// Whose stream.
        attempt: AttemptId,
    },
    /// Send again after the caller has seen a part of a stream that broke: with the text so far, or from the beginning.
    /// The text itself is the engine's.
    Resume {
        /// The number of this send.
        attempt: AttemptId,
        /// Where to.
        deployment: DeploymentIx,
    },
    /// The call is over.
    Done(Result<AttemptId, Box<Fault>>),
}

/// The answer to one event.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// What to do, if anything.
    pub action: Option<Action>,
    /// Sends to give up at once.
    pub abort: SmallVec<[AttemptId; 2]>,
    /// When to report [`Event::Tick`] at the latest; `None` when nothing is waited for.
    pub wake_at: Option<Millis>,
    /// What was learnt. The engine applies it before any other call's step.
    pub deltas: SmallVec<[Delta; 4]>,
}
