//! What a model can do, read from its name. The facts are those of Google's guides to each generation, of what its API
//! refuses (seen until 2026-09) and of LiteLLM's model list.
//!
//! A `gemini-` without a version that can be read, such as `gemini-flash-latest`, is taken for one that is newer than
//! this list. A model of another name is served by the same API; it gets what the API has always had.

use crate::dialect::version::{version, words};

/// A model, as far as its limits depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Model {
    /// 205 is 2.5; 0 is no Gemini.
    version: u16,
    is_pro: bool,
    is_lite: bool,
    /// It draws or speaks, and thinks as it likes.
    is_maker: bool,
    /// It takes no system instruction, as Gemma before 4.
    pub(super) lacks_system: bool,
}

impl Model {
    pub(super) fn of(name: &str) -> Self {
        let is = |one: &str| words(name).any(|word| word == one);
        Self {
            version: version(name, "gemini").unwrap_or(0),
            is_pro: is("pro"),
            is_lite: is("lite"),
            is_maker: is("image") || is("tts"),
            lacks_system: version(name, "gemma").is_some_and(|version| version < 400 || is("3n")),
        }
    }

    /// Does it belong to the third generation or a later one? They want the signatures of their thoughts back, and take
    /// tools beside a schema of the answer, and beside a search.
    pub(super) fn is_third(self) -> bool {
        self.version >= 300
    }

    /// Does it sample as it is told? The newer ones do as they like, and those to come are said to refuse being told.
    pub(super) fn has_sampling(self) -> bool {
        self.version < 306 && !(self.is_lite && self.version >= 305)
    }

    /// Does it give several answers at once?
    pub(super) fn has_candidates(self) -> bool {
        self.version < 306
    }

    /// Does it take penalties?
    pub(super) fn has_penalties(self) -> bool {
        self.version < 300
    }

    /// Does it go on from a trailing turn of its own?
    pub(super) fn has_prefill(self) -> bool {
        (200..305).contains(&self.version)
    }

    /// Does it fetch files from any address?
    pub(super) fn has_fetch(self) -> bool {
        self.version >= 205
    }

    /// Can it be told how much to think?
    pub(super) fn has_thinking(self) -> bool {
        self.version >= 205 && !self.is_maker
    }

    /// The tokens that it thinks for at least.
    pub(super) fn least_budget(self) -> u64 {
        if self.is_lite { 512 } else { 128 }
    }

    /// Can it be told not to think?
    pub(super) fn may_not_think(self) -> bool {
        !self.is_third() && !self.is_pro
    }

    /// The level of thinking that is nearest to an effort: not every model has every one.
    pub(super) fn level(self, effort: &str) -> &'static str {
        match effort {
            "none" | "minimal" if !self.is_pro && self.version <= 306 => "minimal",
            "none" | "minimal" | "low" => "low",
            "medium" if !(self.is_pro && self.version == 300) => "medium",
            _ => "high",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::version::NEWEST;

    #[test]
    fn versions_are_read_from_every_way_to_write_them() {
        for (name, version) in [
            ("gemini-2.5-flash", 205),
            ("models/gemini-2.5-flash-preview-09-2025", 205),
            ("gemini-2.0-flash-001", 200),
            ("gemini-3-pro-preview", 300),
            ("gemini-3.1-flash-lite", 301),
            ("gemini-4-argon", 400),
            ("gemini-flash-latest", NEWEST),
            ("gemma-3-27b-it", 0),
            ("tunedModels/mine", 0),
        ] {
            assert_eq!(Model::of(name).version, version, "{name}");
        }
        assert!(Model::of("gemma-3n-e4b-it").lacks_system && Model::of("gemma-3-27b-it").lacks_system);
        assert!(!Model::of("gemma-4-31b-it").lacks_system && !Model::of("gemini-2.5-pro").lacks_system);
    }

    #[test]
    fn levels_are_those_that_the_model_has() {
        for (name, levels) in [
            ("gemini-3-pro-preview", ["low", "low", "low", "high", "high"]),
            ("gemini-3.1-pro-preview", ["low", "low", "low", "medium", "high"]),
            ("gemini-3-flash-preview", ["minimal", "minimal", "low", "medium", "high"]),
            ("gemini-3.5-flash-lite", ["minimal", "minimal", "low", "medium", "high"]),
            ("gemini-3.8-flash", ["low", "low", "low", "medium", "high"]),
            ("gemini-flash-latest", ["low", "low", "low", "medium", "high"]),
        ] {
            let model = Model::of(name);
            let read = ["none", "minimal", "low", "medium", "xhigh"].map(|effort| model.level(effort));
            assert_eq!(read, levels, "{name}");
        }
    }

    #[test]
    fn what_newer_models_have_lost() {
        let can = |name: &str| {
            let model = Model::of(name);
            (model.has_prefill(), model.has_sampling(), model.has_candidates(), model.has_penalties())
        };
        assert_eq!(can("gemini-2.5-flash"), (true, true, true, true));
        assert_eq!(can("gemini-3.1-pro-preview"), (true, true, true, false));
        assert_eq!(can("gemini-3.5-flash-lite"), (false, false, true, false));
        assert_eq!(can("gemini-3.6-flash"), (false, false, false, false));
        assert_eq!(can("gemini-flash-latest"), (false, false, false, false));
        assert_eq!(can("gemma-3-27b-it"), (false, true, true, true));
    }
}
