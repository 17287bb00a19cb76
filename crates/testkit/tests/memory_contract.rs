//! The memory store keeps the contract of the storage ports; and no case of a suite is forgotten.

use nightdesk_testkit::contract_tests;
use nightdesk_testkit::memory::MemoryStore;
use std::sync::Arc;

contract_tests!(store, ((), Arc::new(MemoryStore::new())));

#[test]
fn every_case_that_is_written_is_run() {
    let list = include_str!("../src/contract/mod.rs");
    let suites = [
        include_str!("../src/contract/cases.rs"),
        include_str!("../src/contract/outbox.rs"),
        include_str!("../src/contract/records.rs"),
        include_str!("../src/contract/register.rs"),
        include_str!("../src/contract/tenants.rs"),
        include_str!("../src/contract/ticketing.rs"),
    ];
    for suite in suites {
        let cases = suite.lines().filter_map(|line| line.strip_prefix("pub async fn ")?.split('(').next());
        let cases: Vec<_> = cases.collect();
        assert!(!cases.is_empty());
        for case in cases {
            assert!(list.contains(&format!(" {case},\n")), "{case} is not in the list of contract_tests!");
        }
    }
}
