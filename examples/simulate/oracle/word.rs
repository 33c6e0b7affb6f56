//! What the host has said of the deployments of a call's target: whom it leaves, and whom it would choose.

use switchman::config::{DeploymentIx, GroupIx};
use switchman::error::FaultKind;
use switchman::plan::{Action, Ask};
use switchman::sim::{CallNo, Entry, Ranker, Sifter, World};

use super::calls::Own;
use super::choice::Stand;
use super::{Broken, Oracle, rule};

/// Whom the host would choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// This one first.
    First(DeploymentIx),
    /// These, and nobody else.
    Only(Vec<DeploymentIx>),
}

/// The host's words on the present target of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    /// Whom it leaves of the target that it was asked about last; all that it was shown, until it has answered.
    left: Option<Vec<DeploymentIx>>,
    /// Has it answered?
    has_left: bool,
    /// Whom it was shown when it was asked whom to choose: of which group, and who.
    shown: Option<(GroupIx, Vec<DeploymentIx>)>,
    named: Option<Named>,
    /// What it is being asked.
    asking: Option<Ask>,
    /// Of which levels of which groups it was asked in vain or not, since the call began anew.
    asked: Vec<(GroupIx, u32)>,
}

impl Word {
    /// The call begins anew.
    pub(super) fn forget_ranks(&mut self) {
        self.named = None;
        self.asked.clear();
    }

    /// A deployment of a level is sent to: from there the call comes to the higher ones anew.
    pub(super) fn sent(&mut self, group: GroupIx, level: u32) {
        self.asked.retain(|(of, asked)| *of != group || *asked <= level);
    }

    /// Does the host leave a deployment of the present target, as far as it was asked?
    pub(super) fn leaves(&self, ix: DeploymentIx) -> bool {
        self.left.as_ref().is_none_or(|left| left.contains(&ix))
    }

    /// The config has changed: a host that says nothing has said nothing of those who have come since.
    pub(super) fn is_silent(&self) -> bool {
        !self.has_left
    }

    /// Whom the host has named of a group.
    pub(super) fn named(&self, group: GroupIx) -> Option<&Named> {
        let is_of_group = self.shown.as_ref().is_some_and(|(of, _)| *of == group);
        self.named.as_ref().filter(|_| is_of_group)
    }

    /// May a deployment of a group be used, as far as the strategy of the host's own goes?
    pub(super) fn allows(&self, group: GroupIx, ix: DeploymentIx) -> bool {
        match self.named(group) {
            Some(Named::Only(list)) => list.contains(&ix),
            Some(Named::First(_)) | None => true,
        }
    }
}

impl Oracle {
    fn all_of(&self, ids: &[String]) -> Vec<DeploymentIx> {
        ids.iter().filter_map(|id| self.config.names.id(id)).collect()
    }

    pub(super) fn order(&self, ix: DeploymentIx) -> u32 {
        self.config.deployments[usize::from(ix.0)].order.unwrap_or(u32::MAX)
    }

    /// Notes what the host is asked, and what it says.
    pub(super) fn hear(&mut self, world: &World, entry: &Entry) -> Result<(), Broken> {
        let outcome = world.outcome(CallNo(entry.call)).ok_or("a call that is not there")?;
        // An answer that comes too late answers nothing: the call has gone on.
        if entry.event.starts_with("the host names")
            && self.calls.of(entry.call).word.asking == Some(Ask::Rank)
        {
            self.hear_named(entry.call);
        }
        let own = self.calls.of_mut(entry.call);
        // What comes of a question that was not answered.
        let is_answer = entry.event.starts_with("the host ") && !entry.event.ends_with("Failed");
        let goes_on = entry.step.action.is_some() || !entry.step.deltas.is_empty();
        if own.word.asking.is_some() && !is_answer && goes_on {
            let ends = |kind| matches!(kind, FaultKind::Hook | FaultKind::Timeout | FaultKind::Cancelled);
            let has_ended = matches!(&entry.step.action, Some(Action::Done(Err(fault))) if ends(fault.kind));
            let is_closed = self.setup.host["hookFailure"] == "closed";
            rule!(!is_closed || has_ended, "the host has failed, and the call goes on");
        }
        if entry.event.starts_with("the host answers Filter with Ranking")
            && own.word.asking == Some(Ask::Filter)
            && let (Some(shown), Some(Sifter::Leaves(ids) | Sifter::LeavesAfter(_, ids))) =
                (&mut own.word.left, self.setup.sifter)
        {
            let deployments = &self.config.deployments;
            own.word.has_left = true;
            shown.retain(|ix| ids.contains(&deployments[usize::from(ix.0)].id.as_str()));
        }
        if goes_on {
            own.word.asking = None;
        }
        match &entry.step.action {
            Some(Action::Ask(Ask::Filter)) => {
                let shown = outcome.asked.last().and_then(|asked| asked.strip_prefix("filter "));
                let ids: Vec<String> =
                    shown.unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect();
                let shown = self.all_of(&ids);
                let word = &mut self.calls.of_mut(entry.call).word;
                (word.left, word.has_left, word.asking) = (Some(shown), false, Some(Ask::Filter));
                self.tally.filters += 1;
            }
            Some(Action::Ask(Ask::Rank)) => {
                let shown = self.all_of(outcome.ranked.last().map_or(&[], Vec::as_slice));
                rule!(!shown.is_empty(), "the host is asked whom to choose of nobody");
                let group = self.config.deployments[usize::from(shown[0].0)].group;
                let level = shown.iter().map(|ix| self.order(*ix)).min().unwrap_or(u32::MAX);
                let call = self.calls.of(entry.call);
                for ix in &shown {
                    let why = self.why_not(*ix, call, super::choice::MINUTE_MS);
                    let may = self.config.policy.when_all_down
                        == switchman::config::WhenAllDown::LeastRecentlyFailed
                        && why.is_some_and(super::choice::Why::is_bench);
                    rule!(may || why.is_none(), "the host is shown {ix:?}, who is {why:?}");
                }
                let is_first = call.is_shaken || !call.word.asked.contains(&(group, level));
                let word = &mut self.calls.of_mut(entry.call).word;
                rule!(is_first, "the host is asked twice about level {level}");
                word.asked.push((group, level));
                (word.shown, word.named, word.asking) = (Some((group, shown)), None, Some(Ask::Rank));
                self.tally.ranks += 1;
            }
            _ => {}
        }
        Ok(())
    }

