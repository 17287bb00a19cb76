//! How urgent it is. Critical words win over every polite one; what is left unclear is unsure, never "can wait".

use super::matching::{Fired, Found};
use super::normalise::{Words, phrase, stem};
use super::reading::Reading;
use super::rules::Outcome;
use super::{Affected, Reason, Setting, Window};
use crate::policy::RunbookRule;
use crate::vocabulary::{Category, Priority};
use std::collections::BTreeSet;
use std::ops::Range;

/// How urgent, and why.
#[derive(Debug, Clone)]
pub(super) struct Urgency {
    pub(super) priority: Priority,
    pub(super) unsure: bool,
    /// Whether a rule is certain that it is Critical, whatever else is said.
    pub(super) certain: bool,
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
    Urgency { priority, unsure, certain, reasons }
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
    let planned = setting.windows.iter().find_map(|window| planned(words, found, fired, window));
    if let Some(reason) = planned
        && (priority >= Priority::High || unsure)
    {
        priority = priority.min(Priority::Medium);
        unsure = false;
        reasons.push(reason);
    }
    if let Some(company) = setting.company {
        for system in company.runbook.critical_systems.iter() {
            if let Some(reason) = system_down(words, found, system) {
                priority = Priority::Critical;
                reasons.push(reason);
            }
        }
        let lines = company.runbook.rules.iter();
        let applies = lines.filter_map(|rule| Some((rule.priority, runbook(words, found, rule)?)));
        // Of several lines the most urgent counts, and no line lowers a Critical.
        let line = applies.reduce(|first, other| if other.0 > first.0 { other } else { first });
        if let Some((wanted, reason)) = line.filter(|(wanted, _)| *wanted >= priority || priority < Priority::Critical)
        {
            unsure &= wanted < priority;
            priority = wanted;
            reasons.push(reason);
        }
    }
    Urgency { priority, unsure: unsure && priority < Priority::High, certain: opinion.certain, reasons }
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
fn places(words: &Words, name: &str) -> Vec<usize> {
    let searched = phrase(name);
    if searched.trim().is_empty() {
        return Vec::new();
    }
    words.text.match_indices(&searched).map(|(offset, _)| words.index_at(offset)).collect()
}

/// The reason where planned work explains all that fails: its system is named, nothing else that can fail is
/// named (the caller's own computer apart), and nothing tells of security or safety.
fn planned(words: &Words, found: &Found, fired: &[Fired], window: &Window<'_>) -> Option<Reason> {
    const NEVER_PLANNED: [Category; 3] = [Category::Malware, Category::Breach, Category::Phishing];
    let named = places(words, window.system);
    let at = *named.first()?;
    let length = phrase(window.system).split_whitespace().count();
    let unsafe_now = fired.iter().filter(|fired| fired.meant).any(|fired| {
        fired.rule.outcomes.iter().any(|outcome| match outcome {
            Outcome::Danger => true,
            Outcome::Category(category, _) => NEVER_PLANNED.contains(category),
            _ => false,
        })
    });
    let part = |place: &Range<usize>| named.iter().any(|at| place.start < at + length && place.end > *at);
    let other = found.things().any(|(concept, place)| !part(place) && concept != "workstation");
    (!unsafe_now && !other).then(|| words.reason("window/planned-work", at..at + length))
}

fn system_down(words: &Words, found: &Found, system: &str) -> Option<Reason> {
    let at = places(words, system).into_iter().find(|at| found.near("down", *at, SYSTEM_WINDOW_WORDS))?;
    let end = at + phrase(system).split_whitespace().count();
    let runbook = Some(format!("critical system: {system}"));
    Some(Reason { runbook, ..words.reason("runbook/critical-system", at..end) })
}

/// Words that carry no content in a runbook's line.
const EMPTY_WORDS: &str = " a an the is are was be of to in on at for by with and or it its this that they their our \
    we us when if any anyone someone somebody caller says say does do not no cannot cant doesnt dont isnt wont has \
    have el la los las un una de del en y o que se su sus con por para si no al cuando alguien esta ";

/// A runbook line applies where nearly all of its content words were said, and where it tells of a failure,
/// a failure was said.
fn runbook(words: &Words, found: &Found, rule: &RunbookRule) -> Option<Reason> {
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
    let named = content.iter().filter_map(|word| words.words.iter().position(|w| root(&w.plain) == root(word)));
    let (first, last) = (named.clone().min().unwrap_or(0), named.max().unwrap_or(0));
    let runbook = Some(rule.when.clone());
    applies.then(|| Reason { runbook, ..words.reason("runbook/rule", first..last + 1) })
}

/// A word without the commonest endings of its forms: "printing" and "prints" are one.
fn root(word: &str) -> &str {
    let word = stem(word);
    let ends = ["ing", "ando", "iendo", "ed", "es", "an", "en", "ar", "er", "ir", "e", "a", "o"];
    let cut = ends.iter().find_map(|end| word.strip_suffix(end)).filter(|rest| rest.len() >= 4);
    cut.unwrap_or(word)
}
