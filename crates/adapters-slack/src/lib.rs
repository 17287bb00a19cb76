//! Messages to Slack, as Block Kit documents.
//!
//! [`actions_message`] formats what was promised in a conversation, [`rota_message`] who is on call. Nothing is delivered here yet: whoever posts a
//! [`Message`] sets `unfurl_links` and `unfurl_media` to false, and leaves `parse` and `link_names` out.
//!
//! What is absent here: JSON written by hand, and words of a conversation that reach Slack in another way than as a
//! quotation (see `text.rs`), so that they cannot become a link, a mention, an emoji or formatting.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod actions;
mod blocks;
mod rota;
mod text;

pub use actions::actions_message;
pub use blocks::{BLOCKS_MAX, Block, FIELD_MAX, HEADER_MAX, Message, TEXT_MAX, Text};
pub use rota::rota_message;
