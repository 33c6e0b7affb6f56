//! One entry of the model list.

use std::rc::Rc;

use serde_json::Value;

use super::budget::deployment_budget;
use super::defaults::Defaults;
use super::facts::facts;
use super::filter::labels;
use super::keys;
use super::members::member_list;
use super::mock::mock;
use super::params::extras;
use super::policies::{allowed_fails_policy, retry_policy};
use super::price::rates;
use super::problems::Path;
use super::read::{Members, Reader};
use super::scopes::Scopes;
use super::secrets::credential;
use super::settings::timeouts;
use super::silent::silent;
use super::target::target;
use crate::base::index::Index;
use crate::base::json::number_text;
use crate::base::text::has;
use crate::config::{BudgetList, Deployment, DeploymentIx, DialectName, Era, GroupIx, Place};

/// An entry that was read: one deployment, or one for each organisation.
pub(super) struct Entry {
    /// The deployments. Their `id` is the declared one, or empty; their `group` is not set yet.
    pub(super) deployments: Vec<Deployment>,
}

/// What can be said of an entry before it is known whether it is right: its names, so that a mistake in it
/// makes no further mistakes of what refers to it.
pub(super) struct Names {
    pub(super) group: Option<String>,
    pub(super) id: Option<String>,
}

/// Reads an entry. It is right if nothing was reported meanwhile.
pub(super) fn entry(
    reader: &mut Reader<'_>,
    at: &Path<'_>,
    value: &Value,
    defaults: &Defaults,
) -> (Names, Option<Entry>) {
    let Some(members) = reader.object(at, value) else { return (Names { group: None, id: None }, None) };
    reader.check_keys(at, members, &keys::ENTRY);
    let at_params = at.key("litellm_params");
    let at_info = at.key("model_info");
    let empty = Members::new();
    let group = model_name(reader, &at.key("model_name"), members.get("model_name"));
    let info = match members.get("model_info").filter(|value| !value.is_null()) {
        Some(value) => reader.object(&at_info, value).unwrap_or(&empty),
        None => &empty,
    };
    check_info(reader, &at_info, info);
    let id = info.get("id").filter(|value| !value.is_null());
    let id = id.and_then(|value| declared_id(reader, &at_info.key("id"), value));
    let params = match members.get("litellm_params").filter(|value| !value.is_null()) {
        Some(value) => reader.object(&at_params, value),
        None => {
            reader.problem(&at_params, "is missing");
            None
        }
    };
    let is_of_pattern = group.as_deref().is_some_and(|name| has(name, b'*'));
    let names = Names { group, id };
    let Some(params) = params else { return (names, None) };

    let limits = Scopes::new([(*at, members), (at_params, params), (at_info, info)]);
    let params_first = Scopes::new([(at_params, params), (at_info, info)]);
    let info_first = Scopes::new([(at_info, info), (at_params, params)]);
    let only_params = Scopes::new([(at_params, params)]);
    let info_only = Scopes::new([(at_info, info)]);

    let target = target(reader, &at_params, params);
    let mock = mock(reader, &only_params);
    let credential = target
        .as_ref()
        .map(|target| credential(reader, &at_params, params, target, defaults, mock.is_some()));
    let extras = extras(reader, &at_params, params).or(&defaults.extras);
    let organizations = organizations(reader, &at_params.key("organization"), params.get("organization"));
    let labels = labels(reader, &only_params, &info_only);
    let max_parallel = params_first.pick(reader, "max_parallel_requests", Reader::count);
    let weight = params_first.pick(reader, "weight", Reader::weight);
    let order = params_first.pick(reader, "order", Reader::count);
    let rpm = limits.pick(reader, "rpm", Reader::whole);
    let tpm = limits.pick(reader, "tpm", Reader::whole);
    let itpm = limits.pick(reader, "itpm", Reader::whole);
    let otpm = limits.pick(reader, "otpm", Reader::whole);
    let max_budget = deployment_budget(reader, &at_params, params);
    let num_retries = only_params.pick(reader, "num_retries", Reader::count);
    let retry_policy = only_params.pick(reader, "retry_policy", retry_policy);
    let allowed_fails = info_only.pick(reader, "allowed_fails", Reader::count);
    let allowed_fails_policy = info_only.pick(reader, "allowed_fails_policy", allowed_fails_policy);
    let cooldown_ms = info_first.pick(reader, "cooldown_time", Reader::seconds);
    let timeouts = timeouts(reader, &only_params);
    let drop_params = only_params.pick(reader, "drop_params", Reader::flag);
    let members = member_list(reader, &only_params);
    let prefill = info_only.pick(reader, "supports_assistant_prefill", Reader::flag);

    let silent = silent(reader, &only_params);
    let facts = facts(reader, &info_only);
    let base_model = params_first.pick(reader, "base_model", Reader::name);
    let mut price = defaults.price.clone();
    rates(reader, &at_info, info, &mut price);
    rates(reader, &at_params, params, &mut price);

    let (Some(target), Some((api_key, auth))) = (target, credential) else { return (names, None) };
    if has(&target.model, b'*') && !is_of_pattern {
        let message = "the star is sent as it is written, because `model_name` has none";
        reader.report.notice(&at_params.key("model"), message);
    }
    let dialect = target.provider.dialect();
    let one = |organization: Option<String>, id: String, part: Option<usize>| Deployment {
        id,
        // Set when the group is known.
        group: GroupIx(0),
        provider: target.provider.name.to_owned(),
        model: target.model.clone(),
        written: target.written.clone(),
        parent: None,
        is_retired: false,
        era: Era::default(),
        is_bound: false,
        // The entry's position is set when the deployment is added.
        place: Place { entry: 0, organization: part },
        dialect,
        api_base: target.api_base.clone(),
        layout: target.layout,
        model_path: target.provider.model_path(),
        version: target.version.clone(),
        api_key: api_key.clone(),
        auth,
        organization,
        extra_headers: extras.headers.clone(),
        weight,
        order,
        rpm,
        tpm,
        itpm,
        otpm,
        max_parallel: max_parallel.map(|limit| if limit == 0 { u32::MAX } else { limit }),
        max_budget,
        budgets: BudgetList::default(),
        known: None,
        num_retries,
        retry_policy: retry_policy.unwrap_or_default(),
        cooldown_ms,
        allowed_fails,
        allowed_fails_policy: allowed_fails_policy.unwrap_or_default(),
        timeouts,
        drop_params,
        prefill,
        is_translated: dialect != DialectName::OpenAi,
        mock: mock.clone(),
        base_model: base_model.clone(),
        price: (!price.is_empty()).then(|| price.clone()),
        facts,
        silent: silent.clone(),
        params: extras.params.clone(),
        members: members.clone(),
        rules: Rc::default(),
        labels: labels.clone(),
        credential: DeploymentIx(0),
    };
    let id = names.id.clone().unwrap_or_default();
    let mut deployments = match organizations {
        Organizations::None => vec![one(None, id, None)],
        Organizations::One(name) => vec![one(Some(name), id, None)],
        // A declared id is shared by several, and told apart by the organisation.
        Organizations::Several(list) => list
            .into_iter()
            .enumerate()
            .map(|(part, name)| {
                let id = if id.is_empty() { String::new() } else { format!("{id}:{name}") };
                one(Some(name), id, Some(part))
            })
            .collect(),
    };
    deployments.iter_mut().for_each(Deployment::set_up);
    (names, Some(Entry { deployments }))
}

