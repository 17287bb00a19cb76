//! The command line: what can be asked of NightDesk, with examples.

mod alert;
mod callbacks;
mod consent;
mod examples;
mod oncall;
mod outages;
mod understanding;
mod windows;

pub use alert::{AlertArgs, AlertCommand, AlertSendArgs};
pub use callbacks::{CallbacksArgs, CallbacksCommand};
pub use consent::ConsentArgs;
pub use oncall::{FeedArgs, OncallArgs, OncallForm, OverrideAddArgs, OverrideCommand, OverrideOptions, SwapArgs};
pub use outages::OutagesCommand;
pub use understanding::{AnalyzeArgs, AnalyzeForm, WhenArgs};
pub use windows::{WindowArgs, WindowChangeArgs, WindowsCommand};

use crate::store::StoreChoice;
use clap::{Args, Parser, Subcommand};
use nightdesk_domain::vocabulary::{Category, Priority};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Answers the after-hours phone of managed service providers.
#[derive(Debug, Parser)]
#[command(name = "nightdesk", version, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do; without it, the server starts.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Where everything is kept.
    #[command(flatten)]
    pub store: StoreArgs,

    /// Say more on standard error; twice for everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

const EXAMPLES: &str = "\
Examples:
  nightdesk                                   start the server with the demo tenant
  nightdesk call                              be the caller, and the technicians, at this terminal
  nightdesk call --say \"our server is down\" --technician voicemail,accept --json
  nightdesk tickets                           what was opened
  nightdesk check --tenant my-msp.toml        name every problem of a tenant file at once
  nightdesk tenant import my-msp.toml         store it as a new version

NIGHTDESK_LOG sets what is logged on standard error, for example NIGHTDESK_LOG=info; it wins over -v.
Exit codes: 0 done; 1 it could not be done, or a call did not end as promised; 2 wrong usage; 3 nobody is on call
(`oncall`), or nobody has accepted (`alert`).";

/// Where everything is kept.
#[derive(Debug, Clone, Args)]
pub struct StoreArgs {
    /// The database file; its folder also holds the simulated network's token.
    #[arg(long, global = true, env = "NIGHTDESK_DATABASE", default_value = "nightdesk-data/nightdesk.sqlite")]
    pub database: PathBuf,

    /// Instead of the database file: dynamodb:TABLE, a table that `nightdesk table create` has made (or sqlite:PATH).
    #[arg(long, global = true, env = "NIGHTDESK_STORE")]
    pub store: Option<StoreChoice>,

    /// Where the requests to all of Amazon's services go, for an emulator; its own variables set one for each.
    #[arg(long, global = true, env = "NIGHTDESK_AWS_ENDPOINT", value_name = "URL")]
    pub aws_endpoint: Option<String>,

    /// A tenant's file; may be given several times: imported if it says something new. All stored tenants are
    /// served, by their newest stored files; an empty database gets the demo tenant.
    #[arg(long = "tenant", global = true, env = "NIGHTDESK_TENANT", value_delimiter = ',')]
    pub tenant_files: Vec<PathBuf>,
}

impl StoreArgs {
    /// The store that is meant: `--store` wins.
    pub fn choice(&self) -> StoreChoice {
        self.store.clone().unwrap_or_else(|| StoreChoice::Sqlite(self.database.clone()))
    }

