//! Who may serve a request at all: tags, regions, abilities and windows.

use serde_json::{Value, json};
use switchman::config::Demand;
use switchman::error::FaultKind;
use switchman::price::{Capabilities, Capability};
use switchman::sim::{Outcome, Reply, Spec};

use crate::support::{Scene, assert_answered, deployment, slow_down, with};

/// A deployment of `chat` with tags.
fn tagged(id: &str, tags: &[&str]) -> Value {
    deployment("chat", id, json!({ "tags": tags }))
}

/// One with something in its `model_info`.
fn informed(id: &str, info: Value) -> Value {
    let mut one = deployment("chat", id, json!({}));
    one["model_info"].as_object_mut().unwrap().extend(info.as_object().unwrap().clone());
    one
}

fn scene(list: Vec<Value>, settings: Value) -> Scene {
    Scene::new(&with(list, settings))
}

/// Who has served requests with these options, sorted; or the code of the error of all of them.
fn served(scene: &mut Scene, spec: &Spec) -> Result<Vec<String>, (FaultKind, Option<String>)> {
    let outcomes: Vec<Outcome> = (0..40).map(|_| scene.ask(spec.clone())).collect();
    let first = &outcomes[0];
    if let Some(fault) = first.fault() {
        assert!(outcomes.iter().all(|one| one.kind() == first.kind()), "{outcomes:#?}");
        return Err((fault.kind, fault.code.as_deref().map(str::to_owned)));
    }
    outcomes.iter().for_each(assert_answered);
    let mut ids: Vec<String> = outcomes.iter().map(|one| one.deployments()[0].to_owned()).collect();
    ids.sort();
    ids.dedup();
    Ok(ids)
}

fn by_tags(scene: &mut Scene, tags: &[&str]) -> Result<Vec<String>, Option<String>> {
    let spec = Spec::chat("chat").with(json!({ "tags": tags }));
    served(scene, &spec).map_err(|(kind, code)| {
        assert_eq!(kind, FaultKind::NoDeployment);
        code
    })
}

fn ids(ids: &[&str]) -> Result<Vec<String>, Option<String>> {
    Ok(ids.iter().map(|id| (*id).to_owned()).collect())
}

fn no_tags() -> Result<Vec<String>, Option<String>> {
    Err(Some("tags".to_owned()))
}

#[test]
fn s96_a_tagged_request_goes_to_who_has_the_tag_on_every_api() {
    let list = vec![tagged("free", &["free"]), tagged("paid", &["paid"])];
    let mut scene = scene(list, json!({ "enable_tag_filtering": true }));
    let metadata = json!({ "metadata": { "tags": ["free"] } });
    for options in [json!({ "tags": ["free"] }), metadata] {
        for spec in [Spec::chat("chat"), Spec::stream("chat"), Spec::stream("chat").as_objects()] {
            assert_eq!(served(&mut scene, &spec.with(options.clone())), Ok(vec!["free".to_owned()]));
        }
        let embedding = Spec::embedding("chat").with(options);
        assert_eq!(served(&mut scene, &embedding), Ok(vec!["free".to_owned()]));
    }
    // Nobody stands in for one that has failed.
    scene.now("free", Reply::status(500));
    let outcome = scene.ask(Spec::chat("chat").with(json!({ "tags": ["free"] })));
    assert!(outcome.deployments().iter().all(|id| *id == "free"), "{outcome:#?}");
    assert_eq!(outcome.kind(), Some(FaultKind::Unavailable));
}

#[test]
fn s97_a_request_without_tags_goes_to_who_has_none_unless_the_config_says_so() {
    let on = json!({ "enable_tag_filtering": true });
    let list = || vec![tagged("free", &["free"]), tagged("paid", &["paid"])];
    let mut strict = scene(list(), on.clone());
    assert_eq!(by_tags(&mut strict, &[]), no_tags());
    let told = strict.ask_chat().fault().unwrap().message.to_string();
    assert!(told.contains("free is not for these tags"), "{told}");

    let any = json!({ "enable_tag_filtering": true, "untagged_requests": "any" });
    assert_eq!(by_tags(&mut scene(list(), any), &[]), ids(&["free", "paid"]));
    let mut mixed = scene([list(), vec![tagged("plain", &[])]].concat(), on.clone());
    assert_eq!(by_tags(&mut mixed, &[]), ids(&["plain"]));
    let mut pool = scene([list(), vec![tagged("pool", &["default"])]].concat(), on);
    assert_eq!(by_tags(&mut pool, &[]), ids(&["pool"]));
}

