//! Whom a request can be served by at all, by what it asks for and what the deployments of its target say of themselves.
//! That does not move while the state does.

use crate::config::{Demand, DeploymentIx, Resolved, RouterConfig, Wanted};
use crate::price::{Capabilities, Capability};

use super::exclusion::Exclusion;

/// Deployments that may not serve a request, and why.
pub type Refused = Vec<(DeploymentIx, Exclusion)>;

/// A request without options that say anything.
const NOTHING: &Wanted = &Wanted { tags: Vec::new(), is_certain: false, by_tags: false, regions: Vec::new() };

/// The tag of those who serve what nobody else is for.
const DEFAULT: &str = "default";

/// The part of a window by which an estimate may be wrong: what is less over it than that may still fit.
const SHARE: u32 = 4;

/// Who of a target may not serve a request. One that was named by its id is passed over only for its region, and by the
/// host: who names it knows what it is. `kept` is whom the host has left, if it was asked.
#[must_use]
pub fn sieve(
    config: &RouterConfig,
    target: Resolved,
    demand: &Demand,
    wanted: Option<&Wanted>,
    kept: Option<&[DeploymentIx]>,
) -> Refused {
    let wanted = wanted.unwrap_or(NOTHING);
    let named;
    let (members, is_named): (&[DeploymentIx], bool) = match target {
        Resolved::Group(ix) => (config.group(ix).map_or(&[], |group| &group.members), false),
        Resolved::Deployment(ix) => {
            named = [ix];
            (&named, true)
        }
    };
    let (mut refused, mut left) = (Refused::new(), Vec::with_capacity(members.len()));
    for ix in members {
        let region = config.deployment(*ix).map_or("", |known| &known.labels.region);
        if wanted.regions.is_empty() || wanted.regions.iter().any(|one| one.eq_ignore_ascii_case(region)) {
            left.push(*ix);
        } else {
            refused.push((*ix, Exclusion::Region));
        }
    }
    let goes_by_tags = !is_named && goes_by_tags(config, members, wanted);
    let tagged = if goes_by_tags { tagged(config, &left, wanted) } else { Vec::new() };
    let is_checked = !is_named && config.policy.is_checked;
    let abilities = demand.abilities;
    let mut known = Capabilities::default();
    // What is certain first: what is only guessed is advice, which must not hide a word that binds.
    for is_guess in [false, true] {
        left.retain(|ix| {
            let excluded = is_checked.then(|| {
                let able = known_abilities(config, *ix);
                // Who is known to be able goes before those of whom nobody has said so.
                let of_model = match first(abilities.and(known).without(able)) {
                    Some(one) if is_guess => Some(Exclusion::Unproved(one)),
                    _ => unable(config, *ix, abilities),
                };
                of_model.or_else(|| too_long(config, *ix, demand)).filter(|one| one.is_guess() == is_guess)
            });
            let excluded = if goes_by_tags && !tagged.contains(ix) {
                Some(Exclusion::Tags)
            } else if kept.is_some_and(|kept| !kept.contains(ix)) {
                Some(Exclusion::Filtered)
            } else {
                excluded.flatten()
            };
            if !is_guess && excluded.is_none() {
                known = known.or(known_abilities(config, *ix));
            }
            refused.extend(excluded.map(|exclusion| (*ix, exclusion)));
            excluded.is_none()
        });
    }
    refused
}

/// What a deployment says that its model cannot do.
fn unable(config: &RouterConfig, ix: DeploymentIx, abilities: Capabilities) -> Option<Exclusion> {
    first(abilities.and(config.deployment(ix)?.facts.unable)).map(Exclusion::Unable)
}

fn first(abilities: Capabilities) -> Option<Capability> {
    Capability::ALL.iter().copied().find(|one| abilities.has(*one))
}

/// What is known of the abilities of a deployment's model.
fn known_abilities(config: &RouterConfig, ix: DeploymentIx) -> Capabilities {
    let entry = config.deployment(ix).and_then(|known| known.known.as_ref());
    entry.map(|entry| entry.capabilities).unwrap_or_default()
}

