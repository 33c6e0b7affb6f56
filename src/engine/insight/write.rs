//! Values that the JSON of this folder has in common.

use crate::base::json::Writer;
use crate::base::time::Millis;
use crate::base::usage::Usage;
use crate::config::{DeploymentIx, Resolved, RouterConfig};

/// Millionths: what is told of a share or a draw.
const DIGITS: usize = 6;

/// A member that is a number, or `null`.
pub(super) fn number(out: &mut Writer, name: &str, number: Option<u64>) {
    match number {
        Some(number) => out.key(name).number(number),
        None => out.member(name, "null"),
    };
}

/// A member that is a text, or `null`.
pub(super) fn text(out: &mut Writer, name: &str, text: Option<&str>) {
    match text {
        Some(text) => out.key(name).text(text),
        None => out.member(name, "null"),
    };
}

/// A member that is true or false.
pub(super) fn flag(out: &mut Writer, name: &str, flag: bool) {
    out.member(name, if flag { "true" } else { "false" });
}

/// A member that is a moment, in epoch milliseconds, or `null`.
pub(super) fn moment(out: &mut Writer, name: &str, at: Option<Millis>) {
    number(out, name, at.map(|at| at.0));
}

/// A member that is no whole number, or `null`.
pub(super) fn fraction(out: &mut Writer, name: &str, value: Option<f64>) {
    match value {
        Some(value) => out.member(name, &decimal(value, DIGITS)),
        None => out.member(name, "null"),
    };
}

/// A number that is not negative, with at most so many digits behind the point. Written here, for the standard library
/// brings 10 KB for it.
pub(super) fn decimal(value: f64, digits: usize) -> String {
    let scale = 10_u64.saturating_pow(u32::try_from(digits).unwrap_or(0));
    // What is too large for it ends at the largest.
    fixed((value.max(0.0) * scale as f64 + 0.5) as u64, digits)
}

/// A number that was multiplied until so many digits behind the point became whole ones.
pub(super) fn fixed(scaled: u64, digits: usize) -> String {
    let scale = 10_u64.saturating_pow(u32::try_from(digits).unwrap_or(0));
    let mut text = (scaled / scale).to_string();
    let behind = format!("{:0digits$}", scaled % scale);
    let behind = behind.trim_end_matches('0');
    if !behind.is_empty() {
        text.push('.');
        text.push_str(behind);
    }
    text
}

/// A member that tells what an answer says it used, or `null`.
pub(super) fn usage(out: &mut Writer, name: &str, usage: Option<Usage>) {
    let Some(usage) = usage else {
        out.member(name, "null");
        return;
    };
    out.key(name).raw("{");
    for (name, count) in [
        ("prompt_tokens", usage.prompt_tokens),
        ("completion_tokens", usage.completion_tokens),
        ("total_tokens", usage.total_tokens),
        ("cached_tokens", usage.cached_tokens),
        ("reasoning_tokens", usage.reasoning_tokens),
    ] {
        out.key(name).number(count);
    }
    for (name, count) in usage.details().into_iter().filter(|(_, count)| *count > 0) {
        out.key(name).number(count.into());
    }
    out.push("}");
}

/// The experiment and the variant that something belongs to, if it belongs to one.
pub(super) fn trial(out: &mut Writer, config: &RouterConfig, tag: Option<u64>) {
    if let Some((experiment, variant)) = tag.and_then(|tag| config.variant(tag)) {
        out.key("experiment").text(&experiment.name).key("variant").text(&variant.model);
    }
}

/// The text that was written.
pub(super) fn finished(out: Writer) -> String {
    String::from_utf8(out.into_bytes()).unwrap_or_default()
}

/// The id of a deployment.
pub(super) fn id(config: &RouterConfig, ix: DeploymentIx) -> &str {
    config.deployment(ix).map_or("", |known| &known.id)
}

/// The group that a deployment serves.
pub(super) fn group_of(config: &RouterConfig, ix: DeploymentIx) -> Option<&str> {
    let group = config.group(config.deployment(ix)?.group)?;
    Some(&group.name)
}

/// The name of a target: of a group, or the id of a deployment.
pub(super) fn name(config: &RouterConfig, target: Resolved) -> &str {
    match target {
        Resolved::Group(ix) => config.group(ix).map_or("", |group| &group.name),
        Resolved::Deployment(ix) => id(config, ix),
    }
}

/// The group of a target.
pub(super) fn group_name(config: &RouterConfig, target: Resolved) -> Option<&str> {
    match target {
        Resolved::Group(ix) => config.group(ix).map(|group| group.name.as_str()),
        Resolved::Deployment(ix) => group_of(config, ix),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_short_and_rounded() {
        for (value, digits, text) in [
            (0.0, 6, "0"),
            (0.25, 6, "0.25"),
            (1.0 / 3.0, 6, "0.333333"),
            (0.999_999_9, 6, "1"),
            (1_000.0, 6, "1000"),
            (0.051, 1, "0.1"),
            (-1.0, 2, "0"),
            (f64::NAN, 2, "0"),
        ] {
            assert_eq!(decimal(value, digits), text);
        }
    }
}
