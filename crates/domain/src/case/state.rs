//! A case's state: what is known, who is being woken, where the ticket stands.

use super::alert::ToolAlert;
use super::callback::Owed;
use super::history::History;
use super::outage::{Joined, Outage};
use super::quiet::Quiet;
use super::ticket::TicketRecord;
use crate::ids::{AckCode, CallId, CaseId, CompanyId, LegId, TechnicianId, TenantId};
use crate::phone::PhoneNumber;
use crate::policy::Channel;
use crate::private::Private;
use crate::triage::{Affected, CallbackTime, Fix, Flag, Mood, Reason, Telling};
use crate::vocabulary::{Category, Disposition, Language, Priority};
use crate::windows::PlannedWork;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What the MSP owes because of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Its name; derived from the call that opened it.
    pub id: CaseId,
    /// The tenant.
    pub tenant: TenantId,
    /// The settings it goes by.
    pub policy_version: u32,
    /// When it began.
    pub opened_at: DateTime<Utc>,
    /// A drill rings this one person, to see that pages arrive; it opens no ticket.
    pub drill: Option<TechnicianId>,
    /// What a tool has told, where no caller did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<ToolAlert>,
    /// What is known, newest first told.
    pub brief: Brief,
    /// The call that opened it, and whether its caller is still on the line.
    pub caller: CallerPresence,
    /// The call that was promised to the caller, and what has become of the promise.
    #[serde(default)]
    pub callback: Option<Owed>,
    /// Other callers with the like problem, in the order in which they joined: the newest
    /// [`crate::limits::JOINED_KEPT_MAX`] of them.
    #[serde(default)]
    pub joined: Vec<Joined>,
    /// Set once it is a known outage.
    #[serde(default)]
    pub outage: Option<Outage>,
    /// Set once planned work has kept it quiet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
    /// The ticket.
    pub ticket: TicketRecord,
    /// The code by which a technician accepts it in a text; none in a case of an earlier build.
    #[serde(default)]
    pub ack_code: Option<AckCode>,
    /// Who is being woken.
    pub work: Work,
    /// Pages, the oldest first; the newest [`crate::limits::PAGES_KEPT_MAX`] of them.
    pub pages: Vec<Page>,
    /// How many pages were ordered.
    pub pages_ordered: u32,
    /// Whether more is known than the ticket says.
    pub ticket_behind: bool,
    /// How often a ladder was begun.
    pub rounds: u32,
    /// The name of the ladder that is gone through.
    #[serde(default)]
    pub ladder: Option<String>,
    /// How many pieces of news were sent to the caller.
    pub news_sent: u32,
    /// How many effects were planned.
    pub effects_planned: u32,
    /// When a holder who has told no time is asked when the caller is rung.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untold_until: Option<DateTime<Utc>>,
    /// Decisions taken by the case itself: who was on call and why, who passed.
    pub reasons: Vec<Reason>,
    /// What is known from before; none until that was answered.
    #[serde(default)]
    pub history: Option<History>,
}

/// The caller of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerPresence {
    /// The call.
    pub call: CallId,
    /// Whether the caller is on the line.
    pub present: bool,
    /// The newest [`super::CaseEvent::CallerSaid`] that was taken.
    pub said: u32,
}

/// What is known of a problem and of the person who told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// The caller's language.
    pub language: Language,
    /// How urgent.
    pub priority: Priority,
    /// What kind of problem.
    pub category: Option<Category>,
    /// Whether somebody is to be woken for it.
    pub wake: bool,
    /// How the call ends; none while that is undecided.
    pub disposition: Option<Disposition>,
    /// Whether the caller said that the fix worked (closed), or will try it (pending).
    pub fix: Fix,
    /// The caller's name.
    pub name: Option<Private>,
    /// The company, if it is known.
    pub company: Option<CompanyId>,
    /// The number to reach the caller: the one said, else the one seen.
    pub number: Option<Private>,
    /// How many are affected.
    pub affected: Option<Affected>,
    /// Since when, in the caller's words.
    pub since: Option<Private>,
    /// A deadline, in the caller's words.
    pub deadline: Option<Private>,
    /// The system named.
    pub system: Option<String>,
    /// How plainly the failure was told.
    #[serde(default)]
    pub telling: Telling,
    /// The promised callback, as it was read back; [`Case::callback`] is what has become of it.
    pub callback: Option<Promise>,
    /// The number that may be texted: the one that the caller called from, if they agreed to it on this call.
    #[serde(default)]
    pub text_to: Option<PhoneNumber>,
    /// The caller's own words, turn by turn.
    pub words: Vec<Private>,
    /// Recordings of messages, by the carrier's id.
    pub recordings: Vec<crate::call::Recording>,
    /// Why all this was decided.
    pub reasons: Vec<Reason>,
    /// How the caller feels, for whoever calls back.
    #[serde(default)]
    pub mood: Mood,
    /// What the caller said in one English sentence, by a language model.
    #[serde(default)]
    pub gist: Option<Private>,
    /// What to look at twice. It is told to people and decides nothing.
    #[serde(default)]
    pub flags: Vec<Flag>,
    /// Planned work at this client that was in force, by its name.
    #[serde(default)]
    pub windows: Vec<String>,
    /// The planned work that explains the problem, so that nobody is woken for it.
    #[serde(default)]
    pub planned: Option<PlannedWork>,
}

