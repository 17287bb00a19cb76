//! Wires the ports to an engine, serves the router, and keeps doing what is due.

use crate::clock::PacedClock;
use crate::config::{DEMO, SIMULATOR_ACCOUNT_SID, Tenant, simulator_token};
use crate::heartbeat;
use crate::http::{AppState, Metrics, router};
use crate::routing::{Carriers, Desks};
use crate::transport::HyperTransport;
use nightdesk_adapters_connectwise::ConnectWise;
use nightdesk_adapters_local::desk::Desk;
use nightdesk_adapters_local::inbox::Inbox;
use nightdesk_adapters_local::sqlite::{OpenError, SqliteStore};
use nightdesk_adapters_twilio::{PublicUrl, TwilioAccount, TwilioTelephony};
use nightdesk_domain::facts::Contact;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::policy::Policy;
use nightdesk_engine::{Engine, Ports, Settings};
use nightdesk_ports::{Absent, Clock, HttpTransport, StoreError, TenantRepository};
use secrecy::SecretString;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How often the due work is looked at, when there was none.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How many look at it side by side, so that one slow answer from outside holds up no deadline.
const LOOKERS: usize = 4;
/// How much is taken at a look.
const TAKE_MAX: usize = 16;

/// What a server needs to know.
pub struct Setup {
    /// The database file.
    pub database: PathBuf,
    /// The tenants' files, read.
    pub tenants: Vec<Tenant>,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address that the carrier reaches us under; none: where we listen.
    pub public_url: Option<String>,
    /// The carrier's REST API, normally `https://api.twilio.com`.
    pub twilio_api: String,
    /// The simulated network's REST API.
    pub simulator_api: String,
    /// Asked every minute while all is well.
    pub heartbeat_url: Option<String>,
    /// How much faster than life time passes: 1, except where a scripted call runs with the simulated network.
    pub pace: f64,
}

