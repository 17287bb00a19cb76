//! Planned work: what a caller tells that it explains, and what wakes all the same.

use super::rules::{Outcome, Rule, book};
use super::transcripts::{client, understood};
use super::{Assessment, Setting, Telling, Turn, assess};
use crate::ids::WindowId;
use crate::policy::{CallbackPolicy, Company};
use crate::vocabulary::Priority;
use chrono::{TimeZone, Utc};
use chrono_tz::Tz;

const ZONE: Tz = chrono_tz::America::New_York;

/// What was understood while these systems are worked on; none of them: all of the company's.
pub(super) fn understood_while(systems: &[&str], turns: &[&str], company: Option<&Company>) -> Assessment {
    let now = ZONE.with_ymd_and_hms(2026, 6, 1, 23, 40, 0).unwrap().with_timezone(&Utc);
    let (id, callback) = (WindowId::parse("1").unwrap(), CallbackPolicy::default());
    let systems: Vec<String> = systems.iter().map(|name| (*name).to_owned()).collect();
    let windows = [super::Window { id: &id, systems: &systems }];
    let turns: Vec<Turn<'_>> = turns.iter().copied().map(Turn::caller).collect();
    assess(&turns, &Setting { now, zone: ZONE, callback: &callback, company, windows: &windows, names: &[] })
}

#[test]
fn planned_work_explains_the_fault_of_its_own_system_only() {
    let check = |said: &str, expected| {
        let a = understood_while(&["file server", "servidor de archivos"], &[said], None);
        let explained = (expected == Priority::Medium).then_some(true);
        let found = (a.priority, a.planned.map(|planned| planned.lowered));
        assert_eq!(found, (expected, explained), "{said}: {:?}", a.reasons);
        assert!(!a.unsure, "{said}");
    };
    for said in [
        "the file server is down",
        "the file server is down and nobody can work",
        "our computers cannot reach the file server, it is offline",
        "se cayo el servidor de archivos",
    ] {
        check(said, Priority::Medium);
    }
    for said in [
        "the file server is down and so is the internet",
        "the file server is down and all our files are encrypted",
        "the file server is down and there is smoke coming out of it",
        "the file server is down and water is dripping on the server",
        "the file server is down and the ups has four minutes left",
        "the file server is down, we must restore now and the backups failed",
        "the file server is down and i gave somebody my password",
        "the mail server is down",
        "the server is down and nobody can work",
        "nobody can work",
    ] {
        check(said, Priority::Critical);
    }
    // It is told of, and has lowered nothing.
    let a = understood_while(&["file server"], &["the file server is a bit slow for me"], None);
    assert_eq!((a.priority, a.planned.map(|planned| planned.lowered)), (Priority::Medium, Some(false)));
    let a = understood_while(&["file server"], &["i would like to order a new laptop"], None);
    assert_eq!(a.planned, None);
}

#[test]
fn a_short_name_does_not_explain_the_system_with_the_longer_name() {
    for said in ["the exchange server is down for everyone", "the terminal server is down and nobody can work"] {
        assert_eq!(understood_while(&["server"], &[said], None).priority, Priority::Critical, "{said}");
    }
}

#[test]
fn planned_work_on_everything_explains_every_system_but_nothing_of_security_or_safety() {
    let told = |said: &str| understood_while(&[], &[said], None).priority;
    assert_eq!(told("the internet and the server are down and nobody can work"), Priority::Medium);
    assert_eq!(told("nobody can work"), Priority::Medium);
    assert_eq!(told("all our files are encrypted"), Priority::Critical);
    assert_eq!(told("there is a fire in the office"), Priority::Critical);
    assert_eq!(told("the server rack is on battery"), Priority::Critical);
}

#[test]
fn planned_work_explains_what_the_runbook_says_of_its_own_system_and_no_other_line() {
    let company = client(
        &["server", "Dentabase"],
        &[("the practice server is down", Priority::Critical), ("the till does not work", Priority::Critical)],
    );
    let told = |systems: &[&str], said: &str| understood_while(systems, &[said], Some(&company)).priority;
    assert_eq!(told(&["practice server"], "the practice server is down"), Priority::Medium);
    assert_eq!(told(&["practice server"], "the practice server is down and dentabase is down"), Priority::Critical);
    assert_eq!(told(&["file server"], "the practice server is down"), Priority::Critical);
    assert_eq!(told(&["till"], "our till isn't printing any receipts"), Priority::Critical);
    assert_eq!(told(&[], "dentabase is down"), Priority::Medium);
    assert_eq!(told(&[], "our till isn't working"), Priority::Critical);
}

#[test]
fn a_model_that_finds_more_than_planned_work_makes_is_heard() {
    let mut a = understood_while(&["file server"], &["the file server is down"], None);
    let opinion = |priority| crate::model::Opinion {
        priority,
        category: None,
        gist: "The file server is down.".into(),
        because: "planned".into(),
    };
    a.heed(&opinion(Priority::Medium));
    assert!(a.planned.is_some() && !a.wakes(true));
    a.heed(&opinion(Priority::Critical));
    assert!(a.planned.is_none() && a.wakes(true));
}

