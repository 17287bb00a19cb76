//! `/rota/{tenant}/{word}.ics`: who is on call, for calendars that subscribe.

use super::AppState;
use crate::feed::{feed_span, ical, is_word};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::rota::{Person, oncall_between};
use nightdesk_ports::StoreError;

/// How long a calendar may keep what it got.
const CACHE: &str = "private, max-age=900";

/// The feed; 404 for whatever is not exactly right, so that nothing can be learned by trying, and 503 while the store
/// cannot be read.
pub(super) async fn feed(State(state): State<AppState>, Path((tenant, file)): Path<(String, String)>) -> Response {
    match document(&state, &tenant, &file).await {
        Ok(Some(text)) => {
            ([(header::CONTENT_TYPE, "text/calendar; charset=utf-8"), (header::CACHE_CONTROL, CACHE)], text)
                .into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "the rota's calendar cannot be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn document(state: &AppState, tenant: &str, file: &str) -> Result<Option<String>, StoreError> {
    let (Ok(tenant), Some(word)) = (TenantId::parse(tenant), file.strip_suffix(".ics")) else { return Ok(None) };
    let (store, now) = (state.wiring.store(), Utc::now());
    if !is_word(&*store.register, &tenant, word, now).await? {
        return Ok(None);
    }
    let Some(policy) = store.tenants.newest(&tenant).await? else { return Ok(None) };
    let Some(schedule) = &policy.rota else { return Ok(None) };
    let overrides = nightdesk_engine::overrides(&*store.register, &tenant, now).await?;
    let (from, to) = feed_span(now);
    let shown = oncall_between(schedule, &overrides, from, to);
    let called = |person: &Person| {
        let technician = person.technician().and_then(|id| policy.technician(&id));
        technician.map_or_else(|| person.to_string(), |technician| technician.name.clone())
    };
    Ok(Some(ical::calendar(&policy.name, tenant.as_str(), &shown, called, now)))
}
