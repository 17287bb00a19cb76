//! One event in a case's life, mapped to the next state and its effects.

use super::callback::Owed;
use super::event::CaseEvent;
use super::history::tells_a_fix;
use super::report;
use super::state::{Brief, CallerPresence, Case, Page, PageOutcome, PageState, Work};
use super::ticket::{TicketRecord, TicketStatus};
use crate::call::{Call, News};
use crate::effect::{Alert, Effect, NoteOrder, Outcome, PlannedEffect};
use crate::ids::{AckCode, EffectId, LegId, OwnerId, TechnicianId, TicketNumber};
use crate::limits::*;
use crate::machine::{Context, Planner, Transition, Verdict};
use crate::model::{Story, given};
use crate::private::Private;
use crate::triage::{Fix, Reason};
use crate::vocabulary::{Disposition, Priority};
use chrono::{DateTime, TimeDelta, Utc};

/// A case in the middle of a transition.
pub(super) struct Step<'a> {
    pub(super) case: Case,
    pub(super) context: &'a Context<'a>,
    pub(super) planner: Planner,
}

/// Taken, or the reason why nothing changes.
pub(super) type Taken = Result<(), &'static str>;

impl Case {
    /// A case in which nothing has been done yet.
    pub(super) fn begun(
        context: &Context<'_>,
        caller: CallerPresence,
        brief: Brief,
        (number, status): (TicketNumber, TicketStatus),
    ) -> Case {
        let code = AckCode::derive(&caller.call.case(), context.facts.attempt);
        Case {
            id: caller.call.case(),
            tenant: context.policy.tenant.clone(),
            policy_version: context.policy.version,
            opened_at: context.now,
            drill: None,
            alert: None,
            caller,
            callback: brief.callback.clone().map(Owed::new),
            joined: Vec::new(),
            outage: None,
            quiet: None,
            ticket: TicketRecord { number, status, psa: None, notes_waiting: Vec::new() },
            ack_code: Some(code),
            work: Work::Filed,
            pages: Vec::new(),
            pages_ordered: 0,
            ticket_behind: false,
            rounds: 0,
            ladder: None,
            news_sent: 0,
            effects_planned: 0,
            untold_until: None,
            reasons: Vec::new(),
            history: None,
            brief,
        }
    }

    /// Begins a case: its ticket is ordered, and whoever must be woken is being woken.
    pub fn open(context: &Context<'_>, call: &Call, brief: Brief, number: TicketNumber) -> (Case, Vec<PlannedEffect>) {
        let status = match brief.fix {
            Fix::Works => TicketStatus::Closed,
            Fix::WillTry => TicketStatus::PendingVerification,
            Fix::None => TicketStatus::Open,
        };
        let caller = CallerPresence { call: call.id.clone(), present: true, said: call.briefs_sent };
        let mut step = Step::new(Case::begun(context, caller, brief, (number, status)), context);
        if step.case.brief.wake {
            step.begin_round();
        }
        // After the first page, so that the ticket says who was on call and why.
        let draft = report::draft(&step.case, context.policy);
        step.plan(Effect::OpenTicket(Box::new(draft)));
        step.ask_history(None);
        if context.policy.model.summary {
            let (due, order) = (step.in_seconds(SUMMARY_AFTER_SECONDS), Effect::Summarise(step.case.id.clone()));
            step.planner.plan_at(&mut step.case.effects_planned, due, order);
        }
        if step.case.brief.disposition == Some(Disposition::Voicemail) {
            step.alert();
        }
        step.confirm_callback();
        step.quiet_or_not();
        (step.case, step.planner.into_effects())
    }

    /// Takes an event. Duplicates and stale events are ordinary input and change nothing.
    pub fn transition(&self, context: &Context<'_>, event: &CaseEvent) -> Transition<Case> {
        let mut step = Step::new(self.clone(), context);
        match step.take(event) {
            Ok(()) => {
                step.talk_keeps_promise();
                Transition {
                    state: step.case,
                    effects: step.planner.into_effects(),
                    opens: None,
                    verdict: Verdict::Applied,
                }
            }
            Err(reason) => Transition::ignored(self.clone(), reason),
        }
    }

