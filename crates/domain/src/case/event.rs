//! What can happen to a case.

use super::{Brief, PageOutcome, Promise};
use crate::effect::Outcome;
use crate::ids::{CallId, EffectId, LegId};
use crate::private::Private;
use crate::vocabulary::Priority;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One event in a case's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseEvent {
    /// A technician's leg did something.
    Page {
        /// Which page of the case.
        page: u32,
        /// What it did.
        event: PageEvent,
    },
    /// Somebody entered or left the room; the leg tells who.
    Room {
        /// The leg.
        leg: LegId,
        /// True for entering, false for leaving.
        entered: bool,
    },
    /// The call knows more now: the whole of what is known, newest wins.
    CallerSaid {
        /// The call.
        call: CallId,
        /// Counts up within the call.
        number: u32,
        /// What is known.
        brief: Box<Brief>,
    },
    /// Nobody can be connected with the caller any more: gone, leaving a message, or being told goodbye.
    CallerLeft {
        /// The call.
        call: CallId,
    },
    /// Another caller with the like problem joins this case, or tells more: the whole of what is known of that call.
    CallerJoined {
        /// The call.
        call: CallId,
        /// Counts up within the call.
        number: u32,
        /// What is known of it.
        brief: Box<Brief>,
    },
    /// A technician says that this is a known outage.
    OutageDeclared {
        /// Who says so.
        by: Private,
        /// Until when callers join it.
        until: DateTime<Utc>,
        /// How urgent a call may be that joins; none: as urgent as the case.
        covers: Option<Priority>,
    },
    /// A technician says that nobody shall join this case any more.
    OutageEnded {
        /// Who says so.
        by: Private,
    },
    /// An effect of this case ended.
    Settled {
        /// Which effect.
        effect: EffectId,
        /// How.
        outcome: Outcome,
    },
    /// A person says that it is taken care of.
    MarkedHandled {
        /// Who says so.
        by: Private,
    },
    /// A person says that the promised call was made.
    CallbackDone {
        /// Who says so.
        by: Private,
    },
    /// A person moves the promised call to another time.
    CallbackMoved {
        /// Which move it is, from 1.
        number: u32,
        /// The promise from now on.
        to: Promise,
        /// Who moves it.
        by: Private,
    },
    /// A person says what fixed it; may come long after it was handled.
    Fixed {
        /// Who says so.
        by: Private,
        /// What was done.
        how: Private,
    },
    /// Time has passed.
    Tick,
}

/// How a message was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AckBy {
    /// By a text with the code.
    Text,
    /// By the link in a message.
    Link,
    /// By a button in chat.
    Chat,
}

/// What a technician's leg did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageEvent {
    /// The telephone rings.
    Ringing,
    /// Somebody or something answered, and asks what it hears.
    Answered {
        /// The leg.
        leg: LegId,
    },
    /// The carrier believes that a machine (true) or a person (false) answered. A hint only.
    MachineHint(bool),
    /// A turn of the technician ended: keys, words, both or neither.
    Keyed {
        /// The turn that was listened to.
        turn: u32,
        /// The keys.
        keys: Option<String>,
        /// The words.
        words: Option<Private>,
    },
    /// A message was accepted, with the minutes until the technician rings the caller, if they were told.
    Acknowledged {
        /// How.
        by: AckBy,
        /// The minutes.
        minutes: Option<u32>,
    },
    /// The technician says by a message that the caller was reached.
    Reached,
    /// The technician passed it on by a message.
    PassedOn,
    /// The technician's leg came back from the room.
    LeftRoom,
    /// The leg ended, and how: a leg that was answered ends `NoInput` for the machine to judge.
    Ended(PageOutcome),
}
