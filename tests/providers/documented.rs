//! `docs/PROVIDERS.md` says what the table says. `BLESS=1` writes it anew.

use switchman::config::{DialectName, Fate, Layout, Provider, providers};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/PROVIDERS.md");

const HEAD: &str = "# Providers

What stands before the slash of `model`, or in `custom_llm_provider`. Written from the table in `src/config/providers.rs` (`BLESS=1 cargo test --test providers`); anything else that speaks OpenAI's API is `openai/<model>` with an `api_base`.

A key of the environment goes to the provider's own address, and to one that the environment gives; never to an `api_base` of the config's, but where the provider has no address of its own. Where several variables are named the first that is set counts. Members of requests that no line names go out as they came. In a value's place an object is told by its `type`, `[]` is a list of several, `*` is any other. What is *not served* makes the router ask another deployment of the group, and is left out with `drop_params`; `allowed_openai_params` lets it pass.

Of messages: *foreign ones* are `thinking_blocks`, `provider_specific_fields`, `reasoning_details` and `cache_control`; *those of some* are `annotations`, `refusal` (which becomes the content where there is none), `audio` and `prompt_cache_breakpoint`. The role `developer` is `system` everywhere but where it *is known*. For `openai/` with an `api_base` of another server this holds only where the config has other providers too.

| provider | address | key, address in the environment | members of requests | messages, tools, schemas |
|---|---|---|---|---|
";

/// What `x` and `y` stand for.
const FOREIGN: &str = "^thinking_blocks,provider_specific_fields,reasoning_details,cache_control";
const OF_SOME: &str = "^annotations,refusal,audio,prompt_cache_breakpoint";

fn row(row: Provider) -> String {
    let ticked =
        |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let address = match (row.address, row.layout()) {
        (None, Layout::Azure) => {
            "an `api_base`: the resource, with or without a path of the portal's".to_owned()
        }
        (None, _) => "an `api_base`".to_owned(),
        (Some(address), Layout::Under("")) => address.to_owned(),
        (Some(address), Layout::Under(path)) => format!("{address}, with `{path}` behind it"),
        (Some(_), layout) => panic!("{layout:?}"),
    };
    let key = if row.is_open() { " (if any)" } else { "" };
    let variables = [ticked(&row.key_variables()) + key, ticked(&row.base_variables())].join("; ");
    let names = |wanted: fn(Fate) -> bool| {
        let rules = row.rules(None);
        let names: Vec<String> =
            rules.iter().filter(|rule| wanted(rule.fate)).map(|rule| rule.name.to_string()).collect();
        ticked(&names)
    };
    let mut told: Vec<String> = Vec::new();
    for rule in row.rules(None) {
        if let Fate::Rename(name) = rule.fate {
            let of_some = if row.rules(Some("")).contains(&rule) { "" } else { ", of some models" };
            told.push(format!("`{}` is `{name}`{of_some}", rule.name));
        }
    }
    for rule in row.rules(None) {
        if let Fate::Value(words) = rule.fate {
            let of_some = if row.rules(Some("")).contains(&rule) { "" } else { ", of some models" };
            told.push(format!("`{}`: {}{of_some}", rule.name, values(words)));
        }
    }
    for (names, what) in
        [(names(|fate| fate == Fate::Cut), "left out"), (names(|fate| fate == Fate::Refuse), "not served")]
    {
        if !names.is_empty() {
            told.push(format!("{what}: {names}"));
        }
    }
    if row.dialect() == DialectName::Similar {
        told.push("answers are put in OpenAI's words".to_owned());
    }
    format!("| {} | {address} | {variables} | {} | {} |\n", row.name, told.join("; "), deeper(row))
}

/// What becomes of values.
fn values(words: &str) -> String {
    if let Some((least, most)) = words.split_once("..") {
        return format!("not below {least} and not above {most}");
    }
    let case = |case: &str| {
        let (values, result) = case.split_once('=').unwrap();
        let values = values.split(',').map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
        match (result, result.strip_prefix('>').and_then(|result| result.split_once(':'))) {
            ("", _) => format!("{values} left out"),
            ("!", _) => format!("{values} not served"),
            (_, Some((name, json))) => format!("{values} as `{name}` {json}"),
            _ => format!("{values} as {result}"),
        }
    };
    words.split(';').map(case).collect::<Vec<_>>().join(", ")
}

/// What becomes of messages, tools and schemas.
fn deeper(row: Provider) -> String {
    let of = |word: &str| {
        match word {
        "d" => "`developer` is known".to_owned(),
        "f" => "a list of texts is one text".to_owned(),
        "r" => "answers have a `reasoning_content`, else a blank, unless thinking is off".to_owned(),
        "e" => "empty answers are left out".to_owned(),
        "a" => "texts of one role in a row are one".to_owned(),
        "j" => "a schema of answers is told to the model, which is asked for any JSON".to_owned(),
        "k" => "functions have parameters; schemas no `$schema`, `$id`, `$comment`, `additionalProperties: false`".to_owned(),
        "u" => "files are documents".to_owned(),
        "9" => "ids of calls are nine letters and digits".to_owned(),
        "40" => "ids of calls have at most 40 characters".to_owned(),
        FOREIGN => "foreign ones are left out".to_owned(),
        OF_SOME => "those of some are left out".to_owned(),
        _ => match word.strip_prefix('^').map(|names| names.split_once('>').ok_or(names)) {
            Some(Ok((name, other))) => format!("`{name}` is `{other}`"),
            Some(Err(names)) => {
                let names: Vec<String> = names.split(',').map(|name| format!("`{name}`")).collect();
                format!("left out: {}", names.join(", "))
            }
            None => String::new(),
        },
    }
    };
    let (all, some) = (row.wording(Some("")), row.wording(None));
    let told = some.into_iter().map(|word| (word, of(word))).filter(|(_, told)| !told.is_empty());
    let told = told.map(|(word, told)| if all.contains(&word) { told } else { told + ", of some models" });
    told.collect::<Vec<_>>().join("; ")
}

#[test]
fn the_page_says_what_the_table_says() {
    let page = providers().fold(HEAD.to_owned(), |page, one| page + &row(one));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(PATH, &page).unwrap();
    }
    let written = std::fs::read_to_string(PATH).unwrap_or_default();
    assert!(written == page, "docs/PROVIDERS.md is not what the table says; BLESS=1 writes it anew");
}
