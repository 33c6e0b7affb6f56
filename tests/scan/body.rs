//! Random bodies whose members are known.

use std::ops::Range;

use proptest::prelude::*;

use crate::WANTED;

/// A body whose members are known.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    pub(crate) text: String,
    pub(crate) members: Vec<Span>,
}

#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) name: String,
    pub(crate) key: Range<usize>,
    pub(crate) value: Range<usize>,
}

fn space() -> impl Strategy<Value = String> {
    prop_oneof![4 => Just(String::new()), 1 => "[ \t\r\n]{1,3}", 1 => " {0,70}"]
}

/// What may stand between the quotes of a string.
fn inner_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[ -!#-\\[\\]-~]{0,12}",
        1 => "[a-z ]{50,150}",
        1 => prop::sample::select(vec!["\\\"", "\\\\", "\\n", "\\/", "\\u00e9", "\\ud83d\\ude00", "é", "漢字", "🗝", "{", "]"])
            .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

/// A raw value that is neither an array nor an object.
pub(crate) fn leaf() -> impl Strategy<Value = String> {
    let fixed =
        ["null", "true", "false", "0", "-0.0", "1e5", "1E-07", "-12.50e+3", "12345678901234567890123"];
    prop_oneof![
        1 => prop::sample::select(fixed.to_vec()).prop_map(str::to_owned),
        1 => inner_text().prop_map(|text| format!("\"{text}\"")),
    ]
}

fn value() -> impl Strategy<Value = String> {
    leaf().prop_recursive(3, 12, 4, |inner| {
        let item = (space(), inner, space()).prop_map(|(a, value, b)| format!("{a}{value}{b}")).boxed();
        let pair =
            (inner_text(), space(), item.clone()).prop_map(|(key, a, value)| format!("\"{key}\"{a}:{value}"));
        prop_oneof![
            prop::collection::vec(item, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(pair, 0..4).prop_map(|pairs| format!("{{{}}}", pairs.join(","))),
        ]
    })
}

/// The inside of a key: often a wanted one, some of its characters written as `\uXXXX`.
fn key() -> impl Strategy<Value = String> {
    let names = WANTED.iter().map(|wanted| wanted.name).collect::<Vec<_>>();
    let escaped = (prop::sample::select(names), any::<u16>()).prop_map(|(name, which)| {
        let escape =
            |char: char| char.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect();
        let is_escaped = |ix: usize| which > 0x7FFF && which >> (ix % 15) & 1 == 1;
        name.chars()
            .enumerate()
            .map(|(ix, c)| if is_escaped(ix) { escape(c) } else { c.to_string() })
            .collect()
    });
    prop_oneof![2 => escaped, 1 => inner_text(), 1 => Just("models".to_owned())]
}

/// A JSON object with odd white space, escapes, long and repeated members.
pub(crate) fn body() -> impl Strategy<Value = Body> {
    let member = (space(), key(), space(), space(), value(), space());
    (any::<bool>(), space(), prop::collection::vec(member, 0..8), space()).prop_map(
        |(mark, before, members, after)| {
            let mut text = format!("{}{before}{{{after}", if mark { "\u{FEFF}" } else { "" });
            let mut spans = Vec::new();
            for (ix, (a, key, b, c, value, d)) in members.iter().enumerate() {
                text.push_str(if ix > 0 { "," } else { "" });
                let mut put = |before: &str, piece: &str| {
                    text.push_str(before);
                    text.push_str(piece);
                    text.len() - piece.len()..text.len()
                };
                let key = put(a, &format!("\"{key}\""));
                put(b, ":");
                let value = put(c, value);
                text.push_str(d);
                spans.push(Span { name: serde_json::from_str(&text[key.clone()]).unwrap(), key, value });
            }
            Body { text: format!("{text}}}{before}"), members: spans }
        },
    )
}

/// Sizes of the windows that a body arrives in.
pub(crate) fn sizes() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![
        1 => Just(vec![1]),
        1 => Just(vec![usize::MAX]),
        2 => prop::collection::vec(1..40usize, 1..6),
        1 => prop::collection::vec(prop::sample::select(vec![1, 63, 64, 65, 128]), 1..6),
    ]
}
