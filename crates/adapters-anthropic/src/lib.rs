//! A language model by the Anthropic Messages API, over the HTTP port, for those without Bedrock.
//!
//! [`AnthropicModel`] implements the `TriageModel` port. It opens no socket: every request goes through the
//! `HttpTransport` port, and its answer is read while it comes, as server-sent events. Paths, headers and field names
//! are those of the vendor's public reference, version 2023-06-01.
//!
//! What is absent here: a retry (the courier repeats, and decides by `DeliveryError` whether it may), and a key, or a
//! word of a caller, in any text of an error.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod config;
mod events;
mod failure;
mod model;
mod wire;

pub use config::{API, AnthropicConfig};
pub use model::AnthropicModel;