    /// When this case wants to be woken; none while it waits for nothing.
    pub fn deadline(&self) -> Option<DateTime<Utc>> {
        let pages = self.pages.iter().filter_map(Page::until);
        let work = match &self.work {
            Work::Pausing { until } | Work::Joining { until, .. } | Work::Parting { until, .. } => Some(*until),
            Work::Paging { until, .. } => *until,
            Work::Held { arrival: Some(arrival), .. } => Some(arrival.until()),
            Work::Held { talked: false, arrival: None, .. } => self.untold_until,
            _ => None,
        };
        pages.chain(work).chain(self.callback_deadline()).chain(self.quiet_deadline()).min()
    }

    /// Whether an ordered page is still wanted; asked just before the carrier is.
    pub fn still_wants(&self, page: u32) -> bool {
        self.page(page).is_some_and(Page::is_open)
    }

    /// Whether a page by text was put off, since its telephone had had enough, and somebody is still wanted.
    pub fn was_put_off(&self, page: u32) -> bool {
        let over = |page: &Page| matches!(page.state, PageState::Ended { outcome: PageOutcome::OverBudget, .. });
        self.page(page).is_some_and(over)
            && matches!(self.work, Work::Paging { .. } | Work::Pausing { .. } | Work::Unanswered)
    }

    /// The page that was accepted, if one was and holds.
    pub fn accepted(&self) -> Option<&Page> {
        match self.work {
            Work::Joining { page, .. }
            | Work::Talking { page, .. }
            | Work::Parting { page, .. }
            | Work::Held { page, .. } => self.page(page),
            _ => None,
        }
    }

    /// What a language model is told of this case; none while its caller is still on the line.
    pub fn story(&self, now: DateTime<Utc>) -> Option<Story> {
        // A hang-up that was never reported must not keep the account from being written.
        let over = now - self.opened_at > TimeDelta::seconds(i64::from(CALL_SECONDS_MAX + TALK_SECONDS_MAX));
        let brief = &self.brief;
        (over || !self.caller.present).then(|| Story {
            language: brief.language,
            priority: brief.priority,
            category: brief.category,
            escalated: brief.wake,
            turns: given(&brief.words),
            steps: report::trail(self).lines().map(str::to_owned).collect(),
        })
    }

    /// A page by its number.
    pub fn page(&self, number: u32) -> Option<&Page> {
        self.pages.iter().find(|page| page.number == number)
    }
}

impl Page {
    /// Whether this page can still be accepted.
    pub fn is_open(&self) -> bool {
        matches!(self.state, PageState::Ringing { .. } | PageState::Briefing { .. })
    }

    fn until(&self) -> Option<DateTime<Utc>> {
        match self.state {
            PageState::Ringing { until } | PageState::Briefing { until, .. } => Some(until),
            PageState::Accepted { .. } | PageState::Ended { .. } => None,
        }
    }
}

impl<'a> Step<'a> {
    pub(super) fn new(case: Case, context: &'a Context<'a>) -> Self {
        let planner = Planner::new(OwnerId::Case(case.id.clone()), context.now);
        Self { case, context, planner }
    }

    fn take(&mut self, event: &CaseEvent) -> Taken {
        match event {
            CaseEvent::Page { page, event } => self.page_event(*page, event),
            CaseEvent::Room { leg, entered } => self.room(leg, *entered),
            CaseEvent::CallerSaid { number, brief, .. } => self.caller_said(*number, brief),
            CaseEvent::CallerLeft { .. } => self.caller_left(),
            CaseEvent::CallerJoined { call, number, brief } => self.caller_joined(call, *number, brief),
            CaseEvent::OutageDeclared { by, until, covers } => self.outage_declared(by, *until, *covers),
            CaseEvent::OutageEnded { by } => self.outage_ended(by),
            CaseEvent::Settled { effect, outcome } => self.settled(effect, outcome),
            CaseEvent::MarkedHandled { by } => self.marked_handled(by),
            CaseEvent::CallbackDone { by } => self.callback_done(by),
            CaseEvent::CallbackMoved { number, to, by } => self.callback_moved(*number, to, by),
            CaseEvent::Fixed { by, how } => self.fixed(by, how),
            CaseEvent::Tick => self.tick(),
        }
    }

