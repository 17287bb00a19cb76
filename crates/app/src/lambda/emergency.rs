//! What a caller hears while nothing can be wired, because the store or the secrets are out of reach when a process
//! starts: static configuration alone, as design asks of every webhook.

use super::gateway;
use crate::http::is_on_the_line;
use axum::body::Body;
use axum::http::{Response, header};
use nightdesk_adapters_twilio::render::emergency_document;
use nightdesk_adapters_twilio::{Address, PublicUrl};
use nightdesk_domain::phone::PhoneNumber;
use serde_json::Value;

/// The answer to an event of the carrier on whose line a caller is; none to any other, which may come again.
///
/// No signature can be verified without the tenant's token. What is said here is said to everybody: an apology, and a
/// number that is meant to be rung.
pub(super) async fn answer(public: &PublicUrl, number: Option<&PhoneNumber>, event: Value) -> Option<Value> {
    let prefix = url::Url::parse(public.as_str()).map(|url| url.path().to_owned()).unwrap_or_default();
    let request = gateway::is_request(&event).then(|| gateway::request(event, &prefix).ok())??;
    let address = Address::parse(request.uri().path(), request.uri().query()).ok()?;
    if !is_on_the_line(&address.route) {
        return None;
    }
    // Nobody knows who writes messages down: words that nobody reads cost a few cents, missing ones wake somebody.
    let document = emergency_document(public, &address.tenant, number, true);
    let response = Response::builder().header(header::CONTENT_TYPE, "text/xml; charset=utf-8");
    gateway::response(response.body(Body::from(document)).ok()?).await.ok()
}
