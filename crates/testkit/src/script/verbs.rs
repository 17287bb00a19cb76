//! What the people of a scripted night do.

use super::Night;
use crate::sample;
use chrono::Duration;
use nightdesk_domain::call::{Arrival, Call, CallEvent, Recording, Speech};
use nightdesk_domain::case::{AckBy, Case, CaseEvent, Page, PageEvent, PageOutcome, PageState, ToolAlert};
use nightdesk_domain::effect::{Effect, Outcome};
use nightdesk_domain::ids::{CallId, LegId, RecordingId};
use nightdesk_domain::machine::Context;
use nightdesk_domain::model::Opinion;
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::Channel;
use nightdesk_domain::reply::Then;
use nightdesk_domain::vocabulary::{Category, Priority};

/// How long a caller speaks, in seconds.
const UTTERANCE_SECONDS: i64 = 4;

impl Night {
    // The caller.

    /// Somebody calls and shows this number.
    pub fn call_from(self, number: &str) -> Self {
        let from = sample::number(number);
        self.call_arrives(Some(from))
    }

    /// Another caller rings and shows this number; what is open by now can be joined.
    pub fn then_calls(mut self, number: &str) -> Self {
        self.facts.outages = self.case.iter().filter_map(|case| case.open_to_callers(self.now)).collect();
        self.forget_the_line();
        self.call_from(number)
    }

    /// Somebody calls and withholds the number.
    pub fn call_withheld(self) -> Self {
        self.call_arrives(None)
    }

    fn call_arrives(mut self, from: Option<PhoneNumber>) -> Self {
        self.calls += 1;
        let call = CallId::parse(&format!("CA{}", self.calls)).unwrap();
        let arrival = Arrival { tenant: self.policy.tenant.clone(), call, dialled: self.dialled.clone(), from };
        let context = Context { policy: &self.policy, facts: &self.facts, now: self.now };
        let opened = Call::open(&context, &arrival);
        self.note("the phone rings");
        self.call = Some(opened.state);
        self.deliver(opened.effects);
        self
    }

    /// The caller says something that is well understood.
    pub fn says(self, words: &str) -> Self {
        self.speaks(words, Some(90))
    }

    /// The recogniser makes out these words, and hardly believes them.
    pub fn mumbles(self, words: &str) -> Self {
        self.speaks(words, Some(12))
    }

    fn speaks(mut self, words: &str, confidence_percent: Option<u8>) -> Self {
        self.now += Duration::seconds(UTTERANCE_SECONDS);
        let words = Some(Speech { words: words.into(), confidence_percent });
        self.said(words, None)
    }

    /// The caller presses keys.
    pub fn presses(self, keys: &str) -> Self {
        self.said(None, Some(keys))
    }

    /// The caller's line is silent for a turn; while holding, that is one poll.
    pub fn is_silent(mut self) -> Self {
        self.now += Duration::seconds(UTTERANCE_SECONDS);
        self.said(None, None)
    }

    /// The caller has begun a sentence, and this much of it was made out.
    pub fn begins(mut self, words: &str) -> Self {
        self.partials += 1;
        let event = CallEvent::Overheard { turn: self.call().turn, sequence: self.partials, words: words.into() };
        self.call_event(event)
    }

    fn said(mut self, words: Option<Speech>, keys: Option<&str>) -> Self {
        self.heard = match self.assistant().then {
            Then::Listen(listen) => listen.heard,
            _ => self.heard,
        };
        let event = CallEvent::Said { turn: self.call().turn, heard: self.heard, words, keys: keys.map(Into::into) };
        self.call_event(event)
    }

    /// The caller hangs up.
    pub fn hangs_up(self) -> Self {
        self.call_event(CallEvent::HungUp)
    }

    /// The caller leaves a message of some seconds; none: says nothing after the beep.
    pub fn leaves_message(self, seconds: Option<u32>) -> Self {
        let recording = seconds.map(|seconds| Recording { id: recording(), seconds });
        let turn = self.call().turn;
        self.call_event(CallEvent::Recorded { turn, recording })
    }

    /// The message's transcript comes, or fails.
    pub fn message_reads(self, words: Option<&str>) -> Self {
        self.call_event(CallEvent::Transcribed { recording: recording(), words: words.map(Into::into) })
    }

    /// The language model answers what it was asked last.
    pub fn model_says(self, priority: Priority, category: Option<Category>, gist: &str) -> Self {
        let asked = self.effects.iter().rev().find_map(|planned| match &planned.effect {
            Effect::AskModel(order) => Some(order.turns),
            _ => None,
        });
        let Some(turns) = asked else { self.fail("the model should have been asked, and was not") };
        let opinion = Opinion { priority, category, gist: gist.into(), because: "it sounds so".into() };
        self.call_event(CallEvent::Opined { turns, opinion })
    }

    /// The office's telephone stops ringing.
    pub fn office(self, answers: bool) -> Self {
        let turn = self.call().turn;
        self.call_event(CallEvent::OfficeRang { turn, answered: answers })
    }

    // Other tools.

    /// A tool sends an alert.
    pub fn alerted(mut self, alert: ToolAlert) -> Self {
        self.note(&format!("{} sends an alert", alert.source));
        let context = Context { policy: &self.policy, facts: &self.facts, now: self.now };
        let (case, effects) = Case::alert(&context, alert, 0);
        self.case = Some(case);
        self.deliver(effects);
        self
    }

    // The technicians. The verbs are about the page that `rings` named last.

