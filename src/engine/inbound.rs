//! What is read out of a request body that arrives over `fetch`, and what is changed in it before it goes on.

use std::str::from_utf8;

use crate::base::json::{
    Edit, Kind, Member, Scanner, Splice, Table, Wanted, splice, string_value, value, written,
};
use crate::config::{
    Deployment, Fate, ROUTER_KEYS, RouterConfig, Rule, Trust, Worded, others, provider, worded,
};
use crate::dialect;
use crate::error::{Fault, FaultKind};

const MODEL: usize = 0;
const STREAM: usize = 1;
const STREAM_OPTIONS: usize = 2;
const MESSAGES: usize = 3;
const RESPONSE_FORMAT: usize = 4;
const N: usize = 5;
const MAX_COMPLETION_TOKENS: usize = 6;
const MAX_TOKENS: usize = 7;
const OWN: usize = 8;

/// The longest value of a router key that is read, in bytes.
const OPTION_BYTES: u32 = 16 * 1024;

static MEMBERS: [Wanted; OWN + ROUTER_KEYS.len()] = members();

const fn members() -> [Wanted; OWN + ROUTER_KEYS.len()] {
    let mut all = [const { Wanted { name: "", capture: 0 } }; OWN + ROUTER_KEYS.len()];
    let mut at = 0;
    let mut rest = all.as_mut_slice();
    while let Some((first, others)) = rest.split_first_mut() {
        *first = match at {
            MODEL => Wanted { name: "model", capture: 4_096 },
            STREAM => Wanted { name: "stream", capture: 8 },
            STREAM_OPTIONS => Wanted { name: "stream_options", capture: 1_024 },
            MESSAGES => Wanted { name: "messages", capture: 0 },
            RESPONSE_FORMAT => Wanted { name: "response_format", capture: 64 },
            N => Wanted { name: "n", capture: 16 },
            MAX_COMPLETION_TOKENS => Wanted { name: "max_completion_tokens", capture: 16 },
            MAX_TOKENS => Wanted { name: "max_tokens", capture: 16 },
            _ => Wanted { name: router_key(at.saturating_sub(OWN)), capture: OPTION_BYTES },
        };
        rest = others;
        at += 1;
    }
    all
}

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which checks the bounds")]
const fn router_key(at: usize) -> &'static str {
    ROUTER_KEYS[at]
}

/// The members that the scan of a request looks for: the router's own, the parameters that some deployment sets where the
/// request does not, those that something becomes of on the way to some deployment, and `more`.
#[must_use]
pub fn request_members(config: &RouterConfig, more: &[String]) -> Table {
    let mut names = more.to_vec();
    for deployment in config.deployments.iter().filter(|known| known.parent.is_none()) {
        names.extend(deployment.params.iter().map(|param| param.name.clone()));
        names.extend(deployment.members.dropped.iter().cloned());
        // Of a pattern nobody knows yet which models it will be.
        for rule in provider(&deployment.provider).map(|row| row.rules(None)).unwrap_or_default() {
            match rule.fate {
                Fate::Rename(name) => names.push(name.to_owned()),
                Fate::Value(words) => others(words, &mut names),
                Fate::Cut | Fate::Refuse => {}
            }
            names.push(rule.name.into_owned());
        }
    }
    Table::new(&MEMBERS, names)
}

/// What the scan of a request body found.
#[derive(Debug)]
pub struct Facts {
    scan: Scanner,
    /// `model`, unescaped; empty where there is none.
    pub model: String,
    /// `stream: true`.
    pub stream: bool,
    /// `stream_options.include_usage: true`.
    pub usage_asked: bool,
    /// One plain text is asked for: no structured output, no several choices. Only such an answer can be gone on with.
    pub is_text: bool,
}

/// What is sent on beside the caller's own words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Additions<'a> {
    /// A message of the assistant's behind the others, as JSON: the text to go on from.
    pub message: Option<&'a [u8]>,
    /// Make the stream tell its usage.
    pub ask_usage: bool,
}

/// What becomes of members of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit<'a> {
    /// Where it goes to.
    pub(super) deployment: &'a Deployment,
    /// The rules there, as the call changes them.
    pub(super) rules: &'a [Rule],
    /// Are members that are refused there left out?
    pub(super) drops: bool,
}

