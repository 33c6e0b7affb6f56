//! What a splice changes, and that it leaves the rest as it was.

use proptest::prelude::*;
use switchman::base::json::{Edit, Piece, splice};

use crate::body::{Span, body, leaf, sizes};
use crate::pairs::Pairs;
use crate::{MODEL, STREAM, WANTED, config, scanned};

/// What to do with a wanted member: nothing, cut it, or give it a value.
#[derive(Debug, Clone)]
enum Choice {
    Leave,
    Cut,
    Replace(String),
}

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![3 => Just(Choice::Leave), 2 => Just(Choice::Cut), 2 => leaf().prop_map(Choice::Replace)]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_splice_does_what_the_edits_say_and_nothing_else(
        body in body(),
        sizes in sizes(),
        choices in prop::collection::vec(choice(), WANTED.len()),
        added in prop::collection::vec(("[a-z\"\\\\é]{0,3}", leaf()), 0..3),
    ) {
        let mut edits = Vec::new();
        for (wanted, choice) in choices.iter().enumerate() {
            match choice {
                Choice::Leave => {}
                Choice::Cut => edits.push(Edit::Cut { wanted }),
                Choice::Replace(raw) => edits.push(Edit::Replace { wanted, raw: raw.as_bytes() }),
            }
        }
        edits.extend(added.iter().map(|(name, raw)| Edit::Append { name, raw: raw.as_bytes() }));

        // What is to become of each member: its new value, if it stays.
        let index = |span: &Span| WANTED.iter().position(|wanted| wanted.name == span.name);
        let fate = |ix: usize, span: &Span| match index(span).map(|wanted| &choices[wanted]) {
            None | Some(Choice::Leave) => Some(body.text[span.value.clone()].to_owned()),
            Some(Choice::Cut) => None,
            Some(Choice::Replace(raw)) => {
                let is_last = body.members[ix + 1..].iter().all(|later| later.name != span.name);
                is_last.then(|| raw.clone())
            }
        };
        let fates: Vec<_> = body.members.iter().enumerate().map(|(ix, span)| (span, fate(ix, span))).collect();
        let stays = fates.iter().filter_map(|(span, value)| Some((span.name.clone(), value.clone()?)));
        let absent = choices.iter().zip(&WANTED).filter_map(|(choice, wanted)| match choice {
            Choice::Replace(raw) if body.members.iter().all(|span| span.name != wanted.name) => {
                Some((wanted.name.to_owned(), raw.clone()))
            }
            _ => None,
        });
        let expected = Pairs(stays.chain(absent).chain(added.clone()).collect());

        let (scanner, outcome) = scanned(body.text.as_bytes(), &sizes);
        prop_assert_eq!(outcome, Ok(()));
        let plan = splice(&scanner, &edits);
        let out = plan.apply(body.text.as_bytes());
        prop_assert_eq!(plan.out_len(), out.len() as u64);
        let out = String::from_utf8(out).unwrap();
        prop_assert_eq!(serde_json::from_str::<Pairs>(&out).unwrap(), expected, "{}", out);

        // Of the old text only cut members, replaced values, and commas and white space between members are gone.
        let mut is_kept = vec![false; body.text.len()];
        let mut end = 0;
        for piece in plan.pieces() {
            if let Piece::Keep(range) = piece {
                prop_assert!(end <= range.start && range.start < range.end);
                end = range.end;
                is_kept[range.start as usize..range.end as usize].fill(true);
            }
        }
        for (span, value) in &fates {
            let is_changed = index(span).is_some_and(|wanted| !matches!(choices[wanted], Choice::Leave));
            prop_assert!(value.is_none() || is_kept[span.key.clone()].iter().all(|kept| *kept));
            prop_assert!(is_changed || is_kept[span.value.clone()].iter().all(|kept| *kept));
            is_kept[span.key.start..span.value.end].fill(true);
        }
        let gone = body.text.bytes().zip(is_kept).skip(if body.text.starts_with('\u{FEFF}') { 3 } else { 0 });
        prop_assert!(gone.filter(|(_, kept)| !kept).all(|(byte, _)| b", \t\r\n".contains(&byte)));
    }
}