fn model_name(reader: &mut Reader<'_>, at: &Path<'_>, value: Option<&Value>) -> Option<String> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        reader.problem(at, "is missing");
        return None;
    };
    reader.name(at, value)
}

/// `model_info` holds whatever people like. Only slips of what counts here are reported.
fn check_info(reader: &mut Reader<'_>, at: &Path<'_>, info: &Members) {
    for (name, _) in info.iter().filter(|(_, value)| !value.is_null()) {
        let at = at.key(name);
        match keys::INFO.kind(name) {
            Some(kind) => reader.without_effect(&at, name, kind),
            None if Reader::is_slip(name, &keys::INFO) => reader.unknown(&at, name, &keys::INFO),
            None => {}
        }
    }
}

/// `model_info.id`: a string, or a whole number, which becomes its digits.
fn declared_id(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<String> {
    match value {
        Value::Number(number) if number.is_u64() || number.is_i64() => Some(number_text(number)),
        Value::String(_) => reader.name(at, value),
        other => {
            reader.expected("a string or a whole number", at, other);
            None
        }
    }
}

enum Organizations {
    None,
    One(String),
    Several(Vec<String>),
}

/// `organization`: one, or a list of them, of which each gets a deployment of its own.
fn organizations(reader: &mut Reader<'_>, at: &Path<'_>, value: Option<&Value>) -> Organizations {
    match value {
        None | Some(Value::Null) => Organizations::None,
        Some(Value::Array(items)) if items.is_empty() => {
            reader.problem(at, "is an empty list");
            Organizations::None
        }
        Some(Value::Array(items)) => {
            let mut names = Vec::new();
            let mut seen = Index::default();
            for (index, item) in items.iter().enumerate() {
                let at = at.item(index);
                let Some(name) = organization(reader, &at, item) else { continue };
                if !seen.insert(&name, index) {
                    reader.problem(&at, "is listed twice");
                }
                names.push(name);
            }
            Organizations::Several(names)
        }
        Some(value) => organization(reader, at, value).map_or(Organizations::None, Organizations::One),
    }
}

/// An organisation is sent as a header.
fn organization(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<String> {
    let name = reader.name(at, value)?;
    if !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        reader.problem(at, "holds a character that no header may have");
        return None;
    }
    Some(name)
}
