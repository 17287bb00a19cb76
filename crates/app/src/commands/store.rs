//! `nightdesk store`: the table, before anything can be kept in it.

use super::{Outcome, context, print};
use crate::cli::{StoreArgs, StoreCommand};
use crate::store::StoreChoice;
use std::process::ExitCode;

pub(super) async fn run(store: &StoreArgs, command: StoreCommand) -> Outcome {
    let StoreCommand::Create = command;
    match store.choice() {
        StoreChoice::Sqlite(path) => {
            print(&format!("{} is a file: whatever needs it first creates it.", path.display()));
        }
        StoreChoice::DynamoDb(table) => {
            context::amazon(store).create_table(&table).await?;
            print(&format!("The table {table} is there. Next: nightdesk --store dynamodb:{table} tenant import FILE"));
        }
    }
    Ok(ExitCode::SUCCESS)
}