fn spliced(body: &str, edits: &[Edit<'_>]) -> String {
    let (scanner, outcome) = scanned(body.as_bytes(), &[7]);
    assert_eq!(outcome, Ok(()), "{body}");
    String::from_utf8(splice(&scanner, edits).apply(body.as_bytes())).unwrap()
}

#[test]
fn commas_come_out_right() {
    let cut = [Edit::Cut { wanted: MODEL }, Edit::Cut { wanted: STREAM }];
    for (body, expected) in [
        ("{}", "{}"),
        (r#"{"model":1}"#, "{}"),
        (r#"{ "model" : 1 }"#, "{  }"),
        (r#"{"model":1,"a":2}"#, r#"{"a":2}"#),
        (r#"{"a":2,"model":1}"#, r#"{"a":2}"#),
        (r#"{"a":2 , "model" : 1 }"#, r#"{"a":2  }"#),
        (r#"{"a":2,"model":1,"b":3}"#, r#"{"a":2,"b":3}"#),
        (r#"{"model":1,"stream":2}"#, "{}"),
        (r#"{"model":1,"stream":2,"model":3}"#, "{}"),
        (r#"{"model":1,"stream":2,"a":3}"#, r#"{"a":3}"#),
        (r#"{"a":3,"model":1,"stream":2}"#, r#"{"a":3}"#),
        (r#"{"model":1,"a":3,"stream":2}"#, r#"{"a":3}"#),
        (r#"{"model":1,"a":3,"stream":2,"model":4,"b":5,"model":6}"#, r#"{"a":3,"b":5}"#),
    ] {
        assert_eq!(spliced(body, &cut), expected, "{body}");
    }
}

#[test]
fn members_are_added_behind_the_last() {
    let add = Edit::Append { name: "x\"", raw: b"[0]" };
    let both = [Edit::Cut { wanted: MODEL }, Edit::Replace { wanted: STREAM, raw: b"true" }, add];
    for (body, expected) in [
        ("{}", r#"{"stream":true,"x\"":[0]}"#),
        (" { } ", r#" {"stream":true,"x\"":[0] } "#),
        (r#"{"model":1}"#, r#"{"stream":true,"x\"":[0]}"#),
        (r#"{"model":1 , "stream" : false }"#, r#"{ "stream" : true,"x\"":[0] }"#),
        ("{\n  \"a\": 1\n}\n", "{\n  \"a\": 1,\"stream\":true,\"x\\\"\":[0]\n}\n"),
        (r#"{"a":1,"model":2}"#, r#"{"a":1,"stream":true,"x\"":[0]}"#),
    ] {
        assert_eq!(spliced(body, &both), expected, "{body}");
    }
}

#[test]
fn no_second_model_gets_through() {
    let replace = [Edit::Replace { wanted: MODEL, raw: b"\"m\"" }];
    let body = r#"{"model":1,"mod\u0065l":{"a":[2]},"a":"model","\u006dodel":3,"b":4}"#;
    assert_eq!(spliced(body, &replace), r#"{"a":"model","\u006dodel":"m","b":4}"#);
}

#[test]
fn the_last_edit_of_a_member_counts() {
    let (first, second) =
        (Edit::Replace { wanted: MODEL, raw: b"1" }, Edit::Replace { wanted: MODEL, raw: b"2" });
    let cut = Edit::Cut { wanted: MODEL };
    for body in [r#"{"model":0}"#, "{}"] {
        assert_eq!(spliced(body, &[first, second]), r#"{"model":2}"#);
        assert_eq!(spliced(body, &[second, cut]), "{}");
        assert_eq!(spliced(body, &[cut, second]), r#"{"model":2}"#);
    }
}

#[test]
fn an_untouched_body_is_one_piece() {
    let body = " {\"a\": 12345678901234567890.10 , \"model\":\"m\"}\n";
    let (scanner, _) = scanned(body.as_bytes(), &[9]);
    assert_eq!(splice(&scanner, &[]).pieces(), [Piece::Keep(0..body.len() as u64)]);
    assert_eq!(spliced(&format!("\u{FEFF}{body}"), &[]), body);
}
