//! Notices to a configured URL: Adaptive Cards for Teams, or plain JSON for anything else.
//!
//! [`Webhook`] posts through the `HttpTransport` port. For Teams it speaks the format of the Workflows app's incoming
//! webhook ("When a Teams webhook request is received"); the plain format is [`Plain`], documented in docs/PAGING.md.
//!
//! What is absent here: the URL in any text (whoever knows it may post), plain HTTP to another machine, words of a
//! caller as markup (see `card.rs`), and a retry (the courier repeats).

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod card;
mod post;
mod url;

pub use card::{CARD_BYTES_MAX, Card, Plain, Told};
pub use post::{Format, Webhook};
pub use url::{InvalidUrl, WebhookUrl};
