//! What a fallback target replaces of a request, put into the request before anything else is made of it.

use crate::base::json::{Edit, Scanner, Table, splice};
use crate::config::{FallbackLists, Param};

use super::calls::CallId;
use super::router::Router;

/// Stands for a character that no text should hold: in a body whose long strings were cut it would be a mark.
const MARK: char = '\u{fdd0}';

/// A body with some members replaced, wherever they stand, and added where there are none; and without others. A body that
/// is no JSON object stays as it is: whoever reads it says so.
#[inline(never)]
pub(super) fn with_members(body: &[u8], members: &[Param], dropped: &[String]) -> Vec<u8> {
    let names = members.iter().map(|member| &member.name).chain(dropped);
    let mut scan = Scanner::new(Table::new(&[], names.cloned()));
    scan.push(body);
    if scan.finish().is_err() {
        return body.to_vec();
    }
    let raw: Vec<String> = members.iter().map(|member| member.raw.replace(MARK, "\u{fffd}")).collect();
    let replaced = members.iter().zip(&raw).filter_map(|(member, raw)| {
        Some(Edit::Replace { wanted: scan.index_of(&member.name)?, raw: raw.as_bytes() })
    });
    let cut = dropped.iter().filter_map(|name| Some(Edit::Cut { wanted: scan.index_of(name)? }));
    let edits: Vec<Edit<'_>> = replaced.chain(cut).collect();
    splice(&scan, &edits).apply(body)
}

impl Router {
    /// Does a fallback of the config replace members of requests? Those of calls may in any case.
    #[must_use]
    pub fn has_overrides(&self) -> bool {
        let table = &self.config.fallbacks;
        let any = |lists: &FallbackLists| {
            let own = lists.by_group.iter().flat_map(|(_, chain)| chain);
            own.chain(&lists.default).any(|target| target.overrides.is_some())
        };
        [&table.ordinary, &table.context_window, &table.content_policy].into_iter().any(any)
    }

    /// The members that the present target of a call replaces.
    #[must_use]
    pub fn overrides(&self, id: CallId) -> &[Param] {
        self.calls.get(id).map(|running| running.call.overrides()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(body: &str, members: &[(&str, &str)]) -> String {
        let param = |(name, raw): &(&str, &str)| Param { name: (*name).to_owned(), raw: (*raw).into() };
        let members: Vec<Param> = members.iter().map(param).collect();
        String::from_utf8(with_members(body.as_bytes(), &members, &[])).unwrap()
    }

    #[test]
    fn a_member_is_replaced_where_it_stands_and_stands_once() {
        let two = [("temperature", "0"), ("stop", r#"["a"]"#)];
        assert_eq!(
            with(r#"{"model":"m", "temperature" : 1e0,"n":12345678901234567890}"#, &two),
            r#"{"model":"m", "temperature" : 0,"n":12345678901234567890,"stop":["a"]}"#
        );
        assert_eq!(
            with(r#"{"temperature":1,"x":1,"temp\u0065rature":2}"#, &two[..1]),
            r#"{"x":1,"temp\u0065rature":0}"#
        );
        assert_eq!(with("{}", &two[..1]), r#"{"temperature":0}"#);
        assert_eq!(with(r#"{"user":"a"}"#, &[]), r#"{"user":"a"}"#);
    }

    #[test]
    fn a_member_is_left_out_wherever_it_stands() {
        let without = |body: &str| with_members(body.as_bytes(), &[], &["top_k".to_owned(), "a".to_owned()]);
        assert_eq!(without(r#"{"top_k":1,"b":[{"a":1}],"a":null}"#), br#"{"b":[{"a":1}]}"#);
        assert_eq!(without("[1]"), b"[1]");
    }

    #[test]
    fn what_is_no_object_stays_as_it_is() {
        assert_eq!(with("[1]", &[("n", "1")]), "[1]");
        assert_eq!(with(r#"{"a":"#, &[("n", "1")]), r#"{"a":"#);
    }

    #[test]
    fn no_replacement_passes_for_a_hole() {
        assert_eq!(with("{}", &[("user", "\"\u{fdd0}0\u{fdd1}\"")]), "{\"user\":\"\u{fffd}0\u{fdd1}\"}");
    }
}
