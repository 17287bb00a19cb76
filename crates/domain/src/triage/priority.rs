//! How urgent it is. Critical words win over every polite one; what is left unclear is unsure, never "can wait".

use super::matching::{Fired, Found};
use super::normalise::{Words, phrase, stem};
use super::planned::Planned;
use super::reading::Reading;
use super::rules::Outcome;
use super::{Affected, Explained, Reason, Setting};
use crate::policy::RunbookRule;
use crate::vocabulary::{Category, Priority};
use std::collections::BTreeSet;

/// How urgent, and why.
#[derive(Debug, Clone)]
pub(super) struct Urgency {
    pub(super) priority: Priority,
    pub(super) unsure: bool,
    /// Whether a rule is certain that it is Critical, whatever else is said.
    pub(super) certain: bool,
    /// The planned work that explains it.
    pub(super) planned: Option<Explained>,
    pub(super) reasons: Vec<Reason>,
}

/// Words between a critical system's name and its failure.
const SYSTEM_WINDOW_WORDS: usize = 8;
/// Weights of weak signs that together make it unsure.
const WEAK_SIGNS_MIN: u32 = 3;

/// The rules' opinion.
pub(super) fn of_fired(words: &Words, fired: &[Fired], category: Option<Category>) -> Urgency {
    let mut reasons = Vec::new();
    let mut highest: Option<Priority> = None;
    let (mut hinted, mut eased, mut weak) = (false, false, 0);
    for fired in fired.iter().filter(|fired| fired.meant) {
        let mut tells = false;
        for outcome in &fired.rule.outcomes {
            match outcome {
                Outcome::Priority(priority) => {
                    tells |= highest.is_none_or(|known| *priority >= known);
                    highest = highest.max(Some(*priority));
                }
                Outcome::Unsure => (hinted, tells) = (true, true),
                Outcome::Weak(weight) => weak += weight,
                Outcome::Ease => (eased, tells) = (true, true),
                _ => {}
            }
        }
        if tells {
            reasons.push(words.reason(&fired.rule.name, fired.words.clone()));
        }
    }
    let low = |fired: &Fired| fired.rule.outcomes.contains(&Outcome::Priority(Priority::Low));
    let meant = || fired.iter().filter(|fired| fired.meant);
    let requested = meant().any(low);
    // That a named thing fails outweighs a request; a loose "issue" within a request does not.
    let broken = meant().any(|f| !low(f) && f.rule.outcomes.contains(&Outcome::Problem) && (names(f) || !requested));
    let subject = category.is_some() && !requested && meant().any(names);
    let usual = if broken || subject { Priority::Medium } else { Priority::Low };
    let mut priority = highest.unwrap_or(usual).max(usual);
    let firm = meant().any(|f| f.rule.outcomes.contains(&Outcome::Firm));
    if eased && !firm && priority == Priority::High {
        priority = Priority::Medium;
    }
    // One person's trouble hints at nothing larger.
    let told = |wanted: Affected| meant().any(|fired| fired.rule.outcomes.contains(&Outcome::Affected(wanted)));
    let alone = told(Affected::One) && !told(Affected::Several) && !told(Affected::All);
    // Many weak signs are one strong hint: a bad line leaves pieces of what was said.
    let enough = if requested { WEAK_SIGNS_MIN + 2 } else { WEAK_SIGNS_MIN };
    let pieces = weak >= enough && !alone && !eased;
    if pieces && priority < Priority::High {
        reasons.extend(meant().filter(|fired| weighs(fired)).map(|f| words.reason(&f.rule.name, f.words.clone())));
    }
    let unsure = (pieces || hinted && broken && !eased && !alone) && priority < Priority::High;
    let says = |f: &Fired, outcome: Outcome| f.rule.outcomes.contains(&outcome);
    let certain = meant().any(|f| says(f, Outcome::Firm) && says(f, Outcome::Priority(Priority::Critical)));
    Urgency { priority, unsure, certain, planned: None, reasons }
}

