//! The response cache: for which calls an answer may be shown that was kept, and which answers are kept.
//!
//! It is looked into before a call begins, so that a hit moves nothing that calls move. Differences to LiteLLM: an answer is
//! kept for the credentials and the parameters of its group's deployments; one that came from a fallback is not kept at
//! all, for the next caller is to have the group's own again.
//!
//! Not here: the cache, its keys and what is kept (`js/cache/`).

use crate::base::json::Writer;
use crate::base::time::Millis;
use crate::base::usage::Usage;
use crate::config::{
    CallOptions, DeploymentIx, GroupIx, Observe, Resolved, RouterConfig, Secret, StreamUsage, Surface,
    tell_whole,
};

use super::router::Router;

/// Sets the deployments apart from the groups, in the number of a target.
const DEPLOYMENT: u32 = 1 << 16;

/// What the cache may do for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheRule {
    /// Whose answers they are: a number that means the same as long as [`Router::version`] does. See
    /// [`Router::cache_scope`].
    pub target: u32,
    /// What the options of the call change of an answer. Equal only where the answers may be.
    pub variant: u8,
    /// May a kept answer be shown?
    pub lookup: bool,
    /// May the answer be kept?
    pub store: bool,
    /// For how long, in ms.
    pub ttl_ms: u64,
    /// How old a kept answer may be, in ms; `None` is any age.
    pub max_age_ms: Option<u64>,
    /// Answers of one namespace are not shown in another.
    pub namespace: Option<String>,
}

/// A call that was answered out of the cache.
#[derive(Clone, Debug)]
pub struct Hit<'a> {
    /// The model as the caller named it.
    pub requested: &'a str,
    /// Which API.
    pub surface: Surface,
    /// Was the answer a stream?
    pub stream: bool,
    /// The group and the deployment that gave the answer, as they are kept with it.
    pub given_by: (&'a str, &'a str),
    /// When the call came.
    pub started: Millis,
    /// What the answer used, when it was given.
    pub usage: Option<Usage>,
}

impl Router {
    /// Are answers kept, where a call does not say otherwise? If not, no body that comes over `fetch` is looked at: what it
    /// says of it would only be known when it has been read.
    #[must_use]
    pub fn is_caching(&self) -> bool {
        self.config.caching.is_on
    }

    /// What the cache may do for a call; `None` if nothing. A call that is wrong is left to [`Router::begin`], which says so.
    pub fn cache_rule(
        &mut self,
        surface: Surface,
        model: &str,
        stream: bool,
        options: &CallOptions,
        over_fetch: bool,
    ) -> Option<CacheRule> {
        let caching = &self.config.caching;
        let control = options.cache.as_deref().cloned().unwrap_or_default();
        let is_asked = !caching.on_demand || control.use_cache;
        let is_on = options.caching.unwrap_or(caching.is_on) && is_asked && caching.serves(surface);
        // Whoever wants to know how a call goes wants it to go.
        if !is_on || options.explain || is_pretended(options) {
            return None;
        }
        let rules = options.streams.or(self.config.policy.streams);
        let is_unseen = over_fetch && rules.observe.unwrap_or_default() != Observe::Full;
        // What is not watched to its end is not known to be whole.
        if stream && (surface != Surface::Chat || is_unseen) {
            return None;
        }
        let ttl_ms = control.ttl_ms.unwrap_or(caching.ttl_ms);
        let (lookup, store) =
            (!control.no_cache && control.max_age_ms != Some(0), !control.no_store && ttl_ms > 0);
        if !lookup && !store {
            return None;
        }
        let mut namespace = control.namespace.or_else(|| caching.namespace.clone());
        if let Some(wanted) = &options.wanted {
            // What may be served by some only is not shown to others. No namespace has a line break.
            let names = namespace.get_or_insert_default();
            let flag = |is: bool, letter| if is { letter } else { "" };
            names.extend(["\n", flag(wanted.by_tags, "t"), flag(wanted.is_certain, "c")]);
            for (kind, list) in [("t", &wanted.tags), ("r", &wanted.regions)] {
                list.iter().for_each(|one| names.extend(["\n", kind, &one.len().to_string(), ":", one]));
            }
        }
        let may_be_direct = !over_fetch || self.config.host.allow_direct_models;
        let target = self.meant(model, options, may_be_direct).ok()?.target?;
        // What a target changes of the request is no part of what an answer is kept under.
        if !self.config.allows(target.to) || target.overrides.is_some() {
            return None;
        }
        let target = target.to;
        let tells_usage = rules.usage.unwrap_or_default() == StreamUsage::Always;
        let drops = options.drop_params.map_or(0, |drops| 1 + u8::from(drops));
        Some(CacheRule {
            target: match target {
                Resolved::Group(ix) => ix.0.into(),
                Resolved::Deployment(ix) => DEPLOYMENT | u32::from(ix.0),
            },
            variant: drops << 1 | u8::from(tells_usage),
            lookup,
            store,
            ttl_ms,
            max_age_ms: control.max_age_ms,
            namespace,
        })
    }

