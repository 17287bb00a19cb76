//! `/alerts`: other tools of an MSP page the people on call, and look at what came of it. Without a tenant in the
//! address the token says whose tool it is.

use super::AppState;
use super::problem::Problem;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Limited};
use nightdesk_domain::case::{AlertStatus, Misstated, WrittenAlert, shorten};
use nightdesk_domain::ids::{CaseId, TenantId};
use nightdesk_engine::{AlertError, EngineError};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Instant;

/// Longest body that is read, in bytes: every field at its longest, each character in four bytes.
const BODY_BYTES_MAX: usize = 48 * 1024;
/// When a tool may try again after a failure of ours, in seconds.
const RETRY_SECONDS: u64 = 5;
/// The header that names an alert (draft-ietf-httpapi-idempotency-key-header).
const KEY: &str = "Idempotency-Key";

/// `POST /alerts` and `POST /alerts/{tenant}`
pub(super) async fn take(
    State(state): State<AppState>,
    tenant: Option<Path<String>>,
    request: Request<Body>,
) -> Response {
    let began = Instant::now();
    let tenant = tenant.as_ref().map(|Path(tenant)| tenant.as_str());
    let response = taken(&state, tenant, request).await.unwrap_or_else(Problem::into_response);
    state.metrics.webhook("alert", response.status(), began.elapsed());
    response
}

async fn taken(state: &AppState, tenant: Option<&str>, request: Request<Body>) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let (tenant, source) = sender(state, tenant, &head.headers).await?;
    if let Err(seconds) = state.alert_rates.count(&tenant, &source, Instant::now()) {
        let detail =
            "this token has sent too many alerts within a minute; send this one again later, with the same key";
        return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, detail).retry_after(seconds));
    }
    let key = key(&head.headers)?;
    let kind = head.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        let detail = "the body must be JSON, with the header Content-Type: application/json";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 48 KiB, or broke off"));
    };
    let alert = written(&body.to_bytes(), source, key)?;
    let taken = state.engine.alert(&tenant, alert).await.map_err(|error| refused(&tenant, error))?;
    let status = if taken.repeated { StatusCode::OK } else { StatusCode::CREATED };
    let location = state.public_url.received(&format!("/alerts/{tenant}/{}", taken.status.id));
    Ok((status, [(header::LOCATION, location)], document(&taken.status)).into_response())
}

/// `GET /alerts/{tenant}/{id}`
pub(super) async fn status(
    State(state): State<AppState>,
    Path((tenant, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (tenant, source) = sender(&state, Some(&tenant), &headers).await?;
    own(&state, &tenant, &source, &id).await.map(|status| document(&status))
}

/// `POST /alerts/{tenant}/{id}/handled`
pub(super) async fn handled(
    State(state): State<AppState>,
    Path((tenant, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (tenant, source) = sender(&state, Some(&tenant), &headers).await?;
    let alert = own(&state, &tenant, &source, &id).await?;
    let handled = state.engine.alert_handled(&tenant, &alert.id, &source).await;
    handled.map(|status| document(&status)).map_err(|error| refused(&tenant, error))
}

/// How an alert stands, as JSON.
fn document(status: &AlertStatus) -> Response {
    let document = serde_json::to_string(status).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], document).into_response()
}

/// An alert that this tool has sent; others' are none of its business.
async fn own(state: &AppState, tenant: &TenantId, source: &str, id: &str) -> Result<AlertStatus, Problem> {
    let found = match CaseId::parse(id) {
        Ok(id) => state.engine.alert_status(tenant, &id).await,
        Err(_) => Err(EngineError::NotFound),
    };
    match found {
        Ok(status) if status.source == source => Ok(status),
        Ok(_) => Err(refused(tenant, EngineError::NotFound.into())),
        Err(error) => Err(refused(tenant, error.into())),
    }
}

/// Who sends a request, by its token; a stranger learns nothing, not even whether there is such a tenant. A token that
/// two tenants have counts for neither where the address names none.
async fn sender(state: &AppState, tenant: Option<&str>, headers: &HeaderMap) -> Result<(TenantId, String), Problem> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = given.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    // An address that can be no tenant's fits none.
    let named = tenant.map(TenantId::parse).transpose();
    if let (Ok(named), Some(token)) = (named, token) {
        let mut senders = state.wiring.senders_of_alerts(named.as_ref(), token);
        if senders.is_empty() {
            // The tenant may be new, or its tokens changed a moment ago.
            state.wiring.refresh_for_stranger().await;
            senders = state.wiring.senders_of_alerts(named.as_ref(), token);
        }
        if let Ok([sender]) = <[_; 1]>::try_from(senders) {
            return Ok(sender);
        }
        let tenant = named.map(|named| named.to_string());
        tracing::warn!(tenant, "an alert without a valid token was refused");
    }
    let detail = "send Authorization: Bearer TOKEN with a token of [alerts] in one tenant's file, that of the address";
    Err(Problem::new(StatusCode::UNAUTHORIZED, detail))
}

fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let mut given = headers.get_all(KEY).iter();
    match (given.next().map(|value| value.to_str()), given.next()) {
        // What is wrong with its characters is told with the other fields.
        (Some(key), None) => Ok(key.unwrap_or_default().to_owned()),
        (first, _) => {
            let detail = "must be sent once: your own name for this alert, the same whenever you send it again";
            let wrong = vec![Misstated::new(KEY, detail)];
            let what = match first {
                None => "the header Idempotency-Key is missing",
                Some(_) => "the header Idempotency-Key comes twice",
            };
            Err(Problem::new(StatusCode::BAD_REQUEST, what).fields(wrong))
        }
    }
}

