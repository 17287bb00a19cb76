//! `voicemail`: looks through the carrier's recordings for messages that no call knows, and for words that never came. Started by a schedule.

use super::{Error, Host};
use crate::logging::with_causes;
use crate::scan::{TenantScan, scan_all};
use crate::wiring::REFRESH_EVERY;
use serde_json::{Value, json};
use std::sync::Arc;

/// Scans for every tenant. Fails if any of them could not be scanned to the end, so that the alarm is raised: a message
/// may lie there of which nobody knows. The next start begins where the last whole scan was.
pub(super) async fn answer(host: Arc<Host>, event: Value) -> Result<Value, Error> {
    match event.get("source").and_then(Value::as_str) {
        Some("aws.events" | "aws.scheduler") => {}
        _ => return Err("an event that is not of the schedule".into()),
    }
    host.wiring.refresh_if_older(REFRESH_EVERY).await;
    let (mut seen, mut found, mut transcribed, mut failed) = (0, 0, 0, 0);
    for TenantScan { tenant, outcome, .. } in scan_all(&host.engine, &host.wiring, None).await {
        match outcome {
            Ok(scanned) => {
                seen += scanned.seen;
                found += scanned.found;
                transcribed += scanned.transcribed;
                failed += scanned.failed;
            }
            Err(error) => {
                tracing::error!(%tenant, error = with_causes(&error), "recordings were not scanned");
                failed += 1;
            }
        }
    }
    if failed > 0 {
        return Err("recordings could not be scanned to the end".into());
    }
    Ok(json!({"seen": seen, "found": found, "transcribed": transcribed}))
}
