//! How a call ends: waking somebody, a promise, a stored message, and the case that remembers it.

use super::state::{Call, CallState, Farewell, WakeFloor};
use super::transition::Step;
use crate::case::{Brief, Case, CaseEvent, OpenCase, Promise};
use crate::effect::Effect;
use crate::ids::{CaseId, TicketNumber};
use crate::private::Private;
use crate::triage::{Assessment, CallbackTime, Explained, Fix, Reason, fit};
use crate::vocabulary::{Disposition, Priority};
use crate::windows::Occurrence;
use chrono::{DateTime, Utc};

impl Step<'_> {
    /// Begins to wake people, in this very commit.
    pub(super) fn escalate(&mut self, found: &Assessment) {
        self.call.disposition = Some(Disposition::Escalate);
        if self.call.case_open {
            self.tell_case();
        } else {
            self.open_case(found);
        }
    }

    /// Wakes people if the words ask for it; used where nobody can be asked any more.
    pub(super) fn escalate_if_it_wakes(&mut self) {
        let Some(found) = self.call.assessment.clone() else { return };
        if found.unsure && self.call.floor < WakeFloor::Critical {
            self.reason("call/unsure-and-nobody-left-to-ask");
            self.call.floor = WakeFloor::Critical;
        }
        if self.wakes(&found) && self.call.disposition != Some(Disposition::Escalate) {
            self.escalate(&found);
        }
    }

    /// The caller has gone before the conversation ended.
    pub(super) fn finish_without_asking(&mut self) {
        self.reassess_if_never();
        self.escalate_if_it_wakes();
        if self.call.case_open {
            return;
        }
        self.reason("call/caller-hung-up");
        let found = self.call.assessment.clone().unwrap_or_else(|| self.assessed());
        self.settle_without_waking(&found);
    }

    /// A message was stored.
    pub(super) fn finish_with_message(&mut self) {
        self.call.disposition.get_or_insert(Disposition::Voicemail);
        if self.call.disposition != Some(Disposition::Escalate) {
            self.call.disposition = Some(Disposition::Voicemail);
        }
        self.reassess_if_never();
        self.escalate_if_it_wakes();
        if self.call.case_open {
            self.tell_case();
        } else {
            let found = self.call.assessment.clone().unwrap_or_else(|| self.assessed());
            self.open_case(&found);
        }
    }

    /// The beep was heard and nothing was recorded, or not yet.
    pub(super) fn end_without_message(&mut self) {
        self.reassess_if_never();
        self.escalate_if_it_wakes();
        if !self.call.case_open {
            self.call.disposition = Some(Disposition::Voicemail);
            let found = self.call.assessment.clone().unwrap_or_else(|| self.assessed());
            self.open_case(&found);
        }
    }

    /// A message exists and its words never came: that is *unsure*, and unsure wakes.
    pub(super) fn escalate_untranscribed(&mut self) {
        self.reason("call/message-without-transcript");
        self.call.floor = WakeFloor::Critical;
        let found = self.call.assessment.clone().unwrap_or_else(|| self.assessed());
        let kept = self.call.disposition;
        self.escalate(&found);
        // It stays a voicemail in the books: that is how the call ended.
        self.call.disposition = kept;
    }

    pub(super) fn reassess_if_never(&mut self) {
        if self.call.assessment.is_none() {
            self.reassess();
        }
    }

    /// Promises a call, within the hours in which somebody is there to keep it.
    pub(super) fn promise(&mut self, when: CallbackTime) -> (Disposition, Farewell) {
        if !self.call.can_be_reached() {
            // Nobody can call back a number that nobody knows.
            self.reason("callback/no-number");
            return (Disposition::Ticket, Farewell::Ticket);
        }
        let policy = self.context.policy;
        let Some(kept) = fit(when, &policy.business_hours, policy.time_zone, self.context.now) else {
            // An office that never opens cannot promise a time.
            return (Disposition::Ticket, Farewell::Ticket);
        };
        if kept.moved {
            self.reason("callback/moved-into-business-hours");
        }
        self.call.promise = Some(Promise { from: kept.from, until: kept.until });
        (Disposition::Callback, Farewell::Callback)
    }

    pub(super) fn open_case(&mut self, found: &Assessment) {
        if self.call.case_open {
            return self.tell_case();
        }
        let brief = self.brief(found);
        if let Some(open) = self.context.facts.outages.iter().find(|open| open.takes(found, &brief)) {
            return self.join(open.clone(), brief);
        }
        self.call.case_open = true;
        self.call.briefs_sent += 1;
        let number = TicketNumber::derive(&self.call.id.case(), self.context.facts.attempt);
        self.call.ticket = Some(number.clone());
        let (mut case, planned) = Case::open(self.context, &self.call, brief, number);
        case.caller.present &= self.call.can_be_connected();
        self.opens = Some((Box::new(case), planned));
    }

    /// Somebody is woken for this problem already, or has it in hand: the caller joins that case.
    fn join(&mut self, open: OpenCase, brief: Brief) {
        self.reason("outage/joined");
        self.call.case_open = true;
        self.call.ticket = Some(open.ticket.clone());
        self.tell_joined(open.case.clone(), brief);
        self.call.joined = Some(open);
    }

    fn tell_joined(&mut self, case: CaseId, brief: Brief) {
        self.call.briefs_sent += 1;
        let (call, number) = (self.call.id.clone(), self.call.briefs_sent);
        self.plan(Effect::TellCase(case, Box::new(CaseEvent::CallerJoined { call, number, brief: Box::new(brief) })));
    }

    /// Tells the case what is known now. Whoever turns out to bring something worse than the case that was joined
    /// gets one of their own.
    pub(super) fn tell_case(&mut self) {
        if !self.call.case_open || self.opens.is_some() {
            return;
        }
        let found = self.call.assessment.clone().unwrap_or_else(|| self.assessed());
        if let Some(open) = self.call.joined.clone() {
            let brief = self.brief(&found);
            if !brief.wake || open.covers(&found, &brief) {
                return self.tell_joined(open.case, brief);
            }
            self.reason("outage/something-worse");
            (self.call.joined, self.call.case_open) = (None, false);
            self.call.disposition = Some(Disposition::Escalate);
            return self.open_case(&found);
        }
        self.call.briefs_sent += 1;
        let event = CaseEvent::CallerSaid {
            call: self.call.id.clone(),
            number: self.call.briefs_sent,
            brief: Box::new(self.brief(&found)),
        };
        self.plan(Effect::TellCase(self.call.id.case(), Box::new(event)));
    }

    /// Everything known, for the case, its ticket and its technicians.
    fn brief(&self, found: &Assessment) -> Brief {
        let call = &self.call;
        let told = &found.details;
        let floor = match call.floor {
            WakeFloor::None => Priority::Low,
            WakeFloor::High => Priority::High,
            WakeFloor::Critical => Priority::Critical,
        };
        let seen = call.from.as_ref().map(|number| Private::new(number.as_str()));
        let name = told.name.clone().or_else(|| call.name_given.clone()).or_else(|| call.identity.name.clone());
        let mut reasons: Vec<Reason> = Vec::new();
        for reason in found.reasons.iter().chain(&call.reasons) {
            if !reasons.contains(reason) {
                reasons.push(reason.clone());
            }
        }
        Brief {
            language: call.language,
            priority: found.priority.max(floor),
            category: found.category,
            wake: self.wakes(found),
            disposition: call.disposition,
            fix: if call.disposition == Some(Disposition::Resolve) { found.fix } else { Fix::None },
            name,
            company: call.identity.company.clone(),
            number: call.number_given.clone().or_else(|| told.number.clone()).or(seen),
            affected: told.affected,
            since: told.since.clone(),
            deadline: told.deadline.clone(),
            system: told.system.clone(),
            telling: found.telling,
            callback: call.promise.clone(),
            text_to: call.from.clone().filter(|_| call.texts_agreed),
            words: call.turns.clone(),
            recordings: call.recordings.clone(),
            reasons,
            mood: found.sentiment.label,
            gist: call.opinion.as_ref().map(|(_, opinion)| opinion.gist.clone()),
            flags: found.flags.clone(),
            windows: call.windows_in_force(self.context.now).map(|it| it.window.title.clone()).collect(),
            planned: call.planned(self.context.now).map(|(it, explained)| it.explains(explained)),
        }
    }
}

