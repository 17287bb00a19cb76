//! `nightdesk call`: be the caller, by a script or at the terminal, on the simulated phone network.

mod prompt;
mod report;
mod script;

use super::{Outcome, context, print, serve};
use crate::cli::{CallArgs, StoreArgs};
use crate::config::{SIMULATOR_ACCOUNT_SID, simulator_token};
use crate::server::{Server, Setup};
use crate::store::Store;
use crate::transport::HyperTransport;
use chrono::{DateTime, Utc};
use nightdesk_adapters_local::phone::{NetworkConfig, PhoneBehaviour, PhoneLine, PhoneNetwork};
use nightdesk_domain::call::Call;
use nightdesk_domain::case::{Case, Work};
use nightdesk_domain::ids::{CallId, OwnerId, TenantId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::Policy;
use nightdesk_engine::Engine;
use nightdesk_ports::Snapshot;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How much faster than life a script runs on a server of its own.
const SCRIPT_PACE: f64 = 20.0;
/// How long a technician talks with the caller, in simulated seconds: longer than a drop.
const TALK_SECONDS: u32 = 30;
/// How long the end of everything is awaited after the caller has hung up, in real time.
const SETTLE_TIME_MAX: Duration = Duration::from_secs(60);
/// How long a ticketing system that is down holds up the report, in real time.
const TICKET_TIME_MAX: Duration = Duration::from_secs(3);

type Failure = Box<dyn Error + Send + Sync>;

/// A call that can be watched from both ends: on the network and in the store.
pub(in crate::commands) struct Stage {
    pub(super) network: PhoneNetwork,
    pub(in crate::commands) store: Store,
    pub(in crate::commands) policy: Arc<Policy>,
    pub(super) pace: f64,
    server: Option<Server>,
}

pub(super) async fn run(store: &StoreArgs, args: CallArgs) -> Outcome {
    let scripted = !(args.says.is_empty() && args.presses.is_empty()) || args.hang_up_after.is_some();
    if args.json && !scripted {
        return Err("--json needs a script: give --say, --press or --hang-up-after".into());
    }
    let from = match args.from.as_str() {
        "withheld" => None,
        number => Some(PhoneNumber::parse(number).map_err(|why| format!("--from: {why}"))?),
    };
    let pace = match args.pace {
        Some(pace) if !(0.1..=200.0).contains(&pace) => return Err("--pace must be from 0.1 to 200".into()),
        Some(pace) => pace,
        None if scripted && args.server.is_none() => SCRIPT_PACE,
        None => 1.0,
    };
    let default = if scripted { PhoneBehaviour::Accept } else { PhoneBehaviour::Prompted };
    let behaviours: Vec<PhoneBehaviour> = args
        .technician
        .iter()
        .map(|name| name.trim().parse().map_err(|why| format!("--technician {name:?}: {why}")))
        .collect::<Result<_, _>>()?;
    let stage = match &args.server {
        Some(url) => Stage::attach(store, &args, url, pace, &behaviours, default).await?,
        None => Stage::open(store, pace, &behaviours, default).await?,
    };
    let to = match &args.to {
        Some(number) => PhoneNumber::parse(number).map_err(|why| format!("--to: {why}"))?,
        None => stage.policy.lines.first().map(|line| line.number.clone()).ok_or("the tenant has no line")?,
    };
    let began = Instant::now();
    let caller = stage.network.dial(from.as_ref().map(PhoneNumber::as_str), to.as_str());
    let call = CallId::parse(caller.leg())?;
    if scripted {
        script::play(&stage.network, &caller, &args).await;
    } else {
        prompt::talk(&stage, &caller).await?;
    }
    let (call, case) = stage.settled(&call).await?;
    let outcome = report::Report::new(&stage, &call, case.as_ref(), began.elapsed());
    if args.json {
        print(&serde_json::to_string_pretty(&outcome.json())?);
    } else {
        print(&outcome.text(scripted));
    }
    let code = outcome.exit_code();
    stage.close().await;
    Ok(code)
}

impl Stage {
    /// A server of one's own, and a network around it.
    pub(in crate::commands) async fn open(
        store: &StoreArgs,
        pace: f64,
        behaviours: &[PhoneBehaviour],
        default: PhoneBehaviour,
    ) -> Result<Stage, Failure> {
        let serve = serve::default_args();
        let mut setup = context::setup(store, &serve)?;
        setup.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        setup.public_url = None;
        setup.heartbeat_url = None;
        setup.pace = pace;
        let policy = served_policy(&setup).await?;
        let bound = setup.bind().await?;
        let base = format!("http://{}", bound.1);
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let network = network(&setup, &policy, &base, pace, behaviours, default, listen).await?;
        setup.simulator_api = network.api_url().to_owned();
        let server = setup.start(bound).await?;
        Ok(Stage { network, store: server.store.clone(), policy, pace, server: Some(server) })
    }

    /// A server that runs already, on the same database file.
    async fn attach(
        store: &StoreArgs,
        args: &CallArgs,
        url: &str,
        pace: f64,
        behaviours: &[PhoneBehaviour],
        default: PhoneBehaviour,
    ) -> Result<Stage, Failure> {
        let setup = context::setup(store, &serve::default_args())?;
        let policy = served_policy(&setup).await?;
        let base = url.trim_end_matches('/');
        let network = network(&setup, &policy, base, pace, behaviours, default, args.network_listen)
            .await
            .map_err(|error| format!("the simulated network cannot listen on {}: {error}", args.network_listen))?;
        Ok(Stage { network, store: setup.open_only().await?, policy, pace, server: None })
    }

    /// The engine of the server that runs for this stage.
    pub(in crate::commands) fn engine(&self) -> Option<Arc<Engine>> {
        self.server.as_ref().map(|server| server.engine.clone())
    }

    /// Ends everything in order.
    pub(in crate::commands) async fn close(self) {
        drop(self.network);
        if let Some(server) = self.server {
            server.stop().await;
        }
    }

    /// Waits until nothing of a call is under way any more, and gives what is stored of it.
    pub(super) async fn settled(&self, call: &CallId) -> Result<(Call, Option<Case>), Failure> {
        let began = Instant::now();
        loop {
            let (found, case) = self.stored(call).await?;
            let legs_over = self.network.is_quiet();
            let waking = case.as_ref().is_some_and(|case| {
                matches!(case.work, Work::Paging { .. } | Work::Joining { .. } | Work::Talking { .. })
            });
            // Its ticket may still be unwritten, or lack the last notes.
            let ticket_waits = case.as_ref().is_some_and(|case| case.ticket.psa.is_none())
                || self.store.outbox.oldest_due(self.now()).await?.is_some();
            let quiet = found.as_ref().is_some_and(Call::is_settled) && legs_over && !waking;
            let late = began.elapsed() > SETTLE_TIME_MAX;
            if let Some(found) = found
                && (late || (quiet && (!ticket_waits || began.elapsed() > TICKET_TIME_MAX)))
            {
                return Ok((found, case));
            } else if late {
                return Err("the server never took the call; is it running, and on this database?".into());
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// The time that the server goes by.
    fn now(&self) -> DateTime<Utc> {
        self.server.as_ref().map_or_else(Utc::now, |server| server.engine.ports().clock.now())
    }

    async fn stored(&self, call: &CallId) -> Result<(Option<Call>, Option<Case>), Failure> {
        let tenant: &TenantId = &self.policy.tenant;
        let found = match self.store.cases.load(tenant, &OwnerId::Call(call.clone())).await?.map(|s| s.snapshot) {
            Some(Snapshot::Call(call)) => Some(*call),
            _ => None,
        };
        // Its own case, or that of an earlier caller which it has joined.
        let case = found.as_ref().and_then(Call::case_id).unwrap_or_else(|| call.case());
        let case = match self.store.cases.load(tenant, &OwnerId::Case(case)).await?.map(|s| s.snapshot) {
            Some(Snapshot::Case(case)) => Some(*case),
            _ => None,
        };
        Ok((found, case))
    }
}

/// The settings of the tenant whose line is called: the first file's, else the first stored one's.
async fn served_policy(setup: &Setup) -> Result<Arc<Policy>, Failure> {
    if let Some(id) = context::served_by_twilio(setup).await? {
        return Err(format!("{id} is served by Twilio; for a simulated call, leave out [twilio] in its file").into());
    }
    let store = setup.open_store().await?.tenants;
    let id = match setup.tenants.first() {
        Some(tenant) => tenant.policy.tenant.clone(),
        None => store.tenants().await?.into_iter().next().ok_or("there is no tenant")?,
    };
    store.newest(&id).await?.ok_or_else(|| "there is no tenant".into())
}

async fn network(
    setup: &Setup,
    policy: &Policy,
    base: &str,
    pace: f64,
    behaviours: &[PhoneBehaviour],
    default: PhoneBehaviour,
    listen: SocketAddr,
) -> Result<PhoneNetwork, Failure> {
    let mut config = NetworkConfig::new(SIMULATOR_ACCOUNT_SID, simulator_token(&setup.data)?);
    let url = |last: &str| format!("{base}/twilio/{}/{last}", policy.tenant);
    let line = |number: &PhoneNumber| PhoneLine {
        number: number.as_str().to_owned(),
        voice_url: url("voice"),
        fallback_url: Some(url("fallback")),
        status_callback_url: Some(url("status")),
        sms_url: Some(url("sms")),
    };
    config.lines = policy.lines.iter().map(|known| line(&known.number)).collect();
    let numbers = policy.rungs().into_iter().filter_map(|technician| technician.number.clone());
    let last = behaviours.last().copied().unwrap_or(default);
    config.phones = numbers
        .enumerate()
        .map(|(rung, number)| (String::from(number), behaviours.get(rung).copied().unwrap_or(last)))
        .collect();
    if let Some(office) = &policy.office {
        config.phones.push((office.as_str().to_owned(), PhoneBehaviour::Ignore));
    }
    config.pace = pace;
    config.talk_seconds = TALK_SECONDS;
    config.listen = listen;
    Ok(PhoneNetwork::start(config, Arc::new(HyperTransport::new())).await?)
}
