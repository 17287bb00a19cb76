//! A schedule as it is written: in a file of its own, or as `[rota]` in a tenant file.

mod overrides;
mod restrictions;
#[cfg(test)]
mod tests;

use super::Problems;
use super::checks::Checker;
use super::fields::{Fields, list, number, text, unlike};
use crate::times::read_local;
use chrono::NaiveDateTime;
use chrono_tz::Tz;
use nightdesk_domain::rota::{
    Every, Hours, Layer, Member, Override, Person, Schedule, check_overrides, check_schedule,
};
use toml::{Table, Value};

/// A schedule and the overrides that stand in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleFile {
    /// The schedule.
    pub schedule: Schedule,
    /// Its overrides, in the order of the file.
    pub overrides: Vec<Override>,
}

const SETTINGS: [&str; 3] = ["time_zone", "layers", "overrides"];
const LAYERS: &str = "a list of tables, each begun with [[layers]]";
const LAYER: [&str; 5] = ["name", "start", "every", "people", "restrictions"];
const START: &str = "the local time of the first hand-off: \"2026-06-16T08:00\"";
const EVERY: &str = "one of hours, days, weeks and months: { weeks = 1 }";
const UNITS: [&str; 4] = ["hours", "days", "weeks", "months"];
const PEOPLE: &str = "a list of names: [\"alex\", \"bea\"]";
const MEMBER: &str = "a name, or { person = \"bea\", from = \"2026-09-01\", until = \"2026-12-01\" }";

impl ScheduleFile {
    /// Reads a schedule file.
    ///
    /// # Errors
    /// Every problem at once, each with its field; alone, where the text is no TOML.
    pub fn parse(text: &str) -> Result<ScheduleFile, Problems> {
        let file: Table = toml::from_str(text).map_err(|error| Problems(vec![error.to_string()]))?;
        let mut check = Checker::default();
        let fields = Fields::of_table(&file, "", &SETTINGS, &mut check);
        if fields.get("time_zone").is_none() {
            check.problem("time_zone", "is missing; one is \"America/Chicago\"");
        }
        let (zone, layers) = parts(&fields, |_| true, &mut check);
        let zone = zone.unwrap_or(Tz::UTC);
        let names: Vec<Option<String>> = layers.iter().map(|layer| layer.as_ref().map(|l| l.name.clone())).collect();
        let overrides = overrides::read(&fields, zone, &names, &mut check);
        let schedule = Schedule { time_zone: zone, layers: layers.into_iter().flatten().collect() };
        if check.problems.is_empty() {
            for problem in check_overrides(&schedule, &overrides, |_| true) {
                check.problem(&problem.field, problem.what);
            }
        }
        if check.problems.is_empty() { Ok(ScheduleFile { schedule, overrides }) } else { Err(Problems(check.problems)) }
    }
}

/// The rota of a tenant: its zone is the tenant's unless it names one, and its people are technicians.
pub(super) fn of_tenant(
    part: &Value,
    zone: Option<Tz>,
    known: impl Fn(&Person) -> bool,
    check: &mut Checker,
) -> Option<Schedule> {
    let before = check.problems.len();
    let fields = Fields::of(part, "rota", "a table with [[rota.layers]]", &SETTINGS, check)?;
    if fields.get("overrides").is_some() {
        check.problem("rota.overrides", "are no part of a tenant file; make them with `nightdesk override add`");
    }
    let (named, layers) = parts(&fields, known, check);
    let layers = layers.into_iter().collect::<Option<Vec<Layer>>>()?;
    (check.problems.len() == before).then_some(Schedule { time_zone: named.or(zone)?, layers })
}

/// The zone that is named and the layers, each in its place; a layer that cannot be read is none.
fn parts(
    fields: &Fields<'_>,
    known: impl Fn(&Person) -> bool,
    check: &mut Checker,
) -> (Option<Tz>, Vec<Option<Layer>>) {
    let named = fields.text("time_zone", check).and_then(|name| {
        let zone = name.parse::<Tz>().map_err(|_| format!("{name:?} is no IANA time zone; one is \"America/Chicago\""));
        check.take(&fields.path("time_zone"), zone)
    });
    let written = match fields.get("layers") {
        Some(written) => list(written, &fields.path("layers"), LAYERS, check),
        None => Some(&[][..]),
    };
    let Some(written) = written else { return (named, Vec::new()) };
    let places = written.iter().enumerate();
    let layers: Vec<Option<Layer>> =
        places.map(|(place, written)| layer(written, &format!("{}[{place}]", fields.path("layers")), check)).collect();
    let read: Vec<usize> = (0..layers.len()).filter(|place| layers[*place].is_some()).collect();
    if !read.is_empty() || layers.is_empty() {
        let schedule = Schedule { time_zone: Tz::UTC, layers: layers.iter().flatten().cloned().collect() };
        for problem in check_schedule(&schedule, known) {
            check.problem(&fields.path(&placed(&problem.field, &read)), problem.what);
        }
    }
    (named, layers)
}

