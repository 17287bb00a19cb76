//! Requests and events as they travel, cut down to what is used. Names are the vendor's.

use nightdesk_domain::model::Prompt;
use nightdesk_ports::Heard;
use serde::Deserialize;
use serde_json::{Value, json};

/// The body of `POST /v1/messages`. None if the prompt's schema is no JSON.
pub(crate) fn request(prompt: &Prompt, model: &str) -> Option<Vec<u8>> {
    let schema: Value = serde_json::from_str(prompt.schema).ok()?;
    let body = json!({
        "model": model,
        "max_tokens": prompt.tokens_max,
        "stream": true,
        "system": prompt.system,
        "messages": [{ "role": "user", "content": prompt.user.reveal() }],
        "tools": [{ "name": prompt.tool, "description": prompt.tool_about, "input_schema": schema }],
        "tool_choice": { "type": "tool", "name": prompt.tool, "disable_parallel_tool_use": true },
    });
    Some(body.to_string().into_bytes())
}

/// What is read of an event. The vendor adds kinds without notice, and asks to pass over them.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Event {
    /// The message begins; it knows already how much was read.
    MessageStart { message: Head },
    /// A block begins.
    ContentBlockStart { content_block: Block },
    /// A block grows.
    ContentBlockDelta { delta: Delta },
    /// The message ends, or its counts have changed.
    MessageDelta {
        delta: End,
        #[serde(default)]
        usage: Usage,
    },
    /// The service gives up on a message that it had begun.
    Error {},
    /// Pings, ends of blocks, and what is to come.
    #[serde(other)]
    Other,
}

/// The head of a message.
#[derive(Deserialize)]
pub(crate) struct Head {
    #[serde(default)]
    usage: Usage,
}

/// A block of a message.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Block {
    ToolUse {
        name: String,
    },
    #[serde(other)]
    Other,
}

/// What a block grows by.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Delta {
    InputJsonDelta {
        partial_json: String,
    },
    #[serde(other)]
    Other,
}

/// Why a message ends, if it does.
#[derive(Deserialize)]
pub(crate) struct End {
    #[serde(default)]
    stop_reason: Option<String>,
}

/// Tokens up to now.
#[derive(Deserialize, Default)]
pub(crate) struct Usage {
    #[serde(default)]
    input_tokens: Option<u32>,
    #[serde(default)]
    output_tokens: Option<u32>,
}

impl Usage {
    fn heard(&self) -> impl Iterator<Item = Heard<'static>> {
        self.input_tokens.map(Heard::Read).into_iter().chain(self.output_tokens.map(Heard::Wrote))
    }
}

impl Event {
    /// The event in the words that all vendors share.
    pub(crate) fn heard(&self) -> Vec<Heard<'_>> {
        match self {
            Event::MessageStart { message } => message.usage.heard().collect(),
            Event::ContentBlockStart { content_block: Block::ToolUse { name } } => vec![Heard::Tool(name)],
            Event::ContentBlockDelta { delta: Delta::InputJsonDelta { partial_json } } => {
                vec![Heard::Input(partial_json)]
            }
            Event::MessageDelta { delta, usage } => {
                // Others are limits and refusals: what stands before them is not what the model wanted to say.
                let stopped = delta.stop_reason.as_deref().map(|reason| matches!(reason, "tool_use" | "end_turn"));
                usage.heard().chain(stopped.map(|whole| Heard::Stopped { whole })).collect()
            }
            Event::ContentBlockStart { .. } | Event::ContentBlockDelta { .. } | Event::Error {} | Event::Other => {
                Vec::new()
            }
        }
    }
}
