//! The composition root: configuration, wiring, one router, the server and the command line.
//!
//! Only this crate knows which adapters serve which tenant, and only [`config`] reads the environment.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))] // a failed test is meant to panic

pub mod amazon;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
mod feed;
mod heartbeat;
pub mod http;
pub mod lambda;
pub mod links;
pub mod logging;
pub mod scan;
pub mod server;
pub mod store;
mod times;
pub mod transport;
pub mod wiring;
