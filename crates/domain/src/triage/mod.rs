//! Understanding a caller's words by rules alone: no network, no clock, the same answer every time.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, reason = "a test says what it expects by failing"))]

mod actions;
mod assess;
mod assessment;
mod callback;
mod category;
mod company;
mod details;
mod dialog;
mod flags;
mod harmless;
mod language;
mod matching;
mod normalise;
mod phrases;
mod planned;
mod priority;
mod reading;
mod rules;
mod say;
mod sentiment;
mod sounds;
mod spotting;
mod weights;
mod wish;
mod word_map;

#[cfg(test)]
mod planned_tests;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod transcripts;

pub use actions::{Action, ActionKind, extract_actions};
pub use assess::assess;
pub use assessment::{Affected, Assessment, CallbackTime, Details, Explained, Fix, Grain, Reason, Span, Wish};

pub use callback::{CallbackFound, Fitted, TimeEvidence, fit, parse_callback_time};
pub use category::{Classification, classify};
pub use company::find_company;
pub use dialog::{Evidence, Speaker, Turn};
pub use flags::{Flag, FlagKind, find_flags};
pub use harmless::Telling;
pub use language::detect_language;
pub(crate) use normalise::plain_words;
pub use weights::LABEL_NAMES as WEIGHED_LABELS;

pub use say::{say_callback, say_clock, say_time, say_until};
pub use sentiment::{Mood, Sentiment, Signal, analyze_sentiment};

/// Everything in a caller's words that weights can be learned for, each once, and how much each piece counts in so
/// many words. Meant for the program that learns `rules/weights.txt`; [`WEIGHED_LABELS`] are what it learns them for.
pub fn evidence(turns: &[Turn<'_>]) -> (Vec<String>, f64) {
    let speech = dialog::Speech::of_caller(turns);
    let found = matching::Found::new(&speech.words);
    found.evidence(&speech.words, &found.fired(&speech.words))
}

/// Reads the rules now, which takes up to a second or two, instead of at the first call: a server does it
/// beside its start, so that the first caller need not wait for it.
pub fn prepare() {
    let _first_use = classify("");
}

use crate::ids::WindowId;
use crate::policy::{CallbackPolicy, Company};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// What the words are understood against.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// When they were said.
    pub now: DateTime<Utc>,
    /// The zone in which "tomorrow at ten" is meant.
    pub zone: Tz,
    /// What "in the morning" means.
    pub callback: &'a CallbackPolicy,
    /// The caller's company, whose runbook counts; none while it is unknown.
    pub company: Option<&'a Company>,
    /// Planned work that is in force now.
    pub windows: &'a [Window<'a>],
    /// Names of the caller that are known otherwise than by these words.
    pub names: &'a [&'a str],
}

/// Planned work on systems of the caller's company: that they fail now is expected and wakes nobody by itself.
///
/// It explains neither a fault of another system nor anything of security or safety.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window<'a> {
    /// Which window.
    pub id: &'a WindowId,
    /// What callers call the systems: "file server"; none: every system of the company.
    pub systems: &'a [String],
}
