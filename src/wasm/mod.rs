//! Floor 6: the binding. Converts, calls, converts; decides nothing. Only here JavaScript is known.
//!
//! The hot path crosses with numbers and a window into linear memory; objects cross only where a call
//! begins with options, fails, or is looked into.

mod address;
mod allocator;
mod asking;
mod bodies;
mod caching;
mod callbacks;
mod convert;
mod events;
mod insight;
mod keys;
mod manage;
mod prices;
mod probes;
mod record;
mod report;
mod router;
mod routes;
mod store;
mod window;

pub use prices::Prices;
pub use router::Router;
pub use store::Reserved;
pub use window::linear_memory;
