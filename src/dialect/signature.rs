//! Signatures of thoughts, which Gemini gives with a call of a tool and wants back with it. A client of OpenAI's keeps of
//! a call its id, name and arguments alone, so that the signature stands in the id:
//! `<id>_<who signed>__thought__<signature>`, with LiteLLM's mark. Other providers get the id without it.

use crate::base::hash::deployment_id;
use crate::base::text::{contains, find, split};

/// What stands between an id and a signature.
pub(super) const THOUGHT: &str = "__thought__";

/// An id that may carry a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signed<'a> {
    /// The id as the provider gave it.
    pub(super) id: &'a str,
    /// Who signed, where that is told; see [`signer`].
    pub(super) signer: Option<&'a str>,
    /// Base64.
    pub(super) signature: Option<&'a str>,
}

impl<'a> Signed<'a> {
    /// Reads an id, or the inside of a raw one.
    pub(super) fn read(text: &'a str) -> Self {
        let Some((id, signature)) = split(text, THOUGHT) else {
            return Self { id: text, signer: None, signature: None };
        };
        let is_signer = |end: &&str| end.len() == 8 && end.bytes().all(|byte| byte.is_ascii_hexdigit());
        let (id, signer) = match id.rsplit_once('_').filter(|(_, end)| is_signer(end)) {
            Some((id, signer)) => (id, Some(signer)),
            None => (id, None),
        };
        Self { id, signer, signature: Some(signature).filter(|signature| !signature.is_empty()) }
    }

    /// The signature, unless another model signed.
    pub(super) fn by(&self, signer: &str) -> Option<&'a str> {
        self.signature.filter(|_| self.signer.is_none_or(|known| known == signer))
    }
}

/// An id without its signature.
pub(super) fn bare(id: &str) -> &str {
    find(id, THOUGHT).and_then(|at| id.get(..at)).unwrap_or(id)
}

/// Eight digits for a model.
pub(super) fn signer(model: &str) -> String {
    deployment_id(&[model]).split_off(24)
}

/// An id with a signature, both insides of raw strings, as a raw string.
pub(super) fn signed(id: &str, signer: &str, signature: &str) -> String {
    ["\"", id, "_", signer, THOUGHT, signature, "\""].concat()
}

/// Does a raw value hold a signature, where clients that know them keep it?
pub(super) fn is_signed(raw: &str) -> bool {
    contains(raw, "thought_signature")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_gives_back_what_was_put_into_it() {
        let model = signer("gemini-3-pro");
        let raw = signed("call_1", &model, "c2ln+/==");
        let read = Signed::read(raw.trim_matches('"'));
        assert_eq!((read.id, read.by(&model)), ("call_1", Some("c2ln+/==")));
        // Another model, and LiteLLM's ids.
        assert_eq!(read.by(&signer("gemini-3-flash")), None);
        let foreign = Signed::read("call_0badcafe1234__thought__c2ln");
        assert_eq!((foreign.id, foreign.by(&model)), ("call_0badcafe1234", Some("c2ln")));
        assert_eq!(
            Signed::read("call_deadbeef"),
            Signed { id: "call_deadbeef", signer: None, signature: None }
        );
        assert_eq!(bare("call_1_abc__thought__x"), "call_1_abc");
    }
}
