//! What would become of a call, told without making it: whom it would go to, and where each fault would lead.

use crate::base::rng::Rng;
use crate::base::time::Millis;
use crate::config::{CallOptions, DeploymentIx, FallbackTarget, GroupIx, Keys, Resolved, RouterConfig};
use crate::error::{Fault, FaultKind, Side};
use crate::state::View;
use crate::strategy::{Candidates, Need, Refused, Strategy};

use super::event::Answer;
use super::fallback::{Targets, allowed, group_of, is_led_on, lists};
use super::nobody::nobody;
use super::rank::{Ranking, chose_nobody};
use super::refusal::unknown_model;
use super::select::{Pick, Wish, candidates, pick};

/// What a look at a choice has to go by.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// What the request needs, but for the next.
    pub need: Need<'static>,
    /// Who cannot serve it, whatever the state.
    pub refused: Refused,
    /// The strategy that the call asks for; `None` where it leaves that to the config.
    pub strategy: Option<Strategy>,
    /// What the call is known by.
    pub keys: Option<Keys>,
    /// Whom the host has named, where the strategy is its own. Where it has not said, the choice is made without it.
    pub named: Option<Answer>,
}

/// Whom the host would be asked to rank for a call to a target now; `None` where the strategy is not its own.
#[must_use]
pub fn to_rank(view: View<'_>, now: Millis, target: Option<Resolved>, look: &Look) -> Option<Candidates> {
    let target =
        target.filter(|target| allowed(view.config, *target) && matches!(target, Resolved::Group(_)))?;
    let strategy = look.strategy.unwrap_or(view.config.routing_of(target).strategy);
    (strategy == Strategy::Custom).then(|| candidates(view, now, &wish(view, target, look, None)).0)
}

impl Look {
    fn need(&self) -> Need<'_> {
        Need { refused: Some(&self.refused).filter(|refused| !refused.is_empty()), ..self.need }
    }
}

fn wish<'a>(view: View<'_>, target: Resolved, look: &'a Look, ranking: Option<&'a Ranking>) -> Wish<'a> {
    let (need, strategy) = (look.need(), look.strategy);
    let bond = look.keys.as_ref().and_then(|keys| view.config.bond(target, keys));
    Wish { target, strategy, ranking, failed: &[], leave: &|_| false, need, bond, again: false, attempt: 0 }
}

/// Whom a call to `requested` would be sent to now, among the target itself. Nothing is reserved.
///
/// # Errors
/// What the call would hear if nobody were left, or the model is not known.
pub fn choose(
    view: View<'_>,
    now: Millis,
    requested: &str,
    target: Option<Resolved>,
    look: &Look,
    rng: &mut Rng,
) -> Result<DeploymentIx, Fault> {
    let target = target.filter(|target| allowed(view.config, *target));
    let unknown = || Fault::new(FaultKind::UnknownModel, unknown_model(requested, view));
    let target = target.ok_or_else(unknown)?;
    let ranking = look.named.as_ref().and_then(Ranking::of);
    match pick(view, now, &wish(view, target, look, ranking.as_ref()), rng, None) {
        Pick::Untried(ix) | Pick::Tried(ix) => Ok(ix),
        Pick::Nobody
            if ranking.is_some() && !candidates(view, now, &wish(view, target, look, None)).0.is_empty() =>
        {
            Err(chose_nobody(view, target))
        }
        Pick::Nobody => Err(nobody(view, now, target, look.need(), &[])),
    }
}

/// Why a fault leads to no other target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nowhere {
    /// `disable_fallbacks`.
    Disabled,
    /// `max_fallbacks` is 0.
    NoneAllowed,
    /// It is none of the faults that lead on.
    NotLedOn,
    /// No list has the group.
    NotDeclared,
    /// The lists have nothing but the group itself, and what the host does not allow.
    NotUsable,
}

impl Nowhere {
    /// The name that `explain` gives it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::NoneAllowed => "max_fallbacks",
            Self::NotLedOn => "does_not_fall_back",
            Self::NotDeclared => "not_declared",
            Self::NotUsable => "not_usable",
        }
    }
}

/// Where some kinds of faults lead.
#[derive(Clone, Debug)]
pub struct Onward {
    /// Which.
    pub kinds: Vec<FaultKind>,
    /// The targets in turn, if each of them fails in the same way; or why there are none.
    pub targets: Result<Vec<FallbackTarget>, Nowhere>,
}

/// Where each fault of a call to `first` would lead. Kinds that lead to the same targets are told together.
#[must_use]
pub fn onward(config: &RouterConfig, options: &CallOptions, first: Resolved) -> Vec<Onward> {
    let mut all: Vec<Onward> = Vec::new();
    let is_met = |kind: &FaultKind| kind.side() != Side::Router || *kind == FaultKind::NoDeployment;
    let is_before = |kind: &FaultKind| {
        let before = [FaultKind::UnknownModel, FaultKind::Cancelled, FaultKind::UnknownPath];
        before.contains(kind) || *kind == FaultKind::MethodNotAllowed
    };
    for kind in FaultKind::ALL.into_iter().filter(|kind| is_met(kind) && !is_before(kind)) {
        let targets = plan(config, options, first, kind);
        match all.iter_mut().find(|known| known.targets == targets) {
            Some(known) => known.kinds.push(kind),
            None => all.push(Onward { kinds: vec![kind], targets }),
        }
    }
    all
}

fn plan(
    config: &RouterConfig,
    options: &CallOptions,
    first: Resolved,
    kind: FaultKind,
) -> Result<Vec<FallbackTarget>, Nowhere> {
    let group = |target| match target {
        Resolved::Group(group) => Some(group),
        Resolved::Deployment(ix) => group_of(config, ix),
    };
    let (mut targets, mut found) = (Targets::new(first, config, options), Vec::new());
    let mut at = group(first);
    while let Some(next) = at.and_then(|at| targets.after(config, options, at, kind)) {
        at = group(next.to);
        found.push(next);
    }
    if found.is_empty() { Err(why_nowhere(config, options, group(first), kind)) } else { Ok(found) }
}

fn why_nowhere(
    config: &RouterConfig,
    options: &CallOptions,
    group: Option<GroupIx>,
    kind: FaultKind,
) -> Nowhere {
    let is_declared = group.is_some_and(|group| !lists(config, options, group, kind).is_empty());
    if options.disable_fallbacks {
        Nowhere::Disabled
    } else if options.max_fallbacks.unwrap_or(config.policy.max_fallbacks) == 0 {
        Nowhere::NoneAllowed
    } else if is_declared {
        Nowhere::NotUsable
    } else if is_led_on(config, options, kind) {
        Nowhere::NotDeclared
    } else {
        Nowhere::NotLedOn
    }
}
