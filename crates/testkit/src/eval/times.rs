//! Scores callback times and the dates of other test suites.

use super::rows::{Callback, Dated, Meant, Stretch, instant};
use super::section::{Better, Count, Section};
use chrono::{DateTime, Duration, NaiveDateTime, NaiveTime, Timelike, Utc};
use chrono_tz::Tz;
use nightdesk_domain::policy::CallbackPolicy;
use nightdesk_domain::triage::{CallbackTime, parse_callback_time};

fn said(text: &str, reference: NaiveDateTime, zone: Tz) -> Option<CallbackTime> {
    parse_callback_time(text, instant(reference, zone), zone, &CallbackPolicy::default()).time
}

fn local(at: DateTime<Utc>, zone: Tz) -> NaiveDateTime {
    at.with_timezone(&zone).naive_local()
}

/// Scores phrases about when to call back.
pub(super) fn callbacks(name: &str, rows: &[Callback]) -> Section {
    let mut section = Section::new(name);
    let [mut english, mut spanish] = [Count::default(); 2];
    for row in rows {
        let got = match said(&row.text, row.reference, row.tz) {
            Some(CallbackTime::At(at)) => Meant::At { local: local(at, row.tz) },
            Some(CallbackTime::Window(start, end)) => {
                Meant::Window { start: local(start, row.tz), end: local(end, row.tz) }
            }
            Some(CallbackTime::Soon) => Meant::Asap,
            None => Meant::None,
        };
        let right = std::iter::once(&row.expect).chain(&row.also).any(|meant| *meant == got);
        let (count, metric) = match row.lang.as_str() {
            "es" => (&mut spanish, "callback_es"),
            _ => (&mut english, "callback_en"),
        };
        count.add(right);
        if !right {
            section.wrong(metric, &row.id, format!("{:?} -> {got:?} | {} | {}", row.expect, row.reference, row.text));
        }
    }
    section.share("callback_en", Better::More, english);
    section.share("callback_es", Better::More, spanish);
    section
}

/// Scores the phrases of other date libraries' tests; what depends on a convention of theirs is counted apart.
pub(super) fn dates(name: &str, rows: &[Dated]) -> Section {
    let mut section = Section::new(name);
    let [mut all, mut plain] = [Count::default(); 2];
    for row in rows {
        // Their sentences name no zone.
        let got = said(&row.utterance, row.reference, Tz::UTC);
        let right = row.accept.iter().any(|accepted| agrees(row, got, accepted));
        all.add(right);
        if !row.tags.iter().any(|tag| tag == "convention") {
            plain.add(right);
        }
        if !right {
            let accepted = row.accept.first().map(|one| format!("{:?}..{:?}", one.start, one.end)).unwrap_or_default();
            section.wrong("dates", &row.id, format!("{accepted} -> {got:?} | {} | {}", row.reference, row.utterance));
        }
    }
    section.share("dates", Better::More, all);
    section.share("dates_without_convention", Better::More, plain);
    section
}

fn near(a: NaiveDateTime, b: NaiveDateTime, seconds_max: i64) -> bool {
    (a - b).num_seconds().abs() <= seconds_max
}

/// Whether an answer is what a suite accepts: its points are instants, its dates whole days, its ranges windows.
fn agrees(row: &Dated, got: Option<CallbackTime>, accepted: &Stretch) -> bool {
    const MINUTE: i64 = 61;
    let (window, start, end) = match got {
        None => return false,
        Some(CallbackTime::Soon) => return accepted.start.is_some_and(|start| near(start, row.reference, 90)),
        Some(CallbackTime::At(at)) => (false, at.naive_utc(), None),
        Some(CallbackTime::Window(start, end)) => (true, start.naive_utc(), Some(end.naive_utc())),
    };
    let last_second = |at: NaiveDateTime| at.time() == NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
    let open_end = |end: NaiveDateTime, wanted: NaiveDateTime| {
        near(end, wanted, MINUTE)
            || wanted.hour() == 0 && [wanted.date(), wanted.date() - Duration::days(1)].contains(&end.date())
    };
    let Some(wanted) = accepted.start else {
        return match (row.kind.as_str(), end, accepted.end) {
            ("open_before", Some(end), Some(wanted)) => open_end(end, wanted),
            _ => false,
        };
    };
    match row.kind.as_str() {
        "date" => start.date() == wanted.date(),
        "point" if last_second(wanted) => end.unwrap_or(start).date() == wanted.date(),
        "point" => !window && near(start, wanted, MINUTE),
        "open_after" => window && (near(start, wanted, MINUTE) || wanted.hour() == 0 && start.date() == wanted.date()),
        "open_before" => window && end.zip(accepted.end).is_some_and(|(end, wanted)| open_end(end, wanted)),
        _ => {
            let Some(wanted_end) = accepted.end else { return near(start, wanted, MINUTE) };
            if row.tags.iter().any(|tag| tag == "convention") {
                // What hours a morning has is policy; the day has to be right.
                return [wanted.date(), (wanted + Duration::hours(6)).date()].contains(&start.date());
            }
            let whole_days = wanted.hour() == 0 && wanted_end.hour() == 0 && wanted_end - wanted >= Duration::days(1)
                || ["range", "day", "week"].contains(&row.grain.as_str());
            if whole_days {
                let days = end.map(|end| (end.date() - wanted_end.date()).num_days().abs());
                return start.date() == wanted.date() && days.is_some_and(|days| days <= 1);
            }
            // One suite counts the last hour of a range in full.
            let slack = if row.src.starts_with("duckling") { 3601 } else { MINUTE };
            let ends = |end: NaiveDateTime| {
                near(end, wanted_end, slack) || last_second(wanted_end) && end.date() == wanted_end.date()
            };
            near(start, wanted, MINUTE) && end.is_some_and(ends)
        }
    }
}
