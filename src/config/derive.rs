//! Groups that are made when they are first asked for: for a name that a pattern matches, and for the model of declared
//! deployments. Once made, such a group is one like any other, so that the rest of the router knows of no patterns.
//!
//! A name that a pattern matches gets deployments of its own: each has the id of the declared one and its own health, so
//! that a model that fails leaves the others alone. What is declared once (limits, credentials) stays one: see
//! [`Deployment::limit_cell`].

use super::load::read::MAX_NAME;
use super::names::{Made, Names};
use super::pattern::{filled, is_pattern};
use super::{Deployment, DeploymentIx, Group, GroupIx, GroupKind, Resolved, RouterConfig};

/// How many groups calls may have made at once; those that the config's own words need are not counted.
pub const MAX_MADE: usize = 256;

/// What a model's name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The target.
    pub target: Resolved,
    /// It names deployments past their group: by their id or their model.
    pub is_direct: bool,
}

/// A group that can be made.
#[derive(Clone, Debug)]
pub struct Blueprint {
    name: String,
    kind: GroupKind,
    /// The declared deployments, each with the model that it serves in a deployment of its own.
    members: Vec<(DeploymentIx, Option<String>)>,
}

impl Blueprint {
    /// Does it name deployments past their group?
    #[must_use]
    pub fn is_direct(&self) -> bool {
        self.kind == GroupKind::Direct
    }

    /// The declared deployments, each with the model that it would serve in a deployment of its own.
    #[must_use]
    pub fn members(&self) -> &[(DeploymentIx, Option<String>)] {
        &self.members
    }

    fn new_deployments(&self) -> usize {
        self.members.iter().filter(|(_, model)| model.is_some()).count()
    }
}

impl RouterConfig {
    /// What a name means by what there is: an alias, a group, an id, or a group that has been made.
    #[must_use]
    pub fn find(&self, model: &str) -> Option<Found> {
        let direct = |target| Some(Found { target, is_direct: true });
        let id = || self.names.id(model).filter(|ix| self.has_model(*ix));
        if self.names.group(model).is_none()
            && let Some(ix) = id()
        {
            return direct(Resolved::Deployment(ix));
        }
        if let Some(found) = self.find_named(model) {
            return Some(found);
        }
        // What a pattern matches is no model of a deployment, even before its group is made.
        let is_matched = self.names.matched(model).is_some();
        let group = self.names.direct(model).filter(|_| !is_matched)?;
        direct(Resolved::Group(group))
    }

    /// As [`RouterConfig::find`], for those to whom ids and models of deployments are no names.
    #[must_use]
    pub fn find_named(&self, model: &str) -> Option<Found> {
        let matched = || self.names.matched(model).and_then(|(_, form)| self.names.derived(&form));
        let group = self.names.group(model).or_else(matched)?;
        Some(Found { target: Resolved::Group(group), is_direct: false })
    }

    /// How to make what [`RouterConfig::find`] does not find; `None` if the name means nothing.
    #[must_use]
    pub fn blueprint(&self, model: &str) -> Option<Blueprint> {
        let is_name = model.len() <= MAX_NAME && !model.chars().any(char::is_control);
        let Some((pattern, form)) = self.names.matched(model).filter(|_| is_name) else {
            return self.direct_blueprint(model);
        };
        let pieces = Names::pieces(pattern, &form);
        let serves = |ix: &DeploymentIx| {
            let known = self.deployment(*ix)?;
            Some((*ix, Some(filled(&known.model, &known.provider, &pieces, &form)?)))
        };
        let members: Vec<_> = self.group(pattern.group)?.members.iter().filter_map(serves).collect();
        let kind = GroupKind::Derived { from: pattern.group };
        (!members.is_empty() && self.allows_group(pattern.group)).then(|| Blueprint {
            name: form.clone(),
            kind,
            members,
        })
    }

    /// The declared deployments that have this `litellm_params.model`, as a group.
    #[must_use]
    pub fn direct_blueprint(&self, model: &str) -> Option<Blueprint> {
        let is_asked = |(position, known): (usize, &Deployment)| {
            let ix = DeploymentIx(u16::try_from(position).ok()?);
            let is_one = !known.is_retired && known.parent.is_none() && known.is_written(model);
            (is_one && self.has_model(ix) && self.allows_group(known.group)).then_some((ix, None))
        };
        let members: Vec<_> = self.deployments.iter().enumerate().filter_map(is_asked).collect();
        let kind = GroupKind::Direct;
        (!members.is_empty()).then(|| Blueprint { name: model.to_owned(), kind, members })
    }

    /// Makes a group for as long as the config lasts.
    pub(super) fn keep(&mut self, model: &str) -> Option<GroupIx> {
        let blueprint = self.find(model).is_none().then(|| self.blueprint(model)).flatten()?;
        let group = self.build(&blueprint, u64::MAX)?;
        let kept = if blueprint.is_direct() { &mut self.names.kept_direct } else { &mut self.names.kept };
        kept.insert(&blueprint.name, group.0.into());
        Some(group)
    }

