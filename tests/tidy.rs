//! House rules that no compiler checks: one test each.
//!
//! Not here: formatting and lints, which have tools of their own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "tidy/code.rs"]
mod code;
#[path = "tidy/files.rs"]
mod files;
#[path = "tidy/floors.rs"]
mod floors;

use std::collections::BTreeSet;

use code::{code_only, tokens};
use files::{File, all, at, text_of};
use serde_json::Value;

/// Where people write code.
const FOLDERS: &[&str] = &["src", "js", "tests", "fuzz", "scripts", "benches", "examples", "www"];
const CODE: &[&str] = &["rs", "js", "mjs", "cjs", "ts", "css", "sh", "py"];
const MAX_LINES: usize = 400;

/// What only `src/wasm` may name: clocks, entropy, JavaScript.
const HOST_ONLY: &[&str] = &[
    "Instant",
    "SystemTime",
    "thread_rng",
    "getrandom",
    "js_sys",
    "web_sys",
    "wasm_bindgen",
    "wasm_bindgen_futures",
    "serde_wasm_bindgen",
];

/// Hosts of package registries: a mirror of today is nobody's business tomorrow.
const REGISTRIES: &[&str] = &[
    concat!("registry.", "npmjs"),
    concat!("registry.", "yarnpkg"),
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("files.", "pythonhosted"),
    concat!("pypi.", "org"),
    concat!("deb.", "debian"),
];

/// Folders that exist on one machine only.
const MACHINES: &[&str] =
    &[concat!("/", "work/"), concat!("/", "root/"), concat!("/", "home/"), concat!("/", "Users/")];

/// Marks of unfinished work, and tests that are switched off or alone.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("#[", "ignore"),
    concat!(".only", "("),
    concat!("not yet ", "implemented"),
];

/// Words that praise and say nothing.
const EMPTY_WORDS: &[&str] = &[
    "blazing",
    "seamless",
    "cutting-edge",
    "battle-tested",
    "world-class",
    "effortless",
    "state-of-the-art",
    "next-generation",
    "game-changing",
    "revolutionary",
];

/// Endings that a name has when nobody knew what the thing is for.
const EMPTY_NAMES: &[&str] = &["Manager", "Helper", "Helpers", "Util", "Utils"];

fn sources() -> impl Iterator<Item = &'static File> {
    all().iter().filter(|file| file.is_in("src", &["rs"]))
}

fn written_by_hand() -> impl Iterator<Item = &'static File> {
    all().iter().filter(|file| {
        !file.path.contains("fixtures/") && FOLDERS.iter().any(|folder| file.is_in(folder, CODE))
    })
}

/// Fails with the whole list, so that one run is enough to mend everything.
#[track_caller]
fn none(problems: impl IntoIterator<Item = String>) {
    let problems: Vec<String> = problems.into_iter().collect();
    assert!(problems.is_empty(), "\n  {}\n", problems.join("\n  "));
}

/// The lines that hold one of `words`, as `path:line: word`.
fn lines_with<'a>(files: impl Iterator<Item = &'a File>, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (index, line) in file.text.lines().enumerate() {
            let hits = words.iter().filter(|word| line.contains(**word));
            found.extend(hits.map(|word| format!("{}:{}: {word}", file.path, index + 1)));
        }
    }
    found
}

fn package() -> Value {
    serde_json::from_str(&text_of("package.json")).expect("package.json is JSON")
}

/// The value of the first line `key = "value"`.
fn toml_value(text: &str, key: &str) -> String {
    let line = text.lines().find(|line| line.split_once(" = ").is_some_and(|(name, _)| name == key));
    line.and_then(|line| line.split('"').nth(1)).unwrap_or_else(|| panic!("no {key}")).to_owned()
}

#[test]
fn modules_use_lower_floors_only() {
    none(sources().flat_map(|file| {
        let path = file.path.trim_start_matches("src/").trim_end_matches(".rs");
        floors::forbidden(path, &file.text)
    }));
}

#[test]
fn the_floors_are_told_apart() {
    let wrong = |path, text| floors::forbidden(path, text).len();
    assert_eq!(wrong("plan/retry", "use crate::dialect::Dialect;"), 1);
    assert_eq!(wrong("plan/retry", "use crate::{config::Policy, engine, state::{self, View}};"), 1);
    assert_eq!(wrong("dialect/mod", "fn f() -> crate::state::View { super::strategy::rank() }"), 2);
    assert_eq!(wrong("base/json/scan", "use super::super::super::config::Policy;"), 1);
    assert_eq!(wrong("nowhere/mod", ""), 1);
    assert_eq!(
        wrong("base/json/scan", "use super::splice; use super::super::time; use crate::base::rng;"),
        0
    );
    assert_eq!(
        wrong("plan/mod", "//! See crate::engine.\nconst A: &str = \"crate::engine\"; /* crate::wasm */"),
        0
    );
    assert_eq!(wrong("plan/mod", "const Q: char = '\"'; use crate::wasm::x; const R: &str = r#\"\"\"#;"), 1);
    assert_eq!(
        wrong("plan/mod", "mod tests { use super::retry; use super::super::engine; } use super::wasm;"),
        2
    );
    assert_eq!(wrong("lib", "pub use crate::engine::Router;"), 0);
}

#[test]
fn only_wasm_knows_the_host() {
    none(sources().filter(|file| !file.is_in("src/wasm", &["rs"])).flat_map(|file| {
        let code = code_only(&file.text);
        let named = tokens(&code).into_iter().filter(|token| HOST_ONLY.contains(&token.text));
        named.map(|token| format!("{}:{}: {}", file.path, token.line, token.text)).collect::<Vec<_>>()
    }));
}

