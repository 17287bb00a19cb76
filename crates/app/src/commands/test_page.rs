//! `nightdesk test-page`: rings one technician, to see that pages arrive.

use super::call::Stage;
use super::{Outcome, context, print, serve};
use crate::cli::{StoreArgs, TestPageArgs};
use chrono::{DateTime, TimeZone, Utc};
use nightdesk_adapters_local::phone::PhoneBehaviour;
use nightdesk_domain::case::{Case, PageOutcome, PageState};
use nightdesk_domain::ids::{CaseId, OwnerId, TechnicianId, TenantId};
use nightdesk_domain::policy::Policy;
use nightdesk_engine::{Engine, EngineError};
use nightdesk_ports::{Cases, Snapshot};
use serde_json::json;
use std::error::Error;
use std::fmt::Display;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How much faster than life a simulated telephone rings.
const PACE: f64 = 20.0;
/// How long a real telephone and its owner are waited for.
const WAIT_MAX: Duration = Duration::from_secs(180);

pub(super) async fn run(store: &StoreArgs, args: TestPageArgs) -> Outcome {
    let person = TechnicianId::parse(&args.person)?;
    let (policy, rung) = if context::served_by_twilio(&context::setup(store, &serve::default_args())?).await?.is_some()
    {
        let desk = context::open(store).await?;
        let tenant = desk.tenant_of(&person).await?;
        let policy = desk.store.tenants.newest(&tenant).await?.ok_or("the tenant is gone")?;
        if !args.json {
            print("The page is ordered; the running server rings the telephone.");
        }
        let rung = ring(&desk.host.engine, &*desk.store.cases, &policy, &person).await?;
        (policy, rung)
    } else {
        let behaviour: PhoneBehaviour =
            args.technician.parse().map_err(|why| format!("--technician {:?}: {why}", args.technician))?;
        let stage = Stage::open(store, PACE, &[behaviour], behaviour).await?;
        let policy = stage.policy.clone();
        let engine = stage.engine().ok_or("the server did not start")?;
        let rung = ring(&engine, &*stage.store.cases, &policy, &person).await;
        drop(engine);
        stage.close().await;
        (policy, rung?)
    };
    let Rung { outcome, again_at } = rung;
    let again_at = again_at.map(|at| at.with_timezone(&policy.time_zone));
    let accepted = outcome == PageOutcome::Accepted;
    if args.json {
        let mut row = json!({ "technician": person, "outcome": outcome });
        if let Some(at) = again_at {
            row["again_at"] = json!(at.to_rfc3339());
        }
        print(&serde_json::to_string_pretty(&row)?);
    } else {
        print(&format!("{person}: {outcome:?}. {}", verdict(outcome, again_at)));
    }
    Ok(if accepted { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What came of it, and when the telephone may be rung again if it has had enough.
struct Rung {
    outcome: PageOutcome,
    again_at: Option<DateTime<Utc>>,
}

/// What follows from it.
fn verdict<Z: TimeZone>(outcome: PageOutcome, again_at: Option<DateTime<Z>>) -> String
where
    Z::Offset: Display,
{
    match (outcome, again_at) {
        (PageOutcome::Accepted, _) => "The page works.".to_owned(),
        (PageOutcome::OverBudget, Some(at)) => {
            format!("The telephone was not rung, it has had enough pages: try again at {}.", at.format("%H:%M:%S %Z"))
        }
        (PageOutcome::OverBudget, None) => {
            "The telephone was not rung, it had had enough pages: try again now.".to_owned()
        }
        _ => "Nobody accepted: mend this before the night.".to_owned(),
    }
}

async fn ring(
    engine: &Engine,
    store: &dyn Cases,
    policy: &Policy,
    person: &TechnicianId,
) -> Result<Rung, Box<dyn Error + Send + Sync>> {
    let tenant = &policy.tenant;
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
            let number = policy.technician(person).and_then(|person| person.number.as_ref());
            let again_at = match (outcome, number) {
                (PageOutcome::OverBudget, Some(number)) => engine.rings_again_at(policy, number).await,
                _ => None,
            };
            return Ok(Rung { outcome, again_at });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_that_had_enough_is_not_called_broken() {
        let at = DateTime::UNIX_EPOCH;
        let told = verdict(PageOutcome::OverBudget, Some(at));
        assert!(told.ends_with("try again at 00:00:00 UTC."), "{told}");
        assert!(!verdict(PageOutcome::OverBudget, None::<DateTime<Utc>>).contains("mend"));
        assert!(verdict(PageOutcome::NoAnswer, None::<DateTime<Utc>>).contains("mend"));
    }
}
