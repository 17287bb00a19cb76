//! The lists of calls, of recordings and of what is written down of these in the REST API: filters and pages.

use super::exchange::Exchange;
use super::resource;
use super::rest::{Answer, ApiError, Form, NOT_FOUND, answer_json};
use chrono::{DateTime, NaiveDate, Utc};
use http::StatusCode;
use serde_json::{Value, json};

/// How many rows a page has if nobody asked for a number.
const PAGE_SIZE: usize = 50;

pub(super) fn list_calls(network: &Exchange, query: &Form, path: &str) -> Result<Answer, ApiError> {
    query.only(&[
        "To",
        "From",
        "Status",
        "ParentCallSid",
        "StartTime",
        "StartTime>",
        "StartTime>=",
        "StartTime<",
        "StartTime<=",
        "PageSize",
        "Page",
        "PageToken",
    ])?;
    let since = instant(query.get("StartTime>").or(query.get("StartTime>=")))?;
    let before = instant(query.get("StartTime<").or(query.get("StartTime<=")))?;
    let day = query.get("StartTime").map(|text| instant(Some(text))).transpose()?.flatten();
    let state = network.state();
    let fits = |wanted: Option<&str>, has: &str| wanted.is_none_or(|wanted| wanted == has);
    let mut legs: Vec<_> = state
        .legs
        .values()
        .filter(|leg| fits(query.get("To"), &leg.to) && fits(query.get("From"), &leg.from))
        .filter(|leg| fits(query.get("Status"), leg.status.as_str()))
        .filter(|leg| query.get("ParentCallSid").is_none_or(|wanted| leg.parent.as_deref() == Some(wanted)))
        // The carrier shows whole seconds, and compares by them.
        .filter(|leg| since.is_none_or(|since| leg.created.timestamp() >= since.timestamp()))
        .filter(|leg| before.is_none_or(|before| leg.created.timestamp() <= before.timestamp()))
        .filter(|leg| day.is_none_or(|day| leg.created.date_naive() == day.date_naive()))
        .collect();
    legs.sort_by_key(|leg| std::cmp::Reverse(leg.created_order));
    let calls: Vec<Value> = legs.into_iter().map(|leg| resource::call(network, leg)).collect();
    paged("calls", &calls, query, path, "")
}

pub(super) fn list_recordings(network: &Exchange, query: &Form, path: &str) -> Result<Answer, ApiError> {
    query.only(&["DateCreated>", "DateCreated<", "CallSid", "PageSize", "Page", "PageToken"])?;
    let since = instant(query.get("DateCreated>"))?;
    let before = instant(query.get("DateCreated<"))?;
    let state = network.state();
    let mut kept: Vec<_> = state
        .recordings
        .values()
        .filter(|kept| query.get("CallSid").is_none_or(|wanted| wanted == kept.call_sid))
        .filter(|kept| since.is_none_or(|since| kept.created.timestamp() >= since.timestamp()))
        .filter(|kept| before.is_none_or(|before| kept.created.timestamp() <= before.timestamp()))
        .collect();
    kept.sort_by_key(|kept| std::cmp::Reverse(kept.created));
    let shown: Vec<Value> = kept.into_iter().map(|kept| resource::recording(network, kept)).collect();
    let filter = query.get("DateCreated>").map(|since| format!("&DateCreated%3E={since}")).unwrap_or_default();
    paged("recordings", &shown, query, path, &filter)
}

/// What is written down of one recording, the newest first; the carrier knows no filter.
pub(super) fn list_transcriptions(
    network: &Exchange,
    recording_sid: &str,
    query: &Form,
    path: &str,
) -> Result<Answer, ApiError> {
    query.only(&["PageSize", "Page", "PageToken"])?;
    let state = network.state();
    if !state.recordings.contains_key(recording_sid) {
        return Err(NOT_FOUND);
    }
    let written = state.transcriptions.iter().rev().filter(|written| written.recording_sid == recording_sid);
    let shown: Vec<Value> = written.map(|written| resource::transcription(network, written)).collect();
    paged("transcriptions", &shown, query, path, "")
}

/// One page of all rows; the addresses of the others repeat the filter.
fn paged(name: &str, rows: &[Value], query: &Form, path: &str, filter: &str) -> Result<Answer, ApiError> {
    let size = match query.get("PageSize").map(str::parse::<usize>) {
        None => PAGE_SIZE,
        Some(Ok(size)) if (1..=1000).contains(&size) => size,
        Some(_) => return Err(ApiError::bad(20006, "PageSize must be from 1 to 1000")),
    };
    let page = match query.get("Page").map(str::parse::<usize>) {
        None => 0,
        Some(Ok(page)) => page,
        Some(Err(_)) => return Err(ApiError::bad(20006, "Page must be a number")),
    };
    let first = page.saturating_mul(size);
    let shown: Vec<&Value> = rows.iter().skip(first).take(size).collect();
    let link = |page: usize| format!("{path}?PageSize={size}&Page={page}{filter}");
    let more = rows.len() > first.saturating_add(size);
    let body = json!({
        "first_page_uri": link(0),
        "next_page_uri": more.then(|| link(page + 1)),
        "previous_page_uri": page.checked_sub(1).map(link),
        "uri": link(page),
        "page": page,
        "page_size": size,
        "start": first,
        "end": first + shown.len().saturating_sub(1),
        name: shown,
    });
    Ok(answer_json(StatusCode::OK, &body))
}

/// An instant, or a day's beginning in UTC.
fn instant(text: Option<&str>) -> Result<Option<DateTime<Utc>>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let whole = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|day| day.and_hms_opt(0, 0, 0));
    match whole.ok().or_else(|| day().map(|at| at.and_utc())) {
        Some(at) => Ok(Some(at)),
        None => Err(ApiError::bad(20001, "A date is none")),
    }
}
