//! The hours of the week in which a layer is on, as they are written.

use super::super::checks::Checker;
use super::super::fields::{Fields, list, text, unlike};
use super::plain;
use chrono::{NaiveTime, Timelike, Weekday};
use nightdesk_domain::rota::{Hours, Stretch};
use toml::Value;

const RESTRICTIONS: &str = "a list of stretches of the week: [{ from = \"18:00\", to = \"08:00\" }]";
const STRETCH: &str = "a stretch of the week: { days = [\"Mon\"], from = \"18:00\", to = \"08:00\" }";
const NEVER: &str = "from and to are the same moment, so that it would never hold; leave both out for whole days";
const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// All stretches together; none where one has a problem.
pub(super) fn read(written: &Value, path: &str, check: &mut Checker) -> Option<Hours> {
    let parts = list(written, path, RESTRICTIONS, check)?;
    if parts.is_empty() {
        check.problem(path, "is empty, so that the layer would never be on; leave it out where it always is");
        return None;
    }
    let places = parts.iter().enumerate();
    let read: Vec<Option<Vec<Stretch>>> =
        places.map(|(place, part)| stretches(part, &format!("{path}[{place}]"), check)).collect();
    let stretches: Vec<Stretch> = read.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
    Some(Hours::of(&stretches))
}

/// The stretches of one restriction: one for each of its days, or one from a weekday to another.
fn stretches(written: &Value, path: &str, check: &mut Checker) -> Option<Vec<Stretch>> {
    let before = check.problems.len();
    let fields = Fields::of(written, path, STRETCH, &["days", "from", "to"], check)?;
    let mut time = |name: &str| fields.get(name).and_then(|written| weekly(written, &fields.path(name), check));
    let (from, to) = (time("from"), time("to"));
    let days = fields.get("days").and_then(|written| days(written, &fields.path("days"), check));
    if check.problems.len() > before {
        return None;
    }
    check.take(path, between(from, to, days))
}

fn between(from: Option<Weekly>, to: Option<Weekly>, days: Option<Vec<Weekday>>) -> Result<Vec<Stretch>, String> {
    let midnight = Some(NaiveTime::MIN);
    if let (Some((Some(first), opens)), Some((Some(last), closes))) = (from, to) {
        if days.is_some() {
            return Err("days and weekdays in from and to do not go together".to_owned());
        }
        let opens = opens.ok_or("from: a day begins at 00:00")?;
        return Stretch::between((first, opens), (last, closes)).map(|one| vec![one]).ok_or_else(|| NEVER.to_owned());
    }
    let ((None, opens), (None, closes)) = (from.unwrap_or((None, midnight)), to.unwrap_or((None, None))) else {
        return Err("from and to both name a weekday (\"Fri 17:00\"), or neither does".to_owned());
    };
    let opens = opens.ok_or("from: a day begins at 00:00")?;
    let of_day = |day: Weekday| match closes {
        Some(closes) if closes == opens => None,
        // Up to a time of the morning after.
        Some(closes) if closes < opens => Stretch::between((day, opens), (day.succ(), Some(closes))),
        closes => Stretch::between((day, opens), (day, closes)),
    };
    let days = days.unwrap_or_else(|| WEEK.to_vec()).into_iter();
    days.map(of_day).collect::<Option<Vec<Stretch>>>().ok_or_else(|| NEVER.to_owned())
}

fn days(written: &Value, path: &str, check: &mut Checker) -> Option<Vec<Weekday>> {
    let written = list(written, path, "a list of weekdays: [\"Mon\", \"Tue\"]", check)?;
    if written.is_empty() {
        check.problem(path, "is empty, so that it would never hold");
    }
    let places = written.iter().enumerate();
    let days: Vec<Option<Weekday>> = places
        .map(|(place, day)| {
            let path = format!("{path}[{place}]");
            let day = text(day, &path, check)?;
            check.take(&path, day.parse().map_err(|_| format!("{day:?} is no weekday; one is \"Mon\"")))
        })
        .collect();
    days.into_iter().collect()
}

/// A time of day, perhaps of a weekday; no time is the end of the day.
type Weekly = (Option<Weekday>, Option<NaiveTime>);

fn weekly(written: &Value, path: &str, check: &mut Checker) -> Option<Weekly> {
    let Some(text) = plain(written) else {
        return unlike(written, path, "a time: \"18:00\" or \"Fri 18:00\"", check);
    };
    let odd = || format!("{text:?} is no time like \"18:00\" or \"Fri 18:00\"");
    let read = || {
        let (day, time) = match text.split_once(' ') {
            Some((day, time)) => (Some(day.parse::<Weekday>().map_err(|_| odd())?), time.trim()),
            None => (None, text.as_str()),
        };
        if time == "24:00" {
            return Ok((day, None));
        }
        let read = ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(time, form).ok());
        let time = read.ok_or_else(odd)?;
        if time.second() != 0 {
            return Err(format!("{text:?} has seconds; the hours of a layer begin and end with a minute"));
        }
        Ok((day, Some(time)))
    };
    check.take(path, read())
}