    /// Everything of the config that decides what a target answers, its credentials too: whatever of it changes, kept
    /// answers are not found any more. It is for a cryptographic hash, and for nothing else.
    #[must_use]
    pub fn cache_scope(&self, target: u32) -> Secret {
        let config = &self.config;
        let ix = target as u16;
        let mut out = Writer::default();
        out.raw("[").raw(if config.policy.drop_params { "true" } else { "false" });
        if target & DEPLOYMENT != 0 {
            tell(config, DeploymentIx(ix), &mut out);
        } else if let Some(group) = config.group(GroupIx(ix)) {
            let alone = std::slice::from_ref(&group.name);
            let names = config.caching.shared_with(&group.name).unwrap_or(alone);
            for name in names {
                let found = if names.len() == 1 {
                    Some(Resolved::Group(GroupIx(ix)))
                } else {
                    config.resolve(name).filter(|target| config.allows(*target))
                };
                let Some(Resolved::Group(found)) = found else { continue };
                out.text(name).raw("[");
                let members = config.group(found).map(|group| group.members.as_slice()).unwrap_or_default();
                members.iter().for_each(|ix| tell(config, *ix, &mut out));
                out.push("]");
            }
        }
        out.push("]");
        Secret::new(String::from_utf8(out.into_bytes()).unwrap_or_default())
    }

    /// Notes a call that was answered out of the cache, and gives it a name among such calls.
    pub fn note_hit(&mut self, now: Millis, hit: &Hit<'_>) -> String {
        let now = self.advance(now);
        self.hits = self.hits.saturating_add(1);
        let number = self.hits;
        if self.journal.is_on() {
            self.journal.note_hit(now, number, hit);
        }
        hit_name(number)
    }
}

/// What stands in an id in the place of a call's number: a hit is no call that the router makes.
pub(super) fn hit_name(number: u64) -> String {
    format!("c{number}")
}

fn tell(config: &RouterConfig, ix: DeploymentIx, out: &mut Writer) {
    config.deployment(ix).into_iter().for_each(|known| tell_whole(known, out));
}

