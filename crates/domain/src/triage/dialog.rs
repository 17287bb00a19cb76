//! A conversation as it is read back: who said what, and where in it something was found.

use super::normalise::Words;
use crate::private::Private;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;

/// Who is heard in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaker {
    /// The person who called.
    Caller,
    /// Our assistant, or an agent of the service desk.
    Assistant,
    /// The technician on call.
    Technician,
}

impl Speaker {
    /// The name that people read, within a sentence: "the caller".
    pub fn title(self) -> &'static str {
        match self {
            Self::Caller => "the caller",
            Self::Assistant => "the service desk",
            Self::Technician => "the technician",
        }
    }
}

/// One turn of a conversation. `Debug` shows the words' length only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Turn<'a> {
    /// Who speaks.
    pub who: Speaker,
    /// What was said, as recognised or typed.
    pub words: &'a str,
}

impl<'a> Turn<'a> {
    /// What the caller said.
    pub fn caller(words: &'a str) -> Self {
        Self { who: Speaker::Caller, words }
    }

    /// What the assistant said.
    pub fn assistant(words: &'a str) -> Self {
        Self { who: Speaker::Assistant, words }
    }

    /// What the technician said.
    pub fn technician(words: &'a str) -> Self {
        Self { who: Speaker::Technician, words }
    }
}

impl fmt::Debug for Turn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Turn({:?}, {} chars)", self.who, self.words.chars().count())
    }
}

/// Where something was said, and in which words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Index of the turn among all turns that were given.
    pub turn: usize,
    /// The place within that turn's words, in bytes.
    pub span: Range<usize>,
    /// The words there, exactly as they were given.
    pub words: Private,
}

/// Some turns as folded words, each of which can be traced back to its turn.
pub(super) struct Speech<'a> {
    pub(super) words: Words,
    /// The turns, with their index among all turns and the offset of their first byte in the words' source.
    turns: Vec<(usize, usize, Turn<'a>)>,
}

impl<'a> Speech<'a> {
    /// What the caller says; words that a recogniser mangled by a letter are read as what was meant.
    pub(super) fn of_caller(turns: &[Turn<'a>]) -> Self {
        Self::read(turns, |who| who == Speaker::Caller, Words::heard)
    }

    /// What everybody says.
    pub(super) fn of_all(turns: &[Turn<'a>]) -> Self {
        Self::read(turns, |_| true, Words::new)
    }

    fn read(turns: &[Turn<'a>], heard: fn(Speaker) -> bool, words: fn(&[&str]) -> Words) -> Self {
        let mut base = 0;
        let mut kept = Vec::with_capacity(turns.len());
        for (index, turn) in turns.iter().enumerate().filter(|(_, turn)| heard(turn.who)) {
            kept.push((index, base, *turn));
            base += turn.words.len() + 1;
        }
        let texts: Vec<&str> = kept.iter().map(|(_, _, turn)| turn.words).collect();
        Self { words: words(&texts), turns: kept }
    }

    /// The index among all turns of a turn among those kept.
    pub(super) fn index(&self, turn: usize) -> usize {
        self.turns.get(turn).map_or(turn, |(index, ..)| *index)
    }

    /// The turns, each with its index among all turns.
    pub(super) fn said(&self) -> impl Iterator<Item = (usize, &'a str)> {
        self.turns.iter().map(|(index, _, turn)| (*index, turn.words))
    }

    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.words.words.len()
    }

    /// How many turns there are.
    pub(super) fn turns(&self) -> usize {
        self.turns.len()
    }

    /// The turn of a word, counted among those kept; the number of turns past the end.
    pub(super) fn turn(&self, word: usize) -> usize {
        self.words.words.get(word).map_or(self.turns.len(), |word| word.turn)
    }

    /// Who says a word.
    pub(super) fn speaker(&self, word: usize) -> Option<Speaker> {
        self.turns.get(self.turn(word)).map(|(_, _, turn)| turn.who)
    }

    /// The first word of the turn of a word.
    pub(super) fn turn_start(&self, word: usize) -> usize {
        let turn = self.turn(word);
        self.words.words.partition_point(|word| word.turn < turn)
    }

    /// One past the last word of the turn of a word.
    pub(super) fn turn_end(&self, word: usize) -> usize {
        let turn = self.turn(word);
        self.words.words.partition_point(|word| word.turn <= turn)
    }

    /// What stands between a word and the one before it in the same turn: blanks and punctuation.
    pub(super) fn before(&self, word: usize) -> &'a str {
        let words = &self.words.words;
        let (Some(here), Some(last)) = (words.get(word), word.checked_sub(1).and_then(|last| words.get(last))) else {
            return "";
        };
        match self.turns.get(here.turn) {
            Some((_, base, turn)) if here.turn == last.turn => {
                turn.words.get(last.source.end - base..here.source.start.max(last.source.end) - base).unwrap_or("")
            }
            _ => "",
        }
    }

    /// The place of some words of one turn.
    pub(super) fn evidence(&self, range: Range<usize>) -> Option<Evidence> {
        let first = self.words.words.get(range.start)?;
        let last = self.words.words.get(range.end.checked_sub(1)?)?;
        let (index, base, turn) = self.turns.get(first.turn)?;
        let span = first.source.start.checked_sub(*base)?..last.source.end.checked_sub(*base)?;
        Some(Evidence { turn: *index, words: turn.words.get(span.clone())?.into(), span })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_traced_to_its_own_turn() {
        let turns = [Turn::caller("Hello."), Turn::assistant("Yes?"), Turn::caller("¡Está CAÍDO el V P N!")];
        let speech = Speech::of_caller(&turns);
        let found = speech.evidence(2..5).unwrap();
        assert_eq!((found.turn, found.words.reveal()), (2, "CAÍDO el V P N"));
        assert_eq!(&turns[2].words[found.span], "CAÍDO el V P N");
        assert_eq!(speech.evidence(9..10), None);
        assert_eq!((speech.before(1), speech.before(2), speech.turn_start(3), speech.turn_end(1)), ("", " ", 1, 5));
    }

    #[test]
    fn debug_shows_no_words() {
        assert_eq!(format!("{:?}", Turn::caller("my secret")), "Turn(Caller, 9 chars)");
    }
}
