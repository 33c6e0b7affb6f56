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

fn replay(name: &str, target: Target, least: (usize, usize)) {
    let inputs = inputs(name);
    let mut understood = 0;
    for input in &inputs {
        // The name of the test says which target; this says which input, if it fails.
        let shown = String::from_utf8_lossy(input).into_owned();
        let told = std::panic::catch_unwind(|| target(input));
        understood += usize::from(told.unwrap_or_else(|_| panic!("{name} fails on {shown:?}")));
    }
    assert!(inputs.len() >= least.0, "{name} has {} inputs", inputs.len());
    assert!(understood >= least.1, "{name} understands {understood} of {} inputs", inputs.len());
}

macro_rules! replays {
    ($($name:ident $inputs:literal $understood:literal)*) => {
        $(
            #[test]
            fn $name() {
                let name = stringify!($name);
                let (_, target) = targets::ALL.iter().find(|(known, _)| *known == name).unwrap();
                replay(name, *target, ($inputs, $understood));
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

// How many inputs there are of a target at least, and of how many something comes: else a corpus has been lost, or its inputs do
// not get past the first check any more.
replays! {
    sse 15 12
    headers 80 30
    json 100 45
    body 140 60
    openai 90 30
    anthropic_request 190 100
    anthropic_answer 90 15
    gemini_request 160 70
    gemini_answer 80 25
    portable 80 20
    errors 90 90
    config 170 8
    saved 50 15
    store 80 15
}
