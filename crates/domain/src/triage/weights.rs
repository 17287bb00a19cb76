//! What the evidence weighs: for each category and each step of urgency, how much a word, a pair of words, a
//! concept or a rule speaks for it or against it.
//!
//! The numbers are learned from the labelled speech of the corpus by `cargo xtask learn`, and stored in
//! `rules/weights.txt`, in logits times a hundred. They are whole numbers, so that every machine adds them up alike.

use super::category::{self, Classification};
use super::matching::{Fired, Found};
use super::normalise::Words;
use super::priority::{self, Urgency};
use super::rules::{Book, lines};
use super::word_map::WordMap;
use crate::vocabulary::{Category, Priority, category_label};
use std::collections::BTreeMap;
use std::ops::Range;

/// The categories in their order, then none of them.
pub(super) const CATEGORIES: usize = Category::ALL.len() + 1;
/// At least Medium, at least High, Critical.
const STEPS: usize = 3;
const LABELS: usize = CATEGORIES + STEPS;
/// A word begins with so many letters of a longer one: "encrypted", "encrypting".
const START_LETTERS: usize = 5;
/// So few words have to be known to a rule, or they tell nothing.
const SILENT_WORDS_MAX: usize = 3;
/// Of the words of a long story each counts less: the square root of this, over as many words and a few.
const WORDS_IN_FULL: u64 = 16;
const WORDS_ALWAYS: u64 = 4;

/// Place of one piece of evidence in the table.
pub(super) type WeightId = usize;

/// The table, and where each piece of evidence stands in it.
#[derive(Debug, Default)]
pub(super) struct Weights {
    /// What each piece of evidence is worth for which labels, one after the other.
    worth: Vec<(u8, i16)>,
    /// For each piece of evidence, where its worth ends.
    ends: Vec<usize>,
    bias: Vec<(u8, i16)>,
    phrases: Vec<(String, WeightId)>,
    starts: Vec<(String, WeightId)>,
    /// Names as they stand in the file, `meant server`.
    names: WordMap<WeightId>,
}

/// Lines that could not be read, beside what could.
pub(super) fn read(file: &str) -> (Weights, Vec<String>) {
    let mut weights = Weights::default();
    let mut names: BTreeMap<String, WeightId> = BTreeMap::new();
    let mut problems = Vec::new();
    for line in lines(file) {
        let Some((name, list)) = line.split_once('|') else {
            problems.push(format!("no weights in {line:?}"));
            continue;
        };
        let read: Option<Vec<(u8, i16)>> = list.split(',').map(weight).collect();
        match (name.trim(), read) {
            (_, None) => problems.push(format!("unknown weight in {line:?}")),
            ("bias", Some(worth)) => weights.bias = worth,
            (name, Some(worth)) => {
                if names.insert(name.to_owned(), weights.ends.len()).is_some() {
                    problems.push(format!("twice: {name:?}"));
                }
                weights.worth.extend(worth);
                weights.ends.push(weights.worth.len());
            }
        }
    }
    for (name, id) in &names {
        match name.split_once(' ') {
            Some(("word", word)) => weights.phrases.push((word.to_owned(), *id)),
            Some(("pair", pair)) => weights.phrases.push((pair.replace('_', " "), *id)),
            Some(("start", start)) => weights.starts.push((start.to_owned(), *id)),
            _ => {}
        }
    }
    weights.names = names.into_iter().collect();
    (weights, problems)
}

/// `Server 120`, `none -30`, `>=High 55`.
fn weight(text: &str) -> Option<(u8, i16)> {
    let (label, worth) = text.trim().rsplit_once(' ')?;
    let index = LABEL_NAMES.iter().position(|known| *known == label)?;
    Some((u8::try_from(index).ok()?, worth.parse().ok()?))
}

/// What weights are learned for: the categories in the order of [`Category::ALL`], none of them, and the steps of
/// urgency.
pub const LABEL_NAMES: [&str; LABELS] = [
    "Server",
    "UPS",
    "Workstation",
    "Crash",
    "Patch",
    "License",
    "VPN",
    "Connectivity",
    "DNS",
    "Firewall",
    "Email",
    "Phishing",
    "Password",
    "Locked",
    "MFA",
    "RDP",
    "Backup",
    "Malware",
    "Breach",
    "M365",
    "Printer",
    "New Device",
    "none",
    ">=Medium",
    ">=High",
    "Critical",
];

