//! Affinity: by what calls stay with a deployment.

use serde_json::json;
use switchman::config::{Affinity, GroupIx};

use crate::support::{config, groups, notices, refused};

const NONE: Affinity = Affinity { session: false, prompt: false, caller: false };

#[test]
fn checks_turn_it_on_for_all_groups_and_a_group_may_have_its_own() {
    let read = config(&groups(
        &["a", "b", "c"],
        json!({
            "optional_pre_call_checks": ["session_affinity", "enforce_model_rate_limits"],
            "model_group_affinity_config": { "b": ["prompt_caching", "deployment_affinity"], "c": [] },
        }),
    ));
    assert_eq!(read.policy.affinity, Affinity { session: true, ..NONE });
    let own = |ix: u16| read.group(GroupIx(ix)).unwrap().affinity;
    let both = Affinity { prompt: true, caller: true, ..NONE };
    assert_eq!([0, 1, 2].map(own), [None, Some(both), Some(NONE)]);
    assert!(read.is_keyed());
    assert!(!config(&groups(&["a"], json!({ "model_group_affinity_config": { "a": [] } }))).is_keyed());
}

#[test]
fn names_that_a_pattern_matches_have_the_patterns_own() {
    let read = config(&groups(
        &["openai/*"],
        json!({
            "model_group_affinity_config": { "openai/*": ["session_affinity"] },
            "model_group_alias": { "fast": "openai/gpt-4o-mini" },
        }),
    ));
    let made = read.names.group("fast").unwrap();
    assert_eq!(read.group(made).unwrap().affinity, Some(Affinity { session: true, ..NONE }));
}

#[test]
fn what_has_no_meaning_here_is_told_of() {
    let told = notices(&groups(
        &["a"],
        json!({
            "deployment_affinity_ttl_seconds": 60,
            "session_affinity_repin_on_failover": true,
            "model_group_affinity_config": { "a": ["responses_api_deployment_check"] },
        }),
    ));
    for (one, words) in
        told.iter().zip(["nothing is kept that could expire", "back when that is well", "not carried out"])
    {
        assert!(one.contains(words), "{told:?}");
    }
    assert_eq!(told.len(), 3, "{told:?}");
}

#[test]
fn mistakes_have_a_place() {
    for (value, path, words) in [
        (json!({ "x": [] }), "model_group_affinity_config.x", "there is no group or alias `x`"),
        (json!({ "a": "session_affinity" }), "model_group_affinity_config.a", "expected a list"),
        (json!({ "a": ["session"] }), "model_group_affinity_config.a[0]", "did you mean `session_affinity`?"),
        (json!([]), "model_group_affinity_config", "expected an object"),
    ] {
        refused(&groups(&["a"], json!({ "model_group_affinity_config": value })), path, words);
    }
}
