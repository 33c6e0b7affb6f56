//! A request body as windows: the scan, the splice, the skeleton, and what the router reads of it.

use serde_json::Value;
use serde_json::value::RawValue;
use switchman::base::hash::checksum;
use switchman::base::json::{Edit, ScanError, Scanner, Skeleton, Wanted, splice};
use switchman::engine::{Facts, prompt_key};

use super::pieces::{alike, grown};

#[path = "../../tests/scan/pairs.rs"]
mod pairs;
#[path = "../../tests/scan/reference.rs"]
mod reference;

use pairs::Pairs;
use reference::is_acceptable;

static WANTED: [Wanted; 4] = [
    Wanted { name: "model", capture: 4_096 },
    Wanted { name: "stream", capture: 8 },
    Wanted { name: "messages", capture: 0 },
    Wanted { name: "metadata", capture: 100 },
];

pub(crate) fn run(bytes: &[u8]) -> bool {
    let bytes = grown(bytes);
    skeleton(&bytes);
    facts(&bytes);
    let _ = prompt_key(&bytes);
    let (members, outcome) = alike(&bytes, |windows| {
        let scanner = scanned(windows);
        (scanner.1.is_ok().then(|| scanner.0.members().to_vec()), scanner.1)
    });
    let is_bounded = !matches!(outcome, Err(ScanError::TooDeep { .. } | ScanError::TooManyDuplicates { .. }));
    assert_eq!(outcome.is_ok(), is_acceptable(&bytes) && is_bounded, "{outcome:?}");
    if outcome.is_ok() {
        spliced(&bytes);
    }
    members.is_some_and(|members| !members.is_empty())
}

fn scanned(windows: &mut dyn Iterator<Item = &[u8]>) -> (Scanner, Result<(), ScanError>) {
    let mut scanner = Scanner::new(&WANTED);
    windows.for_each(|window| scanner.push(window));
    let outcome = scanner.finish();
    (scanner, outcome)
}

/// Edits come to the same as in a list of pairs.
fn spliced(body: &[u8]) {
    let (scanner, _) = scanned(&mut [body].into_iter());
    let untouched = splice(&scanner, &[]).apply(body);
    assert_eq!(untouched, body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body));
    // What the scan leaves to the upstream may be no JSON below the top level.
    let Ok(Pairs(mut expected)) = serde_json::from_slice::<Pairs>(&untouched) else { return };

    let choice = checksum(body);
    let mut edits = vec![Edit::Append { name: "x\"", raw: b"[0]" }];
    for (wanted, member) in WANTED.iter().enumerate() {
        match choice >> (8 * wanted) & 7 {
            0..2 => edits.push(Edit::Cut { wanted }),
            2..4 => edits.push(Edit::Replace { wanted, raw: b"1" }),
            4 => edits.push(Edit::Rename { wanted, name: "y" }),
            5 if has_items(&expected, member.name) => edits.push(Edit::Extend { wanted, raw: b"{}" }),
            _ => {}
        }
    }
    let plan = splice(&scanner, &edits);
    let written = plan.apply(body);
    assert_eq!(plan.out_len(), written.len() as u64);
    edits.iter().for_each(|edit| edited(&mut expected, *edit));
    let found =
        serde_json::from_slice::<Pairs>(&written).unwrap_or_else(|error| panic!("{error}: {edits:?}"));
    assert_eq!(found, Pairs(expected), "{edits:?}");
}

/// Only such a member can be extended.
fn has_items(pairs: &[(String, String)], name: &str) -> bool {
    let found = pairs.iter().rfind(|(known, _)| known == name);
    found.is_some_and(|(_, raw)| {
        serde_json::from_str::<Vec<Box<RawValue>>>(raw).is_ok_and(|list| !list.is_empty())
    })
}

fn edited(pairs: &mut Vec<(String, String)>, edit: Edit<'_>) {
    let name = |wanted: usize| WANTED[wanted].name;
    let last = |pairs: &[(String, String)], name: &str| pairs.iter().rposition(|(known, _)| known == name);
    let alone = |pairs: &mut Vec<(String, String)>, wanted: usize| {
        let kept = last(pairs, name(wanted))?;
        let mut at = 0;
        pairs.retain(|(known, _)| {
            at += 1;
            known != name(wanted) || at == kept + 1
        });
        last(pairs, name(wanted))
    };
    let text = |raw: &[u8]| String::from_utf8_lossy(raw).into_owned();
    match edit {
        Edit::Cut { wanted } => pairs.retain(|(known, _)| known != name(wanted)),
        Edit::Replace { wanted, raw } => match alone(pairs, wanted) {
            Some(at) => pairs[at].1 = text(raw),
            None => pairs.push((name(wanted).to_owned(), text(raw))),
        },
        Edit::Rename { wanted, name } => {
            if let Some(at) = alone(pairs, wanted) {
                pairs[at].0 = name.to_owned();
            }
        }
        Edit::Extend { wanted, raw } => {
            let Some(at) = last(pairs, name(wanted)) else { return };
            let end = pairs[at].1.len() - 1;
            pairs[at].1.insert_str(end, &format!(",{}", text(raw)));
        }
        Edit::Append { name, raw } => pairs.push((name.to_owned(), text(raw))),
    }
}

/// What is cut out of a body can be put back, and what is left is JSON where the body is.
fn skeleton(body: &[u8]) {
    let is_json = serde_json::from_slice::<Value>(body).is_ok();
    alike(body, |windows| {
        let mut skeleton = Skeleton::default();
        windows.for_each(|window| skeleton.push(window));
        let bones = skeleton.finish();
        assert!(bones.expand(bones.json.clone()).apply(body) == body, "the body does not come back");
        assert!(!is_json || serde_json::from_slice::<Value>(&bones.json).is_ok(), "no JSON is left");
    });
}

fn facts(body: &[u8]) {
    let facts = alike(body, |windows| {
        let mut scanner = Scanner::new(request_members());
        windows.for_each(|window| scanner.push(window));
        Facts::read(scanner).map(|facts| (facts.model, facts.stream, facts.usage_asked, facts.is_text))
    });
    if let Ok((model, ..)) = facts {
        assert!(!model.is_empty());
    }
}

fn request_members() -> switchman::base::json::Table {
    let config = super::config::small();
    switchman::engine::request_members(&config, &[])
}
