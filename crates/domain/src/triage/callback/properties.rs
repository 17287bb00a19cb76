//! What must hold for any words, zone and instant.

use super::*;
use crate::policy::first_instant;
use chrono::{Datelike, Duration, NaiveDate, NaiveTime, TimeZone};
use proptest::prelude::*;

const ZONES: [Tz; 8] = [
    chrono_tz::America::New_York,
    chrono_tz::America::Mexico_City,
    chrono_tz::Europe::Madrid,
    chrono_tz::Australia::Lord_Howe,
    chrono_tz::Asia::Kolkata,
    chrono_tz::America::St_Johns,
    chrono_tz::Pacific::Auckland,
    chrono_tz::America::Santiago,
];

const WORDS: [&str; 84] = [
    "tomorrow",
    "at",
    "nine",
    "in",
    "an",
    "hour",
    "mañana",
    "a",
    "las",
    "diez",
    "el",
    "lunes",
    "between",
    "two",
    "and",
    "four",
    "monday",
    "after",
    "half",
    "past",
    "un",
    "cuarto",
    "para",
    "30",
    "next",
    "week",
    "friday",
    "the",
    "5th",
    "of",
    "december",
    "3",
    "de",
    "enero",
    "y",
    "media",
    "menos",
    "tonight",
    "noon",
    "midnight",
    "por",
    "la",
    "tarde",
    "first thing",
    "end of day",
    "within",
    "days",
    "minutes",
    "from",
    "now",
    "to",
    "10:15",
    "p.m.",
    "am",
    "12/3",
    "-",
    "que viene",
    "semana",
    "fin de semana",
    "before",
    "by",
    "lunch",
    "not",
    "no",
    "until",
    "second",
    "last",
    "month",
    "rest of the",
    "early",
    "late",
    "0900",
    "24",
    "31",
    "29",
    "february",
    "dentro",
    "hasta",
    "for",
    "quarter",
    "to",
    "ago",
    "99999999999",
    "whenever",
];

fn speech() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(&WORDS[..]), 0..12).prop_map(|words| words.join(" "))
}

fn holds(text: &str, now: DateTime<Utc>, zone: Tz) {
    let found = parse_callback_time(text, now, zone, &CallbackPolicy::default());
    match found.time {
        Some(CallbackTime::At(at)) => assert!(at > now, "{text}: {at} is not after {now}"),
        Some(CallbackTime::Window(from, to)) => assert!(from >= now && to > from, "{text}: {from} to {to} at {now}"),
        Some(CallbackTime::Soon) | None => {}
    }
    for evidence in &found.evidence {
        assert!(text.get(evidence.words.clone()).is_some_and(|words| !words.is_empty()), "{text}: {evidence:?}");
    }
    assert_eq!(found.time.is_some() || found.any_time, !found.evidence.is_empty(), "{text}");
}

proptest! {
    #[test]
    fn every_time_lies_ahead_and_shows_its_words(said in speech(), at in 1_700_000_000_i64..1_900_000_000, zone in 0..ZONES.len()) {
        holds(&said, DateTime::from_timestamp(at, 0).unwrap(), ZONES[zone]);
    }

    #[test]
    fn no_text_makes_it_panic(said in any::<String>(), at in -60_000_000_000_i64..250_000_000_000) {
        holds(&said, DateTime::from_timestamp(at, 0).unwrap(), chrono_tz::Europe::Madrid);
    }

    /// On every day of several years, clock changes included, in both hemispheres and zones of half hours.
    #[test]
    fn an_hour_of_tomorrow_is_that_hour_or_the_first_that_exists(day in 0_i64..2000, hour in 0_u32..24, minute in 0_u32..60, zone in 0..ZONES.len()) {
        let zone = ZONES[zone];
        let date = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + Duration::days(day);
        let now = first_instant(zone, date, NaiveTime::from_hms_opt(12, 0, 0).unwrap());
        let found = parse_callback_time(&format!("tomorrow at {hour:02}:{minute:02}"), now, zone, &CallbackPolicy::default());
        let Some(CallbackTime::At(at)) = found.time else { panic!("{found:?}") };
        let wall = date.succ_opt().unwrap().and_hms_opt(hour, minute, 0).unwrap();
        let local = at.with_timezone(&zone).naive_local();
        // A bare "10:30" may be either half of the day; "07:30" and "13:30" may not.
        if !(10..=12).contains(&hour) {
            match zone.from_local_datetime(&wall).earliest() {
                Some(first) => prop_assert_eq!(at, first.with_timezone(&Utc)),
                None => prop_assert!(local > wall && local - wall <= Duration::hours(1)),
            }
        }
        prop_assert_eq!(local.day(), wall.day());
    }
}

/// What is measured is far from either bound, so that a busy machine does not matter: a text that is sixteen times as
/// long takes sixteen times as long, or 256 times where work grows with the square.
#[test]
#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "this test measures time")]
fn the_time_grows_with_the_length_of_the_text_and_not_with_its_square() {
    const LONGER: usize = 16;
    const BOUND: u32 = 128;
    let time = |text: &str| {
        let start = std::time::Instant::now();
        holds(text, DateTime::from_timestamp(1_780_000_000, 0).unwrap(), chrono_tz::UTC);
        start.elapsed()
    };
    for words in [
        "call me on 5 5 at ten tomorrow now from 3 to 4 the second of march nine nine nine ",
        "not tomorrow the day after in ",
        "5 ",
        "a",
        "lunes o ",
    ] {
        let short = words.repeat(200);
        let long = short.repeat(LONGER);
        // Both in turn, so that a slow moment of the machine meets both; the least of them is the text's own.
        let runs: Vec<_> = (0..7).map(|_| (time(&short), time(&long))).collect();
        let short = runs.iter().map(|(short, _)| *short).min().unwrap_or_default();
        let long = runs.iter().map(|(_, long)| *long).min().unwrap_or_default();
        let floor = std::time::Duration::from_micros(20);
        assert!(long < short.max(floor) * BOUND, "{words:?}: {short:?}, and {long:?} for {LONGER} times the length");
    }
}