/// From this logit on, times a hundred, it could be urgent enough to ask: missing a Critical costs most.
const UNSURE_FROM: i64 = -40;
/// Below this logit, times a hundred, nearly everything else in a turn speaks against its rule that says Critical.
const OUTWEIGHED_BELOW: i64 = -150;

/// What all evidence says, the rules' opinion being a part of it, and what the client's runbook and the work that is
/// planned make of it.
///
/// Weights may raise what the rules say. They may lower a Critical only to a question: a wrong "it can wait" is far
/// worse than a wrong page.
pub(super) fn decided(reading: &Reading<'_>, setting: &Setting<'_>) -> Urgency {
    let Reading { words, found, fired, opinion, scores, kind } = reading;
    let opinion = &opinion.urgency;
    let night = scores.at_least(Priority::High);
    let weighed = match night {
        night if night > 0 && scores.at_least(Priority::Critical) > 0 => Priority::Critical,
        night if night > 0 => Priority::High,
        // A problem that no rule sees is told by its urgency alone.
        _ if scores.at_least(Priority::Medium) > 0 && fired.iter().any(|fired| fired.rule.tells_a_problem()) => {
            Priority::Medium
        }
        _ => Priority::Low,
    };
    let mut reasons = opinion.reasons.clone();
    let said = opinion.priority == Priority::Critical;
    let holds = said && (opinion.certain || night >= OUTWEIGHED_BELOW || withstands(words));
    // Urgent, and nobody can say what it is: that is unsure, and a question tells.
    let vague = weighed >= Priority::High && kind.category.is_none() && opinion.priority < Priority::High;
    let mut priority = match weighed {
        _ if holds => Priority::Critical,
        _ if vague => Priority::Medium,
        weighed if said => weighed.max(Priority::Medium),
        weighed => weighed,
    };
    if priority != opinion.priority
        && let Some(place) = scores.most_urgent(priority)
    {
        let rule = format!("weighed/{}", priority.to_string().to_lowercase());
        reasons.insert(0, words.reason(&rule, place.clone()));
    }
    let mut unsure = night >= UNSURE_FROM || said;
    let planned = Planned::of(reading, setting);
    // What was told before, and what the runbook says of the very system that is worked on.
    let mut lowered = false;
    if let Some(planned) = &planned
        && priority >= Priority::Medium
        && (priority >= Priority::High || unsure)
    {
        lowered = true;
        priority = priority.min(Priority::Medium);
        unsure = false;
        reasons.push(planned.reason(words));
    }
    if let Some(company) = setting.company {
        for system in company.runbook.critical_systems.iter() {
            if let Some(reason) = system_down(words, found, system, planned.as_ref()) {
                priority = Priority::Critical;
                reasons.push(reason);
            }
        }
        let lines = company.runbook.rules.iter();
        let applies = lines.filter_map(|rule| Some((rule.priority, runbook(words, found, rule, planned.as_ref())?)));
        // Of several lines the most urgent counts, and no line lowers a Critical.
        let line = applies.reduce(|first, other| if other.0 > first.0 { other } else { first });
        if let Some((wanted, reason)) = line.filter(|(wanted, _)| *wanted >= priority || priority < Priority::Critical)
        {
            unsure &= wanted < priority;
            priority = wanted;
            reasons.push(reason);
        }
    }
    // Whatever else makes it urgent is not explained.
    let explains = priority == Priority::Medium && !unsure;
    let planned = planned.filter(|_| explains).map(|planned| planned.explained(lowered));
    Urgency { priority, unsure: unsure && priority < Priority::High, certain: opinion.certain, planned, reasons }
}

/// Whether some turn is Critical by itself, whatever the others tell.
fn withstands(words: &Words) -> bool {
    let turns = if words.turns() > 1 { 0..words.turns() } else { 0..0 };
    turns.into_iter().any(|turn| {
        let alone = Words::heard(&[words.turn_text(turn)]);
        let reading = Reading::of(&alone);
        reading.opinion.urgency.priority == Priority::Critical
            && reading.scores.at_least(Priority::High) >= OUTWEIGHED_BELOW
    })
}

fn weighs(fired: &Fired) -> bool {
    fired.rule.outcomes.iter().any(|outcome| matches!(outcome, Outcome::Weak(_)))
}

