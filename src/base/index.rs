//! Names and the numbers behind them.

use serde_json::{Map, Value};

/// A number for each name. In no particular order: see [`Index::names`].
///
/// It is a JSON object inside, because that kind of tree is in the program anyway; a second one would add kilobytes.
#[derive(Clone, Debug, Default)]
pub struct Index(Map<String, Value>);

impl Index {
    /// The number of a name.
    pub fn get(&self, name: &str) -> Option<usize> {
        self.0.get(name).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok())
    }

    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Is the name there?
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Sets the number of a name. Returns whether it had none.
    pub fn insert(&mut self, name: &str, number: usize) -> bool {
        self.0.insert(name.to_owned(), Value::from(number)).is_none()
    }

    /// The same names, each with another number.
    pub fn mapped(&self, change: impl Fn(usize) -> usize) -> Self {
        let mut mapped = Self::default();
        for name in self.names() {
            if let Some(number) = self.get(name) {
                mapped.insert(name, change(number));
            }
        }
        mapped
    }

    /// Every name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
