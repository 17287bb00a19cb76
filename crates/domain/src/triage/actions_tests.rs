//! Promises found and not found, and what must hold of any conversation.

use super::super::spotting::check_file;
use super::*;

#[test]
fn the_rules_are_sound() {
    let named = ["doubt", "asked", "if", "you_did", "past", "stop", "granted", "yes", "time", "time_link"];
    let wishes = [
        "wish_callback",
        "wish_onsite_dispatch",
        "wish_ticket_create",
        "wish_client_email",
        "wish_escalation",
        "wish_parts_order",
    ];
    check_file(&RULES.book, &[&named[..], &wishes[..]].concat());
}

fn of(dialog: &str) -> Vec<Action> {
    let turns: Vec<Turn<'_>> = dialog
        .split(" / ")
        .map(|turn| match turn.trim().split_once(": ").unwrap() {
            ("c", words) => Turn::caller(words),
            ("t", words) => Turn::technician(words),
            (_, words) => Turn::assistant(words),
        })
        .collect();
    extract_actions(&turns)
}

#[test]
fn the_cases_are_read_as_labelled() {
    let cases = include_str!("../../rules/actions_cases.txt");
    let mut missed = Vec::new();
    for line in cases.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (kinds, dialog) = line.split_once('|').unwrap();
        let mut expected: Vec<&str> = kinds.split(',').map(str::trim).filter(|kind| *kind != "none").collect();
        let mut found: Vec<&str> = of(dialog).iter().map(|action| action.kind.label()).collect();
        expected.sort_unstable();
        found.sort_unstable();
        if found != expected {
            missed.push(format!("{found:?} {line}"));
        }
    }
    assert_eq!(missed, Vec::<String>::new());
}

#[test]
fn who_what_and_when_are_the_words_used() {
    let found = of("a: Your ticket is open, and a technician will call you tomorrow at nine. Good night.");
    let shown =
        |evidence: &Option<Evidence>| evidence.as_ref().map(|e| e.words.reveal().to_owned()).unwrap_or_default();
    let call = found.iter().find(|action| action.kind == ActionKind::Callback).unwrap();
    assert_eq!((shown(&call.who), shown(&call.when)), ("a technician".into(), "tomorrow at nine".into()));
    assert_eq!(call.evidence.words.reveal(), "a technician will call you tomorrow at nine");
}

#[test]
fn said_again_is_the_same_promise() {
    let found = of("a: I'm paging the on-call engineer. / c: okay / a: I have paged him again.");
    assert_eq!(found.len(), 1);
}

#[test]
fn labels_are_read_back() {
    assert!(ActionKind::ALL.iter().all(|(_, kind)| ActionKind::from_label(kind.label()) == Some(*kind)));
}
