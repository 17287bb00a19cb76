//! A technician has it: what that stops, when the caller is rung, and what follows if not.

use super::event::AckBy;
use super::ladder::quieting;
use super::report;
use super::state::{Arrival, PageOutcome, PageState, Work};
use super::transition::{Step, Taken};
use crate::call::News;
use crate::effect::{Effect, TextOrder};
use crate::limits::*;
use crate::policy::Channel;
use crate::private::Private;
use crate::triage::{CallbackTime, parse_callback_time};
use crate::vocabulary::Priority;
use chrono::{DateTime, TimeDelta, Utc};

impl Arrival {
    /// When something has to happen: the reminder, or after it the waking of others.
    pub fn until(&self) -> DateTime<Utc> {
        let grace = if self.reminded { ARRIVAL_GRACE_SECONDS } else { 0 };
        self.by + TimeDelta::seconds(i64::from(grace))
    }
}

impl Step<'_> {
    /// An acceptance by telephone. It is final: it stops everything else that is in flight.
    pub(super) fn accept(&mut self, number: u32) -> Taken {
        let asking = self.case.has_caller().then_some(MINUTES_TURN);
        self.take_over(number, asking)?;
        if self.case.caller.present {
            let seconds = report::briefing_seconds(&self.case, self.context.policy) + JOIN_SECONDS_MAX;
            let until = self.in_seconds(seconds);
            self.case.work = Work::Joining { page: number, caller_in: false, technician_in: false, until };
            let technician = self.technician_of(number);
            technician.into_iter().for_each(|technician| self.tell_caller(News::Accepted(technician)));
        } else {
            self.case.work = Work::Held { page: number, talked: false, arrival: None };
            self.text_number(number);
        }
        Ok(())
    }

    /// An acceptance by a message; the caller cannot be connected, and is told when to expect the call.
    pub(super) fn acknowledged(&mut self, number: u32, by: AckBy, minutes: Option<u32>) -> Taken {
        let number = self.own(number);
        let Some(page) = self.case.page(number) else { return Err("no such page") };
        // Nobody waits to be rung.
        let minutes = minutes.filter(|_| self.case.has_caller());
        if matches!(page.state, PageState::Accepted { .. }) {
            let Some(minutes) = minutes else { return Err("this page is accepted already") };
            return self.promise(number, minutes);
        }
        // A message can be answered as long as nobody has it, however long ago it was sent.
        if !self.nobody_has_it() || self.case.work == Work::Filed {
            return Err("somebody else has it, or it is over");
        }
        // Their own telephone may still ring by this very page.
        let ringing = page.is_open().then(|| quieting(&self.case.id, page)).flatten();
        self.take_over(number, None)?;
        if let Some(order) = ringing {
            self.plan(order);
        }
        self.case.work = Work::Held { page: number, talked: false, arrival: None };
        match minutes {
            Some(minutes) => self.promise(number, minutes)?,
            None if self.case.has_caller() && self.case.brief.priority == Priority::Critical => {
                self.case.untold_until = Some(self.in_seconds(ARRIVAL_UNTOLD_SECONDS));
            }
            None => {}
        }
        self.will_call(number);
        self.bring_ticket_up_to_date();
        // Whoever accepted by a text is answered by one that holds the number.
        if by != AckBy::Text {
            self.text_number(number);
        }
        Ok(())
    }

    /// The page by which its technician has the case, if they have it: they may answer another of theirs.
    fn own(&self, number: u32) -> u32 {
        let technician = self.technician_of(number);
        let accepted = self.case.accepted().filter(|accepted| Some(&accepted.technician) == technician.as_ref());
        accepted.map_or(number, |accepted| accepted.number)
    }

    fn take_over(&mut self, number: u32, asking: Option<u32>) -> Taken {
        let now = self.context.now;
        self.case.untold_until = None;
        self.stop_other_pages(Some(number));
        let Some(page) = self.page_mut(number) else { return Err("no such page") };
        page.state = PageState::Accepted { at: now, asking };
        let technician = page.technician.clone();
        let name = self.name_of(&technician);
        self.reason("page/accepted", name.as_str());
        self.note(Private::new(format!("{name} has accepted.\n{}", report::trail(&self.case))));
        Ok(())
    }

    /// The caller, if still there, hears that the technician will ring, and by when if that is promised.
    pub(super) fn will_call(&mut self, number: u32) {
        let Some(technician) = self.technician_of(number) else { return };
        let news = match self.case.work {
            Work::Held { arrival: Some(arrival), .. } => News::WillCallBy(technician, arrival.by),
            _ => News::WillCall(technician),
        };
        self.tell_caller(news);
        self.case.caller.present = false;
    }

    /// The answer to "in how many minutes?", by keys or words; silence and nonsense promise nothing.
    pub(super) fn arrival_answered(&mut self, number: u32, keys: Option<&str>, words: Option<&Private>) -> Taken {
        let now = self.context.now;
        if let Some(page) = self.page_mut(number) {
            page.state = match page.state {
                PageState::Accepted { at, .. } => PageState::Accepted { at, asking: None },
                ref other => other.clone(),
            };
        }
        let keyed = keys.and_then(|keys| keys.parse().ok());
        let policy = self.context.policy;
        let said = || {
            words.and_then(|words| {
                let words = words.reveal();
                let tries = [words.to_owned(), format!("in {words}"), format!("in {words} minutes")];
                tries.iter().find_map(|words| {
                    match parse_callback_time(words, now, policy.time_zone, &policy.callback).time {
                        Some(CallbackTime::At(at)) => u32::try_from((at - now).num_minutes()).ok(),
                        _ => None,
                    }
                })
            })
        };
        // Minutes that promise nothing, or nothing new, still end the asking.
        keyed.or_else(said).map_or(Ok(()), |minutes| self.promise(number, minutes).or(Ok(())))
    }

    /// Whoever has the case says in how many minutes the caller is rung; a later promise replaces an earlier one.
    fn promise(&mut self, number: u32, minutes: u32) -> Taken {
        let Work::Held { page, talked: false, arrival } = self.case.work else {
            return Err("nobody waits to be rung");
        };
        if page != number {
            return Err("somebody else has it");
        }
        let minutes = minutes.min(ARRIVAL_MINUTES_MAX);
        let by = self.context.now + TimeDelta::minutes(i64::from(minutes));
        let same = TimeDelta::seconds(i64::from(ARRIVAL_SAME_SECONDS));
        if arrival.is_some_and(|earlier| !earlier.reminded && (earlier.by - by).abs() < same) {
            return Err("this is promised already");
        }
        self.case.work = Work::Held { page, talked: false, arrival: Some(Arrival { by, reminded: false }) };
        let name = self.technician_of(number).map(|technician| self.name_of(&technician)).unwrap_or_default();
        let at = report::clock_time(by, self.context.policy);
        self.reason("page/arrival-promised", format!("{name}: {at}"));
        self.note(Private::new(format!("{name} will ring the caller by {at}.")));
        self.text_arrival(&name, by);
        Ok(())
    }

    /// The technician says that the caller was reached.
    pub(super) fn reached(&mut self, number: u32) -> Taken {
        let number = self.own(number);
        if matches!(self.case.work, Work::Paging { .. } | Work::Pausing { .. } | Work::Unanswered) {
            // Nobody has it, be it since a promise was missed: whoever has reached the caller has it.
            self.take_over(number, None)?;
            self.case.work = Work::Held { page: number, talked: false, arrival: None };
            self.tell_caller(News::Handled);
            self.bring_ticket_up_to_date();
        }
        match self.case.work {
            Work::Held { page, .. } if page == number && self.case.alert.is_some() => {
                let by = self.technician_of(number).map(|technician| self.name_of(&technician)).unwrap_or_default();
                self.marked_handled(&Private::new(by))
            }
            Work::Held { page, talked: false, .. } if page == number => {
                self.case.work = Work::Held { page, talked: true, arrival: None };
                self.reason("page/caller-reached", "");
                self.note(Private::new("The technician says that the caller was reached."));
                Ok(())
            }
            _ => Err("this technician does not hold it, or has reached the caller already"),
        }
    }

    /// Nothing was said of when the caller is rung: its holder is asked, once, and nobody else is woken.
    pub(super) fn ask_arrival(&mut self, number: u32) {
        self.case.untold_until = None;
        self.reason("page/arrival-asked", "");
        let body = Private::new(report::untold_text(&self.case, self.context.policy));
        self.text_holder(number, body);
    }

    /// The promised time has come: a reminder first, and later others.
    pub(super) fn arrival_due(&mut self, number: u32) {
        let Work::Held { page, talked, arrival: Some(arrival) } = self.case.work else { return };
        let name = self.technician_of(number).map(|technician| self.name_of(&technician)).unwrap_or_default();
        if !arrival.reminded {
            let arrival = Some(Arrival { reminded: true, ..arrival });
            self.case.work = Work::Held { page, talked, arrival };
            self.reason("page/arrival-reminded", name.as_str());
            let body = Private::new(report::reminder_text(&self.case, self.context.policy));
            self.text_holder(number, body);
            return;
        }
        let now = self.context.now;
        if let Some(page) = self.page_mut(number) {
            page.state = PageState::Ended { outcome: PageOutcome::Overdue, at: now };
        }
        self.reason("page/arrival-missed", name.as_str());
        self.note(Private::new(format!("{name} has not told that the caller was reached; the ladder goes again.")));
        self.begin_round();
    }

    /// Somebody left the room. Soon after they met that may be a drop on either side: both lines are out of
    /// the room then, and whose line has ended is reported a moment later.
    pub(super) fn left_room(&mut self, number: u32) -> Taken {
        match self.case.work {
            Work::Talking { page, since } if page == number => {
                self.case.work = if self.is_drop(since) {
                    Work::Parting { page, until: self.in_seconds(PARTING_SECONDS) }
                } else {
                    // By the caller's clock the talk may have been too short: nobody is rung for it any more.
                    self.tell_caller(News::Handled);
                    Work::Held { page, talked: true, arrival: None }
                };
                Ok(())
            }
            Work::Joining { page, .. } if page == number => {
                self.lost(number);
                Ok(())
            }
            _ => Err("this technician was in no room"),
        }
    }

    /// The technician has the case, and the caller is not there: the number goes by voice and by text.
    pub(super) fn hold_without_caller(&mut self, page: u32) {
        self.case.work = Work::Held { page, talked: false, arrival: None };
        self.text_number(page);
        if let Some(leg) = self.case.page(page).and_then(|accepted| accepted.leg.clone()) {
            self.plan(Effect::Refetch(crate::effect::Line::Technician(self.case.id.clone(), page, leg)));
        }
    }

    /// Texts the caller's number to the technician of a page. A drill has no caller.
    pub(super) fn text_number(&mut self, number: u32) {
        if self.case.drill.is_some() {
            return;
        }
        let body = Private::new(report::text_for_technician(&self.case, self.context.policy));
        self.text_holder(number, body);
    }

    fn text_holder(&mut self, number: u32, body: Private) {
        let Some(page) = self.case.page(number) else { return };
        let on_record = self.person(&page.technician).and_then(|person| person.number.clone());
        let rung = page.to.clone().filter(|_| matches!(page.channel, Channel::Call | Channel::Text));
        let Some(to) = rung.or(on_record) else { return };
        let from = self.context.policy.caller_id.clone();
        self.plan(Effect::TextTechnician(TextOrder { to, from, body, page: None }));
    }
}
