//! What calls cost, line by line: for checks against other calculators.
//!
//! Reads JSON lines `{"rates": {name: USD}, "usage": {…}, "tier": "flex"}` from standard input: rates by the names that a
//! deployment gives them, a usage as an answer of OpenAI's shape tells it, a tier or nothing. Writes a line for each:
//! `{"pico": 123, "usd": "0.000000000123", "parts": {"input": 123}}`, with 1e-12 USD as the unit; `null` where the cost
//! is not known.

use std::io::{BufRead, Write};

use serde_json::{Value, json};
use switchman::base::usage::Tier;
use switchman::config::load;
use switchman::dialect::told_usage;
use switchman::price::{Cost, Price, amount, cost};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line: Value = serde_json::from_str(&line?)?;
        let price = declared(line.get("rates").unwrap_or(&Value::Null))?;
        let usage = line.get("usage").unwrap_or(&Value::Null).to_string();
        let usage = told_usage(usage.as_bytes(), None).ok_or("a line has no usage")?;
        let tier = line.get("tier").and_then(Value::as_str).map_or(Some(Tier::Standard), Tier::told);
        let bill = cost(&price, &usage, tier.ok_or("a line has a tier that is not known")?);
        writeln!(out, "{}", bill.map_or(Value::Null, |bill| shown(&bill)))?;
    }
    Ok(())
}

/// The rates as the router reads them in the config of a deployment.
fn declared(rates: &Value) -> Result<Price, String> {
    let mut params = json!({ "model": "openai/any", "api_key": "none" });
    if let (Some(params), Some(rates)) = (params.as_object_mut(), rates.as_object()) {
        params.extend(rates.clone());
    }
    let config = json!({ "model_list": [{ "model_name": "any", "litellm_params": params }] });
    let mut loaded = load(&config, &Value::Null, &|_| None).map_err(|problems| format!("{problems:?}"))?;
    Ok(loaded.config.deployments.remove(0).price.unwrap_or_default())
}

fn shown(bill: &Cost) -> Value {
    let parts: serde_json::Map<String, Value> =
        bill.parts().map(|(part, pico)| (part.name().to_owned(), pico.into())).collect();
    json!({ "pico": bill.total(), "usd": amount::usd(bill.total()), "parts": parts })
}
