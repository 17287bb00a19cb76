//! `nightdesk windows`: plan work, change it, cancel it, and see which calls it kept quiet.

use super::{Outcome, by_option, context, print};
use crate::cli::{StoreArgs, WindowArgs, WindowChangeArgs, WindowsCommand};
use crate::times::Written;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use nightdesk_domain::case::Case;
use nightdesk_domain::ids::{CompanyId, TenantId, WindowId};
use nightdesk_domain::windows::{Occurrence, Refused, Told, Wanted, Window, wall_clock};
use nightdesk_ports::{Cases, ListKind, Snapshot, StoreError};
use serde_json::{Value, json};
use std::error::Error;
use std::process::ExitCode;

type Failure = Box<dyn Error + Send + Sync>;

/// How many of the next times are shown of a window.
const NEXT_SHOWN: usize = 3;
/// How many cases are looked at in the first look for those that were kept quiet; each further look takes more.
const CASES_AT_FIRST: usize = 500;

/// The options by which the fields of a window are given.
const OPTIONS: [(&str, &str); 9] = [
    ("company", "--company"),
    ("systems", "--system"),
    ("title", "--title"),
    ("told", "--say"),
    ("starts", "--from"),
    ("ends", "--until"),
    ("zone", "--zone"),
    ("recurrence", "--repeat"),
    ("since", "--since"),
];

pub(super) async fn run(store: &StoreArgs, command: WindowsCommand) -> Outcome {
    done(store, command).await.map_err(|error| by_option(error, &OPTIONS))
}

async fn done(store: &StoreArgs, command: WindowsCommand) -> Outcome {
    let desk = context::open(store).await?;
    match command {
        WindowsCommand::Add(args) => add(&desk, args).await,
        WindowsCommand::List { all, json } => list(&desk, all, json).await,
        WindowsCommand::Change(args) => change(&desk, args).await,
        WindowsCommand::Cancel { id, of, json } => {
            let (tenant, window) = find(&desk, &id, of.as_deref()).await?;
            let window = desk.host.engine.cancel_window(&tenant, &window.id).await?;
            show(&desk, &tenant, "Cancelled", &window, json)
        }
        WindowsCommand::Suppressed { since, json } => suppressed(&desk, since.as_deref(), json).await,
    }
}

async fn add(desk: &context::Desk, args: WindowArgs) -> Outcome {
    let company = CompanyId::parse(&args.company).map_err(|why| format!("company: {why}"))?;
    let (tenant, tenants_zone) = tenant_of(desk, &company, args.of.as_deref()).await?;
    let zone = args.zone.as_deref().map(read_zone).transpose()?.unwrap_or(tenants_zone);
    let wanted = Wanted {
        company,
        systems: args.systems,
        whole_company: args.whole_company,
        title: args.title,
        told: Told { english: args.say, spanish: args.say_spanish },
        starts: read_time(&args.starts, zone, "starts")?,
        ends: read_time(&args.ends, zone, "ends")?,
        zone,
        recurrence: args.recurrence,
    };
    let window = desk.host.engine.plan_window(&tenant, wanted).await?;
    show(desk, &tenant, "Planned", &window, args.json)
}

async fn change(desk: &context::Desk, args: WindowChangeArgs) -> Outcome {
    let (tenant, window) = find(desk, &args.id, args.of.as_deref()).await?;
    let zone = args.zone.as_deref().map(read_zone).transpose()?.unwrap_or(window.zone);
    let starts = args.starts.as_deref().map(|text| read_time(text, zone, "starts")).transpose()?;
    let ends = args.ends.as_deref().map(|text| read_time(text, zone, "ends")).transpose()?;
    let own = |text: String| Some(text).filter(|text| !text.trim().is_empty());
    let changed = desk.host.engine.change_window(&tenant, &window.id, |wanted| {
        if args.whole_company || !args.systems.is_empty() {
            (wanted.systems, wanted.whole_company) = (args.systems, args.whole_company);
        }
        wanted.zone = zone;
        wanted.title = args.title.unwrap_or_else(|| wanted.title.clone());
        (wanted.starts, wanted.ends) = (starts.unwrap_or(wanted.starts), ends.unwrap_or(wanted.ends));
        wanted.recurrence = args.recurrence.or_else(|| wanted.recurrence.take().filter(|_| !args.once));
        if let Some(say) = args.say {
            wanted.told.english = own(say);
        }
        if let Some(say) = args.say_spanish {
            wanted.told.spanish = own(say);
        }
    });
    let window = changed.await?;
    show(desk, &tenant, "Changed", &window, args.json)
}

