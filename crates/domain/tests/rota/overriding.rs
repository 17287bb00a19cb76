//! What overrides do, and what they must not do.

use crate::text::{check, local, read};
use chrono::TimeDelta;
use nightdesk_domain::rota::{Change, Person, instant_of, oncall_at, oncall_between, shifts_at, swap};

const DAILY: &str = "America/Chicago
    layer primary from 2026-06-15T08:00 every 1 days: alex, bea, cleo";

fn with(overrides: &str) -> String {
    format!("{DAILY}\n{overrides}")
}

#[test]
fn one_takes_over_a_part_of_anothers_shift() {
    check(
        &with("override primary 2026-06-15T18:00 .. 2026-06-15T22:00 replace alex by bea"),
        "2026-06-15T12:00",
        "2026-06-16T12:00",
        "primary alex 2026-06-15 08:00 .. 2026-06-15 18:00
         primary bea 2026-06-15 18:00 .. 2026-06-15 22:00
         primary alex 2026-06-15 22:00 .. 2026-06-16 08:00
         primary bea 2026-06-16 08:00 .. 2026-06-17 08:00",
    );
}

#[test]
fn an_override_up_to_ones_own_shift_does_not_melt_into_it() {
    check(
        &with("override primary 2026-06-15T22:00 .. 2026-06-16T08:00 replace alex by bea"),
        "2026-06-15T12:00",
        "2026-06-16T12:00",
        "primary alex 2026-06-15 08:00 .. 2026-06-15 22:00
         primary bea 2026-06-15 22:00 .. 2026-06-16 08:00
         primary bea 2026-06-16 08:00 .. 2026-06-17 08:00",
    );
}

#[test]
fn a_replacement_over_several_turns_leaves_hand_offs_where_they_are() {
    check(
        &with("override primary 2026-06-15 .. 2026-06-20 replace alex by dan"),
        "2026-06-15T12:00",
        "2026-06-19",
        "primary dan 2026-06-15 08:00 .. 2026-06-16 08:00
         primary bea 2026-06-16 08:00 .. 2026-06-17 08:00
         primary cleo 2026-06-17 08:00 .. 2026-06-18 08:00
         primary dan 2026-06-18 08:00 .. 2026-06-19 08:00",
    );
}

#[test]
fn whoever_takes_the_layer_has_it_alone_and_in_one_shift() {
    check(
        &with("override primary 2026-06-16T00:00 .. 2026-06-17T12:00 take dan"),
        "2026-06-16T12:00",
        "2026-06-17T13:00",
        "primary dan 2026-06-16 00:00 .. 2026-06-17 12:00
         primary cleo 2026-06-17 12:00 .. 2026-06-18 08:00",
    );
}

#[test]
fn one_more_is_on_call_beside_the_others() {
    check(
        &with("override primary 2026-06-15T20:00 .. 2026-06-16T20:00 add dan"),
        "2026-06-15T12:00",
        "2026-06-16T12:00",
        "primary alex 2026-06-15 08:00 .. 2026-06-16 08:00
         primary dan 2026-06-15 20:00 .. 2026-06-16 20:00
         primary bea 2026-06-16 08:00 .. 2026-06-17 08:00",
    );
}

#[test]
fn who_is_on_call_anyway_is_not_added_twice() {
    check(
        &with("override primary 2026-06-15T20:00 .. 2026-06-16T20:00 add bea"),
        "2026-06-15T12:00",
        "2026-06-16T12:00",
        "primary alex 2026-06-15 08:00 .. 2026-06-16 08:00
         primary bea 2026-06-15 20:00 .. 2026-06-16 08:00
         primary bea 2026-06-16 08:00 .. 2026-06-17 08:00",
    );
}

#[test]
fn who_is_removed_leaves_a_gap() {
    check(
        &with("override primary 2026-06-15T20:00 .. 2026-06-17T20:00 remove bea"),
        "2026-06-15T12:00",
        "2026-06-17T12:00",
        "primary alex 2026-06-15 08:00 .. 2026-06-16 08:00
         primary cleo 2026-06-17 08:00 .. 2026-06-18 08:00
         gap * 2026-06-16 08:00 .. 2026-06-17 08:00",
    );
}

