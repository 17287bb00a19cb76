//! What a technician's leg hears now: a projection of the case.

use super::report;
use super::state::{Case, PageOutcome, PageState, Work};
use crate::limits::{KEY_SECONDS, PARTING_SECONDS};
use crate::phone::spoken_digits;
use crate::policy::Policy;
use crate::private::Private;
use crate::reply::{Heard, Listen, Then, VoiceReply};
use crate::vocabulary::Language;

const MINUTES: &str =
    "In how many minutes will you ring? Key or say the minutes, and press pound. If you cannot tell, just hang up.";
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
            PageState::Accepted { asking, .. } => self.after_acceptance(policy, number, *asking),
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
        let mut words = vec![self.briefing(policy).calling()];
        match self.drill {
            Some(_) => words.push("This is a test page. Nothing is wrong.".to_owned()),
            None => words.extend(report::briefing(self, policy)),
        }
        words.push(KEYS.to_owned());
        say(words, Then::Listen(listen_for_a_key(turn)))
    }

    fn after_acceptance(&self, policy: &Policy, number: u32, asking: Option<u32>) -> VoiceReply {
        match &self.work {
            Work::Joining { page, .. } | Work::Talking { page, .. } if *page == number => {
                let mut words = vec!["You have accepted.".to_owned()];
                words.extend(report::briefing(self, policy));
                words.push("Connecting you with the caller now.".to_owned());
                say(words, Then::Join { case: self.id.clone(), turn: 1 })
            }
            Work::Parting { page, .. } if *page == number => {
                let words = vec!["The line to the caller was interrupted. One moment.".to_owned()];
                say(words, Then::Listen(Listen { patience_seconds: PARTING_SECONDS + 1, ..listen_for_a_key(0) }))
            }
            Work::Held { page, talked: true, .. } if *page == number => {
                let ticket = self.ticket.number.spoken();
                say(vec![format!("The caller has hung up. The ticket is {ticket}. Goodbye.")], Then::HangUp)
            }
            Work::Held { page, .. } if *page == number && self.drill.is_some() => {
                say(vec!["Thank you. Your page works. Goodbye.".to_owned()], Then::HangUp)
            }
            Work::Held { page, .. } if *page == number && self.alert.is_some() => {
                let ticket = self.ticket.number.spoken();
                let words =
                    format!("You have accepted. I am texting you the details. The ticket is {ticket}. Goodbye.");
                say(vec![words], Then::HangUp)
            }
            Work::Held { page, arrival: Some(arrival), .. } if *page == number => {
                let by = report::clock_time(arrival.by, policy);
                say(vec![format!("Thank you. You will ring the caller by {by}. Goodbye.")], Then::HangUp)
            }
            Work::Held { page, .. } if *page == number => {
                let number = self.brief.number.as_ref().map(Private::reveal).map(spoken_digits);
                let mut words = vec!["You have accepted. The caller is no longer on the line.".to_owned()];
                words.push(match number {
                    Some(digits) => {
                        format!("Please call {digits}. I repeat: {digits}. I am texting it to you as well.")
                    }
                    None => "The number was withheld. Everything else is in the text and the ticket.".to_owned(),
                });
                words.push(format!("The ticket is {}.", self.ticket.number.spoken()));
                match asking {
                    Some(turn) => {
                        words.push(MINUTES.to_owned());
                        say(words, Then::Listen(Listen { keys_max: Some(3), ..listen_for_a_key(turn) }))
                    }
                    None => {
                        words.push("Goodbye.".to_owned());
                        say(words, Then::HangUp)
                    }
                }
            }
            _ => say(vec![self.who_has_it(policy)], Then::HangUp),
        }
    }

    /// What a technician who answered the message of a page reads back.
    pub fn message_reply(&self, number: u32, policy: &Policy) -> String {
        match (&self.work, self.page(number).map(|page| &page.state)) {
            (Work::Held { page, arrival, talked }, Some(PageState::Accepted { .. })) if *page == number => {
                let by = arrival.map(|arrival| report::clock_time(arrival.by, policy));
                match (by, talked) {
                    (_, true) => "Thank you. Nothing is left to do.".to_owned(),
                    (Some(by), _) => format!("You have it, and ring by {by}. {}", self.accepted_text(policy)),
                    (None, _) => format!("You have it. {}", self.accepted_text(policy)),
                }
            }
            (Work::Handled, Some(PageState::Accepted { .. })) => "Thank you. It is marked as handled.".to_owned(),
            (_, Some(PageState::Ended { outcome: PageOutcome::Passed, .. })) => "Passed on.".to_owned(),
            _ => self.who_has_it(policy),
        }
    }

    fn accepted_text(&self, policy: &Policy) -> String {
        report::shown_to_holder(self, policy)
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

fn listen_for_a_key(turn: u32) -> Listen {
    Listen {
        turn,
        heard: Heard::default(),
        patience_seconds: KEY_SECONDS,
        speech_seconds_max: None,
        keys_max: Some(1),
        partial_words: false,
        hints: vec!["accept".to_owned()],
    }
}

fn say(say: Vec<String>, then: Then) -> VoiceReply {
    VoiceReply { language: Language::English, say, then }
}
