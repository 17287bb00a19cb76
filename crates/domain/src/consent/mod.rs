//! Who may be texted: what people text us about it, what follows from it, and when a text must wait.
//!
//! The carrier acts on its own single words before we see them; what people write in other words is read here.
//! docs/CONSENT.md has the rules and whose they are.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, reason = "a test says what it expects by failing"))]

mod clauses;
mod english;
mod free_text;
mod lexicon;
mod quiet;
mod spanish;
mod standing;
mod wording;
mod words;

pub use quiet::{QuietHours, TextsPolicy};
pub use standing::{
    CONSENT_KIND, Consent, HEARD_MAX, STOP_KIND, Source, Standing, Statement, WORDS_CHARS_MAX, Withheld, number_id,
};
pub use wording::opted_out;
pub use words::{
    HELP_WORDS, OPT_IN_WORDS, OPT_OUT_WORDS, Said, Wish, beside_opt_out, is_carriers_word, read, refuses_aloud,
};

#[cfg(test)]
mod lookalikes;
#[cfg(test)]
mod transcripts;

use crate::phone::PhoneNumber;
use crate::private::Private;
use serde::{Deserialize, Serialize};

/// A text that somebody sent to one of the tenant's numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncomingText {
    /// Who sent it.
    pub from: PhoneNumber,
    /// The tenant's number that it was sent to.
    pub to: PhoneNumber,
    /// What it says; empty for a picture alone.
    pub body: Private,
    /// The carrier's id of it: a text that comes twice has the same.
    pub id: String,
}
