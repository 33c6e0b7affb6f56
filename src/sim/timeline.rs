//! A reply laid out in time: what the wire does, moment by moment.

use crate::base::rng::Rng;
use crate::config::Surface;

use super::reply::{Kind, Part, Reply};
use super::wire;

impl Reply {
    /// The reply to one send: milliseconds after it, and what happens then, in order.
    pub(super) fn play(&self, surface: Surface, stream: bool, rng: &mut Rng) -> Vec<(u64, Part)> {
        let mut timeline = Timeline { at: self.latency.draw(rng), gap_ms: self.gap_ms, parts: Vec::new() };
        match &self.kind {
            Kind::Silent => {}
            Kind::Vanish => timeline.now(Part::Vanish),
            Kind::NoConnection(words) => timeline.now(Part::Broken(words.clone())),
            Kind::Refusal { status, headers, body } => {
                let (headers, body) = (headers.clone(), body.clone());
                timeline.now(Part::Refusal { status: *status, headers, body });
            }
            Kind::Parts(parts) => return parts.clone(),
            kind => {
                timeline.now(if self.headers.is_empty() {
                    Part::Head(200)
                } else {
                    Part::Telling(200, self.headers.clone())
                });
                if stream {
                    self.stream(kind, &mut timeline)
                } else {
                    self.whole(kind, surface, &mut timeline)
                }
            }
        }
        timeline.parts
    }

    /// The events of a stream.
    fn stream(&self, kind: &Kind, timeline: &mut Timeline) {
        if let Kind::Garbage = kind {
            timeline.now(Part::Chunk(GARBAGE.to_vec()));
            return timeline.now(Part::End);
        }
        timeline.now(Part::Chunk(wire::role()));
        (0..self.words).for_each(|number| timeline.later(Part::Chunk(wire::content(number))));
        match kind {
            Kind::Stalls => return,
            Kind::Cut => return timeline.later(Part::Broken(RESET.to_owned())),
            Kind::Error(body) => timeline.later(Part::Chunk(wire::event(body))),
            Kind::Whole => timeline.later(Part::Chunk(wire::finish(self.words))),
            _ => {}
        }
        timeline.now(Part::End);
    }

    /// The body of a whole answer. It comes with its head.
    fn whole(&self, kind: &Kind, surface: Surface, timeline: &mut Timeline) {
        let answer = wire::answer(surface, self.words);
        let half = answer.get(..answer.len() / 2).unwrap_or_default();
        match kind {
            Kind::Error(body) => timeline.now(Part::Chunk(body.clone())),
            Kind::Garbage => timeline.now(Part::Chunk(GARBAGE.to_vec())),
            Kind::Stalls | Kind::Cut | Kind::Ends => timeline.now(Part::Chunk(half.to_vec())),
            _ => timeline.now(Part::Chunk(answer)),
        }
        match kind {
            Kind::Stalls => {}
            Kind::Cut => timeline.later(Part::Broken(RESET.to_owned())),
            _ => timeline.now(Part::End),
        }
    }
}

const GARBAGE: &[u8] = b"<html><body>bad gateway</body></html>";
const RESET: &str = "connection reset";

/// The parts of a reply, as they are laid out one behind the other.
struct Timeline {
    at: u64,
    gap_ms: u64,
    parts: Vec<(u64, Part)>,
}

impl Timeline {
    fn now(&mut self, part: Part) {
        self.parts.push((self.at, part));
    }

    fn later(&mut self, part: Part) {
        self.at = self.at.saturating_add(self.gap_ms);
        self.now(part);
    }
}
