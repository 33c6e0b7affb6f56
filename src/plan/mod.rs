//! Floor 4: the step machine of one call. It decides who is tried, when, and when to stop.
//!
//! Not here: what bytes go over the wire (`dialect`), and who carries the steps out (the driver).
//! No clock, no randomness but the call's own, no I/O: the same events give the same steps.

mod asked;
mod attempt;
mod call;
mod classify;
mod deadline;
mod decision;
mod event;
mod fallback;
mod hedge;
mod learn;
mod money;
mod nobody;
mod preview;
mod progress;
mod rank;
mod recover;
mod refusal;
mod reserve;
mod retry;
mod screen;
mod select;
mod send;
mod spec;
mod stream;
mod wait;

pub use attempt::{Attempt, Reach};
pub use call::Call;
pub use decision::{Candidate, Decision, Passed};
pub use event::{Action, Answer, Ask, AttemptId, Event, Step, StreamOutcome};
pub use money::budgets_of;
pub use preview::{Look, Nowhere, Onward, choose, onward, to_rank};
pub use progress::Progress;
pub use refusal::hook_failed;
pub use spec::CallSpec;
