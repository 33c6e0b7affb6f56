//! One send, with what stood at its deployment when it was made.

use switchman::config::{DeploymentIx, GroupIx, RouterConfig};
use switchman::plan::AttemptId;
use switchman::price::Price;
use switchman::state::Lease;

use super::eras::OwnEra;

/// One send.
#[derive(Clone, Debug)]
pub(super) struct Send {
    pub(super) lease: Lease,
    pub(super) attempt: AttemptId,
    pub(super) to: DeploymentIx,
    /// What stood there when it was made: in which group, which era, and at which price.
    pub(super) group: GroupIx,
    pub(super) era: OwnEra,
    pub(super) price: Option<Price>,
    pub(super) is_over: bool,
    /// The status of its head, once that has come.
    pub(super) status: Option<u16>,
    /// It could not connect.
    pub(super) is_unconnected: bool,
}

impl Send {
    pub(super) fn new(
        config: &RouterConfig,
        (lease, attempt): (Lease, AttemptId),
        to: DeploymentIx,
        era: OwnEra,
    ) -> Self {
        let known = &config.deployments[usize::from(to.0)];
        let (group, price) = (known.group, known.price.clone());
        Self { lease, attempt, to, group, era, price, is_over: false, status: None, is_unconnected: false }
    }

    /// May its provider have begun to work, and bill that?
    pub(super) fn may_be_billed(&self) -> bool {
        self.status.is_none_or(|status| (200..300).contains(&status)) && !self.is_unconnected
    }
}
