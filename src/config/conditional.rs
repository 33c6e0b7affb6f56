//! `conditional_routing`: rules that read a request's metadata and parameters and name the group that serves it.
//!
//! They read like Portkey's conditional routing. Differences: no regular expressions, `$like` knows stars instead; a rule
//! may be for some models only.

use serde_json::Value;

use super::pattern::captures;

/// The operators that compare a value.
pub(super) const OPERATORS: &str = "$eq $ne $in $nin $like $gt $gte $lt $lte";

/// What an operator compares with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    /// `$eq`, `$ne`: the same.
    Same { not: bool },
    /// `$in`, `$nin`: one of a list.
    Among { not: bool },
    /// `$like`: a text with stars.
    Like,
    /// `$gt`, `$gte`, `$lt`, `$lte`: a number or a text.
    Order { less: bool, or_equal: bool },
}

impl Operator {
    pub(super) fn named(name: &str) -> Option<Self> {
        let place = OPERATORS.split_ascii_whitespace().position(|word| word == name)?;
        Some(match place {
            0 | 1 => Self::Same { not: place == 1 },
            2 | 3 => Self::Among { not: place == 3 },
            4 => Self::Like,
            _ => Self::Order { less: place > 6, or_equal: place % 2 == 0 },
        })
    }
}

/// The rules of a router.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// The names of models that they are for; empty for all.
    pub models: Vec<String>,
    /// Conditions, checked when they were read, each with the group that is called where it holds. The first one counts.
    pub rules: Vec<(Value, String)>,
    /// The group where none does.
    pub default: Option<String>,
    /// The parameters that the conditions look at.
    pub params: Vec<String>,
}

impl Rules {
    /// The group that a request is for in place of the model that it names: `about` has its `metadata` and `params`.
    #[must_use]
    pub fn group(&self, model: &str, about: &Value) -> Option<&str> {
        if !self.models.is_empty() && !self.models.iter().any(|name| name == model) {
            return None;
        }
        let rule = self.rules.iter().find(|(when, _)| holds(when, about));
        rule.map(|(_, then)| then).or(self.default.as_ref()).map(String::as_str)
    }
}

/// Does every member of a condition hold?
fn holds(condition: &Value, about: &Value) -> bool {
    condition.as_object().is_some_and(|members| {
        members.iter().all(|(name, value)| match name.as_str() {
            "$and" => value.as_array().is_some_and(|all| all.iter().all(|one| holds(one, about))),
            "$or" => value.as_array().is_some_and(|all| all.iter().any(|one| holds(one, about))),
            path => fits(value, found(path, about)),
        })
    })
}

/// What stands at a path; `null` where nothing does.
fn found<'v>(path: &str, about: &'v Value) -> &'v Value {
    let inner = |value: Option<&'v Value>, name| value.and_then(|value: &Value| value.get(name));
    let path = if path == "model" { "params.model" } else { path };
    path.split('.').fold(Some(about), inner).unwrap_or(&Value::Null)
}

/// Is a value the one that is wanted, or does it pass all operators?
fn fits(wanted: &Value, value: &Value) -> bool {
    match operators(wanted) {
        Some(members) => members.iter().all(|(operator, operand)| passes(operator, operand, value)),
        None => is_any(value, &|one| is_same(one, wanted)),
    }
}

/// An object whose names begin with a dollar.
pub(super) fn operators(value: &Value) -> Option<&serde_json::Map<String, Value>> {
    value.as_object().filter(|members| members.keys().next().is_some_and(|name| name.starts_with('$')))
}