/// Is something to be answered that no provider says?
fn is_pretended(options: &CallOptions) -> bool {
    options.mock.is_some()
        || options.mock_testing_rate_limit_error
        || options.mock_testing_fallbacks
        || options.mock_testing_context_fallbacks
        || options.mock_testing_content_policy_fallbacks
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::config::load;

    fn config(more: Value) -> RouterConfig {
        let entry = |name: &str, model: &str| {
            let params = json!({ "model": model, "api_key": format!("sk-of-{name}") });
            json!({ "model_name": name, "litellm_params": params, "model_info": { "id": format!("{name}-{model}") } })
        };
        let list = [
            entry("a", "openai/x"),
            entry("a", "openai/y"),
            entry("b", "openai/z"),
            entry("w/*", "openai/*"),
        ];
        let mut config =
            json!({ "model_list": list, "cache_responses": true, "model_group_alias": { "al": "a" } });
        let host = more.get("host").cloned().unwrap_or_default();
        for (name, value) in more.as_object().unwrap().iter().filter(|(name, _)| *name != "host") {
            match name.strip_prefix("a.") {
                Some(param) => config["model_list"][0]["litellm_params"][param] = value.clone(),
                None => config[name] = value.clone(),
            }
        }
        load(&config, &host, &|_| None).unwrap().config
    }

    fn router(more: Value) -> Router {
        Router::new(config(more))
    }

    fn rule_of(router: &mut Router, model: &str, stream: bool, options: Value) -> Option<CacheRule> {
        let options = router.options(&options).unwrap();
        router.cache_rule(Surface::Chat, model, stream, &options, false)
    }

    fn rule(options: Value) -> Option<CacheRule> {
        rule_of(&mut router(json!({})), "a", false, options)
    }

    /// What decides the answers of a model, in a router that differs in something.
    fn scope(model: &str, more: Value) -> String {
        let mut router = router(more);
        let target = rule_of(&mut router, model, false, json!({})).unwrap().target;
        router.cache_scope(target).expose().to_owned()
    }

    #[test]
    fn a_call_says_what_becomes_of_its_answer() {
        let found = rule(json!({})).unwrap();
        assert_eq!((found.lookup, found.store, found.ttl_ms, found.max_age_ms), (true, true, 600_000, None));
        let ways = |cache: Value| {
            rule(json!({ "cache": cache }))
                .map(|found| (found.lookup, found.store, found.ttl_ms, found.max_age_ms))
        };
        assert_eq!(ways(json!({ "no-cache": true })), Some((false, true, 600_000, None)));
        assert_eq!(ways(json!({ "no-store": true })), Some((true, false, 600_000, None)));
        assert_eq!(ways(json!({ "no-cache": true, "no-store": true })), None);
        assert_eq!(ways(json!({ "ttl": 2, "s-maxage": 3 })), Some((true, true, 2_000, Some(3_000))));
        assert_eq!(ways(json!({ "ttl": 0 })), Some((true, false, 0, None)));
        assert_eq!(ways(json!({ "s-maxage": 0 })), Some((false, true, 600_000, Some(0))));
        assert_eq!(rule(json!({ "cache": { "namespace": "n" } })).unwrap().namespace.as_deref(), Some("n"));
        assert_ne!(rule(json!({ "drop_params": true })).unwrap().variant, found.variant);
        assert_ne!(rule(json!({ "drop_params": false })).unwrap().variant, found.variant);
        assert_ne!(rule(json!({ "stream_usage": "always" })).unwrap().variant, found.variant);
    }

    #[test]
    fn who_may_serve_a_call_is_part_of_what_its_answer_is_kept_under() {
        let namespace = |options: Value| rule(options).unwrap().namespace.unwrap_or_default();
        let on = |tags: Value| json!({ "tags": tags, "enable_tag_filtering": true });
        let all = [
            json!({}),
            on(json!(["eu"])),
            json!({ "allowed_model_region": "eu" }),
            on(json!(["eu", "us"])),
            on(json!(["eu\nus"])),
            json!({ "tags": ["eu"], "enable_tag_filtering": true, "allowed_model_region": "us" }),
            json!({ "cache": { "namespace": "n" }, "tags": ["eu"], "enable_tag_filtering": true }),
            json!({ "cache": { "namespace": "n" } }),
        ];
        let told: std::collections::BTreeSet<String> = all.into_iter().map(namespace).collect();
        assert_eq!(told.len(), 8, "{told:?}");
    }

    #[test]
    fn some_calls_are_none_of_the_caches() {
        for options in [
            json!({ "caching": false }),
            json!({ "explain": true }),
            json!({ "mock_response": "x" }),
            json!({ "mock_testing_fallbacks": true }),
            json!({ "mock_testing_rate_limit_error": true }),
        ] {
            assert_eq!(rule(options.clone()), None, "{options}");
        }
        assert_eq!(rule_of(&mut router(json!({})), "nobody", false, json!({})), None);
        let forbidden = json!({ "host": { "allowedModels": ["b"] } });
        assert_eq!(rule_of(&mut router(forbidden), "a", false, json!({})), None);
        let off = || json!({ "cache_responses": false });
        assert_eq!(rule_of(&mut router(off()), "a", false, json!({ "cache": { "use-cache": true } })), None);
        assert!(rule_of(&mut router(off()), "a", false, json!({ "caching": true })).is_some());
        let mut on_demand =
            router(json!({ "litellm_settings": { "cache_params": { "mode": "default_off" } } }));
        assert_eq!(rule_of(&mut on_demand, "a", false, json!({ "caching": true })), None);
        assert!(rule_of(&mut on_demand, "a", false, json!({ "cache": { "use-cache": true } })).is_some());
        let chat =
            json!({ "litellm_settings": { "cache_params": { "supported_call_types": ["embedding"] } } });
        let mut embeddings = router(chat);
        assert_eq!(rule_of(&mut embeddings, "a", false, json!({})), None);
        let options = CallOptions::default();
        assert!(embeddings.cache_rule(Surface::Embeddings, "a", false, &options, true).is_some());
    }

    #[test]
    fn a_stream_that_is_not_watched_is_not_kept() {
        let mut router = router(json!({}));
        for (observe, over_fetch, is_kept) in
            [("full", true, true), ("head", true, false), ("off", true, false), ("off", false, true)]
        {
            let options = router.options(&json!({ "observe": observe })).unwrap();
            let found = router.cache_rule(Surface::Chat, "a", true, &options, over_fetch);
            assert_eq!(found.is_some(), is_kept, "{observe}");
            assert!(router.cache_rule(Surface::Chat, "a", false, &options, over_fetch).is_some());
        }
    }

    #[test]
    fn ids_and_models_are_no_names_over_fetch() {
        for (host, model, is_kept) in [
            (json!({}), "a-openai/x", false),
            (json!({}), "al", true),
            (json!({}), "w/x", true),
            (json!({ "allowDirectModels": true }), "a-openai/x", true),
        ] {
            let mut router = router(json!({ "host": host }));
            let options = CallOptions::default();
            assert_eq!(
                router.cache_rule(Surface::Chat, model, false, &options, true).is_some(),
                is_kept,
                "{model}"
            );
        }
    }

    #[test]
    fn whatever_decides_an_answer_is_in_the_scope() {
        let plain = || scope("a", json!({}));
        assert_eq!(plain(), scope("al", json!({})));
        assert_eq!(plain(), scope("a", json!({ "num_retries": 7, "a.weight": 3, "a.rpm": 9 })));
        for differs in [
            json!({ "a.api_key": "sk-rotated" }),
            json!({ "a.api_base": "https://other.test/v1" }),
            json!({ "a.model": "openai/other" }),
            json!({ "a.organization": "org" }),
            json!({ "a.extra_headers": { "x-tenant": "t" } }),
            json!({ "a.temperature": 0.5 }),
            json!({ "a.drop_params": true }),
            json!({ "a.mock_response": "x" }),
            json!({ "drop_params": true }),
            json!({ "default_litellm_params": { "seed": 1 } }),
        ] {
            assert_ne!(plain(), scope("a", differs.clone()), "{differs}");
        }
        let all = ["a", "b", "a-openai/x", "a-openai/y", "w/one", "w/two", "openai/x"];
        let scopes: std::collections::BTreeSet<_> = all.iter().map(|name| scope(name, json!({}))).collect();
        assert_eq!(scopes.len(), all.len());
    }

    #[test]
    fn groups_that_share_have_one_scope() {
        let shared = || json!({ "caching_groups": [["b", "al"]] });
        assert_eq!(scope("a", shared()), scope("b", shared()));
        assert_ne!(scope("a", shared()), scope("a", json!({})));
        let mut rotated = shared();
        rotated["a.api_key"] = json!("sk-rotated");
        assert_ne!(scope("b", shared()), scope("b", rotated), "what the other one answers with counts too");
        let mut hidden = shared();
        hidden["host"] = json!({ "allowedModels": ["b"] });
        assert_ne!(scope("b", shared()), scope("b", hidden));
    }

    #[test]
    fn a_hit_is_told_and_counts_as_no_call() {
        let mut router = router(json!({}));
        let hit = Hit {
            requested: "a",
            surface: Surface::Chat,
            stream: true,
            given_by: ("a", "a-openai/x"),
            started: Millis(10),
            usage: Some(Usage { total_tokens: 3, ..Usage::default() }),
        };
        assert_eq!(router.note_hit(Millis(15), &hit), "c1");
        assert_eq!(router.take_events(), "[]");
        router.listen(true);
        assert_eq!(router.note_hit(Millis(15), &hit), "c2");
        let events: Value = serde_json::from_str(&router.take_events()).unwrap();
        let told = |at: usize, names: &[&str]| -> Vec<Value> {
            names.iter().map(|name| events[at][*name].clone()).collect()
        };
        let names = ["type", "call_id", "deployment", "cache_hit"];
        assert_eq!(told(0, &names), [json!("request_start"), json!("c2"), json!(null), json!(true)]);
        assert_eq!(told(1, &names), [json!("request_end"), json!("c2"), json!("a-openai/x"), json!(true)]);
        assert_eq!(told(1, &["ms", "attempts"]), [json!(5), json!(0)]);
        assert_eq!((router.begun(), router.running()), (0, 0));
    }
}
