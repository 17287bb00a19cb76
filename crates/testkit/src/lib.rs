//! For tests only: memory store, contract suites, fakes, scripts, strategies, the simulator.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, reason = "a test says what it expects by failing"))]

pub mod aws;
pub mod connectwise;
pub mod contract;
pub mod dynamo;
pub mod eval;
pub mod fakes;
pub mod lambda;
pub mod learn;
pub mod memory;
pub mod models;
pub mod sample;
pub mod script;
pub mod sim;
pub mod slack;
pub mod transport;
pub mod webhook;
