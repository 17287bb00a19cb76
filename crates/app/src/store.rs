//! Where everything is kept: a SQLite file or a DynamoDB table, behind the same five ports.

use crate::amazon::Amazon;
use nightdesk_adapters_local::sqlite::SqliteStore;
use nightdesk_ports::{Cases, Outbox, RecordLog, Register, TenantRepository};
use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// One store, by its ports.
#[derive(Clone)]
pub struct Store {
    /// Calls and cases.
    pub cases: Arc<dyn Cases>,
    /// Planned effects.
    pub outbox: Arc<dyn Outbox>,
    /// Settings and contacts.
    pub tenants: Arc<dyn TenantRepository>,
    /// What is kept beside the machines.
    pub records: Arc<dyn RecordLog>,
    /// Small facts that change.
    pub register: Arc<dyn Register>,
}

impl Store {
    /// All five ports of one thing.
    pub fn of<S: Cases + Outbox + TenantRepository + RecordLog + Register + 'static>(store: Arc<S>) -> Self {
        Self {
            cases: store.clone(),
            outbox: store.clone(),
            tenants: store.clone(),
            records: store.clone(),
            register: store,
        }
    }
}

/// Which store: `sqlite:PATH` or `dynamodb:TABLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreChoice {
    /// This file.
    Sqlite(PathBuf),
    /// This table.
    DynamoDb(String),
}

impl FromStr for StoreChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(StoreChoice::Sqlite(path.into())),
            Some(("dynamodb", table)) if is_table(table) => Ok(StoreChoice::DynamoDb(table.to_owned())),
            Some(("dynamodb", table)) => {
                Err(format!("{table:?} is no name of a table: 3 to 255 of A-Z, a-z, 0-9, '_', '-' and '.'"))
            }
            _ => Err("a store is sqlite:PATH or dynamodb:TABLE".to_owned()),
        }
    }
}

/// DynamoDB developer guide, "Naming rules".
fn is_table(name: &str) -> bool {
    (3..=255).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}

impl fmt::Display for StoreChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreChoice::Sqlite(path) => write!(f, "database {}", path.display()),
            StoreChoice::DynamoDb(table) => write!(f, "table {table}"),
        }
    }
}

/// A store could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("the {choice} cannot be opened; choose another with --database or --store, or mend this one")]
pub struct OpenError {
    choice: StoreChoice,
    #[source]
    why: Box<dyn Error + Send + Sync>,
}

impl StoreChoice {
    /// Whether it is there, as far as that shows without asking: opening a SQLite file would create it.
    pub fn may_exist(&self) -> bool {
        match self {
            StoreChoice::Sqlite(path) => path.exists(),
            StoreChoice::DynamoDb(_) => true,
        }
    }

    /// How often a server looks at what is due while there is nothing: as often as costs nothing on a file; each second
    /// on a table, where a look asks every shard of the index.
    pub fn look_every(&self) -> Duration {
        match self {
            StoreChoice::Sqlite(_) => Duration::from_millis(50),
            StoreChoice::DynamoDb(_) => Duration::from_secs(1),
        }
    }

    /// Opens it; a SQLite file that is not there is created, with its folder. A table must have been created before.
    pub async fn open(&self, amazon: &Amazon) -> Result<Store, OpenError> {
        let failed = |why: Box<dyn Error + Send + Sync>| OpenError { choice: self.clone(), why };
        match self {
            StoreChoice::Sqlite(path) => {
                if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
                    std::fs::create_dir_all(folder).map_err(|error| failed(error.into()))?;
                }
                let store = SqliteStore::open(path).map_err(|error| failed(error.into()))?;
                Ok(Store::of(Arc::new(store)))
            }
            StoreChoice::DynamoDb(table) => amazon.store(table).await.map_err(|why| failed(why.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_a_file_or_a_table() {
        assert_eq!("sqlite:a/b.sqlite".parse(), Ok(StoreChoice::Sqlite("a/b.sqlite".into())));
        assert_eq!("sqlite:C:\\b.sqlite".parse(), Ok(StoreChoice::Sqlite("C:\\b.sqlite".into())));
        assert_eq!("dynamodb:night-desk".parse(), Ok(StoreChoice::DynamoDb("night-desk".into())));
        for wrong in ["", "nightdesk.sqlite", "sqlite:", "dynamodb:", "dynamodb:ab", "dynamodb:a table", "redis:x"] {
            let error = wrong.parse::<StoreChoice>().unwrap_err();
            assert!(error.contains("dynamodb:TABLE") || error.contains("no name of a table"), "{wrong}: {error}");
        }
    }

    #[cfg(not(feature = "aws"))]
    #[tokio::test]
    async fn a_build_without_amazon_says_how_to_make_one_that_has_it() {
        let amazon = Amazon::new(None, Arc::new(crate::clock::PacedClock::new(1.0)));
        let error = StoreChoice::DynamoDb("nightdesk".into()).open(&amazon).await.err().unwrap();
        assert!(error.to_string().contains("table nightdesk"), "{error}");
        assert!(error.source().is_some_and(|why| why.to_string().contains("--features aws")), "{error:?}");
    }
}
