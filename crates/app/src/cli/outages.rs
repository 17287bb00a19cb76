//! `nightdesk outages`: open cases that the next callers with the like problem join.

use clap::{Subcommand, ValueEnum};
use nightdesk_domain::vocabulary::Priority;

/// Work with known outages.
#[derive(Debug, Subcommand)]
#[command(after_help = OUTAGES_EXAMPLES)]
pub enum OutagesCommand {
    /// List the open cases that callers can join now, and who has joined them.
    #[command(after_help = "Examples:\n  nightdesk outages list\n  nightdesk outages list --json")]
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say that an open case is a known outage: callers with the like problem join it.
    #[command(
        after_help = "Examples:\n  nightdesk outages declare 95752040 --by Alex --until 2026-12-07T04:00\n  nightdesk outages declare 95752040 --covers critical"
    )]
    Declare {
        /// The number of its ticket.
        ticket: String,
        /// Until when: the tenant's local time (2026-12-07T04:00), or RFC 3339; by default for four hours, at most for
        /// 24.
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
        /// How urgent a call may be that joins; by default as urgent as the case.
        #[arg(long, value_enum, value_name = "PRIORITY")]
        covers: Option<Covers>,
        /// Who says so.
        #[arg(long, default_value = "the command line")]
        by: String,
    },
    /// End an outage: like calls open tickets of their own again.
    #[command(after_help = "Example:\n  nightdesk outages end 95752040 --by Alex")]
    End {
        /// The number of its ticket.
        ticket: String,
        /// Who says so.
        #[arg(long, default_value = "the command line")]
        by: String,
    },
}

/// How urgent a call may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Covers {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl From<Covers> for Priority {
    fn from(covers: Covers) -> Self {
        match covers {
            Covers::Low => Self::Low,
            Covers::Medium => Self::Medium,
            Covers::High => Self::High,
            Covers::Critical => Self::Critical,
        }
    }
}

const OUTAGES_EXAMPLES: &str = "\
Examples:
  nightdesk outages list
  nightdesk outages declare 95752040 --by Alex --until 2026-12-07T04:00
  nightdesk outages declare 95752040 --covers critical
  nightdesk outages end 95752040 --by Alex

docs/WINDOWS.md says who joins an outage, and who wakes somebody all the same.";
