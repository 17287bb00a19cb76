//! Opens the store, wires the ports to an engine, serves the router, and keeps doing what is due.

use crate::amazon::Amazon;
use crate::clock::PacedClock;
use crate::config::{DEMO, Tenant};
use crate::heartbeat;
use crate::http::{AlertRates, AppState, Metrics, router};
use crate::scan::keep_scanning;
use crate::store::{OpenError, Store, StoreChoice};
use crate::transport::HyperTransport;
use crate::wiring::{REFRESH_EVERY, Wiring};
use chrono::{DateTime, Utc};
use nightdesk_adapters_local::desk::Desk;
use nightdesk_adapters_twilio::PublicUrl;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::policy::Policy;
use nightdesk_engine::{Engine, Ports, Settings};
use nightdesk_ports::{Clock, HttpTransport, StoreError, TenantRepository};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How many look at the due work side by side, so that one slow answer from outside holds up no deadline.
const LOOKERS: u32 = 4;
/// How much is taken at a look.
const TAKE_MAX: usize = 16;

/// What a server, or a function on Lambda, needs to know.
pub struct Setup {
    /// Where everything is kept.
    pub store: StoreChoice,
    /// The folder of the simulated network's token; used only where a tenant is served by that network.
    pub data: PathBuf,
    /// Where the requests to all of Amazon's services go; none: to Amazon, or where its own variables say.
    pub aws_endpoint: Option<String>,
    /// Tenants' files, read: each is imported if it says something new.
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
    /// Since when: the same for all that share a store; none: since each began.
    pub pace_since: Option<DateTime<Utc>>,
}

