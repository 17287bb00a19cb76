//! The rule book: phrases, the concepts they stand for, and rules over concepts, all read once from text files.
//!
//! The formats are described at the top of `rules/concepts.txt` and `rules/rules_faults.txt`.

use super::normalise::phrase;
use super::phrases::Phrases;
use super::sounds::Sounds;
use super::weights::{self, WeightId, Weights};
use super::word_map::WordMap;
use super::{Affected, Fix, Wish};
use crate::vocabulary::{Category, Priority};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A concept's place in [`Book::concepts`].
pub(super) type ConceptId = usize;

/// What a concept is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Rules name it.
    Plain,
    /// Rules name it, and it is something that can fail and be well again.
    Thing,
    /// Rules name it, and only a denial takes it back: "a call is fine" is still a wish for one.
    Wish,
    /// Words within reach after it, or before it, are not meant as said.
    Scope { after: usize, before: usize },
    /// Ends the reach of a scope.
    Break,
    /// Nothing inside the phrase counts.
    Mask,
}

/// What a rule says when it fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It speaks for a category; the most specific, which is the highest number, wins.
    Category(Category, u32),
    /// It is at least this urgent.
    Priority(Priority),
    /// Something critical is hinted at.
    Unsure,
    /// Weak evidence of something critical; enough of it from different rules is a hint.
    Weak(u32),
    /// It can wait, unless it is Critical.
    Ease,
    /// What else is said does not ease it.
    Firm,
    /// Life is at risk.
    Danger,
    /// Something is wrong or wanted, of whatever kind.
    Problem,
    /// What the caller wants.
    Wish(Wish),
    /// What the caller says of a fix.
    Fix(Fix),
    /// How many are affected.
    Affected(Affected),
}

/// One rule: fires where all its elements stand close together.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) outcomes: Vec<Outcome>,
    /// For each element, the concepts any of which will do.
    pub(super) elements: Vec<Vec<ConceptId>>,
    /// For each element, whether it must stand after the first.
    pub(super) after: Vec<bool>,
    /// For each exception, the concepts none of which may stand within the window.
    pub(super) exceptions: Vec<Vec<ConceptId>>,
    /// How many words apart the elements may start.
    pub(super) window: usize,
    /// What it weighs, where it fires and where what fires it is taken back.
    pub(super) weights: [Option<WeightId>; 2],
    /// A sentence that fires it; read by the tests.
    #[cfg_attr(not(test), allow(dead_code, reason = "the tests prove every rule by its example"))]
    pub(super) example: String,
}

/// What a phrase stands for.
#[derive(Debug, Default)]
pub(super) struct Meaning {
    pub(super) concepts: Vec<ConceptId>,
    /// What the words themselves weigh.
    pub(super) weight: Option<WeightId>,
}

/// Everything, read once.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) phrases: Phrases<Meaning>,
    /// What words weigh by their first letters.
    pub(super) starts: WordMap<WeightId>,
    /// For each concept, what it weighs where it is meant, and where it is only named.
    pub(super) concept_weights: Vec<[Option<WeightId>; 2]>,
    pub(super) weights: Weights,
    pub(super) roles: Vec<Role>,
    names: WordMap<ConceptId>,
    /// For each concept, its name.
    labels: Vec<String>,
    /// Concepts of which everything is something wider, too; no rule need name them.
    #[cfg_attr(not(test), allow(dead_code, reason = "the tests look for concepts that no rule names"))]
    pub(super) narrow: Vec<ConceptId>,
    pub(super) rules: Vec<Rule>,
    /// For each concept, the rules whose first element it can be.
    pub(super) begins: Vec<Vec<usize>>,
    /// Every word of every phrase; what recognisers mangle is compared with the long ones.
    pub(super) sounds: Sounds,
    /// Lines that could not be read; a test demands that there are none.
    #[cfg_attr(not(test), allow(dead_code, reason = "the compiled-in files are proved by a test"))]
    pub(super) problems: Vec<String>,
}

impl Rule {
    /// Whether it says that something is wrong or wanted.
    pub(super) fn tells_a_problem(&self) -> bool {
        use Outcome::{Danger, Problem, Unsure};
        let tells = |outcome: &Outcome| match outcome {
            Problem | Danger | Unsure | Outcome::Category(..) => true,
            Outcome::Priority(priority) => *priority >= Priority::High,
            _ => false,
        };
        self.outcomes.iter().any(tells)
    }
}

