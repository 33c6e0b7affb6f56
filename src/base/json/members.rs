//! A shallow view of JSON that is at hand: the members of one object, or the items of one list, in their order and
//! as the text that they are. What nobody looks into goes on byte for byte: the order of keys, long numbers, escapes.
//!
//! A text is checked once, as a whole ([`is_json`]); after that its parts are found by their quotes and brackets alone.
//! `serde_json`'s raw values check every level anew, and take three times as long for an event of a stream.

use std::borrow::Cow;

use memchr::memchr2;

use super::{Kind, is_json, string_value};
use crate::base::text::has;

/// The members of an object: names, without their quotes and with their escapes, and raw values.
#[derive(Debug, Default)]
pub struct Members<'a> {
    all: Vec<(&'a str, &'a str)>,
    /// Is a name written with escapes? Nobody does so, and looking for them would take most of what a look-up takes.
    is_escaped: bool,
}

impl<'a> Members<'a> {
    /// The members of a JSON text that nobody has checked; `None` if it is no object, or no JSON.
    #[must_use]
    pub fn check(text: &'a str) -> Option<Self> {
        if is_json(text) { Self::read(text.trim_ascii_start()) } else { None }
    }

    /// The members of a raw value, which is a part of a text that was checked; `None` if it is no object.
    #[must_use]
    #[inline(never)]
    pub fn read(raw: &'a str) -> Option<Self> {
        let mut members = Self { all: Vec::with_capacity(4), is_escaped: false };
        let mut cursor = Cursor::inside(raw, b'{')?;
        while !cursor.ends() {
            let name = inside(cursor.value()?)?;
            cursor.pass();
            members.is_escaped |= has(name, b'\\');
            members.all.push((name, cursor.value()?));
        }
        Some(members)
    }

    /// The raw value of a name: of repeated ones the last, as in `JSON.parse`. `null` counts as not there.
    #[must_use]
    #[inline(never)]
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let is_name = |known: &str| known == name || (self.is_escaped && unescaped(known) == name);
        let (_, raw) = self.all.iter().rfind(|(known, _)| is_name(known))?;
        Some(*raw).filter(|raw| *raw != "null")
    }

    /// The text of a member that is a string.
    #[must_use]
    #[inline(never)]
    pub fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        text(self.get(name)?)
    }

    /// The raw string of a member, quotes included, if it is a string.
    #[must_use]
    #[inline(never)]
    pub fn string(&self, name: &str) -> Option<&'a str> {
        self.get(name).filter(|raw| raw.as_bytes().first() == Some(&b'"'))
    }

    /// The members of a member that is an object.
    #[must_use]
    #[inline(never)]
    pub fn object(&self, name: &str) -> Option<Members<'a>> {
        Members::read(self.get(name)?)
    }

    /// The items of a member that is a list; none if it is anything else.
    #[must_use]
    #[inline(never)]
    pub fn list(&self, name: &str) -> Vec<&'a str> {
        self.get(name).and_then(items).unwrap_or_default()
    }

    /// The members of a member that is an object; none if it is anything else.
    #[must_use]
    #[inline(never)]
    pub fn inner(&self, name: &str) -> Self {
        self.object(name).unwrap_or_default()
    }

    /// A member that is one of a few words, which nobody writes with escapes; empty if it is no string.
    #[must_use]
    #[inline(never)]
    pub fn word(&self, name: &str) -> &'a str {
        self.get(name).and_then(inside).unwrap_or_default()
    }

    /// A member that is a whole number from 0.
    #[must_use]
    #[inline(never)]
    pub fn count(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }

    /// Every member, in the order of the text; names as they are written, so that [`Writer::key`](super::Writer::key)
    /// writes them again.
    #[must_use]
    pub fn all(&self) -> &[(&'a str, &'a str)] {
        &self.all
    }

    /// How many there are, repeated ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Is it `{}`?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// The items of a raw value, which is a part of a text that was checked; `None` if it is no list.
#[must_use]
#[inline(never)]
pub fn items(raw: &str) -> Option<Vec<&str>> {
    begun_items(raw).and_then(|(items, is_cut)| is_cut.is_none().then_some(items))
}

/// The whole items at the beginning of a list that may be cut, and what is there of the one where it is.
#[must_use]
#[inline(never)]
pub fn begun_items(raw: &str) -> Option<(Vec<&str>, Option<&str>)> {
    let mut items = Vec::new();
    let mut cursor = Cursor::inside(raw, b'[')?;
    while !cursor.ends() {
        let from = cursor.at;
        match cursor.value() {
            Some(item) => items.push(item),
            None => return Some((items, raw.get(from..))),
        }
    }
    Some((items, None))
}

/// A place between the values of an object or a list.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    #[inline(always)]
    fn inside(raw: &'a str, bracket: u8) -> Option<Self> {
        (raw.as_bytes().first() == Some(&bracket)).then_some(Self { text: raw, at: 1 })
    }

    #[inline(always)]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over what may stand between values.
    #[inline(always)]
    fn pass(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b':')) {
            self.at += 1;
        }
    }

    /// Is there no other value?
    #[inline(always)]
    fn ends(&mut self) -> bool {
        self.pass();
        matches!(self.byte(), None | Some(b'}' | b']'))
    }

    /// The value here.
    fn value(&mut self) -> Option<&'a str> {
        let from = self.at;
        let mut depth = 0_u32;
        loop {
            match self.byte()? {
                b'"' => self.string()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                // A number or a word, or what stands between values further in.
                _ => {
                    while let Some(byte) = self.byte() {
                        let is_bracket = matches!(byte, b'"' | b'{' | b'[' | b'}' | b']');
                        let is_between = matches!(byte, b',' | b' ' | b'\t' | b'\n' | b'\r' | b':');
                        if is_bracket || (depth == 0 && is_between) {
                            break;
                        }
                        self.at += 1;
                    }
                }
            }
            if depth == 0 {
                return self.text.get(from..self.at).filter(|value| !value.is_empty());
            }
        }
    }

    /// Passes over a string.
    #[inline(always)]
    fn string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            let is_mark = |byte: &u8| matches!(byte, b'"' | b'\\');
            // Most strings are shorter than what a search costs before it begins.
            let found = match rest.iter().take(24).position(is_mark) {
                None => memchr2(b'"', b'\\', rest)?,
                Some(found) => found,
            };
            let is_end = rest.get(found) == Some(&b'"');
            self.at += found + if is_end { 1 } else { 2 };
            if is_end {
                return Some(());
            }
        }
    }
}