impl Facts {
    /// Reads a scanned body.
    pub fn read(mut scan: Scanner) -> Result<Self, Fault> {
        let bad = |message: String| Fault::new(FaultKind::BadRequest, message);
        scan.finish().map_err(|error| bad(format!("the request body is no JSON object: {error}")))?;
        let model = match scan.last(MODEL) {
            None => String::new(),
            Some(found) => match found.raw().and_then(string_value) {
                Some(model) => model,
                None if found.raw().is_none() => return Err(bad("`model` is too long".to_owned())),
                None => return Err(bad("`model` must be a string".to_owned())),
            },
        };
        if model.is_empty() {
            return Err(bad("the request names no `model`".to_owned()));
        }
        let is_true = |found: &Member| found.raw() == Some(b"true");
        let stream = scan.last(STREAM).is_some_and(is_true);
        let asked = |raw: &[u8]| -> bool {
            let options = value(raw).unwrap_or_default();
            options.get("include_usage").and_then(serde_json::Value::as_bool).unwrap_or(false)
        };
        let usage_asked = scan.last(STREAM_OPTIONS).and_then(Member::raw).is_some_and(asked);
        let is_text = scan.last(RESPONSE_FORMAT).is_none_or(|found| {
            let is_plain = |raw: &[u8]| raw == b"null" || raw.windows(6).any(|part| part == b"\"text\"");
            found.raw().is_some_and(is_plain)
        }) && scan.last(N).is_none_or(|found| matches!(found.raw(), Some(b"1" | b"null")));
        Ok(Self { scan, model, stream, usage_asked, is_text })
    }

    /// `max_completion_tokens`, `max_tokens` and `n`.
    pub(super) fn sizes(&self) -> [Option<&Member>; 3] {
        [MAX_COMPLETION_TOKENS, MAX_TOKENS, N].map(|wanted| self.scan.last(wanted))
    }

    /// Where the value of `messages` begins in a body that is being scanned; `None` if it has none.
    #[must_use]
    pub fn messages_at(scan: &Scanner) -> Option<u64> {
        scan.last(MESSAGES).map(|found| found.value.start)
    }

    /// How many router keys the body holds that may not steer.
    #[must_use]
    pub fn untrusted(&self, trust: &Trust) -> usize {
        self.own_keys().filter(|(key, _)| !trust.allows(key)).count()
    }

    /// What a trusted caller put into the body to steer the router; `None` if nothing.
    pub(super) fn steering(
        &self,
        config: &RouterConfig,
        metadata: Option<&serde_json::Value>,
    ) -> Result<Option<serde_json::Value>, Fault> {
        let mut map = serde_json::Map::new();
        if let Some(metadata) = metadata {
            map.insert("metadata".to_owned(), metadata.clone());
        }
        for (key, found) in self.own_keys().filter(|(key, _)| may_steer(&config.host.trust, key)) {
            let value = found.raw().and_then(value);
            let value =
                value.ok_or_else(|| Fault::new(FaultKind::BadRequest, format!("`{key}` cannot be read")))?;
            map.insert(key.to_owned(), value);
        }
        Ok((!map.is_empty()).then(|| map.into()))
    }

    /// The changes to the body for a deployment: the router's keys out, the provider's model in, the deployment's own
    /// parameters where the request has none, and what becomes of members there. The `messages` of a request that has
    /// been answered are not empty.
    ///
    /// # Errors
    /// `Unsupported` where the deployment cannot serve it.
    pub(super) fn splice(&self, fit: Fit<'_>, additions: Additions<'_>) -> Result<Splice, Fault> {
        let deployment = fit.deployment;
        let put = dialect::put(deployment);
        let resumed = additions.message.map(|_| dialect::prefill_members(deployment)).unwrap_or_default();
        let asks = additions.ask_usage && dialect::tells_usage_if_asked(deployment);
        let usage = asks.then(|| self.asking_usage());
        let mut edits: Vec<Edit<'_>> = self.own_members().map(|wanted| Edit::Cut { wanted }).collect();
        for param in &put {
            let raw = param.raw.as_bytes();
            edits.push(match param.name.as_str() {
                "model" => Edit::Replace { wanted: MODEL, raw },
                name => Edit::Append { name, raw },
            });
        }
        if let Some(raw) = additions.message {
            edits.push(Edit::Extend { wanted: MESSAGES, raw });
        }
        if let Some(raw) = &usage {
            edits.push(Edit::Replace { wanted: STREAM_OPTIONS, raw });
        }
        let fitting = self.fitting(fit)?;
        for param in resumed.iter().chain(&deployment.params) {
            let becomes_it = |rule: &Rule| {
                matches!(rule.fate, Fate::Rename(name) if name == param.name)
                    && self.find(&rule.name).is_some()
            };
            let place = self.scan.index_of(&param.name);
            let is_put =
                |edit: &Edit<'_>| matches!(edit, Edit::Replace { wanted, .. } if Some(*wanted) == place);
            let is_there = self.find(&param.name).is_some() || fitting.iter().any(is_put);
            if !is_there && !fit.rules.iter().any(becomes_it) {
                edits.push(Edit::Append { name: &param.name, raw: param.raw.as_bytes() });
            }
        }
        edits.extend(fitting);
        Ok(splice(&self.scan, &edits))
    }