    /// This technician's telephone rings now.
    pub fn rings(mut self, technician: &str) -> Self {
        let case = self.case();
        let rings = |page: &&Page| page.channel == Channel::Call && matches!(page.state, PageState::Ringing { .. });
        let open = case.pages.iter().rev().find(rings).cloned();
        let Some(page) = open else { self.fail(format!("{technician} should be rung, and nobody is")) };
        if page.technician.as_str() != technician {
            self.fail(format!("{technician} should be rung, and {} is", page.technician));
        }
        self.page = page.number;
        let leg = LegId::parse(&format!("leg-{}", page.number)).unwrap();
        let effect = self
            .effects
            .iter()
            .find(|planned| matches!(&planned.effect, Effect::Page(order) if order.page == page.number));
        let Some(effect) = effect.map(|planned| planned.id.clone()) else { self.fail("the page was not ordered") };
        self.case_event(CaseEvent::Settled { effect, outcome: Outcome::PagePlaced(leg) })
    }

    /// This technician is paged by a message now.
    pub fn is_messaged(mut self, technician: &str, channel: Channel) -> Self {
        let of = |page: &&Page| page.channel == channel && page.technician.as_str() == technician && page.is_open();
        let number = self.case().pages.iter().rev().find(of).map(|page| page.number);
        let Some(number) = number else { self.fail(format!("{technician} should be paged by {channel:?}")) };
        let ordered = self.effects.iter().any(|planned| match &planned.effect {
            Effect::MessagePage(order) => order.page == number && planned.due <= self.now,
            _ => false,
        });
        if !ordered {
            self.fail(format!("the page of {technician} by {channel:?} should be due"));
        }
        self.page = number;
        self
    }

    /// The technician answers the message with the code, and perhaps with the minutes until the caller is rung.
    pub fn acknowledges(self, minutes: Option<u32>) -> Self {
        self.page_event(PageEvent::Acknowledged { by: AckBy::Text, minutes })
    }

    /// The technician writes that the caller was reached.
    pub fn writes_done(self) -> Self {
        self.page_event(PageEvent::Reached)
    }

    /// Goes on with an earlier page.
    pub fn page(mut self, number: u32) -> Self {
        self.page = number;
        self
    }

    fn leg(&self) -> LegId {
        LegId::parse(&format!("leg-{}", self.page)).unwrap()
    }

    fn page_event(self, event: PageEvent) -> Self {
        let page = self.page;
        self.case_event(CaseEvent::Page { page, event })
    }

    /// The technician, or whatever else answers, picks up.
    pub fn picks_up(self) -> Self {
        let leg = self.leg();
        self.page_event(PageEvent::Answered { leg })
    }

    /// A mailbox picks up, and the carrier says so: it hears the words and presses nothing.
    pub fn mailbox(self) -> Self {
        self.picks_up().page_event(PageEvent::MachineHint(true)).keys(None)
    }

    /// The carrier believes that a machine answered.
    pub fn seems_a_machine(self) -> Self {
        self.page_event(PageEvent::MachineHint(true))
    }

    /// The technician presses a key; none: nothing, for a whole turn.
    pub fn keys(self, keys: Option<&str>) -> Self {
        let turn = self.briefing_turn();
        self.page_event(PageEvent::Keyed { turn, keys: keys.map(str::to_owned), words: None })
    }

    /// The technician says something instead of pressing a key.
    pub fn answers(self, words: &str) -> Self {
        let turn = self.briefing_turn();
        self.page_event(PageEvent::Keyed { turn, keys: None, words: Some(words.into()) })
    }

    /// The technician presses keys in answer to a later turn than the briefing's.
    pub fn keys_in_turn(self, turn: u32, keys: &str) -> Self {
        self.page_event(PageEvent::Keyed { turn, keys: Some(keys.to_owned()), words: None })
    }

    /// The technician says something in answer to a later turn than the briefing's.
    pub fn answers_in_turn(self, turn: u32, words: &str) -> Self {
        self.page_event(PageEvent::Keyed { turn, keys: None, words: Some(words.into()) })
    }

    fn briefing_turn(&self) -> u32 {
        match self.case().page(self.page).map(|page| &page.state) {
            Some(PageState::Briefing { turn, .. }) => *turn,
            _ => 1,
        }
    }

    /// Picks up and presses 1.
    pub fn accepts(self) -> Self {
        self.picks_up().keys(Some("1"))
    }

    /// The technician's leg ends like this.
    pub fn ends(self, outcome: PageOutcome) -> Self {
        self.page_event(PageEvent::Ended(outcome))
    }

    /// Caller and technician enter the room.
    pub fn joined(self) -> Self {
        self.caller_enters().technician_enters()
    }

    /// The caller enters the room.
    pub fn caller_enters(self) -> Self {
        let leg = self.call().id.leg();
        self.case_event(CaseEvent::Room { leg, entered: true })
    }

    /// The technician enters the room.
    pub fn technician_enters(self) -> Self {
        let leg = self.leg();
        self.case_event(CaseEvent::Room { leg, entered: true })
    }

    /// The technician's leg leaves the room, and so, with nobody left in it, does the caller's.
    pub fn technician_leaves(self) -> Self {
        let (leg, turn) = (self.leg(), self.call().turn);
        self.case_event(CaseEvent::Room { leg, entered: false }).call_event(CallEvent::LeftRoom { turn })
    }
}

/// The one message that a scripted caller leaves.
fn recording() -> RecordingId {
    RecordingId::parse("RE1").unwrap()
}
