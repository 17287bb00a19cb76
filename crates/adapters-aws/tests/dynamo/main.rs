//! The DynamoDB store on an emulator: the contract of its ports, the emulator itself, faults, long items, costs.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test fails by panicking")]

mod contract;
mod cost;
mod emulator;
mod faults;
mod long;
mod meddler;
mod support;
mod tenants;
