//! How the caller feels, and how a technician who calls back should open.
//!
//! Rules: `rules/mood.txt`. Only what the caller says counts; capitals and punctuation do not.

use super::dialog::{Evidence, Speech, Turn};
use super::spotting::{Hit, Phrasebook, SetId, within};
use crate::vocabulary::Language;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::LazyLock;

/// A caller's mood, the mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Mood {
    /// None of the others.
    #[default]
    Calm,
    /// Does not understand what is happening, what is asked, or where to press.
    Confused,
    /// Under time pressure or in panic.
    Urgent,
    /// Annoyed: complains, has called before, is sarcastic, swears at the situation.
    Frustrated,
    /// Insults, threatens or swears at us.
    Hostile,
}

impl Mood {
    /// The line with which the technician who calls back should open, in the caller's language.
    pub fn opening(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Calm, Language::English) => {
                "Hi, this is the on-call technician. I have your notes here; is it still happening?"
            }
            (Self::Calm, Language::Spanish) => {
                "Hola, le habla el técnico de guardia. Tengo aquí sus datos; ¿sigue pasando lo mismo?"
            }
            (Self::Confused, Language::English) => {
                "Hi, this is the on-call technician. We'll go one step at a time, and there are no wrong questions. \
                 What do you see on the screen right now?"
            }
            (Self::Confused, Language::Spanish) => {
                "Hola, le habla el técnico de guardia. Vamos paso a paso y puede preguntarme lo que quiera. ¿Qué ve \
                 en la pantalla en este momento?"
            }
            (Self::Urgent, Language::English) => {
                "Hi, this is the on-call technician, and I'm working on this now. How much time do you have, and what \
                 has to work first?"
            }
            (Self::Urgent, Language::Spanish) => {
                "Hola, le habla el técnico de guardia y ya estoy con esto. ¿Cuánto tiempo tiene y qué tiene que \
                 funcionar primero?"
            }
            (Self::Frustrated, Language::English) => {
                "Hi, this is the on-call technician. I've read what you told us, so you don't have to repeat it, and \
                 I'm sorry for the trouble. Here is what I'd do first."
            }
            (Self::Frustrated, Language::Spanish) => {
                "Hola, le habla el técnico de guardia. Ya leí lo que nos contó, no tiene que repetirlo, y lamento las \
                 molestias. Esto es lo primero que voy a hacer."
            }
            (Self::Hostile, Language::English) => {
                "Hello, this is the on-call technician. I understand you're upset, and I'm calling to fix this. Let me \
                 tell you what I'll do right now."
            }
            (Self::Hostile, Language::Spanish) => {
                "Hola, le habla el técnico de guardia. Entiendo su molestia y le llamo para resolverlo. Le digo qué \
                 voy a hacer ahora mismo."
            }
        }
    }
}

/// Words that speak for a mood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// The rule of `rules/mood.txt` that fired; its first part says what it speaks for: `anger`, `confusion`,
    /// `urgency` or `calm`.
    pub rule: String,
    /// What the signal is worth, 0 to 100, after negation, intensifiers and the age of its turn.
    pub points: u8,
    /// The caller's exact words.
    pub evidence: Evidence,
}

/// How the caller feels over a whole conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sentiment {
    /// The tier.
    pub label: Mood,
    /// 0 calm to 100 hostile: up to 44 is Calm, Confused or Urgent, as their own signals say; from 45 it is
    /// Frustrated, from 70 Hostile.
    pub score: u8,
    /// What it rests on, in the order in which it was said.
    pub signals: Vec<Signal>,
}

impl Sentiment {
    /// The line with which the technician who calls back should open, in the caller's language.
    pub fn opening(&self, language: Language) -> &'static str {
        self.label.opening(language)
    }
}

