//! Messages to Slack as Block Kit documents, their delivery, and the buttons that come back.
//!
//! [`actions_message`] formats what was promised in a conversation, [`briefing_message`] what whoever
//! is woken is told, [`alert_message`] a notice to the people on call,
//! [`page_message`] a page with the buttons that accept it, [`rota_message`] who is on call. [`Slack`] posts them by
//! `chat.postMessage` through the `HttpTransport` port; [`is_genuine`] and [`parse`] read what Slack posts to us when a
//! button is pressed.
//!
//! What is absent here: JSON written by hand; words of a conversation that reach Slack in another way than as a
//! quotation or as escaped lines (see `text.rs`), so that they cannot become a link, a mention, an emoji or
//! formatting; a retry (the courier repeats, and decides by `DeliveryError` whether it may); a request to an address
//! that Slack names (`response_url`): answers go through the API, as everything does.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod actions;
mod blocks;
mod briefing;
mod config;
mod failure;
mod interaction;
mod notice;
mod post;
mod rota;
mod signature;
mod text;

pub use actions::actions_message;
pub use blocks::{BLOCKS_MAX, BUTTON_MAX, Block, Button, FIELD_MAX, HEADER_MAX, Message, TEXT_MAX, Text};
pub use briefing::briefing_message;
pub use config::{API, SlackConfig, is_channel, is_member};
pub use interaction::{BadInteraction, Interaction, Pressed, parse};
pub use notice::{MINUTES, Page, alert_message, page_message, settled_message};
pub use post::{Posted, Slack};
pub use rota::rota_message;
pub use signature::{SIGNATURE_HEADER, SKEW_SECONDS_MAX, TIMESTAMP_HEADER, is_genuine, signature_of};
