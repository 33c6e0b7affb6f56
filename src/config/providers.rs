//! Every provider that is known by name, a line each. A new one that speaks OpenAI's API is one more line.
//!
//! A line has blanks between its words: the name that stands before the slash of `model`, the address (`-` where each
//! deployment gives one; `{NAME}` in it is a variable of the environment), and what is told by a mark in front:
//!
//! | word | meaning |
//! |---|---|
//! | `=A,B` | the variables that hold the key, the first that is set; without this word `<NAME>_API_KEY` |
//! | `@A,B` | the variables that hold another address; without this word `<NAME>_API_BASE` |
//! | `?` | no key is needed |
//! | `:name` | another wire format than OpenAI's |
//! | `~` | answers are put in OpenAI's words: reasoning under another name, ends and tool calls of another form |
//! | `#how` | how addresses are made: `#azure`, `#foundry`, or a path that `api_base` lacks |
//! | `*a,b` | beginnings of model names that mean this provider when no prefix is given |
//! | `&path/` | stands before the name of a model that has no slash |
//! | `m` | `max_completion_tokens` is called `max_tokens` there |
//! | `s` | members that only OpenAI knows are refused there: they are left out, or not served |
//! | `a>b` | a member of requests has another name there |
//! | `-a,b` | members that mean nothing there, and are left out |
//! | `!a,b` | members that are refused there: not served, or left out with `drop_params` |
//! | `+a=1` | a member, as JSON, that goes with a text of the assistant's which is to be gone on from |
//! | `a/x,y=1` | a member whose value is `x` or `y` has this JSON as its value; `*` is any value, `[]` a list of several, that of an object is its `type` |
//! | `a/x=>b:1` | the same, but that member `b` has the JSON, and `a` is left out; `a/x=!` as `!a`, `a/x=` as `-a`; cases in turn behind a `;` |
//! | `a/0..1` | a number that is beyond one of these bounds is that bound |
//!
//! What lies deeper in requests:
//!
//! | word | meaning |
//! |---|---|
//! | `^a,b` | members of messages, their parts, calls and tools that are refused there, and left out; `^null` is whatever is `null`, `^strict` stands in functions, `^name` in messages but results of tools |
//! | `^a>b` | a member of messages has another name there |
//! | `x` | what answers of other providers bring into transcripts is refused there: as `^thinking_blocks,cache_control` and the like |
//! | `y` | the same of what only some servers take: `annotations`, `refusal`, `audio`, `prompt_cache_breakpoint` |
//! | `d` | `developer` is known there; without this word it is `system` |
//! | `f` | a content that is a list of texts is sent as one text |
//! | `r` | answers of the assistant's need their `reasoning_content`, be it a blank, unless thinking is switched off |
//! | `e` | answers of the assistant's without words and calls are refused there, and left out |
//! | `a` | messages of one role in a row are sent as one |
//! | `j` | answers have no schemas there: any JSON is asked for, and a first message tells the model of the schema |
//! | `k` | functions always have parameters, and schemas neither `$schema`, `$id`, `$comment` nor `additionalProperties: false` |
//! | `u` | files are documents, as Mistral has them |
//! | `9`, `40` | ids of calls are nine letters and digits; have at most 40 characters |
//!
//! Behind a word, an `@` and beginnings of model names: it counts for those alone.
//! `-stream_options` says too that streams tell their usage unasked, or never.
//!
//! Names, addresses and variables are LiteLLM's (1.109), but for GitHub's address, which has moved, and what stands in
//! `docs/PARITY.md`.

