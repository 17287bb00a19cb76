//! The database file: how it is opened, and the numbered migrations that shape it.

use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, Migrations};
use std::path::Path;
use std::time::Duration;

/// In order; one is only ever added at the end. The number of those applied is the file's `user_version`.
const MIGRATION_LIST: &[M<'_>] =
    &[M::up(include_str!("schema.sql")), M::up(include_str!("schema_2.sql")), M::up(include_str!("schema_3.sql"))];
const MIGRATIONS: Migrations<'_> = Migrations::from_slice(MIGRATION_LIST);

/// The schema that this build writes.
pub(super) const SCHEMA_VERSION: usize = MIGRATION_LIST.len();

/// How long a write waits for another process to finish its own.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// More statements than this store has.
const STATEMENTS_CACHED: usize = 64;

/// A database that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer build has migrated it; going back would need its backup.
    #[error("the database has schema {found}, and this build knows schemas up to {known}: use the newer build")]
    Newer {
        /// The schema of the file.
        found: usize,
        /// The newest that this build knows.
        known: usize,
    },
    /// It cannot be opened, or is not a SQLite database.
    #[error("the database cannot be opened")]
    Database(#[from] rusqlite::Error),
    /// A migration failed; the file is as it was.
    #[error("the database cannot be migrated")]
    Migration(#[source] rusqlite_migration::Error),
    /// A thread for the database could not be started.
    #[error("no thread for the database")]
    Thread(#[source] std::io::Error),
}

/// The connection that writes, with its schema up to date.
pub(super) fn open_writer(path: Option<&Path>) -> Result<Connection, OpenError> {
    let mut connection = match path {
        Some(path) => {
            create_for_owner_only(path);
            Connection::open(path)?
        }
        None => Connection::open_in_memory()?,
    };
    set_up(&connection)?;
    if path.is_some() {
        use_wal(&connection)?;
    }
    // FULL: in WAL mode each commit is on the disk before it is acknowledged (sqlite.org/pragma.html#pragma_synchronous).
    connection.pragma_update(None, "synchronous", "FULL")?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// Names, numbers and words of callers are in this file, so that a new one is its owner's alone; SQLite gives the
/// files beside it the same mode. What is there already keeps its mode, and a failure is left for SQLite to report.
fn create_for_owner_only(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(path);
}

/// A connection that only reads.
pub(super) fn open_reader(path: &Path) -> Result<Connection, OpenError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI)?;
    set_up(&connection)?;
    Ok(connection)
}

fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    connection.pragma_update(None, "foreign_keys", true)?;
    // Savepoints keep what they would undo in memory instead of in a temporary file.
    connection.pragma_update(None, "temp_store", "MEMORY")
}

/// Switching to WAL does not wait for other processes (sqlite.org/wal.html), so it is asked for several times.
fn use_wal(connection: &Connection) -> rusqlite::Result<()> {
    let mut tries_left = 50;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if tries_left > 0 && is_busy(&error) => {
                tries_left -= 1;
                std::thread::sleep(Duration::from_millis(20));
            }
            outcome => return outcome,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked))
}

fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let found = schema_of(connection)?;
    if found > SCHEMA_VERSION {
        return Err(OpenError::Newer { found, known: SCHEMA_VERSION });
    }
    match MIGRATIONS.to_latest(connection) {
        // Another process may have migrated the same file between our look and our write.
        Err(_) if schema_of(connection)? == SCHEMA_VERSION => Ok(()),
        outcome => outcome.map_err(OpenError::Migration),
    }
}

fn schema_of(connection: &Connection) -> rusqlite::Result<usize> {
    connection.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0)).map(|version| version as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_apply_to_an_empty_database() {
        MIGRATIONS.validate().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_new_database_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let _open = open_writer(Some(&folder.path().join("nightdesk.db"))).unwrap();
        let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap).collect();
        assert!(files.len() > 1, "the database and its WAL");
        for file in files {
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
        }
    }

    #[test]
    fn a_commit_is_flushed_to_the_disk_before_it_returns() {
        let folder = tempfile::tempdir().unwrap();
        let connection = open_writer(Some(&folder.path().join("nightdesk.db"))).unwrap();
        let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(pragma("synchronous"), 2, "2 is FULL");
        assert_eq!(pragma("foreign_keys"), 1);
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
    }
}
