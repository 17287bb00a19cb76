//! English or Spanish, by the small words that every sentence has.

use super::normalise::Words;
use super::word_map::WordMap;
use crate::vocabulary::{Confidence, Language};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// For each telling word, its weight: English counts below zero, Spanish above.
static WEIGHTS: LazyLock<WordMap<i32>> = LazyLock::new(|| {
    let mut weights: BTreeMap<String, i32> = BTreeMap::new();
    for line in include_str!("../../rules/languages.txt").lines().filter(|line| !line.starts_with('#')) {
        let Some((head, words)) = line.split_once(':') else { continue };
        let (language, weight) = head.split_once(' ').unwrap_or((head, "1"));
        let weight: i32 = weight.trim().parse().unwrap_or(1);
        for word in words.split_whitespace() {
            *weights.entry(word.to_owned()).or_insert(0) += if language == "es" { weight } else { -weight };
        }
    }
    weights.into_iter().collect()
});

/// The language of a caller's words, and what the guess is worth. Undecided is English, `Low`.
///
/// Asking for a language ("español, por favor", "English please") outranks every other sign; the last such
/// request counts.
pub fn detect_language(text: &str) -> (Language, Confidence) {
    of_words(&Words::new(&[text]))
}

pub(super) fn of_words(words: &Words) -> (Language, Confidence) {
    if let Some(asked) = requested(words) {
        return (asked, Confidence::High);
    }
    let (mut english, mut spanish) = (0, 0);
    for word in &words.words {
        match weight(&word.plain) {
            w if w > 0 => spanish += w,
            w => english -= w,
        }
    }
    // Spanish sentences carry English product names, hardly ever the reverse; still the larger sum wins.
    let margin = i32::abs(spanish - english);
    let confidence = match margin {
        0..=1 => Confidence::Low,
        2..=4 => Confidence::Medium,
        _ => Confidence::High,
    };
    let language = if spanish > english { Language::Spanish } else { Language::English };
    (language, confidence)
}

fn requested(words: &Words) -> Option<Language> {
    let count = words.words.len();
    let asks = [
        "please", "por", "in", "en", "speak", "speaks", "habla", "hablas", "hablar", "hablo", "hablan", "favor",
        "prefer", "prefiero", "use", "switch", "to",
    ];
    (0..count).rev().find_map(|at| {
        let language = match words.at(at) {
            "espanol" | "spanish" => Language::Spanish,
            "english" | "ingles" => Language::English,
            _ => return None,
        };
        // Only the words of the same turn belong to the request.
        let turn = words.words.get(at).map(|word| word.turn);
        let near = |at: Option<usize>| {
            at.filter(|at| words.words.get(*at).map(|word| word.turn) == turn).map_or("", |at| words.at(at))
        };
        let (before, after) = (near(at.checked_sub(1)), near(Some(at + 1)));
        let asked = (before.is_empty() && after.is_empty()) || asks.contains(&before) || asks.contains(&after);
        let refused = matches!(near(at.checked_sub(2)), "no" | "not" | "dont");
        (asked && !refused).then_some(language)
    })
}

fn weight(word: &str) -> i32 {
    if let Some(weight) = WEIGHTS.get(word) {
        return *weight;
    }
    // What a word that nobody listed ends or begins with.
    let ends = |list: &[&str]| list.iter().any(|end| word.len() > end.len() + 2 && word.ends_with(end));
    if ends(&[
        "cion", "ciones", "mente", "ando", "iendo", "amos", "aron", "ieron", "idad", "aba", "ado", "ido", "ado", "oso",
        "illo", "rme", "ito", "ita", "anza", "encia", "aje", "emos", "imos", "aste", "iste", "erte", "arte", "irte",
        "arse", "irse", "arlo", "arla", "erlo", "irlo", "arnos", "ientes", "iones", "eria", "arme", "illa",
    ]) {
        2
    } else if ends(&[
        "ing", "tion", "tions", "ness", "ment", "ght", "ough", "ould", "ly", "ck", "sh", "ful", "ed", "ies", "th",
        "ity", "able", "ers",
    ]) || word.contains("wh")
        || word.contains("th")
        || word.contains('w')
        || word.contains("oo")
        || word.contains("ee")
    {
        -2
    } else if ends(&["a", "o", "ar", "er", "ir", "os", "as"]) && !ends(&["er", "as"]) {
        1
    } else if word.len() > 2 && word.bytes().last().is_some_and(|b| b"bcfghkmpqtvxy".contains(&b)) {
        -1
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(said: &str, language: Language) {
        assert_eq!(detect_language(said).0, language, "{said}");
    }

    #[test]
    fn loan_words_do_not_change_the_language() {
        check("no me abre el outlook", Language::Spanish);
        check("i live in san jose and the vpn is down", Language::English);
    }

    #[test]
    fn an_explicit_request_wins() {
        assert_eq!(detect_language("hello hello español por favor"), (Language::Spanish, Confidence::High));
        assert_eq!(detect_language("hola english please"), (Language::English, Confidence::High));
        check("my spanish keyboard layout is gone", Language::English);
    }

    #[test]
    fn a_request_is_a_turn_of_its_own() {
        let said = |turns: &[&str]| of_words(&Words::new(turns)).0;
        assert_eq!(said(&["mi impresora no funciona", "english please"]), Language::English);
        assert_eq!(said(&["hello my printer is jammed", "español"]), Language::Spanish);
    }

    #[test]
    fn undecided_is_english_and_says_so() {
        assert_eq!(detect_language("no"), (Language::English, Confidence::Low));
        assert_eq!(detect_language(""), (Language::English, Confidence::Low));
    }
}
