//! `nightdesk voicemail`: messages at the carrier that no call knows, and words that never came.

use super::{Outcome, context, print};
use crate::cli::{ScanArgs, ServeArgs, StoreArgs, VoicemailCommand};
use crate::logging::with_causes;
use crate::scan::{TenantScan, scan_all};
use chrono::{TimeDelta, Utc};
use nightdesk_engine::{EngineError, Scanned};
use serde_json::{Value, json};
use std::process::ExitCode;

pub(super) async fn run(store: &StoreArgs, command: VoicemailCommand) -> Outcome {
    let VoicemailCommand::Scan(ScanArgs { hours, simulator_api, twilio_api, json }) = command;
    let carriers = Carriers { simulator: simulator_api.clone(), real: twilio_api.clone() };
    let serve = ServeArgs { simulator_api, twilio_api, ..super::serve::default_args() };
    let desk = context::open_with(store, &serve).await?;
    let since = hours.map(|hours| Utc::now() - TimeDelta::hours(i64::from(hours)));
    let scans = scan_all(&desk.host.engine, &desk.host.wiring, since).await;
    let whole = scans.iter().all(|scan| scan.outcome.as_ref().is_ok_and(|scanned| scanned.failed == 0));
    if json {
        print(&serde_json::to_string_pretty(&scans.iter().map(|scan| as_json(scan, &carriers)).collect::<Vec<_>>())?);
    } else {
        scans.iter().for_each(|scan| print(&line(scan, &carriers)));
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Where the recordings of either kind of tenant are.
struct Carriers {
    simulator: String,
    real: String,
}

impl Carriers {
    /// Why a tenant was not scanned, for somebody who knows nothing of ports.
    fn why(&self, scan: &TenantScan, error: &EngineError) -> String {
        match error {
            EngineError::Outside(error) if scan.real_carrier => {
                format!("the carrier's API at {} did not answer as it should: {}", self.real, with_causes(error))
            }
            EngineError::Outside(_) => format!(
                "the simulated network's API at {} did not answer; it is there only during a `nightdesk call`, and \
                 there are no recordings without one",
                self.simulator
            ),
            error => with_causes(error),
        }
    }
}

fn line(scan: &TenantScan, carriers: &Carriers) -> String {
    let tenant = &scan.tenant;
    match &scan.outcome {
        Ok(Scanned { seen, found, transcribed, failed }) => {
            let again = if *failed > 0 { format!(", {failed} failed: scan again") } else { String::new() };
            format!("{tenant}: {seen} looked at, {found} new, {transcribed} written down{again}")
        }
        Err(error) => format!("{tenant}: not scanned: {}", carriers.why(scan, error)),
    }
}

fn as_json(scan: &TenantScan, carriers: &Carriers) -> Value {
    match &scan.outcome {
        Ok(Scanned { seen, found, transcribed, failed }) => json!({
            "tenant": scan.tenant, "seen": seen, "found": found, "transcribed": transcribed, "failed": failed,
        }),
        Err(error) => json!({"tenant": scan.tenant, "error": carriers.why(scan, error)}),
    }
}
