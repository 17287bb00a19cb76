//! What was understood of a caller's words, with the evidence for it.

use super::{Action, Flag, Sentiment, Telling};
use crate::ids::WindowId;
use crate::model::Opinion;
use crate::private::Private;
use crate::vocabulary::{Category, Confidence, Disposition, Language, Priority};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Why something was decided: the rule, the caller's words it matched, and the runbook line if one did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// A short name of the rule, stable enough to search for: `critical/server-down`.
    pub rule: String,
    /// The caller's words that fired it; empty where the rule is about something else.
    pub words: Private,
    /// The line of the client's runbook that applied.
    pub runbook: Option<String>,
    /// Where those words stand in what the caller said.
    #[serde(default)]
    pub span: Option<Span>,
}

/// A place in the caller's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// Which of all turns that were given, from 0.
    pub turn: usize,
    /// The first byte in that turn.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

impl Reason {
    /// A reason from a rule and the words that fired it.
    pub fn new(rule: impl Into<String>, words: impl Into<Private>) -> Self {
        Self { rule: rule.into(), words: words.into(), runbook: None, span: None }
    }
}

/// A whole conversation, understood by rules alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// The caller's language.
    pub language: Language,
    /// What that guess is worth; an explicit request for a language is `High`.
    pub language_confidence: Confidence,
    /// The kind of problem; none is "Unclassified".
    pub category: Option<Category>,
    /// A second problem, where two are told.
    pub secondary: Option<Category>,
    /// What the category is worth.
    pub confidence: Confidence,
    /// How urgent it is by what was said so far.
    pub priority: Priority,
    /// Something that could be Critical was hinted at, and not enough was said to tell:
    /// ask one question, and escalate if it stays so.
    pub unsure: bool,
    /// Fire, smoke, injury or a threat: say first to ring the emergency services.
    pub danger: bool,
    /// Whether the words tell of any problem or request at all.
    pub problem_told: bool,
    /// What the caller wants done.
    pub wish: Wish,
    /// What the caller says of a fix.
    pub fix: Fix,
    /// What else was told.
    pub details: Details,
    /// How the caller feels.
    #[serde(default)]
    pub sentiment: Sentiment,
    /// What may be an attack; it lowers nothing.
    #[serde(default)]
    pub flags: Vec<Flag>,
    /// What was promised by whoever spoke with the caller.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// How plainly the failure is told: whether it may be the very one that another caller told.
    #[serde(default)]
    pub telling: Telling,
    /// The planned work that explains what was told, so that it wakes nobody by itself.
    #[serde(default)]
    pub planned: Option<Explained>,
    /// Why, in the order in which the rules fired.
    pub reasons: Vec<Reason>,
}

/// What planned work explains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    /// By which window.
    pub window: WindowId,
    /// The system that was named, as the window calls it; none where every system is worked on.
    pub system: Option<String>,
    /// Whether the words alone would have woken somebody, or led to a question about it.
    pub lowered: bool,
}

impl Assessment {
    /// Whether these findings wake somebody by themselves; `for_high` is the tenant's policy for High.
    ///
    /// [`Assessment::unsure`] is not asked here: that question is first put to the caller.
    pub fn wakes(&self, for_high: bool) -> bool {
        self.danger
            || match self.priority {
                Priority::Critical => true,
                Priority::High => for_high,
                Priority::Medium | Priority::Low => false,
            }
    }

    /// Takes a language model's opinion into account: it may raise the priority and name a category where the rules
    /// have none. What the rules found stays: nothing is lowered, and what is unsure stays unsure.
    pub fn heed(&mut self, opinion: &Opinion) {
        if opinion.priority > self.priority {
            self.reasons.push(Reason::new(format!("model/raised-to-{}", opinion.priority), opinion.because.clone()));
            self.priority = opinion.priority;
            // What is more urgent than planned work makes it is not explained by it.
            self.planned = self.planned.take().filter(|_| opinion.priority < Priority::High);
        }
        if let (None, Some(category)) = (self.category, opinion.category) {
            self.reasons.push(Reason::new("model/category", opinion.gist.clone()));
            (self.category, self.confidence) = (Some(category), Confidence::Low);
        }
    }

    /// How the call would end if nothing more were said and every part worked; what stays unsure escalates.
    pub fn disposition(&self, for_high: bool) -> Disposition {
        match (self.fix, self.wish) {
            _ if self.wakes(for_high) || self.unsure => Disposition::Escalate,
            (_, Wish::Voicemail) => Disposition::Voicemail,
            (Fix::Works | Fix::WillTry, _) => Disposition::Resolve,
            (_, Wish::Callback | Wish::Person) => Disposition::Callback,
            _ => Disposition::Ticket,
        }
    }
}

/// What the caller asks for, the last clear wish counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// Nothing in particular.
    #[default]
    None,
    /// To be called later.
    Callback,
    /// No call: "just put in a ticket".
    NoCall,
    /// To leave a message.
    Voicemail,
    /// To speak with a person: "operator".
    Person,
}

/// What the caller says of a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fix {
    /// Nothing.
    #[default]
    None,
    /// "I'll try that": not confirmed.
    WillTry,
    /// "It works again": confirmed by the caller.
    Works,
}

/// How many people are affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Affected {
    /// The caller alone.
    One,
    /// A number that was said, 2 or more.
    Some(u32),
    /// "Several", "a few of us".
    Several,
    /// "Everybody", "the whole office".
    All,
}

/// Facts that callers tell, in their own words where no value is needed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The caller's first name, or full name, as said.
    pub name: Option<Private>,
    /// A number to reach the caller, digits only, 7 to 15 of them.
    pub number: Option<Private>,
    /// How many are affected.
    pub affected: Option<Affected>,
    /// Since when, as said: "since about nine".
    pub since: Option<Private>,
    /// A deadline, as said: "payroll is due at midnight".
    pub deadline: Option<Private>,
    /// The system or product named: "server", "Outlook".
    pub system: Option<String>,
    /// When the caller wants to be called.
    pub callback: Option<CallbackTime>,
    /// How exactly that was said.
    #[serde(default)]
    pub callback_grain: Option<Grain>,
}

/// How exactly a time was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// "half past nine", "in twenty minutes".
    Minute,
    /// "at nine", "first thing".
    Hour,
    /// "tomorrow morning".
    DayPart,
    /// "on Friday".
    Day,
    /// Several days: "next week", "the weekend", "in January".
    Week,
}

/// When a caller wants to be called, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackTime {
    /// At an instant.
    At(DateTime<Utc>),
    /// Within a window; the end is later than the start.
    Window(DateTime<Utc>, DateTime<Utc>),
    /// As soon as possible.
    Soon,
}

impl CallbackTime {
    /// The instant from which the promise runs; none for "as soon as possible".
    pub fn starts(&self) -> Option<DateTime<Utc>> {
        match self {
            CallbackTime::At(start) | CallbackTime::Window(start, _) => Some(*start),
            CallbackTime::Soon => None,
        }
    }
}
