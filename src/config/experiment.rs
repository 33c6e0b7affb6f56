//! Experiments: the calls to one group, shared out among variants that are groups themselves.

use super::{GroupIx, Resolved, RouterConfig};
use crate::base::hash::distance;

/// One experiment. A group has one at most.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// Its name. Another name shares the same callers out anew.
    pub name: String,
    /// The group whose calls it shares out.
    pub group: GroupIx,
    /// Whom among; at least one.
    pub variants: Vec<Variant>,
}

/// One variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// The group, as it is named in the config.
    pub model: String,
    /// The same.
    pub group: GroupIx,
    /// Its share, beside the weights of the others; 0 takes nobody.
    pub weight: f64,
    /// A number that stands for both names.
    pub tag: u64,
}

impl Experiment {
    /// The variant that a key belongs to: always the same, and in proportion to the weights.
    #[must_use]
    pub fn assign(&self, key: u64) -> Option<&Variant> {
        let mut nearest: Option<(f64, &Variant)> = None;
        for variant in self.variants.iter().filter(|variant| variant.weight > 0.0) {
            let distance = distance(key, variant.tag, variant.weight);
            if nearest.is_none_or(|(known, _)| distance < known) {
                nearest = Some((distance, variant));
            }
        }
        nearest.map(|(_, variant)| variant)
    }
}

impl RouterConfig {
    /// The experiment that shares out the calls to a target.
    #[must_use]
    pub fn experiment_on(&self, target: Resolved) -> Option<&Experiment> {
        self.experiments.iter().find(|experiment| target == Resolved::Group(experiment.group))
    }

    /// The experiment and the variant that a tag stands for.
    #[must_use]
    pub fn variant(&self, tag: u64) -> Option<(&Experiment, &Variant)> {
        let mut all =
            self.experiments.iter().flat_map(|one| one.variants.iter().map(move |variant| (one, variant)));
        all.find(|(_, variant)| variant.tag == tag)
    }

    /// Takes out the variants that the host does not allow.
    pub(super) fn leave_out_variants(&mut self) {
        let mut experiments = std::mem::take(&mut self.experiments);
        for experiment in &mut experiments {
            experiment.variants.retain(|variant| self.allows(Resolved::Group(variant.group)));
        }
        self.experiments = experiments;
    }
}
