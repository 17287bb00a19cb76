//! How an alert stands, for whoever sent it: a projection of its case.

use super::alert::ToolAlert;
use super::state::{Case, Page, PageOutcome, PageState, Work};
use crate::ids::{CaseId, CompanyId, PsaTicketId, TechnicianId, TicketNumber};
use crate::policy::{Channel, Policy};
use crate::vocabulary::{Category, Priority};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

/// How an alert stands. It names technicians, and no other person; nothing of what the tool wrote is repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlertStatus {
    /// Its name.
    pub id: CaseId,
    /// The tool that sent it.
    pub source: String,
    /// Where it stands.
    #[serde(flatten)]
    pub state: AlertState,
    /// How urgent it is taken to be.
    pub priority: Priority,
    /// How urgent the tool has called it; its words may have raised that.
    pub stated_priority: Priority,
    /// What kind of problem.
    pub category: Option<Category>,
    /// The client.
    pub company: Option<CompanyId>,
    /// When it came.
    pub opened_at: DateTime<Utc>,
    /// When it is forgotten: until then its key means this alert.
    pub expires_at: DateTime<Utc>,
    /// Our number of its ticket.
    pub ticket: TicketNumber,
    /// The number in the ticketing system; none until that has answered.
    pub psa_ticket: Option<PsaTicketId>,
    /// Who was paged, the oldest first.
    pub pages: Vec<AlertPage>,
}

/// Where an alert stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AlertState {
    /// There is a ticket, and nobody is woken for it.
    Filed,
    /// The first on the ladder is being paged.
    Paging,
    /// Whoever was first did not accept; others are being paged.
    Escalated {
        /// The rung, from 1.
        rung: u32,
        /// How many pages there were so far.
        tries: u32,
    },
    /// Somebody has it.
    Acknowledged {
        /// The technician's name.
        acknowledged_by: String,
        /// Since when.
        acknowledged_at: DateTime<Utc>,
    },
    /// The ladder was tried in vain.
    NoAnswer {
        /// When it begins again; none: it does not.
        again_at: Option<DateTime<Utc>>,
    },
    /// Somebody says that it is taken care of.
    Handled,
}

impl AlertState {
    /// Its name, as JSON has it.
    pub fn name(&self) -> &'static str {
        match self {
            AlertState::Filed => "filed",
            AlertState::Paging => "paging",
            AlertState::Escalated { .. } => "escalated",
            AlertState::Acknowledged { .. } => "acknowledged",
            AlertState::NoAnswer { .. } => "no_answer",
            AlertState::Handled => "handled",
        }
    }
}

/// One page of an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlertPage {
    /// From 1.
    pub page: u32,
    /// The rung, from 1.
    pub rung: u32,
    /// The technician's id.
    pub technician: TechnicianId,
    /// The technician's name.
    pub name: String,
    /// By which channel.
    pub by: Channel,
    /// When it was ordered, or will be due.
    pub ordered_at: DateTime<Utc>,
    /// What came of it; none while it is open.
    pub outcome: Option<PageOutcome>,
}

impl Case {
    /// How the alert stands; none for what a caller has told, and for a drill.
    pub fn alert_status(&self, policy: &Policy) -> Option<AlertStatus> {
        let alert = self.alert.as_ref()?;
        Some(AlertStatus {
            id: self.id.clone(),
            source: alert.source.clone(),
            state: self.alert_state(policy),
            priority: self.brief.priority,
            stated_priority: alert.priority,
            category: self.brief.category,
            company: alert.company.clone(),
            opened_at: self.opened_at,
            expires_at: self.alert_expires_at(policy),
            ticket: self.ticket.number.clone(),
            psa_ticket: self.ticket.psa.clone(),
            pages: self.pages.iter().map(|page| of_page(page, policy)).collect(),
        })
    }

    /// The alert, while it is not forgotten.
    pub fn remembered_alert(&self, policy: &Policy, now: DateTime<Utc>) -> Option<&ToolAlert> {
        self.alert.as_ref().filter(|_| now < self.alert_expires_at(policy))
    }

    /// When an alert is forgotten, by the settings that it pinned.
    pub fn alert_expires_at(&self, policy: &Policy) -> DateTime<Utc> {
        self.opened_at + TimeDelta::days(i64::from(policy.alerts.keep_days))
    }

    fn alert_state(&self, policy: &Policy) -> AlertState {
        if let Some(Page { technician, state: PageState::Accepted { at, .. }, .. }) = self.accepted() {
            return AlertState::Acknowledged { acknowledged_by: name_of(technician, policy), acknowledged_at: *at };
        }
        match self.work {
            Work::Filed => AlertState::Filed,
            Work::Paging { rung: 0, tries: 0, .. } if self.rounds == 1 => AlertState::Paging,
            Work::Paging { rung, .. } => AlertState::Escalated { rung: rung + 1, tries: self.pages_ordered },
            Work::Pausing { until } => AlertState::NoAnswer { again_at: Some(until) },
            Work::Handled => AlertState::Handled,
            // Nobody is joined with anybody here.
            Work::Unanswered
            | Work::Held { .. }
            | Work::Joining { .. }
            | Work::Talking { .. }
            | Work::Parting { .. } => AlertState::NoAnswer { again_at: None },
        }
    }
}

fn of_page(page: &Page, policy: &Policy) -> AlertPage {
    AlertPage {
        page: page.number,
        rung: page.rung + 1,
        technician: page.technician.clone(),
        name: name_of(&page.technician, policy),
        by: page.channel,
        ordered_at: page.ordered_at,
        outcome: match page.state {
            PageState::Ringing { .. } | PageState::Briefing { .. } => None,
            PageState::Accepted { .. } => Some(PageOutcome::Accepted),
            PageState::Ended { outcome, .. } => Some(outcome),
        },
    }
}

fn name_of(technician: &TechnicianId, policy: &Policy) -> String {
    policy.technician(technician).map_or_else(|| technician.to_string(), |person| person.name.clone())
}
