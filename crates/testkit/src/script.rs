//! A night as a script: one caller, the technicians who are rung, and the time that passes. Text in, text out.
//!
//! [`Night`] drives a [`Call`] and its [`Case`] in memory, without a store, a port or a clock: what one tells the
//! other is delivered at once, every other effect is kept for the test to look at, and `now` moves only when the
//! script says so. Verbs are events (`says`, `picks_up`), `hears` and `expect_…` are checks; a check that fails
//! prints the night so far.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a script fails the test that runs it, with the night so far")]

mod checks;
mod verbs;

use crate::sample;
use chrono::{DateTime, Duration, Utc};
use nightdesk_domain::call::{Call, CallEvent};
use nightdesk_domain::case::{Case, CaseEvent};
use nightdesk_domain::effect::{Effect, Outcome, PlannedEffect};
use nightdesk_domain::facts::{Contact, Facts};
use nightdesk_domain::ids::PsaTicketId;
use nightdesk_domain::machine::{Context, Verdict};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::Policy;
use nightdesk_domain::reply::{Heard, VoiceReply};
use nightdesk_domain::windows::Occurrence;
use std::collections::VecDeque;
use std::fmt::Display;

/// One night with one caller.
#[derive(Debug, Clone)]
pub struct Night {
    /// The settings.
    pub policy: Policy,
    /// What is on record.
    pub facts: Facts,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// Every effect that was planned, in order.
    pub effects: Vec<PlannedEffect>,
    /// What the last event came to; events that machines send one another do not count.
    pub verdict: Verdict,
    /// The call, once somebody has called.
    pub call: Option<Call>,
    /// The case, once there is one.
    pub case: Option<Case>,
    /// The most effects that one transition planned.
    pub effects_per_transition_max: usize,
    dialled: PhoneNumber,
    heard: Heard,
    partials: u32,
    calls: u32,
    ticketing_is_up: bool,
    page: u32,
    log: Vec<String>,
}

impl Night {
    /// A night of the sample tenant, 02:00 on a Thursday in Chicago.
    pub fn new() -> Self {
        Self::with(sample::policy())
    }

    /// A night under these settings.
    pub fn with(policy: Policy) -> Self {
        Self {
            dialled: policy.lines.first().map_or_else(|| policy.caller_id.clone(), |line| line.number.clone()),
            policy,
            facts: Facts::default(),
            now: sample::at(0),
            effects: Vec::new(),
            verdict: Verdict::Applied,
            call: None,
            case: None,
            effects_per_transition_max: 0,
            heard: Heard::default(),
            partials: 0,
            calls: 0,
            ticketing_is_up: true,
            page: 0,
            log: Vec::new(),
        }
    }

    /// Another hour than two in the morning.
    pub fn at(mut self, now: DateTime<Utc>) -> Self {
        self.now = now;
        self
    }

    /// These people have the caller's number.
    pub fn known_as(mut self, contacts: Vec<Contact>) -> Self {
        self.facts.contacts = contacts;
        self
    }

    /// This work is planned at the tenant's clients.
    pub fn while_planned(mut self, windows: Vec<Occurrence>) -> Self {
        self.facts.windows = windows;
        self
    }

    /// The caller dials another of the tenant's lines.
    pub fn dialling(mut self, line: &str) -> Self {
        self.dialled = sample::number(line);
        self
    }

    /// The ticketing system does not answer.
    pub fn with_ticketing_down(mut self) -> Self {
        self.ticketing_is_up = false;
        self
    }

    // Time.

    /// Some seconds pass, and each deadline within them is kept.
    pub fn seconds_pass(mut self, seconds: i64) -> Self {
        let end = self.now + Duration::seconds(seconds);
        // A deadline that does not move would hold the clock still.
        for _ in 0..10_000 {
            let of_call = self.call.as_ref().and_then(Call::deadline);
            let of_case = self.case.as_ref().and_then(Case::deadline);
            let Some(next) = of_call.into_iter().chain(of_case).min().filter(|next| *next <= end) else {
                self.now = self.now.max(end);
                return self;
            };
            self.now = self.now.max(next);
            if of_call == Some(next) {
                self = self.call_event(CallEvent::Tick);
            } else {
                self = self.case_event(CaseEvent::Tick);
            }
            self.note(&format!("… {}", self.now));
        }
        self.fail("time stands still: a tick leaves its deadline where it was")
    }

    /// So many minutes in which nothing at all reaches the outside.
    pub fn silence_for_minutes(self, minutes: i64) -> Self {
        let before = self.effects.len();
        let night = self.seconds_pass(minutes * 60);
        let outward = night.effects[before..].iter().find(|planned| is_outward(&planned.effect));
        if let Some(planned) = outward {
            night.fail(format!("nothing should happen for {minutes} minutes, and {} did", kind(&planned.effect)));
        }
        night
    }

