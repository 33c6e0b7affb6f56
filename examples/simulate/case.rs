//! One case: a config, what its upstreams do, who calls when, and how the clock is set. All out of one seed.

use switchman::engine::ProbeWish;
use switchman::sim::{CallNo, Upstream, World};

use crate::changes::{Change, Deed, changes, newcomers};
use crate::draw::Draw;
use crate::faults::upstream;
use crate::setup::Setup;
use crate::steering::probe;
use crate::traffic::{Asked, calls};

/// One case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) seed: u64,
    pub(crate) setup: Setup,
    pub(crate) upstreams: Vec<Upstream>,
    pub(crate) calls: Vec<Asked>,
    /// When the host's clock is set, and by how much.
    pub(crate) clock_steps: Vec<(u64, i64)>,
    /// When the host asks how deployments are, whom, and for how long.
    pub(crate) probes: Vec<(u64, ProbeWish, u64)>,
    /// What is changed while calls run, in order.
    pub(crate) changes: Vec<Change>,
    /// The far sides of deployments that may come later.
    newcomers: Vec<(String, Upstream)>,
}

impl Case {
    /// The case of a seed, of about so many calls.
    pub(crate) fn draw(seed: u64, usual_calls: u64) -> Self {
        let mut draw = Draw::new(seed);
        let setup = Setup::draw(&mut draw);
        let span_ms = draw.one(&[0, 500, 10_000, 60_000, 300_000]);
        let upstreams = setup.ids.iter().map(|_| upstream(&mut draw, span_ms)).collect();
        let count = draw.between(1, usual_calls * 2);
        let calls = calls(&mut draw, &setup, count, span_ms);
        let steps = if draw.chance(20) { draw.between(1, 4) } else { 0 };
        let step = |draw: &mut Draw| {
            let by_ms = draw.ms() as i64 * draw.one(&[1, 1, 40]);
            (draw.between(0, span_ms + 5_000), if draw.chance(50) { by_ms } else { -by_ms })
        };
        let clock_steps = (0..steps).map(|_| step(&mut draw)).collect();
        let probes = if draw.chance(30) { draw.between(1, 5) } else { 0 };
        let probe = |draw: &mut Draw| {
            let (wish, timeout_ms) = probe(draw, &setup.groups, &setup.ids);
            // Some when what is benched for long may be tried again.
            let rest_ms = if draw.chance(50) { 5_000 } else { 330_000 };
            (draw.between(0, span_ms + rest_ms), wish, timeout_ms)
        };
        let probes = (0..probes).map(|_| probe(&mut draw)).collect();
        let changes = changes(&mut draw, &setup, &calls, span_ms);
        let ids = if changes.is_empty() { Vec::new() } else { newcomers(&setup) };
        let newcomers = ids.into_iter().map(|id| (id, upstream(&mut draw, span_ms))).collect();
        Self { seed, setup, upstreams, calls, clock_steps, probes, changes, newcomers }
    }

    /// The world of the case, with everything planned and nothing begun.
    pub(crate) fn world(&self) -> Result<World, String> {
        let made = World::with_host(&self.setup.config, &self.setup.host, self.seed);
        let mut world = made.map_err(|error| error.to_string())?;
        for (id, upstream) in self.setup.ids.iter().zip(&self.upstreams) {
            world.upstream(id, upstream.clone()).map_err(|error| error.to_string())?;
        }
        for (id, upstream) in &self.newcomers {
            world.later_upstream(id, upstream.clone());
        }
        let calls: Vec<CallNo> =
            self.calls.iter().map(|asked| world.call_in(asked.at_ms, asked.spec.clone())).collect();
        for Change { at_ms, deed } in &self.changes {
            match deed {
                Deed::Config { config, .. } => world.adopt_in(*at_ms, config.clone()),
                Deed::Health(id, ok) => world.set_health_in(*at_ms, id, *ok),
                Deed::Score(call, score) => world.feedback_in(*at_ms, calls[*call], *score),
            }
        }
        for (at_ms, by_ms) in &self.clock_steps {
            world.set_clock_in(*at_ms, *by_ms);
        }
        for (at_ms, wish, timeout_ms) in &self.probes {
            world.probe_in(*at_ms, wish.clone(), *timeout_ms);
        }
        for (group, ranker) in self.setup.groups.iter().zip(&self.setup.rankers) {
            world.ranker(group, ranker.clone());
        }
        if let Some(sifter) = self.setup.sifter {
            world.sifter(sifter);
        }
        Ok(world)
    }
}
