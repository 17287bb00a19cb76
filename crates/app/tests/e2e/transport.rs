//! The server's HTTP client keeps the contract of the port.

use nightdesk::transport::HyperTransport;
use std::sync::Arc;

nightdesk_testkit::contract_tests!(transport, ((), Arc::new(HyperTransport::new())));