async fn list(desk: &context::Desk, all: bool, as_json: bool) -> Outcome {
    let mut rows = Vec::new();
    for tenant in &desk.tenants {
        for window in desk.host.engine.windows(tenant).await? {
            let next = desk.host.engine.next_occurrences(&window, NEXT_SHOWN);
            if all || !next.is_empty() {
                rows.push((tenant, window, next));
            }
        }
    }
    if as_json {
        let rows: Vec<_> = rows.iter().map(|(tenant, window, next)| window_json(tenant, window, next)).collect();
        print(&serde_json::to_string_pretty(&rows)?);
        return Ok(ExitCode::SUCCESS);
    }
    if rows.is_empty() {
        print("Nothing is planned. `nightdesk windows add --help` shows how to plan work.");
    }
    for (_, window, next) in rows {
        print(&lines(&window, &next));
    }
    Ok(ExitCode::SUCCESS)
}

async fn suppressed(desk: &context::Desk, since: Option<&str>, as_json: bool) -> Outcome {
    let mut cases: Vec<Box<Case>> = Vec::new();
    for tenant in &desk.tenants {
        let since = match since {
            None => Utc::now() - TimeDelta::hours(24),
            Some(text) => {
                let policy = desk.store.tenants.newest(tenant).await?;
                let zone = policy.map_or(Tz::UTC, |policy| policy.time_zone);
                Written::read(text).map_err(|why| format!("since: {why}"))?.instant(zone)
            }
        };
        let opened = opened_since(&*desk.store.cases, tenant, since, CASES_AT_FIRST).await?;
        cases.extend(opened.into_iter().filter(|case| case.suppressed_by().is_some()));
    }
    let mut rows = Vec::new();
    for case in &cases {
        let Some(planned) = case.suppressed_by() else { continue };
        let summary = desk.summary(case).await?;
        let until = planned.until.with_timezone(&planned.zone);
        if as_json {
            rows.push(json!({
                "tenant": case.tenant,
                "ticket": case.ticket.number,
                "opened_at": case.opened_at.to_rfc3339(),
                "company": case.brief.company,
                "summary": summary,
                "window": planned.window,
                "title": planned.title,
                "system": planned.system,
                "until": until.to_rfc3339(),
            }));
        } else {
            print(&format!(
                "{}  {}  {summary}\n    {} (window {}), until {}",
                case.ticket.number,
                case.opened_at.with_timezone(&planned.zone).format("%Y-%m-%d %H:%M %Z"),
                planned.title,
                planned.window,
                until.format("%Y-%m-%d %H:%M %Z"),
            ));
        }
    }
    if as_json {
        print(&serde_json::to_string_pretty(&rows)?);
    } else if cases.is_empty() {
        print("Planned work kept no call quiet.");
    }
    Ok(ExitCode::SUCCESS)
}

/// Every case of a tenant that was opened since then, the newest first: none is left out silently.
async fn opened_since(
    cases: &dyn Cases,
    tenant: &TenantId,
    since: DateTime<Utc>,
    at_first: usize,
) -> Result<Vec<Box<Case>>, StoreError> {
    let mut limit = at_first;
    loop {
        let listed = cases.list(tenant, ListKind::Cases, limit).await?;
        let whole = listed.len() < limit;
        let mut cases: Vec<Box<Case>> = Vec::with_capacity(listed.len());
        for snapshot in listed {
            if let Snapshot::Case(case) = snapshot {
                cases.push(case);
            }
        }
        if whole || cases.last().is_some_and(|case| case.opened_at < since) {
            cases.retain(|case| case.opened_at >= since);
            return Ok(cases);
        }
        limit = limit.saturating_mul(4);
    }
}

/// The tenant that has a client of this id, and its zone.
async fn tenant_of(desk: &context::Desk, company: &CompanyId, of: Option<&str>) -> Result<(TenantId, Tz), Failure> {
    let mut found = Vec::new();
    for tenant in desk.tenants_of(of)? {
        if let Some(policy) = desk.store.tenants.newest(tenant).await?
            && policy.company(company).is_some()
        {
            found.push((tenant.clone(), policy.time_zone));
        }
    }
    match found.len() {
        0 => Err(Refused::Company.into()),
        1 => Ok(found.remove(0)),
        _ => Err("company: several tenants have a client of this id; say which with --of".into()),
    }
}

