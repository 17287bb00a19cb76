//! What was promised in a conversation: the work that someone now owes.
//!
//! Rules: `rules/actions.txt`. A promise of the assistant or the technician is an action; what the caller wishes, what
//! is only possible, asked, denied or conditional, is none, until it is granted.

use super::dialog::{Evidence, Speaker, Speech, Turn};
use super::normalise::number;
use super::spotting::{Hit, Phrasebook, SetId, within};
use super::{CallbackTime, parse_callback_time};
use crate::policy::CallbackPolicy;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

/// What kind of work was promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// Somebody calls the client back.
    Callback,
    /// Somebody else is brought in now.
    Escalation,
    /// Hardware is ordered or shipped.
    PartsOrder,
    /// Somebody drives to the client.
    OnsiteDispatch,
    /// A vendor, carrier or registrar is engaged.
    VendorCase,
    /// A new ticket on our own desk.
    TicketCreate,
    /// A ticket that exists is changed.
    TicketUpdate,
    /// Somebody looks into it.
    Research,
    /// Something is written to the client.
    ClientEmail,
}

impl ActionKind {
    const ALL: [(&str, Self); 9] = [
        ("callback", Self::Callback),
        ("escalation", Self::Escalation),
        ("parts_order", Self::PartsOrder),
        ("onsite_dispatch", Self::OnsiteDispatch),
        ("vendor_case", Self::VendorCase),
        ("ticket_create", Self::TicketCreate),
        ("ticket_update", Self::TicketUpdate),
        ("research", Self::Research),
        ("client_email", Self::ClientEmail),
    ];

    /// The name under which it is exchanged: `callback`, `parts_order`, ..
    pub fn label(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(label, _)| label)
    }

    /// The name that people read: "Parts order".
    pub fn title(self) -> &'static str {
        match self {
            Self::Callback => "Callback",
            Self::Escalation => "Escalation",
            Self::PartsOrder => "Parts order",
            Self::OnsiteDispatch => "On-site visit",
            Self::VendorCase => "Vendor case",
            Self::TicketCreate => "New ticket",
            Self::TicketUpdate => "Ticket update",
            Self::Research => "Research",
            Self::ClientEmail => "E-mail to the client",
        }
    }

    /// The kind of a label; none for another word.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == label).map(|(_, kind)| *kind)
    }
}

/// One promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// What kind of work it is.
    pub kind: ActionKind,
    /// Who says so.
    pub said_by: Speaker,
    /// Who is to do it, where that is not the one who says so: "a technician", "he".
    pub who: Option<Evidence>,
    /// What it is about: the words from the thing promised on, "your outlook ticket", "you".
    pub what: Evidence,
    /// When, in the words used; [`Action::due`] reads them.
    pub when: Option<Evidence>,
    /// The whole promise.
    pub evidence: Evidence,
    /// The rule of `rules/actions.txt` that fired, or `granted` for a wish that was granted.
    pub rule: String,
}

impl Action {
    /// The time promised, read as in [`parse_callback_time`]; none where no time was said or it is not that simple.
    pub fn due(&self, now: DateTime<Utc>, zone: Tz, policy: &CallbackPolicy) -> Option<CallbackTime> {
        parse_callback_time(self.when.as_ref()?.words.reveal(), now, zone, policy).time
    }
}

struct Rules {
    book: Phrasebook<ActionKind>,
    doubt: SetId,
    asked: SetId,
    conditional: SetId,
    you_did: SetId,
    past: SetId,
    stop: SetId,
    leads: [SetId; 3],
    someone: SetId,
    granted: SetId,
    yes: SetId,
    time: SetId,
    time_link: SetId,
    wishes: Vec<(SetId, ActionKind)>,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let book = Phrasebook::read(include_str!("../../rules/actions.txt"), ActionKind::from_label);
    let set = |name: &str| book.set(name);
    let wishes = ActionKind::ALL.iter().map(|(label, kind)| (set(&format!("wish_{label}")), *kind)).collect();
    Rules {
        doubt: set("doubt"),
        asked: set("asked"),
        conditional: set("if"),
        you_did: set("you_did"),
        past: set("past"),
        stop: set("stop"),
        leads: ["will", "doing", "someone"].map(set),
        someone: set("someone"),
        granted: set("granted"),
        yes: set("yes"),
        time: set("time"),
        time_link: set("time_link"),
        wishes,
        book,
    }
});

