//! Who serves which tenant: read from the stored files, and read again while the program runs.
//!
//! A tenant is wired from the text that its newest settings were imported from, and from the secrets that it names.
//! [`Wiring::refresh`] reads both again and swaps the table; so neither a new tenant nor a rotated secret needs a
//! restart. Each tenant stands alone: one that cannot be wired keeps what it had, or is not served, with a line in the
//! log, and the others do not notice. While the store is down the table stays as it is, emergency numbers included.

mod chat;
mod ports;
mod served;

pub use served::Served;

use crate::amazon::Amazon;
use crate::config::{DEMO, Secrets, Tenant};
use crate::links::Links;
use crate::server::Setup;
use crate::store::Store;
use nightdesk_adapters_local::desk::Desk;
use nightdesk_adapters_local::inbox::Inbox;
use nightdesk_adapters_twilio::PublicUrl;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::policy::Policy;
use nightdesk_ports::{Clock, DeliveryError, HttpTransport, StoreError};
use served::Parts;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How often a program that runs for long reads files and secrets again.
pub const REFRESH_EVERY: Duration = Duration::from_secs(60);
/// How long a webhook that nobody can vouch for makes no second look: strangers must not keep the store busy.
pub const REFRESH_PAUSE: Duration = Duration::from_secs(10);
/// How many tenants are read side by side.
const READ_AT_ONCE: usize = 16;

type Table = BTreeMap<TenantId, Arc<Served>>;
/// What is wrong with each tenant that is not wired as its file says.
type Problems = BTreeMap<TenantId, Vec<String>>;

/// Who serves which tenant; the engine's ports to everything outside.
pub struct Wiring {
    store: Store,
    parts: Parts,
    links: Links,
    table: RwLock<Arc<Table>>,
    /// When it was read last, and what was wrong then. Held while it is read, so that one looks at a time.
    looked: Mutex<(Option<Instant>, Problems)>,
}

impl Wiring {
    /// Nobody is served yet: see [`Wiring::refresh`].
    pub(crate) fn new(
        setup: &Setup,
        store: Store,
        amazon: Arc<Amazon>,
        public_url: PublicUrl,
        transport: Arc<dyn HttpTransport>,
        clock: &Arc<dyn Clock>,
    ) -> Self {
        let links = Links::new(store.register.clone(), clock.clone(), public_url.clone());
        let parts = Parts {
            transport,
            amazon,
            public_url,
            twilio_api: setup.twilio_api.clone(),
            simulator_api: setup.simulator_api.clone(),
            data: setup.data.clone(),
            paced: setup.pace != 1.0,
            desk: Desk::new(store.records.clone(), clock.clone()),
            inbox: Arc::new(Inbox::new(store.records.clone(), clock.clone())),
        };
        Self { store, parts, links, table: RwLock::default(), looked: Mutex::default() }
    }

    /// Where everything is kept.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Signed links.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// The built-in ticket desk.
    pub fn desk(&self) -> &Desk {
        &self.parts.desk
    }

    /// The notices that are kept here.
    pub fn inbox(&self) -> &Inbox {
        &self.parts.inbox
    }

    /// Who serves a tenant; none if it is not served here.
    pub fn served(&self, tenant: &TenantId) -> Option<Arc<Served>> {
        self.table().get(tenant).cloned()
    }

    /// Everybody who is served.
    pub fn all_served(&self) -> Vec<Arc<Served>> {
        self.table().values().cloned().collect()
    }

    /// Which tools of which tenants have this token; all tenants are looked at unless one is named.
    pub fn senders_of_alerts(&self, tenant: Option<&TenantId>, token: &str) -> Vec<(TenantId, String)> {
        let table = self.table();
        let asked = table.iter().filter(|(id, _)| tenant.is_none_or(|tenant| tenant == *id));
        let sender = |(id, served): (&TenantId, &Arc<Served>)| {
            served.sender_of_alerts(token).map(|source| (id.clone(), source.to_owned()))
        };
        asked.filter_map(sender).collect()
    }

    fn of(&self, tenant: &TenantId) -> Result<Arc<Served>, DeliveryError> {
        self.served(tenant).ok_or_else(DeliveryError::unavailable)
    }

