//! What went wrong with a request, as a document for programs and people (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use nightdesk_domain::case::Misstated;
use serde_json::json;

/// A request that was refused.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: &'static str,
    /// What is wrong with which field.
    errors: Vec<Misstated>,
    /// After how many seconds it may be tried again.
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem in one sentence, which says what to do.
    pub(super) fn new(status: StatusCode, detail: &'static str) -> Self {
        Self { status, detail, errors: Vec::new(), retry_after: None }
    }

    /// With what is wrong by the names of fields.
    pub(super) fn fields(self, errors: Vec<Misstated>) -> Self {
        Self { errors, ..self }
    }

    /// With a time after which it may be tried again.
    pub(super) fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or_default();
        let mut document =
            json!({ "type": "about:blank", "title": title, "status": self.status.as_u16(), "detail": self.detail });
        if !self.errors.is_empty() {
            document["errors"] = json!(self.errors);
        }
        let mut response = (self.status, document.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"nightdesk\""));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
