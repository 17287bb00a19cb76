//! How a call begins: which facts it wants, who the caller seems to be, and whether the office is rung first.

use super::state::{Call, CallState, Identity, Lead, Question, WakeFloor};
use super::{Arrival, CallEvent};
use crate::facts::{Contact, Facts, Needs};
use crate::ids::CompanyId;
use crate::limits::{TALK_SECONDS_MAX, TURN_SECONDS_MAX, WINDOWS_PER_CALL_MAX};
use crate::machine::{Context, Transition, Verdict};
use crate::policy::Policy;
use crate::vocabulary::Language;
use crate::windows::Occurrence;
use chrono::{DateTime, TimeDelta, Utc};

impl Arrival {
    /// The facts that opening a call wants.
    pub fn needs(&self) -> Needs {
        Needs { contacts_of: self.from.clone(), windows: true, ..Needs::default() }
    }
}

impl Call {
    /// The facts that an event of an open call will want, found by deciding it once without any: a case that begins
    /// asks who is on call, and for open cases of the company that the caller could join; every other turn wants
    /// nothing.
    pub fn needs(&self, policy: &Policy, now: DateTime<Utc>, event: &CallEvent) -> Needs {
        let facts = Facts::default();
        let Some(case) = self.transition(&Context { policy, facts: &facts, now }, event).opens else {
            return Needs::default();
        };
        Needs { on_call: case.brief.wake, outages_of: case.brief.company, ..Needs::default() }
    }

    /// Answers a call. Nothing is waited for: the greeting is the first reply.
    pub fn open(context: &Context<'_>, arrival: &Arrival) -> Transition<Call> {
        let Context { policy, facts, now } = *context;
        let open = policy.business_hours.open_at(now, policy.time_zone);
        let state = if open && policy.office.is_some() {
            // The carrier reports the end of the ringing, or of the talk with the office, which may last.
            CallState::RingingOffice { until: now + TimeDelta::seconds(i64::from(TALK_SECONDS_MAX)) }
        } else {
            CallState::Asking {
                question: Question::Open,
                silences: 0,
                mishears: 0,
                lead: Lead::Greeting,
                until: now + TimeDelta::seconds(i64::from(TURN_SECONDS_MAX)),
            }
        };
        let identity = identify(policy, arrival, &facts.contacts);
        let call = Call {
            windows: of_company(&facts.windows, identity.company.as_ref()),
            planned_told: false,
            joined: None,
            joined_told: false,
            id: arrival.call.clone(),
            tenant: arrival.tenant.clone(),
            policy_version: policy.version,
            opened_at: now,
            dialled: arrival.dialled.clone(),
            from: arrival.from.clone(),
            identity,
            language: Language::English,
            turns: Vec::new(),
            overheard: None,
            assessment: None,
            opinion: None,
            turns_asked_about: 0,
            number_given: None,
            name_given: None,
            callback_given: None,
            // To the number that the network showed, and to no other.
            texts_offered: policy.texts.to_callers && arrival.from.is_some(),
            texts_agreed: false,
            texts_refused: false,
            turn: 1,
            asked: Vec::new(),
            case_open: false,
            ticket: None,
            disposition: None,
            promise: None,
            news: Vec::new(),
            news_taken: 0,
            recordings: Vec::new(),
            transcribed: false,
            written: Vec::new(),
            floor: WakeFloor::None,
            briefs_sent: 0,
            effects_planned: 0,
            reasons: Vec::new(),
            state,
        };
        Transition { state: call, effects: Vec::new(), opens: None, verdict: Verdict::Applied }
    }
}

/// The planned work that can matter to this call: that of the caller's company, and of every company while it is not
/// known which.
fn of_company(windows: &[Occurrence], company: Option<&CompanyId>) -> Vec<Occurrence> {
    let matters = |it: &&Occurrence| company.is_none_or(|company| *company == it.window.company);
    windows.iter().filter(matters).take(WINDOWS_PER_CALL_MAX).cloned().collect()
}

/// Who the number says it is. A shared number names the company if all its owners work there, never a
/// person; an unknown or withheld one leaves what the dialled line says.
fn identify(policy: &Policy, arrival: &Arrival, contacts: &[Contact]) -> Identity {
    let of_line = policy.line(&arrival.dialled).and_then(|line| line.company.clone());
    let Some(first) = contacts.first() else {
        return Identity { name: None, company: of_line };
    };
    let one_company = contacts.iter().all(|contact| contact.company == first.company);
    Identity {
        name: (contacts.len() == 1).then(|| first.name.clone()),
        company: if one_company { Some(first.company.clone()) } else { of_line },
    }
}
