//! Which of the 22 kinds of problem it is: the most specific cause that was named wins.

use super::Reason;
use super::matching::{Fired, Found};
use super::normalise::Words;
use super::rules::Outcome;
use crate::vocabulary::{Category, Confidence};
use std::collections::BTreeMap;

/// What kind of problem some words tell of, with the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classification {
    /// The kind; none is "Unclassified".
    pub category: Option<Category>,
    /// A second kind that the words speak for as well.
    pub secondary: Option<Category>,
    /// What the first is worth.
    pub confidence: Confidence,
    /// The rules that spoke for the two, strongest first.
    pub reasons: Vec<Reason>,
}

/// The kind of problem that a caller's words tell of.
pub fn classify(text: &str) -> Classification {
    let words = Words::heard(&[text]);
    of_fired(&words, &Found::new(&words).fired(&words))
}

/// From how specific a rule on the cause is surer than a mere mention.
const NAMES_A_CAUSE: u32 = 5;

/// The most specific rule in twelfths of its weight, how much spoke for it in all, and what did.
type Score<'a> = (u32, u32, Vec<(u32, &'a Fired)>);

pub(super) fn of_fired(words: &Words, fired: &[Fired]) -> Classification {
    let mut scores: BTreeMap<Category, Score<'_>> = BTreeMap::new();
    for fired in fired {
        for outcome in &fired.rule.outcomes {
            if let Outcome::Category(category, weight) = outcome {
                // What was denied, supposed or is over still names the subject, where nothing clearer does.
                let score = if fired.meant { weight * 12 } else { weight * 5 };
                let entry = scores.entry(*category).or_default();
                entry.0 = entry.0.max(score);
                entry.1 += score;
                entry.2.push((score, fired));
            }
        }
    }
    let mut ranked: Vec<_> = scores.into_iter().collect();
    ranked.sort_by_key(|(category, (best, sum, _))| (std::cmp::Reverse((*best, *sum)), *category));
    let best = ranked.first().map_or(0, |(_, (best, ..))| *best);
    let next = ranked.get(1).map_or(0, |(_, (best, ..))| *best);
    let confidence = match best {
        best if best >= NAMES_A_CAUSE * 12 && best >= next + 24 => Confidence::High,
        best if best >= NAMES_A_CAUSE * 12 => Confidence::Medium,
        _ => Confidence::Low,
    };
    let secondary = ranked.get(1).filter(|(_, (best, ..))| *best >= NAMES_A_CAUSE * 12).map(|(category, _)| *category);
    let mut reasons = Vec::new();
    for (category, (_, _, evidence)) in ranked.iter_mut().take(2) {
        evidence.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        let counts = reasons.is_empty() || Some(*category) == secondary;
        let told = evidence.iter().take(1).filter(|_| counts);
        reasons.extend(told.map(|(_, fired)| words.reason(&fired.rule.name, fired.words.clone())));
    }
    Classification { category: ranked.first().map(|(category, _)| *category), secondary, confidence, reasons }
}
