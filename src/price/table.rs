//! A price table: text that is searched, and never read as a whole.
//!
//! Not here: what a line means (`line`), and what a model may be called (`names`).

use std::cmp::Ordering;

use memchr::{memchr, memrchr};

use super::line::{self, HEAD};
use super::{Entry, names};

/// Prices, windows and capabilities of many models. Routers share one.
#[derive(Debug)]
pub struct PriceTable {
    text: Box<str>,
}

/// How a name is looked for, the surest way first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Exact,
    /// Without its date.
    Undated,
    /// With any date.
    Dated,
}

impl PriceTable {
    /// Takes the text of a table. `None` if it is none, or one of another version.
    #[must_use]
    pub fn new(text: impl Into<Box<str>>) -> Option<Self> {
        let text = text.into();
        text.starts_with(HEAD).then_some(Self { text })
    }

    /// What is known of a model: by its exact name, else by one that means the same model. `None` if it is not listed, or
    /// its line is no line. Capitals do not count.
    #[must_use]
    pub fn find(&self, provider: &str, model: &str) -> Option<Entry> {
        let (provider, model) = (provider.to_ascii_lowercase(), model.to_ascii_lowercase());
        let provider = names::provider(&provider);
        let spellings = names::spellings(provider, &model);
        let mut key = format!("{provider}/");
        let start = key.len();
        for look in [Look::Exact, Look::Undated, Look::Dated] {
            for name in &spellings {
                key.truncate(start);
                key.push_str(match look {
                    Look::Exact => name,
                    Look::Undated => match names::undated(provider, name) {
                        Some(name) => name,
                        None => continue,
                    },
                    Look::Dated => name.strip_suffix("-latest").unwrap_or(name),
                });
                let found = if look == Look::Dated { self.dated(&key) } else { self.fields(&key) };
                if let Some(fields) = found {
                    return line::entry(fields);
                }
            }
        }
        None
    }

    /// What stands behind a key.
    fn fields(&self, key: &str) -> Option<&str> {
        let (found, fields) = cut(self.line_at(self.first_from(key))?);
        (found == key).then_some(fields)
    }

    /// What stands behind a key with a date at its end, if all such keys say the same.
    fn dated(&self, key: &str) -> Option<&str> {
        let mut at = self.first_from(key);
        let mut known = None;
        while let Some(line) = self.line_at(at) {
            at += line.len() + 1;
            let (found, fields) = cut(line);
            let Some(ending) = found.strip_prefix(key) else { break };
            if names::is_date(ending) && *known.get_or_insert(fields) != fields {
                return None;
            }
        }
        known
    }

    /// Where the first line begins whose key is not before this one.
    fn first_from(&self, key: &str) -> usize {
        let text = self.text.as_bytes();
        let (mut low, mut high) = (0, text.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let start =
                text.get(low..middle).and_then(|part| memrchr(b'\n', part)).map_or(low, |at| low + at + 1);
            let Some(line) = self.line_at(start) else { return high };
            match cut(line).0.cmp(key) {
                Ordering::Less => low = start + line.len() + 1,
                _ => high = start,
            }
        }
        low
    }

    /// The line that begins at a byte; `None` at the end.
    fn line_at(&self, start: usize) -> Option<&str> {
        let rest = self.text.get(start..).filter(|rest| !rest.is_empty())?;
        rest.get(..memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len()))
    }
}

fn cut(line: &str) -> (&str, &str) {
    line.split_once(' ').unwrap_or((line, ""))
}
