//! What a technician's leg hears now: a projection of the case.

use super::report;
use super::state::{Case, PageOutcome, PageState, Work};
use crate::limits::KEY_SECONDS;
use crate::phone::spoken_digits;
use crate::policy::Policy;
use crate::private::Private;
use crate::reply::{Heard, Listen, Then, VoiceReply};
use crate::vocabulary::Language;

const KEYS: &str = "To accept, press 1. To pass it on, press 2. To hear it again, press 3.";

impl Case {
    /// What the technician of a page hears now.
    pub fn page_reply(&self, number: u32, policy: &Policy) -> VoiceReply {
        let Some(page) = self.page(number) else {
            return say(vec!["This page is over. Goodbye.".to_owned()], Then::HangUp);
        };
        match &page.state {
            // The carrier may ask before it has reported that somebody answered.
            PageState::Ringing { .. } => self.brief_and_listen(policy, 1),
            PageState::Briefing { turn, .. } => self.brief_and_listen(policy, *turn),
            PageState::Accepted { .. } => self.after_acceptance(policy, number),
            PageState::Ended { outcome: PageOutcome::Passed, .. } => {
                let next = match self.work {
                    Work::Paging { .. } => "Passed on to the next person. Goodbye.",
                    _ => self.nobody_next(),
                };
                say(vec![next.to_owned()], Then::HangUp)
            }
            PageState::Ended { .. } => say(vec![self.who_has_it(policy)], Then::HangUp),
        }
    }

    fn brief_and_listen(&self, policy: &Policy, turn: u32) -> VoiceReply {
        let mut words = vec![format!("This is NightDesk, calling for {}.", policy.name)];
        match self.drill {
            Some(_) => words.push("This is a test page. Nothing is wrong.".to_owned()),
            None => words.extend(report::briefing(self, policy)),
        }
        words.push(KEYS.to_owned());
        let listen = Listen {
            turn,
            heard: Heard::default(),
            patience_seconds: KEY_SECONDS,
            speech_seconds_max: None,
            keys_max: Some(1),
            partial_words: false,
            hints: vec!["accept".to_owned()],
        };
        say(words, Then::Listen(listen))
    }

    fn after_acceptance(&self, policy: &Policy, number: u32) -> VoiceReply {
        match &self.work {
            Work::Joining { page, .. } | Work::Talking { page, .. } if *page == number => {
                let mut words = vec!["You have accepted.".to_owned()];
                words.extend(report::briefing(self, policy));
                words.push("Connecting you with the caller now.".to_owned());
                say(words, Then::Join { case: self.id.clone(), turn: 1 })
            }
            Work::Held { page } if *page == number && self.drill.is_some() => {
                say(vec!["Thank you. Your page works. Goodbye.".to_owned()], Then::HangUp)
            }
            Work::Held { page } if *page == number => {
                let number = self.brief.number.as_ref().map(Private::reveal).map(spoken_digits);
                let mut words = vec!["You have accepted. The caller is no longer on the line.".to_owned()];
                words.push(match number {
                    Some(digits) => {
                        format!("Please call {digits}. I repeat: {digits}. I am texting it to you as well.")
                    }
                    None => "The number was withheld. Everything else is in the text and the ticket.".to_owned(),
                });
                words.push(format!("The ticket is {}. Goodbye.", self.ticket.number.spoken()));
                say(words, Then::HangUp)
            }
            _ => say(vec![self.who_has_it(policy)], Then::HangUp),
        }
    }

    fn who_has_it(&self, policy: &Policy) -> String {
        let holder = self.accepted().and_then(|page| policy.technician(&page.technician));
        match (holder, &self.work) {
            (Some(person), _) => format!("{} has accepted this already. Nothing is left to do. Goodbye.", person.name),
            (None, Work::Handled) => "This is marked as handled already. Goodbye.".to_owned(),
            (None, Work::Paging { .. }) => {
                "No key was pressed, so the next person is being called. Goodbye.".to_owned()
            }
            (None, _) => self.nobody_next().to_owned(),
        }
    }

    fn nobody_next(&self) -> &'static str {
        match self.work {
            Work::Pausing { .. } => "Nobody else is left to call, so everybody will be called again soon. Goodbye.",
            _ => "Nobody else is left to call, and nobody has accepted. Goodbye.",
        }
    }
}

fn say(say: Vec<String>, then: Then) -> VoiceReply {
    VoiceReply { language: Language::English, say, then }
}
