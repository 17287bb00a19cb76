//! Ports that do as they are told: for tests and examples that are about one thing at a time.
//!
//! Nothing here fails; what must fail is forced by the mocks of `nightdesk-ports`, or by the simulator.

use crate::contract::Store;
use crate::memory::MemoryStore;
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::case::TicketDraft;
use nightdesk_domain::effect::{Alert, Line, NoteOrder, PageOrder, TextOrder};
use nightdesk_domain::ids::{CallId, CaseId, EffectId, LegId, OwnerId, PsaTicketId, RecordingId, TenantId};
use nightdesk_domain::private::Private;
use nightdesk_domain::vocabulary::Category;
use nightdesk_engine::{Engine, Ports};
use nightdesk_ports::{
    Absent, CallerOf, Cases, ClearedText, Clock, Commit, DeliveryError, JournalEntry, KeptRecording, ListKind,
    Notifier, Snapshot, StoreError, Stored, Telephony, Ticketing,
};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How often at most an engine is asked for what is due until it is idle.
const RUNS_MAX: usize = 20;

/// Lets an engine do all that is due, until nothing is.
///
/// # Panics
/// When there is no end of it, or the store fails.
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test says what it expects by failing")]
pub async fn run_until_idle(engine: &Engine) {
    for _ in 0..RUNS_MAX {
        if engine.run_due(16).await.unwrap().is_idle() {
            return;
        }
    }
    panic!("no end of work");
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A clock that moves only when it is told to; who waits for an instant that has not come waits for ever.
pub struct HandClock(Mutex<DateTime<Utc>>);

impl HandClock {
    /// A clock that shows this instant.
    pub fn at(now: DateTime<Utc>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(now)))
    }

    /// Moves it on by so many seconds.
    pub fn advance(&self, seconds: i64) {
        *lock(&self.0) += TimeDelta::seconds(seconds);
    }
}

#[async_trait]
impl Clock for HandClock {
    fn now(&self) -> DateTime<Utc> {
        *lock(&self.0)
    }
    async fn sleep_until(&self, instant: DateTime<Utc>) {
        if self.now() < instant {
            std::future::pending::<()>().await;
        }
    }
}

/// What a fake was asked to do, in a line each.
#[derive(Default)]
pub struct Ledger(Mutex<Vec<String>>);

impl Ledger {
    /// Everything so far.
    pub fn lines(&self) -> Vec<String> {
        lock(&self.0).clone()
    }

    fn add(&self, line: String) -> usize {
        let mut lines = lock(&self.0);
        lines.push(line);
        lines.len()
    }
}

/// A network, a ticketing system and notices that do everything at once and write it into a ledger.
#[derive(Default)]
pub struct Obedient {
    /// What was asked.
    pub ledger: Ledger,
    tickets: Mutex<Vec<(CaseId, PsaTicketId)>>,
    recordings: Mutex<Vec<(DateTime<Utc>, KeptRecording, CallerOf)>>,
    transcripts: Mutex<Vec<(RecordingId, Option<Private>)>>,
}

impl Obedient {
    /// Has the network keep a recording that was made then, of a call by this person.
    pub fn keep_recording(&self, at: DateTime<Utc>, kept: KeptRecording, caller: CallerOf) {
        lock(&self.recordings).push((at, kept, caller));
    }

    /// Has the network know the words of a recording, or be out of reach for whoever asks for them.
    pub fn write_down(&self, id: RecordingId, words: Option<Private>) {
        lock(&self.transcripts).push((id, words));
    }
}

#[async_trait]
impl Telephony for Obedient {
    async fn page(&self, order: &PageOrder) -> Result<LegId, DeliveryError> {
        let count = self.ledger.add(format!("ring {} (page {})", order.technician, order.page));
        LegId::parse(&format!("TE{count}")).map_err(|_| DeliveryError::Unknown)
    }
    async fn find_page(&self, order: &PageOrder) -> Result<Option<LegId>, DeliveryError> {
        self.ledger.add(format!("look for page {}", order.page));
        Ok(None)
    }
    async fn refetch(&self, _: &TenantId, line: &Line) -> Result<(), DeliveryError> {
        self.ledger.add(format!("redirect {line:?}"));
        Ok(())
    }
    async fn hang_up(&self, _: &TenantId, leg: &LegId) -> Result<(), DeliveryError> {
        self.ledger.add(format!("hang up {leg}"));
        Ok(())
    }
    async fn text(&self, _: &TenantId, _: &TextOrder) -> Result<(), DeliveryError> {
        self.ledger.add("text a technician".to_owned());
        Ok(())
    }
    async fn text_caller(&self, _: &ClearedText) -> Result<(), DeliveryError> {
        self.ledger.add("text the caller".to_owned());
        Ok(())
    }
    async fn recording(&self, _: &TenantId, _: &RecordingId) -> Result<(String, Bytes), DeliveryError> {
        Ok(("audio/x-wav".to_owned(), Bytes::from_static(b"RIFF")))
    }
    async fn recordings(&self, _: &TenantId, since: DateTime<Utc>) -> Result<Vec<KeptRecording>, DeliveryError> {
        let kept = lock(&self.recordings);
        Ok(kept.iter().filter(|(at, ..)| *at >= since).map(|(_, kept, _)| kept.clone()).collect())
    }
    async fn transcript_of(&self, _: &TenantId, id: &RecordingId) -> Result<Option<Private>, DeliveryError> {
        self.ledger.add("ask for the words of a recording".to_owned());
        let known = lock(&self.transcripts).iter().rfind(|(own, _)| own == id).map(|(_, words)| words.clone());
        known.map(|words| words.ok_or_else(DeliveryError::unavailable)).transpose()
    }
    async fn caller_of(&self, _: &TenantId, call: &CallId) -> Result<CallerOf, DeliveryError> {
        let kept = lock(&self.recordings);
        let caller = kept.iter().find(|(_, kept, _)| kept.call == *call).map(|(.., caller)| caller.clone());
        Ok(caller.unwrap_or(CallerOf { came_in: true, dialled: None, from: None }))
    }
}

