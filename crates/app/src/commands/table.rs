//! `nightdesk table`: the table, before anything can be kept in it.

use super::{Outcome, context, print};
use crate::cli::{StoreArgs, TableCommand};
use crate::store::StoreChoice;
use std::process::ExitCode;

pub(super) async fn run(store: &StoreArgs, command: TableCommand) -> Outcome {
    let TableCommand::Create = command;
    match store.choice() {
        StoreChoice::Sqlite(path) => {
            let path = path.display();
            return Err(
                format!("{path} is a file, and made when it is needed; name a table: --store dynamodb:NAME").into()
            );
        }
        StoreChoice::DynamoDb(table) => {
            context::amazon(store).create_table(&table).await?;
            print(&format!("The table {table} is there. Next: nightdesk --store dynamodb:{table} tenant import FILE"));
        }
    }
    Ok(ExitCode::SUCCESS)
}