fn names(fired: &Fired) -> bool {
    fired.rule.outcomes.iter().any(|outcome| matches!(outcome, Outcome::Category(..)))
}

/// Places where some words stand in order, one after the other.
pub(super) fn places(words: &Words, name: &str) -> Vec<usize> {
    let searched = phrase(name);
    if searched.trim().is_empty() {
        return Vec::new();
    }
    words.text.match_indices(&searched).map(|(offset, _)| words.index_at(offset)).collect()
}

fn system_down(words: &Words, found: &Found, system: &str, planned: Option<&Planned<'_>>) -> Option<Reason> {
    let length = phrase(system).split_whitespace().count();
    let fails = |at: &usize| found.near("down", *at, SYSTEM_WINDOW_WORDS);
    let unplanned = |at: &usize| planned.is_none_or(|planned| !planned.covers(&(*at..at + length)));
    let at = places(words, system).into_iter().filter(unplanned).find(fails)?;
    let runbook = Some(format!("critical system: {system}"));
    Some(Reason { runbook, ..words.reason("runbook/critical-system", at..at + length) })
}

/// Words that carry no content in a runbook's line.
const EMPTY_WORDS: &str = " a an the is are was be of to in on at for by with and or it its this that they their our \
    we us when if any anyone someone somebody caller says say does do not no cannot cant doesnt dont isnt wont has \
    have el la los las un una de del en y o que se su sus con por para si no al cuando alguien esta ";

/// A runbook line applies where nearly all of its content words were said, and where it tells of a failure,
/// a failure was said.
///
/// A line whose names are all names of what is worked on is explained with it.
fn runbook(words: &Words, found: &Found, rule: &RunbookRule, planned: Option<&Planned<'_>>) -> Option<Reason> {
    let said: BTreeSet<&str> = words.words.iter().map(|word| root(&word.plain)).collect();
    let line = Words::new(&[&rule.when]);
    let content: Vec<&str> = line
        .words
        .iter()
        .map(|word| word.plain.as_str())
        .filter(|word| !EMPTY_WORDS.contains(&format!(" {word} ")))
        .collect();
    let of_line = Found::new(&line);
    let fails = |found: &Found| ["down", "fault", "cannot", "negation"].iter().any(|c| !found.meant(c).is_empty());
    let failure_word =
        |word: &str| ["down", "broken", "working", "work", "works", "funciona", "fails", "sirve"].contains(&word);
    let told = content.iter().filter(|word| said.contains(root(word)) || (failure_word(word) && fails(found))).count();
    let needed = if content.len() <= 3 { content.len() } else { content.len() * 3 / 4 };
    let applies = !content.is_empty() && told >= needed && (!fails(&of_line) || fails(found));
    if let Some(planned) = planned.filter(|planned| !planned.covers_all()) {
        let mut names = content.iter().filter(|word| !failure_word(word) && said.contains(root(word))).peekable();
        if names.peek().is_some() && names.all(|word| said_at(words, word).any(|at| planned.covers(&(at..at + 1)))) {
            return None;
        }
    }
    let named = content.iter().filter_map(|word| said_at(words, word).next());
    let (first, last) = (named.clone().min().unwrap_or(0), named.max().unwrap_or(0));
    let runbook = Some(rule.when.clone());
    applies.then(|| Reason { runbook, ..words.reason("runbook/rule", first..last + 1) })
}

/// Where a word was said, in whatever form.
fn said_at<'a>(words: &'a Words, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let root_of = root(word);
    words.words.iter().enumerate().filter(move |(_, said)| root(&said.plain) == root_of).map(|(at, _)| at)
}

/// A word without the commonest endings of its forms: "printing" and "prints" are one.
fn root(word: &str) -> &str {
    let word = stem(word);
    let ends = ["ing", "ando", "iendo", "ed", "es", "an", "en", "ar", "er", "ir", "e", "a", "o"];
    let cut = ends.iter().find_map(|end| word.strip_suffix(end)).filter(|rest| rest.len() >= 4);
    cut.unwrap_or(word)
}
