//! What the loader has to say: problems, notices, and the places that they are about.
//!
//! Not here: what is wrong with which option (the other files of this folder).

use std::collections::BinaryHeap;
use std::fmt;

use crate::base::index::Index;
use crate::base::text::{self, find, has, mask};

/// Something in the config that cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: `model_list[2].litellm_params.weight`; options of the host begin with `host.`.
    pub path: String,
    /// What is wrong, in one sentence. Never holds a credential.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// An option that is accepted and has no effect, or another effect than its writer may expect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Where it stands first, written as in [`Problem::path`].
    pub path: String,
    /// What becomes of it, in one sentence. Never holds a credential.
    pub message: String,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// A place in the config. It borrows, so that a place without a problem costs no allocation.
#[derive(Clone, Copy)]
pub(in crate::config) enum Path<'a> {
    Root,
    Key(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(in crate::config) fn key(&'a self, key: &'a str) -> Self {
        Self::Key(self, key)
    }

    pub(in crate::config) fn item(&'a self, index: usize) -> Self {
        Self::Item(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Item(list, index) => write!(f, "{list}[{index}]"),
            Self::Key(Path::Root, key) if is_plain(key) => f.write_str(key),
            Self::Key(object, key) if is_plain(key) => write!(f, "{object}.{key}"),
            Self::Key(object, key) => write!(f, "{object}[\"{}\"]", cut(key)),
        }
    }
}