    /// The folder of the simulated network's token.
    pub fn data(&self) -> PathBuf {
        let database = match &self.store {
            Some(StoreChoice::Sqlite(path)) => path,
            _ => &self.database,
        };
        match database.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the server (the default).
    Serve(ServeArgs),
    /// Be a caller: at the terminal, or by a script.
    Call(CallArgs),
    /// List the tickets, or show one with its notes.
    #[command(after_help = examples::TICKETS)]
    Tickets(ListArgs),
    /// List the calls.
    #[command(after_help = examples::CALLS)]
    Calls(ListArgs),
    /// Everything about one call and its case.
    #[command(after_help = examples::CALL_LOG)]
    CallLog {
        /// The call's id, or the ticket number that its caller heard.
        id: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Step through the journal of a call and its case, and show that the same decisions come out.
    #[command(after_help = examples::REPLAY)]
    Replay {
        /// The call's id, or the ticket number that its caller heard.
        id: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the notices to the people on call that were kept here instead of being mailed.
    Inbox(InboxArgs),
    /// Check tenant files and integrations; names every problem at once.
    #[command(after_help = examples::CHECK)]
    Check {
        /// Read the secrets that are kept elsewhere, too, and ask ConnectWise whether its names exist.
        #[arg(long)]
        online: bool,
    },
    /// Page the people on call as another tool would; see how alerts stand.
    Alert(Box<AlertArgs>),
    /// Ring one technician, to see that pages arrive.
    TestPage(TestPageArgs),
    /// Mark a case as taken care of: paging stops.
    #[command(
        after_help = "Examples:\n  nightdesk handled 82382685 --by Bea\n  nightdesk handled 82382685 --fix \"replaced the disk of hv-01\""
    )]
    Handled {
        /// The ticket number that the caller heard.
        ticket: String,
        /// Who says so.
        #[arg(long, default_value = "the command line")]
        by: String,
        /// What fixed it: written into the ticket, and told to whoever is woken for the next case like it.
        #[arg(long, value_name = "TEXT")]
        fix: Option<String>,
    },
    /// List the calls that callers were promised, say that one was made, or move it.
    Callbacks(CallbacksArgs),
    /// Work with messages that callers have left.
    #[command(subcommand)]
    Voicemail(VoicemailCommand),
    /// Plan maintenance, whose failures wake nobody, and list the calls that it kept quiet.
    #[command(subcommand)]
    Windows(WindowsCommand),
    /// Known outages, which callers with the like problem join: list, declare and end them.
    #[command(subcommand)]
    Outages(OutagesCommand),
    /// Show whether a number may be texted and what was said about it, or state what the office was told.
    Consent(ConsentArgs),
    /// Work with tenants.
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Work with the table of --store.
    #[command(subcommand)]
    Table(TableCommand),
    /// Show what the rules understand: JSON Lines in, by default JSON Lines out.
    Analyze(AnalyzeArgs),
    /// Show when a phrase asks to be called back.
    When(WhenArgs),
    /// Show whom a step by skill would ask first, why, and who is passed over.
    Whom(WhomArgs),
    /// Show who is on call: now, at a time, or between two.
    Oncall(OncallArgs),
    /// Print the address at which calendars subscribe to a tenant's rota.
    Feed(FeedArgs),
    /// Change a tenant's rota for a while.
    #[command(subcommand)]
    Override(OverrideCommand),
}

/// A case to find somebody for.
#[derive(Debug, Clone, Args)]
#[command(after_help = WHOM_EXAMPLES)]
pub struct WhomArgs {
    /// The category: VPN, Server, "New Device"; without it, nobody's skills count.
    #[arg(long, value_name = "CATEGORY", value_parser = category)]
    pub category: Option<Category>,

    /// The priority: Critical, High, Medium, Low.
    #[arg(long, value_name = "PRIORITY", value_parser = priority, default_value = "High")]
    pub priority: Priority,

    /// The tenant's local time, or an instant with its offset, ISO 8601; now by default.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,

