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
mod costs;
mod down;
mod events;
mod table;
mod watch;

#[tokio::test]
async fn a_turn_is_two_requests_to_dynamodb() {
    let emulator = nightdesk_testkit::dynamo::Emulator::start();
    let costs = costs::costs(&table::table_that_counts(&emulator).await).await;
    assert_eq!(costs.turn.requests, 2, "{:?}", costs.turn);
    for (name, used) in [
        ("a call arrives", costs.arrival),
        ("a turn", costs.turn),
        ("the turn that wakes", costs.waking_turn),
        ("a whole call that leaves a ticket", costs.quiet_call),
        ("a whole call that wakes somebody", costs.woken_call),
    ] {
        println!("{name}: {used:?}");
        // Each figure is asked of a table that has counted something.
        assert!(used.requests > 1 && used.write_units > 0.0, "{name}: {used:?}");
    }
    assert!(costs.woken_call.requests < 200, "{:?}", costs.woken_call);
}
