//! A recurrence rule as somebody writes it, and every reason to refuse it.
//!
//! The library reads some rules that RFC 5545 (3.3.10) forbids as other rules: of `FREQ=WEEKLY;BYDAY=1SU` it makes every
//! night. A window of which somebody thinks that it is on Sundays must not keep calls quiet on Mondays; so what is
//! forbidden is refused here, before the library sees it.

use super::refused;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use nightdesk_domain::windows::{Refused, Window};
use std::collections::BTreeMap;

/// Parts of a rule that choose days. What chooses hours would let a window begin several times a day.
const PARTS: [&str; 11] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "WKST",
    "BYDAY",
    "BYMONTHDAY",
    "BYMONTH",
    "BYSETPOS",
    "BYWEEKNO",
    "BYYEARDAY",
];
const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
/// Largest INTERVAL and COUNT that are read: a window goes on for a year at most, and is refused later if for longer.
const NUMBER_MAX: u16 = 9_999;
const EXAMPLE: &str = "FREQ=WEEKLY;BYDAY=SU;COUNT=8";

/// A rule with the parts that it names.
struct Rule<'a> {
    parts: BTreeMap<&'a str, String>,
    freq: &'a str,
}

/// The rule as the library reads it: UNTIL on the wall clock, written as if it were UTC. Of a date it is the end.
///
/// # Errors
/// The first thing that is wrong with it.
pub(super) fn read(text: &str, window: &Window) -> Result<String, Refused> {
    let text: String = text.to_uppercase().chars().filter(|sign| !sign.is_whitespace()).collect();
    let text = text.strip_prefix("RRULE:").unwrap_or(&text);
    let mut parts = BTreeMap::new();
    for part in text.split(';').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if !PARTS.contains(&name) {
            return Err(refused(&format!("a window's rule has no {name:.20}; write for example {EXAMPLE}")));
        }
        if parts.insert(name, value.to_owned()).is_some() {
            return Err(refused(&format!("{name} comes twice; write it once")));
        }
    }
    let freq = parts.get("FREQ").map(String::as_str).unwrap_or_default();
    let freq = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"].into_iter().find(|one| *one == freq).ok_or_else(|| {
        refused(&format!("FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY; write for example {EXAMPLE}"))
    })?;
    let mut rule = Rule { parts, freq };
    rule.ends(window)?;
    rule.numbers()?;
    rule.days()?;
    rule.combined()?;
    Ok(rule.parts.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(";"))
}

/// What the library cannot read though it passed here.
pub(super) fn unreadable() -> Refused {
    refused(&format!("this is no rule of RFC 5545; write for example {EXAMPLE}"))
}

