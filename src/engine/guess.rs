//! What sends are thought to have used that were given up or cut off before their providers told: a bill of what may be
//! charged is better than none, if it says that it is an estimate.
//!
//! The prompt is as it was told; else as it was counted before the send; else as the answer of the call tells it, for both
//! were sent the same. The completion is what was read of it. Where content came of which no note was taken, nothing is
//! guessed.

use serde_json::{Map, Value};

use crate::base::json::{number_text, value};
use crate::base::usage::Usage;
use crate::config::{DialectName, MidStream};
use crate::dialect::{StreamEvent, stream_event};
use crate::plan::{Attempt, AttemptId};
use crate::price::amount::{pico, usd};
use crate::price::{Pico, Tariff};

use super::calls::Running;

/// What one send is thought to have used.
#[derive(Clone, Copy, Debug)]
struct Guess {
    usage: Usage,
    /// Is the prompt still to be taken from the answer?
    lacks_prompt: bool,
}

impl Guess {
    fn of(attempt: &Attempt) -> Option<Self> {
        let told = attempt.usage.unwrap_or_default();
        let written = if attempt.content_at.is_some() { attempt.written? } else { 0 };
        let counted = [told.prompt_tokens, attempt.reserved.input].into_iter().find(|tokens| *tokens > 0);
        let (prompt_tokens, lacks_prompt) = (counted.unwrap_or(0), counted.is_none());
        let completion_tokens = told.completion_tokens.max(written.into());
        Some(Self { usage: Usage { prompt_tokens, completion_tokens, ..told }, lacks_prompt })
    }

    /// With the prompt of an answer, but for what that was given to go on from.
    fn filled(self, answer: Option<Usage>, prefix: u64) -> Option<Usage> {
        let mut usage = self.usage;
        if self.lacks_prompt {
            usage.prompt_tokens = answer.map(|answer| answer.prompt_tokens.saturating_sub(prefix))?;
        }
        usage.total_tokens = usage.prompt_tokens.saturating_add(usage.completion_tokens);
        (usage.total_tokens > 0).then_some(usage)
    }
}

/// The parts of an answer before its last one, which broke off.
#[derive(Clone, Debug, Default)]
pub(super) struct Earlier {
    parts: Vec<(Guess, Option<Tariff>)>,
    /// The tokens of what the last part was given to go on from.
    prefix: u64,
}

impl Earlier {
    pub(super) fn is_none(&self) -> bool {
        self.parts.is_empty()
    }

    /// What they used together with the last part.
    pub(super) fn with(&self, last: Usage) -> Usage {
        let mut sum = last;
        let told = self.parts.iter().filter_map(|(guess, _)| guess.filled(Some(last), self.prefix));
        told.for_each(|usage| sum.add(&usage));
        sum
    }

    /// What they cost, without the last part; `None` where that is not known.
    pub(super) fn cost(&self, last: Usage) -> Option<Pico> {
        self.parts.iter().try_fold(0, |sum: Pico, (guess, tariff)| {
            let usage = guess.filled(Some(last), self.prefix)?;
            Some(sum.saturating_add(tariff.as_ref()?.cost(usage)?.total()))
        })
    }

    /// Makes the usage that a chunk tells that of all parts, and marks it. Says whether it tells any.
    #[inline(never)]
    pub(super) fn put_into(&self, data: &[u8], chunk: &mut Map<String, Value>) -> bool {
        let event = stream_event(DialectName::OpenAi, data);
        let (StreamEvent::Content(Some(last))
        | StreamEvent::Quiet(Some(last))
        | StreamEvent::Finish(Some(last))) = event
        else {
            return false;
        };
        let Some(told) = chunk.get_mut("usage").and_then(Value::as_object_mut) else { return false };
        let sum = self.with(last);
        for (name, count) in [
            ("prompt_tokens", sum.prompt_tokens),
            ("completion_tokens", sum.completion_tokens),
            ("total_tokens", sum.total_tokens),
        ] {
            told.insert(name.to_owned(), count.into());
        }
        let parts = [
            ("prompt_tokens_details", "cached_tokens", sum.cached_tokens),
            ("prompt_tokens_details", "cache_write_tokens", sum.cache_write_tokens.into()),
            ("completion_tokens_details", "reasoning_tokens", sum.reasoning_tokens),
        ];
        for (part, name, count) in parts {
            if let Some(details) = told.get_mut(part).and_then(Value::as_object_mut) {
                details.insert(name.to_owned(), count.into());
            }
        }
        if let Some(Value::Number(cost)) = told.get("cost") {
            let both = pico(&number_text(cost)).zip(self.cost(last));
            let sum = both.and_then(|(own, before)| value(usd(own.saturating_add(before)).as_bytes()));
            told.insert("cost".to_owned(), sum.unwrap_or_default());
        }
        told.insert("estimated".to_owned(), true.into());
        true
    }
}

impl Running {
    /// What a send that was given up or cut off is thought to have used.
    pub(super) fn guess(&self, attempt: &Attempt) -> Option<Usage> {
        Guess::of(attempt)?.filled(self.answered(), self.prefix(usize::MAX))
    }

    /// What the answer of the call says that it used.
    fn answered(&self) -> Option<Usage> {
        let AttemptId(number) = *self.result.as_ref()?.as_ref().ok()?;
        self.call.attempts().get(usize::from(number))?.usage
    }

    /// The tokens of what the sends before this one have told the caller, if it goes on from there.
    fn prefix(&self, before: usize) -> u64 {
        let goes_on = self.call.mid_stream() == MidStream::Continue;
        let sends = self.call.attempts().iter().take(before);
        let broken = sends.filter(|sent| goes_on && sent.fault.is_some());
        broken.filter_map(|sent| sent.written).map(u64::from).sum()
    }

    /// The parts of the answer before this send, priced by `tariff`.
    pub(super) fn earlier(&self, before: usize, tariff: &dyn Fn(usize) -> Option<Tariff>) -> Earlier {
        let sends = self.call.attempts().iter().enumerate().take(before);
        let broken = sends.filter(|(_, sent)| sent.content_at.is_some() && sent.fault.is_some());
        let parts = broken.filter_map(|(place, sent)| Some((Guess::of(sent)?, tariff(place))));
        Earlier { parts: parts.collect(), prefix: self.prefix(before) }
    }

    /// What the answer used, all parts of it together, and whether some of that is an estimate. `None` where the last part
    /// has not told.
    #[must_use]
    pub fn usage(&self) -> Option<(Usage, bool)> {
        let attempts = self.call.attempts();
        let answer = self.result.as_ref().and_then(|result| result.as_ref().ok());
        let shown = || attempts.iter().rposition(|sent| sent.content_at.is_some());
        let last = answer.map(|answer| usize::from(answer.0)).or_else(shown);
        let last = last.unwrap_or(attempts.len().saturating_sub(1));
        let told = attempts.get(last)?.usage?;
        let earlier = self.earlier(last, &|_| None);
        Some((earlier.with(told), !earlier.is_none()))
    }
}
