//! What deployments say of whom they serve, and what requests ask for: tags, regions, abilities and windows.

use serde_json::{Map, Value, json};
use switchman::config::Demand;
use switchman::price::{Capabilities, Capability};

use crate::draw::{Draw, Members};

/// What deployments are tagged with.
const TAGS: [&str; 4] = ["red", "blue", "eu", "default"];

/// What calls say of tags.
pub(crate) const ASKED: [&str; 10] =
    ["red", "blue", "nobody", "&red", "&eu", "!red", "!blue", "red&eu", "to:red", "to:nobody"];

/// What stands before a tag that is meant for certain, where the config says so.
const PREFIX: &str = "to:";

const REGIONS: [&str; 2] = ["eu", "us"];

/// What a model may be able to do, and what `model_info` calls it.
const ABILITIES: [(&str, Capability); 2] =
    [("supports_vision", Capability::Vision), ("supports_function_calling", Capability::FunctionCalling)];

/// Labels a deployment.
pub(crate) fn label(draw: &mut Draw, entry: &mut Value) {
    let params = Members::new(draw)
        .maybe("tags", 65, |draw| draw.some(&TAGS, 3))
        .maybe("region_name", 70, |draw| draw.one(&REGIONS))
        .done();
    let mut info = Members::new(draw)
        .maybe("enable_tag_filtering", 6, |draw| draw.chance(50))
        .maybe("allow_fail_open", 8, |_| true)
        .maybe("max_input_tokens", 35, |draw| draw.one(&[100, 250, 450]))
        .maybe("max_output_tokens", 15, |draw| draw.one(&[50, 150]))
        .done();
    for (name, _) in ABILITIES {
        if draw.chance(55) {
            info.insert(name.to_owned(), draw.chance(60).into());
        }
    }
    for (part, more) in [("litellm_params", params), ("model_info", info)] {
        entry[part].as_object_mut().unwrap().extend(more);
    }
}

/// What the router goes by.
pub(crate) fn settings(draw: &mut Draw) -> Map<String, Value> {
    Members::new(draw)
        .maybe("enable_tag_filtering", 55, |draw| draw.chance(85))
        .maybe("tag_filtering_match_any", 35, |draw| draw.chance(40))
        .maybe("tag_routing_prefix", 30, |_| PREFIX)
        .maybe("untagged_requests", 40, |draw| draw.one(&["any", "untagged"]))
        .maybe("enable_pre_call_checks", 60, |_| true)
        .done()
}

/// What a call says of who may serve it, but for its tags.
pub(crate) fn options(draw: &mut Draw) -> Map<String, Value> {
    Members::new(draw)
        .maybe("enable_tag_filtering", 8, |draw| draw.chance(70))
        .maybe("allowed_model_region", 20, |draw| match draw.between(0, 4) {
            0 => json!(["US", "eu"]),
            1 => json!("nowhere"),
            2 => json!("EU"),
            _ => json!(draw.one(&REGIONS)),
        })
        .done()
}

/// What a request needs of a model.
pub(crate) fn demand(draw: &mut Draw, input: u32) -> Demand {
    let mut abilities = Capabilities::default();
    for (_, ability) in ABILITIES {
        abilities.set(ability, draw.chance(20));
    }
    let output = draw.chance(50).then(|| draw.one(&[10_u32, 100, 200]));
    let input = if draw.chance(80) { input } else { 0 };
    Demand { abilities, input, output, is_counted: draw.chance(50) }
}

/// The abilities that a request needs, and what `model_info` calls them.
pub(crate) fn needed(demand: &Demand) -> impl Iterator<Item = &'static str> {
    let abilities = demand.abilities;
    ABILITIES.into_iter().filter(move |(_, ability)| abilities.has(*ability)).map(|(name, _)| name)
}
