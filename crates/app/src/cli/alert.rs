//! `nightdesk alert`: page the people on call as another tool would, and see what came of it.

use super::at_least_one;
use clap::{Args, Subcommand};

/// An alert to send, or something to do with those that were sent.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, after_help = ALERT_EXAMPLES)]
pub struct AlertArgs {
    /// What to do instead of sending one.
    #[command(subcommand)]
    pub command: Option<AlertCommand>,
    /// What to send.
    #[command(flatten)]
    pub send: AlertSendArgs,
}

/// What to do with alerts that were sent.
#[derive(Debug, Subcommand)]
pub enum AlertCommand {
    /// Show how an alert stands.
    #[command(
        after_help = "Examples:\n  nightdesk alert status 12345678\n  nightdesk alert status alert-ea7703a157973b20ebba60c8bf7b1bdc --json"
    )]
    Status {
        /// Its id, or the number of its ticket.
        id: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the alerts that are remembered, the newest first.
    #[command(after_help = "Examples:\n  nightdesk alert list\n  nightdesk alert list --limit 200 --json")]
    List {
        /// At most so many of each tenant.
        #[arg(long, default_value = "50", value_parser = at_least_one)]
        limit: usize,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// An alert.
#[derive(Debug, Clone, Args)]
pub struct AlertSendArgs {
    /// What is wrong, in one line; required.
    #[arg(long, value_name = "TEXT")]
    pub summary: Option<String>,
    /// Critical, High, Medium or Low; required. The first two wake somebody.
    #[arg(long, value_name = "PRIORITY")]
    pub priority: Option<String>,
    /// Everything else that there is to say.
    #[arg(long, value_name = "TEXT")]
    pub details: Option<String>,
    /// The client's id in the tenant file.
    #[arg(long, value_name = "ID")]
    pub company: Option<String>,
    /// The system that is hit.
    #[arg(long, value_name = "NAME")]
    pub system: Option<String>,
    /// The category: Server, VPN, "New Device".
    #[arg(long, value_name = "CATEGORY")]
    pub category: Option<String>,
    /// Your own name for this alert: sent twice it is one alert. A new one by default.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// What technicians hear that it comes from.
    #[arg(long, value_name = "NAME", default_value = "the command line")]
    pub source: String,
    /// The tenant, where there are several.
    #[arg(long, value_name = "TENANT")]
    pub of: Option<String>,
    /// Show what happens until somebody has it, or everybody was tried.
    #[arg(long)]
    pub wait: bool,
    /// Wait, with what the technicians' simulated phones do, by rung, as for `nightdesk call`; not with a carrier.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub technician: Vec<String>,
    /// Print one JSON document.
    #[arg(long)]
    pub json: bool,
}

const ALERT_EXAMPLES: &str = "\
Examples:
  nightdesk alert --summary \"RAID of hv-01 has lost a second disk\" --priority Critical --company acme-dental
  nightdesk alert --summary \"nightly backup failed\" --priority High --key backup-2026-06-16 --wait --json
  nightdesk alert --summary \"a trial\" --priority Critical --technician voicemail,accept
  nightdesk alert status 12345678

The running server rings the telephones. Without a carrier, --wait rings the simulated phones of the tenant.
Exit codes: 0 somebody has it, or it woke nobody; 3 nobody has accepted; 1 it could not be done; 2 wrong usage.";
