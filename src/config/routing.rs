//! Whose word counts on how a deployment of a target is picked: a routing group's, else the router's. What a call asks
//! for itself beats both, and is no part of the config.

use super::{
    Deployment, DeploymentIx, GroupIx, GroupKind, LatencyRules, LimitMode, Resolved, RouterConfig, Routing,
    Strategy,
};

impl RouterConfig {
    /// How one of the deployments of a target is picked, where the call itself says nothing.
    #[must_use]
    #[inline(always)]
    pub fn routing_of(&self, target: Resolved) -> &Routing {
        let group = match target {
            Resolved::Group(group) => Some(group),
            Resolved::Deployment(ix) => self.deployment(ix).map(|known| known.group),
        };
        self.routing_in(group)
    }

    /// What is done where the strategy is the host's own, and it does not say: as the router's strategy says, if that is
    /// another one.
    #[must_use]
    pub fn strategy_instead(&self) -> Strategy {
        match self.policy.routing.strategy {
            Strategy::Custom => Strategy::default(),
            other => other,
        }
    }

    /// How the times of a deployment are kept.
    #[must_use]
    pub fn latency_of(&self, known: &Deployment) -> LatencyRules {
        self.routing_in(Some(known.group)).latency
    }

    #[inline(always)]
    fn routing_in(&self, group: Option<GroupIx>) -> &Routing {
        let own = group.and_then(|group| self.group(group)).and_then(|group| group.routing.as_ref());
        own.unwrap_or(&self.policy.routing)
    }

    /// The group in which a deployment takes its turns.
    #[must_use]
    pub fn turns_of(&self, known: &Deployment) -> GroupIx {
        self.group(known.group).and_then(|group| group.pool).unwrap_or(known.group)
    }

    /// The group in which the deployments of a target take turns beside those of their own groups: what was called by the model
    /// of its deployments, which may be of several groups.
    #[must_use]
    pub fn turns_beside(&self, target: Resolved) -> Option<GroupIx> {
        let Resolved::Group(ix) = target else { return None };
        self.group(ix).filter(|group| group.kind == GroupKind::Direct).map(|_| ix)
    }

    /// The `order` level of a deployment as one of a target.
    #[must_use]
    pub fn order_in(&self, target: Resolved, ix: DeploymentIx) -> Option<u32> {
        let group = match target {
            Resolved::Group(group) => self.group(group).filter(|group| !group.levels.is_empty()),
            Resolved::Deployment(_) => None,
        };
        let Some(group) = group else { return self.deployment(ix)?.order };
        let place = group.members.iter().position(|member| *member == ix)?;
        group.levels.get(place).copied().filter(|level| *level < u32::MAX)
    }

    /// Are the limits of a deployment bounds, and not only shares of the traffic?
    #[must_use]
    #[inline(always)]
    pub fn binds(&self, known: &Deployment) -> bool {
        (self.policy.limit_mode == LimitMode::Hard || known.is_bound) && known.has_limits()
    }

    /// Does nobody else serve the callers of a deployment: is its group its own, and part of no routing group?
    #[must_use]
    pub fn is_alone(&self, known: &Deployment) -> bool {
        self.group(known.group).is_some_and(|group| group.members.len() == 1 && group.pool.is_none())
    }

    /// Notes every strategy that the config names.
    pub(super) fn note_strategies(&mut self) {
        self.strategies.insert(self.policy.routing.strategy);
        for group in &self.groups {
            group.routing.iter().for_each(|routing| _ = self.strategies.insert(routing.strategy));
        }
    }
}
