//! Why a deployment is passed over: each reason with its name, and with what may be done about it.

use crate::base::time::Millis;
use crate::price::Capability;

/// Why a deployment may not be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exclusion {
    /// Its weight is 0.
    Drained,
    /// A health check or a person said that it is not well.
    MarkedDown,
    /// Its circuit is open.
    Cooldown {
        /// Until when.
        until: Millis,
    },
    /// The circuit of its credential is open.
    CredentialCooldown {
        /// Until when.
        until: Millis,
    },
    /// Its circuit is half-open, and a probe of it is under way.
    Probing,
    /// As many calls are under way as it takes at once.
    Full,
    /// One of its limits is reached.
    Limit {
        /// When the request fits; `None` if it is larger than the limit itself.
        wait_ms: Option<u64>,
    },
    /// A budget is spent: the provider's, its own, or that of one of the call's tags.
    BudgetSpent {
        /// Until when.
        until: Millis,
    },
    /// What is left of a budget is reserved by sends that are under way.
    BudgetReserved,
    /// The store keeps a budget for all isolates, and has nothing left of it.
    BudgetHeld,
    /// Its provider says that nothing is left.
    Exhausted {
        /// Until when.
        until: Millis,
    },
    /// Several sends to it wait for far longer than usual.
    Stalled,
    /// It is in none of the regions that are asked for.
    Region,
    /// It is not for the tags of the request.
    Tags,
    /// Its model cannot do what the request needs.
    Unable(Capability),
    /// Others are known to be able to do what the request needs; of it nobody has said so.
    Unproved(Capability),
    /// The request, with its answer, is too long for it.
    Window {
        /// Is that certain? An estimate may be wrong.
        is_sure: bool,
    },
    /// The host's `filterDeployments` has not left it.
    Filtered,
    /// Others have benched it, as the store tells.
    CooldownElsewhere {
        /// Until when.
        until: Millis,
    },
    /// Others have used so much of its limit, as the store tells, that the request is too much.
    UsedElsewhere {
        /// Until when that counts.
        until: Millis,
    },
    /// Others have spent so much of a budget, as the store tells, that the request is too much.
    BudgetSpentElsewhere {
        /// Until when that counts.
        until: Millis,
    },
}

impl Exclusion {
    /// The name that `explain` gives it.
    #[must_use]
    #[inline(always)]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Drained => "drained",
            Self::MarkedDown => "marked_down",
            Self::Cooldown { .. } => "cooldown",
            Self::CredentialCooldown { .. } => "credential_cooldown",
            Self::Probing => "probing",
            Self::Full => "full",
            Self::Limit { .. } => "limit",
            Self::BudgetSpent { .. } => "budget_spent",
            Self::BudgetReserved => "budget_reserved",
            Self::BudgetHeld => "budget_held",
            Self::Exhausted { .. } => "exhausted",
            Self::Stalled => "stalled",
            Self::Region => "region",
            Self::Tags => "tags",
            Self::Unable(_) => "capability",
            Self::Unproved(_) => "capability_unknown",
            Self::Window { .. } => "context_window",
            Self::Filtered => "filtered",
            Self::CooldownElsewhere { .. } => "cooldown_elsewhere",
            Self::UsedElsewhere { .. } => "used_elsewhere",
            Self::BudgetSpentElsewhere { .. } => "budget_spent_elsewhere",
        }
    }

    /// Is it only advice? What may be wrong counts while others may be used, and no longer.
    #[must_use]
    #[inline(always)]
    pub const fn is_advice(self) -> bool {
        matches!(self, Self::MarkedDown | Self::Exhausted { .. } | Self::Stalled) || self.is_guess()
    }

    /// Is it only what others have told, or not known for certain?
    #[must_use]
    #[inline(always)]
    pub const fn is_guess(self) -> bool {
        matches!(self, Self::Unproved(_) | Self::Window { is_sure: false }) || self.is_elsewhere()
    }

    /// Is it only what others have told?
    #[must_use]
    pub const fn is_elsewhere(self) -> bool {
        matches!(
            self,
            Self::CooldownElsewhere { .. } | Self::UsedElsewhere { .. } | Self::BudgetSpentElsewhere { .. }
        )
    }

    /// Is it about the request, and not about the state? No wait mends that.
    #[must_use]
    pub const fn is_lasting(self) -> bool {
        matches!(
            self,
            Self::Region | Self::Tags | Self::Unable(_) | Self::Window { is_sure: true } | Self::Filtered
        )
    }

    /// Is it about money?
    #[must_use]
    pub const fn is_budget(self) -> bool {
        matches!(self, Self::BudgetSpent { .. } | Self::BudgetReserved | Self::BudgetHeld)
    }

    /// Is it about failures?
    #[must_use]
    #[inline(always)]
    pub const fn is_bench(self) -> bool {
        matches!(self, Self::Cooldown { .. } | Self::CredentialCooldown { .. } | Self::Probing)
    }

    /// When it may be over, where that is known.
    #[must_use]
    pub fn wait_ms(self, now: Millis) -> Option<u64> {
        match self {
            Self::Cooldown { until }
            | Self::CredentialCooldown { until }
            | Self::Exhausted { until }
            | Self::BudgetSpent { until }
            | Self::CooldownElsewhere { until }
            | Self::UsedElsewhere { until }
            | Self::BudgetSpentElsewhere { until } => Some(until.since(now)),
            Self::Limit { wait_ms } => wait_ms,
            Self::Drained
            | Self::MarkedDown
            | Self::Probing
            | Self::Full
            | Self::BudgetReserved
            | Self::BudgetHeld
            | Self::Stalled
            | Self::Region
            | Self::Tags
            | Self::Unable(_)
            | Self::Unproved(_)
            | Self::Window { .. }
            | Self::Filtered => None,
        }
    }
}
