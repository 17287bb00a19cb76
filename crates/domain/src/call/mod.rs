//! The call machine: one conversation with one caller, from the first ring to its disposition.

mod event;
mod state;

pub use event::{Arrival, CallEvent, News, Recording, Speech};
pub use state::{Call, CallState, Farewell, Identity, Lead, Question, VoicemailReason};
