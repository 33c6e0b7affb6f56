//! Floor 5: the router itself. Events in, steps out; still no JavaScript, no clock, no I/O.
//!
//! Here `plan` (who and when) and `dialect` (what bytes) meet.

mod adopt;
mod billing;
mod caching;
mod calls;
mod contender;
mod count;
mod glance;
mod inbound;
mod insight;
mod listing;
mod mock;
mod models;
mod money;
mod naming;
mod output;
mod overrides;
mod pricing;
mod probes;
mod prompt;
mod reading;
mod request;
mod route;
mod router;
mod seam;
mod secrets;
mod shadow;
mod sharing;
mod stream;
mod sync;
mod tick;
mod tokens;
mod told;
mod translate;
mod trials;
mod watch;

pub use billing::Bill;
pub use caching::{CacheRule, Hit};
pub use calls::{CallId, Running};
pub use contender::{Contender, write};
pub use inbound::{Additions, Facts, request_members};
pub use listing::{GroupInfo, Listed};
pub use mock::Mocked;
pub use output::{HELD_BYTES, HELD_EVENTS, Output};
pub use probes::{Probe, ProbeWish};
pub use prompt::prompt_key;
pub use request::Request;
pub use route::{Route, route};
pub use router::Router;
pub use shadow::Shadows;
pub use sync::{Batch, Carries, Hold, Loaded, Op, OpValue, Reservation, Wanted};
pub use tokens::Size;
pub use told::Told;
pub use translate::Rewritten;
pub use watch::Watch;