    fn hear_named(&mut self, call: usize) {
        let Some((group, shown)) = self.calls.of(call).word.shown.clone() else { return };
        let name = &self.config.groups[usize::from(group.0)].name;
        let place = self.setup.groups.iter().position(|known| known == name);
        let ranker = place.and_then(|place| self.setup.rankers.get(place));
        let ranker = if let Some(Ranker::After(_, inner)) = ranker { Some(&**inner) } else { ranker };
        // One that was taken out meanwhile was named all the same.
        let id_of = |ix: &DeploymentIx| self.config.deployment(*ix).map(|known| &known.id);
        let find = |id: &String| shown.iter().copied().find(|ix| id_of(ix) == Some(id));
        let named = match ranker {
            Some(Ranker::Picks(id)) => Some(find(id).map_or(Named::Only(Vec::new()), Named::First)),
            Some(Ranker::Ranks(ids)) => Some(Named::Only(ids.iter().filter_map(find).collect())),
            Some(Ranker::Nobody) => Some(Named::Only(Vec::new())),
            _ => None,
        };
        self.calls.of_mut(call).word.named = named;
    }

    /// A deployment that is sent to is one that the host leaves.
    pub(super) fn check_word(&self, world: &World, entry: &Entry, to: DeploymentIx) -> Result<(), Broken> {
        let call = self.calls.of(entry.call);
        let known = &self.config.deployments[usize::from(to.0)];
        if self.setup.sifter.is_some() && !call.is_ping() {
            let Some(left) = &call.word.left else {
                return Err(format!("{} is sent to, and the host was not asked", known.id));
            };
            rule!(
                left.contains(&to) || call.leaves(to),
                "{} is sent to, whom the host does not leave",
                known.id
            );
        }
        let allowed = call.word.allows(known.group, to);
        rule!(allowed || call.may_be_named(to), "{} is sent to, whom the host has not named", known.id);
        if entry.event.starts_with("the host names") && call.word.named(known.group).is_some() {
            return self.check_first(world, call, to);
        }
        Ok(())
    }

    /// When the host has just said whom it would choose, the best of them that may be used is sent to.
    fn check_first(&self, world: &World, call: &Own, to: DeploymentIx) -> Result<(), Broken> {
        if call.is_shaken {
            return Ok(());
        }
        let known = &self.config.deployments[usize::from(to.0)];
        let members = &self.config.groups[usize::from(known.group.0)].members;
        let Some(named) = call.word.named(known.group) else { return Ok(()) };
        let list = match named {
            Named::First(ix) => std::slice::from_ref(ix),
            Named::Only(list) => list.as_slice(),
        };
        for ix in list {
            match self.stand(world, *ix, call) {
                Stand::Out => {}
                Stand::Unknown => return Ok(()),
                Stand::In => {
                    // One of a lower level may have come free meanwhile.
                    let is_lower = |one: &DeploymentIx| self.order(*one) < self.order(*ix);
                    let is_there = |one: &DeploymentIx| self.stand(world, *one, call) != Stand::Out;
                    let is_passed = members.iter().any(|one| is_lower(one) && is_there(one));
                    rule!(to == *ix || is_passed, "the host would choose {ix:?}, and {to:?} is sent to");
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
