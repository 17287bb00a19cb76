//! Speech that may be an attack on us: orders to the assistant, false authority, requests for secrets, new
//! destinations, payment changes.
//!
//! Rules: `rules/flags.txt`. A flag is information for the ticket and the technician. It **never** lowers a priority,
//! withdraws a page or ends a call: whoever says "set the priority to low" and "the server is dead" has a dead server.
//! Nor is a flag an accusation: most people who ask for a new phone number on file have one.

use super::dialog::{Evidence, Speech, Turn};
use super::spotting::{Phrasebook, SetId};
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// What the speech tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagKind {
    /// Gives orders to the assistant: ignore the rules, be somebody else, set the priority.
    OrdersAssistant,
    /// Wants data changed by which people are recognised: numbers, recovery addresses, authorised contacts.
    ChangesIdentity,
    /// Asks for a password, code or access, or to weaken what guards them.
    AsksForSecret,
    /// Names a place, not on record, to send things to.
    NamesDestination,
    /// Is about gift cards or changed bank details.
    ChangesPayment,
}

impl FlagKind {
    /// What the caller does, in plain English, to follow "the caller"; it accuses nobody.
    pub fn tries(self) -> &'static str {
        match self {
            Self::OrdersAssistant => "gave orders to the assistant",
            Self::ChangesIdentity => "asked to change contact data",
            Self::AsksForSecret => "asked for a password, a code or access",
            Self::NamesDestination => "named a new place to send things to",
            Self::ChangesPayment => "spoke of a payment or of bank details",
        }
    }

    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "Orders" => Self::OrdersAssistant,
            "Identity" => Self::ChangesIdentity,
            "Secret" => Self::AsksForSecret,
            "Destination" => Self::NamesDestination,
            "Payment" => Self::ChangesPayment,
            _ => return None,
        })
    }
}

/// Something to look at twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    /// What the speech tries.
    pub kind: FlagKind,
    /// The rule of `rules/flags.txt` that fired.
    pub rule: String,
    /// The caller's exact words.
    pub evidence: Evidence,
}

/// The second column of a rule.
#[derive(Debug, Clone, Copy)]
struct Sign {
    kind: FlagKind,
    /// A report of what somebody else tried takes it back.
    soft: bool,
}

impl Sign {
    fn read(text: &str) -> Option<Self> {
        let (kind, soft) = text.strip_suffix(" soft").map_or((text, false), |kind| (kind, true));
        Some(Self { kind: FlagKind::read(kind)?, soft })
    }
}

struct Rules {
    book: Phrasebook<Sign>,
    reported: SetId,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let book = Phrasebook::read(include_str!("../../rules/flags.txt"), Sign::read);
    let reported = book.set("reported");
    Rules { book, reported }
});

/// An address that something is to be sent to, written ("x@example.com") or spoken ("x at example dot com").
///
/// Words alone cannot tell it: an address has its own grammar (RFC 5321, section 4.1.2; here only its shape).
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let verb = r"(?:send|forward|e-?mail (?:it|this|that|them|the)|route|redirect|reenv[ií]\w*|env[ií]\w*|m[aá]nd\w*|redirij\w*)";
    let written = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+";
    let spoken = r"\w+(?: (?:dot|punto|underscore|guion bajo|dash|guion) \w+| \w+)?";
    let host = r"\w+(?: \w+)?(?:(?: dot | punto |\.)(?:com|net|org|io|co|mx|es|us|info|me))";
    Regex::new(&format!(r"(?i)\b{verb}\b.{{1,60}}?\b(?:{written}|{spoken} (?:at|arroba) {host})\b")).ok()
});

/// What in the caller's words the technician should look at twice, in order; each rule once in a turn.
///
/// Only the caller's turns count. Pure and stable; negation takes nothing back, since it is cheap to say. Flags never
/// change a decision downwards.
pub fn find_flags(turns: &[Turn<'_>]) -> Vec<Flag> {
    of_speech(&Speech::of_caller(turns))
}

/// The flags in words that are prepared already; they are the caller's.
pub(super) fn of_speech(speech: &Speech<'_>) -> Vec<Flag> {
    let Rules { book, reported } = &*RULES;
    let hits = book.hits(speech);
    let told: BTreeSet<usize> =
        hits.iter().filter(|hit| hit.set == *reported).map(|hit| speech.turn(hit.words.start)).collect();
    let mut seen = BTreeSet::new();
    // Where the last flag of each kind ends: two rules on the same words are one thing to look at.
    let mut flagged: BTreeMap<FlagKind, usize> = BTreeMap::new();
    let mut flags = Vec::new();
    for fired in book.fired(speech, &hits) {
        let Sign { kind, soft } = fired.rule.outcome;
        let start = fired.words.start;
        let turn = speech.turn(start);
        if flagged.get(&kind).is_some_and(|end| start < *end) || (soft && told.contains(&turn)) {
            continue;
        }
        if seen.insert((turn, fired.rule.name.as_str())) {
            flagged.insert(kind, fired.words.end);
            let evidence = speech.evidence(fired.words);
            flags.extend(evidence.map(|evidence| Flag { kind, rule: fired.rule.name.clone(), evidence }));
        }
    }
    let known: Vec<usize> = of_kind(&flags, FlagKind::NamesDestination).collect();
    for (turn, words) in speech.said().filter(|(turn, _)| !known.contains(turn)) {
        // Nearly no turn has one; a look costs less than the grammar.
        let has = |part: &str| words.contains(part);
        let likely = has("@") || (has(" at ") || has("arroba")) && (has(" dot ") || has(" punto ") || has("."));
        let found = ADDRESS.as_ref().filter(|_| likely).and_then(|address| address.find(words));
        flags.extend(found.map(|found| Flag {
            kind: FlagKind::NamesDestination,
            rule: "destination/address".to_owned(),
            evidence: Evidence { turn, span: found.range(), words: found.as_str().into() },
        }));
    }
    flags.sort_by_key(|flag| (flag.evidence.turn, flag.evidence.span.start));
    flags
}

/// The turns in which a kind is flagged.
fn of_kind(flags: &[Flag], kind: FlagKind) -> impl Iterator<Item = usize> {
    flags.iter().filter(move |flag| flag.kind == kind).map(|flag| flag.evidence.turn)
}

#[cfg(test)]
#[path = "flags_tests.rs"]
mod tests;
