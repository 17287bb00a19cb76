//! What becomes of one page: placed, answered, keyed, over.

use super::event::PageEvent;
use super::state::{Page, PageOutcome, PageState, Work};
use super::transition::{Step, Taken};
use crate::effect::Effect;
use crate::ids::LegId;
use crate::limits::*;
use crate::private::Private;

impl Step<'_> {
    pub(super) fn page_event(&mut self, number: u32, event: &PageEvent) -> Taken {
        match event {
            PageEvent::Ringing => Err("ringing changes nothing"),
            PageEvent::Answered { leg } => self.page_answered(number, leg),
            PageEvent::MachineHint(machine) => self.machine_hint(number, *machine),
            PageEvent::Keyed { turn, keys, words } => self.page_keyed(number, *turn, keys.as_deref(), words.as_ref()),
            PageEvent::Acknowledged { by, minutes } => self.acknowledged(number, *by, *minutes),
            PageEvent::Reached => self.reached(number),
            PageEvent::PassedOn => self.passed_on(number),
            PageEvent::LeftRoom => self.left_room(number),
            PageEvent::Ended(PageOutcome::NoAnswer | PageOutcome::Busy | PageOutcome::Failed)
                if self.case.page(number).is_some_and(|page| page.answered) =>
            {
                Err("a leg that was answered ends otherwise")
            }
            PageEvent::Ended(outcome) => self.page_over(number, *outcome),
        }
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
        if matches!(page.state, PageState::Ended { .. } | PageState::Accepted { .. }) {
            // It was stopped, or accepted by a message, before the carrier had named it.
            self.plan(Effect::HangUp(leg.clone()));
        }
        Ok(())
    }

    /// The carrier could not be made to ring, or the message could not be sent.
    pub(super) fn page_not_placed(&mut self, effect: u32, outcome: PageOutcome) -> Taken {
        match self.case.pages.iter().find(|page| page.effect == effect && page.is_open()) {
            // What was answered was placed, whatever the order's outcome says.
            Some(page) if page.answered => Err("this page was answered"),
            Some(page) => self.page_ended(page.number, outcome),
            None => Err("no page waits for this"),
        }
    }

    fn page_answered(&mut self, number: u32, leg: &LegId) -> Taken {
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

    pub(super) fn nobody_has_it(&self) -> bool {
        self.case.accepted().is_none() && self.case.work != Work::Handled
    }

    fn machine_hint(&mut self, number: u32, machine: bool) -> Taken {
        match self.page_mut(number) {
            Some(page) if machine && !page.machine_hint => {
                page.machine_hint = true;
                Ok(())
            }
            Some(_) => Err("nothing new about who answered"),
            None => Err("no such page"),
        }
    }

    fn page_keyed(&mut self, number: u32, turn: u32, keys: Option<&str>, words: Option<&Private>) -> Taken {
        let Some(page) = self.case.page(number).cloned() else { return Err("no such page") };
        let pressed = keys.map(|keys| keys.trim_end_matches('#'));
        let (listening, silences) = match page.state {
            PageState::Briefing { turn, silences, .. } => (turn, silences),
            PageState::Accepted { asking: Some(asked), .. } if asked == turn => {
                return self.arrival_answered(number, pressed, words);
            }
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

    /// A message says that its technician will not take it.
    fn passed_on(&mut self, number: u32) -> Taken {
        match self.case.page(number) {
            Some(Page { state: PageState::Ringing { .. }, .. }) => self.page_ended(number, PageOutcome::Passed),
            Some(_) => Err("this page is not waited for"),
            None => Err("no such page"),
        }
    }

    /// The carrier has ended the leg of a page: nobody can answer it any more.
    fn page_over(&mut self, number: u32, outcome: PageOutcome) -> Taken {
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
        let page = page.clone();
        let name = self.name_of(&page.technician);
        self.reason("page/not-accepted", format!("{name}: {outcome:?}"));
        // Another try may be under way already; only pages of the present one move the ladder on.
        if matches!(self.case.work, Work::Paging { page: first, .. } if number >= first) {
            match outcome {
                PageOutcome::Failed | PageOutcome::OverBudget => self.replace_channel(&page),
                PageOutcome::Passed => self.stop_pages_of(&page),
                _ => {}
            }
            self.move_on();
        }
        Ok(())
    }

    /// Whoever passed it on is not asked again by another channel.
    fn stop_pages_of(&mut self, passed: &Page) {
        let now = self.context.now;
        let mut legs = Vec::new();
        for page in self.case.pages.iter_mut().filter(|page| page.technician == passed.technician && page.is_open()) {
            page.state = PageState::Ended { outcome: PageOutcome::Stopped, at: now };
            legs.extend(page.leg.clone());
        }
        for leg in legs {
            self.plan(Effect::HangUp(leg));
        }
    }
}

/// Whether a technician said "accept", and nothing but that.
fn says_accept(words: &str) -> bool {
    let said: String = words.chars().filter(|c| c.is_alphabetic() || *c == ' ').collect();
    matches!(said.trim().to_lowercase().as_str(), "accept" | "i accept" | "accepted" | "acepto")
}
