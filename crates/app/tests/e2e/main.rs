//! End-to-end tests: the real binary and the real server, on the simulated phone network, over real HTTP.
//!
//! One test binary, so that it is linked once. Every test has its own folder and its own ports.

// A failed test is meant to panic, and what it measured is shown with `--nocapture`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod support;

mod alerts;
mod analyze;
mod callbacks;
mod commands;
mod connectwise;
mod crash;
mod disturbed;
mod hostile;
mod messages;
mod prompt;
mod rota;
mod scripted;
mod server;
mod texts;
mod transport;
mod windows;
mod wiring;
