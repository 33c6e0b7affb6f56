//! The files of the project, as git knows them: committed ones and new ones, without what it ignores.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A text file; `path` is relative to the project, with forward slashes.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// Whether it lies under `folder` and has one of the extensions.
    pub(crate) fn is_in(&self, folder: &str, extensions: &[&str]) -> bool {
        let inside = self.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        inside && self.path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
    }
}

/// The absolute path of a file of the project.
pub(crate) fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The text of a file that has to be there.
pub(crate) fn text_of(path: &str) -> String {
    fs::read_to_string(at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every text file of the project; read once.
pub(crate) fn all() -> &'static [File] {
    static FILES: OnceLock<Vec<File>> = OnceLock::new();
    FILES.get_or_init(|| {
        let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let listed =
            Command::new("git").args(arguments).current_dir(at("")).output().expect("git lists the files");
        assert!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
        let paths = String::from_utf8(listed.stdout).expect("paths are UTF-8");
        let files: Vec<File> = paths.split_terminator('\0').filter_map(read).collect();
        assert!(files.iter().any(|file| file.path == "Cargo.toml"), "git listed other files than ours");
        files
    })
}

/// None for what is no text, and for what was removed from the tree but not yet from the index.
fn read(path: &str) -> Option<File> {
    fs::read_to_string(at(path)).ok().map(|text| File { path: path.to_owned(), text })
}
