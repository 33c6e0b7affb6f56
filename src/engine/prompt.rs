//! What a conversation is known by: its beginning, up to the first message of the user's, which stays as it grows.
//!
//! Tools are left out: where they change, nothing of a provider's cache is of use anyway. So are marks of where to cache,
//! which clients move on from turn to turn, and the difference between a text and a list of one text.

use std::num::NonZeroU64;
use std::str::from_utf8;

use crate::base::hash::key;
use crate::base::json::{Members, begun_items, items};
use crate::config::KeyOf;

/// The key of a conversation, by the bytes that its `messages` begin with. What is longer than those is known by them
/// alone. `None` if they are no list with something in it.
#[must_use]
pub fn prompt_key(bytes: &[u8]) -> Option<NonZeroU64> {
    // The last letter may be cut in two.
    let text = from_utf8(bytes).or_else(|error| from_utf8(bytes.split_at(error.valid_up_to()).0)).ok()?;
    let (whole, cut) = begun_items(text)?;
    let mut known = None;
    let mut eat = |bytes: &str| {
        known = Some(key(known.map_or(KeyOf::Prompt as u64, NonZeroU64::get), bytes.as_bytes()))
    };
    for item in whole {
        let Some(message) = Members::read(item) else { continue };
        let role = message.word("role");
        eat(role);
        content(message.get("content").unwrap_or_default(), &mut eat);
        if role == "user" {
            return known;
        }
    }
    cut.into_iter().for_each(eat);
    known
}

fn content(raw: &str, eat: &mut dyn FnMut(&str)) {
    let Some(parts) = items(raw) else { return eat(raw) };
    for part in parts {
        match Members::read(part) {
            Some(members) => match members.string("text") {
                Some(text) => eat(text),
                None => {
                    let rest = members.all().iter().filter(|(name, _)| *name != "cache_control");
                    rest.for_each(|(_, value)| eat(value));
                }
            },
            None => eat(part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(messages: &str) -> Option<NonZeroU64> {
        prompt_key(messages.as_bytes())
    }

    const FIRST: &str = r#"[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}"#;

    #[test]
    fn a_conversation_that_grows_stays_the_same() {
        let first = known(&format!("{FIRST}]"));
        assert!(first.is_some());
        let more = r#","tool_calls":[]},{"role":"user","content":"And?"}]"#;
        assert_eq!(known(&format!(r#"{FIRST},{{"role":"assistant","content":"Yes?"{more}"#)), first);
        for other in [
            r#"[{"role":"system","content":"Be brief."},{"role":"user","content":"Ho"}]"#,
            r#"[{"role":"system","content":"Be long."},{"role":"user","content":"Hi"}]"#,
            r#"[{"role":"user","content":"Hi"}]"#,
        ] {
            assert_ne!(known(other), first, "{other}");
        }
    }

    #[test]
    fn marks_and_blanks_do_not_matter() {
        let marked = r#"[ {"content": [{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],
            "role":"system"}, {"role": "user", "content": [{"type":"text","text":"Hi"}]} ]"#;
        assert_eq!(known(marked), known(&format!("{FIRST}]")));
        let image = |mark: &str| {
            format!(
                r#"[{{"role":"user","content":[{{"type":"image_url","image_url":{{"url":"a"}}{mark}}}]}}]"#
            )
        };
        assert_eq!(known(&image("")), known(&image(r#","cache_control":{}"#)));
    }

    #[test]
    fn what_is_cut_is_known_by_its_beginning() {
        let long = format!(r#"[{{"role":"user","content":"{}é{}"}}]"#, "a".repeat(50), "b".repeat(50));
        let (cut, longer) = (&long.as_bytes()[..80], long.as_bytes());
        assert_eq!(prompt_key(cut), prompt_key(&[cut, &[0xc3]].concat()), "a letter that is cut in two");
        assert_ne!(prompt_key(cut), prompt_key(longer));
        for none in ["", "[]", "{}", "null", "\"Hi\""] {
            assert_eq!(known(none), None, "{none}");
        }
    }
}
