//! What happened in many cases, counted: a simulation in which something never happens says nothing of it.

use std::collections::BTreeMap;

use switchman::error::Fault;
use switchman::plan::AttemptId;
use switchman::sim::Outcome;

/// How far what was drawn is from what was expected, and the variance of that.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Drift {
    off: f64,
    variance: f64,
    squares: f64,
    /// The variance of the squares is no more than this.
    fourths: f64,
}

impl Drift {
    /// Adds what was drawn in one case.
    pub(crate) fn note(&mut self, off: f64, variance: f64) {
        let (squares, fourths) = (off * off, 3.0 * variance * variance + variance);
        self.add(Self { off, variance, squares, fourths });
    }

    fn add(&mut self, other: Self) {
        self.off += other.off;
        self.variance += other.variance;
        self.squares += other.squares;
        self.fourths += other.fourths;
    }

    /// Is it more than chance, in one direction or from case to case?
    pub(crate) fn is_wrong(self) -> bool {
        self.off.abs() > 5.0 * self.variance.sqrt() + 1e-6
            || (self.squares - self.variance).abs() > 6.0 * self.fourths.sqrt() + 1e-6
    }
}

/// The counts of one case, or of all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) cases: usize,
    pub(crate) replayed: usize,
    pub(crate) calls: usize,
    pub(crate) events: usize,
    pub(crate) sends: usize,
    pub(crate) answered: usize,
    pub(crate) vanished: usize,
    pub(crate) retries: usize,
    pub(crate) fallbacks: usize,
    pub(crate) paid: usize,
    pub(crate) commits: usize,
    pub(crate) resumes: usize,
    pub(crate) hedges: usize,
    pub(crate) benches: usize,
    pub(crate) probes: usize,
    pub(crate) closed: usize,
    pub(crate) waits: usize,
    pub(crate) asked: usize,
    pub(crate) all_down: usize,
    pub(crate) clock_steps: usize,
    pub(crate) settled: usize,
    pub(crate) over_budget: usize,
    pub(crate) copies: usize,
    pub(crate) pings: usize,
    pub(crate) ranks: usize,
    pub(crate) filters: usize,
    pub(crate) guesses: usize,
    pub(crate) stayed: usize,
    pub(crate) trials: usize,
    pub(crate) configs: usize,
    pub(crate) refused_configs: usize,
    pub(crate) left_behind: usize,
    pub(crate) marks: usize,
    pub(crate) scores: usize,
    pub(crate) copies_drift: Drift,
    pub(crate) trials_drift: Drift,
    pub(crate) faults: BTreeMap<&'static str, usize>,
}

impl Tally {
    pub(crate) fn ended(&mut self, result: &Result<AttemptId, Box<Fault>>) {
        match result {
            Ok(_) => self.answered += 1,
            Err(fault) => {
                *self.faults.entry(fault.kind.class()).or_default() += 1;
                self.over_budget += usize::from(fault.code.as_deref() == Some("budget_exceeded"));
            }
        }
    }

    pub(crate) fn count(&mut self, outcome: &Outcome) {
        self.calls += 1;
        self.vanished += usize::from(outcome.has_vanished);
        self.retries += outcome.retries as usize;
        self.fallbacks += outcome.fallbacks as usize;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        let theirs = other.rows();
        for ((_, own), (_, more)) in self.rows_mut().into_iter().zip(theirs) {
            *own += more;
        }
        for (own, more) in
            [(&mut self.copies_drift, other.copies_drift), (&mut self.trials_drift, other.trials_drift)]
        {
            own.add(more);
        }
        for (class, count) in &other.faults {
            *self.faults.entry(class).or_default() += count;
        }
    }

    /// The shares that have not come out as they should, over all cases.
    pub(crate) fn drifts(&self) -> Vec<&'static str> {
        let all = [("copies", self.copies_drift), ("experiments", self.trials_drift)];
        all.into_iter().filter(|(_, drift)| drift.is_wrong()).map(|(name, _)| name).collect()
    }

    /// Every count with its name.
    pub(crate) fn rows(&self) -> Vec<(&'static str, usize)> {
        let mut copy = self.clone();
        copy.rows_mut().into_iter().map(|(name, count)| (name, *count)).collect()
    }

    fn rows_mut(&mut self) -> Vec<(&'static str, &mut usize)> {
        vec![
            ("cases", &mut self.cases),
            ("cases run twice", &mut self.replayed),
            ("calls", &mut self.calls),
            ("events", &mut self.events),
            ("sends", &mut self.sends),
            ("calls answered", &mut self.answered),
            ("requests that vanished", &mut self.vanished),
            ("retries", &mut self.retries),
            ("moves to another group", &mut self.fallbacks),
            ("tokens paid", &mut self.paid),
            ("streams committed", &mut self.commits),
            ("streams gone on with", &mut self.resumes),
            ("second sends", &mut self.hedges),
            ("benches", &mut self.benches),
            ("probes", &mut self.probes),
            ("circuits closed", &mut self.closed),
            ("looks for a place", &mut self.waits),
            ("questions to the host", &mut self.asked),
            ("sends where all were down", &mut self.all_down),
            ("steps of the clock", &mut self.clock_steps),
            ("costs settled", &mut self.settled),
            ("calls that ended for money", &mut self.over_budget),
            ("copies", &mut self.copies),
            ("questions of the router's own", &mut self.pings),
            ("choices that the host is asked for", &mut self.ranks),
            ("targets that the host sifts", &mut self.filters),
            ("sends to who may not be able", &mut self.guesses),
            ("calls that stayed", &mut self.stayed),
            ("calls of experiments", &mut self.trials),
            ("changes of the config", &mut self.configs),
            ("changes that are wrong", &mut self.refused_configs),
            ("changes that leave sends behind", &mut self.left_behind),
            ("words on health", &mut self.marks),
            ("scores for answers", &mut self.scores),
        ]
    }
}