const FILES: &[&str] = &[
    include_str!("../../rules/rules_faults.txt"),
    include_str!("../../rules/rules_security.txt"),
    include_str!("../../rules/rules_urgency.txt"),
    include_str!("../../rules/rules_wishes.txt"),
];

const CONCEPTS: &[&str] = &[
    include_str!("../../rules/concepts.txt"),
    include_str!("../../rules/things.txt"),
    include_str!("../../rules/people.txt"),
    include_str!("../../rules/failures.txt"),
    include_str!("../../rules/dangers.txt"),
];

const WEIGHTS: &str = include_str!("../../rules/weights.txt");

static BOOK: LazyLock<Book> = LazyLock::new(|| Book::read(CONCEPTS, FILES, WEIGHTS));

/// The rules that are compiled in.
pub(super) fn book() -> &'static Book {
    &BOOK
}

/// Words apart that elements of a rule may start, where the rule does not say.
const WINDOW_WORDS: usize = 8;

#[derive(Default)]
struct Reader {
    phrases: BTreeMap<String, Vec<ConceptId>>,
    names: BTreeMap<String, ConceptId>,
    roles: Vec<Role>,
    narrow: Vec<ConceptId>,
    problems: Vec<String>,
}

impl Reader {
    fn concept(&mut self, name: &str, role: Role) -> ConceptId {
        if let Some(id) = self.names.get(name) {
            return *id;
        }
        self.roles.push(role);
        self.names.insert(name.to_owned(), self.roles.len() - 1);
        self.roles.len() - 1
    }

    fn phrase(&mut self, text: &str, id: ConceptId) {
        let searched = phrase(text);
        if searched.trim().is_empty() {
            return self.problems.push(format!("no words in {text:?}"));
        }
        let meanings = self.phrases.entry(searched).or_default();
        if meanings.contains(&id) {
            self.problems.push(format!("twice in one concept: {text:?}"));
        } else {
            meanings.push(id);
        }
    }

    /// `name: phrase, phrase`, or `thing name: phrase`, `wish name: phrase`, or `scope name +3 -2: phrase`, or `break: phrase`, or `mask: phrase`.
    fn concept_line(&mut self, line: &str) {
        let Some((head, list)) = line.split_once(':') else {
            return self.problems.push(format!("no colon in {line:?}"));
        };
        let mut parts = head.split_whitespace();
        let (name, role) = match (parts.next(), parts.next()) {
            (Some("scope"), Some(name)) => {
                let reach = |sign: char, parts: std::str::SplitWhitespace<'_>| {
                    parts.filter_map(|p| p.strip_prefix(sign)?.parse().ok()).next().unwrap_or(0)
                };
                (name, Role::Scope { after: reach('+', parts.clone()), before: reach('-', parts) })
            }
            (Some(name), Some("<")) => (name, Role::Plain),
            (Some("thing"), Some(name)) => (name, Role::Thing),
            (Some("wish"), Some(name)) => (name, Role::Wish),
            (Some("break"), None) => ("break", Role::Break),
            (Some("mask"), None) => ("mask", Role::Mask),
            (Some(name), None) => (name, Role::Plain),
            _ => return self.problems.push(format!("no concept in {line:?}")),
        };
        let id = self.concept(name, role);
        // `thing pos < business_system: ..`: each phrase stands for the wider concept, too.
        let wider = head.split_once('<').map(|(_, wider)| self.concept(wider.trim(), role));
        if wider.is_some() {
            self.narrow.push(id);
        }
        let phrases = list.split(',').filter(|text| !text.trim().is_empty());
        let phrases = phrases.flat_map(|text| spelled_out(text).into_iter().map(move |one| (one, text.contains('('))));
        phrases.for_each(|(text, one_of_many)| {
            // Alternatives may spell out what another line says, too; two plain phrases may not.
            let said = self.phrases.get(&phrase(&text)).is_some_and(|known| known.contains(&id));
            if !(said && one_of_many) {
                self.phrase(&text, id);
            }
            let known = |id: &ConceptId| self.phrases.get(&phrase(&text)).is_some_and(|known| known.contains(id));
            if let Some(wider) = wider.filter(|wider| !known(wider)) {
                self.phrase(&text, wider);
            }
        });
    }

    /// `name | outcomes | pattern | example`.
    fn rule_line(&mut self, line: &str) -> Option<Rule> {
        let [name, outcomes, pattern, example] = line.split('|').map(str::trim).collect::<Vec<_>>()[..] else {
            self.problems.push(format!("not four columns: {line:?}"));
            return None;
        };
        let read: Vec<Outcome> = outcomes.split(',').filter_map(|text| outcome(text.trim())).collect();
        if read.len() != outcomes.split(',').count() {
            self.problems.push(format!("unknown outcome in {line:?}"));
        }
        let (pattern, window) = match pattern.split_once(" within ") {
            Some((pattern, words)) => (pattern, words.trim().parse().unwrap_or(0)),
            None => (pattern, WINDOW_WORDS),
        };
        let (mut elements, mut after, mut exceptions) = (Vec::new(), Vec::new(), Vec::new());
        for element in pattern.split('+').map(str::trim) {
            match element.strip_prefix('!') {
                Some(element) => exceptions.push(self.element(element)),
                None => {
                    after.push(element.starts_with('>'));
                    elements.push(self.element(element.trim_start_matches('>')));
                }
            }
        }
        Some(Rule {
            name: name.into(),
            outcomes: read,
            elements,
            after,
            exceptions,
            window,
            weights: [None; 2],
            example: example.into(),
        })
    }

    /// `{concept}/plain words/other words`: the plain words of one element are one concept.
    fn element(&mut self, element: &str) -> Vec<ConceptId> {
        let mut ids = Vec::new();
        let mut plain = Vec::new();
        for text in element.split('/').map(str::trim) {
            match text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
                Some(name) => match self.names.get(name) {
                    Some(id) => ids.push(*id),
                    None => self.problems.push(format!("no concept {name:?}")),
                },
                None => plain.push(text),
            }
        }
        if !plain.is_empty() {
            let name = format!("={}", plain.join("/"));
            let known = self.names.contains_key(&name);
            let id = self.concept(&name, Role::Plain);
            if !known {
                plain.iter().for_each(|text| self.phrase(text, id));
            }
            ids.push(id);
        }
        ids
    }
}

