//! What runs with no account anywhere.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

pub mod phone;
