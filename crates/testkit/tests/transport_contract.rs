//! The HTTP client of tests keeps the contract of the port.
#![allow(clippy::unwrap_used, missing_docs, reason = "a failed test is meant to panic")]

use nightdesk_testkit::transport::HyperTransport;
use std::sync::Arc;

nightdesk_testkit::contract_tests!(transport, ((), Arc::new(HyperTransport)));
