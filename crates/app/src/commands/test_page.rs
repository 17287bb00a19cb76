//! `nightdesk test-page`: rings one technician, to see that pages arrive.

use super::call::Stage;
use super::{Outcome, context, print, serve};
use crate::cli::{StoreArgs, TestPageArgs};
use nightdesk_adapters_local::phone::PhoneBehaviour;
use nightdesk_domain::case::{Case, PageOutcome, PageState};
use nightdesk_domain::ids::{CaseId, OwnerId, TechnicianId, TenantId};
use nightdesk_engine::{Engine, EngineError};
use nightdesk_ports::{Cases, Snapshot};
use serde_json::json;
use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How much faster than life a simulated telephone rings.
const PACE: f64 = 20.0;
/// How long a real telephone and its owner are waited for.
const WAIT_MAX: Duration = Duration::from_secs(180);

pub(super) async fn run(store: &StoreArgs, args: TestPageArgs) -> Outcome {
    let person = TechnicianId::parse(&args.person)?;
    let (name, outcome) = if context::served_by_twilio(&context::setup(store, &serve::default_args())?).await?.is_some()
    {
        let desk = context::open(store).await?;
        let tenant = desk.tenant_of(&person).await?;
        print("The page is ordered; the running server rings the telephone.");
        (args.person.clone(), ring(&desk.host.engine, &*desk.store.cases, &tenant, &person).await?)
    } else {
        let behaviour: PhoneBehaviour =
            args.technician.parse().map_err(|why| format!("--technician {:?}: {why}", args.technician))?;
        let stage = Stage::open(store, PACE, &[behaviour], behaviour).await?;
        let tenant = stage.policy.tenant.clone();
        let engine = stage.engine().ok_or("the server did not start")?;
        let outcome = ring(&engine, &*stage.store.cases, &tenant, &person).await;
        drop(engine);
        stage.close().await;
        (args.person.clone(), outcome?)
    };
    let accepted = outcome == PageOutcome::Accepted;
    if args.json {
        print(&serde_json::to_string_pretty(&json!({ "technician": name, "outcome": outcome }))?);
    } else {
        let verdict = if accepted { "The page works." } else { "Nobody accepted: mend this before the night." };
        print(&format!("{name}: {outcome:?}. {verdict}"));
    }
    Ok(if accepted { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn ring(
    engine: &Engine,
    store: &dyn Cases,
    tenant: &TenantId,
    person: &TechnicianId,
) -> Result<PageOutcome, Box<dyn Error + Send + Sync>> {
    let id = match engine.drill(tenant, person).await {
        Ok(id) => id,
        Err(EngineError::NotFound) => {
            return Err(
                format!("{person} is none of the technicians of tenant {tenant}; the tenant file lists them").into()
            );
        }
        Err(error) => return Err(error.into()),
    };
    let began = Instant::now();
    while began.elapsed() < WAIT_MAX {
        if let Some(outcome) = outcome(&drilled(store, tenant, &id).await?) {
            return Ok(outcome);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err("no telephone rang; does a server run on this database?".into())
}

async fn drilled(store: &dyn Cases, tenant: &TenantId, id: &CaseId) -> Result<Case, Box<dyn Error + Send + Sync>> {
    match store.load(tenant, &OwnerId::Case(id.clone())).await?.map(|stored| stored.snapshot) {
        Some(Snapshot::Case(case)) => Ok(*case),
        _ => Err("the drill was not stored".into()),
    }
}

/// How the drill's page ended; none while it rings. A person without a number cannot be rung at all.
fn outcome(case: &Case) -> Option<PageOutcome> {
    match case.pages.last().map(|page| &page.state) {
        Some(PageState::Accepted { .. }) => Some(PageOutcome::Accepted),
        Some(PageState::Ended { outcome, .. }) => Some(*outcome),
        Some(_) => None,
        None => Some(PageOutcome::Failed),
    }
}
