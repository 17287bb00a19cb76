//! `notifier`: does what is due. Started by a schedule each minute, by the table's stream, and by what becomes of mail.

use super::metrics::{self, EFFECTS, FAILED_LOOKS, MAIL_PROBLEMS, OLDEST_DUE, PARKED};
use super::{Error, Host, look_now, stream, watch};
use crate::wiring::REFRESH_EVERY;
use chrono::{DateTime, TimeDelta, Utc};
use lambda_http::Context;
use nightdesk_adapters_aws::ses::{self, Feedback, MailOutcome};
use nightdesk_engine::Engine;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How long a watch looks, in seconds: until just before the schedule starts the next.
const WATCH_SECONDS: i64 = 58;
/// How long what a record of the stream told of is followed up, in seconds.
const FOLLOW_SECONDS: i64 = 10;
/// What must be left of the function's time when its last look begins: a request to the outside may take 25 seconds.
const MARGIN: Duration = Duration::from_secs(30);

/// What an event asks for.
enum Order<'a> {
    /// Look after what is due until the next minute.
    Watch,
    /// Items of the table have changed.
    Changes(&'a [Value]),
    /// Something became of a mail.
    Mail,
}

/// Does what an event asks for. One that asks for nothing known fails, so that it ends in the dead-letter queue.
pub(super) async fn answer(host: Arc<Host>, event: Value, context: Context) -> Result<Value, Error> {
    let engine = &host.engine;
    // Half of it, so that each minute's watch begins with what holds now.
    host.wiring.refresh_if_older(REFRESH_EVERY / 2).await;
    match order(&event)? {
        Order::Watch => watch_this_minute(engine, &context).await,
        Order::Changes(records) => {
            let batch = stream::read(records, engine.ports().clock.now().timestamp_millis());
            if batch.due {
                // Whatever goes wrong now is found by the watch: the stream must not wait for it.
                if let Err(error) = look_now(engine, until(engine, &context, FOLLOW_SECONDS)).await {
                    tracing::error!(error = super::with_causes(&error), "what is due could not be looked at");
                }
            }
            if !batch.unreadable.is_empty() {
                tracing::error!(count = batch.unreadable.len(), "unreadable records of the stream");
            }
            let failures: Vec<Value> =
                batch.unreadable.iter().map(|sequence| json!({"itemIdentifier": sequence})).collect();
            Ok(json!({"batchItemFailures": failures}))
        }
        Order::Mail => {
            let Some(feedback) = ses::feedback(&event.to_string())? else { return Ok(Value::Null) };
            let Feedback { tenant, effect, outcome } = &feedback;
            // WIRE: once the engine can be told of it, `engine.mail_feedback(&feedback).await?` belongs here.
            if !matches!(outcome, MailOutcome::Delivered | MailOutcome::Delayed) {
                tracing::warn!(%tenant, %effect, ?outcome, "a notice did not reach a person");
                let now = engine.ports().clock.now().timestamp_millis();
                metrics::emit(&context.env_config.function_name, now, &[(MAIL_PROBLEMS, 1.0)]);
            }
            Ok(Value::Null)
        }
    }
}

fn order(event: &Value) -> Result<Order<'_>, Error> {
    if let Some(records) = stream::records(event) {
        return Ok(Order::Changes(records));
    }
    match event.get("source").and_then(Value::as_str) {
        Some("aws.events" | "aws.scheduler") => Ok(Order::Watch),
        Some("aws.ses") => Ok(Order::Mail),
        _ => Err("an event that is neither of the schedule, nor of the stream, nor of mail".into()),
    }
}

async fn watch_this_minute(engine: &Engine, context: &Context) -> Result<Value, Error> {
    let before = oldest_due_seconds(engine).await;
    let watched = watch(engine, until(engine, context, WATCH_SECONDS)).await;
    let after = oldest_due_seconds(engine).await;
    let mut figures =
        vec![(PARKED, watched.parked as f64), (EFFECTS, watched.effects as f64), (FAILED_LOOKS, watched.failed as f64)];
    // Not known is not zero: a missing figure raises the alarm, too.
    figures.extend(before.into_iter().chain(after).reduce(f64::max).map(|seconds| (OLDEST_DUE, seconds)));
    metrics::emit(&context.env_config.function_name, Utc::now().timestamp_millis(), &figures);
    if watched.ended_in_failure {
        return Err("what is due could not be looked at to the end".into());
    }
    Ok(json!({"looks": watched.looks, "deadlines": watched.deadlines, "effects": watched.effects}))
}

/// When to begin no more looks: so many seconds from now, but never too late to end before Lambda ends the process.
fn until(engine: &Engine, context: &Context, seconds: i64) -> DateTime<Utc> {
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default().saturating_sub(MARGIN);
    let left = TimeDelta::from_std(left).unwrap_or(TimeDelta::MAX);
    engine.ports().clock.now() + left.min(TimeDelta::seconds(seconds))
}

async fn oldest_due_seconds(engine: &Engine) -> Option<f64> {
    let now = engine.ports().clock.now();
    match engine.ports().outbox.oldest_due(now).await {
        Ok(due) => Some(due.map_or(0.0, |due| (now - due).num_milliseconds() as f64 / 1000.0)),
        Err(error) => {
            tracing::error!(error = super::with_causes(&error), "the age of what is due is not known");
            None
        }
    }
}
