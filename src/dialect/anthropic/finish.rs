//! Why an answer ended, in OpenAI's words.

use crate::dialect::Memo;

/// `calls` are those of the caller's own tools.
pub(super) fn reason(stop_reason: &str, calls: u64, memo: &Memo) -> &'static str {
    match stop_reason {
        "max_tokens" | "model_context_window_exceeded" | "compaction" => "length",
        "refusal" => "content_filter",
        "tool_use" if calls > 0 => called(memo),
        // The only tool called was the one that stands for the answer.
        "tool_use" if memo.answer_is_tool => "stop",
        "tool_use" => called(memo),
        _ => "stop",
    }
}

fn called(memo: &Memo) -> &'static str {
    if memo.is_function_call { "function_call" } else { "tool_calls" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_word() {
        let plain = Memo::default();
        for (wire, expected) in [
            ("end_turn", "stop"),
            ("stop_sequence", "stop"),
            ("pause_turn", "stop"),
            ("max_tokens", "length"),
            ("model_context_window_exceeded", "length"),
            ("tool_use", "tool_calls"),
            ("refusal", "content_filter"),
            ("something_new", "stop"),
        ] {
            assert_eq!(reason(wire, 0, &plain), expected, "{wire}");
        }
        let answer = Memo { answer_is_tool: true, ..Memo::default() };
        assert_eq!((reason("tool_use", 0, &answer), reason("tool_use", 1, &answer)), ("stop", "tool_calls"));
        assert_eq!(reason("max_tokens", 0, &answer), "length");
        let function = Memo { is_function_call: true, ..Memo::default() };
        assert_eq!(reason("tool_use", 1, &function), "function_call");
    }
}
