//! What a tenant has decided: an immutable version of its settings, companies, runbooks and people.
//!
//! A call pins one version when it opens, so that a change at midnight never alters a call half-way.
//! Secrets are not here; neither are contacts, which are records of their own.

use crate::consent::TextsPolicy;
use crate::ids::{CompanyId, TechnicianId, TenantId};
use crate::phone::PhoneNumber;
use crate::rota::Schedule;
use crate::skills::{LOAD_MAX, Shift, Weights};
use crate::vocabulary::{Category, Language, Priority};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One version of a tenant's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Whose settings these are.
    pub tenant: TenantId,
    /// Counts up from 1 with each import.
    pub version: u32,
    /// The MSP's name as callers know it.
    pub name: String,
    /// The zone of all wall-clock times below.
    pub time_zone: Tz,
    /// When the office is open; every other hour is night.
    pub business_hours: BusinessHours,
    /// What "in the morning" and other times that callers say mean here.
    #[serde(default)]
    pub callback: CallbackPolicy,
    /// What callers hear first.
    pub greeting: Greeting,
    /// The numbers that callers dial.
    pub lines: Vec<Line>,
    /// The number that technicians see when they are paged; also the sender of texts.
    pub caller_id: PhoneNumber,
    /// The office's own telephone, rung first in open hours; none: the assistant answers at every hour.
    pub office: Option<PhoneNumber>,
    /// Dialled when nothing else works.
    pub emergency: PhoneNumber,
    /// The client companies.
    pub companies: Vec<Company>,
    /// The people who can be woken.
    pub technicians: Vec<Technician>,
    /// Who is woken, in this order; the manager comes last of all.
    pub ladder: Vec<TechnicianId>,
    /// The last rung.
    pub manager: Option<TechnicianId>,
    /// Who is on call when; none: the ladder alone says whom to wake.
    #[serde(default)]
    pub rota: Option<Schedule>,
    /// How people are woken.
    pub paging: PagingPolicy,
    /// What counts, and how much, where a step of the ladder asks by skill.
    #[serde(default)]
    pub skill_match: Weights,
    /// What a language model is asked.
    #[serde(default)]
    pub model: ModelPolicy,
    /// Who writes messages down.
    #[serde(default)]
    pub transcription: TranscriptionBy,
    /// Texts to callers.
    #[serde(default)]
    pub texts: TextsPolicy,
}

/// What a language model is asked; nothing unless the tenant wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelPolicy {
    /// Whether it is asked how urgent a call is, while the caller is on the line.
    pub opinion: bool,
    /// Whether it writes an account of each case into its ticket.
    pub summary: bool,
}

/// Who writes recorded messages down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TranscriptionBy {
    /// The carrier, which reports by itself; Twilio writes English alone.
    #[default]
    Carrier,
    /// The transcription service that is configured beside it, in either language.
    Service,
}

/// The office's week and its days off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessHours {
    /// The days on which the office opens.
    pub days: Vec<Weekday>,
    /// Local opening time.
    pub opens: NaiveTime,
    /// Local closing time, later than `opens`.
    pub closes: NaiveTime,
    /// Local dates on which the office stays closed.
    pub holidays: Vec<NaiveDate>,
}

/// What the words for times of day mean to a tenant, in local time; a stretch is from its first time to its second.
///
/// A stretch whose end is not later than its start ends on the next day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallbackPolicy {
    /// "In the morning", and "before lunch" up to where `lunch` begins.
    pub morning: (NaiveTime, NaiveTime),
    /// "In the afternoon"; "after lunch" runs from the end of `lunch` to its end.
    pub afternoon: (NaiveTime, NaiveTime),
    /// "In the evening", "tonight", "tomorrow night".
    pub evening: (NaiveTime, NaiveTime),
    /// "Late tonight", "late at night".
    pub night: (NaiveTime, NaiveTime),
    /// "At lunch"; before and after it are "before lunch" and "after lunch".
    pub lunch: (NaiveTime, NaiveTime),
    /// "First thing", "when you open".
    pub first_thing: NaiveTime,
    /// "Mid-morning".
    pub mid_morning: NaiveTime,
    /// "Mid-afternoon".
    pub mid_afternoon: NaiveTime,
    /// "End of the day", "close of business"; also where a whole day, and "any time after ten", ends.
    pub end_of_day: NaiveTime,
    /// Where a whole day ("on Friday") begins.
    pub day_starts: NaiveTime,
    /// Bare hours are meant from here on: "at seven" can be 07:00, "at six" is 18:00.
    pub bare_hours_from: NaiveTime,
    /// Bare hours are meant before this: "at seven" can be 19:00, "at eight" is 08:00.
    pub bare_hours_until: NaiveTime,
    /// After midnight and before this, "tomorrow morning" is the morning that comes next.
    pub night_ends: NaiveTime,
}

