//! Wishes for no more texts in English.
//!
//! Each function says whether a wish begins at a place of a clause: what is to cease must be named, so that "stop by
//! the office" is none, and a negation right before takes it back.

use super::clauses::{Clause, among};
use super::lexicon::*;

pub(super) fn forbids_texts(clause: &Clause, at: usize) -> bool {
    ceases(clause, at)
        || has_enough(clause, at)
        || forbids(clause, at)
        || declines(clause, at)
        || wants_none(clause, at)
        || prefers_calls(clause, at)
}

/// Wishes that name no texts: a list, a consent, peace.
pub(super) fn leaves(clause: &Clause, at: usize) -> bool {
    unsubscribes(clause, at) || revokes(clause, at)
}

/// Whether one of the two words before is a negation, or tells of the past: "don't ever stop", "did you stop".
fn denied(clause: &Clause, at: usize) -> bool {
    let from = at.saturating_sub(2);
    // "Why don't you stop texting me" asks for it.
    let suggests = clause.at(from) == "dont" && clause.before(at) == "you";
    clause.has(from, at, NEGATION) && !suggests
}

/// Whether a thing does what begins here: "our server should stop". Of one that may be us, only where the texts do
/// not come to the writer.
pub(super) fn of_a_thing(clause: &Clause, at: usize, to_writer: bool) -> bool {
    let modals = clause.span(0, at).iter().rev().take_while(|word| among(word, MODALS)).count();
    let subject = at - modals;
    clause.was(subject, THINGS) || clause.was(subject, MACHINES) && !to_writer
}

/// What follows "texting": the writer, nothing, or nothing that makes it somebody else's.
fn to_us(clause: &Clause, at: usize) -> bool {
    match clause.at(at) {
        "" | "me" | "us" => true,
        _ => clause.is(at, FOLLOWS) && !clause.has(at, at + 4, OTHERS),
    }
}

/// The place behind a name for texts that begins here; none if none does.
fn texts_named(clause: &Clause, from: usize, at: usize) -> Option<usize> {
    // "Text" may be the noun itself, and not what kind of message.
    let kind = at > from && !clause.is(at, MESSAGES) && clause.was(at, "text sms");
    let at = at - usize::from(kind);
    let mut end = at;
    while clause.is(end, MESSAGES) || end > from && clause.is(end, ALERTS) {
        end += 1;
    }
    let named = clause.has(from, end, MESSAGES) || clause.has(from, end, "your ur");
    (named && end > at).then_some(end)
}

/// "Stop texting me", "quit sending me these messages", "turn off texts".
fn ceases(clause: &Clause, at: usize) -> bool {
    let start = match (clause.at(at), clause.at(at + 1), clause.at(at + 2)) {
        ("turn" | "shut" | "switch", "off", _) => at + 2,
        ("knock", "it", "off") => at + 3,
        _ if clause.is(at, CEASE) => at + 1,
        _ => return false,
    };
    let after = clause.skip(start, BETWEEN);
    let to_writer = clause.has(start, after + 2, "me us");
    if denied(clause, at) || of_a_thing(clause, at, to_writer) {
        return false;
    }
    if [start, after].into_iter().any(|verb| clause.is(verb, GERUNDS) && to_us(clause, verb + 1)) {
        return true;
    }
    let sends = clause.has(start, after, "sending giving");
    if let Some(end) = texts_named(clause, start, after) {
        // "Stop the messages popping up on my screen" is a problem, no wish.
        let of_others = clause.has(end, clause.len(), OTHERS) && !to_writer;
        return sends && !of_others || clause.only(end, TAIL);
    }
    sends && (after == clause.len() || clause.is(after, STUFF) && clause.only(after + 1, TAIL))
}

/// "Enough texts", "enough with the messages".
fn has_enough(clause: &Clause, at: usize) -> bool {
    let opens = at == 0 || clause.was(at, POLITE) || clause.was(at, "thats is had");
    let noun = clause.skip(at + 1, BETWEEN);
    opens && clause.at(at) == "enough" && texts_named(clause, at + 1, noun).is_some_and(|end| clause.only(end, NO_TAIL))
}

/// "Don't text me", "never message this number", "I asked you not to text me".
fn forbids(clause: &Clause, at: usize) -> bool {
    let not = clause.at(at) == "not";
    let negation = match clause.at(at) {
        "dont" | "never" | "dnt" => true,
        "not" => at == 0 || clause.was(at, "do you to please"),
        _ => false,
    };
    let subject = if not { at.saturating_sub(1) } else { at };
    // "I told you not to text me": the subject is that of the telling.
    let told = not && clause.at(at + 1) == "to";
    if !negation || !told && clause.was(subject, SUBJECTS) || of_a_thing(clause, subject, false) {
        return false;
    }
    let verb = clause.skip(at + 1, "please pls ever you to dare again be");
    if clause.at(verb) == "send" {
        let noun = clause.skip(verb + 1, BETWEEN);
        let to_writer = clause.has(verb, noun, "me us");
        let stuff = to_writer && clause.is(noun, STUFF) && clause.only(noun + 1, TAIL);
        let texts = texts_named(clause, verb + 1, noun);
        return stuff || texts.is_some_and(|end| to_writer || clause.only(end, TAIL));
    }
    // "Don't text after nine", "don't text and drive" are other wishes.
    let object = clause.at(verb + 1);
    clause.is(verb, TO_TEXT) && (object.is_empty() || among(object, "me us this my again anymore here please ever or"))
}

