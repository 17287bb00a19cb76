//! Windows on the wall clock: clock changes, words for callers, and everything that is refused.
#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use super::*;
use crate::policy::Policy;
use chrono::NaiveDate;

fn local(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

fn wanted() -> Wanted {
    Wanted {
        company: CompanyId::parse("acme-dental").unwrap(),
        systems: vec!["file server".to_owned()],
        whole_company: false,
        title: "New disks".to_owned(),
        told: Told::default(),
        starts: local("2026-01-15T22:00:00"),
        ends: local("2026-01-16T04:00:00"),
        zone: chrono_tz::America::Chicago,
        recurrence: None,
    }
}

/// Settings as they are stored, with one client.
fn policy() -> Policy {
    let json = r#"{"tenant": "northwind", "version": 1, "name": "Northwind IT", "time_zone": "America/Chicago",
        "business_hours": {"days": [], "opens": "08:00:00", "closes": "17:00:00", "holidays": []},
        "greeting": {"english": "", "spanish": ""}, "lines": [], "caller_id": "+13125550100", "office": null,
        "emergency": "+13125550199", "technicians": [], "ladder": [], "manager": null,
        "companies": [{"id": "acme-dental", "name": "Acme Dental", "also_called": [], "psa_company": null,
            "runbook": {"critical_systems": [], "rules": [], "out_of_scope": [], "notes": ""}}],
        "paging": {"ring_seconds": 25, "repeat_minutes": 15, "wake_for_high": true}}"#;
    serde_json::from_str(json).unwrap()
}

fn checked(change: impl FnOnce(&mut Wanted)) -> Result<Window, Refused> {
    let mut wanted = wanted();
    change(&mut wanted);
    wanted.checked(WindowId::parse("1").unwrap(), &policy())
}

/// The first occurrence in UTC.
fn first(starts: &str, ends: &str, zone: Tz) -> Option<(String, String)> {
    let window = Window {
        lasts_minutes: u32::try_from((local(ends) - local(starts)).num_minutes()).unwrap(),
        starts: local(starts),
        zone,
        ..checked(|_| {}).unwrap()
    };
    let show = |at: DateTime<Utc>| at.format("%d %H:%M").to_string();
    window.occurrence(window.starts).map(|it| (show(it.from), show(it.until)))
}

#[test]
fn a_window_is_in_force_from_its_first_instant_on_and_no_longer_at_its_end() {
    let window = checked(|_| {}).unwrap();
    let it = window.occurrence(window.starts).unwrap();
    assert_eq!((it.until - it.from).num_minutes(), 360);
    assert!(it.in_force(it.from) && it.in_force(it.until - TimeDelta::seconds(1)));
    assert!(!it.in_force(it.until) && !it.in_force(it.from - TimeDelta::seconds(1)));
    let cancelled = Window { cancelled_at: Some(it.from), ..window };
    assert!(!Occurrence { window: cancelled, ..it.clone() }.in_force(it.from));
}

#[test]
fn a_window_keeps_to_the_wall_clock_across_both_clock_changes() {
    let chicago = chrono_tz::America::Chicago;
    let some = |from: &str, until: &str| Some((from.to_owned(), until.to_owned()));
    // From ten to four is five hours in March and seven in November.
    assert_eq!(first("2026-03-07T22:00:00", "2026-03-08T04:00:00", chicago), some("08 04:00", "08 09:00"));
    assert_eq!(first("2026-10-31T22:00:00", "2026-11-01T04:00:00", chicago), some("01 03:00", "01 10:00"));
    // A skipped time is the first instant after it; a time that comes twice is its first.
    assert_eq!(first("2026-03-08T02:30:00", "2026-03-08T05:00:00", chicago), some("08 08:00", "08 10:00"));
    assert_eq!(first("2026-11-01T00:00:00", "2026-11-01T01:30:00", chicago), some("01 05:00", "01 06:30"));
    // What lies in a skipped hour altogether never is.
    assert_eq!(first("2026-03-08T02:10:00", "2026-03-08T02:50:00", chicago), None);
    // The other hemisphere, and half an hour of summer time.
    let lord_howe = chrono_tz::Australia::Lord_Howe;
    assert_eq!(first("2026-10-04T01:00:00", "2026-10-04T04:00:00", lord_howe), some("03 14:30", "03 17:00"));
}

