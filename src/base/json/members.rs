//! A shallow view of JSON that is at hand: the members of one object, or the items of one list, in their order and
//! as the text that they are. What nobody looks into goes on byte for byte: the order of keys, long numbers, escapes.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Kind, string_value};

/// The members of an object: name and raw JSON.
#[derive(Debug, Default)]
pub struct Members<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Members<'a> {
    /// The members of a JSON text; `None` if it is no object, or no JSON.
    #[must_use]
    pub fn read(raw: &'a str) -> Option<Self> {
        serde_json::from_str(raw).ok()
    }

    /// The raw value of a name: of repeated ones the last, as in `JSON.parse`. `null` counts as not there.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let (_, raw) = self.0.iter().rfind(|(known, _)| known == name)?;
        Some(*raw).filter(|raw| *raw != "null")
    }

    /// The text of a member that is a string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        text(self.get(name)?)
    }

    /// The raw string of a member, quotes included, if it is a string.
    #[must_use]
    pub fn string(&self, name: &str) -> Option<&'a str> {
        self.get(name).filter(|raw| raw.starts_with('"'))
    }

    /// The members of a member that is an object.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<Members<'a>> {
        Members::read(self.get(name)?)
    }

    /// Is a member this string?
    #[must_use]
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.text(name).is_some_and(|text| text == value)
    }

    /// A member that is a whole number from 0.
    #[must_use]
    pub fn count(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }

    /// Every member, in the order of the text.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &'a str)> {
        self.0.iter().map(|(name, raw)| (&**name, *raw))
    }

    /// How many there are, repeated ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Is it `{}`?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The items of a JSON text, raw; `None` if it is no list, or no JSON.
#[must_use]
pub fn items(raw: &str) -> Option<Vec<&str>> {
    serde_json::from_str::<Items<'_>>(raw).ok().map(|items| items.0)
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
    raw.strip_prefix('"')?.strip_suffix('"')
}

/// The text of a raw string; `None` for any other value, and for what is no Unicode (half a surrogate pair).
#[must_use]
pub fn text(raw: &str) -> Option<Cow<'_, str>> {
    let inner = inside(raw)?;
    if inner.contains('\\') {
        string_value(raw.as_bytes()).map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

/// Is a raw string nothing but white space?
#[must_use]
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
    text.trim_start().starts_with('{') && is_json(text)
}

/// Is it one JSON value, and nothing else?
#[must_use]
pub fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }
            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(Reader)
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(4);
                while let Some((Name(name), raw)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    members.push((name, raw.get()));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

struct Items<'a>(Vec<&'a str>);

impl<'de> Deserialize<'de> for Items<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Items<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(raw) = seq.next_element::<&'de RawValue>()? {
                    items.push(raw.get());
                }
                Ok(Items(items))
            }
        }
        deserializer.deserialize_seq(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_their_text() {
        let text = r#" {"b": 1.50e2, "a\u0062":{"x":[1, 2]},"c":null,"c":"y","n":12345678901234567890123} "#;
        let members = Members::read(text).unwrap();
        let seen: Vec<_> = members.iter().collect();
        assert_eq!(seen[..2], [("b", "1.50e2"), ("ab", r#"{"x":[1, 2]}"#)]);
        assert_eq!((members.get("c"), members.get("n")), (Some("\"y\""), Some("12345678901234567890123")));
        assert_eq!(members.object("ab").unwrap().get("x"), Some("[1, 2]"));
        assert_eq!(items("[1, \"a\" ,{}]"), Some(vec!["1", "\"a\"", "{}"]));
        for bad in ["", "[]", "1", "{", "{}x", "{\"a\":}", "nul"] {
            assert!(Members::read(bad).is_none(), "{bad}");
        }
        assert_eq!((items("{}"), items("[1,]")), (None, None));
    }

    #[test]
    fn what_is_null_is_not_there() {
        let members = Members::read(r#"{"a":null,"b":7,"c":"x"}"#).unwrap();
        assert_eq!((members.get("a"), members.count("b"), members.count("c")), (None, Some(7), None));
        assert!(members.is("c", "x") && !members.is("b", "7"));
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
