//! What can be asked about a rota, and done to it.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Who is on call.
#[derive(Debug, Clone, Args)]
#[command(after_help = ONCALL_EXAMPLES)]
pub struct OncallArgs {
    /// At this time: local in the rota's zone, or an instant with its offset (2026-12-24T22:00-06:00); now by default.
    #[arg(long, value_name = "TIME", conflicts_with_all = ["from", "to"])]
    pub at: Option<String>,

    /// From this time on.
    #[arg(long, value_name = "TIME", requires = "to")]
    pub from: Option<String>,

    /// Up to this time.
    #[arg(long, value_name = "TIME", requires = "from")]
    pub to: Option<String>,

    /// Of this schedule file instead of a tenant's rota.
    #[arg(long, value_name = "FILE", conflicts_with = "of")]
    pub schedule: Option<PathBuf>,

    /// Of this tenant alone.
    #[arg(long, value_name = "TENANT")]
    pub of: Option<String>,

    /// How it is shown.
    #[arg(long = "as", value_enum, value_name = "FORM", default_value_t = OncallForm::Text)]
    pub form: OncallForm,

    /// Print JSON: a document, or a list of them where several tenants have a rota.
    #[arg(long, conflicts_with = "form")]
    pub json: bool,
}

/// How a rota is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OncallForm {
    /// For people at a terminal.
    Text,
    /// One JSON document with the blocks of a message to Slack.
    Slack,
    /// An iCalendar document; without times, two weeks back and ninety days ahead.
    Ical,
}

const ONCALL_EXAMPLES: &str = "\
Examples:
  nightdesk oncall                                                who is on call now, and who is next
  nightdesk oncall --at 2026-12-24T22:00
  nightdesk oncall --from 2026-12-01 --to 2027-01-01 --json
  nightdesk oncall --schedule rota.toml --as ical > rota.ics

docs/ROTA.md explains schedules.
Exit codes: 0 somebody is on call; 3 nobody at all is, at the time that was asked about; 1 it could not be found out;
2 wrong usage.";

/// The address at which calendars subscribe.
#[derive(Debug, Clone, Args)]
#[command(after_help = FEED_EXAMPLES)]
pub struct FeedArgs {
    /// Of this tenant; needed where several have a rota.
    #[arg(long, value_name = "TENANT")]
    pub of: Option<String>,

    /// Make a new address: the old one is void.
    #[arg(long)]
    pub renew: bool,

    /// The address under which the server is reached.
    #[arg(long, env = "NIGHTDESK_PUBLIC_URL", default_value = "http://127.0.0.1:8420")]
    pub public_url: String,
}

const FEED_EXAMPLES: &str = "\
Examples:
  nightdesk feed --public-url https://night.example       the address to subscribe to
  nightdesk feed --of lakeside --renew                    another one; the old one is void at once

Whoever has the address sees who is on call, and no number. docs/ROTA.md has more.";

/// Change a tenant's rota for a while.
#[derive(Debug, Subcommand)]
#[command(after_help = OVERRIDES_EXAMPLES)]
pub enum OverrideCommand {
    /// Make an override.
    Add(OverrideAddArgs),
    /// Let two people exchange a shift each.
    Swap(SwapArgs),
    /// List those that are in force or to come.
    #[command(after_help = "\
Examples:
  nightdesk override list
  nightdesk override list --all --json                    those that are over, too")]
    List {
        /// Those that are over, too.
        #[arg(long)]
        all: bool,
        /// Whose, and how.
        #[command(flatten)]
        options: OverrideOptions,
    },
    /// Cancel one; a swap as a whole.
    #[command(after_help = "\
Examples:
  nightdesk override cancel 3                             its number, as `nightdesk override list` shows it
  nightdesk override cancel 3 --of lakeside --json")]
    Cancel {
        /// Its number.
        id: String,
        /// Whose, and how.
        #[command(flatten)]
        options: OverrideOptions,
    },
}

/// What the commands about overrides have in common.
#[derive(Debug, Clone, Args)]
pub struct OverrideOptions {
    /// Of this tenant; needed where several have a rota.
    #[arg(long, value_name = "TENANT")]
    pub of: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// An override.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = OVERRIDE_EXAMPLES,
    group = clap::ArgGroup::new("change").required(true).args(["replace", "take", "add", "remove"]),
)]
pub struct OverrideAddArgs {
    /// The layer; needed where there are several.
    #[arg(long)]
    pub layer: Option<String>,

    /// From this time on: local in the rota's zone, or an instant with its offset (2026-12-24T17:00-06:00).
    #[arg(long, value_name = "TIME")]
    pub from: String,

    /// Up to this time, a year later at most.
    #[arg(long, value_name = "TIME")]
    pub until: String,

    /// Whoever --by names has every shift of this person's.
    #[arg(long, value_name = "PERSON", requires = "by")]
    pub replace: Option<String>,

    /// Who replaces.
    #[arg(long, value_name = "PERSON", requires = "replace")]
    pub by: Option<String>,

    /// This person alone has the layer for the whole time.
    #[arg(long, value_name = "PERSON")]
    pub take: Option<String>,

    /// This person is on call as well.
    #[arg(long, value_name = "PERSON")]
    pub add: Option<String>,

    /// This person is not on call, and nobody instead.
    #[arg(long, value_name = "PERSON")]
    pub remove: Option<String>,

    /// Why, for whoever reads the calendar: one line.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,

    /// Let it begin more than a day ago: calendars then show another past than there was.
    #[arg(long)]
    pub past: bool,

    /// Whose, and how.
    #[command(flatten)]
    pub options: OverrideOptions,
}

const OVERRIDES_EXAMPLES: &str = "\
Examples:
  nightdesk override add --layer primary --from 2026-12-24T17:00 --until 2026-12-25T09:00 --replace alex --by bea
  nightdesk override swap alex 2026-12-24 bea 2026-12-31 --layer primary
  nightdesk override list
  nightdesk override cancel 3

docs/ROTA.md explains what each change does, and what is refused.";

const OVERRIDE_EXAMPLES: &str = "\
Examples:
  nightdesk override add --layer primary --from 2026-12-24T17:00 --until 2026-12-25T09:00 --replace alex --by bea
  nightdesk override add --from 2026-12-31 --until 2027-01-01 --take morgan --reason \"new year's eve\"
  nightdesk override add --from 2026-12-31T17:00-06:00 --until 2027-01-01T15:00Z --remove alex --json

What changes nothing, leaves a gap or lies over another is kept with a warning.";

/// Two people exchange a shift each.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  nightdesk override swap alex 2026-12-24 bea 2026-12-31 --layer primary")]
pub struct SwapArgs {
    /// The one person.
    #[arg(value_name = "PERSON")]
    pub one: String,
    /// A date or a time in the shift that the one gives away.
    #[arg(value_name = "WHEN")]
    pub ones: String,
    /// The other person.
    #[arg(value_name = "OTHER")]
    pub other: String,
    /// A date or a time in the shift that the other gives away.
    #[arg(value_name = "OTHERS_WHEN")]
    pub others: String,

    /// The layer; needed where there are several.
    #[arg(long)]
    pub layer: Option<String>,

    /// Why, for whoever reads the calendar.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,

    /// Whose, and how.
    #[command(flatten)]
    pub options: OverrideOptions,
}
