//! What a technician answers to a page by a text: the case's code, and what follows it.

use crate::ids::AckCode;
use crate::limits::ARRIVAL_MINUTES_MAX;

/// A text that begins with a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodedText {
    /// The code.
    pub code: AckCode,
    /// What is said of the case.
    pub says: CodedWish,
}

/// What a text says of its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodedWish {
    /// It is accepted, with the minutes until the caller is rung if they are told.
    Accept {
        /// The minutes.
        minutes: Option<u32>,
    },
    /// The caller was reached.
    Reached,
    /// Somebody else shall take it.
    PassOn,
    /// Nothing that can be told for certain; so nothing is done.
    Unclear,
}

/// Words that say that the caller was reached.
const REACHED: [&str; 4] = ["done", "reached", "talked", "called"];
/// Words that pass the case on.
const PASS_ON: [&str; 3] = ["pass", "next", "no"];
/// Words that add nothing to an acceptance.
const FILLING: [&str; 20] = [
    "in", "i", "have", "got", "it", "on", "my", "way", "ok", "okay", "yes", "accept", "accepted", "mine", "about",
    "eta", "will", "ring", "call", "si",
];
const MINUTES: [&str; 6] = ["m", "min", "mins", "minute", "minutes", "minutos"];
const HOURS: [&str; 5] = ["h", "hr", "hour", "hours", "hora"];

impl CodedText {
    /// Reads a text; none if it does not begin with four digits that stand alone.
    pub fn read(text: &str) -> Option<CodedText> {
        let lower = text.to_lowercase();
        let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let code: AckCode = words.next()?.parse().ok()?;
        let rest: Vec<&str> = words.collect();
        Some(CodedText { code, says: says(&rest) })
    }
}

fn says(words: &[&str]) -> CodedWish {
    match words {
        [word] if REACHED.contains(word) => return CodedWish::Reached,
        ["pass", "on"] => return CodedWish::PassOn,
        [word] if PASS_ON.contains(word) => return CodedWish::PassOn,
        _ => {}
    }
    let mut minutes = None;
    for word in words.iter().filter(|word| !FILLING.contains(word) && !MINUTES.contains(word)) {
        minutes = match (number(word), minutes) {
            (Some(number), None) => Some(number),
            (None, Some(hours)) if HOURS.contains(word) => Some(hours * 60),
            // A second number, or a word that may turn all of it round.
            _ => return CodedWish::Unclear,
        };
    }
    CodedWish::Accept { minutes: minutes.map(|minutes| minutes.min(ARRIVAL_MINUTES_MAX)) }
}

/// A number of minutes: "20", "20min", "2h".
fn number(word: &str) -> Option<u32> {
    let digits = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let (number, unit) = word.split_at(digits);
    let number: u32 = number.parse().ok().filter(|number| *number <= 999)?;
    match unit {
        "" => Some(number),
        unit if MINUTES.contains(&unit) => Some(number),
        unit if HOURS.contains(&unit) => Some(number * 60),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

    use super::*;

    #[track_caller]
    fn check(text: &str, says: CodedWish) {
        assert_eq!(CodedText::read(text), Some(CodedText { code: "4821".parse().unwrap(), says }), "{text}");
    }

    #[test]
    fn a_code_alone_accepts_and_minutes_may_follow() {
        for text in ["4821", " 4821 ", "4821.", "4821 ok", "4821 I have it", "4821 on my way"] {
            check(text, CodedWish::Accept { minutes: None });
        }
        for text in ["4821 20", "4821 in 20 min", "4821, 20 minutes", "4821 20min", "4821\nETA about 20 m"] {
            check(text, CodedWish::Accept { minutes: Some(20) });
        }
        check("4821 2 hours", CodedWish::Accept { minutes: Some(120) });
        check("4821 1h", CodedWish::Accept { minutes: Some(60) });
        check("4821 999", CodedWish::Accept { minutes: Some(ARRIVAL_MINUTES_MAX) });
    }

    #[test]
    fn the_caller_was_reached_or_somebody_else_shall_take_it() {
        check("4821 done", CodedWish::Reached);
        check("4821 Pass", CodedWish::PassOn);
        check("4821 no", CodedWish::PassOn);
    }

    #[test]
    fn what_may_mean_the_opposite_accepts_nothing() {
        for text in ["4821 i cannot take this", "4821 not mine", "4821 who is it?", "4821 20 30", "4821 99999"] {
            check(text, CodedWish::Unclear);
        }
    }

    #[test]
    fn none_of_our_words_is_one_of_the_carriers() {
        use crate::consent::{HELP_WORDS, OPT_IN_WORDS, OPT_OUT_WORDS, is_carriers_word};
        let theirs: Vec<&str> = OPT_OUT_WORDS.iter().chain(&OPT_IN_WORDS).chain(&HELP_WORDS).copied().collect();
        assert_eq!(theirs.len(), 13);
        for ours in REACHED.iter().chain(&PASS_ON).chain(&["accept"]) {
            assert!(!is_carriers_word(ours), "{ours}");
        }
        for theirs in theirs {
            for written in [theirs.to_owned(), theirs.to_lowercase(), format!(" {theirs}. ")] {
                assert_eq!(CodedText::read(&written), None, "{written}");
            }
            // Even behind a code, none passes a case on or ends it.
            let coded = CodedText::read(&format!("4821 {theirs}")).unwrap().says;
            assert!(!matches!(coded, CodedWish::Reached | CodedWish::PassOn), "{theirs}");
        }
    }

    #[test]
    fn other_texts_have_no_code() {
        for text in ["", "hello", "20", "48210", "4821a", "call 4821", "STOP", "+13125550142", "ok 4821"] {
            assert_eq!(CodedText::read(text), None, "{text}");
        }
    }
}
