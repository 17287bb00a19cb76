//! A whole year, minute by minute, in many zones: the two questions must give one answer.

use crate::text::read;
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::rota::{Shift, oncall_at, oncall_between};

/// Layers of every kind, with hand-offs where clocks change, and overrides across both changes.
fn schedule(zone: &str) -> String {
    format!(
        "{zone}
         layer weekly from 2026-01-05T08:00 every 1 weeks: a, b, c
         layer daily from 2026-01-01T02:30 every 1 days: a, b ..2026-10-04, c, d 2026-04-05T01:45..2026-11-01T01:30
         layer hourly from 2026-01-01T00:30 every 3 hours: a, b, c, d, e
         layer monthly from 2025-12-31T00:00 every 1 months: a, b, c ..2026-03-29T02:15
         layer nights from 2026-01-05T12:00 every 1 weeks on Mon 18:00 - Tue 01:30; Sat 01:30 - Sun 02:30; \
         Sun 03:00 - Mon 08:00: a, b, c
         override weekly 2026-03-07T22:00 .. 2026-03-29T02:30 replace a by x
         override weekly 2026-10-20T01:30 .. 2026-11-01T01:30 take y
         override daily 2026-04-04T02:30 .. 2026-04-06T02:30 add z
         override nights 2026-10-03T22:00 .. 2026-10-25T01:30 remove b"
    )
}

fn walk(zone: &str) {
    let (schedule, overrides) = read(&schedule(zone));
    let from: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    let to: DateTime<Utc> = "2027-01-01T00:00:00Z".parse().unwrap();
    let calendar = oncall_between(&schedule, &overrides, from, to);
    assert!(calendar.gaps.iter().all(|gap| gap.layer == Some("nights")), "{:?}", calendar.gaps);
    let mut hand_offs: Vec<DateTime<Utc>> = calendar.shifts.iter().flat_map(|shift| [shift.start, shift.end]).collect();
    hand_offs.sort_unstable();
    hand_offs.dedup();
    let near = hand_offs.iter().flat_map(|at| (-2..=2).map(|seconds| *at + TimeDelta::seconds(seconds)));
    let minutes = (0..).map(|minute| from + TimeDelta::minutes(minute)).take_while(|at| *at < to);
    let mut instants: Vec<DateTime<Utc>> = minutes.chain(near).filter(|at| (from..to).contains(at)).collect();
    instants.sort_unstable();

    // Of each layer, those shifts that have not ended.
    let mut layers: Vec<(&str, std::collections::VecDeque<&Shift<'_>>)> = schedule
        .layers
        .iter()
        .map(|layer| (layer.name.as_str(), calendar.shifts.iter().filter(|shift| shift.layer == layer.name).collect()))
        .collect();
    let mut expected: Vec<(&str, &str)> = Vec::new();
    for at in instants {
        expected.clear();
        for (name, shifts) in &mut layers {
            while shifts.front().is_some_and(|shift| shift.end <= at) {
                shifts.pop_front();
            }
            let begun = shifts.iter().take_while(|shift| shift.start <= at).filter(|shift| at < shift.end);
            expected.extend(begun.map(|shift| (*name, shift.person.as_str())));
        }
        let got = oncall_at(&schedule, &overrides, at);
        let same =
            got.len() == expected.len() && got.iter().all(|one| expected.contains(&(one.layer, one.person.as_str())));
        assert!(same, "{zone} {at}: at {got:?}, between {expected:?}");
    }
}

#[test]
fn in_north_america() {
    ["America/New_York", "America/Chicago"].into_iter().for_each(walk);
}

#[test]
fn in_south_america() {
    ["America/Santiago", "America/St_Johns"].into_iter().for_each(walk);
}

#[test]
fn in_europe() {
    ["Europe/London", "UTC"].into_iter().for_each(walk);
}

#[test]
fn in_asia_and_africa() {
    ["Asia/Kolkata", "Africa/Casablanca"].into_iter().for_each(walk);
}

#[test]
fn in_australia() {
    ["Australia/Sydney", "Australia/Lord_Howe"].into_iter().for_each(walk);
}
