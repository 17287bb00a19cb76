//! Phrases and ordered patterns of them, read from a text file and found in one pass: what mood, actions and flags
//! are built on.
//!
//! The format is described at the top of `rules/mood.txt`. Where triage's own rule book asks whether things stand
//! near one another anywhere, a pattern here asks for an order: "I'll send you" is not "you'll send me".

use super::dialog::Speech;
use super::normalise::phrase;
use super::phrases::{Phrases, drop_masked};
use super::rules::lines;
use std::collections::BTreeMap;
use std::ops::Range;

/// A set's place in the phrase book.
pub(super) type SetId = usize;

/// One element of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Element {
    /// Any of these sets will do.
    sets: Vec<SetId>,
    /// How many words may stand between the element before and this one.
    gap: usize,
}

/// One rule.
#[derive(Debug, Clone)]
pub(super) struct Rule<O> {
    pub(super) name: String,
    pub(super) outcome: O,
    elements: Vec<Element>,
    /// A sentence that fires it; read by the tests.
    #[cfg_attr(not(test), allow(dead_code, reason = "the tests prove every rule by its example"))]
    pub(super) example: String,
}

/// One phrase found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) set: SetId,
    pub(super) words: Range<usize>,
}

/// One place where a rule fires.
#[derive(Debug)]
pub(super) struct Fired<'b, O> {
    pub(super) rule: &'b Rule<O>,
    pub(super) words: Range<usize>,
}

/// The phrases and rules of one file.
#[derive(Debug)]
pub(super) struct Phrasebook<O> {
    /// Each phrase, with the sets it belongs to.
    phrases: Phrases<Vec<SetId>>,
    names: BTreeMap<String, SetId>,
    pub(super) rules: Vec<Rule<O>>,
    /// For each set, the rules whose pattern begins with it.
    begins: Vec<Vec<usize>>,
    mask: Option<SetId>,
    /// The phrases as they are searched for, with their sets.
    #[cfg(test)]
    texts: Vec<(String, Vec<SetId>)>,
    /// Lines that could not be read; a test demands that there are none.
    #[cfg_attr(not(test), allow(dead_code, reason = "the compiled-in files are proved by tests"))]
    pub(super) problems: Vec<String>,
}

/// The set of phrases inside which nothing counts.
const MASK: &str = "mask";

impl<O> Phrasebook<O> {
    /// Reads a file; `outcome` reads the second column of a rule.
    pub(super) fn read(file: &str, outcome: fn(&str) -> Option<O>) -> Self {
        let mut reader = Reader::default();
        let lines = lines(file);
        let (rules, sets): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.contains('|'));
        sets.into_iter().for_each(|line| reader.set_line(line));
        let rules: Vec<Rule<O>> = rules.into_iter().filter_map(|line| reader.rule_line(line, outcome)).collect();
        let Reader { phrases, names, problems } = reader;
        #[cfg(test)]
        let texts = phrases.iter().map(|(text, sets)| (text.clone(), sets.clone())).collect();
        let searched = phrases.iter().map(|(text, sets)| (text.split_whitespace().collect(), sets.clone()));
        let searched = Phrases::new(searched);
        let mut begins = vec![Vec::new(); names.len()];
        for (index, rule) in rules.iter().enumerate() {
            let first = rule.elements.first().map_or(&[][..], |element| &element.sets);
            first.iter().for_each(|set| begins[*set].push(index));
        }
        let mask = names.get(MASK).copied();
        Self {
            phrases: searched,
            names,
            rules,
            begins,
            mask,
            #[cfg(test)]
            texts,
            problems,
        }
    }

    /// A set by its name in the file; an unknown name is found nowhere, and a test names it.
    pub(super) fn set(&self, name: &str) -> SetId {
        self.names.get(name).copied().unwrap_or(SetId::MAX)
    }

    /// All phrases in the speech, in order, without those inside a mask.
    pub(super) fn hits(&self, speech: &Speech<'_>) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut masks: Vec<Range<usize>> = Vec::new();
        for (words, sets) in self.phrases.said_in(&speech.words) {
            for set in sets {
                match Some(*set) == self.mask {
                    true => masks.push(words.clone()),
                    false => hits.push(Hit { set: *set, words: words.clone() }),
                }
            }
        }
        drop_masked(&mut hits, masks, |hit| &hit.words);
        hits.sort_by_key(|hit| (hit.words.start, hit.words.end, hit.set));
        hits
    }

    /// All places where a rule fires, in order; `hits` are those of [`Phrasebook::hits`].
    pub(super) fn fired(&self, speech: &Speech<'_>, hits: &[Hit]) -> Vec<Fired<'_, O>> {
        let mut fired = Vec::new();
        for (index, hit) in hits.iter().enumerate() {
            for rule in self.begins[hit.set].iter().map(|rule| &self.rules[*rule]) {
                if let Some(end) = complete(&rule.elements[1..], speech, hits, index, hit.words.end) {
                    fired.push(Fired { rule, words: hit.words.start..end });
                }
            }
        }
        fired
    }
}

