//! What far sides do: answers, every way to fail, and when they are well again.

use switchman::sim::{Latency, Part, Reply, Upstream};

use crate::draw::Draw;

/// Statuses with which upstreams refuse.
const STATUSES: [u16; 16] = [500, 500, 502, 503, 503, 504, 529, 429, 429, 408, 401, 403, 404, 402, 400, 302];

/// Codes that errors have in their bodies.
const CODES: [(u16, &str); 6] = [
    (429, "insufficient_quota"),
    (400, "context_length_exceeded"),
    (400, "content_policy_violation"),
    (401, "invalid_api_key"),
    (404, "model_not_found"),
    (500, "server_error"),
];

/// Ways to ask for patience.
const PATIENCE: [&str; 7] = ["0", "1", "7", "45", "900", "Sat, 14 Jun 2025 00:00:00 GMT", "soon"];

/// The far side of one deployment in the first so many milliseconds of a case.
pub(crate) fn upstream(draw: &mut Draw, span_ms: u64) -> Upstream {
    let usual = if draw.chance(12) { fault(draw) } else { good(draw) };
    let mut upstream = Upstream::always(usual);
    if draw.chance(40) {
        let replies: Vec<Reply> = (0..draw.between(1, 12)).map(|_| any(draw)).collect();
        upstream = upstream.first(replies);
    }
    if draw.chance(55) {
        // An outage, and a recovery at a given moment.
        let from = draw.between(0, span_ms);
        let to = from + draw.ms() * 2 + 1;
        upstream = upstream.during(from..to, fault(draw));
    }
    if draw.chance(45) {
        let share = draw.one(&[0.02, 0.1, 0.3, 0.7]);
        upstream = upstream.sometimes(share, any(draw));
    }
    upstream
}

fn any(draw: &mut Draw) -> Reply {
    if draw.chance(40) { good(draw) } else { fault(draw) }
}

/// An answer, quick or slow.
fn good(draw: &mut Draw) -> Reply {
    let words = draw.one(&[0, 1, 4, 12]) as u32;
    paced(draw, Reply::ok().words(words))
}

fn paced(draw: &mut Draw, reply: Reply) -> Reply {
    let latency = match draw.between(0, 5) {
        0 => Latency::Fixed(0),
        1 | 2 => Latency::Fixed(draw.between(1, 400)),
        3 => Latency::Between(20, draw.between(20, 2_000)),
        4 => Latency::Mostly { usual_ms: draw.between(10, 200), rare_ms: draw.ms(), share: 0.1 },
        _ => Latency::Fixed(draw.ms()),
    };
    let gap_ms = draw.one(&[0, 5, 40, 700, 20_000]);
    reply.latency(latency).gap_ms(gap_ms)
}

fn fault(draw: &mut Draw) -> Reply {
    let words = draw.between(0, 4) as u32;
    let reply = match draw.between(0, 19) {
        0..=5 => Reply::status(draw.one(&STATUSES)),
        6 | 7 => Reply::status(draw.one(&[429, 503])).header("retry-after", draw.one(&PATIENCE)),
        8 => {
            let (status, code) = draw.one(&CODES);
            Reply::refusal(status, code)
        }
        9 => Reply::status(503).header("x-should-retry", draw.one(&["true", "false"])),
        10 | 11 => Reply::no_connection("connect ECONNREFUSED"),
        12 => Reply::silent(),
        13 => Reply::stalls_after(words),
        14 => Reply::cut_after(words),
        15 => Reply::ends_after(words),
        16 => {
            Reply::error_after(words, draw.one(&["server_error", "rate_limit_exceeded", "invalid_api_key"]))
        }
        17 => Reply::garbage(),
        18 => Reply::vanishes(),
        _ => return head_and_nothing(draw),
    };
    paced(draw, reply)
}

/// A head, and then nothing, or a request that vanishes there.
fn head_and_nothing(draw: &mut Draw) -> Reply {
    let at = draw.ms();
    let mut parts = vec![(at, Part::Head(200))];
    if draw.chance(50) {
        parts.push((at + draw.ms(), Part::Vanish));
    }
    Reply::parts(parts)
}
