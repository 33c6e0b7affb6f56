//! Server-sent events: what a stream decodes to does not depend on how it is cut into chunks.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use switchman::base::sse::{Decoder, Event, TooLong, encode};

type Events = Vec<(Option<String>, String)>;

fn kept(events: &mut Events) -> impl FnMut(Event<'_>) {
    |event| events.push((event.name.map(str::to_owned), String::from_utf8_lossy(event.data).into_owned()))
}

/// Decodes chunks of these sizes in turn, up to the end or to the first that fails.
fn decode(stream: &[u8], sizes: &[usize], limit: usize) -> (Events, Result<(), TooLong>) {
    let (mut decoder, mut events) = (Decoder::new(limit), Vec::new());
    let (mut rest, mut sizes) = (stream, sizes.iter().cycle());
    let mut outcome = Ok(());
    while !rest.is_empty() && outcome.is_ok() {
        let (chunk, behind) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
        outcome = decoder.push(chunk, &mut kept(&mut events));
        rest = behind;
    }
    decoder.finish(&mut kept(&mut events));
    (events, outcome)
}

const WHOLE: [usize; 1] = [usize::MAX];

#[test]
fn streams_decode() {
    let named = |name: &str, data: &str| (Some(name.to_owned()), data.to_owned());
    let plain = |data: &str| (None, data.to_owned());
    let cases: [(&[u8], Events); 26] = [
        (b"", vec![]),
        (b"data: a\n\n", vec![plain("a")]),
        (b"data: a\r\n\r\n", vec![plain("a")]),
        (b"data: a\r\r", vec![plain("a")]),
        (b"data: a\r\n\ndata: b\n\r\n", vec![plain("a"), plain("b")]),
        (b"data: a\r\rdata: b\n\r", vec![plain("a"), plain("b")]),
        (b"data:a\n\ndata:  b \n\n", vec![plain("a"), plain(" b ")]),
        (b"data: a\ndata: b\ndata:\n\n", vec![plain("a\nb\n")]),
        (b"data\n\n", vec![plain("")]),
        (b"data:\ndata\n\n", vec![plain("\n")]),
        (b"data: {\"a\":\"b: c\"}\n\ndata: [DONE]\n\n", vec![plain("{\"a\":\"b: c\"}"), plain("[DONE]")]),
        (b"event: ping\ndata: {}\n\ndata: x\n\n", vec![named("ping", "{}"), plain("x")]),
        (b"data: x\nevent: late\nid: 7\n\n", vec![named("late", "x")]),
        (b"event: a\nevent: b\ndata: x\n\n", vec![named("b", "x")]),
        (b"event: a\nevent:\ndata: x\n\n", vec![plain("x")]),
        (b"event: \xFF\xC3\xA9\ndata: x\n\n", vec![named("\u{FFFD}\u{e9}", "x")]),
        (b"event: lost\n\ndata: x\n\n", vec![plain("x")]),
        (b": comment\n\n:\n\ndata: x\n: more\ndata: y\n\n", vec![plain("x\ny")]),
        (b"id: 1\nretry: 10\n\nDATA: no\ndatas: no\n data: no\ndata : no\n\n", vec![]),
        (b"\n\n\r\n\r\ndata: x\n\n\n", vec![plain("x")]),
        (b"\xEF\xBB\xBFdata: x\n\n", vec![plain("x")]),
        (b"\xEF\xBB\xBF\xEF\xBB\xBFdata: no\n\ndata: x\n\n", vec![plain("x")]),
        (b"\xEF\xBBdata: no\ndata: x\n\n", vec![plain("x")]),
        (b"data: a\n\ndata: b\n", vec![plain("a"), plain("b")]),
        (b"data: a\n\nevent: e\ndata: b\ndata: c", vec![plain("a"), named("e", "b\nc")]),
        (b"data: a\n\nevent: e\nid", vec![plain("a")]),
    ];
    for (stream, expected) in cases {
        for sizes in [&WHOLE[..], &[1], &[2], &[3, 1], &[7]] {
            let text = String::from_utf8_lossy(stream);
            assert_eq!(decode(stream, sizes, 100), (expected.clone(), Ok(())), "{text:?} {sizes:?}");
        }
    }
}

#[test]
fn an_event_comes_as_soon_as_it_is_complete() {
    let (mut decoder, mut events) = (Decoder::new(100), Vec::new());
    for (chunk, count, pending) in [
        (&b"data: 1\r\n\r"[..], 1, 0),
        (b"\ndata: 2\n", 1, 1),
        (b"", 1, 1),
        (b"event: e\ndat", 1, 5),
        (b"a: 33\n", 1, 5),
        (b"\ndata: 4\n\ndata: 5", 3, 7),
        (b"\n\n", 4, 0),
    ] {
        decoder.push(chunk, &mut kept(&mut events)).unwrap();
        assert_eq!((events.len(), decoder.pending()), (count, pending), "{chunk:?}");
    }
    decoder.finish(&mut kept(&mut events));
    decoder.finish(&mut kept(&mut events));
    assert_eq!(events.len(), 4);
    assert_eq!(events[1], (Some("e".to_owned()), "2\n33".to_owned()));
}