    // Events as they are.

    /// Gives the call an event.
    pub fn call_event(mut self, event: CallEvent) -> Self {
        self.note(&told(&event));
        self.verdict = self.give_call(&event);
        self
    }

    /// Gives the case an event.
    pub fn case_event(mut self, event: CaseEvent) -> Self {
        self.note(&format!("case: {event:?}"));
        self.verdict = self.give_case(&event);
        self
    }

    fn give_call(&mut self, event: &CallEvent) -> Verdict {
        let Some(call) = self.call.take() else { return Verdict::Ignored("there is no call") };
        let before = Some(call.state.clone());
        let context = Context { policy: &self.policy, facts: &self.facts, now: self.now };
        let next = call.transition(&context, event);
        self.call = Some(next.state);
        if let Some(case) = next.opens {
            self.case = Some(*case);
        }
        self.deliver(next.effects);
        if before != self.call.as_ref().map(|call| call.state.clone()) {
            let heard = self.assistant();
            self.note(&format!("assistant: {}", heard.say.join(" ")));
        }
        next.verdict
    }

    fn give_case(&mut self, event: &CaseEvent) -> Verdict {
        let Some(case) = self.case.take() else { return Verdict::Ignored("there is no case") };
        let context = Context { policy: &self.policy, facts: &self.facts, now: self.now };
        let next = case.transition(&context, event);
        self.case = Some(next.state);
        self.deliver(next.effects);
        next.verdict
    }

    /// Hands over what the machines tell one another, in order, and keeps everything.
    fn deliver(&mut self, effects: Vec<PlannedEffect>) {
        self.effects_per_transition_max = self.effects_per_transition_max.max(effects.len());
        let mut waiting: VecDeque<PlannedEffect> = effects.into();
        while let Some(planned) = waiting.pop_front() {
            self.effects.push(planned.clone());
            match planned.effect {
                Effect::TellCall(_, event) => _ = self.give_call(&event),
                Effect::TellCase(_, event) => _ = self.give_case(&event),
                Effect::OpenTicket(_) if self.ticketing_is_up => {
                    let ticket = PsaTicketId::parse("4711").unwrap();
                    let outcome = Outcome::TicketOpened { ticket, repeated: false };
                    _ = self.give_case(&CaseEvent::Settled { effect: planned.id, outcome });
                }
                _ => {}
            }
        }
    }

    /// A new line: nothing was heard on it yet.
    fn forget_the_line(&mut self) {
        (self.heard, self.partials) = (Heard::default(), 0);
    }

    // Looking at it.

    /// The call.
    pub fn call(&self) -> &Call {
        self.call.as_ref().unwrap_or_else(|| self.fail("nobody has called"))
    }

    /// The case.
    pub fn case(&self) -> &Case {
        self.case.as_ref().unwrap_or_else(|| self.fail("there is no case"))
    }

    /// What the caller hears now, and what the line does then.
    pub fn assistant(&self) -> VoiceReply {
        self.call().reply(&self.policy, self.heard, self.now)
    }

    /// What the technician of the present page hears now.
    pub fn briefing(&self) -> VoiceReply {
        self.case().page_reply(self.page, &self.policy)
    }

    /// The night so far, and why it is wrong.
    pub fn fail(&self, why: impl Display) -> ! {
        panic!("{why}\n  {}\n  state: {:?}", self.log.join("\n  "), self.call.as_ref().map(|call| &call.state))
    }

    fn note(&mut self, line: &str) {
        self.log.push(line.to_owned());
    }
}

impl Default for Night {
    fn default() -> Self {
        Self::new()
    }
}

fn told(event: &CallEvent) -> String {
    match event {
        CallEvent::Said { words: Some(speech), .. } => format!("caller: {}", speech.words.reveal()),
        CallEvent::Said { keys: Some(keys), .. } => format!("caller presses {}", keys.reveal()),
        CallEvent::Overheard { words, .. } => format!("caller begins: {}", words.reveal()),
        CallEvent::Said { .. } => "caller is silent".to_owned(),
        other => format!("call: {other:?}"),
    }
}

fn is_outward(effect: &Effect) -> bool {
    !matches!(effect, Effect::TellCall(..) | Effect::TellCase(..))
}

fn kind(effect: &Effect) -> String {
    let shown = format!("{effect:?}");
    shown.split(['(', ' ']).next().unwrap_or_default().to_owned()
}
