//! What one side of a telephone line hears now, and what the line does next; provider-neutral.

use crate::ids::CaseId;
use crate::phone::PhoneNumber;
use crate::vocabulary::Language;

/// A projection of a machine's state: asking twice gives the same answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoiceReply {
    /// The language of everything that is said.
    pub language: Language,
    /// What is said, sentence by sentence.
    pub say: Vec<String>,
    /// What the line does after it.
    pub then: Then,
}

/// What the line does after the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Listens to speech and keys; silence is reported too.
    Listen(Listen),
    /// Records a message after a beep; a hang-up keeps what was recorded.
    Record {
        /// The turn that the recording answers.
        turn: u32,
        /// Longest message, in seconds.
        seconds_max: u32,
        /// Whether the carrier is to write it down.
        carrier_transcribes: bool,
    },
    /// Rings the office; the outcome is reported.
    RingOffice {
        /// The office's telephone.
        number: PhoneNumber,
        /// How long it rings.
        ring_seconds: u32,
        /// The turn that the outcome answers.
        turn: u32,
    },
    /// Joins the room of a case, where caller and technician talk; leaving it is reported.
    Join {
        /// The case whose room it is.
        case: CaseId,
        /// The turn that leaving the room answers.
        turn: u32,
    },
    /// Asks again after a pause in which nothing is heard: used only where nobody is on the line to hear.
    HangUp,
}

/// How a line listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// The turn that the answer belongs to; it comes back with the answer.
    pub turn: u32,
    /// What of the news was said with this reply; it comes back with the answer.
    pub heard: Heard,
    /// How long to wait for the first word or key, in seconds.
    pub patience_seconds: u32,
    /// Longest speech, in seconds; none is the carrier's own limit.
    pub speech_seconds_max: Option<u32>,
    /// How many keys make an answer at once; none: any number, ended by a pause or `#`.
    pub keys_max: Option<u32>,
    /// Whether to report words while they are still being spoken.
    pub partial_words: bool,
    /// Words that help the recogniser.
    pub hints: Vec<String>,
}

/// How much of the news a waiting caller was told; travels in the URL, so that an uneventful poll
/// need not be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Heard {
    /// How many pieces of news were said.
    pub news: u32,
    /// How many polls have passed; chooses the comfort phrase.
    pub polls: u32,
}
