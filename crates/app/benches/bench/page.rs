//! From the decision that a call is Critical to the first page accepted by the simulated carrier.

use crate::Failure;
use crate::report::{Report, progress};
use crate::server::{LINE, Program, TENANT, call_sid, free_address};
use crate::stats::Times;
use nightdesk::config::{DEMO, SIMULATOR_ACCOUNT_SID, Tenant, simulator_token};
use nightdesk::transport::HyperTransport;
use nightdesk_adapters_local::phone::{NetworkConfig, PhoneBehaviour, PhoneNetwork};
use nightdesk_adapters_local::sqlite::SqliteStore;
use nightdesk_domain::case::CaseEvent;
use nightdesk_domain::effect::Outcome;
use nightdesk_domain::ids::{CaseId, OwnerId, TenantId};
use nightdesk_ports::{Cases, JournalEntry, RecordedEvent};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A call about security never joins a case that is open.
const WORDS: &str = "this is dana at acme dental our files are encrypted and there is a ransom note";
const SECTION: &str = "Critical call, simulated carrier's REST API at real speed";

pub(crate) async fn measure(scratch: &Path, quick: bool, report: &mut Report) -> Result<(), Failure> {
    let calls = if quick { 10 } else { 60 };
    let folder = scratch.join("page");
    std::fs::create_dir_all(&folder)?;
    let address = free_address()?;
    let network = network(&folder).await?;
    let program = Program::start_at(address, &folder, network.api_url(), &["--tenant", &tenant_file(&folder)?])?;
    let carrier = program.carrier()?;
    let store = SqliteStore::open(&program.database)?;
    let tenant = TenantId::parse(TENANT)?;
    let (mut to_page, mut whole) = (Vec::new(), Vec::new());
    for number in 0..calls {
        progress(&format!("page: call {} of {calls}", number + 1));
        let call = call_sid(1 << 32, number);
        let turn = carrier.ring(&call).await?.turn().ok_or("the greeting does not listen")?;
        let answered = carrier.say(&turn, &call, WORDS).await?;
        whole.push(answered.took);
        to_page.push(paged_after(&store, &tenant, &CaseId::parse(&call)?).await?);
    }
    let (to_page, whole) = (Times::new(to_page), Times::new(whole));
    report.figure(SECTION, "decision to first page accepted, p50", to_page.percentile(50.0), "ms");
    report.figure(SECTION, "decision to first page accepted, p95", to_page.percentile(95.0), "ms");
    report.figure(SECTION, "that turn's answer, page included, p50", whole.percentile(50.0), "ms");
    report.figure(SECTION, "that turn's answer, page included, p95", whole.percentile(95.0), "ms");
    report.figure(SECTION, "calls measured", to_page.count() as f64, "");
    Ok(())
}

/// The demo tenant with telephones that may ring as often as they are measured; gives the path of its file.
fn tenant_file(folder: &Path) -> Result<String, Failure> {
    let often = toml::Value::Integer(100_000);
    let budget = ["per_minute", "per_quarter", "per_hour"].map(|within| (within.to_owned(), often.clone()));
    let mut tenant: toml::Table = DEMO.parse()?;
    let paging = tenant.get_mut("paging").and_then(toml::Value::as_table_mut).ok_or("the demo tenant pages nobody")?;
    paging.insert("calls_max".to_owned(), toml::Value::Table(budget.into_iter().collect()));
    let path = folder.join("tenant.toml");
    std::fs::write(&path, tenant.to_string())?;
    Ok(path.to_string_lossy().into_owned())
}

/// Technicians who let it ring, on phones that answer no sooner than real ones.
async fn network(folder: &Path) -> Result<PhoneNetwork, Failure> {
    let demo = Tenant::parse(DEMO).map_err(|problems| problems.to_string())?;
    let mut config = NetworkConfig::new(SIMULATOR_ACCOUNT_SID, simulator_token(folder)?);
    // Orders must come from a line of the account; nobody calls it, so that its address is never asked.
    config.lines = vec![nightdesk_adapters_local::phone::PhoneLine {
        number: LINE.to_owned(),
        voice_url: "http://127.0.0.1:9/".to_owned(),
        fallback_url: None,
        status_callback_url: None,
        sms_url: None,
    }];
    let numbers = demo.policy.technicians.iter().filter_map(|technician| technician.number.clone());
    config.phones = numbers.map(|number| (String::from(number), PhoneBehaviour::Ignore)).collect();
    Ok(PhoneNetwork::start(config, Arc::new(HyperTransport::new())).await?)
}

/// By the flight recorder: when the case was decided on, and when the carrier's acceptance was written down.
async fn paged_after(store: &SqliteStore, tenant: &TenantId, case: &CaseId) -> Result<Duration, Failure> {
    let owner = OwnerId::Case(case.clone());
    let placed = |entry: &&JournalEntry| {
        matches!(&entry.event, RecordedEvent::Case(event)
            if matches!(**event, CaseEvent::Settled { outcome: Outcome::PagePlaced(_), .. }))
    };
    for _ in 0..200 {
        let entries = store.journal(tenant, &owner).await?;
        let decided = entries.iter().find(|entry| matches!(entry.event, RecordedEvent::CaseOpened(_)));
        if let (Some(decided), Some(placed)) = (decided, entries.iter().find(placed)) {
            return Ok((placed.at - decided.at).to_std()?);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err("nobody was paged within two seconds".into())
}
