//! Gather turns of ordinary conversations, by the real program on a database on disk, from 1, 8 and 64 callers.

use crate::Failure;
use crate::bare::{self, Bytes};
use crate::report::{Aim, Report, progress};
use crate::server::{Carrier, Program, call_sid};
use crate::stats::{Times, median};
use nightdesk_adapters_local::sqlite::SqliteStore;
use nightdesk_domain::ids::TenantId;
use nightdesk_ports::{Cases, ListKind, Outbox, Snapshot, TenantRepository};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// What the caller says, turn by turn: one person, no hurry. No model is asked and nobody is woken; the last turn
/// opens the case and plans its ticket.
pub(crate) const CONVERSATION: [&str; 6] = [
    "hi this is lee tanaka at acme dental the printer at the front desk is jammed and it will not print anything",
    "it is just me the others can print",
    "since this morning",
    "tomorrow at ten would be fine",
    "that is all thanks",
    "no thank you",
];

/// Concurrent callers, and how many calls each of them makes in a round.
const LEVELS: [(usize, usize); 3] = [(1, 40), (8, 12), (64, 3)];

const SECTION: &str = "gather turn, over HTTP, SQLite on disk, no model";

/// One round at one level.
struct Round {
    took: Vec<Duration>,
    turns_per_second: f64,
}

pub(crate) async fn measure(scratch: &Path, quick: bool, report: &mut Report) -> Result<(), Failure> {
    let rounds = if quick { 2 } else { 9 };
    let folder = scratch.join("turns");
    std::fs::create_dir_all(&folder)?;
    // Nobody is paged, so that no carrier need listen.
    let program = Program::start(&folder, "http://127.0.0.1:9")?;
    let carrier = program.carrier()?;
    let store = SqliteStore::open(&program.database)?;
    round(&carrier, &store, 8, 4, 0).await?;
    let bytes = bytes_of_a_turn(&store).await?;

    let (mut bare_rates, mut bare_times) = (Vec::new(), Vec::new());
    for (at, (callers, calls)) in LEVELS.into_iter().enumerate() {
        let mut measured = Vec::new();
        let mut processor = Duration::ZERO;
        for number in 0..rounds {
            progress(&format!("turns: {callers} callers, round {} of {rounds}", number + 1));
            // Side by side with every round, since a shared disk changes its mind.
            let bare = bare::commit(&folder, bytes, if quick { 200 } else { 400 })?;
            bare_rates.push(bare.per_second());
            bare_times.extend(bare.into_times());
            let run = 1 + (at * rounds + number) as u64;
            let before = program.processor_time();
            measured.push(round(&carrier, &store, callers, calls, run).await?);
            let used = program.processor_time().zip(before).map(|(after, before)| after - before);
            processor += used.unwrap_or_default();
        }
        let rate = median(measured.iter().map(|round| round.turns_per_second));
        let beside = &bare_rates[bare_rates.len() - rounds..];
        let ratio = median(measured.iter().zip(beside).map(|(round, bare)| round.turns_per_second / bare));
        let times = Times::new(measured.into_iter().flat_map(|round| round.took));
        let knocks = knocks(&carrier, callers).await?;
        let name = |what: &str| format!("{callers} at once: {what}");
        report.figure(SECTION, name("p50"), times.percentile(50.0), "ms");
        if callers == 8 {
            report.aimed(SECTION, name("p95"), times.percentile(95.0), "ms", Aim::Below(10.0));
        } else {
            report.figure(SECTION, name("p95"), times.percentile(95.0), "ms");
        }
        report.figure(SECTION, name("p99"), times.percentile(99.0), "ms");
        report.figure(SECTION, name("a request refused unread, p50"), knocks.percentile(50.0), "ms");
        report.figure(SECTION, name("turns per second, median of the rounds"), rate, "/s");
        let what = name("turns to bare commits, median of the rounds");
        report.aimed(SECTION, what, ratio, "", Aim::AtLeast(0.5));
        if !processor.is_zero() {
            let each = processor.as_secs_f64() * 1000.0 / times.count() as f64;
            report.figure(SECTION, name("processor time per turn, whole call included"), each, "ms");
        }
        report.figure(SECTION, name("turns measured"), times.count() as f64, "");
    }
    let bare_times = Times::new(bare_times);
    report.figure(SECTION, "a bare durable commit alone: p50", bare_times.percentile(50.0), "ms");
    report.figure(SECTION, "a bare durable commit alone: p95", bare_times.percentile(95.0), "ms");
    report.figure(SECTION, "a bare durable commit alone: p99", bare_times.percentile(99.0), "ms");
    report.figure(SECTION, "bare durable commits per second, median of the rounds", median(bare_rates), "/s");
    report.figure(SECTION, "state written by a turn", bytes.state as f64, "bytes");
    report.figure(SECTION, "journal row written by a turn", bytes.journal as f64, "bytes");
    if let Some(memory) = program.memory_peak_mib() {
        report.figure(SECTION, "peak memory of the program after all of this", memory, "MiB");
    }
    report.note(
        "A bare commit: one connection, WAL, synchronous FULL, an update of the state and an insert of the \
                 journal row in a transaction of their own; no group commit.",
    );
    report.note("The program groups: commits that wait for the same flush share it. One caller alone never shares.");
    Ok(())
}

