//! Everything that is known of one deployment.

use crate::base::time::Millis;

use super::{Circuit, Fails, OpenSends, Pace, Quota, Rated, Recent, Usage, Window};

/// So many sends that wait for too long at once are a stall.
const STALLED_SENDS: usize = 3;

/// What was said of a deployment from outside: a health check, or a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Is it well?
    pub ok: bool,
    /// Until when that counts.
    pub until: Millis,
}

/// The health of one deployment. In this order in memory: what every choice looks at of every candidate comes first.
#[derive(Clone, Debug, Default)]
#[repr(C)]
pub struct Health {
    /// May it be used?
    pub circuit: Circuit,
    /// What was said from outside.
    pub mark: Option<Mark>,
    /// What its provider says is left.
    pub quota: Quota,
    /// Its sends under way.
    pub open: OpenSends,
    /// What it used in the last minute. Of a concrete name of a wildcard: kept at the declared deployment.
    pub usage: Usage,
    /// When its turn comes, in the measure of its group.
    pub next_turn: u128,
    /// How long its streams took to their first content.
    pub streams: Recent,
    /// How long its whole answers took.
    pub answers: Recent,
    /// How fast it has been of late.
    pub pace: Pace,
    /// What callers think of its answers.
    pub rated: Rated,
    /// How its recent attempts ended.
    pub window: Window,
    /// Its failures by class.
    pub fails: Fails,
    /// When it failed last in a way that counts; the epoch if never.
    pub failed_at: Millis,
    /// How many of its attempts were answered, and how many failed.
    pub totals: (u64, u64),
}

impl Health {
    /// Is there anything that a router that begins anew should know?
    pub(super) fn is_worth_keeping(&self) -> bool {
        let has_been_tried = self.totals != (0, 0) || self.failed_at > Millis(0) || self.mark.is_some();
        // Of a pattern's names the declared deployment counts the usage, and is never tried itself.
        has_been_tried
            || self.usage.is_counted()
            || self.quota != Quota::default()
            || self.circuit != Circuit::default()
    }

    /// Was it said from outside that it is not well?
    #[must_use]
    pub fn is_marked_down(&self, now: Millis) -> bool {
        self.mark.is_some_and(|mark| !mark.ok && now < mark.until)
    }

    /// Do several of its sends wait for far longer than its answers take to begin? They have not failed yet, but the
    /// next one would be a further one that waits.
    #[must_use]
    pub fn is_stalled(&self, now: Millis, stream: bool) -> bool {
        // The oldest come first, so that the last one that is needed tells of all.
        let Some(last) = self.open.waiting_behind(now, STALLED_SENDS - 1) else { return false };
        let recent = if stream { &self.streams } else { &self.answers };
        recent.usual_ms().is_some_and(|usual| now.since(last.since) > usual.saturating_mul(3))
    }
}
