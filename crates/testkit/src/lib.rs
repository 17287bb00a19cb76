//! For tests only: memory store, contract suites, fakes, scripts, strategies, the simulator.

pub mod connectwise;
pub mod contract;
pub mod dynamo;
pub mod eval;
pub mod fakes;
pub mod learn;
pub mod memory;
pub mod sample;
pub mod script;
pub mod sim;