/// What sort of value a raw JSON text is.
#[must_use]
pub fn kind(raw: &str) -> Kind {
    match raw.as_bytes().first() {
        Some(b'"') => Kind::String,
        Some(b'{') => Kind::Object,
        Some(b'[') => Kind::Array,
        Some(b't') => Kind::True,
        Some(b'f') => Kind::False,
        Some(b'n') | None => Kind::Null,
        Some(_) => Kind::Number,
    }
}

/// A raw string without its quotes, its escapes left as they are; `None` for any other value.
#[must_use]
pub fn inside(raw: &str) -> Option<&str> {
    // By pattern: stripping a character writes it as UTF-8 first.
    match raw.as_bytes() {
        [b'"', .., b'"'] => raw.get(1..raw.len() - 1),
        _ => None,
    }
}

/// The text of a raw string; `None` for any other value, and for what is no Unicode (half a surrogate pair).
#[must_use]
#[inline(never)]
pub fn text(raw: &str) -> Option<Cow<'_, str>> {
    let inner = inside(raw)?;
    if has(inner, b'\\') { string_value(raw.as_bytes()).map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
}

/// A name without its escapes.
#[must_use]
pub fn unescaped(name: &str) -> Cow<'_, str> {
    match has(name, b'\\') {
        true => {
            text(&format!("\"{name}\"")).map_or(Cow::Borrowed(name), |name| Cow::Owned(name.into_owned()))
        }
        false => Cow::Borrowed(name),
    }
}

/// Is a raw string nothing but white space?
#[must_use]
#[inline(never)]
pub fn is_blank(raw: &str) -> bool {
    let Some(inner) = inside(raw) else { return false };
    match inner.chars().next() {
        None => true,
        Some(first) if first == '\\' || first.is_whitespace() => {
            text(raw).is_some_and(|text| text.trim().is_empty())
        }
        Some(_) => false,
    }
}

/// Is it one JSON object, and nothing else?
#[must_use]
pub fn is_object(text: &str) -> bool {
    text.trim_ascii_start().starts_with('{') && is_json(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_their_text() {
        let text = r#" {"b": 1.50e2, "a\u0062":{"x":[1, 2]},"c":null,"c":"y","n":12345678901234567890123} "#;
        let members = Members::check(text).unwrap();
        assert_eq!(members.all()[..2], [("b", "1.50e2"), (r"a\u0062", r#"{"x":[1, 2]}"#)]);
        assert_eq!((members.get("c"), members.get("n")), (Some("\"y\""), Some("12345678901234567890123")));
        assert_eq!(members.object("ab").unwrap().get("x"), Some("[1, 2]"));
        assert_eq!(items("[1, \"a\" ,{}]"), Some(vec!["1", "\"a\"", "{}"]));
        for bad in ["", "[]", "1", "{", "{}x", "{\"a\":}", "nul", "{\"a\" 1}", "{\"a\":01}"] {
            assert!(Members::check(bad).is_none(), "{bad}");
        }
        assert_eq!((items("{}"), items("[]")), (None, Some(Vec::new())));
        assert_eq!(begun_items(r#"[1,{"a":2},{"b""#), Some((vec!["1", r#"{"a":2}"#], Some(r#"{"b""#))));
        assert_eq!((items("[[1]"), items("[1,[")), (Some(vec!["[1]"]), None));
        assert!(Members::read("{}").unwrap().is_empty());
        let nested = r#"{"a":[ {"b":"]}\"\\"} , 2 ],"c" : "d" ,"e":[[],{}]}"#;
        let expected = [("a", r#"[ {"b":"]}\"\\"} , 2 ]"#), ("c", r#""d""#), ("e", "[[],{}]")];
        assert_eq!(Members::check(nested).unwrap().all(), expected);
    }

    #[test]
    fn what_is_null_is_not_there() {
        let members = Members::read(r#"{"a":null,"b":7,"c":"x"}"#).unwrap();
        assert_eq!((members.get("a"), members.count("b"), members.count("c")), (None, Some(7), None));
        assert_eq!((members.word("c"), members.word("b"), members.word("a")), ("x", "", ""));
    }

    #[test]
    fn strings_are_read_only_where_they_must_be() {
        assert!(matches!(text("\"plain é\""), Some(Cow::Borrowed("plain é"))));
        assert_eq!(text(r#""a\n\u00e9""#).as_deref(), Some("a\né"));
        assert_eq!((text("1"), text(r#""\ud800""#)), (None, None));
        for blank in [r#""""#, r#""  ""#, r#""\n\t \u00a0""#] {
            assert!(is_blank(blank), "{blank}");
        }
        for full in [r#""a""#, r#"" a""#, r#""\"""#, r#""\ud800""#, "1"] {
            assert!(!is_blank(full), "{full}");
        }
        assert!(is_object(" {\"a\":1} ") && !is_object("[]") && !is_object("{\"a\":1") && !is_object("{}{}"));
    }
}
