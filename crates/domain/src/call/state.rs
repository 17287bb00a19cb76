//! A call's state: what was said, what is being asked, how it will end.

use super::event::{News, Recording};
use crate::case::{OpenCase, Promise};
use crate::ids::{CallId, CompanyId, RecordingId, TenantId, TicketNumber};
use crate::model::Opinion;
use crate::phone::PhoneNumber;
use crate::private::Private;
use crate::triage::{Assessment, CallbackTime, Reason};
use crate::vocabulary::{Disposition, Language};
use crate::windows::Occurrence;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One conversation with one caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Its name: the carrier's id of the caller's leg.
    pub id: CallId,
    /// The tenant.
    pub tenant: TenantId,
    /// The settings it goes by.
    pub policy_version: u32,
    /// When it was answered.
    pub opened_at: DateTime<Utc>,
    /// The number that was dialled.
    pub dialled: PhoneNumber,
    /// The caller's number, if the network showed one.
    pub from: Option<PhoneNumber>,
    /// Who the number says it is.
    pub identity: Identity,
    /// The language that the caller is spoken to in.
    pub language: Language,
    /// The caller's turns, in order.
    pub turns: Vec<Private>,
    /// What was heard of the present turn while it was still being spoken, and its ordinal.
    pub overheard: Option<(u32, Private)>,
    /// What was understood of all turns.
    pub assessment: Option<Assessment>,
    /// The language model's newest opinion, and how many turns it is about.
    #[serde(default)]
    pub opinion: Option<(u32, Opinion)>,
    /// How many turns the language model was asked about.
    #[serde(default)]
    pub turns_asked_about: u32,
    /// A number that the caller keyed or said in answer to the question for it.
    pub number_given: Option<Private>,
    /// A name that the caller said in answer to the question for it.
    pub name_given: Option<Private>,
    /// A time that the caller said in answer to the question for it.
    pub callback_given: Option<CallbackTime>,
    /// Whether the caller is asked, once a call is promised, whether the promise may be texted.
    #[serde(default)]
    pub texts_offered: bool,
    /// Whether the caller agreed to that.
    #[serde(default)]
    pub texts_agreed: bool,
    /// Whether the caller said to send no texts: that is kept, and nobody asks any more.
    #[serde(default)]
    pub texts_refused: bool,
    /// The present turn, from 1; counts up with every answer.
    pub turn: u32,
    /// Questions that were asked, each at most once.
    pub asked: Vec<Question>,
    /// Whether a case was opened, which then bears the call's id, or that of another caller joined.
    pub case_open: bool,
    /// The number of its ticket.
    pub ticket: Option<TicketNumber>,
    /// How it ends; none while that is undecided.
    pub disposition: Option<Disposition>,
    /// The promise read back to the caller.
    pub promise: Option<Promise>,
    /// What the case told, in order; each piece is said once.
    pub news: Vec<News>,
    /// The number of the newest of them.
    pub news_taken: u32,
    /// Recordings of messages.
    pub recordings: Vec<Recording>,
    /// Whether a usable transcript has come of every message.
    pub transcribed: bool,
    /// The messages of which one has come; empty in a call of an earlier build, which knew of one message alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<RecordingId>,
    /// Whether the answers so far ask for somebody to be woken, whatever the words alone say.
    pub floor: WakeFloor,
    /// How many briefs were sent to the case.
    pub briefs_sent: u32,
    /// How many effects were planned.
    pub effects_planned: u32,
    /// Planned work that was in force at its arrival, or would be before its end: later turns read nothing.
    #[serde(default)]
    pub windows: Vec<Occurrence>,
    /// Whether the caller has been told of the planned work that explains the problem.
    #[serde(default)]
    pub planned_told: bool,
    /// The open case of another caller that it has joined instead of beginning one of its own.
    #[serde(default)]
    pub joined: Option<OpenCase>,
    /// Whether the caller has been told that the problem is known.
    #[serde(default)]
    pub joined_told: bool,
    /// Decisions taken by the call itself.
    pub reasons: Vec<Reason>,
    /// What it waits for.
    pub state: CallState,
}

