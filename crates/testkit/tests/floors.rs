//! The understanding of speech is never worse than it was: the test half of the corpus, against recorded floors.
#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use nightdesk_testkit::eval::{Grouping, corpus, floors, rows, score};
use std::collections::BTreeSet;

#[test]
fn the_test_half_of_the_corpus_is_understood_as_well_as_ever() {
    let test = score(&corpus().join("test"), Grouping::Kinds).unwrap();
    assert_eq!(floors::below(&test).unwrap(), Vec::<String>::new());
}

#[test]
fn no_call_of_the_test_half_is_tuned_or_learned_on() {
    let calls = |half: &str| {
        let entries = std::fs::read_dir(corpus().join(half)).unwrap().map(|entry| entry.unwrap().path());
        let files = entries.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("calls"));
        files.flat_map(|path| rows::read::<rows::Call>(&path).unwrap()).collect::<Vec<_>>()
    };
    let (tune, learn, test) = (calls("tune"), calls("learn"), calls("test"));
    assert!(tune.len() >= 300 && test.len() >= 300, "{} and {} calls", tune.len(), test.len());
    let known: BTreeSet<String> = tune.iter().chain(&learn).map(|call| call.turns.join(" ")).collect();
    let twice: Vec<_> = test.iter().filter(|call| known.contains(&call.turns.join(" "))).map(|call| &call.id).collect();
    assert!(twice.is_empty(), "{twice:?}");
}
