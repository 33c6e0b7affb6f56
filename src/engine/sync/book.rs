//! What this router has told the store of each deployment's use, so that the rest of the store's sum is what others used.

use smallvec::SmallVec;

use crate::base::time::Millis;
use crate::config::{DeploymentIx, RouterConfig};
use crate::state::{Counts, Measure, Quota, State};

use super::ops::Facet;

/// The minutes of the store are those of the clock, counted from the epoch.
pub(super) const MINUTE_MS: u64 = 60_000;

/// So many new times are worth a new sketch …
const NEW_TIMES: u32 = 8;

/// … but not more often than this.
const SKETCH_MS: u64 = 10_000;

/// Requests and tokens, to be added or taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amounts {
    requests: i64,
    input: i64,
    output: i64,
}

impl Amounts {
    pub(super) fn of(counts: Counts) -> Self {
        let signed = |amount| i64::try_from(amount).unwrap_or(i64::MAX);
        Self { requests: signed(counts.requests), input: signed(counts.input), output: signed(counts.output) }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
        }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(other.requests),
            input: self.input.saturating_sub(other.input),
            output: self.output.saturating_sub(other.output),
        }
    }

    /// What each facet of a minute grows by.
    pub(super) fn facets(self, minute: u64) -> [(Facet, i64); 3] {
        [
            (Facet::Requests(minute), self.requests),
            (Facet::Input(minute), self.input),
            (Facet::Output(minute), self.output),
        ]
    }

    /// What is left of a sum without these.
    fn out_of(self, total: Counts) -> Counts {
        let left = |total: u64, own: i64| total.saturating_sub(u64::try_from(own).unwrap_or(0));
        Counts {
            requests: left(total.requests, self.requests),
            input: left(total.input, self.input),
            output: left(total.output, self.output),
        }
    }
}

/// A minute of one deployment.
#[derive(Clone, Copy, Debug, Default)]
struct Minute {
    number: u64,
    told: Amounts,
    untold: Amounts,
    /// What has to be added to the reservations that the store keeps, by [`Measure`].
    held: [i64; 4],
}

/// One deployment.
#[derive(Clone, Debug, Default)]
struct Book {
    /// Whose; a slot may change hands.
    id: String,
    model: String,
    /// The present minute and the one before it, in no order.
    minutes: [Minute; 2],
    /// Is it among those who have something to tell?
    is_waiting: bool,
    /// Times since the last sketch, and when that was.
    times: u32,
    sketched_at: Millis,
    is_timed: bool,
    /// What others had used in a minute when the store was last looked at.
    seen: Option<(u64, Counts)>,
    /// Has the provider told what is left since then?
    has_learned: bool,
}

/// What one deployment has to tell.
pub(super) struct Untold {
    /// The number of the minute, what was used in it, and what its reservations have to be changed by.
    pub(super) minutes: SmallVec<[(u64, Amounts, [i64; 4]); 2]>,
    pub(super) is_timed: bool,
}

/// A book for each deployment.
#[derive(Debug, Default)]
pub(super) struct Books {
    books: Vec<Book>,
    /// Who has something to tell; each once.
    waiting: Vec<DeploymentIx>,
}

/// Is the use of a deployment worth counting together? Where limits are bounds, or its provider tells of its own.
pub(super) fn is_counted(config: &RouterConfig, state: &State, ix: DeploymentIx) -> bool {
    let is_limited =
        config.deployment(ix).is_some_and(|known| known.limit_cell(ix) == ix && config.binds(known));
    is_limited || state.health(ix).is_some_and(|health| health.quota != Quota::default())
}

impl Books {
    /// Counts what a send to a deployment has used in the minute of `at`, if that is worth it.
    pub(super) fn count(
        &mut self,
        config: &RouterConfig,
        state: &State,
        ix: DeploymentIx,
        at: Millis,
        amounts: Amounts,
    ) {
        let ix = config.deployment(ix).map_or(ix, |known| known.limit_cell(ix));
        if !is_counted(config, state, ix) {
            return;
        }
        let number = at.0 / MINUTE_MS;
        if let Some(book) = self.book(config, ix)
            && let Some(minute) = book.minute(number)
        {
            minute.untold = minute.untold.plus(amounts);
            self.wait(ix);
        }
    }

    /// Changes what the store holds for the minute of `at` of a deployment's limits.
    pub(super) fn hold(
        &mut self,
        config: &RouterConfig,
        ix: DeploymentIx,
        at: Millis,
        changes: impl IntoIterator<Item = (Measure, i64)>,
    ) {
        let ix = config.deployment(ix).map_or(ix, |known| known.limit_cell(ix));
        let Some(minute) = self.book(config, ix).and_then(|book| book.minute(at.0 / MINUTE_MS)) else {
            return;
        };
        let mut is_changed = false;
        for (measure, change) in changes {
            if let Some(held) = minute.held.get_mut(measure as usize) {
                *held = held.saturating_add(change);
                is_changed |= change != 0;
            }
        }
        if is_changed {
            self.wait(ix);
        }
    }

