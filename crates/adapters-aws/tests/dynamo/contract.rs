//! Every case of the storage ports' contract, each on a table of its own.

use nightdesk_testkit::contract_tests;
use std::sync::Arc;

contract_tests!(store, ((), Arc::new(crate::support::store().await)));
