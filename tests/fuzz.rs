//! The fuzzer's targets over the inputs that it has found so far (`fuzz/corpus`), in seconds; `npm run fuzz` looks for more.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../fuzz/targets/mod.rs"]
mod targets;

use std::fs;
use std::path::{Path, PathBuf};

use targets::Target;

/// So many inputs there are of a target at least, and of so many something comes: else a corpus has been lost, or its inputs
/// do not get past the first check any more.
const LEAST: (usize, usize) = (40, 12);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
}

/// A line is a JSON string, and a byte the low eight bits of a character.
fn inputs(name: &str) -> Vec<Vec<u8>> {
    let text = fs::read_to_string(folder().join(name).with_extension("jsonl")).unwrap();
    let bytes = |line: &str| {
        let text: String = serde_json::from_str(line).unwrap();
        text.chars().map(|char| u32::from(char).to_le_bytes()[0]).collect()
    };
    text.lines().map(bytes).collect()
}

fn replay(name: &str, target: Target) {
    let inputs = inputs(name);
    let mut understood = 0;
    for input in &inputs {
        // The name of the test says which target; this says which input, if it fails.
        let shown = String::from_utf8_lossy(input).into_owned();
        let told = std::panic::catch_unwind(|| target(input));
        understood += usize::from(told.unwrap_or_else(|_| panic!("{name} fails on {shown:?}")));
    }
    assert!(inputs.len() >= LEAST.0, "{name} has {} inputs", inputs.len());
    assert!(understood >= LEAST.1, "{name} understands {understood} of {} inputs", inputs.len());
}

macro_rules! replays {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let name = stringify!($name);
                let (_, target) = targets::ALL.iter().find(|(known, _)| *known == name).unwrap();
                replay(name, *target);
            }
        )*

        #[test]
        fn every_target_is_replayed_and_no_corpus_is_of_none() {
            let mut replayed = [$(stringify!($name)),*];
            let mut known = targets::ALL.map(|(name, _)| name);
            replayed.sort_unstable();
            known.sort_unstable();
            assert_eq!(replayed, known);
            let files = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
            let mut stems: Vec<String> = files.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
            stems.sort_unstable();
            assert_eq!(stems, known);
        }
    };
}

replays! {
    sse headers json body openai anthropic_request anthropic_answer gemini_request gemini_answer portable errors config saved
    store
}
