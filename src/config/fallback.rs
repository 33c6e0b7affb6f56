//! Which group comes after which. Targets are resolved when the config is loaded: a fallback to
//! nowhere is a construction error.

use super::{GroupIx, Resolved};

/// Where a fallback leads: a group, or one deployment by its id.
pub type FallbackTarget = Resolved;

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

/// Adds the targets that are not in the chain yet.
pub(super) fn append(chain: &mut Vec<FallbackTarget>, more: &[FallbackTarget]) {
    for target in more {
        if !chain.contains(target) {
            chain.push(*target);
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
