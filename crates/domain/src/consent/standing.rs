//! What holds for a number, and how it changes.

use super::words::Wish;
use crate::phone::PhoneNumber;
use crate::private::Private;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The kind of entry that says whether a number may be texted; its id is [`number_id`].
pub const CONSENT_KIND: &str = "consent";
/// The kind of entry that says that a technician's number takes no texts; its id is the technician's.
pub const STOP_KIND: &str = "technician-stop";
/// How many of the texts that were taken are remembered, so that one that comes twice counts once.
pub const HEARD_MAX: usize = 8;
/// Longest words that are kept, in characters.
pub const WORDS_CHARS_MAX: usize = 320;

/// The id of a number's entry: its digits.
pub fn number_id(number: &PhoneNumber) -> String {
    number.as_str().trim_start_matches('+').to_owned()
}

/// What a number's owner has said last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// No more texts.
    OptedOut,
    /// Texts are welcome.
    OptedIn,
}

impl From<Wish> for Standing {
    fn from(wish: Wish) -> Self {
        match wish {
            Wish::OptOut => Standing::OptedOut,
            Wish::OptIn => Standing::OptedIn,
        }
    }
}

/// From where we know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A text from that number.
    Text,
    /// Words that were said on a call from that number.
    Call,
    /// The carrier refused a text: its own list says that the number has opted out.
    Carrier,
    /// The tenant's office, by command.
    Office,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Source::Text => "text",
            Source::Call => "call",
            Source::Carrier => "carrier",
            Source::Office => "office",
        })
    }
}

/// Something was said about texts to a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Its name: the carrier's id of the text, or another that a repetition has, too.
    pub id: String,
    /// What was said.
    pub standing: Standing,
    /// When.
    pub at: DateTime<Utc>,
    /// From where we know.
    pub source: Source,
    /// The words, as they came; at most [`WORDS_CHARS_MAX`] of them are kept.
    pub words: Private,
}

impl Statement {
    /// A statement, its words cut to their limit.
    pub fn new(id: impl Into<String>, standing: Standing, at: DateTime<Utc>, source: Source, words: &str) -> Self {
        let words: String = words.chars().take(WORDS_CHARS_MAX).collect();
        Self { id: id.into(), standing, at, source, words: words.into() }
    }
}

/// What holds for a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The number.
    pub number: PhoneNumber,
    /// What holds.
    pub standing: Standing,
    /// Since when.
    pub since: DateTime<Utc>,
    /// From where we know.
    pub source: Source,
    /// The words that made it so.
    pub words: Private,
    /// The newest statements that were taken, by their ids.
    pub heard: Vec<String>,
}

impl Consent {
    /// What holds after a statement; none if it was taken before: a text that comes late a second time must not
    /// undo what was said since.
    pub fn after(before: Option<&Consent>, number: &PhoneNumber, said: &Statement) -> Option<Consent> {
        let mut heard = before.map(|before| before.heard.clone()).unwrap_or_default();
        if heard.contains(&said.id) {
            return None;
        }
        heard.push(said.id.clone());
        let surplus = heard.len().saturating_sub(HEARD_MAX);
        heard.drain(..surplus);
        match before.filter(|before| before.standing == said.standing) {
            Some(before) => Some(Consent { heard, ..before.clone() }),
            None => Some(Consent {
                number: number.clone(),
                standing: said.standing,
                since: said.at,
                source: said.source.clone(),
                words: said.words.clone(),
                heard,
            }),
        }
    }
}

/// Why a text to a caller was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withheld {
    /// The number has opted out.
    OptedOut,
    /// Nothing is known of the number, and the caller did not agree on this call.
    NotAgreed,
    /// Whether the number has opted out could not be read.
    Unreadable,
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Withheld::OptedOut => "the number has opted out of texts",
            Withheld::NotAgreed => "nobody has agreed to texts to this number",
            Withheld::Unreadable => "whether the number has opted out could not be read",
        })
    }
}

impl Withheld {
    /// Why a text may not be sent; none if it may. With no record at all, only what was agreed to on this call.
    pub fn from(standing: Option<Standing>, agreed: bool) -> Option<Withheld> {
        match standing {
            Some(Standing::OptedOut) => Some(Withheld::OptedOut),
            Some(Standing::OptedIn) => None,
            None => (!agreed).then_some(Withheld::NotAgreed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn number() -> PhoneNumber {
        PhoneNumber::parse("+13125550142").unwrap()
    }

    fn said(id: &str, standing: Standing, minute: u32) -> Statement {
        let at = Utc.with_ymd_and_hms(2026, 3, 3, 9, minute, 0).unwrap();
        Statement::new(id, standing, at, Source::Text, "STOP")
    }

    fn after(statements: &[Statement]) -> Option<Consent> {
        statements.iter().fold(None, |before, said| Consent::after(before.as_ref(), &number(), said).or(before))
    }

    #[test]
    fn the_last_word_counts() {
        use Standing::{OptedIn, OptedOut};
        let stop = after(&[said("SM1", OptedOut, 1)]).unwrap();
        assert_eq!((stop.standing, stop.since), (OptedOut, said("SM1", OptedOut, 1).at));
        let start = after(&[said("SM1", OptedOut, 1), said("SM2", OptedIn, 2)]).unwrap();
        assert_eq!((start.standing, start.since), (OptedIn, said("SM2", OptedIn, 2).at));
    }

    #[test]
    fn a_repeated_word_keeps_since_when_it_holds() {
        let twice = after(&[said("SM1", Standing::OptedOut, 1), said("SM2", Standing::OptedOut, 2)]).unwrap();
        assert_eq!(twice.since, said("SM1", Standing::OptedOut, 1).at);
    }

    #[test]
    fn a_text_that_comes_late_a_second_time_undoes_nothing() {
        use Standing::{OptedIn, OptedOut};
        let start = said("SM1", OptedIn, 1);
        let stopped = after(&[start.clone(), said("SM2", OptedOut, 2)]).unwrap();
        assert_eq!(Consent::after(Some(&stopped), &number(), &start), None);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let many: Vec<_> = (0..50).map(|n| said(&format!("SM{n}"), Standing::OptedOut, n)).collect();
        assert_eq!(after(&many).unwrap().heard.len(), HEARD_MAX);
        let long = Statement::new("SM1", Standing::OptedOut, many[0].at, Source::Text, &"x".repeat(5_000));
        assert_eq!(long.words.reveal().len(), WORDS_CHARS_MAX);
    }

    #[test]
    fn a_text_needs_a_yes_and_yields_to_a_no() {
        assert_eq!(Withheld::from(Some(Standing::OptedOut), true), Some(Withheld::OptedOut));
        assert_eq!(Withheld::from(Some(Standing::OptedIn), false), None);
        assert_eq!(Withheld::from(None, true), None);
        assert_eq!(Withheld::from(None, false), Some(Withheld::NotAgreed));
    }
}
