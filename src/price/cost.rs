//! What an answer costs: its usage times the rates of its model, in whole numbers.
//!
//! The prompt is taken apart so that no token is billed twice, whatever a provider's counts overlap in (xAI's do):
//! what came from the cache first, then what was written to it, then audio, then images; the rest is text. So is the
//! completion: reasoning, audio, images, text. Each part is its tokens times its own rate, or where none is listed the
//! rate of what it is a part of. The sources are the pricing pages of the providers:
//!
//! - **Cache.** OpenAI, DeepSeek, xAI and Google bill cached tokens at a rate of their own instead of the input rate;
//!   Anthropic bills writing too: 1.25 times the input rate for five minutes, twice for an hour. A provider that lists
//!   no such rate bills plain input. An hour without a rate of its own is billed as five minutes.
//! - **Reasoning** is part of the output everywhere but where a rate is listed for it (Perplexity, some of Alibaba's).
//! - **Long prompts.** Above 128k, 200k or 272k tokens of the whole prompt, cached ones included, Google, Anthropic,
//!   OpenAI and xAI bill every token of the request at the higher rates, not only those above.
//! - **Service tiers.** Flex and priority have rates of their own; where one has none, the standard rate counts. Batches
//!   cost half the standard rates (OpenAI, Anthropic, Google, Mistral) where no rate of theirs is listed.
//! - **Searches** are billed by the search, by the size of their context where there are several sizes (OpenAI,
//!   Perplexity), beside the tokens.
//! - **Seconds, characters, images, search units** take the place of tokens where the model has a rate for them:
//!   transcriptions by the second, speech by the character, images by the image, rerank calls by the search unit.
//!
//! Unknown is not free: what has been used and has neither a rate nor one to fall back to makes the cost unknown. A rate
//! of 0 is free. Not here: what a provider adds for a region (data residency, a Vertex location) or for its own speed
//! modes, hours of the day with other rates, and what is billed outside of calls (storage of caches, fine-tuning).

use super::sheet::Sheet;
use super::{Pico, Price, Rate};
use crate::base::usage::{SearchContext, Tier, Usage};

/// What an amount is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text of the prompt.
    Input,
    /// Tokens from the cache.
    Cached,
    /// Tokens that were written to the cache.
    CacheWrite,
    /// Text of the answer.
    Output,
    /// Reasoning.
    Reasoning,
    /// Tokens of audio, read and made.
    Audio,
    /// Images and their tokens, read and made.
    Image,
    /// Searches of the web.
    Search,
    /// Search units of a rerank call.
    Query,
    /// Seconds.
    Time,
    /// Characters.
    Characters,
    /// The call itself.
    Request,
}

impl Part {
    /// All of them, in their order.
    pub const ALL: [Self; 12] = [
        Self::Input,
        Self::Cached,
        Self::CacheWrite,
        Self::Output,
        Self::Reasoning,
        Self::Audio,
        Self::Image,
        Self::Search,
        Self::Query,
        Self::Time,
        Self::Characters,
        Self::Request,
    ];

    /// Its name in what callers read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Cached => "cached",
            Self::CacheWrite => "cache_write",
            Self::Output => "output",
            Self::Reasoning => "reasoning",
            Self::Audio => "audio",
            Self::Image => "image",
            Self::Search => "search",
            Self::Query => "query",
            Self::Time => "time",
            Self::Characters => "characters",
            Self::Request => "request",
        }
    }
}

/// What something costs, and for what. Parts that do not occur are not there; one that is free is, with 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    parts: Vec<(Part, Pico)>,
}

impl Cost {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> Pico {
        self.parts.iter().fold(0, |sum, (_, amount)| sum.saturating_add(*amount))
    }

