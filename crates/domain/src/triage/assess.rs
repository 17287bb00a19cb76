//! All of it on a whole conversation, as far as it has come.

use super::callback::{CallbackFound, parse_callback_time};
use super::dialog::{Speaker, Speech, Turn};
use super::matching::{Fired, Found};
use super::normalise::Words;
use super::priority::Urgency;
use super::reading::Reading;
use super::rules::Outcome;
use super::{
    Assessment, Flag, Reason, Setting, Telling, Wish, actions, details, flags, language, priority, sentiment, wish,
};
use crate::vocabulary::Priority;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Words before and after "call me" in which the time for it is looked for first.
const CALL_WINDOW_WORDS: usize = 14;
/// A last turn that gives a time, and has at most so many more other words than words of time, answers
/// "when shall we call?".
const OTHER_WORDS_MAX: usize = 3;
/// A longer turn than this is no mere answer.
const ANSWER_WORDS_MAX: usize = 24;

/// Understands a conversation, its turns in the order in which they were said.
///
/// Only the caller's turns tell the problem, its urgency and the mood; the others count for what was promised
/// ([`Assessment::actions`]). Never fails; unknown words say nothing. Time grows with the number of words, not
/// with the number of rules' phrases.
pub fn assess(turns: &[Turn<'_>], setting: &Setting<'_>) -> Assessment {
    let caller = Speech::of_caller(turns);
    let words = &caller.words;
    let reading = Reading::of(words);
    let flags = flags::of_speech(&caller);
    // What may be an attack is not explained by planned work.
    let setting = &Setting { windows: if flags.is_empty() { setting.windows } else { &[] }, ..*setting };
    let urgency = not_below(priority::decided(&reading, setting), &caller, &flags, setting);
    let Reading { found, fired, kind, .. } = reading;
    let (language, language_confidence) = language::of_words(words);
    let has = |outcome: Outcome| fired.iter().find(|fired| fired.meant && fired.rule.outcomes.contains(&outcome));
    let mut details = details::of_words(words, &found, &fired);
    let mut wish = wish::wish(&fired);
    let mut said = CallbackFound::default();
    let mut reasons = urgency.reasons;
    match wish {
        Wish::Callback => said = time_of_call(words, &found, setting),
        Wish::None => {
            if let Some((time, range)) = answer(words, &found, setting) {
                wish = Wish::Callback;
                said = time;
                reasons.push(words.reason("wish/time-given", range));
            }
        }
        _ => {}
    }
    (details.callback, details.callback_grain) = (said.time, said.grain);
    reasons.extend(kind.reasons);
    reasons.extend(about(words, &fired, |outcome| matches!(outcome, Outcome::Wish(_) | Outcome::Fix(_))));
    let mut given = BTreeSet::new();
    reasons.retain(|reason| given.insert((reason.rule.clone(), reason.runbook.clone())));
    // The rules count the caller's turns alone.
    for span in reasons.iter_mut().filter_map(|reason| reason.span.as_mut()) {
        span.turn = caller.index(span.turn);
    }
    let promises = turns.iter().any(|turn| turn.who != Speaker::Caller);
    let problem = fired.iter().any(|fired| fired.meant && fired.rule.tells_a_problem());
    let telling = Telling::of(words, &found, setting);
    Assessment {
        language,
        language_confidence,
        category: kind.category,
        secondary: kind.secondary,
        confidence: kind.confidence,
        priority: urgency.priority,
        unsure: urgency.unsure,
        danger: has(Outcome::Danger).is_some(),
        problem_told: problem || urgency.priority > Priority::Low,
        wish,
        fix: wish::fix(&fired, &found),
        details,
        sentiment: sentiment::of_speech(&caller),
        flags,
        actions: if promises { actions::extract_actions(turns) } else { Vec::new() },
        telling,
        planned: urgency.planned,
        reasons,
    }
}

/// What may be an attack lowers nothing: the urgency is at least that of what else was said, be it in other turns or
/// around the words that were flagged.
fn not_below(mut urgency: Urgency, caller: &Speech<'_>, flags: &[Flag], setting: &Setting<'_>) -> Urgency {
    if flags.is_empty() || urgency.priority == Priority::Critical {
        return urgency;
    }
    let mut of_turn: BTreeMap<usize, Vec<Range<usize>>> = BTreeMap::new();
    for flag in flags {
        of_turn.entry(flag.evidence.turn).or_default().push(flag.evidence.span.clone());
    }
    let others: Vec<&str> =
        caller.said().filter(|(index, _)| !of_turn.contains_key(index)).map(|(_, words)| words).collect();
    let around: Vec<String> =
        caller.said().map(|(index, words)| without(words, of_turn.get(&index).map_or(&[], Vec::as_slice))).collect();
    for turns in [others, around.iter().map(String::as_str).collect()] {
        let words = Words::heard(&turns);
        let alone = priority::decided(&Reading::of(&words), setting);
        if alone.priority > urgency.priority {
            urgency.priority = alone.priority;
            // Their spans count other turns.
            urgency.reasons.extend(alone.reasons.into_iter().map(|reason| Reason { span: None, ..reason }));
        }
        urgency.unsure |= alone.unsure;
    }
    urgency
}

/// Some words without what stands at some places.
fn without(words: &str, places: &[Range<usize>]) -> String {
    let mut kept = String::new();
    let mut end = 0;
    for place in places {
        kept.push_str(words.get(end..place.start).unwrap_or_default());
        end = end.max(place.end);
    }
    kept + words.get(end..).unwrap_or_default()
}

fn about(words: &Words, fired: &[Fired], of: fn(&Outcome) -> bool) -> Vec<Reason> {
    let told = fired.iter().filter(|fired| fired.meant && fired.rule.outcomes.iter().any(of));
    told.map(|fired| words.reason(&fired.rule.name, fired.words.clone())).collect()
}

/// Where a word's turn begins and ends.
fn turn_of(words: &Words, at: usize) -> (usize, usize) {
    let turn = words.words.get(at).map_or(0, |word| word.turn);
    (words.words.partition_point(|word| word.turn < turn), words.words.partition_point(|word| word.turn <= turn))
}

/// What some of the words say of when to call.
fn time_in(words: &Words, range: std::ops::Range<usize>, setting: &Setting<'_>) -> CallbackFound {
    parse_callback_time(words.spoken(range), setting.now, setting.zone, setting.callback)
}

/// The time that goes with the last wish for a call: near it, else in its turn, else in the next turn.
fn time_of_call(words: &Words, found: &Found, setting: &Setting<'_>) -> CallbackFound {
    let Some(call) = found.meant("call_me").last() else { return CallbackFound::default() };
    let (start, end) = turn_of(words, call.start);
    let near = (call.start, end.min(call.end + CALL_WINDOW_WORDS));
    let around = (start.max(call.start.saturating_sub(CALL_WINDOW_WORDS)), near.1);
    let next = (end, turn_of(words, end).1);
    [near, around, (start, end), next]
        .into_iter()
        .map(|(from, to)| time_in(words, from..to.max(from), setting))
        .find(|said| said.time.is_some())
        .unwrap_or_default()
}

/// A short turn that gives a time and tells of nothing else.
fn answer(words: &Words, found: &Found, setting: &Setting<'_>) -> Option<(CallbackFound, std::ops::Range<usize>)> {
    let last = words.words.len().checked_sub(1)?;
    let (start, end) = turn_of(words, last);
    let told = |concept: &str| found.named(concept).iter().any(|place| place.start >= start);
    let other = ["fault", "down", "deadline", "over", "past", "cannot"].iter().any(|concept| told(concept));
    let opens = (start..end)
        .any(|at| matches!(words.at(at), "open" | "opens" | "abrimos" | "close" | "cerramos" | "since" | "desde"));
    if other || opens || end - start > ANSWER_WORDS_MAX {
        return None;
    }
    let said = time_in(words, start..end, setting);
    let spoken = words.spoken(start..end);
    let of_time = said
        .evidence
        .iter()
        .filter_map(|evidence| spoken.get(evidence.words.clone()))
        .map(|said| said.split_whitespace().count())
        .sum::<usize>();
    let beside = (end - start).saturating_sub(of_time);
    if of_time == 0 || beside > of_time + OTHER_WORDS_MAX {
        return None;
    }
    said.time.is_some().then_some((said, start..end))
}
