//! What a model can do, read from its name: Anthropic refuses a whole request for one member that a model does not
//! take.
//!
//! The limits are those of LiteLLM's model list and of the official SDK's types. A `claude-` without a version that
//! can be read is taken for one that is newer than this list. A model of another name is served by somebody who
//! speaks the same format; it gets what the format has always had.

use crate::dialect::version::{version, words};

/// A model, as far as its limits depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Model {
    /// 407 is 4.7; `None` is no Claude.
    version: Option<u16>,
    is_opus: bool,
}

impl Model {
    pub(super) fn of(name: &str) -> Self {
        Self { version: version(name, "claude"), is_opus: words(name).any(|word| word == "opus") }
    }

    fn is_from(self, version: u16) -> bool {
        self.version.is_some_and(|own| own >= version)
    }

    /// The most tokens it writes. Sent where the caller sets no limit, for Anthropic demands one.
    pub(super) fn max_tokens(self) -> u64 {
        match self.version {
            None => 8_192,
            Some(..305) => 4_096,
            Some(305) => 8_192,
            Some(400..405) if self.is_opus => 32_000,
            Some(..406) => 64_000,
            Some(_) => 128_000,
        }
    }

    /// Does it take `temperature`, `top_p` and `top_k`?
    pub(super) fn has_sampling(self) -> bool {
        !self.is_from(407)
    }

    /// Does it refuse `temperature` and `top_p` together?
    pub(super) fn has_one_of_sampling(self) -> bool {
        self.is_from(if self.is_opus { 401 } else { 405 })
    }

    /// Can it think before it answers?
    pub(super) fn has_thinking(self) -> bool {
        self.version.is_none_or(|version| version >= 307)
    }

    /// Does it take `thinking` of type `adaptive`, with an effort?
    pub(super) fn has_adaptive_thinking(self) -> bool {
        self.is_from(406)
    }

    /// Does it take `thinking` of type `enabled`, with a budget?
    pub(super) fn has_thinking_budget(self) -> bool {
        self.has_thinking() && !self.is_from(407)
    }

    /// Does it take `thinking` of type `disabled`?
    pub(super) fn may_not_think(self) -> bool {
        !self.is_from(505)
    }

    /// Does it know the effort `xhigh`?
    pub(super) fn has_extra_high_effort(self) -> bool {
        self.is_from(407)
    }

    /// Does it hold to a schema by itself, in answers?
    pub(super) fn has_output_format(self) -> bool {
        self.is_from(if self.is_opus { 401 } else { 405 })
    }

    /// Does it hold to the schema of a `strict` tool?
    pub(super) fn has_strict_tools(self) -> bool {
        self.is_from(405)
    }

    /// Does it go on from a trailing assistant message?
    pub(super) fn has_prefill(self) -> bool {
        self.version.is_some_and(|version| version < 406)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::version::NEWEST;

    #[test]
    fn versions_are_read_from_every_way_to_write_them() {
        for (name, version) in [
            ("claude-opus-4-7", Some(407)),
            ("claude-opus-4-7-20260416", Some(407)),
            ("claude-sonnet-4-20250514", Some(400)),
            ("claude-sonnet-4@20250514", Some(400)),
            ("claude-3-7-sonnet-latest", Some(307)),
            ("claude-3-5-haiku-20241022", Some(305)),
            ("claude-3-opus-20240229", Some(300)),
            ("claude-sonnet-4.5", Some(405)),
            ("us.anthropic.claude-haiku-4-5-20251001-v1:0", Some(405)),
            ("claude-fable-5", Some(500)),
            ("claude-opus-5-5", Some(505)),
            ("claude-2.1", Some(201)),
            ("claude-instant-1.2", Some(102)),
            ("claude-mythos-preview", Some(NEWEST)),
            ("claude-opus-latest", Some(NEWEST)),
            ("kimi-k2-0905", None),
        ] {
            assert_eq!(Model::of(name).version, version, "{name}");
        }
    }

    #[test]
    fn limits_follow_the_families() {
        for (name, limit) in [
            ("claude-opus-5", 128_000),
            ("claude-sonnet-4-6", 128_000),
            ("claude-haiku-4-5", 64_000),
            ("claude-opus-4-5", 64_000),
            ("claude-opus-4-1", 32_000),
            ("claude-opus-4-20250514", 32_000),
            ("claude-sonnet-4-20250514", 64_000),
            ("claude-3-7-sonnet-20250219", 64_000),
            ("claude-3-5-sonnet-20241022", 8_192),
            ("claude-3-haiku-20240307", 4_096),
            ("claude-next", 128_000),
            ("glm-4.6", 8_192),
        ] {
            assert_eq!(Model::of(name).max_tokens(), limit, "{name}");
        }
        let can = |name: &str| {
            let model = Model::of(name);
            (
                model.has_sampling(),
                model.has_adaptive_thinking(),
                model.has_output_format(),
                model.has_prefill(),
            )
        };
        assert_eq!(can("claude-3-5-haiku-20241022"), (true, false, false, true));
        assert_eq!(can("claude-opus-4-1"), (true, false, true, true));
        assert_eq!(can("claude-sonnet-4-5"), (true, false, true, true));
        assert_eq!(can("claude-opus-4-6"), (true, true, true, false));
        assert_eq!(can("claude-opus-4-7"), (false, true, true, false));
        assert_eq!(can("claude-new"), (false, true, true, false));
        assert_eq!(can("minimax-m2"), (true, false, false, false));
        assert!(!Model::of("claude-3-5-haiku-20241022").has_thinking() && Model::of("glm").has_thinking());
    }
}
