//! A stream that is put together is the same completion as the whole answer, wherever its bytes are parted.

use serde_json::{Value, json};
use switchman::config::DialectName;
use switchman::dialect::{Memo, StreamTranslator};
use switchman::engine::{Output, Watch};
use switchman::plan::StreamOutcome;

use crate::folded::folded;
use crate::support::{THIRD, answer, completion, greeting, read_stream, translated};

/// The events of a stream that tells a whole answer: a part an event, texts in pieces of a few characters.
fn events(whole: &Value) -> Vec<Value> {
    let mut events = Vec::new();
    let rest = |candidate: Value| {
        let mut event = whole.clone();
        event["candidates"] = json!([candidate]);
        event
    };
    for candidate in whole["candidates"].as_array().unwrap() {
        let index = &candidate["index"];
        for part in candidate["content"]["parts"].as_array().into_iter().flatten() {
            let chars: Vec<char> = part["text"].as_str().unwrap_or_default().chars().collect();
            let pieces: Vec<Value> = match part.get("text") {
                None => vec![part.clone()],
                Some(_) => chars
                    .chunks(3)
                    .map(|piece| {
                        let mut cut = part.clone();
                        cut["text"] = json!(piece.iter().collect::<String>());
                        cut
                    })
                    .collect(),
            };
            events.extend(
                pieces
                    .into_iter()
                    .map(|part| rest(json!({ "content": { "parts": [part] }, "index": index }))),
            );
        }
        let mut end = candidate.clone();
        end["content"]["parts"] = json!([{ "text": "" }]);
        events.push(rest(end));
    }
    events
}

fn answers() -> Vec<Value> {
    let text = |text: &str| json!({ "text": text });
    let call = |name: &str, args: Value| json!({ "functionCall": { "name": name, "args": args } });
    let thought = |text: &str| json!({ "text": text, "thought": true });
    let mut signed = call("f", json!({ "x": [1, "é"] }));
    signed["thoughtSignature"] = json!("c2ln");
    let mut all: Vec<Value> = [
        (json!([]), "STOP"),
        (json!([text("Hi \"there\" \n é😀")]), "STOP"),
        (json!([text("a"), text("b c d e")]), "MAX_TOKENS"),
        (json!([thought("hmmm hm"), text("So.")]), "STOP"),
        (json!([thought("one"), signed, call("g", json!({}))]), "STOP"),
        (json!([text("See: "), { "inlineData": { "mimeType": "image/png", "data": "AAAA" } }, { "inlineData": { "mimeType": "image/png", "data": "BBBB" } }]), "STOP"),
        (json!([text("I")]), "SAFETY"),
    ]
    .into_iter()
    .map(|(parts, reason)| answer(parts, reason))
    .collect();
    let mut several = answer(json!([text("first of all")]), "STOP");
    let mut second =
        answer(json!([text("second"), call("f", json!({}))]), "MAX_TOKENS")["candidates"][0].take();
    second["index"] = json!(1);
    several["candidates"].as_array_mut().unwrap().push(second);
    all.push(several);
    let mut found = answer(json!([text("thé fact and more")]), "STOP");
    found["candidates"][0]["groundingMetadata"] = json!({
        "webSearchQueries": ["q"], "groundingChunks": [{ "web": { "uri": "https://a", "title": "A" } }],
        "groundingSupports": [{ "segment": { "startIndex": 0, "endIndex": 9 }, "groundingChunkIndices": [0] }],
    });
    all.push(found);
    all
}

#[test]
fn a_stream_and_a_whole_answer_say_the_same() {
    // A search was asked for, so that the text is kept for what is found.
    let memo = translated(THIRD, &greeting(&json!({ "web_search_options": {} }))).memo;
    for body in answers() {
        let stream = read_stream(&memo, true, &events(&body));
        assert_eq!(folded(&stream.chunks), completion(&memo, &body), "{body}");
    }
}

/// What reaches a caller over fetch of these bytes, in pieces of so many.
fn told(bytes: &[u8], sizes: &mut dyn FnMut() -> usize) -> String {
    let translator = StreamTranslator::new(DialectName::Gemini, Memo::default(), 7, true).unwrap();
    let mut watch = Watch::translating(translator, Output::Events);
    let (mut rest, mut out, mut all) = (bytes, Vec::new(), Vec::new());
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(sizes().clamp(1, rest.len()));
        watch.push(piece);
        watch.take(&mut out);
        all.extend_from_slice(&out);
        rest = behind;
    }
    assert!(matches!(watch.end(None), StreamOutcome::Complete { .. }));
    watch.take(&mut out);
    all.extend_from_slice(&out);
    String::from_utf8(all).unwrap()
}

#[test]
fn the_chunks_are_the_same_wherever_the_bytes_are_parted() {
    for (nth, body) in answers().into_iter().enumerate() {
        for line_end in ["\n", "\r\n"] {
            let text: String =
                events(&body).iter().map(|event| format!("data: {event}{line_end}{line_end}")).collect();
            let whole = told(text.as_bytes(), &mut || usize::MAX);
            assert!(whole.ends_with("data: [DONE]\n\n"));
            // Everywhere in two of them, here and there in the others.
            let step = if matches!(nth, 4 | 8) && line_end == "\r\n" { 1 } else { 11 };
            for at in (1..text.len()).step_by(step) {
                let mut sizes = [at, usize::MAX].into_iter();
                assert_eq!(told(text.as_bytes(), &mut || sizes.next().unwrap()), whole, "parted at {at}");
            }
            for size in [1, 2, 7] {
                assert_eq!(told(text.as_bytes(), &mut || size), whole, "{size} at a time");
            }
            let mut state = 0x9e37_79b9_u32;
            let mut random = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as usize % 40
            };
            assert_eq!(told(text.as_bytes(), &mut random), whole, "at random");
        }
    }
}
