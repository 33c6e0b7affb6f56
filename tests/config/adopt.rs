//! A config takes the place of another: indices that somebody may hold go on to mean the same.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use switchman::config::{DeploymentIx, FallbackTarget, GroupIx, GroupKind, Resolved, RouterConfig};

use crate::support::{config, entry, merge};

const NAMES: [&str; 4] = ["chat", "late", "openai/*", "*-mini"];
const ASKED: [&str; 6] = ["openai/a", "openai/b", "gpt-4o", "x-mini", "openai/m1", "chat"];

/// Deployments by id: the group, the model and the key of each.
type Plan = BTreeMap<u8, (usize, u8, u8)>;

fn plan() -> impl Strategy<Value = Plan> {
    proptest::collection::btree_map(0_u8..8, (0..NAMES.len(), 0_u8..3, 0_u8..3), 0..6)
}

fn written(plan: &Plan) -> Value {
    let list = plan.iter().map(|(id, (name, model, key))| {
        let name = NAMES[*name];
        let model = if name.contains('*') { "openai/*".to_owned() } else { format!("openai/m{model}") };
        let mut entry = entry(name, json!({ "model": model, "api_key": format!("sk-{key}") }));
        merge(&mut entry, json!({ "model_info": { "id": format!("d{id}") } }));
        entry
    });
    let names: BTreeSet<&str> = plan.values().map(|(name, ..)| NAMES[*name]).collect();
    let callable: Vec<&str> = names.iter().copied().filter(|name| !name.contains('*')).collect();
    let lists = names.iter().map(|name| {
        let others: Vec<_> = callable.iter().filter(|other| *other != name).collect();
        json!({ *name: others })
    });
    let aliases: serde_json::Map<_, _> =
        callable.iter().map(|name| (format!("al-{name}"), json!(name))).collect();
    let ids: Vec<String> = plan
        .iter()
        .filter(|(_, (name, ..))| !NAMES[*name].contains('*'))
        .map(|(id, _)| format!("d{id}"))
        .collect();
    json!({
        "model_list": list.collect::<Vec<_>>(), "fallbacks": lists.collect::<Vec<_>>(),
        "model_group_alias": aliases, "default_fallbacks": ids,
    })
}

fn live(config: &RouterConfig) -> impl Iterator<Item = DeploymentIx> {
    let ix = |position: usize| DeploymentIx(u16::try_from(position).unwrap());
    (0..config.deployments.len()).map(ix).filter(|ix| !config.deployment(*ix).unwrap().is_retired)
}

fn groups(config: &RouterConfig) -> impl Iterator<Item = GroupIx> {
    let ix = |position: usize| GroupIx(u16::try_from(position).unwrap());
    (0..config.groups.len()).map(ix).filter(|ix| config.group(*ix).unwrap().kind != GroupKind::Retired)
}

fn group_name(config: &RouterConfig, ix: GroupIx) -> (String, &'static str) {
    let group = config.group(ix).unwrap();
    let kind = match group.kind {
        GroupKind::Derived { .. } => "made",
        GroupKind::Direct => "model",
        _ => "declared",
    };
    (group.name.clone(), kind)
}

fn told(config: &RouterConfig, target: Resolved) -> String {
    match target {
        Resolved::Group(ix) => format!("group {:?}", group_name(config, ix)),
        Resolved::Deployment(ix) => format!("deployment {}", config.deployment(ix).unwrap().id),
    }
}

/// Everything that a config says, without an index.
fn meaning(config: &RouterConfig) -> Vec<String> {
    let mut said = Vec::new();
    for ix in groups(config) {
        let group = config.group(ix).unwrap();
        if group.kind == GroupKind::Direct && config.resolve(&group.name) != Some(Resolved::Group(ix)) {
            // A pattern has taken its name; it is called with `specific_deployment` only.
            continue;
        }
        let members: Vec<&str> =
            group.members.iter().map(|ix| config.deployment(*ix).unwrap().id.as_str()).collect();
        let from = match group.kind {
            GroupKind::Derived { from } => group_name(config, from).0,
            _ => String::new(),
        };
        let chain = |target: &FallbackTarget| told(config, target.to);
        let chain: Vec<String> = config.chain(&config.fallbacks.ordinary, ix).iter().map(chain).collect();
        said.push(format!("{:?} from {from:?}: {members:?}, then {chain:?}", group_name(config, ix)));
    }
    for ix in live(config) {
        let known = config.deployment(ix).unwrap();
        let parent = known.parent.map(|ix| config.deployment(ix).unwrap().id.clone());
        let key = known.api_key.as_ref().unwrap().expose();
        let group = group_name(config, known.group);
        said.push(format!("{} of {group:?} from {parent:?}: {} {key}", known.id, known.model_used()));
    }
    let ids = (0..8).map(|id| format!("d{id}"));
    let names = ids.chain(["al-chat", "al-late", "late", "openai/*"].map(str::to_owned));
    for name in names.chain(ASKED.map(str::to_owned)) {
        said.push(format!("{name} is {:?}", config.resolve(&name).map(|target| told(config, target))));
    }
    said.push(config.listed().join(" "));
    said.sort();
    said
}

