//! The one router: the carrier's webhooks, Slack's buttons, signed links, alerts of other tools, health, metrics. Served
//! by hyper here, by Lambda elsewhere.

mod ack;
mod alerts;
mod feed;
mod health;
mod metrics;
mod problem;
mod rate;
mod recording;
mod slack;
mod twilio;

pub(crate) use health::problem as health_problem;
pub use metrics::Metrics;
pub use rate::AlertRates;
#[cfg(feature = "lambda")]
pub(crate) use twilio::is_on_the_line;

use crate::wiring::Wiring;
use axum::Router;
use axum::routing::{any, get, post};
use nightdesk_adapters_twilio::PublicUrl;
use nightdesk_engine::Engine;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;

/// Everything that a request may need.
#[derive(Clone)]
pub struct AppState {
    /// Decides and remembers.
    pub engine: Arc<Engine>,
    /// Whose tokens sign what, and the numbers that are dialled when the store is down.
    pub wiring: Arc<Wiring>,
    /// The address under which the carrier reaches us; signatures cover it.
    pub public_url: PublicUrl,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// How many alerts each tool has sent lately.
    pub alert_rates: Arc<AlertRates>,
}

/// The routes. The carrier's addresses below `/twilio/` are listed in one place, the Twilio adapter's `routes`.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route("/twilio/{*rest}", any(twilio::webhook))
        .route("/alerts", post(alerts::take))
        .route("/alerts/{tenant}", post(alerts::take))
        .route("/alerts/{tenant}/{id}", get(alerts::status))
        .route("/alerts/{tenant}/{id}/handled", post(alerts::handled))
        .route("/slack/{tenant}/interactivity", post(slack::interactivity))
        .route("/ack/{tenant}/{case}/{page}/{mac}", get(ack::show).post(ack::accept))
        .route("/recording/{tenant}/{id}/{mac}", get(recording::sound))
        .route("/rota/{tenant}/{file}", get(feed::feed))
        .route("/healthz", get(health::healthz))
        .route("/metrics", get(metrics::metrics))
        .layer(CatchPanicLayer::new())
        .with_state(state)
}
