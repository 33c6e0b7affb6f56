//! A config that holds together.

use std::collections::BTreeSet;

use serde_json::Value;
use switchman::config::{DeploymentIx, FallbackTarget, Resolved, RouterConfig};

/// Everything that refers to something refers to something that is there.
pub(crate) fn assert_whole(config: &RouterConfig) {
    let known = |target: &Resolved| match target {
        Resolved::Group(group) => config.group(*group).is_some(),
        Resolved::Deployment(deployment) => config.deployment(*deployment).is_some(),
    };
    let members: Vec<DeploymentIx> = config.groups.iter().flat_map(|group| group.members.clone()).collect();
    assert_eq!(members.len(), config.deployments.len());
    for (position, group) in config.groups.iter().enumerate() {
        for member in &group.members {
            assert_eq!(usize::from(config.deployment(*member).unwrap().group.0), position);
        }
        assert!(config.resolve(&group.name).is_some());
    }
    let ids: BTreeSet<&str> = config.deployments.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids.len(), config.deployments.len());
    for deployment in &config.deployments {
        assert!(deployment.weight.is_none_or(|weight| weight.is_finite() && weight >= 0.0));
        for param in &deployment.params {
            serde_json::from_str::<Value>(&param.raw).unwrap();
        }
    }
    let table = &config.fallbacks;
    let whole = |target: &FallbackTarget| {
        let mut params = target.overrides.iter().flat_map(|params| params.iter());
        known(&target.to) && params.all(|param| serde_json::from_str::<Value>(&param.raw).is_ok())
    };
    for lists in [&table.ordinary, &table.context_window, &table.content_policy] {
        assert!(lists.by_group.iter().flat_map(|(_, chain)| chain).chain(&lists.default).all(whole));
    }
}
