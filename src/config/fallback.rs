//! Which group comes after which. Targets are resolved when the config is loaded: a fallback to
//! nowhere is a construction error.

use std::rc::Rc;

use crate::error::FaultKind;

use super::{GroupIx, Param, Resolved};

/// Where a fallback leads, and what it changes of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FallbackTarget {
    /// A group, or one deployment by its id.
    pub to: Resolved,
    /// Members of the request that this target replaces. They count for this target alone, not for those after it.
    pub overrides: Option<Rc<[Param]>>,
}

impl From<Resolved> for FallbackTarget {
    fn from(to: Resolved) -> Self {
        Self { to, overrides: None }
    }
}

impl PartialEq<Resolved> for FallbackTarget {
    /// Does it lead there, and change nothing of the request?
    fn eq(&self, to: &Resolved) -> bool {
        self.to == *to && self.overrides.is_none()
    }
}

/// Some kinds of faults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultSet(u32);

impl FaultSet {
    /// Adds a kind.
    pub fn insert(&mut self, kind: FaultKind) {
        self.0 |= Self::bit(kind);
    }

    /// Is a kind among them?
    #[must_use]
    pub fn contains(self, kind: FaultKind) -> bool {
        self.0 & Self::bit(kind) != 0
    }

    fn bit(kind: FaultKind) -> u32 {
        1_u32.checked_shl(u32::from(kind as u8)).unwrap_or(0)
    }
}

/// One kind of list: per group, and for every group that has none of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FallbackLists {
    /// The chains by the group that failed. A group's own chain is used instead of the default one.
    /// Each group at most once, in the order of the groups.
    pub by_group: Vec<(GroupIx, Vec<FallbackTarget>)>,
    /// The `"*"` chain: for groups without a chain of their own.
    pub default: Vec<FallbackTarget>,
}

impl FallbackLists {
    /// The chain for a group.
    #[must_use]
    pub fn of(&self, group: GroupIx) -> &[FallbackTarget] {
        let own = self
            .by_group
            .binary_search_by_key(&group, |(of, _)| *of)
            .ok()
            .and_then(|at| self.by_group.get(at));
        own.map_or(&self.default, |(_, chain)| chain)
    }

    /// Has a group a chain of its own?
    #[must_use]
    pub fn has(&self, group: GroupIx) -> bool {
        self.by_group.binary_search_by_key(&group, |(of, _)| *of).is_ok()
    }

    /// Every target, in no order that means anything.
    pub fn targets(&self) -> impl Iterator<Item = Resolved> {
        self.by_group.iter().flat_map(|(_, chain)| chain).chain(&self.default).map(|target| target.to)
    }

    /// Adds to a group's own chain. Returns whether it had one.
    pub(super) fn extend(&mut self, group: GroupIx, more: &[FallbackTarget]) -> bool {
        let found = self.by_group.binary_search_by_key(&group, |(of, _)| *of);
        let at = found.unwrap_or_else(|at| {
            self.by_group.insert(at, (group, Vec::new()));
            at
        });
        if let Some((_, chain)) = self.by_group.get_mut(at) {
            append(chain, more);
        }
        found.is_ok()
    }
}

/// Adds the targets that are not in the chain yet: of two that lead to the same place, the first counts.
pub(super) fn append(chain: &mut Vec<FallbackTarget>, more: &[FallbackTarget]) {
    for target in more {
        if !chain.iter().any(|other| other.to == target.to) {
            chain.push(target.clone());
        }
    }
}

/// The lists by the fault that leads to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FallbackTable {
    /// `fallbacks` and `default_fallbacks`.
    pub ordinary: FallbackLists,
    /// `context_window_fallbacks`: tried before the ordinary list.
    pub context_window: FallbackLists,
    /// `content_policy_fallbacks`: the only list for refused content.
    pub content_policy: FallbackLists,
}
