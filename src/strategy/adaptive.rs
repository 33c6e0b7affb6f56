//! `adaptive`: whose answers callers like, as far as they say so with `feedback`. For each deployment a score is drawn from
//! what is believed of it (Thompson sampling), and the highest is taken: who is little known is tried often, who is known
//! to be worse seldom. Not in LiteLLM. Without any feedback it draws at random; weights count for nothing.

use crate::base::rng::{Rng, ln};
use crate::config::DeploymentIx;

use super::field::{Field, UNKNOWN};

/// What one is in a score.
pub(super) const ONE: f64 = 1e6;

/// Draws so many times to tell how likely each one is.
const TOLD: u64 = 256;

/// Picks the one with the highest draw.
pub(super) fn pick(field: &Field<'_>, rng: &mut Rng) -> Option<DeploymentIx> {
    if let [only] = field.candidates {
        return Some(*only);
    }
    let mut best = None;
    for ix in field.candidates {
        let (good, bad) = field.view.state.health(*ix)?.rated.belief();
        let drawn = beta(good, bad, rng);
        if best.is_none_or(|(highest, _)| drawn > highest) {
            best = Some((drawn, *ix));
        }
    }
    best.map(|(_, ix)| ix)
}

/// How often each of the candidates is taken.
pub(super) fn weights(field: &Field<'_>) -> Vec<f64> {
    let mut taken = vec![0.0; field.candidates.len()];
    for number in 0..TOLD {
        let picked = pick(field, &mut Rng::for_call(TOLD, number));
        let place = field.candidates.iter().position(|ix| Some(*ix) == picked);
        place.and_then(|place| taken.get_mut(place)).into_iter().for_each(|count| *count += 1.0);
    }
    taken
}

/// How much the next answer is expected to fall short of the best score.
pub(super) fn score(field: &Field<'_>, ix: DeploymentIx) -> u64 {
    let health = field.view.state.health(ix);
    health.map_or(UNKNOWN, |health| ((1.0 - health.rated.expected()) * ONE) as u64)
}

/// A draw from a Beta distribution of shapes from 1 on: the share of one of two gammas.
fn beta(good: f64, bad: f64, rng: &mut Rng) -> f64 {
    let (first, second) = normals(rng);
    let (good, bad) = (gamma(good, first, rng), gamma(bad, second, rng));
    good / (good + bad)
}

/// A draw from a Gamma distribution of a shape from 1 on, out of a normal one (Marsaglia and Tsang 2000).
fn gamma(shape: f64, mut normal: f64, rng: &mut Rng) -> f64 {
    let base = shape - 1.0 / 3.0;
    let step = 1.0 / (9.0 * base).sqrt();
    loop {
        let root = 1.0 + normal * step;
        let (cube, square) = (root * root * root, normal * normal);
        if cube > 0.0 {
            let drawn = above_zero(rng);
            // Nearly all are taken by the paper's squeeze, without a logarithm.
            if drawn < 1.0 - 0.0331 * square * square
                || ln(drawn) < square / 2.0 + base * (1.0 - cube + ln(cube))
            {
                return base * cube;
            }
        }
        (normal, _) = normals(rng);
    }
}

/// Two draws from the normal distribution, by Marsaglia's polar method.
fn normals(rng: &mut Rng) -> (f64, f64) {
    loop {
        let (x, y) = (rng.unit() * 2.0 - 1.0, rng.unit() * 2.0 - 1.0);
        let square = x * x + y * y;
        if square > 0.0 && square < 1.0 {
            let scale = (-2.0 * ln(square) / square).sqrt();
            return (x * scale, y * scale);
        }
    }
}

fn above_zero(rng: &mut Rng) -> f64 {
    1.0 - rng.unit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_mean_and_the_spread_of_a_beta() {
        const DRAWS: u64 = 20_000;
        for (good, bad) in [(1.0, 1.0), (3.0, 1.0), (1.5, 4.5), (80.0, 20.0)] {
            let drawn: Vec<f64> =
                (0..DRAWS).map(|number| beta(good, bad, &mut Rng::for_call(7, number))).collect();
            let mean = drawn.iter().sum::<f64>() / DRAWS as f64;
            let spread = drawn.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / DRAWS as f64;
            let total: f64 = good + bad;
            let right = (good / total, good * bad / (total * total * (total + 1.0)));
            assert!((mean - right.0).abs() < 0.01, "Beta({good}, {bad}): mean {mean}, right is {}", right.0);
            assert!(
                (spread / right.1 - 1.0).abs() < 0.05,
                "Beta({good}, {bad}): {spread}, right is {}",
                right.1
            );
        }
    }
}
