//! What a driver may do, in any order: for tests in which it does.

use proptest::prelude::*;
use switchman::config::MidStream;
use switchman::error::FaultKind;

/// One thing that a driver does. `call` is a position among the calls made so far; `attempt` counts back from the
/// latest send, so that 0 is right and anything else is stale or was never made.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Begin {
        model: &'static str,
        stream: bool,
        retries: u32,
        mid_stream: MidStream,
    },
    Report {
        call: usize,
        attempt: u16,
        what: What,
    },
    Release {
        call: usize,
    },
    /// Lets time pass; the clock of a host may also step back.
    Pass {
        ms: i64,
    },
    /// Goes to the moment at which a call wants to be woken, and wakes it.
    Wake {
        call: usize,
    },
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Start,
    Loaded,
    Asked,
    Head,
    Content,
    Body,
    Answered(&'static str),
    Refused(u16, &'static str),
    Failed(FaultKind),
    Bytes(&'static str),
    End(&'static str, bool),
    Broken(FaultKind),
    Complete,
    Alive(u64),
    Tick,
    Cancel,
}

pub(crate) const ROLE: &str = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n";
pub(crate) const TEXT: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n";
pub(crate) const STOP: &str = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
pub(crate) const DONE: &str = "data: [DONE]\n\n";
pub(crate) const ERROR: &str = "data: {\"error\":{\"code\":\"server_error\"}}\n\n";
pub(crate) const HALF: &str = "data: {\"choices\":[{\"del";

pub(crate) fn what() -> impl Strategy<Value = What> {
    let text = || prop::sample::select(vec![ROLE, TEXT, STOP, DONE, ERROR, HALF, "\u{0}", ""]);
    let kind = || prop::sample::select(FaultKind::ALL.to_vec());
    prop_oneof![
        1 => Just(What::Start),
        1 => Just(What::Loaded),
        1 => Just(What::Asked),
        4 => Just(What::Head),
        3 => Just(What::Content),
        2 => Just(What::Body),
        2 => prop::sample::select(vec!["{\"choices\":[]}", "{\"error\":{}}", "", "<html>"]).prop_map(What::Answered),
        4 => (prop::sample::select(vec![200, 302, 400, 401, 404, 429, 500, 529, 0]), prop::sample::select(vec!["0", "3", "x"]))
            .prop_map(|(status, wait)| What::Refused(status, wait)),
        4 => kind().prop_map(What::Failed),
        4 => text().prop_map(What::Bytes),
        3 => (text(), any::<bool>()).prop_map(|(text, broken)| What::End(text, broken)),
        2 => kind().prop_map(What::Broken),
        1 => Just(What::Complete),
        2 => (0_u64..100_000).prop_map(What::Alive),
        4 => Just(What::Tick),
        1 => Just(What::Cancel),
    ]
}

pub(crate) fn mid_stream() -> impl Strategy<Value = MidStream> {
    prop::sample::select(vec![MidStream::Error, MidStream::Restart, MidStream::Continue])
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    let attempt = prop_oneof![6 => Just(0_u16), 2 => 1_u16..3, 1 => any::<u16>()];
    prop_oneof![
        3 => (prop::sample::select(vec!["chat", "backup", "a", "nobody"]), any::<bool>(), 0_u32..4, mid_stream())
            .prop_map(|(model, stream, retries, mid_stream)| Op::Begin { model, stream, retries, mid_stream }),
        20 => (0_usize..6, attempt, what()).prop_map(|(call, attempt, what)| Op::Report { call, attempt, what }),
        1 => (0_usize..6).prop_map(|call| Op::Release { call }),
        3 => prop_oneof![0_i64..50, 50_i64..8_000, -5_000_i64..0].prop_map(|ms| Op::Pass { ms }),
        4 => (0_usize..6).prop_map(|call| Op::Wake { call }),
    ]
}
