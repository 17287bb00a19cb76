//! What happened on the network, as a dialogue can be printed from it.

use std::fmt;

/// One thing that happened on a leg. `Debug` shows no number and no speech.
#[derive(Clone, PartialEq, Eq)]
pub struct NetworkEvent {
    /// Simulated milliseconds since the network started (real time multiplied by the pace).
    pub at_ms: u64,
    /// The leg's call sid; a text has its message sid here.
    pub leg: String,
    /// Who is at the far end of the leg.
    pub party: Party,
    /// What happened.
    pub kind: EventKind,
}

impl NetworkEvent {
    /// Who speaks in a line of dialogue: `assistant`, `caller`, `technician` or `office`.
    /// None if the event is nothing that is spoken, pressed or texted.
    pub fn speaker(&self) -> Option<&'static str> {
        match &self.kind {
            EventKind::Heard { .. } | EventKind::Text(_) => Some("assistant"),
            EventKind::Said(_) | EventKind::Pressed(_) => Some(self.party.name()),
            _ => None,
        }
    }

    /// The words or keys of a line of dialogue.
    pub fn words(&self) -> Option<&str> {
        match &self.kind {
            EventKind::Heard { text, .. } | EventKind::Text(text) => Some(text),
            EventKind::Said(text) | EventKind::Pressed(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Debug for NetworkEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms {} {:?} {:?}", self.at_ms, self.leg, self.party, self.kind)
    }
}

/// Who is at the far end of a leg. `Debug` shows no number.
#[derive(Clone, PartialEq, Eq)]
pub enum Party {
    /// The person who called one of the lines.
    Caller,
    /// A phone that was called through the REST API, by its number.
    Technician(String),
    /// A phone that was dialled by a `<Dial>` verb, by its number.
    Office(String),
}

impl Party {
    /// `caller`, `technician` or `office`.
    pub fn name(&self) -> &'static str {
        match self {
            Party::Caller => "caller",
            Party::Technician(_) => "technician",
            Party::Office(_) => "office",
        }
    }
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What happened. `Debug` shows no speech.
#[derive(Clone, PartialEq, Eq)]
pub enum EventKind {
    /// The phone rings.
    Ringing,
    /// It was answered.
    Answered,
    /// They were told something.
    Heard {
        /// The words.
        text: String,
        /// The language they were spoken in, a BCP 47 tag.
        language: String,
    },
    /// They said something.
    Said(String),
    /// They pressed keys.
    Pressed(String),
    /// The tone before a recording.
    Beep,
    /// They are in a conference.
    JoinedRoom,
    /// They are no longer in a conference.
    LeftRoom,
    /// The leg is over.
    Ended(LegStatus),
    /// They got a text.
    Text(String),
    /// Something that the carrier would have refused; names no person.
    Error(String),
}

impl fmt::Debug for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EventKind::Ringing => f.write_str("Ringing"),
            EventKind::Answered => f.write_str("Answered"),
            EventKind::Heard { language, .. } => write!(f, "Heard({language})"),
            EventKind::Said(_) => f.write_str("Said"),
            EventKind::Pressed(_) => f.write_str("Pressed"),
            EventKind::Beep => f.write_str("Beep"),
            EventKind::JoinedRoom => f.write_str("JoinedRoom"),
            EventKind::LeftRoom => f.write_str("LeftRoom"),
            EventKind::Ended(status) => write!(f, "Ended({status})"),
            EventKind::Text(_) => f.write_str("Text"),
            EventKind::Error(reason) => write!(f, "Error({reason})"),
        }
    }
}

/// How far a leg is; the words of the call resource's `status`
/// (<https://www.twilio.com/docs/voice/api/call-resource#call-status-values>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegStatus {
    /// Accepted, not rung yet.
    Queued,
    /// Ringing.
    Ringing,
    /// Answered.
    InProgress,
    /// Was answered, and is over.
    Completed,
    /// The other end was busy.
    Busy,
    /// Could not be connected.
    Failed,
    /// Rang and was not answered in time.
    NoAnswer,
    /// Given up by us before it was answered.
    Canceled,
}

impl LegStatus {
    /// The carrier's word.
    pub fn as_str(self) -> &'static str {
        match self {
            LegStatus::Queued => "queued",
            LegStatus::Ringing => "ringing",
            LegStatus::InProgress => "in-progress",
            LegStatus::Completed => "completed",
            LegStatus::Busy => "busy",
            LegStatus::Failed => "failed",
            LegStatus::NoAnswer => "no-answer",
            LegStatus::Canceled => "canceled",
        }
    }

    /// Whether the leg is over.
    pub fn is_over(self) -> bool {
        !matches!(self, LegStatus::Queued | LegStatus::Ringing | LegStatus::InProgress)
    }
}

impl fmt::Display for LegStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
