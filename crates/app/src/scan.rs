//! Looks through every tenant's recordings at the carrier: from the server, the command line, or a function.

use crate::wiring::Wiring;
use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use nightdesk_domain::ids::TenantId;
use nightdesk_engine::{Engine, EngineError, Scanned};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often a server scans. It fetches the words of a message whose callback was lost, so it looks more than once in
/// the three minutes after which somebody is woken to listen.
pub const SCAN_EVERY: Duration = Duration::from_secs(60);
/// How long after its start it scans first: what was left while it stood still.
const FIRST_AFTER: Duration = Duration::from_secs(5);
/// How many tenants are scanned side by side.
const SCANS_AT_ONCE: usize = 8;

/// What came of one tenant's scan.
pub struct TenantScan {
    /// Whose.
    pub tenant: TenantId,
    /// Whether its calls come by a real carrier: the simulated network is there only while somebody calls.
    pub real_carrier: bool,
    /// What was found.
    pub outcome: Result<Scanned, EngineError>,
}

/// Scans for all tenants that are served here; `since` as in [`Engine::scan_recordings`].
pub async fn scan_all(engine: &Engine, wiring: &Wiring, since: Option<DateTime<Utc>>) -> Vec<TenantScan> {
    let mut scans = Vec::new();
    for some in wiring.all_served().chunks(SCANS_AT_ONCE) {
        let looks = some.iter().map(|served| async {
            let tenant = served.tenant().policy.tenant.clone();
            let outcome = engine.scan_recordings(&tenant, since).await;
            TenantScan { tenant, real_carrier: served.tenant().integrations.twilio.is_some(), outcome }
        });
        scans.extend(join_all(looks).await);
    }
    scans
}

/// Scans again and again; `pace` is how much faster than life time passes.
pub(crate) async fn keep_scanning(
    engine: Arc<Engine>,
    wiring: Arc<Wiring>,
    pace: f64,
    mut stopped: watch::Receiver<bool>,
) {
    let mut pause = FIRST_AFTER;
    while !*stopped.borrow() {
        tokio::select! {
            () = tokio::time::sleep(pause.div_f64(pace.max(1.0))) => {}
            _ = stopped.changed() => continue,
        }
        pause = SCAN_EVERY;
        for TenantScan { tenant, real_carrier, outcome } in scan_all(&engine, &wiring, None).await {
            match outcome {
                Err(error) if real_carrier => {
                    tracing::error!(%tenant, error = crate::logging::with_causes(&error), "recordings were not scanned");
                }
                Err(error) => tracing::debug!(%tenant, %error, "recordings were not scanned"),
                Ok(_) => {}
            }
        }
    }
}