/// A phrase with its alternatives spelled out: "(is|are) down" is two phrases, "(all|) the pcs" as well.
pub(super) fn spelled_out(text: &str) -> Vec<String> {
    let Some((before, rest)) = text.split_once('(') else { return vec![text.trim().to_owned()] };
    let Some((inside, after)) = rest.split_once(')') else { return vec![text.trim().to_owned()] };
    let ends = spelled_out(after);
    let mut all = Vec::new();
    for middle in inside.split('|') {
        all.extend(ends.iter().map(|end| format!("{} {} {}", before.trim(), middle.trim(), end)));
    }
    all.iter().map(|text| text.trim().to_owned()).collect()
}

/// `Server*8`, `Critical`, `Unsure`, `Callback`, ..
fn outcome(text: &str) -> Option<Outcome> {
    if let Some((label, weight)) = text.split_once('*') {
        if label == "Weak" {
            return Some(Outcome::Weak(weight.trim().parse().ok()?));
        }
        return Some(Outcome::Category(Category::from_label(label)?, weight.trim().parse().ok()?));
    }
    Some(match text {
        "Critical" => Outcome::Priority(Priority::Critical),
        "High" => Outcome::Priority(Priority::High),
        "Medium" => Outcome::Priority(Priority::Medium),
        "Low" => Outcome::Priority(Priority::Low),
        "Unsure" => Outcome::Unsure,
        "Ease" => Outcome::Ease,
        "Firm" => Outcome::Firm,
        "Danger" => Outcome::Danger,
        "Problem" => Outcome::Problem,
        "Callback" => Outcome::Wish(Wish::Callback),
        "NoCall" => Outcome::Wish(Wish::NoCall),
        "Voicemail" => Outcome::Wish(Wish::Voicemail),
        "Person" => Outcome::Wish(Wish::Person),
        "WillTry" => Outcome::Fix(Fix::WillTry),
        "Works" => Outcome::Fix(Fix::Works),
        "One" => Outcome::Affected(Affected::One),
        "Several" => Outcome::Affected(Affected::Several),
        "All" => Outcome::Affected(Affected::All),
        _ => return None,
    })
}

/// Lines that say something: comments and blank lines dropped, indented lines joined to the one before.
pub(super) fn lines(file: &str) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    for line in file.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        match joined.last_mut() {
            Some(last) if line.starts_with(' ') => last.push_str(line),
            _ => joined.push(line.to_owned()),
        }
    }
    joined
}