/// The window of this number, and its tenant.
async fn find(desk: &context::Desk, id: &str, of: Option<&str>) -> Result<(TenantId, Window), Failure> {
    let id = WindowId::parse(id).map_err(|why| format!("window: {why}"))?;
    let mut found = Vec::new();
    for tenant in desk.tenants_of(of)? {
        let windows = desk.host.engine.windows(tenant).await?;
        found.extend(windows.into_iter().filter(|window| window.id == id).map(|window| (tenant.clone(), window)));
    }
    match found.len() {
        0 => Err(nightdesk_engine::WindowError::Unknown.into()),
        1 => Ok(found.remove(0)),
        _ => Err("window: several tenants have one of this number; say which with --of".into()),
    }
}

fn read_zone(name: &str) -> Result<Tz, String> {
    name.parse().map_err(|_| format!("zone: {name:?} is no IANA time zone; write for example America/Chicago"))
}

fn read_time(text: &str, zone: Tz, field: &'static str) -> Result<NaiveDateTime, Failure> {
    match Written::read(text).map_err(|why| format!("{field}: {why}"))? {
        Written::Local(local) => Ok(local),
        Written::Instant(instant) => Ok(wall_clock(instant, zone, field)?),
    }
}

fn show(desk: &context::Desk, tenant: &TenantId, done: &str, window: &Window, as_json: bool) -> Outcome {
    let next = desk.host.engine.next_occurrences(window, NEXT_SHOWN);
    if as_json {
        print(&serde_json::to_string_pretty(&window_json(tenant, window, &next))?);
    } else {
        print(&format!("{done}: {}", lines(window, &next)));
    }
    Ok(ExitCode::SUCCESS)
}

fn lines(window: &Window, next: &[Occurrence]) -> String {
    let systems = if window.is_of_whole_company() { "everything".to_owned() } else { window.systems.join(", ") };
    let mut text = format!("window {}  {}: {systems}  ({})", window.id, window.company, window.title);
    if window.cancelled_at.is_some() {
        text.push_str("  CANCELLED");
    }
    if let Some(rule) = &window.recurrence {
        text.push_str(&format!("\n    {rule}"));
    }
    for it in next {
        let (from, until) = (it.from.with_timezone(&window.zone), it.until.with_timezone(&window.zone));
        let (from, until) = (from.format("%a %Y-%m-%d %H:%M"), until.format("%a %H:%M %Z"));
        text.push_str(&format!("\n    {from} until {until}"));
    }
    text
}

/// A window as programs read it; times carry the offset of its zone.
fn window_json(tenant: &TenantId, window: &Window, next: &[Occurrence]) -> Value {
    let at = |instant: DateTime<Utc>| instant.with_timezone(&window.zone).to_rfc3339();
    json!({
        "tenant": tenant,
        "window": window.id,
        "company": window.company,
        "systems": window.systems,
        "whole_company": window.is_of_whole_company(),
        "title": window.title,
        "told": window.told,
        "starts": window.starts,
        "ends": window.ends(),
        "zone": window.zone,
        "recurrence": window.recurrence,
        "cancelled_at": window.cancelled_at.map(at),
        "next": next.iter().map(|it| json!({ "from": at(it.from), "until": at(it.until) })).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nightdesk_ports::Commit;
    use nightdesk_testkit::memory::MemoryStore;
    use nightdesk_testkit::sample::{self, at, tenant};

    #[tokio::test]
    async fn every_case_since_then_is_found_however_few_are_looked_at_first() {
        let store = MemoryStore::new();
        for number in 0..7 {
            let case = Case { opened_at: at(number), ..sample::case(&format!("CA{number}")) };
            let saves = vec![sample::save(Snapshot::Case(Box::new(case)), 0)];
            store.commit(Commit { saves, ..sample::commit(&tenant()) }).await.unwrap();
        }
        let found = async |since: i64, at_first: usize| {
            let cases = opened_since(&store, &tenant(), at(since), at_first).await.unwrap();
            cases.iter().map(|case| (case.opened_at - at(0)).num_seconds()).collect::<Vec<_>>()
        };
        for at_first in [1, 2, 3, 7, 500] {
            assert_eq!(found(2, at_first).await, [6, 5, 4, 3, 2], "{at_first}");
            assert_eq!(found(0, at_first).await.len(), 7, "{at_first}");
            assert_eq!(found(7, at_first).await, [0; 0], "{at_first}");
        }
    }
}