fn passes(operator: &str, operand: &Value, value: &Value) -> bool {
    match Operator::named(operator) {
        Some(Operator::Same { not }) => is_any(value, &|one| is_same(one, operand)) != not,
        Some(Operator::Among { not }) => {
            let all = operand.as_array().map(Vec::as_slice).unwrap_or_default();
            is_any(value, &|one| all.iter().any(|other| is_same(one, other))) != not
        }
        Some(Operator::Like) => is_any(value, &|one| {
            one.as_str().zip(operand.as_str()).is_some_and(|(text, like)| captures(like, text).is_some())
        }),
        Some(Operator::Order { less, or_equal }) => {
            let order = |value: &Value| match value.as_f64().zip(operand.as_f64()) {
                Some((value, operand)) => value.partial_cmp(&operand),
                None => value.as_str().zip(operand.as_str()).map(|(value, operand)| value.cmp(operand)),
            };
            is_any(value, &|one| {
                order(one).is_some_and(|order| {
                    let order = if less { order.reverse() } else { order };
                    order.is_gt() || (or_equal && order.is_eq())
                })
            })
        }
        None => false,
    }
}

/// Is it true of a value, or of one of a list?
fn is_any(value: &Value, is: &dyn Fn(&Value) -> bool) -> bool {
    is(value) || value.as_array().is_some_and(|items| items.iter().any(is))
}

/// Are two texts, numbers, booleans or nulls the same? 1 and 1.0 are one number; lists and objects are never the same.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Null, Value::Null) => true,
        (Value::String(one), Value::String(other)) => one == other,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        _ => one.as_f64().zip(other.as_f64()).is_some_and(|(one, other)| one == other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_condition_holds_where_all_of_it_does() {
        let about = json!({
            "metadata": { "plan": "paid", "tags": ["a", "b"], "ages": [3, 9], "user": { "age": 30 } },
            "params": { "model": "chat", "temperature": 0.5, "max_tokens": 1.0 },
        });
        for (condition, is_true) in [
            (json!({}), true),
            (json!({ "metadata.plan": "paid" }), true),
            (json!({ "metadata.plan": { "$eq": "paid" }, "params.temperature": { "$lt": 1 } }), true),
            (json!({ "metadata.plan": { "$eq": "paid" }, "params.temperature": { "$gt": 1 } }), false),
            (json!({ "metadata.plan": { "$ne": "free" } }), true),
            (json!({ "metadata.nothing": { "$ne": "free" } }), true),
            (json!({ "metadata.nothing": null }), true),
            (json!({ "metadata.plan": { "$in": ["free", "paid"] } }), true),
            (json!({ "metadata.plan": { "$nin": ["free", "paid"] } }), false),
            (json!({ "metadata.tags": "b" }), true),
            (json!({ "metadata.tags": { "$in": ["c", "a"] } }), true),
            (json!({ "metadata.tags": { "$nin": ["c"] } }), true),
            (json!({ "metadata.user.age": { "$gte": 30, "$lte": 30 } }), true),
            (json!({ "metadata.user.age": { "$lt": 30 } }), false),
            (json!({ "metadata.ages": { "$gt": 5 } }), true),
            (json!({ "metadata.ages": { "$gt": 5, "$lt": 5 } }), true),
            (json!({ "metadata.ages": { "$gt": 9 } }), false),
            (json!({ "metadata.tags": { "$gte": "b" } }), true),
            (json!({ "metadata.plan.deeper": { "$gt": 1 } }), false),
            (json!({ "metadata.plan": { "$gt": 1 } }), false),
            (json!({ "metadata.plan": { "$gt": "open" } }), true),
            (json!({ "params.max_tokens": 1 }), true),
            (json!({ "model": { "$like": "ch*" } }), true),
            (json!({ "model": { "$like": "*at" }, "params.model": "chat" }), true),
            (json!({ "model": { "$like": "hat" } }), false),
            (json!({ "$or": [{ "metadata.plan": "free" }, { "model": "chat" }] }), true),
            (json!({ "$and": [{ "metadata.plan": "free" }, { "model": "chat" }] }), false),
            (json!({ "$or": [{ "$and": [{ "metadata.plan": "paid" }] }], "model": "other" }), false),
        ] {
            assert_eq!(holds(&condition, &about), is_true, "{condition}");
        }
    }
}
