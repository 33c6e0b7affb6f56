//! The layering of `src/`: which module may use which, and who uses what it may not.

use crate::code::{Token, code_only, tokens};

/// Every module at the root of the crate, with those it may use. Its own name and the root's macros always go.
const FLOORS: &[(&str, &[&str])] = &[
    // floor 0: knows nothing of routing
    ("base", &["error"]),
    ("error", &["base"]),
    // floor 1: what the user declared
    ("price", &["base"]),
    ("config", &["base", "error", "price"]),
    // floor 2: what has been learnt; and beside it the providers' wire formats, which never see it
    ("state", &["base", "error", "price", "config"]),
    ("dialect", &["base", "error", "price", "config"]),
    // floor 3: orders candidates
    ("strategy", &["base", "error", "price", "config", "state"]),
    // floor 4: who and when, never what bytes
    ("plan", &["base", "error", "price", "config", "state", "strategy"]),
    // floor 5: where the plan and the dialects meet
    ("engine", &["base", "error", "price", "config", "state", "dialect", "strategy", "plan"]),
    // floor 6: the only place that knows JavaScript
    ("wasm", &["base", "error", "price", "config", "state", "dialect", "strategy", "plan", "engine"]),
    // beside them all: the virtual world, which drives the same steps
    ("sim", &["base", "error", "price", "config", "state", "dialect", "strategy", "plan", "engine"]),
];

/// What the file at `path` (from `src/`, without `.rs`) uses and may not, a sentence each. The crate's root may use all.
pub(crate) fn forbidden(path: &str, text: &str) -> Vec<String> {
    let mut modules: Vec<&str> = path.split('/').collect();
    modules.pop_if(|last| *last == "mod");
    if modules == ["lib"] {
        return Vec::new();
    }
    let floor = modules[0];
    let Some((_, allowed)) = FLOORS.iter().find(|(name, _)| *name == floor) else {
        return vec![format!("src/{path}.rs: `{floor}` stands on no floor; enter it in the table")];
    };
    let code = code_only(text);
    uses_of_the_root(&tokens(&code), modules.len())
        .into_iter()
        .filter(|used| used.text != floor && !allowed.contains(&used.text))
        .map(|used| format!("src/{path}.rs:{}: `{floor}` may not use `{}`", used.line, used.text))
        .collect()
}

/// What is named directly below the crate's root: after `crate::`, or after as many `super::` as lead there from a module
/// `depth` below it.
fn uses_of_the_root<'a>(tokens: &[Token<'a>], depth: usize) -> Vec<Token<'a>> {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text);
    let mut found = Vec::new();
    // For every open brace, whether it opened a module inside the file.
    let mut braces: Vec<bool> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match text(at) {
            "{" => braces.push(at >= 2 && text(at - 2) == "mod"),
            "}" => drop(braces.pop()),
            _ => {}
        }
        let depth = depth + braces.iter().filter(|is_module| **is_module).count();
        let start = at;
        let mut climbed = 0;
        while text(at) == "super" && text(at + 1) == "::" {
            climbed += 1;
            at += 2;
        }
        let from_crate = text(start) == "crate" && text(start + 1) == "::";
        if from_crate {
            at += 2;
        }
        if from_crate || (climbed > 0 && climbed >= depth) {
            found.extend(heads(tokens, at));
        }
        at = at.max(start + 1);
    }
    found
}

/// The first words of the path, or of each path in the braces, that starts at `at`; macros left out.
fn heads<'a>(tokens: &[Token<'a>], at: usize) -> Vec<Token<'a>> {
    let Some(first) = tokens.get(at) else { return Vec::new() };
    if first.text != "{" {
        let is_macro = tokens.get(at + 1).is_some_and(|next| next.text == "!");
        return if is_macro { Vec::new() } else { vec![*first] };
    }
    let mut found = Vec::new();
    let mut depth = 0;
    for pair in tokens[at..].windows(2) {
        match pair[0].text {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && matches!(pair[0].text, "{" | ",") && pair[1].text != "}" {
            found.push(pair[1]);
        }
    }
    found
}
