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
}

/// One send that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenSend {
    /// Whose.
    pub lease: Lease,
    /// When it was sent.
    pub since: Millis,
    /// When it counts no more, whatever has become of it.
    pub expires: Millis,
    /// Has its answer begun?
    pub has_begun: bool,
}

/// The sends under way of one deployment, in no order.
#[derive(Clone, Debug, Default)]
pub struct OpenSends(Vec<OpenSend>);

impl OpenSends {
    /// Those that count at `now`.
    pub fn at(&self, now: Millis) -> impl Iterator<Item = &OpenSend> {
        self.0.iter().filter(move |open| open.expires > now)
    }

    /// How many count at `now`, beside one that is about to be closed.
    #[must_use]
    pub fn count(&self, now: Millis, beside: Option<Lease>) -> usize {
        self.at(now).filter(|open| Some(open.lease) != beside).count()
    }

    /// Adds one, and forgets those that have expired.
    pub(super) fn add(&mut self, now: Millis, open: OpenSend) {
        // Few expire, as most are closed: it is enough to look when the list is about to grow.
        if self.0.len() == self.0.capacity() {
            self.0.retain(|known| known.expires > now);
        }
        self.0.push(open);
    }

    /// Takes one out; `None` if it has been forgotten.
    pub(super) fn close(&mut self, lease: Lease) -> Option<OpenSend> {
        let place = self.0.iter().position(|open| open.lease == lease)?;
        Some(self.0.swap_remove(place))
    }

    /// Notes that an answer has begun.
    pub(super) fn begun(&mut self, lease: Lease) {
        if let Some(open) = self.0.iter_mut().find(|open| open.lease == lease) {
            open.has_begun = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(call: u64, expires: u64) -> OpenSend {
        OpenSend { lease: Lease::new(call, 0), since: Millis(0), expires: Millis(expires), has_begun: false }
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
    fn what_vanishes_does_not_grow_the_list() {
        let mut sends = OpenSends::default();
        for call in 0..10_000 {
            sends.add(Millis(call * 100), open(call, call * 100 + 1_000));
        }
        assert!(sends.0.capacity() <= 64, "{}", sends.0.capacity());
    }
}
