//! That the double refuses what ConnectWise refuses: a double that takes anything proves nothing.
#![allow(clippy::unwrap_used, clippy::panic)] // Tests may panic.

use super::records::{Answer, Records};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn ask(records: &mut Records, method: Method, path: &str, body: &Value) -> Answer {
    records.answer(&method, path, &BTreeMap::new(), body.to_string().as_bytes())
}

fn get(records: &mut Records, path: &str, query: &[(&str, &str)]) -> Answer {
    let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    records.answer(&Method::GET, path, &query, b"")
}

fn create(records: &mut Records, ticket: &Value) -> (u16, String) {
    let answer = ask(records, Method::POST, "/service/tickets", ticket);
    let errors = answer.body["errors"].as_array().into_iter().flatten();
    let errors: Vec<String> =
        errors.map(|e| format!("{} {}", e["code"].as_str().unwrap(), e["field"].as_str().unwrap())).collect();
    (answer.status.as_u16(), errors.join(", "))
}

#[test]
fn a_ticket_must_fit_the_vendors_model() {
    let mut records = Records::default();
    let ok = json!({"summary": "x".repeat(100), "company": {"identifier": "CatchAll"}});
    assert_eq!(create(&mut records, &ok), (201, String::new()));
    for (field, value, expected) in [
        ("summary", json!("x".repeat(101)), "MaxLength summary"),
        ("summary", json!("🚨".repeat(51)), "MaxLength summary"),
        ("summary", json!(" "), "MissingRequiredField summary"),
        ("summary", json!(5), "InvalidType summary"),
        ("company", Value::Null, "MissingRequiredField company"),
        ("company", json!(5), "InvalidType company"),
        ("company", json!({"id": "5"}), "InvalidType company"),
        ("company", json!({"id": 5, "nick": "x"}), "InvalidType company"),
        ("company", json!({"id": 999_999}), "InvalidReference company"),
        ("status", json!({"name": "Nowhere"}), "InvalidReference status"),
        ("contactName", json!("x".repeat(63)), "MaxLength contactName"),
        ("contactPhoneNumber", json!("1".repeat(21)), "MaxLength contactPhoneNumber"),
        ("externalXref", json!("CA1"), "InvalidField externalXref"),
        ("id", json!(5), "InvalidField id"),
    ] {
        let mut ticket = ok.clone();
        ticket[field] = value;
        assert_eq!(create(&mut records, &ticket), (400, expected.to_owned()), "{field}");
    }
    assert_eq!(records.tickets.len(), 1);
}

#[test]
fn a_status_must_be_of_the_tickets_board() {
    let mut records = Records::default();
    let other = records.add_board("Other");
    let foreign = records.statuses.iter().find(|s| s["boardId"] == other).unwrap()["id"].clone();
    let ticket = json!({"summary": "x", "company": {"identifier": "CatchAll"}, "board": {"name": "Service Desk"},
        "status": {"id": foreign}});
    assert_eq!(create(&mut records, &ticket), (400, "InvalidReference status".to_owned()));
}

#[test]
fn a_contact_must_be_of_the_tickets_company() {
    let mut records = Records::default();
    records.add_company("ACME", "Acme");
    let dana = records.add_contact("Dana", "Smith", "ACME", "1");
    let ticket = |company: &str| json!({"summary": "x", "company": {"identifier": company}, "contact": {"id": dana}});
    assert_eq!(create(&mut records, &ticket("ACME")).0, 201);
    assert_eq!(create(&mut records, &ticket("CatchAll")), (400, "InvalidReference contact".to_owned()));
}

#[test]
fn patches_are_arrays_of_known_operations_on_known_fields() {
    let mut records = Records::default();
    create(&mut records, &json!({"summary": "x", "company": {"identifier": "CatchAll"}}));
    let path = format!("/service/tickets/{}", records.tickets[0]["id"]);
    for patch in [
        json!({"op": "replace", "path": "summary", "value": "y"}),
        json!([]),
        json!([{"op": "move", "path": "summary", "value": "y"}]),
        json!([{"op": "replace", "path": "nothing", "value": "y"}]),
        json!([{"op": "remove", "path": "summary"}]),
        json!([{"op": "replace", "path": "summary", "value": "y", "also": 1}]),
    ] {
        assert_eq!(ask(&mut records, Method::PATCH, &path, &patch).status, 400, "{patch}");
    }
    assert_eq!(records.tickets[0]["summary"], "x");
    let patch = json!([{"op": "replace", "path": "/summary", "value": "y"}]);
    assert_eq!(ask(&mut records, Method::PATCH, &path, &patch).status, 200);
    assert_eq!(records.tickets[0]["summary"], "y");
}

#[test]
fn notes_need_a_text_and_a_place() {
    let mut records = Records::default();
    create(&mut records, &json!({"summary": "x", "company": {"identifier": "CatchAll"}}));
    let path = format!("/service/tickets/{}/notes", records.tickets[0]["id"]);
    for note in [json!({"text": "x"}), json!({"internalAnalysisFlag": true}), json!({"text": "x", "flag": true})] {
        assert_eq!(ask(&mut records, Method::POST, &path, &note).status, 400, "{note}");
    }
    assert!(records.notes.is_empty());
}

#[test]
fn a_merged_ticket_cannot_be_merged_again() {
    let mut records = Records::default();
    for _ in 0..2 {
        create(&mut records, &json!({"summary": "x", "company": {"identifier": "CatchAll"}}));
    }
    let path = format!("/service/tickets/{}/merge", records.tickets[0]["id"]);
    let closed = records.statuses.iter().find(|s| s["name"] == "Closed").unwrap()["id"].clone();
    let second = records.tickets[1]["id"].clone();
    let wrong = json!({"mergeTicketIds": [{"id": second}], "status": {"id": closed}});
    assert_eq!(ask(&mut records, Method::POST, &path, &wrong).status, 400);
    let merge = json!({"mergeTicketIds": [second], "status": {"id": closed}});
    assert_eq!(ask(&mut records, Method::POST, &path, &merge).status, 200);
    assert_eq!(ask(&mut records, Method::POST, &path, &merge).status, 400);
}

#[test]
fn lists_come_in_pages_and_wrong_questions_are_refused() {
    let mut records = Records::default();
    for number in 0..30 {
        records.add_company(&format!("C{number}"), "Many");
    }
    let page = |answer: &Answer| answer.body.as_array().map(Vec::len).unwrap_or_default();
    let first = get(&mut records, "/company/companies", &[]);
    assert_eq!((page(&first), first.next_page), (25, Some(2)));
    let second = get(&mut records, "/company/companies", &[("page", "2")]);
    assert_eq!((page(&second), second.next_page), (6, None));
    for wrong in [
        ("pageSize", "1001"),
        ("page", "0"),
        ("orderBy", "nonsense"),
        ("conditions", "name = \"a\"b\""),
        ("conditions", "nmae = \"a\""),
        ("childConditions", "name = \"a\""),
    ] {
        assert_eq!(get(&mut records, "/company/companies", &[wrong]).status, 400, "{wrong:?}");
    }
    assert_eq!(get(&mut records, "/company/nothing", &[]).status, 404);
}