    fn room(&mut self, leg: &LegId, entered: bool) -> Taken {
        let caller = *leg == self.case.caller.call.leg();
        let technician = self.case.accepted().filter(|page| page.leg.as_ref() == Some(leg)).map(|page| page.number);
        match (caller, technician, entered) {
            (true, _, true) => self.entered_room(true),
            (_, Some(_), true) => self.entered_room(false),
            (true, _, false) => match self.case.work {
                Work::Talking { page, .. } => self.left_room(page),
                _ => Err("the caller was not talking"),
            },
            (_, Some(page), false) => self.left_room(page),
            _ => Err("a leg that belongs to nobody in this room"),
        }
    }

    fn entered_room(&mut self, caller: bool) -> Taken {
        let Work::Joining { page, caller_in, technician_in, until } = self.case.work.clone() else {
            return Err("nobody is expected in the room");
        };
        let (caller_in, technician_in) = (caller_in || caller, technician_in || !caller);
        if caller_in && technician_in {
            self.case.work = Work::Talking { page, since: self.context.now };
            if let Some(technician) = self.technician_of(page) {
                self.tell_caller(News::Connected(technician));
            }
        } else {
            self.case.work = Work::Joining { page, caller_in, technician_in, until };
        }
        Ok(())
    }

    fn caller_said(&mut self, number: u32, brief: &Brief) -> Taken {
        if number <= self.case.caller.said {
            return Err("an older account of what was said");
        }
        self.case.caller.said = number;
        let before = std::mem::replace(&mut self.case.brief, brief.clone());
        // What was once found to wake somebody stays so: later words never withdraw a page.
        self.case.brief.wake |= before.wake;
        self.case.brief.priority = self.case.brief.priority.max(before.priority);
        self.promise_told(before.callback.as_ref());
        self.quiet_or_not();
        self.case.ticket_behind = true;
        // A voicemail was told of when it began; a message on any other case is news.
        let message = self.case.brief.recordings.len() > before.recordings.len();
        if message && before.disposition != Some(Disposition::Voicemail) {
            self.alert();
        }
        let worse = self.case.brief.priority == Priority::Critical && before.priority < Priority::Critical;
        let begins = match self.case.work {
            Work::Filed => self.case.brief.wake && !before.wake,
            // Everybody was tried for less than this.
            Work::Unanswered => worse,
            // What is worse may have another ladder.
            Work::Paging { .. } => worse && self.case.ladder != Some(self.ladder_that_fits().name),
            _ => false,
        };
        if begins {
            self.begin_round();
        }
        self.ask_history(Some(&before));
        if !self.case.caller.present {
            self.bring_ticket_up_to_date();
        }
        Ok(())
    }

    fn caller_left(&mut self) -> Taken {
        if !self.case.caller.present {
            return Err("the caller has left already");
        }
        self.case.caller.present = false;
        self.bring_ticket_up_to_date();
        match self.case.work {
            Work::Joining { page, .. } | Work::Parting { page, .. } => self.hold_without_caller(page),
            Work::Talking { page, since } if self.is_drop(since) => self.hold_without_caller(page),
            Work::Talking { page, .. } => self.case.work = Work::Held { page, talked: true, arrival: None },
            _ => {}
        }
        Ok(())
    }

    fn settled(&mut self, effect: &EffectId, outcome: &Outcome) -> Taken {
        match outcome {
            Outcome::TicketOpened { ticket, repeated } => {
                if self.case.ticket.psa.is_some() {
                    return Err("the ticket is known already");
                }
                self.case.ticket.psa = Some(ticket.clone());
                for text in std::mem::take(&mut self.case.ticket.notes_waiting) {
                    self.note(text);
                }
                if self.case.ticket.status == TicketStatus::Closed {
                    self.plan(Effect::CloseTicket(ticket.clone()));
                }
                if *repeated {
                    let due = self.context.now + TimeDelta::seconds(i64::from(RECONCILE_SECONDS));
                    let order = Effect::ReconcileTicket(self.case.id.clone());
                    self.planner.plan_at(&mut self.case.effects_planned, due, order);
                }
                Ok(())
            }
            Outcome::Summarised(summary) => {
                let rule = "case/summarised";
                if self.case.reasons.iter().any(|reason| reason.rule == rule) {
                    return Err("the account is written already");
                }
                self.reason(rule, "");
                self.note(Private::new(report::summarised(summary)));
                Ok(())
            }
            Outcome::Remembered(history) => self.remember(history),
            Outcome::NoticeLost(why) => {
                let rule = format!("case/notice-{}-lost", effect.number);
                if self.case.reasons.iter().any(|reason| reason.rule == rule) {
                    return Err("this notice is known to be lost");
                }
                self.reason(&rule, why.as_str());
                self.note(Private::new(format!("A notice to the people on call did not arrive: {why}")));
                // A mail that was a page: its person's next channel follows, as after any that failed by itself.
                let _no_page = self.page_not_placed(effect.number, PageOutcome::Failed);
                Ok(())
            }
            Outcome::Withheld(why) => self.text_withheld(effect.number, *why),
            Outcome::PagePlaced(leg) => self.page_placed(effect.number, leg),
            Outcome::GivenUp(_) => self.page_not_placed(effect.number, PageOutcome::Failed),
            Outcome::OverBudget => self.page_not_placed(effect.number, PageOutcome::OverBudget),
            Outcome::Done => Err("done, and nothing to remember"),
        }
    }

