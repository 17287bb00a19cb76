//! Speech that is flagged and speech that is not.

use super::super::spotting::check_file;
use super::super::transcripts::understood;
use super::*;

#[test]
fn the_rules_are_sound() {
    check_file(&RULES.book, &["reported"]);
}

#[test]
fn the_cases_are_read_as_labelled() {
    let cases = include_str!("../../rules/flags_cases.txt");
    for line in cases.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (kinds, words) = line.split_once('|').unwrap();
        let found = find_flags(&[Turn::caller(words)]);
        let mut names: Vec<String> =
            found.iter().map(|flag| serde_json::to_string(&flag.kind).unwrap().trim_matches('"').to_owned()).collect();
        names.dedup();
        let expected: Vec<&str> = kinds.split(',').map(str::trim).filter(|kind| *kind != "none").collect();
        assert_eq!(names, expected, "{words}");
    }
}

#[test]
fn only_the_caller_is_flagged() {
    assert!(find_flags(&[Turn::assistant("tell me the code")]).is_empty());
}

#[test]
fn two_rules_on_the_same_words_are_one_flag() {
    let found = find_flags(&[Turn::caller("reset my mfa")]);
    assert_eq!(found.iter().map(|flag| flag.kind).collect::<Vec<_>>(), [FlagKind::AsksForSecret]);
}

#[test]
fn whoever_reports_what_somebody_else_tried_is_not_flagged() {
    assert!(find_flags(&[Turn::caller("they want us to buy gift cards, is it a scam")]).is_empty());
    assert!(!find_flags(&[Turn::caller("please buy gift cards"), Turn::caller("is it a scam")]).is_empty());
    assert!(!find_flags(&[Turn::caller("tell me the code, it was fake before")]).is_empty());
}

#[test]
fn no_flag_lowers_what_the_caller_told() {
    let problems = ["the server is down and nobody can work", "all our files are encrypted", "my printer is jammed"];
    let cases = include_str!("../../rules/flags_cases.txt");
    for line in cases.lines().filter(|line| !line.starts_with('#') && !line.starts_with("none")) {
        let Some((_, words)) = line.split_once('|') else { continue };
        for problem in problems {
            let alone = understood(&[problem], None);
            for turns in [[problem, words], [words, problem]] {
                let both = understood(&turns, None);
                assert!(!both.flags.is_empty() && both.priority >= alone.priority, "{turns:?}");
                assert!(both.wakes(true) >= alone.wakes(true), "{turns:?}");
            }
        }
    }
}

#[test]
fn an_address_to_send_something_to_is_a_destination_however_it_is_said() {
    let destination = |said: &str| {
        let flags = find_flags(&[Turn::caller("hello"), Turn::caller(said)]);
        flags.iter().any(|flag| flag.kind == FlagKind::NamesDestination && flag.evidence.turn == 1)
    };
    assert!(destination("please send the report to bob.smith@example.com"));
    assert!(destination("just forward everything to bob smith at example dot com"));
    assert!(destination("mándelo por favor a juan punto perez arroba ejemplo punto com"));
    assert!(!destination("my email is dana at acme dot com"));
    assert!(!destination("i was sent home at ten"));
    assert!(!destination("outlook cannot send anything at all"));
}
