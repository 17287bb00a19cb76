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
use axum::routing::{MethodRouter, any, get, post};
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

/// Who has to reach a route from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Carriers, chat, calendars, other tools and people with a link: a reverse proxy passes it on.
    Outside,
    /// A monitor: it needs no password, and names nobody.
    Monitor,
    /// Nobody: it needs no password, and names tenants.
    Inside,
}

/// The routes. The carrier's addresses below `/twilio/` are listed in one place, the Twilio adapter's `routes`.
fn routes() -> [(&'static str, Reach, MethodRouter<AppState>); 11] {
    use Reach::{Inside, Monitor, Outside};
    [
        ("/twilio/{*rest}", Outside, any(twilio::webhook)),
        ("/alerts", Outside, post(alerts::take)),
        ("/alerts/{tenant}", Outside, post(alerts::take)),
        ("/alerts/{tenant}/{id}", Outside, get(alerts::status)),
        ("/alerts/{tenant}/{id}/handled", Outside, post(alerts::handled)),
        ("/slack/{tenant}/interactivity", Outside, post(slack::interactivity)),
        ("/ack/{tenant}/{case}/{page}/{mac}", Outside, get(ack::show).post(ack::accept)),
        ("/recording/{tenant}/{id}/{mac}", Outside, get(recording::sound)),
        ("/rota/{tenant}/{file}", Outside, get(feed::feed)),
        ("/healthz", Monitor, get(health::healthz)),
        ("/metrics", Inside, get(metrics::metrics)),
    ]
}

/// The paths of all routes, and who has to reach each: what stands before NightDesk passes these on.
pub fn paths() -> Vec<(&'static str, Reach)> {
    routes().into_iter().map(|(path, reach, _)| (path, reach)).collect()
}

/// The one router.
pub fn router(state: AppState) -> Router {
    let router = routes().into_iter().fold(Router::new(), |router, (path, _, method)| router.route(path, method));
    router.layer(CatchPanicLayer::new()).with_state(state)
}
