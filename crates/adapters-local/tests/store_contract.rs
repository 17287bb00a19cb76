//! The SQLite store and the desk keep the contracts of their ports, on a file and in memory.

mod common;

mod on_a_file {
    use nightdesk_adapters_local::sqlite::SqliteStore;
    use nightdesk_testkit::contract_tests;
    use std::sync::Arc;

    contract_tests!(store, {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = SqliteStore::open(folder.path().join("nightdesk.db")).expect("a new database");
        (folder, Arc::new(store))
    });
}

mod in_memory {
    use nightdesk_adapters_local::sqlite::SqliteStore;
    use nightdesk_testkit::contract_tests;
    use std::sync::Arc;

    contract_tests!(store, ((), Arc::new(SqliteStore::open_in_memory().expect("a database in memory"))));
}

mod desk {
    use crate::common::Stopped;
    use nightdesk_adapters_local::desk::Desk;
    use nightdesk_adapters_local::sqlite::SqliteStore;
    use nightdesk_testkit::contract_tests;
    use std::sync::Arc;

    contract_tests!(ticketing, {
        let store = SqliteStore::open_in_memory().expect("a database in memory");
        ((), Arc::new(Desk::new(store, Stopped::new())))
    });
}