impl Default for CallbackPolicy {
    fn default() -> Self {
        let at = |hour: u32, minute: u32| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN);
        Self {
            morning: (at(8, 0), at(12, 0)),
            afternoon: (at(12, 0), at(17, 0)),
            evening: (at(17, 0), at(20, 0)),
            night: (at(20, 0), at(0, 0)),
            lunch: (at(12, 0), at(13, 0)),
            first_thing: at(8, 0),
            mid_morning: at(10, 0),
            mid_afternoon: at(15, 0),
            end_of_day: at(17, 0),
            day_starts: at(8, 0),
            bare_hours_from: at(7, 0),
            bare_hours_until: at(20, 0),
            night_ends: at(4, 0),
        }
    }
}

impl CallbackPolicy {
    /// The defaults, with the office's own hours for "first thing", "end of the day" and a whole day.
    pub fn for_hours(hours: &BusinessHours) -> Self {
        let (opens, closes) = (hours.opens, hours.closes);
        Self { first_thing: opens, day_starts: opens, end_of_day: closes, ..Self::default() }
    }
}

/// The tenant's own first words, per language; the name of the line and "assistant" are always said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeting {
    /// Said to everybody at first.
    pub english: String,
    /// Said once the caller is found to speak Spanish.
    pub spanish: String,
}

impl Greeting {
    /// The text in a language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english,
            Language::Spanish => &self.spanish,
        }
    }
}

/// A number that callers dial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The number.
    pub number: PhoneNumber,
    /// The company that alone uses this line, if one does.
    pub company: Option<CompanyId>,
}

/// A client company and what the MSP knows of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    /// Its identifier within the tenant.
    pub id: CompanyId,
    /// Its name as people say it.
    pub name: String,
    /// Other names that callers use for it.
    pub also_called: Vec<String>,
    /// What to know and do for it.
    pub runbook: Runbook,
    /// Its identifier (`company.identifier`) in the ticketing system; none: the catch-all company.
    pub psa_company: Option<String>,
}

/// One company's rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runbook {
    /// Names of systems whose failure stops this company.
    pub critical_systems: Vec<String>,
    /// Rules in plain language, in order.
    pub rules: Vec<RunbookRule>,
    /// What the MSP does not look after; written into the ticket, never a reason to drop a call.
    pub out_of_scope: Vec<String>,
    /// Written into the ticket.
    pub notes: String,
}

/// "When a caller says this, it is at least (or exactly) that urgent."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunbookRule {
    /// The trigger in plain language: "the till does not print receipts".
    pub when: String,
    /// The priority that it asks for.
    pub priority: Priority,
}

/// A person who can be woken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Technician {
    /// The identifier within the tenant.
    pub id: TechnicianId,
    /// The name that callers hear.
    pub name: String,
    /// The telephone that is rung; none makes an empty rung, which is skipped at once.
    pub number: Option<PhoneNumber>,
    /// The address that alerts go to.
    pub email: Option<String>,
    /// How well they know each field, 1 to [`crate::skills::PROFICIENCY_MAX`]; what is missing is 0.
    #[serde(default)]
    pub skills: BTreeMap<Category, u8>,
    /// How experienced they are, 1 to [`crate::skills::TIER_MAX`].
    #[serde(default = "lowest_tier")]
    pub tier: u8,
    /// How many cases they may have in hand before skill match passes them over, from 1.
    #[serde(default = "usual_load")]
    pub load_max: u32,
    /// When skill match may ask them.
    #[serde(default)]
    pub shift: Shift,
}

impl Technician {
    /// A person of whom only the name is known: to be built upon.
    pub fn new(id: TechnicianId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            number: None,
            email: None,
            skills: BTreeMap::new(),
            tier: lowest_tier(),
            load_max: usual_load(),
            shift: Shift::default(),
        }
    }
}

