//! The SQLite store keeps the contracts of its ports, on a file and in memory; the desk keeps its own on any store.

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

mod desk_on_sqlite {
    use crate::common::Stopped;
    use nightdesk_adapters_local::desk::Desk;
    use nightdesk_adapters_local::sqlite::SqliteStore;
    use nightdesk_testkit::contract_tests;
    use std::sync::Arc;

    contract_tests!(ticketing, {
        let store = SqliteStore::open_in_memory().expect("a database in memory");
        ((), Arc::new(Desk::new(Arc::new(store), Stopped::new())))
    });
}

mod desk_on_the_memory_store {
    use crate::common::Stopped;
    use nightdesk_adapters_local::desk::Desk;
    use nightdesk_testkit::contract_tests;
    use nightdesk_testkit::memory::MemoryStore;
    use std::sync::Arc;

    contract_tests!(ticketing, ((), Arc::new(Desk::new(Arc::new(MemoryStore::new()), Stopped::new()))));
}
