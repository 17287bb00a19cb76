//! A simulated phone network that speaks Twilio's protocol: people at a prompt and end-to-end tests hold real
//! calls with the server, with no account anywhere.
//!
//! It is a second, independent implementation of the protocol (it shares no code with the Twilio adapter), and
//! strict where the carrier is lenient: whatever Twilio would refuse or only warn of is recorded, see
//! [`PhoneNetwork::errors`].

mod dial;
mod event;
mod exchange;
mod gather;
mod handset;
mod human;
mod leg;
mod listing;
mod network;
mod outbox;
mod record;
mod resource;
mod rest;
mod room;
mod signature;
mod sms;
mod twiml;
mod webhook;

pub use event::{EventKind, LegStatus, NetworkEvent, Party};
pub use handset::{Caller, Handset, LegEnded};
pub use human::{PhoneBehaviour, UnknownBehaviour};
pub use network::{Faults, NetworkConfig, PhoneLine, PhoneNetwork};
pub use resource::TextMessage;
pub use signature::sign;
pub use twiml::{
    Conference, DOCUMENT_BYTES_MAX, Dial, Dialled, Document, Gather, Method, Prompt, Record, Say, SpeechTimeout,
    TwimlError, Verb, parse_document,
};
