//! What goes into a ticket, and where the ticket stands.

use crate::ids::{CaseId, PsaTicketId, TenantId, TicketNumber};
use crate::private::Private;
use crate::vocabulary::{Category, Priority};
use serde::{Deserialize, Serialize};

/// Where a ticket stands, as far as NightDesk decides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketStatus {
    /// Work to do.
    Open,
    /// The caller will try a fix; somebody asks in the morning.
    PendingVerification,
    /// The caller said that the fix worked.
    Closed,
}

/// A ticket to open, in English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketDraft {
    /// The tenant.
    pub tenant: TenantId,
    /// The key: at most one ticket carries it.
    pub key: CaseId,
    /// The number that the caller hears.
    pub number: TicketNumber,
    /// One line, at most [`SUMMARY_CHARS_MAX`] characters.
    pub summary: Private,
    /// Everything known, with the caller's own words and the reasons of each decision.
    pub description: Private,
    /// How urgent.
    pub priority: Priority,
    /// What kind of problem; none is "Unclassified".
    pub category: Option<Category>,
    /// Where it stands.
    pub status: TicketStatus,
    /// The company's identifier in the ticketing system; none: the catch-all company.
    pub psa_company: Option<String>,
    /// The caller's name, if known.
    pub contact_name: Option<Private>,
    /// The number to reach the caller, `+` and digits or digits as said.
    pub contact_number: Option<Private>,
}

/// Longest summary of a ticket, in characters (ConnectWise PSA refuses more).
pub const SUMMARY_CHARS_MAX: usize = 100;

/// A case's ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketRecord {
    /// The number that the caller hears.
    pub number: TicketNumber,
    /// Where it stands.
    pub status: TicketStatus,
    /// The ticketing system's number; none until it has answered.
    pub psa: Option<PsaTicketId>,
    /// Notes that wait for the ticket to exist.
    pub notes_waiting: Vec<Private>,
}
