//! The call machine: one conversation with one caller, from the first ring to its disposition.

mod answers;
mod conversation;
mod event;
mod late;
mod opening;
mod opinion;
mod outcome;
mod reply;
mod state;
mod transition;
mod wording;

pub use event::{Arrival, CallEvent, News, Recording, Speech};
pub use state::{Call, CallState, Farewell, Identity, Lead, Question, VoicemailReason, WakeFloor};
