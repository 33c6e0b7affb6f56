//! Which deployments share a credential: a key that is refused, or an account that is empty, is so for all of them.

use crate::base::hash::{checksum, deployment_id};
use crate::base::index::Index;
use crate::base::json::Writer;

use super::{Deployment, DeploymentIx, Fate};

/// Sixteen bits by which a deployment's credential is known again after a restart: enough to notice a new key, and too few
/// to be of help in guessing one.
#[must_use]
pub fn credential_tag(deployment: &Deployment) -> u16 {
    let hash = checksum(same_for(deployment, &deployment.id).as_bytes());
    (hash ^ hash >> 16) as u16
}

/// Equal where the credential is: the same key, organisation and headers at the same origin.
fn same_for(deployment: &Deployment, salt: &str) -> String {
    let mut parts = vec![salt, deployment.api_base.origin()];
    parts.extend(deployment.api_key.iter().map(|key| key.expose()));
    parts.push(deployment.organization.as_deref().unwrap_or_default());
    for (name, value) in &deployment.extra_headers {
        parts.extend([name.as_str(), value.expose()]);
    }
    deployment_id(&parts)
}

/// Writes everything of a deployment that decides what it answers, its credential too: two that write the same give the same
/// answers to the same people. It holds the secrets themselves, so that nothing weaker than a cryptographic hash stands
/// for them: it may go into one, and nowhere else.
pub fn tell_whole(deployment: &Deployment, out: &mut Writer) {
    let text = |out: &mut Writer, text: Option<&str>| {
        match text {
            Some(text) => out.text(text),
            None => out.raw("null"),
        };
    };
    out.raw("[").text(&deployment.provider).text(&deployment.model).text(deployment.api_base.url());
    text(out, deployment.version.as_deref());
    text(out, deployment.api_key.as_ref().map(|key| key.expose()));
    text(out, deployment.organization.as_deref());
    out.raw("[");
    for (name, value) in &deployment.extra_headers {
        out.text(name).text(value.expose());
    }
    out.push("]").raw("[");
    for param in &deployment.params {
        out.text(&param.name).text(&param.raw);
    }
    for rule in deployment.rules.iter() {
        out.text(&rule.name).text(match rule.fate {
            Fate::Cut => "-",
            Fate::Refuse => "!",
            Fate::Rename(name) | Fate::Value(name) => name,
        });
    }
    out.push("]");
    text(out, deployment.drop_params.map(|drops| if drops { "drops" } else { "keeps" }));
    text(out, deployment.mock.as_ref().and_then(|mock| mock.response.as_deref()));
    out.push("]");
}

/// Tells each deployment who is the first with the same credential. What is made of the secrets stays in this file, but for
/// [`credential_tag`] and [`tell_whole`].
pub fn share_credentials(deployments: &mut [Deployment]) {
    let mut first = Index::default();
    for (place, deployment) in deployments.iter_mut().enumerate() {
        if deployment.is_retired || deployment.parent.is_some() {
            continue;
        }
        let same = same_for(deployment, "");
        let holder = first.get(&same).unwrap_or(place);
        first.insert(&same, holder);
        deployment.credential = DeploymentIx(u16::try_from(holder).unwrap_or(u16::MAX));
    }
    // What was made from a declared one has its credential, and never holds it for others: its slot changes hands.
    for place in 0..deployments.len() {
        let parent = deployments.get(place).filter(|known| !known.is_retired).and_then(|known| known.parent);
        let credential =
            parent.and_then(|ix| deployments.get(usize::from(ix.0))).map(|known| known.credential);
        if let (Some(credential), Some(known)) = (credential, deployments.get_mut(place)) {
            known.credential = credential;
        }
    }
}
