//! Rotations as planned: periods, people, hours of the week.

use crate::text::check;

#[test]
fn a_weekly_rotation_hands_off_at_the_same_weekday_and_time() {
    check(
        "America/Chicago
         layer primary from 2026-06-16T08:00 every 1 weeks: alex, bea, cleo",
        "2026-06-20",
        "2026-07-08",
        "primary alex 2026-06-16 08:00 .. 2026-06-23 08:00
         primary bea 2026-06-23 08:00 .. 2026-06-30 08:00
         primary cleo 2026-06-30 08:00 .. 2026-07-07 08:00
         primary alex 2026-07-07 08:00 .. 2026-07-14 08:00",
    );
}

#[test]
fn before_the_first_hand_off_somebody_is_on_call_too() {
    check(
        "America/Chicago
         layer primary from 2026-06-16T08:00 every 1 weeks: alex, bea, cleo",
        "2026-06-08",
        "2026-06-16T08:00",
        "primary bea 2026-06-02 08:00 .. 2026-06-09 08:00
         primary cleo 2026-06-09 08:00 .. 2026-06-16 08:00",
    );
}

#[test]
fn a_month_is_a_month_and_the_31st_is_the_last_day_of_a_shorter_one() {
    check(
        "UTC
         layer manager from 2026-01-31T09:00 every 1 months: ana, ben",
        "2026-01-31T09:00",
        "2026-05-31T09:00",
        "manager ana 2026-01-31 09:00 .. 2026-02-28 09:00
         manager ben 2026-02-28 09:00 .. 2026-03-31 09:00
         manager ana 2026-03-31 09:00 .. 2026-04-30 09:00
         manager ben 2026-04-30 09:00 .. 2026-05-31 09:00",
    );
}

#[test]
fn two_shifts_of_one_person_in_a_row_stay_two() {
    check(
        "UTC
         layer primary from 2026-06-01T08:00 every 1 days: alex, alex, bea",
        "2026-06-01T08:00",
        "2026-06-04T08:00",
        "primary alex 2026-06-01 08:00 .. 2026-06-02 08:00
         primary alex 2026-06-02 08:00 .. 2026-06-03 08:00
         primary bea 2026-06-03 08:00 .. 2026-06-04 08:00",
    );
}

#[test]
fn nights_and_weekends_only() {
    check(
        "America/Chicago
         layer nights from 2026-06-15T12:00 every 1 weeks on Mon 18:00 - Tue 08:00; Tue 18:00 - Wed 08:00; \
         Wed 18:00 - Thu 08:00; Thu 18:00 - Fri 08:00; Fri 18:00 - Mon 08:00: alex, bea",
        "2026-06-18",
        "2026-06-23",
        "nights alex 2026-06-17 18:00 .. 2026-06-18 08:00
         nights alex 2026-06-18 18:00 .. 2026-06-19 08:00
         nights alex 2026-06-19 18:00 .. 2026-06-22 08:00
         nights bea 2026-06-22 18:00 .. 2026-06-23 08:00
         gap * 2026-06-18 08:00 .. 2026-06-18 18:00
         gap * 2026-06-19 08:00 .. 2026-06-19 18:00
         gap * 2026-06-22 08:00 .. 2026-06-22 18:00",
    );
}

#[test]
fn a_hand_off_in_the_middle_of_a_night_parts_it() {
    check(
        "Europe/London
         layer nights from 2026-06-15T02:00 every 1 weeks on Sun 22:00 - Mon 06:00: alex, bea",
        "2026-06-14T12:00",
        "2026-06-15T12:00",
        "nights bea 2026-06-14 22:00 .. 2026-06-15 02:00
         nights alex 2026-06-15 02:00 .. 2026-06-15 06:00
         gap * 2026-06-14 12:00 .. 2026-06-14 22:00
         gap * 2026-06-15 06:00 .. 2026-06-15 12:00",
    );
}