impl Book {
    fn read(concepts: &[&str], files: &[&str], weights: &str) -> Self {
        let mut reader = Reader::default();
        concepts.iter().flat_map(|file| lines(file)).for_each(|line| reader.concept_line(&line));
        let mut rules: Vec<Rule> =
            files.iter().flat_map(|file| lines(file)).filter_map(|line| reader.rule_line(&line)).collect();
        let Reader { phrases, names, roles, narrow, mut problems } = reader;
        let sounds = Sounds::new(phrases.keys().map(String::as_str));
        let (weights, unread) = weights::read(weights);
        problems.extend(unread);
        rules.iter_mut().for_each(|rule| rule.weights = weights.of_rule(&rule.name));
        let mut concept_weights = vec![[None; 2]; roles.len()];
        let mut labels = vec![String::new(); roles.len()];
        for (name, id) in &names {
            concept_weights[*id] = weights.of_concept(name);
            labels[*id].clone_from(name);
        }
        // Words that weigh something are searched for together with the phrases.
        let mut searched: BTreeMap<String, Meaning> =
            phrases.into_iter().map(|(text, concepts)| (text, Meaning { concepts, weight: None })).collect();
        for (words, id) in weights.phrases() {
            searched.entry(format!(" {words} ")).or_default().weight = Some(id);
        }
        let starts = weights.starts().map(|(start, id)| (start.to_owned(), id)).collect();
        let (texts, meanings): (Vec<String>, Vec<Meaning>) = searched.into_iter().unzip();
        let phrases = Phrases::new(texts.iter().map(|text| text.split_whitespace().collect()).zip(meanings));
        let mut begins = vec![Vec::new(); roles.len()];
        for (at, rule) in rules.iter().enumerate() {
            rule.elements.first().into_iter().flatten().for_each(|id| begins[*id].push(at));
        }
        Self {
            phrases,
            starts,
            concept_weights,
            weights,
            roles,
            names: names.into_iter().collect(),
            labels,
            narrow,
            rules,
            begins,
            sounds,
            problems,
        }
    }

    /// All concepts, by name.
    #[cfg(test)]
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, ConceptId)> {
        self.labels.iter().enumerate().map(|(id, name)| (name.as_str(), id))
    }

    /// The name of a concept.
    pub(super) fn name(&self, id: ConceptId) -> &str {
        &self.labels[id]
    }

    /// A concept by its name in the files.
    pub(super) fn concept(&self, name: &str) -> Option<ConceptId> {
        self.names.get(name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::super::matching::Found;
    use super::super::normalise::Words;
    use super::*;

    #[test]
    fn every_line_can_be_read() {
        assert_eq!(book().problems, Vec::<String>::new());
    }

    #[test]
    fn a_line_that_cannot_be_read_is_reported() {
        let wrong = ["x | Server*3 | {nothing} | x", "x | Nonsense | y | y", "x | y", "y | Low | word | "];
        let found = wrong.map(|line| Book::read(&[""], &[line], "").problems.len());
        assert_eq!(found, [1, 1, 1, 0]);
        assert_eq!(Book::read(&["a: one, one\nb"], &[], "").problems.len(), 2);
    }

    #[test]
    fn no_two_rules_share_a_name_or_a_pattern() {
        let rules = &book().rules;
        for (i, rule) in rules.iter().enumerate() {
            let twin = rules[..i]
                .iter()
                .find(|r| r.name == rule.name || (&r.elements, &r.exceptions) == (&rule.elements, &rule.exceptions));
            assert_eq!(twin.map(|r| &r.name), None, "{}", rule.name);
        }
    }

    #[test]
    fn every_concept_is_named_by_a_rule() {
        let book = book();
        let rules = book.rules.iter();
        let used: Vec<ConceptId> =
            rules.flat_map(|rule| [rule.elements.concat(), rule.exceptions.concat()].concat()).collect();
        let named = |id: &ConceptId| matches!(book.roles[*id], Role::Plain | Role::Thing | Role::Wish);
        let idle: Vec<_> =
            book.names().filter(|(_, id)| named(id) && !used.contains(id) && !book.narrow.contains(id)).collect();
        assert_eq!(idle, Vec::new());
    }

    #[test]
    fn every_rule_has_an_example_that_fires_it() {
        let silent: Vec<_> = book()
            .rules
            .iter()
            .filter(|rule| {
                let words = Words::new(&[&rule.example]);
                !Found::new(&words).fired(&words).iter().any(|fired| fired.meant && fired.rule.name == rule.name)
            })
            .map(|rule| format!("{}: {}", rule.name, rule.example))
            .collect();
        assert_eq!(silent, Vec::<String>::new());
    }
}
