//! The same option in several places, of which the first that has it counts.

use serde_json::Value;

use super::hints::{Reach, hint};
use super::keys::{self, Kind, Table};
use super::problems::{Path, quote};
use super::read::{Members, Reader};

/// Objects in which an option may stand, the one that counts most first.
pub(in crate::config) struct Scopes<'a>(Vec<(Path<'a>, &'a Members)>);

impl<'a> Scopes<'a> {
    pub(in crate::config) fn new(scopes: impl IntoIterator<Item = (Path<'a>, &'a Members)>) -> Self {
        Self(scopes.into_iter().collect())
    }

    /// The places where the settings of the router stand, in LiteLLM's precedence: arguments of the
    /// constructor, then `router_settings`, then `litellm_settings`. Reports what is unknown in them.
    pub(super) fn of_settings(reader: &mut Reader<'_>, top: &'a Members) -> Self {
        const ROOT: &Path<'static> = &Path::Root;
        reader.check_keys(ROOT, top, &keys::TOP);
        let mut scopes = vec![(Path::Root, top)];
        for (name, table) in [("router_settings", &keys::ROUTER), ("litellm_settings", &keys::LITELLM)] {
            let at = Path::Key(ROOT, name);
            let members = top.get(name).filter(|value| !value.is_null());
            if let Some(members) = members.and_then(|value| reader.object(&at, value)) {
                if name == "litellm_settings" {
                    reader.check_module(&at, members, table);
                } else {
                    reader.check_keys(&at, members, table);
                }
                scopes.push((at, members));
            }
        }
        Self(scopes)
    }

    /// Every place that gives an option, the one that counts most first. `null` is "not given".
    pub(in crate::config) fn each<'s>(&'s self, key: &'s str) -> impl Iterator<Item = (Path<'s>, &'a Value)> {
        self.0.iter().filter_map(move |(at, members)| {
            members.get(key).filter(|value| !value.is_null()).map(|value| (at.key(key), value))
        })
    }

    /// Reads an option wherever it is given, so that every mistake is reported, and answers the first.
    // A function, not a closure: so there is one copy of this for each type, not for each option, and a short one.
    #[inline(never)]
    pub(in crate::config) fn pick<'e, T>(
        &self,
        reader: &mut Reader<'e>,
        key: &str,
        read: fn(&mut Reader<'e>, &Path<'_>, &Value) -> Option<T>,
    ) -> Option<T> {
        let mut found = None;
        self.visit(reader, key, &mut |reader, at, value| {
            let value = read(reader, at, value);
            if found.is_none() {
                found = value;
            }
        });
        found
    }

    /// Reads an option that is one of a few words, which are given with blanks between them, and answers its value.
    pub(super) fn word<T: Copy>(
        &self,
        reader: &mut Reader<'_>,
        key: &str,
        words: &str,
        values: &[T],
    ) -> Option<T> {
        values.get(self.place(reader, key, words)?).copied()
    }

    /// The place of the word among the known ones.
    fn place(&self, reader: &mut Reader<'_>, key: &str, words: &str) -> Option<usize> {
        let mut found = None;
        self.visit(reader, key, &mut |reader, at, value| {
            let Some(text) = reader.text(at, value) else { return };
            let place = words.split_ascii_whitespace().position(|word| word == text);
            if place.is_none() {
                let near = hint(&text, words.split_ascii_whitespace(), Reach::Prefixes);
                let known = words.replace(' ', ", ");
                reader.problem(at, format!("expected one of {known}, got {}{near}", quote(&text)));
            }
            found = found.or(place);
        });
        found
    }

    fn visit<'e>(
        &self,
        reader: &mut Reader<'e>,
        key: &str,
        read: &mut dyn FnMut(&mut Reader<'e>, &Path<'_>, &Value),
    ) {
        for (at, value) in self.each(key) {
            read(reader, &at, value);
        }
    }
}

impl Reader<'_> {
    /// `litellm_settings`: LiteLLM sets them on its module whatever they are called, so that only what
    /// looks like a slip of an option that counts here is a problem.
    fn check_module(&mut self, at: &Path<'_>, members: &Members, table: &Table) {
        for (name, _) in members.iter().filter(|(_, value)| !value.is_null()) {
            let at = at.key(name);
            match table.kind(name) {
                Some(kind) => self.without_effect(&at, name, kind),
                None if Reader::is_slip(name, table) => self.unknown(&at, name, table),
                None => self.without_effect(&at, name, Kind::Foreign),
            }
        }
    }
}