/// Does a request not fit into a deployment's window, with the answer that it asks for? What is only estimated is only
/// advice, as long as it may be wrong.
fn too_long(config: &RouterConfig, ix: DeploymentIx, demand: &Demand) -> Option<Exclusion> {
    let entry = config.deployment(ix)?.known.as_ref()?;
    let output = demand.output.filter(|_| demand.input > 0).unwrap_or(0);
    let need = demand.input.saturating_add(output);
    let window = entry.max_input_tokens.unwrap_or(u32::MAX);
    if need > window {
        let is_sure = demand.is_counted || need > window.saturating_add(window / SHARE);
        return Some(Exclusion::Window { is_sure });
    }
    // Tables are often wrong about it, and some providers cut the bound to what they can.
    (output > entry.max_output_tokens.unwrap_or(u32::MAX)).then_some(Exclusion::Window { is_sure: false })
}

/// Does the request go by tags? The word of a group beats that of the router.
fn goes_by_tags(config: &RouterConfig, members: &[DeploymentIx], wanted: &Wanted) -> bool {
    let own = |ix: &DeploymentIx| config.deployment(*ix).and_then(|known| known.labels.goes_by_tags);
    wanted.by_tags || members.iter().find_map(own).unwrap_or(config.policy.tags.is_on)
}

/// What the tags of a deployment are to those of a request.
#[derive(Clone, Copy)]
struct Match {
    /// All are there that are needed, and none that is barred.
    may: bool,
    /// One of the plain ones is there, and are all?
    any: bool,
    all: bool,
    is_default: bool,
    has_none: bool,
    fails_open: bool,
}

/// Who serves a request with these tags: of several pools the first one that has anybody.
fn tagged(config: &RouterConfig, members: &[DeploymentIx], wanted: &Wanted) -> Vec<DeploymentIx> {
    let rules = &config.policy.tags;
    let (mut has_plain, mut has_needed) = (false, false);
    let (mut is_known, mut has_default) = (wanted.is_certain, false);
    let mut found = Vec::with_capacity(members.len());
    for ix in members {
        let Some(known) = config.deployment(*ix) else { continue };
        let tags = known.labels.tags.as_slice();
        let (is_default, has_none) = (has(tags, DEFAULT), tags.is_empty());
        let fails_open = known.labels.fails_open;
        let mut one = Match { may: true, any: false, all: true, is_default, has_none, fails_open };
        for asked in &wanted.tags {
            if let Some(needed) = asked.strip_prefix('&') {
                has_needed = true;
                one.may &= has_all(tags, needed);
            } else if let Some(barred) = asked.strip_prefix('!') {
                one.may &= !has(tags, barred);
            } else {
                has_plain = true;
                let has = has_all(tags, asked);
                one.any |= has;
                one.all &= has;
            }
        }
        // Where a tag is somebody's, nobody else stands in for them.
        is_known |= one.any;
        has_default |= is_default;
        found.push((*ix, one));
    }
    let pool = |one: Match| {
        let is_it = if rules.match_any { one.any } else { one.all };
        if has_plain {
            match one.may {
                true if is_it => 3,
                true if one.is_default && !is_known => 2,
                _ => u8::from(one.fails_open),
            }
        } else if has_needed {
            u8::from(one.may)
        } else {
            let is_any = rules.any_for_untagged || !wanted.tags.is_empty();
            let is_left = if has_default { one.is_default } else { is_any || one.has_none };
            u8::from(one.may && is_left)
        }
    };
    let best = found.iter().map(|(_, one)| pool(*one)).max().unwrap_or(0).max(1);
    found.iter().filter(|(_, one)| pool(*one) == best).map(|(ix, _)| *ix).collect()
}

fn has(tags: &[String], one: &str) -> bool {
    tags.iter().any(|tag| tag == one)
}

/// Are all parts of `a&b` there?
#[inline(never)]
fn has_all(tags: &[String], all: &str) -> bool {
    all.split('&').all(|one| has(tags, one))
}
