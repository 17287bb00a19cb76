//! What is read of a schedule, and how each problem is named.

use super::super::{DEMO, Tenant};
use super::*;

fn local(text: &str) -> Option<NaiveDateTime> {
    read_local(text).ok()
}

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
        (("[\"bea\"]", "[7]"), "layers[1].people[0]: is the number 7; wanted is a name"),
        (("\"nights\"", "\"primary\""), "layers[1].name: \"primary\" is used twice"),
        (("to = \"08:00\"", "to = \"18:00\""), "layers[1].restrictions[0]: from and to are the same"),
        (("[\"Mon\", \"Tue\", \"Wed\", \"Thu\"]", "[]"), "layers[1].restrictions[0].days: is empty"),
        (("\"Fri 17:00\"", "\"17:00\""), "layers[1].restrictions[1]: from and to both"),
        (("\"Fri 17:00\"", "\"Fri 5 pm\""), "layers[1].restrictions[1].from: \"Fri 5 pm\" is no time"),
        (("layer = \"primary\"", "layer = \"third\""), "overrides[0].layer: \"third\" is none"),
        (("layer = \"primary\"", ""), "overrides[0].layer: is missing"),
        (("from = \"18:00\"", "from = \"18:00:30\""), "layers[1].restrictions[0].from: \"18:00:30\" has seconds"),
        (("from = \"18:00\"", "from = 18"), "layers[1].restrictions[0].from: is the number 18"),
        ((weeks, "every = \"1 day\""), "layers[0].every: is the text \"1 day\"; wanted is one of hours"),
        ((weeks, "every = { weeks = 1.5 }"), "layers[0].every.weeks: is the number 1.5; wanted is a whole number"),
        ((weeks, "every = { fortnights = 1, weeks = 1 }"), "layers[0].every.fortnights: is unknown here"),
        ((weeks, ""), "layers[0].every: is missing; it is one of hours"),
        (("name = \"nights\"", ""), "layers[1].name: is missing"),
        (("name = \"nights\"", "name = 2"), "layers[1].name: is the number 2; wanted is a text"),
        (("[\"bea\"]", "\"bea\""), "layers[1].people: is the text \"bea\"; wanted is a list of names"),
        (("start = \"2026-06-16T08:00\"", "start = 2026"), "layers[0].start: is the number 2026; wanted is a local"),
        (("\"2026-06-16T08:00\"", "\"2026-06-16T08:00Z\""), "layers[0].start: \"2026-06-16T08:00Z\" has an offset"),
        (("\"2026-06-16T08:00\"", "\"2100-06-16T08:00\""), "layers[0].start: \"2100-06-16T08:00\" is outside"),
        (("until = 2026-12-01T08:00:00", "untill = 1"), "layers[0].people[2].untill: is unknown here"),
        (("replace = \"alex\"", "replace = 1"), "overrides[0].replace: is the number 1"),
        (("\"2026-06-20\"", "\"soon\""), "overrides[0].from: \"soon\" is no time like"),
        (("\"2026-06-21T08:00:00-05:00\"", "\"2201-06-21T08:00Z\""), "overrides[0].until: \"2201"),
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
fn problems_of_shape_hide_no_others() {
    let broken = "timezone = \"UTC\"\ntime_zone = 1\n\
                  [[layers]]\nname = \"a\"\nstart = \"soon\"\nevery = \"1 day\"\npeople = \"a\"\n\
                  [[layers]]\nname = \"b\"\nstart = \"2026-06-16\"\nevery = { weeks = 0 }\npeople = []\n\
                  [[overrides]]\nlayer = 1\nfrom = \"2026-06-16\"\nadd = \"x\"\n";
    let problems = ScheduleFile::parse(broken).unwrap_err().0;
    let fields: Vec<&str> = problems.iter().filter_map(|problem| Some(problem.split_once(": ")?.0)).collect();
    let expected = [
        "timezone",
        "time_zone",
        "layers[0].start",
        "layers[0].every",
        "layers[0].people",
        "layers[1].every",
        "layers[1].people",
        "overrides[0].until",
        "overrides[0].layer",
    ];
    assert_eq!(fields, expected, "{problems:#?}");
    let table = ScheduleFile::parse("time_zone = \"UTC\"\n[layers]\nname = \"a\"").unwrap_err().0;
    assert_eq!(table, ["layers: is a table; wanted is a list of tables, each begun with [[layers]]"]);
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
