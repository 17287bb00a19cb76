//! `POST /slack/{tenant}/interactivity`: somebody pressed a button in Slack.

use super::{AppState, ack};
use crate::wiring::Served;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use nightdesk_adapters_slack::{
    Interaction, Posted, Pressed, SIGNATURE_HEADER, TIMESTAMP_HEADER, is_genuine, parse, settled_message,
};
use nightdesk_domain::case::AckBy;
use nightdesk_domain::ids::{TechnicianId, TenantId};
use nightdesk_engine::EngineError;
use std::time::Duration;

/// How long the message may take to change: Slack waits three seconds for our answer.
const REPLACE_MAX: Duration = Duration::from_millis(1_000);

pub(super) async fn interactivity(
    State(state): State<AppState>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Ok(tenant) = TenantId::parse(&tenant) else { return plain(StatusCode::NOT_FOUND, "no such address") };
    let is_genuine = || genuine(&state, &tenant, &headers, &body);
    if !is_genuine() {
        // Unless the tenant is new, or its secret was changed a moment ago.
        state.wiring.refresh_for_stranger().await;
    }
    if !is_genuine() {
        let served = state.wiring.served(&tenant).map(|_| &tenant);
        state.metrics.signature_rejected(served);
        tracing::warn!(%tenant, "a request without a valid signature of Slack's was refused");
        return plain(StatusCode::FORBIDDEN, "the signature does not fit the signing secret, or is too old");
    }
    match parse(&body) {
        Ok(Interaction::Accepts(pressed)) => accept(&state, &tenant, &pressed).await,
        Ok(Interaction::Nothing) => StatusCode::OK.into_response(),
        Err(problem) => {
            tracing::warn!(%tenant, %problem, "an unreadable interaction");
            plain(StatusCode::BAD_REQUEST, "a field is missing or cannot be read")
        }
    }
}

fn genuine(state: &AppState, tenant: &TenantId, headers: &HeaderMap, body: &[u8]) -> bool {
    let Some(served) = state.wiring.served(tenant) else { return false };
    let Some(slack) = served.slack() else { return false };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(at), Some(signature)) = (header(TIMESTAMP_HEADER), header(SIGNATURE_HEADER)) else { return false };
    // Slack's seconds are real ones, whatever the pace here.
    is_genuine(&slack.config().signing_secret, at, body, signature, chrono::Utc::now().timestamp())
}

async fn accept(state: &AppState, tenant: &TenantId, pressed: &Pressed) -> Response {
    let told = match taken(state, tenant, pressed).await {
        Ok(Some(told)) => told,
        // Somebody else's page, or one that is too old.
        Ok(None) | Err(EngineError::NotFound) => "This page is not yours to accept, or too old.".to_owned(),
        Err(error) => {
            tracing::error!(%tenant, error = crate::logging::with_causes(&error), "an acceptance could not be stored");
            return plain(StatusCode::SERVICE_UNAVAILABLE, "try again");
        }
    };
    if let (Some((channel, ts)), Some(served)) = (pressed.message.clone(), state.wiring.served(tenant))
        && let Some(slack) = served.slack()
    {
        let at = Posted { channel, ts };
        let message = settled_message(&told);
        // Who has it is stored, whether the message can be changed or not.
        match tokio::time::timeout(REPLACE_MAX, slack.replace(&at, &message)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%tenant, %error, "a message in Slack could not be changed"),
            Err(_) => tracing::warn!(%tenant, "a message in Slack was not changed in time"),
        }
    }
    StatusCode::OK.into_response()
}

/// What to tell; none if the member is not whom the page is for.
async fn taken(state: &AppState, tenant: &TenantId, pressed: &Pressed) -> Result<Option<String>, EngineError> {
    let Pressed { member, case, page, minutes, .. } = pressed;
    let (known, _) = state.engine.case(tenant, case).await?;
    let served = state.wiring.served(tenant);
    let person = known.page(*page).map(|page| &page.technician);
    let theirs = person.is_some_and(|person| served.as_deref().is_some_and(|s| is_member(s, person, member)));
    if !theirs || !ack::holds(state, &known, *page) {
        return Ok(None);
    }
    let (case, policy) = state.engine.acknowledge(tenant, case, *page, AckBy::Chat, Some(*minutes)).await?;
    Ok(Some(ack::told(&case, *page, &policy)))
}

/// By the tenant's records as they are now.
fn is_member(served: &Served, person: &TechnicianId, member: &str) -> bool {
    served.tenant().policy.technician(person).is_some_and(|person| person.slack.as_deref() == Some(member))
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, text).into_response()
}
