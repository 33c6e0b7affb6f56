//! Wordings that mean a class where no code says so.
//!
//! A request may be echoed in a message. Wordings that would bench a deployment have to begin the message; those of the
//! context window and of refused content may stand anywhere, under a status that can mean them.

use super::class::{BAD, DENIED, FAILED, LARGE, LIMIT, MISSING, NONE, PAY};
use crate::base::text::{find, split};
use crate::error::FaultKind;

/// How much of a message is looked at, in bytes.
const LOOKED_AT: usize = 2_048;

/// Kinds, the statuses that can mean them, and the wordings: lower case, with `|` between them, `*` for
/// anything, and `#` for a first word.
const WORDINGS: [(FaultKind, u16, &str); 9] = [
    (
        FaultKind::ContextWindow,
        NONE | BAD | LARGE,
        "*maximum context length*|*maximum context limit*|*prompt is too long*|*exceed context limit*\
        |*longer than the model's context length*|*input tokens exceed the configured limit*\
        |*`inputs` tokens + `max_new_tokens` must be*|*`inputs` must have less than*|*exceeds the available context size*\
        |*exceeds the maximum number of tokens allowed*|*current length is*while limit is*|*maximum input length is*tokens*\
        |*input is too long*|*too many input tokens*|*too many tokens*|*range of input length should be*\
        |*exceed model maximum*|*exceeds the context window*|*exceed the context window*|*model's context window*\
        |*maximum prompt length is*|*greater than the context length*|*context window exceeds limit*\
        |*exceeded model token limit*|*exceeded max context length*|*prompt token count of*exceeds the limit*\
        |*prompt: length*|*expected maxlength*",
    ),
    (
        FaultKind::ContentPolicy,
        NONE | BAD | DENIED,
        "*violating our usage policy*|*safety system*|*content management policy*|*content filtering policy*\
        |*the response was blocked*|*violates usage guidelines*|*your input was flagged*|*inappropriate content*\
        |*blocked by*content filter*|*blocked input*|*blocked output*",
    ),
    (
        FaultKind::Quota,
        NONE | BAD | PAY | DENIED | LIMIT | FAILED,
        "your credit balance is too low*|you have reached your specified api usage limits*\
        |you exceeded your current quota, please check your plan*|insufficient balance*|insufficient credit*\
        |your team*used all available credits*|your newly created team*any credits*|account*is suspended*\
        |you have exceeded your monthly included credits*|credit limit exceeded*|tokens per day limit exceeded*|requests per day limit exceeded*",
    ),
    (
        FaultKind::Auth,
        NONE | BAD | DENIED,
        "incorrect api key*|api key not valid*|invalid api key*|invalid api token*|the api key you provided*|no api key*\
        |api key expired*|wrong api key*|api key not found*",
    ),
    (FaultKind::PermissionDenied, NONE | BAD, "user location is not supported*"),
    (
        FaultKind::NotFound,
        NONE | BAD | MISSING,
        "the provided model identifier is invalid*|invocation of model id*with on-demand throughput*\
        |invalid model*|model not found*|unknown model*|model not exist*|# is not a valid model id*\
        |the requested model*is not supported*",
    ),
    (FaultKind::TooLarge, NONE | BAD, "request payload size exceeds*|request too large*"),
    (FaultKind::RateLimit, NONE | DENIED, "*rate limit*|*too many requests*|*request was throttled*"),
    (
        FaultKind::Overloaded,
        NONE | FAILED,
        "*overloaded*|*no capacity*|*is currently loading*|*over capacity*",
    ),
];

/// The kind that a message tells, which is in lower case. `may` are the statuses that it came with.
pub(super) fn kind(may: u16, message: &str) -> Option<FaultKind> {
    let rows = WORDINGS.iter().filter(|(_, gate, _)| gate & may != 0);
    let mut found =
        rows.filter(|(_, _, wordings)| wordings.split('|').any(|wording| is_like(message, wording)));
    found.next().map(|(kind, _, _)| *kind)
}

/// The part of a message that is looked at, in lower case.
pub(super) fn folded(message: &str) -> String {
    let mut most = message.len().min(LOOKED_AT);
    while !message.is_char_boundary(most) {
        most -= 1;
    }
    message.get(..most).unwrap_or_default().to_ascii_lowercase()
}

/// Does a text match a wording?
fn is_like(mut text: &str, mut wording: &str) -> bool {
    if let Some(behind) = wording.strip_prefix('#') {
        text = text.get(find(text, " ").unwrap_or(text.len())..).unwrap_or_default();
        wording = behind;
    }
    let Some((first, behind)) = split(wording, "*") else { return text == wording };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut wording = behind;
    while let Some((part, behind)) = split(wording, "*") {
        let Some((_, after)) = split(rest, part) else { return false };
        (rest, wording) = (after, behind);
    }
    rest.ends_with(wording)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Blame;

    #[test]
    fn wordings_match_as_they_are_written() {
        for (text, wording, matches) in [
            ("abc", "abc", true),
            ("abcd", "abc", false),
            ("abcd", "abc*", true),
            ("xabc", "abc*", false),
            ("xabcx", "*abc*", true),
            ("xaxbx", "*a*b*", true),
            ("xbxax", "*a*b*", false),
            ("ab", "*ab*b*", false),
            ("abx", "*b", false),
            ("a/b-1 is none", "# is none", true),
            ("you say a/b-1 is none", "# is none", false),
            ("", "*", true),
        ] {
            assert_eq!(is_like(text, wording), matches, "{text} {wording}");
        }
    }

    #[test]
    fn wordings_are_in_lower_case_and_those_that_bench_begin_the_message() {
        for (kind, _, wordings) in WORDINGS {
            for wording in wordings.split('|') {
                assert_eq!(wording, wording.to_ascii_lowercase());
                let benches = matches!(kind.verdicts().blame, Blame::BenchLong);
                assert!(!benches || !wording.starts_with('*'), "{wording}");
            }
        }
    }

    #[test]
    fn only_the_beginning_of_a_message_is_looked_at() {
        let message = "É".repeat(1_023) + "é!";
        assert_eq!(folded(&message).len(), 2_048);
        assert_eq!(folded("ABC"), "abc");
    }
}
