//! The allocator of linear memory. The standard library's does the same with three times the code.

use rlsf::{GlobalTlsf, GlobalTlsfOptions};

/// Freed blocks are joined and used again, across everything that the host has given.
struct Lean;

impl GlobalTlsfOptions for Lean {
    // A block grows into a new one and not in its place: a copy now and then for half a kilobyte.
    const ENABLE_REALLOCATION: bool = false;
    const COALESCE_POOLS: bool = true;
}

#[global_allocator]
static ALLOCATOR: GlobalTlsf<Lean> = GlobalTlsf::new();
