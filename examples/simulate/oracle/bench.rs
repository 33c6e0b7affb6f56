//! Who may be benched, for what, and for how long.

use switchman::config::{DeploymentIx, ErrorClass};
use switchman::error::{Blame, FaultKind};
use switchman::state::{Bench, Scope};

use super::{Broken, Oracle, rule};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 3_600_000;

impl Oracle {
    /// A bench, before it is in the books.
    pub(super) fn check_bench(&self, ix: DeploymentIx, scope: Scope, bench: &Bench) -> Result<(), Broken> {
        let (known, policy) = (&self.config.deployments[usize::from(ix.0)], &self.config.policy);
        rule!(!known.is_retired, "{} is benched, and was taken out", known.id);
        let (now, is_of_key) = (self.books.era(ix), scope == Scope::Credential);
        let is_of = |send: &super::Send| {
            let is_same = send.era.model == now.model && (send.era.key == now.key || !is_of_key);
            send.to == ix && is_same
        };
        let is_now = self.calls.of(self.at).sends.iter().any(is_of);
        rule!(is_now, "{} is benched for what another key or another model has told", known.id);
        let cooldown_ms = known.cooldown_ms.unwrap_or(policy.cooldown_ms);
        let kind = bench.cause.kind;
        rule!(!policy.disable_cooldowns && cooldown_ms > 0, "{} is never benched", known.id);
        rule!(bench.until == self.now + bench.period_ms, "a bench of another length");
        let is_credentials = matches!(kind, FaultKind::Auth | FaultKind::PermissionDenied | FaultKind::Quota);
        rule!((scope == Scope::Credential) == is_credentials, "{kind:?} benches the {scope:?}");
        let blame = kind.verdicts().blame;
        let longest = if blame == Blame::BenchLong { HOUR_MS } else { MINUTE_MS.max(cooldown_ms) };
        rule!((1..=longest).contains(&bench.period_ms), "a bench of {} ms for {kind:?}", bench.period_ms);

        let is_blamed = blame != Blame::None;
        let by_class = known.allowed_fails_policy.of(&bench.cause).is_some()
            || (is_blamed && policy.allowed_fails_policy.of(&bench.cause).is_some());
        rule!(
            is_blamed || by_class,
            "benched for {:?}, which is nobody's fault",
            ErrorClass::of(&bench.cause).0
        );
        let members = &self.config.groups[usize::from(known.group.0)].members;
        rule!(members.len() > 1 || kind == FaultKind::Quota, "the only deployment of its group is benched");
        if blame == Blame::Rate && !by_class {
            // By a rate rule only where somebody else may be used.
            let call = self.calls.of(self.at);
            let mut others = members.iter().filter(|other| **other != ix);
            // Of others nobody has asked what they can, where one was named, or is in another group now.
            let has_moved = call.sends.iter().any(|send| send.to == ix && send.group != known.group);
            let is_named = call.may_be_named(ix) || call.is_ping() || has_moved;
            let is_left = others.any(|other| match is_named {
                true => self.state_why_not(*other, call, MINUTE_MS).is_none(),
                false => self.why_not(*other, call, MINUTE_MS).is_none(),
            });
            rule!(is_left, "{} is benched by its rate, and is the last of its group", known.id);
        }
        Ok(())
    }
}
