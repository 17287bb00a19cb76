//! End-to-end tests: the real binary and the real server, on the simulated phone network, over real HTTP.
//!
//! One test binary, so that it is linked once. Every test has its own folder and its own ports.

#![allow(clippy::unwrap_used, clippy::panic)] // a failed test is meant to panic

mod support;

mod commands;
mod connectwise;
mod crash;
mod disturbed;
mod hostile;
mod prompt;
mod scripted;
mod server;