impl Call {
    /// Whether the caller could still be joined with a technician.
    fn can_be_connected(&self) -> bool {
        use CallState::{AwaitingTranscript, Closing, Ended, Recording};
        !matches!(self.state, Recording { .. } | Closing { .. } | AwaitingTranscript { .. } | Ended)
    }

    /// Planned work at the caller's company that is in force at an instant.
    pub(super) fn windows_in_force(&self, at: DateTime<Utc>) -> impl Iterator<Item = &Occurrence> {
        let company = self.identity.company.as_ref();
        self.windows.iter().filter(move |it| it.in_force(at) && Some(&it.window.company) == company)
    }

    /// The planned work that explains what the caller told, unless somebody is woken all the same.
    ///
    /// Work that is done night after night may be known by several of its times: the one that is in force counts, and
    /// where it has ended a moment ago, that one.
    pub(super) fn planned(&self, now: DateTime<Utc>) -> Option<(&Occurrence, &Explained)> {
        let explained = self.explained()?;
        let times = || self.windows.iter().filter(|it| it.window.id == explained.window);
        let begun = || times().filter(|it| it.from <= now).max_by_key(|it| it.from);
        let it = times().find(|it| it.in_force(now)).or_else(begun).or_else(|| times().next())?;
        Some((it, explained))
    }

    /// What planned work explains of what the caller told, unless somebody is woken all the same.
    pub(super) fn explained(&self) -> Option<&Explained> {
        let explained = self.assessment.as_ref()?.planned.as_ref()?;
        let known = self.windows.iter().any(|it| it.window.id == explained.window);
        (known && self.disposition != Some(Disposition::Escalate)).then_some(explained)
    }

    /// The case that this call opened or joined, if it did.
    pub fn case_id(&self) -> Option<crate::ids::CaseId> {
        let joined = self.joined.as_ref().map(|open| open.case.clone());
        self.case_open.then(|| joined.unwrap_or_else(|| self.id.case()))
    }
}
