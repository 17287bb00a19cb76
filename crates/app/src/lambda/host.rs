//! What every function stands on: the router and the engine of the server, without its sockets and loops.

use super::Error;
use crate::cli::{ServeArgs, StoreArgs};
use crate::commands::context;
use crate::http::router;
use crate::server;
use crate::wiring::{REFRESH_EVERY, Wiring};
use axum::Router;
use nightdesk_adapters_twilio::PublicUrl;
use nightdesk_engine::Engine;
use std::sync::Arc;

/// Made once for each process that Lambda starts, and shared by all its invocations.
pub struct Host {
    /// The same router that the server serves.
    pub router: Router,
    /// The same engine.
    pub engine: Arc<Engine>,
    /// The address that the carrier uses.
    pub public_url: PublicUrl,
    wiring: Arc<Wiring>,
}

impl Host {
    /// The functions' view of what the server stands on, too.
    pub fn new(host: server::Host) -> Self {
        let server::Host { state, engine, wiring, .. } = host;
        Self { engine, public_url: state.public_url.clone(), wiring, router: router(state) }
    }

    /// Does something and, beside it, reads tenants and secrets again if that is due: no process of Lambda's may do so
    /// between two events.
    pub(super) async fn kept_wired<T>(&self, work: impl Future<Output = T>) -> T {
        futures_util::future::join(work, self.wiring.refresh_if_older(REFRESH_EVERY)).await.0
    }
}

/// Wires a host by the same settings as the server.
pub async fn host(store: &StoreArgs, serve: &ServeArgs) -> Result<Host, Error> {
    Ok(Host::new(context::setup(store, serve)?.host().await?))
}
