//! What the oracle knows of each call.

use switchman::base::time::Millis;
use switchman::config::{
    CallOptions, DeploymentIx, FallbackLists, Hedging, MidStream, Resolved, RouterConfig, Timeouts,
};
use switchman::plan::{Action, AttemptId};
use switchman::sim::{CallNo, Entry, World};
use switchman::state::{Counts, Delta};

use crate::case::Case;

use crate::steering::Rules;
use crate::traffic::Asked;

use super::send::Send;
use super::wants::Wants;
use super::word::Word;
use super::{Broken, rule};

/// How long a copy may take.
const COPY_MS: u64 = 60_000;

/// Whose a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A caller's.
    Call,
    /// A copy of the call of this number.
    Copy(usize),
    /// The router's own question.
    Ping,
}

/// One call.
pub(super) struct Own {
    pub(super) kind: Kind,
    pub(super) wants: Wants,
    pub(super) word: Word,
    /// What it stays by: its session, the beginning of its conversation, for whom it is made.
    pub(super) keys: [Option<String>; 3],

    pub(super) options: CallOptions,
    pub(super) target: Option<Resolved>,
    pub(super) need: Counts,
    /// Deployments that somebody may have named: they may be used even while they are benched.
    named: Vec<DeploymentIx>,
    pub(super) sends: Vec<Send>,
    /// How many of the sends were made before the present group.
    pub(super) hop_from: usize,
    pub(super) has_hedged: bool,
    /// The send that the caller was shown last.
    pub(super) shown: Option<AttemptId>,
    pub(super) is_over: bool,
    pub(super) began: Option<(u64, Millis)>,
    pub(super) deadline_ms: Option<u64>,
    pub(super) hedging: Hedging,
    pub(super) mid_stream: MidStream,
    pub(super) stream: bool,
    /// Has the config changed since it began?
    pub(super) is_shaken: bool,
    /// Does the router remember who has answered it, for a score?
    pub(super) is_remembered: bool,
    /// Had the config no experiments when it ended?
    pub(super) is_uncounted: bool,
    /// The send that has answered it.
    pub(super) answered: Option<usize>,
}

impl Own {
    /// When it has to be over, in the router's time.
    pub(super) fn deadline(&self) -> Option<Millis> {
        Some(self.began?.1 + self.deadline_ms?)
    }

    /// Is a deadline over that a deployment has for the whole call?
    pub(super) fn is_late(&self, now: Millis, own_ms: Option<u64>) -> bool {
        let own_ms = own_ms.filter(|_| self.options.timeouts.deadline_ms.is_none());
        let began = self.began.map(|(_, began)| began);
        let deadline = began.zip(own_ms.filter(|ms| *ms > 0)).map(|(began, ms)| began + ms);
        deadline.is_some_and(|deadline| deadline <= now)
    }

    /// Does the host leave a deployment of the present target, as far as it was asked?
    pub(super) fn leaves(&self, ix: DeploymentIx) -> bool {
        self.word.leaves(ix) || (self.is_shaken && self.word.is_silent())
    }

    pub(super) fn open(&self) -> impl Iterator<Item = &Send> {
        self.sends.iter().filter(|send| !send.is_over)
    }

    /// The sends to the present group.
    pub(super) fn hop(&self) -> &[Send] {
        &self.sends[self.hop_from..]
    }

    /// Has the caller seen a part of a stream?
    pub(super) fn is_committed(&self) -> bool {
        self.shown.is_some()
    }

    pub(super) fn may_be_named(&self, ix: DeploymentIx) -> bool {
        self.named.contains(&ix)
    }

    /// Does the router ask for itself?
    pub(super) fn is_ping(&self) -> bool {
        self.kind == Kind::Ping
    }

    fn new(options: CallOptions, config: &RouterConfig) -> Self {
        let deadline_ms = options.timeouts.deadline_ms.or(config.policy.timeouts.deadline_ms);
        Self {
            kind: Kind::Call,
            wants: Wants::default(),
            word: Word::default(),
            keys: [None, None, None],
            target: None,
            need: Counts::default(),
            named: Vec::new(),
            sends: Vec::new(),
            hop_from: 0,
            has_hedged: false,
            shown: None,
            is_over: false,
            began: None,
            deadline_ms: deadline_ms.filter(|ms| *ms > 0),
            hedging: options.hedging.unwrap_or(config.policy.hedging),
            mid_stream: options.streams.or(config.policy.streams).mid_stream.unwrap_or_default(),
            stream: false,
            is_shaken: false,
            is_remembered: false,
            is_uncounted: false,
            answered: None,
            options,
        }
    }

