//! `GET` and `POST /ack/{tenant}/{case}/{page}/{mac}`: the signed link with which a page is accepted.
//!
//! Only POST accepts: scanners of mail and chat follow links. Whatever is wrong with a link, the answer is the same,
//! and names nobody.

use super::AppState;
use crate::links::Linked;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use maud::{DOCTYPE, Markup, html};
use nightdesk_domain::case::{AckBy, Case, Standing};
use nightdesk_domain::ids::{CaseId, TenantId};
use nightdesk_domain::limits::ARRIVAL_MINUTES_MAX;
use nightdesk_domain::policy::Policy;
use nightdesk_engine::{CaseAndPolicy, EngineError};

/// How long a page can be accepted by its link or button, in hours.
const HOURS_MAX: i64 = 24;
/// The minutes until the caller is rung that are offered.
const MINUTES: [u32; 4] = [5, 15, 30, 60];

const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:30rem;padding:0 1rem}\
                     button{display:block;width:100%;margin:.6rem 0;padding:.9rem;font:inherit}";

/// Tenant, case, page and signature, as they stand in the address.
pub(super) type Parts = (String, String, String, String);

/// A page that a link vouches for.
struct Found {
    tenant: TenantId,
    case: CaseId,
    page: u32,
    state: CaseAndPolicy,
}

/// Shows what it is about, and the buttons.
pub(super) async fn show(State(state): State<AppState>, Path(parts): Path<Parts>) -> Response {
    match find(&state, parts).await {
        Ok(Found { page, state: (case, policy), .. }) => shown(&case, page, &policy),
        Err(refused) => refused,
    }
}

/// Accepts, and says who has it.
pub(super) async fn accept(State(state): State<AppState>, Path(parts): Path<Parts>, body: Bytes) -> Response {
    let Found { tenant, case, page, .. } = match find(&state, parts).await {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    let minutes = url::form_urlencoded::parse(&body).find(|(name, _)| name == "minutes");
    let minutes = minutes.and_then(|(_, value)| value.parse().ok()).filter(|minutes| *minutes <= ARRIVAL_MINUTES_MAX);
    match state.engine.acknowledge(&tenant, &case, page, AckBy::Link, minutes).await {
        Ok((case, policy)) => shown(&case, page, &policy),
        Err(EngineError::NotFound) => gone(),
        Err(error) => {
            tracing::error!(%tenant, error = crate::logging::with_causes(&error), "an acceptance could not be stored");
            failed()
        }
    }
}

async fn find(state: &AppState, (tenant, case, page, mac): Parts) -> Result<Found, Response> {
    let read = || Some((TenantId::parse(&tenant).ok()?, CaseId::parse(&case).ok()?, page.parse::<u32>().ok()?));
    let Some((tenant, case, page)) = read() else { return Err(gone()) };
    if state.wiring.served(&tenant).is_none() {
        return Err(gone());
    }
    let unavailable = |error: EngineError| {
        tracing::error!(%tenant, error = crate::logging::with_causes(&error), "a link could not be looked up");
        failed()
    };
    let genuine = state.wiring.links().is_genuine(&tenant, Linked::Page(&case, page), &mac).await;
    if !genuine.map_err(|error| unavailable(error.into()))? {
        return Err(gone());
    }
    match state.engine.case(&tenant, &case).await {
        Ok(found) if holds(state, &found.0, page) => Ok(Found { tenant, case, page, state: found }),
        Ok(_) | Err(EngineError::NotFound) => Err(gone()),
        Err(error) => Err(unavailable(error)),
    }
}

/// Whether a page is kept, and young enough to be accepted by link or button.
pub(super) fn holds(state: &AppState, case: &Case, page: u32) -> bool {
    let oldest = state.engine.ports().clock.now() - TimeDelta::hours(HOURS_MAX);
    case.page(page).is_some_and(|page| page.ordered_at > oldest)
}

/// Who has it, in a sentence or two, for its technician.
pub(super) fn told(case: &Case, page: u32, policy: &Policy) -> String {
    let ticket = &case.ticket.number;
    match case.standing(page) {
        Some(Standing::Yours { by: Some(by) }) => {
            format!("You have it, and ring the caller by {}. The ticket is {ticket}.", Case::clock_time(by, policy))
        }
        Some(Standing::Yours { by: None }) => format!("You have it. The ticket is {ticket}."),
        Some(Standing::Taken(other)) => {
            let name = policy.technician(&other).map_or(other.as_str(), |person| person.name.as_str());
            format!("{name} has it already. Nothing is left to do.")
        }
        Some(Standing::Open) => "Nobody has it yet.".to_owned(),
        Some(Standing::Over) | None => "It is taken care of already. Nothing is left to do.".to_owned(),
    }
}

fn shown(case: &Case, page: u32, policy: &Policy) -> Response {
    let open = case.standing(page) == Some(Standing::Open);
    let content = html! {
        h1 { (policy.name) }
        p { strong { (case.brief.priority) } ": " (case.summary(policy)) }
        p { (told(case, page, policy)) }
        @if open {
            form method="post" {
                @if case.has_caller() {
                    @for minutes in MINUTES {
                        button name="minutes" value=(minutes) { "I have it, and ring in " (minutes) " minutes" }
                    }
                }
                button name="minutes" value="" { "I have it" }
            }
        }
    };
    page_of(StatusCode::OK, &content)
}

fn gone() -> Response {
    page_of(StatusCode::NOT_FOUND, &html! { p { "This link does not hold, or holds no more." } })
}

fn failed() -> Response {
    let words = "This cannot be looked up now, and nothing was accepted. Please try again, or answer the telephone.";
    page_of(StatusCode::SERVICE_UNAVAILABLE, &html! { p { (words) } })
}

fn page_of(status: StatusCode, content: &Markup) -> Response {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { "NightDesk" }
                style { (maud::PreEscaped(STYLE)) }
            }
            body { main { (content) } }
        }
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // The address is a key: no other site may learn it.
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
            ),
        ),
    ];
    (status, headers, document.into_string()).into_response()
}