fn is_plain(key: &str) -> bool {
    (1..=MAX_SHOWN).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The longest piece of the config that a message repeats, in characters.
const MAX_SHOWN: usize = 64;

/// Beginnings of well-known kinds of keys. A key that was pasted into the wrong place is not repeated.
const KEY_MARKS: [&str; 11] =
    ["sk-", "sk_", "pk-", "gsk_", "xai-", "hf_", "ghp_", "AIza", "AKIA", "eyJ", "Bearer "];

/// The parts of an address with a name and a password in front of its host, without these; `None` for anything else.
fn without_login(text: &str) -> Option<(&str, &str)> {
    let begin = find(text, "://").map_or(0, |at| at + "://".len());
    let (scheme, rest) = text.split_at_checked(begin)?;
    let (authority, _) = text::cut(rest, b'/');
    let login = authority.get(..authority.bytes().rposition(|byte| byte == b'@')?)?;
    let is_login = begin > 0 || has(login, b':');
    // What is no scheme may be anything.
    let is_scheme = scheme.len() <= 16 && scheme.bytes().all(|byte| byte.is_ascii_graphic());
    is_login.then_some((if is_scheme { scheme } else { "" }, rest.get(login.len() + 1..)?))
}

fn cut(text: &str) -> String {
    if KEY_MARKS.iter().any(|mark| text.starts_with(mark)) {
        return "***".to_owned();
    }
    let (scheme, login, text) = match without_login(text) {
        Some((scheme, rest)) => (scheme, "***@", rest),
        None => ("", "", text),
    };
    let mut shown: String =
        text.chars().take(MAX_SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    if login.is_empty() { shown } else { [scheme, login, &shown].concat() }
}

/// A name for a message: in back-quotes, cut, on one line, and masked where it looks like a key.
pub(in crate::config) fn quote(text: &str) -> String {
    format!("`{}`", cut(text))
}

/// The most problems that are told one by one.
const MAX_PROBLEMS: usize = 1_000;

/// Collects everything that is found, so that all of it is told at once.
#[derive(Default)]
pub(in crate::config) struct Report {
    problems: Vec<Problem>,
    untold: usize,
    notices: Vec<(Notice, usize)>,
    /// Positions in `notices` by message.
    noticed: Index,
    /// Every remembered credential, by its length in bytes.
    secrets: Index,
}

impl Report {
    pub(in crate::config) fn problem(&mut self, at: &Path<'_>, message: impl Into<String>) {
        self.add_problem(at, message.into());
    }

    fn add_problem(&mut self, at: &Path<'_>, message: String) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem { path: at.to_string(), message });
        } else {
            self.untold += 1;
        }
    }

    /// Adds a notice; the same one about another deployment is only counted.
    pub(in crate::config) fn notice(&mut self, at: &Path<'_>, message: impl Into<String>) {
        self.add_notice(at, message.into());
    }

    fn add_notice(&mut self, at: &Path<'_>, message: String) {
        let known = self.noticed.get(&message).and_then(|position| self.notices.get_mut(position));
        if let Some((_, places)) = known {
            *places += 1;
        } else {
            self.noticed.insert(&message, self.notices.len());
            self.notices.push((Notice { path: at.to_string(), message }, 1));
        }
    }

    /// Remembers a credential, so that no message can hold it whatever it quotes.
    pub(in crate::config) fn secret(&mut self, value: &str) {
        /// Anything shorter would blank ordinary words, and is no credential worth the name.
        const SHORTEST: usize = 8;
        for piece in [value, value.trim()] {
            if piece.len() >= SHORTEST {
                self.secrets.insert(piece, piece.len());
            }
        }
    }

    /// How many problems there are by now: the argument of [`Report::demote`].
    pub(in crate::config) fn mark(&self) -> usize {
        self.problems.len() + self.untold
    }

    /// Turns the problems since `mark` into notices.
    pub(in crate::config) fn demote(&mut self, mark: usize) {
        self.untold = self.untold.min(mark.saturating_sub(self.problems.len()));
        for Problem { path, message } in self.problems.drain(mark.min(self.problems.len())..) {
            self.notices.push((Notice { path, message: format!("skipped: {message}") }, 1));
        }
    }

    /// Everything that was found, in the order of the finding, without any remembered credential.
    pub(in crate::config) fn finish(self) -> (Vec<Problem>, Vec<Notice>) {
        let Self { mut problems, untold, notices, secrets, .. } = self;
        // A credential that holds another one must go first: a heap gives the longest ones first.
        let mut longest = BinaryHeap::new();
        secrets.names().for_each(|secret| longest.push((secret.len(), secret)));
        let mut ordered = Vec::new();
        while let Some((_, secret)) = longest.pop() {
            ordered.push(secret);
        }
        let clean = |text: &mut String| {
            for secret in &ordered {
                mask(text, secret, "***");
            }
        };
        if untold > 0 {
            problems
                .push(Problem { path: "config".to_owned(), message: format!("has {untold} more problems") });
        }
        for Problem { path, message } in &mut problems {
            clean(path);
            clean(message);
        }
        let mut told = Vec::new();
        for (mut notice, places) in notices {
            if places > 1 {
                notice.message.push_str(&format!(" (in {places} places)"));
            }
            clean(&mut notice.path);
            clean(&mut notice.message);
            told.push(notice);
        }
        (problems, told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_like_javascript() {
        let list = Path::Root.key("fallbacks");
        let item = list.item(2);
        assert_eq!(item.key("gpt").key("model").to_string(), "fallbacks[2].gpt.model");
        assert_eq!(item.key("gpt-4.1 \n").to_string(), "fallbacks[2][\"gpt-4.1  \"]");
        assert_eq!(item.key("sk-marked").to_string(), "fallbacks[2][\"***\"]");
    }

    #[test]
    fn a_credential_is_taken_out_of_whatever_quotes_it() {
        let mut report = Report::default();
        report.secret("marked-credential");
        report.secret("marked-credential-and-more\n");
        report.problem(&Path::Root.key("a"), "x marked-credential-and-more x");
        report.notice(&Path::Root.key("marked-credential"), "marked-credential");
        let (problems, notices) = report.finish();
        assert_eq!(problems[0].message, "x *** x");
        assert_eq!((notices[0].path.as_str(), notices[0].message.as_str()), ("[\"***\"]", "***"));
    }

    #[test]
    fn what_stands_before_the_host_of_an_address_is_not_repeated() {
        let told = |text: &str| quote(text);
        assert_eq!(told("https://me:hunter2@host/path"), "`https://***@host/path`");
        assert_eq!(told("redis://:a@b@host"), "`redis://***@host`");
        assert_eq!(told("me:hunter2@host"), "`***@host`");
        assert_eq!(told("https://host/a@b"), "`https://host/a@b`");
        assert_eq!(told(&format!("{}://a@b", "x".repeat(1_000))), "`***@b`");
        assert_eq!(told("a@b"), "`a@b`");
    }

    #[test]
    fn problems_past_the_bound_are_counted() {
        let mut report = Report::default();
        (0..MAX_PROBLEMS + 3).for_each(|index| report.problem(&Path::Root.item(index), "bad"));
        let (problems, _) = report.finish();
        assert_eq!(problems.len(), MAX_PROBLEMS + 1);
        assert_eq!(problems.last().unwrap().message, "has 3 more problems");
    }

    #[test]
    fn demoting_keeps_what_was_there_before() {
        let mut report = Report::default();
        report.problem(&Path::Root.key("a"), "bad");
        let mark = report.mark();
        report.problem(&Path::Root.key("b"), "worse");
        report.demote(mark);
        let (problems, notices) = report.finish();
        assert_eq!((problems.len(), notices.len()), (1, 1));
        assert_eq!(notices[0].message, "skipped: worse");
    }
}