fn lowest_tier() -> u8 {
    1
}

fn usual_load() -> u32 {
    LOAD_MAX
}

/// How people are woken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PagingPolicy {
    /// How long one telephone rings, 10 to 60 seconds.
    pub ring_seconds: u32,
    /// Pause before an unanswered Critical case starts at the first rung again, in minutes.
    pub repeat_minutes: u32,
    /// Whether a High case wakes somebody; otherwise it is a callback or a ticket.
    pub wake_for_high: bool,
}

impl Default for PagingPolicy {
    fn default() -> Self {
        Self { ring_seconds: 25, repeat_minutes: 15, wake_for_high: true }
    }
}

impl BusinessHours {
    /// Whether the office is open at an instant.
    pub fn open_at(&self, at: DateTime<Utc>, zone: Tz) -> bool {
        let local = at.with_timezone(&zone).naive_local();
        self.open_on(local.date()) && (self.opens..self.closes).contains(&local.time())
    }

    /// Whether the office opens at all on a local date.
    pub fn open_on(&self, date: NaiveDate) -> bool {
        self.days.contains(&date.weekday()) && !self.holidays.contains(&date)
    }

    /// The next opening after an instant, within a year; none where the office never opens.
    ///
    /// An opening time that a clock change skips moves to the first instant that exists.
    pub fn next_opening(&self, after: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let today = after.with_timezone(&zone).date_naive();
        (0..=366)
            .filter_map(|days| today.checked_add_days(Days::new(days)))
            .filter(|date| self.open_on(*date))
            .map(|date| first_instant(zone, date, self.opens))
            .find(|opening| *opening > after)
    }
}

/// The first instant at or after a local wall-clock time: a time that occurs twice means its first
/// occurrence, a time that a clock change skips means the first instant after the gap.
pub fn first_instant(zone: Tz, date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    let mut local = date.and_time(time);
    // Gaps are at most a day long (Samoa skipped 30 December 2011); they end on a quarter of an hour.
    for _ in 0..=(24 * 60) {
        if let Some(instant) = zone.from_local_datetime(&local).earliest() {
            return instant.with_timezone(&Utc);
        }
        let Some(later) = local.checked_add_signed(chrono::Duration::minutes(1)) else { break };
        local = later;
    }
    date.and_time(time).and_utc()
}

impl Policy {
    /// A company by its identifier.
    pub fn company(&self, id: &CompanyId) -> Option<&Company> {
        self.companies.iter().find(|company| &company.id == id)
    }

    /// A technician by identifier.
    pub fn technician(&self, id: &TechnicianId) -> Option<&Technician> {
        self.technicians.iter().find(|technician| &technician.id == id)
    }

    /// The line that was dialled.
    pub fn line(&self, dialled: &PhoneNumber) -> Option<&Line> {
        self.lines.iter().find(|line| &line.number == dialled)
    }

    /// The rungs of the ladder in order, the manager last, nobody twice.
    pub fn rungs(&self) -> Vec<&Technician> {
        let mut rungs: Vec<&Technician> = Vec::new();
        for id in self.ladder.iter().chain(&self.manager) {
            if let Some(technician) = self.technician(id)
                && !rungs.iter().any(|known| known.id == technician.id)
            {
                rungs.push(technician);
            }
        }
        rungs
    }

    /// When an unanswered Critical case that began then starts at the first rung again; none where the office
    /// opens before that: whoever comes in sees it red.
    pub fn repeats_after(&self, began: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let again = now + chrono::Duration::minutes(i64::from(self.paging.repeat_minutes));
        (!self.opened_between(began, again)).then_some(again)
    }

    /// Whether the office opens after the one instant and by the other.
    pub fn opened_between(&self, after: DateTime<Utc>, by: DateTime<Utc>) -> bool {
        self.business_hours.next_opening(after, self.time_zone).is_some_and(|opening| opening <= by)
    }

    /// Words that help a carrier's speech recogniser on this tenant's calls.
    pub fn speech_hints(&self) -> Vec<&str> {
        let names = self.companies.iter().flat_map(|c| std::iter::once(&c.name).chain(&c.also_called));
        let systems = self.companies.iter().flat_map(|c| &c.runbook.critical_systems);
        let fields = Category::ALL.iter().map(|c| c.label());
        names.chain(systems).map(String::as_str).chain(fields).collect()
    }
}
