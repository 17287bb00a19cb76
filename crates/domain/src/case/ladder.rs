//! Waking people: rung after rung, until a person accepts.

use super::report;
use super::state::{Case, Page, PageOutcome, PageState, Work};
use super::transition::{Step, Taken};
use crate::call::News;
use crate::effect::{Effect, Line, PageOrder, TextOrder};
use crate::ids::LegId;
use crate::limits::*;
use crate::private::Private;
use crate::vocabulary::Priority;
use chrono::{DateTime, TimeDelta, Utc};

/// The reason that remembers that everybody was tried.
const EXHAUSTED: &str = "page/ladder-exhausted";

impl Step<'_> {
    /// Starts at the first rung.
    pub(super) fn begin_round(&mut self) {
        self.case.rounds += 1;
        self.ring_from(0);
    }

    /// Rings the first reachable rung from this place on; an empty rung is skipped at once.
    pub(super) fn ring_from(&mut self, first: u32) {
        let policy = self.context.policy;
        let rungs = match &self.case.drill {
            Some(person) => policy.technician(person).into_iter().collect(),
            None => policy.rungs(),
        };
        for (place, technician) in rungs.into_iter().enumerate().skip(first as usize) {
            let Some(to) = technician.number.clone() else {
                self.reason("page/rung-without-number", technician.name.as_str());
                continue;
            };
            let rung = u32::try_from(place).unwrap_or(u32::MAX);
            self.case.pages_ordered += 1;
            let number = self.case.pages_ordered;
            let until = self.in_seconds(policy.paging.ring_seconds + RING_GRACE_SECONDS);
            let effect = self.plan(Effect::Page(PageOrder {
                tenant: self.case.tenant.clone(),
                case: self.case.id.clone(),
                page: number,
                technician: technician.id.clone(),
                to: to.clone(),
                from: policy.caller_id.clone(),
                ring_seconds: policy.paging.ring_seconds,
                ordered_at: self.context.now,
                useless_after: until,
            }));
            self.case.pages.push(Page {
                number,
                effect: effect.number,
                technician: technician.id.clone(),
                to,
                leg: None,
                answered: false,
                machine_hint: false,
                ordered_at: self.context.now,
                state: PageState::Ringing { until },
            });
            let surplus = self.case.pages.len().saturating_sub(PAGES_KEPT_MAX);
            self.case.pages.drain(..surplus);
            self.case.work = Work::Paging { page: number, rung };
            self.reason("page/next-on-the-ladder", format!("{} (rung {})", technician.name, rung + 1));
            self.tell_caller(News::Ringing(technician.id.clone()));
            return;
        }
        self.exhausted();
    }

    /// Nobody on the ladder has accepted.
    fn exhausted(&mut self) {
        let first_time = self.case.drill.is_none() && !self.case.reasons.iter().any(|reason| reason.rule == EXHAUSTED);
        self.reason(EXHAUSTED, "");
        self.tell_caller(News::Exhausted);
        if first_time {
            self.note(Private::new(format!("Nobody on the ladder has accepted yet.\n{}", report::trail(&self.case))));
            self.alert();
        }
        let critical = self.case.brief.priority == Priority::Critical;
        self.case.work = match self.context.policy.repeats_after(self.case.opened_at, self.context.now) {
            Some(again) if critical => Work::Pausing { until: again },
            _ => Work::Unanswered,
        };
    }

    /// The carrier has named the leg of a page.
    pub(super) fn page_placed(&mut self, effect: u32, leg: &LegId) -> Taken {
        let Some(page) = self.case.pages.iter_mut().find(|page| page.effect == effect) else {
            return Err("a page that is no longer kept");
        };
        if page.leg.is_some() {
            return Err("the leg is known already");
        }
        page.leg = Some(leg.clone());
        if matches!(page.state, PageState::Ended { .. }) {
            // It was stopped before the carrier had named it.
            self.plan(Effect::HangUp(leg.clone()));
        }
        Ok(())
    }

    /// The carrier could not be made to ring.
    pub(super) fn page_not_placed(&mut self, effect: u32) -> Taken {
        match self.case.pages.iter().find(|page| page.effect == effect && page.is_open()) {
            // What was answered was placed, whatever the order's outcome says.
            Some(page) if page.answered => Err("this page was answered"),
            Some(page) => self.page_ended(page.number, PageOutcome::Failed),
            None => Err("no page waits for this"),
        }
    }

    pub(super) fn page_answered(&mut self, number: u32, leg: &LegId) -> Taken {
        let until = self.in_seconds(BRIEFING_SECONDS_MAX);
        let nobody_has_it = self.nobody_has_it();
        let Some(page) = self.page_mut(number) else { return Err("no such page") };
        let taken = match page.state {
            PageState::Ringing { .. } => true,
            // Somebody who answers after the bound is still somebody.
            PageState::Ended { outcome: PageOutcome::NoAnswer | PageOutcome::Failed, .. } => nobody_has_it,
            _ => false,
        };
        if !taken || page.answered {
            return Err("this page was answered or ended before");
        }
        page.leg = Some(leg.clone());
        page.answered = true;
        page.state = PageState::Briefing { turn: 1, silences: 0, until };
        Ok(())
    }

    fn nobody_has_it(&self) -> bool {
        self.case.accepted().is_none() && self.case.work != Work::Handled
    }

    pub(super) fn machine_hint(&mut self, number: u32, machine: bool) -> Taken {
        match self.page_mut(number) {
            Some(page) if machine && !page.machine_hint => {
                page.machine_hint = true;
                Ok(())
            }
            Some(_) => Err("nothing new about who answered"),
            None => Err("no such page"),
        }
    }

    pub(super) fn page_keyed(&mut self, number: u32, turn: u32, keys: Option<&str>, words: Option<&Private>) -> Taken {
        let Some(page) = self.case.page(number).cloned() else { return Err("no such page") };
        let pressed = keys.map(|keys| keys.trim_end_matches('#'));
        let (listening, silences) = match page.state {
            PageState::Briefing { turn, silences, .. } => (turn, silences),
            // The key was pressed within the bound, and arrives after it: a person is there.
            PageState::Ended { outcome: PageOutcome::NoInput | PageOutcome::Machine, .. }
                if pressed == Some("1") && page.answered && self.nobody_has_it() =>
            {
                return self.accept(number);
            }
            _ => return Err("this page is not being answered"),
        };
        if turn != listening {
            return Err("an answer to another turn");
        }
        // A mailbox may say anything; only a person who is not believed to be a machine accepts by voice.
        let spoken = !page.machine_hint && words.is_some_and(|words| says_accept(words.reveal()));
        match pressed {
            Some("1") => return self.accept(number),
            _ if spoken => return self.accept(number),
            Some("2") => return self.page_ended(number, PageOutcome::Passed),
            _ => {}
        }
        let again = keys.is_some_and(|keys| keys.starts_with('3'));
        let silences = if again { silences } else { silences + 1 };
        if !again && (page.machine_hint || silences > BRIEFING_REPEATS_MAX) {
            return self.page_ended(number, PageOutcome::NoInput);
        }
        let until = self.in_seconds(BRIEFING_SECONDS_MAX);
        if let Some(page) = self.page_mut(number) {
            page.state = PageState::Briefing { turn: turn + 1, silences, until };
        }
        Ok(())
    }

    /// An acceptance is final: it stops everything else that is in flight.
    fn accept(&mut self, number: u32) -> Taken {
        let now = self.context.now;
        self.stop_other_pages(Some(number));
        let Some(page) = self.page_mut(number) else { return Err("no such page") };
        page.state = PageState::Accepted { at: now };
        let technician = page.technician.clone();
        let name = self.name_of(&technician);
        self.reason("page/accepted", name.as_str());
        self.note(Private::new(format!("{name} has accepted.\n{}", report::trail(&self.case))));
        if self.case.caller.present {
            let seconds = report::briefing_seconds(&self.case, self.context.policy) + JOIN_SECONDS_MAX;
            let until = self.in_seconds(seconds);
            self.case.work = Work::Joining { page: number, caller_in: false, technician_in: false, until };
            self.tell_caller(News::Accepted(technician));
        } else {
            self.case.work = Work::Held { page: number, talked: false };
            self.text_number(number);
        }
        Ok(())
    }

    /// The carrier has ended the leg of a page: nobody can answer it any more.
    pub(super) fn page_over(&mut self, number: u32, outcome: PageOutcome) -> Taken {
        self.page_ended(number, outcome)?;
        if let Some(page) = self.page_mut(number) {
            page.answered = true;
        }
        Ok(())
    }

    /// A page is over without an acceptance.
    pub(super) fn page_ended(&mut self, number: u32, outcome: PageOutcome) -> Taken {
        let now = self.context.now;
        let Some(page) = self.page_mut(number) else { return Err("no such page") };
        match page.state {
            PageState::Accepted { .. } => return self.left_room(number),
            PageState::Ended { .. } => return Err("this page ended before"),
            _ => {}
        }
        let answered = matches!(page.state, PageState::Briefing { .. });
        let outcome = match outcome {
            // A leg that was answered and ended, or met silence: the hint says what it was.
            PageOutcome::NoInput if page.machine_hint => PageOutcome::Machine,
            PageOutcome::NoInput if !answered => PageOutcome::NoAnswer,
            other => other,
        };
        page.state = PageState::Ended { outcome, at: now };
        let technician = page.technician.clone();
        let name = self.name_of(&technician);
        self.reason("page/not-accepted", format!("{name}: {outcome:?}"));
        // Another page may be under way already; only the newest moves the ladder on.
        if let Work::Paging { page, rung } = self.case.work
            && page == number
        {
            self.tell_caller(News::Unreached(technician));
            self.ring_from(rung + 1);
        }
        Ok(())
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
                    Work::Held { page, talked: true }
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

    /// Whether a talk that began then is so short that it counts as a drop.
    pub(super) fn is_drop(&self, since: DateTime<Utc>) -> bool {
        self.context.now - since < TimeDelta::seconds(i64::from(DROP_SECONDS))
    }

    /// The technician who accepted is gone before anything was said: the ladder goes again.
    fn lost(&mut self, number: u32) {
        let now = self.context.now;
        let Some(technician) = self.technician_of(number) else { return };
        if let Some(page) = self.page_mut(number) {
            page.state = PageState::Ended { outcome: PageOutcome::Failed, at: now };
            if let Some(leg) = page.leg.clone() {
                self.plan(Effect::HangUp(leg));
            }
        }
        let name = self.name_of(&technician);
        self.reason("page/technician-lost", name.as_str());
        self.note(Private::new(format!("The line to {name} was lost; the ladder goes on.")));
        // The next person, not the same hole: a telephone that drops once drops again.
        let rungs = self.context.policy.rungs();
        let next = rungs.iter().position(|rung| rung.id == technician).map_or(0, |place| place + 1);
        self.tell_caller(News::Lost(technician));
        self.ring_from(u32::try_from(next).unwrap_or(u32::MAX));
    }

    pub(super) fn stop_other_pages(&mut self, except: Option<u32>) {
        let now = self.context.now;
        let mut orders = Vec::new();
        for page in self.case.pages.iter_mut().filter(|page| page.is_open() && Some(page.number) != except) {
            let hears = matches!(page.state, PageState::Briefing { .. });
            page.state = PageState::Ended { outcome: PageOutcome::Stopped, at: now };
            // Who has answered already hears who has it; a telephone that still rings stops.
            orders.extend(page.leg.clone().map(|leg| match hears {
                true => Effect::Refetch(Line::Technician(self.case.id.clone(), page.number, leg)),
                false => Effect::HangUp(leg),
            }));
        }
        for order in orders {
            self.plan(order);
        }
    }

    /// Texts the caller's number to the technician of a page. A drill has no caller.
    pub(super) fn text_number(&mut self, number: u32) {
        if self.case.drill.is_some() {
            return;
        }
        let Some(page) = self.case.page(number).cloned() else { return };
        let body = Private::new(report::text_for_technician(&self.case, self.context.policy));
        let from = self.context.policy.caller_id.clone();
        self.plan(Effect::TextTechnician(TextOrder { to: page.to, from, body }));
    }

    pub(super) fn tick(&mut self) -> Taken {
        let now = self.context.now;
        if self.case.deadline().is_none_or(|until| now < until) {
            return Err("nothing is due");
        }
        let overdue = |until: &DateTime<Utc>| *until <= now;
        let pages: Vec<(u32, PageOutcome, Option<LegId>)> = self
            .case
            .pages
            .iter()
            .filter_map(|page| match &page.state {
                PageState::Ringing { until } if overdue(until) => {
                    Some((page.number, PageOutcome::NoAnswer, page.leg.clone()))
                }
                PageState::Briefing { until, .. } if overdue(until) => {
                    Some((page.number, PageOutcome::NoInput, page.leg.clone()))
                }
                _ => None,
            })
            .collect();
        for (number, outcome, leg) in pages {
            self.page_ended(number, outcome)?;
            if let Some(leg) = leg {
                self.plan(Effect::HangUp(leg));
            }
        }
        match self.case.work.clone() {
            Work::Pausing { until } if overdue(&until) => self.again_or_business_opens(),
            Work::Parting { page, until } if overdue(&until) && self.case.caller.present => self.lost(page),
            Work::Parting { page, until } if overdue(&until) => self.hold_without_caller(page),
            Work::Joining { page, technician_in, until, .. } if overdue(&until) => {
                if technician_in {
                    if let Some(technician) = self.technician_of(page) {
                        self.tell_caller(News::WillCall(technician));
                    }
                    self.case.caller.present = false;
                    self.bring_ticket_up_to_date();
                    self.hold_without_caller(page);
                } else {
                    self.lost(page);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn again_or_business_opens(&mut self) {
        if self.context.policy.opened_between(self.case.opened_at, self.context.now) {
            self.reason("page/business-has-opened", "");
            self.case.work = Work::Unanswered;
        } else {
            self.begin_round();
        }
    }

    fn page_mut(&mut self, number: u32) -> Option<&mut Page> {
        self.case.pages.iter_mut().find(|page| page.number == number)
    }
}

impl Case {
    /// Whether somebody had to be woken and nobody has accepted: red in the morning.
    pub fn is_red(&self) -> bool {
        self.brief.wake && matches!(self.work, Work::Pausing { .. } | Work::Unanswered)
    }
}

/// Whether a technician said "accept", and nothing but that.
fn says_accept(words: &str) -> bool {
    let said: String = words.chars().filter(|c| c.is_alphabetic() || *c == ' ').collect();
    matches!(said.trim().to_lowercase().as_str(), "accept" | "i accept" | "accepted" | "acepto")
}
