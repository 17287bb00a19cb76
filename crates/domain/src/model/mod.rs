//! What a language model is asked, and what of its answers counts: it may raise urgency, never lower it.
//!
//! The questions are composed here, so that every vendor is asked the same. The caller's words are data: they stand
//! between fences that they cannot close, and no destination, no promise and no password is ever taken from an answer.

mod opinion;
mod prompt;
mod summary;

pub use opinion::{OPINION_SCHEMA, Opinion, Question};
pub use prompt::Prompt;
pub(crate) use prompt::given;
pub use summary::{SUMMARY_SCHEMA, Story, Summary};
