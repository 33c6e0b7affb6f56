//! A driver that reports anything at any time: stale, repeated, out of order, of calls that are over. No event may
//! break a call, and every call still ends by its deadline.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use switchman::base::headers::Headers;
use switchman::base::json::Scanner;
use switchman::base::time::Millis;
use switchman::config::{CallOptions, Demand, MidStream, StreamRules, Surface, load};
use switchman::dialect::REPLY_MEMBERS;
use switchman::engine::{CallId, Request, Router};
use switchman::error::{ErrorHint, Fault, FaultKind};
use switchman::plan::{Action, Answer, Ask, AttemptId, Event, Step, StreamOutcome};

use crate::ops::{DONE, ERROR, HALF, Op, ROLE, STOP, TEXT, What, op};
use crate::support::{config, seed};

const START: u64 = 1_000_000;
const DEADLINE_MS: u64 = 30_000;

/// What is known of a call from the steps that came back.
#[derive(Debug)]
struct Known {
    id: CallId,
    began: u64,
    sends: u16,
    mid_stream: MidStream,
    committed: bool,
    over: bool,
    released: bool,
    wake_at: Option<Millis>,
}

impl Known {
    /// Holds a step against what came before it. `attempt` is the send that the event was about, if about one.
    fn check(&mut self, attempt: Option<u16>, step: &Step) {
        let is_silent = step.action.is_none() && step.abort.is_empty() && step.deltas.is_empty();
        if self.over {
            assert!(is_silent && step.wake_at.is_none(), "nothing follows the end: {step:?}");
            return;
        }
        let current = self.sends.checked_sub(1);
        if attempt.is_some() && attempt != current {
            assert!(is_silent, "a stale event changes nothing: {step:?}");
        }
        for aborted in &step.abort {
            assert_eq!(Some(aborted.0), current, "only what runs is given up");
        }
        match &step.action {
            Some(Action::Send { attempt, .. }) => {
                assert!(!self.committed, "no send after the commit");
                assert_eq!(attempt.0, self.sends, "sends are counted without a gap");
                self.sends += 1;
            }
            Some(Action::Resume { attempt, .. }) => {
                assert!(self.committed && self.mid_stream != MidStream::Error, "only where it is asked for");
                assert_eq!(attempt.0, self.sends, "sends are counted without a gap");
                self.sends += 1;
            }
            Some(Action::Commit { attempt }) => {
                assert!(!self.committed || self.mid_stream != MidStream::Error, "one commit");
                assert_eq!(Some(attempt.0), current);
                self.committed = true;
            }
            Some(Action::Done(result)) => {
                assert!(result.as_ref().is_err() || result.as_ref().ok().map(|attempt| attempt.0) == current);
                self.over = true;
            }
            Some(other) => panic!("{other:?} is of a later version"),
            None => {}
        }
        self.wake_at = step.wake_at;
        match step.wake_at {
            None => assert!(self.over, "a call that runs wants to be woken"),
            Some(at) => assert!(at.0 <= self.began + DEADLINE_MS && !self.over, "{step:?}"),
        }
    }
}

struct Play {
    router: Router,
    now: u64,
    /// The latest moment that the router has been told.
    told: u64,
    calls: Vec<Known>,
    transcript: String,
}

impl Play {
    fn new() -> Self {
        let groups: [(&str, &[&str]); 2] = [("chat", &["a", "b"]), ("backup", &["c"])];
        let settings = json!({ "fallbacks": [{ "chat": ["backup"] }], "deadline": DEADLINE_MS / 1_000,
            "timeout": 9, "headers_timeout": 4, "idle_timeout": 3, "first_token_timeout": 5, "max_attempts": 6 });
        let mut config = config(&groups, settings);
        for entry in config["model_list"].as_array_mut().unwrap() {
            entry["model_info"]["supports_assistant_prefill"] = json!(entry["model_info"]["id"] != "a");
        }
        let loaded = load(&config, &Value::Null, &|_| None).unwrap();
        let mut router = Router::new(loaded.config);
        router.set_seed(3);
        Self { router, now: START, told: 0, calls: Vec::new(), transcript: String::new() }
    }

