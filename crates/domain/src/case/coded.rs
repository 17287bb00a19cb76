//! What a technician says of a case by a text: its code or the number of its ticket, and what follows.

use crate::ids::{AckCode, TicketNumber};
use crate::limits::{ARRIVAL_MINUTES_MAX, OUTAGE_HOURS, OUTAGE_HOURS_MAX};
use std::fmt;

/// A text that begins with the name of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodedText {
    /// Which case.
    pub of: CaseName,
    /// What is said of the case.
    pub says: CodedWish,
}

/// By what a text names a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseName {
    /// The code of its pages, good while it pages and a day longer.
    Code(AckCode),
    /// The number of its ticket, good for ever.
    Ticket(TicketNumber),
}

impl fmt::Display for CaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => code.fmt(f),
            Self::Ticket(number) => number.fmt(f),
        }
    }
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
    /// It is a known outage: the next callers with the like problem shall join it.
    Outage {
        /// For how long.
        minutes: u32,
    },
    /// No caller shall join it any more.
    OutageOver,
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
/// Words that say that an outage has ended.
const OVER: [&str; 5] = ["over", "ended", "end", "fixed", "resolved"];
const MINUTES: [&str; 6] = ["m", "min", "mins", "minute", "minutes", "minutos"];
const HOURS: [&str; 5] = ["h", "hr", "hour", "hours", "hora"];

impl CodedText {
    /// Reads a text; none if it begins neither with four digits that stand alone nor with eight, in one or two groups.
    pub fn read(text: &str) -> Option<CodedText> {
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let (of, rest) = named(&words)?;
        Some(CodedText { of, says: says(rest) })
    }
}

fn named<'a, 'b>(words: &'a [&'b str]) -> Option<(CaseName, &'a [&'b str])> {
    let (first, rest) = words.split_first()?;
    if let Ok(ticket) = first.parse() {
        return Some((CaseName::Ticket(ticket), rest));
    }
    let code: AckCode = first.parse().ok()?;
    // "9575 2040", as it is written in texts; no number of minutes has four digits.
    match rest.split_first() {
        Some((second, rest)) if second.parse::<AckCode>().is_ok() => {
            let ticket = format!("{first}{second}").parse().ok()?;
            Some((CaseName::Ticket(ticket), rest))
        }
        _ => Some((CaseName::Code(code), rest)),
    }
}

fn says(words: &[&str]) -> CodedWish {
    match words {
        [word] if REACHED.contains(word) => return CodedWish::Reached,
        ["pass", "on"] => return CodedWish::PassOn,
        [word] if PASS_ON.contains(word) => return CodedWish::PassOn,
        ["outage", word] | [word, "outage"] if OVER.contains(word) => return CodedWish::OutageOver,
        ["known", "outage", rest @ ..] | ["outage", rest @ ..] => return outage(rest),
        _ => {}
    }
    match minutes(words) {
        Ok(minutes) => CodedWish::Accept { minutes: minutes.map(|minutes| minutes.min(ARRIVAL_MINUTES_MAX)) },
        Err(Ambiguous) => CodedWish::Unclear,
    }
}

/// How long an outage lasts; a bare number could be hours as well as minutes.
fn outage(words: &[&str]) -> CodedWish {
    let bare = words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    match minutes(words) {
        Ok(None) => CodedWish::Outage { minutes: OUTAGE_HOURS * 60 },
        Ok(Some(minutes)) if !bare && minutes > 0 => CodedWish::Outage { minutes: minutes.min(OUTAGE_HOURS_MAX * 60) },
        _ => CodedWish::Unclear,
    }
}

/// Two numbers, or a word that may turn all of it round.
struct Ambiguous;

/// The minutes that are told among words that add nothing.
fn minutes(words: &[&str]) -> Result<Option<u32>, Ambiguous> {
    let mut minutes = None;
    for word in words.iter().filter(|word| !FILLING.contains(word) && !MINUTES.contains(word)) {
        minutes = match (number(word), minutes) {
            (Some(number), None) => Some(number),
            (None, Some(hours)) if HOURS.contains(word) => Some(hours * 60),
            _ => return Err(Ambiguous),
        };
    }
    Ok(minutes)
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
        let of = CaseName::Code("4821".parse().unwrap());
        assert_eq!(CodedText::read(text), Some(CodedText { of, says }), "{text}");
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
    fn the_number_of_the_ticket_names_the_case_in_one_group_or_two() {
        let of = CaseName::Ticket("95752040".parse().unwrap());
        for (text, says) in [
            ("95752040 done", CodedWish::Reached),
            ("9575 2040 done", CodedWish::Reached),
            ("9575-2040: called.", CodedWish::Reached),
            ("95752040", CodedWish::Accept { minutes: None }),
            ("9575 2040 20", CodedWish::Accept { minutes: Some(20) }),
        ] {
            assert_eq!(CodedText::read(text), Some(CodedText { of: of.clone(), says }), "{text}");
        }
    }

    #[test]
    fn an_outage_is_declared_for_hours_or_minutes_and_ended() {
        check("4821 outage", CodedWish::Outage { minutes: OUTAGE_HOURS * 60 });
        check("4821 Known outage", CodedWish::Outage { minutes: OUTAGE_HOURS * 60 });
        check("4821 outage 3 hours", CodedWish::Outage { minutes: 180 });
        check("4821 outage, about 2h", CodedWish::Outage { minutes: 120 });
        check("4821 outage 90 min", CodedWish::Outage { minutes: 90 });
        check("4821 outage 99h", CodedWish::Outage { minutes: OUTAGE_HOURS_MAX * 60 });
        check("4821 outage over", CodedWish::OutageOver);
        check("4821 end outage", CodedWish::OutageOver);
        for text in ["4821 no outage", "4821 outage?? or not", "4821 outage 3", "4821 outage 0h", "4821 not an outage"]
        {
            check(text, CodedWish::Unclear);
        }
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
        for ours in REACHED.iter().chain(&PASS_ON).chain(&["accept", "outage"]) {
            assert!(!is_carriers_word(ours), "{ours}");
        }
        for theirs in theirs {
            for written in [theirs.to_owned(), theirs.to_lowercase(), format!(" {theirs}. ")] {
                assert_eq!(CodedText::read(&written), None, "{written}");
            }
            // Even behind a code, none passes a case on or ends it.
            let coded = CodedText::read(&format!("4821 {theirs}")).unwrap().says;
            assert!(matches!(coded, CodedWish::Accept { .. } | CodedWish::Unclear), "{theirs}");
        }
    }

    #[test]
    fn other_texts_have_no_code() {
        for text in
            ["", "hello", "20", "48210", "482100", "957520401", "4821a", "call 4821", "STOP", "+13125550142", "ok 4821"]
        {
            assert_eq!(CodedText::read(text), None, "{text}");
        }
    }
}
