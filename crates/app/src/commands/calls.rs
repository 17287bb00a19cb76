//! `nightdesk calls`, `call-log`, `replay`: what happened, and why.

use super::{Outcome, context, print};
use crate::cli::{ListArgs, StoreArgs};
use nightdesk_domain::call::Call;
use nightdesk_domain::case::Case;
use nightdesk_domain::ids::{CallId, OwnerId, TenantId};
use nightdesk_domain::triage::Reason;
use nightdesk_domain::vocabulary::category_label;
use nightdesk_engine::{EngineError, Replay};
use nightdesk_ports::{JournalEntry, ListKind, Snapshot};
use serde_json::json;
use std::process::ExitCode;

pub(super) async fn list(store: &StoreArgs, args: ListArgs) -> Outcome {
    if let Some(id) = &args.id {
        return log(store, id, args.json).await;
    }
    let desk = context::open(store).await?;
    let mut rows = Vec::new();
    for tenant in &desk.tenants {
        for snapshot in desk.store.cases.list(tenant, ListKind::Calls, args.limit).await? {
            if let Snapshot::Call(call) = snapshot {
                rows.push(call);
            }
        }
    }
    if args.json {
        let rows: Vec<_> = rows.iter().map(|call| call_json(call)).collect();
        print(&serde_json::to_string_pretty(&rows)?);
        return Ok(ExitCode::SUCCESS);
    }
    if rows.is_empty() {
        print("No call yet. `nightdesk call` makes one.");
    }
    for call in rows {
        let disposition = call.disposition.map_or_else(|| "-".to_owned(), |d| d.to_string());
        let first = call.turns.first().map_or("(nothing was said)", |turn| turn.reveal());
        print(&format!(
            "{}  {}  {:9}  {}",
            call.id,
            call.opened_at.format("%Y-%m-%d %H:%M UTC"),
            disposition,
            nightdesk_domain::case::shorten(first, 70),
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn call_json(call: &Call) -> serde_json::Value {
    json!({
        "call": call.id,
        "tenant": call.tenant,
        "opened_at": call.opened_at.to_rfc3339(),
        "disposition": call.disposition,
        "ticket": call.ticket,
        "said": call.turns.iter().map(|turn| turn.reveal()).collect::<Vec<_>>(),
    })
}

pub(super) async fn log(store: &StoreArgs, id: &str, as_json: bool) -> Outcome {
    let desk = context::open(store).await?;
    let (tenant, call_id) = desk.call(id).await?;
    let (call, case) = both(&desk, &tenant, &call_id).await?;
    let mut journal = Vec::new();
    let case_id = call.case_id().unwrap_or_else(|| call_id.case());
    for owner in [OwnerId::Call(call_id.clone()), OwnerId::Case(case_id)] {
        journal.extend(desk.store.cases.journal(&tenant, &owner).await?);
    }
    journal.sort_by_key(|entry| entry.at);
    if as_json {
        let document = json!({ "call": call, "case": case, "journal": journal });
        print(&serde_json::to_string_pretty(&document)?);
        return Ok(ExitCode::SUCCESS);
    }
    print(&format!("Call {call_id} of tenant {tenant}, {}", call.opened_at.format("%Y-%m-%d %H:%M:%S UTC")));
    print(&format!(
        "Disposition {}, settings version {}",
        call.disposition.map_or_else(|| "none yet".to_owned(), |d| d.to_string()),
        call.policy_version
    ));
    print("\nThe caller said:");
    for turn in &call.turns {
        print(&format!("  > {}", turn.reveal()));
    }
    if let Some(found) = &call.assessment {
        print(&format!("\nUnderstood: {}, {}", category_label(found.category), found.priority));
        reasons(&found.reasons);
    }
    reasons(&call.reasons);
    if let Some(case) = &case {
        print(&format!("\nCase, ticket {}: {:?}", case.ticket.number, case.work));
        for page in &case.pages {
            print(&format!("  page {} to {}: {:?}", page.number, page.technician, page.state));
        }
        reasons(&case.reasons);
    }
    print("\nWhat happened:");
    for entry in &journal {
        print(&line_of(entry));
    }
    Ok(ExitCode::SUCCESS)
}

fn reasons(reasons: &[Reason]) {
    for reason in reasons {
        let runbook = reason.runbook.as_ref().map(|line| format!("  [runbook: {line}]")).unwrap_or_default();
        print(&format!("  because {}: {}{runbook}", reason.rule, reason.words.reveal()));
    }
}

fn line_of(entry: &JournalEntry) -> String {
    let event = serde_json::to_value(&entry.event).map(|event| names_of(&event)).unwrap_or_default();
    let kind = match entry.owner {
        OwnerId::Call(_) => "call",
        OwnerId::Case(_) => "case",
    };
    let mut lines = vec![format!("  {}  {kind} {:>2}  {event}", entry.at.format("%H:%M:%S%.3f"), entry.version)];
    lines.extend(entry.decided.iter().map(|decided| format!("                            -> {decided}")));
    lines.join("\n")
}

/// The names of the nested variants of an event: `call said`, `case page keyed`.
fn names_of(event: &serde_json::Value) -> String {
    match event {
        serde_json::Value::String(name) => name.replace('_', " "),
        serde_json::Value::Object(map) if map.len() == 1 => map
            .iter()
            .map(|(name, inner)| format!("{} {}", name.replace('_', " "), names_of(inner)))
            .collect::<String>()
            .trim_end()
            .to_owned(),
        serde_json::Value::Object(map) => map.get("event").map(names_of).unwrap_or_default(),
        _ => String::new(),
    }
}

/// A call and the case that it opened or joined, if it did.
pub(super) async fn both(
    desk: &context::Desk,
    tenant: &TenantId,
    call: &CallId,
) -> Result<(Call, Option<Case>), Box<dyn std::error::Error + Send + Sync>> {
    let stored = desk.store.cases.load(tenant, &OwnerId::Call(call.clone())).await?;
    let Some(Snapshot::Call(found)) = stored.map(|stored| stored.snapshot) else {
        return Err(format!("there is no call {call}").into());
    };
    let case = found.case_id().unwrap_or_else(|| call.case());
    let stored = desk.store.cases.load(tenant, &OwnerId::Case(case)).await?;
    let case = match stored.map(|stored| stored.snapshot) {
        Some(Snapshot::Case(case)) => Some(*case),
        _ => None,
    };
    Ok((*found, case))
}

pub(super) async fn replay(store: &StoreArgs, id: &str, as_json: bool) -> Outcome {
    let desk = context::open(store).await?;
    let (tenant, call) = desk.call(id).await?;
    let mut replays: Vec<(OwnerId, Replay)> = Vec::new();
    for owner in [OwnerId::Call(call.clone()), OwnerId::Case(call.case())] {
        match desk.host.engine.replay(&tenant, &owner).await {
            Ok(replay) => replays.push((owner, replay)),
            // A call that was answered by the office opened no case.
            Err(EngineError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let same = replays.iter().all(|(_, replay)| replay.differences.is_empty());
    if as_json {
        let rows: Vec<_> = replays
            .iter()
            .map(|(owner, replay)| {
                json!({
                    "owner": owner.to_string(),
                    "steps": replay.steps.len(),
                    "differences": replay.differences.iter().map(|difference| json!({
                        "version": difference.version, "at": difference.at.to_rfc3339(), "build": difference.build,
                        "then": difference.then, "now": difference.now,
                    })).collect::<Vec<_>>(),
                })
            })
            .collect();
        print(&serde_json::to_string_pretty(&json!({ "same": same, "journals": rows }))?);
    } else {
        for (owner, replay) in &replays {
            print(&format!("{owner}: {} decisions", replay.steps.len()));
            for step in &replay.steps {
                print(&line_of(step));
            }
            for difference in &replay.differences {
                print(&format!("  DIFFERENT at version {} (build {} then):", difference.version, difference.build));
                print(&format!("    then: {}\n    now:  {}", difference.then.join("; "), difference.now.join("; ")));
            }
        }
        print(if same { "The same decisions come out." } else { "This build decides differently." });
    }
    Ok(if same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
