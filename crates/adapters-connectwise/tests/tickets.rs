//! Tickets and notes, against the double over real HTTP.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, dead_code)] // A test may panic; not every file uses all of `common`.

mod common;

use common::{case, config, desk, draft, note, start, tenant, ticket};
use nightdesk_domain::case::TicketStatus;
use nightdesk_domain::ids::PsaTicketId;
use nightdesk_domain::vocabulary::Priority;
use nightdesk_ports::{DeliveryError, Ticketing};
use nightdesk_testkit::connectwise::{ConnectWiseDouble, Mode};

#[tokio::test]
async fn a_ticket_carries_key_company_priority_status_source_and_caller() {
    let (psa, desk) = start().await;
    let id = desk.open(&draft("CA1")).await.unwrap();
    let stored = &psa.tickets()[0];
    assert_eq!(stored["id"].to_string(), id.as_str());
    assert_eq!(stored["externalXRef"], "CA1");
    assert_eq!(stored["company"]["identifier"], "ACME");
    assert_eq!(stored["priority"]["name"], "P1 - Critical");
    assert_eq!(stored["board"]["name"], "Service Desk");
    assert_eq!(stored["status"]["name"], "New");
    assert_eq!(stored["source"]["name"], "Phone");
    assert_eq!(stored["contactName"], "Dana Smith");
    assert_eq!(stored["contactPhoneNumber"], "+13125550142");
    let notes = psa.notes(stored["id"].as_i64().unwrap());
    assert_eq!(notes[0]["text"], "Nobody can work.\nWords matched: server, down.");
    let analysis = notes[1]["text"].as_str().unwrap();
    assert!(analysis.contains("CA1") && analysis.contains(draft("CA1").number.as_str()) && analysis.contains("Server"));
}