/// A concept as the file names it.
fn concept_name(name: &str) -> String {
    name.replace(' ', "_")
}

impl Weights {
    /// What a piece of evidence is worth.
    fn worth(&self, id: WeightId) -> &[(u8, i16)] {
        let from = id.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.worth[from..self.ends[id]]
    }

    /// Words, and pairs of them, that weigh something.
    pub(super) fn phrases(&self) -> impl Iterator<Item = (&str, WeightId)> {
        self.phrases.iter().map(|(words, id)| (words.as_str(), *id))
    }

    /// First letters of words that weigh something; [`start`] gives those of a word.
    pub(super) fn starts(&self) -> impl Iterator<Item = (&str, WeightId)> {
        self.starts.iter().map(|(start, id)| (start.as_str(), *id))
    }

    /// The place of a concept, where it is meant and where it is only named.
    pub(super) fn of_concept(&self, name: &str) -> [Option<WeightId>; 2] {
        ["meant", "named"].map(|kind| self.names.get(&format!("{kind} {}", concept_name(name))).copied())
    }

    /// The place of a rule, where it fires and where what fires it is taken back.
    pub(super) fn of_rule(&self, name: &str) -> [Option<WeightId>; 2] {
        ["fires", "denied"].map(|kind| self.names.get(&format!("{kind} {name}")).copied())
    }
}

/// What the rules make of some words before anything is weighed.
#[derive(Debug, Clone)]
pub(super) struct Opinion {
    pub(super) kind: Classification,
    pub(super) urgency: Urgency,
}

impl Opinion {
    /// The rules' opinion.
    pub(super) fn new(words: &Words, fired: &[Fired]) -> Self {
        let kind = category::of_fired(words, fired);
        let urgency = priority::of_fired(words, fired, kind.category);
        Self { kind, urgency }
    }

    /// The opinion as evidence: names as they stand in the file.
    fn names(&self) -> impl Iterator<Item = String> {
        let label = |category: Option<Category>| category_label(category).replace(' ', "_");
        let kind = label(self.kind.category);
        let second = self.kind.secondary.map(|category| format!("second {}", label(Some(category))));
        let unsure = if self.urgency.unsure { "_unsure" } else { "" };
        [
            format!("sure {kind}_{:?}", self.kind.confidence),
            format!("opinion {kind}"),
            format!("urgency {}", self.urgency.priority),
            format!("urgency {}{unsure}!", self.urgency.priority),
        ]
        .into_iter()
        .chain(second)
    }
}

/// No category, and not urgent at all.
const NOTHING: [i64; LABELS] = {
    let mut sums = [-1000; LABELS];
    sums[CATEGORIES - 1] = 0;
    sums
};

/// What all evidence in some words adds up to.
#[derive(Debug)]
pub(super) struct Scores<'b> {
    sums: [i64; LABELS],
    weights: &'b Weights,
    evidence: Vec<(WeightId, Range<usize>)>,
}

impl<'b> Scores<'b> {
    /// Adds up what was found; each piece of evidence counts once, however often it was said.
    pub(super) fn new(book: &'b Book, words: &Words, found: &Found, fired: &[Fired], opinion: &Opinion) -> Self {
        let mut evidence = found.weighed().to_vec();
        evidence.extend(opinion.names().filter_map(|name| Some((*book.weights.names.get(&name)?, 0..0))));
        evidence.extend(
            found
                .concepts()
                .filter_map(|(id, meant, place)| Some((book.concept_weights[id][usize::from(!meant)]?, place.clone()))),
        );
        evidence.extend(
            fired
                .iter()
                .filter_map(|fired| Some((fired.rule.weights[usize::from(!fired.meant)]?, fired.words.clone()))),
        );
        // A few words in which no rule sees anything tell nothing: "operator".
        if words.words.len() <= SILENT_WORDS_MAX && fired.iter().all(|fired| !fired.rule.tells_a_problem()) {
            return Self { sums: NOTHING, weights: &book.weights, evidence: Vec::new() };
        }
        let mut counted = vec![false; book.weights.ends.len()];
        evidence.retain(|(id, _)| !std::mem::replace(&mut counted[*id], true));
        let mut sums = [0_i64; LABELS];
        for (id, _) in &evidence {
            for (label, worth) in book.weights.worth(*id) {
                sums[usize::from(*label)] += i64::from(*worth);
            }
        }
        let scale = scale(words.words.len());
        sums.iter_mut().for_each(|sum| *sum = *sum * scale / 1000);
        for (label, worth) in &book.weights.bias {
            sums[usize::from(*label)] += i64::from(*worth);
        }
        Self { sums, weights: &book.weights, evidence }
    }

