//! `nightdesk tenant`: settings in, settings listed.

use super::{Outcome, print};
use crate::cli::{StoreArgs, TenantCommand};
use crate::config::{DEMO, Tenant};
use nightdesk_adapters_local::sqlite::SqliteStore;
use nightdesk_ports::TenantRepository;
use std::process::ExitCode;

pub(super) async fn run(store: &StoreArgs, command: TenantCommand) -> Outcome {
    match command {
        TenantCommand::Import { file } => {
            let text = std::fs::read_to_string(&file)
                .map_err(|error| format!("the tenant file {} cannot be read: {error}", file.display()))?;
            let tenant = Tenant::parse(&text)
                .map_err(|problems| format!("nothing was stored; {} has to be mended:\n{problems}", file.display()))?;
            let version = open(store)?.import(&tenant.policy, &tenant.contacts, &tenant.file).await?;
            print(&format!(
                "{} is stored as version {version}: {} companies, {} contacts, {} technicians.",
                tenant.policy.tenant,
                tenant.policy.companies.len(),
                tenant.contacts.len(),
                tenant.policy.technicians.len(),
            ));
            for problem in tenant.integration_problems() {
                print(&format!("  before it goes live: {problem}"));
            }
        }
        TenantCommand::List => {
            let store = open(store)?;
            for id in store.tenants().await? {
                if let Some(policy) = store.newest(&id).await? {
                    print(&format!("{id}  version {}  {}  {}", policy.version, policy.time_zone, policy.name));
                }
            }
        }
        TenantCommand::Demo => print(DEMO.trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}

fn open(store: &StoreArgs) -> Result<SqliteStore, Box<dyn std::error::Error + Send + Sync>> {
    if let Some(folder) = store.database.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(SqliteStore::open(&store.database)?)
}
