//! `nightdesk windows`: planned work at clients, and the calls that it kept quiet.

use clap::{Args, Subcommand};

/// Work with maintenance windows.
#[derive(Debug, Subcommand)]
#[command(after_help = WINDOWS_EXAMPLES)]
pub enum WindowsCommand {
    /// Plan work on systems of a client, once or again and again.
    Add(WindowArgs),
    /// List the windows that run or lie ahead.
    #[command(after_help = "Examples:\n  nightdesk windows list\n  nightdesk windows list --all --json")]
    List {
        /// Those that are over or cancelled, too.
        #[arg(long)]
        all: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Change a window; what is not named stays as it is.
    #[command(
        after_help = "Examples:\n  nightdesk windows change 3 --until 2026-12-07T05:00\n  nightdesk windows change 3 --system \"file server\" --system \"shared drive\" --once"
    )]
    Change(WindowChangeArgs),
    /// Cancel a window: calls that arrive from now on know nothing of it.
    #[command(after_help = "Example:\n  nightdesk windows cancel 3")]
    Cancel {
        /// The window's number.
        id: String,
        /// The tenant, where several have a window of this number.
        #[arg(long, value_name = "TENANT")]
        of: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the calls for which somebody would have been woken but for planned work.
    #[command(
        after_help = "Examples:\n  nightdesk windows suppressed\n  nightdesk windows suppressed --since 2026-12-06T18:00 --json"
    )]
    Suppressed {
        /// Opened since then: the tenant's local time (2026-12-06T22:00), or RFC 3339; by default in the last 24 hours.
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Planned work.
#[derive(Debug, Clone, Args)]
#[command(after_help = WINDOWS_EXAMPLES)]
pub struct WindowArgs {
    /// The client's id in the tenant file.
    #[arg(long, value_name = "ID")]
    pub company: String,
    /// A system, as callers call it and in full: "file server", not "server"; once for each name.
    #[arg(long = "system", value_name = "NAME")]
    pub systems: Vec<String>,
    /// Everything at the client is worked on.
    #[arg(long)]
    pub whole_company: bool,
    /// What is being done.
    #[arg(long)]
    pub title: String,
    /// When it begins: local (2026-12-06T22:00), or RFC 3339.
    #[arg(long = "from", value_name = "TIME")]
    pub starts: String,
    /// When it ends: local, or RFC 3339.
    #[arg(long = "until", value_name = "TIME")]
    pub ends: String,
    /// The IANA time zone of both; the tenant's by default.
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// When it is done again: a recurrence rule of RFC 5545 with COUNT or UNTIL, at most a year ahead.
    #[arg(long = "repeat", value_name = "RRULE")]
    pub recurrence: Option<String>,
    /// What callers are told, in English, instead of the usual sentence.
    #[arg(long, value_name = "TEXT")]
    pub say: Option<String>,
    /// The same in Spanish.
    #[arg(long, value_name = "TEXT")]
    pub say_spanish: Option<String>,
    /// The tenant, where several have a client of this id.
    #[arg(long, value_name = "TENANT")]
    pub of: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What changes of a window.
#[derive(Debug, Clone, Args)]
pub struct WindowChangeArgs {
    /// The window's number.
    pub id: String,
    /// The names of its systems, instead of those that it has.
    #[arg(long = "system", value_name = "NAME", conflicts_with = "whole_company")]
    pub systems: Vec<String>,
    /// Everything at the client is worked on.
    #[arg(long)]
    pub whole_company: bool,
    /// What is being done.
    #[arg(long)]
    pub title: Option<String>,
    /// When it begins.
    #[arg(long = "from", value_name = "TIME")]
    pub starts: Option<String>,
    /// When it ends.
    #[arg(long = "until", value_name = "TIME")]
    pub ends: Option<String>,
    /// The IANA time zone of both.
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// When it is done again.
    #[arg(long = "repeat", value_name = "RRULE", conflicts_with = "once")]
    pub recurrence: Option<String>,
    /// It is not done again.
    #[arg(long)]
    pub once: bool,
    /// What callers are told, in English; "" for the usual sentence.
    #[arg(long, value_name = "TEXT")]
    pub say: Option<String>,
    /// The same in Spanish.
    #[arg(long, value_name = "TEXT")]
    pub say_spanish: Option<String>,
    /// The tenant, where several have a window of this number.
    #[arg(long, value_name = "TENANT")]
    pub of: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

const WINDOWS_EXAMPLES: &str = "\
Examples:
  nightdesk windows add --company acme-dental --system \"file server\" --system \"shared drive\" \\
    --title \"New disks\" --from 2026-12-06T22:00 --until 2026-12-07T04:00
  nightdesk windows add --company acme-dental --system \"x ray server\" --title Patches --zone America/Denver \\
    --from 2026-12-08T23:00 --until 2026-12-09T01:00 --repeat \"FREQ=MONTHLY;BYDAY=2TU;COUNT=6\"
  nightdesk windows list
  nightdesk windows change 3 --until 2026-12-07T05:00
  nightdesk windows cancel 3
  nightdesk windows suppressed --json

docs/WINDOWS.md says what a window explains, and what wakes somebody all the same.";
