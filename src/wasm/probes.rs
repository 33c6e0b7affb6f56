//! Probes, for the driver that makes them.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::base::json::Writer;
use crate::base::time::Millis;
use crate::config::{DeploymentIx, Surface};
use crate::engine::{Probe, ProbeWish};

use super::router::{Router, action};

#[wasm_bindgen]
impl Router {
    /// Who is to be probed, as a JSON list of `{ deployment, surface, skipped, body }`, the oldest first; empty for the error in
    /// `coreError(0)`.
    #[wasm_bindgen(js_name = coreProbes)]
    pub fn probes(&mut self, all: bool, groups: Vec<String>, ids: Vec<String>, now: f64) -> String {
        let found = self.engine.borrow_mut().probes(Millis::from_f64(now), &ProbeWish { all, groups, ids });
        let due = match found {
            Ok(due) => due,
            Err(fault) => {
                self.refuse_with(fault, action::FAILED);
                return String::new();
            }
        };
        let mut out = Writer::default();
        out.raw("[");
        for probe in due {
            out.raw("{").key("deployment").number(probe.deployment.0.into());
            out.key("surface").number(probe.surface as u64);
            match probe.passed {
                Some(reason) => out.key("skipped").text(reason),
                None => out.member("body", &self.engine.borrow().probe_body(probe)),
            };
            out.push("}");
        }
        out.push("]");
        String::from_utf8(out.into_bytes()).unwrap_or_default()
    }

    /// Begins one, which is over after so long at the latest; as `coreBegin`.
    #[wasm_bindgen(js_name = coreProbe)]
    pub fn probe(&mut self, deployment: u16, surface: u8, timeout_ms: f64, now: f64) -> u32 {
        let surface = Surface::from_code(surface).unwrap_or(Surface::Chat);
        let probe = Probe { deployment: DeploymentIx(deployment), surface, passed: None };
        let now = Millis::from_f64(now);
        let begun = self.engine.borrow_mut().begin_probe(now, probe, timeout_ms as u64);
        match begun {
            Ok((id, step)) => self.take(id.0, step),
            Err(fault) => self.refuse_with(fault, action::FAILED),
        }
    }
}
