//! Who is on call: transcripts of schedules, properties, and a year in many zones.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test says what it expects by failing")]

mod ahead;
mod checks;
mod clock_changes;
mod overriding;
mod properties;
mod rotating;
mod text;
mod year;
