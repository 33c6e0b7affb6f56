//! JSON that is at hand, held against `serde_json`: as a tree, level by level, and written again.

use serde::de::IgnoredAny;
use serde_json::Value;
use switchman::base::json::{
    Members, begun_items, is_blank, is_json, is_object, items, kind, quoted, string_value, text, unescaped,
    value, written,
};

/// Brackets that may be open for `serde_json` to read on; ours count one more.
const DEPTH: usize = 120;

pub(crate) fn run(bytes: &[u8]) -> bool {
    let ours = value(bytes);
    if depth(bytes) < DEPTH {
        let theirs: Option<Value> = serde_json::from_slice(bytes).ok();
        assert_eq!(ours.is_some(), theirs.is_some(), "{ours:?} {theirs:?}");
        ours.iter().zip(&theirs).for_each(|(ours, theirs)| same(ours, theirs));
    }
    if let Some(value) = &ours {
        let again = switchman::base::json::value(&written(value)).expect("what is written is JSON");
        same(&again, value);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    unchecked(text);
    string(text);
    if depth(bytes) < DEPTH {
        assert_eq!(is_json(text), serde_json::from_str::<IgnoredAny>(text).is_ok());
    }
    if !is_json(text) {
        return false;
    }
    assert_eq!(is_object(text), Members::check(text).is_some());
    if let Some(value) = &ours {
        level(text.trim_ascii(), value);
    }
    true
}

/// The most brackets that are open at once, at least.
fn depth(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| matches!(byte, b'[' | b'{')).count()
}

/// The same but for the last digits of a float.
#[track_caller]
fn same(one: &Value, other: &Value) {
    match (one, other) {
        (Value::Array(ones), Value::Array(others)) => {
            assert_eq!(ones.len(), others.len());
            ones.iter().zip(others).for_each(|(one, other)| same(one, other));
        }
        (Value::Object(ones), Value::Object(others)) => {
            assert!(ones.keys().eq(others.keys()));
            ones.values().zip(others.values()).for_each(|(one, other)| same(one, other));
        }
        (Value::Number(one), Value::Number(other)) => {
            let (near, exact) = (one.as_f64().unwrap(), other.as_f64().unwrap());
            assert!((near - exact).abs() <= exact.abs() * 1e-14 || exact.abs() < 1e-290, "{one} {other}");
        }
        _ => assert_eq!(one, other),
    }
}

/// What is found by quotes and brackets alone is what a parser finds.
fn level(raw: &str, value: &Value) {
    assert_eq!(kind(raw) == switchman::base::json::Kind::Null, value.is_null());
    match value {
        Value::Array(all) => {
            let found = items(raw).unwrap();
            assert_eq!(found.len(), all.len());
            found.iter().zip(all).for_each(|(raw, value)| level(raw, value));
        }
        Value::Object(all) => {
            let members = Members::read(raw).unwrap();
            assert!(members.len() >= all.len());
            for (name, value) in all {
                // `null` counts as not there.
                match members.get(name) {
                    Some(raw) => level(raw, value),
                    None => assert!(value.is_null(), "{name:?} is lost"),
                }
            }
            assert!(members.all().iter().all(|(name, _)| all.contains_key(&*unescaped(name))));
        }
        Value::String(all) => {
            assert_eq!(text(raw).as_deref(), Some(&**all));
            assert_eq!(is_blank(raw), all.trim().is_empty());
        }
        _ => {}
    }
}

/// What nobody has checked is survived; where it is cut, the items before the cut are there.
fn unchecked(text: &str) {
    let _ = Members::read(text);
    let whole = items(text);
    if let Some((begun, rest)) = begun_items(text) {
        assert_eq!(whole.is_some(), rest.is_none());
        assert!(begun.iter().all(|item| !item.is_empty()));
    }
}

/// Any text comes back as it was written.
fn string(text: &str) {
    let written = quoted(text);
    assert_eq!(string_value(&written).as_deref(), Some(text));
    assert_eq!(serde_json::from_slice::<String>(&written).ok().as_deref(), Some(text));
}