    /// Makes a group for a call. `None` if there are too many, or no slots for its deployments: then one that nobody uses
    /// must go first, see [`RouterConfig::unmake`]. Slots that were given up by `since` are taken again.
    pub fn make(&mut self, blueprint: &Blueprint, since: u64) -> Option<GroupIx> {
        if self.names.made.len() >= MAX_MADE {
            return None;
        }
        let group = self.build(blueprint, since)?;
        let name = blueprint.name.clone();
        self.names.made.push(Made { name, group, is_direct: blueprint.is_direct(), used: 0 });
        self.names.note_use(group);
        Some(group)
    }

    /// Gives up the group that a call made and that has not been used for the longest time, and that may go. Returns
    /// whether there is one.
    pub fn unmake(&mut self, may_go: impl Fn(GroupIx) -> bool) -> bool {
        let mut oldest: Option<(u64, usize)> = None;
        for (position, made) in self.names.made.iter().enumerate() {
            if oldest.is_none_or(|(used, _)| made.used < used) && may_go(made.group) {
                oldest = Some((made.used, position));
            }
        }
        let Some((_, position)) = oldest else { return false };
        let made = self.names.made.swap_remove(position);
        // No call refers to it, so that the slots are free at once.
        self.retire_group(made.group, 0);
        true
    }

    fn build(&mut self, blueprint: &Blueprint, since: u64) -> Option<GroupIx> {
        let fresh = usize::from(u16::MAX).saturating_sub(self.deployments.len());
        let room = fresh.saturating_add(self.spare.deployments_since(since));
        if blueprint.new_deployments() > room {
            return None;
        }
        let group = self.spare.group(since).or_else(|| GroupIx::at(self.groups.len()))?;
        let mut members = Vec::new();
        for (declared, model) in &blueprint.members {
            members.push(match model {
                None => *declared,
                Some(model) => self.derived_deployment(*declared, model, group, since)?,
            });
        }
        let of = match blueprint.kind {
            GroupKind::Derived { from } => Some(from),
            // As for the first of its deployments.
            _ => members.first().and_then(|first| self.deployment(*first)).map(|first| first.group),
        };
        let of = of.and_then(|of| self.group(of));
        let (routing, pool) = of.map(|of| (of.routing, of.pool)).unwrap_or_default();
        let pattern = of.filter(|_| !blueprint.is_direct());
        let (retry_policy, affinity) = pattern.map(|of| (of.retry_policy, of.affinity)).unwrap_or_default();
        let (name, kind, levels) = (blueprint.name.clone(), blueprint.kind, Vec::new());
        let made = Group { name, members, kind, retry_policy, affinity, routing, pool, levels };
        put(&mut self.groups, group.0, made);
        Some(group)
    }

    fn derived_deployment(
        &mut self,
        declared: DeploymentIx,
        model: &str,
        group: GroupIx,
        since: u64,
    ) -> Option<DeploymentIx> {
        let parent = self.deployment(declared)?;
        let mut derived =
            Deployment { model: model.to_owned(), group, parent: Some(declared), ..parent.clone() };
        derived.set_rules();
        let ix = self.spare.deployment(since).or_else(|| DeploymentIx::at(self.deployments.len()))?;
        put(&mut self.deployments, ix.0, derived);
        Some(ix)
    }

    /// Gives the groups that were made from patterns the policies of those, and their routing, where they have none of their own.
    pub(super) fn inherit_policies(&mut self) {
        for position in 0..self.groups.len() {
            let Some(GroupKind::Derived { from }) = self.groups.get(position).map(|group| group.kind) else {
                continue;
            };
            let Some(pattern) = self.group(from) else { continue };
            let (policy, routing, pool) = (pattern.retry_policy, pattern.routing, pattern.pool);
            let affinity = pattern.affinity;
            let Some(made) = self.groups.get_mut(position) else { continue };
            made.retry_policy = made.retry_policy.or(policy);
            made.affinity = made.affinity.or(affinity);
            (made.routing, made.pool) = (made.routing.or(routing), made.pool.or(pool));
        }
        for position in 0..self.deployments.len() {
            let parent = self.deployments.get(position).and_then(|known| self.deployment(known.parent?));
            let is_bound = parent.is_some_and(|parent| parent.is_bound);
            self.deployments.get_mut(position).into_iter().for_each(|known| known.is_bound |= is_bound);
        }
    }

    /// Takes the deployments that the host does not allow out of the groups that were made before its list was read.
    pub(super) fn leave_out_forbidden(&mut self) {
        let allowed: Vec<bool> =
            self.deployments.iter().map(|known| self.allows_group(known.group)).collect();
        for group in self.groups.iter_mut().filter(|group| group.kind == GroupKind::Direct) {
            group.members.retain(|ix| allowed.get(usize::from(ix.0)) == Some(&true));
        }
    }

    /// Does a deployment know which model to ask its provider for? One that is declared under a pattern, and whose model
    /// has a star, does not.
    pub(super) fn has_model(&self, ix: DeploymentIx) -> bool {
        self.deployment(ix).is_some_and(|known| {
            let is_of_pattern = self.group(known.group).is_some_and(|group| group.kind == GroupKind::Pattern);
            !(is_of_pattern && is_pattern(&known.model))
        })
    }
}

pub(super) fn put<T>(slots: &mut Vec<T>, at: u16, value: T) {
    match slots.get_mut(usize::from(at)) {
        Some(slot) => *slot = value,
        None => slots.push(value),
    }
}
