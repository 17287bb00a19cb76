//! The carrier's webhooks: verify, read, let the engine decide, answer in TwiML.

use super::AppState;
use crate::wiring::Served;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Limited};
use nightdesk_adapters_twilio::form::Form;
use nightdesk_adapters_twilio::render::{
    answer_document, emergency_document, emergency_goodbye, empty_document, not_recorded, render, technician_document,
};
use nightdesk_adapters_twilio::signature::{self, SIGNATURE_HEADER, is_genuine};
use nightdesk_adapters_twilio::webhook::{Answer, Fact, parse};
use nightdesk_adapters_twilio::{Address, CallRoute, Leg, PageRoute, Route};
use nightdesk_domain::call::CallEvent;
use nightdesk_domain::case::CaseEvent;
use nightdesk_domain::consent::IncomingText;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::reply::{Heard, VoiceReply};
use nightdesk_engine::{EngineError, TextAnswer};
use std::time::Instant;

/// Longest body that is read, in bytes; the carrier's are a few thousand.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// Any request below `/twilio/`.
pub(super) async fn webhook(State(state): State<AppState>, request: Request<Body>) -> Response {
    let began = Instant::now();
    let (head, body) = request.into_parts();
    let Ok(address) = Address::parse(head.uri.path(), head.uri.query()) else {
        return plain(StatusCode::NOT_FOUND, "no such address");
    };
    if head.method != axum::http::Method::POST {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "the carrier must be configured to POST");
    }
    let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 64 KiB");
    };
    let form = Form::parse(&body.to_bytes());
    let path_and_query = head.uri.path_and_query().map_or("", |written| written.as_str());
    let is_genuine = || genuine(&state, &address.tenant, path_and_query, &head.headers, &form);
    if !is_genuine() {
        // Unless the tenant is new, or its token was rotated a moment ago.
        state.wiring.refresh_for_stranger().await;
    }
    if !is_genuine() {
        let served = state.wiring.served(&address.tenant).map(|_| &address.tenant);
        state.metrics.signature_rejected(served);
        tracing::warn!(tenant = %address.tenant, "a webhook without a valid signature was refused");
        return plain(StatusCode::FORBIDDEN, "the signature does not fit the configured public URL and token");
    }
    let kind = kind(&address.route);
    let response = match parse(&address, &form) {
        Ok(webhook) => take(&state, &address.tenant, webhook.fact, webhook.answer).await,
        Err(problem) => {
            tracing::warn!(tenant = %address.tenant, kind, %problem, "an unreadable webhook");
            unreadable(&state, &address)
        }
    };
    state.metrics.webhook(kind, response.status(), began.elapsed());
    response
}

fn genuine(state: &AppState, tenant: &TenantId, path_and_query: &str, headers: &HeaderMap, form: &Form) -> bool {
    let Some(served) = state.wiring.served(tenant) else { return false };
    let Some(given) = headers.get(SIGNATURE_HEADER).and_then(|value| value.to_str().ok()) else { return false };
    let url = state.public_url.received(path_and_query);
    is_genuine(served.account().tokens(), &url, signature::Body::Form(form), given)
}

