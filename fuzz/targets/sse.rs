//! Server-sent events: cut anywhere they are the same, and what is written is read again.

use switchman::base::sse::{Decoder, Event, TooLong, encode};

use super::pieces::alike;

type Events = Vec<(Option<String>, Vec<u8>)>;

fn decode(pieces: &mut dyn Iterator<Item = &[u8]>, limit: usize) -> (Events, Result<(), TooLong>) {
    let (mut decoder, mut events) = (Decoder::new(limit), Vec::new());
    let mut keep = |event: Event<'_>| events.push((event.name.map(str::to_owned), event.data.to_vec()));
    let mut outcome = Ok(());
    for piece in pieces {
        outcome = decoder.push(piece, &mut keep);
        assert!(decoder.pending() <= limit);
        if outcome.is_err() {
            break;
        }
    }
    decoder.finish(&mut keep);
    (events, outcome)
}

pub(crate) fn run(bytes: &[u8]) -> bool {
    for limit in [0, 20] {
        let _ = alike(bytes, |pieces| decode(pieces, limit));
    }
    let (events, outcome) = alike(bytes, |pieces| decode(pieces, usize::MAX));
    assert_eq!(outcome, Ok(()));
    let mut written = Vec::new();
    events.iter().for_each(|(name, data)| encode(&mut written, name.as_deref(), data));
    assert_eq!(decode(&mut [&*written].into_iter(), usize::MAX).0, events, "written again");
    !events.is_empty()
}
