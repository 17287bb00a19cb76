//! Known outages: an open case takes the next callers with the like problem, and keeps whom to call back.

use super::report;
use super::state::{Brief, Case, Work};
use super::ticket::TicketStatus;
use super::transition::{Step, Taken};
use crate::ids::{CallId, CaseId, CompanyId, TechnicianId, TicketNumber};
use crate::limits::{JOINED_KEPT_MAX, KNOWN_OUTAGE_MINUTES, LIKE_CALLS_MINUTES, OUTAGE_HOURS_MAX};
use crate::private::Private;
use crate::triage::{Assessment, Fix, Telling};
use crate::vocabulary::{Category, Disposition, Priority};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// What makes a case one that callers with the like problem join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// Since when it is known.
    pub since: DateTime<Utc>,
    /// Until when callers join it.
    pub until: DateTime<Utc>,
    /// Who declared it; none: several like calls within minutes did.
    pub declared_by: Option<Private>,
    /// How urgent a call may be that joins.
    pub covers: Priority,
}

/// A caller who has joined the case of another: whom to call back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// The call.
    pub call: CallId,
    /// The newest account of it that was taken.
    pub said: u32,
    /// When the caller joined.
    pub at: DateTime<Utc>,
    /// The caller's name.
    pub name: Option<Private>,
    /// The number to reach the caller.
    pub number: Option<Private>,
    /// How many of the caller's turns the ticket has.
    pub turns: usize,
    /// How many of the caller's messages the ticket has.
    pub messages: usize,
}

/// An open case, as much of it as a call looks at that may join it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenCase {
    /// The case.
    pub case: CaseId,
    /// The number of its ticket.
    pub ticket: TicketNumber,
    /// Whose problem it is.
    pub company: CompanyId,
    /// What kind of problem.
    pub category: Option<Category>,
    /// The system named.
    pub system: Option<String>,
    /// How plainly its failure was told.
    #[serde(default)]
    pub telling: Telling,
    /// How urgent a call may be that joins.
    pub covers: Priority,
    /// In whose hands it is.
    pub hands: Hands,
}

/// In whose hands an open case is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hands {
    /// This technician has accepted it.
    Technician(TechnicianId),
    /// People are being woken for it.
    BeingWoken,
    /// A technician has declared it.
    Declared,
}

impl OpenCase {
    /// Whether what a caller tells is the like problem of the same company and no worse: the same system if both
    /// name one, else the same category; nothing of security or safety, no second problem beside it, and not a certain
    /// one of several ("the lab server"), which may be another than the one that is known.
    pub fn covers(&self, found: &Assessment, brief: &Brief) -> bool {
        let unsafe_now = found.danger || !brief.flags.is_empty();
        let attack = |category: Option<Category>| category.is_some_and(Category::is_attack);
        let alike = match (&self.system, &brief.system) {
            (Some(known), Some(told)) => known.eq_ignore_ascii_case(told),
            _ => self.category.is_some() && self.category == brief.category,
        };
        let second = found.secondary.is_some() && found.secondary != self.category;
        let certain = [self.telling, brief.telling].contains(&Telling::OneOfSeveral);
        brief.company.as_ref() == Some(&self.company)
            && alike
            && !certain
            && brief.priority <= self.covers
            && !(unsafe_now || second || attack(brief.category) || attack(found.secondary))
    }

    /// Whether a call that would begin a case of its own joins this one instead. What ends otherwise than in somebody
    /// being woken or a mere ticket has something of its own to keep: a promise, a message, a fix.
    pub fn takes(&self, found: &Assessment, brief: &Brief) -> bool {
        // Without a common name only what is told plainly can be the like problem.
        let named = self.system.is_some() && brief.system.is_some();
        let like = named || [self.telling, brief.telling] == [Telling::Plain; 2];
        let plain = brief.wake || brief.disposition == Some(Disposition::Ticket) && brief.planned.is_none();
        plain && like && brief.recordings.is_empty() && brief.fix == Fix::None && self.covers(found, brief)
    }
}