/// A promised callback, as it was read back to the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when, if a window was promised.
    pub until: Option<DateTime<Utc>>,
}

impl Promise {
    /// The promise as a time that can be read out.
    pub fn time(&self) -> CallbackTime {
        match self.until {
            Some(until) => CallbackTime::Window(self.from, until),
            None => CallbackTime::At(self.from),
        }
    }
}

/// Who is being woken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Nobody: the ticket is all.
    Filed,
    /// Somebody is being paged.
    Paging {
        /// The first page of this try of the rung; those after it belong to it, too.
        page: u32,
        /// The rung, from 0.
        rung: u32,
        /// How often the rung was tried before.
        #[serde(default)]
        tries: u32,
        /// How often the ladder was gone through before without a pause.
        #[serde(default)]
        pass: u32,
        /// Set once the rung was tried in vain and has a pause after it: when the next rung begins.
        #[serde(default)]
        until: Option<DateTime<Utc>>,
    },
    /// The ladder was tried in vain; it begins again then.
    Pausing {
        /// When.
        until: DateTime<Utc>,
    },
    /// Accepted; caller and technician are on their way to the room.
    Joining {
        /// The accepted page.
        page: u32,
        /// Whether the caller is in the room.
        caller_in: bool,
        /// Whether the technician is in the room.
        technician_in: bool,
        /// The bound on joining.
        until: DateTime<Utc>,
    },
    /// Both are talking.
    Talking {
        /// The accepted page.
        page: u32,
        /// Since when.
        since: DateTime<Utc>,
    },
    /// One of them left the room soon after they met: whose line has ended shows in a moment.
    Parting {
        /// The accepted page.
        page: u32,
        /// When it is judged by what is known.
        until: DateTime<Utc>,
    },
    /// A technician has it.
    Held {
        /// The accepted page.
        page: u32,
        /// Whether they have talked; otherwise the technician was given the number.
        talked: bool,
        /// By when the technician has promised to ring the caller, while that is open.
        #[serde(default)]
        arrival: Option<Arrival>,
    },
    /// The ladder was tried in vain and nobody will be woken any more: red in the morning.
    Unanswered,
    /// A person marked it as taken care of.
    Handled,
}

/// By when a technician has promised to ring the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// The promise.
    pub by: DateTime<Utc>,
    /// Whether the technician was reminded of it; if nothing follows, others are woken.
    pub reminded: bool,
}

/// One attempt to reach one technician by one channel: a ring of the telephone, or a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// From 1 within the case.
    pub number: u32,
    /// The number of the effect that ordered it.
    pub effect: u32,
    /// The person.
    pub technician: TechnicianId,
    /// By which channel.
    #[serde(default)]
    pub channel: Channel,
    /// The telephone that is rung or texted; none for other channels.
    pub to: Option<PhoneNumber>,
    /// The rung that it belongs to, from 0.
    #[serde(default)]
    pub rung: u32,
    /// The count of [`Case::rounds`] in which it was ordered.
    #[serde(default)]
    pub round: u32,
    /// The leg, once the carrier has named it.
    pub leg: Option<LegId>,
    /// Whether somebody or something has answered it, or the carrier has ended its leg: it is not answered again.
    pub answered: bool,
    /// Whether the carrier believes that a machine answered.
    pub machine_hint: bool,
    /// When it was ordered, or will be due.
    pub ordered_at: DateTime<Utc>,
    /// Where it stands.
    pub state: PageState,
}

/// Where a page stands. Each waiting state holds its own bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageState {
    /// Ordered; nobody has answered yet.
    Ringing {
        /// When it is given up.
        until: DateTime<Utc>,
    },
    /// Answered; hears the briefing and may press a key.
    Briefing {
        /// The turn that is listened to.
        turn: u32,
        /// How often nothing was pressed.
        silences: u32,
        /// When it is given up.
        until: DateTime<Utc>,
    },
    /// Accepted by its technician.
    Accepted {
        /// When.
        at: DateTime<Utc>,
        /// The turn in which the minutes until the technician rings are asked for, while they are.
        #[serde(default)]
        asking: Option<u32>,
    },
    /// Over without an acceptance.
    Ended {
        /// How.
        outcome: PageOutcome,
        /// When.
        at: DateTime<Utc>,
    },
}

/// How a page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageOutcome {
    /// A key or a spoken "accept".
    Accepted,
    /// The technician passed it on.
    Passed,
    /// A mailbox or a machine answered.
    Machine,
    /// Nobody answered.
    NoAnswer,
    /// Answered, and no key was pressed.
    NoInput,
    /// The line was busy.
    Busy,
    /// The carrier could not place the call, or not deliver the message.
    Failed,
    /// The destination had had as much as it gets: it went another way.
    OverBudget,
    /// Accepted once, and the promise to ring the caller was not kept.
    Overdue,
    /// Stopped by us: somebody else has accepted, or the case is handled.
    Stopped,
}
