//! Token counts: Anthropic tells cached tokens apart from the others, and writes its totals bit by bit.

use crate::base::json::{Members, Writer, items};
use crate::base::usage::{Tier, Usage};
use crate::dialect::counts;
use crate::price::Tariff;

/// What was told so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    is_told: bool,
    top: Tokens,
    /// The sum of the parts of an answer, where it tells them: the totals leave some out.
    parts: Option<Tokens>,
    thinking: Option<u64>,
    /// Of the whole answer: parts do not tell them.
    searches: Option<u64>,
    tier: Option<Tier>,
    is_in_us: bool,
    is_fast: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tokens {
    input: u64,
    cache_write: u64,
    /// Of these, what is kept for an hour.
    cache_write_1h: u64,
    cache_read: u64,
    output: u64,
}

impl Tokens {
    /// Takes in what is told; what is `null` or missing stays.
    fn take(&mut self, usage: &Members<'_>) {
        for (name, count) in [
            ("input_tokens", &mut self.input),
            ("cache_creation_input_tokens", &mut self.cache_write),
            ("cache_read_input_tokens", &mut self.cache_read),
            ("output_tokens", &mut self.output),
        ] {
            *count = usage.count(name).unwrap_or(*count);
        }
        let hour = usage.object("cache_creation").and_then(|kept| kept.count("ephemeral_1h_input_tokens"));
        self.cache_write_1h = hour.unwrap_or(self.cache_write_1h);
    }

    fn add(&mut self, more: Self) {
        self.input = self.input.saturating_add(more.input);
        self.cache_write = self.cache_write.saturating_add(more.cache_write);
        self.cache_write_1h = self.cache_write_1h.saturating_add(more.cache_write_1h);
        self.cache_read = self.cache_read.saturating_add(more.cache_read);
        self.output = self.output.saturating_add(more.output);
    }
}

impl Counts {
    /// Takes in a `usage` object. It tells totals, not what was added.
    pub(super) fn take(&mut self, raw: Option<&str>) {
        let Some(usage) = raw.and_then(Members::read) else { return };
        self.is_told = true;
        self.top.take(&usage);
        if let Some(raw) = usage.get("iterations") {
            self.parts = parts(raw);
        }
        let details = usage.object("output_tokens_details");
        self.thinking = details.and_then(|details| details.count("thinking_tokens")).or(self.thinking);
        let tools = usage.object("server_tool_use");
        self.searches = tools.and_then(|tools| tools.count("web_search_requests")).or(self.searches);
        self.tier = Tier::told(usage.word("service_tier")).or(self.tier);
        self.is_in_us |= usage.word("inference_geo") == "us";
        self.is_fast |= usage.word("speed") == "fast";
    }

    /// OpenAI's counting; `None` if nothing was told.
    pub(super) fn usage(&self) -> Option<Usage> {
        let tokens = self.parts.unwrap_or(self.top);
        let prompt_tokens = tokens.input.saturating_add(tokens.cache_write).saturating_add(tokens.cache_read);
        self.is_told.then(|| Usage {
            prompt_tokens,
            completion_tokens: tokens.output,
            total_tokens: prompt_tokens.saturating_add(tokens.output),
            cached_tokens: tokens.cache_read,
            reasoning_tokens: self.thinking.unwrap_or(0),
            cache_write_tokens: small(tokens.cache_write),
            cache_write_1h_tokens: small(tokens.cache_write_1h),
            searches: small(self.searches.unwrap_or(0)),
            tier: self.tier,
            is_in_us: self.is_in_us,
            is_fast: self.is_fast,
            ..Usage::default()
        })
    }

    /// Writes OpenAI's `usage`, if anything was told.
    pub(super) fn write(&self, out: &mut Writer, price: Option<&Tariff>) {
        let Some(usage) = self.usage() else { return };
        counts::write(out, usage, self.thinking, price);
    }
}

fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The sum of `iterations`. `None` where the totals count: another model has answered in the place of the first.
fn parts(raw: &str) -> Option<Tokens> {
    let mut sum = Tokens::default();
    let iterations = items(raw).filter(|iterations| !iterations.is_empty())?;
    for raw in iterations {
        let part = Members::read(raw)?;
        match part.word("type") {
            "message" | "compaction" => {
                let mut tokens = Tokens::default();
                tokens.take(&part);
                sum.add(tokens);
            }
            "fallback_message" => return None,
            // An adviser's tokens are billed elsewhere.
            _ => {}
        }
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(told: &[&str]) -> Counts {
        let mut counts = Counts::default();
        told.iter().for_each(|raw| counts.take(Some(raw)));
        counts
    }

    #[test]
    fn the_prompt_includes_what_was_cached() {
        let start = r#"{"input_tokens":10,"cache_creation_input_tokens":5,"cache_read_input_tokens":20,"output_tokens":1}"#;
        let end = r#"{"input_tokens":null,"output_tokens":7,"output_tokens_details":{"thinking_tokens":3}}"#;
        let usage = counts(&[start, end]).usage().unwrap();
        assert_eq!((usage.prompt_tokens, usage.completion_tokens, usage.total_tokens), (35, 7, 42));
        assert_eq!((usage.cached_tokens, usage.reasoning_tokens), (20, 3));
        assert_eq!(Counts::default().usage(), None);
    }

    #[test]
    fn what_is_billed_apart_is_told() {
        let start = r#"{"input_tokens":10,"cache_creation_input_tokens":9,"cache_creation":{"ephemeral_5m_input_tokens":5,"ephemeral_1h_input_tokens":4},"service_tier":"priority"}"#;
        let end = r#"{"output_tokens":7,"server_tool_use":{"web_search_requests":2,"web_fetch_requests":1}}"#;
        let counts = counts(&[start, end]);
        let usage = counts.usage().unwrap();
        assert_eq!((usage.cache_write_tokens, usage.cache_write_1h_tokens, usage.searches), (9, 4, 2));
        assert_eq!(usage.tier, Some(Tier::Priority));
        let mut out = Writer::default();
        counts.write(&mut out, None);
        let written = String::from_utf8(out.into_bytes()).unwrap();
        assert!(
            written.contains(r#""cache_creation_token_details":{"ephemeral_1h_input_tokens":4}"#),
            "{written}"
        );
        assert!(written.contains(r#""server_tool_use":{"web_search_requests":2}"#), "{written}");
    }

    #[test]
    fn parts_are_summed_unless_another_model_answered() {
        let part = |name: &str| format!(r#"{{"type":"{name}","input_tokens":10,"output_tokens":2}}"#);
        let told = |names: &[&str]| {
            let list: Vec<String> = names.iter().map(|name| part(name)).collect();
            let raw = format!(r#"{{"input_tokens":7,"output_tokens":1,"iterations":[{}]}}"#, list.join(","));
            let usage = counts(&[&raw]).usage().unwrap();
            (usage.prompt_tokens, usage.completion_tokens)
        };
        assert_eq!(told(&["compaction", "message"]), (20, 4));
        assert_eq!(told(&["message", "advisor_message"]), (10, 2));
        assert_eq!(told(&["message", "fallback_message"]), (7, 1));
        assert_eq!(told(&[]), (7, 1));
    }
}
