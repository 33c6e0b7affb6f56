//! JSON that is at hand, as a tree: for the few small texts that are looked into. A deserialiser for all types takes
//! four times the code, and reads floats to the last bit, which nobody here asks of them.

use serde_json::{Map, Number, Value};

use super::MAX_DEPTH;
use super::key::Key;
use super::number::Number as Grammar;
use crate::base::decimal::decimal;

/// The value that a JSON text is; `None` if it is none. Of repeated members the last counts, and a string that holds
/// half a surrogate pair is no string. Numbers beyond 64 bits are floats, good to 15 digits.
#[must_use]
pub fn value(text: &[u8]) -> Option<Value> {
    whole(text, |reader| reader.value(MAX_DEPTH))
}

/// Is it one JSON value, and nothing else? Half a surrogate pair passes, as it does in JavaScript.
#[must_use]
pub fn is_json(text: &str) -> bool {
    whole(text.as_bytes(), |reader| reader.pass(MAX_DEPTH)).is_some()
}

fn whole<T>(text: &[u8], read: impl FnOnce(&mut Reader<'_>) -> Option<T>) -> Option<T> {
    let mut reader = Reader(text);
    let read = read(&mut reader)?;
    reader.space();
    reader.0.is_empty().then_some(read)
}

/// What is still to be read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn value(&mut self, depth: u32) -> Option<Value> {
        self.space();
        Some(match self.0.first()? {
            b'"' => Value::String(self.string()?),
            b'{' => {
                let mut members = Map::new();
                self.list(b'}', depth, &mut |reader, depth| {
                    reader.space();
                    let name = reader.string()?;
                    reader.colon()?;
                    members.insert(name, reader.value(depth)?);
                    Some(())
                })?;
                Value::Object(members)
            }
            b'[' => {
                let mut items = Vec::new();
                self.list(b']', depth, &mut |reader, depth| {
                    items.push(reader.value(depth)?);
                    Some(())
                })?;
                Value::Array(items)
            }
            b't' | b'f' | b'n' => self.literal()?,
            _ => {
                let text = self.digits()?;
                // Minus zero is no integer.
                let whole = text.parse::<i64>().ok().filter(|_| text != "-0").map(Number::from);
                let number = whole.or_else(|| text.parse::<u64>().ok().map(Number::from));
                Value::Number(number.or_else(|| decimal(text).and_then(Number::from_f64))?)
            }
        })
    }

    /// Reads over a value.
    fn pass(&mut self, depth: u32) -> Option<()> {
        self.space();
        match self.0.first()? {
            b'"' => self.pass_string(),
            b'{' => self.pass_list(b'}', depth),
            b'[' => self.pass_list(b']', depth),
            b't' | b'f' | b'n' => self.literal().map(drop),
            _ => self.digits().map(drop),
        }
    }

    /// What stands in brackets, its parts separated by commas.
    fn list(
        &mut self,
        close: u8,
        depth: u32,
        part: &mut dyn FnMut(&mut Self, u32) -> Option<()>,
    ) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        self.skip(1);
        self.space();
        if self.byte(close).is_some() {
            return Some(());
        }
        loop {
            part(self, depth)?;
            self.space();
            if self.byte(close).is_some() {
                return Some(());
            }
            self.byte(b',')?;
        }
    }

    /// As [`Reader::list`], for what nobody keeps. Apart from it, because every event of a stream goes through here.
    fn pass_list(&mut self, close: u8, depth: u32) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        self.skip(1);
        self.space();
        if self.byte(close).is_some() {
            return Some(());
        }
        loop {
            if close == b'}' {
                self.space();
                self.pass_string()?;
                self.colon()?;
            }
            self.pass(depth)?;
            self.space();
            if self.byte(close).is_some() {
                return Some(());
            }
            self.byte(b',')?;
        }
    }

    #[inline(always)]
    fn colon(&mut self) -> Option<()> {
        self.space();
        self.byte(b':')
    }

    fn literal(&mut self) -> Option<Value> {
        let (text, value): (&[u8], Value) = match self.0.first()? {
            b't' => (b"true", Value::Bool(true)),
            b'f' => (b"false", Value::Bool(false)),
            _ => (b"null", Value::Null),
        };
        self.take(text).map(|()| value)
    }

    /// The inside of a string, and whether it has escapes.
    fn raw_string(&mut self) -> Option<(&'a [u8], bool)> {
        self.byte(b'"')?;
        let mut has_escapes = false;
        let mut bytes = self.0.iter();
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' => break,
                b'\\' => {
                    has_escapes = true;
                    bytes.next();
                }
                0..0x20 => return None,
                _ => {}
            }
        }
        let (raw, _) = self.0.split_at_checked(self.0.len().checked_sub(bytes.len() + 1)?)?;
        self.skip(raw.len());
        self.byte(b'"')?;
        Some((raw, has_escapes))
    }

    fn string(&mut self) -> Option<String> {
        let (raw, has_escapes) = self.raw_string()?;
        if !has_escapes {
            return std::str::from_utf8(raw).ok().map(str::to_owned);
        }
        let mut text = Key::default();
        text.begin(usize::MAX);
        text.push(raw).ok()?;
        String::from_utf8(text.finish().ok()??.to_vec()).ok()
    }

    fn pass_string(&mut self) -> Option<()> {
        let (raw, has_escapes) = self.raw_string()?;
        if has_escapes {
            let mut text = Key::default();
            text.push(raw).ok()?;
            text.finish().ok()?;
        }
        Some(())
    }

    /// The text of a number.
    fn digits(&mut self) -> Option<&'a str> {
        let text = self.0;
        let mut number = Grammar::default();
        let mut len = 0;
        for &byte in text {
            let next = if len == 0 { Grammar::begin(byte) } else { number.then(byte) };
            let Some(next) = next else { break };
            number = next;
            len += 1;
        }
        self.skip(len);
        std::str::from_utf8(text.get(..len)?).ok().filter(|_| number.is_whole())
    }

    /// Takes a byte that must come next. By pattern: what the standard library strips it with calls three functions
    /// where code is kept small.
    #[inline(always)]
    fn byte(&mut self, byte: u8) -> Option<()> {
        match self.0 {
            [first, rest @ ..] if *first == byte => {
                self.0 = rest;
                Some(())
            }
            _ => None,
        }
    }

    /// Takes a text that must come next; leaves all as it is if it does not.
    fn take(&mut self, text: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    #[inline(always)]
    fn space(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.0 {
            self.0 = rest;
        }
    }

    #[inline(always)]
    fn skip(&mut self, len: usize) {
        self.0 = self.0.get(len..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;

    fn same(text: &[u8]) {
        let shown = String::from_utf8_lossy(text);
        assert_eq!(value(text), serde_json::from_slice(text).ok(), "{shown}");
    }

    #[test]
    fn what_is_read_is_what_serde_json_reads() {
        for text in [
            "null",
            "true",
            "false",
            " [] ",
            "{}",
            "[1,2]",
            "{\"a\":1,\"b\":[{}]}",
            "{\"a\":1,\"a\":2}",
            "\"\"",
            "\"a\\n\\u00e9\\ud83d\\ude00\\/\\\"\"",
            "\"é😀\"",
            "0",
            "-0",
            "-1",
            "12.5",
            "1e3",
            "1E-2",
            "-2.5e+1",
            "18446744073709551615",
            "-9223372036854775808",
            "1e22",
            "0.1",
            "[ 1 , 2 ]",
            "{ \"a\" : { } }",
        ] {
            same(text.as_bytes());
        }
        for text in [
            "",
            " ",
            "nul",
            "truex",
            "[",
            "]",
            "[1,]",
            "[,]",
            "[1 2]",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "{\"a\":1,}",
            "{,}",
            "1 2",
            "01",
            "-",
            "1.",
            ".5",
            "1e",
            "+1",
            "--1",
            "\"",
            "\"\\",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\"\\ud800x\"",
            "\"a\nb\"",
            "\"\\\"",
            "1e400",
            "NaN",
            "[1}",
            "{\"a\":1]",
        ] {
            assert_eq!(value(text.as_bytes()), None, "{text}");
            same(text.as_bytes());
        }
        same(b"\"\xff\"");
        same(b"{\"\xff\":1}");
    }

    #[test]
    fn what_passes_is_what_serde_json_lets_pass() {
        for text in [
            "{\"a\":[1,\"\\ud800\",{}]}",
            " null ",
            "\"\\u12\"",
            "\"\\x\"",
            "[1,]",
            "{\"a\" 1}",
            "1 1",
            "\"",
            "",
        ] {
            assert_eq!(is_json(text), serde_json::from_str::<IgnoredAny>(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| [b"[".repeat(depth), b"]".repeat(depth)].concat();
        assert!(value(&nested(MAX_DEPTH as usize)).is_some());
        assert!(value(&nested(MAX_DEPTH as usize + 1)).is_none());
        assert!(value(&b"[".repeat(1_000_000)).is_none());
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_serde_json_reads_it(text in "[\\[\\]{}:,\"\\\\ un0-9.eE+-]{0,24}") {
            // But for the last bit of a float.
            prop_assert_eq!(is_json(&text), serde_json::from_str::<IgnoredAny>(&text).is_ok());
            let plain = |value: Option<Value>| value.map(|value| value.to_string()).filter(|text| !text.contains('.'));
            let (ours, theirs) = (value(text.as_bytes()), serde_json::from_str(&text).ok());
            prop_assert_eq!(ours.is_some(), theirs.is_some());
            prop_assert_eq!(plain(ours), plain(theirs));
        }
    }
}
