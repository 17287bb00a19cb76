//! The case machine: what the MSP owes because of a call, until a person has it.

mod accept;
mod alert;
mod alert_status;
mod briefing;
mod callback;
mod coded;
mod drill;
mod event;
mod history;
mod ladder;
mod needs;
mod outage;
mod pages;
mod people;
mod quiet;
mod reply;
mod report;
mod standing;
mod state;
mod texts;
mod ticket;
mod transition;

pub use alert::{Misstated, ToolAlert, WrittenAlert};
pub use alert_status::{AlertPage, AlertState, AlertStatus};
pub use briefing::{Briefing, in_alphabet_of_texts};
pub use callback::{CallbackState, Keeper, Owed};
pub use coded::{CaseName, CodedText, CodedWish};
pub use event::{AckBy, CaseEvent, PageEvent};
pub use history::{History, HistoryQuestion, fix_in_note};
pub use outage::{Hands, Joined, OpenCase, Outage};
pub use quiet::Quiet;
pub use report::{recording_in, shorten};
pub use standing::Standing;
pub use state::{Arrival, Brief, CallerPresence, Case, Page, PageOutcome, PageState, Promise, Work};
pub use ticket::{SUMMARY_CHARS_MAX, TicketDraft, TicketRecord, TicketStatus};
