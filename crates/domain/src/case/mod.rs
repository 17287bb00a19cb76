//! The case machine: what the MSP owes because of a call, until a person has it.

mod drill;
mod event;
mod ladder;
mod outage;
mod reply;
mod report;
mod state;
mod ticket;
mod transition;

pub use event::{CaseEvent, PageEvent};
pub use outage::{Hands, Joined, OpenCase, Outage};
pub use report::shorten;
pub use state::{Brief, CallerPresence, Case, Page, PageOutcome, PageState, Promise, Work};
pub use ticket::{SUMMARY_CHARS_MAX, TicketDraft, TicketRecord, TicketStatus};