/// Nothing that is in use leads to what is no more, and every credential is told by a declared deployment with that key.
fn holds_together(config: &RouterConfig) {
    let is_live = |ix: DeploymentIx| !config.deployment(ix).unwrap().is_retired;
    let is_group = |ix: GroupIx| config.group(ix).unwrap().kind != GroupKind::Retired;
    for ix in groups(config) {
        let group = config.group(ix).unwrap();
        assert!(group.members.iter().all(|member| is_live(*member)), "{group:?}");
        if let GroupKind::Derived { from } = group.kind {
            assert!(is_group(from) && config.group(from).unwrap().kind == GroupKind::Pattern);
        }
    }
    for ix in live(config) {
        let known = config.deployment(ix).unwrap();
        let is_member = config.group(known.group).unwrap().members.contains(&ix);
        assert!(is_member && is_group(known.group) && known.parent.is_none_or(is_live), "{known:?}");
        let holder = config.deployment(known.credential).unwrap();
        assert!(is_live(known.credential) && holder.parent.is_none() && holder.api_key == known.api_key);
        assert!(is_live(known.limit_cell(ix)));
    }
    let targets = config.fallbacks.ordinary.by_group.iter().flat_map(|(group, chain)| {
        assert!(is_group(*group));
        chain.iter()
    });
    for target in targets.chain(&config.fallbacks.ordinary.default) {
        assert!(match target.to {
            Resolved::Group(ix) => is_group(ix),
            Resolved::Deployment(ix) => is_live(ix),
        });
    }
}

/// Makes the groups of names, as calls do.
fn ask(config: &mut RouterConfig, names: &[usize]) {
    for name in names {
        let name = ASKED[*name];
        if config.find(name).is_none()
            && let Some(blueprint) = config.blueprint(name)
        {
            config.make(&blueprint, 0);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(4), cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn indices_of_what_stays_never_move_and_nothing_leads_to_what_is_gone(
        steps in proptest::collection::vec(
            (plan(), proptest::collection::vec(0..ASKED.len(), 0..6), 0_u64..4),
            1..12,
        ),
    ) {
        let mut known = RouterConfig::default();
        // When each slot was given up.
        let mut given_up: BTreeMap<DeploymentIx, (u64, String)> = BTreeMap::new();
        for (moment, (plan, asked, back)) in (1_u64..).zip(steps) {
            // Calls run that began so many changes ago; none at all, if that is 0.
            let since = if back == 0 { moment } else { moment.saturating_sub(back) };
            let new = config(&written(&plan));
            let loaded = new.clone();
            let mut expected = new.clone();
            let before = known.clone();
            let (adopted, changes) = new.adopt(&known, moment, since).unwrap();
            holds_together(&adopted);

            for ix in live(&before) {
                let was = before.deployment(ix).unwrap();
                let is = adopted.deployment(ix).unwrap();
                let stays = was.parent.is_none() && adopted.names.id(&was.id).is_some();
                if stays {
                    prop_assert_eq!(adopted.names.id(&was.id), Some(ix), "it has moved");
                    prop_assert!(!changes.deployments.contains(&ix));
                    prop_assert_eq!(changes.moved.contains(&ix), was.model != is.model);
                } else if is.is_retired {
                    prop_assert_eq!(&was.id, &is.id, "calls may have to tell of it");
                    given_up.insert(ix, (moment, was.id.clone()));
                }
            }
            for ix in groups(&before) {
                let name = group_name(&before, ix);
                let now = groups(&adopted).find(|now| group_name(&adopted, *now) == name);
                prop_assert!(now.is_none_or(|now| now == ix), "a group has moved");
            }
            for (ix, (at, id)) in &given_up {
                let is = adopted.deployment(*ix).unwrap();
                if *at > since {
                    prop_assert!(is.is_retired && is.id == *id, "a slot that a call may know was taken");
                }
            }
            given_up.retain(|ix, _| adopted.deployment(*ix).unwrap().is_retired);

            // But for its slots it says what it says when it is loaded alone.
            let made = (0..ASKED.len()).filter(|at| adopted.find(ASKED[*at]).is_some());
            let made: Vec<usize> = made.collect();
            let kinds = |config: &RouterConfig| ASKED.map(|name| config.find(name).map(|found| found.is_direct));
            ask(&mut expected, &[0, 1, 2, 3, 4, 5]);
            for ((was, could), is) in kinds(&before).into_iter().zip(kinds(&expected)).zip(kinds(&adopted)) {
                prop_assert!(was.is_none() || was != could || is == could, "a group that calls use is made again");
            }
            let mut expected = loaded;
            ask(&mut expected, &made);
            prop_assert_eq!(meaning(&adopted), meaning(&expected));
            known = adopted;
            ask(&mut known, &asked);
            holds_together(&known);
        }
    }
}

#[test]
fn slots_are_taken_again_so_that_the_config_does_not_grow() {
    let mut known = RouterConfig::default();
    for moment in 1..100_u64 {
        let plan: Plan = [(u8::try_from(moment % 7).unwrap(), (0, 0, 0))].into();
        known = config(&written(&plan)).adopt(&known, moment, moment).unwrap().0;
        ask(&mut known, &[0, 1]);
    }
    assert_eq!((known.deployments.len(), known.groups.len()), (1, 1));
}

#[test]
fn a_key_is_kept_while_a_call_may_have_to_take_it_out_of_an_error() {
    let plan: Plan = [(0, (0, 0, 0))].into();
    let known = config(&written(&plan));
    let (mut left, _) = config(&json!({ "model_list": [] })).adopt(&known, 1, 0).unwrap();
    left.forget_keys(0);
    assert!(left.deployments[0].api_key.is_some() && left.resolve("d0").is_none());
    left.forget_keys(1);
    assert!(left.deployments[0].api_key.is_none());
}
