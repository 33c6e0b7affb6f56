//! The sends of a deployment that are under way: a lease each, so that a request that vanishes leaks nothing.

use crate::base::time::Millis;

/// The name of a send: of a call in its router, and of a send in its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lease(pub u64);

impl Lease {
    /// The lease of a send.
    #[must_use]
    pub fn new(call: u64, attempt: u16) -> Self {
        Self(call << 16 | u64::from(attempt))
    }

    /// Which send of its call it is.
    #[must_use]
    pub fn attempt(self) -> u16 {
        self.0 as u16
    }
}

/// One send that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenSend {
    /// Whose.
    pub lease: Lease,
    /// When it was sent.
    pub since: Millis,
    /// Is its answer a stream?
    pub stream: bool,
    /// Is it counted what it uses in a minute?
    pub is_counted: bool,
    /// When it counts no more, whatever has become of it.
    pub expires: Millis,
}

/// The sends under way of one deployment.
#[derive(Clone, Debug, Default)]
pub struct OpenSends {
    /// Those whose answer has not begun, the oldest first.
    waiting: Vec<OpenSend>,
    /// The others, in no order.
    begun: Vec<OpenSend>,
    /// Before this moment none of them is over by itself.
    soonest: Millis,
}

impl OpenSends {
    /// All that have not been closed.
    pub(super) fn all(&self) -> impl Iterator<Item = &OpenSend> {
        self.waiting.iter().chain(&self.begun)
    }

    /// Those that count at `now`.
    pub fn at(&self, now: Millis) -> impl Iterator<Item = &OpenSend> {
        self.all().filter(move |open| open.expires > now)
    }

    /// Those that wait for their answer to begin, the oldest first.
    pub fn waiting(&self, now: Millis) -> impl Iterator<Item = &OpenSend> {
        self.waiting.iter().filter(move |open| open.expires > now)
    }

    /// The one that waits before which so many do; nothing else is looked at, as long as none is over by itself.
    pub(super) fn waiting_behind(&self, now: Millis, others: usize) -> Option<&OpenSend> {
        if now < self.soonest { self.waiting.get(others) } else { self.waiting(now).nth(others) }
    }

    /// Since when the oldest of those waits whose answer is a stream, or of those whose answer is none.
    #[must_use]
    pub fn oldest_waiting(&self, now: Millis, stream: bool) -> Option<Millis> {
        self.waiting(now).find(|open| open.stream == stream).map(|open| open.since)
    }

    /// How many count at `now`, beside one that is about to be closed.
    #[must_use]
    pub fn count(&self, now: Millis, beside: Option<Lease>) -> usize {
        if now < self.soonest && beside.is_none() {
            return self.waiting.len() + self.begun.len();
        }
        self.at(now).filter(|open| Some(open.lease) != beside).count()
    }

    /// Adds one, and forgets those that have expired.
    pub(super) fn add(&mut self, now: Millis, open: OpenSend) {
        let is_empty = self.waiting.is_empty() && self.begun.is_empty();
        if !is_empty && now >= self.soonest {
            self.waiting.retain(|known| known.expires > now);
            self.begun.retain(|known| known.expires > now);
            self.soonest = self.at(now).map(|known| known.expires).min().unwrap_or(open.expires);
        }
        self.soonest = if is_empty { open.expires } else { self.soonest.min(open.expires) };
        self.waiting.push(open);
    }

    /// Takes one out; `None` if it has been forgotten.
    pub(super) fn close(&mut self, lease: Lease) -> Option<OpenSend> {
        if let Some(place) = place_of(&self.waiting, lease) {
            return Some(self.waiting.remove(place));
        }
        place_of(&self.begun, lease).map(|place| self.begun.swap_remove(place))
    }

    /// Notes that an answer has begun.
    pub(super) fn begun(&mut self, lease: Lease) {
        if let Some(place) = place_of(&self.waiting, lease) {
            self.begun.push(self.waiting.remove(place));
        }
    }
}

#[inline(always)]
fn place_of(sends: &[OpenSend], lease: Lease) -> Option<usize> {
    sends.iter().position(|open| open.lease == lease)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(call: u64, expires: u64) -> OpenSend {
        OpenSend {
            lease: Lease::new(call, 0),
            since: Millis(0),
            stream: false,
            is_counted: false,
            expires: Millis(expires),
        }
    }

    #[test]
    fn a_send_counts_until_it_is_closed_or_its_lease_is_over() {
        let mut sends = OpenSends::default();
        sends.add(Millis(0), open(1, 100));
        sends.add(Millis(0), open(2, 200));
        let count = |sends: &OpenSends, ms| sends.count(Millis(ms), None);
        assert_eq!((count(&sends, 99), count(&sends, 100), count(&sends, 200)), (2, 1, 0));
        assert_eq!(sends.count(Millis(0), Some(Lease::new(1, 0))), 1);
        assert!(sends.close(Lease::new(2, 1)).is_none(), "another send of the same call");
        assert!(sends.close(Lease::new(2, 0)).is_some());
        assert!(sends.close(Lease::new(2, 0)).is_none());
        assert_eq!(sends.count(Millis(0), None), 1);
    }

    #[test]
    fn those_that_wait_are_told_oldest_first_and_what_has_expired_not_at_all() {
        let mut sends = OpenSends::default();
        [(1, 500), (2, 300), (3, 400), (4, 400)].into_iter().for_each(|(call, expires)| {
            sends.add(Millis(0), open(call, expires));
        });
        sends.begun(Lease::new(3, 0));
        let waiting = |sends: &OpenSends, ms| -> Vec<u64> {
            sends.waiting(Millis(ms)).map(|open| open.lease.0 >> 16).collect()
        };
        assert_eq!((waiting(&sends, 0), sends.count(Millis(299), None)), (vec![1, 2, 4], 4));
        assert_eq!((waiting(&sends, 300), sends.count(Millis(300), None)), (vec![1, 4], 3));
        sends.add(Millis(300), open(5, 9_000));
        assert_eq!((waiting(&sends, 0), sends.count(Millis(399), None)), (vec![1, 4, 5], 4));
        assert_eq!((sends.count(Millis(400), None), sends.count(Millis(500), None)), (2, 1));
        assert!(sends.close(Lease::new(3, 0)).is_some() && sends.close(Lease::new(5, 0)).is_some());
        assert_eq!(waiting(&sends, 0), [1, 4]);
    }

    #[test]
    fn what_vanishes_does_not_grow_the_list() {
        let mut sends = OpenSends::default();
        for call in 0..10_000 {
            sends.add(Millis(call * 100), open(call, call * 100 + 1_000));
        }
        assert!(sends.waiting.capacity() <= 64, "{}", sends.waiting.capacity());
    }
}
