//! Looking for a text in a text.
//!
//! Not here: splitting at a character, for which the standard library's methods serve. Its search for a text brings
//! 4 KB of code, made for texts so long and so regular that nobody here looks for them; `str::contains` brings it even
//! where it is asked for one character.

use memchr::memchr;

/// Where `part` begins in `text` for the first time.
#[must_use]
pub fn find(text: &str, part: &str) -> Option<usize> {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    let Some(first) = part.first() else { return Some(0) };
    let mut from = 0;
    loop {
        let rest = text.get(from..)?;
        let at = memchr(*first, rest)?;
        if rest.get(at..)?.starts_with(part) {
            return Some(from + at);
        }
        from += at + 1;
    }
}

/// Does an ASCII character stand somewhere in `text`?
#[must_use]
pub fn has(text: &str, character: u8) -> bool {
    text.as_bytes().contains(&character)
}

/// Is `part` somewhere in `text`?
#[must_use]
pub fn contains(text: &str, part: &str) -> bool {
    find(text, part).is_some()
}

/// What is before and behind the first `mark`.
#[must_use]
pub fn split<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let at = find(text, mark)?;
    Some((text.get(..at)?, text.get(at + mark.len()..)?))
}

/// What is before and behind the first of an ASCII character; without one, all and nothing.
#[must_use]
#[inline(never)]
pub fn cut(text: &str, character: u8) -> (&str, &str) {
    let at = text.bytes().position(|byte| byte == character).unwrap_or(text.len());
    (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default())
}

/// Is a word one of those of a list with commas?
#[must_use]
#[inline(never)]
pub fn is_listed(list: &str, word: &str) -> bool {
    let mut rest = list;
    while !rest.is_empty() {
        let (known, behind) = cut(rest, b',');
        if known == word {
            return true;
        }
        rest = behind;
    }
    false
}

/// Puts `mask` in the place of every `part`. An empty part is nowhere.
pub fn mask(text: &mut String, part: &str, mask: &str) {
    if part.is_empty() || !contains(text, part) {
        return;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, behind)) = split(rest, part) {
        out.push_str(before);
        out.push_str(mask);
        rest = behind;
    }
    out.push_str(rest);
    *text = out;
}

/// A name out of a request, for a message: its first 100 characters, and none that would begin a line of a log.
#[must_use]
pub fn named(name: &str) -> String {
    name.chars().take(100).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_a_list_is_a_whole_one() {
        assert_eq!(
            (cut("a>b>c", b'>'), cut("ä", b'>'), cut("a>", b'>')),
            (("a", "b>c"), ("ä", ""), ("a", ""))
        );
        for (list, word, is_one) in
            [("a,bc,d", "bc", true), ("a,bc", "b", false), ("abc", "abc", true), ("", "", false)]
        {
            assert_eq!(is_listed(list, word), is_one, "{word} in {list}");
        }
    }

    #[test]
    fn the_same_is_found_as_by_the_standard_library() {
        for text in ["", "a", "ab", "aab", "aaab", "abab", "äöü", "aöbö", "a: b: c"] {
            for part in ["", "a", "b", "ab", "aab", "ö", "bö", ": ", "abc"] {
                assert_eq!(find(text, part), text.find(part), "{part} in {text}");
                assert_eq!(split(text, part), text.split_once(part), "{part} in {text}");
                let mut masked = text.to_owned();
                mask(&mut masked, part, "*");
                let expected = if part.is_empty() { text.to_owned() } else { text.replace(part, "*") };
                assert_eq!(masked, expected, "{part} in {text}");
            }
        }
    }
    #[test]
    fn a_name_in_a_message_is_short_and_one_line() {
        assert_eq!(named("gpt-4o\r\n\u{1b}[2J\u{85}é"), "gpt-4o\u{fffd}\u{fffd}\u{fffd}[2J\u{fffd}é");
        assert_eq!(named(&"é".repeat(500)).chars().count(), 100);
    }
}