/// Why a server did not start. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The address.
    #[error("cannot listen on {0}; another server may hold it: choose another with --listen")]
    Listen(SocketAddr, #[source] std::io::Error),
    /// A setting.
    #[error("{0}")]
    Setting(String),
    /// The store.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// Everything that answers webhooks and does what is due, whatever feeds it: the plain server, or Lambda.
pub struct Host {
    /// What the router needs.
    pub state: AppState,
    /// Decides and remembers.
    pub engine: Arc<Engine>,
    /// Who serves which tenant.
    pub wiring: Arc<Wiring>,
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
    pub store: Store,
    /// Its ticket desk.
    pub desk: Desk,
    /// Who serves which tenant.
    pub wiring: Arc<Wiring>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Setup {
    /// The address that the carrier reaches us under, as configured; else where the server listens by default.
    fn public_url(&self) -> Result<PublicUrl, StartError> {
        let public = self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen));
        PublicUrl::parse(&public).map_err(|why| StartError::Setting(format!("--public-url: {why}")))
    }

    /// Opens the store and imports tenants whose files say something new; an empty database
    /// gets the demo tenant, an empty table does not: it is there for real tenants.
    pub async fn open_store(&self) -> Result<Store, StartError> {
        self.filled(&self.amazon(&self.clock())).await
    }

    /// Opens the store as it is.
    pub(crate) async fn open_only(&self) -> Result<Store, OpenError> {
        self.store.open(&self.amazon(&self.clock())).await
    }

    async fn filled(&self, amazon: &Amazon) -> Result<Store, StartError> {
        let store = self.store.open(amazon).await?;
        for tenant in &self.tenants {
            import_if_new(&*store.tenants, tenant).await?;
        }
        let trial = matches!(self.store, StoreChoice::Sqlite(_));
        let empty = store.tenants.tenants().await?.is_empty();
        if empty && !trial {
            tracing::warn!("the table holds no tenant yet: `nightdesk tenant import FILE` stores one");
        } else if empty {
            let demo = Tenant::parse(DEMO).map_err(|problems| StartError::Setting(problems.to_string()))?;
            store.tenants.import(&demo.policy, &demo.contacts, DEMO).await?;
        }
        Ok(store)
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(PacedClock::since(self.pace, self.pace_since.unwrap_or_else(Utc::now)))
    }

    fn amazon(&self, clock: &Arc<dyn Clock>) -> Arc<Amazon> {
        Arc::new(Amazon::new(self.aws_endpoint.clone(), clock.clone()))
    }

    /// Opens the store, imports the given files and wires every tenant.
    ///
    /// # Errors
    /// Also when a given file cannot be wired, when a stored tenant has no file, and when nobody could be served.
    /// A stored tenant that cannot be wired otherwise is named in the log, and looked at again later.
    pub async fn host(&self) -> Result<Host, StartError> {
        let clock = self.clock();
        let amazon = self.amazon(&clock);
        let store = self.filled(&amazon).await?;
        let host = self.connect(store, amazon, clock)?;
        let problems = host.wiring.refresh().await?;
        let given = |id: &TenantId| self.tenants.iter().any(|tenant| tenant.policy.tenant == *id);
        let nobody = host.wiring.all_served().is_empty();
        for (id, problems) in problems {
            let fatal = nobody || given(&id) || host.wiring.store().tenants.file(&id).await?.is_none();
            if fatal {
                return Err(StartError::Setting(format!("{} holds tenant {id}: {}", self.store, problems.join("\n"))));
            }
        }
        Ok(host)
    }

    /// Looks at a store that is there, with an engine that decides and serves nobody; imports nothing, and takes
    /// tenants as far as they can be wired here.
    pub async fn visit(&self) -> Result<Host, StartError> {
        let clock = self.clock();
        let amazon = self.amazon(&clock);
        let store = self.store.open(&amazon).await?;
        let host = self.connect(store, amazon, clock)?;
        host.wiring.refresh().await?;
        Ok(host)
    }

    fn connect(&self, store: Store, amazon: Arc<Amazon>, clock: Arc<dyn Clock>) -> Result<Host, StartError> {
        let public_url = self.public_url()?;
        let transport: Arc<dyn HttpTransport> = Arc::new(HyperTransport::new());
        let wiring = Arc::new(Wiring::new(self, store.clone(), amazon, public_url.clone(), transport.clone(), &clock));
        let ports = Ports {
            cases: store.cases,
            outbox: store.outbox,
            tenants: store.tenants,
            records: store.records,
            register: store.register,
            telephony: wiring.clone(),
            ticketing: wiring.clone(),
            notifier: wiring.clone(),
            model: wiring.clone(),
            transcriber: wiring.clone(),
            clock,
        };
        let engine = Arc::new(Engine::new(ports, self.settings()));
        let (state_engine, state_wiring) = (engine.clone(), wiring.clone());
        let metrics = Arc::new(Metrics::new());
        let alert_rates = Arc::new(AlertRates::default());
        let state = AppState { engine: state_engine, wiring: state_wiring, public_url, metrics, alert_rates };
        Ok(Host { state, engine, wiring, transport })
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
    pub async fn start(mut self, (listener, address): (TcpListener, SocketAddr)) -> Result<Server, StartError> {
        // Beside everything else: the first caller is greeted long before the rules are wanted.
        std::thread::spawn(nightdesk_domain::triage::prepare);
        self.listen = address;
        let Host { state, engine, wiring, transport } = self.host().await?;
        let app = router(state);

        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let until = wait_for(stopped.clone());
        tasks.spawn(async move {
            if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(until).await {
                tracing::error!(%error, "the server has stopped");
            }
        });
        // Taken together they look that often; each waits its turn.
        let pause = self.store.look_every() * LOOKERS;
        for place in 0..LOOKERS {
            let first = self.store.look_every() * place;
            tasks.spawn(look_after_due(engine.clone(), (first, pause), stopped.clone()));
        }
        tasks.spawn(keep_wired(wiring.clone(), stopped.clone()));
        tasks.spawn(keep_scanning(engine.clone(), wiring.clone(), self.pace, stopped.clone()));
        if let Some(url) = self.heartbeat_url {
            tasks.spawn(heartbeat::beat(engine.clone(), transport, url, stopped));
        }
        let (store, desk) = (wiring.store().clone(), wiring.desk().clone());
        Ok(Server { address, engine, store, desk, wiring, stop, tasks })
    }
}

impl Server {
    /// Lets requests end, then stops. What is due stays stored.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Stores a file as a new version only if it says something else than what is stored, or this build reads it otherwise.
async fn import_if_new(store: &dyn TenantRepository, tenant: &Tenant) -> Result<(), StoreError> {
    let Tenant { policy, contacts, file, .. } = tenant;
    let id = &policy.tenant;
    if store.file(id).await?.is_some_and(|(_, stored)| stored == *file)
        && let Some(newest) = store.newest(id).await?
        && *newest == (Policy { version: newest.version, ..policy.clone() })
    {
        return Ok(());
    }
    let version = store.import(policy, contacts, file).await?;
    tracing::info!(tenant = %id, version, "settings imported");
    Ok(())
}

/// Lets new tenants, changed files and rotated secrets hold without a restart.
async fn keep_wired(wiring: Arc<Wiring>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        tokio::select! {
            () = tokio::time::sleep(REFRESH_EVERY) => wiring.refresh_if_older(REFRESH_EVERY / 2).await,
            _ = stopped.changed() => {}
        }
    }
}

/// Looks at what is due, again at once while there is some, else after a pause; the first time after another one.
async fn look_after_due(engine: Arc<Engine>, (first, pause): (Duration, Duration), mut stopped: watch::Receiver<bool>) {
    tokio::select! {
        () = tokio::time::sleep(first) => {}
        _ = stopped.changed() => {}
    }
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
                () = tokio::time::sleep(pause) => {}
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
