//! What every dialect that is translated has to keep, whatever it is asked and whatever it answers.

use std::cell::RefCell;

use serde_json::{Value, json};
use switchman::base::json::Skeleton;
use switchman::base::sse::{Decoder, Event};
use switchman::config::{DialectName, Surface};
use switchman::dialect::{
    File, Files, Inbound, Memo, StreamTranslator, Translated, translate_reply, translate_request,
};
use switchman::engine::{Output, Watch};
use switchman::error::Fault;
use switchman::plan::StreamOutcome;

use super::deployments::deployment;
use super::pieces::{alike, grown};

/// Whatever is asked is answered with JSON or a fault; of long texts only the ends are needed, and of files at an address no
/// more than a mark. `check` looks at what was written.
pub(crate) fn request(bytes: &[u8], models: &[&str], check: fn(Surface, &Value)) -> bool {
    let bytes = grown(bytes);
    let mut skeleton = Skeleton::default();
    skeleton.push(&bytes);
    let bones = skeleton.finish();
    let is_read = serde_json::from_slice::<Value>(&bytes).is_ok();
    let mut is_written = false;
    for (model, surface) in models.iter().flat_map(|model| Surface::ALL.map(|surface| (*model, surface))) {
        for (drop_params, prefix, fetches) in [(false, None, true), (true, Some("so "), false)] {
            let translate = |files: Option<&Files>| {
                let inbound = Inbound { body: &bones.json, stream: drop_params, prefix, drop_params, files };
                translate_request(&deployment(model), surface, &inbound)
            };
            let translated = if fetches { fetched(&translate) } else { translate(None) };
            let Ok(translated) = translated else { continue };
            let written = bones.expand(translated.body).apply(&bytes);
            is_written = true;
            // What is wrong in the middle of a long text is for its reader to find.
            if is_read {
                let body: Value = serde_json::from_slice(&written)
                    .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&written)));
                check(surface, &body);
            }
        }
    }
    is_written
}

/// A translation with every file that it asks for; it asks for all of them at once.
fn fetched(translate: &dyn Fn(Option<&Files>) -> Result<Translated, Fault>) -> Result<Translated, Fault> {
    let files = Files::default();
    let first = translate(Some(&files))?;
    let Some(missing) = files.missing()? else { return Ok(first) };
    let addresses: Vec<String> = serde_json::from_str(&missing).expect("the addresses are a list of texts");
    let file =
        |address: String| File { media_type: format!("image/{}", address.len()), mark: "AA==".to_owned() };
    let files = Files::new(addresses.into_iter().map(file).collect());
    let second = translate(Some(&files));
    assert_eq!(files.missing()?, None, "the second time it asks for others");
    second
}

/// What the readers of answers may have to know of a request: nothing, that the answer is a schema's, that functions are
/// called.
fn memos(model: &str) -> [Memo; 3] {
    let memo = |more: Value| {
        let mut request = json!({ "messages": [{ "role": "user", "content": "Hi" }] });
        if let (Value::Object(request), Value::Object(more)) = (&mut request, more) {
            request.extend(more);
        }
        let body = request.to_string();
        let inbound =
            Inbound { body: body.as_bytes(), stream: true, prefix: None, drop_params: true, files: None };
        translate_request(&deployment(model), Surface::Chat, &inbound).expect("a plain request").memo
    };
    let schema = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    [
        Memo::default(),
        memo(
            json!({ "response_format": { "type": "json_schema", "json_schema": { "name": "s", "schema": schema } } }),
        ),
        memo(json!({ "functions": [{ "name": "f.g h", "parameters": schema }], "web_search_options": {} })),
    ]
}

/// An answer is read as a completion, or as a fault; a stream as chunks, however it is cut.
pub(crate) fn answer(bytes: &[u8], model: &str) -> bool {
    thread_local! {
        static KNOWN: RefCell<Option<(DialectName, [Memo; 3])>> = const { RefCell::new(None) };
    }
    let (dialect, memos) = KNOWN.with_borrow_mut(|known| {
        let dialect = deployment(model).dialect;
        let is_it = known.as_ref().is_some_and(|(known, _)| *known == dialect);
        if !is_it {
            *known = Some((dialect, memos(model)));
        }
        known.clone().expect("just put there")
    });
    let mut is_answer = false;
    for memo in &memos {
        is_answer |= whole(dialect, memo, bytes);
        is_answer |= matches!(stream(dialect, memo, bytes), StreamOutcome::Complete { .. });
    }
    is_answer
}

fn whole(dialect: DialectName, memo: &Memo, bytes: &[u8]) -> bool {
    let read = Surface::ALL.map(|surface| {
        let Ok(read) = translate_reply(dialect, surface, memo, 0, bytes) else { return false };
        let body: Value = serde_json::from_slice(&read.body).expect("an answer is JSON");
        match surface {
            Surface::Chat => {
                assert!(body["object"] == "chat.completion" && body["choices"].is_array(), "{body}")
            }
            Surface::Embeddings => assert!(body["object"] == "list" && body["data"].is_array(), "{body}"),
        }
        true
    });
    read.contains(&true)
}

fn stream(dialect: DialectName, memo: &Memo, bytes: &[u8]) -> StreamOutcome {
    let (out, outcome, ..) = alike(bytes, |pieces| {
        let translator = StreamTranslator::new(dialect, memo.clone(), 0, true).expect("it is translated");
        let (mut watch, mut out) = (Watch::translating(translator, Output::Events), Vec::new());
        pieces.for_each(|piece| watch.push(piece));
        let outcome = watch.end(None);
        watch.take(&mut out);
        (out, outcome, watch.usage(), watch.malformed())
    });
    let mut decoder = Decoder::new(usize::MAX);
    let mut look = |event: Event<'_>| {
        if event.data != b"[DONE]" {
            let chunk: Value = serde_json::from_slice(event.data).expect("a chunk is JSON");
            assert!(chunk["object"] == "chat.completion.chunk" && chunk["choices"].is_array(), "{chunk}");
        }
    };
    decoder.push(&out, &mut look).expect("no chunk is too long");
    assert!(decoder.is_between_events(), "a chunk is cut");
    outcome
}
