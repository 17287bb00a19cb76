//! Twilio's wire formats: webhook addresses and forms, signatures, TwiML, REST calls and messages.
//!
//! No socket is opened here: requests go out through the port `HttpTransport`, and webhooks come in as
//! bytes. A server that receives one does four things: it finds the address with [`Address::parse`],
//! refuses what [`signature::is_genuine`] does not vouch for, reads it with [`webhook::parse`], and answers
//! as the [`webhook::Answer`] says, with [`render::render`] where the line asks what it hears.
//!
//! The addresses under which Twilio calls us are listed once, in [`routes`].

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))] // a failed test is meant to panic

pub mod form;
mod kept;
pub mod render;
pub mod rest;
pub mod routes;
pub mod signature;
pub mod twiml;
pub mod webhook;

pub use rest::{InvalidAccount, TwilioAccount, TwilioTelephony};
pub use routes::{Address, CallRoute, Leg, PageRoute, PublicUrl, Route};
