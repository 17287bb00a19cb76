//! Some words, read once: what was found in them, what the rules make of it and what it weighs.

use super::category::{self, Classification};
use super::matching::{Fired, Found};
use super::normalise::Words;
use super::weights::{Opinion, Scores};

/// Everything that decisions rest on.
pub(super) struct Reading<'w> {
    pub(super) words: &'w Words,
    pub(super) found: Found,
    pub(super) fired: Vec<Fired>,
    pub(super) opinion: Opinion,
    pub(super) scores: Scores<'static>,
    /// The kind of problem that all evidence speaks for.
    pub(super) kind: Classification,
}

impl<'w> Reading<'w> {
    /// Reads some words.
    pub(super) fn of(words: &'w Words) -> Self {
        let found = Found::new(words);
        let fired = found.fired(words);
        let opinion = Opinion::new(words, &fired);
        let scores = found.scores(words, &fired, &opinion);
        let kind = category::decided(words, opinion.kind.clone(), &scores);
        Self { words, found, fired, opinion, scores, kind }
    }
}
