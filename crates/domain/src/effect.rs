//! Orders to the outside: serialisable, provider-neutral, performed by the engine after the commit.

use crate::call::CallEvent;
use crate::case::{Briefing, CaseEvent, History, TicketDraft};
use crate::consent::Withheld;
use crate::ids::{AckCode, CallId, CaseId, EffectId, LegId, PsaTicketId, RecordingId, TechnicianId, TenantId};
use crate::model::{Question, Summary};
use crate::phone::PhoneNumber;
use crate::private::Private;
use crate::vocabulary::Language;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An effect that a transition planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedEffect {
    /// Its name and idempotency key.
    pub id: EffectId,
    /// Not before this instant.
    pub due: DateTime<Utc>,
    /// The order.
    pub effect: Effect,
}

/// An order to the outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Ring a technician. Unknown outcome: look for the leg at the carrier, then ring again.
    Page(PageOrder),
    /// Page a technician by a message. Unknown outcome: repeat (a second message wakes nobody who sleeps).
    MessagePage(MessageOrder),
    /// Make the carrier ask what a leg hears now. Unknown outcome: repeat.
    Refetch(Line),
    /// End a leg. Unknown outcome: repeat.
    HangUp(LegId),
    /// Text a technician. Unknown outcome: repeat (a second text wakes nobody who sleeps).
    TextTechnician(TextOrder),
    /// Text a caller, if the gate lets it pass at that moment. Unknown outcome: never repeated.
    TextCaller(CallerText),
    /// Keep that the owner of a number wants no texts. Unknown outcome: repeat.
    OptOut(OptOutOrder),
    /// Tell the people on call by e-mail and chat. Unknown outcome: repeat.
    Alert(Alert),
    /// Open the ticket. Unknown outcome: look its key up twice, with a pause, then open.
    OpenTicket(Box<TicketDraft>),
    /// Add an internal note to the ticket. Unknown outcome: look for the note, then add.
    AddNote(NoteOrder),
    /// Set the ticket's status to closed. Unknown outcome: repeat.
    CloseTicket(PsaTicketId),
    /// Find tickets with one key and merge them into the first.
    ReconcileTicket(CaseId),
    /// Ask what is known of a case's client from before. Unknown outcome: go without it.
    AskHistory(CaseId),
    /// Ask the language model what the caller means. Unknown outcome: ask again.
    AskModel(ModelOrder),
    /// Have the language model write an account of a case into its ticket. Unknown outcome: ask again.
    Summarise(CaseId),
    /// Have a recording written down. Unknown outcome: look, then begin.
    Transcribe(TranscribeOrder),
    /// Tell a call something.
    TellCall(CallId, Box<CallEvent>),
    /// Tell a case something.
    TellCase(CaseId, Box<CaseEvent>),
}

/// A leg, and whose replies it hears.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The caller's leg.
    Caller(CallId),
    /// A technician's leg: case, number of the page, leg.
    Technician(CaseId, u32, LegId),
}

/// Ring one technician for one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageOrder {
    /// Which tenant's carrier account.
    pub tenant: TenantId,
    /// The case; its id goes into the callback addresses.
    pub case: CaseId,
    /// Which page of the case, from 1; goes into the callback addresses.
    pub page: u32,
    /// The person.
    pub technician: TechnicianId,
    /// The technician's telephone, from the tenant's records.
    pub to: PhoneNumber,
    /// The number that the technician sees.
    pub from: PhoneNumber,
    /// How long it rings.
    pub ring_seconds: u32,
    /// Since when the order stands: legs at the carrier that are older are not this page.
    pub ordered_at: DateTime<Utc>,
    /// After this instant the order is moot: the case has moved on.
    pub useless_after: DateTime<Utc>,
}

/// Page one technician for one case by a message that can be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageOrder {
    /// Which tenant's accounts.
    pub tenant: TenantId,
    /// The case.
    pub case: CaseId,
    /// Which page of the case, from 1.
    pub page: u32,
    /// The person.
    pub technician: TechnicianId,
    /// Where it goes, from the tenant's records.
    pub to: MessageTo,
    /// One line.
    pub subject: Private,
    /// The rest; it says how to accept by a text.
    pub body: Private,
    /// The same for channels that show more than text.
    #[serde(default)]
    pub briefing: Option<Box<Briefing>>,
    /// The code by which it is accepted.
    pub code: AckCode,
    /// After this instant the order is moot: the case has moved on.
    pub useless_after: DateTime<Utc>,
}

/// Where a page by message goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageTo {
    /// To a telephone, from the tenant's number.
    Text {
        /// The person's telephone.
        to: PhoneNumber,
        /// The tenant's number.
        from: PhoneNumber,
    },
    /// To a member of the tenant's Slack workspace, by id.
    Slack(String),
    /// To an address.
    Email(String),
    /// To the chat channel behind the tenant's webhook.
    Webhook,
}

/// Text one technician.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextOrder {
    /// The person's telephone, from the tenant's records.
    pub to: PhoneNumber,
    /// The tenant's number.
    pub from: PhoneNumber,
    /// The text.
    pub body: Private,
    /// The page that this text is, if it is one: the carrier reports to it what became of the text.
    #[serde(default)]
    pub page: Option<(CaseId, u32)>,
}

/// Text one caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerText {
    /// The number that the caller called from, as the carrier told it.
    pub to: PhoneNumber,
    /// The tenant's number.
    pub from: PhoneNumber,
    /// The text.
    pub body: Private,
    /// Whether it goes out in quiet hours, too: the caller waits for it.
    pub urgent: bool,
    /// Whether the caller agreed to it on this call.
    pub agreed: bool,
}

/// No more texts to one number, as somebody who called from it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptOutOrder {
    /// The number that the caller called from, as the carrier told it.
    pub number: PhoneNumber,
    /// In which words.
    pub words: Private,
    /// When it was said.
    pub at: DateTime<Utc>,
}

/// A message to the people on call that rings nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Addresses from the tenant's records.
    pub to: Vec<String>,
    /// One line.
    pub subject: Private,
    /// The rest.
    pub body: Private,
}

/// Ask the language model about one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelOrder {
    /// How many of the caller's turns the question holds; comes back with the answer.
    pub turns: u32,
    /// The question.
    pub question: Question,
}

/// Have one recording written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TranscribeOrder {
    /// The carrier's id of it.
    pub recording: RecordingId,
    /// The language that is spoken in it.
    pub language: Language,
}

/// A note to a ticket that exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteOrder {
    /// The ticket in the ticketing system.
    pub ticket: PsaTicketId,
    /// The note, in English; it ends with a reference by which a repeated note is recognised.
    pub text: Private,
    /// That reference: the effect's id.
    pub reference: String,
    /// Whether it says what fixed the problem.
    #[serde(default)]
    pub resolves: bool,
}

/// How an effect ended; comes back to its owner as an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done, with nothing to remember.
    Done,
    /// The page rings on this leg.
    PagePlaced(LegId),
    /// The ticket exists under this number; `repeated` if an earlier attempt may have made another.
    TicketOpened {
        /// The ticketing system's number.
        ticket: PsaTicketId,
        /// Whether a duplicate is possible.
        repeated: bool,
    },
    /// The language model's account of the case.
    Summarised(Summary),
    /// What is known of the client from before.
    Remembered(Box<History>),
    /// A notice did not reach the people on call, by this service's own word. The text names no person.
    NoticeLost(String),
    /// The destination has had as much as it gets: the page goes another way.
    OverBudget,
    /// A text to the caller was not sent, and why.
    Withheld(Withheld),
    /// Given up: refused, or no longer useful. The text names no person.
    GivenUp(String),
}