/// Opens all calls, then times their gather turns, then hangs up, and waits until the work after the calls is done.
async fn round(
    carrier: &Carrier,
    store: &SqliteStore,
    callers: usize,
    calls: usize,
    run: u64,
) -> Result<Round, Failure> {
    let open = Arc::new(Barrier::new(callers + 1));
    let mut tasks = JoinSet::new();
    for caller in 0..callers {
        let (carrier, open) = (carrier.clone(), open.clone());
        tasks.spawn(async move {
            let mut greeted = Vec::new();
            for number in 0..calls {
                let call = call_sid(run, caller * calls + number);
                let turn = carrier.ring(&call).await?.turn().ok_or("the greeting does not listen")?;
                greeted.push((call, turn));
            }
            open.wait().await;
            let mut took = Vec::new();
            for (call, turn) in &greeted {
                let mut next = Some(turn.clone());
                for words in CONVERSATION {
                    let Some(turn) = next else { break };
                    let answered = carrier.say(&turn, call, words).await?;
                    took.push(answered.took);
                    next = answered.turn();
                }
            }
            let ended = Instant::now();
            for (call, _) in &greeted {
                carrier.hang_up(call).await?;
            }
            Ok::<_, Failure>((took, ended))
        });
    }
    open.wait().await;
    let began = Instant::now();
    let (mut took, mut ended) = (Vec::new(), began);
    while let Some(done) = tasks.join_next().await {
        let (times, at) = done??;
        took.extend(times);
        ended = ended.max(at);
    }
    let turns_per_second = took.len() as f64 / (ended - began).as_secs_f64();
    while store.oldest_due(chrono::Utc::now()).await?.is_some() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(Round { took, turns_per_second })
}

async fn knocks(carrier: &Carrier, callers: usize) -> Result<Times, Failure> {
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        let carrier = carrier.clone();
        tasks.spawn(async move {
            let mut took = Vec::new();
            for _ in 0..50 {
                took.push(carrier.knock().await?);
            }
            Ok::<_, Failure>(took)
        });
    }
    let mut all = Vec::new();
    while let Some(done) = tasks.join_next().await {
        all.extend(done??);
    }
    Ok(Times::new(all))
}

/// What a turn writes on average, by what the store holds of finished calls.
async fn bytes_of_a_turn(store: &SqliteStore) -> Result<Bytes, Failure> {
    let tenant: TenantId = store.tenants().await?.into_iter().next().ok_or("no tenant")?;
    let (mut state, mut journal, mut calls, mut rows) = (0, 0, 0, 0);
    for snapshot in store.list(&tenant, ListKind::Calls, 1_000).await? {
        let entries = store.journal(&tenant, &snapshot.owner()).await?;
        for entry in &entries {
            journal += serde_json::to_vec(entry)?.len();
            rows += 1;
        }
        state += serde_json::to_vec::<Snapshot>(&snapshot)?.len();
        calls += 1;
    }
    if calls == 0 || rows == 0 {
        return Err("no call was stored".into());
    }
    Ok(Bytes { state: state / calls, journal: journal / rows })
}
