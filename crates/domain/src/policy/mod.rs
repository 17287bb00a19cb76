//! What a tenant has decided: an immutable version of its settings, companies, runbooks and people.
//!
//! A call pins one version when it opens, so that a change at midnight never alters a call half-way.
//! Secrets are not here; neither are contacts, which are records of their own.

use crate::consent::TextsPolicy;
use crate::ids::{CompanyId, TechnicianId, TenantId};
use crate::limits::ALERT_KEEP_DAYS;
use crate::phone::PhoneNumber;
use crate::rota::{Override, Schedule, oncall_at};
use crate::skills::Weights;
use crate::vocabulary::{Category, Language, Priority};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

mod hours;
mod ladder;

pub use hours::{BusinessHours, CallbackPolicy, first_instant};
pub(crate) use ladder::WAKING;
pub use ladder::{Budget, Channel, Ladder, PagingPolicy, Reach, Rung, Technician, Way, Who};

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
    /// Who is woken, in this order, where none of `ladders` fits; the manager comes last of all.
    pub ladder: Vec<TechnicianId>,
    /// The last rung.
    pub manager: Option<TechnicianId>,
    /// Who is on call when, by layers; none: `ladder` is all there is.
    #[serde(default)]
    pub rota: Option<Schedule>,
    /// Ladders for some companies and priorities; the first that fits counts.
    #[serde(default)]
    pub ladders: Vec<Ladder>,
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
    /// Alerts of other tools.
    #[serde(default)]
    pub alerts: AlertsPolicy,
}

/// Alerts of other tools. Who may send them is no setting that is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertsPolicy {
    /// How long they are remembered, in days: their status can be read, and their key means them.
    pub keep_days: u32,
}

impl Default for AlertsPolicy {
    fn default() -> Self {
        Self { keep_days: ALERT_KEEP_DAYS }
    }
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

impl Policy {
    /// A company by its identifier.
    pub fn company(&self, id: &CompanyId) -> Option<&Company> {
        self.companies.iter().find(|company| &company.id == id)
    }

    /// A technician by identifier.
    pub fn technician(&self, id: &TechnicianId) -> Option<&Technician> {
        self.technicians.iter().find(|technician| &technician.id == id)
    }

    /// Whom the rota has on call at an instant, with the changes that were made to it: in one layer or in all.
    pub fn on_call(&self, overrides: &[Override], layer: Option<&str>, at: DateTime<Utc>) -> Vec<&Technician> {
        let Some(schedule) = &self.rota else { return Vec::new() };
        let on_call = oncall_at(schedule, overrides, at);
        let of_layer = on_call.iter().filter(|on_call| layer.is_none_or(|layer| on_call.layer == layer));
        of_layer.filter_map(|on_call| self.technician(&on_call.person.technician()?)).collect()
    }

    /// The line that was dialled.
    pub fn line(&self, dialled: &PhoneNumber) -> Option<&Line> {
        self.lines.iter().find(|line| &line.number == dialled)
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
