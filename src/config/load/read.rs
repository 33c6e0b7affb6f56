//! Reading one value: its type, its range, and `os.environ/NAME` in its place.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::env::{Environment, REFERENCE};
use super::problems::{Path, Report, quote};
use crate::base::decimal::decimal;
use crate::base::json::{number_text, quoted};

/// The members of a JSON object.
pub(in crate::config) type Members = Map<String, Value>;

/// The longest name of a group, model or deployment, in bytes.
pub(in crate::config) const MAX_NAME: usize = 512;

/// The longest time limit, in ms: a host's timer with a longer one fires at once.
const MAX_MS: f64 = LONGEST_MS as f64;

/// See [`MAX_MS`].
pub(super) const LONGEST_MS: u64 = 2_147_483_647;

/// What kind of JSON value it is, for messages. Never the value.
pub(in crate::config) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Reads values and reports what is wrong with them. Every method answers `None` after a report.
pub(in crate::config) struct Reader<'e> {
    pub(in crate::config) report: Report,
    /// `None` where references to the environment are ordinary text: in requests.
    env: Option<&'e Environment<'e>>,
}

impl<'e> Reader<'e> {
    /// For a config.
    pub(super) fn with_env(report: Report, env: &'e Environment<'e>) -> Self {
        Self { report, env: Some(env) }
    }

    /// For a request: it may not name variables of the environment.
    pub(in crate::config) fn without_env() -> Self {
        Self { report: Report::default(), env: None }
    }

    pub(in crate::config) fn problem(&mut self, at: &Path<'_>, message: impl Into<String>) {
        self.report.problem(at, message);
    }

    pub(in crate::config) fn expected(&mut self, what: &str, at: &Path<'_>, got: &Value) {
        self.problem(at, format!("expected {what}, got {}", kind_of(got)));
    }

