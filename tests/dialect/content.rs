//! Parts of messages into blocks; and bodies of which parts were left out.

use serde_json::{Value, json};
use switchman::config::Surface;
use switchman::dialect::{Memo, translate_request};
use switchman::error::FaultKind;

use crate::support::{MID, deployment, fault, inbound, refused, translated, try_reply, turns};

fn blocks(parts: Value) -> Value {
    turns(json!([{ "role": "user", "content": parts }]))[0]["content"].take()
}

#[test]
fn texts_and_images() {
    let image = |url: &str| json!({ "type": "image_url", "image_url": { "url": url, "detail": "low" } });
    let cached =
        json!({ "type": "text", "text": "a", "cache_control": { "type": "ephemeral", "ttl": "1h" } });
    for (part, block) in [
        (cached.clone(), cached),
        (
            image("data:image/png;base64,iVBORw0KGgo="),
            json!({ "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo=" } }),
        ),
        (
            image("data:image/JPG;base64,/9j/"),
            json!({ "type": "image", "source": { "type": "base64", "media_type": "image/jpeg", "data": "/9j/" } }),
        ),
        (
            image("https://x/y.png?a=1,2"),
            json!({ "type": "image", "source": { "type": "url", "url": "https://x/y.png?a=1,2" } }),
        ),
        (
            json!({ "type": "image_url", "image_url": "http://x/y" }),
            json!({ "type": "image", "source": { "type": "url", "url": "http://x/y" } }),
        ),
        // Anthropic's own goes as it is.
        (
            json!({ "type": "search_result", "source": "s", "title": "t", "content": [] }),
            json!({ "type": "search_result", "source": "s", "title": "t", "content": [] }),
        ),
    ] {
        assert_eq!(blocks(json!([part])), json!([block]));
    }
    assert_eq!(
        blocks(json!([{ "type": "text", "text": "" }, { "type": "text", "text": "x" }]))
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn files() {
    let file =
        |file: Value| json!({ "type": "file", "file": file, "cache_control": { "type": "ephemeral" } });
    let document = |source: Value| json!({ "type": "document", "source": source, "cache_control": { "type": "ephemeral" } });
    let pdf = json!({ "type": "base64", "media_type": "application/pdf", "data": "JVBERi0x" });
    let text = |data: &str| document(json!({ "type": "text", "media_type": "text/plain", "data": data }));
    for (given, expected) in [
        (json!({ "file_data": "data:application/pdf;base64,JVBERi0x" }), document(pdf.clone())),
        (json!({ "file_data": "JVBERi0x" }), document(pdf.clone())),
        (
            json!({ "file_data": "https://x/y.pdf" }),
            document(json!({ "type": "url", "url": "https://x/y.pdf" })),
        ),
        (json!({ "file_data": "data:text/plain;base64,aMOpbGxv" }), text("héllo")),
        (json!({ "file_data": "data:text/csv;charset=utf-8,a%2Cb" }), text("a,b")),
        (json!({ "file_id": "file_1" }), document(json!({ "type": "file", "file_id": "file_1" }))),
        (json!({ "file_id": "https://x/z" }), document(json!({ "type": "url", "url": "https://x/z" }))),
    ] {
        assert_eq!(blocks(json!([file(given)])), json!([expected]));
    }
    let titled = blocks(json!([file(json!({ "file_data": "JVBERi0x", "filename": "a.pdf" }))]));
    assert_eq!(titled[0]["title"], "a.pdf");
    let image =
        blocks(json!([file(json!({ "file_data": "data:image/png;base64,AA==", "filename": "a.png" }))]));
    assert_eq!((&image[0]["type"], image[0].get("title")), (&json!("image"), None));

    let request =
        json!({ "messages": [{ "role": "user", "content": [file(json!({ "file_id": "file_1" }))] }] });
    let headers = translated(MID, &request).headers;
    assert_eq!((headers[0].0, headers[0].1.expose()), ("anthropic-beta", "files-api-2025-04-14"));
}

#[test]
fn what_anthropic_cannot_see_or_hear() {
    for part in [
        json!({ "type": "input_audio", "input_audio": { "data": "AA==", "format": "wav" } }),
        json!({ "type": "video_url", "video_url": { "url": "https://x" } }),
        json!({ "type": "file", "file": { "file_data": "data:application/zip;base64,AA==" } }),
        json!({ "type": "file", "file": { "file_data": "data:text/plain;base64,/w==" } }),
    ] {
        refused(MID, &json!({ "messages": [{ "role": "user", "content": [part] }] }), "messages");
    }
    for url in ["data:image/png;base64", "ftp://x", "x"] {
        let part = json!({ "type": "image_url", "image_url": { "url": url } });
        let fault = fault(MID, &json!({ "messages": [{ "role": "user", "content": [part] }] }));
        assert_eq!(fault.kind, FaultKind::BadRequest, "{url}");
    }
}

#[test]
fn text_is_copied_as_it_is_written() {
    let request = r#"{"messages":[{"role":"user","content":"\u00e9\/ \ud800 \u0041"},{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image\/png;base64,ab\/c"}}]}]}"#;
    let body = translate_request(&deployment(MID), Surface::Chat, &inbound(request.as_bytes())).unwrap().body;
    let body = String::from_utf8(body).unwrap();
    for kept in [r#""text":"\u00e9\/ \ud800 \u0041""#, r#""media_type":"image/png","data":"ab\/c""#] {
        assert!(body.contains(kept), "{body}");
    }
}

/// A text with its middle left out: at least 512 bytes before the mark, 64 behind it.
fn cut(head: &str, tail: &str, number: u32) -> String {
    let filler = "x".repeat(512);
    format!("{head}{filler}\u{FDD0}{number}\u{FDD1}{}{tail}", "y".repeat(64))
}

#[test]
fn marks_of_what_was_left_out_come_through() {
    let long = |number| cut("", "", number);
    let image = cut("data:image/png;base64,", "=", 3);
    let request = json!({
        "messages": [
            { "role": "system", "content": long(1) },
            { "role": "user", "content": [{ "type": "text", "text": long(2) }, { "type": "image_url", "image_url": { "url": image } }] },
            { "role": "assistant", "content": null, "thinking_blocks": [{ "type": "thinking", "thinking": long(4), "signature": long(5) }],
              "tool_calls": [{ "id": cut("a.", "", 6), "type": "function", "function": { "name": "f", "arguments": "{}" } }] },
            { "role": "tool", "tool_call_id": cut("a.", "", 7), "content": long(8) },
            { "role": "assistant", "content": cut("", "  ", 9) },
        ],
        "tools": [{ "type": "function", "function": { "name": "f", "description": long(10), "parameters": { "type": "object", "x": long(11) } } }],
        "user": long(12),
    });
    let body = String::from_utf8(translated(MID, &request).body).unwrap();
    for number in [1, 2, 3, 4, 5, 8, 9, 10, 11, 12] {
        assert_eq!(body.matches(&format!("x\u{FDD0}{number}\u{FDD1}y")).count(), 1, "{number} in {body}");
    }
    let body: Value = serde_json::from_str(&body).unwrap();
    let turns = &body["messages"];
    assert!(turns[0]["content"][1]["source"]["data"].as_str().unwrap().ends_with("y="));
    assert_eq!(turns[1]["content"][1]["id"], turns[2]["content"][0]["tool_use_id"]);

    let reply = json!({ "id": "m", "model": "m", "content": [
        { "type": "thinking", "thinking": long(1), "signature": long(2) }, { "type": "text", "text": long(3) },
    ] });
    let reply = try_reply(&Memo::default(), &reply.to_string()).unwrap();
    let reply = String::from_utf8(reply.body).unwrap();
    for (number, times) in [(1, 2), (2, 1), (3, 1)] {
        assert_eq!(reply.matches(&format!("\u{FDD0}{number}\u{FDD1}")).count(), times, "{reply}");
    }
}
