//! Slots of deployments and groups that nobody has any more. A running call may still refer to one, so it waits until no
//! call is left that began before it was given up.

use super::{DeploymentIx, GroupIx, GroupKind, RouterConfig};

/// The slots, each with the moment when it was given up, counted in changes of the config.
#[derive(Clone, Debug, Default)]
pub(super) struct Spare {
    deployments: Vec<(DeploymentIx, u64)>,
    groups: Vec<(GroupIx, u64)>,
}

fn take<T: Copy>(slots: &mut Vec<(T, u64)>, since: u64) -> Option<T> {
    let place = slots.iter().position(|(_, given_up)| *given_up <= since)?;
    Some(slots.swap_remove(place).0)
}

impl Spare {
    /// How many slots of deployments were given up by then.
    pub(super) fn deployments_since(&self, since: u64) -> usize {
        self.deployments.iter().filter(|(_, given_up)| *given_up <= since).count()
    }

    /// Takes the slot of a deployment that was given up by then.
    pub(super) fn deployment(&mut self, since: u64) -> Option<DeploymentIx> {
        take(&mut self.deployments, since)
    }

    /// Takes the slot of a group that was given up by then.
    pub(super) fn group(&mut self, since: u64) -> Option<GroupIx> {
        take(&mut self.groups, since)
    }
}

impl RouterConfig {
    /// Gives up a group. Its name is kept for the calls that have to tell of it.
    pub(super) fn retire_slot(&mut self, ix: GroupIx, moment: u64) -> Vec<DeploymentIx> {
        let Some(group) = self.groups.get_mut(usize::from(ix.0)) else { return Vec::new() };
        group.kind = GroupKind::Retired;
        self.spare.groups.push((ix, moment));
        std::mem::take(&mut group.members)
    }

    /// Gives up a group that was made, with the deployments that were made for it.
    pub(super) fn retire_group(&mut self, ix: GroupIx, moment: u64) {
        for member in self.retire_slot(ix, moment) {
            if self.deployment(member).is_some_and(|known| known.group == ix) {
                self.retire_deployment(member, moment);
            }
        }
    }

    /// Gives up a deployment: nothing more is sent to it. Its credential is kept only as long as a call may still have to
    /// take it out of an error.
    pub(super) fn retire_deployment(&mut self, ix: DeploymentIx, moment: u64) {
        let Some(known) = self.deployments.get_mut(usize::from(ix.0)) else { return };
        known.is_retired = true;
        // What comes of it late is nobody's else.
        known.credential = ix;
        self.spare.deployments.push((ix, moment));
    }

    /// Forgets the credentials of deployments that were given up by then.
    pub fn forget_keys(&mut self, since: u64) {
        let Self { spare, deployments, .. } = self;
        for (ix, _) in spare.deployments.iter().filter(|(_, given_up)| *given_up <= since) {
            if let Some(known) = deployments.get_mut(usize::from(ix.0)) {
                (known.api_key, known.extra_headers, known.params) = (None, Vec::new(), Vec::new());
            }
        }
    }
}
