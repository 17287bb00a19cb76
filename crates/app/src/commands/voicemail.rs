//! `nightdesk voicemail`: messages at the carrier that no call knows.

use super::{Outcome, context, print};
use crate::cli::{ScanArgs, ServeArgs, StoreArgs, VoicemailCommand};
use crate::logging::with_causes;
use crate::scan::{TenantScan, scan_all};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use std::process::ExitCode;

pub(super) async fn run(store: &StoreArgs, command: VoicemailCommand) -> Outcome {
    let VoicemailCommand::Scan(ScanArgs { hours, simulator_api, twilio_api, json }) = command;
    let serve = ServeArgs { simulator_api, twilio_api, ..super::serve::default_args() };
    let desk = context::open_with(store, &serve).await?;
    let since = hours.map(|hours| Utc::now() - TimeDelta::hours(i64::from(hours)));
    let scans = scan_all(&desk.host.engine, &desk.host.wiring, since).await;
    let whole = scans.iter().all(|scan| scan.outcome.as_ref().is_ok_and(|scanned| scanned.failed == 0));
    if json {
        print(&serde_json::to_string_pretty(&scans.iter().map(as_json).collect::<Vec<_>>())?);
    } else {
        scans.iter().for_each(|scan| print(&line(scan)));
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn line(scan: &TenantScan) -> String {
    let tenant = &scan.tenant;
    match &scan.outcome {
        Ok(scanned) if scanned.failed > 0 => {
            format!(
                "{tenant}: {} looked at, {} new, {} failed: scan again",
                scanned.seen, scanned.found, scanned.failed
            )
        }
        Ok(scanned) => format!("{tenant}: {} looked at, {} new", scanned.seen, scanned.found),
        Err(error) => format!("{tenant}: not scanned: {}", with_causes(error)),
    }
}

fn as_json(scan: &TenantScan) -> Value {
    match &scan.outcome {
        Ok(scanned) => {
            json!({"tenant": scan.tenant, "seen": scanned.seen, "found": scanned.found, "failed": scanned.failed})
        }
        Err(error) => json!({"tenant": scan.tenant, "error": with_causes(error)}),
    }
}
