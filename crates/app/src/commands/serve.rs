//! `nightdesk serve`: the server, until it is told to stop.

use super::{Outcome, context, print};
use crate::cli::{ServeArgs, StoreArgs};
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
    if setup.pace != 1.0 && setup.tenants.iter().any(|tenant| tenant.twilio.is_some()) {
        return Err("--pace is for the simulated network; a real carrier goes by real time".into());
    }
    let mut lines: Vec<String> = setup
        .tenants
        .iter()
        .map(|tenant| {
            let carrier = if tenant.twilio.is_some() { "Twilio" } else { "the simulated network" };
            let desk = if tenant.connectwise.is_some() { "ConnectWise" } else { "the built-in desk" };
            format!("  {} ({}): calls by {carrier}, tickets in {desk}", tenant.policy.name, tenant.policy.tenant)
        })
        .collect();
    if lines.is_empty() {
        lines.push("  the demo tenant: calls by the simulated network, tickets in the built-in desk".to_owned());
    }
    let simulated = setup.tenants.iter().all(|tenant| tenant.twilio.is_none());
    let files: String = store.tenant_files.iter().map(|path| format!(" --tenant {}", path.display())).collect();
    let public = setup.public_url.clone();
    let database = setup.database.clone();
    let bound = setup.bind().await?;
    let server = setup.start(bound).await?;
    let address = server.address;
    print(&format!("NightDesk listens on http://{address}, database {}", database.display()));
    for line in lines {
        print(&line);
    }
    let public = public.unwrap_or_else(|| format!("http://{address}"));
    print(&format!("Webhooks:  {public}/twilio/TENANT/voice   (fallback: .../fallback, status callback: .../status)"));
    print(&format!("Health:    http://{address}/healthz   Metrics: http://{address}/metrics"));
    if simulated {
        let database = database.display();
        print(&format!("Try next:  nightdesk call --server http://{address} --database {database}{files}"));
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
