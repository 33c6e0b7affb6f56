//! Files by their address that a provider does not fetch itself: the dialect says which it needs, and writes their bytes once
//! they are there.

use std::cell::RefCell;

use crate::error::{Fault, FaultKind};

/// How many files of one request are fetched. A caller may name any number, and each is looked for among the others, so that
/// one more is noted and no further.
const MOST: usize = 16;

/// The files of one request. They are known by the order in which the dialect comes upon them, which is the same each time.
#[derive(Debug, Default)]
pub struct Files {
    /// Those that are there.
    known: Vec<File>,
    /// The addresses that were come upon, as raw JSON strings.
    wanted: RefCell<Vec<String>>,
}

/// A file that has been fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its type as the server has told it; empty if that says nothing.
    pub media_type: String,
    /// What stands for its bytes in base64: a mark, as for the middle of a long string.
    pub mark: String,
}

impl Files {
    /// With those that have been fetched, in the order in which the dialect has asked for them.
    #[must_use]
    pub fn new(known: Vec<File>) -> Self {
        Self { known, wanted: RefCell::default() }
    }

    /// The file at an address, which is a raw JSON string. `None` where it has to be fetched first: what is written without it
    /// is thrown away.
    pub(super) fn at(&self, raw: &str) -> Option<&File> {
        let mut wanted = self.wanted.borrow_mut();
        let place = wanted.iter().position(|known| known == raw).unwrap_or(wanted.len());
        if place == wanted.len() && place <= MOST {
            wanted.push(raw.to_owned());
        }
        self.known.get(place)
    }

    /// The addresses as a JSON list, if one of the files is not there yet.
    ///
    /// # Errors
    /// They are too many.
    pub fn missing(&self) -> Result<Option<String>, Fault> {
        let wanted = self.wanted.borrow();
        if wanted.len() > MOST {
            let message = format!("the request names more than {MOST} files that would have to be fetched");
            return Err(Fault::new(FaultKind::Unsupported, message));
        }
        Ok((wanted.len() > self.known.len()).then(|| format!("[{}]", wanted.join(","))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_is_wanted_once() {
        let files = Files::default();
        for raw in [r#""https://a""#, r#""https://b""#, r#""https://a""#] {
            assert_eq!(files.at(raw), None);
        }
        assert_eq!(files.missing().unwrap().as_deref(), Some(r#"["https://a","https://b"]"#));
        let file = |name: &str| File { media_type: "image/png".into(), mark: name.into() };
        let files = Files::new(vec![file("1"), file("2")]);
        for (raw, mark) in [(r#""https://a""#, "1"), (r#""https://b""#, "2"), (r#""https://a""#, "1")] {
            assert_eq!(files.at(raw).map(|file| file.mark.as_str()), Some(mark));
        }
        assert_eq!(files.missing().unwrap(), None);
    }

    #[test]
    fn no_more_are_noted_than_tell_that_they_are_too_many() {
        let files = Files::default();
        for name in 0..1_000 {
            assert_eq!(files.at(&format!("{name}")), None);
        }
        assert_eq!(files.wanted.borrow().len(), MOST + 1);
        assert_eq!(files.missing().unwrap_err().kind, FaultKind::Unsupported);
    }
}
