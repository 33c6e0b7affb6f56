//! A router of one deployment, and one call over `fetch` of it.

use std::rc::Rc;

use serde_json::{Value, json};
use switchman::base::json::Skeleton;
use switchman::base::time::Millis;
use switchman::base::usage::Usage;
use switchman::config::{CallOptions, Demand, DeploymentIx, Surface, load};
use switchman::dialect::{Outbound, translate_reply};
use switchman::engine::{CallId, Facts, Output, Request, Router, Watch};
use switchman::error::{Fault, FaultKind};
use switchman::plan::{Action, StreamOutcome};
use switchman::price::PriceTable;

/// All prices.
pub(crate) const PRICES: &str = include_str!("../../prices/full.txt");

/// A router of one deployment, in this environment.
pub(crate) fn router_in(params: &Value, host: &Value, env: &dyn Fn(&str) -> Option<String>) -> Router {
    try_router(params, host, env).unwrap_or_else(|problems| panic!("{params}: {problems:?}"))
}

pub(crate) fn try_router(
    params: &Value,
    host: &Value,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Router, Vec<String>> {
    let config = json!({ "model_list": [{ "model_name": "chat", "litellm_params": params }] });
    let loaded = load(&config, host, env);
    let loaded = loaded.map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    let mut router = Router::new(loaded.config);
    router.set_prices(PriceTable::new(PRICES).map(Rc::new));
    Ok(router)
}

/// A router of one deployment with a key, and an address where its provider has none.
pub(crate) fn router(params: Value) -> Router {
    let mut all = json!({ "api_key": "sk-own" });
    all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
    let env = |name: &str| (name == "CLOUDFLARE_ACCOUNT_ID").then(|| "acct".to_owned());
    router_in(&all, &Value::Null, &env)
}

pub(crate) fn outbound(router: &Router, surface: Surface) -> Outbound {
    router.outbound(DeploymentIx(0), surface).unwrap()
}

pub(crate) fn header(outbound: &Outbound, name: &str) -> Option<String> {
    let found = outbound.headers.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| value.expose().to_owned())
}

/// A call over `fetch` that has begun.
pub(crate) struct Begun {
    pub(crate) router: Router,
    pub(crate) id: CallId,
    body: Vec<u8>,
}

pub(crate) fn begin(mut router: Router, body: &Value, options: Value) -> Begun {
    let text = body.to_string().into_bytes();
    let mut scan = router.request_scanner();
    scan.push(&text);
    let facts = Facts::read(scan).unwrap();
    let options = CallOptions::parse(router.config(), &options).unwrap();
    let request = Request {
        surface: Surface::Chat,
        model: facts.model.as_str().into(),
        stream: facts.stream,
        objects: false,
        usage_asked: facts.usage_asked,
        is_text: facts.is_text,
        tokens: None,
        demand: Demand::default(),
        options,
        facts: Some(facts),
    };
    let (id, step) = router.begin(Millis(0), request).unwrap();
    let Some(Action::Send { .. }) = step.action else { panic!("{step:?}") };
    Begun { router, id, body: text }
}

impl Begun {
    /// The body that is sent, or why none is.
    pub(crate) fn sent(&self) -> Result<Value, Fault> {
        let (id, ix) = (self.id, DeploymentIx(0));
        let splice = if self.router.has_members(id) {
            let mut bones = Skeleton::default();
            bones.push(&self.body);
            self.router.splice_whole(id, ix, &bones.finish(), false)
        } else {
            self.router.splice(id, ix)
        };
        splice.unwrap().map(|splice| serde_json::from_slice(&splice.apply(&self.body)).unwrap())
    }

    /// What an object of the driver's becomes.
    pub(crate) fn fitted(&self, body: &Value) -> Result<Value, Fault> {
        let text = body.to_string().into_bytes();
        let mut bones = Skeleton::default();
        bones.push(&text);
        let splice = self.router.splice_whole(self.id, DeploymentIx(0), &bones.finish(), true).unwrap();
        splice.map(|splice| serde_json::from_slice(&splice.apply(&text)).unwrap())
    }

    /// The answer that the caller gets, and the usage that is told.
    pub(crate) fn answer(&mut self, body: &Value) -> Result<(Value, Option<Usage>), Fault> {
        let deployment = self.router.config().deployments[0].clone();
        let text = body.to_string().into_bytes();
        if !deployment.is_translated {
            let mut scan = switchman::base::json::Scanner::new(switchman::dialect::REPLY_MEMBERS);
            scan.push(&text);
            let usage = switchman::dialect::reply(deployment.dialect, Surface::Chat, &mut scan, &text)?;
            return Ok((body.clone(), usage));
        }
        let memo = switchman::dialect::Memo::default();
        let read = translate_reply(deployment.dialect, Surface::Chat, &memo, 0, &text)?;
        Ok((serde_json::from_slice(&read.body).unwrap(), read.usage))
    }

    /// The chunks of a stream as the caller gets them, and how it ended.
    pub(crate) fn stream(&mut self, events: &[Value], done: bool) -> (Vec<Value>, StreamOutcome) {
        let deployment = &self.router.config().deployments[0];
        let mut watch = match deployment.is_translated {
            true => Watch::rewording(Output::Objects),
            false => Watch::new(deployment.dialect, Output::Objects),
        };
        for event in events {
            // Comments and empty lines are what keeps some connections alive.
            watch.push(b": PROCESSING\n\n");
            watch.push(format!("data: {event}\n\n").as_bytes());
        }
        if done {
            watch.push(b"data: [DONE]\n\n");
        }
        let outcome = watch.end(None);
        let mut out = Vec::new();
        watch.take(&mut out);
        let lines = String::from_utf8(out).unwrap();
        (lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), outcome)
    }
}

pub(crate) fn refused(fault: &Fault) -> (FaultKind, &str) {
    (fault.kind, &fault.message)
}
