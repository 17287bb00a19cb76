//! Speech that is flagged and speech that is not.

use super::super::spotting::check_file;
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
