//! Placeholder while the workspace is laid out.

pub mod connectwise;
//! For tests only: memory store, contract suites, fakes, scripts, strategies, the simulator.

pub mod contract;
pub mod memory;
pub mod sample;