    /// An answer has begun.
    pub(super) fn timed(&mut self, config: &RouterConfig, ix: DeploymentIx, now: Millis) {
        let Some(book) = self.book(config, ix) else { return };
        book.times = book.times.saturating_add(1);
        if book.times >= NEW_TIMES && now.since(book.sketched_at) >= SKETCH_MS {
            book.is_timed = true;
            self.wait(ix);
        }
    }

    /// The provider has told what is left of its limits: with what others have used until now.
    pub(super) fn learned(&mut self, config: &RouterConfig, ix: DeploymentIx) {
        if let Some(book) = self.book(config, ix) {
            book.has_learned = true;
        }
    }

    pub(super) fn has_untold(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// What the next deployment has to tell; it counts as told from now on.
    pub(super) fn take_untold(&mut self, now: Millis) -> Option<(DeploymentIx, Untold)> {
        let ix = self.waiting.pop()?;
        let book = self.books.get_mut(usize::from(ix.0))?;
        let mut untold = Untold { minutes: SmallVec::new(), is_timed: book.is_timed };
        for minute in book.minutes.iter_mut() {
            if minute.untold != Amounts::default() || minute.held != [0; 4] {
                minute.told = minute.told.plus(minute.untold);
                let (used, held) = (std::mem::take(&mut minute.untold), std::mem::take(&mut minute.held));
                untold.minutes.push((minute.number, used, held));
            }
        }
        if book.is_timed {
            (book.times, book.sketched_at) = (0, now);
        }
        (book.is_waiting, book.is_timed) = (false, false);
        Some((ix, untold))
    }

    /// What was told did not arrive.
    pub(super) fn untell(&mut self, config: &RouterConfig, ix: DeploymentIx, number: u64, amounts: Amounts) {
        let Some(book) = self.book(config, ix) else { return };
        if let Some(minute) = book.minutes.iter_mut().find(|minute| minute.number == number) {
            minute.told = minute.told.minus(amounts);
        }
    }

    /// From the store's sums of this minute and the one before: what others have used in the last 60 seconds, as if they had
    /// used it evenly; and what of it a provider that tells what is left has not told.
    pub(super) fn others(
        &mut self,
        config: &RouterConfig,
        ix: DeploymentIx,
        now: Millis,
        totals: &[(u64, Counts)],
    ) -> (Counts, Counts) {
        let Some(book) = self.book(config, ix) else { return Default::default() };
        let present = now.0 / MINUTE_MS;
        let others = |book: &Book, number: u64| {
            let total =
                totals.iter().find(|(minute, _)| *minute == number).map_or(Counts::default(), |one| one.1);
            let told = book.minutes.iter().find(|minute| minute.number == number).map(|minute| minute.told);
            told.unwrap_or_default().out_of(total)
        };
        let (this, last) = (others(book, present), others(book, present.saturating_sub(1)));
        let share = MINUTE_MS - now.0 % MINUTE_MS;
        let fresh = match book.seen {
            Some((minute, counts)) if minute == present => this.minus(counts),
            Some((minute, counts)) if minute.saturating_add(1) == present => this.plus(last.minus(counts)),
            _ => Counts::default(),
        };
        let fresh = if book.has_learned { Counts::default() } else { fresh };
        (book.seen, book.has_learned) = (Some((present, this)), false);
        (this.plus(last.scaled(share, MINUTE_MS)), fresh)
    }

    fn wait(&mut self, ix: DeploymentIx) {
        let book = self.books.get_mut(usize::from(ix.0));
        if book.is_some_and(|book| !std::mem::replace(&mut book.is_waiting, true)) {
            self.waiting.push(ix);
        }
    }

    /// The book of a deployment; `None` for one of another config.
    fn book(&mut self, config: &RouterConfig, ix: DeploymentIx) -> Option<&mut Book> {
        let known = config.deployment(ix)?;
        let place = usize::from(ix.0);
        if self.books.len() <= place {
            self.books.resize_with(config.deployments.len(), Book::default);
        }
        let book = self.books.get_mut(place)?;
        if book.id != known.id || book.model != known.model {
            *book = Book { id: known.id.clone(), model: known.model.clone(), ..Book::default() };
        }
        Some(book)
    }
}

impl Book {
    /// The account of a minute; `None` for one that is over for more than a minute.
    fn minute(&mut self, number: u64) -> Option<&mut Minute> {
        let [one, other] = &mut self.minutes;
        let newest = one.number.max(other.number);
        if one.number == number {
            Some(one)
        } else if other.number == number {
            Some(other)
        } else if number.saturating_add(1) < newest {
            None
        } else {
            let older = if one.number < other.number { one } else { other };
            *older = Minute { number, ..Minute::default() };
            Some(older)
        }
    }
}
