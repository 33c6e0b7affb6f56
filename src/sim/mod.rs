//! The virtual world: the whole router in virtual time, against upstreams that follow a script.
//!
//! A [`World`] is a driver of [`crate::engine::Router`] like the one in JavaScript, over the same events and steps,
//! with pretend time and pretend upstreams: it jumps from one moment at which something happens to the next. The same
//! config, seed, upstreams and calls give the same [`log`](World::log), byte for byte.
//!
//! Not here: decisions (they are the router's), real time, real randomness, I/O.
//!
//! ```
//! use serde_json::json;
//! use switchman::sim::{Reply, Spec, Upstream, World};
//!
//! let deployment = |id: &str| json!({
//!     "model_name": "chat",
//!     "litellm_params": { "model": "openai/gpt-4o", "api_key": "sk-simulated" },
//!     "model_info": { "id": id },
//! });
//! let mut world = World::new(&json!({ "model_list": [deployment("a"), deployment("b")] }), 7)?;
//! world.upstream("a", Upstream::always(Reply::status(503)))?;
//! world.run_all(100, &Spec::chat("chat"));
//!
//! let summary = world.summary();
//! assert_eq!((summary.answered, summary.failed()), (100, 0));
//! assert!(summary.retries < 20, "the broken deployment is soon left alone: {summary:#?}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod clock;
mod driver;
mod flight;
mod guard;
mod ledger;
mod log;
mod look;
mod measure;
mod outside;
mod probe;
mod ranker;
mod reply;
mod report;
mod timeline;
mod traffic;
mod upstream;
mod wire;
mod world;

pub use flight::{Outcome, Tried};
pub use guard::{Guard, Sifter};
pub use ledger::{Ledger, Mood};
pub use log::{Entry, Log};
pub use measure::Summary;
pub use outside::Remark;
pub use ranker::Ranker;
pub use reply::{Part, Reply};
pub use traffic::Spec;
pub use upstream::{Latency, Upstream};
pub use world::{CallNo, SimError, World};
