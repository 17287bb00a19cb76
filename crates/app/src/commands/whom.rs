//! `nightdesk whom`: whom a step by skill would ask first for a case, why, and who is passed over.

use super::local_time::Reference;
use super::{Outcome, context, print, serve};
use crate::cli::{StoreArgs, WhomArgs};
use chrono::{DateTime, Utc};
use nightdesk_domain::case::Case;
use nightdesk_domain::ids::TechnicianId;
use nightdesk_domain::limits::LOAD_CASES_MAX;
use nightdesk_domain::policy::Policy;
use nightdesk_domain::rota::Override;
use nightdesk_domain::skills::{Asked, Choice, Ranked, Skipped, candidates, choose, loads};
use nightdesk_domain::vocabulary::category_label;
use nightdesk_ports::{ListKind, Snapshot};
use serde_json::{Value, json};
use std::process::ExitCode;
use std::sync::Arc;

/// Ranks the people of each tenant that is given, or else stored.
///
/// # Errors
/// A time that cannot be read; a store that cannot be.
pub(super) async fn run(store: &StoreArgs, args: &WhomArgs) -> Outcome {
    let setup = context::setup(store, &serve::default_args())?;
    let desk = if setup.store.may_exist() { Some(context::open(store).await?) } else { None };
    let mut policies: Vec<Arc<Policy>> = setup.tenants.iter().map(|tenant| Arc::new(tenant.policy.clone())).collect();
    if let (true, Some(desk)) = (policies.is_empty(), &desk) {
        for tenant in &desk.tenants {
            policies.extend(desk.store.tenants.newest(tenant).await?);
        }
    }
    if policies.is_empty() {
        return Err("there is no tenant yet; name a file with --tenant, or make a `nightdesk call` first".into());
    }
    let mut rows = Vec::new();
    for policy in &policies {
        let reference = Reference { local: args.at.clone(), tz: Some(policy.time_zone.to_string()) };
        let (now, _) = reference.read().map_err(|why| why.replacen("ref:", "--at:", 1))?;
        let mut cases: Vec<Case> = Vec::new();
        if let Some(desk) = &desk {
            let newest = desk.store.cases.list(&policy.tenant, ListKind::Cases, LOAD_CASES_MAX).await?;
            cases.extend(newest.into_iter().filter_map(|snapshot| match snapshot {
                // Asked about the past, what came later had not happened yet.
                Snapshot::Case(case) if args.at.is_none() || case.opened_at <= now => Some(*case),
                _ => None,
            }));
        }
        let (mut overrides, mut stopped) = (Vec::new(), Vec::new());
        if let Some(desk) = &desk {
            overrides = desk.host.engine.overrides(&policy.tenant).await?;
            stopped = desk.host.engine.stopped_technicians(policy).await?;
        }
        rows.push(answer(policy, &Tonight { cases, overrides, stopped, now }, args));
    }
    if args.json {
        let rows: Vec<&Value> = rows.iter().map(|(row, _)| row).collect();
        print(&serde_json::to_string_pretty(&rows)?);
    } else {
        rows.iter().for_each(|(_, text)| print(text));
    }
    Ok(ExitCode::SUCCESS)
}

/// What decides beside the settings.
struct Tonight {
    cases: Vec<Case>,
    overrides: Vec<Override>,
    stopped: Vec<TechnicianId>,
    now: DateTime<Utc>,
}

/// What is printed of one tenant: for programs, and for people.
fn answer(policy: &Policy, tonight: &Tonight, args: &WhomArgs) -> (Value, String) {
    let now = tonight.now;
    let asked = Asked { category: args.category, priority: args.priority };
    let on_call = policy.on_call(&tonight.overrides, None, now);
    let on_rota: Vec<TechnicianId> = on_call.iter().map(|person| person.id.clone()).collect();
    let people = candidates(policy, &loads(&tonight.cases, now), &tonight.stopped, &on_rota);
    let local = now.with_timezone(&policy.time_zone);
    let mut row = json!({
        "tenant": policy.tenant,
        "at": local.to_rfc3339(),
        "category": category_label(args.category),
        "priority": args.priority,
    });
    let at = local.format("%a %Y-%m-%d %H:%M %Z");
    let mut lines = vec![format!("{}, {at}: {}, {}", policy.name, category_label(args.category), args.priority)];
    match choose(&people, &asked, &policy.skill_match, now) {
        Choice::Bypass(why) => {
            // As the ladder's step does: the rota's people, then those of the ladder.
            let first = on_call.into_iter().chain(policy.rungs()).next();
            row["bypass"] = json!(why);
            row["on_call"] = json!(first.map(|person| &person.id));
            lines.push(format!("  nobody is compared: {why}"));
            lines.push(first.map_or("  and nobody is on call".to_owned(), |person| format!("  1. {}", person.name)));
        }
        Choice::Ranked(ranking) => {
            lines.extend(ranking.ranked.iter().enumerate().map(|(place, ranked)| ranked_line(policy, place, ranked)));
            lines.extend(ranking.skipped.iter().map(|skipped| skipped_line(policy, skipped)));
            if ranking.ranked.is_empty() {
                lines.push("  nobody can be asked by skill: the ladder goes on at once".to_owned());
            }
            row["ranked"] = json!(ranking.ranked);
            row["skipped"] = json!(ranking.skipped);
        }
    }
    (row, lines.join("\n"))
}

fn ranked_line(policy: &Policy, place: usize, ranked: &Ranked) -> String {
    let name = policy.technician(&ranked.technician).map_or("", |technician| technician.name.as_str());
    format!("  {}. {name}, {} points ({})", place + 1, ranked.score, ranked.reasons.join("; "))
}

fn skipped_line(policy: &Policy, skipped: &Skipped) -> String {
    let name = policy.technician(&skipped.technician).map_or("", |technician| technician.name.as_str());
    format!("  -  {name} is passed over: {}", skipped.why)
}
