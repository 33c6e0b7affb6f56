//! The kinds of calls that the router serves.

/// One endpoint of the API, whatever the way in: a method of `Router`, or a path over `fetch`.
/// The discriminant is the code that crosses to JavaScript; append only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Surface {
    /// `completion`, `/v1/chat/completions`.
    Chat = 1,
    /// `embedding`, `/v1/embeddings`.
    Embeddings = 2,
}

impl Surface {
    /// Every surface, in the order of the codes.
    pub const ALL: [Self; 2] = [Self::Chat, Self::Embeddings];

    /// The surface for a code that came from JavaScript.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|surface| *surface as u8 == code)
    }
}