/// What the conversation itself, beyond the words, says about waking somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WakeFloor {
    /// Nothing.
    #[default]
    None,
    /// A person was asked for, and work is stopped or that stayed unclear: at least High, and wake.
    High,
    /// Something that could be Critical stayed unclear: Critical.
    Critical,
}

/// Who the caller is believed to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The name on record, where exactly one contact has the number.
    pub name: Option<Private>,
    /// The company, by the caller's number, the dialled number, or the name said.
    pub company: Option<CompanyId>,
}

/// What a call waits for. Each waiting state holds its own bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// The office's telephone rings.
    RingingOffice {
        /// When the assistant takes over.
        until: DateTime<Utc>,
    },
    /// A question was put to the caller.
    Asking {
        /// Which.
        question: Question,
        /// How often it met silence.
        silences: u32,
        /// How often the answer was not understood.
        mishears: u32,
        /// What is said before the question.
        lead: Lead,
        /// When the caller counts as gone.
        until: DateTime<Utc>,
    },
    /// The caller waits while technicians are rung.
    Holding {
        /// When waiting ends whatever happens.
        until: DateTime<Utc>,
    },
    /// The caller leaves a message.
    Recording {
        /// Why.
        why: VoicemailReason,
        /// When the caller counts as gone.
        until: DateTime<Utc>,
    },
    /// Somebody accepted; the caller is on the way to the room.
    Joining {
        /// The bound on joining.
        until: DateTime<Utc>,
    },
    /// The caller talks with the technician.
    Connected {
        /// Since when.
        since: DateTime<Utc>,
        /// When the call counts as over.
        until: DateTime<Utc>,
    },
    /// The last words are being said.
    Closing {
        /// Which.
        farewell: Farewell,
        /// When the caller counts as gone.
        until: DateTime<Utc>,
    },
    /// The caller has gone; a transcript is still awaited.
    AwaitingTranscript {
        /// When it counts as missing.
        until: DateTime<Utc>,
    },
    /// Over.
    Ended,
}

/// What is asked of the caller, one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// "How can I help?"
    Open,
    /// "What is not working?"
    What,
    /// "Is anyone's work stopped right now?"
    WorkStopped,
    /// "What number can we reach you on?"
    Number,
    /// "Who am I speaking with, and which company?"
    Who,
    /// "How many people are affected?"
    Affected,
    /// "Since when?"
    Since,
    /// "When shall we call you back?"
    CallbackTime,
    /// "May we text you the confirmation?"
    MayText,
    /// "Is anything else not working?": asked before what is explained is left at that.
    AnythingElse,
}

/// What is said before a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lead {
    /// The greeting.
    Greeting,
    /// The tenant's text in the language that the caller turned out to speak.
    Welcome,
    /// Nothing.
    None,
    /// "I did not hear anything."
    Silence,
    /// "I did not understand."
    Mishear,
    /// The system is being worked on as planned, until when, and what then.
    Planned,
    /// The problem is known, and in whose hands it is.
    Known,
    /// "I am waking the technician on call while we speak."
    Waking,
    /// "Hang up and dial the emergency services", then as `Waking`.
    Danger,
}

/// Why a message is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoicemailReason {
    /// The caller asked for it.
    Wish,
    /// Silence or speech that could not be understood.
    NotUnderstood,
    /// The conversation reached its bound.
    TooLong,
}

/// The last words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Farewell {
    /// The promised callback is read back.
    Callback,
    /// The ticket's number, and when it is looked at.
    Ticket,
    /// The fix worked.
    Resolved,
    /// The fix will be tried; somebody asks in the morning.
    PendingVerification,
    /// The message was stored.
    MessageStored,
    /// Nothing was recorded.
    MessageEmpty,
    /// Nobody was reached yet; it goes on.
    Exhausted,
    /// The technician will ring back.
    TechnicianWillCall,
    /// The problem is known, and the caller is on the list of those whom somebody calls back.
    Known,
    /// Somebody takes care of it, and nobody is rung any more.
    Handled,
    /// The talk is over.
    Talked,
}