#[test]
fn joining_and_leaving_at_a_date_deal_nothing_anew_that_was_dealt() {
    check(
        "UTC
         layer primary from 2026-06-01 every 1 weeks: alex, bea ..2026-06-29, cleo 2026-06-20..",
        "2026-06-01",
        "2026-07-13",
        "primary alex 2026-06-01 00:00 .. 2026-06-08 00:00
         primary bea 2026-06-08 00:00 .. 2026-06-15 00:00
         primary alex 2026-06-15 00:00 .. 2026-06-22 00:00
         primary bea 2026-06-22 00:00 .. 2026-06-29 00:00
         primary cleo 2026-06-29 00:00 .. 2026-07-06 00:00
         primary alex 2026-07-06 00:00 .. 2026-07-13 00:00",
    );
}

#[test]
fn a_layer_whose_people_have_left_is_a_gap_of_its_own_while_another_has_somebody() {
    check(
        "UTC
         layer primary from 2026-06-01 every 1 days: alex ..2026-06-03
         layer manager from 2026-06-01 every 1 weeks on Tue 00:00 - Thu 12:00: mia",
        "2026-06-02",
        "2026-06-05",
        "primary alex 2026-06-02 00:00 .. 2026-06-03 00:00
         manager mia 2026-06-02 00:00 .. 2026-06-04 12:00
         gap primary 2026-06-03 00:00 .. 2026-06-04 12:00
         gap * 2026-06-04 12:00 .. 2026-06-05 00:00",
    );
}

#[test]
fn whoever_leaves_within_a_turn_keeps_it_until_then_and_the_next_takes_the_rest() {
    check(
        "America/Chicago
         layer primary from 2026-06-01T08:00 every 1 weeks: alex, bea ..2026-06-11T12:00, cleo",
        "2026-06-01T08:00",
        "2026-07-06T08:00",
        "primary alex 2026-06-01 08:00 .. 2026-06-08 08:00
         primary bea 2026-06-08 08:00 .. 2026-06-11 12:00
         primary cleo 2026-06-11 12:00 .. 2026-06-15 08:00
         primary cleo 2026-06-15 08:00 .. 2026-06-22 08:00
         primary alex 2026-06-22 08:00 .. 2026-06-29 08:00
         primary cleo 2026-06-29 08:00 .. 2026-07-06 08:00",
    );
    check(
        "America/Chicago
         layer primary from 2026-06-01T08:00 every 1 weeks: alex, bea ..2026-06-15, cleo",
        "2026-06-08T08:00",
        "2026-06-22T08:00",
        "primary bea 2026-06-08 08:00 .. 2026-06-15 00:00
         primary cleo 2026-06-15 00:00 .. 2026-06-15 08:00
         primary cleo 2026-06-15 08:00 .. 2026-06-22 08:00",
    );
}

#[test]
fn a_long_turn_is_held_until_its_holder_leaves() {
    check(
        "UTC
         layer primary from 2026-01-01 every 14 months: bea ..2026-06-11T12:00",
        "2026-05-01",
        "2026-07-01",
        "primary bea 2026-01-01 00:00 .. 2026-06-11 12:00
         gap * 2026-06-11 12:00 .. 2026-07-01 00:00",
    );
}

#[test]
fn leaving_within_a_night_parts_it_there() {
    check(
        "Europe/London
         layer nights from 2026-06-15T12:00 every 1 weeks on Mon 22:00 - Tue 06:00; Tue 22:00 - Wed 06:00: \
         alex ..2026-06-17, bea",
        "2026-06-16T12:00",
        "2026-06-17T12:00",
        "nights alex 2026-06-16 22:00 .. 2026-06-17 00:00
         nights bea 2026-06-17 00:00 .. 2026-06-17 06:00
         gap * 2026-06-16 12:00 .. 2026-06-16 22:00
         gap * 2026-06-17 06:00 .. 2026-06-17 12:00",
    );
}

#[test]
fn whoever_follows_at_the_minute_in_which_another_leaves_leaves_no_gap() {
    check(
        "UTC
         layer primary from 2026-06-01 every 1 weeks: bea ..2026-06-11T12:00, dora 2026-06-11T12:00..",
        "2026-06-08",
        "2026-06-22",
        "primary bea 2026-06-08 00:00 .. 2026-06-11 12:00
         primary dora 2026-06-11 12:00 .. 2026-06-15 00:00
         primary dora 2026-06-15 00:00 .. 2026-06-22 00:00",
    );
}