    /// A variable of the environment; `None` without a report where there is none.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        self.env.and_then(|env| env.get(name))
    }

    /// Does the value stand for a variable of the environment?
    fn reference<'v>(&self, value: &'v Value) -> Option<&'v str> {
        self.env.and(value.as_str()).and_then(|text| text.strip_prefix(REFERENCE))
    }

    fn look_up(&mut self, at: &Path<'_>, name: &str) -> Option<String> {
        let found = self.variable(name);
        if found.is_none() {
            self.problem(at, format!("the environment variable {} is not set", quote(name)));
        }
        found
    }

    pub(in crate::config) fn text<'v>(&mut self, at: &Path<'_>, value: &'v Value) -> Option<Cow<'v, str>> {
        if let Some(name) = self.reference(value) {
            return self.look_up(at, name).map(Cow::Owned);
        }
        match value {
            Value::String(text) => Some(Cow::Borrowed(text)),
            other => {
                self.expected("a string", at, other);
                None
            }
        }
    }

    /// A text that names something: not empty, not endless, on one line.
    pub(in crate::config) fn name(&mut self, at: &Path<'_>, value: &Value) -> Option<String> {
        let text = self.text(at, value)?;
        self.is_name(at, &text).then(|| text.into_owned())
    }

    pub(in crate::config) fn is_name(&mut self, at: &Path<'_>, text: &str) -> bool {
        let wrong = if text.trim().is_empty() {
            "is empty".to_owned()
        } else if text.len() > MAX_NAME {
            format!("is longer than {MAX_NAME} bytes")
        } else if text.chars().any(char::is_control) {
            "holds a control character".to_owned()
        } else {
            return true;
        };
        self.problem(at, wrong);
        false
    }

    pub(in crate::config) fn flag(&mut self, at: &Path<'_>, value: &Value) -> Option<bool> {
        if let Some(name) = self.reference(value) {
            let text = self.look_up(at, name)?;
            let text = text.trim();
            let is_true = text.eq_ignore_ascii_case("true");
            if is_true || text.eq_ignore_ascii_case("false") {
                return Some(is_true);
            }
            self.problem(
                at,
                format!("the environment variable {} holds neither true nor false", quote(name)),
            );
            return None;
        }
        if !value.is_boolean() {
            self.expected("a boolean", at, value);
        }
        value.as_bool()
    }

    pub(in crate::config) fn object<'v>(&mut self, at: &Path<'_>, value: &'v Value) -> Option<&'v Members> {
        if !value.is_object() {
            self.expected("an object", at, value);
        }
        value.as_object()
    }

    pub(in crate::config) fn list<'v>(&mut self, at: &Path<'_>, value: &'v Value) -> Option<&'v [Value]> {
        if !value.is_array() {
            self.expected("a list", at, value);
        }
        value.as_array().map(Vec::as_slice)
    }

    /// A list of texts, each of which is handed to `read`.
    pub(in crate::config) fn texts(
        &mut self,
        at: &Path<'_>,
        value: &Value,
        read: &mut dyn FnMut(&mut Self, &Path<'_>, &str),
    ) -> Option<()> {
        for (index, item) in self.list(at, value)?.iter().enumerate() {
            let at = at.item(index);
            if let Some(text) = self.text(&at, item) {
                read(self, &at, &text);
            }
        }
        Some(())
    }

    /// A text that may be anything.
    pub(in crate::config) fn any_text(&mut self, at: &Path<'_>, value: &Value) -> Option<String> {
        self.text(at, value).map(Cow::into_owned)
    }

    /// A number that is finite and not negative; as a string of its digits, too.
    pub(in crate::config) fn number(&mut self, at: &Path<'_>, value: &Value) -> Option<f64> {
        let number = if let Some(name) = self.reference(value) {
            let text = self.look_up(at, name)?;
            let number = decimal(text.trim());
            if number.is_none() {
                self.problem(at, format!("the environment variable {} does not hold a number", quote(name)));
            }
            number?
        } else {
            // LiteLLM takes digits in quotes for the number that they are.
            let number = value.as_f64().or_else(|| decimal(value.as_str()?.trim()));
            if number.is_none() {
                self.expected("a number", at, value);
            }
            number?
        };
        if number < 0.0 {
            self.problem(at, "must not be negative");
            return None;
        }
        Some(number)
    }

    /// A whole number, 0 or more.
    pub(in crate::config) fn whole(&mut self, at: &Path<'_>, value: &Value) -> Option<u64> {
        /// Above it a JavaScript number is no longer exact.
        const MAX: f64 = 9_007_199_254_740_991.0;
        let number = self.number(at, value)?;
        if number.fract() != 0.0 {
            self.problem(at, "must be a whole number");
            return None;
        }
        if number > MAX {
            self.problem(at, "is too large");
            return None;
        }
        // In range by the checks above.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Some(number as u64)
    }

    /// A whole number, 0 or more, of 32 bits.
    pub(in crate::config) fn count(&mut self, at: &Path<'_>, value: &Value) -> Option<u32> {
        let number = self.whole(at, value)?;
        let count = u32::try_from(number).ok();
        if count.is_none() {
            self.problem(at, "is too large");
        }
        count
    }

    /// A whole number, 1 or more, of 32 bits.
    pub(in crate::config) fn positive(&mut self, at: &Path<'_>, value: &Value) -> Option<u32> {
        let count = self.count(at, value)?;
        if count == 0 {
            self.problem(at, "must be at least 1");
            return None;
        }
        Some(count)
    }

    /// `weight`.
    pub(in crate::config) fn weight(&mut self, at: &Path<'_>, value: &Value) -> Option<f64> {
        /// So that no sum of weights leaves the range in which adding is exact enough.
        const MAX: f64 = 1e12;
        let weight = self.number(at, value)?;
        if weight > MAX {
            self.problem(at, "is too large");
            return None;
        }
        Some(weight)
    }

    /// Seconds, 0 or more, as ms; anything above 0 is at least 1 ms.
    pub(in crate::config) fn seconds(&mut self, at: &Path<'_>, value: &Value) -> Option<u64> {
        self.number(at, value).map(|seconds| whole_ms(seconds * 1_000.0))
    }

    /// Seconds as ms, of which 0 is no limit. It becomes the longest limit instead of none at all, because
    /// none would leave the word to a wider scope.
    pub(in crate::config) fn limit(&mut self, at: &Path<'_>, value: &Value) -> Option<u64> {
        self.seconds(at, value).map(|ms| if ms == 0 { whole_ms(MAX_MS) } else { ms })
    }

    /// Seconds, more than 0, as ms.
    pub(in crate::config) fn positive_seconds(&mut self, at: &Path<'_>, value: &Value) -> Option<u64> {
        let ms = self.seconds(at, value)?;
        if ms == 0 {
            self.problem(at, "must be more than 0");
            return None;
        }
        Some(ms)
    }

    /// Milliseconds, 0 or more.
    pub(in crate::config) fn milliseconds(&mut self, at: &Path<'_>, value: &Value) -> Option<u64> {
        self.number(at, value).map(whole_ms)
    }

    /// The JSON text of a value with every reference in it replaced: for parameters that a provider gets.
    pub(super) fn deep(&mut self, at: &Path<'_>, value: &Value) -> Option<String> {
        let mut text = Vec::new();
        self.write(at, value, MAX_DEPTH, &mut text)?;
        String::from_utf8(text).ok()
    }

    // Written here, and not copied with the references replaced and then serialised: that takes ten times the code.
    fn write(&mut self, at: &Path<'_>, value: &Value, depth: usize, out: &mut Vec<u8>) -> Option<()> {
        let Some(depth) = depth.checked_sub(1) else {
            self.problem(at, "is nested too deeply");
            return None;
        };
        match value {
            Value::Null => out.extend(b"null"),
            Value::Bool(flag) => out.extend(if *flag { &b"true"[..] } else { b"false" }),
            Value::Number(number) => out.extend(number_text(number).as_bytes()),
            Value::String(_) => out.extend(quoted(&self.text(at, value)?)),
            Value::Array(items) => {
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    self.write(&at.item(index), item, depth, out)?;
                }
                out.push(b']');
            }
            Value::Object(members) => {
                out.push(b'{');
                for (index, (name, member)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    out.extend(quoted(name));
                    out.push(b':');
                    self.write(&at.key(name), member, depth, out)?;
                }
                out.push(b'}');
            }
        }
        Some(())
    }
}

