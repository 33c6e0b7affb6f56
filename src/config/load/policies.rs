//! Rules that name kinds of errors, and hedging.
//!
//! Differences to LiteLLM: a class that it does not know is a mistake, and `model_group_retry_policy` may name a
//! group by an alias. `fallback_on` and `hedging` are our own.

use serde_json::Value;

use super::fallbacks::{Book, group};
use super::models::Models;
use super::problems::{Path, quote};
use super::read::Reader;
use super::scopes::Scopes;
use crate::config::{ErrorClass, FaultSet, Hedging, PerClass};
use crate::error::FaultKind;

/// The keys of a `retry_policy`, in the order of [`ErrorClass::ALL`].
const RETRIES: &str = "BadRequestErrorRetries AuthenticationErrorRetries TimeoutErrorRetries RateLimitErrorRetries \
    ContentPolicyViolationErrorRetries InternalServerErrorRetries ServiceUnavailableErrorRetries \
    BadGatewayErrorRetries NotFoundErrorRetries DefaultRetries";

/// The keys of an `allowed_fails_policy`, in the same order; there is none for every other class.
const FAILS: &str = "BadRequestErrorAllowedFails AuthenticationErrorAllowedFails TimeoutErrorAllowedFails \
    RateLimitErrorAllowedFails ContentPolicyViolationErrorAllowedFails InternalServerErrorAllowedFails \
    ServiceUnavailableErrorAllowedFails BadGatewayErrorAllowedFails NotFoundErrorAllowedFails";

/// `retry_policy`: how often calls are tried again, by the class of the error.
pub(in crate::config) fn retry_policy(
    reader: &mut Reader<'_>,
    at: &Path<'_>,
    value: &Value,
) -> Option<PerClass> {
    per_class(reader, at, value, RETRIES)
}

/// `allowed_fails_policy`: how many failures a deployment may have, by the class of the error.
pub(super) fn allowed_fails_policy(
    reader: &mut Reader<'_>,
    at: &Path<'_>,
    value: &Value,
) -> Option<PerClass> {
    per_class(reader, at, value, FAILS)
}

fn per_class(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value, keys: &str) -> Option<PerClass> {
    let mut numbers = PerClass::default();
    for (name, value) in reader.object(at, value)? {
        let at = at.key(name);
        let place = keys.split_ascii_whitespace().position(|key| key == name);
        let Some(class) = place.and_then(|place| ErrorClass::ALL.get(place)) else {
            reader.no_such(&at, "class of errors", name, keys);
            continue;
        };
        let number = if value.is_null() { None } else { reader.count(&at, value) };
        number.into_iter().for_each(|number| numbers.set(*class, number));
    }
    Some(numbers)
}

/// `model_group_retry_policy`: sets the policies of the groups that it names.
pub(super) fn group_policies(reader: &mut Reader<'_>, settings: &Scopes<'_>, models: &mut Models) {
    let mut is_first = true;
    for (at, value) in settings.each("model_group_retry_policy") {
        let Some(members) = reader.object(&at, value) else { continue };
        for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            let at = at.key(name);
            let policy = retry_policy(reader, &at, value);
            models.config.keep(name);
            let book = Book { config: &models.config, doomed: &models.doomed };
            let found = group(reader, &at, name, &book);
            let found = found.and_then(|found| models.config.groups.get_mut(usize::from(found.0)));
            let Some(group) = found.filter(|_| is_first) else { continue };
            if group.retry_policy.is_some() {
                let message =
                    "has another policy by another name; the one by its own name counts, else the first";
                reader.report.notice(&at, format!("{} {message}", quote(&group.name)));
            }
            if group.retry_policy.is_none() || group.name == *name {
                group.retry_policy = policy;
            }
        }
        is_first &= members.is_empty();
    }
    models.config.inherit_policies();
}

/// What `fallback_on` and `error_rules` call the faults. The names of their classes do as well: see [`FaultKind::class`].
const FAULTS: [(FaultKind, &str); 15] = [
    (FaultKind::RateLimit, "rate_limit"),
    (FaultKind::Quota, "quota"),
    (FaultKind::Unavailable, "server"),
    (FaultKind::Overloaded, "server"),
    (FaultKind::BadReply, "server"),
    (FaultKind::Timeout, "timeout"),
    (FaultKind::Connect, "connection"),
    (FaultKind::Auth, "auth"),
    (FaultKind::PermissionDenied, "auth"),
    (FaultKind::NotFound, "not_found"),
    (FaultKind::ContextWindow, "context_window"),
    (FaultKind::ContentPolicy, "content_policy"),
    (FaultKind::BadRequest, "bad_request"),
    (FaultKind::TooLarge, "bad_request"),
    (FaultKind::Unsupported, "unsupported"),
];

/// Every word for a fault, for messages.
pub(super) const FAULT_WORDS: &str = "rate_limit quota server timeout connection auth not_found context_window content_policy \
    bad_request unsupported RateLimitError InternalServerError ServiceUnavailableError APIError Timeout \
    APIConnectionError AuthenticationError PermissionDeniedError NotFoundError ContextWindowExceededError \
    ContentPolicyViolationError BadRequestError UnsupportedParamsError";

/// The kinds that a word stands for.
pub(super) fn faults(name: &str) -> impl Iterator<Item = FaultKind> {
    FAULTS.iter().filter(move |(kind, word)| *word == name || kind.class() == name).map(|(kind, _)| *kind)
}

/// `fallback_on`: a list of kinds of faults; an empty one is none.
pub(in crate::config) fn fallback_on(
    reader: &mut Reader<'_>,
    at: &Path<'_>,
    value: &Value,
) -> Option<FaultSet> {
    let mut set = FaultSet::default();
    reader.texts(at, value, &mut |reader, at, name| {
        faults(name).for_each(|kind| set.insert(kind));
        if faults(name).next().is_none() {
            reader.no_such(at, "kind of fault", name, FAULT_WORDS);
        }
    })?;
    Some(set)
}

/// `hedging`: a boolean, or `{ "after_ms": n }`.
pub(in crate::config) fn hedging(reader: &mut Reader<'_>, at: &Path<'_>, value: &Value) -> Option<Hedging> {
    const AFTER: &str = "after_ms";
    let Value::Object(members) = value else {
        return reader.flag(at, value).map(|on| if on { Hedging::Observed } else { Hedging::Off });
    };
    for name in members.keys().filter(|name| *name != AFTER) {
        reader.no_such(&at.key(name), "option", name, AFTER);
    }
    let after = reader.positive(&at.key(AFTER), members.get(AFTER).unwrap_or(&Value::Null));
    after.map(|ms| Hedging::After(ms.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_stand_in_the_order_of_the_classes() {
        for (keys, ending, classes) in [(RETRIES, "Retries", 10), (FAILS, "AllowedFails", 9)] {
            let named = ErrorClass::ALL.iter().take(classes).map(|class| format!("{}{ending}", class.name()));
            assert_eq!(keys.split(' ').collect::<Vec<_>>(), named.collect::<Vec<_>>());
        }
    }

    #[test]
    fn every_word_for_a_fault_is_told_and_no_other() {
        let told: std::collections::BTreeSet<&str> = FAULT_WORDS.split(' ').collect();
        let known = FAULTS.into_iter().flat_map(|(kind, word)| [word, kind.class()]).collect();
        assert_eq!(told, known);
    }
}