pub(super) const TABLE: &str = concat!(
    "openai https://api.openai.com/v1 @OPENAI_BASE_URL,OPENAI_API_BASE \
        *gpt-,o1,o3,o4,chatgpt-,text-embedding-,ft:gpt-,ft:o,dall-e-,whisper-,tts-,omni-moderation-,text-moderation- max_tokens>max_completion_tokens@o1,o3,o4,gpt-5 \
        d x ^reasoning_content,reasoning,index 40\n",
    "anthropic https://api.anthropic.com :anthropic *claude- @ANTHROPIC_API_BASE,ANTHROPIC_BASE_URL\n",
    // A bare `gemini-` means Vertex to LiteLLM.
    "gemini https://generativelanguage.googleapis.com =GEMINI_API_KEY,GOOGLE_API_KEY :gemini\n",
    "azure - =AZURE_OPENAI_API_KEY,AZURE_API_KEY #azure max_tokens>max_completion_tokens@o1,o3,o4,gpt-5 \
        d x ^reasoning_content,reasoning,index 40\n",
    "azure_ai - #foundry f x ^reasoning_content,reasoning,index 40\n",
    // Whatever has an address.
    "openai_like - ? @ d\n",
    "custom_openai - ? @ d\n",
    "hosted_vllm - ? ~ +add_generation_prompt=false +continue_final_message=true\n",
    "litellm_proxy - ? d\n",
    "xinference - ? d\n",
    // On one's own machine.
    "lm_studio - ? m response_format/json_object=\
        {\"type\":\"json_schema\",\"json_schema\":{\"name\":\"any\",\"schema\":{\"type\":\"object\"}}}\n",
    "llamafile http://127.0.0.1:8080/v1 ? m\n",
    "ollama http://localhost:11434 ? ~ m #/v1\n",
    "ollama_chat http://localhost:11434 =OLLAMA_API_KEY @OLLAMA_API_BASE ? ~ m #/v1\n",
    "docker_model_runner http://localhost:22088/engines/llama.cpp ? m #/v1 f\n",
    "lemonade http://localhost:8000/api/v1 ? m\n",
    // Hosts of models, and gateways.
    "groq https://api.groq.com/openai/v1 ~ d x y ^null ^reasoning_content,reasoning \
        ^reasoning_content>reasoning@openai/gpt-oss,qwen \
        !logit_bias,logprobs,top_logprobs,n,audio,modalities,prediction \
        -safety_identifier,prompt_cache_key,prompt_cache_retention,prompt_cache_options,verbosity \
        service_tier/default=\"on_demand\";priority=\"performance\" !reasoning_effort@llama,meta-llama \
        reasoning_effort/none,minimal=\"low\";xhigh,max=\"high\"@openai/gpt-oss \
        reasoning_effort/minimal,low,medium,high,xhigh,max=\"default\"@qwen\n",
    "deepseek https://api.deepseek.com/beta m f j x \
        r@deepseek-reasoner,deepseek-r,deepseek-v4,deepseek-flash,deepseek-pro \
        reasoning_effort/none=>thinking:{\"type\":\"disabled\"};minimal=\"low\";medium=\"high\";xhigh=\"max\"\n",
    "mistral https://api.mistral.ai/v1 @MISTRAL_API_BASE,MISTRAL_AZURE_API_BASE ~ m s seed>random_seed \
        -stream_options,user !logprobs,top_logprobs,logit_bias tool_choice/required=\"any\" \
        e k u x y ^reasoning_content,reasoning,index,null,name 9\n",
    "codestral https://codestral.mistral.ai/v1 ~ m s seed>random_seed \
        -stream_options,user !logprobs,top_logprobs,logit_bias tool_choice/required=\"any\" \
        e k u x y ^reasoning_content,reasoning,index,null,name 9\n",
    "xai https://api.x.ai/v1 ~ m k x ^name,strict !web_search_options \
        !stop,frequency_penalty,presence_penalty@grok-3-mini,grok-4,grok-code-fast \
        !reasoning_effort@grok-2,grok-3-beta,grok-3-fast,grok-3-latest \
        reasoning_effort/none,minimal=\"low\";medium,xhigh,max=\"high\"@grok-3-mini \
        reasoning_effort/minimal=\"low\";max=\"xhigh\"@grok-4,grok-build\n",
    "together_ai https://api.together.ai/v1 \
        =TOGETHER_API_KEY,TOGETHER_AI_API_KEY,TOGETHERAI_API_KEY,TOGETHER_AI_TOKEN ~ m s f x y \
        ^null,detail -user,parallel_tool_calls logprobs/true=1 top_logprobs>logprobs \
        reasoning_effort/none=>reasoning:{\"enabled\":false};minimal=\"low\";xhigh,max=\"high\"\n",
    "fireworks_ai https://api.fireworks.ai/inference/v1 \
        =FIREWORKS_API_KEY,FIREWORKS_AI_API_KEY,FIREWORKSAI_API_KEY,FIREWORKS_AI_TOKEN @FIREWORKS_API_BASE \
        &accounts/fireworks/models/ m x y ^name,null reasoning_effort/minimal=\"low\";xhigh,max=\"high\"\n",
    "openrouter https://openrouter.ai/api/v1 =OPENROUTER_API_KEY,OR_API_KEY ~ d \
        ^thinking_blocks,provider_specific_fields ^reasoning_content>reasoning reasoning_effort/max=\"xhigh\"\n",
    "perplexity https://api.perplexity.ai =PERPLEXITYAI_API_KEY,PERPLEXITY_API_KEY m a x y \
        ^reasoning_content,reasoning,name,detail \
        -stream_options,user,store,metadata,service_tier,verbosity,safety_identifier,prompt_cache_key \
        reasoning_effort/none=\"minimal\";xhigh,max=\"high\" \
        response_format/json_object={\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"type\":\"object\"}}} \
        !tools,tool_choice,parallel_tool_calls,functions,function_call,stop,seed,logprobs,top_logprobs,logit_bias,n\n",
    "cerebras https://api.cerebras.ai/v1 ~ s d x y ^reasoning_content>reasoning \
        reasoning_effort/minimal=\"low\";xhigh,max=\"high\"\n",
    "nvidia_nim https://integrate.api.nvidia.com/v1 =NVIDIA_NIM_API_KEY,NVIDIA_API_KEY m\n",
    "sambanova https://api.sambanova.ai/v1 m s f x y ^name,detail ^reasoning_content>reasoning -user \
        reasoning_effort/none=>chat_template_kwargs:{\"enable_thinking\":false};minimal=\"low\";xhigh,max=\"high\"\n",
    "hyperbolic https://api.hyperbolic.xyz/v1 m -stream_options\n",
    "novita https://api.novita.ai/v3/openai m\n",
    "moonshot https://api.moonshot.ai/v1 m f x !functions,function_call !tools,tool_choice@kimi-thinking-preview \
        temperature/0..1 -temperature,top_p,presence_penalty,frequency_penalty@kimi-k2.,kimi-k3 tool_choice/required=! \
        r@kimi-k2.,kimi-k2-thinking,kimi-k3,kimi-thinking !reasoning_effort@moonshot \
        reasoning_effort/none=>thinking:{\"type\":\"disabled\"};*=>thinking:{\"type\":\"enabled\"}@kimi-k2. \
        reasoning_effort/none,minimal=\"low\";medium=\"high\";xhigh=\"max\"@kimi-k3\n",
    "zai https://api.z.ai/api/paas/v4 ~ m s j ^thinking_blocks,provider_specific_fields,reasoning_details \
        -user,parallel_tool_calls temperature/0..1 stop/[]=! tool_choice/none,required,function=! \
        reasoning_effort/none=>thinking:{\"type\":\"disabled\"};*=>thinking:{\"type\":\"enabled\"} \
        !n,seed,logprobs,top_logprobs,logit_bias,frequency_penalty,presence_penalty\n",
    "dashscope https://dashscope-intl.aliyuncs.com/compatible-mode/v1 m \
        reasoning_effort/none=>enable_thinking:false;*=>enable_thinking:true\n",
    "cloudflare https://api.cloudflare.com/client/v4/accounts/{CLOUDFLARE_ACCOUNT_ID}/ai/v1\n",
    "huggingface https://router.huggingface.co/v1 =HUGGINGFACE_API_KEY,HF_TOKEN @HF_API_BASE,HUGGINGFACE_API_BASE m\n",
    "github https://models.github.ai/inference =GITHUB_API_KEY,GITHUB_TOKEN d x \
        max_tokens>max_completion_tokens@openai/o1,openai/o3,openai/o4,openai/gpt-5\n",
    "databricks - ~ m e\n",
    "vercel_ai_gateway https://ai-gateway.vercel.sh/v1 =VERCEL_AI_GATEWAY_API_KEY,VERCEL_OIDC_TOKEN d\n",
    "deepinfra https://api.deepinfra.com/v1/openai m f tool_choice/required,function=!\n",
    "minimax https://api.minimax.io/v1\n",
    "volcengine https://ark.cn-beijing.volces.com/api/v3 =VOLCENGINE_API_KEY,ARK_API_KEY \
        reasoning_effort/none=>thinking:{\"type\":\"disabled\"}\n",
    "nebius https://api.studio.nebius.ai/v1 m\n",
    "baseten https://inference.baseten.co/v1 m\n",
    "featherless_ai https://api.featherless.ai/v1 =FEATHERLESS_AI_API_KEY,FEATHERLESS_API_KEY \
        @FEATHERLESS_AI_API_BASE,FEATHERLESS_API_BASE m\n",
    "friendliai https://api.friendli.ai/serverless/v1 =FRIENDLIAI_API_KEY,FRIENDLI_TOKEN @FRIENDLI_API_BASE m\n",
    "v0 https://api.v0.dev/v1 m\n",
    "inception https://api.inceptionlabs.ai/v1 m\n",
    "wandb https://api.inference.wandb.ai/v1 m\n",
    "meta_llama https://api.llama.com/compat/v1 =LLAMA_API_KEY @LLAMA_API_BASE\n",
    "lambda_ai https://api.lambda.ai/v1 =LAMBDA_API_KEY @LAMBDA_API_BASE m\n",
    "morph https://api.morphllm.com/v1 m\n",
    "scaleway https://api.scaleway.ai/v1 =SCW_SECRET_KEY m\n",
    "nscale https://inference.api.nscale.com/v1 m\n",
    "ovhcloud https://oai.endpoints.kepler.ai.cloud.ovh.net/v1 m\n",
    "compactifai https://api.compactif.ai/v1 m\n",
    "aiml https://api.aimlapi.com/v1\n",
    "chutes https://llm.chutes.ai/v1 m\n",
    "poe https://api.poe.com/v1 m\n",
    "veniceai https://api.venice.ai/api/v1 =VENICE_AI_API_KEY\n",
    "aihubmix https://aihubmix.com/v1\n",
    "gmi https://api.gmi-serving.com/v1\n",
    "publicai https://api.publicai.co/v1 m f\n",
    "helicone https://ai-gateway.helicone.ai\n",
    "clarifai https://api.clarifai.com/v2/ext/openai/v1 =CLARIFAI_API_KEY,CLARIFAI_PAT m\n",
    "gradient_ai https://inference.do-ai.run m #/v1\n",
    "heroku https://us.inference.heroku.com m #/v1 f\n",
    "modelscope https://api-inference.modelscope.cn/v1 m\n",
    "ai21 https://api.ai21.com/studio/v1 m\n",
    "ai21_chat https://api.ai21.com/studio/v1 =AI21_API_KEY @AI21_API_BASE m\n",
    "cohere https://api.cohere.ai/compatibility/v1 =COHERE_API_KEY,CO_API_KEY m\n",
    "cohere_chat https://api.cohere.ai/compatibility/v1 =COHERE_API_KEY,CO_API_KEY @COHERE_API_BASE m\n",
    // Embeddings alone.
    "voyage https://api.voyageai.com/v1 dimensions>output_dimension -user\n",
    "jina_ai https://api.jina.ai/v1 =JINA_AI_API_KEY,JINA_API_KEY,JINA_AI_TOKEN -user\n",
);
