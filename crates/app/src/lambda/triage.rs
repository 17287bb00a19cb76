//! `triage`: the carrier's webhooks, by the same router as the server's.

use super::gateway::{self, BadEvent};
use super::{Error, Host};
use crate::wiring::REFRESH_EVERY;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

/// Answers a webhook. What comes from elsewhere, such as a ping that keeps the function warm, is acknowledged.
pub(super) async fn answer(host: Arc<Host>, event: Value) -> Result<Value, Error> {
    if !gateway::is_request(&event) {
        tracing::debug!("an event that is no request was acknowledged");
        return Ok(json!({"statusCode": 204}));
    }
    let prefix = url::Url::parse(host.public_url.as_str()).map(|url| url.path().to_owned()).unwrap_or_default();
    match gateway::request(event, &prefix) {
        Ok(request) => {
            // Nothing runs between invocations that could do it.
            host.wiring.refresh_if_older(REFRESH_EVERY).await;
            let response = host.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
            Ok(gateway::response(response).await?)
        }
        Err(problem) => {
            tracing::warn!(%problem, "an unreadable event");
            let status = if problem == BadEvent::Address { 404 } else { 400 };
            let headers = json!({"content-type": "text/plain; charset=utf-8"});
            Ok(json!({"statusCode": status, "headers": headers, "body": problem.to_string(), "isBase64Encoded": false}))
        }
    }
}