/// From this score on a caller is Frustrated.
const FRUSTRATED_FROM: f32 = 45.0;
/// From this score on a caller is Hostile.
const HOSTILE_FROM: f32 = 70.0;
/// Signals of this worth are aimed at us; without one, swearing however long is not hostility.
const AIMED_FROM: f32 = 60.0;
const CONFUSED_FROM: f32 = 13.9;
const URGENT_FROM: f32 = 42.0;
/// Smaller signals are weak: they add up plainly, up to a bound, and thin out in a long speech.
const WEAK_BELOW: f32 = 16.0;
const WEAK_MAX: f32 = 28.0;
/// As many words as carry weak signals in full.
const WEAK_WORDS: f32 = 22.0;
/// The score of words that say nothing of a mood: thanks and cheer lie below it.
const NEUTRAL: f32 = 12.0;
/// How much of its weight a turn keeps for each later turn of the caller, and the least it keeps.
const AGEING: f32 = 0.9;
const AGED_MIN: f32 = 0.5;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Voice {
    Anger,
    Confusion,
    Urgency,
    Calm,
}

#[derive(Debug, Clone, Copy)]
struct Weight {
    voice: Voice,
    points: f32,
    /// No negation takes it back.
    firm: bool,
}

fn weight(text: &str) -> Option<Weight> {
    let mut parts = text.split_whitespace();
    let voice = match parts.next()? {
        "Anger" => Voice::Anger,
        "Confusion" => Voice::Confusion,
        "Urgency" => Voice::Urgency,
        "Calm" => Voice::Calm,
        _ => return None,
    };
    let points = parts.next()?.parse().ok()?;
    match parts.next() {
        None => Some(Weight { voice, points, firm: false }),
        Some("firm") => Some(Weight { voice, points, firm: true }),
        Some(_) => None,
    }
}

struct Rules {
    book: Phrasebook<Weight>,
    negation: SetId,
    no: SetId,
    but: SetId,
    more: SetId,
    less: SetId,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let book = Phrasebook::read(include_str!("../../rules/mood.txt"), weight);
    let [negation, no, but, more, less] = ["negation", "no", "but", "more", "less"].map(|name| book.set(name));
    Rules { book, negation, no, but, more, less }
});

impl Rules {
    /// Whether the words at a place are denied: "not mad", "isn't really urgent", "no humo".
    fn denied(&self, speech: &Speech<'_>, hits: &[Hit], at: usize) -> bool {
        const REACH_WORDS: usize = 2;
        let from = at.saturating_sub(REACH_WORDS + 1).max(speech.turn_start(at));
        let ends = |hit: &&Hit| hit.words.end <= at && hit.words.end + REACH_WORDS >= at && hit.words.start >= from;
        let first = hits.partition_point(|hit| hit.words.start < from);
        let mut near = hits[first..].iter().take_while(|hit| hit.words.start < at).filter(ends);
        near.any(|hit| {
            (hit.set == self.negation && !within(hits, self.but, hit.words.end..at))
                || (hit.set == self.no && hit.words.end == at)
        })
    }

    /// How much "very" or "a bit" right before a place makes of it.
    fn size(&self, hits: &[Hit], at: usize) -> f32 {
        let before = at.saturating_sub(1)..at;
        if within(hits, self.more, before.clone()) {
            1.25
        } else if within(hits, self.less, before) {
            0.6
        } else {
            1.0
        }
    }
}

/// One signal while it is weighed.
struct Heard {
    words: Range<usize>,
    rule: &'static str,
    voice: Voice,
    points: f32,
    /// Anger at us; "really" before "tired of it" does not make it so.
    aimed: bool,
}

