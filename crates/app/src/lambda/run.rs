//! The program: which function it is, what it stands on, and Lambda's loop of events.

use super::{FUNCTIONS, Function, Host, emergency, host};
use crate::cli::{ServeArgs, StoreArgs};
use crate::logging::with_causes;
use clap::Parser;
use futures_util::future::BoxFuture;
use lambda_http::{Context, LambdaEvent, lambda_runtime, service_fn};
use nightdesk_adapters_twilio::PublicUrl;
use nightdesk_domain::phone::PhoneNumber;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// Whatever made a function fail; Lambda counts it, and tries again or hands the event to the dead-letter queue.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Answers one event.
pub type Answer = fn(Arc<Host>, Value, Context) -> BoxFuture<'static, Result<Value, Error>>;

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
    /// Dialled for a caller while not even the tenants' settings can be read.
    #[arg(long, env = "NIGHTDESK_EMERGENCY_NUMBER", value_parser = PhoneNumber::parse)]
    emergency_number: Option<PhoneNumber>,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    serve: ServeArgs,
}

/// Is the function that `_HANDLER` names, until Lambda ends the process.
pub async fn run() -> Result<(), Error> {
    let environment = Environment::try_parse()?;
    tracing::debug!(handler = environment.handler, runtime = environment.runtime_api, "starting");
    let function = find(&environment.handler)?;
    (function.prepare)();
    let standing = Arc::new(Standing { environment, host: OnceCell::new() });
    if let Err(error) = standing.host().await {
        tracing::error!(error = with_causes(error.as_ref()), "nothing can be wired now; each event tries again");
    }
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let standing = standing.clone();
        async move { standing.answer(function, event).await }
    }))
    .await
}

/// A process, which may have started while the store or the secrets were out of reach.
struct Standing {
    environment: Environment,
    host: OnceCell<Arc<Host>>,
}

impl Standing {
    async fn host(&self) -> Result<&Arc<Host>, Error> {
        let Environment { store, serve, .. } = &self.environment;
        self.host.get_or_try_init(async || Ok(Arc::new(host(store, serve).await?))).await
    }

    async fn answer(&self, function: &Function, event: LambdaEvent<Value>) -> Result<Value, Error> {
        let error = match self.host().await {
            Ok(host) => return (function.answer)(host.clone(), event.payload, event.context).await,
            Err(error) => error,
        };
        tracing::error!(error = with_causes(error.as_ref()), "an event meets a function that cannot be wired");
        let number = self.environment.emergency_number.as_ref();
        match self.environment.serve.public_url.as_deref().map(PublicUrl::parse) {
            Some(Ok(public)) => emergency::answer(&public, number, event.payload).await.ok_or(error),
            _ => Err(error),
        }
    }
}

fn find(name: &str) -> Result<&'static Function, Error> {
    FUNCTIONS.iter().find(|function| function.name == name).ok_or_else(|| {
        let names: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
        format!("there is no function {name:?}; the template's Handler must be one of {}", names.join(", ")).into()
    })
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
