//! Any words, one turn per line: triage understands something and never panics.
//!
//! The product's greatest fear has a check of its own: whatever else was said, "our files are encrypted" in a
//! turn of its own is Critical.
#![no_main]

use chrono::{DateTime, Utc};
use libfuzzer_sys::fuzz_target;
use nightdesk_domain::ids::CompanyId;
use nightdesk_domain::policy::{CallbackPolicy, Company, Runbook, RunbookRule};
use nightdesk_domain::triage::{Setting, Turn, assess};
use nightdesk_domain::vocabulary::Priority;
use std::sync::LazyLock;

static COMPANY: LazyLock<Company> = LazyLock::new(|| Company {
    id: CompanyId::parse("acme-dental").expect("an identifier"),
    name: "Acme Dental".to_owned(),
    also_called: vec!["acme".to_owned()],
    runbook: Runbook {
        critical_systems: vec!["Dentrix".to_owned()],
        rules: vec![RunbookRule {
            when: "patients are in the chair and the charts do not open".to_owned(),
            priority: Priority::Critical,
        }],
        out_of_scope: vec!["personal phones".to_owned()],
        notes: String::new(),
    },
    psa_company: None,
});

fuzz_target!(|text: &str| {
    // The night of the change from daylight saving time in Chicago, when an hour comes twice.
    let now = DateTime::<Utc>::from_timestamp(1_793_516_400, 0).expect("an instant");
    let zone = chrono_tz::America::Chicago;
    let callback = CallbackPolicy::default();
    let setting = Setting { now, zone, callback: &callback, company: None, windows: &[] };
    let mut turns: Vec<Turn<'_>> = text.lines().map(Turn::caller).collect();
    let _unknown_company = assess(&turns, &setting);
    turns.push(Turn::caller("all our files are encrypted and there is a ransom note"));
    let found = assess(&turns, &Setting { company: Some(&*COMPANY), ..setting });
    assert_eq!(found.priority, Priority::Critical, "the words before talked a ransom note down");
});
