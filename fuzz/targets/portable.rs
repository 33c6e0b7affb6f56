//! Transcripts that travel: what is left of one is JSON, and there is nothing more to take away.

use serde_json::Value;
use switchman::dialect::portable;

const PROVIDERS: [&str; 4] = ["openai", "mistral", "groq", "openai_like"];

pub(crate) fn run(bytes: &[u8]) -> bool {
    let mut is_read = false;
    for provider in PROVIDERS {
        let Some(travelled) = portable(provider, bytes) else { continue };
        is_read = true;
        // What is no Unicode in a string is for its reader to refuse.
        let read = |text: &[u8]| serde_json::from_slice::<Value>(text).ok();
        let text = std::str::from_utf8(bytes).expect("it was read");
        let before = read(text.trim_start_matches('\u{FEFF}').as_bytes());
        assert_eq!(read(&travelled).is_some(), before.is_some());
        assert_eq!(portable(provider, &travelled).as_deref(), Some(&*travelled), "once is enough");
    }
    is_read
}
