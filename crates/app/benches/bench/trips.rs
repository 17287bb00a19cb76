//! Requests to the store for each turn, counted by ports that pass everything on.

use crate::Failure;
use crate::report::Report;
use crate::turns::CONVERSATION;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nightdesk::config::{DEMO, Tenant};
use nightdesk::server::Setup;
use nightdesk::store::{Store, StoreChoice};
use nightdesk_domain::call::{Arrival, CallEvent, Speech};
use nightdesk_domain::facts::Contact;
use nightdesk_domain::ids::{CallId, EffectId, OwnerId, TenantId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::Policy;
use nightdesk_domain::private::Private;
use nightdesk_domain::reply::{Heard, Then};
use nightdesk_engine::{Engine, Ports, Settings};
use nightdesk_ports::{
    Cases, Claim, Commit, JournalEntry, Lease, ListKind, Outbox, Snapshot, StoreError, Stored, TenantRepository, Tries,
};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const SECTION: &str = "store round trips";

pub(crate) async fn measure(scratch: &Path, report: &mut Report) -> Result<(), Failure> {
    let setup = Setup {
        store: StoreChoice::Sqlite(scratch.join("trips").join("nightdesk.sqlite")),
        data: scratch.join("trips"),
        aws_endpoint: None,
        tenants: Vec::new(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        public_url: Some("http://127.0.0.1:9".to_owned()),
        twilio_api: "http://127.0.0.1:9".to_owned(),
        simulator_api: "http://127.0.0.1:9".to_owned(),
        heartbeat_url: None,
        pace: 1.0,
        pace_since: None,
    };
    let policy = Tenant::parse(DEMO).map_err(|problems| problems.to_string())?.policy;
    let host = setup.host().await?;
    let store = host.wiring.store().clone();
    let counting = Arc::new(Counting { store, reads: AtomicU32::new(0), writes: AtomicU32::new(0) });
    let ports = Ports {
        cases: counting.clone(),
        outbox: counting.clone(),
        tenants: counting.clone(),
        ..host.engine.ports().clone()
    };
    let engine = Engine::new(ports, Settings::new("bench"));
    // The first call fills the cache of settings, which a running program has full.
    conversation(&engine, &policy, "CA00000000000000000000000000000001", &counting).await?;
    let (arrival, turn) = conversation(&engine, &policy, "CA00000000000000000000000000000002", &counting).await?;
    report.figure(SECTION, "a call arrives: reads", f64::from(arrival.0), "");
    report.figure(SECTION, "a call arrives: writes", f64::from(arrival.1), "");
    report.figure(SECTION, "a gather turn, the costliest of the conversation: reads", f64::from(turn.0), "");
    report.figure(SECTION, "a gather turn, the costliest of the conversation: writes", f64::from(turn.1), "");
    Ok(())
}

/// Reads and writes of the arrival, and the most that any one turn took.
async fn conversation(
    engine: &Engine,
    policy: &Policy,
    call: &str,
    counting: &Counting,
) -> Result<((u32, u32), (u32, u32)), Failure> {
    let (tenant, call) = (&policy.tenant, CallId::parse(call)?);
    let from = Some(PhoneNumber::parse("+13125550170")?);
    let arrival = Arrival { tenant: tenant.clone(), call: call.clone(), dialled: policy.caller_id.clone(), from };
    counting.take();
    let mut next = engine.arrive(&arrival).await?.then;
    let arrived = counting.take();
    let mut most = (0, 0);
    for words in CONVERSATION {
        let Then::Listen(listen) = next else { break };
        let words = Some(Speech { words: Private::new(words), confidence_percent: Some(91) });
        let event = CallEvent::Said { turn: listen.turn, heard: Heard::default(), words, keys: None };
        next = engine.call_event(tenant, &call, event, Heard::default()).await?.then;
        let (reads, writes) = counting.take();
        most = (most.0.max(reads), most.1.max(writes));
    }
    Ok((arrived, most))
}

/// Passes every request on to the store, and counts it.
struct Counting {
    store: Store,
    reads: AtomicU32,
    writes: AtomicU32,
}

impl Counting {
    fn read(&self) -> &Store {
        self.reads.fetch_add(1, Ordering::Relaxed);
        &self.store
    }

    fn write(&self) -> &Store {
        self.writes.fetch_add(1, Ordering::Relaxed);
        &self.store
    }

    /// Reads and writes since the last look.
    fn take(&self) -> (u32, u32) {
        (self.reads.swap(0, Ordering::Relaxed), self.writes.swap(0, Ordering::Relaxed))
    }
}

#[async_trait]
impl Cases for Counting {
    async fn load(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Option<Stored>, StoreError> {
        self.read().cases.load(tenant, owner).await
    }
    async fn find(&self, tenant: &TenantId, kind: &str, value: &str) -> Result<Option<OwnerId>, StoreError> {
        self.read().cases.find(tenant, kind, value).await
    }
    async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        self.write().cases.commit(commit).await
    }
    async fn due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<(TenantId, OwnerId)>, StoreError> {
        self.read().cases.due(now, limit).await
    }
    async fn list(&self, tenant: &TenantId, kind: ListKind, limit: usize) -> Result<Vec<Snapshot>, StoreError> {
        self.read().cases.list(tenant, kind, limit).await
    }
    async fn journal(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Vec<JournalEntry>, StoreError> {
        self.read().cases.journal(tenant, owner).await
    }
    async fn ready(&self) -> Result<(), StoreError> {
        self.write().cases.ready().await
    }
}

#[async_trait]
impl Outbox for Counting {
    async fn claim(&self, now: DateTime<Utc>, lease: &Lease, limit: usize) -> Result<Vec<Claim>, StoreError> {
        self.write().outbox.claim(now, lease, limit).await
    }
    async fn postpone(&self, claim: &Claim, due: DateTime<Utc>, tries: Tries) -> Result<(), StoreError> {
        self.write().outbox.postpone(claim, due, tries).await
    }
    async fn settle(&self, claim: &Claim) -> Result<(), StoreError> {
        self.write().outbox.settle(claim).await
    }
    async fn pending(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Vec<(EffectId, Tries)>, StoreError> {
        self.read().outbox.pending(tenant, owner).await
    }
    async fn oldest_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.read().outbox.oldest_due(now).await
    }
}

#[async_trait]
impl TenantRepository for Counting {
    async fn newest(&self, tenant: &TenantId) -> Result<Option<Arc<Policy>>, StoreError> {
        self.read().tenants.newest(tenant).await
    }
    async fn version(&self, tenant: &TenantId, version: u32) -> Result<Option<Arc<Policy>>, StoreError> {
        self.read().tenants.version(tenant, version).await
    }
    async fn import(&self, policy: &Policy, contacts: &[Contact], file: &str) -> Result<u32, StoreError> {
        self.write().tenants.import(policy, contacts, file).await
    }
    async fn file(&self, tenant: &TenantId) -> Result<Option<(u32, String)>, StoreError> {
        self.read().tenants.file(tenant).await
    }
    async fn contacts_of(&self, tenant: &TenantId, number: &PhoneNumber) -> Result<Vec<Contact>, StoreError> {
        self.read().tenants.contacts_of(tenant, number).await
    }
    async fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        self.read().tenants.tenants().await
    }
}
