//! A whole answer as a chat completion.

use super::finish;
use super::stream::Stream;
use crate::base::json::{Members, Writer};
use crate::dialect::error_body::in_place;
use crate::dialect::{Memo, TranslatedReply, counts};
use crate::error::{Fault, FaultKind};

/// `created` is in seconds. An answer is read as a stream of one event.
pub(crate) fn translate(memo: &Memo, created: u64, body: &[u8]) -> Result<TranslatedReply, Fault> {
    let mut stream = Stream::new(memo.clone(), created, false);
    stream.answer.is_stream = false;
    let said = stream.read(body).map_err(|fault| *fault)?.filter(|said| !said.is_empty());
    let said = said.ok_or_else(|| in_place(body, "the provider's answer has no `candidates`"))?;
    if stream.choices.iter().any(|choice| !choice.has_said && choice.reason.is_none()) {
        return Err(bad("a candidate of the provider's answer neither says anything nor ends"));
    }
    let mut out = Writer::on(Vec::with_capacity(body.len()));
    stream.begin(&mut out, "chat.completion");
    out.key("choices").raw("[");
    for (at, said) in said {
        let Some(choice) = stream.choices.get(at) else { continue };
        let reason = finish::reason(choice.reason.as_deref().unwrap_or_default(), choice.calls, memo);
        out.raw("{").key("index").number(choice.index).key("message");
        said.write(&stream.answer, &mut out);
        out.member("logprobs", said.logprobs.as_deref().unwrap_or("null"));
        out.key("finish_reason").text(reason).push("}");
    }
    out.push("]");
    let usage = stream.counted();
    if let Some(usage) = usage {
        counts::write(&mut out, usage, Some(usage.reasoning_tokens), None);
    }
    out.push("}");
    Ok(TranslatedReply { body: out.into_bytes(), usage })
}

/// The JSON object that an answer is.
pub(super) fn object(body: &[u8]) -> Result<Members<'_>, Fault> {
    let answer = std::str::from_utf8(body).ok().and_then(Members::check);
    answer.ok_or_else(|| in_place(body, "the provider's answer is no JSON object"))
}

pub(super) fn bad(message: &str) -> Fault {
    Fault::new(FaultKind::BadReply, message)
}