#[test]
fn tags_are_plain_needed_barred_and_joined() {
    let list = || {
        let default = tagged("d", &["default", "eu"]);
        vec![tagged("ab", &["a", "b"]), tagged("a", &["a"]), tagged("b", &["b", "eu"]), default]
    };
    let on = json!({ "enable_tag_filtering": true });
    let mut any = scene(list(), on.clone());
    for (tags, served) in [
        (&["a"][..], ids(&["a", "ab"])),
        (&["a", "b"], ids(&["a", "ab", "b"])),
        (&["a&b"], ids(&["ab"])),
        (&["a", "!b"], ids(&["a"])),
        (&["b", "&eu"], ids(&["b"])),
        (&["&a", "&b"], ids(&["ab"])),
        // Alone, what must not be there leaves the default pool.
        (&["!a"], ids(&["d"])),
        (&["!eu"], no_tags()),
        (&["unknown"], ids(&["d"])),
        (&["unknown", "!eu"], no_tags()),
        // The tag is somebody's: nobody stands in for them.
        (&["a", "&eu"], no_tags()),
        (&["&unknown"], no_tags()),
    ] {
        assert_eq!(by_tags(&mut any, tags), served, "{tags:?}");
    }
    let all = json!({ "enable_tag_filtering": true, "tag_filtering_match_any": false });
    let mut all = scene(list(), all);
    assert_eq!(by_tags(&mut all, &["a", "b"]), ids(&["ab"]));
    assert_eq!(by_tags(&mut all, &["a"]), ids(&["a", "ab"]));

    let prefixed = json!({ "enable_tag_filtering": true, "tag_routing_prefix": "to:" });
    let mut prefixed = scene(list(), prefixed);
    assert_eq!(by_tags(&mut prefixed, &["to:a"]), ids(&["a", "ab"]));
    assert_eq!(by_tags(&mut prefixed, &["unknown"]), ids(&["d"]));
    assert_eq!(by_tags(&mut prefixed, &["to:unknown"]), no_tags());
}

#[test]
fn a_group_a_request_and_a_deployment_have_a_word_on_tags() {
    let list = |switch: Value| {
        let mut free = tagged("free", &["free"]);
        free["model_info"]["enable_tag_filtering"] = switch;
        vec![free, tagged("paid", &["paid"])]
    };
    let both = ids(&["free", "paid"]);
    assert_eq!(by_tags(&mut scene(list(json!(null)), json!({})), &["free"]), both);
    assert_eq!(by_tags(&mut scene(list(json!(true)), json!({})), &["free"]), ids(&["free"]));
    let on = json!({ "enable_tag_filtering": true });
    assert_eq!(by_tags(&mut scene(list(json!(false)), on.clone()), &["free"]), both);
    let asked = Spec::chat("chat").with(json!({ "enable_tag_filtering": true, "tags": ["free"] }));
    let mut off = scene(list(json!(null)), json!({}));
    assert_eq!(served(&mut off, &asked), Ok(vec!["free".to_owned()]));

    let mut open = list(json!(null));
    open[1]["model_info"]["allow_fail_open"] = json!(true);
    let mut open = scene(open, on);
    assert_eq!(by_tags(&mut open, &["unknown"]), ids(&["paid"]));
    assert_eq!(by_tags(&mut open, &["free"]), ids(&["free"]));
    // Whatever else a call asks for: its region takes the word from nobody.
    let near = |mut one: Value, region: &str| {
        one["litellm_params"]["region_name"] = json!(region);
        one
    };
    let [free, paid] = <[Value; 2]>::try_from(list(json!(true))).unwrap();
    let mut far = scene(vec![near(free, "eu"), near(paid, "us")], json!({}));
    let spec = Spec::chat("chat").with(json!({ "tags": ["free"], "allowed_model_region": "us" }));
    assert_eq!(served(&mut far, &spec), Err((FaultKind::NoDeployment, None)));
    // Who names a deployment knows what it is.
    let named = Spec::chat("paid").with(json!({ "tags": ["free"] }));
    assert_eq!(served(&mut open, &named), Ok(vec!["paid".to_owned()]));
}

