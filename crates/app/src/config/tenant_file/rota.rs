//! A schedule as it is written: in a file of its own, or as `[rota]` in a tenant file.

use super::Problems;
use super::checks::Checker;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;
use nightdesk_domain::rota::{
    Change, Every, Hours, Layer, Member, Override, Person, Schedule, Stretch, check_overrides, check_schedule,
    instant_of,
};
use serde::Deserialize;
use toml::Value;

/// A schedule and the overrides that stand in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleFile {
    /// The schedule.
    pub schedule: Schedule,
    /// Its overrides, in the order of the file.
    pub overrides: Vec<Override>,
}

impl ScheduleFile {
    /// Reads a schedule file.
    ///
    /// # Errors
    /// Every problem at once, each with its field.
    pub fn parse(text: &str) -> Result<ScheduleFile, Problems> {
        let part: SchedulePart = toml::from_str(text).map_err(|error| Problems(vec![error.to_string()]))?;
        let mut check = Checker::default();
        if part.time_zone.is_none() {
            check.problem("time_zone", "is missing; one is \"America/Chicago\"");
        }
        let schedule = schedule(&part, None, "", |_| true, &mut check);
        let overrides = overrides(&part, schedule.as_ref(), &mut check);
        match schedule {
            Some(schedule) if check.problems.is_empty() => Ok(ScheduleFile { schedule, overrides }),
            _ => Err(Problems(check.problems)),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SchedulePart {
    time_zone: Option<String>,
    #[serde(default)]
    layers: Vec<LayerPart>,
    #[serde(default)]
    overrides: Vec<OverridePart>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LayerPart {
    name: String,
    start: Value,
    every: EveryPart,
    people: Vec<Value>,
    restrictions: Option<Vec<RestrictionPart>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EveryPart {
    hours: Option<i64>,
    days: Option<i64>,
    weeks: Option<i64>,
    months: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RestrictionPart {
    days: Option<Vec<String>>,
    from: Option<Value>,
    to: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OverridePart {
    id: Option<String>,
    layer: Option<String>,
    from: Value,
    until: Value,
    replace: Option<String>,
    by: Option<String>,
    take: Option<String>,
    add: Option<String>,
    remove: Option<String>,
    #[serde(default)]
    reason: String,
}

/// The rota of a tenant: its zone is the tenant's unless it names one, and its people are technicians.
pub(super) fn of_tenant(
    part: &SchedulePart,
    zone: Option<Tz>,
    known: impl Fn(&Person) -> bool,
    check: &mut Checker,
) -> Option<Schedule> {
    if !part.overrides.is_empty() {
        check.problem("rota.overrides", "are no part of a tenant file; make them with `nightdesk override add`");
    }
    schedule(part, zone, "rota.", known, check)
}

/// The schedule of a part; none where it has a problem.
fn schedule(
    part: &SchedulePart,
    zone: Option<Tz>,
    prefix: &str,
    known: impl Fn(&Person) -> bool,
    check: &mut Checker,
) -> Option<Schedule> {
    let before = check.problems.len();
    let named = part.time_zone.as_deref().and_then(|name| {
        let zone = name.parse::<Tz>().map_err(|_| format!("{name:?} is no IANA time zone; one is \"America/Chicago\""));
        check.take(&format!("{prefix}time_zone"), zone)
    });
    let layers = part.layers.iter().enumerate();
    let layers: Vec<Layer> =
        layers.filter_map(|(place, part)| layer(part, &format!("{prefix}layers[{place}]"), check)).collect();
    // Places are those of the file only where every layer could be read.
    if layers.len() == part.layers.len() {
        let schedule = Schedule { time_zone: named.or(zone).unwrap_or(Tz::UTC), layers };
        for problem in check_schedule(&schedule, known) {
            check.problem(&format!("{prefix}{}", problem.field), problem.what);
        }
        return (check.problems.len() == before && (named.or(zone)).is_some()).then_some(schedule);
    }
    None
}

fn layer(part: &LayerPart, field: &str, check: &mut Checker) -> Option<Layer> {
    let start = moment(&part.start, &format!("{field}.start"), check);
    let every = every(&part.every, &format!("{field}.every"), check);
    let people = part.people.iter().enumerate();
    let people: Vec<Option<Member>> =
        people.map(|(place, person)| member(person, &format!("{field}.people[{place}]"), check)).collect();
    let hours = match &part.restrictions {
        None => Some(Hours::default()),
        Some(parts) => hours(parts, &format!("{field}.restrictions"), check),
    };
    let people = people.into_iter().collect::<Option<Vec<Member>>>();
    Some(Layer { name: part.name.clone(), start: start?, every: every?, people: people?, hours: hours? })
}

fn every(part: &EveryPart, field: &str, check: &mut Checker) -> Option<Every> {
    // What does not fit is left to the bounds of the checks, as nothing at all.
    let count = |written: i64| u32::try_from(written).unwrap_or(0);
    match (part.hours, part.days, part.weeks, part.months) {
        (Some(hours), None, None, None) => Some(Every::Hours(count(hours))),
        (None, Some(days), None, None) => Some(Every::Days(count(days))),
        (None, None, Some(weeks), None) => Some(Every::Weeks(count(weeks))),
        (None, None, None, Some(months)) => Some(Every::Months(count(months))),
        _ => {
            check.problem(field, "takes exactly one of hours, days, weeks and months: { weeks = 1 }");
            None
        }
    }
}

fn member(written: &Value, field: &str, check: &mut Checker) -> Option<Member> {
    if let Value::String(name) = written {
        return Some(Member::new(Person::new(name.as_str())));
    }
    let Some(table) = written.as_table() else {
        check.problem(field, "is a name, or { person = \"bea\", from = \"2026-09-01\", until = \"2026-12-01\" }");
        return None;
    };
    if let Some(unknown) = table.keys().find(|key| !["person", "from", "until"].contains(&key.as_str())) {
        check.problem(field, format!("{unknown:?} is unknown here; there are person, from and until"));
        return None;
    }
    let mut time = |name: &str| match table.get(name) {
        None => Some(None),
        Some(written) => moment(written, &format!("{field}.{name}"), check).map(Some),
    };
    let (from, until) = (time("from"), time("until"));
    let Some(name) = table.get("person").and_then(Value::as_str) else {
        check.problem(field, "person is missing");
        return None;
    };
    Some(Member { person: Person::new(name), from: from?, until: until? })
}

fn hours(parts: &[RestrictionPart], field: &str, check: &mut Checker) -> Option<Hours> {
    if parts.is_empty() {
        check.problem(field, "is empty, so that the layer would never be on; leave it out where it always is");
        return None;
    }
    let read = parts.iter().enumerate();
    let read: Vec<Option<Vec<Stretch>>> = read
        .map(|(place, part)| match stretches(part) {
            Ok(stretches) => Some(stretches),
            Err(what) => {
                check.problem(&format!("{field}[{place}]"), what);
                None
            }
        })
        .collect();
    let stretches: Vec<Stretch> = read.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
    Some(Hours::of(&stretches))
}

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// The stretches of one restriction: one for each of its days, or one from a weekday to another.
fn stretches(part: &RestrictionPart) -> Result<Vec<Stretch>, String> {
    const NEVER: &str = "from and to are the same moment, so that it would never hold; leave both out for whole days";
    let (from, to) = (part.from.as_ref().map(weekly).transpose()?, part.to.as_ref().map(weekly).transpose()?);
    let midnight = Some(NaiveTime::MIN);
    if let (Some((Some(first), opens)), Some((Some(last), closes))) = (from, to) {
        if part.days.is_some() {
            return Err("days and weekdays in from and to do not go together".to_owned());
        }
        let opens = opens.ok_or("from: a day begins at 00:00")?;
        return Stretch::between((first, opens), (last, closes)).map(|one| vec![one]).ok_or_else(|| NEVER.to_owned());
    }
    let ((None, opens), (None, closes)) = (from.unwrap_or((None, midnight)), to.unwrap_or((None, None))) else {
        return Err("from and to both name a weekday (\"Fri 17:00\"), or neither does".to_owned());
    };
    let opens = opens.ok_or("from: a day begins at 00:00")?;
    let days = match &part.days {
        None => WEEK.to_vec(),
        Some(days) if days.is_empty() => return Err("days is empty, so that it would never hold".to_owned()),
        Some(days) => {
            let day = |day: &String| day.parse().map_err(|_| format!("days: {day:?} is no weekday; one is \"Mon\""));
            days.iter().map(day).collect::<Result<Vec<Weekday>, String>>()?
        }
    };
    let of_day = |day: Weekday| match closes {
        Some(closes) if closes == opens => None,
        // Up to a time of the morning after.
        Some(closes) if closes < opens => Stretch::between((day, opens), (day.succ(), Some(closes))),
        closes => Stretch::between((day, opens), (day, closes)),
    };
    days.into_iter().map(of_day).collect::<Option<Vec<Stretch>>>().ok_or_else(|| NEVER.to_owned())
}

/// A time of day, perhaps of a weekday; no time is the end of the day.
type Weekly = (Option<Weekday>, Option<NaiveTime>);

fn weekly(written: &Value) -> Result<Weekly, String> {
    let text = plain(written);
    let odd = || format!("{text:?} is no time like \"18:00\" or \"Fri 18:00\"");
    let (day, time) = match text.split_once(' ') {
        Some((day, time)) => (Some(day.parse::<Weekday>().map_err(|_| odd())?), time.trim()),
        None => (None, text.as_str()),
    };
    if time == "24:00" {
        return Ok((day, None));
    }
    let read = ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(time, form).ok());
    read.map(|time| (day, Some(time))).ok_or_else(odd)
}

/// Text, or a date or time of TOML's own, as text.
fn plain(written: &Value) -> String {
    match written {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

/// A local time; a date alone is its midnight.
fn moment(written: &Value, field: &str, check: &mut Checker) -> Option<NaiveDateTime> {
    let text = plain(written);
    let read = local(&text).ok_or_else(|| format!("{text:?} is no local time like \"2026-06-16T08:00\""));
    check.take(field, read)
}

fn local(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .or_else(|| Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN)))
}

fn overrides(part: &SchedulePart, schedule: Option<&Schedule>, check: &mut Checker) -> Vec<Override> {
    let Some(schedule) = schedule else { return Vec::new() };
    let before = check.problems.len();
    let parts = part.overrides.iter().enumerate();
    let made: Vec<Override> = parts.filter_map(|(place, part)| made(part, place, schedule, check)).collect();
    if check.problems.len() == before {
        for problem in check_overrides(schedule, &made, |_| true) {
            check.problem(&problem.field, problem.what);
        }
    }
    made
}

fn made(part: &OverridePart, place: usize, schedule: &Schedule, check: &mut Checker) -> Option<Override> {
    let field = format!("overrides[{place}]");
    let mut instant = |written: &Value, name: &str| -> Option<DateTime<Utc>> {
        let text = plain(written);
        let read = DateTime::parse_from_rfc3339(&text).ok().map(|instant| instant.to_utc());
        let read = read.or_else(|| Some(instant_of(schedule.time_zone, local(&text)?)));
        let odd = || format!("{text:?} is no time like \"2026-06-16T08:00\" or \"2026-06-16T08:00:00-05:00\"");
        check.take(&format!("{field}.{name}"), read.ok_or_else(odd))
    };
    let (from, until) = (instant(&part.from, "from"), instant(&part.until, "until"));
    let person = |name: &String| Person::new(name.as_str());
    let change = match (&part.replace, &part.by, &part.take, &part.add, &part.remove) {
        (Some(whom), Some(by), None, None, None) => Some(Change::Replace { whom: person(whom), by: person(by) }),
        (None, None, Some(by), None, None) => Some(Change::Take { by: person(by) }),
        (None, None, None, Some(name), None) => Some(Change::Add { person: person(name) }),
        (None, None, None, None, Some(name)) => Some(Change::Remove { person: person(name) }),
        _ => {
            check.problem(&field, "takes exactly one of replace with by, take, add and remove");
            None
        }
    };
    let layer = match (&part.layer, schedule.layers.as_slice()) {
        (Some(name), _) => Some(name.clone()),
        (None, [only]) => Some(only.name.clone()),
        (None, _) => {
            check.problem(&format!("{field}.layer"), "is missing; the schedule has several");
            None
        }
    };
    let id = part.id.clone().unwrap_or_else(|| (place + 1).to_string());
    Some(Override { id, layer: layer?, from: from?, until: until?, change: change?, reason: part.reason.clone() })
}

#[cfg(test)]
mod tests {
    use super::super::{DEMO, Tenant};
    use super::*;

    const SCHEDULE: &str = r#"
time_zone = "America/Chicago"

[[layers]]
name = "primary"
start = "2026-06-16T08:00"
every = { weeks = 1 }
people = ["alex", "bea", { person = "cleo", from = "2026-09-01", until = 2026-12-01T08:00:00 }]

[[layers]]
name = "nights"
start = 2026-06-15T18:00
every = { days = 1 }
people = ["bea"]
restrictions = [
    { days = ["Mon", "Tue", "Wed", "Thu"], from = "18:00", to = "08:00" },
    { from = "Fri 17:00", to = "Mon 08:00" },
]

[[overrides]]
layer = "primary"
from = "2026-06-20"
until = "2026-06-21T08:00:00-05:00"
replace = "alex"
by = "zoe"
reason = "a wedding"
"#;

    fn problems(change: (&str, &str)) -> Vec<String> {
        assert!(SCHEDULE.contains(change.0), "{change:?}");
        ScheduleFile::parse(&SCHEDULE.replacen(change.0, change.1, 1)).map_or_else(|problems| problems.0, |_| vec![])
    }

    #[test]
    fn a_schedule_file_is_read() {
        let ScheduleFile { schedule, overrides } = ScheduleFile::parse(SCHEDULE).unwrap();
        assert_eq!(schedule.time_zone, Tz::America__Chicago);
        assert_eq!(schedule.layers[0].every, Every::Weeks(1));
        assert_eq!(schedule.layers[0].people[2].until, local("2026-12-01T08:00"));
        assert_eq!(schedule.layers[1].start, local("2026-06-15T18:00").unwrap());
        assert_eq!(schedule.layers[1].hours.stretches().len(), 5);
        assert_eq!(overrides[0].from.to_rfc3339(), "2026-06-20T05:00:00+00:00");
        assert_eq!(overrides[0].until.to_rfc3339(), "2026-06-21T13:00:00+00:00");
    }

    #[test]
    fn every_problem_of_a_schedule_names_its_field() {
        let weeks = "every = { weeks = 1 }";
        for (change, begins) in [
            (("America/Chicago", "Mars/Olympus"), "time_zone: \"Mars/Olympus\""),
            (("time_zone = \"America/Chicago\"", ""), "time_zone: is missing"),
            ((weeks, "every = { weeks = 0 }"), "layers[0].every: weeks must be 1"),
            ((weeks, "every = { weeks = -1 }"), "layers[0].every: weeks must be 1"),
            ((weeks, "every = {}"), "layers[0].every: takes exactly one"),
            ((weeks, "every = { weeks = 1, days = 1 }"), "layers[0].every: takes exactly one"),
            (("\"2026-06-16T08:00\"", "\"Tuesday\""), "layers[0].start: \"Tuesday\""),
            (("[\"bea\"]", "[]"), "layers[1].people: must name somebody"),
            (("[\"bea\"]", "[7]"), "layers[1].people[0]: is a name"),
            (("\"nights\"", "\"primary\""), "layers[1].name: \"primary\" is used twice"),
            (("to = \"08:00\"", "to = \"18:00\""), "layers[1].restrictions[0]: from and to are the same"),
            (("[\"Mon\", \"Tue\", \"Wed\", \"Thu\"]", "[]"), "layers[1].restrictions[0]: days is empty"),
            (("\"Fri 17:00\"", "\"17:00\""), "layers[1].restrictions[1]: from and to both"),
            (("\"Fri 17:00\"", "\"Fri 5 pm\""), "layers[1].restrictions[1]: \"Fri 5 pm\" is no time"),
            (("layer = \"primary\"", "layer = \"third\""), "overrides[0].layer: \"third\" is none"),
            (("layer = \"primary\"", ""), "overrides[0].layer: is missing"),
            (("replace = \"alex\"", ""), "overrides[0]: takes exactly one"),
            (("by = \"zoe\"", "by = \"\""), "overrides[0].by: must not be empty"),
            (("\"2026-06-20\"", "\"2026-06-22\""), "overrides[0].until: must be later than from"),
        ] {
            let found = problems(change);
            assert!(found.len() == 1 && found[0].starts_with(begins), "{begins}: {found:?}");
        }
        assert_eq!(ScheduleFile::parse("time_zone = \"UTC\"").unwrap_err().0, ["layers: at least one layer is needed"]);
    }

    #[test]
    fn a_setting_that_is_unknown_or_missing_is_named() {
        assert!(problems(("every = { weeks = 1 }", "evry = { weeks = 1 }"))[0].contains("evry"));
        assert!(problems(("every = { weeks = 1 }", ""))[0].contains("every"));
        assert!(problems(("weeks = 1", "fortnights = 1"))[0].contains("fortnights"));
    }

    fn tenant(rota: &str) -> Result<Option<Schedule>, Vec<String>> {
        Tenant::parse(&format!("{DEMO}\n{rota}")).map(|tenant| tenant.policy.rota).map_err(|problems| problems.0)
    }

    const LAYER: &str = "[[rota.layers]]\nname = \"primary\"\nstart = \"2026-06-16T08:00\"\nevery = { weeks = 1 }\n";

    #[test]
    fn a_tenants_rota_has_its_zone_and_its_technicians() {
        assert_eq!(tenant(""), Ok(None));
        let rota = tenant(&format!("{LAYER}people = [\"alex\", \"bea\"]")).unwrap().unwrap();
        assert_eq!((rota.time_zone, rota.layers.len()), (Tz::America__Chicago, 1));
        let elsewhere = format!("[rota]\ntime_zone = \"Europe/London\"\n{LAYER}people = [\"alex\"]");
        assert_eq!(tenant(&elsewhere).unwrap().unwrap().time_zone, Tz::Europe__London);
        let strangers = tenant(&format!("{LAYER}people = [\"alex\", \"zoe\"]")).unwrap_err();
        assert_eq!(strangers, ["rota.layers[0].people[1]: \"zoe\" is none of the technicians"]);
        let made = format!("{LAYER}people = [\"alex\"]\n[[rota.overrides]]\nfrom = 1\nuntil = 2\ntake = \"alex\"");
        assert!(tenant(&made).unwrap_err()[0].starts_with("rota.overrides: are no part"));
    }
}
