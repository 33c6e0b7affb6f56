//! How one of several deployments is picked, by LiteLLM's names and our own.

/// How one of several eligible deployments is picked. What each does stands in `src/strategy/`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// `simple-shuffle`: at random, in proportion to the weights.
    #[default]
    SimpleShuffle,
    /// `round-robin`: in turn, in proportion to the weights.
    RoundRobin,
    /// `least-busy`: who has the fewest sends under way.
    LeastBusy,
}

impl Strategy {
    /// Every strategy that is carried out, with its name.
    const NAMED: [(Self, &'static str); 3] = [
        (Self::SimpleShuffle, "simple-shuffle"),
        (Self::RoundRobin, "round-robin"),
        (Self::LeastBusy, "least-busy"),
    ];

    /// The strategy of a name; `None` for a name that is not carried out, or not known.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.into_iter().find(|(_, known)| *known == name).map(|(strategy, _)| strategy)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMED.into_iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }
}
