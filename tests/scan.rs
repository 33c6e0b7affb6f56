//! The scan of a body and its splice, held against `serde_json`, however the body is cut into windows.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use switchman::base::json::{
    Kind, MAX_DEPTH, MAX_DUPLICATES, ScanError, Scanner, Wanted, quoted, string_value,
};

#[path = "scan/body.rs"]
mod body;
#[path = "scan/pairs.rs"]
mod pairs;
#[path = "scan/reference.rs"]
mod reference;
#[path = "scan/skeleton.rs"]
mod skeleton;
#[path = "scan/splice.rs"]
mod splice;

use body::{Span, body, sizes};
use reference::is_acceptable;

const MODEL: usize = 0;
const STREAM: usize = 1;

static WANTED: [Wanted; 5] = [
    Wanted { name: "model", capture: 40 },
    Wanted { name: "stream", capture: 4 },
    Wanted { name: "metadata", capture: 100 },
    Wanted { name: "clé 🗝", capture: 0 },
    Wanted { name: "", capture: 1 },
];

/// A scanner fed with windows of these sizes in turn.
fn scanned(body: &[u8], sizes: &[usize]) -> (Scanner, Result<(), ScanError>) {
    let mut scanner = Scanner::new(&WANTED);
    let (mut rest, mut sizes) = (body, sizes.iter().cycle());
    while !rest.is_empty() {
        let (window, behind) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
        scanner.push(window);
        rest = behind;
    }
    let outcome = scanner.finish();
    (scanner, outcome)
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 256,
        rng_seed: RngSeed::Fixed(20),
        failure_persistence: None,
        ..Default::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_wanted_member_is_found(body in body(), sizes in sizes()) {
        let bytes = body.text.as_bytes();
        let (scanner, outcome) = scanned(bytes, &sizes);
        prop_assert_eq!(outcome, Ok(()));
        prop_assert!(is_acceptable(bytes));
        prop_assert_eq!(scanner.len(), bytes.len() as u64);
        prop_assert_eq!(scanner.is_ascii(), body.text.is_ascii());
        prop_assert_eq!(scanner.member_count() as usize, body.members.len());

        let index = |span: &Span| WANTED.iter().position(|wanted| wanted.name == span.name);
        let expected = body.members.iter().filter_map(|span| Some((index(span)?, span)));
        prop_assert_eq!(scanner.members().len(), expected.clone().count());
        for (member, (wanted, span)) in scanner.members().iter().zip(expected.clone()) {
            let raw = &bytes[span.value.clone()];
            prop_assert_eq!((member.wanted, member.key_start), (wanted, span.key.start as u64));
            prop_assert_eq!(&member.value, &(span.value.start as u64..span.value.end as u64));
            let capture = WANTED[wanted].capture as usize;
            prop_assert_eq!(member.raw(), (capture > 0 && raw.len() <= capture).then_some(raw));
            let kind = match serde_json::from_slice(raw).unwrap() {
                serde_json::Value::Null => Kind::Null,
                serde_json::Value::Bool(true) => Kind::True,
                serde_json::Value::Bool(false) => Kind::False,
                serde_json::Value::Number(_) => Kind::Number,
                serde_json::Value::String(_) => Kind::String,
                serde_json::Value::Array(_) => Kind::Array,
                serde_json::Value::Object(_) => Kind::Object,
            };
            prop_assert_eq!(member.kind, kind);
        }
        for wanted in 0..WANTED.len() {
            let last = expected.clone().rfind(|(ix, _)| *ix == wanted);
            let start = scanner.last(wanted).map(|member| member.key_start);
            prop_assert_eq!(start, last.map(|(_, span)| span.key.start as u64));
        }
    }

    #[test]
    fn a_damaged_body_is_accepted_only_if_its_top_level_is_sound(
        body in body(),
        sizes in sizes(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0..3u8, prop::sample::select(
            b"{}[]\":,\\ \n\x01truefalsn0123.-+eE\xEF\xBB\xBF".to_vec())), 1..4),
    ) {
        let mut bytes = body.text.into_bytes();
        for (at, how, byte) in damage {
            let at = at.index(bytes.len().max(1));
            match how {
                _ if bytes.is_empty() => bytes.push(byte),
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => _ = bytes.remove(at),
            }
        }
        let (scanner, outcome) = scanned(&bytes, &sizes);
        prop_assert_eq!(outcome.is_ok(), is_acceptable(&bytes), "{:?} {}", outcome, String::from_utf8_lossy(&bytes));
        let (whole, same) = scanned(&bytes, &[usize::MAX]);
        prop_assert_eq!(outcome, same);
        if outcome.is_ok() {
            prop_assert_eq!(scanner.members(), whole.members());
        }
    }

    #[test]
    fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..200), sizes in sizes(), start in any::<bool>()) {
        let bytes = if start { [b"{\"model\":", &bytes[..]].concat() } else { bytes };
        let (_, outcome) = scanned(&bytes, &sizes);
        prop_assert_eq!(outcome, scanned(&bytes, &[usize::MAX]).1);
        prop_assert_eq!(outcome.is_ok(), is_acceptable(&bytes));
    }
}

