//! The brackets that are open: how many, and of which kind.

use super::MAX_DEPTH;

/// A stack of brackets, one bit each.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Nest {
    /// The innermost bracket is the lowest bit; set for `{`.
    curly: u128,
    depth: u32,
}

/// Why a bracket cannot stand where it stands.
pub(super) enum Misfit {
    TooDeep,
    Mismatch,
}

impl Nest {
    /// Takes the next bracket in: one of `{`, `}`, `[`, `]`. Gives the number still open.
    pub(super) fn take(&mut self, bracket: u8) -> Result<u32, Misfit> {
        let is_curly = bracket & 0x20 != 0;
        if matches!(bracket, b'{' | b'[') {
            if self.depth == MAX_DEPTH {
                return Err(Misfit::TooDeep);
            }
            self.curly = self.curly << 1 | u128::from(is_curly);
            self.depth += 1;
        } else {
            if self.depth == 0 || (self.curly & 1 == 1) != is_curly {
                return Err(Misfit::Mismatch);
            }
            self.curly >>= 1;
            self.depth -= 1;
        }
        Ok(self.depth)
    }
}

// One bit per level.
const _: () = assert!(MAX_DEPTH <= u128::BITS);
