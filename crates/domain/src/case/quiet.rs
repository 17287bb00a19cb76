//! A call that planned work kept quiet: nobody was woken for it, so its people are told when business opens.

use super::report;
use super::state::Case;
use super::transition::Step;
use crate::effect::{Alert, Effect};
use crate::private::Private;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Whether it was told that planned work has kept this case quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quiet {
    /// It is told when business opens.
    Waiting {
        /// When.
        until: DateTime<Utc>,
    },
    /// It was told, once and for all.
    Told {
        /// When.
        at: DateTime<Utc>,
    },
}

impl Case {
    /// When it has to be told that planned work has kept this case quiet; never where somebody is woken after all.
    pub(super) fn quiet_deadline(&self) -> Option<DateTime<Utc>> {
        match self.quiet {
            Some(Quiet::Waiting { until }) if self.suppressed_by().is_some() => Some(until),
            _ => None,
        }
    }
}

impl Step<'_> {
    /// More is known: perhaps it is planned work that keeps this quiet. Whoever was told is not told again.
    pub(super) fn quiet_or_not(&mut self) {
        if self.case.quiet.is_some() || self.case.suppressed_by().is_none() {
            return;
        }
        let (now, policy) = (self.context.now, self.context.policy);
        // An office that never opens hears of it a day later.
        let opening = policy.business_hours.next_opening(now, policy.time_zone);
        self.case.quiet = Some(Quiet::Waiting { until: opening.unwrap_or(now + TimeDelta::days(1)) });
    }

    /// Business has opened: mail and chat to the people on call, who slept through it.
    pub(super) fn quiet_due(&mut self) {
        let (now, policy) = (self.context.now, self.context.policy);
        if self.case.quiet_deadline().is_none_or(|until| now < until) {
            return;
        }
        let Some(planned) = self.case.suppressed_by() else { return };
        let body = format!(
            "Nobody was woken for this call, since planned work explains it.\n\
             Ticket {}, opened {}.\n\
             Planned work: {}.\n\
             If that work is done and this still fails, it is no longer explained.\n\
             All that was kept quiet lately: nightdesk windows suppressed\n\n{}",
            self.case.ticket.number,
            report::when(self.case.opened_at, policy, now),
            report::planned_words(planned, &self.case),
            report::account(&self.case, policy),
        );
        let to = policy.rungs().into_iter().filter_map(|person| person.email.clone()).collect();
        let subject = Private::new(format!("Kept quiet by planned work: {}", report::summary(&self.case, policy)));
        self.reason("window/told-in-the-morning", "");
        self.plan(Effect::Alert(Alert { to, subject, body: Private::new(body) }));
        self.case.quiet = Some(Quiet::Told { at: now });
    }
}
