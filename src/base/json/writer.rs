//! Writes JSON piece by piece. Commas are put where they belong; whoever writes keeps the brackets in pairs.

use super::scalar::quote;

/// A JSON text that is being written.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// Nothing written, in memory that is there.
    #[must_use]
    pub fn on(mut memory: Vec<u8>) -> Self {
        memory.clear();
        Self(memory)
    }

    /// A comma, if a whole value stands before.
    #[inline(never)]
    fn part(&mut self) -> &mut Vec<u8> {
        // A whole value ends in none of these: a string ends in its quote.
        if self.0.last().is_some_and(|last| !matches!(last, b'{' | b'[' | b':' | b',')) {
            self.0.push(b',');
        }
        &mut self.0
    }

    /// The name of a member, which needs no escapes. Its value is next.
    #[inline(never)]
    pub fn key(&mut self, name: &str) -> &mut Self {
        self.part().push(b'"');
        self.push(name).push("\":")
    }

    /// The next value or item, or the beginning of one: it is JSON already.
    #[inline(never)]
    pub fn raw(&mut self, json: &str) -> &mut Self {
        self.part().extend_from_slice(json.as_bytes());
        self
    }

    /// The next value: a text.
    #[inline(never)]
    pub fn text(&mut self, text: &str) -> &mut Self {
        quote(self.part(), text);
        self
    }

    /// The next value: a number.
    #[inline(never)]
    pub fn number(&mut self, number: u64) -> &mut Self {
        let mut digits = [0_u8; 20];
        let mut rest = number;
        let mut from = digits.len();
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
            from -= 1;
            if rest == 0 {
                break;
            }
        }
        self.part().extend_from_slice(digits.get(from..).unwrap_or_default());
        self
    }

    /// A member whose value is JSON already.
    #[inline(never)]
    pub fn member(&mut self, name: &str, json: &str) -> &mut Self {
        self.key(name).raw(json)
    }

    /// A member whose value is a string: its inside, escapes and all.
    #[inline(never)]
    pub fn inside(&mut self, name: &str, inside: &str) -> &mut Self {
        self.key(name).push("\"").push(inside).push("\"")
    }

    /// A member whose value is a list of what another writer holds.
    #[inline(never)]
    pub fn list(&mut self, name: &str, items: &Self) -> &mut Self {
        self.key(name).raw("[").append(items).push("]")
    }

    /// Bytes as they are, without a comma: the rest of a value, a bracket that closes.
    #[inline(never)]
    pub fn push(&mut self, json: &str) -> &mut Self {
        self.0.extend_from_slice(json.as_bytes());
        self
    }

    /// Takes a closing bracket back, so that another member can follow.
    pub fn reopen(&mut self) -> &mut Self {
        self.0.pop_if(|last| matches!(last, b'}' | b']'));
        self
    }

    /// Everything written by another writer, as the next items.
    #[inline(never)]
    pub fn append(&mut self, other: &Self) -> &mut Self {
        if !other.is_empty() {
            self.part().extend_from_slice(&other.0);
        }
        self
    }

    /// Puts JSON in the place of a part that was written.
    pub fn replace(&mut self, place: std::ops::Range<usize>, json: &[u8]) {
        let behind = self.0.get(place.end..).map(<[u8]>::to_vec).unwrap_or_default();
        self.0.truncate(place.start);
        self.0.extend_from_slice(json);
        self.0.extend_from_slice(&behind);
    }

    /// What is written.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Bytes written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Is nothing written?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_stand_between_values_only() {
        let mut out = Writer::default();
        out.raw("{").key("a").raw("[").raw("{}").raw("1").text("x\"[").number(0).push("]");
        out.key("b").number(u64::MAX).member("c", "null").push("}").reopen().member("d", "true").push("}");
        let expected = r#"{"a":[{},1,"x\"[",0],"b":18446744073709551615,"c":null,"d":true}"#;
        assert_eq!(out.bytes(), expected.as_bytes());
        let mut list = Writer::default();
        list.append(&out).append(&Writer::default()).append(&out);
        assert_eq!(list.len(), 2 * out.len() + 1);
        list.replace(0..out.len(), b"7");
        assert_eq!(list.into_bytes(), format!("7,{expected}").as_bytes());
    }
}
