//! Which of the 22 kinds of problem it is: the rules have an opinion, in which the most specific cause that was
//! named wins, and all evidence together decides.

use super::Reason;
use super::matching::Fired;
use super::normalise::Words;
use super::reading::Reading;
use super::rules::Outcome;
use super::weights::Scores;
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
    /// What spoke for them: the rules, strongest first, or the words that weigh most.
    pub reasons: Vec<Reason>,
}

/// The kind of problem that a caller's words tell of.
pub fn classify(text: &str) -> Classification {
    Reading::of(&Words::heard(&[text])).kind
}

/// From this lead on, in logits times a hundred, the first is right at least 95 times in 100.
const HIGH_LEAD: i64 = 260;
/// From this lead on it is right four times in five.
const MEDIUM_LEAD: i64 = 60;
/// So far must a category that no rule names be ahead of none.
const UNNAMED_LEAD_MIN: i64 = 50;
/// A second problem is told where the rules see it and it is at most so far behind.
const SECONDARY_LEAD_MAX: i64 = 300;

/// What all evidence says, the rules' opinion being a part of it.
pub(super) fn decided(words: &Words, opinion: Classification, scores: &Scores<'_>) -> Classification {
    let mut ranked = scores.ranked();
    // What no rule names has to be plain from the words.
    if opinion.category.is_none()
        && let Some(none) = ranked.iter().position(|(category, _)| category.is_none())
        && ranked[0].1 - ranked[none].1 < UNNAMED_LEAD_MIN
    {
        let none = ranked.remove(none);
        ranked.insert(0, none);
    }
    let score = |at: usize| ranked.get(at).map_or(i64::MIN, |(_, score)| *score);
    let Some(category) = ranked.first().and_then(|(category, _)| *category) else {
        return Classification { category: None, secondary: None, confidence: Confidence::Low, reasons: Vec::new() };
    };
    let confidence = match score(0).saturating_sub(score(1)) {
        lead if lead >= HIGH_LEAD => Confidence::High,
        lead if lead >= MEDIUM_LEAD => Confidence::Medium,
        _ => Confidence::Low,
    };
    let told = [opinion.category, opinion.secondary];
    let second = ranked.iter().skip(1).find(|(other, _)| other.is_some());
    let second = second.filter(|(other, behind)| told.contains(other) && score(0) - behind <= SECONDARY_LEAD_MAX);
    let secondary = second.and_then(|(category, _)| *category);
    let mut reasons = opinion.reasons;
    if opinion.category != Some(category)
        && let Some(place) = scores.loudest_for(category)
    {
        let rule = format!("weighed/{}", category.label().to_lowercase().replace(' ', "-"));
        reasons.insert(0, words.reason(&rule, place.clone()));
    }
    Classification { category: Some(category), secondary, confidence, reasons }
}

/// From how specific a rule on the cause is surer than a mere mention.
const NAMES_A_CAUSE: u32 = 5;

/// The most specific rule in twelfths of its weight, how much spoke for it in all, and what did.
type Score<'a> = (u32, u32, Vec<(u32, &'a Fired)>);

/// The rules' opinion.
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
