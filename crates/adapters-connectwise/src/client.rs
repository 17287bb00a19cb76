//! Requests to one tenant's ConnectWise: authentication, paging, JSON, and the meaning of failures.

use crate::conditions::Conditions;
use crate::config::ConnectWiseConfig;
use crate::refusal::Kind;
use crate::wire::Done;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, header};
use nightdesk_ports::{DeliveryError, HttpTransport};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::time::Duration;

/// The version of the API that is spoken, in the vendor's media type.
const ACCEPT: &str = "application/vnd.connectwise.com+json; version=2025.1";
/// Records asked for at once; the vendor's bound is 1000.
const PAGE_SIZE: usize = 100;
/// Most pages of one list; a longer one is a question that should have been narrower.
const PAGES_MAX: usize = 50;

/// What narrows and orders a list.
#[derive(Default)]
pub(crate) struct Query {
    /// On the records themselves.
    pub(crate) conditions: Option<Conditions>,
    /// On a list inside the records.
    pub(crate) child_conditions: Option<Conditions>,
}

impl From<Conditions> for Query {
    fn from(conditions: Conditions) -> Self {
        Self { conditions: Some(conditions), child_conditions: None }
    }
}

/// One tenant's ConnectWise.
pub(crate) struct Client<'a> {
    pub(crate) transport: &'a dyn HttpTransport,
    pub(crate) config: &'a ConnectWiseConfig,
    pub(crate) timeout: Duration,
}

impl Client<'_> {
    /// One record.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str, query: &Query) -> Result<T, DeliveryError> {
        let (_, body) = self.send(Method::GET, path, &pairs(query), Bytes::new(), Kind::Reads).await?;
        record(&body).ok_or_else(|| Kind::Reads.lost())
    }

    /// All records of a list, the oldest first. Goes on while a page is full or the answer links to a next one:
    /// a server may give fewer at once than it was asked for.
    pub(crate) async fn list<T: DeserializeOwned>(&self, path: &str, query: &Query) -> Result<Vec<T>, DeliveryError> {
        let mut all = Vec::new();
        for page in 1..=PAGES_MAX {
            let mut pairs = pairs(query);
            pairs.push(("orderBy", "id asc".to_owned()));
            pairs.push(("page", page.to_string()));
            pairs.push(("pageSize", PAGE_SIZE.to_string()));
            let (headers, body) = self.send(Method::GET, path, &pairs, Bytes::new(), Kind::Reads).await?;
            let records: Vec<T> = serde_json::from_slice(&body).map_err(|_| Kind::Reads.lost())?;
            let last = records.is_empty() || (records.len() < PAGE_SIZE && !links_to_next(&headers));
            all.extend(records);
            if last {
                return Ok(all);
            }
        }
        Err(DeliveryError::Refused(format!("{path} has more than {} records", PAGES_MAX * PAGE_SIZE)))
    }

    /// The newest records of a list, the newest first; at most so many, which must fit one page.
    pub(crate) async fn newest<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &Query,
        count: usize,
    ) -> Result<Vec<T>, DeliveryError> {
        let mut pairs = pairs(query);
        pairs.push(("orderBy", "id desc".to_owned()));
        pairs.push(("page", "1".to_owned()));
        pairs.push(("pageSize", count.min(PAGE_SIZE).to_string()));
        let (_, body) = self.send(Method::GET, path, &pairs, Bytes::new(), Kind::Reads).await?;
        serde_json::from_slice(&body).map_err(|_| Kind::Reads.lost())
    }

    /// Changes something and reads the answer.
    pub(crate) async fn write<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &B,
    ) -> Result<T, DeliveryError> {
        record(&self.order(method, path, body).await?).ok_or_else(|| Kind::Writes.lost())
    }

    /// Changes something of which nothing needs to be read. No body, or a record, is a success; a web page is not,
    /// and neither is the vendor's `{"success": false}`.
    pub(crate) async fn write_only<B: Serialize>(
        &self,
        method: Method,
        path: &str,
        body: &B,
    ) -> Result<(), DeliveryError> {
        let answer = self.order(method, path, body).await?;
        if answer.is_empty() {
            return Ok(());
        }
        match record(&answer) {
            Some(Done { success: Some(false) }) => Err(refused("ConnectWise answered that it did not do it")),
            Some(_) => Ok(()),
            None => Err(Kind::Writes.lost()),
        }
    }

    async fn order<B: Serialize>(&self, method: Method, path: &str, body: &B) -> Result<Bytes, DeliveryError> {
        let body = serde_json::to_vec(body).map_err(|_| refused("the request cannot be written as JSON"))?;
        Ok(self.send(method, path, &[], body.into(), Kind::Writes).await?.1)
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, String)],
        body: Bytes,
        kind: Kind,
    ) -> Result<(HeaderMap, Bytes), DeliveryError> {
        let mut address = self.config.api_root().map_err(DeliveryError::Refused)?;
        address.push_str(path);
        if !query.is_empty() {
            address.push('?');
            address.push_str(&form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish());
        }
        let mut request = Request::builder()
            .method(method)
            .uri(address)
            .header(header::ACCEPT, ACCEPT)
            .header(header::AUTHORIZATION, self.authorization()?)
            .header("clientId", &self.config.client_id);
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = request.body(body).map_err(|_| refused("connectwise.client_id or base_url cannot be sent"))?;
        let answer = self.transport.send(request, self.timeout).await.map_err(|error| kind.no_answer(error))?;
        let (parts, body) = answer.into_parts();
        if parts.status.is_success() {
            Ok((parts.headers, body))
        } else {
            Err(kind.failed(parts.status, &parts.headers, &body))
        }
    }

    /// `company+publicKey:privateKey`, as basic authentication (RFC 7617).
    fn authorization(&self) -> Result<HeaderValue, DeliveryError> {
        let ConnectWiseConfig { company, public_key, private_key, .. } = self.config;
        let pair = STANDARD.encode(format!("{company}+{public_key}:{}", private_key.expose_secret()));
        let mut value =
            HeaderValue::from_str(&format!("Basic {pair}")).map_err(|_| refused("the keys cannot be sent"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// One record out of an answer. It must be a JSON object: serde would fill a record from an array as well.
fn record<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let object: Map<String, Value> = serde_json::from_slice(body).ok()?;
    serde_json::from_value(Value::Object(object)).ok()
}

fn pairs(query: &Query) -> Vec<(&'static str, String)> {
    let named = [("conditions", &query.conditions), ("childConditions", &query.child_conditions)];
    named.into_iter().filter_map(|(name, c)| Some((name, c.as_ref()?.as_str().to_owned()))).collect()
}

/// Whether the `Link` header (RFC 8288) names a next page.
fn links_to_next(headers: &HeaderMap) -> bool {
    let links = headers.get_all(header::LINK);
    links.iter().filter_map(|link| link.to_str().ok()).any(|link| link.contains("rel=\"next\""))
}

/// A refusal that names what to repair.
pub(crate) fn refused(reason: impl Into<String>) -> DeliveryError {
    DeliveryError::Refused(reason.into())
}
