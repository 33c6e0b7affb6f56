//! Which deployments share a credential: a key that is refused, or an account that is empty, is so for all of them.

use crate::base::hash::deployment_id;
use crate::base::index::Index;

use super::{Deployment, DeploymentIx};

/// Tells each deployment who is the first with the same credential: the same key, organisation and headers at the same
/// origin. What is made of the secrets stays in this function.
pub fn share_credentials(deployments: &mut [Deployment]) {
    let mut first = Index::default();
    for (place, deployment) in deployments.iter_mut().enumerate() {
        let mut parts = vec![deployment.api_base.origin()];
        parts.extend(deployment.api_key.iter().map(|key| key.expose()));
        parts.push(deployment.organization.as_deref().unwrap_or_default());
        for (name, value) in &deployment.extra_headers {
            parts.extend([name.as_str(), value.expose()]);
        }
        let same = deployment_id(&parts);
        let holder = first.get(&same).unwrap_or(place);
        first.insert(&same, holder);
        deployment.credential = DeploymentIx(u16::try_from(holder).unwrap_or(u16::MAX));
    }
}
