//! `nightdesk consent`: whether a number may be texted, and what was said about it.

use clap::{ArgGroup, Args};
use nightdesk_domain::phone::PhoneNumber;

/// A number, and perhaps what its owner told the office.
#[derive(Debug, Clone, Args)]
#[command(after_help = CONSENT_EXAMPLES, group(ArgGroup::new("told").args(["stop", "start"])))]
pub struct ConsentArgs {
    /// The number: + and digits.
    #[arg(value_name = "NUMBER", value_parser = PhoneNumber::parse)]
    pub number: PhoneNumber,
    /// No more texts, as its owner told the office.
    #[arg(long, requires = "words")]
    pub stop: bool,
    /// Texts again, as its owner told the office.
    #[arg(long, requires = "words")]
    pub start: bool,
    /// In which words; they are kept, and mean nothing without one of the two.
    #[arg(long, requires = "told", value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub words: Option<String>,
    /// The tenant, where there are several.
    #[arg(long, value_name = "TENANT")]
    pub of: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

const CONSENT_EXAMPLES: &str = "\
Examples:
  nightdesk consent +13125550142
  nightdesk consent +13125550142 --stop --words \"told Pat on the phone: no more texts\"
  nightdesk consent +13125550142 --start --words \"asked for texts by mail\" --of northwind

A number that has sent STOP stays blocked at the carrier until it sends START, whatever is stated here.
docs/CONSENT.md has the rules.";
