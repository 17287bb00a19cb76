//! What must be fresh when a decision is taken: read by the engine just before a transition.

use crate::case::OpenCase;
use crate::ids::{CompanyId, TechnicianId};
use crate::phone::PhoneNumber;
use crate::private::Private;
use crate::rota::Override;
use crate::skills::Load;
use crate::windows::Occurrence;
use serde::{Deserialize, Serialize};

/// A person at a client company; a record of its own, looked up by number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The person's name.
    pub name: Private,
    /// Where the person works.
    pub company: CompanyId,
    /// The numbers that the person calls from; the same number may belong to several people.
    pub numbers: Vec<PhoneNumber>,
}

/// Which facts an event will want.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Contacts whose number ends in the same ten digits.
    pub contacts_of: Option<PhoneNumber>,
    /// Who is on call, and who cannot be texted.
    pub on_call: bool,
    /// Planned work that is in force now or will be before a call that begins now is over.
    pub windows: bool,
    /// Open cases of this company that a caller with the like problem could join.
    pub outages_of: Option<CompanyId>,
}

/// The facts themselves, and how often this very commit has lost a race.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Every contact of the tenant with the caller's number: none, one, or several who share it.
    pub contacts: Vec<Contact>,
    /// Changes of the rota, in the order in which they were made.
    #[serde(default)]
    pub overrides: Vec<Override>,
    /// Technicians to whom the carrier delivers no texts, since they answered STOP.
    #[serde(default)]
    pub stopped: Vec<TechnicianId>,
    /// What the night has asked of each person so far.
    #[serde(default)]
    pub loads: Vec<Load>,
    /// Planned work at the tenant's clients, in force or soon to be.
    #[serde(default)]
    pub windows: Vec<Occurrence>,
    /// Open cases of the caller's company, the newest first.
    #[serde(default)]
    pub outages: Vec<OpenCase>,
    /// 0 at first; counts the conflicts of this commit, so that a taken ticket number is not tried again.
    pub attempt: u32,
}
