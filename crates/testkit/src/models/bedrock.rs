//! The wire of Bedrock's ConverseStream: what a request must be, and frames of `application/vnd.amazon.eventstream`.

use super::script::{Part, Reason, objects};
use super::{ACCESS_KEY, Asked, Denied, QUICK, THOROUGH, TOKENS_READ, TOKENS_WRITTEN, headers, text};
use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use bytes::Bytes;
use http::{Method, StatusCode, request};
use serde_json::{Value, json};

/// Reads a request, or says what the vendor would say to it.
pub(super) fn asked(parts: &request::Parts, body: &[u8]) -> Result<Asked, Denied> {
    let invalid = |message| Denied(StatusCode::BAD_REQUEST, "ValidationException", message);
    let headers = headers(parts);
    let signature = headers.get("authorization").map_or("", String::as_str);
    let signer = format!("AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/");
    if !signature.starts_with(&signer) || !signature.contains("/bedrock/aws4_request") {
        return Err(Denied(StatusCode::FORBIDDEN, "UnrecognizedClientException", "signature"));
    }
    let path = parts.uri.path().replace("%3A", ":");
    let model = path.strip_prefix("/model/").and_then(|rest| rest.strip_suffix("/converse-stream"));
    let (&Method::POST, Some(model)) = (&parts.method, model) else {
        return Err(Denied(StatusCode::NOT_FOUND, "UnknownOperationException", "no such address"));
    };
    if ![QUICK, THOROUGH].contains(&model) {
        return Err(Denied(StatusCode::NOT_FOUND, "ResourceNotFoundException", "model"));
    }
    let body: Value = serde_json::from_slice(body).map_err(|_| invalid("no JSON"))?;
    let one = |list: &str| body.pointer(list).and_then(Value::as_array).is_some_and(|list| list.len() == 1);
    let lists = ["/messages", "/messages/0/content", "/system", "/toolConfig/tools"];
    if !lists.into_iter().all(one) || body["messages"][0]["role"] != "user" {
        return Err(invalid("messages, system or tools"));
    }
    let schema = &body["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"];
    if !objects(schema) {
        return Err(invalid("inputSchema"));
    }
    let read = || -> Result<Asked, &'static str> {
        Ok(Asked {
            headers: headers.clone(),
            model: model.to_owned(),
            system: text(&body, "/system/0/text")?,
            user: text(&body, "/messages/0/content/0/text")?,
            tool: (
                text(&body, "/toolConfig/tools/0/toolSpec/name")?,
                text(&body, "/toolConfig/tools/0/toolSpec/description")?,
                schema.clone(),
            ),
            forced: text(&body, "/toolConfig/toolChoice/tool/name")?,
            tokens_max: body["inferenceConfig"]["maxTokens"].as_u64().filter(|n| *n > 0).ok_or("/inferenceConfig")?,
        })
    };
    read().map_err(invalid)
}

/// One part as frames. There are no pings here; what comes closest is a piece of no characters.
pub(super) fn encoded(part: &Part) -> Bytes {
    let delta = |delta: Value| event("contentBlockDelta", &json!({ "contentBlockIndex": 0, "delta": delta }));
    let start = |start: Value| event("contentBlockStart", &json!({ "contentBlockIndex": 0, "start": start }));
    match part {
        Part::Begin => event("messageStart", &json!({ "role": "assistant" })),
        Part::Ping => delta(json!({ "toolUse": { "input": "" } })),
        Part::Tool(name) => start(json!({ "toolUse": { "toolUseId": "tooluse_0001", "name": name } })),
        Part::Input(piece) => delta(json!({ "toolUse": { "input": piece } })),
        // Prose has no beginning of its own here.
        Part::Prose => Bytes::new(),
        Part::Text(piece) => delta(json!({ "text": piece })),
        Part::Close => event("contentBlockStop", &json!({ "contentBlockIndex": 0 })),
        Part::End(reason) => {
            let reason = match reason {
                Reason::ToolUse => "tool_use",
                Reason::EndTurn => "end_turn",
                Reason::Limit => "max_tokens",
                Reason::Refusal => "content_filtered",
            };
            let usage = json!({ "inputTokens": TOKENS_READ, "outputTokens": TOKENS_WRITTEN,
                "totalTokens": TOKENS_READ + TOKENS_WRITTEN });
            let stop = event("messageStop", &json!({ "stopReason": reason }));
            let metadata = event("metadata", &json!({ "metrics": { "latencyMs": 10 }, "usage": usage }));
            [stop, metadata].concat().into()
        }
        Part::Fault => {
            let kind = [(":message-type", "exception"), (":exception-type", "serviceUnavailableException")];
            frame(&kind, &json!({ "message": "overloaded" }))
        }
    }
}

fn event(kind: &'static str, payload: &Value) -> Bytes {
    frame(&[(":message-type", "event"), (":event-type", kind)], payload)
}

#[allow(clippy::unwrap_used, reason = "a frame that cannot be written must fail its test")]
fn frame(headers: &[(&'static str, &'static str)], payload: &Value) -> Bytes {
    let mut message = Message::new(Bytes::from(payload.to_string()));
    for (name, value) in headers.iter().chain(&[(":content-type", "application/json")]) {
        message = message.add_header(Header::new(*name, HeaderValue::String((*value).into())));
    }
    let mut frame = Vec::new();
    write_message_to(&message, &mut frame).unwrap();
    frame.into()
}
