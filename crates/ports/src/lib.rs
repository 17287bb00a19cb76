//! What NightDesk needs from the outside: async traits with written contracts, and two error enums.
//!
//! Split by consistency and failure semantics, never one per table. Every port is object safe;
//! the engine holds them as `Arc<dyn _>`.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod error;
mod gate;
mod listening;
mod model;
mod recordings;
mod records;
mod register;
mod services;
mod store;
mod tenants;

pub use error::{DeliveryError, StoreError};
pub use gate::{ClearedText, Gate, clear, confirm_opt_out, consent_of, is_opted_out};
pub use listening::{Budget, Heard, Listening, TOOL_INPUT_BYTES_MAX};
pub use model::{Absent, Answer, TokenUse, Transcriber, Transcript, TriageModel};
pub use recordings::{CallerOf, KeptRecording};
pub use records::{RECORD_BODY_BYTES_MAX, RECORD_KEY_BYTES_MAX, Record, RecordLog, Scan};
pub use register::{ENTRY_BODY_BYTES_MAX, ENTRY_KEY_BYTES_MAX, Entry, Register};
pub use services::{Clock, HttpTransport, Notifier, Pieces, Telephony, Ticketing, TransportError};
pub use store::{
    Alias, Cases, Claim, Commit, JournalEntry, Lease, ListKind, NewEffect, Outbox, RecordedEvent, SNAPSHOT_FORMAT,
    Save, Snapshot, Stored, Tries,
};
pub use tenants::TenantRepository;

#[cfg(feature = "mock")]
pub use model::{MockTranscriber, MockTriageModel};
#[cfg(feature = "mock")]
pub use records::MockRecordLog;
#[cfg(feature = "mock")]
pub use register::MockRegister;
#[cfg(feature = "mock")]
pub use services::{MockClock, MockHttpTransport, MockNotifier, MockTelephony, MockTicketing};
#[cfg(feature = "mock")]
pub use store::{MockCases, MockOutbox};
#[cfg(feature = "mock")]
pub use tenants::MockTenantRepository;