/// The caller's mood over a conversation: the tier, a score, and the exact words it rests on.
///
/// Only the caller's turns count, the recent ones more. Pure and stable: the same words give the same answer,
/// whatever their case, accents and punctuation. Time grows with the words and no faster. No words are Calm.
pub fn analyze_sentiment(turns: &[Turn<'_>]) -> Sentiment {
    of_speech(&Speech::of_caller(turns))
}

/// The mood in words that are prepared already; they are the caller's.
pub(super) fn of_speech(speech: &Speech<'_>) -> Sentiment {
    let heard = heard(speech);
    let thin = (WEAK_WORDS / speech.len().max(1) as f32).min(1.0);
    let sum = |voice: Voice, weak: bool| -> f32 {
        let of = heard.iter().filter(|h| h.voice == voice && (!weak || h.points < WEAK_BELOW));
        of.map(|h| h.points).sum()
    };
    let strong = |voice: Voice| -> f32 {
        let of = heard.iter().filter(|h| h.voice == voice && h.points >= WEAK_BELOW);
        1.0 - of.map(|h| 1.0 - h.points / 100.0).product::<f32>()
    };
    let calm = sum(Voice::Calm, false) * thin;
    let ground = |voice: Voice| (sum(voice, true) * thin).min(WEAK_MAX);
    let with = |ground: f32, strong: f32| 100.0 * (1.0 - (1.0 - ground / 100.0) * (1.0 - strong));
    let mut anger = with((NEUTRAL + ground(Voice::Anger) - calm).max(0.0), strong(Voice::Anger));
    if !heard.iter().any(|h| h.aimed) {
        anger = anger.min(HOSTILE_FROM - 1.0);
    }
    // One question in a few words is puzzlement, in a long story it is a question.
    let eased: f32 = heard.iter().filter(|h| h.voice == Voice::Calm && h.points > 30.0).map(|h| h.points).sum();
    let asked = (ground(Voice::Confusion) * thin - eased).max(0.0);
    let confusion = with(asked, strong(Voice::Confusion) * thin.max(0.6));
    let urgency = with(ground(Voice::Urgency), strong(Voice::Urgency)) - eased;
    let label = match () {
        () if anger >= HOSTILE_FROM => Mood::Hostile,
        () if anger >= FRUSTRATED_FROM => Mood::Frustrated,
        () if urgency >= URGENT_FROM && urgency >= confusion => Mood::Urgent,
        () if confusion >= CONFUSED_FROM => Mood::Confused,
        () if urgency >= URGENT_FROM => Mood::Urgent,
        () => Mood::Calm,
    };
    let signals = heard.iter().filter_map(|h| {
        let evidence = speech.evidence(h.words.clone())?;
        Some(Signal { rule: h.rule.to_owned(), points: percent(h.points), evidence })
    });
    Sentiment { label, score: percent(anger.floor()), signals: signals.collect() }
}

/// A share of a hundred; it is between the two already.
fn percent(points: f32) -> u8 {
    points.clamp(0.0, 100.0) as u8
}

/// The signals in order; where several of one voice lie on the same words, the largest.
fn heard(speech: &Speech<'_>) -> Vec<Heard> {
    let rules = &*RULES;
    let hits = rules.book.hits(speech);
    let mut heard: Vec<Heard> = Vec::new();
    for fired in rules.book.fired(speech, &hits) {
        let Weight { voice, points, firm } = fired.rule.outcome;
        if !firm && voice != Voice::Calm && rules.denied(speech, &hits, fired.words.start) {
            continue;
        }
        let later = speech.turns().saturating_sub(speech.turn(fired.words.start) + 1);
        let age = match voice {
            // A deadline told at the beginning is as near at the end.
            Voice::Urgency => 1.0,
            _ => AGEING.powi(i32::try_from(later).unwrap_or(i32::MAX)).max(AGED_MIN),
        };
        let aimed = voice == Voice::Anger && points * age >= AIMED_FROM;
        let points = (points * age * rules.size(&hits, fired.words.start)).min(95.0);
        heard.push(Heard { words: fired.words, rule: &fired.rule.name, voice, points, aimed });
    }
    heard.sort_by(|a, b| b.points.total_cmp(&a.points).then(a.words.start.cmp(&b.words.start)));
    let mut taken = vec![0_u8; speech.len()];
    heard.retain(|h| {
        let bit = 1 << (h.voice as u8);
        let free = taken[h.words.clone()].iter().all(|voices| voices & bit == 0);
        if free {
            taken[h.words.clone()].iter_mut().for_each(|voices| *voices |= bit);
        }
        free
    });
    heard.sort_by_key(|h| (h.words.start, h.words.end));
    heard
}

#[cfg(test)]
#[path = "sentiment_tests.rs"]
mod tests;