    /// The changes that the rules of a deployment make to a body that is its own otherwise.
    ///
    /// # Errors
    /// `Unsupported` where the deployment cannot serve it.
    pub(super) fn fit(scan: Scanner, fit: Fit<'_>) -> Result<Splice, Fault> {
        let facts = Self { scan, model: String::new(), stream: false, usage_asked: false, is_text: false };
        let edits = facts.fitting(fit)?;
        Ok(splice(&facts.scan, &edits))
    }

    fn fitting<'a>(&self, fit: Fit<'a>) -> Result<Vec<Edit<'a>>, Fault> {
        let mut edits = Vec::new();
        let mut refused: Vec<&str> = Vec::new();
        for rule in fit.rules {
            let Some((wanted, found)) = self.find(&rule.name) else { continue };
            match rule.fate {
                Fate::Value(words) => {
                    // What is longer than what is kept has no value that a rule could name; `null` asks for nothing.
                    let raw = found.raw().filter(|_| found.kind != Kind::Null);
                    let raw = raw.and_then(|raw| from_utf8(raw).ok());
                    match raw.map_or(Worded::Same, |raw| worded(words, raw)) {
                        Worded::Same => {}
                        Worded::Refuse if !fit.drops => refused.push(&rule.name),
                        Worded::Cut | Worded::Refuse => edits.push(Edit::Cut { wanted }),
                        Worded::Put(json) => edits.push(Edit::Replace { wanted, raw: json.as_bytes() }),
                        Worded::Other(name, json) => {
                            edits.push(Edit::Cut { wanted });
                            let raw = json.as_bytes();
                            edits
                                .extend(self.scan.index_of(name).map(|wanted| Edit::Replace { wanted, raw }));
                        }
                    }
                }
                Fate::Rename(name) if found.kind != Kind::Null => {
                    edits.extend(self.find(name).map(|(wanted, _)| Edit::Cut { wanted }));
                    edits.push(Edit::Rename { wanted, name });
                }
                Fate::Refuse if !fit.drops && asks(found) => refused.push(&rule.name),
                Fate::Cut | Fate::Refuse | Fate::Rename(_) => edits.push(Edit::Cut { wanted }),
            }
        }
        let Some(first) = refused.first() else { return Ok(edits) };
        let names = refused.join("`, `");
        let is = if refused.len() == 1 { "is" } else { "are" };
        let message = format!("`{names}` {is} not supported by {}", fit.deployment.provider);
        Err(Fault { param: Some((*first).into()), ..Fault::new(FaultKind::Unsupported, message) })
    }

    /// A member by its name, with its place in the table.
    fn find(&self, name: &str) -> Option<(usize, &Member)> {
        let wanted = self.scan.index_of(name)?;
        Some((wanted, self.scan.last(wanted)?))
    }

    /// The caller's `stream_options`, asking for the usage.
    fn asking_usage(&self) -> Vec<u8> {
        let raw = self.scan.last(STREAM_OPTIONS).and_then(Member::raw);
        let mut options = match raw.and_then(value) {
            Some(serde_json::Value::Object(options)) => options,
            _ => serde_json::Map::new(),
        };
        options.insert("include_usage".to_owned(), true.into());
        written(&options.into())
    }

    fn own_members(&self) -> impl Iterator<Item = usize> + '_ {
        self.scan
            .members()
            .iter()
            .map(|found| found.wanted)
            .filter(|wanted| (OWN..MEMBERS.len()).contains(wanted))
    }

    fn own_keys(&self) -> impl Iterator<Item = (&'static str, &Member)> + '_ {
        self.scan.members().iter().filter_map(|found| {
            let key = ROUTER_KEYS.get(found.wanted.checked_sub(OWN)?)?;
            Some((*key, found))
        })
    }
}

/// Does a member ask for anything? `null`, `false`, one choice and an empty list are what is without it.
fn asks(member: &Member) -> bool {
    let is_empty = member.value.end.saturating_sub(member.value.start) == 2;
    match member.kind {
        Kind::Null | Kind::False => false,
        Kind::Array | Kind::Object | Kind::String => !is_empty,
        Kind::Number => !(member.wanted == N && member.raw() == Some(b"1")),
        Kind::True => true,
    }
}

/// What could move a credential never steers, whatever the host trusts.
fn may_steer(trust: &Trust, key: &str) -> bool {
    !matches!(key, "api_base" | "base_url" | "api_key") && trust.allows(key)
}
