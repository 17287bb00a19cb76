//! `nightdesk alert`: page the people on call as another tool would, wait for what comes of it, look at it later.

use super::call::Stage;
use super::{Outcome, by_option, context, print, serve};
use crate::cli::{AlertArgs, AlertCommand, AlertSendArgs, StoreArgs};
use nightdesk_adapters_local::phone::PhoneBehaviour;
use nightdesk_domain::case::{AlertPage, AlertState, AlertStatus, PageOutcome, WrittenAlert};
use nightdesk_domain::ids::{CaseId, CompanyId, OwnerId, TenantId};
use nightdesk_engine::{AlertTaken, Engine, EngineError};
use serde_json::{Value, json};
use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

type Failure = Box<dyn Error + Send + Sync>;

/// How much faster than life simulated telephones ring.
const PACE: f64 = 20.0;
/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// When nothing at all has happened for so long, nobody attends to it: longer than any pause of a ladder.
const STANDSTILL_MAX: Duration = Duration::from_secs(75 * 60);
/// The exit code where nobody has accepted.
const NO_ANSWER: u8 = 3;

/// The options by which the fields of an alert are given.
const OPTIONS: [(&str, &str); 7] = [
    ("summary", "--summary"),
    ("priority", "--priority"),
    ("details", "--details"),
    ("company", "--company"),
    ("system", "--system"),
    ("category", "--category"),
    ("idempotency_key", "--key"),
];

pub(super) async fn run(store: &StoreArgs, args: AlertArgs) -> Outcome {
    match args.command {
        Some(AlertCommand::Status { id, json }) => status(store, &id, json).await,
        Some(AlertCommand::List { limit, json }) => list(store, limit, json).await,
        None => send(store, args.send).await.map_err(|error| by_option(error, &OPTIONS)),
    }
}

async fn send(store: &StoreArgs, args: AlertSendArgs) -> Outcome {
    let alert = WrittenAlert {
        source: args.source.clone(),
        key: args.key.clone().map_or_else(new_key, Ok)?,
        summary: args.summary.clone(),
        details: args.details.clone(),
        company: args.company.clone(),
        system: args.system.clone(),
        category: args.category.clone(),
        priority: args.priority.clone(),
    };
    let by_twilio = context::served_by_twilio(&context::setup(store, &serve::default_args())?).await?;
    if by_twilio.is_some() && !args.technician.is_empty() {
        return Err("--technician: these telephones are real; leave it out".into());
    }
    if by_twilio.is_some() || (!args.wait && args.technician.is_empty()) {
        let desk = context::open(store).await?;
        let tenant = tenant_of(&desk, &args).await?;
        let taken = desk.host.engine.alert(&tenant, alert).await?;
        return follow(&desk.host.engine, &tenant, taken, (args.wait, args.json)).await;
    }
    let read = |name: &String| name.trim().parse().map_err(|why| format!("--technician {name:?}: {why}"));
    let behaviours: Vec<PhoneBehaviour> = args.technician.iter().map(read).collect::<Result<_, _>>()?;
    let stage = Stage::open(store, PACE, &behaviours, PhoneBehaviour::Accept).await?;
    let tenant = stage.policy.tenant.clone();
    let engine = stage.engine().ok_or("the server did not start")?;
    let ended = match engine.alert(&tenant, alert).await {
        Ok(taken) => follow(&engine, &tenant, taken, (true, args.json)).await,
        Err(error) => Err(error.into()),
    };
    drop(engine);
    stage.close().await;
    ended
}

