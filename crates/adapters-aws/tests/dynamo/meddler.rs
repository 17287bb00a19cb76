//! Between the SDK and the emulator: does to requests and answers what a real service does and an emulator does not.

use aws_sdk_dynamodb::config::{RuntimeComponents, SharedHttpClient};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::shared::IntoShared;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

/// What is done to a request.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// It never arrives; this is answered.
    Answer(u16, Value),
    /// It is carried out, and the answer is lost.
    LoseAnswer,
    /// Only the first key of a `BatchGetItem` is processed.
    ProcessOneKey,
    /// The answer is kept, by the request, for [`Act::Replay`].
    Remember,
    /// The answer of the same request in the past.
    Replay,
}

struct Rule {
    operation: &'static str,
    times: usize,
    act: Act,
}

#[derive(Default)]
struct Shared {
    rules: Mutex<Vec<Rule>>,
    past: Mutex<BTreeMap<String, Vec<u8>>>,
}

/// Rules, and the connection that they are applied to.
#[derive(Clone)]
pub(crate) struct Meddler {
    inner: SharedHttpClient,
    shared: Arc<Shared>,
}

impl Meddler {
    pub(crate) fn new(inner: SharedHttpClient) -> Self {
        Self { inner, shared: Arc::default() }
    }

    /// Does something to the next requests of an operation, in place of what was to be done to them.
    pub(crate) fn set(&self, operation: &'static str, times: usize, act: Act) {
        let mut rules = self.shared.rules.lock().unwrap();
        rules.retain(|rule| rule.operation != operation);
        rules.push(Rule { operation, times, act });
    }

    fn next(&self, operation: &str) -> Option<Act> {
        let mut rules = self.shared.rules.lock().unwrap();
        let rule = rules.iter_mut().find(|rule| rule.operation == operation && rule.times > 0)?;
        rule.times -= 1;
        Some(rule.act.clone())
    }
}

impl fmt::Debug for Meddler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meddler")
    }
}

impl HttpClient for Meddler {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        Meddling { meddler: self.clone(), inner }.into_shared()
    }
}

#[derive(Debug)]
struct Meddling {
    meddler: Meddler,
    inner: SharedHttpConnector,
}

impl HttpConnector for Meddling {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let Some(act) = self.meddler.next(operation) else { return self.inner.call(request) };
        let (inner, shared) = (self.inner.clone(), Arc::clone(&self.meddler.shared));
        HttpConnectorFuture::new(async move { meddle(act, request, inner, &shared).await })
    }
}

async fn meddle(
    act: Act,
    mut request: HttpRequest,
    inner: SharedHttpConnector,
    shared: &Shared,
) -> Result<HttpResponse, ConnectorError> {
    match act {
        Act::Answer(status, body) => Ok(answer(status, body.to_string().into_bytes())),
        Act::LoseAnswer => {
            inner.call(request).await?;
            Err(ConnectorError::timeout("the answer is lost".into()))
        }
        Act::ProcessOneKey => {
            let mut body = body_of(&request);
            let mut unprocessed = body["RequestItems"].clone();
            for (table, wanted) in body["RequestItems"].as_object_mut().unwrap() {
                let left = wanted["Keys"].as_array_mut().unwrap().split_off(1);
                if left.is_empty() {
                    unprocessed.as_object_mut().unwrap().remove(table);
                } else {
                    unprocessed[table]["Keys"] = left.into();
                }
            }
            let body = body.to_string();
            request.headers_mut().insert("content-length", body.len().to_string());
            *request.body_mut() = SdkBody::from(body);
            let mut answered: Value = serde_json::from_slice(&collect(inner.call(request).await?).await).unwrap();
            answered["UnprocessedKeys"] = unprocessed;
            Ok(answer(200, answered.to_string().into_bytes()))
        }
        Act::Remember => {
            // Parsed, since the order of a map in a request is a matter of chance.
            let key = body_of(&request).to_string();
            let answered = collect(inner.call(request).await?).await;
            shared.past.lock().unwrap().insert(key, answered.clone());
            Ok(answer(200, answered))
        }
        Act::Replay => {
            let key = body_of(&request).to_string();
            let past = shared.past.lock().unwrap().get(&key).cloned();
            Ok(answer(200, past.unwrap_or_else(|| panic!("nothing is known of {key}"))))
        }
    }
}

fn body_of(request: &HttpRequest) -> Value {
    serde_json::from_slice(request.body().bytes().unwrap()).unwrap()
}

async fn collect(response: HttpResponse) -> Vec<u8> {
    assert!(response.status().is_success());
    ByteStream::new(response.into_body()).collect().await.unwrap().into_bytes().to_vec()
}

fn answer(status: u16, body: Vec<u8>) -> HttpResponse {
    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}
