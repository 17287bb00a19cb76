//! Tickets, notes, companies and contacts in ConnectWise PSA, over its REST API.
//!
//! [`ConnectWise`] implements the `Ticketing` port. It opens no socket: every request goes through the
//! `HttpTransport` port. Paths, field names and length limits are those of the vendor's public endpoints, 2025.1.
//!
//! [`actions_note`] formats what was promised in a conversation as the text of an internal-analysis note.
//!
//! What is absent here: a retry (the courier repeats, and decides by `DeliveryError` whether it may), and a
//! text of a caller in a request line that is not a quoted literal (see [`conditions`]).

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod check;
mod client;
pub mod conditions;
mod config;
mod desk;
mod directory;
mod names;
mod notes;
mod refusal;
pub mod text;
mod wire;

pub use config::ConnectWiseConfig;
pub use desk::{ConnectWise, REQUEST_TIMEOUT};
pub use directory::{Company, Contact};
pub use notes::actions_note;
