//! Waking people: rung after rung, until a person accepts.

use super::report;
use super::state::{Case, Page, PageOutcome, PageState, Work};
use super::transition::{Step, Taken};
use crate::call::News;
use crate::effect::{Effect, Line};
use crate::ids::{CaseId, LegId, TechnicianId};
use crate::limits::SAME_MESSAGE_SECONDS;
use crate::policy::Channel;
use crate::private::Private;
use crate::vocabulary::Priority;
use chrono::{DateTime, TimeDelta, Utc};

/// The reason that remembers that everybody was tried.
const EXHAUSTED: &str = "page/ladder-exhausted";

impl Step<'_> {
    /// Starts at the first rung.
    pub(super) fn begin_round(&mut self) {
        self.case.ladder = Some(self.ladder_that_fits().name);
        self.begin_pass(0);
    }

    fn begin_pass(&mut self, pass: u32) {
        self.case.rounds += 1;
        self.ring_from(0, pass);
    }

    /// Pages the first rung from this place on that has somebody who can be reached; an empty rung is skipped at
    /// once.
    pub(super) fn ring_from(&mut self, first: u32, pass: u32) {
        let rungs = u32::try_from(self.ladder().rungs.len()).unwrap_or(u32::MAX);
        if (first..rungs).any(|rung| self.ring(rung, 0, pass)) {
            return;
        }
        if pass + 1 < self.ladder().passes && self.case.drill.is_none() {
            return self.begin_pass(pass + 1);
        }
        self.exhausted();
    }

    /// Pages whoever is on a rung; whether anybody was.
    fn ring(&mut self, place: u32, tries: u32, pass: u32) -> bool {
        let Some(rung) = self.ladder().rungs.into_iter().nth(place as usize) else { return false };
        let round = self.case.rounds;
        let page = self.case.pages_ordered + 1;
        let ring_seconds = rung.ring_seconds.unwrap_or(self.context.policy.paging.ring_seconds);
        let mut woken: Vec<TechnicianId> = Vec::new();
        for person in self.people_on(&rung) {
            // The next person, not the same hole: whoever was tried on an earlier rung is not tried again.
            let tried = |page: &Page| page.technician == person.id && page.round == round && page.rung != place;
            if self.case.pages.iter().any(tried) {
                self.reason("page/tried-on-an-earlier-rung", person.name.as_str());
            } else if self.page_person(person, place, ring_seconds) {
                self.reason("page/next-on-the-ladder", format!("{} (rung {})", person.name, place + 1));
                woken.push(person.id.clone());
            } else {
                self.reason("page/rung-without-number", person.name.as_str());
            }
        }
        let Some(first) = woken.into_iter().next() else { return false };
        self.case.work = Work::Paging { page, rung: place, tries, pass, until: None };
        self.tell_caller(News::Ringing(first));
        true
    }

    /// A page of the present try is over: the next try, rung or pass follows once nothing of this one is waited for.
    pub(super) fn move_on(&mut self) {
        let Work::Paging { page: first, rung: place, tries, pass, until: None } = self.case.work else { return };
        let group = || self.case.pages.iter().filter(|page| page.number >= first);
        // Where a telephone rings, messages beside it are not waited for; they can still be answered.
        let calls = group().any(|page| page.channel == Channel::Call);
        if group().any(|page| page.is_open() && (page.channel == Channel::Call || !calls)) {
            return;
        }
        let mut people: Vec<TechnicianId> = group().map(|page| page.technician.clone()).collect();
        people.dedup();
        let ended = |as_it: PageOutcome| {
            group().any(|page| matches!(page.state, PageState::Ended { outcome, .. } if outcome == as_it))
        };
        let (passed, over_budget) = (ended(PageOutcome::Passed), ended(PageOutcome::OverBudget));
        if let [alone] = people.as_slice() {
            let news = if passed { News::Passed } else { News::Unreached };
            self.tell_caller(news(alone.clone()));
        }
        let Some(rung) = self.ladder().rungs.into_iter().nth(place as usize) else {
            return self.ring_from(place + 1, pass);
        };
        // What had too much a moment ago has too much now: the next rung, and another pass only after a while.
        if !over_budget && tries + 1 < rung.tries && self.ring(place, tries + 1, pass) {
            return;
        }
        let ladder = self.ladder();
        let another_pass = place as usize + 1 >= ladder.rungs.len() && pass + 1 < ladder.passes;
        let pause_seconds = match rung.ring_seconds.unwrap_or(self.context.policy.paging.ring_seconds) {
            ring_seconds if over_budget && another_pass => rung.pause_seconds.max(ring_seconds),
            _ => rung.pause_seconds,
        };
        if pause_seconds > 0 {
            let until = Some(self.in_seconds(pause_seconds));
            self.case.work = Work::Paging { page: first, rung: place, tries, pass, until };
            return;
        }
        self.ring_from(place + 1, pass);
    }

    /// What a page that failed by itself leaves to do: the person's next channel follows at once. A telephone that had
    /// too much is not followed by the message that went out in its place a moment ago, and that of a drill by none.
    pub(super) fn replace_channel(&mut self, failed: &Page) {
        let now = self.context.now;
        let Work::Paging { page: first, rung, .. } = self.case.work else { return };
        let Some(person) = self.person(&failed.technician) else { return };
        let of_person = |page: &&Page| page.number >= first && page.technician == failed.technician;
        let mut tried: Vec<Channel> = self.case.pages.iter().filter(of_person).map(|page| page.channel).collect();
        if matches!(failed.state, PageState::Ended { outcome: PageOutcome::OverBudget, .. }) {
            if self.case.drill.is_some() {
                return;
            }
            let since = now - TimeDelta::seconds(i64::from(SAME_MESSAGE_SECONDS));
            let told = |page: &&Page| {
                page.technician == failed.technician
                    && page.channel != Channel::Call
                    && page.ordered_at >= since
                    && !matches!(page.state, PageState::Ended { outcome: PageOutcome::Failed, .. })
            };
            tried.extend(self.case.pages.iter().filter(told).map(|page| page.channel));
        }
        let waiting = self.case.pages.iter().filter(of_person).find(|page| page.is_open() && page.ordered_at > now);
        let next = match waiting.map(|page| (page.number, page.channel)) {
            Some((number, channel)) => {
                self.stop_page(number);
                Some(channel)
            }
            None => self.other_channel(person, &tried),
        };
        if let Some(channel) = next {
            let ladder = self.ladder();
            let ring_seconds = ladder.rungs.get(rung as usize).and_then(|rung| rung.ring_seconds);
            let ring_seconds = ring_seconds.unwrap_or(self.context.policy.paging.ring_seconds);
            self.reason("page/another-channel", person.name.as_str());
            self.order_page(person, channel, now, (rung, ring_seconds));
        }
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

    fn stop_page(&mut self, number: u32) {
        let now = self.context.now;
        if let Some(page) = self.page_mut(number) {
            page.state = PageState::Ended { outcome: PageOutcome::Stopped, at: now };
        }
    }

    pub(super) fn stop_other_pages(&mut self, except: Option<u32>) {
        let now = self.context.now;
        let mut orders = Vec::new();
        let id = self.case.id.clone();
        for page in self.case.pages.iter_mut().filter(|page| page.is_open() && Some(page.number) != except) {
            orders.extend(quieting(&id, page));
            page.state = PageState::Ended { outcome: PageOutcome::Stopped, at: now };
        }
        for order in orders {
            self.plan(order);
        }
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
            Work::Paging { rung, pass, until: Some(until), .. } if overdue(&until) => self.ring_from(rung + 1, pass),
            Work::Pausing { until } if overdue(&until) => self.again_or_business_opens(),
            Work::Parting { page, until } if overdue(&until) && self.case.caller.present => self.lost(page),
            Work::Parting { page, until } if overdue(&until) => self.hold_without_caller(page),
            Work::Joining { page, technician_in, until, .. } if overdue(&until) => {
                if technician_in {
                    self.will_call(page);
                    self.bring_ticket_up_to_date();
                    self.hold_without_caller(page);
                } else {
                    self.lost(page);
                }
            }
            Work::Held { page, arrival: None, talked: false }
                if self.case.untold_until.as_ref().is_some_and(overdue) =>
            {
                self.ask_arrival(page);
            }
            Work::Held { page, arrival: Some(arrival), .. } if overdue(&arrival.until()) => self.arrival_due(page),
            _ => {}
        }
        self.callback_due();
        self.quiet_due();
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

    /// The technician who accepted is gone before anything was said: the ladder goes again.
    pub(super) fn lost(&mut self, number: u32) {
        let now = self.context.now;
        let Some(page) = self.page_mut(number) else { return };
        let (technician, rung, leg) = (page.technician.clone(), page.rung, page.leg.clone());
        page.state = PageState::Ended { outcome: PageOutcome::Failed, at: now };
        if let Some(leg) = leg {
            self.plan(Effect::HangUp(leg));
        }
        let name = self.name_of(&technician);
        self.reason("page/technician-lost", name.as_str());
        self.note(Private::new(format!("The line to {name} was lost; the ladder goes on.")));
        self.tell_caller(News::Lost(technician));
        // The next person, not the same hole: a telephone that drops once drops again. Whoever was tried before may
        // be tried again.
        self.case.rounds += 1;
        self.ring_from(rung + 1, 0);
    }

    pub(super) fn page_mut(&mut self, number: u32) -> Option<&mut Page> {
        self.case.pages.iter_mut().find(|page| page.number == number)
    }

    /// Whether a talk that began then is so short that it counts as a drop.
    pub(super) fn is_drop(&self, since: DateTime<Utc>) -> bool {
        self.context.now - since < TimeDelta::seconds(i64::from(crate::limits::DROP_SECONDS))
    }
}

impl Case {
    /// Whether it is red in the morning: somebody had to be woken and nobody has accepted, or a promised call is
    /// overdue.
    pub fn is_red(&self) -> bool {
        let unanswered = self.brief.wake && matches!(self.work, Work::Pausing { .. } | Work::Unanswered);
        unanswered || self.callback_is_overdue()
    }
}

/// What a telephone is told whose page is decided: who has answered already hears so, and one that still rings stops.
pub(super) fn quieting(case: &CaseId, page: &Page) -> Option<Effect> {
    let leg = page.leg.clone()?;
    Some(match page.state {
        PageState::Briefing { .. } => Effect::Refetch(Line::Technician(case.clone(), page.number, leg)),
        _ => Effect::HangUp(leg),
    })
}
