//! The content of messages: text, pictures, sound, files.

use serde_json::{Value, json};
use switchman::error::FaultKind;

use crate::support::{OLD, SECOND, THIRD, contents, fault, parts};

#[test]
fn texts_of_every_shape_become_parts() {
    for (content, expected) in [
        (json!("Hi \"é\" \u{1F600}"), json!([{ "text": "Hi \"é\" \u{1F600}" }])),
        (
            json!([{ "type": "text", "text": "a" }, "b", { "type": "input_text", "text": "c" }]),
            json!([{ "text": "a" }, { "text": "b" }, { "text": "c" }]),
        ),
        // Nothing empty is sent; who says nothing says a blank.
        (json!([{ "type": "text", "text": "" }]), json!([{ "text": " " }])),
        (json!(""), json!([{ "text": " " }])),
        (Value::Null, json!([{ "text": " " }])),
        (
            json!([{ "type": "thinking", "thinking": "x" }, { "type": "text", "text": "a", "cache_control": {} }]),
            json!([{ "text": "a" }]),
        ),
        // Gemini's own.
        (
            json!([{ "fileData": { "fileUri": "u" }, "videoMetadata": { "fps": 1 } }]),
            json!([{ "fileData": { "fileUri": "u" }, "videoMetadata": { "fps": 1 } }]),
        ),
    ] {
        assert_eq!(parts(SECOND, content.clone()), expected, "{content}");
    }
}

#[test]
fn files_in_the_request_are_inline_data() {
    let inline =
        |wire_type: &str, data: &str| json!([{ "inlineData": { "mimeType": wire_type, "data": data } }]);
    for (part, expected) in [
        (
            json!({ "type": "image_url", "image_url": { "url": "data:image/png;base64,AAAA" } }),
            inline("image/png", "AAAA"),
        ),
        (
            json!({ "type": "image_url", "image_url": "data:image/jpg;base64,AA==" }),
            inline("image/jpeg", "AA=="),
        ),
        (
            json!({ "type": "file", "file": { "filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0x" } }),
            inline("application/pdf", "JVBERi0x"),
        ),
        (
            json!({ "type": "file", "file": { "file_data": "JVBERi0x" } }),
            inline("application/pdf", "JVBERi0x"),
        ),
        (
            json!({ "type": "input_audio", "input_audio": { "data": "UklG", "format": "wav" } }),
            inline("audio/wav", "UklG"),
        ),
        (
            json!({ "type": "video_url", "video_url": { "url": "data:video/mp4;base64,AAAA" } }),
            inline("video/mp4", "AAAA"),
        ),
        (
            json!({ "type": "file", "file": { "file_data": "data:text/csv;base64,YSxi" } }),
            inline("text/csv", "YSxi"),
        ),
        (
            json!({ "type": "file", "file": { "file_data": "data:text/plain,a%20b" } }),
            json!([{ "text": "a b" }]),
        ),
    ] {
        assert_eq!(parts(OLD, json!([part])), expected, "{part}");
    }
}

#[test]
fn files_elsewhere_are_file_data() {
    let url = |url: &str| json!([{ "type": "image_url", "image_url": { "url": url } }]);
    let files = "https://generativelanguage.googleapis.com/v1beta/files/abc";
    for (model, content, expected) in [
        (
            SECOND,
            url("https://x.test/a/b.PNG?c=d.e"),
            json!({ "mimeType": "image/png", "fileUri": "https://x.test/a/b.PNG?c=d.e" }),
        ),
        (
            SECOND,
            url("https://x.test/b.jpg"),
            json!({ "mimeType": "image/jpeg", "fileUri": "https://x.test/b.jpg" }),
        ),
        (
            SECOND,
            json!([{ "type": "image_url", "image_url": { "url": "https://x.test/b", "format": "image/webp" } }]),
            json!({ "mimeType": "image/webp", "fileUri": "https://x.test/b" }),
        ),
        (OLD, json!([{ "type": "file", "file": { "file_id": files } }]), json!({ "fileUri": files })),
        (
            OLD,
            json!([{ "type": "file", "file": { "file_id": files, "format": "application/pdf" } }]),
            json!({ "mimeType": "application/pdf", "fileUri": files }),
        ),
        (
            OLD,
            url("https://www.youtube.com/watch?v=1"),
            json!({ "fileUri": "https://www.youtube.com/watch?v=1" }),
        ),
        (OLD, url("gs://bucket/a.mp4"), json!({ "mimeType": "video/mp4", "fileUri": "gs://bucket/a.mp4" })),
    ] {
        assert_eq!(parts(model, content.clone()), json!([{ "fileData": expected }]), "{content}");
    }
}

#[test]
fn what_it_cannot_read_is_left_to_others() {
    let ask = |part: Value| json!({ "messages": [{ "role": "user", "content": [part] }] });
    let url = |url: &str| json!({ "type": "image_url", "image_url": { "url": url } });
    for (model, part) in [
        (SECOND, url("https://x.test/no-type")),
        (OLD, url("https://x.test/a.png")),
        (SECOND, url("https://x.test/youtube.com/a")),
        (SECOND, url("nonsense")),
        (SECOND, url("data:image/png,abc")),
        (SECOND, json!({ "type": "file", "file": { "file_id": "file-abc" } })),
        (SECOND, json!({ "type": "something_new" })),
    ] {
        let fault = fault(model, &ask(part.clone()));
        assert_eq!(
            (fault.kind, fault.param.as_deref()),
            (FaultKind::Unsupported, Some("messages")),
            "{part}"
        );
    }
    for part in [
        json!(7),
        json!({ "type": "text" }),
        json!({ "type": "image_url", "image_url": {} }),
        json!({ "type": "input_audio", "input_audio": {} }),
    ] {
        assert_eq!(fault(SECOND, &ask(part.clone())).kind, FaultKind::BadRequest, "{part}");
    }
}

#[test]
fn a_tools_result_is_an_object_and_may_bring_files_from_the_third_generation_on() {
    let ask = |content: Value| {
        json!([
            { "role": "user", "content": "?" },
            { "role": "assistant", "tool_calls": [{ "id": "a", "function": { "name": "f", "arguments": "{}" } }] },
            { "role": "tool", "tool_call_id": "a", "content": content },
        ])
    };
    let result =
        |model: &str, content: Value| contents(model, ask(content))[2]["parts"][0]["functionResponse"].take();
    for (content, expected) in [
        (json!("3 \"C\""), json!({ "content": "3 \"C\"" })),
        (
            json!([{ "type": "text", "text": "a" }, { "type": "text", "text": "é" }]),
            json!({ "content": "aé" }),
        ),
        (json!({ "t": 1.0 }), json!({ "content": { "t": 1.0 } })),
        (Value::Null, json!({ "content": "" })),
    ] {
        assert_eq!(
            result(SECOND, content.clone()),
            json!({ "id": "a", "name": "f", "response": expected }),
            "{content}"
        );
    }
    let picture = json!([{ "type": "text", "text": "see" }, { "type": "image_url", "image_url": { "url": "data:image/png;base64,AAAA" } }]);
    assert_eq!(
        result(THIRD, picture.clone()),
        json!({ "id": "a", "name": "f", "response": { "content": "see" }, "parts": [{ "inlineData": { "mimeType": "image/png", "data": "AAAA" } }] })
    );
    assert_eq!(fault(SECOND, &json!({ "messages": ask(picture) })).kind, FaultKind::Unsupported);
}
