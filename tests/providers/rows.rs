//! Every line: where its requests go, with which credential, what a request becomes and what an answer costs.

use serde_json::{Value, json};
use switchman::config::{DeploymentIx, DialectName, Surface, providers};
use switchman::error::FaultKind;
use switchman::plan::StreamOutcome;
use switchman::price::{Condition, Rate};

use crate::support::{PRICES, begin, header, outbound, refused, router, router_in, try_router};

/// Provider, the variable that holds its key, and where a chat with model `m` goes.
const ROWS: &[(&str, &str, &str)] = &[
    ("openai", "OPENAI_API_KEY", "https://api.openai.com/v1/chat/completions"),
    ("anthropic", "ANTHROPIC_API_KEY", "https://api.anthropic.com/v1/messages"),
    ("gemini", "GEMINI_API_KEY", "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent"),
    (
        "azure",
        "AZURE_OPENAI_API_KEY",
        "https://own.test/v1/openai/deployments/m/chat/completions?api-version=2025-02-01-preview",
    ),
    ("azure_ai", "AZURE_AI_API_KEY", "https://own.test/v1/chat/completions"),
    ("openai_like", "OPENAI_LIKE_API_KEY", "https://own.test/v1/chat/completions"),
    ("custom_openai", "CUSTOM_OPENAI_API_KEY", "https://own.test/v1/chat/completions"),
    ("hosted_vllm", "HOSTED_VLLM_API_KEY", "https://own.test/v1/chat/completions"),
    ("litellm_proxy", "LITELLM_PROXY_API_KEY", "https://own.test/v1/chat/completions"),
    ("xinference", "XINFERENCE_API_KEY", "https://own.test/v1/chat/completions"),
    ("lm_studio", "LM_STUDIO_API_KEY", "https://own.test/v1/chat/completions"),
    ("llamafile", "LLAMAFILE_API_KEY", "http://127.0.0.1:8080/v1/chat/completions"),
    ("ollama", "OLLAMA_API_KEY", "http://localhost:11434/v1/chat/completions"),
    ("ollama_chat", "OLLAMA_API_KEY", "http://localhost:11434/v1/chat/completions"),
    (
        "docker_model_runner",
        "DOCKER_MODEL_RUNNER_API_KEY",
        "http://localhost:22088/engines/llama.cpp/v1/chat/completions",
    ),
    ("lemonade", "LEMONADE_API_KEY", "http://localhost:8000/api/v1/chat/completions"),
    ("groq", "GROQ_API_KEY", "https://api.groq.com/openai/v1/chat/completions"),
    ("deepseek", "DEEPSEEK_API_KEY", "https://api.deepseek.com/beta/chat/completions"),
    ("mistral", "MISTRAL_API_KEY", "https://api.mistral.ai/v1/chat/completions"),
    ("codestral", "CODESTRAL_API_KEY", "https://codestral.mistral.ai/v1/chat/completions"),
    ("xai", "XAI_API_KEY", "https://api.x.ai/v1/chat/completions"),
    ("together_ai", "TOGETHER_API_KEY", "https://api.together.ai/v1/chat/completions"),
    ("fireworks_ai", "FIREWORKS_API_KEY", "https://api.fireworks.ai/inference/v1/chat/completions"),
    ("openrouter", "OPENROUTER_API_KEY", "https://openrouter.ai/api/v1/chat/completions"),
    ("perplexity", "PERPLEXITYAI_API_KEY", "https://api.perplexity.ai/chat/completions"),
    ("cerebras", "CEREBRAS_API_KEY", "https://api.cerebras.ai/v1/chat/completions"),
    ("nvidia_nim", "NVIDIA_NIM_API_KEY", "https://integrate.api.nvidia.com/v1/chat/completions"),
    ("sambanova", "SAMBANOVA_API_KEY", "https://api.sambanova.ai/v1/chat/completions"),
    ("hyperbolic", "HYPERBOLIC_API_KEY", "https://api.hyperbolic.xyz/v1/chat/completions"),
    ("novita", "NOVITA_API_KEY", "https://api.novita.ai/v3/openai/chat/completions"),
    ("moonshot", "MOONSHOT_API_KEY", "https://api.moonshot.ai/v1/chat/completions"),
    ("zai", "ZAI_API_KEY", "https://api.z.ai/api/paas/v4/chat/completions"),
    (
        "dashscope",
        "DASHSCOPE_API_KEY",
        "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions",
    ),
    (
        "cloudflare",
        "CLOUDFLARE_API_KEY",
        "https://api.cloudflare.com/client/v4/accounts/acct/ai/v1/chat/completions",
    ),
    ("huggingface", "HUGGINGFACE_API_KEY", "https://router.huggingface.co/v1/chat/completions"),
    ("github", "GITHUB_API_KEY", "https://models.github.ai/inference/chat/completions"),
    ("databricks", "DATABRICKS_API_KEY", "https://own.test/v1/chat/completions"),
    ("vercel_ai_gateway", "VERCEL_AI_GATEWAY_API_KEY", "https://ai-gateway.vercel.sh/v1/chat/completions"),
    ("deepinfra", "DEEPINFRA_API_KEY", "https://api.deepinfra.com/v1/openai/chat/completions"),
    ("minimax", "MINIMAX_API_KEY", "https://api.minimax.io/v1/chat/completions"),
    ("volcengine", "VOLCENGINE_API_KEY", "https://ark.cn-beijing.volces.com/api/v3/chat/completions"),
    ("nebius", "NEBIUS_API_KEY", "https://api.studio.nebius.ai/v1/chat/completions"),
    ("baseten", "BASETEN_API_KEY", "https://inference.baseten.co/v1/chat/completions"),
    ("featherless_ai", "FEATHERLESS_AI_API_KEY", "https://api.featherless.ai/v1/chat/completions"),
    ("friendliai", "FRIENDLIAI_API_KEY", "https://api.friendli.ai/serverless/v1/chat/completions"),
    ("v0", "V0_API_KEY", "https://api.v0.dev/v1/chat/completions"),
    ("inception", "INCEPTION_API_KEY", "https://api.inceptionlabs.ai/v1/chat/completions"),
    ("wandb", "WANDB_API_KEY", "https://api.inference.wandb.ai/v1/chat/completions"),
    ("meta_llama", "LLAMA_API_KEY", "https://api.llama.com/compat/v1/chat/completions"),
    ("lambda_ai", "LAMBDA_API_KEY", "https://api.lambda.ai/v1/chat/completions"),
    ("morph", "MORPH_API_KEY", "https://api.morphllm.com/v1/chat/completions"),
    ("scaleway", "SCW_SECRET_KEY", "https://api.scaleway.ai/v1/chat/completions"),
    ("nscale", "NSCALE_API_KEY", "https://inference.api.nscale.com/v1/chat/completions"),
    ("ovhcloud", "OVHCLOUD_API_KEY", "https://oai.endpoints.kepler.ai.cloud.ovh.net/v1/chat/completions"),
    ("compactifai", "COMPACTIFAI_API_KEY", "https://api.compactif.ai/v1/chat/completions"),
    ("aiml", "AIML_API_KEY", "https://api.aimlapi.com/v1/chat/completions"),
    ("chutes", "CHUTES_API_KEY", "https://llm.chutes.ai/v1/chat/completions"),
    ("poe", "POE_API_KEY", "https://api.poe.com/v1/chat/completions"),
    ("veniceai", "VENICE_AI_API_KEY", "https://api.venice.ai/api/v1/chat/completions"),
    ("aihubmix", "AIHUBMIX_API_KEY", "https://aihubmix.com/v1/chat/completions"),
    ("gmi", "GMI_API_KEY", "https://api.gmi-serving.com/v1/chat/completions"),
    ("publicai", "PUBLICAI_API_KEY", "https://api.publicai.co/v1/chat/completions"),
    ("helicone", "HELICONE_API_KEY", "https://ai-gateway.helicone.ai/chat/completions"),
    ("clarifai", "CLARIFAI_API_KEY", "https://api.clarifai.com/v2/ext/openai/v1/chat/completions"),
    ("gradient_ai", "GRADIENT_AI_API_KEY", "https://inference.do-ai.run/v1/chat/completions"),
    ("heroku", "HEROKU_API_KEY", "https://us.inference.heroku.com/v1/chat/completions"),
    ("modelscope", "MODELSCOPE_API_KEY", "https://api-inference.modelscope.cn/v1/chat/completions"),
    ("ai21", "AI21_API_KEY", "https://api.ai21.com/studio/v1/chat/completions"),
    ("ai21_chat", "AI21_API_KEY", "https://api.ai21.com/studio/v1/chat/completions"),
    ("cohere", "COHERE_API_KEY", "https://api.cohere.ai/compatibility/v1/chat/completions"),
    ("cohere_chat", "COHERE_API_KEY", "https://api.cohere.ai/compatibility/v1/chat/completions"),
    ("voyage", "VOYAGE_API_KEY", "https://api.voyageai.com/v1/chat/completions"),
    ("jina_ai", "JINA_AI_API_KEY", "https://api.jina.ai/v1/chat/completions"),
];

