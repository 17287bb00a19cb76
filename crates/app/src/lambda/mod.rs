//! NightDesk as functions on AWS Lambda: one program, and a table of what it can be.
//!
//! A function is a row of [`FUNCTIONS`] and a resource of deploy/template.yaml whose `Handler` is the row's name; a
//! test fails when one has no other. Every function takes an event as JSON and gives JSON back, so that a test needs
//! neither Lambda nor a socket. Nothing is spawned past a response: Lambda freezes the process with its answer.

mod gateway;
mod host;
mod metrics;
mod notifier;
mod stream;
mod triage;
mod watch;

pub use host::{Host, host};
pub use watch::{Watched, look_now, watch};

use clap::Parser;
use futures_util::future::BoxFuture;
use lambda_http::lambda_runtime;
use lambda_http::{Context, LambdaEvent, service_fn};
use serde_json::Value;
use std::sync::Arc;

/// Whatever made a function fail; Lambda counts it, and tries again or hands the event to the dead-letter queue.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// One thing that the program can be.
pub struct Function {
    /// The `Handler` of the template.
    pub name: &'static str,
    /// What invokes it.
    pub takes: &'static str,
    /// Done once, before the first event is asked for, while Lambda still lends a whole core.
    pub prepare: fn(),
    /// Answers one event.
    pub answer: fn(Arc<Host>, Value, Context) -> BoxFuture<'static, Result<Value, Error>>,
}

/// Every function. One more is a row here and a resource in deploy/template.yaml.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "triage",
        takes: "the carrier's webhooks, as events of an API Gateway HTTP API (payload format 2.0)",
        prepare: nightdesk_domain::triage::prepare,
        answer: |host, event, _| Box::pin(triage::answer(host, event)),
    },
    Function {
        name: "notifier",
        takes: "a schedule each minute, the table's stream, and what becomes of mail (SES through EventBridge)",
        prepare: || {},
        answer: |host, event, context| Box::pin(notifier::answer(host, event, context)),
    },
];

/// What Lambda and the template tell the program.
#[derive(Parser)]
#[command(name = "nightdesk-lambda", about = "Run by AWS Lambda, not by hand; `nightdesk` is the server.")]
struct Environment {
    /// Which function this is.
    #[arg(long, env = "_HANDLER")]
    handler: String,
    /// Where events come from; Lambda sets it.
    #[arg(long, env = "AWS_LAMBDA_RUNTIME_API")]
    runtime_api: String,
    #[command(flatten)]
    store: crate::cli::StoreArgs,
    #[command(flatten)]
    serve: crate::cli::ServeArgs,
}

/// Is the function that `_HANDLER` names, until Lambda ends the process.
pub async fn run() -> Result<(), Error> {
    let environment = Environment::try_parse()?;
    tracing::debug!(handler = environment.handler, runtime = environment.runtime_api, "starting");
    let function = find(&environment.handler)?;
    (function.prepare)();
    let host = Arc::new(host(&environment.store, &environment.serve).await?);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        (function.answer)(host.clone(), event.payload, event.context)
    }))
    .await
}

fn find(name: &str) -> Result<&'static Function, Error> {
    FUNCTIONS.iter().find(|function| function.name == name).ok_or_else(|| {
        let names: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
        format!("there is no function {name:?}; the template's Handler must be one of {}", names.join(", ")).into()
    })
}

/// An error with everything that led to it, for a log line.
pub fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_has_a_name_of_its_own_and_is_found_by_it() {
        for (place, function) in FUNCTIONS.iter().enumerate() {
            assert!(find(function.name).is_ok_and(|found| std::ptr::eq(found, function)));
            assert!(FUNCTIONS[place + 1..].iter().all(|other| other.name != function.name));
        }
    }

    #[test]
    fn an_unknown_handler_names_those_that_exist() {
        let told = find("bootstrap").err().unwrap().to_string();
        assert!(told.contains("bootstrap") && FUNCTIONS.iter().all(|f| told.contains(f.name)), "{told}");
    }
}