/// How deep a parameter may be nested: as deep as JSON text that is parsed elsewhere.
const MAX_DEPTH: usize = 64;

fn whole_ms(ms: f64) -> u64 {
    // At most MAX_MS, and not negative: `number` has looked.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = ms.round().min(MAX_MS) as u64;
    if ms > 0.0 { whole.max(1) } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read<T>(
        read: impl Fn(&mut Reader<'_>, &Path<'_>, &Value) -> Option<T>,
        value: &Value,
    ) -> Result<T, String> {
        let mut reader = Reader::without_env();
        let found = read(&mut reader, &Path::Root.key("x"), value);
        let (problems, _) = reader.report.finish();
        match problems.first() {
            Some(problem) => Err(problem.message.clone()),
            None => Ok(found.unwrap()),
        }
    }

    #[test]
    fn numbers_have_a_type_and_a_range() {
        assert_eq!(read(|r, at, v| r.whole(at, v), &json!(1000.0)), Ok(1000));
        assert_eq!(read(|r, at, v| r.whole(at, v), &json!(1.5)), Err("must be a whole number".into()));
        assert_eq!(read(|r, at, v| r.whole(at, v), &json!(-1)), Err("must not be negative".into()));
        assert_eq!(read(|r, at, v| r.whole(at, v), &json!(1e300)), Err("is too large".into()));
        assert_eq!(read(|r, at, v| r.count(at, v), &json!(4_294_967_296_u64)), Err("is too large".into()));
        assert_eq!(read(|r, at, v| r.positive(at, v), &json!(0)), Err("must be at least 1".into()));
        assert_eq!(read(|r, at, v| r.number(at, v), &json!(" 3.5 ")), Ok(3.5));
        assert_eq!(read(|r, at, v| r.count(at, v), &json!("6")), Ok(6));
        assert_eq!(read(|r, at, v| r.count(at, v), &json!("-6")), Err("must not be negative".into()));
        for wrong in ["three", "", "3 s", "0x3", "NaN", "1e999"] {
            let told = read(|r, at, v| r.number(at, v), &json!(wrong));
            assert_eq!(told, Err("expected a number, got a string".into()), "{wrong}");
        }
        assert_eq!(
            read(|r, at, v| r.number(at, v), &json!(true)),
            Err("expected a number, got a boolean".into())
        );
    }

    #[test]
    fn seconds_become_milliseconds_that_a_timer_can_take() {
        for (seconds, ms) in
            [(json!(0), 0), (json!(0.0001), 1), (json!(1.5), 1_500), (json!(1e18), 2_147_483_647)]
        {
            assert_eq!(read(|r, at, v| r.seconds(at, v), &seconds), Ok(ms), "{seconds}");
        }
        assert!(read(|r, at, v| r.positive_seconds(at, v), &json!(0)).is_err());
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = (0..200).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(read(|r, at, v| r.deep(at, v), &nested), Err("is nested too deeply".into()));
    }

    #[test]
    fn a_request_cannot_read_the_environment() {
        assert_eq!(read(|r, at, v| r.name(at, v), &json!("os.environ/HOME")), Ok("os.environ/HOME".into()));
    }
}
