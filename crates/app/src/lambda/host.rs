//! What every function stands on: the router and the engine of the server, without its sockets and loops.

use super::Error;
use crate::cli::{ServeArgs, StoreArgs};
use crate::commands::context;
use crate::http::router;
use crate::server;
use crate::wiring::Wiring;
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
    /// Who serves which tenant; an invocation has it refreshed, since nothing runs between them.
    pub wiring: Arc<Wiring>,
    /// The address that the carrier uses.
    pub public_url: PublicUrl,
}

impl From<server::Host> for Host {
    fn from(host: server::Host) -> Self {
        let server::Host { state, engine, wiring, .. } = host;
        Self { engine, wiring, public_url: state.public_url.clone(), router: router(state) }
    }
}

/// Wires a host by the same settings as the server.
pub async fn host(store: &StoreArgs, serve: &ServeArgs) -> Result<Host, Error> {
    Ok(context::setup(store, serve)?.host().await?.into())
}