/// The field of a problem by the places of the file, where some of its layers could not be read.
fn placed(field: &str, places: &[usize]) -> String {
    let found = field.strip_prefix("layers[").and_then(|rest| {
        let (place, rest) = rest.split_once(']')?;
        Some(format!("layers[{}]{rest}", places.get(place.parse::<usize>().ok()?)?))
    });
    found.unwrap_or_else(|| field.to_owned())
}

fn layer(written: &Value, path: &str, check: &mut Checker) -> Option<Layer> {
    let fields = Fields::of(written, path, "a table, begun with [[layers]]", &LAYER, check)?;
    let name =
        fields.needed("name", "a text: \"primary\"", check).and_then(|name| text(name, &fields.path("name"), check));
    let start = fields.needed("start", START, check);
    let start = start.and_then(|start| moment(start, &fields.path("start"), check));
    let every = fields.needed("every", EVERY, check);
    let every = every.and_then(|written| self::every(written, &fields.path("every"), check));
    let people = fields.needed("people", PEOPLE, check);
    let people = people.and_then(|written| self::people(written, &fields.path("people"), check));
    let hours = match fields.get("restrictions") {
        None => Some(Hours::default()),
        Some(written) => restrictions::read(written, &fields.path("restrictions"), check),
    };
    Some(Layer { name: name?.to_owned(), start: start?, every: every?, people: people?, hours: hours? })
}

fn every(written: &Value, path: &str, check: &mut Checker) -> Option<Every> {
    let fields = Fields::of(written, path, EVERY, &UNITS, check)?;
    let mut given = UNITS.iter().filter_map(|unit| Some((*unit, fields.get(unit)?)));
    let (Some((unit, count)), None) = (given.next(), given.next()) else {
        check.problem(path, "takes exactly one of hours, days, weeks and months: { weeks = 1 }");
        return None;
    };
    // What does not fit is left to the bounds of the checks, as nothing at all.
    let count = u32::try_from(number(count, &fields.path(unit), check)?).unwrap_or(0);
    Some(match unit {
        "hours" => Every::Hours(count),
        "days" => Every::Days(count),
        "weeks" => Every::Weeks(count),
        _ => Every::Months(count),
    })
}

fn people(written: &Value, path: &str, check: &mut Checker) -> Option<Vec<Member>> {
    let written = list(written, path, PEOPLE, check)?.iter().enumerate();
    let people: Vec<Option<Member>> =
        written.map(|(place, written)| member(written, &format!("{path}[{place}]"), check)).collect();
    people.into_iter().collect()
}

fn member(written: &Value, path: &str, check: &mut Checker) -> Option<Member> {
    if let Value::String(name) = written {
        return Some(Member::new(Person::new(name.as_str())));
    }
    if !written.is_table() {
        return unlike(written, path, MEMBER, check);
    }
    let before = check.problems.len();
    let fields = Fields::of(written, path, MEMBER, &["person", "from", "until"], check)?;
    let person = fields.needed("person", "a name: \"bea\"", check);
    let person = person.and_then(|name| text(name, &fields.path("person"), check));
    let mut time = |name: &str| fields.get(name).and_then(|written| moment(written, &fields.path(name), check));
    let (from, until) = (time("from"), time("until"));
    let member = Member { person: Person::new(person?), from, until };
    (check.problems.len() == before).then_some(member)
}

/// Text, or a date or time of TOML's own, as text.
fn plain(written: &Value) -> Option<String> {
    match written {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Datetime(time) => Some(time.to_string()),
        _ => None,
    }
}

/// A local time; a date alone is its midnight.
fn moment(written: &Value, path: &str, check: &mut Checker) -> Option<NaiveDateTime> {
    let Some(text) = plain(written) else {
        return unlike(written, path, "a local time: \"2026-06-16T08:00\"", check);
    };
    check.take(path, read_local(&text))
}
