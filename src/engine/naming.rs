//! Which target a call is for. A name that a pattern matches gets a group of its own at its first call; there are at most
//! [`MAX_MADE`] such groups, and one that no running call uses makes room for the next.

use serde_json::Value;
use smallvec::SmallVec;

use crate::base::text::has;
use crate::config::{
    Blueprint, CallOptions, Deployment, FallbackLists, FallbackTarget, Found, GroupIx, MAX_MADE, Problem,
    Resolved, each_fallback_name,
};
use crate::dialect;
use crate::error::{Fault, FaultKind};

use super::inbound::Facts;
use super::router::Router;

/// Groups that a call refers to and that may go once it is over.
pub(super) type Holds = SmallVec<[GroupIx; 1]>;

/// What the model of a call means.
#[derive(Debug, Default)]
pub(super) struct Meant {
    /// The target, and what it changes of the request; `None` if nobody knows the name.
    pub(super) target: Option<FallbackTarget>,
    /// Nobody knows the name, and the first of the default fallbacks answers in its place.
    pub(super) is_default: bool,
    /// The groups that must stay as long as the call runs.
    pub(super) holds: Holds,
}

impl Meant {
    /// The target itself.
    pub(super) fn to(&self) -> Option<Resolved> {
        self.target.as_ref().map(|target| target.to)
    }
}

impl Router {
    /// Reads the options of a call.
    ///
    /// # Errors
    /// Every mistake in them, as one fault.
    pub fn options(&mut self, value: &Value) -> Result<CallOptions, Fault> {
        let mut names: Vec<String> = Vec::new();
        each_fallback_name(value, &mut |name| names.push(name.to_owned()));
        let mut holds = Holds::new();
        for name in &names {
            // Where there is no room, the list names a group that is not there.
            if let Ok(Some(Found { target: Resolved::Group(group), .. })) = self.found(name, true, &holds) {
                holds.push(group);
            }
        }
        CallOptions::parse(&self.config, value).map_err(|problems| {
            let told: Vec<String> = problems.iter().map(Problem::to_string).collect();
            Fault::new(FaultKind::BadRequest, told.join("; "))
        })
    }

    /// Reads the options that a trusted caller put into a body. `metadata` is the host's.
    ///
    /// # Errors
    /// See [`Router::options`].
    pub fn options_of(&mut self, facts: &Facts, metadata: Option<&Value>) -> Result<CallOptions, Fault> {
        let steering = facts.steering(&self.config, metadata)?;
        steering.map_or_else(|| Ok(CallOptions::default()), |value| self.options(&value))
    }

    /// The group that the rules of the config name for a request, in the place of its model. `about` has its `metadata` and
    /// `params`.
    #[must_use]
    pub fn ruled(&self, model: &str, about: &Value) -> Option<&str> {
        self.config.rules.group(model, about)
    }

    /// What the model of a call means. A name that nobody knows means the first of the default fallbacks that may be used, as in
    /// LiteLLM; what is known and may not be used means itself, so that the call hears of it.
    pub(super) fn meant(
        &mut self,
        model: &str,
        options: &CallOptions,
        may_be_direct: bool,
    ) -> Result<Meant, Fault> {
        let mut holds = self.held_by(options);
        let found = if options.specific_deployment {
            self.direct(model, &holds)?
        } else {
            self.found(model, may_be_direct, &holds)?
        };
        let target = found.filter(|found| may_be_direct || !found.is_direct).map(|found| found.target);
        if let Some(Resolved::Group(group)) = target
            && self.config.names.is_made(group)
        {
            self.config.names.note_use(group);
            holds.push(group);
        }
        if target.is_none()
            && !options.specific_deployment
            && let Some(default) = self.config.default_target(model)
        {
            return Ok(Meant { target: Some(default.clone()), is_default: true, holds });
        }
        Ok(Meant { target: target.map(FallbackTarget::from), is_default: false, holds })
    }

    fn held_by(&self, options: &CallOptions) -> Holds {
        let CallOptions { fallbacks, context_window_fallbacks, content_policy_fallbacks, .. } = options;
        let lists = [fallbacks, context_window_fallbacks, content_policy_fallbacks];
        let targets = lists.into_iter().flatten().flat_map(FallbackLists::targets);
        let groups = targets.filter_map(|target| match target {
            Resolved::Group(group) => Some(group),
            Resolved::Deployment(_) => None,
        });
        groups.filter(|group| self.config.names.is_made(*group)).collect()
    }

    /// What a name means; made, if that has not been done.
    fn found(&mut self, model: &str, may_be_direct: bool, holds: &[GroupIx]) -> Result<Option<Found>, Fault> {
        let found = if may_be_direct { self.config.find(model) } else { self.config.find_named(model) };
        if found.is_some() {
            return Ok(found);
        }
        let blueprint = self.config.blueprint(model).filter(|found| may_be_direct || !found.is_direct());
        blueprint.map(|blueprint| self.make(&blueprint, holds)).transpose()
    }

    /// The deployments whose `litellm_params.model` it is.
    fn direct(&mut self, model: &str, holds: &[GroupIx]) -> Result<Option<Found>, Fault> {
        if let Some(group) = self.config.names.direct(model) {
            return Ok(Some(Found { target: Resolved::Group(group), is_direct: true }));
        }
        let blueprint = self.config.direct_blueprint(model);
        blueprint.map(|blueprint| self.make(&blueprint, holds)).transpose()
    }

    fn make(&mut self, blueprint: &Blueprint, holds: &[GroupIx]) -> Result<Found, Fault> {
        let since = self.calls.oldest().unwrap_or(self.version);
        self.config.forget_keys(since);
        let mut used = None;
        loop {
            if let Some(group) = self.config.make(blueprint, since) {
                self.enter(group);
                return Ok(Found { target: Resolved::Group(group), is_direct: blueprint.is_direct() });
            }
            let used = used.get_or_insert_with(|| self.calls.held());
            if !self.config.unmake(|group| !holds.contains(&group) && !used.contains(&group)) {
                let message = format!("{MAX_MADE} names of models are in use, and there is room for no more");
                return Err(Fault::new(FaultKind::NoDeployment, message));
            }
            // What is known outside of a slot may be of its last owner.
            self.version = self.version.wrapping_add(1);
        }
    }

    /// Prepares the state for a group that was made.
    fn enter(&mut self, group: GroupIx) {
        self.state.enter_group(group);
        let members = self.config.group(group).map(|group| group.members.clone()).unwrap_or_default();
        for ix in members {
            if let Some(known) = self.config.deployments.get_mut(usize::from(ix.0))
                && known.parent.is_some()
            {
                complete(known);
                self.state.enter_deployment(ix);
            }
        }
        self.price_deployments();
    }
}

/// Fills in what is known of a deployment's model, once it is known which one that is.
pub(super) fn complete(deployment: &mut Deployment) {
    if !has(&deployment.model, b'*') {
        let known = deployment.prefill.unwrap_or_else(|| dialect::has_prefill(deployment));
        deployment.prefill = Some(known);
    }
}
