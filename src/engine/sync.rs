//! What is loaded from the store and written to it, and when: as values, without I/O.
//!
//! This version shares one facet: `cool`, the circuit of each deployment. Decisions stay local; the store is
//! only ever advice, so a lost, late or repeated write makes a choice a little worse and breaks nothing.

use crate::base::time::Millis;
use crate::config::{DeploymentIx, RouterConfig};
use crate::state::{Cell, State};

/// The version of keys and values stands in the key: what a later version writes is not read here.
const VERSION: &str = "sw1";

/// How old the view of the store may become before it is looked at again, beside a call.
const FRESH_MS: u64 = 5_000;

/// How long the store keeps a cell after its bench: the longest bench and as much again.
const TTL_S: u32 = 7_200;

/// One operation on the store: keep the larger number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaxOp {
    /// Under which key.
    pub key: String,
    /// The number; at most 2^53 - 1.
    pub value: u64,
    /// For how long, in seconds.
    pub ttl: u32,
}

/// When the store was last looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sync {
    loaded_at: Option<Millis>,
    batches: u64,
}

impl Sync {
    /// Is it time to look? Says so once, until the view is old again.
    pub(super) fn is_due(&mut self, now: Millis) -> bool {
        let due = self.loaded_at.is_none_or(|at| now.since(at) >= FRESH_MS);
        if due {
            self.loaded_at = Some(now);
        }
        due
    }

    /// The number of the next batch of writes.
    pub(super) fn next_batch(&mut self) -> u64 {
        self.batches = self.batches.wrapping_add(1);
        self.batches
    }
}

/// The keys of all circuits, in the order of the deployments.
pub(super) fn keys(config: &RouterConfig) -> Vec<String> {
    config.deployments.iter().map(|deployment| key(&deployment.id)).collect()
}

/// The writes that tell the store of changed circuits.
pub(super) fn writes(config: &RouterConfig, state: &mut State) -> Vec<MaxOp> {
    let untold = state.take_untold();
    let write = |(ix, cell): (DeploymentIx, Cell)| {
        let deployment = config.deployment(ix)?;
        Some(MaxOp { key: key(&deployment.id), value: cell.pack(), ttl: TTL_S })
    };
    untold.into_iter().filter_map(write).collect()
}

fn key(id: &str) -> String {
    format!("{VERSION}/{id}/cool")
}
