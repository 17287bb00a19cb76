//! `nightdesk callbacks`: the calls that callers were promised.

use super::at_least_one;
use clap::{Args, Subcommand};

/// List the calls that callers were promised, or say what became of one.
#[derive(Debug, Clone, Args)]
#[command(after_help = CALLBACKS_EXAMPLES)]
pub struct CallbacksArgs {
    /// What to do; without it, they are listed.
    #[command(subcommand)]
    pub command: Option<CallbacksCommand>,
    /// List those that were made, too, and those whose case somebody has in hand.
    #[arg(long)]
    pub all: bool,
    /// Look at so many of each tenant's newest cases.
    #[arg(long, value_name = "N", default_value = "2000", value_parser = at_least_one)]
    pub limit: usize,
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
}

/// What became of a promised call.
#[derive(Debug, Clone, Subcommand)]
pub enum CallbacksCommand {
    /// Say that the call was made.
    #[command(after_help = "Example:\n  nightdesk callbacks done 82382685 --by Bea")]
    Done {
        /// The ticket number that the caller heard.
        ticket: String,
        /// Who says so.
        #[arg(long, value_name = "NAME", default_value = "the command line")]
        by: String,
    },
    /// Move the call to another time; twice at most, and at most 90 days ahead.
    #[command(
        after_help = "Examples:\n  nightdesk callbacks move 82382685 \"tomorrow at ten\"\n  nightdesk callbacks move 82382685 \"friday afternoon\" --by Bea"
    )]
    Move {
        /// The ticket number that the caller heard.
        ticket: String,
        /// The new time, in English or Spanish as `nightdesk when` reads it, in the tenant's zone.
        #[arg(value_name = "WHEN")]
        when: String,
        /// Who moves it.
        #[arg(long, value_name = "NAME", default_value = "the command line")]
        by: String,
    },
}

const CALLBACKS_EXAMPLES: &str = "\
Examples:
  nightdesk callbacks                                     what is overdue (red), due, and still to come
  nightdesk callbacks done 82382685 --by Bea
  nightdesk callbacks move 82382685 \"tomorrow at ten\"

docs/CALLBACKS.md says who is told of a promised call, and when.";
