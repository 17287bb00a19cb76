//! Hand-offs while clocks change.

use crate::text::check_with_offsets as check;

#[test]
fn a_weekly_hand_off_stays_at_eight_over_both_changes() {
    check(
        "America/New_York
         layer primary from 2026-03-02T08:00 every 1 weeks: alex, bea",
        "2026-03-03",
        "2026-03-10",
        "primary alex 2026-03-02 08:00 -05:00 .. 2026-03-09 08:00 -04:00
         primary bea 2026-03-09 08:00 -04:00 .. 2026-03-16 08:00 -04:00",
    );
    check(
        "Australia/Sydney
         layer primary from 2026-03-30T08:00 every 1 weeks: alex, bea",
        "2026-03-31",
        "2026-04-01",
        "primary alex 2026-03-30 08:00 +11:00 .. 2026-04-06 08:00 +10:00",
    );
}

#[test]
fn a_hand_off_that_does_not_exist_moves_to_the_first_instant_that_does() {
    check(
        "Europe/London
         layer primary from 2026-03-28T01:30 every 1 days: alex, bea",
        "2026-03-28T12:00",
        "2026-03-29T12:00",
        "primary alex 2026-03-28 01:30 +00:00 .. 2026-03-29 02:00 +01:00
         primary bea 2026-03-29 02:00 +01:00 .. 2026-03-30 01:30 +01:00",
    );
}

#[test]
fn at_midnight_too() {
    // In Chile clocks change at midnight.
    check(
        "America/Santiago
         layer primary from 2026-09-05 every 1 days: alex, bea",
        "2026-09-05",
        "2026-09-06T12:00",
        "primary alex 2026-09-05 00:00 -04:00 .. 2026-09-06 01:00 -03:00
         primary bea 2026-09-06 01:00 -03:00 .. 2026-09-07 00:00 -03:00",
    );
}

#[test]
fn a_repeated_hour_belongs_to_the_earlier_shift() {
    check(
        "America/Chicago
         layer primary from 2026-11-01T00:00 every 1 hours: alex, bea, cleo",
        "2026-11-01",
        "2026-11-01T03:00",
        "primary alex 2026-11-01 00:00 -05:00 .. 2026-11-01 01:00 -05:00
         primary bea 2026-11-01 01:00 -05:00 .. 2026-11-01 02:00 -06:00
         primary cleo 2026-11-01 02:00 -06:00 .. 2026-11-01 03:00 -06:00",
    );
}

#[test]
fn an_hour_that_is_skipped_has_no_shift() {
    check(
        "America/Chicago
         layer primary from 2026-03-08T00:00 every 1 hours: alex, bea, cleo, dan",
        "2026-03-08",
        "2026-03-08T04:00",
        "primary alex 2026-03-08 00:00 -06:00 .. 2026-03-08 01:00 -06:00
         primary bea 2026-03-08 01:00 -06:00 .. 2026-03-08 03:00 -05:00
         primary dan 2026-03-08 03:00 -05:00 .. 2026-03-08 04:00 -05:00",
    );
}

#[test]
fn half_an_hour_is_half_an_hour() {
    check(
        "Australia/Lord_Howe
         layer primary from 2026-10-03T12:00 every 12 hours: alex, bea",
        "2026-10-03T13:00",
        "2026-10-04T13:00",
        "primary alex 2026-10-03 12:00 +10:30 .. 2026-10-04 00:00 +10:30
         primary bea 2026-10-04 00:00 +10:30 .. 2026-10-04 12:00 +11:00
         primary alex 2026-10-04 12:00 +11:00 .. 2026-10-05 00:00 +11:00",
    );
    check(
        "Asia/Kolkata
         layer primary from 2026-10-03T09:30 every 1 days: alex",
        "2026-10-03T12:00",
        "2026-10-03T13:00",
        "primary alex 2026-10-03 09:30 +05:30 .. 2026-10-04 09:30 +05:30",
    );
}

#[test]
fn the_hours_of_a_layer_follow_the_same_clock() {
    check(
        "America/New_York
         layer nights from 2026-10-25T12:00 every 1 weeks on Sun 01:30 - Sun 02:30: alex, bea",
        "2026-11-01",
        "2026-11-01T12:00",
        "nights alex 2026-11-01 01:30 -04:00 .. 2026-11-01 02:30 -05:00
         gap * 2026-11-01 00:00 .. 2026-11-01 01:30
         gap * 2026-11-01 02:30 .. 2026-11-01 12:00",
    );
}

#[test]
fn a_day_that_was_left_out_has_no_shift() {
    // Samoa went from the 29th straight to the 31st.
    check(
        "Pacific/Apia
         layer primary from 2011-12-28T08:00 every 1 days: alex, bea, cleo, dan",
        "2011-12-29T12:00",
        "2011-12-31T12:00",
        "primary bea 2011-12-29 08:00 -10:00 .. 2011-12-31 00:00 +14:00
         primary cleo 2011-12-31 00:00 +14:00 .. 2011-12-31 08:00 +14:00
         primary dan 2011-12-31 08:00 +14:00 .. 2012-01-01 08:00 +14:00",
    );
}
