//! Schedules and calendars as text, so that a test can be read.
//!
//! ```text
//! America/Chicago
//! layer primary from 2026-06-15T08:00 every 1 weeks: alex, bea, cleo 2026-09-01..
//! layer nights from 2026-06-15T18:00 every 1 days on Mon 18:00 - Tue 08:00; Fri 18:00 - Mon 08:00: alex
//! override primary 2026-06-17T18:00 .. 2026-06-18T08:00 replace alex by bea
//! ```

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc, Weekday};
use nightdesk_domain::rota::{
    Change, Every, Gap, Hours, Layer, Member, Override, Person, Schedule, Shift, Stretch, instant_of, oncall_between,
};

pub(crate) fn local(text: &str) -> NaiveDateTime {
    let whole = if text.contains('T') { format!("{text}:00") } else { format!("{text}T00:00:00") };
    whole.parse().unwrap_or_else(|_| panic!("{text:?} is no local time"))
}

fn stretch(text: &str) -> Stretch {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [from_day, from, "-", until_day, until] = words[..] else { panic!("{text:?} is no stretch of a week") };
    let day = |text: &str| text.parse::<Weekday>().unwrap();
    let time = |text: &str| (text != "24:00").then(|| NaiveTime::parse_from_str(text, "%H:%M").unwrap());
    Stretch::between((day(from_day), time(from).unwrap()), (day(until_day), time(until))).unwrap()
}

fn member(text: &str) -> Member {
    let (name, term) = text.trim().split_once(' ').unwrap_or((text.trim(), ".."));
    let (from, until) = term.split_once("..").unwrap();
    let time = |text: &str| (!text.is_empty()).then(|| local(text));
    Member { person: Person::new(name), from: time(from), until: time(until) }
}

fn layer(text: &str) -> Layer {
    let (head, people) = text.split_once(": ").unwrap();
    let (head, hours) = head.split_once(" on ").unwrap_or((head, ""));
    let words: Vec<&str> = head.split_whitespace().collect();
    let [name, "from", start, "every", count, unit] = words[..] else { panic!("{text:?} is no layer") };
    let count = count.parse().unwrap();
    let every = match unit {
        "hours" => Every::Hours(count),
        "days" => Every::Days(count),
        "weeks" => Every::Weeks(count),
        "months" => Every::Months(count),
        _ => panic!("{unit:?} is no unit"),
    };
    let stretches: Vec<Stretch> = hours.split(';').filter(|part| !part.is_empty()).map(stretch).collect();
    let people = people.split(',').map(member).collect();
    Layer { name: name.to_owned(), start: local(start), every, people, hours: Hours::of(&stretches) }
}

fn change(text: &str) -> Change {
    let words: Vec<&str> = text.split_whitespace().collect();
    let person = |name: &str| Person::new(name);
    match words[..] {
        ["replace", whom, "by", by] => Change::Replace { whom: person(whom), by: person(by) },
        ["take", by] => Change::Take { by: person(by) },
        ["add", name] => Change::Add { person: person(name) },
        ["remove", name] => Change::Remove { person: person(name) },
        _ => panic!("{text:?} is no change"),
    }
}

/// A schedule and its overrides.
pub(crate) fn read(text: &str) -> (Schedule, Vec<Override>) {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let time_zone = lines.next().unwrap().parse().unwrap();
    let (mut layers, mut overrides) = (Vec::new(), Vec::new());
    for line in lines {
        match line.split_once(' ').unwrap() {
            ("layer", rest) => layers.push(layer(rest)),
            ("override", rest) => {
                let parts: Vec<&str> = rest.splitn(5, ' ').collect();
                let [layer, from, "..", until, rest] = parts[..] else { panic!("{rest:?} is no override") };
                overrides.push(Override {
                    id: format!("{:04}", overrides.len() + 1),
                    layer: layer.to_owned(),
                    from: instant_of(time_zone, local(from)),
                    until: instant_of(time_zone, local(until)),
                    change: change(rest),
                    reason: String::new(),
                });
            }
            _ => panic!("{line:?} is neither a layer nor an override"),
        }
    }
    (Schedule { time_zone, layers }, overrides)
}

/// `primary alex 2026-06-15 08:00 -05:00 .. 2026-06-22 08:00 -05:00`; the offset is left out where it does not matter.
pub(crate) fn shift_line(schedule: &Schedule, shift: &Shift<'_>, offsets: bool) -> String {
    let zone = schedule.time_zone;
    let time = |at: DateTime<Utc>| {
        let at = at.with_timezone(&zone).fixed_offset();
        let time = at.naive_local().to_string();
        let time = time.strip_suffix(":00").unwrap_or(&time);
        if offsets { format!("{time} {}", at.offset()) } else { time.to_owned() }
    };
    format!("{} {} {} .. {}", shift.layer, shift.person, time(shift.start), time(shift.end))
}

fn gap_line(schedule: &Schedule, gap: &Gap<'_>) -> String {
    let time = |at: DateTime<Utc>| {
        let time = at.with_timezone(&schedule.time_zone).naive_local().to_string();
        time.strip_suffix(":00").map(str::to_owned).unwrap_or(time)
    };
    format!("gap {} {} .. {}", gap.layer.unwrap_or("*"), time(gap.start), time(gap.end))
}

/// A schedule in, a list of shifts and gaps out; both ends of the window are local times.
#[track_caller]
pub(crate) fn check(schedule: &str, from: &str, to: &str, expected: &str) {
    compare(schedule, from, to, expected, false);
}

/// The same, with the zone's offset behind each time.
#[track_caller]
pub(crate) fn check_with_offsets(schedule: &str, from: &str, to: &str, expected: &str) {
    compare(schedule, from, to, expected, true);
}

#[track_caller]
fn compare(schedule: &str, from: &str, to: &str, expected: &str, offsets: bool) {
    let (schedule, overrides) = read(schedule);
    let at = |text: &str| instant_of(schedule.time_zone, local(text));
    let calendar = oncall_between(&schedule, &overrides, at(from), at(to));
    let shifts = calendar.shifts.iter().map(|shift| shift_line(&schedule, shift, offsets));
    let gaps = calendar.gaps.iter().map(|gap| gap_line(&schedule, gap));
    let got: Vec<String> = shifts.chain(gaps).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(got, expected, "\n{}\n", got.join("\n"));
}