#[test]
fn everything_wrong_is_refused_by_the_name_of_its_field() {
    assert!(checked(|_| {}).is_ok());
    let field =
        |change: fn(&mut Wanted)| checked(change).unwrap_err().to_string().split(':').next().unwrap().to_owned();
    assert_eq!(field(|w| w.company = CompanyId::parse("nobody").unwrap()), "company");
    assert_eq!(field(|w| w.systems.clear()), "systems");
    assert_eq!(field(|w| w.whole_company = true), "systems");
    assert_eq!(field(|w| w.systems.push(" . ".to_owned())), "systems");
    for name in ["the", "is", "office", "东京", "s"] {
        let refused = checked(|w| w.systems.push(name.to_owned())).unwrap_err().to_string();
        assert!(refused.starts_with("systems: "), "{refused}");
    }
    assert_eq!(field(|w| w.systems = vec!["server".to_owned(); 21]), "systems");
    assert_eq!(field(|w| w.title = "  ".to_owned()), "title");
    assert_eq!(field(|w| w.told.english = Some(String::new())), "told");
    assert_eq!(field(|w| w.ends = w.starts), "ends");
    assert_eq!(field(|w| w.ends = local("2026-01-15T21:00:00")), "ends");
    assert_eq!(field(|w| w.ends = local("2026-01-19T21:00:00")), "ends");
    assert_eq!(field(|w| (w.starts, w.ends) = (local("2026-03-08T02:10:00"), local("2026-03-08T02:50:00"))), "ends");
}

#[test]
fn seconds_are_refused_by_the_name_of_their_field_and_never_dropped() {
    let why = |starts: &str, ends: &str| {
        checked(|w| (w.starts, w.ends) = (local(starts), local(ends))).unwrap_err().to_string()
    };
    let (ten, four) = ("2026-01-15T22:00:00", "2026-01-16T04:00:00");
    assert!(why("2026-01-15T22:00:30", four).starts_with("starts: a window begins and ends on a whole minute"));
    assert!(why(ten, "2026-01-16T04:00:01").starts_with("ends: a window begins and ends on a whole minute"));
    assert!(why(ten, "2026-01-16T04:00:00.5").starts_with("ends: a window begins and ends on a whole minute"));
    // A window of half a minute is not said to be longer than three days.
    assert!(!why(ten, "2026-01-15T22:00:30").contains("72 hours"));
}

#[test]
fn an_instant_becomes_a_time_of_the_wall_clock_unless_it_is_the_second_of_two() {
    let chicago = chrono_tz::America::Chicago;
    let read = |text: &str| wall_clock(text.parse().unwrap(), chicago, "starts");
    assert_eq!(read("2026-11-01T01:30:00-05:00"), Ok(local("2026-11-01T01:30:00")));
    assert_eq!(read("2026-11-01T01:30:00-06:00"), Err(Refused::SecondOfTwo("starts")));
    assert_eq!(read("2026-11-01T02:30:00-06:00"), Ok(local("2026-11-01T02:30:00")));
    assert!(NaiveDate::from_ymd_opt(2026, 3, 8).is_some());
}

#[test]
fn a_caller_is_told_what_until_when_and_what_then_in_both_languages() {
    let window = checked(|_| {}).unwrap();
    let it = window.occurrence(window.starts).unwrap();
    let now = it.from + TimeDelta::hours(1);
    let told = |system: Option<&str>, language| it.told(system, language, now).join(" ");
    assert_eq!(
        told(Some("file server"), Language::English),
        "The file server is being worked on as planned until 4:00 AM. If it does not work after that, call again."
    );
    assert_eq!(
        told(Some("Outlook"), Language::Spanish),
        "Hay trabajos planificados en Outlook hasta las 4:00 de la madrugada. \
         Si después de esa hora no funciona, vuelva a llamar."
    );
    assert!(told(Some("Outlook"), Language::English).starts_with("Outlook is being"));
    assert!(told(None, Language::English).starts_with("Your company's systems are being worked on"));
    let own = Told { english: Some("We are moving your files.".to_owned()), spanish: None };
    let own = Occurrence { window: Window { told: own, ..window }, ..it.clone() };
    assert_eq!(
        own.told(Some("file server"), Language::English, now)[0],
        "We are moving your files. This is planned until 4:00 AM."
    );
    assert!(own.told(Some("file server"), Language::Spanish, now)[0].starts_with("Hay trabajos"));
}

#[test]
fn a_window_that_was_stored_is_read_again() {
    let window = checked(|w| w.recurrence = Some("FREQ=WEEKLY;COUNT=3".to_owned())).unwrap();
    let stored = serde_json::to_string(&window).unwrap();
    assert_eq!(serde_json::from_str::<Window>(&stored).unwrap(), window);
}
