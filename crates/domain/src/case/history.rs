//! What is known of a client from before this case: asked for while telephones ring, and never waited for.

use super::report::{self, shorten};
use super::state::{Brief, Case};
use super::transition::{Step, Taken};
use crate::effect::Effect;
use crate::limits::FIX_CHARS_MAX;
use crate::policy::Policy;
use crate::private::Private;
use crate::vocabulary::Category;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How a note begins that says what fixed the problem.
const FIXED: &str = "What fixed it: ";
/// The reason that keeps it in the case.
const TOLD: &str = "case/fixed";

/// What is known from before. Nothing is the ordinary case: a first call, or a ticketing system that is down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    /// How many tickets of the company are open in the ticketing system.
    pub open_tickets: Option<u32>,
    /// When the client's last case before this one began.
    pub last_call: Option<DateTime<Utc>>,
    /// What fixed the last problem like this one, in the words of whoever fixed it.
    pub last_fix: Option<Private>,
}

/// What the ticketing system is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryQuestion {
    /// The company as the ticketing system names it.
    pub company: String,
    /// What was fixed before, if it is known what kind of problem it is.
    pub category: Option<Category>,
}

/// Whether a note of ours says what fixed the problem.
pub(super) fn tells_a_fix(note: &str) -> bool {
    note.starts_with(FIXED)
}

/// What a resolving note says, on one line: without how ours begin and without the reference that ours end with.
/// None where nothing is left.
pub fn fix_in_note(note: &str) -> Option<Private> {
    let text = note.trim().strip_prefix(FIXED).unwrap_or(note).trim_end();
    let text = match text.rsplit_once('[') {
        Some((before, reference)) if reference.starts_with("case/") && reference.ends_with(']') => before,
        _ => text,
    };
    let fix = shorten(text, FIX_CHARS_MAX);
    (!fix.is_empty()).then(|| Private::new(fix))
}

impl History {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Case {
    /// What the ticketing system can be asked of this case; none where the company is unknown, here or there.
    pub fn history_question(&self, policy: &Policy) -> Option<HistoryQuestion> {
        let company = policy.company(self.brief.company.as_ref()?)?.psa_company.clone()?;
        Some(HistoryQuestion { company, category: self.brief.category })
    }

    /// When the same client last began a case before this one, among a tenant's newest cases.
    pub fn last_call_among(&self, cases: &[Case]) -> Option<DateTime<Utc>> {
        self.earlier(cases).filter(|other| other.has_caller()).map(|other| other.opened_at).max()
    }

    /// What fixed the same client's newest case of this category, where somebody has told us.
    pub fn last_fix_among(&self, cases: &[Case]) -> Option<Private> {
        let alike = self
            .earlier(cases)
            .filter(|other| self.brief.category.is_some() && other.brief.category == self.brief.category);
        let told = alike.filter_map(|other| {
            let fix = other.reasons.iter().rev().find(|reason| reason.rule == TOLD)?;
            Some((other.opened_at, fix_in_note(fix.words.reveal())?))
        });
        told.max_by_key(|(opened_at, _)| *opened_at).map(|(_, fix)| fix)
    }

    /// Cases of the same client before this one. The company tells who is the same, and where it is unknown the number.
    fn earlier<'a>(&'a self, cases: &'a [Case]) -> impl Iterator<Item = &'a Case> {
        let same = |other: &Case| match &self.brief.company {
            Some(company) => other.brief.company.as_ref() == Some(company),
            None => self.brief.number.is_some() && other.brief.number == self.brief.number,
        };
        let before = |other: &Case| other.id != self.id && other.drill.is_none() && other.opened_at < self.opened_at;
        cases.iter().filter(move |other| before(other) && same(other))
    }
}

impl Step<'_> {
    /// Has the past looked up where somebody is woken and the client is known, once for each client: `before` is what
    /// was known until now.
    pub(super) fn ask_history(&mut self, before: Option<&Brief>) {
        let brief = &self.case.brief;
        let known = brief.company.is_some() || brief.number.is_some();
        let asked = before.is_some_and(|before| before.wake && before.company == brief.company);
        if brief.wake && known && !asked {
            self.plan(Effect::AskHistory(self.case.id.clone()));
        }
    }

    /// Keeps what is known from before, and writes it into the ticket; the ticket was opened without it.
    pub(super) fn remember(&mut self, history: &History) -> Taken {
        if history.is_empty() || self.case.history.as_ref() == Some(history) {
            return Err("nothing new from before");
        }
        self.case.history = Some(history.clone());
        if let Some(text) = report::history(&self.case, self.context.policy) {
            self.note(Private::new(text));
        }
        Ok(())
    }

    /// Writes what fixed the problem into the ticket, where the next case like it finds it.
    pub(super) fn fixed(&mut self, by: &Private, how: &Private) -> Taken {
        let text = format!("{FIXED}{} ({})", shorten(how.reveal(), FIX_CHARS_MAX), by.reveal());
        if how.is_empty() || self.case.reasons.iter().any(|reason| reason.rule == TOLD && reason.words.reveal() == text)
        {
            return Err("nothing new about what fixed it");
        }
        self.reason(TOLD, text.as_str());
        self.note(Private::new(text));
        Ok(())
    }
}
