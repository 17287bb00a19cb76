//! A dead man's switch: an address that is asked every minute while all is well.

use crate::http::health_problem;
use bytes::Bytes;
use nightdesk_engine::Engine;
use nightdesk_ports::HttpTransport;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

const EVERY: Duration = Duration::from_secs(60);
const TIMEOUT: Duration = Duration::from_secs(10);

/// Beats until stopped; stays silent while something is wrong, so that the other side raises the alarm.
pub(crate) async fn beat(
    engine: Arc<Engine>,
    transport: Arc<dyn HttpTransport>,
    url: String,
    mut stopped: watch::Receiver<bool>,
) {
    while !*stopped.borrow() {
        match health_problem(&engine).await {
            None => {
                let request = http::Request::get(&url).body(Bytes::new());
                match request {
                    Ok(request) => {
                        if let Err(error) = transport.send(request, TIMEOUT).await {
                            tracing::warn!(%error, "the heartbeat was not heard");
                        }
                    }
                    Err(_) => return tracing::error!("--heartbeat-url is no address; no heart beats"),
                }
            }
            Some(problem) => tracing::error!(problem, "no heartbeat: something is wrong"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stopped.changed() => {}
        }
    }
}
