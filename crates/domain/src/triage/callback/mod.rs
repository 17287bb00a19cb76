//! When a caller wants to be called: from the words, a reference instant and a zone to an instant or a window.
//!
//! Four steps, each in its own file: `tokens` (text to words with senses, from `rules/times.txt`), `scan` with
//! `hour`, `clock`, `length`, `day`, `weekday` and `range` (words to times as said), `choose` (which of them is for the
//! call) and `reckon` with `dates` and `windows` (to instants). [`fit`] is a step of its own: the parser's answer stays what the caller said.

mod choose;
mod clock;
mod dates;
mod day;
mod fit;
mod hour;
mod length;
mod lexicon;
mod range;
mod reckon;
mod said;
mod scan;
mod tokens;
mod weekday;
mod windows;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod sentences;

pub use fit::{Fitted, fit};

use super::assessment::{CallbackTime, Grain};
use crate::policy::CallbackPolicy;
use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;
use lexicon::Key;
use reckon::Reckoning;
use said::{Base, DaySaid, Item, Point, Said, Which};
use scan::Scan;
use std::ops::Range;

/// Some of the caller's words that told when to call, and the rule that they fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeEvidence {
    /// Where the words stand in the text, in bytes.
    pub words: Range<usize>,
    /// The rule: `when/at`, `when/after`, `when/before`, `when/between`, `when/for`, `when/day`,
    /// `when/part-of-day`, `when/in`, `when/within`, `when/soon`, `when/any-time`.
    pub rule: &'static str,
}

/// What a text says of when to call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallbackFound {
    /// When; none where no time was said, or none that lies ahead.
    pub time: Option<CallbackTime>,
    /// How exactly it was said; none without a time, and for "as soon as possible".
    pub grain: Option<Grain>,
    /// Any time suits ("whenever", "cuando sea"): that is no time, and no hurry either.
    pub any_time: bool,
    /// The words that told it, in their order.
    pub evidence: Vec<TimeEvidence>,
}

/// When a caller wants to be called, by `text` said at `now`, in English or Spanish.
///
/// `zone` is where "tomorrow at ten" is meant, `policy` what the parts of the day are. Never in the past: an
/// instant, and the end of a window, is later than `now`; a window that has begun starts at `now`. A local time
/// that a clock change skips is the first instant after the gap; one that occurs twice is its first occurrence.
///
/// Bare hours are read as an office means them: "at 9" said at 23:40 is 09:00 tomorrow, "at 7" said at 17:00 is
/// 19:00 today, "2" said at 23:00 is 14:00 tomorrow. Of several times the last one that is for the call counts,
/// so that a correction wins. "Whenever" names no time: it yields none, and `any_time`. After midnight, before
/// [`CallbackPolicy::night_ends`], "tomorrow" with an hour or part of the morning is the morning that comes next;
/// a whole day stays the calendar's. "next Friday" is Friday of the next calendar week, weeks begin on Monday.
/// In the Americas "12/3" is the third of December unless the sentence is Spanish; elsewhere the twelfth of March.
///
/// Never fails; outside of the years 1900 to 9999 no time is found. Time and memory grow linearly with the text.
pub fn parse_callback_time(text: &str, now: DateTime<Utc>, zone: Tz, policy: &CallbackPolicy) -> CallbackFound {
    // Days around the ends of the calendar cannot be counted.
    if !(1900..=9999).contains(&now.year()) {
        return CallbackFound::default();
    }
    let tokens = tokens::tokens(text);
    let spanish = tokens.iter().any(|token| token.is(Key::Spanish));
    let american =
        zone.name().starts_with("America/") || zone.name().starts_with("US/") || zone == Tz::Pacific__Honolulu;
    let scan = Scan::new(&tokens, american && !spanish);
    let said = scan.all();
    if said.is_empty() {
        return CallbackFound::default();
    }
    let chosen = scan.choose(&said);
    let item = |index: Option<usize>| index.and_then(|index| said.get(index));
    let reckoning = Reckoning::new(now, zone, policy);
    let place = |said: &Said| TimeEvidence {
        words: tokens.get(said.from).map_or(0, |token| token.start)
            ..tokens.get(said.to.saturating_sub(1)).map_or(0, |token| token.end),
        rule: said.item.rule(),
    };
    let evidence = |indexes: &[Option<usize>]| {
        let mut found: Vec<usize> = indexes.iter().copied().flatten().collect();
        found.sort_unstable();
        found.into_iter().filter_map(|index| said.get(index)).map(place).collect::<Vec<_>>()
    };
    if let Some(soon) = chosen.soon {
        let time = Some(CallbackTime::Soon);
        return CallbackFound { time, evidence: evidence(&[Some(soon)]), ..CallbackFound::default() };
    }
    let (time, day, part) = (item(chosen.time), item(chosen.day), item(chosen.part));
    if time.is_none() && day.is_none() && part.is_none() {
        let any_time = chosen.any_time.is_some();
        return CallbackFound { any_time, evidence: evidence(&[chosen.any_time]), ..CallbackFound::default() };
    }
    let week = item(chosen.week).and_then(|said| match said.item {
        Item::Day(day) => Some(day),
        _ => None,
    });
    // "not tomorrow, the day after".
    let before = chosen.day.and_then(|day| {
        said.get(..day)?.iter().rev().find_map(|said| match said.item {
            Item::Day(day) if day.base != Base::DayAfter => Some(day),
            _ => None,
        })
    });
    // A weekday's own name, said on that day without an hour, is next week's.
    let today_named = |day: &Said| {
        matches!(day.item, Item::Day(DaySaid { base: Base::Weekday(weekday, Which::Nearest | Which::This), .. })
            if reckoning.today.weekday() == weekday)
    };
    let skip = usize::from(time.is_none() && part.is_none() && week.is_none() && day.is_some_and(today_named));
    let dates = |k: usize| reckoning.dates_of(day?.item, k + skip, week, before);
    let part = part.and_then(|said| match said.item {
        Item::Part(part, shade) => Some((part, shade)),
        _ => None,
    });
    // "after nine and before eleven".
    let since = chosen.time.and_then(|time| {
        let after = said.get(..time)?.iter().rposition(|said| !said.refused && matches!(said.item, Item::After(_)))?;
        let (Item::After(first), Item::Before(second)) = (said.get(after)?.item, said.get(time)?.item) else {
            return None;
        };
        let point = |clock| Point { clock, day: None };
        (time - after <= 2).then(|| (after, Item::Between(point(first), point(second))))
    });
    let item = since.map(|(_, between)| between).or(time.map(|said| said.item));
    match reckoning.reckon(item, day, &dates, part) {
        Some((time, grain)) => CallbackFound {
            time: Some(time),
            grain: Some(grain),
            any_time: false,
            evidence: evidence(&[since.map(|(after, _)| after), chosen.time, chosen.day, chosen.part, chosen.week]),
        },
        None => CallbackFound::default(),
    }
}
