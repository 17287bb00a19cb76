//! `nightdesk analyze` and `nightdesk when`: what the rules understand.

use clap::{Args, ValueEnum};

/// What to show of each conversation.
#[derive(Debug, Clone, Copy, Args)]
#[command(after_help = ANALYZE_EXAMPLES)]
pub struct AnalyzeArgs {
    /// What each line of input becomes.
    #[arg(long = "as", value_enum, value_name = "FORM", default_value_t = AnalyzeForm::Json)]
    pub form: AnalyzeForm,
}

/// What a line of input becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnalyzeForm {
    /// One JSON object with everything understood.
    Json,
    /// What was promised, as the text of an internal-analysis note for ConnectWise, and a blank line.
    Note,
    /// What was promised, as one JSON document with the blocks of a message to Slack.
    Slack,
}

const ANALYZE_EXAMPLES: &str = "\
Each line of standard input is an object with an id and one of text, turns and dialog; ref and tz are optional:
  {\"id\": 1, \"text\": \"our server is down\"}
  {\"id\": 2, \"turns\": [\"my printer is jammed\", \"call me at nine\"], \"ref\": \"2026-03-06T23:40:00\", \"tz\": \"America/Chicago\"}
  {\"id\": 3, \"dialog\": [{\"who\": \"caller\", \"text\": \"it is down\"}, {\"who\": \"tech\", \"text\": \"I'll ring the vendor\"}]}

Examples:
  nightdesk analyze < calls.jsonl > understood.jsonl
  nightdesk analyze --as note < calls.jsonl

A line that cannot be read yields an object with \"error\", and the run goes on. docs/UNDERSTANDING.md says what the
fields of an answer mean.";

/// A phrase about when to call back.
#[derive(Debug, Clone, Args)]
#[command(after_help = WHEN_EXAMPLES)]
pub struct WhenArgs {
    /// What the caller says.
    pub phrase: String,

    /// The local time at which it is said, ISO 8601; now by default.
    #[arg(long = "ref", value_name = "TIME")]
    pub reference: Option<String>,

    /// The IANA time zone in which it is said.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub tz: String,

    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

const WHEN_EXAMPLES: &str = "\
Examples:
  nightdesk when \"call me at nine\" --ref 2026-03-06T23:40:00 --tz America/Chicago
  nightdesk when \"pasado mañana después de comer\" --tz America/Mexico_City --json

Exit code 1: the phrase names no time.";
