//! A circuit as one number, so that any store can merge it by taking the larger one.
//!
//! 12 bits of epoch over 41 bits of "benched until" (milliseconds, good to the year 2039): 53 bits, what a
//! JavaScript number holds exactly. Within an epoch the later moment wins, so a bench is only extended; closing
//! raises the epoch, so a close wins over every bench before it.

use crate::base::time::Millis;

const UNTIL_BITS: u32 = 41;
const LAST_UNTIL: u64 = (1 << UNTIL_BITS) - 1;
const LAST_EPOCH: u16 = (1 << 12) - 1;

/// The shared part of a circuit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// How often the circuit was closed. Stays at its last value instead of starting anew.
    pub epoch: u16,
    /// Until when it is open; 0 if it is not.
    pub until: Millis,
}

impl Cell {
    /// The number for the store.
    #[must_use]
    pub fn pack(self) -> u64 {
        u64::from(self.epoch.min(LAST_EPOCH)) << UNTIL_BITS | self.until.0.min(LAST_UNTIL)
    }

    /// The cell behind a number; `None` for what no [`Cell::pack`] makes.
    #[must_use]
    pub fn unpack(number: f64) -> Option<Self> {
        let is_whole = (0.0..=9_007_199_254_740_991.0).contains(&number) && number.fract() == 0.0;
        let bits = is_whole.then_some(number as u64)?;
        let epoch = u16::try_from(bits >> UNTIL_BITS).ok()?;
        Some(Self { epoch, until: Millis(bits & LAST_UNTIL) })
    }

    /// The cell of the next epoch: closed.
    #[must_use]
    pub fn closed(self) -> Self {
        Self { epoch: self.epoch.saturating_add(1).min(LAST_EPOCH), until: Millis(0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_orders_as_the_cells_do() {
        let cells = [
            Cell { epoch: 0, until: Millis(1_800_000_000_000) },
            Cell { epoch: 1, until: Millis(0) },
            Cell { epoch: 1, until: Millis(1_800_000_000_000) },
            Cell { epoch: 4_095, until: Millis(5) },
        ];
        assert!(cells.is_sorted() && cells.iter().map(|cell| cell.pack()).is_sorted());
        for cell in cells {
            assert_eq!(Cell::unpack(cell.pack() as f64), Some(cell));
        }
        assert_eq!(cells[3].closed().epoch, 4_095);
    }

    #[test]
    fn garbage_from_a_store_is_no_cell() {
        for number in [-1.0, 0.5, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(Cell::unpack(number), None, "{number}");
        }
    }
}
