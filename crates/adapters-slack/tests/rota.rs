//! The exact message about who is on call, and that Slack's limits hold for a large rota.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // A test may panic.

use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_adapters_slack::{BLOCKS_MAX, FIELD_MAX, HEADER_MAX, TEXT_MAX, rota_message};
use nightdesk_domain::limits::{ROTA_LAYERS_MAX, ROTA_NAME_CHARS_MAX};
use nightdesk_domain::rota::{Change, Every, Hours, Layer, Member, Override, Person, Schedule, oncall_between};
use serde_json::{Value, json};

fn layer(name: &str, every: Every, people: &[&str]) -> Layer {
    Layer {
        name: name.to_owned(),
        start: "2026-06-15T08:00:00".parse().unwrap(),
        every,
        people: people.iter().map(|name| Member::new(Person::new(*name))).collect(),
        hours: Hours::default(),
    }
}

fn message(layers: Vec<Layer>, overrides: &[Override]) -> Value {
    let schedule = Schedule { time_zone: "America/Chicago".parse().unwrap(), layers };
    let now: DateTime<Utc> = "2026-06-15T17:00:00Z".parse().unwrap();
    let calendar = oncall_between(&schedule, overrides, now, now + TimeDelta::days(2));
    let called = |person: &Person| if person.as_str() == "bea" { "<Bea> *B*".to_owned() } else { person.to_string() };
    serde_json::to_value(rota_message("R&D", &schedule, &calendar, now, called)).unwrap()
}

fn mrkdwn(text: &str) -> Value {
    json!({"type": "mrkdwn", "text": text, "verbatim": true})
}

#[test]
fn each_layer_shows_who_has_it_and_who_is_next() {
    let off = Override {
        id: "00001".to_owned(),
        layer: "primary".to_owned(),
        from: "2026-06-16T13:00:00Z".parse().unwrap(),
        until: "2026-06-16T23:00:00Z".parse().unwrap(),
        change: Change::Remove { person: Person::new("bea") },
        reason: String::new(),
    };
    let expected = json!({
        "text": "On call for “R&amp;D”",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "On call for “R&amp;D”"}},
            {"type": "section", "fields": [mrkdwn("*Layer* “primary”"), mrkdwn("“alex” until Tue 16 Jun 08:00")]},
            {"type": "context", "elements": [mrkdwn(
                "then “&lt;Bea&gt; ∗B∗” from Tue 16 Jun 18:00\nthen “alex” from Wed 17 Jun 08:00"
            )]},
            {"type": "context", "elements": [mrkdwn("Nobody at all from Tue 16 Jun 08:00 to Tue 16 Jun 18:00")]},
            {"type": "context", "elements": [mrkdwn("Times are those of America/Chicago")]},
        ],
    });
    assert_eq!(message(vec![layer("primary", Every::Days(1), &["alex", "bea"])], &[off]), expected);
}

#[test]
fn the_largest_rota_keeps_slacks_limits() {
    let long = "&".repeat(ROTA_NAME_CHARS_MAX);
    let layers = (0..ROTA_LAYERS_MAX).map(|_| layer(&long, Every::Hours(1), &[&long, &long]));
    let message = message(layers.collect(), &[]);
    let blocks = message["blocks"].as_array().unwrap();
    assert!(blocks.len() <= BLOCKS_MAX);
    for block in blocks {
        let texts = |name: &str| block[name].as_array().cloned().unwrap_or_default();
        let length = |text: &Value| text["text"].as_str().unwrap().encode_utf16().count();
        assert!(block["text"]["text"].as_str().unwrap_or_default().encode_utf16().count() <= HEADER_MAX);
        assert!(texts("fields").len() <= 10 && texts("fields").iter().all(|text| length(text) <= FIELD_MAX));
        assert!(texts("elements").iter().all(|text| (1..=TEXT_MAX).contains(&length(text))));
    }
}