/// Where a provider has no address of its own.
const OWN: &str = "https://own.test/v1";

/// Of another wire format, which has tests of its own.
fn is_translated(name: &str) -> bool {
    matches!(name, "anthropic" | "gemini")
}

fn is_chat(name: &str) -> bool {
    !matches!(name, "voyage" | "jina_ai")
}

/// `litellm_params` of a deployment that gives no more than it has to.
fn least(name: &str) -> Value {
    match providers().find(|row| row.name == name).unwrap().address {
        Some(_) => json!({ "model": format!("{name}/m") }),
        None => json!({ "model": format!("{name}/m"), "api_base": OWN }),
    }
}

#[test]
fn every_line_is_expected_here_and_stands_once() {
    let known: Vec<&str> = providers().map(|row| row.name).collect();
    let expected: Vec<&str> = ROWS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(known, expected);
    assert!(known.len() >= 30);
    let mut once = known.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), known.len());
}

#[test]
fn the_environment_gives_the_key_and_the_address() {
    for &(name, variable, url) in ROWS {
        let account = |asked: &str| (asked == "CLOUDFLARE_ACCOUNT_ID").then(|| "acct".to_owned());
        let env = |asked: &str| if asked == variable { Some("sk-env".to_owned()) } else { account(asked) };
        let known = router_in(&least(name), &Value::Null, &env);
        let sent = outbound(&known, Surface::Chat);
        assert_eq!(sent.url, url, "{name}");
        let shown = match name {
            "anthropic" => header(&sent, "x-api-key"),
            "gemini" => header(&sent, "x-goog-api-key"),
            "azure" => header(&sent, "api-key"),
            _ => header(&sent, "authorization").map(|value| value.replace("Bearer ", "")),
        };
        assert_eq!(shown.as_deref(), Some("sk-env"), "{name}");

        // Without a key in it, most are refused, and the message names the variable.
        match try_router(&least(name), &Value::Null, &account) {
            Ok(_) => assert!(providers().any(|row| row.name == name && row.is_open()), "{name}"),
            Err(problems) => {
                assert!(problems.len() == 1 && problems[0].contains(variable), "{name}: {problems:?}");
            }
        }
    }
}