#[test]
fn whatever_else_is_told_during_planned_work_wakes() {
    let wakes = |systems: &[&str], said: &str| {
        let alone = understood(&[said], None);
        let planned = understood_while(systems, &[said], None);
        let same = (planned.priority, planned.unsure) == (alone.priority, alone.unsure);
        assert!(planned.planned.is_none() && same, "{said}: {:?}", planned.reasons);
    };
    for said in [
        "somebody deleted everything on the file server",
        "files on the file server are being deleted one after another while we watch",
        "the file server is down and the data is gone",
        "the file server is down and a woman is screaming",
        "the file server is down and my mother had a heart attack",
        "the file server is down and everything is down",
        "not just the file server everything is down nobody can work",
        "this is not about the file server nobody can work at all",
        "it is not the file server it is the whole building that is dark",
        "the file server is fine but nobody can work",
        "the file server is up again but nobody can log in",
        "the file server works but nobody can work",
        "the file server window is over and nobody can work",
        "you finished the file server and now nobody in the company can work",
        "the file server is down and both sites are dead",
        "the file server is down and so is the other one",
        "the file server is down and the freezer alarm is going off with all our vaccines",
        "the file server is down and we cannot take payments",
        "the file server is down and the pharmacy cannot give out medicine",
        "the file server is down and we called 911",
        "the file server two is down and nobody can work",
        "the file servers are down and nobody can work",
        "my colleague is not responding next to the file server",
        "el servidor de archivos esta caido y todo lo demas tambien",
        "el servidor de archivos esta caido y nada funciona",
    ] {
        wakes(&["file server", "servidor de archivos"], said);
    }
    for said in [
        "the imaging server is down and nobody can work",
        "the lab server is down and nobody can work",
        "the second server is down and nobody can work",
        "the dns server is down nobody can work",
        "the server in the chicago office is down and nobody can work",
        "the servers are down and nobody can work",
        "se cayo el servidor de imagenes y nadie puede trabajar",
    ] {
        wakes(&["server", "servidor"], said);
    }
    for said in [
        "all our data is being deleted while we watch",
        "somebody deleted everything on the file server",
        "a colleague fell down the stairs and cannot move",
        "nobody can work and the freezer with the vaccines is warm",
    ] {
        wakes(&[], said);
    }
}

#[test]
fn nothing_that_a_rule_knows_as_danger_or_attack_is_explained_even_while_everything_is_worked_on() {
    let attack = |outcome: &Outcome| match outcome {
        Outcome::Danger => true,
        Outcome::Category(category, _) => category.is_attack(),
        _ => false,
    };
    let of_danger = |rule: &&Rule| rule.outcomes.iter().any(attack);
    let rules: Vec<_> = book().rules.iter().filter(of_danger).collect();
    assert!(rules.len() > 20, "{}", rules.len());
    for rule in rules {
        let a = understood_while(&[], &[&rule.example], None);
        assert!(a.planned.is_none(), "{}: {}", rule.name, rule.example);
    }
}

#[test]
fn who_calls_since_when_and_what_it_stops_is_still_explained_by_planned_work() {
    for said in [
        "hi this is dana miller, the file server is down and nobody can work since nine",
        "we cannot get to any of our files on the file server",
        "the file server's not responding, can you send somebody please",
        "the file server is not working and we can't open any documents, please call me back tomorrow at ten",
        "good evening, nobody in the office can log in to the file server, it keeps timing out since about an hour ago",
        "hola buenas noches, se cayo el servidor de archivos y no podemos abrir los archivos desde hace una hora",
        "it's urgent, i can't save anything on the file server, it says error 53",
    ] {
        let a = understood_while(&["file server", "servidor de archivos"], &[said], None);
        assert!(a.planned.is_some() && a.priority <= Priority::Medium && !a.unsure, "{said}: {:?}", a.reasons);
    }
}

#[test]
fn what_is_only_asked_about_is_asked_about_during_planned_work_too() {
    let said = "para half in in las server password";
    assert_eq!(understood_while(&["server"], &[said], None), understood(&[said], None));
}

#[test]
fn how_plainly_a_failure_is_told_decides_whether_it_may_be_the_one_that_another_told() {
    let check = |said: &str, telling| assert_eq!(understood(&[said], None).telling, telling, "{said}");
    check("the server is down and nobody can work", Telling::Plain);
    check("este servidor no funciona", Telling::Plain);
    check("the server is down and my other number is 312 555 0142", Telling::More);
    check("the server is down and the vaccines get warm", Telling::More);
    check("the lab server is down", Telling::OneOfSeveral);
    check("server two is down", Telling::OneOfSeveral);
    check("the internet is down at our south site", Telling::OneOfSeveral);
}
