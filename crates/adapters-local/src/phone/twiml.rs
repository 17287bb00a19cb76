//! TwiML documents: what they may say, as a pure function from text to [`Document`] or [`TwimlError`].
//!
//! Stricter than the carrier, which only warns of some mistakes (error 12200) and plays the rest: here an unknown
//! verb, attribute or value refuses the document. What this network does not play is refused too, never skipped.

mod attributes;
mod parse;
#[cfg(test)]
mod tests;

pub use parse::parse_document;

use std::fmt;

/// The longest document, in bytes (Twilio error 11750).
pub const DOCUMENT_BYTES_MAX: usize = 64 * 1024;

/// Why a document is refused. The text names elements and attributes, never their values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("TwiML error {code}: {reason}")]
pub struct TwimlError {
    /// Twilio's error code: 12100 not a document, 12200 not valid by the schema, 11750 too large.
    pub code: u32,
    /// What is wrong.
    pub reason: String,
}

impl TwimlError {
    pub(super) fn schema(reason: impl Into<String>) -> Self {
        TwimlError { code: 12200, reason: reason.into() }
    }
}

/// What a leg does, verb after verb; at the end it hangs up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// In the order of the document.
    pub verbs: Vec<Verb>,
}

/// One verb. `Debug` shows its name only: words, numbers and URLs may be private.
#[derive(Clone, PartialEq, Eq)]
pub enum Verb {
    /// `<Say>` and `<Pause>`.
    Prompt(Prompt),
    /// `<Gather>`.
    Gather(Gather),
    /// `<Record>`.
    Record(Record),
    /// `<Dial>`.
    Dial(Dial),
    /// `<Redirect>`.
    Redirect {
        /// Where to, perhaps relative to the document.
        url: String,
        /// How to ask.
        method: Method,
    },
    /// `<Hangup>`.
    Hangup,
    /// `<Reject>`; busy, or else rejected.
    Reject {
        /// Whether the caller hears a busy tone.
        busy: bool,
    },
}

impl fmt::Debug for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verb::Prompt(Prompt::Say(_)) => "Say",
            Verb::Prompt(Prompt::Pause { .. }) => "Pause",
            Verb::Gather(_) => "Gather",
            Verb::Record(_) => "Record",
            Verb::Dial(_) => "Dial",
            Verb::Redirect { .. } => "Redirect",
            Verb::Hangup => "Hangup",
            Verb::Reject { .. } => "Reject",
        })
    }
}

/// How a URL is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Parameters in the query.
    Get,
    /// Parameters in a form.
    Post,
}

/// What is played.
#[derive(Clone, PartialEq, Eq)]
pub enum Prompt {
    /// `<Say>`.
    Say(Say),
    /// `<Pause>`.
    Pause {
        /// How long, in seconds.
        seconds: u32,
    },
}

/// `<Say>`.
#[derive(Clone, PartialEq, Eq)]
pub struct Say {
    /// The words, white space made single.
    pub text: String,
    /// A BCP 47 tag.
    pub language: String,
    /// How often.
    pub times: u32,
}

/// `<Gather>`.
#[derive(Clone, PartialEq, Eq)]
pub struct Gather {
    /// Whether it hears speech.
    pub speech: bool,
    /// Whether it hears keys.
    pub dtmf: bool,
    /// Where the result goes; the document's own URL if none.
    pub action: Option<String>,
    /// How the result goes.
    pub method: Method,
    /// How long it waits for a first word or the next key, in seconds.
    pub timeout_seconds: u32,
    /// How long a silence ends speech.
    pub speech_timeout: SpeechTimeout,
    /// The longest speech, in seconds.
    pub speech_seconds_max: u32,
    /// How many keys end it.
    pub digits_max: Option<u32>,
    /// The keys that end it; they are not part of the result.
    pub finish_on_key: String,
    /// Whether silence is posted too.
    pub on_empty: bool,
    /// Where growing words go while someone speaks, and how.
    pub partial: Option<(String, Method)>,
    /// Whether a prompt stops when somebody speaks or presses a key.
    pub barge_in: bool,
    /// What is played meanwhile.
    pub prompts: Vec<Prompt>,
}

/// How long a silence ends speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpeechTimeout {
    /// The recogniser finds the end of a sentence.
    Auto,
    /// That many seconds.
    Seconds(u32),
}

/// `<Record>`.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Where the result goes; the document's own URL if none.
    pub action: Option<String>,
    /// How the result goes.
    pub method: Method,
    /// How long a silence ends it, in seconds.
    pub timeout_seconds: u32,
    /// The longest recording, in seconds.
    pub seconds_max: u32,
    /// The keys that end it.
    pub finish_on_key: String,
    /// Whether a tone is played first.
    pub beep: bool,
    /// Where it is told that the recording is ready, and how.
    pub status_callback: Option<(String, Method)>,
    /// Whether it is told when nothing was recorded.
    pub on_absent: bool,
    /// Whether it is told when it is ready.
    pub on_completed: bool,
    /// Whether it is written down; where the words go. A callback alone asks for it too.
    pub transcribe: bool,
    /// Where the words go.
    pub transcribe_callback: Option<String>,
}

/// `<Dial>`.
#[derive(Clone, PartialEq, Eq)]
pub struct Dial {
    /// Where the outcome goes; none continues with the next verb.
    pub action: Option<String>,
    /// How the outcome goes.
    pub method: Method,
    /// How long it rings, in seconds.
    pub timeout_seconds: u32,
    /// The longest connection, in seconds.
    pub seconds_max: Option<u32>,
    /// The number that is shown; the caller's if none.
    pub caller_id: Option<String>,
    /// Whether the caller's star key ends it.
    pub hangup_on_star: bool,
    /// Who or what is dialled.
    pub to: Dialled,
}

/// Who or what is dialled.
#[derive(Clone, PartialEq, Eq)]
pub enum Dialled {
    /// A phone.
    Number(String),
    /// A room.
    Conference(Conference),
}

/// `<Conference>`.
#[derive(Clone, PartialEq, Eq)]
pub struct Conference {
    /// The room.
    pub name: String,
    /// Whether it may start once this participant is in it.
    pub starts: bool,
    /// Whether it ends when this participant leaves.
    pub ends: bool,
    /// What is heard until it starts: none is the carrier's music, empty is silence.
    pub wait_url: Option<String>,
    /// How that is asked.
    pub wait_method: Method,
    /// Where changes of the room are told, and how. The first participant's holds for the room.
    pub status_callback: Option<(String, Method)>,
    /// Of which changes: `start`, `end`, `join`, `leave`.
    pub events: Vec<String>,
}