#[test]
fn every_source_says_what_it_is_for() {
    none(sources().filter(|file| !file.text.starts_with("//! ")).map(|file| file.path.clone()));
}

#[test]
fn files_are_short() {
    let long = written_by_hand()
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > MAX_LINES);
    none(long.map(|(file, lines)| format!("{}: {lines} lines, the limit is {MAX_LINES}", file.path)));
}

#[test]
fn versions_agree() {
    let cargo = toml_value(&text_of("Cargo.toml"), "version");
    let lock: Value = serde_json::from_str(&text_of("package-lock.json")).expect("package-lock.json is JSON");
    let changelog = text_of("CHANGELOG.md");
    let heading =
        changelog.lines().find_map(|line| line.strip_prefix("## ")).expect("CHANGELOG.md has a version");
    assert_eq!(package()["version"], *cargo, "package.json");
    assert_eq!(lock["version"], *cargo, "package-lock.json");
    assert_eq!(heading.split_whitespace().next(), Some(&*cargo), "CHANGELOG.md");
}

#[test]
fn the_package_exports_what_exists() {
    fn targets(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::String(target) => drop(found.insert(target.trim_start_matches("./").to_owned())),
            Value::Object(conditions) => conditions.values().for_each(|value| targets(value, found)),
            other => panic!("an export is a path or conditions, not {other}"),
        }
    }
    let mut found = BTreeSet::new();
    targets(&package()["exports"], &mut found);
    assert!(found.len() > 5, "too few exports: {found:?}");
    let generated = |path: &str| path.starts_with("pkg/") || path.starts_with("dist/");
    none(found.into_iter().filter(|path| !generated(path) && !at(path).is_file()));
}

#[test]
fn the_package_runs_nothing_on_install() {
    let package = package();
    let scripts = package["scripts"].as_object().expect("package.json has scripts");
    let hooks = ["install", "prepare", "prepublish", "prepack", "postpack", "dependencies"];
    none(scripts.keys().filter(|name| hooks.iter().any(|hook| name.contains(hook))).cloned());
    assert!(package.get("dependencies").is_none(), "the package depends on nothing at run time");
    let dev = package["devDependencies"].as_object().expect("package.json has devDependencies");
    // An alias, as two versions of one package need, names the package before its version.
    let exact = |version: &Value| {
        let version = version.as_str().unwrap_or_default();
        let plain =
            version.strip_prefix("npm:").and_then(|alias| alias.rsplit('@').next()).unwrap_or(version);
        plain.starts_with(|char: char| char.is_ascii_digit())
    };
    none(
        dev.iter()
            .filter(|(_, version)| !exact(version))
            .map(|(name, version)| format!("{name}: {version} is not exact")),
    );
}

#[test]
fn every_entry_exports_the_same_names() {
    let names = |file: &File| {
        let list = file.text.split("export const {").nth(1).and_then(|rest| rest.split('}').next());
        let list = list.unwrap_or_else(|| panic!("{} exports nothing", file.path));
        list.split(',')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect::<BTreeSet<_>>()
    };
    let entries: Vec<&File> = all().iter().filter(|file| file.is_in("js/entry", &["js"])).collect();
    assert!(entries.len() >= 6, "entries are missing");
    let expected = names(entries[0]);
    assert!(expected.contains("Router"));
    none(
        entries
            .iter()
            .filter(|file| names(file) != expected)
            .map(|file| format!("{} differs from {}", file.path, entries[0].path)),
    );
}

#[test]
fn nothing_names_a_registry_or_a_machine() {
    let files = || all().iter().filter(|file| !file.path.ends_with(".lock"));
    none(lines_with(files(), REGISTRIES));
    let paths = files().flat_map(|file| {
        let own =
            |before: &str| !before.ends_with(|char: char| char.is_alphanumeric() || "._-/}".contains(char));
        let lines = file.text.lines().enumerate();
        let hits = lines.filter(move |(_, line)| {
            MACHINES.iter().any(|folder| line.match_indices(folder).any(|(at, _)| own(&line[..at])))
        });
        hits.map(|(index, _)| format!("{}:{}", file.path, index + 1))
    });
    none(paths);
}

#[test]
fn nothing_is_left_unfinished() {
    none(lines_with(all().iter().filter(|file| !file.path.ends_with("lock.json")), UNFINISHED));
}

#[test]
fn words_say_something() {
    let lower = |file: &File| File { path: file.path.clone(), text: file.text.to_lowercase() };
    let prose: Vec<File> =
        all().iter().filter(|file| file.path.ends_with(".md")).chain(written_by_hand()).map(lower).collect();
    none(lines_with(prose.iter().filter(|file| file.path != "tests/tidy.rs"), EMPTY_WORDS));
}

#[test]
fn names_say_what_things_are_for() {
    let mut vague = Vec::new();
    for file in written_by_hand() {
        for line in file.text.lines() {
            let mut words = line.split(|char: char| !char.is_alphanumeric() && char != '_');
            let declares =
                words.any(|word| matches!(word, "struct" | "enum" | "trait" | "class" | "interface"));
            let name = words.next().filter(|_| declares).unwrap_or("");
            if EMPTY_NAMES.iter().any(|ending| name.ends_with(ending)) {
                vague.push(format!("{}: {name}", file.path));
            }
        }
    }
    none(vague);
}
