//! Probabilities of tokens.

use crate::base::json::{Members, Writer, items};

/// OpenAI's `logprobs`, of a `logprobsResult`.
pub(super) fn of(result: &Members<'_>) -> String {
    let list = |name| result.get(name).and_then(items).unwrap_or_default();
    let others = list("topCandidates");
    let mut out = Writer::default();
    out.raw("{").key("content").raw("[");
    for (at, chosen) in list("chosenCandidates").into_iter().enumerate() {
        token(&mut out, chosen);
        out.key("top_logprobs").raw("[");
        let top = others.get(at).copied().and_then(Members::read).unwrap_or_default();
        for raw in top.list("candidates") {
            token(&mut out, raw);
            out.push("}");
        }
        out.push("]}");
    }
    out.push("]").member("refusal", "null").push("}");
    String::from_utf8(out.into_bytes()).unwrap_or_default()
}

/// Writes a token, and leaves it open.
fn token(out: &mut Writer, raw: &str) {
    let token = Members::read(raw).unwrap_or_default();
    out.raw("{").member("token", token.string("token").unwrap_or(r#""""#));
    out.member("logprob", token.get("logProbability").unwrap_or("0")).member("bytes", "null");
}
