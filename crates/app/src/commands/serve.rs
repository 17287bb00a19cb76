//! `nightdesk serve`: the server, until it is told to stop.

use super::{Outcome, context, print};
use crate::cli::{ServeArgs, StoreArgs};
use crate::store::StoreChoice;
use clap::Parser;
use std::process::ExitCode;

/// The arguments of a server that was asked for nothing special; they still heed the environment.
pub(super) fn default_args() -> ServeArgs {
    #[derive(Parser)]
    struct Defaults {
        #[command(flatten)]
        args: ServeArgs,
    }
    Defaults::parse_from(["nightdesk"]).args
}

pub(super) async fn run(store: &StoreArgs, args: ServeArgs) -> Outcome {
    let setup = context::setup(store, &args)?;
    if !(0.1..=200.0).contains(&setup.pace) {
        return Err("--pace must be from 0.1 to 200".into());
    }
    let files: String = store.tenant_files.iter().map(|path| format!(" --tenant {}", path.display())).collect();
    let public = setup.public_url.clone();
    let choice = setup.store.clone();
    let bound = setup.bind().await?;
    let server = setup.start(bound).await?;
    let address = server.address;
    print(&format!("NightDesk listens on http://{address}, {choice}"));
    let served = server.wiring.all_served();
    for tenant in &served {
        print(&format!("  {}", tenant.described()));
    }
    let public = public.unwrap_or_else(|| format!("http://{address}"));
    print(&format!("Webhooks:  {public}/twilio/TENANT/voice   (fallback: .../fallback, status callback: .../status)"));
    print(&format!("Health:    http://{address}/healthz   Metrics: http://{address}/metrics"));
    if served.iter().all(|served| served.tenant().integrations.twilio.is_none()) {
        let kept = match &choice {
            StoreChoice::Sqlite(path) => format!("--database {}", path.display()),
            StoreChoice::DynamoDb(table) => format!("--store dynamodb:{table}"),
        };
        print(&format!("Try next:  nightdesk call --server http://{address} {kept}{files}"));
    }
    stop_signal().await;
    print("Stopping; what is due stays stored.");
    server.stop().await;
    Ok(ExitCode::SUCCESS)
}

async fn stop_signal() {
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _interrupted = tokio::signal::ctrl_c().await;
}
