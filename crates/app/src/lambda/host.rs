//! What every function stands on: the router and the engine of the server, without its sockets and loops.

use super::Error;
use crate::cli::{ServeArgs, StoreArgs};
use crate::commands::context;
use crate::http::{AppState, Metrics, router};
use axum::Router;
use nightdesk_adapters_twilio::PublicUrl;
use nightdesk_engine::Engine;
use nightdesk_ports::TenantRepository;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Made once for each process that Lambda starts, and shared by all its invocations.
pub struct Host {
    /// The same router that the server serves.
    pub router: Router,
    /// The same engine.
    pub engine: Arc<Engine>,
    /// The address that the carrier uses.
    pub public_url: PublicUrl,
}

impl Host {
    /// A host of a state that is wired already.
    pub fn new(state: AppState) -> Self {
        Self { engine: state.engine.clone(), public_url: state.public_url.clone(), router: router(state) }
    }
}

/// Wires a host by the same settings as the server.
pub async fn host(store: &StoreArgs, serve: &ServeArgs) -> Result<Host, Error> {
    let setup = context::setup(store, serve)?;
    if setup.pace != 1.0 && setup.tenants.iter().any(|tenant| tenant.twilio.is_some()) {
        return Err("NIGHTDESK_PACE is for the simulated network; a real carrier goes by real time".into());
    }
    let public_url = setup.public_url()?;
    let store = setup.open_store().await?;
    let tenants = store.tenants().await?;
    let wired = setup.wire(&store, &tenants, &public_url)?;
    let mut emergency = BTreeMap::new();
    for id in &tenants {
        emergency.extend(store.newest(id).await?.map(|policy| (id.clone(), policy.emergency.clone())));
    }
    Ok(Host::new(AppState {
        engine: wired.engine,
        carriers: wired.carriers,
        public_url,
        emergency: Arc::new(emergency),
        metrics: Arc::new(Metrics::new()),
    }))
}
