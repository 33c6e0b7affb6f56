//! `silent_model`, a group or a list of groups, and our own `silent_share`.

use std::rc::Rc;

use serde_json::Value;

use super::models::Models;
use super::problems::Path;
use super::read::Reader;
use super::scopes::Scopes;
use crate::config::Silent;

/// Reads what a deployment says. Whether there are such groups is not known yet.
pub(super) fn silent(reader: &mut Reader<'_>, scope: &Scopes<'_>) -> Option<Rc<Silent>> {
    let share = scope.pick(reader, "silent_share", share).unwrap_or(1.0);
    let models = scope.pick(reader, "silent_model", names)?;
    Some(Rc::new(Silent { models, share }))
}

fn share(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<f64> {
    let number = reader.number(at, value)?;
    if number > 1.0 {
        reader.expected("a number from 0 to 1", at, value);
        return None;
    }
    Some(number)
}

fn names(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<Vec<String>> {
    if !value.is_array() {
        return reader.name(at, value).map(|name| vec![name]);
    }
    let mut names = Vec::new();
    reader.texts(at, value, &mut |reader, at, name| {
        if reader.is_name(at, name) {
            names.push(name.to_owned());
        }
    })?;
    Some(names)
}

/// Are there such groups? Made, where a pattern matches their names.
pub(super) fn check(reader: &mut Reader<'_>, models: &mut Models) {
    for position in 0..models.config.deployments.len() {
        let Some(known) = models.config.deployments.get(position) else { continue };
        let is_first = known.parent.is_none() && known.place.organization.is_none_or(|part| part == 0);
        let Some(silent) = known.silent.clone().filter(|_| is_first) else { continue };
        let (list, entry) = (Path::Root.key("model_list"), known.place.entry);
        let entry = list.item(entry);
        let params = entry.key("litellm_params");
        let at = params.key("silent_model");
        for name in &silent.models {
            models.group_named(reader, &at, name);
        }
    }
}
