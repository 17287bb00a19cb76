//! Records of the table's stream: which of them tell of something that is due now, and which tell of nothing at all.
//!
//! The stream must carry new images. A record names its due time in `due_ms` and the end of its lease in
//! `lease_until_ms`, both numbers of milliseconds since 1970; a settled item has no `due_ms`. The record's shape is
//! that of the DynamoDB Streams API reference (`Record`), as Lambda hands it over in JSON.

use serde_json::Value;

/// What a batch of records says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Batch {
    /// Whether something is due that nobody holds.
    pub(super) due: bool,
    /// The sequence numbers of records that cannot be read; an empty one, where that is missing too, makes Lambda take
    /// the whole batch for failed.
    pub(super) unreadable: Vec<String>,
}

/// A record that is not as DynamoDB writes them.
struct Unreadable;

/// The records of an event, if it is one of a stream.
pub(super) fn records(event: &Value) -> Option<&Vec<Value>> {
    event.get("Records")?.as_array()
}

/// Reads a batch; `now_ms` is the present.
pub(super) fn read(records: &[Value], now_ms: i64) -> Batch {
    let mut batch = Batch::default();
    for record in records {
        match is_due(record, now_ms) {
            Ok(due) => batch.due |= due,
            Err(Unreadable) => {
                let sequence = record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str).unwrap_or_default();
                batch.unreadable.push(sequence.to_owned());
            }
        }
    }
    batch
}

fn is_due(record: &Value, now_ms: i64) -> Result<bool, Unreadable> {
    let change = record.get("dynamodb").filter(|change| change.is_object()).ok_or(Unreadable)?;
    change.get("SequenceNumber").and_then(Value::as_str).ok_or(Unreadable)?;
    match record.get("eventName").and_then(Value::as_str) {
        Some("REMOVE") => return Ok(false),
        Some("INSERT" | "MODIFY") => {}
        _ => return Err(Unreadable),
    }
    let image = change.get("NewImage").filter(|image| image.is_object()).ok_or(Unreadable)?;
    let due = milliseconds(image, "due_ms")?;
    let held = milliseconds(image, "lease_until_ms")?;
    Ok(due.is_some_and(|due| due <= now_ms) && held.is_none_or(|until| until <= now_ms))
}

fn milliseconds(image: &Value, name: &str) -> Result<Option<i64>, Unreadable> {
    let Some(attribute) = image.get(name) else { return Ok(None) };
    let number = attribute.get("N").and_then(Value::as_str).ok_or(Unreadable)?;
    number.parse().map(Some).map_err(|_| Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_700_000_000_000;

    fn record(sequence: &str, image: Value) -> Value {
        json!({"eventID": "1", "eventName": "MODIFY", "eventSource": "aws:dynamodb",
            "dynamodb": {"Keys": {"pk": {"S": "a"}}, "NewImage": image, "SequenceNumber": sequence}})
    }

    fn due_of(image: Value) -> bool {
        let batch = read(&[record("1", image)], NOW);
        assert!(batch.unreadable.is_empty());
        batch.due
    }

    #[test]
    fn what_is_due_and_held_by_nobody_is_seen() {
        let at = |ms: i64| json!({"N": ms.to_string()});
        assert!(due_of(json!({"due_ms": at(NOW)})));
        assert!(due_of(json!({"due_ms": at(NOW - 1), "lease_until_ms": at(NOW - 1)})));
        assert!(!due_of(json!({"due_ms": at(NOW + 1)})), "the watch of this minute sees it");
        assert!(!due_of(json!({"due_ms": at(NOW), "lease_until_ms": at(NOW + 1)})), "a webhook performs it");
        assert!(!due_of(json!({"pk": {"S": "a"}})), "settled");
        let removed = json!({"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "1"}});
        assert_eq!(read(&[removed], NOW), Batch::default());
    }

    #[test]
    fn unreadable_records_are_named_and_hide_no_other() {
        let good = record("4", json!({"due_ms": {"N": "1"}}));
        let bad = [
            record("1", json!({"due_ms": {"N": "soon"}})),
            record("2", json!({"due_ms": {"S": "1"}})),
            record("3", json!(7)),
            json!({"eventName": "INSERT", "dynamodb": {"NewImage": {}}}),
            json!({"eventName": "OTHER", "dynamodb": {"SequenceNumber": "5"}}),
            json!("nonsense"),
        ];
        let batch = read(&[&bad[..], &[good]].concat(), NOW);
        assert_eq!(batch.unreadable, ["1", "2", "3", "", "5", ""]);
        assert!(batch.due);
    }
}