    /// Print one JSON object for each tenant, in a list.
    #[arg(long)]
    pub json: bool,
}

const WHOM_EXAMPLES: &str = "\
Examples:
  nightdesk whom --category VPN --priority High
  nightdesk whom --tenant my-msp.toml --category \"New Device\" --priority Low --json

With --tenant the settings are those of the file; what each person has had tonight is counted from the stored cases.
docs/SKILLS.md says how the points come about.";

fn category(name: &str) -> Result<Category, String> {
    let known = || Category::ALL.iter().map(|category| category.label()).collect::<Vec<_>>().join(", ");
    Category::from_label(name).ok_or_else(|| format!("no such category; there are {}", known()))
}

/// A number of rows; none at all is no list.
fn at_least_one(number: &str) -> Result<usize, String> {
    let read = number.parse::<usize>().ok().filter(|number| *number > 0);
    read.ok_or_else(|| "it must be a whole number from 1 on".to_owned())
}

fn priority(name: &str) -> Result<Priority, String> {
    let all = [Priority::Critical, Priority::High, Priority::Medium, Priority::Low];
    let found = all.into_iter().find(|priority| priority.to_string().eq_ignore_ascii_case(name.trim()));
    found.ok_or_else(|| "no such priority; there are Critical, High, Medium and Low".to_owned())
}

/// Work with tenants.
#[derive(Debug, Subcommand)]
#[command(after_help = examples::TENANT)]
pub enum TenantCommand {
    /// Store a tenant file as a new version of its settings.
    Import {
        /// The file.
        file: PathBuf,
    },
    /// List the tenants and the version in force.
    List,
    /// Print the demo tenant's file, to start one's own from.
    Demo,
}

/// Work with messages that callers have left.
#[derive(Debug, Subcommand)]
#[command(after_help = SCAN_EXAMPLES)]
pub enum VoicemailCommand {
    /// Look through the carrier's recordings: one that no call knows becomes a ticket. A server does so by itself.
    Scan(ScanArgs),
}

/// A scan of the carrier's recordings.
#[derive(Debug, Clone, Args)]
#[command(after_help = SCAN_EXAMPLES)]
pub struct ScanArgs {
    /// Look back so many hours, at most 720; by default to shortly before the last scan.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=720))]
    pub hours: Option<u16>,
    /// The simulated network's REST API, for tenants without a carrier.
    #[arg(long, env = "NIGHTDESK_SIMULATOR_API", default_value = "http://127.0.0.1:8421")]
    pub simulator_api: String,
    /// The carrier's REST API.
    #[arg(long, env = "NIGHTDESK_TWILIO_API", default_value = "https://api.twilio.com")]
    pub twilio_api: String,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

const SCAN_EXAMPLES: &str = "\
Examples:
  nightdesk voicemail scan
  nightdesk voicemail scan --hours 48 --json

docs/CHANNELS.md says which messages are found, and what becomes of them.";

/// Work with the table of --store.
#[derive(Debug, Subcommand)]
pub enum TableCommand {
    /// Create the table that --store names; one that is there already is left as it is.
    Create,
}

/// How the server listens.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Where to listen.
    #[arg(long, env = "NIGHTDESK_LISTEN", default_value = "127.0.0.1:8420")]
    pub listen: SocketAddr,

    /// The address under which the carrier reaches this server; signatures cover it. Default: where it listens.
    #[arg(long, env = "NIGHTDESK_PUBLIC_URL")]
    pub public_url: Option<String>,

    /// The carrier's REST API.
    #[arg(long, env = "NIGHTDESK_TWILIO_API", default_value = "https://api.twilio.com")]
    pub twilio_api: String,

    /// Where `nightdesk call --server` opens the simulated network for this server.
    #[arg(long, env = "NIGHTDESK_SIMULATOR_API", default_value = "http://127.0.0.1:8421")]
    pub simulator_api: String,

    /// Asked every minute while all is well: a dead man's switch.
    #[arg(long, env = "NIGHTDESK_HEARTBEAT_URL")]
    pub heartbeat_url: Option<String>,

    /// How much faster than life time passes, for trials with the simulated network; refused with a real carrier.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    pub pace: f64,

    /// Since when time passes faster, by ISO 8601: the same for all that share a store. Default: since each began.
    #[arg(long, env = "NIGHTDESK_PACE_SINCE", value_name = "INSTANT", requires = "pace")]
    pub pace_since: Option<chrono::DateTime<chrono::Utc>>,
}

/// A call.
#[derive(Debug, Clone, Args)]
#[command(after_help = CALL_EXAMPLES)]
pub struct CallArgs {
    /// Say this; once for each turn.
    #[arg(long = "say", value_name = "TEXT")]
    pub says: Vec<String>,

    /// Press these keys after everything was said.
    #[arg(long = "press", value_name = "KEYS")]
    pub presses: Vec<String>,

    /// Hang up after the Nth thing was said; 0: after the greeting.
    #[arg(long, value_name = "N", conflicts_with = "hang_up_during")]
    pub hang_up_after: Option<usize>,

    /// Hang up in the middle of the Nth thing said.
    #[arg(long, value_name = "N")]
    pub hang_up_during: Option<usize>,

    /// The caller's number; "withheld" for none.
    #[arg(long, value_name = "NUMBER", default_value = "+13125550142")]
    pub from: String,

    /// The number to dial; the tenant's first line by default.
    #[arg(long, value_name = "NUMBER")]
    pub to: Option<String>,