async fn take(state: &AppState, tenant: &TenantId, fact: Fact, answer: Answer) -> Response {
    let engine = &state.engine;
    let reply: Result<Option<VoiceReply>, EngineError> = match (fact, &answer) {
        (Fact::Arrived(arrival), _) => engine.arrive(&arrival).await.map(Some),
        (Fact::Call(call, event), _) => {
            let heard = match &event {
                CallEvent::Said { heard, .. } => *heard,
                _ => Heard::default(),
            };
            engine.call_event(tenant, &call, event, heard).await.map(Some)
        }
        (Fact::Case(case, CaseEvent::Page { page, event }), _) => {
            engine.page_event(tenant, &case, page, event).await.map(Some)
        }
        (Fact::Case(case, event), _) => engine.case_event(tenant, &case, event).await.map(|()| None),
        (Fact::Undelivered { case, page, blocked }, _) => {
            engine.text_undelivered(tenant, &case, page, blocked).await.map(|()| None)
        }
        (Fact::Texted(text), _) => return texted(state, tenant, &text).await,
        (Fact::Nothing, Answer::Voice(Leg::Caller(call))) => engine.call_now(tenant, call).await.map(Some),
        (Fact::Nothing, Answer::Voice(Leg::Technician(case, page))) => {
            engine.page_now(tenant, case, *page).await.map(Some)
        }
        (Fact::Nothing, _) => Ok(None),
    };
    match (answer, reply) {
        (Answer::Voice(leg), Ok(Some(reply))) => xml(render(&state.public_url, tenant, &leg, &reply)),
        // Whatever failed, a caller on the line is never left without a person or a recording.
        (Answer::Voice(leg), failed) => {
            log_failure(tenant, failed.err().as_ref());
            match leg {
                Leg::Caller(_) => emergency(state, tenant),
                Leg::Technician(..) => xml(not_recorded()),
            }
        }
        (Answer::Emergency, _) => emergency(state, tenant),
        (Answer::EmergencyGoodbye, _) => xml(emergency_goodbye()),
        (Answer::EmptyDocument, _) => xml(empty_document()),
        (Answer::Nothing, Ok(_) | Err(EngineError::NotFound)) => StatusCode::NO_CONTENT.into_response(),
        (Answer::Nothing, Err(error)) => {
            log_failure(tenant, Some(&error));
            plain(StatusCode::SERVICE_UNAVAILABLE, "try again")
        }
    }
}

/// A text that could not be stored is no success: the carrier's fallback URL is asked once more.
async fn texted(state: &AppState, tenant: &TenantId, text: &IncomingText) -> Response {
    match state.engine.texted(tenant, text).await {
        Ok(TextAnswer::Nothing) => xml(empty_document()),
        Ok(TextAnswer::Text(answer)) => xml(answer_document(&answer)),
        Ok(TextAnswer::Technician(answer)) => xml(technician_document(&answer)),
        Err(error) => {
            log_failure(tenant, Some(&error));
            plain(StatusCode::SERVICE_UNAVAILABLE, "try again")
        }
    }
}

fn log_failure(tenant: &TenantId, error: Option<&EngineError>) {
    let chain = error.map(|error| {
        let mut text = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        text
    });
    tracing::error!(%tenant, error = chain, "a webhook could not be decided");
}

/// Whether a caller waits for the answer to a request to this address.
pub(crate) fn is_on_the_line(route: &Route) -> bool {
    matches!(route, Route::Voice | Route::Fallback { .. } | Route::Call(_, CallRoute::Turn { .. } | CallRoute::Now))
}

fn unreadable(state: &AppState, address: &Address) -> Response {
    match is_on_the_line(&address.route) {
        true => emergency(state, &address.tenant),
        false => plain(StatusCode::BAD_REQUEST, "a field is missing or cannot be read"),
    }
}

fn emergency(state: &AppState, tenant: &TenantId) -> Response {
    state.metrics.emergency(tenant);
    // From memory: the store may be down.
    let served = state.wiring.served(tenant);
    let served = served.as_deref();
    let number = served.map(Served::emergency);
    xml(emergency_document(&state.public_url, tenant, number, served.is_none_or(Served::carrier_transcribes)))
}

fn xml(document: String) -> Response {
    ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], document).into_response()
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, text).into_response()
}

/// A few words for a counter: never an identifier.
fn kind(route: &Route) -> &'static str {
    match route {
        Route::Voice => "voice",
        Route::Status => "status",
        Route::Fallback { .. } => "fallback",
        Route::Sms => "sms",
        Route::Call(_, CallRoute::Turn { .. }) => "turn",
        Route::Call(_, CallRoute::Partial(_)) => "partial",
        Route::Call(..) => "call",
        Route::Page(_, _, PageRoute::Turn(_)) => "page_turn",
        Route::Page(..) => "page",
        Route::Room(_) => "room",
    }
}