/// "I don't want these messages", "I no longer wish to be contacted", "I'd rather not get texts".
fn declines(clause: &Clause, at: usize) -> bool {
    let lately = clause.has(at.saturating_sub(2), at, "dont not never longer wont");
    let rather = clause.is(at, "get receive be") && clause.has(at.saturating_sub(4), at, "rather prefer");
    let of_others = clause.has(0, at, OTHERS);
    if !lately || of_others || !(at >= 1 && clause.is(at, TO_WANT) || rather) {
        return false;
    }
    let object = clause.skip(at + 1, WANTED);
    let gets = rather || clause.has(at + 1, object, "to receive get be getting receiving for");
    let from_us = |end: usize| clause.at(end) == "from" && clause.len() <= end + 2 && !clause.is(end + 1, THINGS);
    let start = at + 1;
    let noun = (start..object).find(|place| clause.is(*place, "text sms")).unwrap_or(object);
    texts_named(clause, start, noun).is_some_and(|end| clause.only(end, TAIL) || from_us(end))
        || clause.is(object, GERUNDS) && to_us(clause, object + 1)
        || gets && clause.is(object, "texted contacted messaged")
        || gets && object == clause.len() && clause.has(start, object, "these those")
        || clause.has(at, object, "you u") && clause.is(object, TO_TEXT) && to_us(clause, object + 1)
}

/// "No texts please", "no more messages", "I would prefer no texts".
fn wants_none(clause: &Clause, at: usize) -> bool {
    let opens = at == 0 || clause.was(at, POLITE) || clause.was(at, TO_WANT) || clause.was(at, "prefer said");
    if !opens || clause.at(at) != "no" {
        return false;
    }
    let more = clause.at(at + 1) == "more";
    let noun = clause.skip(at + 1, "more of these those your ur automated");
    let Some(end) = texts_named(clause, at + 1, noun) else {
        return clause.is(noun, GERUNDS) && clause.only(noun + 1, NO_TAIL)
            || more && noun > at + 2 && noun == clause.len();
    };
    // "No text yet" and "no message" tell of what has not come.
    let several = clause.has(noun, end, "messages texts txts msgs sms texting alerts notifications mensajes");
    more && clause.only(end, TAIL) || several && clause.only(end, NO_TAIL)
}

/// "Please call instead of texting".
fn prefers_calls(clause: &Clause, at: usize) -> bool {
    let instead = matches!((clause.at(at), clause.at(at + 1)), ("instead", "of") | ("rather", "than"));
    let asks = clause.has(0, at, "call phone ring email") && !clause.has(0, at, "i we they");
    instead && asks && clause.is(at + 2, "texting messaging texts") && to_us(clause, at + 3)
}

/// "Unsubscribe me", "opt me out", "take me off your list", "leave me alone".
fn unsubscribes(clause: &Clause, at: usize) -> bool {
    let from = |place: usize| match (clause.at(place), clause.at(place + 1)) {
        ("me" | "us", _) => Some(place + 1),
        ("my" | "this" | "our", "number") => Some(place + 2),
        ("my" | "this" | "our", "phone" | "cell") => Some(place + 2),
        _ => None,
    };
    let end = match (clause.at(at), clause.at(at + 1), clause.at(at + 2)) {
        ("opt" | "opting", "out", _) => Some(at + 2),
        ("opt", "me" | "us", "out") => Some(at + 3),
        ("take" | "get", ..) => from(at + 1).filter(|end| clause.at(*end) == "off"),
        ("remove" | "delete" | "lose" | "forget" | "drop" | "erase", ..) => {
            from(at + 1).filter(|_| !matches!(clause.at(at), "lose" | "forget" | "drop") || !clause.is(at + 1, "me us"))
        }
        ("leave", "me" | "us", "alone") => Some(at + 3),
        ("leave", "me", "the") if clause.at(at + 4) == "alone" => Some(at + 5),
        _ if clause.is(at, "unsubscribe unsub unsubcribe unsuscribe unsubscibe optout") => Some(at + 1),
        _ => None,
    };
    let wishes = || clause.span(0, at).iter().all(|word| among(word, POLITE) || among(word, WISHING));
    end.is_some_and(|end| !denied(clause, at) && wishes() && clause.only(end, LIST))
}

/// "I revoke my consent to be texted", "I withdraw my permission".
fn revokes(clause: &Clause, at: usize) -> bool {
    let consent = clause.skip(at + 1, "my all any the prior previous");
    clause.is(at, REVOKE)
        && !denied(clause, at)
        && clause.is(consent, CONSENT)
        && clause.span(consent + 1, clause.len()).iter().all(|word| among(word, LIST) || among(word, CONSENTED))
}