/// A name that no other alert has.
fn new_key() -> Result<String, Failure> {
    let mut unique = [0_u8; 12];
    getrandom::fill(&mut unique).map_err(|error| format!("no randomness for a key ({error}); give one with --key"))?;
    Ok(unique.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The tenant that is meant: the one that is named, the only one, or the only one with that client.
async fn tenant_of(desk: &context::Desk, args: &AlertSendArgs) -> Result<TenantId, Failure> {
    if let Some(of) = &args.of {
        let named = desk.tenants_of(Some(of))?;
        return named.first().map(|tenant| (*tenant).clone()).ok_or_else(|| "there is no tenant".into());
    }
    if let [only] = desk.tenants.as_slice() {
        return Ok(only.clone());
    }
    let mut found = Vec::new();
    if let Some(company) = args.company.as_deref().and_then(|id| CompanyId::parse(id).ok()) {
        for tenant in &desk.tenants {
            let policy = desk.store.tenants.newest(tenant).await?;
            found.extend(policy.filter(|policy| policy.company(&company).is_some()).map(|_| tenant.clone()));
        }
    }
    match found.as_slice() {
        [only] => Ok(only.clone()),
        _ => Err("there are several tenants; say which with --of".into()),
    }
}

/// Tells what happens to an alert until it is over, if that is wanted, and how it stands.
async fn follow(engine: &Engine, tenant: &TenantId, taken: AlertTaken, (wait, as_json): (bool, bool)) -> Outcome {
    let AlertTaken { mut status, repeated } = taken;
    if !as_json {
        let known = if repeated { " (sent before)" } else { "" };
        print(&format!("Alert {}{known}, ticket {}, {}.", status.id, status.ticket, status.priority));
    }
    let (mut shown, mut changed) = (Vec::new(), Instant::now());
    while wait && is_under_way(&status.state) {
        tell_news(&status, &mut shown, as_json);
        tokio::time::sleep(LOOK_EVERY).await;
        let next = engine.alert_status(tenant, &status.id).await?;
        if next != status {
            changed = Instant::now();
        } else if changed.elapsed() > STANDSTILL_MAX {
            return Err("nothing happens to it any more; does a server run on this database?".into());
        }
        status = next;
    }
    if wait {
        tell_news(&status, &mut shown, as_json);
    }
    if as_json {
        let mut document = document(tenant, &status)?;
        document["repeated"] = json!(repeated);
        print(&serde_json::to_string_pretty(&document)?);
    } else {
        let later = if wait { "" } else { "; the running server attends to it" };
        print(&format!("{}{later}.", in_words(&status.state)));
    }
    Ok(exit_code(&status.state, wait))
}

fn is_under_way(state: &AlertState) -> bool {
    matches!(state, AlertState::Paging | AlertState::Escalated { .. })
}

fn exit_code(state: &AlertState, waited: bool) -> ExitCode {
    match state {
        AlertState::NoAnswer { .. } if waited => ExitCode::from(NO_ANSWER),
        _ => ExitCode::SUCCESS,
    }
}

/// One line for each page that is new, or has come to something.
fn tell_news(status: &AlertStatus, shown: &mut Vec<(u32, Option<PageOutcome>)>, as_json: bool) {
    for page in &status.pages {
        let news = (page.page, page.outcome);
        if !shown.contains(&news) {
            shown.push(news);
            if !as_json {
                print(&format!("  {}", page_in_words(page)));
            }
        }
    }
}

fn page_in_words(page: &AlertPage) -> String {
    let by = word(&page.by);
    match &page.outcome {
        None => format!("{} (rung {}): paged by {by}", page.name, page.rung),
        Some(outcome) => format!("{} (rung {}), by {by}: {}", page.name, page.rung, word(outcome)),
    }
}

/// The name of a value as JSON has it, for people.
fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().replace('_', " ")
}

fn in_words(state: &AlertState) -> String {
    match state {
        AlertState::Filed => "A ticket was filed, and nobody is woken".to_owned(),
        AlertState::Paging => "Somebody is being paged".to_owned(),
        AlertState::Escalated { rung, tries } => format!("Escalated: rung {rung} after {tries} pages"),
        AlertState::Acknowledged { acknowledged_by, acknowledged_at } => {
            format!("{acknowledged_by} has it since {}", acknowledged_at.format("%Y-%m-%d %H:%M:%S UTC"))
        }
        AlertState::NoAnswer { again_at: Some(at) } => {
            format!("Nobody has accepted; it begins again at {}", at.format("%H:%M:%S UTC"))
        }
        AlertState::NoAnswer { again_at: None } => "Nobody has accepted, and nobody is paged any more".to_owned(),
        AlertState::Handled => "It is marked as handled".to_owned(),
    }
}

fn document(tenant: &TenantId, status: &AlertStatus) -> Result<Value, Failure> {
    let mut document = serde_json::to_value(status)?;
    document["tenant"] = json!(tenant);
    Ok(document)
}

async fn status(store: &StoreArgs, id: &str, as_json: bool) -> Outcome {
    let desk = context::open(store).await?;
    let digits: String = id.chars().filter(char::is_ascii_digit).collect();
    for tenant in &desk.tenants {
        let by_ticket = desk.store.cases.find(tenant, "ticket", &digits).await?;
        let case = match by_ticket {
            Some(OwnerId::Case(case)) => Some(case),
            _ => CaseId::parse(id).ok(),
        };
        let Some(case) = case else { continue };
        let status = match desk.host.engine.alert_status(tenant, &case).await {
            Err(EngineError::NotFound) => continue,
            found => found?,
        };
        if as_json {
            print(&serde_json::to_string_pretty(&document(tenant, &status)?)?);
        } else {
            print(&format!("Alert {} of {}, ticket {}, {}.", status.id, status.source, status.ticket, status.priority));
            status.pages.iter().for_each(|page| print(&format!("  {}", page_in_words(page))));
            print(&format!("{}.", in_words(&status.state)));
        }
        return Ok(ExitCode::SUCCESS);
    }
    Err(format!("there is no alert {id:?}, or it has expired; `nightdesk alert list` shows them").into())
}

async fn list(store: &StoreArgs, limit: usize, as_json: bool) -> Outcome {
    let desk = context::open(store).await?;
    let mut rows = Vec::new();
    for tenant in &desk.tenants {
        let alerts = desk.host.engine.alerts(tenant, limit).await?;
        rows.extend(alerts.into_iter().map(|(status, summary)| (tenant, status, summary)));
    }
    if as_json {
        let row = |(tenant, status, summary): &(&TenantId, AlertStatus, String)| {
            let mut row = document(tenant, status)?;
            row["summary"] = json!(summary);
            Ok::<Value, Failure>(row)
        };
        let rows: Vec<Value> = rows.iter().map(row).collect::<Result<_, _>>()?;
        print(&serde_json::to_string_pretty(&rows)?);
        return Ok(ExitCode::SUCCESS);
    }
    if rows.is_empty() {
        print("No alert is remembered.");
    }
    for (_, status, summary) in rows {
        print(&format!(
            "{}  {:8}  {:12}  {}  {}  {summary}",
            status.ticket,
            status.priority.to_string(),
            status.state.name(),
            status.opened_at.format("%Y-%m-%d %H:%M UTC"),
            status.source,
        ));
    }
    Ok(ExitCode::SUCCESS)
}
