//! What must be fresh when a decision is taken: read by the engine just before a transition.

use crate::case::OpenCase;
use crate::ids::CompanyId;
use crate::phone::PhoneNumber;
use crate::private::Private;
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
    /// Planned work at the tenant's clients, in force or soon to be.
    #[serde(default)]
    pub windows: Vec<Occurrence>,
    /// Open cases of the caller's company, the newest first.
    #[serde(default)]
    pub outages: Vec<OpenCase>,
    /// 0 at first; counts the conflicts of this commit, so that a taken ticket number is not tried again.
    pub attempt: u32,
}
