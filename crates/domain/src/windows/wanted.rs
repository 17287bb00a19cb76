//! A window as somebody asks for it, and every reason to refuse it.

use super::names::{Unusable, usable};
use super::{Told, Window};
use crate::ids::{CompanyId, WindowId};
use crate::policy::{Policy, first_instant};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

/// Longest window, in minutes: three days.
pub const LASTS_MINUTES_MAX: u32 = 3 * 24 * 60;
/// How long a window may be done again and again, in days from its first beginning.
pub const RECURS_DAYS_MAX: i64 = 366;
/// Most names of systems in one window.
pub const SYSTEMS_MAX: usize = 20;
/// Longest title, in characters.
pub const TITLE_CHARS_MAX: usize = 120;
/// Longest name of a system, and longest text for callers, in characters.
pub const CHARS_MAX: usize = 300;

/// A window that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The client.
    pub company: CompanyId,
    /// What callers call the systems.
    pub systems: Vec<String>,
    /// Whether everything at the client is meant.
    pub whole_company: bool,
    /// What the work is called.
    pub title: String,
    /// What callers are told instead of the usual sentence.
    pub told: Told,
    /// When it begins, on the wall clock of `zone`.
    pub starts: NaiveDateTime,
    /// When it ends, on the same clock.
    pub ends: NaiveDateTime,
    /// The zone.
    pub zone: Tz,
    /// When it is done again.
    pub recurrence: Option<String>,
}

/// Why a window is refused. Each names its field and says what would do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The tenant has no such client.
    #[error("company: no client of this tenant has this id; the tenant file lists them under [[companies]]")]
    Company,
    /// No system, and not the whole client either.
    #[error("systems: name at least one system as callers call it, or say that the whole company is meant")]
    NothingNamed,
    /// Systems, and the whole client as well.
    #[error("systems: either name systems, or say that the whole company is meant, not both")]
    Both,
    /// A name that is too short or too long, or too many of them.
    #[error("systems: at most {SYSTEMS_MAX} names, each of 2 to {CHARS_MAX} characters")]
    Systems,
    /// A name that every caller says, whatever has failed: it would explain everything, or nothing.
    #[error(
        "systems: {0:?} does not say which system is meant; write what callers call it, such as \"file server\", or say that the whole company is meant"
    )]
    SaysNothing(String),
    /// A name that no caller says in English or Spanish.
    #[error("systems: {0:?} is no name that a caller can say; write it with the letters of English or Spanish")]
    CannotBeSaid(String),
    /// No title, or too long a one.
    #[error("title: say in 1 to {TITLE_CHARS_MAX} characters what is being done")]
    Title,
    /// A text for callers that is empty or too long.
    #[error("told: what callers are told has 1 to {CHARS_MAX} characters; leave it out for the usual sentence")]
    Told,
    /// A time that is not a whole minute, by the name of its field.
    #[error("{0}: a window begins and ends on a whole minute; leave the seconds out, as in 2026-12-06T22:00")]
    Seconds(&'static str),
    /// It ends before it begins.
    #[error("ends: a window must end later than it starts")]
    EndsBeforeItStarts,
    /// It lasts too long.
    #[error("ends: a window lasts at most 72 hours; a longer one is several windows")]
    TooLong,
    /// A time that comes twice on the night of a clock change, and its second coming is meant.
    #[error("{0}: this time comes twice in the night of a clock change, and the second is meant; use another minute")]
    SecondOfTwo(&'static str),
    /// The rule of its recurrence cannot be read, or says what is not allowed.
    #[error("recurrence: {0}")]
    Recurrence(String),
    /// Its first beginning is no day of the rule.
    #[error("starts: this is no day of the recurrence rule; its first one is {0}")]
    NotADayOfTheRule(NaiveDateTime),
    /// Nothing of it lies ahead.
    #[error("ends: this window is over already")]
    Over,
}

impl Wanted {
    /// The window, if nothing is wrong with it but perhaps its recurrence, which the engine looks at.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn checked(self, id: WindowId, policy: &Policy) -> Result<Window, Refused> {
        policy.company(&self.company).ok_or(Refused::Company)?;
        let systems: Vec<String> = self.systems.iter().map(|name| one_line(name)).collect();
        match (systems.is_empty(), self.whole_company) {
            (true, false) => return Err(Refused::NothingNamed),
            (false, true) => return Err(Refused::Both),
            _ => {}
        }
        let fits = |name: &String| (2..=CHARS_MAX).contains(&name.chars().count());
        if systems.len() > SYSTEMS_MAX || !systems.iter().all(fits) {
            return Err(Refused::Systems);
        }
        for name in &systems {
            usable(name).map_err(|why| match why {
                Unusable::SaysNothing => Refused::SaysNothing(name.clone()),
                Unusable::CannotBeSaid => Refused::CannotBeSaid(name.clone()),
            })?;
        }
        let title = one_line(&self.title);
        if !(1..=TITLE_CHARS_MAX).contains(&title.chars().count()) {
            return Err(Refused::Title);
        }
        let told = |text: Option<String>| match text.as_deref().map(one_line) {
            Some(text) if !(1..=CHARS_MAX).contains(&text.chars().count()) => Err(Refused::Told),
            text => Ok(text),
        };
        let told = Told { english: told(self.told.english)?, spanish: told(self.told.spanish)? };
        for (at, field) in [(self.starts, "starts"), (self.ends, "ends")] {
            if (at.second(), at.nanosecond()) != (0, 0) {
                return Err(Refused::Seconds(field));
            }
        }
        if self.ends <= self.starts {
            return Err(Refused::EndsBeforeItStarts);
        }
        let lasts = (self.ends - self.starts).num_minutes();
        let lasts_minutes = u32::try_from(lasts).ok().filter(|minutes| *minutes <= LASTS_MINUTES_MAX);
        let window = Window {
            id,
            company: self.company,
            systems,
            title,
            told,
            starts: self.starts,
            lasts_minutes: lasts_minutes.ok_or(Refused::TooLong)?,
            zone: self.zone,
            recurrence: self.recurrence,
            cancelled_at: None,
        };
        window.occurrence(window.starts).ok_or(Refused::EndsBeforeItStarts)?;
        Ok(window)
    }
}

impl From<Window> for Wanted {
    fn from(window: Window) -> Self {
        Self {
            ends: window.ends(),
            whole_company: window.is_of_whole_company(),
            company: window.company,
            systems: window.systems,
            title: window.title,
            told: window.told,
            starts: window.starts,
            zone: window.zone,
            recurrence: window.recurrence,
        }
    }
}

/// The time of an instant on the wall clock of a zone, where that means no other instant.
///
/// # Errors
/// [`Refused::SecondOfTwo`] with the name of the field.
pub fn wall_clock(at: DateTime<Utc>, zone: Tz, field: &'static str) -> Result<NaiveDateTime, Refused> {
    let local = at.with_timezone(&zone).naive_local();
    let first = first_instant(zone, local.date(), local.time());
    if first - at < TimeDelta::zero() { Err(Refused::SecondOfTwo(field)) } else { Ok(local) }
}

/// A text as one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
