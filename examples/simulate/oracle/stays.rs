//! Affinity: calls of one key go to one deployment, as long as it is there; who is taken out moves nobody else.

use std::collections::BTreeMap;

use switchman::config::{DeploymentIx, GroupIx};
use switchman::sim::{Entry, World};

use super::calls::Own;
use super::choice::Stand;
use super::{Broken, Oracle, rule};

/// So many sends under way are never too much for a deployment that calls stay with.
const NEVER_FULL: usize = 8;

/// What a choice was made among, and what was chosen, of each key in each group.
pub(super) type Chosen = BTreeMap<(GroupIx, String), Vec<(Vec<DeploymentIx>, DeploymentIx)>>;

impl Oracle {
    /// What a call stays by in a group.
    fn key_of(&self, group: GroupIx, call: &Own) -> Option<String> {
        let name = &self.config.groups[usize::from(group.0)].name;
        let place = self.setup.groups.iter().position(|known| known == name)?;
        let stays = self.setup.stays.get(place)?;
        let mut all = stays.iter().zip(&call.keys).filter(|(is_on, _)| **is_on);
        all.find_map(|(_, key)| key.clone())
    }

    /// The first send of a call that has a key.
    pub(super) fn check_stays(
        &mut self,
        world: &World,
        entry: &Entry,
        to: DeploymentIx,
    ) -> Result<(), Broken> {
        let call = self.calls.of(entry.call);
        let known = &self.config.deployments[usize::from(to.0)];
        let group = known.group;
        let is_plain = call.sends.is_empty()
            && !call.is_shaken
            && call.word.named(group).is_none()
            && !call.may_be_named(to);
        let Some(key) = self.key_of(group, call).filter(|_| is_plain && !call.is_ping()) else {
            return Ok(());
        };
        let members = &self.config.groups[usize::from(group.0)].members;
        let stands: Vec<Stand> = members.iter().map(|ix| self.stand(world, *ix, call)).collect();
        let is_calm = members.iter().all(|ix| self.books.open(*ix, self.now) < NEVER_FULL);
        if stands.contains(&Stand::Unknown) || !is_calm {
            return Ok(());
        }
        let there = members.iter().zip(stands).filter(|(_, stand)| *stand == Stand::In).map(|(ix, _)| *ix);
        let order = |ix: &DeploymentIx| self.config.deployments[usize::from(ix.0)].order.unwrap_or(u32::MAX);
        let there: Vec<DeploymentIx> = there.collect();
        let lowest = there.iter().map(order).min();
        let there: Vec<DeploymentIx> = there.into_iter().filter(|ix| Some(order(ix)) == lowest).collect();
        if !there.contains(&to) {
            // Nobody is there for certain, or it is one of a last resort.
            return Ok(());
        }
        let before = self.chosen.entry((group, key)).or_default();
        for (among, chosen) in before.iter() {
            let has = |all: &[DeploymentIx], some: &[DeploymentIx]| some.iter().all(|one| all.contains(one));
            let is_moved =
                (has(among, &there) && there.contains(chosen)) || (has(&there, among) && among.contains(&to));
            rule!(
                !is_moved || *chosen == to,
                "calls went to {chosen:?} among {among:?}, and go to {to:?} among {there:?}"
            );
        }
        if before.iter().any(|(among, _)| *among == there) {
            self.tally.stayed += usize::from(there.len() > 1);
        } else {
            before.push((there, to));
        }
        Ok(())
    }
}