#[test]
fn s99_a_region_that_nobody_is_in_is_an_error_that_names_the_filter() {
    let one = |id: &str, region: &str| deployment("chat", id, json!({ "region_name": region }));
    let list = vec![one("eu", "eu"), one("us", "us"), deployment("chat", "nowhere", json!({}))];
    let other = deployment("other", "elsewhere", json!({ "region_name": "us" }));
    let settings = json!({ "fallbacks": [{ "chat": ["other"] }] });
    let mut scene = scene([list, vec![other]].concat(), settings);
    let asked = |region: Value| Spec::chat("chat").with(json!({ "allowed_model_region": region }));
    assert_eq!(served(&mut scene, &asked(json!("EU"))), Ok(vec!["eu".to_owned()]));
    let two = served(&mut scene, &asked(json!(["eu", "us"])));
    assert_eq!(two, Ok(vec!["eu".to_owned(), "us".to_owned()]));
    let nobody = served(&mut scene, &asked(json!("ap")));
    assert_eq!(nobody, Err((FaultKind::NoDeployment, Some("region".to_owned()))));
    let fault = scene.ask(asked(json!("ap"))).fault().unwrap().clone();
    assert!(fault.message.contains("is in no region that is asked for"), "{}", fault.message);
    assert_eq!(fault.retry_after_ms, None, "no wait mends it");

    // It holds after a failure, for the fallback, and for one that is named.
    scene.now("eu", Reply::status(500));
    let outcome = scene.ask(asked(json!("eu")));
    assert!(outcome.deployments().iter().all(|id| *id == "eu"), "{outcome:#?}");
    let named = Spec::chat("us").with(json!({ "allowed_model_region": "eu" }));
    assert_eq!(scene.ask(named).kind(), Some(FaultKind::NoDeployment));
}

/// A request of so many tokens.
fn long(input: u32, output: Option<u32>, is_counted: bool) -> Spec {
    Spec::chat("chat").needing(Demand { input, output, is_counted, ..Demand::default() })
}

#[test]
fn s98_a_request_goes_where_it_fits_with_its_answer() {
    let list = vec![
        informed("small", json!({ "max_input_tokens": 2_000 })),
        informed("large", json!({ "max_input_tokens": 128_000, "max_output_tokens": 4_000 })),
    ];
    let mut checked = scene(list.clone(), json!({ "enable_pre_call_checks": true }));
    let large = Ok(vec!["large".to_owned()]);
    let both = Ok(vec!["large".to_owned(), "small".to_owned()]);
    assert_eq!(served(&mut checked, &long(5_000, Some(1_000), true)), large);
    assert_eq!(served(&mut checked, &long(1_500, Some(500), true)), both);
    assert_eq!(served(&mut checked, &long(1_500, Some(501), true)), large);
    assert_eq!(served(&mut checked, &long(2_000, None, true)), both);
    assert_eq!(served(&mut scene(list, json!({})), &long(5_000, Some(1_000), true)), both);

    let told = served(&mut checked, &long(127_500, Some(1_000), true));
    assert_eq!(told, Err((FaultKind::ContextWindow, None)));
    // An estimate may be wrong: what it is only a little over is tried, if there is nobody better.
    assert_eq!(served(&mut checked, &long(127_500, Some(1_000), false)), large);
    assert_eq!(served(&mut checked, &long(200_000, None, false)), Err((FaultKind::ContextWindow, None)));
    assert_eq!(served(&mut checked, &long(2_400, None, false)), large);
    // Nobody writes so much, as far as is known; small has not said.
    assert_eq!(served(&mut checked, &long(100, Some(1_900), false)), both);
}

#[test]
fn a_request_that_is_too_long_leads_to_the_fallbacks_for_that() {
    let mut other = informed("o", json!({ "max_input_tokens": 1_000_000 }));
    other["model_name"] = json!("other");
    let list = vec![informed("small", json!({ "max_input_tokens": 2_000 })), other];
    let settings = json!({
        "enable_pre_call_checks": true, "context_window_fallbacks": [{ "chat": ["other"] }],
    });
    let mut scene = scene(list, settings);
    let outcome = scene.ask(long(5_000, Some(1_000), true));
    assert_eq!((outcome.deployments(), outcome.fallbacks), (vec!["o"], 1));
}