#[tokio::test]
async fn each_status_of_ours_becomes_the_configured_one() {
    let (psa, desk) = start().await;
    for status in [TicketStatus::Open, TicketStatus::PendingVerification, TicketStatus::Closed] {
        desk.open(&nightdesk_domain::case::TicketDraft { status, ..draft("CA1") }).await.unwrap();
    }
    let names: Vec<String> = psa.tickets().iter().map(|t| t["status"]["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["New", "Waiting", "Closed"]);
}

#[tokio::test]
async fn long_texts_are_cut_to_fit_and_kept_whole_in_the_description() {
    let (psa, desk) = start().await;
    let whole = "the accounting server in the back office is down since this morning and nobody of the twelve people here can open an invoice 🚨";
    let mut draft = draft("CA1");
    draft.summary = whole.into();
    draft.contact_name = Some("Maximiliana ".repeat(10).into());
    draft.contact_number = Some("three one two is 312 555 0142 extension 1234567890123".into());
    desk.open(&draft).await.unwrap();
    let stored = &psa.tickets()[0];
    let summary = stored["summary"].as_str().unwrap();
    assert!(summary.starts_with("the accounting server") && summary.ends_with('…'), "{summary}");
    let description = psa.notes(stored["id"].as_i64().unwrap())[0]["text"].as_str().unwrap().to_owned();
    assert!(description.starts_with(whole) && description.ends_with("server, down."));
}

#[tokio::test]
async fn hostile_words_arrive_as_they_were_said() {
    let (psa, desk) = start().await;
    let mut draft = draft("CA1");
    draft.summary = "\"}],\"x\":\\ %22 ñandú 漢字 🚨 \u{0} <b>".into();
    draft.contact_name = Some("Dana \"D\" O'Brien\\".into());
    desk.open(&draft).await.unwrap();
    assert_eq!(psa.tickets()[0]["summary"], "\"}],\"x\":\\ %22 ñandú 漢字 🚨 <b>");
    assert_eq!(psa.tickets()[0]["contactName"], "Dana \"D\" O'Brien\\");
}

#[tokio::test]
async fn a_ticket_without_summary_still_opens() {
    let (psa, desk) = start().await;
    let mut draft = draft("CA1");
    draft.summary = " \n".into();
    draft.contact_name = None;
    draft.contact_number = Some("unknown".into());
    desk.open(&draft).await.unwrap();
    assert!(psa.tickets()[0]["summary"].as_str().unwrap().contains(draft.number.as_str()));
    assert!(psa.tickets()[0].get("contactPhoneNumber").is_none());
}

#[tokio::test]
async fn a_caller_without_a_company_goes_to_the_catch_all() {
    let (psa, desk) = start().await;
    desk.open(&nightdesk_domain::case::TicketDraft { psa_company: None, ..draft("CA1") }).await.unwrap();
    assert_eq!(psa.tickets()[0]["company"]["identifier"], "CatchAll");
}

#[tokio::test]
async fn a_company_that_connectwise_lost_costs_no_ticket() {
    let (psa, desk) = start().await;
    desk.open(&nightdesk_domain::case::TicketDraft { psa_company: Some("GONE".to_owned()), ..draft("CA1") })
        .await
        .unwrap();
    let stored = &psa.tickets()[0];
    assert_eq!(stored["company"]["identifier"], "CatchAll");
    let notes = psa.notes(stored["id"].as_i64().unwrap());
    assert!(notes[1]["text"].as_str().unwrap().contains("no company \"GONE\""));
}

#[tokio::test]
async fn the_contact_is_linked_when_the_number_is_one_person_of_that_company() {
    let (psa, desk) = start().await;
    psa.add_company("OTHER", "Other Ltd");
    let dana = psa.add_contact("Dana", "Smith", "ACME", "(312) 555-0142");
    psa.add_contact("Elsewhere", "Smith", "OTHER", "312.555.0142");
    desk.open(&draft("CA1")).await.unwrap();
    assert_eq!(psa.tickets()[0]["contact"]["id"], dana);
    // A second person with the same number at the same company: nobody can tell who called.
    psa.add_contact("Lee", "Smith", "ACME", "13125550142");
    desk.open(&draft("CA2")).await.unwrap();
    assert!(psa.tickets()[1].get("contact").is_none());
}

#[tokio::test]
async fn names_are_resolved_once_and_remembered() {
    let (psa, desk) = start().await;
    desk.open(&draft("CA1")).await.unwrap();
    let before = psa.requests().len();
    desk.open(&draft("CA2")).await.unwrap();
    let after: Vec<String> = psa.requests()[before..].iter().map(|r| format!("{} {}", r.method, r.path)).collect();
    assert_eq!(after, ["GET /company/contacts", "POST /service/tickets"]);
}

#[tokio::test]
async fn a_name_that_is_not_there_is_refused_naming_the_setting() {
    let psa = ConnectWiseDouble::start().await.unwrap();
    type Spoil = fn(&mut nightdesk_adapters_connectwise::ConnectWiseConfig);
    let cases: [(&str, Spoil); 5] = [
        ("connectwise.board", |c| c.board = "No Such Board".to_owned()),
        ("connectwise.status_open", |c| c.status_open = "No \"Such\" Status".to_owned()),
        ("connectwise.priorities", |c| drop(c.priorities.insert(Priority::Critical, "P0".to_owned()))),
        ("connectwise.source", |c| c.source = "\"".to_owned()),
        ("connectwise.catch_all_company", |c| c.catch_all_company = "Nobody".to_owned()),
    ];
    for (setting, spoil) in cases {
        let mut config = config(&psa.url());
        spoil(&mut config);
        let Err(DeliveryError::Refused(reason)) = desk(config).open(&draft("CA1")).await else { panic!("{setting}") };
        assert!(reason.contains(setting), "{reason}");
    }
    assert!(psa.tickets().is_empty());
}

#[tokio::test]
async fn tickets_are_found_by_their_key_the_oldest_first_and_no_others() {
    let (psa, desk) = start().await;
    for key in ["CA1", "ca1", "CA12", "CA1", "CA_1"] {
        desk.open(&draft(key)).await.unwrap();
    }
    let found = desk.find(&tenant(), &case("CA1")).await.unwrap();
    let ids: Vec<i64> = psa.tickets().iter().map(|t| t["id"].as_i64().unwrap()).collect();
    assert_eq!(found, [ticket(ids[0]), ticket(ids[3])]);
    assert_eq!(desk.find(&tenant(), &case("CA3")).await.unwrap(), []);
}

#[tokio::test]
async fn every_page_of_a_list_is_read_also_when_the_server_gives_less_than_asked() {
    let (psa, desk) = start().await;
    for _ in 0..7 {
        desk.open(&draft("CA1")).await.unwrap();
    }
    psa.set_page_size_max(3);
    assert_eq!(desk.find(&tenant(), &case("CA1")).await.unwrap().len(), 7);
    let pages: Vec<String> = psa.requests().iter().rev().take(3).map(|r| r.query["page"].clone()).collect();
    assert_eq!(pages, ["3", "2", "1"]);
}

#[tokio::test]
async fn a_full_last_page_is_followed_by_a_look_at_the_next() {
    let (psa, desk) = start().await;
    let id = desk.open(&draft("CA1")).await.unwrap();
    for number in 0..150 {
        desk.add_note(&tenant(), &note(&id, "news", &format!("case/CA1#{number}")), false).await.unwrap();
    }
    let before = psa.requests().len();
    desk.add_note(&tenant(), &note(&id, "news", "case/CA1#149"), true).await.unwrap();
    assert_eq!(psa.requests().len() - before, 2);
}

#[tokio::test]
async fn a_note_is_internal_and_carries_its_reference() {
    let (psa, desk) = start().await;
    let id = desk.open(&draft("CA1")).await.unwrap();
    desk.add_note(&tenant(), &note(&id, "Bea accepted.", "case/CA1#7"), false).await.unwrap();
    let stored = psa.notes(id.as_str().parse().unwrap()).pop().unwrap();
    assert_eq!(stored["internalAnalysisFlag"], true);
    assert_eq!(stored["text"], "Bea accepted.\ncase/CA1#7");
}

#[tokio::test]
async fn a_repeated_note_is_added_only_if_it_is_not_there() {
    let (psa, desk) = start().await;
    let id = desk.open(&draft("CA1")).await.unwrap();
    let count = || psa.notes(id.as_str().parse().unwrap()).len();
    let first = note(&id, "Bea accepted. case/CA1#12", "case/CA1#12");
    desk.add_note(&tenant(), &first, false).await.unwrap();
    let with_one = count();
    desk.add_note(&tenant(), &first, true).await.unwrap();
    assert_eq!(count(), with_one);
    // A reference that merely begins alike is another note.
    desk.add_note(&tenant(), &note(&id, "Bea left. case/CA1#1", "case/CA1#1"), true).await.unwrap();
    assert_eq!(count(), with_one + 1);
}

#[tokio::test]
async fn a_note_whose_answer_was_lost_is_there_once_after_a_repetition() {
    let (psa, desk) = start().await;
    let id = desk.open(&draft("CA1")).await.unwrap();
    let order = note(&id, "Bea accepted.", "case/CA1#7");
    let before = psa.notes(id.as_str().parse().unwrap()).len();
    psa.set_mode(Mode::LosesAnswers).await.unwrap();
    assert!(matches!(desk.add_note(&tenant(), &order, false).await, Err(DeliveryError::Unknown)));
    psa.set_mode(Mode::Up).await.unwrap();
    desk.add_note(&tenant(), &order, true).await.unwrap();
    assert_eq!(psa.notes(id.as_str().parse().unwrap()).len(), before + 1);
}

#[tokio::test]
async fn closing_sets_the_closed_status_and_closing_again_is_a_success() {
    let (psa, desk) = start().await;
    let id = desk.open(&draft("CA1")).await.unwrap();
    desk.close(&tenant(), &id).await.unwrap();
    assert_eq!(psa.tickets()[0]["status"]["name"], "Closed");
    assert_eq!(psa.tickets()[0]["closedFlag"], true);
    let before = psa.requests().len();
    desk.close(&tenant(), &id).await.unwrap();
    assert_eq!(psa.requests().len() - before, 1);
}

#[tokio::test]
async fn a_ticket_that_somebody_moved_is_closed_on_its_own_board() {
    let (psa, desk) = start().await;
    psa.add_board("Projects");
    let mut elsewhere = config(&psa.url());
    elsewhere.board = "Projects".to_owned();
    let id = common::desk(elsewhere).open(&draft("CA1")).await.unwrap();
    desk.close(&tenant(), &id).await.unwrap();
    assert_eq!(psa.tickets()[0]["board"]["name"], "Projects");
    assert_eq!(psa.tickets()[0]["closedFlag"], true);
}

#[tokio::test]
async fn closing_what_is_not_there_is_refused() {
    let (_psa, desk) = start().await;
    assert!(matches!(desk.close(&tenant(), &ticket(999_999)).await, Err(DeliveryError::Refused(_))));
    let forged = PsaTicketId::parse("..").unwrap();
    assert!(matches!(desk.close(&tenant(), &forged).await, Err(DeliveryError::Refused(_))));
}

#[tokio::test]
async fn merging_keeps_the_notes_closes_the_second_and_can_be_repeated() {
    let (psa, desk) = start().await;
    let keep = desk.open(&draft("CA1")).await.unwrap();
    let second = desk.open(&draft("CA1")).await.unwrap();
    desk.add_note(&tenant(), &note(&second, "Only on the second.", "case/CA1#3"), false).await.unwrap();
    desk.merge(&tenant(), &keep, &second).await.unwrap();
    desk.merge(&tenant(), &keep, &second).await.unwrap();
    let tickets = psa.tickets();
    assert_eq!(tickets[0]["closedFlag"], false);
    assert_eq!(tickets[1]["closedFlag"], true);
    assert_eq!(tickets[1]["mergedParentTicket"]["id"].to_string(), keep.as_str());
    let notes = psa.notes(keep.as_str().parse().unwrap());
    assert!(notes.iter().any(|n| n["text"].as_str().unwrap().starts_with("Only on the second.")));
    assert_eq!(desk.find(&tenant(), &case("CA1")).await.unwrap(), [keep]);
}

#[tokio::test]
async fn a_ticket_is_never_merged_into_itself() {
    let (psa, desk) = start().await;
    let id = desk.open(&draft("CA1")).await.unwrap();
    assert!(matches!(desk.merge(&tenant(), &id, &id).await, Err(DeliveryError::Refused(_))));
    assert_eq!(psa.tickets()[0]["closedFlag"], false);
}

#[tokio::test]
async fn open_tickets_of_a_company_are_counted() {
    let (_psa, desk) = start().await;
    desk.open(&draft("CA1")).await.unwrap();
    desk.open(&draft("CA2")).await.unwrap();
    let closed = desk.open(&draft("CA3")).await.unwrap();
    desk.close(&tenant(), &closed).await.unwrap();
    desk.open(&nightdesk_domain::case::TicketDraft { psa_company: None, ..draft("CA4") }).await.unwrap();
    assert_eq!(desk.open_count(&tenant(), "ACME").await.unwrap(), 2);
    assert_eq!(desk.open_count(&tenant(), "CatchAll").await.unwrap(), 1);
    assert_eq!(desk.open_count(&tenant(), "NOBODY").await.unwrap(), 0);
}

#[tokio::test]
async fn a_tenant_without_settings_is_refused() {
    let (psa, desk) = start().await;
    let mut draft = draft("CA1");
    draft.tenant = nightdesk_domain::ids::TenantId::parse("somebody-else").unwrap();
    assert!(matches!(desk.open(&draft).await, Err(DeliveryError::Refused(_))));
    assert!(psa.requests().is_empty());
}

#[tokio::test]
async fn every_request_names_the_version_of_the_api() {
    let (psa, desk) = start().await;
    desk.open(&draft("CA1")).await.unwrap();
    assert!(psa.requests().iter().all(|r| r.accept == "application/vnd.connectwise.com+json; version=2025.1"));
}