    /// Its parts, each once.
    pub fn parts(&self) -> impl Iterator<Item = (Part, Pico)> + '_ {
        self.parts.iter().copied()
    }

    /// Adds an amount.
    #[inline(always)]
    pub fn add(&mut self, part: Part, amount: Pico) {
        match self.parts.iter_mut().find(|(known, _)| *known == part) {
            Some((_, sum)) => *sum = sum.saturating_add(amount),
            None => self.parts.push((part, amount)),
        }
    }

    /// Adds another cost: that of an attempt that was billed too.
    pub fn add_all(&mut self, other: &Self) {
        other.parts().for_each(|(part, amount)| self.add(part, amount));
    }
}

/// What an answer costs that used this and was served in this tier: the one that the answer tells, else the one that was
/// asked for, which without a word is the standard. `None` where it is not known.
#[must_use]
pub fn cost(price: &Price, usage: &Usage, tier: Tier) -> Option<Cost> {
    if tier == Tier::Other {
        return None;
    }
    let mut bill = Bill { sheet: Sheet::new(price, tier, usage.prompt_tokens), cost: Cost::default() };
    bill.whole(usage);
    bill.prompt(usage)?;
    bill.completion(usage)?;
    bill.searches(usage)?;
    // Where nothing is counted, nothing is known, unless all of it is free.
    let is_free = !price.is_empty() && price.rates().all(|(_, _, rate)| rate == 0);
    (is_free || !bill.cost.parts.is_empty()).then_some(bill.cost)
}

/// The cost that is added up.
struct Bill<'a> {
    sheet: Sheet<'a>,
    cost: Cost,
}

