//! What is refused, and that the message names the field.

use crate::text::read;
use nightdesk_domain::rota::{Change, Every, Override, Person, Schedule, check_overrides, check_schedule};

const SOUND: &str = "America/Chicago
    layer primary from 2026-06-15T08:00 every 1 days: alex, bea
    layer manager from 2026-06-15T08:00 every 1 months: mia
    override primary 2026-06-15 .. 2026-06-17 replace alex by bea";

#[track_caller]
fn refused(change: impl FnOnce(&mut Schedule), expected: &str) {
    let (mut schedule, _) = read(SOUND);
    change(&mut schedule);
    let problems: Vec<String> =
        check_schedule(&schedule, |person| person.as_str() != "nobody").iter().map(ToString::to_string).collect();
    assert!(problems.len() == 1 && problems[0].starts_with(expected), "{problems:?}");
}

#[track_caller]
fn override_refused(change: impl FnOnce(&mut Override), expected: &str) {
    let (schedule, mut overrides) = read(SOUND);
    change(&mut overrides[0]);
    let problems: Vec<String> = check_overrides(&schedule, &overrides, |person| person.as_str() != "nobody")
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(problems.len() == 1 && problems[0].starts_with(expected), "{problems:?}");
}

#[test]
fn a_sound_schedule_has_no_problem() {
    let (schedule, overrides) = read(SOUND);
    assert_eq!(check_schedule(&schedule, |_| true), []);
    assert_eq!(check_overrides(&schedule, &overrides, |_| true), []);
}

#[test]
fn an_empty_or_contradictory_schedule_is_refused_by_field() {
    refused(|schedule| schedule.layers.clear(), "layers: at least one");
    refused(|schedule| schedule.layers[1].people.clear(), "layers[1].people: must name somebody");
    refused(|schedule| schedule.layers[1].name = "primary".into(), "layers[1].name: \"primary\" is used twice");
    refused(|schedule| schedule.layers[0].name = " ".into(), "layers[0].name: must not be empty");
    refused(|schedule| schedule.layers[0].every = Every::Weeks(0), "layers[0].every: weeks must be 1");
    refused(|schedule| schedule.layers[0].every = Every::Hours(u32::MAX), "layers[0].every: hours must be 1");
    refused(|schedule| schedule.layers[0].people[1].person = Person::new(""), "layers[0].people[1]: must not be empty");
    refused(|schedule| schedule.layers[0].people[1].person = Person::new("nobody"), "layers[0].people[1]: \"nobody\"");
    let far = "+9999-01-01T00:00:00".parse().unwrap();
    refused(|schedule| schedule.layers[0].start = far, "layers[0].start: must lie");
    let start = "2026-06-15T08:00:00".parse().ok();
    refused(
        |schedule| (schedule.layers[0].people[0].from, schedule.layers[0].people[0].until) = (start, start),
        "layers[0].people[0]: until must be later",
    );
    refused(|schedule| schedule.layers[1].people[0].until = start, "layers[1].people: everybody leaves");
}

#[test]
fn an_override_that_cannot_work_is_refused_by_field() {
    override_refused(|made| made.until = made.from, "overrides[0].until: must be later than from");
    override_refused(|made| made.reason = "a\nb".into(), "overrides[0].reason: must be 200 characters at most, on one");
    override_refused(|made| made.reason = "x".repeat(201), "overrides[0].reason: must be 200");
    override_refused(|made| made.layer = "tertiary".into(), "overrides[0].layer: \"tertiary\" is none of the layers");
    let person = |name: &str| Person::new(name);
    let replace = |whom: &str, by: &str| Change::Replace { whom: person(whom), by: person(by) };
    override_refused(|made| made.change = replace("alex", ""), "overrides[0].by: must not be empty");
    override_refused(|made| made.change = replace("alex", "nobody"), "overrides[0].by: \"nobody\"");
    override_refused(|made| made.change = replace("mia", "alex"), "overrides[0].replace: \"mia\" is never on call");
    override_refused(|made| made.change = replace("alex", "alex"), "overrides[0].by: must be another");
    override_refused(|made| made.change = Change::Add { person: person("") }, "overrides[0].add: must not be empty");
    override_refused(|made| made.change = Change::Remove { person: person("zoe") }, "overrides[0].remove: \"zoe\"");
}

#[test]
fn whoever_an_override_brought_another_may_take_away() {
    let (schedule, overrides) = read(
        "UTC
         layer primary from 2026-06-15T08:00 every 1 days: alex, bea
         override primary 2026-06-15 .. 2026-06-17 replace alex by zoe
         override primary 2026-06-16 .. 2026-06-17 replace zoe by yan",
    );
    assert_eq!(check_overrides(&schedule, &overrides, |_| true), []);
}
