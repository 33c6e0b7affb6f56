//! Bytes in the pieces that they may arrive in.

use switchman::base::hash::checksum;

/// Sizes of pieces that depend on the bytes, so that an input always fails alike: often one byte at a time.
pub(crate) fn cuts(bytes: &[u8]) -> Vec<usize> {
    match checksum(bytes).to_le_bytes() {
        [..128, _, _, _] => vec![1],
        sizes => sizes.map(|size| 1 + usize::from(size) % 61).to_vec(),
    }
}

/// The pieces of these sizes, in turn.
pub(crate) fn pieces<'a>(bytes: &'a [u8], sizes: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let (mut rest, mut sizes) = (bytes, sizes.iter().cycle());
    std::iter::from_fn(move || {
        let (piece, behind) = rest.split_at(rest.len().min(*sizes.next()?));
        rest = behind;
        (!piece.is_empty()).then_some(piece)
    })
}

/// What comes of the bytes, which has to be the same all at once and in pieces.
#[track_caller]
pub(crate) fn alike<T: PartialEq + std::fmt::Debug>(
    bytes: &[u8],
    read: impl Fn(&mut dyn Iterator<Item = &[u8]>) -> T,
) -> T {
    let whole = read(&mut pieces(bytes, &[usize::MAX]));
    let cuts = cuts(bytes);
    assert_eq!(read(&mut pieces(bytes, &cuts)), whole, "in pieces of {cuts:?}");
    whole
}

/// The input with every `~` grown to 700 letters, so that a corpus can be small and its texts long.
pub(crate) fn grown(bytes: &[u8]) -> Vec<u8> {
    let mut grown = Vec::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'~' => grown.extend(b"abcdefg".repeat(100)),
            other => grown.push(*other),
        }
    }
    grown
}
