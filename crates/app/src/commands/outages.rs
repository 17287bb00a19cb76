//! `nightdesk outages`: which open cases callers join, and a technician's word on them.

use super::{Outcome, context, print};
use crate::cli::{OutagesCommand, StoreArgs};
use crate::times::Written;
use chrono::{TimeDelta, Utc};
use chrono_tz::Tz;
use nightdesk_domain::case::{Case, CaseEvent, Hands, OpenCase};
use nightdesk_domain::ids::{CaseId, OwnerId, TenantId};
use nightdesk_domain::limits::OUTAGE_HOURS;
use nightdesk_domain::vocabulary::category_label;
use serde_json::{Value, json};
use std::error::Error;
use std::process::ExitCode;

pub(super) async fn run(store: &StoreArgs, command: OutagesCommand) -> Outcome {
    let desk = context::open(store).await?;
    match command {
        OutagesCommand::List { json } => list(&desk, json).await,
        OutagesCommand::Declare { ticket, until, covers, by } => {
            let (tenant, case) = find(&desk, &ticket).await?;
            let policy = desk.store.tenants.newest(&tenant).await?;
            let zone = policy.map_or(Tz::UTC, |policy| policy.time_zone);
            let until = match until {
                Some(text) => Written::read(&text).map_err(|why| format!("--until: {why}"))?.instant(zone),
                None => Utc::now() + TimeDelta::hours(i64::from(OUTAGE_HOURS)),
            };
            if until <= Utc::now() {
                return Err("--until: this lies in the past; give a time to come".into());
            }
            let covers = covers.map(Into::into);
            let event = CaseEvent::OutageDeclared { by: by.into(), until, covers };
            let case = desk.host.engine.outage_event(&tenant, &case, event).await?;
            if case.open_to_callers(Utc::now()).is_none() {
                return Err("ticket: callers cannot join this case: it is handled, closed, red, of no known company, \
                    or about security"
                    .into());
            }
            let until = case.outage.map_or(until, |outage| outage.until);
            print(&format!(
                "A known outage until {}; like calls join this ticket.",
                until.with_timezone(&zone).format("%a %Y-%m-%d %H:%M %Z")
            ));
            Ok(ExitCode::SUCCESS)
        }
        OutagesCommand::End { ticket, by } => {
            let (tenant, case) = find(&desk, &ticket).await?;
            let case = desk.host.engine.outage_event(&tenant, &case, CaseEvent::OutageEnded { by: by.into() }).await?;
            if case.outage.is_none() {
                return Err("ticket: this case is no known outage; `nightdesk outages list` shows them".into());
            }
            print("Ended; like calls open tickets of their own again.");
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The case of a ticket, and its tenant.
async fn find(desk: &context::Desk, ticket: &str) -> Result<(TenantId, CaseId), Box<dyn Error + Send + Sync>> {
    let digits: String = ticket.chars().filter(char::is_ascii_digit).collect();
    for tenant in &desk.tenants {
        if let Some(OwnerId::Case(case)) = desk.store.cases.find(tenant, "ticket", &digits).await? {
            return Ok((tenant.clone(), case));
        }
    }
    Err(format!("ticket: no ticket is named {ticket:?}; `nightdesk tickets` lists them").into())
}

async fn list(desk: &context::Desk, as_json: bool) -> Outcome {
    let mut rows: Vec<(&TenantId, Case, OpenCase)> = Vec::new();
    for tenant in &desk.tenants {
        let open = desk.host.engine.outages(tenant).await?;
        rows.extend(open.into_iter().map(|(case, open)| (tenant, case, open)));
    }
    if as_json {
        let rows: Vec<_> = rows.iter().map(|(tenant, case, open)| row_json(tenant, case, open)).collect();
        print(&serde_json::to_string_pretty(&rows)?);
        return Ok(ExitCode::SUCCESS);
    }
    if rows.is_empty() {
        print("No open case takes callers now.");
    }
    for (_, case, open) in rows {
        let hands = match &open.hands {
            Hands::Technician(id) => format!("{id} has it"),
            Hands::BeingWoken => "people are being woken".to_owned(),
            Hands::Declared => "declared".to_owned(),
        };
        let known = case.outage.as_ref().map_or_else(String::new, |outage| {
            format!("; known outage until {}", outage.until.format("%Y-%m-%d %H:%M UTC"))
        });
        print(&format!(
            "{}  {:8}  {}{known}  {}",
            open.ticket,
            open.covers.to_string(),
            hands,
            desk.summary(&case).await?
        ));
        for caller in &case.joined {
            let name = caller.name.as_ref().map_or("name not told", |name| name.reveal());
            let number = caller.number.as_ref().map_or("number withheld", |number| number.reveal());
            print(&format!("    call back: {name}, {number}, since {}", caller.at.format("%H:%M UTC")));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn row_json(tenant: &TenantId, case: &Case, open: &OpenCase) -> Value {
    json!({
        "tenant": tenant,
        "ticket": open.ticket,
        "company": open.company,
        "category": category_label(open.category),
        "system": open.system,
        "covers": open.covers.to_string(),
        "hands": open.hands,
        "opened_at": case.opened_at.to_rfc3339(),
        "known": case.outage.is_some(),
        "until": case.outage.as_ref().map(|outage| outage.until.to_rfc3339()),
        "call_back": case.joined.iter().map(|caller| json!({
            "name": caller.name,
            "number": caller.number,
            "at": caller.at.to_rfc3339(),
            "call": caller.call,
        })).collect::<Vec<_>>(),
    })
}