impl Case {
    /// The case as callers with the like problem may join it at an instant; none where it takes nobody: it is
    /// handled, red, closed, too old, a drill, of no known company, about security or safety, or nothing that somebody
    /// is woken for.
    pub fn open_to_callers(&self, now: DateTime<Utc>) -> Option<OpenCase> {
        let known_for_minutes = TimeDelta::minutes(i64::from(LIKE_CALLS_MINUTES));
        let young = match &self.outage {
            Some(outage) => now < outage.until,
            // What a tool has told may end by the tool's own word: a caller is not left to that.
            None => self.has_caller() && self.brief.wake && now - self.opened_at < known_for_minutes,
        };
        let attack = self.brief.category.is_some_and(Category::is_attack);
        let danger = self.brief.reasons.iter().any(|reason| reason.rule.starts_with("danger/"));
        let over = matches!(self.work, Work::Handled | Work::Unanswered) || self.ticket.status != TicketStatus::Open;
        if self.drill.is_some() || attack || danger || over || !young {
            return None;
        }
        let declared = self.outage.as_ref().is_some_and(|outage| outage.declared_by.is_some());
        Some(OpenCase {
            case: self.id.clone(),
            ticket: self.ticket.number.clone(),
            company: self.brief.company.clone()?,
            category: self.brief.category,
            system: self.brief.system.clone(),
            // Whoever declares it means every like call.
            telling: if declared { Telling::Plain } else { self.brief.telling },
            covers: self.outage.as_ref().map_or(self.brief.priority, |outage| outage.covers.max(self.brief.priority)),
            hands: match (self.accepted(), &self.work) {
                (Some(page), _) => Hands::Technician(page.technician.clone()),
                (None, Work::Filed) => Hands::Declared,
                (None, _) => Hands::BeingWoken,
            },
        })
    }
}

impl Step<'_> {
    /// Another caller has the like problem, or tells more of it. Nobody is woken for it who is being woken already;
    /// whoever has paused begins again, and a case that was closed or given up meanwhile is taken up again.
    pub(super) fn caller_joined(&mut self, call: &CallId, number: u32, brief: &Brief) -> Taken {
        if *call == self.case.caller.call {
            return Err("this caller opened the case");
        }
        let now = self.context.now;
        let place = self.case.joined.iter().position(|known| known.call == *call);
        let before = place.and_then(|place| self.case.joined.get(place)).cloned();
        let first = before.is_none();
        if before.as_ref().is_some_and(|known| known.said >= number) {
            return Err("an older account of what was said");
        }
        let joined = Joined {
            call: call.clone(),
            said: number,
            at: before.as_ref().map_or(now, |known| known.at),
            name: brief.name.clone(),
            number: brief.number.clone(),
            turns: brief.words.len(),
            messages: brief.recordings.len(),
        };
        let same = before.as_ref().is_some_and(|known| Joined { said: number, ..known.clone() } == joined);
        if !same {
            let known = before.map_or((0, 0), |known| (known.turns, known.messages));
            let text = report::joined(brief, known, now, self.context.policy.time_zone);
            self.note(Private::new(text));
        }
        match place.and_then(|place| self.case.joined.get_mut(place)) {
            Some(known) => *known = joined,
            None => self.case.joined.push(joined),
        }
        let surplus = self.case.joined.len().saturating_sub(JOINED_KEPT_MAX);
        self.case.joined.drain(..surplus);
        if self.case.outage.is_none() {
            let until = self.case.opened_at + TimeDelta::minutes(i64::from(KNOWN_OUTAGE_MINUTES));
            let covers = self.case.brief.priority;
            self.case.outage = Some(Outage { since: now, until, declared_by: None, covers });
            self.reason("outage/like-calls", "");
        }
        let again = match self.case.work {
            Work::Pausing { .. } => first,
            // The call looked before this changed.
            Work::Handled | Work::Unanswered => brief.wake,
            Work::Filed => brief.wake && self.case.outage.as_ref().is_none_or(|outage| outage.declared_by.is_none()),
            _ => false,
        };
        if again {
            self.reason("outage/another-caller", "");
            self.case.brief.wake = true;
            self.case.brief.priority = self.case.brief.priority.max(brief.priority);
            self.begin_round();
        }
        Ok(())
    }

    /// A technician says that this is a known outage: the next callers join it until then. Refused where none could.
    pub(super) fn outage_declared(&mut self, by: &Private, until: DateTime<Utc>, covers: Option<Priority>) -> Taken {
        let now = self.context.now;
        let bound = now + TimeDelta::hours(i64::from(OUTAGE_HOURS_MAX));
        let covers = covers.unwrap_or(self.case.brief.priority).max(self.case.brief.priority);
        let since = self.case.outage.as_ref().map_or(now, |known| known.since);
        let before = self.case.outage.take();
        self.case.outage = Some(Outage { since, until: until.min(bound), declared_by: Some(by.clone()), covers });
        if self.case.open_to_callers(now).is_none() {
            self.case.outage = before;
            return Err("callers cannot join this case");
        }
        self.note(Private::new(format!("Declared a known outage by {}: like calls join this ticket.", by.reveal())));
        Ok(())
    }

    /// From now on nobody joins this case.
    pub(super) fn outage_ended(&mut self, by: &Private) -> Taken {
        let now = self.context.now;
        let Some(outage) = self.case.outage.as_mut().filter(|outage| outage.until > now) else {
            return Err("it is no known outage");
        };
        outage.until = now;
        self.note(Private::new(format!("The outage was ended by {}: like calls open tickets again.", by.reveal())));
        Ok(())
    }
}
