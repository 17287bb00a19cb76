//! What a call comes to, as scripted nights: text in, text out.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test says what it expects by failing")]

mod alert;
mod briefing;
mod callbacks;
mod caution;
mod conversation;
mod dispositions;
mod hanging_up;
mod identification;
mod ladder;
mod load;
mod model;
mod outages;
mod paging;
mod room;
mod spanish;
mod texts;
mod voicemail;
mod windows;

use nightdesk_testkit::sample;
use nightdesk_testkit::script::Night;

/// The number of a caller whom nobody knows.
const STRANGER: &str = "+13125550142";

/// A stranger calls at two in the morning.
fn stranger() -> Night {
    Night::new().call_from(STRANGER)
}

/// Dana of Acme Dental, whose number is on record, calls at two in the morning.
fn dana() -> Night {
    Night::new().known_as(vec![sample::contact("Dana", "acme-dental", &[STRANGER])]).call_from(STRANGER)
}

/// Dana's server is down, everybody sits idle, and she has said since when: nothing is left to ask.
fn holding() -> Night {
    dana().says("our server is down and nobody can work since nine").expect_holding()
}
