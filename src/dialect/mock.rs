//! An answer without a provider, in OpenAI's shape: `mock_response`.
//!
//! As in LiteLLM the usage is 10 tokens in and 20 out, whatever was asked and said.

use crate::base::json::quoted_text;
use crate::base::sse::encode;

/// What a mock is to look like.
#[derive(Clone, Copy, Debug)]
pub struct MockReply<'a> {
    /// What the assistant says.
    pub text: &'a str,
    /// Tells the answers of one router apart.
    pub number: u64,
    /// The model that is said to have answered.
    pub model: &'a str,
    /// When, in seconds since the epoch.
    pub created: u64,
}

const USAGE: &str = r#""usage":{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30}"#;

impl MockReply<'_> {
    /// A whole answer.
    #[must_use]
    pub fn whole(&self) -> Vec<u8> {
        let text = quoted_text(self.text);
        let message = format!(r#"{{"role":"assistant","content":{text}}}"#);
        let choice = format!(r#"{{"index":0,"message":{message},"finish_reason":"stop"}}"#);
        self.object("chat.completion", &choice, Some(USAGE)).into_bytes()
    }

    /// A stream: a role, a chunk a word, the end, and the usage if that is wanted.
    #[must_use]
    pub fn stream(&self, tells_usage: bool) -> Vec<u8> {
        let mut stream = Vec::new();
        let mut event = |data: &str| encode(&mut stream, None, data.as_bytes());
        let chunk = |delta: &str, finish: &str| {
            let choice = format!(r#"{{"index":0,"delta":{delta},"finish_reason":{finish}}}"#);
            self.object("chat.completion.chunk", &choice, None)
        };
        event(&chunk(r#"{"role":"assistant","content":""}"#, "null"));
        for word in self.text.split_inclusive(' ') {
            event(&chunk(&format!(r#"{{"content":{}}}"#, quoted_text(word)), "null"));
        }
        event(&chunk("{}", "\"stop\""));
        if tells_usage {
            event(&self.object("chat.completion.chunk", "", Some(USAGE)));
        }
        event("[DONE]");
        stream
    }

    fn object(&self, kind: &str, choice: &str, usage: Option<&str>) -> String {
        let Self { number, created, model, .. } = self;
        let (model, usage) = (quoted_text(model), usage.map_or(String::new(), |usage| format!(",{usage}")));
        format!(
            r#"{{"id":"chatcmpl-mock-{number}","object":"{kind}","created":{created},"model":{model},"choices":[{choice}]{usage}}}"#
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json::value;

    use super::*;

    const REPLY: MockReply<'static> =
        MockReply { text: "Hi \"you\",\nthere", number: 7, model: "m", created: 3 };

    #[test]
    fn an_answer_holds_the_text() {
        let answer = value(&REPLY.whole()).unwrap();
        assert_eq!(answer["choices"][0]["message"]["content"], REPLY.text);
        assert_eq!(
            (&answer["id"], &answer["usage"]["total_tokens"]),
            (&"chatcmpl-mock-7".into(), &30.into())
        );
    }

    #[test]
    fn a_stream_says_the_same_word_by_word() {
        let said = |tells_usage| {
            let stream = String::from_utf8(REPLY.stream(tells_usage)).unwrap();
            let data: Vec<String> =
                stream.lines().filter_map(|line| line.strip_prefix("data: ")).map(str::to_owned).collect();
            assert_eq!(data.last().unwrap(), "[DONE]");
            let chunks: Vec<_> =
                data[..data.len() - 1].iter().map(|data| value(data.as_bytes()).unwrap()).collect();
            let text: String =
                chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
            assert_eq!(text, REPLY.text);
            chunks
        };
        assert_eq!(said(true).last().unwrap()["usage"]["completion_tokens"], 20);
        assert_eq!(said(false).last().unwrap()["choices"][0]["finish_reason"], "stop");
    }
}
