//! Which group comes after which. Targets are resolved when the config is loaded: a fallback to
//! nowhere is a construction error.

use std::collections::BTreeMap;

use super::{GroupIx, Resolved};

/// Where a fallback leads: a group, or one deployment by its id.
pub type FallbackTarget = Resolved;

/// One kind of list: per group, and for every group that has none of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FallbackLists {
    /// The chains by the group that failed. A group's own chain is used instead of the default one.
    pub by_group: BTreeMap<GroupIx, Vec<FallbackTarget>>,
    /// The `"*"` chain: for groups without a chain of their own.
    pub default: Vec<FallbackTarget>,
}

impl FallbackLists {
    /// The chain for a group.
    #[must_use]
    pub fn of(&self, group: GroupIx) -> &[FallbackTarget] {
        self.by_group.get(&group).unwrap_or(&self.default)
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
