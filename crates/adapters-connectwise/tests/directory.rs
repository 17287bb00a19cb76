//! Companies, contacts and the check of the settings, against the double over real HTTP.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, dead_code)] // A test may panic; not every file uses all of `common`.

mod common;

use common::{config, desk, start, tenant};
use nightdesk_domain::vocabulary::Priority;
use nightdesk_testkit::connectwise::{ConnectWiseDouble, Mode};

#[tokio::test]
async fn a_company_is_found_by_identifier_and_by_name() {
    let (psa, desk) = start().await;
    psa.add_company("OBRIEN", "O'Brien \"&\" Söhne 100%");
    psa.add_company("DECOY", "O Brien Söhne 100");
    assert_eq!(desk.company(&tenant(), "acme").await.unwrap().unwrap().name, "Acme Dental");
    assert_eq!(desk.company(&tenant(), "ACM").await.unwrap(), None);
    let found = desk.companies_named(&tenant(), "o'brien \"&\" söhne 100%").await.unwrap();
    assert_eq!(found.iter().map(|c| c.identifier.as_str()).collect::<Vec<_>>(), ["OBRIEN"]);
}

#[tokio::test]
async fn a_contact_is_found_by_number_however_it_was_typed() {
    let (psa, desk) = start().await;
    for (number, typed) in ["3125550142", "(312) 555-0142", "+1 312.555.0142", "1-312-555-0142"].iter().enumerate() {
        psa.add_contact(&format!("Person{number}"), "Smith", "ACME", typed);
    }
    psa.add_contact("Other", "Smith", "ACME", "3125550143");
    psa.add_contact("Longer", "Smith", "ACME", "312555014299");
    let found = desk.contacts_by_phone(&tenant(), "+13125550142").await.unwrap();
    let names: Vec<&str> = found.iter().map(|c| c.name.reveal()).collect();
    assert_eq!(names, ["Person0 Smith", "Person1 Smith", "Person2 Smith", "Person3 Smith"]);
    assert!(found.iter().all(|c| c.company.as_deref() == Some("ACME")));
}

#[tokio::test]
async fn an_extension_or_no_number_finds_nobody_and_asks_nothing() {
    let (psa, desk) = start().await;
    psa.add_contact("Dana", "Smith", "ACME", "42");
    assert_eq!(desk.contacts_by_phone(&tenant(), "42").await.unwrap(), []);
    assert_eq!(desk.contacts_by_phone(&tenant(), "anonymous").await.unwrap(), []);
    assert!(psa.requests().is_empty());
}

#[tokio::test]
async fn a_contact_is_found_by_name() {
    let (psa, desk) = start().await;
    psa.add_contact("Dana", "O'Brien", "ACME", "3125550142");
    psa.add_contact("Mary Jo", "Smith", "ACME", "3125550143");
    for (said, expected) in [
        ("dana o'brien", 1),
        ("Dana", 1),
        ("O'Brien", 1),
        ("Mary Jo Smith", 1),
        ("Mary Smith", 0),
        ("\" or id > 0", 0),
        ("%", 0),
    ] {
        assert_eq!(desk.contacts_named(&tenant(), said).await.unwrap().len(), expected, "{said}");
    }
}

#[tokio::test]
async fn sound_settings_pass_the_check() {
    let (_psa, desk) = start().await;
    assert_eq!(desk.check(&tenant(), &["ACME"]).await, Vec::<String>::new());
}

#[tokio::test]
async fn the_check_names_every_problem_at_once() {
    let (psa, _) = start().await;
    let mut wrong = config(&psa.url());
    wrong.catch_all_company = "NoCatchAll".to_owned();
    wrong.status_open = "Closed".to_owned();
    wrong.status_pending = "Nowhere".to_owned();
    wrong.status_closed = "New".to_owned();
    wrong.priorities.insert(Priority::High, "P9".to_owned());
    wrong.priorities.remove(&Priority::Low);
    wrong.source = "Telegraph".to_owned();
    let problems = desk(wrong).check(&tenant(), &["ACME", "GONE"]).await;
    let expected = [
        "priorities has no name for Low",
        "catch_all_company",
        "\"GONE\"",
        "status_open: tickets in \"Closed\" count as closed",
        "status_pending",
        "status_closed: tickets in \"New\" count as open",
        "priorities.High",
        "source",
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
    for (problem, part) in problems.iter().zip(expected) {
        assert!(problem.contains(part), "{part} is not in {problem}");
    }
}

#[tokio::test]
async fn a_missing_catch_all_company_is_a_problem_of_its_own() {
    let (psa, _) = start().await;
    let mut wrong = config(&psa.url());
    wrong.catch_all_company = String::new();
    let problems = desk(wrong).check(&tenant(), &[]).await;
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("catch_all_company is missing"));
}

#[tokio::test]
async fn a_connectwise_that_cannot_be_asked_is_one_problem() {
    let (psa, desk) = start().await;
    for mode in [Mode::Down, Mode::Unreachable, Mode::Nonsense, Mode::Refuses(401)] {
        psa.set_mode(mode).await.unwrap();
        let problems = desk.check(&tenant(), &["ACME"]).await;
        assert_eq!(problems.len(), 1, "{mode:?}: {problems:?}");
    }
}

#[tokio::test]
async fn an_empty_installation_is_reported_whole() {
    let psa = ConnectWiseDouble::start().await.unwrap();
    psa.remove_setup();
    let problems = desk(config(&psa.url())).check(&tenant(), &[]).await;
    assert_eq!(problems.len(), 6, "{problems:?}");
}
