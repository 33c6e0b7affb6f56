//! What no message of a provider's or a host's may repeat: keys, headers that the config adds, tokens of the host's.

use super::router::Router;
use crate::config::Secret;
use crate::dialect;
use crate::error::{ErrorHint, Fault};

/// How many tokens of the host's are remembered.
const MOST_TOKENS: usize = 64;

impl Router {
    /// Every credential, for redaction. A list, because a chain of iterators would be copied into everything that redacts.
    #[inline(never)]
    pub(super) fn secrets(&self) -> std::vec::IntoIter<&Secret> {
        let mut all: Vec<&Secret> = self.tokens.iter().collect();
        for known in &self.config.deployments {
            all.extend(&known.api_key);
            all.extend(known.extra_headers.iter().map(|(_, value)| value));
        }
        all.into_iter()
    }

    /// Takes note of a token that the host gave for a deployment.
    pub fn note_token(&mut self, token: &str) {
        if self.tokens.iter().any(|known| known.expose() == token) {
            return;
        }
        if self.tokens.len() >= MOST_TOKENS {
            self.tokens.remove(0);
        }
        self.tokens.push(Secret::new(token));
    }

    pub(super) fn redacted(&self, fault: Fault) -> Fault {
        dialect::redact_fault(fault, self.secrets())
    }

    pub(super) fn redacted_hint(&self, hint: ErrorHint) -> ErrorHint {
        let clean = |text: Option<Box<str>>| text.map(|text| dialect::redact(&text, self.secrets()));
        ErrorHint {
            message: clean(hint.message),
            code: clean(hint.code),
            wire_type: clean(hint.wire_type),
            param: clean(hint.param),
            inner: dialect::redact_json(hint.inner, self.secrets()),
            ..hint
        }
    }
}
