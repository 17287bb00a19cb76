//! The exact message for a briefing, and what must hold of it whatever is known and was said.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // A test may panic.

use nightdesk_adapters_slack::{BLOCKS_MAX, FIELD_MAX, HEADER_MAX, Page, TEXT_MAX, briefing_message, page_message};
use nightdesk_domain::case::Briefing;
use nightdesk_domain::ids::{CaseId, TicketNumber};
use nightdesk_domain::triage::{Affected, FlagKind, Mood};
use nightdesk_domain::vocabulary::{Category, Language, Priority};
use proptest::prelude::*;
use serde_json::{Value, json};

fn ticket() -> TicketNumber {
    TicketNumber::derive(&CaseId::parse("CA1").unwrap(), 0)
}

fn first_call() -> Briefing {
    Briefing {
        source: None,
        msp: "Lakeside IT".to_owned(),
        ticket: ticket(),
        client: None,
        contact: None,
        number: None,
        priority: Priority::Critical,
        category: None,
        system: None,
        problem: "Unclassified: a call without words".into(),
        affected: None,
        since: None,
        deadline: None,
        language: Language::English,
        mood: None,
        has_message: false,
        flags: Vec::new(),
        windows: Vec::new(),
        open_tickets: None,
        days_since_last_call: None,
        last_fix: None,
    }
}

fn known_client() -> Briefing {
    Briefing {
        client: Some("Acme Dental".to_owned()),
        contact: Some("Dana".into()),
        number: Some("+13125550142".into()),
        category: Some(Category::Server),
        system: Some("Dentrix".to_owned()),
        problem: "Server (Dentrix): our server is down".into(),
        affected: Some(Affected::All),
        mood: Some(Mood::Frustrated),
        flags: vec![FlagKind::AsksForSecret],
        windows: vec!["Switch replacement".to_owned()],
        open_tickets: Some(4),
        days_since_last_call: Some(3),
        last_fix: Some("restarted the host".into()),
        ..first_call()
    }
}

fn message(briefing: &Briefing) -> Value {
    serde_json::to_value(briefing_message(briefing)).unwrap()
}

fn text(text: &str) -> Value {
    json!({"type": "mrkdwn", "text": text, "verbatim": true})
}

#[test]
fn a_known_client_is_shown_with_its_past() {
    let title = format!("Critical: Server, ticket {}", ticket());
    let fields = [
        "*Client* “Acme Dental”",
        "*Caller* “Dana”",
        "*Number* “+13125550142”",
        "*Priority* Critical",
        "*Category* Server",
        "*System* “Dentrix”",
        "*Affected* everybody",
        "*Mood* frustrated",
        "*Planned work* “Switch replacement”",
    ];
    let shown = message(&known_client());
    assert_eq!(shown["text"], title.as_str());
    let blocks = shown["blocks"].as_array().unwrap();
    assert_eq!(blocks[1], json!({"type": "section", "fields": fields.map(text)}));
    let small = |place: usize| blocks[place]["elements"].clone();
    assert_eq!(small(2), json!([text("*Problem* “Server (Dentrix): our server is down”")]));
    assert_eq!(small(3), json!([text("*Careful: the caller asked for a password, a code or access.*")]));
    let past = ["*Last time this helped* “restarted the host”", "*Days since the last call* 3", "*Open tickets* 4"];
    assert_eq!(small(4), json!(past.map(text)));
    assert!(small(5)[0]["text"].as_str().unwrap().starts_with("*A good opening* “Hi, this is the on-call"));
    assert_eq!(blocks.len(), 6);
}

#[test]
fn a_first_call_has_no_field_for_what_is_not_known() {
    let shown = message(&first_call());
    let fields = ["*Client* unknown", "*Number* withheld", "*Priority* Critical", "*Category* Unclassified"];
    assert_eq!(shown["blocks"][1]["fields"], json!(fields.map(text)));
    assert_eq!(shown["blocks"].as_array().unwrap().len(), 3);
}

#[test]
fn a_page_shows_the_briefing_and_its_buttons() {
    let (case, briefing) = (CaseId::parse("CA1").unwrap(), known_client());
    let page = Page { case: &case, page: 1, subject: "s", body: "b", briefing: Some(&briefing), link: None };
    let shown = serde_json::to_value(page_message(&page)).unwrap();
    let (buttons, told) = shown["blocks"].as_array().unwrap().split_last().unwrap();
    assert_eq!(json!(told), message(&briefing)["blocks"]);
    assert_eq!(buttons["type"], "actions");
}

proptest! {
    #[test]
    fn a_message_keeps_the_limits_and_words_do_nothing(
        words in "\\PC{0,900}", number in any::<u32>(), known in any::<bool>(),
    ) {
        let hostile = || format!("<!channel> *{words}* <https://evil.example|x>");
        let briefing = Briefing {
            client: known.then(hostile),
            contact: Some(hostile().into()),
            number: known.then(|| hostile().into()),
            system: known.then(hostile),
            problem: hostile().into(),
            windows: vec![hostile(), hostile()],
            last_fix: Some(hostile().into()),
            open_tickets: known.then_some(number),
            ..known_client()
        };
        let shown = message(&briefing);
        let blocks = shown["blocks"].as_array().unwrap();
        prop_assert!(blocks.len() <= BLOCKS_MAX);
        prop_assert!(blocks[0]["text"]["text"].as_str().unwrap().chars().count() <= HEADER_MAX);
        let fields = blocks[1]["fields"].as_array().unwrap();
        prop_assert!(fields.len() <= 10);
        prop_assert!(fields.iter().all(|field| field["text"].as_str().unwrap().encode_utf16().count() <= FIELD_MAX));
        for element in blocks.iter().filter_map(|block| block["elements"].as_array()).flatten() {
            prop_assert!(element["text"].as_str().unwrap().encode_utf16().count() <= TEXT_MAX);
        }
        let whole = shown.to_string();
        prop_assert!(!whole.contains("<!channel>") && !whole.contains("https://evil"), "{}", whole);
    }
}