#[async_trait]
impl Ticketing for Obedient {
    async fn open(&self, draft: &TicketDraft) -> Result<PsaTicketId, DeliveryError> {
        let count = self.ledger.add(format!("open the ticket of case {}", draft.key));
        let id = PsaTicketId::parse(&count.to_string()).map_err(|_| DeliveryError::Unknown)?;
        lock(&self.tickets).push((draft.key.clone(), id.clone()));
        Ok(id)
    }
    async fn find(&self, _: &TenantId, key: &CaseId) -> Result<Vec<PsaTicketId>, DeliveryError> {
        self.ledger.add(format!("look for the ticket of case {key}"));
        Ok(lock(&self.tickets).iter().filter(|(of, _)| of == key).map(|(_, id)| id.clone()).collect())
    }
    async fn add_note(&self, _: &TenantId, note: &NoteOrder, _: bool) -> Result<(), DeliveryError> {
        self.ledger.add(format!("add a note to ticket {}", note.ticket));
        Ok(())
    }
    async fn close(&self, _: &TenantId, ticket: &PsaTicketId) -> Result<(), DeliveryError> {
        self.ledger.add(format!("close ticket {ticket}"));
        Ok(())
    }
    async fn merge(&self, _: &TenantId, keep: &PsaTicketId, drop: &PsaTicketId) -> Result<(), DeliveryError> {
        self.ledger.add(format!("merge ticket {drop} into {keep}"));
        Ok(())
    }
    async fn open_count(&self, _: &TenantId, _: &str) -> Result<u32, DeliveryError> {
        Ok(u32::try_from(lock(&self.tickets).len()).unwrap_or(u32::MAX))
    }
    async fn last_fix(&self, _: &TenantId, _: &str, _: Category) -> Result<Option<Private>, DeliveryError> {
        Ok(None)
    }
}

#[async_trait]
impl Notifier for Obedient {
    async fn alert(&self, _: &TenantId, _: &EffectId, _: &Alert) -> Result<(), DeliveryError> {
        self.ledger.add("alert the people on call".to_owned());
        Ok(())
    }
}

/// The memory store, counting how often an engine goes there for calls and cases.
pub struct CountingCases {
    /// The store beneath.
    pub store: MemoryStore,
    loads: AtomicUsize,
    commits: AtomicUsize,
}

impl CountingCases {
    /// Counts from zero.
    pub fn new(store: MemoryStore) -> Arc<Self> {
        Arc::new(Self { store, loads: AtomicUsize::new(0), commits: AtomicUsize::new(0) })
    }

    /// Loads and commits since the last time it was asked.
    pub fn take(&self) -> (usize, usize) {
        (self.loads.swap(0, Ordering::Relaxed), self.commits.swap(0, Ordering::Relaxed))
    }
}

#[async_trait]
impl Cases for CountingCases {
    async fn load(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Option<Stored>, StoreError> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        self.store.load(tenant, owner).await
    }
    async fn find(&self, tenant: &TenantId, kind: &str, value: &str) -> Result<Option<OwnerId>, StoreError> {
        self.store.find(tenant, kind, value).await
    }
    async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.store.commit(commit).await
    }
    async fn due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<(TenantId, OwnerId)>, StoreError> {
        self.store.due(now, limit).await
    }
    async fn list(&self, tenant: &TenantId, kind: ListKind, limit: usize) -> Result<Vec<Snapshot>, StoreError> {
        self.store.list(tenant, kind, limit).await
    }
    async fn journal(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Vec<JournalEntry>, StoreError> {
        self.store.journal(tenant, owner).await
    }
    async fn ready(&self) -> Result<(), StoreError> {
        self.store.ready().await
    }
}

/// Ports on a store, a clock and an obedient outside; any of them may be replaced.
pub fn ports<S: Store + Clone + 'static>(store: &S, clock: Arc<HandClock>, outside: Arc<Obedient>) -> Ports {
    let store = Arc::new(store.clone());
    Ports {
        cases: store.clone(),
        outbox: store.clone(),
        tenants: store.clone(),
        records: store.clone(),
        register: store,
        telephony: outside.clone(),
        ticketing: outside.clone(),
        notifier: outside,
        model: Arc::new(Absent),
        transcriber: Arc::new(Absent),
        clock,
    }
}
