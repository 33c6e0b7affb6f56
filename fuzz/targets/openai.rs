//! Answers in OpenAI's words, and in nearly the same: whole ones and streams.

use serde_json::Value;
use switchman::base::hash::checksum;
use switchman::base::json::Scanner;
use switchman::base::sse::{Decoder, Event};
use switchman::config::{DialectName, Surface};
use switchman::dialect::{Memo, reply, reply_members, told_usage, translate_reply};
use switchman::engine::{Output, Told, Watch};
use switchman::plan::StreamOutcome;

use super::pieces::alike;

const OUTPUTS: [Output; 3] = [Output::Bytes, Output::Objects, Output::Events];

pub(crate) fn run(bytes: &[u8]) -> bool {
    // One of them an input, for more inputs.
    let output = OUTPUTS[checksum(bytes) as usize % OUTPUTS.len()];
    let plain = || Watch::new(DialectName::OpenAi, output);
    let read = [
        stream(bytes, &plain),
        stream(bytes, &|| plain().hiding_usage()),
        stream(bytes, &|| plain().telling(Told::default(), None)),
        stream(bytes, &|| Watch::rewording(output)),
    ];
    resumed(bytes, output);
    whole(bytes) || read.iter().any(|outcome| matches!(outcome, StreamOutcome::Complete { .. }))
}

/// A whole answer is read alike however it is cut, and what is reworded is JSON.
fn whole(bytes: &[u8]) -> bool {
    let read = Surface::ALL.map(|surface| {
        alike(bytes, |windows| {
            let mut scanner = Scanner::new(reply_members(DialectName::OpenAi));
            windows.for_each(|window| scanner.push(window));
            reply(DialectName::OpenAi, surface, &mut scanner, bytes)
        })
    });
    let _ = told_usage(bytes, Some(b"\"flex\""));
    let reworded = translate_reply(DialectName::Similar, Surface::Chat, &Memo::default(), 0, bytes);
    if let Ok(reworded) = &reworded {
        // `1e400` is JSON, and more than serde_json takes.
        let is_object =
            |body: &[u8]| serde_json::from_slice::<Value>(body).is_ok_and(|value| value.is_object());
        assert!(is_object(&reworded.body) || !is_object(bytes));
    }
    reworded.is_ok() || read.iter().any(Result::is_ok)
}

/// A stream is read alike however it is cut; where every event is JSON, so is everything that goes on.
fn stream(bytes: &[u8], watch: &dyn Fn() -> Watch) -> StreamOutcome {
    let (out, outcome, ..) = alike(bytes, |pieces| {
        let (mut watch, mut out) = (watch(), Vec::new());
        pieces.for_each(|piece| watch.push(piece));
        let outcome = watch.end(None);
        watch.take(&mut out);
        (out, outcome, watch.usage(), watch.malformed(), watch.told().map(|told| told.text().to_owned()))
    });
    if is_json(bytes) {
        let lines = out.split(|byte| *byte == b'\n').map(|line| line.strip_prefix(b"data: ").unwrap_or(line));
        for line in lines.filter(|line| !line.is_empty() && *line != b"[DONE]") {
            assert!(serde_json::from_slice::<Value>(line).is_ok(), "{}", String::from_utf8_lossy(line));
        }
    }
    outcome
}

/// The second half of a stream goes on from the first.
fn resumed(bytes: &[u8], output: Output) {
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let mut watch = Watch::new(DialectName::OpenAi, output).telling(Told::default(), None);
    watch.push(first);
    let told = watch.told().cloned().unwrap_or_default();
    let before = told.text().to_owned();
    if told.can_continue() {
        assert!(!before.is_empty());
    }
    let marker = told.marker("resumed", "m", 2);
    assert!(serde_json::from_slice::<Value>(&marker).is_ok());
    let mut watch = Watch::new(DialectName::OpenAi, output).telling(told.continued(), Some(marker));
    watch.push(second);
    watch.end(None);
    assert!(watch.told().is_some_and(|told| told.text().starts_with(&before)), "what was told is told");
}

/// Is the data of every event JSON, or the terminator?
fn is_json(bytes: &[u8]) -> bool {
    let mut all = true;
    let mut look = |event: Event<'_>| {
        all &= event.data == b"[DONE]" || serde_json::from_slice::<Value>(event.data).is_ok();
    };
    let mut decoder = Decoder::new(usize::MAX);
    let pushed = decoder.push(bytes, &mut look);
    decoder.finish(&mut look);
    all && pushed.is_ok()
}