/// The members of a JSON object as they come. A name that comes twice is refused: which of both is meant, nobody knows.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reads;
        impl<'de> Visitor<'de> for Reads {
            type Value = Members;

            fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                to.write_str("one JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Reads)
    }
}

/// Reads the fields; what is of the wrong kind, or unknown, is named with everything else that is wrong.
fn written(body: &[u8], source: String, key: String) -> Result<WrittenAlert, Problem> {
    let Ok(Members(fields)) = serde_json::from_slice(body) else {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "the body must be one JSON object"));
    };
    let mut alert = WrittenAlert { source, key, ..WrittenAlert::default() };
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for (name, value) in fields {
        if !seen.insert(name.clone()) {
            wrong.push(Misstated::new(&shorten(&name, 40), "comes more than once; send it once"));
            continue;
        }
        let place = match name.as_str() {
            "summary" => &mut alert.summary,
            "details" => &mut alert.details,
            "company" => &mut alert.company,
            "system" => &mut alert.system,
            "category" => &mut alert.category,
            "priority" => &mut alert.priority,
            _ => {
                let known = "is unknown; there are summary, details, company, system, category and priority";
                wrong.push(Misstated::new(&shorten(&name, 40), known));
                continue;
            }
        };
        match value {
            Value::String(text) => *place = Some(text),
            Value::Null => {}
            _ => wrong.push(Misstated::new(&name, "must be a text")),
        }
    }
    if wrong.is_empty() { Ok(alert) } else { Err(of_fields(wrong)) }
}

fn of_fields(wrong: Vec<Misstated>) -> Problem {
    let in_a_header = |wrong: Misstated| match wrong.field.as_str() {
        "idempotency_key" => Misstated { field: KEY.to_owned(), ..wrong },
        _ => wrong,
    };
    let wrong = wrong.into_iter().map(in_a_header).collect();
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "some fields cannot be taken as they are").fields(wrong)
}

fn refused(tenant: &TenantId, error: AlertError) -> Problem {
    match error {
        AlertError::Misstated(wrong) => of_fields(wrong),
        AlertError::KeyReused => {
            let detail = "was used for an alert that says something else; take another key";
            of_fields(vec![Misstated::new(KEY, detail)])
        }
        AlertError::CallersWait => {
            let detail = "callers have joined this alert; a person must mark it as handled";
            Problem::new(StatusCode::CONFLICT, detail)
        }
        AlertError::Engine(EngineError::NotFound) => {
            Problem::new(StatusCode::NOT_FOUND, "this token has sent no such alert, or it has expired")
        }
        AlertError::Engine(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(%tenant, %error, cause, "an alert could not be taken or read");
            let detail = "this could not be stored or read just now; send it again, with the same key";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).retry_after(RETRY_SECONDS)
        }
    }
}