impl Rule<'_> {
    fn has(&self, name: &str) -> bool {
        self.parts.contains_key(name)
    }

    /// It ends, in one way only, and not before it begins.
    fn ends(&mut self, window: &Window) -> Result<(), Refused> {
        match (self.has("COUNT"), self.has("UNTIL")) {
            (false, false) => return Err(refused("this rule never ends; add COUNT=n, or UNTIL=20261231")),
            (true, true) => return Err(refused("a rule has either COUNT or UNTIL, not both; leave one of them out")),
            _ => {}
        }
        if let Some(until) = self.parts.get_mut("UNTIL") {
            let read = read_until(until, window);
            let read = read.ok_or_else(|| refused("UNTIL is written 20261231 or 20261231T040000"))?;
            if read < window.starts {
                return Err(refused("UNTIL lies before the window begins; write the last day on which it may begin"));
            }
            *until = format!("{}Z", read.format("%Y%m%dT%H%M%S"));
        }
        Ok(())
    }

    /// What is a number is one, within its bounds.
    fn numbers(&self) -> Result<(), Refused> {
        for name in ["INTERVAL", "COUNT"] {
            let Some(value) = self.parts.get(name) else { continue };
            if !value.parse().is_ok_and(|number: u16| (1..=NUMBER_MAX).contains(&number)) {
                return Err(refused(&format!("{name} is a whole number from 1 to {NUMBER_MAX}")));
            }
        }
        let places = match self.freq {
            "YEARLY" => 366,
            "MONTHLY" => 31,
            "WEEKLY" => 7,
            _ => 1,
        };
        for (name, most, from_the_end) in [
            ("BYMONTHDAY", 31, true),
            ("BYMONTH", 12, false),
            ("BYSETPOS", places, true),
            ("BYWEEKNO", 53, true),
            ("BYYEARDAY", 366, true),
        ] {
            let Some(value) = self.parts.get(name) else { continue };
            let fits = |text: &str| {
                text.parse().is_ok_and(|number: i32| (1..=most).contains(&number.abs()) && (number > 0 || from_the_end))
            };
            if !value.split(',').all(fits) {
                let end = if from_the_end { ", or with a minus counted from the end" } else { "" };
                return Err(refused(&format!("{name} holds whole numbers from 1 to {most}{end}, with commas between")));
            }
        }
        Ok(())
    }

    /// Days of the week are days, and counted only where there is something to count in.
    fn days(&mut self) -> Result<(), Refused> {
        if self.parts.get("WKST").is_some_and(|day| !DAYS.contains(&day.as_str())) {
            return Err(refused("WKST is the day on which weeks begin: MO, TU, WE, TH, FR, SA or SU"));
        }
        let Some(days) = self.parts.get("BYDAY") else { return Ok(()) };
        // The library knows no fifth from the end.
        let counted = match self.freq {
            "YEARLY" => -52..=53,
            _ => -4..=5,
        };
        let mut plain = Vec::new();
        for day in days.split(',') {
            let (count, name) = day.split_at_checked(day.len().saturating_sub(2)).unwrap_or((day, ""));
            let number = count.parse().unwrap_or(0);
            let reads = matches!(count, "" | "+") || (counted.contains(&number) && number != 0);
            if !DAYS.contains(&name) || !reads {
                return Err(refused(
                    "BYDAY names days as MO, TU, WE, TH, FR, SA, SU, with commas between; \
                     with FREQ=MONTHLY also 2TU for the second Tuesday, or -1FR for the last Friday",
                ));
            }
            if number != 0 && !matches!(self.freq, "MONTHLY" | "YEARLY") {
                return Err(refused(&format!(
                    "a number in BYDAY counts the days of a month: write FREQ=MONTHLY;BYDAY={number}{name}, \
                     or BYDAY={name} for every one"
                )));
            }
            if number != 0 && self.has("BYWEEKNO") {
                return Err(refused("BYDAY has no number beside BYWEEKNO, since a week has each day once"));
            }
            plain.push(if number == 0 { name.to_owned() } else { format!("{number}{name}") });
        }
        let plain = plain.join(",");
        self.parts.insert("BYDAY", plain);
        Ok(())
    }

    /// Parts that mean nothing beside this FREQ, or alone.
    fn combined(&self) -> Result<(), Refused> {
        let refuse = |name: &str, allowed: &str| Err(refused(&format!("{name} goes with {allowed} only")));
        if self.has("BYMONTHDAY") && self.freq == "WEEKLY" {
            return refuse("BYMONTHDAY", "FREQ=DAILY, FREQ=MONTHLY or FREQ=YEARLY");
        }
        for name in ["BYYEARDAY", "BYWEEKNO"] {
            if self.has(name) && self.freq != "YEARLY" {
                return refuse(name, "FREQ=YEARLY");
            }
        }
        let chooses = ["BYDAY", "BYMONTHDAY", "BYMONTH", "BYWEEKNO", "BYYEARDAY"];
        if self.has("BYSETPOS") && !chooses.iter().any(|name| self.has(name)) {
            return refuse("BYSETPOS", "another part that chooses days (FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1)");
        }
        Ok(())
    }
}

fn read_until(value: &str, window: &Window) -> Option<NaiveDateTime> {
    if let Ok(date) = NaiveDate::parse_from_str(value, "%Y%m%d") {
        return date.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::seconds(24 * 60 * 60 - 1));
    }
    let (time, utc) = value.strip_suffix('Z').map_or((value, false), |time| (time, true));
    let time = NaiveDateTime::parse_from_str(time, "%Y%m%dT%H%M%S").ok()?;
    Some(if utc { time.and_utc().with_timezone(&window.zone).naive_local() } else { time })
}
