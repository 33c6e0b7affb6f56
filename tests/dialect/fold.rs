//! A stream that is put together is the same completion as the whole answer.

use serde_json::{Value, json};
use switchman::dialect::Memo;

use crate::folded::folded;
use crate::support::{MID, OLD, answer, completion, events, read_stream, translated};

#[track_caller]
fn same(memo: &Memo, body: &Value) {
    let stream = read_stream(memo, true, &events(body));
    assert_eq!(folded(&stream.chunks), completion(memo, body), "{body}");
}

fn page(url: &str) -> Value {
    json!({ "type": "web_search_result_location", "url": url, "title": "T", "cited_text": "c", "encrypted_index": "e" })
}

#[test]
fn a_stream_and_a_whole_answer_say_the_same() {
    let text = |text: &str| json!({ "type": "text", "text": text });
    let call = |id: &str, input: Value| json!({ "type": "tool_use", "id": id, "name": "f", "input": input });
    let thinking =
        |text: &str| json!({ "type": "thinking", "thinking": text, "signature": format!("{text}=") });
    let hidden = json!({ "type": "redacted_thinking", "data": "d" });
    let plain = Memo::default();
    for (content, reason) in [
        (json!([]), "end_turn"),
        (json!([text("Hi \"there\" \n é😀")]), "end_turn"),
        (json!([text("a"), text(""), text("b")]), "max_tokens"),
        (json!([thinking("hmmm hm"), text("So.")]), "stop_sequence"),
        (
            json!([thinking("one"), call("a", json!({ "x": [1, "é"] })), thinking("two"), hidden, text("b")]),
            "tool_use",
        ),
        (json!([call("a", json!({})), call("b", json!({ "y": null }))]), "tool_use"),
        (
            json!([
                text("Look: "),
                { "type": "server_tool_use", "id": "s", "name": "web_search", "input": { "q": "x" } },
                { "type": "web_search_tool_result", "tool_use_id": "s", "content": [{ "type": "web_search_result" }] },
                { "type": "text", "text": "thé fact", "citations": [page("https://a"), page("https://b")] },
                { "type": "text", "text": " and more", "citations": [page("https://c")] },
            ]),
            "pause_turn",
        ),
        (json!([text("I")]), "refusal"),
    ] {
        same(&plain, &answer(content, reason));
    }
    let mut body = answer(json!([text("a")]), "end_turn");
    body["usage"] = json!({ "input_tokens": 3, "cache_read_input_tokens": 40, "cache_creation_input_tokens": 2, "output_tokens": 7 });
    same(&plain, &body);
}

#[test]
fn an_answer_by_a_tool_is_the_same_in_a_stream() {
    let schema = json!({ "type": "object", "properties": {} });
    let format = json!({ "type": "json_schema", "json_schema": { "name": "n", "schema": schema } });
    let request = json!({ "messages": [{ "role": "user", "content": "x" }], "response_format": format });
    let memo = translated(OLD, &request).memo;
    for input in [json!({}), json!({ "age": 3, "list": ["a", "b"] })] {
        let content = json!([{ "type": "tool_use", "id": "t", "name": "json_tool_call", "input": input }]);
        same(&memo, &answer(content, "tool_use"));
    }
}

#[test]
fn a_function_is_the_same_in_a_stream() {
    let request =
        json!({ "messages": [{ "role": "user", "content": "x" }], "functions": [{ "name": "f.g" }] });
    let translated = translated(MID, &request);
    let body: Value = serde_json::from_slice(&translated.body).unwrap();
    let call = |id: &str| json!({ "type": "tool_use", "id": id, "name": body["tools"][0]["name"], "input": { "a": 1 } });
    same(&translated.memo, &answer(json!([call("a"), call("b")]), "tool_use"));
}
