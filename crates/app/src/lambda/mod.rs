//! NightDesk as functions on AWS Lambda: one program, and a table of what it can be.
//!
//! A function is a row of [`FUNCTIONS`] and a resource of deploy/template.yaml whose `Handler` is the row's name; a
//! test fails when one has no other. Every function takes an event as JSON and gives JSON back, so that a test needs
//! neither Lambda nor a socket. Nothing is spawned past a response: Lambda freezes the process with its answer.

#[cfg(feature = "lambda")]
mod emergency;
#[cfg(feature = "lambda")]
mod gateway;
#[cfg(feature = "lambda")]
mod host;
#[cfg(feature = "lambda")]
mod metrics;
#[cfg(feature = "lambda")]
mod notifier;
#[cfg(feature = "lambda")]
mod run;
#[cfg(feature = "lambda")]
mod stream;
#[cfg(feature = "lambda")]
mod triage;
#[cfg(feature = "lambda")]
mod voicemail;
#[cfg(feature = "lambda")]
mod watch;

#[cfg(feature = "lambda")]
pub use {
    crate::logging::with_causes,
    host::{Host, host},
    run::{Answer, Error, run},
    watch::{Watched, look_now, watch},
};

/// One thing that the program can be. What it runs is there with feature `lambda`; the rest is for whoever compares.
pub struct Function {
    /// The `Handler` of the template.
    pub name: &'static str,
    /// What invokes it.
    pub takes: &'static str,
    /// Done once, before the first event is asked for, while Lambda still lends a whole core.
    #[cfg(feature = "lambda")]
    pub prepare: fn(),
    /// Answers one event.
    #[cfg(feature = "lambda")]
    pub answer: Answer,
}

/// Every function. One more is a row here and a resource in deploy/template.yaml.
pub static FUNCTIONS: &[Function] = &[
    Function {
        name: "triage",
        takes: "the carrier's webhooks and other tools' alerts, as events of an API Gateway HTTP API (payload format 2.0)",
        #[cfg(feature = "lambda")]
        prepare: nightdesk_domain::triage::prepare,
        #[cfg(feature = "lambda")]
        answer: |host, event, _| Box::pin(triage::answer(host, event)),
    },
    Function {
        name: "notifier",
        takes: "a schedule each minute, the table's stream, and what becomes of mail (SES through EventBridge)",
        #[cfg(feature = "lambda")]
        prepare: || {},
        #[cfg(feature = "lambda")]
        answer: |host, event, context| Box::pin(notifier::answer(host, event, context)),
    },
    Function {
        name: "voicemail",
        takes: "a schedule each two minutes: the carrier's recordings that no call knows, and words that never came",
        #[cfg(feature = "lambda")]
        prepare: || {},
        #[cfg(feature = "lambda")]
        answer: |host, event, _| Box::pin(voicemail::answer(host, event)),
    },
];