fn refusal(body: &[u8]) -> Option<ScanError> {
    let (_, outcome) = scanned(body, &[usize::MAX]);
    for size in [1, 3, 64] {
        assert_eq!(scanned(body, &[size]).1, outcome, "{}", String::from_utf8_lossy(body));
    }
    outcome.err()
}

#[test]
fn refusals_say_where() {
    let syntax = |at| Some(ScanError::Syntax { at });
    let cases: [(&[u8], Option<ScanError>); 31] = [
        (b"", Some(ScanError::Empty)),
        (b" \n\xEF", Some(ScanError::NotAnObject)),
        (b"\xEF\xBB\xBF \r\n", Some(ScanError::Empty)),
        (b"\xEF\xBB{}", Some(ScanError::NotAnObject)),
        (b"\xEF\xBB\xBF\xEF\xBB\xBF{}", Some(ScanError::NotAnObject)),
        (b"[]", Some(ScanError::NotAnObject)),
        (b"\\", Some(ScanError::NotAnObject)),
        (b"\"model\"", Some(ScanError::NotAnObject)),
        (b"{", Some(ScanError::Truncated)),
        (b"\xEF\xBB", Some(ScanError::Truncated)),
        (b"{}}", syntax(2)),
        (b"{}{}", syntax(2)),
        (b"{,}", syntax(1)),
        (b"{\"a\" 1}", syntax(5)),
        (b"{\"a\":1,}", syntax(7)),
        (b"{\"a\":1 \"b\":2}", syntax(7)),
        (b"{\"a\":1]", syntax(6)),
        (b"{a:1}", syntax(1)),
        (b"{'a':1}", syntax(1)),
        (b"{\"a\":}", syntax(5)),
        (b"{\"a\":01}", syntax(6)),
        (b"{\"a\":-}", syntax(6)),
        (b"{\"a\":.5}", syntax(5)),
        (b"{\"a\":--5}", syntax(6)),
        (b"{\"a\":trUe}", syntax(7)),
        (b"{\"a\":nullx}", syntax(9)),
        (b"{\"a\":[{]}}", syntax(7)),
        (b"{\"a\":[\\\"]}", syntax(6)),
        (b"{\"a\":[\"x\ny\"]}", syntax(8)),
        (b"{\"mod\\el\":1}", syntax(6)),
        (b"{\"\\u00g5\":1}", syntax(6)),
    ];
    for (body, expected) in cases {
        assert_eq!(refusal(body), expected, "{}", String::from_utf8_lossy(body));
    }
    assert_eq!(refusal(b"{\"\\u00\":1}"), syntax(6));
    assert_eq!(refusal(b"\xEF\xBB\xBF {\"a\":{}} \t\r\n"), None);
    assert_eq!(ScanError::Syntax { at: 7 }.to_string(), "the body is not valid JSON at byte 7");
}

