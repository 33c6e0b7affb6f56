//! What happened, event by event: for replay, for comparing, and for people.

use std::fmt;

use crate::plan::{Action, Step};

use super::clock::Clock;

/// One event and the step that followed from it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When, in milliseconds of the world's clock.
    pub at_ms: u64,
    /// The number of the call in its world.
    pub call: usize,
    /// What happened, in short words.
    pub event: String,
    /// What the router said to it.
    pub step: Step,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>8} #{} {} ->", self.at_ms, self.call, self.event)?;
        for attempt in &self.step.abort {
            write!(f, " abort {}", attempt.0)?;
        }
        match &self.step.action {
            None => f.write_str(" -")?,
            Some(Action::Send { attempt, deployment }) => {
                write!(f, " send {} to {}", attempt.0, deployment.0)?
            }
            Some(Action::Commit { attempt }) => write!(f, " commit {}", attempt.0)?,
            Some(Action::Done(Ok(attempt))) => write!(f, " done {}", attempt.0)?,
            Some(Action::Done(Err(fault))) => write!(f, " failed {fault:?}")?,
            Some(other) => write!(f, " {other:?}")?,
        }
        if let Some(at) = self.step.wake_at {
            write!(f, ", wake at {}", Clock::ms(at))?;
        }
        for delta in &self.step.deltas {
            write!(f, ", {delta:?}")?;
        }
        Ok(())
    }
}

/// Every event of a world, in order. As text it is a line each, and the same for the same seed.
#[derive(Clone, Debug, Default)]
pub struct Log(Vec<Entry>);

impl Log {
    pub(super) fn push(&mut self, entry: Entry) {
        self.0.push(entry);
    }

    /// The entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// The entries of one call.
    pub fn of(&self, call: usize) -> impl Iterator<Item = &Entry> {
        self.0.iter().filter(move |entry| entry.call == call)
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|entry| writeln!(f, "{entry}"))
    }
}
