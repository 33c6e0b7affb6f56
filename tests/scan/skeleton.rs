//! Skeletons: what is cut out of a body can be put back, and what is left is still JSON.

use proptest::prelude::*;
use serde_json::Value;
use switchman::base::json::{Bones, Skeleton};

use crate::body::body;

fn bones(body: &[u8], window: usize) -> Bones {
    let mut skeleton = Skeleton::default();
    body.chunks(window.max(1)).for_each(|part| skeleton.push(part));
    skeleton.finish()
}

/// Cuts the body's strings and fills the holes again.
fn there_and_back(body: &[u8], window: usize) -> Vec<u8> {
    let bones = bones(body, window);
    bones.expand(bones.json.clone()).apply(body)
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn a_long_string_shrinks_and_comes_back() {
    let picture = "A".repeat(100_000);
    let body = format!(r#"{{"a":[{{"url":"data:image/png;base64,{picture}"}}],"b":1}}"#);
    let bones = bones(body.as_bytes(), 64 * 1024);
    assert!(bones.json.len() < 1_000, "{}", bones.json.len());
    let tree: Value = serde_json::from_slice(&bones.json).unwrap();
    assert!(tree["a"][0]["url"].as_str().unwrap().starts_with("data:image/png;base64,AAA"));
    assert_eq!(there_and_back(body.as_bytes(), 1_000), body.as_bytes());
}

#[test]
fn values_that_are_read_themselves_stay_whole() {
    let long = "x".repeat(5_000);
    for body in [
        format!(r#"{{"arguments" : "{long}"}}"#),
        format!(r#"{{"input":{{"deep":["{long}","{long}"]}}}}"#),
        format!(r#"{{"partial_json":"{long}"}}"#),
    ] {
        assert_eq!(bones(body.as_bytes(), 7).json, body.as_bytes());
    }
    let after = format!(r#"{{"input":{{"a":1}},"text":"{long}"}}"#);
    assert!(bones(after.as_bytes(), 64).json.len() < 900);
    let value = format!(r#"{{"a":"input","text":"{long}"}}"#);
    assert!(bones(value.as_bytes(), 64).json.len() < 900);
}

#[test]
fn a_forged_mark_is_a_hole_of_its_own() {
    let long = "y".repeat(3_000);
    for forged in ["\u{fdd0}0\u{fdd1}", r"\ufdd00\ufdd1", r"\uFDD00\uFDD1", "\u{fdd0}", r"\\ufdd0"] {
        let body =
            format!(r#"{{"a":"{long}","b":"{forged}","c":"{long}{forged}{forged}","d":"{forged}{long}"}}"#);
        assert_eq!(there_and_back(body.as_bytes(), 11), body.as_bytes(), "{forged}");
    }
}

#[test]
fn no_character_is_cut() {
    for piece in ["é", "漢", "🗝", r"\u00e9", r"\ud83d\ude00", r"\\", r#"\""#, "\\n", "a🗝"] {
        for shift in 0..14 {
            let body = format!(r#"{{"a":"{}{}"}}"#, "-".repeat(shift), piece.repeat(900));
            let bones = bones(body.as_bytes(), 13);
            assert!(serde_json::from_slice::<Value>(&bones.json).is_ok(), "{piece} after {shift}");
            assert!(bones.json.len() < 900, "{piece} after {shift}");
            assert_eq!(bones.expand(bones.json.clone()).apply(body.as_bytes()), body.as_bytes());
        }
    }
}

#[test]
fn strings_of_every_length_come_back_from_every_window() {
    for len in (480..1_400).chain([65_500, 65_536, 65_600]) {
        let text: String = ('a'..='z').cycle().take(len).collect();
        let body = format!(r#"{{"a":"{text}","b":"{text}\n{text}"}}"#);
        for window in [1, 97, 192, 193, 300, 1_000, 64 * 1024] {
            let back = there_and_back(body.as_bytes(), window);
            assert!(back == body.as_bytes(), "a string of {len} bytes in windows of {window}");
        }
    }
}

#[test]
fn a_string_may_be_written_twice_or_not_at_all() {
    let body = format!(r#"{{"a":{},"b":{}}}"#, quoted(&"q".repeat(2_000)), quoted(&"r".repeat(2_000)));
    let bones = bones(body.as_bytes(), 64);
    let tree: Value = serde_json::from_slice(&bones.json).unwrap();
    let written = serde_json::to_vec(&serde_json::json!([tree["b"], tree["b"]])).unwrap();
    let back: Value = serde_json::from_slice(&bones.expand(written).apply(body.as_bytes())).unwrap();
    assert_eq!(back, serde_json::json!(["r".repeat(2_000), "r".repeat(2_000)]));
}

#[test]
fn what_stands_behind_the_body_is_put_where_its_mark_is() {
    // A body that knows how marks look, and holds the numbers that would be the next ones.
    let body =
        format!("{{\"a\":{},\"b\":\"\u{fdd0}1\u{fdd1} \\ufdd02\\ufdd1\"}}", quoted(&"q".repeat(2_000)));
    let mut bones = bones(body.as_bytes(), 64);
    let marks = [bones.append(3), bones.append(0), bones.append(2)];
    let tree: Value = serde_json::from_slice(&bones.json).unwrap();
    let written =
        serde_json::to_vec(&serde_json::json!([marks[2], tree["a"], marks[0], marks[1], tree["b"]])).unwrap();
    let whole = format!("{body}ABCDE");
    let back: Value = serde_json::from_slice(&bones.expand(written).apply(whole.as_bytes())).unwrap();
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(back, serde_json::json!(["DE", told["a"], "ABC", "", told["b"]]));
}

proptest! {
    #[test]
    fn holes_are_filled_as_they_were(body in body(), window in 1_usize..200) {
        prop_assert_eq!(there_and_back(body.text.as_bytes(), window), body.text.as_bytes());
    }
}