    /// A copy of another call.
    fn copy(&self, of: usize, config: &RouterConfig) -> Self {
        let options = CallOptions {
            max_attempts: Some(1),
            num_retries: Some(0),
            disable_fallbacks: true,
            hedging: Some(Hedging::Off),
            timeouts: Timeouts { deadline_ms: Some(COPY_MS), ..Timeouts::default() },
            ..CallOptions::default()
        };
        let (wants, need, stream) = (self.wants.of_copy(), self.need, self.stream);
        Self { kind: Kind::Copy(of), wants, need, stream, ..Self::new(options, config) }
    }

    /// A question of the router's own, which takes so long at most.
    fn ping(stream: bool, deadline_ms: u64, config: &RouterConfig) -> Self {
        let options = CallOptions {
            num_retries: Some(0),
            disable_fallbacks: true,
            hedging: Some(Hedging::Off),
            timeouts: Timeouts { deadline_ms: Some(deadline_ms), ..Timeouts::default() },
            ..CallOptions::default()
        };
        let need = Counts { requests: 1, input: 8, output: 1 };
        Self { kind: Kind::Ping, need, stream, ..Self::new(options, config) }
    }
}

/// All calls of a case.
pub(super) struct Calls {
    all: Vec<Own>,
    /// Those that run.
    running: Vec<usize>,
    /// What callers ask for.
    asked: Vec<Asked>,
    rules: Option<Rules>,
    /// Has the config changed since the beginning?
    has_changed: bool,
}

impl Calls {
    pub(super) fn new(case: &Case, config: &RouterConfig) -> Result<Self, Broken> {
        let (asked, rules) = (case.calls.clone(), case.setup.rules.clone());
        let mut calls = Self { all: Vec::new(), running: Vec::new(), asked, rules, has_changed: false };
        let all: Result<_, _> = (0..case.calls.len()).map(|number| calls.own(number, config)).collect();
        calls.all = all?;
        Ok(calls)
    }

    /// A call that begins under a config.
    fn own(&self, number: usize, config: &RouterConfig) -> Result<Own, Broken> {
        let asked = &self.asked[number];
        let options = CallOptions::parse(config, &asked.options);
        let options = options.map_err(|problems| format!("a case with wrong options: {problems:?}"))?;
        // A name that nobody knows means the first of the default fallbacks.
        let default = || config.fallbacks.ordinary.default.first().map(|first| first.to);
        let rules = self.rules.as_ref();
        let model = rules.map_or(asked.model.as_str(), |rules| rules.model(&asked.model, &asked.facts));
        let target = config.resolve(model).or_else(default);
        let text = |name: &str| asked.options[name].as_str().map(str::to_owned);
        Ok(Own {
            named: named(config, target, &options),
            target,
            need: Counts { requests: 1, input: asked.tokens.0.into(), output: asked.tokens.1.into() },
            stream: asked.spec.is_stream(),
            wants: Wants::new(config, &asked.options, asked.demand),
            keys: [text("sessionId"), asked.prompt.clone(), text("tenant")],
            ..Own::new(options, config)
        })
    }

    /// The config has changed: what runs goes on, and may come to deployments that it names now.
    pub(super) fn adopt(&mut self, config: &RouterConfig) {
        self.has_changed = true;
        for call in &self.running {
            let own = &mut self.all[*call];
            own.is_shaken = true;
            let more = named(config, None, &own.options);
            own.named.extend(more);
        }
    }

    pub(super) fn of(&self, call: usize) -> &Own {
        &self.all[call]
    }

    pub(super) fn of_mut(&mut self, call: usize) -> &mut Own {
        &mut self.all[call]
    }

    /// Of a call that was never seen nothing is known.
    pub(super) fn known(&self, call: usize) -> Option<&Own> {
        self.all.get(call)
    }

    /// How many of those that run are such.
    pub(super) fn running(&self, is: impl Fn(&Own) -> bool) -> usize {
        self.running.iter().filter(|call| is(&self.all[**call])).count()
    }

    /// Takes in an event; tells whether it is the first one of its call. `timeouts` are those that probes have.
    pub(super) fn begin(
        &mut self,
        world: &World,
        config: &RouterConfig,
        entry: &Entry,
        now: Millis,
        timeouts: &[u64],
    ) -> Result<bool, Broken> {
        while self.all.len() <= entry.call {
            let number = self.all.len();
            let of = world.outcome(CallNo(number)).and_then(|outcome| outcome.shadow_of);
            self.all.push(match of {
                Some(CallNo(of)) => self.all[of].copy(of, config),
                // It was not made, or nothing was heard of it.
                None if number < entry.call => Own::ping(false, 0, config),
                None => {
                    // One that is not made takes no time.
                    let lasts = lasts(entry, now).or(timeouts.first().copied()).unwrap_or(0);
                    rule!(timeouts.contains(&lasts), "a probe may take {lasts} ms");
                    Own::ping(is_stream(entry), lasts, config)
                }
            });
        }
        let is_new = self.all[entry.call].began.is_none();
        if is_new && self.has_changed && entry.call < self.asked.len() {
            self.all[entry.call] = self.own(entry.call, config)?;
        }
        let own = &mut self.all[entry.call];
        if is_new {
            own.began = Some((entry.at_ms, now));
            self.running.push(entry.call);
        }
        Ok(is_new)
    }

