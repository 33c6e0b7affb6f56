//! `docs/PROVIDERS.md` says what the table says. `BLESS=1` writes it anew.

use switchman::config::{DialectName, Fate, Layout, Provider, providers};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/PROVIDERS.md");

const HEAD: &str = "# Providers

What stands before the slash of `model`, or in `custom_llm_provider`. Written from the table in `src/config/providers.rs` (`BLESS=1 cargo test --test providers`); anything else that speaks OpenAI's API is `openai/<model>` with an `api_base`.

A key of the environment goes to the provider's own address, and to one that the environment gives; never to an `api_base` of the config's, but where the provider has no address of its own. Where several variables are named the first that is set counts. Members of requests that no line names go out as they came. What is *not served* makes the router ask another deployment of the group, and is left out with `drop_params`; `allowed_openai_params` lets it pass.

| provider | address | key, address in the environment | members of requests |
|---|---|---|---|
";

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
    format!("| {} | {address} | {variables} | {} |\n", row.name, told.join("; "))
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