#[test]
fn an_override_reaches_where_the_layer_is_off() {
    let nights = "UTC
        layer nights from 2026-06-15T18:00 every 1 days on Mon 18:00 - Tue 08:00: alex
        override nights 2026-06-16T06:00 .. 2026-06-16T12:00 add bea";
    check(
        nights,
        "2026-06-16T00:00",
        "2026-06-16T12:00",
        "nights alex 2026-06-15 18:00 .. 2026-06-16 08:00
         nights bea 2026-06-16 06:00 .. 2026-06-16 12:00",
    );
}

#[test]
fn the_later_one_starts_from_what_the_earlier_left() {
    check(
        &with(
            "override primary 2026-06-15 .. 2026-06-17 replace alex by bea
             override primary 2026-06-15T20:00 .. 2026-06-15T23:00 replace bea by cleo",
        ),
        "2026-06-15T08:00",
        "2026-06-16T08:00",
        "primary bea 2026-06-15 08:00 .. 2026-06-15 20:00
         primary cleo 2026-06-15 20:00 .. 2026-06-15 23:00
         primary bea 2026-06-15 23:00 .. 2026-06-16 08:00",
    );
}

#[test]
fn shifts_are_whole_however_little_of_them_is_looked_at() {
    let (schedule, overrides) = read(&with(
        "override primary 2026-06-15T18:00 .. 2026-06-15T22:00 replace alex by bea
         override primary 2026-06-10 .. 2026-06-30 add dan",
    ));
    let at = |text: &str| instant_of(schedule.time_zone, local(text));
    let now = at("2026-06-15T23:00");
    let shifts = shifts_at(&schedule, &overrides, now);
    let spans: Vec<_> = shifts.iter().map(|shift| (shift.person.as_str(), shift.start, shift.end)).collect();
    assert!(spans.contains(&("alex", at("2026-06-15T22:00"), at("2026-06-16T08:00"))), "{spans:?}");
    assert!(spans.contains(&("dan", at("2026-06-10"), at("2026-06-30"))), "{spans:?}");
    let names: Vec<&str> = oncall_at(&schedule, &overrides, now).iter().map(|oncall| oncall.person.as_str()).collect();
    assert_eq!(names, ["alex", "dan"]);
}

#[test]
fn two_people_exchange_shifts_and_nothing_else_changes() {
    let (schedule, _) = read(DAILY);
    let at = |text: &str| instant_of(schedule.time_zone, local(text));
    let (alex, cleo) = (Person::new("alex"), Person::new("cleo"));
    let alexs = at("2026-06-15T08:00")..at("2026-06-16T08:00");
    let cleos = at("2026-06-17T08:00")..at("2026-06-18T08:00");
    let made = swap("0001", "primary", (&alex, alexs), (&cleo, cleos), "a wedding");
    assert!(made.iter().all(|half| half.id == "0001" && matches!(half.change, Change::Replace { .. })));
    let calendar = oncall_between(&schedule, &made, at("2026-06-15T08:00"), at("2026-06-19T08:00"));
    let names: Vec<&str> = calendar.shifts.iter().map(|shift| shift.person.as_str()).collect();
    assert_eq!(names, ["cleo", "bea", "alex", "alex"]);
    assert!(calendar.gaps.is_empty());
}

#[test]
fn an_override_says_that_it_was_one() {
    let (schedule, overrides) = read(&with("override primary 2026-06-15 .. 2026-06-17 replace alex by dan"));
    let now = instant_of(schedule.time_zone, local("2026-06-15T23:00"));
    let by = |at| oncall_at(&schedule, &overrides, at)[0].by.map(|made| made.id.as_str());
    assert_eq!(by(now), Some("0001"));
    assert_eq!(by(now + TimeDelta::days(1)), None);
}