#[test]
fn a_key_of_the_environment_never_goes_to_an_address_of_the_config() {
    for &(name, variable, _) in ROWS {
        let env = |asked: &str| (asked == variable).then(|| "sk-env".to_owned());
        let elsewhere = json!({ "model": format!("{name}/m"), "api_base": "https://elsewhere.test/v1" });
        let known = router_in(&elsewhere, &Value::Null, &env);
        let key = known.config().deployments[0].api_key.as_ref().map(|key| key.expose());
        // Who has no address of its own is wherever the config says.
        let has_own = providers().any(|row| row.name == name && row.address.is_some());
        assert_eq!(key, (!has_own).then_some("sk-env"), "{name}");
    }
}

#[test]
fn a_variable_gives_another_address_where_the_config_gives_none() {
    for row in providers() {
        for variable in row.base_variables() {
            let env = |asked: &str| {
                let base = (asked == variable).then(|| "https://proxy.test/x/v1".to_owned());
                base.or_else(|| asked.ends_with("KEY").then(|| "sk-env".to_owned()))
            };
            let params = json!({ "model": format!("{}/m", row.name) });
            let known = router_in(&params, &Value::Null, &env);
            let url = outbound(&known, Surface::Chat).url;
            assert!(url.starts_with("https://proxy.test/x/v1/"), "{}: {variable}: {url}", row.name);
            assert!(known.config().deployments[0].api_key.is_some() || row.is_open(), "{}", row.name);
        }
    }
}

#[test]
fn a_plain_request_goes_out_as_it_came_but_for_the_model() {
    for &(name, ..) in ROWS.iter().filter(|(name, ..)| !is_translated(name)) {
        let body = json!({
            "model": "chat", "messages": [{ "role": "user", "content": "Hi" }], "temperature": 0.5, "top_p": 0.9,
            "never_heard_of": { "a": [1, 2] },
        });
        let mut expected = body.clone();
        expected["model"] = json!(if name == "fireworks_ai" { "accounts/fireworks/models/m" } else { "m" });
        let mut params = least(name);
        params["drop_params"] = json!(false);
        assert_eq!(begin(router(params), &body, Value::Null).sent().unwrap(), expected, "{name}");
    }
}

