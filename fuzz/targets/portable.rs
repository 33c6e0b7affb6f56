//! Requests in OpenAI's words on their way to providers that want some of it otherwise: what is written is JSON, and there is
//! nothing more to change in it.

use serde_json::Value;
use switchman::dialect::{Marks, Wording, portable};

/// Between them their lines have every word.
const PROVIDERS: [&str; 10] = [
    "openai",
    "mistral",
    "groq",
    "deepseek",
    "perplexity",
    "moonshot",
    "zai",
    "together_ai",
    "fireworks_ai",
    "openai_like",
];

pub(crate) fn run(bytes: &[u8]) -> bool {
    let mut is_read = false;
    for provider in PROVIDERS {
        let wording = Wording::at(provider, None);
        let Some(travelled) = portable(&wording, bytes) else { continue };
        is_read = true;
        // What is no Unicode in a string is for its reader to refuse.
        let read = |text: &[u8]| serde_json::from_slice::<Value>(text);
        let text = std::str::from_utf8(bytes).expect("it was read");
        let is_json = read(text.trim_start_matches('\u{FEFF}').as_bytes()).is_ok();
        assert!(!is_json || read(&travelled).is_ok(), "{}", String::from_utf8_lossy(&travelled));
        // What nothing is found in goes on as it is. Names with escapes are not looked for: nobody writes them.
        let is_unseen = is_json && !bytes.contains(&b'\\') && !Marks::of(&wording, true).is_in(bytes);
        assert!(!is_unseen || read(&travelled).ok() == read(bytes).ok(), "{provider}: {text}");
        let again = portable(&wording, &travelled).expect("what is written can be read");
        assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&travelled), "{provider}");
    }
    is_read
}