/// A match while it is weighed.
struct Promise {
    kind: ActionKind,
    rule: &'static str,
    words: Range<usize>,
}

/// The promises of a conversation, in order, one of each kind: to say again that the technician is being paged is no
/// second page.
///
/// Pure and stable. Promises are found in the words alone; punctuation, where there is any, only helps to see where a
/// sentence ends. Time grows with the words and no faster.
pub fn extract_actions(dialog: &[Turn<'_>]) -> Vec<Action> {
    let speech = Speech::of_all(dialog);
    let hits = RULES.book.hits(&speech);
    let scene = Scene { speech: &speech, hits: &hits };
    let (mut promises, offers) = scene.promises();
    promises.extend(scene.granted(&offers));
    promises.sort_by_key(|promise| (promise.words.start, promise.words.end));
    let mut first: BTreeMap<ActionKind, Promise> = BTreeMap::new();
    for promise in promises {
        first.entry(promise.kind).or_insert(promise);
    }
    let mut promises: Vec<Promise> = first.into_values().collect();
    promises.sort_by_key(|promise| promise.words.start);
    promises.into_iter().filter_map(|promise| scene.action(promise)).collect()
}

struct Scene<'a, 't> {
    speech: &'a Speech<'t>,
    hits: &'a [Hit],
}

impl Scene<'_, '_> {
    /// Promises made, and offers that ask for a yes.
    fn promises(&self) -> (Vec<Promise>, Vec<Promise>) {
        let (mut made, mut offers): (Vec<Promise>, Vec<Promise>) = (Vec::new(), Vec::new());
        for fired in RULES.book.fired(self.speech, self.hits) {
            if self.speech.speaker(fired.words.start) == Some(Speaker::Caller) {
                continue;
            }
            let promise = Promise { kind: fired.rule.outcome, rule: &fired.rule.name, words: fired.words };
            if self.asked(&promise.words) {
                offers.push(promise);
            } else if !self.void(&promise.words) {
                made.push(promise);
            }
        }
        let overlapping = |one: &Promise, kinds: &[ActionKind]| {
            let near = made.partition_point(|other| other.words.start + LONGEST_WORDS < one.words.start);
            let mut near = made[near..].iter().take_while(|other| other.words.start < one.words.end);
            near.any(|other| other.words.end > one.words.start && kinds.contains(&other.kind))
        };
        use ActionKind::{ClientEmail, Escalation, OnsiteDispatch, PartsOrder, TicketCreate, TicketUpdate, VendorCase};
        let outranked: Vec<bool> = made
            .iter()
            .map(|promise| match promise.kind {
                TicketCreate => overlapping(promise, &[VendorCase, TicketUpdate]),
                Escalation => overlapping(promise, &[OnsiteDispatch, PartsOrder, VendorCase]),
                ClientEmail | OnsiteDispatch => overlapping(promise, &[VendorCase]),
                _ => false,
            })
            .collect();
        let mut outranked = outranked.into_iter();
        made.retain(|_| !outranked.next().unwrap_or(false));
        (made, offers)
    }

    /// Wishes of the caller, and offers that the caller accepts, which the very next turn of ours grants.
    fn granted(&self, offers: &[Promise]) -> Vec<Promise> {
        let mut granted = Vec::new();
        let mut grant = |kind: ActionKind, asked_at: usize| {
            let reply = self.speech.turn_end(asked_at);
            if self.speech.speaker(reply).is_none_or(|who| who == Speaker::Caller) {
                return;
            }
            if let Some(words) = self.opens_with(reply, RULES.granted, 2) {
                let after = words.end..(words.end + 6).min(self.speech.turn_end(reply));
                let plain = !within(self.hits, RULES.doubt, after.clone()) && !within(self.hits, RULES.asked, after);
                if plain {
                    granted.push(Promise { kind, rule: "granted", words });
                }
            }
        };
        for hit in self.hits {
            let Some((_, kind)) = RULES.wishes.iter().find(|(set, _)| *set == hit.set) else { continue };
            let denied = within(self.hits, RULES.doubt, hit.words.start.saturating_sub(3)..hit.words.start);
            if self.speech.speaker(hit.words.start) == Some(Speaker::Caller) && (!denied || self.can_you(hit)) {
                grant(*kind, hit.words.start);
            }
        }
        for offer in offers {
            let answer = self.speech.turn_end(offer.words.start);
            let caller = self.speech.speaker(answer) == Some(Speaker::Caller);
            if caller && self.opens_with(answer, RULES.yes, 2).is_some() {
                grant(offer.kind, answer);
            }
        }
        granted
    }

    /// "Could you call me" wishes; "you don't have to call me" does not.
    fn can_you(&self, hit: &Hit) -> bool {
        (hit.words.start.saturating_sub(3)..hit.words.start).any(|at| {
            matches!(self.speech.words.at(at), "can" | "could" | "would" | "puede" | "pueden" | "podria" | "podrian")
        })
    }

    /// A set within the first words of a turn.
    fn opens_with(&self, start: usize, set: SetId, words: usize) -> Option<Range<usize>> {
        let from = self.hits.partition_point(|hit| hit.words.start < start);
        let mut near = self.hits[from..].iter().take_while(|hit| hit.words.start < start + words);
        near.find(|hit| hit.set == set).map(|hit| hit.words.clone())
    }

    /// Whether a new sentence begins at a word, as far as punctuation tells.
    fn sentence_starts(&self, word: usize) -> bool {
        self.speech.before(word).contains(['.', '?', '!', ';', '¿', '¡'])
    }

    /// The words before a place that belong to its sentence, at most so many.
    fn lead(&self, place: &Range<usize>, words: usize) -> Range<usize> {
        let floor = place.start.saturating_sub(words).max(self.speech.turn_start(place.start));
        let mut from = place.start;
        while from > floor && !self.sentence_starts(from) {
            from -= 1;
        }
        from..place.start
    }

    /// The words after a place that belong to its sentence, at most so many.
    fn rest(&self, place: &Range<usize>, words: usize) -> Range<usize> {
        let ceiling = (place.end + words).min(self.speech.turn_end(place.start));
        let end = (place.end..ceiling).find(|at| self.sentence_starts(*at)).unwrap_or(ceiling);
        place.end..end.max(place.end)
    }

    fn asked(&self, place: &Range<usize>) -> bool {
        within(self.hits, RULES.asked, self.lead(place, 4).start..place.end)
    }

    /// Only possible, denied, conditional, somebody else's, or of another day.
    fn void(&self, place: &Range<usize>) -> bool {
        let lead = self.lead(place, 2);
        let comma = lead.clone().chain([place.start]).rev().find(|at| self.speech.before(*at).contains(','));
        let doubted = within(self.hits, RULES.doubt, comma.unwrap_or(lead.start)..place.end);
        let rest = self.rest(place, 3);
        let clause = (rest.clone()).find(|at| matches!(self.speech.words.at(*at), "and" | "y" | "but" | "pero"));
        let condition = within(self.hits, RULES.conditional, self.lead(place, 10))
            || within(self.hits, RULES.conditional, rest.start..clause.unwrap_or(rest.end));
        let theirs = place.start > lead.start
            && within(self.hits, RULES.you_did, place.start - 1..place.start)
            && !self.speech.before(place.start).contains(',');
        let past = within(self.hits, RULES.past, self.lead(place, 5).start..self.rest(place, 1).end);
        doubted || condition || theirs || past
    }

    fn action(&self, promise: Promise) -> Option<Action> {
        let Promise { kind, rule, words } = promise;
        let whole = self.lead_in(&words)..self.clause_end(&words);
        let who = self.doer(&whole);
        let object = words.end - 1..whole.end;
        Some(Action {
            kind,
            said_by: self.speech.speaker(words.start)?,
            who: who.and_then(|place| self.speech.evidence(place)),
            what: self.speech.evidence(object)?,
            when: self.when(&words).and_then(|place| self.speech.evidence(place)),
            evidence: self.speech.evidence(whole)?,
            rule: rule.to_owned(),
        })
    }

    /// Where the promise begins with its "a technician will".
    fn lead_in(&self, place: &Range<usize>) -> usize {
        let lead = self.lead(place, 4);
        let mut start = place.start;
        while start > lead.start && !self.speech.before(start).contains(',') {
            let one = start - 1..start;
            if !RULES.leads.iter().any(|set| within(self.hits, *set, one.clone())) {
                break;
            }
            start -= 1;
        }
        // "and", "then" led to it and are no part of it.
        (start..place.end - 1).find(|at| !within(self.hits, RULES.stop, *at..*at + 1)).unwrap_or(start)
    }

    /// Where its clause ends.
    fn clause_end(&self, place: &Range<usize>) -> usize {
        let rest = self.rest(place, 8);
        let ends =
            |at: &usize| self.speech.before(*at).contains([',', ':']) || within(self.hits, RULES.stop, *at..*at + 1);
        rest.clone().find(ends).unwrap_or(rest.end)
    }

    /// The other person who is to do it.
    fn doer(&self, whole: &Range<usize>) -> Option<Range<usize>> {
        let from = self.hits.partition_point(|hit| hit.words.start < whole.start);
        let mut near = self.hits[from..].iter().take_while(|hit| hit.words.start < whole.end);
        near.find(|hit| hit.set == RULES.someone).map(|hit| hit.words.clone())
    }

    /// The words that say when: the run of words of time nearest to the promise, in its sentence.
    fn when(&self, place: &Range<usize>) -> Option<Range<usize>> {
        let (from, to) = (self.lead(place, 8).start, self.rest(place, 12).end);
        let mut best: Option<(usize, Range<usize>)> = None;
        let mut at = from;
        while at < to {
            let start = at;
            let mut said = false;
            while at < to && (self.is_time(at) || self.links_time(at)) {
                said |= self.is_time(at);
                at += 1;
            }
            if said {
                let run = self.trimmed(start..at);
                let far = run.start.saturating_sub(place.end).max(place.start.saturating_sub(run.end));
                if best.as_ref().is_none_or(|(known, _)| far <= *known) {
                    best = Some((far, run));
                }
            }
            at = at.max(start + 1);
        }
        best.map(|(_, run)| run)
    }

    /// A word of time, or a number where an hour is named.
    fn is_time(&self, at: usize) -> bool {
        const BEFORE_AN_HOUR: [&str; 10] =
            ["at", "by", "before", "after", "around", "las", "la", "until", "past", "half"];
        let hour = at > 0 && number(self.speech.words.at(at)).is_some_and(|n| n < 60);
        within(self.hits, RULES.time, at..at + 1) || (hour && BEFORE_AN_HOUR.contains(&self.speech.words.at(at - 1)))
    }

    fn links_time(&self, at: usize) -> bool {
        within(self.hits, RULES.time_link, at..at + 1) || number(self.speech.words.at(at)).is_some()
    }

    /// A run without the small words that belong to what stands around it.
    fn trimmed(&self, run: Range<usize>) -> Range<usize> {
        let loose = |at: usize| {
            matches!(
                self.speech.words.at(at),
                "and" | "or" | "of" | "to" | "for" | "from" | "y" | "de" | "como" | "the" | "la" | "el"
            ) && !self.is_time(at)
        };
        let link = |at: usize| !self.is_time(at) && number(self.speech.words.at(at)).is_none();
        let start = run.clone().find(|at| !loose(*at)).unwrap_or(run.start);
        let end = (start..run.end).rev().find(|at| !link(*at)).map_or(run.end, |at| at + 1);
        start..end
    }
}

/// No rule covers more words than this.
const LONGEST_WORDS: usize = 40;

#[cfg(test)]
#[path = "actions_tests.rs"]
mod tests;
