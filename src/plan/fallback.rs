//! Which group comes next: one flat plan per call, without repetition and with a bound.
//!
//! LiteLLM recurses: its `max_fallbacks` bounds the depth, so a flat list of eight is tried whole, and
//! its headers tell the depth instead of the number. Here the targets are counted, and the count is told.

use smallvec::SmallVec;

use crate::config::{
    CallOptions, DeploymentIx, FallbackLists, FallbackTarget, GroupIx, Resolved, RouterConfig,
};
use crate::error::FaultKind;

/// The targets of one call: those visited, and those still to come.
#[derive(Clone, Debug)]
pub(super) struct Targets {
    visited: SmallVec<[Resolved; 4]>,
    pending: SmallVec<[FallbackTarget; 4]>,
    left: u32,
    /// How many of the visited the host did not allow.
    refused: usize,
}

impl Targets {
    /// The plan of a call to `first`.
    pub(super) fn new(first: Resolved, config: &RouterConfig, options: &CallOptions) -> Self {
        let left = if options.disable_fallbacks {
            0
        } else {
            options.max_fallbacks.unwrap_or(config.policy.max_fallbacks)
        };
        Self { visited: SmallVec::from_slice(&[first]), pending: SmallVec::new(), left, refused: 0 }
    }

    /// The target after a fault of `kind` in `group`; `None` when the fault does not lead anywhere, or the
    /// bound is reached. The failed group's own chain is nearer than its siblings, so it comes first. A
    /// request's own lists stand instead of the config's.
    pub(super) fn after(
        &mut self,
        config: &RouterConfig,
        options: &CallOptions,
        group: GroupIx,
        kind: FaultKind,
    ) -> Option<FallbackTarget> {
        let mut next = lists(config, options, group, kind);
        if self.left == 0 || (next.is_empty() && !is_led_on(config, options, kind)) {
            return None;
        }
        next.extend(std::mem::take(&mut self.pending));
        for target in next {
            let known =
                self.visited.contains(&target.to) || self.pending.iter().any(|next| next.to == target.to);
            if !known && allowed(config, target.to) {
                self.pending.push(target);
            }
        }
        if self.pending.is_empty() {
            return None;
        }
        self.left = self.left.saturating_sub(1);
        let target = self.pending.remove(0);
        self.visited.push(target.to);
        Some(target)
    }

    /// The target that came last may not be moved to: it counts for nothing, and is not tried again.
    pub(super) fn refuse(&mut self) {
        self.left = self.left.saturating_add(1);
        self.refused = self.refused.saturating_add(1);
    }

    /// How many groups were moved to.
    pub(super) fn taken(&self) -> usize {
        self.visited.len().saturating_sub(1 + self.refused)
    }
}

/// The lists that a fault of `kind` in `group` leads to, one after the other.
pub(super) fn lists(
    config: &RouterConfig,
    options: &CallOptions,
    group: GroupIx,
    kind: FaultKind,
) -> SmallVec<[FallbackTarget; 4]> {
    let table = &config.fallbacks;
    let chain = |own: &Option<FallbackLists>, declared: &FallbackLists| -> SmallVec<[FallbackTarget; 4]> {
        config.chain(own.as_ref().unwrap_or(declared), group).iter().cloned().collect()
    };
    let mut all = match kind {
        FaultKind::ContextWindow => chain(&options.context_window_fallbacks, &table.context_window),
        FaultKind::ContentPolicy => chain(&options.content_policy_fallbacks, &table.content_policy),
        _ => SmallVec::new(),
    };
    if is_led_on(config, options, kind) {
        all.extend(chain(&options.fallbacks, &table.ordinary));
    }
    all
}

/// Does a fault lead to the ordinary fallbacks? `fallback_on` decides where it is set, the call's before the config's;
/// nothing leads on from what the caller or the router itself ended.
pub(super) fn is_led_on(config: &RouterConfig, options: &CallOptions, kind: FaultKind) -> bool {
    let ours = matches!(kind, FaultKind::Cancelled | FaultKind::Bug | FaultKind::UnknownModel);
    match options.fallback_on.or(config.policy.fallback_on) {
        // Nobody left says nothing of the request: another group may serve it.
        Some(set) => !ours && (set.contains(kind) || kind == FaultKind::NoDeployment),
        None => kind.verdicts().fallback,
    }
}

/// Is a target on the host's allow-list? Checked on every target, whatever led to it.
#[must_use]
#[inline(always)]
pub(super) fn allowed(config: &RouterConfig, target: Resolved) -> bool {
    config.allows(target)
}

/// The group that a deployment serves.
#[must_use]
pub(super) fn group_of(config: &RouterConfig, ix: DeploymentIx) -> Option<GroupIx> {
    config.deployment(ix).map(|deployment| deployment.group)
}
