//! The wire of the Anthropic Messages API: what a request must be, and server-sent events.

use super::script::{Part, Reason, objects};
use super::{Asked, Denied, KEY, QUICK, THOROUGH, TOKENS_READ, TOKENS_WRITTEN, headers, text};
use bytes::Bytes;
use http::{Method, StatusCode, request};
use serde_json::{Value, json};

/// The fields of a request that are known here; the vendor refuses others by name.
const FIELDS: [&str; 7] = ["model", "max_tokens", "stream", "system", "messages", "tools", "tool_choice"];

/// Reads a request, or says what the vendor would say to it.
pub(super) fn asked(parts: &request::Parts, body: &[u8]) -> Result<Asked, Denied> {
    let invalid = |message| Denied(StatusCode::BAD_REQUEST, "invalid_request_error", message);
    let headers = headers(parts);
    let header = |name: &str| headers.get(name).map_or("", String::as_str);
    if (&parts.method, parts.uri.path()) != (&Method::POST, "/v1/messages") {
        return Err(Denied(StatusCode::NOT_FOUND, "not_found_error", "no such address"));
    }
    if header("x-api-key") != KEY {
        return Err(Denied(StatusCode::UNAUTHORIZED, "authentication_error", "invalid x-api-key"));
    }
    if header("anthropic-version") != "2023-06-01" || header("content-type") != "application/json" {
        return Err(invalid("headers"));
    }
    let body: Value = serde_json::from_slice(body).map_err(|_| invalid("no JSON"))?;
    if body.as_object().is_none_or(|fields| fields.keys().any(|name| !FIELDS.contains(&name.as_str()))) {
        return Err(invalid("extra inputs are not permitted"));
    }
    let one = |list: &str| body[list].as_array().is_some_and(|list| list.len() == 1);
    if !one("messages") || !one("tools") || body["messages"][0]["role"] != "user" || body["stream"] != true {
        return Err(invalid("messages, tools or stream"));
    }
    if body["tool_choice"]["type"] != "tool" || !objects(&body["tools"][0]["input_schema"]) {
        return Err(invalid("tool_choice or input_schema"));
    }
    let read = || -> Result<Asked, &'static str> {
        Ok(Asked {
            headers: headers.clone(),
            model: text(&body, "/model")?,
            system: text(&body, "/system")?,
            user: text(&body, "/messages/0/content")?,
            tool: (
                text(&body, "/tools/0/name")?,
                text(&body, "/tools/0/description")?,
                body["tools"][0]["input_schema"].clone(),
            ),
            forced: text(&body, "/tool_choice/name")?,
            tokens_max: body["max_tokens"].as_u64().filter(|tokens| *tokens > 0).ok_or("/max_tokens")?,
        })
    };
    let asked = read().map_err(invalid)?;
    if ![QUICK, THOROUGH].contains(&asked.model.as_str()) {
        return Err(Denied(StatusCode::NOT_FOUND, "not_found_error", "model"));
    }
    Ok(asked)
}

/// The body of an error.
pub(super) fn error(kind: &str, message: &str) -> Value {
    json!({ "type": "error", "error": { "type": kind, "message": message }, "request_id": "req_0001" })
}

/// One part as events.
pub(super) fn encoded(part: &Part) -> Bytes {
    let delta = |delta: Value| event(&json!({ "type": "content_block_delta", "index": 0, "delta": delta }));
    let start = |block: Value| event(&json!({ "type": "content_block_start", "index": 0, "content_block": block }));
    let text = match part {
        Part::Begin => event(&json!({ "type": "message_start", "message": {
            "id": "msg_0001", "type": "message", "role": "assistant", "model": "vendor", "content": [],
            "stop_reason": null, "stop_sequence": null,
            "usage": { "input_tokens": TOKENS_READ, "output_tokens": 1, "service_tier": "standard" },
        } })),
        Part::Ping => event(&json!({ "type": "ping" })),
        Part::Tool(name) => start(json!({ "type": "tool_use", "id": "toolu_0001", "name": name, "input": {} })),
        Part::Input(piece) => delta(json!({ "type": "input_json_delta", "partial_json": piece })),
        Part::Prose => start(json!({ "type": "text", "text": "" })),
        Part::Text(piece) => delta(json!({ "type": "text_delta", "text": piece })),
        Part::Close => event(&json!({ "type": "content_block_stop", "index": 0 })),
        Part::End(reason) => {
            let reason = match reason {
                Reason::ToolUse => "tool_use",
                Reason::EndTurn => "end_turn",
                Reason::Limit => "max_tokens",
                Reason::Refusal => "refusal",
            };
            let end = json!({ "type": "message_delta", "delta": { "stop_reason": reason, "stop_sequence": null },
                "usage": { "output_tokens": TOKENS_WRITTEN } });
            event(&end) + &event(&json!({ "type": "message_stop" }))
        }
        Part::Fault => event(&error("overloaded_error", "Overloaded")),
    };
    text.into()
}

fn event(data: &Value) -> String {
    format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap_or_default())
}
