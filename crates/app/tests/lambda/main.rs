//! The functions of AWS Lambda with no account: their handlers, the watch on a fast clock, and the real program under
//! a stand-in for the runtime API, with the calls that the server is tested by.
//!
//! `cargo xtask lambda` runs this.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failed test panics, and shows what it saw"
)]

#[path = "../e2e/support.rs"]
#[allow(dead_code, reason = "shared with the end-to-end tests of the server, which use more of it")]
mod support;

mod calls;
mod cloud;
mod down;
mod events;
mod table;
mod watch;