#[test]
fn usage_is_asked_for_where_it_has_to_be() {
    for &(name, ..) in ROWS.iter().filter(|(name, ..)| is_chat(name) && !is_translated(name)) {
        let body = json!({ "model": "chat", "messages": [], "stream": true });
        let options = json!({ "stream_usage": "always" });
        let sent = begin(router(least(name)), &body, options).sent().unwrap();
        let unasked = ["mistral", "codestral", "perplexity", "hyperbolic"].contains(&name);
        let asked = json!({ "include_usage": true });
        assert_eq!(sent.get("stream_options"), (!unasked).then_some(&asked), "{name}");
        // A caller's own question is left out there as well, and never refused.
        let body = json!({ "model": "chat", "messages": [], "stream": true, "stream_options": asked });
        let sent = begin(router(least(name)), &body, Value::Null).sent().unwrap();
        assert_eq!(sent.get("stream_options"), (!unasked).then_some(&asked), "{name}");
    }
}

#[test]
fn an_answer_and_a_stream_are_read_and_cost_what_the_table_says() {
    let usage = json!({ "prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100 });
    let mut priced = 0;
    for &(name, ..) in ROWS.iter().filter(|(name, ..)| is_chat(name) && !is_translated(name)) {
        let answer = json!({
            "id": "c", "object": "chat.completion", "model": "m",
            "choices": [{ "index": 0, "message": { "role": "assistant", "content": "Hi" }, "finish_reason": "stop" }],
            "usage": usage,
        });
        let model = priced_model(name);
        let mut params = least(name);
        if let Some(model) = &model {
            params["model"] = json!(format!("{name}/{model}"));
        }
        let mut begun = begin(router(params), &json!({ "model": "chat", "messages": [] }), Value::Null);
        let (read, told) = begun.answer(&answer).unwrap();
        assert_eq!(read, answer, "{name}");
        assert_eq!(told.unwrap().total_tokens, 1_100, "{name}");
        let chunk = |delta: Value, end: Value| json!({ "id": "c", "choices": [{ "index": 0, "delta": delta, "finish_reason": end }] });
        let events = [
            chunk(json!({ "role": "assistant", "content": "" }), Value::Null),
            chunk(json!({ "content": "Hi" }), Value::Null),
            chunk(json!({}), json!("stop")),
            json!({ "id": "c", "choices": [], "usage": usage }),
        ];
        let (chunks, outcome) = begun.stream(&events, true);
        assert_eq!(chunks, events, "{name}");
        let StreamOutcome::Complete { usage: Some(told) } = outcome else { panic!("{name}: {outcome:?}") };
        assert_eq!(told.completion_tokens, 100, "{name}");
        if model.is_some() {
            let entry = begun.router.entry_of(DeploymentIx(0)).unwrap();
            let price = entry.price.at(switchman::base::time::Millis(0));
            assert!(price.get(Rate::Input, Condition::default()).is_some(), "{name}");
            priced += 1;
        }
    }
    assert!(priced >= 30, "{priced}");
}

/// A chat model of a provider with a price for texts.
fn priced_model(name: &str) -> Option<String> {
    let name = if name == "ollama_chat" { "ollama" } else { name };
    let line = PRICES.lines().find(|line| {
        let Some(rest) = line.strip_prefix(name).and_then(|rest| rest.strip_prefix('/')) else {
            return false;
        };
        let mut words = rest.split(' ').skip(1);
        let is_chat = words.next().is_some() && words.next().is_some_and(|flags| flags.starts_with('C'));
        is_chat && words.next().is_some_and(|rates| rates.starts_with('i')) && !rest.contains('*')
    })?;
    Some(line.split(' ').next()?.strip_prefix(name)?.strip_prefix('/')?.to_owned())
}

#[test]
fn an_error_with_status_200_is_none_anywhere() {
    for &(name, ..) in ROWS.iter().filter(|(name, ..)| !is_translated(name)) {
        let mut begun = begin(router(least(name)), &json!({ "model": "chat", "messages": [] }), Value::Null);
        let fault = begun.answer(&json!({ "error": { "code": 429, "message": "slow" } })).unwrap_err();
        assert_eq!(refused(&fault), (FaultKind::RateLimit, "slow"), "{name}");
        let dialect = begun.router.config().deployments[0].dialect;
        assert_ne!(dialect, DialectName::Anthropic, "{name}");
    }
}
