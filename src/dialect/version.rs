//! The version that a model's name tells.

/// A version above all that are known: that of a name without one.
pub(super) const NEWEST: u16 = u16::MAX;

/// The words of a name.
pub(super) fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphanumeric())
}

/// `claude-opus-4-7-20260416` is 407, `gemini-2.5-flash` 205: a number behind the name of the family, and one right
/// behind that. Dates are longer than two digits. `None` where the name is of no such family.
pub(super) fn version(name: &str, family: &str) -> Option<u16> {
    let mut version = None;
    let (mut has_major, mut is_next) = (false, false);
    for word in words(name) {
        let number: Option<u16> = if word.len() <= 2 { word.parse().ok() } else { None };
        match (number, version) {
            (Some(number), Some(_)) if !has_major => {
                version = Some(number.saturating_mul(100));
                (has_major, is_next) = (true, true);
                continue;
            }
            (Some(number), Some(major)) if is_next => version = Some(number.saturating_add(major)),
            _ if word == family => version = version.or(Some(NEWEST)),
            _ => {}
        }
        is_next = false;
    }
    version
}