/// Why a server did not start. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error("the database {path} cannot be opened; choose another with --database, or mend its folder")]
    Database {
        /// Where.
        path: PathBuf,
        /// Why.
        source: OpenError,
    },
    /// The address.
    #[error("cannot listen on {0}; another server may hold it: choose another with --listen")]
    Listen(SocketAddr, #[source] std::io::Error),
    /// A setting.
    #[error("{0}")]
    Setting(String),
    /// The data folder.
    #[error("the data folder cannot be used")]
    Data(#[source] std::io::Error),
    /// The store.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// An engine with its ports connected.
pub struct Wired {
    /// Decides and remembers.
    pub engine: Arc<Engine>,
    /// The telephone networks.
    pub carriers: Arc<Carriers>,
    /// The built-in ticket desk.
    pub desk: Desk,
    /// The HTTP client.
    pub transport: Arc<dyn HttpTransport>,
}

/// A server that runs until it is dropped or stopped.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its engine.
    pub engine: Arc<Engine>,
    /// Its store.
    pub store: SqliteStore,
    /// Its ticket desk.
    pub desk: Desk,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Setup {
    /// The folder of the database, where the simulator's token lies, too.
    pub fn data(&self) -> &Path {
        match self.database.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    /// Opens the store and imports tenants whose files say something new; an empty store gets the demo tenant.
    pub async fn open_store(&self) -> Result<SqliteStore, StartError> {
        std::fs::create_dir_all(self.data()).map_err(StartError::Data)?;
        let store = SqliteStore::open(&self.database)
            .map_err(|source| StartError::Database { path: self.database.clone(), source })?;
        for tenant in &self.tenants {
            import_if_new(&store, tenant).await?;
        }
        if store.tenants().await?.is_empty() {
            let demo = Tenant::parse(DEMO).map_err(|problems| StartError::Setting(problems.to_string()))?;
            store.import(&demo.policy, &demo.contacts, DEMO).await?;
        }
        Ok(store)
    }

    /// The address that the carrier reaches us under, as configured; else where the server listens by default.
    pub fn public_url(&self) -> Result<PublicUrl, StartError> {
        self.public_url_at(self.listen)
    }

    fn public_url_at(&self, address: SocketAddr) -> Result<PublicUrl, StartError> {
        let public = self.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        PublicUrl::parse(&public).map_err(|why| StartError::Setting(format!("--public-url: {why}")))
    }

    /// A tenant that is stored and whose file was not given may be served by a real carrier: nothing here may
    /// take its work and send it to the simulated network. The demo tenant has no other carrier.
    async fn refuse_strangers(&self, store: &SqliteStore, tenants: &[TenantId]) -> Result<(), StartError> {
        let demo = Tenant::parse(DEMO).map_err(|problems| StartError::Setting(problems.to_string()))?.policy;
        for id in tenants.iter().filter(|id| !self.tenants.iter().any(|given| given.policy.tenant == **id)) {
            let stored = store.newest(id).await?;
            if stored.is_none_or(|stored| *stored != Policy { version: stored.version, ..demo.clone() }) {
                return Err(StartError::Setting(format!(
                    "{} holds tenant {id}: give its file with --tenant, or another --database",
                    self.database.display()
                )));
            }
        }
        Ok(())
    }

    /// Connects every port to an engine. `tenants` are all that the store knows: those without a file are
    /// served by the simulated network and the built-in desk. `public` is the address that the carrier uses.
    pub fn wire(&self, store: &SqliteStore, tenants: &[TenantId], public: &PublicUrl) -> Result<Wired, StartError> {
        let token = simulator_token(self.data()).map_err(StartError::Data)?;
        let transport: Arc<dyn HttpTransport> = Arc::new(HyperTransport::new());
        let carriers = Arc::new(self.carriers(&transport, tenants, public, &token)?);
        let clock: Arc<dyn Clock> = Arc::new(PacedClock::new(self.pace));
        let desk = Desk::new(Arc::new(store.clone()), clock.clone());
        let ports = Ports {
            cases: Arc::new(store.clone()),
            outbox: Arc::new(store.clone()),
            tenants: Arc::new(store.clone()),
            records: Arc::new(store.clone()),
            telephony: carriers.clone(),
            ticketing: Arc::new(self.desks(&transport, desk.clone())?),
            notifier: Arc::new(Inbox::new(Arc::new(store.clone()), clock.clone())),
            model: Arc::new(Absent),
            transcriber: Arc::new(Absent),
            clock,
        };
        let engine = Arc::new(Engine::new(ports, self.settings()));
        Ok(Wired { engine, carriers, desk, transport })
    }

    /// Bounds on the outside world's answers are meant in real time, whatever the pace.
    fn settings(&self) -> Settings {
        let mut unique = [0_u8; 4];
        // Without randomness the process id alone tells engines apart.
        let _same_machine = getrandom::fill(&mut unique);
        let plain = Settings::new(format!("{}-{:08x}", std::process::id(), u32::from_le_bytes(unique)));
        let paced = |value: u32| (f64::from(value) * self.pace.max(1.0)) as u32;
        Settings {
            lease_seconds: paced(plain.lease_seconds),
            line_lease_seconds: paced(plain.line_lease_seconds),
            port_seconds_max: paced(plain.port_seconds_max),
            line_seconds_max: paced(plain.line_seconds_max),
            inline_milliseconds_max: paced(plain.inline_milliseconds_max),
            ..plain
        }
    }

    /// Takes the address, so that others can be told of it before the server starts.
    pub async fn bind(&self) -> Result<(TcpListener, SocketAddr), StartError> {
        let failed = |error| StartError::Listen(self.listen, error);
        let listener = TcpListener::bind(self.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok((listener, address))
    }

    /// Starts everything on an address that was taken before.
    pub async fn start(self, (listener, address): (TcpListener, SocketAddr)) -> Result<Server, StartError> {
        // Beside everything else: the first caller is greeted long before the rules are wanted.
        std::thread::spawn(nightdesk_domain::triage::prepare);
        let store = self.open_store().await?;
        let public = self.public_url_at(address)?;
        let tenants = store.tenants().await?;
        self.refuse_strangers(&store, &tenants).await?;
        let Wired { engine, carriers, desk, transport } = self.wire(&store, &tenants, &public)?;
        let mut emergency = BTreeMap::new();
        for id in &tenants {
            emergency.extend(store.newest(id).await?.map(|policy| (id.clone(), policy.emergency.clone())));
        }
        let app = router(AppState {
            engine: engine.clone(),
            carriers,
            public_url: public,
            emergency: Arc::new(emergency),
            metrics: Arc::new(Metrics::new()),
        });

        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let until = wait_for(stopped.clone());
        tasks.spawn(async move {
            if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(until).await {
                tracing::error!(%error, "the server has stopped");
            }
        });
        for _ in 0..LOOKERS {
            tasks.spawn(look_after_due(engine.clone(), stopped.clone()));
        }
        if let Some(url) = self.heartbeat_url {
            tasks.spawn(heartbeat::beat(engine.clone(), transport, url, stopped));
        }
        Ok(Server { address, engine, store, desk, stop, tasks })
    }

    fn carriers(
        &self,
        transport: &Arc<dyn HttpTransport>,
        tenants: &[TenantId],
        public: &PublicUrl,
        token: &SecretString,
    ) -> Result<Carriers, StartError> {
        let mut real = BTreeMap::new();
        for tenant in &self.tenants {
            if let Some(account) = tenant.twilio_account() {
                real.insert(tenant.policy.tenant.clone(), account.map_err(StartError::Setting)?);
            }
        }
        let simulated = TwilioAccount::new(SIMULATOR_ACCOUNT_SID, token.clone(), None)
            .map_err(|why| StartError::Setting(why.to_string()))?;
        let simulated =
            tenants.iter().filter(|id| !real.contains_key(*id)).map(|id| (id.clone(), simulated.clone())).collect();
        let telephony = |api: &str, accounts: BTreeMap<TenantId, TwilioAccount>| {
            TwilioTelephony::new(transport.clone(), api, public.clone(), accounts)
        };
        Ok(Carriers { twilio: telephony(&self.twilio_api, real), simulated: telephony(&self.simulator_api, simulated) })
    }

    fn desks(&self, transport: &Arc<dyn HttpTransport>, built_in: Desk) -> Result<Desks, StartError> {
        let mut configs = BTreeMap::new();
        for tenant in &self.tenants {
            if let Some(config) = tenant.connectwise_config() {
                let config = config.map_err(|problems| StartError::Setting(problems.join("\n")))?;
                configs.insert(tenant.policy.tenant.clone(), config);
            }
        }
        let with_connectwise: BTreeSet<TenantId> = configs.keys().cloned().collect();
        Ok(Desks { connectwise: ConnectWise::new(transport.clone(), configs), with_connectwise, built_in })
    }
}

impl Server {
    /// Lets requests end, then stops. What is due stays stored.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Stores settings as a new version only if they or the contacts differ from what is stored.
async fn import_if_new(store: &SqliteStore, tenant: &Tenant) -> Result<(), StoreError> {
    let Tenant { policy, contacts, file, .. } = tenant;
    if let Some(newest) = store.newest(&policy.tenant).await? {
        let same = Policy { version: newest.version, ..policy.clone() } == *newest;
        if same && all_known(store, &policy.tenant, contacts).await? {
            return Ok(());
        }
    }
    let version = store.import(policy, contacts, file).await?;
    tracing::info!(tenant = %policy.tenant, version, "settings imported");
    Ok(())
}

async fn all_known(store: &SqliteStore, tenant: &TenantId, contacts: &[Contact]) -> Result<bool, StoreError> {
    for contact in contacts {
        for number in &contact.numbers {
            if !store.contacts_of(tenant, number).await?.contains(contact) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

async fn look_after_due(engine: Arc<Engine>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let idle = match engine.run_due(TAKE_MAX).await {
            Ok(ran) => ran.is_idle(),
            Err(error) => {
                tracing::error!(%error, "what is due could not be looked at");
                true
            }
        };
        if idle {
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = stopped.changed() => {}
            }
        }
    }
}

async fn wait_for(mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        if stopped.changed().await.is_err() {
            return;
        }
    }
}
