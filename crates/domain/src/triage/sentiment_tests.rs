//! Mood of sentences, and what must hold of any.

use super::super::spotting::check_file;
use super::*;

#[test]
fn the_rules_are_sound() {
    check_file(&RULES.book, &["negation", "no", "but", "more", "less"]);
}

/// How many of the 254 cases may be missed at most; only ever lowered, unless cases are added.
const MISSED_MAX: usize = 11;

fn of(turns: &[&str]) -> Sentiment {
    let turns: Vec<Turn<'_>> = turns.iter().map(|words| Turn::caller(words)).collect();
    analyze_sentiment(&turns)
}

#[test]
fn the_cases_are_read_as_labelled() {
    let cases = include_str!("../../rules/mood_cases.txt");
    let mut missed = Vec::new();
    for line in cases.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (labels, words) = line.rsplit_once('|').unwrap();
        let found = of(&words.trim().split(" / ").collect::<Vec<_>>());
        let label = format!("{:?}", found.label).to_uppercase();
        if !labels.split('|').any(|known| known.trim() == label) {
            missed.push(format!("{label} {} {line}", found.score));
        }
    }
    assert!(missed.len() <= MISSED_MAX, "{missed:#?}");
}

#[test]
fn negation_and_shouting_do_not_raise() {
    let plain = of(&["the printer is out of toner"]);
    assert_eq!(of(&["THE PRINTER IS OUT OF TONER!!!"]).score, plain.score);
    assert_eq!(of(&["i am not mad about it"]).label, Mood::Calm);
    assert_eq!(of(&["i am furious about it"]).label, Mood::Frustrated);
    assert_eq!(of(&[]).label, Mood::Calm);
}

#[test]
fn a_deadline_told_early_is_as_near_at_the_end() {
    let turns = ["the bid has to be in by midnight", "my name is ana", "ext four", "yes", "that is the number"];
    assert_eq!(of(&turns).label, Mood::Urgent);
}

#[test]
fn recent_turns_weigh_more() {
    let early = of(&["this is ridiculous", "my name is ana", "ext four", "the big printer"]);
    let late = of(&["my name is ana", "ext four", "the big printer", "this is ridiculous"]);
    assert!(late.score > early.score, "{} {}", late.score, early.score);
}

#[test]
fn evidence_is_the_callers_own_words() {
    let turns = [Turn::assistant("You idiot?"), Turn::caller("Oh, this is RIDÍCULOUS.")];
    let found = analyze_sentiment(&turns);
    let signal = found.signals.iter().find(|signal| signal.rule == "anger/annoyed").unwrap();
    assert_eq!((signal.evidence.turn, signal.evidence.words.reveal()), (1, "RIDÍCULOUS"));
    assert!(found.opening(Language::Spanish).starts_with("Hola"));
}

mod properties {
    use super::*;
    use crate::triage::{extract_actions, find_flags};
    use proptest::prelude::*;

    const WORDS: [&str; 24] = [
        "you", "are", "not", "very", "useless", "i", "will", "call", "ticket", "a", "send", "tomorrow", "if", "no",
        "rush", "fuck", "why", "server", "le", "llamo", "estoy", "harto", "now", "the",
    ];

    fn speech() -> impl Strategy<Value = String> {
        proptest::collection::vec(proptest::sample::select(&WORDS[..]), 0..16).prop_map(|words| words.join(" "))
    }

    proptest! {
        #[test]
        fn no_text_makes_any_of_the_three_panic(one in any::<String>(), two in ".{0,60}", three in speech()) {
            let turns = [Turn::caller(&one), Turn::technician(&two), Turn::assistant(&three), Turn::caller(&three)];
            for evidence in analyze_sentiment(&turns).signals.into_iter().map(|signal| signal.evidence)
                .chain(extract_actions(&turns).into_iter().map(|action| action.evidence))
                .chain(find_flags(&turns).into_iter().map(|flag| flag.evidence))
            {
                prop_assert_eq!(&turns[evidence.turn].words[evidence.span], evidence.words.reveal());
            }
        }

        #[test]
        fn what_others_say_does_not_change_the_callers_mood(caller in speech(), other in speech(), more in speech()) {
            let alone = analyze_sentiment(&[Turn::caller(&caller)]);
            let with = [Turn::assistant(&other), Turn::caller(&caller), Turn::technician(&more)];
            let swapped = [Turn::technician(&more), Turn::assistant(&other), Turn::caller(&caller)];
            let (with, swapped) = (analyze_sentiment(&with), analyze_sentiment(&swapped));
            prop_assert_eq!((with.label, with.score), (alone.label, alone.score));
            prop_assert_eq!((swapped.label, swapped.score), (alone.label, alone.score));
        }

        #[test]
        fn case_and_punctuation_do_not_change_the_mood(caller in speech(), mark in proptest::sample::select(&[", ", "! ", " ... "][..])) {
            let (plain, dressed) = (of(&[&caller]), of(&[&caller.to_uppercase().replace(' ', mark)]));
            prop_assert_eq!((plain.label, plain.score), (dressed.label, dressed.score));
        }

        #[test]
        fn twice_the_words_are_twice_the_work(said in speech(), times in 1_usize..20) {
            let count = |times: usize| {
                let turns = vec![Turn::caller(&said); times];
                let speech = Speech::of_all(&turns);
                let hits = RULES.book.hits(&speech);
                (hits.len(), RULES.book.fired(&speech, &hits).len())
            };
            let once = count(1);
            prop_assert_eq!(count(times), (once.0 * times, once.1 * times));
        }
    }
}