    /// The categories that the evidence speaks for, the strongest first, with their logits times a hundred.
    pub(super) fn ranked(&self) -> Vec<(Option<Category>, i64)> {
        let of = |at: usize| (Category::ALL.get(at).copied(), self.sums[at]);
        let mut ranked: Vec<_> = (0..CATEGORIES).map(of).collect();
        ranked.sort_by_key(|(category, sum)| (std::cmp::Reverse(*sum), *category));
        ranked
    }

    /// The logit, times a hundred, of its being at least so urgent; certain of Low.
    pub(super) fn at_least(&self, priority: Priority) -> i64 {
        step(priority).map_or(i64::MAX, |at| self.sums[at])
    }

    /// The words that speak loudest for a category.
    pub(super) fn loudest_for(&self, category: Category) -> Option<&Range<usize>> {
        let at = Category::ALL.iter().position(|known| *known == category)?;
        self.loudest(at)
    }

    /// The words that speak loudest for its being at least so urgent.
    pub(super) fn most_urgent(&self, priority: Priority) -> Option<&Range<usize>> {
        self.loudest(step(priority)?)
    }

    fn loudest(&self, label: usize) -> Option<&Range<usize>> {
        let worth = |id: WeightId| {
            let list = self.weights.worth(id);
            list.iter().find(|(known, _)| usize::from(*known) == label).map_or(0, |(_, worth)| *worth)
        };
        // The rules' opinion stands nowhere in the words.
        let words = self.evidence.iter().filter(|(_, place)| !place.is_empty());
        let loudest = words.max_by_key(|(id, place)| (worth(*id), std::cmp::Reverse(place.start)));
        loudest.filter(|(id, _)| worth(*id) > 0).map(|(_, place)| place)
    }
}

fn step(priority: Priority) -> Option<usize> {
    let step = match priority {
        Priority::Low => return None,
        Priority::Medium => 0,
        Priority::High => 1,
        Priority::Critical => 2,
    };
    Some(CATEGORIES + step)
}

/// The first letters of a word that has so many.
pub(super) fn start(stem: &str) -> Option<&str> {
    stem.get(..START_LETTERS)
}

/// How much each piece of evidence counts in so many words, in thousandths.
fn scale(words: usize) -> i64 {
    let words = u64::try_from(words).unwrap_or(u64::MAX).saturating_add(WORDS_ALWAYS);
    i64::try_from((WORDS_IN_FULL * 1_000_000 / words).isqrt()).unwrap_or(1)
}

/// What weights can be learned from in some words: the names of all evidence, each once, and how much each piece
/// counts in so many words.
pub(super) fn evidence(book: &Book, words: &Words, found: &Found, fired: &[Fired]) -> (Vec<String>, f64) {
    let mut names = Vec::new();
    let stems: Vec<&str> = words.text.split_whitespace().collect();
    for (at, stem) in stems.iter().enumerate() {
        names.push(format!("word {stem}"));
        names.extend(start(stem).map(|start| format!("start {start}")));
        if at > 0 && words.turn(at - 1) == words.turn(at) {
            names.push(format!("pair {}_{stem}", stems[at - 1]));
        }
    }
    for (id, meant, _) in found.concepts() {
        names.push(format!("{} {}", if meant { "meant" } else { "named" }, concept_name(book.name(id))));
    }
    names.extend(
        fired.iter().map(|fired| format!("{} {}", if fired.meant { "fires" } else { "denied" }, fired.rule.name)),
    );
    names.extend(Opinion::new(words, fired).names());
    names.sort();
    names.dedup();
    (names, scale(words.words.len()) as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_the_categories_in_their_order() {
        let categories: Vec<&str> = Category::ALL.iter().map(|category| category.label()).collect();
        assert_eq!(categories, LABEL_NAMES[..CATEGORIES - 1]);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_reported() {
        assert_eq!(read("word a | Server 10, none -3\nbias | Critical 1").1.len(), 0);
        assert_eq!(read("word a | Servers 10\nword b\nword c | UPS 1\nword c | UPS 2").1.len(), 3);
    }
}
