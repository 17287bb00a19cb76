//! `nightdesk check`: every problem of the tenant files and their integrations at once.

use super::oncall::idle_of_policy;
use super::{Outcome, context, print};
use crate::cli::StoreArgs;
use crate::config::{DEMO, Secrets, Tenant};
use crate::store::StoreChoice;
use crate::transport::HyperTransport;
use chrono::Utc;
use nightdesk_adapters_connectwise::{ConnectWise, ConnectWiseConfig};
use nightdesk_domain::limits::ROTA_AHEAD_DAYS;
use nightdesk_domain::policy::Policy;
use nightdesk_domain::rota::{Person, look_ahead};
use std::process::ExitCode;
use std::sync::Arc;

pub(super) async fn run(store: &StoreArgs, online: bool) -> Outcome {
    let mut problems = 0;
    let mut report = |name: &str, found: Vec<String>| {
        if found.is_empty() {
            print(&format!("{name}: no problem"));
        }
        for problem in &found {
            print(&format!("{name}: {problem}"));
        }
        problems += found.len();
    };
    let mut sound = Vec::new();
    if store.tenant_files.is_empty() {
        sound.push(("the demo tenant".to_owned(), Tenant::parse(DEMO)?));
    }
    for path in &store.tenant_files {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Err(error) => report(&name, vec![format!("cannot be read: {error}")]),
            Ok(text) => match Tenant::parse(&text) {
                Err(found) => report(&name, found.0),
                Ok(tenant) => sound.push((name, tenant)),
            },
        }
    }
    // Overrides are asked for where that costs nothing: of a file, or where questions are allowed.
    let choice = store.choice();
    let look = choice.may_exist() && (online || matches!(choice, StoreChoice::Sqlite(_)));
    let kept = if look { choice.open(&context::amazon(store)).await.map_err(unread).ok() } else { None };
    let secrets = if online { Secrets::All(context::amazon(store)) } else { Secrets::Local };
    for (name, tenant) in &sound {
        let keys = tenant.keys(&secrets).await;
        let mut found = tenant.integrations.problems(&keys);
        if let (true, Some(Ok(config))) = (online && found.is_empty(), tenant.integrations.connectwise_config(&keys)) {
            found.extend(ask_connectwise(tenant, config).await);
        }
        found.extend(unreachable(&tenant.policy));
        if let Some(kept) = &kept {
            found.extend(idle_of_policy(&tenant.policy, kept, Utc::now()).await.map_err(unread).unwrap_or_default());
        }
        report(name, found);
    }
    if problems == 0 { Ok(ExitCode::SUCCESS) } else { Ok(ExitCode::FAILURE) }
}

/// A store that cannot be read is no problem of a file.
fn unread(error: impl std::fmt::Display) {
    print(&format!("stored overrides were not looked at: {error}"));
}

/// People on the rota of the next fortnight whom no page would reach.
fn unreachable(policy: &Policy) -> Vec<String> {
    let Some(rota) = &policy.rota else { return Vec::new() };
    let name = |person: &Person| person.technician().and_then(|id| Some(policy.technician(&id)?.name.clone()));
    let ahead = look_ahead(policy, rota, &[], &[], Utc::now());
    let silent = ahead.unreachable.iter();
    silent
        .map(|one| {
            let name = name(one.person).unwrap_or_else(|| one.person.to_string());
            format!("rota: {name} has no number, and has {} shift(s) in the next {ROTA_AHEAD_DAYS} days", one.shifts)
        })
        .collect()
}

async fn ask_connectwise(tenant: &Tenant, config: ConnectWiseConfig) -> Vec<String> {
    let transport = Arc::new(HyperTransport::new());
    let id = tenant.policy.tenant.clone();
    let desk = ConnectWise::new(transport, [(id.clone(), config)].into());
    let companies: Vec<&str> = tenant.policy.companies.iter().filter_map(|c| c.psa_company.as_deref()).collect();
    desk.check(&id, &companies).await
}
