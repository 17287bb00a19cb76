//! A schedule and its layers, and which turn of a layer's rotation a local time belongs to.

use super::hours::Hours;
use crate::ids::TechnicianId;
use chrono::{DateTime, Datelike, Months, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who is on call, as planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The zone of every local time below.
    pub time_zone: Tz,
    /// The layers, each with its own rotation: primary, secondary, manager.
    pub layers: Vec<Layer>,
}

impl Schedule {
    /// A layer by its name.
    pub fn layer(&self, name: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.name == name)
    }

    /// What to say of a layer that is not there.
    pub(super) fn no_layer(&self, name: &str) -> String {
        let names: Vec<&str> = self.layers.iter().map(|layer| layer.name.as_str()).collect();
        format!("{name:?} is none of the layers: {}", names.join(", "))
    }
}

/// One rotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Its name, unique in the schedule.
    pub name: String,
    /// The local time of the first hand-off, to the first of `people`. It fixes the beat in both directions: before
    /// it, the turns run backwards through the same people.
    pub start: NaiveDateTime,
    /// From one hand-off to the next, by the wall clock.
    pub every: Every,
    /// In the order of their turns; a person may have several.
    pub people: Vec<Member>,
    /// When in the week anybody is on call here; always, where it says nothing.
    #[serde(default, skip_serializing_if = "Hours::always")]
    pub hours: Hours,
}

/// The time from one hand-off to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// So many hours of the wall clock.
    Hours(u32),
    /// So many days, at the same time of day.
    Days(u32),
    /// So many weeks, on the same weekday at the same time.
    Weeks(u32),
    /// So many months, on the same day of the month; in a shorter month, on its last.
    Months(u32),
}

impl Every {
    /// How many, and of what.
    pub fn parts(self) -> (u32, &'static str) {
        match self {
            Every::Hours(count) => (count, "hours"),
            Every::Days(count) => (count, "days"),
            Every::Weeks(count) => (count, "weeks"),
            Every::Months(count) => (count, "months"),
        }
    }
}

/// A person's place in a rotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub person: Person,
    /// No turn that begins before this local time is dealt to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDateTime>,
    /// They are not on call from this local time on; a turn of theirs that has begun goes to the next in the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDateTime>,
}

impl Member {
    /// Somebody who was always there and stays.
    pub fn new(person: Person) -> Self {
        Self { person, from: None, until: None }
    }
}

/// Somebody who can be on call: in a tenant's rota a technician's id, in a free-standing schedule any name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Person(String);

impl Person {
    /// Somebody by name or id; whether such a person exists is for [`super::check_schedule`] and its caller to say.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name or id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The technician of this id; none where it could not be one.
    pub fn technician(&self) -> Option<TechnicianId> {
        TechnicianId::parse(&self.0).ok()
    }

    /// Whether this is that technician.
    pub fn is(&self, technician: &TechnicianId) -> bool {
        self.0 == technician.as_str()
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&TechnicianId> for Person {
    fn from(id: &TechnicianId) -> Self {
        Self(id.as_str().to_owned())
    }
}

const HOUR_SECONDS: i64 = 3_600;
const DAY_SECONDS: i64 = 24 * HOUR_SECONDS;

fn seconds(local: NaiveDateTime) -> i64 {
    local.and_utc().timestamp()
}

impl Layer {
    /// The number of the turn in which a local time lies; 0 is the turn that begins at `start`.
    pub(super) fn turn_at(&self, local: NaiveDateTime) -> i64 {
        match self.step() {
            Step::Seconds(step) => (seconds(local) - seconds(self.start)).div_euclid(step),
            Step::Months(step) => {
                let month = |at: NaiveDateTime| i64::from(at.year()) * 12 + i64::from(at.month0());
                let turn = (month(local) - month(self.start)).div_euclid(step);
                if self.turn_starts(turn) > local { turn - 1 } else { turn }
            }
        }
    }

    /// The local time at which a turn begins; the end of all time where the calendar has no such date.
    pub(super) fn turn_starts(&self, turn: i64) -> NaiveDateTime {
        let found = match self.step() {
            Step::Seconds(step) => turn
                .checked_mul(step)
                .and_then(TimeDelta::try_seconds)
                .and_then(|after| self.start.checked_add_signed(after)),
            Step::Months(step) => turn.checked_mul(step).and_then(|months| {
                let count = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
                if months < 0 { self.start.checked_sub_months(count) } else { self.start.checked_add_months(count) }
            }),
        };
        let beyond = if turn < 0 { DateTime::<chrono::Utc>::MIN_UTC } else { DateTime::<chrono::Utc>::MAX_UTC };
        found.unwrap_or(beyond.naive_utc())
    }

    /// A step of nothing is refused by the checks; here it counts as one, so that nothing divides by zero.
    fn step(&self) -> Step {
        let count = |count: u32| i64::from(count.max(1));
        match self.every {
            Every::Hours(hours) => Step::Seconds(count(hours) * HOUR_SECONDS),
            Every::Days(days) => Step::Seconds(count(days) * DAY_SECONDS),
            Every::Weeks(weeks) => Step::Seconds(count(weeks) * 7 * DAY_SECONDS),
            Every::Months(months) => Step::Months(count(months)),
        }
    }
}

enum Step {
    Seconds(i64),
    Months(i64),
}
