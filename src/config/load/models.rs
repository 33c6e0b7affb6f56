//! The model list: deployments, the groups that they form, and their ids.

use serde_json::Value;

use super::defaults::Defaults;
use super::entry::{Entry, entry};
use super::hints::{Reach, hint};
use super::problems::{Path, quote};
use super::read::Reader;
use crate::base::hash::deployment_id;
use crate::base::index::Index;
use crate::base::text::has;
use crate::config::{Deployment, DeploymentIx, Group, GroupIx, GroupKind, Resolved, RouterConfig};

/// The most deployments of one router: their positions are numbers of 16 bits.
const MAX_DEPLOYMENTS: usize = 65_000;

/// What the model list holds.
#[derive(Default)]
pub(super) struct Models {
    /// Its deployments, groups and names; the rest is not read yet.
    pub(super) config: RouterConfig,
    /// Ids of entries that could not be used: what refers to them is no further mistake.
    pub(super) doomed: Index,
    /// How many deployments are the same but for what is secret or not part of the id.
    ordinals: Index,
}

/// Reads the model list. With `skip` (`ignore_invalid_deployments`), an entry with a problem is left out
/// and told of in a notice; its group stays known, and may be empty.
pub(super) fn models(
    reader: &mut Reader<'_>,
    value: Option<&Value>,
    defaults: &Defaults,
    skip: bool,
) -> Models {
    let at = Path::Root.key("model_list");
    let mut models = Models::default();
    let list = match value.filter(|value| !value.is_null()) {
        None => {
            reader.problem(&at, "is missing; give the deployments, or an empty list if they come later");
            return models;
        }
        Some(value) => match reader.list(&at, value) {
            Some(list) => list,
            None => return models,
        },
    };
    if list.len() > MAX_DEPLOYMENTS {
        reader.problem(&at, format!("has more than {MAX_DEPLOYMENTS} entries"));
        return models;
    }
    for (index, value) in list.iter().enumerate() {
        let at = at.item(index);
        let mark = reader.report.mark();
        let (names, found) = entry(reader, &at, value, defaults);
        let group = names.group.map(|name| models.group(&name));
        let is_right = reader.report.mark() == mark;
        let added = match (group, found.filter(|_| is_right)) {
            (Some(group), Some(found)) => models.add(reader, &at, index, group, found),
            _ => false,
        };
        if !added {
            names.id.iter().for_each(|id| _ = models.doomed.insert(id, index));
            if skip {
                reader.report.demote(mark);
            }
        }
        if models.config.deployments.len() > MAX_DEPLOYMENTS {
            reader
                .problem(&at, format!("is past the {MAX_DEPLOYMENTS} deployments that one router can hold"));
            return models;
        }
    }
    if skip && models.config.deployments.is_empty() && !list.is_empty() {
        reader.problem(&at, "holds no deployment that can be used");
    }
    models.tell_of_shadowed_ids(reader);
    models
}

impl Models {
    fn group(&mut self, name: &str) -> GroupIx {
        let config = &mut self.config;
        if let Some(group) = config.names.declared(name) {
            return group;
        }
        // There are at most as many groups as entries, which are fewer than 65,536.
        let group = GroupIx(u16::try_from(config.groups.len()).unwrap_or(u16::MAX));
        let kind = if has(name, b'*') { GroupKind::Pattern } else { GroupKind::Declared };
        config.groups.push(Group { name: name.to_owned(), kind, ..Group::default() });
        config.names.add_group(name, group);
        group
    }

    /// Adds the deployments of an entry; all of them, or none if an id is taken.
    fn add(
        &mut self,
        reader: &mut Reader<'_>,
        at: &Path<'_>,
        entry: usize,
        group: GroupIx,
        found: Entry,
    ) -> bool {
        let Entry { mut deployments } = found;
        let at_info = at.key("model_info");
        let at_id = at_info.key("id");
        let mut is_free = true;
        for deployment in &mut deployments {
            deployment.group = group;
            deployment.place.entry = entry;
            let is_declared = !deployment.id.is_empty();
            if !is_declared {
                deployment.id = self.made_id(deployment);
            }
            if let Some(first) = self.config.names.id(&deployment.id) {
                let (id, first) = (quote(&deployment.id), self.place(first));
                let place = if is_declared { &at_id } else { at };
                reader.problem(place, format!("the id {id} is already that of {first}"));
                is_free = false;
            }
        }
        if !is_free {
            return false;
        }
        for deployment in deployments {
            let config = &mut self.config;
            let position = DeploymentIx(u16::try_from(config.deployments.len()).unwrap_or(u16::MAX));
            config.names.add_id(&deployment.id, position);
            if let Some(group) = config.groups.get_mut(usize::from(group.0)) {
                group.members.push(position);
            }
            config.deployments.push(deployment);
        }
        true
    }

    /// The id of a deployment that declares none: the same at every start, whatever its key.
    fn made_id(&mut self, deployment: &Deployment) -> String {
        let group = self.config.group(deployment.group).map_or("", |group| group.name.as_str());
        let organization = deployment.organization.as_deref().unwrap_or_default();
        let base = deployment.api_base.url();
        let region = &deployment.labels.region;
        let parts = [group, &deployment.provider, &deployment.model, base, organization, region];
        let same = deployment_id(&parts);
        let ordinal = self.ordinals.get(&same).unwrap_or(0);
        self.ordinals.insert(&same, ordinal + 1);
        let number = ordinal.to_string();
        let [group, provider, model, base, organization, region] = parts;
        deployment_id(&[group, provider, model, base, organization, region, &number])
    }

    /// An id that is also the name of a group means the group: worth a word unless that is the same.
    fn tell_of_shadowed_ids(&self, reader: &mut Reader<'_>) {
        for deployment in &self.config.deployments {
            let names = &self.config.names;
            let group = names.group(&deployment.id).and_then(|group| self.config.group(group));
            let Some(position) = names.id(&deployment.id) else { continue };
            if group.is_some_and(|group| group.members != [position]) {
                let place = self.place(position);
                let message =
                    format!("the id of {place} is also the name of a group, and the group is meant by it");
                reader.report.notice(&Path::Root.key("model_list"), message);
            }
        }
    }

    /// The group that a name means, made if a pattern matches it; `None` after a report.
    pub(super) fn group_named(
        &mut self,
        reader: &mut Reader<'_>,
        at: &Path<'_>,
        name: &str,
    ) -> Option<GroupIx> {
        let config = &mut self.config;
        config.keep(name);
        if let Some(Resolved::Group(group)) = config.resolve(name) {
            return Some(group);
        }
        if !self.doomed.contains(name) {
            let near = hint(name, config.names.listed(), Reach::Prefixes);
            reader.problem(at, format!("there is no group or alias {}{near}", quote(name)));
        }
        None
    }

    /// Where the entry of a deployment stands.
    fn place(&self, deployment: DeploymentIx) -> String {
        let entry = self.config.deployment(deployment).map_or(0, |known| known.place.entry);
        Path::Root.key("model_list").item(entry).to_string()
    }
}
