//! What Slack refuses of a message: <https://docs.slack.dev/reference/block-kit/blocks>.

use serde_json::Value;
use std::collections::BTreeSet;

const INVALID: &str = "invalid_blocks";

/// The code with which Slack would refuse it, if it would.
pub(super) fn message(sent: &Value) -> Result<(), &'static str> {
    let blocks = sent["blocks"].as_array().map(Vec::as_slice).unwrap_or_default();
    if sent["text"].as_str().unwrap_or_default().is_empty() && blocks.is_empty() {
        return Err("no_text");
    }
    if blocks.len() > 50 || !blocks.iter().all(block) {
        return Err(INVALID);
    }
    let buttons =
        || blocks.iter().filter(|block| block["type"] == "actions").flat_map(|block| array(&block["elements"]));
    let distinct: BTreeSet<&str> = buttons().filter_map(|button| button["action_id"].as_str()).collect();
    if distinct.len() != buttons().count() { Err(INVALID) } else { Ok(()) }
}

fn block(block: &Value) -> bool {
    match block["type"].as_str() {
        Some("header") => block["text"]["type"] == "plain_text" && text(&block["text"], 150),
        Some("section") => {
            let fields = array(&block["fields"]);
            let lines = block.get("text").is_some_and(|lines| text(lines, 3000));
            (lines || !fields.is_empty()) && fields.len() <= 10 && fields.iter().all(|field| text(field, 2000))
        }
        Some("context") => {
            within(&block["elements"], 10) && array(&block["elements"]).iter().all(|one| text(one, 3000))
        }
        Some("actions") => within(&block["elements"], 25) && array(&block["elements"]).iter().all(button),
        _ => false,
    }
}

fn button(button: &Value) -> bool {
    let fits = |name: &str, max: usize| button[name].as_str().is_some_and(|text| (1..=max).contains(&text.len()));
    let plain = button["text"]["type"] == "plain_text" && text(&button["text"], 75);
    button["type"] == "button" && plain && fits("action_id", 255) && fits("value", 2000)
}

fn text(object: &Value, units_max: usize) -> bool {
    let known = ["plain_text", "mrkdwn"].iter().any(|kind| object["type"] == *kind);
    let units = object["text"].as_str().unwrap_or_default().encode_utf16().count();
    known && (1..=units_max).contains(&units)
}

fn within(value: &Value, max: usize) -> bool {
    (1..=max).contains(&array(value).len())
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}
