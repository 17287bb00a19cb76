//! Names of things: checked on the way in, so that nothing forged in a URL reaches a store key.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Longest accepted identifier, in characters.
pub const ID_LENGTH_MAX: usize = 64;

/// An identifier that is empty, too long, or holds a character outside `A-Z a-z 0-9 - _ .`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} must be 1 to 64 characters of A-Z a-z 0-9 - _ .")]
pub struct InvalidId {
    /// Which identifier was refused.
    pub kind: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes an identifier as written; refuses what could not be a key.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                let fits = (1..=ID_LENGTH_MAX).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
                if fits { Ok(Self(text.to_owned())) } else { Err(InvalidId { kind: $kind }) }
            }

            /// The identifier as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

id!(/// One managed service provider.
    TenantId, "tenant");
id!(/// One client company of a tenant.
    CompanyId, "company");
id!(/// One technician of a tenant.
    TechnicianId, "technician");
id!(/// One conversation with one caller; it is the carrier's id of the caller's leg.
    CallId, "call");
id!(/// What the MSP owes because of a call; derived from the call that opened it.
    CaseId, "case");
id!(/// One telephone leg at the carrier.
    LegId, "leg");
id!(/// One recording at the carrier.
    RecordingId, "recording");
id!(/// One maintenance window of a tenant.
    WindowId, "window");
id!(/// The number of a ticket in the ticketing system (not the one that callers hear).
    PsaTicketId, "psa ticket");

impl CallId {
    /// The caller's leg: a call is named after it.
    pub fn leg(&self) -> LegId {
        LegId(self.0.clone())
    }

    /// Stands where a call would, in the case of an alert: the same for the same tool and idempotency key. Once an
    /// alert has expired, its key begins `again`.
    pub fn of_alert(source: &str, key: &str, again: u32) -> Self {
        // FNV-1a of 128 bits: two keys of one tenant do not meet by chance.
        let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        for byte in source.bytes().chain([0]).chain(key.bytes()).chain([0]).chain(again.to_le_bytes()) {
            hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
        Self(format!("alert-{hash:032x}"))
    }

    /// The case that this call opens, if it opens one.
    pub fn case(&self) -> CaseId {
        CaseId(self.0.clone())
    }
}

/// Which of the two machines a state, an effect or a journal row belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnerId {
    /// A call.
    Call(CallId),
    /// A case.
    Case(CaseId),
}

impl fmt::Display for OwnerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OwnerId::Call(id) => write!(f, "call/{id}"),
            OwnerId::Case(id) => write!(f, "case/{id}"),
        }
    }
}

impl FromStr for OwnerId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        match text.split_once('/') {
            Some(("call", id)) => Ok(OwnerId::Call(CallId::parse(id)?)),
            Some(("case", id)) => Ok(OwnerId::Case(CaseId::parse(id)?)),
            _ => Err(InvalidId { kind: "owner" }),
        }
    }
}

/// One planned effect; also the idempotency key under which it is performed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EffectId {
    /// The machine that planned it.
    pub owner: OwnerId,
    /// The owner's counter, from 1.
    pub number: u32,
}

impl fmt::Display for EffectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.owner, self.number)
    }
}

impl FromStr for EffectId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let refused = InvalidId { kind: "effect" };
        let (owner, number) = text.split_once('#').ok_or(refused.clone())?;
        Ok(EffectId { owner: owner.parse()?, number: number.parse().map_err(|_| refused)? })
    }
}

/// The code by which a technician accepts a case in a text: four digits, not used for another case while this one pages
/// and within a day after that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AckCode(String);

impl AckCode {
    /// Derives a code from the case and from how often its commit lost a race for one.
    pub fn derive(case: &CaseId, attempt: u32) -> Self {
        // The first digit is never 0, so that nobody drops it.
        Self(format!("{}", 1_000 + hash(case, attempt) % 9_000))
    }

    /// The four digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names under which a case that opened then, or pages then, is found by its code: one for that day and one for
    /// the next, by UTC. A code is looked up under the present day, so none means two cases within a day.
    pub fn names(&self, at: DateTime<Utc>) -> [String; 2] {
        [0, 1].map(|days| self.name_on(at + TimeDelta::days(days)))
    }

    /// The name under which it is looked up at an instant.
    pub fn name_on(&self, now: DateTime<Utc>) -> String {
        format!("{}/{}", now.date_naive(), self.0)
    }
}

impl FromStr for AckCode {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let fits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidId { kind: "code" }) }
    }
}

impl fmt::Display for AckCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// FNV-1a over a case's name: stable over builds and platforms, which the standard hasher does not promise.
fn hash(case: &CaseId, attempt: u32) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in case.as_str().bytes().chain(attempt.to_le_bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

/// The ticket number that a caller hears: eight digits, ours, independent of any ticketing system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TicketNumber(String);

impl TicketNumber {
    /// Derives a number from the case and from how often its commit lost a race for the number.
    ///
    /// The store keeps it unique per tenant; a lost race comes back with another `attempt`.
    pub fn derive(case: &CaseId, attempt: u32) -> Self {
        // The first digit is never 0, so that nobody drops it when writing the number down.
        Self(format!("{}", 10_000_000 + hash(case, attempt) % 90_000_000))
    }

    /// The eight digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits in two groups, spaced so that a voice reads them one by one.
    pub fn spoken(&self) -> String {
        let digit_by_digit = |part: &str| part.chars().map(String::from).collect::<Vec<_>>().join(" ");
        let (first, second) = self.0.split_at(self.0.len().min(4));
        format!("{}, {}", digit_by_digit(first), digit_by_digit(second))
    }
}

impl FromStr for TicketNumber {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let fits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidId { kind: "ticket number" }) }
    }
}

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
