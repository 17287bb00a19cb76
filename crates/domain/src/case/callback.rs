//! A promised call: when it is due, whom it goes to, and what follows until somebody says that it was made.
//!
//! It is no emergency: it goes by mail, chat and text, and no telephone rings for it.

use super::people::can_be_texted;
use super::report;
use super::state::{Case, Promise, Work};
use super::transition::{Step, Taken};
use crate::effect::{Alert, Effect, TextOrder};
use crate::facts::Facts;
use crate::ids::TechnicianId;
use crate::limits::{CALLBACK_GRACE_SECONDS, CALLBACK_MOVE_DAYS_MAX, CALLBACK_MOVES_MAX, CALLBACK_TOLD_MAX};
use crate::policy::{Policy, Technician};
use crate::private::Private;
use crate::triage::say_callback;
use crate::vocabulary::Language;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// A promised call that is owed to the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// The promise as it stands: as it was read back to the caller, or as it was moved.
    pub promise: Promise,
    /// How often it was moved, at most [`CALLBACK_MOVES_MAX`].
    pub moved: u32,
    /// Where it stands.
    pub state: CallbackState,
}

/// Where a promised call stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackState {
    /// Its time has not come.
    Waiting,
    /// Its time has come, and whoever is to make it was told.
    Due {
        /// Since when.
        since: DateTime<Utc>,
        /// Who was told.
        keeper: Keeper,
    },
    /// Nobody has said in time that it was made: red.
    Overdue {
        /// Since when.
        since: DateTime<Utc>,
        /// Who was told last.
        keeper: Keeper,
        /// How often somebody was told that it is overdue, at most [`CALLBACK_TOLD_MAX`].
        told: u32,
        /// When somebody is told again; none once that has been often enough.
        again: Option<DateTime<Utc>>,
    },
    /// It was made, or the case was taken care of otherwise.
    Done {
        /// Who says so.
        by: Private,
        /// When.
        at: DateTime<Utc>,
    },
}

/// Who is to make a promised call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keeper {
    /// The office: whoever is there.
    Office,
    /// This person.
    Technician(TechnicianId),
}

impl Owed {
    /// A promise that was just made.
    pub fn new(promise: Promise) -> Self {
        Self { promise, moved: 0, state: CallbackState::Waiting }
    }

    /// When something has to happen next, without anybody's doing.
    fn deadline(&self) -> Option<DateTime<Utc>> {
        match self.state {
            CallbackState::Waiting => Some(self.promise.from),
            CallbackState::Due { since, .. } => {
                let grace = since + TimeDelta::seconds(i64::from(CALLBACK_GRACE_SECONDS));
                Some(self.promise.until.map_or(grace, |until| until.max(grace)))
            }
            CallbackState::Overdue { again, .. } => again,
            CallbackState::Done { .. } => None,
        }
    }
}

impl Keeper {
    /// Who is to make a call at an instant: in business hours the office; else whoever is on call then and can be told
    /// by text or mail, or the next on the list of people.
    pub fn at(policy: &Policy, facts: &Facts, at: DateTime<Utc>) -> Keeper {
        if policy.business_hours.open_at(at, policy.time_zone) {
            return Keeper::Office;
        }
        let people = policy.on_call(&facts.overrides, None, at).into_iter().chain(policy.rungs());
        let told = |person: &&Technician| can_be_texted(person, facts) || person.email.is_some();
        people.into_iter().find(told).map_or(Keeper::Office, |person| Keeper::Technician(person.id.clone()))
    }

    /// As a sentence has it: "the office", "Alex".
    pub fn name(&self, policy: &Policy) -> String {
        match self {
            Keeper::Office => "the office".to_owned(),
            Keeper::Technician(id) => {
                policy.technician(id).map_or_else(|| id.to_string(), |person| person.name.clone())
            }
        }
    }
}

impl Case {
    /// The promised call that is still to be made; none once it is done, and while others have the case: somebody is
    /// being woken for it, or has it.
    pub fn owed(&self) -> Option<&Owed> {
        let open = matches!(self.work, Work::Filed | Work::Unanswered);
        self.callback.as_ref().filter(|owed| open && !matches!(owed.state, CallbackState::Done { .. }))
    }

    /// Whether a promised call is overdue: red until it is made.
    pub fn callback_is_overdue(&self) -> bool {
        self.owed().is_some_and(|owed| matches!(owed.state, CallbackState::Overdue { .. }))
    }

    pub(super) fn callback_deadline(&self) -> Option<DateTime<Utc>> {
        self.owed().and_then(Owed::deadline)
    }
}

