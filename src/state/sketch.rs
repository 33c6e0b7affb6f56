//! What a router tells others of how long a deployment's answers took to begin: a few times that stand for many.

use crate::base::bytes::{Reader, Writer};
use crate::base::time::Millis;

use super::recent::POINTS;

/// The version of the record: what another one writes is not read.
const VERSION: u8 = 1;

/// A sketch that is older than this says nothing of now.
const OLDEST_MS: u64 = 600_000;

/// The times of one deployment, in ms and in order, as one isolate has seen them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sketch {
    /// Who has seen them: an isolate's own sketch tells it nothing.
    pub tag: u32,
    /// When.
    pub at: Millis,
    /// To the first content of streams.
    pub streams: Vec<u32>,
    /// To the end of whole answers.
    pub answers: Vec<u32>,
}

impl Sketch {
    /// The bytes for the store: 175 at most.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.u8(VERSION);
        writer.u32(self.tag);
        writer.u64(self.at.0);
        for times in [&self.streams, &self.answers] {
            writer.u8(u8::try_from(times.len().min(POINTS)).unwrap_or(0));
            times.iter().take(POINTS).for_each(|ms| writer.u32(*ms));
        }
        writer.finish()
    }

    /// The sketch behind bytes from a store; `None` for what no [`Sketch::encode`] makes, and for what is too old.
    #[must_use]
    pub fn decode(now: Millis, bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != VERSION {
            return None;
        }
        let (tag, at) = (reader.u32()?, Millis(reader.u64()?));
        let mut times = || {
            let count = usize::from(reader.u8()?);
            let times = (0..count.min(POINTS)).map_while(|_| reader.u32()).collect::<Vec<_>>();
            (times.len() == count).then_some(times)
        };
        let (streams, answers) = (times()?, times()?);
        let is_whole = reader.is_empty() && now.since(at) < OLDEST_MS;
        is_whole.then_some(Self { tag, at, streams, answers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sketch_is_read_as_it_was_written_while_it_is_fresh() {
        let sketch = Sketch { tag: 7, at: Millis(1_000), streams: (1..=20).collect(), answers: vec![5, 9] };
        let bytes = sketch.encode();
        assert_eq!(Sketch::decode(Millis(600_999), &bytes), Some(sketch.clone()));
        assert_eq!(Sketch::decode(Millis(601_000), &bytes), None);
        assert_eq!(Sketch { answers: vec![1; 20], ..sketch }.encode().len(), 175);
    }

    #[test]
    fn bytes_that_are_no_sketch_are_none() {
        let bytes = Sketch { streams: vec![1, 2], ..Sketch::default() }.encode();
        for len in 0..bytes.len() {
            assert_eq!(Sketch::decode(Millis(0), &bytes[..len]), None, "{len}");
        }
        let mut long = bytes.clone();
        long.push(0);
        assert_eq!(Sketch::decode(Millis(0), &long), None);
        let many = [&bytes[..13], &[255]].concat();
        assert_eq!(Sketch::decode(Millis(0), &many), None);
    }
}
