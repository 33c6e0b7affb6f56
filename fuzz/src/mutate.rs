//! Changes that keep JSON what it is: of a whole input, or of one line of a stream of events.

use serde_json::{Map, Value, json};
use switchman::base::rng::Rng;

/// The input with one change; `None` where this knows of none. `words` are worth a try anywhere.
pub(crate) fn changed(bytes: &[u8], words: &[String], seed: u32) -> Option<Vec<u8>> {
    let mut mutator = Mutator { rng: Rng::for_call(seed.into(), 1), words };
    if let Ok(value) = serde_json::from_slice(bytes) {
        return Some(mutator.tree(value).to_string().into_bytes());
    }
    mutator.lines(std::str::from_utf8(bytes).ok()?)
}

struct Mutator<'a> {
    rng: Rng,
    words: &'a [String],
}

impl Mutator<'_> {
    fn lines(&mut self, text: &str) -> Option<Vec<u8>> {
        let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        let at = self.rng.below(lines.len());
        let line = lines[at].clone();
        let (head, tail) = line.split_at(line.find(": ").map_or(0, |colon| colon + 2));
        match (self.rng.below(6), serde_json::from_str(tail)) {
            (0, _) => drop(lines.remove(at)),
            (1, _) => lines.insert(self.rng.below(lines.len() + 1), line),
            (2, _) => lines.insert(at, format!("{}: {}", self.word(), self.word())),
            (_, Ok(value)) => lines[at] = format!("{head}{}", self.tree(value)),
            (3, _) => lines[at] = format!("{head}{}", self.word()),
            (4, _) => lines[at] = format!("{line}{}", self.word()),
            _ => return None,
        }
        Some(lines.join("\n").into_bytes())
    }

    /// One to three changes.
    fn tree(&mut self, mut value: Value) -> Value {
        for _ in 0..=self.rng.below(3) {
            let donor = nth(&mut value, &mut self.rng).clone();
            let place = nth(&mut value, &mut self.rng);
            let new = match self.rng.below(4) {
                0 => donor,
                _ => self.change(place.clone()),
            };
            *place = new;
        }
        value
    }

    fn change(&mut self, value: Value) -> Value {
        match value {
            Value::Object(mut members) => {
                let names: Vec<String> = members.keys().cloned().collect();
                let name = names.get(self.rng.below(names.len().max(1))).cloned().unwrap_or_default();
                match self.rng.below(4) {
                    0 => drop(members.remove(&name)),
                    1 => {
                        let value = members.remove(&name).unwrap_or_default();
                        members.insert(self.word(), value);
                    }
                    2 => drop(members.insert(name, self.leaf())),
                    _ => drop(members.insert(self.word(), self.leaf())),
                }
                members.into()
            }
            Value::Array(mut items) => {
                let at = self.rng.below(items.len().max(1));
                let other = self.rng.below(items.len().max(1));
                match (self.rng.below(4), items.get(at).cloned()) {
                    (0, Some(item)) => items.insert(other, item),
                    (1, Some(_)) => drop(items.remove(at)),
                    (2, Some(_)) => items.swap(at, other),
                    _ => items.push(self.leaf()),
                }
                items.into()
            }
            Value::String(text) => match self.rng.below(5) {
                0 => format!("{text}{}", self.word()).into(),
                1 => format!("{}{text}", self.word()).into(),
                2 => text.chars().take(self.rng.below(text.len() + 1)).collect::<String>().into(),
                _ => self.leaf(),
            },
            _ => self.leaf(),
        }
    }

    fn leaf(&mut self) -> Value {
        let odd = [
            json!(null),
            json!(true),
            json!(false),
            json!(0),
            json!(-1),
            json!(1),
            json!(0.5),
            json!(1e300),
            json!(u64::MAX),
            json!(i64::MIN),
            json!(4_294_967_296_u64),
            json!(""),
            json!(" \n"),
            json!("é😀"),
            json!("{\"a\":1}"),
            json!("~"),
            json!("data:image/png;base64,AA=="),
            json!("data:text/plain,x%20y"),
            json!("https://x/a.png"),
            json!([]),
            json!({}),
        ];
        match self.rng.below(3) {
            0 => odd[self.rng.below(odd.len())].clone(),
            1 => Value::Object(Map::from_iter([(self.word(), self.word().into())])),
            _ => self.word().into(),
        }
    }

    fn word(&mut self) -> String {
        self.words.get(self.rng.below(self.words.len().max(1))).cloned().unwrap_or_default()
    }
}

/// Any value of the tree, the deeper ones as often as the others.
fn nth<'a>(value: &'a mut Value, rng: &mut Rng) -> &'a mut Value {
    fn count(value: &Value) -> usize {
        1 + match value {
            Value::Array(items) => items.iter().map(count).sum(),
            Value::Object(members) => members.values().map(count).sum(),
            _ => 0,
        }
    }
    fn find(value: &mut Value, at: usize) -> &mut Value {
        let mut left = match at.checked_sub(1) {
            None => return value,
            Some(left) => left,
        };
        let inner: Vec<&mut Value> = match value {
            Value::Array(items) => items.iter_mut().collect(),
            Value::Object(members) => members.values_mut().collect(),
            _ => unreachable!("a value without others is the last"),
        };
        for one in inner {
            let size = count(one);
            if left < size {
                return find(one, left);
            }
            left -= size;
        }
        unreachable!("there are as many as were counted")
    }
    let at = rng.below(count(value));
    find(value, at)
}
