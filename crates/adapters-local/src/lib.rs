//! What runs with no account anywhere: SQLite store, ticket desk, inbox, simulated phone network.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))] // a failed test is meant to panic

pub mod desk;
pub mod inbox;
mod json;
mod kept;
pub mod phone;
pub mod sqlite;