impl Step<'_> {
    /// The call tells what it has promised; a promise that was moved, or is due, stands as it is.
    pub(super) fn promise_told(&mut self, before: Option<&Promise>) {
        let Some(promise) = self.case.brief.callback.clone().filter(|told| Some(told) != before) else { return };
        match &mut self.case.callback {
            Some(owed) if owed.moved == 0 && owed.state == CallbackState::Waiting => owed.promise = promise,
            Some(_) => {}
            None => self.case.callback = Some(Owed::new(promise)),
        }
    }

    /// The time of a promise has come, or time to tell of it again.
    pub(super) fn callback_due(&mut self) {
        let (now, policy) = (self.context.now, self.context.policy);
        if self.case.callback_deadline().is_none_or(|at| now < at) {
            return;
        }
        let Some(owed) = self.case.owed().cloned() else { return };
        let state = match owed.state.clone() {
            CallbackState::Waiting => {
                let keeper = Keeper::at(policy, self.context.facts, now);
                self.reason("callback/due", keeper.name(policy));
                self.tell_keeper(&keeper, &owed, false);
                CallbackState::Due { since: now, keeper }
            }
            CallbackState::Due { keeper, .. } => {
                let when = self.promised(&owed.promise);
                self.reason("callback/overdue", "");
                self.note(
                    format!("The call that was promised for {when} is overdue: nobody has said that it was made.")
                        .into(),
                );
                // At night nobody is disturbed a second time: it is told when the office opens.
                if policy.business_hours.open_at(now, policy.time_zone) {
                    self.tell_overdue(&owed, now, 0, true)
                } else {
                    CallbackState::Overdue { since: now, keeper, told: 0, again: self.next_telling(0) }
                }
            }
            // Whoever opens the office in the morning hears of it first, as by day the office did.
            CallbackState::Overdue { since, told, .. } => self.tell_overdue(&owed, since, told, told > 0),
            done @ CallbackState::Done { .. } => done,
        };
        self.set_callback(state);
    }

    /// The manager, or whoever is there, is told that it is overdue.
    fn tell_overdue(&mut self, owed: &Owed, since: DateTime<Utc>, told: u32, manager: bool) -> CallbackState {
        let (now, policy) = (self.context.now, self.context.policy);
        let by_day = policy.business_hours.open_at(now, policy.time_zone);
        let next = policy.manager.as_ref().and_then(|id| policy.technician(id)).filter(|_| manager && by_day);
        let next = next.filter(|person| person.email.is_some() || can_be_texted(person, self.context.facts));
        let keeper = next.map_or_else(
            || Keeper::at(policy, self.context.facts, now),
            |person| Keeper::Technician(person.id.clone()),
        );
        self.reason("callback/overdue-told", keeper.name(policy));
        self.tell_keeper(&keeper, owed, true);
        let told = told + 1;
        CallbackState::Overdue { since, keeper, told, again: self.next_telling(told) }
    }

    /// The office's next opening, or a day later where it never opens; none once somebody was told often enough.
    fn next_telling(&self, told: u32) -> Option<DateTime<Utc>> {
        let (now, policy) = (self.context.now, self.context.policy);
        let opening = policy.business_hours.next_opening(now, policy.time_zone);
        (told < CALLBACK_TOLD_MAX).then(|| opening.unwrap_or(now + TimeDelta::days(1)))
    }

    /// By day by mail and chat; at night, to one person, by text.
    fn tell_keeper(&mut self, keeper: &Keeper, owed: &Owed, overdue: bool) {
        let (policy, facts) = (self.context.policy, self.context.facts);
        let by_day = policy.business_hours.open_at(self.context.now, policy.time_zone);
        let person = match keeper {
            Keeper::Technician(id) => policy.technician(id),
            Keeper::Office => None,
        };
        let texted = person.filter(|person| can_be_texted(person, facts) && (!by_day || person.email.is_none()));
        if let Some(to) = texted.and_then(|person| person.number.clone()) {
            let body = self.text_for_keeper(owed, overdue);
            let from = policy.caller_id.clone();
            self.plan(Effect::TextTechnician(TextOrder { to, from, body, page: None }));
            return;
        }
        let on_list = || policy.rungs().into_iter().filter_map(|person| person.email.clone()).collect();
        let to = person.and_then(|person| person.email.clone()).map_or_else(on_list, |address| vec![address]);
        let what = if overdue { "Callback overdue" } else { "Call back now" };
        let subject = Private::new(format!("{what}: {}", report::summary(&self.case, policy)));
        let body = self.mail_for_keeper(keeper, owed, overdue);
        self.plan(Effect::Alert(Alert { to, subject, body }));
    }

    fn text_for_keeper(&self, owed: &Owed, overdue: bool) -> Private {
        let (policy, brief) = (self.context.policy, &self.case.brief);
        let name = brief.name.as_ref().map_or("the caller", Private::reveal);
        let number = brief.number.as_ref().map(|number| format!(" at {}", number.reveal())).unwrap_or_default();
        let (when, ticket) = (self.promised(&owed.promise), &self.case.ticket.number);
        let overdue = if overdue { " Overdue." } else { "" };
        let about = report::shorten(&report::summary(&self.case, policy), 90);
        Private::new(format!(
            "{}: please call {name}{number} back, promised for {when}.{overdue} Ticket {ticket}, {about}. \
             Then reply: {ticket} done",
            policy.name,
        ))
    }

    fn mail_for_keeper(&self, keeper: &Keeper, owed: &Owed, overdue: bool) -> Private {
        let (policy, brief) = (self.context.policy, &self.case.brief);
        let name = brief.name.as_ref().map_or("The caller", Private::reveal);
        let number = brief.number.as_ref().map_or("a number that is not known", Private::reveal);
        let (when, ticket) = (self.promised(&owed.promise), &self.case.ticket.number);
        let first = match overdue {
            false => format!("{name} was promised a call for {when}, at {number}."),
            true => {
                format!("{name} was promised a call for {when}, at {number}, and nobody has said that it was made.")
            }
        };
        let whose = match (keeper, &policy.office) {
            (Keeper::Office, Some(office)) => format!("It is for the office, {}.", office.as_str()),
            (keeper, _) => format!("It is for {}.", keeper.name(policy)),
        };
        let moved = match owed.moved {
            0 => String::new(),
            moved => format!(" It was moved {moved} of at most {CALLBACK_MOVES_MAX} times."),
        };
        Private::new(format!(
            "{first} {whose}{moved}\n\nOnce it is made: nightdesk callbacks done {ticket}, or text \"{ticket} done\" to \
             {line} from your own telephone.\n\
             To another time: nightdesk callbacks move {ticket} \"tomorrow at ten\"\n\n{}",
            report::account(&self.case, policy),
            line = policy.caller_id.as_str(),
        ))
    }

    /// A person says that the promised call was made.
    pub(super) fn callback_done(&mut self, by: &Private) -> Taken {
        if self.case.owed().is_none() {
            return Err("no call is owed");
        }
        self.keep_callback(by);
        self.reason("callback/done", by.clone());
        self.note(format!("The promised call was made, says {}.", by.reveal()).into());
        Ok(())
    }

    /// A person moves the promise to another time.
    pub(super) fn callback_moved(&mut self, number: u32, to: &Promise, by: &Private) -> Taken {
        let Some(owed) = self.case.owed().cloned() else { return Err("no call is owed") };
        if number != owed.moved + 1 {
            return Err("another move than the next");
        }
        if number > CALLBACK_MOVES_MAX {
            return Err("it was moved as often as may be");
        }
        if to.from <= self.context.now || to.until.is_some_and(|until| until <= to.from) {
            return Err("this is no time to come");
        }
        if to.from - self.context.now > TimeDelta::days(CALLBACK_MOVE_DAYS_MAX) {
            return Err("this is too far ahead");
        }
        let (before, after) = (self.promised(&owed.promise), self.promised(to));
        self.case.callback = Some(Owed { promise: to.clone(), moved: number, state: CallbackState::Waiting });
        self.reason("callback/moved", by.clone());
        self.note(format!("The promised call was moved by {} from {before} to {after}.", by.reveal()).into());
        self.text_moved(to, owed.state != CallbackState::Waiting);
        Ok(())
    }

    /// Whoever has talked with the caller has kept the promise.
    pub(super) fn talk_keeps_promise(&mut self) {
        let Work::Held { page, talked: true, .. } = self.case.work else { return };
        if self.case.callback.as_ref().is_none_or(|owed| matches!(owed.state, CallbackState::Done { .. })) {
            return;
        }
        let name = self.technician_of(page).map(|technician| self.name_of(&technician)).unwrap_or_default();
        self.note(format!("The promised call is kept: {name} has talked with the caller.").into());
        self.keep_callback(&Private::new(name));
    }

    /// Nothing is owed any more.
    pub(super) fn keep_callback(&mut self, by: &Private) {
        let at = self.context.now;
        if self.case.callback.as_ref().is_some_and(|owed| !matches!(owed.state, CallbackState::Done { .. })) {
            self.set_callback(CallbackState::Done { by: by.clone(), at });
        }
    }

    fn set_callback(&mut self, state: CallbackState) {
        if let Some(owed) = &mut self.case.callback {
            owed.state = state;
        }
    }

    /// "Thursday at 10:00 AM Central time".
    fn promised(&self, promise: &Promise) -> String {
        say_callback(promise.time(), self.context.policy.time_zone, Language::English, self.context.now)
    }
}