#[test]
fn whole_events_are_not_copied() {
    let chunk = b"id: 1\ndata: abc\n: comment\n\nevent: e\ndata: def\n\n";
    let mut places = Vec::new();
    Decoder::new(100).push(chunk, &mut |event| places.push(event.data.as_ptr())).unwrap();
    assert_eq!(places, [chunk[12..].as_ptr(), chunk[42..].as_ptr()]);
}

#[test]
fn what_is_too_long_ends_the_stream() {
    for (stream, fits) in [
        (&b"data: 1\n\ndata: 12345\n\n"[..], 11),
        (b"data: 1\n\ndata: 12\ndata: 34\n\n", 10),
        (b"data: 1\n\nevent: e\ndata: 12\ndata: 34\n\n", 11),
        (b"data: 1\n\n: comment without end", 21),
        (b"data: 1\n\n: comment\n: comment\n: comment\n\n", 9),
        (b"data: 1\n\ndata: 12\n: comment\n\n", 11),
    ] {
        for sizes in [&WHOLE[..], &[1], &[3]] {
            assert_eq!(decode(stream, sizes, fits).1, Ok(()), "{sizes:?}");
            let (events, outcome) = decode(stream, sizes, fits - 1);
            assert_eq!(outcome, Err(TooLong { limit: fits - 1 }), "{sizes:?}");
            assert_eq!(events, [(None, "1".to_owned())], "{sizes:?}");
        }
    }
    let (mut decoder, mut events) = (Decoder::new(10), Vec::new());
    decoder.push(b"data: 123456789", &mut kept(&mut events)).unwrap_err();
    assert_eq!(decoder.pending(), 0);
    assert_eq!(decoder.push(b"\n\ndata: 1\n\n", &mut kept(&mut events)), Err(TooLong { limit: 10 }));
    assert_eq!(decoder.push(b"", &mut kept(&mut events)), Err(TooLong { limit: 10 }));
    decoder.finish(&mut kept(&mut events));
    assert!(events.is_empty());
    assert_eq!(TooLong { limit: 10 }.to_string(), "an event of the stream is longer than 10 bytes");
}

#[test]
fn events_encode() {
    for (name, data, expected) in [
        (None, "a", "data: a\n\n"),
        (None, "", "data: \n\n"),
        (Some("e"), "{}", "event: e\ndata: {}\n\n"),
        (None, "a\nb\r\nc\rd\n", "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n"),
        (Some("e\ndata: forged\n\n"), "a", "event: e\ndata: a\n\n"),
        (Some("e\rid: 1"), " a", "event: e\ndata:  a\n\n"),
    ] {
        let mut out = b"before".to_vec();
        encode(&mut out, name, data.as_bytes());
        assert_eq!(String::from_utf8(out).unwrap(), format!("before{expected}"));
    }
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 256,
        rng_seed: RngSeed::Fixed(21),
        failure_persistence: None,
        ..Default::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn chunks_do_not_matter(
        mark in 0..4usize,
        lines in prop::collection::vec((prop_oneof![
            4 => "data: ?[a-zé:]{0,20}",
            1 => "event: ?[a-z]{0,5}",
            2 => Just(String::new()),
            1 => "[ -~]{0,8}",
            1 => ":[a-z]{0,9}",
        ], prop::sample::select(vec!["\n", "\r\n", "\r"])), 0..20),
        sizes in prop::collection::vec(1..30usize, 1..5),
        limit in prop_oneof![2 => Just(10_000), 1 => 0..60usize],
    ) {
        let mut stream = b"\xEF\xBB\xBF"[..mark.min(3)].to_vec();
        for (line, end) in &lines {
            stream.extend_from_slice(line.as_bytes());
            stream.extend_from_slice(end.as_bytes());
        }
        let whole = decode(&stream, &WHOLE, limit);
        prop_assert_eq!(&decode(&stream, &[1], limit), &whole);
        prop_assert_eq!(&decode(&stream, &sizes, limit), &whole);
    }

    #[test]
    fn any_bytes_decode_alike(
        stream in prop::collection::vec(prop_oneof![
            3 => prop::sample::select(b"data: event\n\n\r".to_vec()),
            1 => any::<u8>(),
        ], 0..120),
        sizes in prop::collection::vec(1..9usize, 1..5),
        limit in prop_oneof![Just(10_000), 0..40usize],
    ) {
        let whole = decode(&stream, &WHOLE, limit);
        prop_assert_eq!(&decode(&stream, &[1], limit), &whole);
        prop_assert_eq!(&decode(&stream, &sizes, limit), &whole);
    }

    #[test]
    fn what_is_encoded_decodes(
        events in prop::collection::vec((prop::option::of("[a-zé :]{1,9}"), "[ -~é\n]{0,40}"), 0..6),
        sizes in prop::collection::vec(1..30usize, 1..5),
    ) {
        let mut stream = Vec::new();
        for (name, data) in &events {
            encode(&mut stream, name.as_deref(), data.as_bytes());
        }
        prop_assert_eq!(decode(&stream, &sizes, 1000), (events, Ok(())));
    }
}
