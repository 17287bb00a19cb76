//! A double of five Amazon services that speak their wire formats over real HTTP on one loopback port: mail (SES v2),
//! Parameter Store (SSM), Secrets Manager, Transcribe and S3. It keeps what it is given, and fails on demand.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use nightdesk_testkit::aws::{AwsDouble, Fault};
//! let aws = AwsDouble::start().await?;
//! aws.set_parameter("/nightdesk/twilio", "token");
//! aws.fail("GetParameter", Fault::error(400, "ThrottlingException", "Rate exceeded"));
//! // … point clients at aws.url(), with any region and any credentials …
//! assert_eq!(aws.requests("GetParameter").len(), 2);
//! # Ok(()) }
//! ```
//! It begins empty, with the mail account in the sandbox. A request without a signature for its service is refused;
//! the signature itself is not verified.

mod mail;
mod objects;
mod secrets;
mod transcribe;

pub use mail::Mail;
pub use objects::Object;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

/// How one request goes wrong.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The service answers with an error of this status, code and message, and does nothing.
    Error {
        /// The HTTP status.
        status: u16,
        /// The error's code, such as `ThrottlingException`.
        code: String,
        /// The error's text.
        message: String,
        /// The `Retry-After` header.
        retry_after_seconds: Option<u64>,
    },
    /// The service does what is asked and hangs up without an answer.
    LosesAnswer,
    /// The service does what is asked and answers so much later.
    Slow(Duration),
    /// Something in between answers 200 with a web page.
    Nonsense,
}

impl Fault {
    /// An error without `Retry-After`.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Fault::Error { status, code: code.to_owned(), message: message.to_owned(), retry_after_seconds: None }
    }
}

/// A request that arrived, whatever became of it.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// The operation, such as `SendEmail`.
    pub action: String,
    /// The method.
    pub method: Method,
    /// The path as it was sent, without the query.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Arrived {
    /// A header, empty if it was not sent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// What the services hold.
#[derive(Default)]
struct State {
    mail: mail::Account,
    secrets: secrets::Vaults,
    jobs: BTreeMap<String, transcribe::Job>,
    objects: objects::Buckets,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    faults: Mutex<BTreeMap<String, VecDeque<Fault>>>,
    arrived: Mutex<Vec<Arrived>>,
}

/// See the module.
pub struct AwsDouble {
    shared: Arc<Shared>,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl AwsDouble {
    /// Starts on a free loopback port; stops when dropped. Fails if there is no port.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let serving = tokio::spawn(serve(listener, shared.clone()));
        Ok(Self { shared, address, serving })
    }

    /// The endpoint of every service. S3 is asked by path there, as the SDK does with a bare address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next request for this operation goes wrong so; said twice, the next two do.
    pub fn fail(&self, action: &str, fault: Fault) {
        lock(&self.shared.faults).entry(action.to_owned()).or_default().push_back(fault);
    }

    /// Every request for this operation so far, in the order of arrival.
    pub fn requests(&self, action: &str) -> Vec<Arrived> {
        lock(&self.shared.arrived).iter().filter(|arrived| arrived.action == action).cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.shared.state)
    }
}

impl Drop for AwsDouble {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// An error as a service gives it.
struct Refusal {
    status: u16,
    code: String,
    message: String,
}

impl Refusal {
    fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into() }
    }
}

