//! What a reader makes of streams.

use super::*;

const ROLE: &str = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
const TEXT: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"finish_reason\":null}]}\n\n";
const STOP: &str = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
const USAGE: &str = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":3}}\n\n";
const DONE: &str = "data: [DONE]\n\n";

fn watch(output: Output, parts: &[&str]) -> Watch {
    let mut watch = Watch::new(DialectName::OpenAi, output);
    parts.iter().for_each(|part| watch.push(part.as_bytes()));
    watch
}

#[test]
fn a_role_is_held_back_and_content_commits() {
    assert!(!watch(Output::Bytes, &[ROLE]).may_commit());
    assert!(watch(Output::Bytes, &[ROLE, TEXT]).may_commit());
    assert!(watch(Output::Bytes, &[&ROLE.repeat(256)]).may_commit());
}

#[test]
fn only_a_terminator_is_a_clean_end() {
    let mut whole = watch(Output::Bytes, &[ROLE, TEXT, STOP, USAGE, DONE]);
    let StreamOutcome::Complete { usage: Some(usage) } = whole.end(None) else { panic!("{whole:?}") };
    assert_eq!((usage.prompt_tokens, usage.completion_tokens), (2, 3));
    assert!(matches!(watch(Output::Bytes, &[ROLE, TEXT]).end(None), StreamOutcome::Broken(_)));
    assert!(matches!(watch(Output::Bytes, &[ROLE, DONE]).end(None), StreamOutcome::Broken(_)));
    assert!(matches!(watch(Output::Bytes, &[ROLE, TEXT, STOP]).end(None), StreamOutcome::Complete { .. }));
    assert!(matches!(
        watch(Output::Bytes, &[ROLE, TEXT, STOP, "data: {\"cho"]).end(None),
        StreamOutcome::Broken(_)
    ));
    let error = "data: {\"error\":{\"message\":\"x\",\"code\":\"server_error\"}}\n\n";
    let StreamOutcome::Broken(fault) = watch(Output::Bytes, &[ROLE, TEXT, error, DONE]).end(None) else {
        panic!()
    };
    assert_eq!(fault.kind, FaultKind::Unavailable);
}

#[test]
fn several_choices_end_with_the_terminator() {
    let other = TEXT.replace("{\"delta\"", "{\"index\":1,\"delta\"");
    let mut cut = watch(Output::Bytes, &[TEXT, &other, TEXT, STOP]);
    assert!(matches!(cut.end(None), StreamOutcome::Broken(_)));
    cut.tail(&[STOP, DONE].concat().into_bytes());
    assert!(matches!(cut.end(None), StreamOutcome::Complete { .. }));
}

#[test]
fn a_translated_stream_has_its_terminator() {
    let translator = StreamTranslator::new(DialectName::Anthropic, dialect::Memo::default(), 0, true);
    let mut watch = Watch::translating(translator.unwrap(), Output::Objects);
    watch.push(b"data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n");
    assert!(matches!(watch.end(None), StreamOutcome::Broken(_)));
    watch.push(b"data: {\"type\":\"message_stop\"}\n\n");
    assert!(matches!(watch.end(None), StreamOutcome::Complete { .. }));
}

fn text(watch: &mut Watch) -> String {
    let mut taken = Vec::new();
    watch.take(&mut taken);
    String::from_utf8(taken).unwrap()
}

fn lines(watch: &mut Watch) -> usize {
    let read: Vec<serde_json::Value> =
        text(watch).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    read.len()
}

#[test]
fn objects_leave_out_what_was_not_asked_for_and_what_is_malformed() {
    let parts = [ROLE, "data: {oops\n\n", TEXT, STOP, USAGE, DONE];
    let mut quiet = Watch::new(DialectName::OpenAi, Output::Objects).hiding_usage();
    parts.iter().for_each(|part| quiet.push(part.as_bytes()));
    assert_eq!(lines(&mut quiet), 3);
    assert_eq!(quiet.malformed(), 1);
    let mut asked = watch(Output::Objects, &parts);
    assert_eq!(lines(&mut asked), 4);
}

#[test]
fn the_tail_alone_tells_the_end() {
    let mut tail = watch(Output::Bytes, &[ROLE, TEXT]);
    tail.tail(format!("ice_reason\":null}}]}}\n\n{TEXT}{STOP}{USAGE}{DONE}").as_bytes());
    assert!(matches!(tail.end(None), StreamOutcome::Complete { usage: Some(_) }));
}

#[test]
fn events_are_written_anew_and_end_once() {
    let written = |parts: &[&str]| {
        let mut watch = watch(Output::Events, parts);
        let outcome = watch.end(None);
        (text(&mut watch), outcome)
    };
    let whole = [ROLE, "data: {oops\n\n", TEXT, STOP, USAGE];
    let expected = [ROLE, TEXT, STOP, USAGE, DONE].concat();
    assert_eq!(written(&whole).0, expected);
    assert_eq!(written(&[&whole[..], &[DONE, DONE]].concat()).0, expected);
    let (cut, outcome) = written(&[ROLE, TEXT]);
    assert_eq!(cut, [ROLE, TEXT].concat());
    assert!(matches!(outcome, StreamOutcome::Broken(_)));
    assert_eq!(written(&[ROLE, DONE]).0, ROLE);
}
