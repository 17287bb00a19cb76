//! `GET /recording/{tenant}/{id}/{mac}`: the sound of a message, by the signed link in its ticket.

use super::AppState;
use crate::links::Linked;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use nightdesk_domain::ids::{RecordingId, TenantId};
use nightdesk_ports::DeliveryError;

pub(super) async fn sound(
    State(state): State<AppState>,
    Path((tenant, id, mac)): Path<(String, String, String)>,
) -> Response {
    let (Ok(tenant), Ok(id)) = (TenantId::parse(&tenant), RecordingId::parse(&id)) else { return gone() };
    if state.wiring.served(&tenant).is_none() {
        return gone();
    }
    match state.wiring.links().is_genuine(&tenant, Linked::Recording(&id), &mac).await {
        Ok(true) => {}
        Ok(false) => return gone(),
        Err(error) => {
            tracing::error!(%tenant, %error, "a link could not be looked up");
            return later();
        }
    }
    // From the carrier's account, by id: no address is followed.
    match state.engine.ports().telephony.recording(&tenant, &id).await {
        Ok((media_type, sound)) => {
            let kind = HeaderValue::from_str(&media_type).ok().filter(|_| media_type.starts_with("audio/"));
            let headers = [
                (header::CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("application/octet-stream"))),
                (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
                (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            ];
            (headers, sound).into_response()
        }
        Err(DeliveryError::Unavailable { .. } | DeliveryError::Unknown) => later(),
        Err(_) => gone(),
    }
}

fn gone() -> Response {
    (StatusCode::NOT_FOUND, "this link does not hold, or the carrier keeps the message no more\n").into_response()
}

fn later() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "the message cannot be fetched now; try again\n").into_response()
}