impl Bill<'_> {
    /// Adds what is there of something. `None` if there is any, and no rate for it.
    fn add(&mut self, part: Part, units: u64, rate: Option<Pico>) -> Option<()> {
        if units > 0 {
            self.cost.add(part, units.saturating_mul(rate?));
        }
        Some(())
    }

    /// Adds tokens, unless they are paid for with what was added before: a model without a rate for tokens bills by the
    /// second, the image or the call, and the tokens are in it.
    ///
    /// Where there are none, as of most parts, no rate is looked for: here and below, that is most of what a cost takes.
    fn tokens(&mut self, part: Part, tokens: u64, kinds: &[Rate]) -> Option<()> {
        let is_paid = || !self.sheet.bills_tokens() && !self.cost.parts.is_empty();
        if tokens == 0 || is_paid() {
            return Some(());
        }
        let rate = if part == Part::Reasoning { self.sheet.reasoning() } else { self.sheet.rate(kinds) };
        self.add(part, tokens, rate)
    }

    /// Adds units that take the place of tokens, if there are any and a rate for them. Says whether there are.
    fn instead(&mut self, part: Part, units: u32, rate: Rate) -> bool {
        let rate = if units > 0 { self.sheet.rate(&[rate]) } else { None };
        rate.map(|rate| self.cost.add(part, u64::from(units).saturating_mul(rate))).is_some()
    }

    /// Adds the time, if there is any and a rate for it. Rates are for seconds.
    fn time(&mut self, ms: u32, rate: Rate) -> bool {
        let rate = if ms > 0 { self.sheet.rate(&[rate]) } else { None };
        let amount = |rate: Pico| u64::from(ms).saturating_mul(rate).saturating_add(500) / 1_000;
        rate.map(|rate| self.cost.add(Part::Time, amount(rate))).is_some()
    }

    /// Adds what is billed for the call as a whole.
    fn whole(&mut self, usage: &Usage) {
        if let Some(rate) = self.sheet.rate(&[Rate::Request]) {
            self.cost.add(Part::Request, rate);
        }
        self.instead(Part::Query, usage.search_units, Rate::Query);
    }

    fn prompt(&mut self, usage: &Usage) -> Option<()> {
        let mut rest = usage.prompt_tokens;
        let cached = take(&mut rest, usage.cached_tokens);
        let cached_audio = cached.min(usage.cached_audio_tokens.into());
        let written = take(&mut rest, usage.cache_write_tokens.into());
        let hour = written.min(usage.cache_write_1h_tokens.into());
        let audio = take(&mut rest, u64::from(usage.input_audio_tokens).saturating_sub(cached_audio));
        let images = take(&mut rest, usage.input_image_tokens.into());

        let by_time = self.time(usage.input_ms, Rate::InputSecond);
        let by_image = self.instead(Part::Image, usage.input_images, Rate::InputImage);
        let by_character = self.instead(Part::Characters, usage.input_characters, Rate::InputCharacter);
        let units = usage.input_ms | usage.input_images | usage.input_characters | usage.search_units;
        if units > 0 && usage.prompt_tokens == 0 && self.cost.parts.is_empty() {
            return None;
        }
        let read_audio = &[Rate::CacheReadAudio, Rate::CacheRead, Rate::Input];
        let write_1h = &[Rate::CacheWrite1h, Rate::CacheWrite, Rate::Input];
        let (written, cached) = (written.saturating_sub(hour), cached.saturating_sub(cached_audio));
        self.tokens(Part::Input, if by_character { 0 } else { rest }, &[Rate::Input])?;
        self.tokens(Part::Cached, cached, &[Rate::CacheRead, Rate::Input])?;
        self.tokens(Part::Cached, cached_audio, read_audio)?;
        self.tokens(Part::CacheWrite, written, &[Rate::CacheWrite, Rate::Input])?;
        self.tokens(Part::CacheWrite, hour, write_1h)?;
        self.tokens(Part::Audio, if by_time { 0 } else { audio }, &[Rate::InputAudio, Rate::Input])?;
        self.tokens(Part::Image, if by_image { 0 } else { images }, &[Rate::InputImageToken, Rate::Input])
    }

    fn completion(&mut self, usage: &Usage) -> Option<()> {
        let mut rest = usage.completion_tokens;
        let reasoning = take(&mut rest, usage.reasoning_tokens);
        let audio = take(&mut rest, usage.output_audio_tokens.into());
        let mut images = take(&mut rest, usage.output_image_tokens.into());

        let by_time = self.time(usage.output_ms, Rate::OutputSecond);
        let by_character = self.instead(Part::Characters, usage.output_characters, Rate::OutputCharacter);
        let seen = &[Rate::OutputImageToken, Rate::Output];
        // A model that writes nothing but images need not tell that its tokens are of images.
        if images == 0 && self.sheet.rate(&[Rate::Output]).is_none() {
            images = std::mem::take(&mut rest);
        }
        // Where there is a rate for the tokens of images, they are what is billed; else the images pay for them.
        if usage.output_images > 0 && (usage.completion_tokens == 0 || self.sheet.rate(seen).is_none()) {
            let whole = self.sheet.rate(&[Rate::OutputImage]);
            return self.add(Part::Image, usage.output_images.into(), whole);
        }
        let units = usage.output_ms | usage.output_characters;
        if units > 0 && usage.completion_tokens == 0 && self.cost.parts.is_empty() {
            return None;
        }
        self.tokens(Part::Output, if by_character { 0 } else { rest }, &[Rate::Output])?;
        self.tokens(Part::Reasoning, reasoning, &[Rate::Reasoning])?;
        self.tokens(Part::Audio, if by_time { 0 } else { audio }, &[Rate::OutputAudio, Rate::Output])?;
        self.tokens(Part::Image, images, seen)
    }

    fn searches(&mut self, usage: &Usage) -> Option<()> {
        let sizes: &[Rate] = match usage.search_context {
            Some(SearchContext::Low) => &[Rate::SearchLow],
            Some(SearchContext::Medium) => &[Rate::SearchMedium],
            Some(SearchContext::High) => &[Rate::SearchHigh],
            // The middle is the default where there are sizes; where there are none, all cost the same.
            None => &[Rate::SearchMedium, Rate::SearchLow, Rate::SearchHigh],
        };
        match usage.searches {
            0 => Some(()),
            searches => self.add(Part::Search, searches.into(), self.sheet.rate(sizes)),
        }
    }
}

/// Takes a part out of the rest: no more than is left.
fn take(rest: &mut u64, part: u64) -> u64 {
    let part = part.min(*rest);
    *rest = rest.saturating_sub(part);
    part
}
