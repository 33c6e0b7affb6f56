//! `experiments`: `[{ name, model, variants: [{ model, weight }] }]`. Our own.

use serde_json::Value;

use super::models::Models;
use super::problems::Path;
use super::read::{Members, Reader};
use super::scopes::Scopes;
use crate::base::hash::key;
use crate::config::{Experiment, Variant};

const MEMBERS: &str = "name model variants";
const VARIANT: &str = "model weight";

/// Reads the list. The first place that has one decides.
pub(super) fn experiments(reader: &mut Reader<'_>, settings: &Scopes<'_>, models: &mut Models) {
    let Some((at, value)) = settings.each("experiments").next() else { return };
    let Some(list) = reader.list(&at, value) else { return };
    for (index, item) in list.iter().enumerate() {
        let at = at.item(index);
        let Some(found) = experiment(reader, &at, item, models) else { continue };
        let known = &mut models.config.experiments;
        for (name, same) in [
            ("name", known.iter().any(|one| one.name == found.name)),
            ("model", known.iter().any(|one| one.group == found.group)),
        ] {
            if same {
                reader.problem(&at.key(name), "is that of another experiment already");
            }
        }
        known.push(found);
    }
}

fn experiment(
    reader: &mut Reader<'_>,
    at: &Path<'_>,
    value: &Value,
    models: &mut Models,
) -> Option<Experiment> {
    let members = checked(reader, at, value, MEMBERS)?;
    let scope = Scopes::new([(*at, members)]);
    let name = needed(reader, &scope, at, "name")?;
    let model = needed(reader, &scope, at, "model")?;
    let group = models.group_named(reader, &at.key("model"), &model);
    let at_variants = at.key("variants");
    let list = reader.list(&at_variants, members.get("variants").unwrap_or(&Value::Null))?;
    let mut variants: Vec<Variant> = Vec::new();
    for (index, item) in list.iter().enumerate() {
        let at = at_variants.item(index);
        let Some(members) = checked(reader, &at, item, VARIANT) else { continue };
        let scope = Scopes::new([(at, members)]);
        let weight = scope.pick(reader, "weight", Reader::weight).unwrap_or(1.0);
        let Some(model) = needed(reader, &scope, &at, "model") else { continue };
        let Some(group) = models.group_named(reader, &at.key("model"), &model) else { continue };
        if variants.iter().any(|known| known.group == group) {
            reader.problem(&at.key("model"), "is another variant already");
        }
        let tag = key(key(0, name.as_bytes()).get(), model.as_bytes()).get();
        variants.push(Variant { model, group, weight, tag });
    }
    // Where one could not be read, that is enough said.
    if variants.len() == list.len() && !variants.iter().any(|variant| variant.weight > 0.0) {
        reader.problem(&at_variants, "has no variant with a weight");
    }
    Some(Experiment { name, group: group?, variants })
}

fn checked<'v>(reader: &mut Reader<'_>, at: &Path<'_>, value: &'v Value, known: &str) -> Option<&'v Members> {
    let members = reader.object(at, value)?;
    for (name, _) in members.iter().filter(|(_, value)| !value.is_null()) {
        if !known.split_ascii_whitespace().any(|one| one == name) {
            reader.no_such(&at.key(name), "member", name, known);
        }
    }
    Some(members)
}

fn needed(reader: &mut Reader<'_>, scope: &Scopes<'_>, at: &Path<'_>, name: &'static str) -> Option<String> {
    if scope.each(name).next().is_none() {
        reader.problem(&at.key(name), "is missing");
    }
    scope.pick(reader, name, Reader::name)
}
