//! The emulator's launcher: each start is a process and a store of its own, and nothing of it is left afterwards.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use nightdesk_testkit::dynamo::Emulator;
use std::net::TcpStream;

fn answers(endpoint: &str) -> bool {
    TcpStream::connect(endpoint.strip_prefix("http://").unwrap()).is_ok()
}

#[test]
fn emulators_answer_side_by_side_and_are_gone_when_dropped() {
    let (first, second) = (Emulator::start(), Emulator::start());
    assert_ne!(first.endpoint, second.endpoint);
    assert!(answers(&first.endpoint) && answers(&second.endpoint));
    let endpoint = first.endpoint.clone();
    drop(first);
    assert!(!answers(&endpoint), "it was killed and waited for");
    assert!(answers(&second.endpoint), "the other one was left alone");
}