#[test]
fn a_body_cut_anywhere_is_refused() {
    let body = "\u{FEFF} {\"mod\\u0065l\" : \"a\\\"b\\\\\", \"x\": [1, {\"y\": \"}\"}], \"é\": -1.5e+3, \"stream\": true}";
    assert_eq!(refusal(body.as_bytes()), None);
    for end in 0..body.len() {
        let expected = if end == 0 || end == 3 || end == 4 { ScanError::Empty } else { ScanError::Truncated };
        assert_eq!(refusal(&body.as_bytes()[..end]), Some(expected), "{end}");
    }
}

#[test]
fn brackets_go_as_deep_as_the_limit() {
    let nested = |depth: usize| {
        let (open, close): (String, String) =
            (0..depth).map(|i| if i % 3 == 0 { ("[", "]") } else { ("{", "}") }).unzip();
        format!("{{\"a\":{open}{}}}", close.chars().rev().collect::<String>())
    };
    let deepest = MAX_DEPTH as usize - 1;
    assert_eq!(refusal(nested(deepest).as_bytes()), None);
    let at = 5 + deepest as u64;
    assert_eq!(refusal(nested(deepest + 1).as_bytes()), Some(ScanError::TooDeep { at }));
}

#[test]
fn repeated_keys_are_bounded() {
    let repeated = |times: usize| format!("{{{}\"stream\":1}}", "\"model\":1,".repeat(times));
    let (scanner, outcome) = scanned(repeated(WANTED.len() + MAX_DUPLICATES - 1).as_bytes(), &[100]);
    assert_eq!(outcome, Ok(()));
    assert_eq!(scanner.members().len(), WANTED.len() + MAX_DUPLICATES);
    let at = 10 * (WANTED.len() + MAX_DUPLICATES) as u64 + 10;
    assert_eq!(
        refusal(repeated(WANTED.len() + MAX_DUPLICATES).as_bytes()),
        Some(ScanError::TooManyDuplicates { at })
    );
    // Keys that nobody wants may repeat as they like.
    assert_eq!(refusal(format!("{{{}\"a\":1}}", "\"a\":1,".repeat(1000)).as_bytes()), None);
}

#[test]
fn names_that_nobody_wants_are_not_found() {
    let long = "model".repeat(100);
    let body = format!(
        r#"{{"Model":1,"model ":1,"mode\u006c\u0000":1,"\ud800":1,"\ud83dcl\u00e9 \udddd":1,"\udc00\ud83d\ude00":1,"{long}":1}}"#
    );
    let (scanner, outcome) = scanned(body.as_bytes(), &[5]);
    assert_eq!((outcome, scanner.member_count()), (Ok(()), 7));
    assert!(scanner.members().is_empty());
}

#[test]
fn a_scanner_can_be_used_again() {
    let mut scanner = Scanner::new(&WANTED);
    scanner.push("{\"model\": \"é\\".as_bytes());
    assert_eq!(scanner.finish(), Err(ScanError::Truncated));
    scanner.push(b"}}}");
    scanner.reset(&WANTED[1..]);
    scanner.push(b"{\"stream\":true,\"model\":1}");
    assert_eq!(scanner.finish(), Ok(()));
    assert_eq!((scanner.len(), scanner.is_ascii(), scanner.member_count()), (25, true, 2));
    assert_eq!(scanner.members().len(), 1);
    let stream = scanner.last(0).unwrap();
    assert_eq!((stream.raw(), stream.kind), (Some(&b"true"[..]), Kind::True));
}

#[test]
fn strings_are_read_and_written() {
    assert_eq!(string_value(br#""a\u00e9\n\ud83d\ude00""#).as_deref(), Some("aé\n😀"));
    for raw in [&br#""a"#[..], b"a", b"1", b"null", b"[\"a\"]", br#""\q""#, br#""\ud800""#, b"\"\xFF\""] {
        assert_eq!(string_value(raw), None);
    }
    for text in ["", "a\"b\\c\n\u{1}é😀", "gpt-4o"] {
        assert_eq!(string_value(&quoted(text)).as_deref(), Some(text));
    }
}
