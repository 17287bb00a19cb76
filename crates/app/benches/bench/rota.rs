//! The rota alone: who is on call, and a calendar of ninety days.

use crate::Failure;
use crate::report::{Aim, Report, progress};
use crate::stats::median;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use nightdesk_domain::rota::{
    Change, Every, Hours, Layer, Member, Override, Person, Schedule, Stretch, oncall_at, oncall_between,
};
use std::hint::black_box;
use std::time::Instant;

const SECTION: &str = "rota: 12 people, 3 layers, 200 overrides, one thread";
const PEOPLE: usize = 12;
const OVERRIDES: usize = 200;
/// Longest time of one look-up, in microseconds.
const LOOK_UP_MICROS_MAX: f64 = 5.0;
/// Longest time of a calendar of ninety days, in milliseconds.
const CALENDAR_MILLIS_MAX: f64 = 5.0;

pub(crate) fn measure(quick: bool, report: &mut Report) -> Result<(), Failure> {
    let (schedule, overrides) = sample()?;
    let from: DateTime<Utc> = "2026-06-01T00:00:00Z".parse()?;
    let (rounds, look_ups, calendars) = if quick { (3, 2_000, 5) } else { (11, 20_000, 50) };
    let (mut micros, mut millis) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        progress(&format!("rota: {} of {rounds}", round + 1));
        let began = Instant::now();
        for minute in 0..look_ups {
            black_box(oncall_at(&schedule, &overrides, from + TimeDelta::minutes(minute * 7)));
        }
        micros.push(began.elapsed().as_secs_f64() * 1e6 / look_ups as f64);
        let began = Instant::now();
        for day in 0..calendars {
            let from = from + TimeDelta::days(day);
            black_box(oncall_between(&schedule, &overrides, from, from + TimeDelta::days(90)));
        }
        millis.push(began.elapsed().as_secs_f64() * 1e3 / calendars as f64);
    }
    let (micros, millis) = (median(micros), median(millis));
    report.aimed(SECTION, "who is on call at an instant", micros, "µs", Aim::Below(LOOK_UP_MICROS_MAX));
    report.aimed(SECTION, "a calendar of 90 days", millis, "ms", Aim::Below(CALENDAR_MILLIS_MAX));
    Ok(())
}

/// Days, nights with hours of their own, and a week at a time, all overridden all summer long.
fn sample() -> Result<(Schedule, Vec<Override>), Failure> {
    let start: NaiveDateTime = "2026-01-05T08:00:00".parse()?;
    let people: Vec<Person> = (0..PEOPLE).map(|number| Person::new(format!("technician-{number}"))).collect();
    let nights: Vec<Stretch> =
        (0..7).map(|day| Stretch { from_minute: day * 24 * 60 + 18 * 60, minutes: 14 * 60 }).collect();
    let layer = |name: &str, every: Every, hours: &[Stretch]| Layer {
        name: name.to_owned(),
        start,
        every,
        people: people.iter().cloned().map(Member::new).collect(),
        hours: Hours::of(hours),
    };
    let layers = vec![
        layer("primary", Every::Days(1), &[]),
        layer("nights", Every::Days(1), &nights),
        layer("manager", Every::Weeks(1), &[]),
    ];
    let first: DateTime<Utc> = "2026-05-01T00:00:00Z".parse()?;
    let made = |number: usize| {
        let (whom, by) = (people[number % PEOPLE].clone(), people[(number * 5 + 1) % PEOPLE].clone());
        let from = first + TimeDelta::hours(number as i64 * 20);
        Override {
            id: format!("{number:05}"),
            layer: layers[number % layers.len()].name.clone(),
            from,
            until: from + TimeDelta::hours(36),
            change: match number % 4 {
                0 => Change::Take { by },
                1 => Change::Add { person: by },
                2 => Change::Remove { person: whom },
                _ => Change::Replace { whom, by },
            },
            reason: String::new(),
        }
    };
    let overrides = (0..OVERRIDES).map(made).collect();
    Ok((Schedule { time_zone: "America/Chicago".parse()?, layers }, overrides))
}