    pub(super) fn marked_handled(&mut self, by: &Private) -> Taken {
        if self.case.work == Work::Handled {
            return Err("it is marked as handled already");
        }
        self.stop_other_pages(None);
        if !matches!(self.case.work, Work::Talking { .. }) {
            self.tell_caller(News::Handled);
        }
        self.case.work = Work::Handled;
        self.keep_callback(by);
        self.note(Private::new(format!("Marked as handled by {}.", by.reveal())));
        Ok(())
    }

    // What the ladder builds on.

    pub(super) fn plan(&mut self, effect: Effect) -> EffectId {
        self.planner.plan(&mut self.case.effects_planned, effect)
    }

    pub(super) fn in_seconds(&self, seconds: u32) -> DateTime<Utc> {
        self.context.now + TimeDelta::seconds(i64::from(seconds))
    }

    pub(super) fn reason(&mut self, rule: &str, about: impl Into<Private>) {
        self.case.reasons.push(Reason::new(rule, about));
        // A case that pages for days keeps its newest decisions; the journal has them all.
        let surplus = self.case.reasons.len().saturating_sub(PAGES_KEPT_MAX * 3);
        self.case.reasons.drain(..surplus);
    }

    pub(super) fn technician_of(&self, page: u32) -> Option<TechnicianId> {
        self.case.page(page).map(|page| page.technician.clone())
    }

    pub(super) fn name_of(&self, technician: &TechnicianId) -> String {
        self.context.policy.technician(technician).map_or_else(|| technician.to_string(), |t| t.name.clone())
    }

    pub(super) fn tell_caller(&mut self, news: News) {
        if !self.case.caller.present {
            return;
        }
        self.case.news_sent += 1;
        let event = crate::call::CallEvent::News { number: self.case.news_sent, news };
        self.plan(Effect::TellCall(self.case.caller.call.clone(), Box::new(event)));
    }

    /// Adds a note to the ticket, or keeps it until the ticket exists.
    pub(super) fn note(&mut self, text: Private) {
        if self.case.drill.is_some() {
            return;
        }
        let Some(ticket) = self.case.ticket.psa.clone() else {
            self.case.ticket.notes_waiting.push(text);
            return;
        };
        let number = self.case.effects_planned + 1;
        let reference = EffectId { owner: OwnerId::Case(self.case.id.clone()), number }.to_string();
        let text = Private::new(format!("{}\n\n[{reference}]", text.reveal()));
        let resolves = tells_a_fix(text.reveal());
        self.plan(Effect::AddNote(NoteOrder { ticket, text, reference, resolves }));
    }

    pub(super) fn bring_ticket_up_to_date(&mut self) {
        if std::mem::take(&mut self.case.ticket_behind) {
            let text = report::account(&self.case, self.context.policy);
            self.note(Private::new(text));
        }
    }

    /// E-mail and chat to the people on call.
    pub(super) fn alert(&mut self) {
        let policy = self.context.policy;
        let to = policy.rungs().into_iter().filter_map(|person| person.email.clone()).collect();
        let subject = Private::new(report::summary(&self.case, policy));
        let body = Private::new(report::account(&self.case, policy));
        self.plan(Effect::Alert(Alert { to, subject, body }));
    }
}
