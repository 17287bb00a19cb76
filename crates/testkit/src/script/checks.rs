//! What a scripted night is checked for: words heard, tickets, pages, promises, reasons.

use super::Night;
use nightdesk_domain::call::CallState;
use nightdesk_domain::case::{Page, PageOutcome, PageState, TicketDraft, Work};
use nightdesk_domain::effect::{Effect, Line};
use nightdesk_domain::machine::Verdict;
use nightdesk_domain::reply::Then;
use nightdesk_domain::vocabulary::{Category, Disposition, Language, Priority};

impl Night {
    /// A note to the ticket holds these words.
    #[track_caller]
    pub fn expect_noted(self, words: &str) -> Self {
        let noted = self.effects.iter().any(|planned| match &planned.effect {
            Effect::AddNote(note) => note.text.reveal().contains(words),
            _ => false,
        });
        if !noted {
            self.fail(format!("no note says {words:?}"));
        }
        self
    }

    /// The case remembers this decision: its rule, or its rule and words as `rule: words`.
    #[track_caller]
    pub fn expect_reason(self, line: &str) -> Self {
        let known = |reason: &nightdesk_domain::triage::Reason| {
            reason.rule == line || format!("{}: {}", reason.rule, reason.words.reveal()) == line
        };
        if !self.case().reasons.iter().any(known) {
            self.fail(format!("the case should remember {line:?}"));
        }
        self
    }

    /// The caller hears this now.
    pub fn hears(self, words: &str) -> Self {
        let heard = self.assistant().say.join(" ");
        if !heard.contains(words) {
            self.fail(format!("the caller should hear {words:?}, and hears {heard:?}"));
        }
        self
    }

    /// The caller does not hear this now.
    pub fn does_not_hear(self, words: &str) -> Self {
        let heard = self.assistant().say.join(" ");
        if heard.contains(words) {
            self.fail(format!("the caller should not hear {words:?}, and hears {heard:?}"));
        }
        self
    }

    /// The technician of the present page hears this now.
    pub fn is_told(self, words: &str) -> Self {
        let heard = self.briefing().say.join(" ");
        if !heard.contains(words) {
            self.fail(format!("the technician should hear {words:?}, and hears {heard:?}"));
        }
        self
    }

    /// The caller is asked to leave a message.
    pub fn expect_recording(self) -> Self {
        match self.assistant().then {
            Then::Record { .. } => self,
            other => self.fail(format!("a message should be recorded, and it is {other:?}")),
        }
    }

    /// The line is put down after the words.
    pub fn expect_goodbye(self) -> Self {
        match self.assistant().then {
            Then::HangUp => self,
            other => self.fail(format!("the call should end, and it is {other:?}")),
        }
    }

    /// The caller is joined with a technician.
    pub fn expect_connected(self) -> Self {
        match self.call().state {
            CallState::Connected { .. } => self,
            ref other => self.fail(format!("the caller should be connected, and is {other:?}")),
        }
    }

    /// The caller waits while somebody is woken.
    pub fn expect_holding(self) -> Self {
        match self.call().state {
            CallState::Holding { .. } => self,
            ref other => self.fail(format!("the caller should be holding, and is {other:?}")),
        }
    }

    /// The call has come to this.
    pub fn expect_disposition(self, disposition: Disposition) -> Self {
        if self.call().disposition != Some(disposition) {
            self.fail(format!("it should be {disposition}, and is {:?}", self.call().disposition));
        }
        self
    }

    /// Exactly one ticket was ordered, and the case has this priority.
    pub fn expect_ticket(self, priority: Priority) -> Self {
        let tickets = self.drafts().len();
        if tickets != 1 {
            self.fail(format!("there should be one ticket, and there are {tickets}"));
        }
        if self.case().brief.priority != priority {
            self.fail(format!("it should be {priority}, and is {}", self.case().brief.priority));
        }
        self
    }

    /// The case is of this category.
    pub fn expect_category(self, category: Category) -> Self {
        if self.case().brief.category != Some(category) {
            self.fail(format!("it should be {category}, and is {:?}", self.case().brief.category));
        }
        self
    }

    /// So far there is no ticket, and nobody is woken.
    pub fn expect_no_ticket_yet(self) -> Self {
        if !self.drafts().is_empty() {
            self.fail("there should be no ticket yet");
        }
        self
    }

    /// Nobody was rung.
    pub fn expect_nobody_woken(self) -> Self {
        if self.effects.iter().any(|planned| matches!(planned.effect, Effect::Page(_))) {
            self.fail("nobody should be woken");
        }
        self
    }

    /// So many telephones were rung up to now.
    pub fn expect_pages(self, count: usize) -> Self {
        let rung = self.effects.iter().filter(|planned| matches!(planned.effect, Effect::Page(_))).count();
        if rung != count {
            self.fail(format!("{count} telephones should have been rung, and {rung} were"));
        }
        self
    }

    /// A page has ended like this.
    pub fn expect_page_ended(self, number: u32, expected: PageOutcome) -> Self {
        match self.case().page(number).map(|page| &page.state) {
            Some(PageState::Ended { outcome, .. }) if *outcome == expected => self,
            other => self.fail(format!("page {number} should have ended {expected:?}, and is {other:?}")),
        }
    }

