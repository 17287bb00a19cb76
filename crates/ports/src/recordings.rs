//! What the carrier keeps beside the calls that we know.

use nightdesk_domain::call::Recording;
use nightdesk_domain::ids::CallId;
use nightdesk_domain::phone::PhoneNumber;

/// A finished recording, as the carrier lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRecording {
    /// The call that it belongs to.
    pub call: CallId,
    /// Its id and length.
    pub recording: Recording,
}

/// Who called whom, as the carrier tells it afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerOf {
    /// Whether somebody called us; otherwise we have called somebody.
    pub came_in: bool,
    /// The number that was dialled, if the carrier still knows.
    pub dialled: Option<PhoneNumber>,
    /// The caller's number; none if it was withheld, or is not known any more.
    pub from: Option<PhoneNumber>,
}