    fn tell(&mut self) -> Millis {
        self.told = self.told.max(self.now);
        Millis(self.now)
    }

    fn play(&mut self, op: &Op) {
        match op {
            Op::Begin { model, stream, retries, mid_stream } => {
                self.begin(model, *stream, *retries, *mid_stream)
            }
            Op::Report { call, attempt, what } if *call < self.calls.len() => {
                self.report(*call, *attempt, what)
            }
            Op::Wake { call } if *call < self.calls.len() => {
                self.now = self.calls[*call].wake_at.map_or(self.now, |at| at.0.max(self.now));
                self.report(*call, 0, &What::Tick);
            }
            Op::Release { call } if *call < self.calls.len() => {
                let known = &mut self.calls[*call];
                if known.over {
                    self.router.release(known.id);
                    known.released = true;
                }
            }
            Op::Pass { ms } => self.now = self.now.saturating_add_signed(*ms),
            _ => {}
        }
    }

    fn begin(&mut self, model: &str, stream: bool, retries: u32, mid_stream: MidStream) {
        let now = self.tell();
        let streams = StreamRules { mid_stream: Some(mid_stream), ..StreamRules::default() };
        let options = CallOptions { num_retries: Some(retries), streams, ..CallOptions::default() };
        let request = Request {
            surface: Surface::Chat,
            model: model.into(),
            stream,
            objects: retries == 2,
            usage_asked: false,
            is_text: true,
            tokens: None,
            demand: Demand::default(),
            options,
            facts: None,
        };
        let (id, step) = self.router.begin(now, request).unwrap();
        assert!(self.calls.iter().all(|known| known.id != id), "an id names one call");
        let began = self.told;
        let known = Known {
            id,
            began,
            sends: 0,
            mid_stream,
            committed: false,
            over: false,
            released: false,
            wake_at: None,
        };
        self.calls.push(known);
        self.took(self.calls.len() - 1, None, &step);
    }

    fn report(&mut self, call: usize, back: u16, what: &What) {
        let now = self.tell();
        let (id, latest) = (self.calls[call].id, self.calls[call].sends.saturating_sub(1));
        let attempt = AttemptId(latest.wrapping_sub(back));
        let router = &mut self.router;
        let fault = |kind: &FaultKind| Fault::new(*kind, "told");
        let headers = Headers::default;
        let about = Some(attempt.0);
        let (about, step) = match what {
            What::Start => (None, router.step(now, id, Event::Start)),
            What::Loaded => (None, router.step(now, id, Event::Loaded)),
            What::Asked => {
                (None, router.step(now, id, Event::Answered { ask: Ask::Filter, value: Answer::Failed }))
            }
            What::Head => {
                (about, router.step(now, id, Event::Head { attempt, status: 200, headers: headers() }))
            }
            What::Content => (about, router.step(now, id, Event::Content { attempt })),
            What::Body => (about, router.step(now, id, Event::Body { attempt, usage: None })),
            What::Answered(body) => {
                let mut scan = Scanner::new(REPLY_MEMBERS);
                scan.push(body.as_bytes());
                (about, router.answered(now, id, attempt, (&mut scan, body.as_bytes())))
            }
            What::Refused(status, wait) => {
                let mut headers = headers();
                headers.add("retry-after", wait);
                let event = Event::Refused { attempt, status: *status, headers, hint: ErrorHint::default() };
                (about, router.step(now, id, event))
            }
            What::Failed(kind) => (about, router.failed(now, id, attempt, *kind, "told")),
            What::Bytes(text) => {
                (about, router.stream_bytes(now, id, attempt, text.as_bytes()).unwrap_or_default())
            }
            What::End(text, broken) => {
                (about, router.stream_end(now, id, attempt, text.as_bytes(), broken.then_some("reset")))
            }
            What::Broken(kind) => {
                let outcome = StreamOutcome::Broken(fault(kind));
                (about, router.step(now, id, Event::StreamEnd { attempt, outcome }))
            }
            What::Complete => {
                let outcome = StreamOutcome::Complete { usage: None };
                (about, router.step(now, id, Event::StreamEnd { attempt, outcome }))
            }
            What::Alive(ms_ago) => {
                router.alive(Millis(now.0.saturating_sub(*ms_ago)), id, attempt);
                return;
            }
            What::Tick => (None, router.step(now, id, Event::Tick)),
            What::Cancel => (None, router.step(now, id, Event::Cancel)),
        };
        // Bytes that complete nothing give no step at all, and so no moment to be woken at.
        let is_nothing = matches!(what, What::Bytes(..)) && step.wake_at.is_none() && step.action.is_none();
        let is_gone = self.calls[call].sends == 0 && step.wake_at.is_none() && step.action.is_none();
        let is_unknown =
            about.is_some_and(|attempt| attempt >= self.calls[call].sends) && step.wake_at.is_none();
        if !(is_nothing || is_gone || is_unknown) || self.calls[call].over {
            self.took(call, about, &step);
        }
    }