/// Where a pattern that began ends: its other elements follow in order, each within its gap, in the same turn.
fn complete(elements: &[Element], speech: &Speech<'_>, hits: &[Hit], from: usize, end: usize) -> Option<usize> {
    let Some((element, others)) = elements.split_first() else { return Some(end) };
    let turn = speech.turn(end - 1);
    let reach = |hit: &&Hit| hit.words.start <= end + element.gap;
    // A gap is a few words and a word begins few phrases, so that the work stays in proportion to the words.
    for (index, hit) in hits.iter().enumerate().skip(from + 1).take_while(|(_, hit)| reach(hit)) {
        let fits = hit.words.start >= end && element.sets.contains(&hit.set) && speech.turn(hit.words.start) == turn;
        if fits && let Some(end) = complete(others, speech, hits, index, hit.words.end) {
            return Some(end);
        }
    }
    None
}

/// Whether a set is named in some range of words; `hits` are in order, and no phrase is longer than ten words.
pub(super) fn within(hits: &[Hit], set: SetId, range: Range<usize>) -> bool {
    const PHRASE_WORDS_MAX: usize = 10;
    let from = hits.partition_point(|hit| hit.words.start + PHRASE_WORDS_MAX < range.start);
    let near = hits[from..].iter().take_while(|hit| hit.words.start < range.end);
    near.into_iter().any(|hit| hit.set == set && hit.words.end > range.start)
}

#[derive(Default)]
struct Reader {
    phrases: BTreeMap<String, Vec<SetId>>,
    names: BTreeMap<String, SetId>,
    problems: Vec<String>,
}

impl Reader {
    fn id(&mut self, name: &str) -> SetId {
        let next = self.names.len();
        *self.names.entry(name.to_owned()).or_insert(next)
    }

    fn phrase(&mut self, text: &str, id: SetId) {
        let searched = phrase(text);
        if searched.trim().is_empty() {
            return self.problems.push(format!("no words in {text:?}"));
        }
        let meanings = self.phrases.entry(searched).or_default();
        if meanings.contains(&id) {
            self.problems.push(format!("twice in one set: {text:?}"));
        } else {
            meanings.push(id);
        }
    }

    /// `name: phrase, phrase`.
    fn set_line(&mut self, line: &str) {
        let Some((name, list)) = line.split_once(':') else {
            return self.problems.push(format!("neither a set nor a rule: {line:?}"));
        };
        if self.names.contains_key(name) && name != MASK {
            self.problems.push(format!("two sets {name:?}"));
        }
        let id = self.id(name);
        list.split(',').filter(|text| !text.trim().is_empty()).for_each(|text| self.phrase(text, id));
    }

    /// `name | outcome | pattern | example`.
    fn rule_line<O>(&mut self, line: &str, outcome: fn(&str) -> Option<O>) -> Option<Rule<O>> {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        let ([name, read, pattern, example], false) = (&columns[..], columns.contains(&"")) else {
            self.problems.push(format!("not four columns: {line:?}"));
            return None;
        };
        let Some(outcome) = outcome(read) else {
            self.problems.push(format!("unknown outcome in {line:?}"));
            return None;
        };
        let elements = pattern.split(" +").enumerate().map(|(at, text)| self.element(at, text)).collect();
        Some(Rule { name: (*name).into(), outcome, elements, example: (*example).into() })
    }