    /// What the technicians' phones do, by rung: accept, pass, repeat, ignore, voicemail, busy, failed, hang-up,
    /// silent, prompt, say-accept, drop, texts-code, no-texts (see docs/TESTING.md).
    /// The last one counts for all further rungs. Without it, a script's phones accept, and a person is asked.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub technician: Vec<String>,

    /// Call the server at this address instead of one started for this call.
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,

    /// Where the simulated network listens; needed only with --server, whose --simulator-api it must be.
    #[arg(long, default_value = "127.0.0.1:8421")]
    pub network_listen: SocketAddr,

    /// How much faster than life time passes, 0.1 to 200; by default 20 for a script on a server of its own, else 1.
    #[arg(long, value_name = "FACTOR")]
    pub pace: Option<f64>,

    /// Print one JSON document.
    #[arg(long)]
    pub json: bool,
}

const CALL_EXAMPLES: &str = "\
Without --say and --press you are asked at the terminal: type what you say, or
  #12      press keys             /answer  take the technician's phone
  /hang    hang up                /decline refuse it
  /1 /2 /3 press a key on the technician's phone; /end hangs it up

Examples:
  nightdesk call --say \"this is dana at acme dental, our server is down and nobody can work\" --technician voicemail,accept
  nightdesk call --say \"all our files are encrypted and there is a note asking\" --hang-up-during 1 --json
  nightdesk call --from withheld --say \"my printer is jammed, call me tomorrow at ten\"";

/// A list.
#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    /// Show this one instead of the list: a ticket's number, or a call's id.
    pub id: Option<String>,
    /// At most so many rows of each tenant.
    #[arg(long, default_value = "50", value_parser = at_least_one)]
    pub limit: usize,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// The notices.
#[derive(Debug, Clone, Args)]
#[command(after_help = examples::INBOX)]
pub struct InboxArgs {
    /// At most so many rows of each tenant.
    #[arg(long, default_value = "50", value_parser = at_least_one)]
    pub limit: usize,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// A test page.
#[derive(Debug, Clone, Args)]
#[command(after_help = examples::TEST_PAGE)]
pub struct TestPageArgs {
    /// The technician's id in the tenant file.
    pub person: String,
    /// What the simulated phone does.
    #[arg(long, default_value = "accept")]
    pub technician: String,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[track_caller]
    fn refused(args: &[&str]) -> String {
        Cli::try_parse_from(std::iter::once(&"nightdesk").chain(args)).unwrap_err().to_string()
    }

    #[test]
    fn what_is_used_at_night_shows_how_by_an_example() {
        for path in [
            "windows",
            "windows add",
            "windows list",
            "windows change",
            "windows cancel",
            "windows suppressed",
            "outages",
            "outages list",
            "outages declare",
            "outages end",
            "callbacks",
            "callbacks done",
            "callbacks move",
            "voicemail",
            "voicemail scan",
            "handled",
            "alert",
            "alert status",
            "alert list",
            "consent",
            "oncall",
            "whom",
        ] {
            let mut command = Cli::command();
            let mut at = &mut command;
            for name in path.split(' ') {
                at = at.find_subcommand_mut(name).unwrap();
            }
            let help = at.render_long_help().to_string();
            assert!(help.contains("Example") && help.contains(&format!("nightdesk {path}")), "{path}: {help}");
        }
    }

    #[test]
    fn the_handbook_names_every_command_that_prints_json() {
        fn prints_json(command: &clap::Command) -> bool {
            command.get_arguments().any(|arg| arg.get_id() == "json") || command.get_subcommands().any(prints_json)
        }
        let handbook = include_str!("../../../docs/OPERATIONS.md");
        let line = handbook.lines().find(|line| line.ends_with("print JSON with `--json`.")).unwrap();
        for command in Cli::command().get_subcommands().filter(|command| prints_json(command)) {
            let name = command.get_name();
            assert!(line.contains(&format!("`{name}`")) || line.contains(&format!("`{name} ")), "{name}: {line}");
        }
    }

    #[test]
    fn a_list_of_no_rows_is_refused() {
        for list in [&["tickets"][..], &["calls"], &["inbox"], &["callbacks"], &["alert", "list"]] {
            for number in ["0", "-1", "many"] {
                let limit = format!("--limit={number}");
                assert!(refused(&[list, &[&limit]].concat()).contains("from 1 on"), "{list:?} {number}");
            }
        }
    }
}
