//! `nightdesk tenant`: settings in, settings listed.

use super::oncall::idle_of_policy;
use super::{Outcome, context, print};
use crate::cli::{StoreArgs, TenantCommand};
use crate::config::{DEMO, Secrets, Tenant};
use chrono::Utc;
use std::process::ExitCode;

pub(super) async fn run(store: &StoreArgs, command: TenantCommand) -> Outcome {
    match command {
        TenantCommand::Import { file } => {
            let text = std::fs::read_to_string(&file)
                .map_err(|error| format!("the tenant file {} cannot be read: {error}", file.display()))?;
            let tenant = Tenant::parse(&text)
                .map_err(|problems| format!("nothing was stored; {} has to be mended:\n{problems}", file.display()))?;
            let store = store.choice().open(&context::amazon(store)).await?;
            let version = store.tenants.import(&tenant.policy, &tenant.contacts, &tenant.file).await?;
            print(&format!(
                "{} is stored as version {version}: {} companies, {} contacts, {} technicians.",
                tenant.policy.tenant,
                tenant.policy.companies.len(),
                tenant.contacts.len(),
                tenant.policy.technicians.len(),
            ));
            let keys = tenant.keys(&Secrets::Local).await;
            for problem in tenant.integrations.problems(&keys) {
                print(&format!("  before it goes live: {problem}"));
            }
            for idle in idle_of_policy(&tenant.policy, &store, Utc::now()).await? {
                print(&format!("  warning: {idle}"));
            }
        }
        TenantCommand::List => {
            let store = store.choice().open(&context::amazon(store)).await?.tenants;
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