    /// `{set}/{set}` for the first element of a pattern, `N {set}/{set}` for the others.
    fn element(&mut self, at: usize, text: &str) -> Element {
        let (gap, list) = match text.split_once(' ') {
            Some((gap, list)) if at > 0 => (gap.parse().ok(), list),
            _ => ((at == 0).then_some(0), text),
        };
        if gap.is_none() {
            self.problems.push(format!("no gap in {text:?}"));
        }
        let mut sets = Vec::new();
        for name in list.split('/').map(|name| name.trim().trim_matches(['{', '}'])) {
            match self.names.get(name) {
                Some(id) => sets.push(*id),
                None => self.problems.push(format!("no set {name:?}")),
            }
        }
        Element { sets, gap: gap.unwrap_or(0) }
    }
}

/// What must hold of every file of rules; the tests of each file call it.
#[cfg(test)]
pub(super) fn check_file<O>(book: &Phrasebook<O>, used_by_code: &[&str]) {
    use super::dialog::Turn;
    assert_eq!(book.problems, Vec::<String>::new());
    for (index, rule) in book.rules.iter().enumerate() {
        let twin = book.rules[..index].iter().find(|other| other.name == rule.name || other.elements == rule.elements);
        assert_eq!(twin.map(|twin| &twin.name), None, "{} has a twin", rule.name);
        let turns = [Turn::assistant(&rule.example)];
        let speech = Speech::of_all(&turns);
        let fired = book.fired(&speech, &book.hits(&speech));
        assert!(fired.iter().any(|fired| fired.rule.name == rule.name), "{}: {}", rule.name, rule.example);
    }
    for (name, id) in book.names.iter().filter(|(name, _)| *name != MASK) {
        let used = book.rules.iter().flat_map(|rule| &rule.elements).any(|element| element.sets.contains(id));
        assert!(used || used_by_code.contains(&name.as_str()), "nobody uses the set {name}");
    }
    used_by_code.iter().for_each(|name| assert!(book.names.contains_key(*name), "no set {name}"));
    // No phrase is unreachable: said alone it is found, and no mask hides it.
    let mut phrases = BTreeMap::new();
    for (name, id) in &book.names {
        phrases.insert(id, name);
    }
    let mut unreachable = Vec::new();
    for (text, sets) in &book.texts {
        let turns = [Turn::assistant(text)];
        let speech = Speech::of_all(&turns);
        let hits = book.hits(&speech);
        for set in sets.iter().filter(|set| Some(**set) != book.mask) {
            let found = hits.iter().any(|hit| hit.set == *set && hit.words.len() == speech.len());
            if !found {
                unreachable.push(format!("{}:{text}", phrases[set]));
            }
        }
    }
    assert_eq!(unreachable, Vec::<String>::new());
}

#[cfg(test)]
mod tests {
    use super::super::dialog::Turn;
    use super::*;

    const FILE: &str = "a: i will, we will\nb: send\n  , mail\nmask: send off\nr | x | {a} +2 {b} | i will send";

    fn fired(said: &str) -> Vec<Range<usize>> {
        let book = Phrasebook::read(FILE, |text| Some(text.to_owned()));
        assert_eq!(book.problems, Vec::<String>::new());
        let turns: Vec<Turn<'_>> = said.split('/').map(Turn::assistant).collect();
        let speech = Speech::of_all(&turns);
        book.fired(&speech, &book.hits(&speech)).into_iter().map(|fired| fired.words).collect()
    }

    #[test]
    fn a_pattern_needs_its_order_its_gap_and_one_turn() {
        assert_eq!(fired("well i will certainly now send it").first(), Some(&(1..6)));
        assert!(fired("send it i will").is_empty());
        assert!(fired("i will one two three send").is_empty());
        assert!(fired("i will/send").is_empty());
        assert!(fired("i will send off").is_empty());
    }

    #[test]
    fn a_line_that_cannot_be_read_is_reported() {
        let problems = |file: &str| Phrasebook::read(file, |text| (text == "x").then_some(())).problems.len();
        assert_eq!(problems("a: one, one\nb"), 2);
        assert_eq!(problems("a: one\nr | y | {a} | one"), 1);
        assert_eq!(problems("a: one\nr | x | {b} | one\ns | x | {a}"), 2);
        assert_eq!(problems("a: one\nr | x | {a} +q {a} | one"), 1);
    }
}
