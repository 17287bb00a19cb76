//! Which fields ConnectWise's records have, and what may be written into them (vendor's public endpoints, 2025.1).

use serde_json::{Map, Value, json};

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// A text of at most so many UTF-16 code units.
    Text(usize),
    /// A text without a bound.
    LongText,
    /// A whole number.
    Integer,
    /// True or false.
    Flag,
    /// Another record, by number or by name.
    Reference,
}

/// Fields of a ticket that can be written. Others of the vendor's model are refused by the double: nobody here
/// sends them.
pub(super) const TICKET: &[(&str, Shape)] = &[
    ("summary", Shape::Text(100)),
    ("recordType", Shape::LongText),
    ("board", Shape::Reference),
    ("status", Shape::Reference),
    ("company", Shape::Reference),
    ("siteName", Shape::Text(50)),
    ("contact", Shape::Reference),
    ("contactName", Shape::Text(62)),
    ("contactPhoneNumber", Shape::Text(20)),
    ("contactPhoneExtension", Shape::Text(15)),
    ("contactEmailAddress", Shape::Text(250)),
    ("type", Shape::Reference),
    ("subType", Shape::Reference),
    ("item", Shape::Reference),
    ("priority", Shape::Reference),
    ("source", Shape::Reference),
    ("severity", Shape::LongText),
    ("impact", Shape::LongText),
    ("externalXRef", Shape::Text(100)),
    ("poNumber", Shape::Text(50)),
    ("automaticEmailContactFlag", Shape::Flag),
    ("automaticEmailResourceFlag", Shape::Flag),
    ("initialDescription", Shape::LongText),
    ("initialInternalAnalysis", Shape::LongText),
    ("initialResolution", Shape::LongText),
    ("skipCallback", Shape::Flag),
    ("parentTicketId", Shape::Integer),
];

/// Fields of a note that can be written.
pub(super) const NOTE: &[(&str, Shape)] = &[
    ("text", Shape::LongText),
    ("detailDescriptionFlag", Shape::Flag),
    ("internalAnalysisFlag", Shape::Flag),
    ("resolutionFlag", Shape::Flag),
    ("issueFlag", Shape::Flag),
    ("customerUpdatedFlag", Shape::Flag),
    ("processNotifications", Shape::Flag),
    ("internalFlag", Shape::Flag),
    ("externalFlag", Shape::Flag),
];

/// Keys that a reference may have.
const REFERENCE_KEYS: &[&str] = &["id", "name", "identifier", "sort", "_info"];

/// One thing that is wrong with a record, as the vendor words it.
pub(super) fn problem(code: &str, resource: &str, field: &str) -> Value {
    json!({"code": code, "message": format!("{resource}.{field}: {code}"), "resource": resource, "field": field})
}

/// Everything that is wrong with the shape of a record that was sent.
pub(super) fn problems(resource: &str, fields: &[(&str, Shape)], record: &Map<String, Value>) -> Vec<Value> {
    let wrong = |(name, value): (&String, &Value)| {
        let Some((_, shape)) = fields.iter().find(|(field, _)| field == name) else {
            return Some(problem("InvalidField", resource, name));
        };
        let fits = match (shape, value) {
            (Shape::Text(max), Value::String(text)) => {
                if text.encode_utf16().count() > *max {
                    return Some(problem("MaxLength", resource, name));
                }
                true
            }
            (Shape::LongText, Value::String(_)) | (Shape::Flag, Value::Bool(_)) => true,
            (Shape::Integer, Value::Number(number)) => number.is_i64(),
            (Shape::Reference, Value::Object(reference)) => is_reference(reference),
            (_, Value::Null) => true,
            _ => false,
        };
        (!fits).then(|| problem("InvalidType", resource, name))
    };
    record.iter().filter_map(wrong).collect()
}

fn is_reference(reference: &Map<String, Value>) -> bool {
    let known = reference.keys().all(|key| REFERENCE_KEYS.contains(&key.as_str()));
    let id = reference.get("id").is_some_and(Value::is_i64);
    let name = ["name", "identifier"].iter().any(|key| reference.get(*key).is_some_and(Value::is_string));
    known && (id || name)
}