    fn table(&self) -> Arc<Table> {
        self.table.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads files and secrets again, and lets what is new hold from now on. Gives what is wrong by tenant, which is
    /// logged as well when it is new.
    ///
    /// # Errors
    /// When the store cannot say which tenants there are; then nothing changes.
    pub async fn refresh(&self) -> Result<BTreeMap<TenantId, Vec<String>>, StoreError> {
        let mut looked = self.looked.lock().await;
        self.look(&mut looked, &Secrets::All(self.parts.amazon.clone())).await?;
        Ok(looked.1.clone())
    }

    /// The same unless somebody did so within that time; a failure is logged.
    pub async fn refresh_if_older(&self, age: Duration) {
        self.look_if_older(age, false).await;
    }

    /// For a webhook that nobody here can vouch for: its tenant may be new, or its token rotated a moment ago. So
    /// secrets are asked for anew, not taken from memory; but only if nobody did so within [`REFRESH_PAUSE`]. Whoever
    /// comes while another looks waits for the end of it.
    pub async fn refresh_for_stranger(&self) {
        self.look_if_older(REFRESH_PAUSE, true).await;
    }

    async fn look_if_older(&self, age: Duration, fresh: bool) {
        let mut looked = self.looked.lock().await;
        if looked.0.is_some_and(|at| at.elapsed() < age) {
            return;
        }
        let amazon = self.parts.amazon.clone();
        let secrets = if fresh { Secrets::Fresh(amazon) } else { Secrets::All(amazon) };
        if let Err(error) = self.look(&mut looked, &secrets).await {
            tracing::error!(%error, "tenants could not be read again; all are served as before");
        }
    }

    async fn look(&self, looked: &mut (Option<Instant>, Problems), secrets: &Secrets) -> Result<(), StoreError> {
        // Also after a failure: whoever knocks in vain must not keep a store busy that is down.
        looked.0 = Some(Instant::now());
        let ids = self.store.tenants.tenants().await?;
        let before = self.table();
        let (mut table, mut problems) = (Table::new(), Problems::new());
        for some in ids.chunks(READ_AT_ONCE) {
            let looks = some.iter().map(|id| self.look_at(id, secrets, before.get(id)));
            for (id, found) in some.iter().zip(futures_util::future::join_all(looks).await) {
                let wrong = match found {
                    Ok(served) => {
                        let wrong = served.problems.clone();
                        table.insert(id.clone(), served);
                        wrong
                    }
                    Err(wrong) => {
                        table.extend(before.get(id).map(|served| (id.clone(), served.clone())));
                        wrong
                    }
                };
                if !wrong.is_empty() {
                    problems.insert(id.clone(), wrong);
                }
            }
        }
        report(&problems, &looked.1, &table);
        looked.1 = problems;
        *self.table.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(table);
        Ok(())
    }

    /// A tenant as it stands now; or what is wrong with it, in which case it stays as it was.
    async fn look_at(
        &self,
        id: &TenantId,
        secrets: &Secrets,
        before: Option<&Arc<Served>>,
    ) -> Result<Arc<Served>, Vec<String>> {
        let (version, text) = self.file(id).await.map_err(|why| vec![why])?;
        let tenant = match before.filter(|before| before.tenant.file == text) {
            Some(before) => before.tenant.clone(),
            None => Arc::new(Tenant::parse(&text).map_err(|problems| {
                let by = "the stored file cannot be read by this build; import it again";
                problems.0.into_iter().map(|problem| format!("{by}: {problem}")).collect::<Vec<_>>()
            })?),
        };
        let keys = tenant.keys(secrets).await;
        if let Some(before) = before
            && before.version == version
            && before.keys == keys
            && before.problems.is_empty()
        {
            return Ok(before.clone());
        }
        let served = self.parts.serve(version, tenant, keys, before.map(Arc::as_ref)).await?;
        if served.problems.is_empty() {
            tracing::info!(tenant = %id, version, "wired as its file says");
        }
        Ok(Arc::new(served))
    }

    /// The text that a tenant's newest settings were imported from. Old databases have none; there the demo tenant is
    /// recognised by its settings, and any other may be served by a carrier that nobody here knows of.
    async fn file(&self, id: &TenantId) -> Result<(u32, String), String> {
        let failed = |error: StoreError| format!("its settings cannot be read: {error}");
        if let Some(file) = self.store.tenants.file(id).await.map_err(failed)? {
            return Ok(file);
        }
        let demo = Tenant::parse(DEMO).map_err(|problems| problems.to_string())?.policy;
        match self.store.tenants.newest(id).await.map_err(failed)? {
            Some(stored) if *stored == (Policy { version: stored.version, ..demo }) => {
                Ok((stored.version, DEMO.to_owned()))
            }
            _ => Err("it was stored without its file; give that with --tenant, or `nightdesk tenant import` it".into()),
        }
    }
}

/// Says in the log what is wrong and was not before.
fn report(problems: &Problems, before: &Problems, table: &Table) {
    for (tenant, wrong) in problems.iter().filter(|(tenant, wrong)| before.get(*tenant) != Some(*wrong)) {
        let served = table.contains_key(tenant);
        let state = if served { "served as far as it could be wired" } else { "not served" };
        tracing::error!(%tenant, problems = ?wrong, "a tenant cannot be wired as its file says; it is {state}");
    }
    for tenant in before.keys().filter(|tenant| !problems.contains_key(*tenant)) {
        tracing::info!(%tenant, "wired as its file says again");
    }
}
