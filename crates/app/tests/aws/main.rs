//! The real program on a DynamoDB table: the scripted calls, and several servers on one table that are killed in turn.
//!
//! The emulator is a process of its own; no account is needed, and nothing is skipped.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failed test panics, and shows what it saw"
)]

#[path = "../e2e/support.rs"]
#[allow(dead_code, reason = "shared with the end-to-end tests of the server, which use more of it")]
mod support;

mod balancer;
mod scripted;
mod services;
mod several;

use nightdesk_testkit::dynamo::Emulator;

/// The table of every test; each has an emulator of its own.
const TABLE: &str = "nightdesk";

/// What the program needs to know to keep everything in the emulator's table.
fn settings(emulator: &Emulator) -> Vec<(&'static str, String)> {
    vec![
        ("NIGHTDESK_STORE", format!("dynamodb:{TABLE}")),
        ("NIGHTDESK_AWS_ENDPOINT", emulator.endpoint.clone()),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "emulator".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "emulator".to_owned()),
        // Nothing of the tester's own account, and no question to a metadata service that is not there.
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
    ]
}
