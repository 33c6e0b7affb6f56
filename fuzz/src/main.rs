//! The fuzzer: libFuzzer over one of the targets, which `FUZZ_TARGET` names.

#![no_main]

mod mutate;
#[path = "../targets/mod.rs"]
mod targets;
mod words;

use std::path::PathBuf;
use std::sync::OnceLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use switchman::base::hash::checksum;
use targets::Target;

/// The target of this run, and the words that mean something to it.
fn chosen() -> &'static (Target, Vec<String>) {
    static CHOSEN: OnceLock<(Target, Vec<String>)> = OnceLock::new();
    CHOSEN.get_or_init(|| {
        let wanted = std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET names the target");
        let found = targets::ALL.iter().find(|(name, _)| *name == wanted);
        let (name, target) = found.unwrap_or_else(|| panic!("there is no target {wanted}"));
        (*target, words::of(name))
    })
}

/// The folder for copies of the inputs that meant something, if they are asked for (`FUZZ_UNDERSTOOD`).
fn understood() -> Option<&'static PathBuf> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER.get_or_init(|| std::env::var_os("FUZZ_UNDERSTOOD").map(PathBuf::from)).as_ref()
}

fuzz_target!(|bytes: &[u8]| {
    let is_understood = chosen().0(bytes);
    if let Some(folder) = understood().filter(|_| is_understood) {
        let name = format!("{:08x}", checksum(bytes));
        std::fs::write(folder.join(name), bytes).expect("the folder is there");
    }
});

// Half of the changes are libFuzzer's own, of bytes; the others know what JSON and lines are.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    match data
        .get(..size)
        .filter(|_| seed.is_multiple_of(2))
        .and_then(|bytes| mutate::changed(bytes, &chosen().1, seed))
    {
        Some(changed) if changed.len() <= max_size.min(data.len()) => {
            data[..changed.len()].copy_from_slice(&changed);
            changed.len()
        }
        _ => fuzzer_mutate(data, size, max_size),
    }
});
