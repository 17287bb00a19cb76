//! Any words, one turn per line: triage understands something and never panics.
//!
//! The product's greatest fear has a check of its own: whatever else was said, "our files are encrypted" in a
//! turn of its own is Critical.
#![no_main]

use chrono::{DateTime, NaiveTime, Utc, Weekday};
use libfuzzer_sys::fuzz_target;
use nightdesk_domain::ids::CompanyId;
use nightdesk_domain::policy::{BusinessHours, Company, Runbook, RunbookRule};
use nightdesk_domain::triage::{Setting, assess};
use nightdesk_domain::vocabulary::Priority;
use std::sync::LazyLock;

static HOURS: LazyLock<BusinessHours> = LazyLock::new(|| BusinessHours {
    days: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
    opens: NaiveTime::from_hms_opt(8, 0, 0).expect("a time of day"),
    closes: NaiveTime::from_hms_opt(17, 30, 0).expect("a time of day"),
    holidays: vec![],
});

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
    let mut turns: Vec<&str> = text.lines().collect();
    let _unknown_company = assess(&turns, &Setting { now, zone, hours: &HOURS, company: None });
    turns.push("all our files are encrypted and there is a ransom note");
    let found = assess(&turns, &Setting { now, zone, hours: &HOURS, company: Some(&*COMPANY) });
    assert_eq!(found.priority, Priority::Critical, "the words before talked a ransom note down");
});