/// The answer of an operation: JSON, or the bytes and headers of S3.
enum Answer {
    Json(Value),
    Object(Bytes, Vec<(&'static str, String)>),
}

/// Which wire format a service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    /// AWS JSON 1.1: one path, the operation in `X-Amz-Target`, the error's code in the body.
    Json,
    /// REST with JSON: the error's code in `x-amzn-ErrorType`.
    RestJson,
    /// REST with XML errors.
    RestXml,
}

/// What a request asks for: the name that its signature is for, the wire format, the operation.
fn route(method: &Method, path: &str, target: &str) -> (&'static str, Protocol, String) {
    if let Some((service, action)) = target.rsplit_once('.') {
        let signed_for = match service {
            "AmazonSSM" => "ssm",
            "secretsmanager" => "secretsmanager",
            "Transcribe" => "transcribe",
            _ => "unknown",
        };
        return (signed_for, Protocol::Json, action.to_owned());
    }
    if path.starts_with("/v2/email/") {
        let known = *method == Method::POST && path == "/v2/email/outbound-emails";
        return ("ses", Protocol::RestJson, if known { "SendEmail" } else { "Unknown" }.to_owned());
    }
    let action = match *method {
        Method::PUT => "PutObject",
        Method::GET => "GetObject",
        _ => "Unknown",
    };
    ("s3", Protocol::RestXml, action.to_owned())
}

fn act(state: &mut State, arrived: &Arrived, signed_for: &str) -> Result<Answer, Refusal> {
    if !arrived.header("authorization").contains(&format!("/{signed_for}/aws4_request, SignedHeaders=")) {
        return Err(Refusal::new(403, "MissingAuthenticationTokenException", "Missing Authentication Token"));
    }
    match arrived.action.as_str() {
        "SendEmail" => state.mail.send(arrived).map(Answer::Json),
        "GetParameter" => state.secrets.parameter(&arrived.json()).map(Answer::Json),
        "GetSecretValue" => state.secrets.secret(&arrived.json()).map(Answer::Json),
        "StartTranscriptionJob" => {
            transcribe::start(&mut state.jobs, &state.objects, &arrived.json()).map(Answer::Json)
        }
        "GetTranscriptionJob" => transcribe::get(&state.jobs, &arrived.json()).map(Answer::Json),
        "PutObject" => state.objects.put(arrived),
        "GetObject" => state.objects.get(arrived),
        _ => Err(Refusal::new(400, "UnknownOperationException", "The double does not know this operation")),
    }
}

/// Takes connections until aborted; the connections end with it.
async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let shared = shared.clone();
        connections.spawn(async move {
            let service = service_fn(move |request| respond(shared.clone(), request));
            // A client that hangs up, and an answer lost on purpose, both end here.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

/// The answer is dropped with the connection.
#[derive(Debug, thiserror::Error)]
#[error("the answer is lost")]
struct Lost;

async fn respond(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Lost> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Lost)?.to_bytes();
    let target = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (signed_for, protocol, action) = route(&parts.method, parts.uri.path(), target);
    let arrived =
        Arrived { action, method: parts.method, path: parts.uri.path().to_owned(), headers: parts.headers, body };
    lock(&shared.arrived).push(arrived.clone());
    let fault = lock(&shared.faults).get_mut(&arrived.action).and_then(VecDeque::pop_front);
    if let Some(Fault::Error { status, code, message, retry_after_seconds }) = &fault {
        let mut response = refuse(protocol, &Refusal::new(*status, code, message))?;
        if let Some(seconds) = retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, (*seconds).into());
        }
        return Ok(response);
    }
    if matches!(fault, Some(Fault::Nonsense)) {
        let page = Response::builder().header(header::CONTENT_TYPE, "text/html");
        return page.body(Full::new(Bytes::from_static(b"<html>Welcome</html>"))).map_err(|_| Lost);
    }
    let answer = act(&mut lock(&shared.state), &arrived, signed_for);
    match fault {
        Some(Fault::LosesAnswer) => return Err(Lost),
        Some(Fault::Slow(delay)) => tokio::time::sleep(delay).await,
        _ => {}
    }
    match answer {
        Ok(Answer::Json(value)) => {
            let media_type = if protocol == Protocol::Json { "application/x-amz-json-1.1" } else { "application/json" };
            let response = Response::builder().header(header::CONTENT_TYPE, media_type);
            response.body(Full::new(Bytes::from(value.to_string()))).map_err(|_| Lost)
        }
        Ok(Answer::Object(body, headers)) => {
            let response =
                headers.iter().fold(Response::builder(), |response, (name, value)| response.header(*name, value));
            response.body(Full::new(body)).map_err(|_| Lost)
        }
        Err(refusal) => refuse(protocol, &refusal),
    }
}

/// An error in a service's wire format.
fn refuse(protocol: Protocol, refusal: &Refusal) -> Result<Response<Full<Bytes>>, Lost> {
    let Refusal { status, code, message } = refusal;
    let response = Response::builder()
        .status(StatusCode::from_u16(*status).map_err(|_| Lost)?)
        .header("x-amzn-requestid", "00000000-0000-4000-8000-000000000001");
    let (response, body) = match protocol {
        Protocol::Json => (
            response.header(header::CONTENT_TYPE, "application/x-amz-json-1.1"),
            json!({ "__type": code, "message": message }).to_string(),
        ),
        Protocol::RestJson => (
            response.header(header::CONTENT_TYPE, "application/json").header("x-amzn-ErrorType", code),
            json!({ "message": message }).to_string(),
        ),
        Protocol::RestXml => (
            response.header(header::CONTENT_TYPE, "application/xml"),
            format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"),
        ),
    };
    response.body(Full::new(Bytes::from(body))).map_err(|_| Lost)
}

/// A test that panicked elsewhere must not hide what the double saw.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