    /// Notes what comes over the wire.
    pub(super) fn note(&mut self, entry: &Entry) {
        let mut words = entry.event.split_ascii_whitespace();
        let (what, of, status) = (words.next().unwrap_or(""), words.next(), words.next());
        let number = of.and_then(|of| of.parse().ok());
        let send = self.all[entry.call].sends.iter_mut().find(|send| Some(send.attempt.0) == number);
        let Some(send) = send else { return };
        match what {
            "head" | "refused" => send.status = status.and_then(|status| status.parse().ok()),
            "failed" | "broken" => send.is_unconnected = send.status.is_none(),
            _ => {}
        }
    }

    /// Whoever waits for a place begins anew with its first group.
    pub(super) fn waits(&mut self, call: usize) {
        let own = &mut self.all[call];
        own.hop_from = own.sends.len();
        own.word.forget_ranks();
    }

    pub(super) fn sent(&mut self, config: &RouterConfig, entry: &Entry, send: Send) {
        let own = &mut self.all[entry.call];
        if own.hop().last().is_some_and(|last| last.group != send.group) {
            own.hop_from = own.sends.len();
        }
        let is_second = own.open().next().is_some();
        own.has_hedged |= is_second;
        let ms = config.deployments[usize::from(send.to.0)].timeouts.deadline_ms;
        if let Some(ms) = ms.filter(|_| own.options.timeouts.deadline_ms.is_none()) {
            own.deadline_ms = Some(ms).filter(|ms| *ms > 0);
        }
        own.sends.push(send);
    }

    pub(super) fn after(&mut self, entry: &Entry) {
        let own = &mut self.all[entry.call];
        if let Some(Action::Commit { attempt }) = &entry.step.action {
            own.shown = Some(*attempt);
        }
        if matches!(entry.step.action, Some(Action::Done(_))) {
            own.is_over = true;
            self.running.retain(|call| *call != entry.call);
        }
    }

    /// No call runs for longer than it may. A router takes a clock that was set back to stand, so that much later a call
    /// may end; a timer cannot know that the clock was set forward.
    pub(super) fn check_deadlines(&mut self, world: &World, back_ms: u64) -> Result<(), Broken> {
        let vanished = |call: usize| world.outcome(CallNo(call)).is_some_and(|outcome| outcome.has_vanished);
        self.running.retain(|call| !vanished(*call));
        for call in &self.running {
            let own = &self.all[*call];
            let (Some((began_ms, _)), Some(ms)) = (own.began, own.deadline_ms) else { continue };
            let is_late = world.now_ms().saturating_sub(began_ms) > ms + back_ms;
            rule!(!is_late, "call {call} runs {ms} ms after its beginning, and should be over");
        }
        Ok(())
    }
}

/// How long the first send of a call counts at most.
fn lasts(entry: &Entry, now: Millis) -> Option<u64> {
    entry.step.deltas.iter().find_map(|delta| match delta {
        Delta::Sent { expires, .. } => Some(expires.since(now)),
        _ => None,
    })
}

/// Is the answer to its first send a stream?
fn is_stream(entry: &Entry) -> bool {
    entry.step.deltas.iter().any(|delta| matches!(delta, Delta::Sent { stream: true, .. }))
}

/// The deployments that a call may reach by their ids.
fn named(config: &RouterConfig, target: Option<Resolved>, options: &CallOptions) -> Vec<DeploymentIx> {
    let table = &config.fallbacks;
    let own = [&options.fallbacks, &options.context_window_fallbacks, &options.content_policy_fallbacks];
    let lists =
        own.into_iter().flatten().chain([&table.ordinary, &table.context_window, &table.content_policy]);
    let chains = |lists: &FallbackLists| {
        let own = lists.by_group.iter().flat_map(|(_, chain)| chain.clone());
        own.chain(lists.default.clone()).map(|target| target.to).collect::<Vec<_>>()
    };
    let ids = lists.flat_map(chains).chain(target).filter_map(|target| match target {
        Resolved::Deployment(ix) => Some(ix),
        Resolved::Group(_) => None,
    });
    ids.collect()
}
