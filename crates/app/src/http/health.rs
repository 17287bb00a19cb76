//! `GET /healthz`: whether calls can be stored, and what is due is being done.

use super::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use nightdesk_engine::Engine;

/// An effect that is due for longer than this means that nobody is doing the work, in seconds.
const OLDEST_DUE_SECONDS_MAX: i64 = 60;

/// 200 when all is well; 503 with the reason otherwise.
pub(super) async fn healthz(State(state): State<AppState>) -> Response {
    match problem(&state.engine).await {
        None => (StatusCode::OK, "ok\n").into_response(),
        Some(problem) => (StatusCode::SERVICE_UNAVAILABLE, format!("{problem}\n")).into_response(),
    }
}

/// What is wrong, if anything is.
pub(crate) async fn problem(engine: &Engine) -> Option<&'static str> {
    if engine.ports().cases.ready().await.is_err() {
        return Some("the store cannot write");
    }
    let now = engine.ports().clock.now();
    match engine.ports().outbox.oldest_due(now).await {
        Ok(Some(due)) if now - due > TimeDelta::seconds(OLDEST_DUE_SECONDS_MAX) => {
            Some("an effect has been due for more than a minute")
        }
        Ok(_) => None,
        Err(_) => Some("the store cannot be read"),
    }
}
