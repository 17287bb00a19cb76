//! What will go wrong in the next fortnight.

use crate::text::{local, read};
use chrono::{DateTime, Utc};
use nightdesk_domain::ids::TechnicianId;
use nightdesk_domain::policy::Policy;
use nightdesk_domain::rota::{Ahead, Override, Schedule, Why, instant_of, look_ahead};
use nightdesk_testkit::sample;

/// The tenant of the samples, with an office telephone that is answered on weekdays, and a rota.
fn looked(text: &str, stopped: &[&str], see: impl FnOnce(&Ahead<'_>, &dyn Fn(&str) -> DateTime<Utc>)) {
    let (schedule, overrides): (Schedule, Vec<Override>) = read(text);
    let mut policy: Policy = sample::policy();
    policy.time_zone = schedule.time_zone;
    policy.office = Some(sample::number("+13125550190"));
    let stopped: Vec<TechnicianId> = stopped.iter().map(|id| TechnicianId::parse(id).unwrap()).collect();
    let at = |text: &str| instant_of(schedule.time_zone, local(text));
    see(&look_ahead(&policy, &schedule, &overrides, &stopped, at("2026-06-15T12:00")), &at);
}

const WEEKLY: &str = "America/Chicago
    layer primary from 2026-06-15T08:00 every 1 weeks: alex, bea";

#[test]
fn all_is_well() {
    looked(WEEKLY, &[], |ahead, _| assert!(ahead.is_well(), "{ahead:?}"));
}

#[test]
fn a_gap_counts_only_while_the_office_is_closed() {
    let gap = format!("{WEEKLY}\noverride primary 2026-06-16T12:00 .. 2026-06-17T12:00 remove alex");
    looked(&gap, &[], |ahead, at| {
        let spans: Vec<_> = ahead.gaps.iter().map(|gap| (gap.layer, gap.start, gap.end)).collect();
        let hours = &sample::policy().business_hours;
        let closes = instant_of("America/Chicago".parse().unwrap(), local("2026-06-16").date().and_time(hours.closes));
        let opens = instant_of("America/Chicago".parse().unwrap(), local("2026-06-17").date().and_time(hours.opens));
        assert_eq!(spans, [(None, closes, opens)], "noon was {:?}", at("2026-06-16T12:00"));
    });
}

#[test]
fn people_who_cannot_be_reached_are_named_once() {
    let people = "America/Chicago
        layer primary from 2026-06-15T08:00 every 1 days: alex, ghost, bea";
    looked(people, &["bea"], |ahead, at| {
        let found: Vec<_> =
            ahead.unreachable.iter().map(|one| (one.person.as_str(), one.why, one.first.start)).collect();
        assert_eq!(
            found,
            [("ghost", Why::Unknown, at("2026-06-16T08:00")), ("bea", Why::Stopped, at("2026-06-17T08:00"))]
        );
        assert!(ahead.unreachable.iter().all(|one| one.shifts > 3));
    });
}

#[test]
fn overrides_on_top_of_each_other_are_named_with_the_time_that_they_share() {
    let two = format!(
        "{WEEKLY}
         override primary 2026-06-16 .. 2026-06-18 replace alex by bea
         override primary 2026-06-17 .. 2026-06-19 take bea
         override primary 2026-08-01 .. 2026-08-02 take bea"
    );
    looked(&two, &[], |ahead, at| {
        let found: Vec<_> = ahead
            .overlaps
            .iter()
            .map(|overlap| (overlap.earlier.id.as_str(), overlap.later.id.as_str(), overlap.from, overlap.until))
            .collect();
        assert_eq!(found, [("0001", "0002", at("2026-06-17"), at("2026-06-18"))]);
    });
}

#[test]
fn an_override_that_changes_nothing_is_named_with_the_reason() {
    let made = format!(
        "{WEEKLY}
         override primary 2026-06-16 .. 2026-06-17 replace bea by alex
         override primary 2026-06-17 .. 2026-06-18 take alex
         override secondary 2026-09-16 .. 2026-09-17 add bea
         override primary 2026-06-18 .. 2026-06-19 add alex
         override primary 2026-06-19 .. 2026-06-20 remove bea
         override primary 2026-06-01 .. 2026-06-02 remove bea"
    );
    looked(&made, &[], |ahead, _| {
        let found: Vec<_> = ahead.idle.iter().map(|idle| (idle.made.id.as_str(), idle.why.as_str())).collect();
        let expected = [
            ("0001", "bea is not on call for primary in that time"),
            ("0002", "alex is on call for primary anyway in that time"),
            ("0003", "\"secondary\" is none of the layers: primary"),
            ("0004", "alex is on call for primary anyway in that time"),
            ("0005", "bea is not on call for primary in that time"),
        ];
        assert_eq!(found, expected);
        assert!(!ahead.is_well());
    });
}

#[test]
fn an_override_that_another_covers_or_that_changes_a_minute_is_not_idle() {
    let made = format!(
        "{WEEKLY}
         override primary 2026-06-16 .. 2026-06-17 replace alex by bea
         override primary 2026-06-16 .. 2026-06-17 take morgan
         override primary 2026-06-18 .. 2026-06-22T08:01 replace bea by morgan
         override primary 2026-06-23 .. 2026-06-24 take morgan
         override primary 2026-06-23 .. 2026-06-24 replace morgan by alex"
    );
    looked(&made, &[], |ahead, _| assert_eq!(ahead.idle, []));
}
