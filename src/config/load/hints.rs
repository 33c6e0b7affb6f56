//! "Did you mean …": the known name that is nearest to one that is not known.

/// How far a name may be from what was meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum Reach {
    /// Slips of the keyboard, and another way of joining words (`apiKey`).
    Slips,
    /// Also a beginning of the name, the name with something after it, or another ending (`num_retry`).
    Prefixes,
}

/// The nearest of the known names, if one is near.
// Names come from many kinds of iterators: behind `dyn` they share one copy of the search.
pub(in crate::config) fn nearest<'k>(
    word: &str,
    known: &mut dyn Iterator<Item = &'k str>,
    reach: Reach,
) -> Option<&'k str> {
    /// A name longer than this is no slip of the keyboard, and comparing takes time.
    const LONGEST: usize = 96;
    if word.len() > LONGEST {
        return None;
    }
    let plain = normal(word);
    let limit = match plain.len() {
        0..3 => 0,
        3..6 => 1,
        8.. if reach == Reach::Prefixes => 3,
        _ => 2,
    };
    let mut found: Option<(usize, &str)> = None;
    for name in known.filter(|name| name.len() <= LONGEST) {
        let other = normal(name);
        let prefix = reach == Reach::Prefixes && is_prefix(&plain, &other);
        let distance = distance(&plain, &other);
        if (distance <= limit || prefix) && found.is_none_or(|(least, _)| distance < least) {
            found = Some((distance, name));
        }
    }
    found.map(|(_, name)| name)
}

/// ` …; did you mean x?`, or nothing.
pub(in crate::config) fn hint<'k>(
    word: &str,
    known: impl IntoIterator<Item = &'k str>,
    reach: Reach,
) -> String {
    suggestion(nearest(word, &mut known.into_iter(), reach))
}

fn suggestion(found: Option<&str>) -> String {
    found.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

fn normal(name: &str) -> Vec<char> {
    // The tables of other alphabets' capitals would weigh more than all options together.
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).map(|c| c.to_ascii_lowercase()).collect()
}

fn is_prefix(word: &[char], name: &[char]) -> bool {
    const SHORTEST: usize = 4;
    let (short, long) = if word.len() < name.len() { (word, name) } else { (name, word) };
    short.len() >= SHORTEST && long.starts_with(short)
}

/// How many letters must be put in, taken out, replaced or swapped with their neighbour
/// (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut left_a = None;
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        let mut left_b = None;
        for (j, &y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX - 1);
            let mut best =
                (at(&above, j) + usize::from(x != y)).min(at(&above, j + 1) + 1).min(at(&row, j) + 1);
            if left_a == Some(y) && left_b == Some(x) && j > 0 {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
            left_b = Some(y);
        }
        before = std::mem::replace(&mut above, row);
        left_a = Some(x);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let known = ["api_key", "rpm", "tpm", "routing_strategy", "weight"];
        for (word, meant) in [
            ("api_kye", Some("api_key")),
            ("apiKey", Some("api_key")),
            ("API-KEY", Some("api_key")),
            ("rmp", Some("rpm")),
            ("routing_stratgy", Some("routing_strategy")),
            ("wieght", Some("weight")),
            ("weights", Some("weight")),
            ("temperature", None),
            ("routing", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, &mut known.into_iter(), Reach::Slips), meant, "{word}");
        }
        assert_eq!(nearest("num_retry", &mut ["num_retries"].into_iter(), Reach::Slips), None);
        assert_eq!(
            nearest("num_retry", &mut ["num_retries"].into_iter(), Reach::Prefixes),
            Some("num_retries")
        );
        assert_eq!(nearest("routing", &mut known.into_iter(), Reach::Prefixes), Some("routing_strategy"));
        assert_eq!(nearest("weight_percent", &mut known.into_iter(), Reach::Prefixes), Some("weight"));
    }

    #[test]
    fn distance_counts_edits() {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        for (a, b, edits) in
            [("", "abc", 3), ("abc", "abc", 0), ("abcd", "abdc", 1), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(&letters(a), &letters(b)), edits, "{a} {b}");
        }
    }
}
