//! What can happen to a call: facts in the past tense, each with the ordinal that makes it unique.

use crate::ids::{CallId, RecordingId, TechnicianId, TenantId};
use crate::model::Opinion;
use crate::phone::PhoneNumber;
use crate::private::Private;
use crate::reply::Heard;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A call reached one of the tenant's lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// The tenant, from the address that the carrier called.
    pub tenant: TenantId,
    /// The call, named after the caller's leg.
    pub call: CallId,
    /// The number that was dialled.
    pub dialled: PhoneNumber,
    /// The caller's number; none when withheld or not a number.
    pub from: Option<PhoneNumber>,
}

/// One event in a call's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallEvent {
    /// The caller's turn ended: words, keys, both or neither.
    Said {
        /// The turn that was listened to.
        turn: u32,
        /// What of the news had been said by then.
        #[serde(skip)]
        heard: Heard,
        /// The words, if any.
        words: Option<Speech>,
        /// The keys, if any: digits, `*`, `#`.
        keys: Option<Private>,
    },
    /// Words heard while the caller was still speaking.
    Overheard {
        /// The turn that was listened to.
        turn: u32,
        /// Counts up within the turn.
        sequence: u32,
        /// Everything understood of this turn so far.
        words: Private,
    },
    /// The office's telephone stopped ringing.
    OfficeRang {
        /// The turn that rang it.
        turn: u32,
        /// Whether somebody there took the call.
        answered: bool,
    },
    /// The recording of a message ended.
    Recorded {
        /// The turn that recorded.
        turn: u32,
        /// The recording; none if nothing was recorded.
        recording: Option<Recording>,
    },
    /// A message's transcript came, or will not come.
    Transcribed {
        /// The recording.
        recording: RecordingId,
        /// The words; none if it failed.
        words: Option<Private>,
    },
    /// The language model has an opinion; the newest one on the most turns counts.
    Opined {
        /// How many turns it was asked about.
        turns: u32,
        /// What it takes them to mean.
        opinion: Opinion,
    },
    /// The caller left the room where the technician was.
    LeftRoom {
        /// The turn that joined the room.
        turn: u32,
    },
    /// The caller's leg ended.
    HungUp,
    /// The case has something to tell the caller; `number` counts up within the case.
    News {
        /// Which piece of news, from 1.
        number: u32,
        /// The news.
        news: News,
    },
    /// Time has passed.
    Tick,
}

/// Words as a recogniser gave them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speech {
    /// The words.
    pub words: Private,
    /// The recogniser's confidence, 0 to 100; none if it gave none.
    pub confidence_percent: Option<u8>,
}

/// A recorded message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The carrier's id of it.
    pub id: RecordingId,
    /// Its length in seconds.
    pub seconds: u32,
}

/// What a case tells a waiting caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// This technician's telephone is being rung.
    Ringing(TechnicianId),
    /// This technician could not be reached; the next one follows.
    Unreached(TechnicianId),
    /// This technician answered and passed it on; the next one follows.
    Passed(TechnicianId),
    /// This technician has accepted.
    Accepted(TechnicianId),
    /// Caller and technician are both in the room.
    Connected(TechnicianId),
    /// The technician was lost; others are being rung.
    Lost(TechnicianId),
    /// The whole ladder was tried in vain; it goes on without the caller.
    Exhausted,
    /// This technician has it and rings back: the two did not meet in the room.
    WillCall(TechnicianId),
    /// This technician has it and rings back by then.
    WillCallBy(TechnicianId, DateTime<Utc>),
    /// A person takes care of it, by a mark or after a talk; nobody is rung any more.
    Handled,
}
