//! Tags, regions and what else decides who may serve a request.

use serde_json::Value;

use super::problems::Path;
use super::read::Reader;
use super::scopes::Scopes;
use crate::config::{Labels, Purpose, RouterConfig, TagRules, Wanted};

/// Reads what a deployment says of itself.
pub(super) fn labels(reader: &mut Reader<'_>, params: &Scopes<'_>, info: &Scopes<'_>) -> Labels {
    Labels {
        tags: params.pick(reader, "tags", names).unwrap_or_default(),
        region: params.pick(reader, "region_name", Reader::name).unwrap_or_default(),
        goes_by_tags: info.pick(reader, "enable_tag_filtering", Reader::flag),
        fails_open: info.pick(reader, "allow_fail_open", Reader::flag).unwrap_or(false),
    }
}

/// Reads how the router goes by tags.
pub(super) fn tag_rules(reader: &mut Reader<'_>, settings: &Scopes<'_>) -> TagRules {
    let default = TagRules::default();
    let untagged = settings.word(reader, "untagged_requests", "any untagged", &[true, false]);
    TagRules {
        is_on: settings.pick(reader, "enable_tag_filtering", Reader::flag).unwrap_or(default.is_on),
        match_any: settings
            .pick(reader, "tag_filtering_match_any", Reader::flag)
            .unwrap_or(default.match_any),
        prefix: settings.pick(reader, "tag_routing_prefix", Reader::any_text).unwrap_or_default(),
        any_for_untagged: untagged.unwrap_or(default.any_for_untagged),
    }
}

/// `enable_pre_call_checks`, or `enable_pre_call_check`: is it on?
pub(super) fn is_checked(reader: &mut Reader<'_>, settings: &Scopes<'_>) -> bool {
    // Both are read, so that the mistakes of both are told.
    let mut is_on = |key| settings.pick(reader, key, Reader::flag) == Some(true);
    is_on("enable_pre_call_checks") | is_on("enable_pre_call_check")
}

/// Reads what the options of a call say of who may serve it: the tags that have a budget, each once; and the filter, if
/// there is any.
pub(in crate::config) fn wanted(
    reader: &mut Reader<'_>,
    scope: &Scopes<'_>,
    config: &RouterConfig,
) -> (Vec<String>, Option<Box<Wanted>>) {
    let (mut budgeted, mut wanted) = (Vec::new(), Wanted::default());
    wanted.by_tags = scope.pick(reader, "enable_tag_filtering", Reader::flag) == Some(true);
    wanted.regions = scope.pick(reader, "allowed_model_region", names).unwrap_or_default();
    let is_filtered = config.policy.has_filters || wanted.by_tags;
    if is_filtered || config.budgets.has_tags() {
        let at_metadata = Path::Root.key("metadata");
        let inner = scope.each("metadata").filter_map(|(_, value)| value.get("tags"));
        let inner = inner.filter(|value| !value.is_null()).map(|value| (at_metadata.key("tags"), value));
        for (at, value) in scope.each("tags").chain(inner) {
            reader.texts(&at, value, &mut |_, _, tag| {
                if config.budgets.find(Purpose::Tag, tag).is_some() {
                    add(&mut budgeted, tag);
                }
                if is_filtered {
                    let prefix = config.policy.tags.prefix.as_str();
                    let certain = tag.strip_prefix(prefix).filter(|_| !prefix.is_empty());
                    wanted.is_certain |= certain.is_some();
                    add(&mut wanted.tags, certain.unwrap_or(tag));
                }
            });
        }
    }
    let wanted = Some(Box::new(wanted)).filter(|wanted| **wanted != Wanted::default());
    (budgeted, wanted)
}

fn add(list: &mut Vec<String>, one: &str) {
    if !list.iter().any(|known| known == one) {
        list.push(one.to_owned());
    }
}

/// One name, or a list of them.
fn names(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<Vec<String>> {
    if value.is_string() {
        return reader.name(at, value).map(|one| vec![one]);
    }
    let mut found = Vec::new();
    reader.texts(at, value, &mut |reader, at, one| {
        if reader.is_name(at, one) {
            add(&mut found, one);
        }
    })?;
    Some(found)
}