    fn took(&mut self, call: usize, about: Option<u16>, step: &Step) {
        self.transcript.push_str(&format!("{} #{call} {step:?}\n", self.now));
        self.calls[call].check(about, step);
        let known = &self.calls[call];
        let is_send = matches!(step.action, Some(Action::Send { .. } | Action::Resume { .. }));
        assert!(!is_send || self.told < known.began + DEADLINE_MS, "nothing is sent after the deadline");
        assert_eq!(self.router.running_call(known.id).is_none(), known.released);
    }

    /// Nobody reports anything any more but that time passes: every call must end by its deadline.
    fn finish(&mut self) {
        for call in 0..self.calls.len() {
            let mut ticks = 0;
            while !self.calls[call].over {
                self.play(&Op::Wake { call });
                ticks += 1;
                assert!(ticks < 64, "{:?}", self.calls[call]);
            }
            self.play(&Op::Release { call });
        }
        assert_eq!(self.router.running(), 0);
    }
}

fn run(ops: &[Op]) -> String {
    let mut play = Play::new();
    ops.iter().for_each(|op| play.play(op));
    play.finish();
    play.transcript
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        rng_seed: RngSeed::Fixed(seed()),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_order_of_events_breaks_a_call(ops in prop::collection::vec(op(), 1..120)) {
        prop_assert_eq!(run(&ops), run(&ops), "the same events give the same steps");
    }
}

#[test]
fn a_fault_that_is_told_after_the_deadline_leads_nowhere() {
    for what in [What::Failed(FaultKind::Connect), What::Refused(500, "x"), What::Answered("<html>")] {
        let mut play = Play::new();
        play.begin("chat", false, 3, MidStream::Error);
        // The host was busy: the wake-up for the deadline comes late.
        play.now += DEADLINE_MS;
        play.report(0, 0, &what);
        assert!(play.calls[0].over, "{what:?}");
        assert_eq!(play.calls[0].sends, 1);
    }
}

/// A stream whose first send is given up for another; then the first goes on speaking.
fn after_a_late_word(late: Option<&str>) -> Vec<Option<String>> {
    let mut play = Play::new();
    play.begin("chat", true, 1, MidStream::Error);
    play.now += 4_000;
    play.report(0, 0, &What::Tick);
    assert_eq!(play.calls[0].sends, 2);
    if let Some(text) = late {
        play.report(0, 1, &What::Bytes(text_of(text)));
    }
    let id = play.calls[0].id;
    let parts = [ROLE, TEXT, STOP, DONE];
    let told = |step: Step| format!("{:?} {:?}", step.action, step.abort);
    let mut steps: Vec<_> = parts
        .iter()
        .map(|part| play.router.stream_bytes(Millis(play.now), id, AttemptId(1), part.as_bytes()).map(told))
        .collect();
    steps.push(Some(told(play.router.stream_end(Millis(play.now), id, AttemptId(1), b"", None))));
    steps
}

fn text_of(text: &str) -> &'static str {
    [ROLE, TEXT, STOP, DONE, ERROR, HALF].into_iter().find(|known| *known == text).unwrap()
}

#[test]
fn what_a_given_up_send_still_says_does_not_touch_the_present_one() {
    let quiet = after_a_late_word(None);
    for late in [ROLE, TEXT, STOP, DONE, ERROR, HALF] {
        assert_eq!(after_a_late_word(Some(late)), quiet, "after {late:?}");
    }
}
