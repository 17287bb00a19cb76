//! Maintenance windows: planned work on systems of a client, once or again and again, always ending.
//!
//! A window is a value on the wall clock of its zone. What expands its recurrence is the engine, which gives one
//! [`Occurrence`] for each time that the work is done; triage lets those that are in force explain a failure.

mod names;
mod wanted;

pub use wanted::{
    CHARS_MAX, LASTS_MINUTES_MAX, RECURS_DAYS_MAX, Refused, SYSTEMS_MAX, TITLE_CHARS_MAX, Wanted, wall_clock,
};

use crate::ids::{CompanyId, WindowId};
use crate::policy::first_instant;
use crate::triage::{Explained, say_until};
use crate::vocabulary::Language;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Planned work at one client. Checked when it is made ([`Wanted::checked`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Its name within the tenant.
    pub id: WindowId,
    /// The client.
    pub company: CompanyId,
    /// What callers call the systems that are worked on, each name in full; none: everything at this client.
    pub systems: Vec<String>,
    /// What the work is called among the MSP's own people.
    pub title: String,
    /// What callers are told instead of the usual sentence.
    #[serde(default)]
    pub told: Told,
    /// When it begins for the first time, on the wall clock of `zone`.
    pub starts: NaiveDateTime,
    /// How long it lasts on the wall clock, in minutes: from 22:00 to 4:00 are 360, also in a night of 7 hours.
    pub lasts_minutes: u32,
    /// The zone of its wall clock.
    pub zone: Tz,
    /// When it is done again: a recurrence rule of RFC 5545 with COUNT or UNTIL; none: it is done once.
    #[serde(default)]
    pub recurrence: Option<String>,
    /// When it was called off; from then on it explains nothing.
    #[serde(default)]
    pub cancelled_at: Option<DateTime<Utc>>,
}

/// The words for callers, by language; where there are none, the usual sentence names the system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// In English.
    #[serde(default)]
    pub english: Option<String>,
    /// In Spanish.
    #[serde(default)]
    pub spanish: Option<String>,
}

impl Told {
    fn in_language(&self, language: Language) -> Option<&str> {
        match language {
            Language::English => self.english.as_deref(),
            Language::Spanish => self.spanish.as_deref(),
        }
    }
}

/// One time that the work is done: from the one instant on, and before the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// The window.
    pub window: Window,
    /// When it begins.
    pub from: DateTime<Utc>,
    /// When it is over.
    pub until: DateTime<Utc>,
}

/// What a window has explained: the failure that a caller told of was expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedWork {
    /// The window.
    pub window: WindowId,
    /// What the work is called.
    pub title: String,
    /// The system that the caller named, as the window calls it; none where everything is worked on.
    pub system: Option<String>,
    /// Whether somebody would have been woken, or the caller asked about it, but for the window.
    pub suppressed: bool,
    /// When it is over.
    pub until: DateTime<Utc>,
    /// The zone in which that is told.
    pub zone: Tz,
}

impl Window {
    /// The occurrence that begins at a time of the wall clock; none where a clock change leaves nothing of it.
    ///
    /// A time that a clock change skips becomes the first instant after it, one that comes twice its first.
    pub fn occurrence(&self, starts: NaiveDateTime) -> Option<Occurrence> {
        let ends = starts.checked_add_signed(TimeDelta::minutes(i64::from(self.lasts_minutes)))?;
        let instant = |local: NaiveDateTime| first_instant(self.zone, local.date(), local.time());
        let (from, until) = (instant(starts), instant(ends));
        (from < until).then(|| Occurrence { window: self.clone(), from, until })
    }

    /// When it ends for the first time, on the wall clock of its zone.
    pub fn ends(&self) -> NaiveDateTime {
        self.starts.checked_add_signed(TimeDelta::minutes(i64::from(self.lasts_minutes))).unwrap_or(self.starts)
    }

    /// Whether everything at the client is worked on.
    pub fn is_of_whole_company(&self) -> bool {
        self.systems.is_empty()
    }
}

impl Occurrence {
    /// Whether the work is being done at an instant; at its very end it is not.
    pub fn in_force(&self, at: DateTime<Utc>) -> bool {
        (self.from..self.until).contains(&at) && self.window.cancelled_at.is_none()
    }

    /// What it explains of a call.
    pub fn explains(&self, explained: &Explained) -> PlannedWork {
        PlannedWork {
            window: self.window.id.clone(),
            title: self.window.title.clone(),
            system: explained.system.clone(),
            suppressed: explained.lowered,
            until: self.until,
            zone: self.window.zone,
        }
    }

    /// What a caller is told who named this system: that the failure is expected, until when, and what then.
    pub fn told(&self, system: Option<&str>, language: Language, now: DateTime<Utc>) -> Vec<String> {
        let until = say_until(self.until, self.window.zone, language, now);
        let own = self.window.told.in_language(language);
        let first = match (language, own, system) {
            (Language::English, Some(own), _) => format!("{own} This is planned until {until}."),
            (Language::Spanish, Some(own), _) => format!("{own} Está planificado hasta {until}."),
            (Language::English, None, Some(system)) => {
                format!("{}{system} is being worked on as planned until {until}.", article(system))
            }
            (Language::Spanish, None, Some(system)) => {
                format!("Hay trabajos planificados en {system} hasta {until}.")
            }
            (Language::English, None, None) => {
                format!("Your company's systems are being worked on as planned until {until}.")
            }
            (Language::Spanish, None, None) => {
                format!("Hay trabajos planificados en los sistemas de su empresa hasta {until}.")
            }
        };
        let then = match language {
            Language::English => "If it does not work after that, call again.",
            Language::Spanish => "Si después de esa hora no funciona, vuelva a llamar.",
        };
        vec![first, then.to_owned()]
    }
}

/// "The file server", but "Outlook".
fn article(system: &str) -> &'static str {
    if system.starts_with(char::is_lowercase) { "The " } else { "" }
}

#[cfg(test)]
mod tests;