    /// A page is accepted by this technician, and holds.
    pub fn expect_accepted_by(self, technician: &str) -> Self {
        let holder = self.case().accepted().map(|page| page.technician.as_str().to_owned());
        if holder.as_deref() != Some(technician) {
            self.fail(format!("{technician} should have it, and {holder:?} has"));
        }
        self
    }

    /// The case is worked on like this.
    pub fn expect_work(self, expected: fn(&Work) -> bool) -> Self {
        if !expected(&self.case().work) {
            self.fail(format!("the case should not be {:?}", self.case().work));
        }
        self
    }

    /// The case knows this number to reach the caller.
    pub fn expect_number(self, number: &str) -> Self {
        let known = self.case().brief.number.as_ref().map(|known| known.reveal().to_owned());
        if known.as_deref() != Some(number) {
            self.fail(format!("the number to reach the caller should be {number}, and is {known:?}"));
        }
        self
    }

    /// The caller is spoken to in this language.
    pub fn expect_language(self, language: Language) -> Self {
        if self.call().language != language {
            self.fail(format!("it should be {language:?}"));
        }
        self
    }

    /// The ticket's description, or a note to it, says this.
    pub fn expect_in_ticket(self, words: &str) -> Self {
        let account = self.ticket_text();
        if !account.contains(words) {
            self.fail(format!("the ticket should say {words:?}, and says:\n{account}"));
        }
        self
    }

    /// The last event changed nothing.
    pub fn expect_ignored(self) -> Self {
        if self.verdict == Verdict::Applied {
            self.fail("the last event should have changed nothing");
        }
        self
    }

    /// The call is over.
    pub fn expect_over(self) -> Self {
        if !self.call().is_settled() {
            self.fail("the call should be over");
        }
        self
    }

    /// A text went to this technician's telephone, and says this.
    pub fn expect_text(self, to: &str, words: &str) -> Self {
        let sent = self.effects.iter().any(|planned| {
            matches!(&planned.effect, Effect::TextTechnician(order)
                if order.to.as_str() == to && order.body.reveal().contains(words))
        });
        if !sent {
            self.fail(format!("a text to {to} should say {words:?}"));
        }
        self
    }

    /// These texts to the caller were ordered, in order, and no other: each holds these words, and goes to the number
    /// that was seen.
    #[track_caller]
    pub fn expect_caller_texts(self, expected: &[&str]) -> Self {
        let texts = self.effects.iter().filter_map(|planned| match &planned.effect {
            Effect::TextCaller(text) => Some(text),
            _ => None,
        });
        let texts: Vec<_> = texts.collect();
        let from = self.call().from.as_ref();
        let right = texts.len() == expected.len()
            && texts.iter().zip(expected).all(|(text, words)| text.body.reveal().contains(words))
            && texts.iter().all(|text| Some(&text.to) == from && text.from == self.policy.caller_id);
        if !right {
            let bodies: Vec<&str> = texts.iter().map(|text| text.body.reveal()).collect();
            self.fail(format!("the caller should be texted {expected:?}, and is: {bodies:?}"));
        }
        self
    }

    /// The people on call were told by mail and chat, so often.
    pub fn expect_alerts(self, count: usize) -> Self {
        let sent = self.effects.iter().filter(|planned| matches!(planned.effect, Effect::Alert(_))).count();
        if sent != count {
            self.fail(format!("{count} alerts should be sent, and {sent} were"));
        }
        self
    }

    /// The caller's leg was made to ask what it hears now, so often.
    pub fn expect_caller_refetched(self, count: usize) -> Self {
        let asked = |effect: &Effect| matches!(effect, Effect::Refetch(Line::Caller(_)));
        let times = self.effects.iter().filter(|planned| asked(&planned.effect)).count();
        if times != count {
            self.fail(format!("the caller's leg should be refetched {count} times, and was {times} times"));
        }
        self
    }

    /// Drafts of tickets that were ordered.
    pub fn drafts(&self) -> Vec<&TicketDraft> {
        self.effects
            .iter()
            .filter_map(|planned| match &planned.effect {
                Effect::OpenTicket(draft) => Some(draft.as_ref()),
                _ => None,
            })
            .collect()
    }

    /// Everything that the ticket says: description and notes.
    pub fn ticket_text(&self) -> String {
        let text = |effect: &Effect| match effect {
            Effect::OpenTicket(draft) => Some(draft.description.reveal().to_owned()),
            Effect::AddNote(note) => Some(note.text.reveal().to_owned()),
            _ => None,
        };
        let parts: Vec<String> = self.effects.iter().filter_map(|planned| text(&planned.effect)).collect();
        parts.join("\n---\n")
    }

    /// Pages that are accepted.
    pub fn accepted_pages(&self) -> Vec<&Page> {
        let accepted = |page: &&Page| matches!(page.state, PageState::Accepted { .. });
        self.case().pages.iter().filter(accepted).collect()
    }

    /// Questions that were put, in order.
    pub fn asked(&self) -> Vec<String> {
        self.call().asked.iter().map(|question| format!("{question:?}")).collect()
    }
}