#[test]
fn a_request_goes_to_who_can_do_what_it_needs() {
    let needing = |one: Capability| {
        let mut abilities = Capabilities::default();
        abilities.set(one, true);
        Spec::chat("chat").needing(Demand { abilities, ..Demand::default() })
    };
    let sees = json!({ "supports_vision": true, "supports_function_calling": false });
    let list = vec![
        informed("sees", sees),
        informed("blind", json!({ "supports_vision": false })),
        informed("silent", json!({})),
    ];
    let mut checked = scene(list.clone(), json!({ "enable_pre_call_checks": true }));
    let only = |id: &str| Ok(vec![id.to_owned()]);
    // Who is known to be able goes first, as long as it may be used; then those of whom nobody has said so.
    assert_eq!(served(&mut checked, &needing(Capability::Vision)), only("sees"));
    checked.now("sees", Reply::status(400));
    let outcome = checked.ask(needing(Capability::Vision));
    assert_eq!(outcome.deployments(), ["sees"], "a refusal is the caller's");
    checked.now("sees", Reply::status(500));
    let outcome = checked.ask(needing(Capability::Vision));
    assert_answered(&outcome);
    assert_eq!(outcome.deployments().last(), Some(&"silent"));
    // What is only guessed hides no bench.
    checked.now("silent", slow_down("30"));
    let once = needing(Capability::Vision).with(json!({ "num_retries": 1 }));
    assert_eq!(checked.ask(once.clone()).deployments(), ["sees", "silent"]);
    let sent = checked.sent().len();
    let outcome = checked.ask(once);
    assert!(!outcome.deployments().contains(&"silent"), "{outcome:#?}");
    assert_eq!(checked.sends_since(sent, "silent"), 0);
    checked.advance(60_000);
    checked.now("silent", Reply::ok());
    // Nobody has said that they can: all may, but those who cannot.
    let tools = served(&mut checked, &needing(Capability::FunctionCalling));
    assert_eq!(tools, Ok(vec!["blind".to_owned(), "silent".to_owned()]));

    let cannot = vec![informed("blind", json!({ "supports_vision": false }))];
    let mut cannot = scene(cannot, json!({ "enable_pre_call_checks": true }));
    let spec = needing(Capability::Vision);
    let told = served(&mut cannot, &spec);
    assert_eq!(told, Err((FaultKind::NoDeployment, Some("capability".to_owned()))));
    let fault = cannot.ask(spec).fault().unwrap().message.to_string();
    assert!(fault.contains("blind does not have supports_vision"), "{fault}");
    let mut unchecked = scene(list, json!({}));
    assert_eq!(served(&mut unchecked, &needing(Capability::Vision)).unwrap().len(), 3);
}

#[test]
fn every_reason_is_told() {
    let sees = |value: bool| json!({ "supports_vision": value });
    let mut list =
        vec![informed("blind", sees(false)), informed("sees", sees(true)), informed("silent", json!({}))];
    list.push(deployment("chat", "far", json!({ "region_name": "us" })));
    let mut tags = informed("free", json!({}));
    tags["litellm_params"]["tags"] = json!(["free"]);
    list.push(tags);
    list.push(informed("small", json!({ "max_input_tokens": 10, "supports_vision": true })));
    for (at, one) in list.iter_mut().enumerate() {
        if at != 3 {
            one["litellm_params"]["region_name"] = json!("eu");
        }
    }
    let settings = json!({ "enable_pre_call_checks": true, "enable_tag_filtering": true });
    let mut scene = scene(list, settings);
    let mut abilities = Capabilities::default();
    abilities.set(Capability::Vision, true);
    let demand = Demand { abilities, input: 100, output: None, is_counted: true };
    let spec = Spec::chat("chat").needing(demand).with(json!({ "allowed_model_region": "eu" }));
    let told = scene.explain(&spec);
    let candidates = told["decisions"][0]["candidates"].as_array().unwrap();
    let reasons: Vec<(&str, Option<&str>)> =
        candidates.iter().map(|one| (one["deployment"].as_str().unwrap(), one["reason"].as_str())).collect();
    assert_eq!(
        reasons,
        [
            ("blind", Some("capability")),
            ("sees", None),
            ("silent", Some("capability_unknown")),
            ("far", Some("region")),
            ("free", Some("tags")),
            ("small", Some("context_window")),
        ]
    );
}

#[test]
fn a_filter_costs_a_call_that_asks_for_nothing_nothing() {
    // The same draws as without: what is not filtered is chosen as ever.
    let plain = |settings: Value| {
        let list = ["x", "y", "z"].iter().map(|id| deployment("chat", id, json!({}))).collect();
        let mut scene = scene(list, settings);
        (0..50).map(|_| scene.ask_chat().deployments()[0].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        plain(json!({})),
        plain(json!({ "enable_tag_filtering": true, "enable_pre_call_checks": true }))
    );
}
