//! A stand-in for what AWS puts around a function: the Lambda runtime API, and an API Gateway HTTP API in front of it.
//!
//! [`RuntimeApi`] speaks the four requests of "Using the Lambda runtime API for custom runtimes" (version 2018-06-01)
//! over real HTTP on a loopback port. Any number of processes may poll it, as instances of one function do; each
//! event goes to one of them. [`Gateway`] turns HTTP requests into events of payload format 2.0, and answers back.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use nightdesk_testkit::lambda::{Gateway, RuntimeApi};
//! use std::time::Duration;
//! let api = RuntimeApi::start().await?;
//! let mut function = tokio::process::Command::new("bootstrap").envs(api.environment("triage", 256)).spawn()?;
//! let answer = api.invoke(serde_json::json!({"ping": true}), Duration::from_secs(3)).await?;
//! let gateway = Gateway::start(api, "$default").await?;
//! // … send webhooks to gateway.url() …
//! function.kill().await?;
//! # Ok(()) }
//! ```

mod gateway;

pub use gateway::Gateway;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

/// The version of the runtime API, the beginning of its paths.
const VERSION: &str = "/2018-06-01/runtime";

/// Why an invocation gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// The function reported an error, in its own words.
    #[error("the function failed: {0}")]
    Function(String),
    /// Nothing came within the function's time; Lambda would have ended the process.
    #[error("the function did not answer in time")]
    TimedOut,
}

struct Invocation {
    event: Value,
    deadline_ms: u128,
    answer: oneshot::Sender<Result<Value, Failed>>,
}

struct Shared {
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    under_way: Mutex<BTreeMap<String, oneshot::Sender<Result<Value, Failed>>>>,
    count: Mutex<u64>,
    first_poll: watch::Sender<Option<Instant>>,
    init_errors: Mutex<Vec<String>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The runtime API of one function. Stops when the last copy is dropped.
#[derive(Clone)]
pub struct RuntimeApi {
    address: SocketAddr,
    events: mpsc::UnboundedSender<Invocation>,
    shared: Arc<Shared>,
    _serving: Arc<Serving>,
}

/// Ends a server with its last user.
struct Serving(JoinHandle<()>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl RuntimeApi {
    /// Starts on a free loopback port. Fails if there is none.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (events, waiting) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            waiting: tokio::sync::Mutex::new(waiting),
            under_way: Mutex::default(),
            count: Mutex::default(),
            first_poll: watch::Sender::new(None),
            init_errors: Mutex::default(),
        });
        let serving = tokio::spawn(serve(listener, shared.clone()));
        Ok(Self { address, events, shared, _serving: Arc::new(Serving(serving)) })
    }

    /// What Lambda sets in the environment of a function's process. Its clients must not look for an account.
    pub fn environment(&self, handler: &str, memory_mb: u32) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_LAMBDA_RUNTIME_API", self.address.to_string()),
            ("_HANDLER", handler.to_owned()),
            ("AWS_LAMBDA_FUNCTION_NAME", format!("nightdesk-{handler}")),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory_mb.to_string()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/nightdesk/{handler}")),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "local".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "local".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]
    }

    /// Hands an event to whichever process asks next, and gives its answer. `timeout` is the function's own, and runs
    /// from the moment that a process has taken the event; waiting for one may take as long again.
    pub async fn invoke(&self, event: Value, timeout: Duration) -> Result<Value, Failed> {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let (answer, answered) = oneshot::channel();
        let deadline_ms = (since_1970 + timeout).as_millis();
        self.events.send(Invocation { event, deadline_ms, answer }).map_err(|_| Failed::TimedOut)?;
        match tokio::time::timeout(timeout, answered).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) | Err(_) => Err(Failed::TimedOut),
        }
    }

    /// When a process first asked for an event; waits for it.
    pub async fn first_poll(&self) -> Instant {
        let mut polls = self.shared.first_poll.subscribe();
        loop {
            if let Some(at) = *polls.borrow_and_update() {
                return at;
            }
            if polls.changed().await.is_err() {
                return Instant::now();
            }
        }
    }

    /// What processes reported instead of asking for an event.
    pub fn init_errors(&self) -> Vec<String> {
        lock(&self.shared.init_errors).clone()
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let shared = shared.clone();
        connections.spawn(async move {
            let service = service_fn(|request| {
                let shared = shared.clone();
                async move { Ok::<_, std::convert::Infallible>(answer(&shared, request).await) }
            });
            let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A process that was ended breaks its connection: that is how Lambda ends them, too.
            let _broken = connection.await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(shared: &Shared, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let Some(path) = head.uri.path().strip_prefix(VERSION) else { return status(StatusCode::NOT_FOUND) };
    if head.method == Method::GET && path == "/invocation/next" {
        shared.first_poll.send_if_modified(|first| {
            let is_first = first.is_none();
            first.get_or_insert_with(Instant::now);
            is_first
        });
        return next(shared).await;
    }
    let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return status(StatusCode::BAD_REQUEST);
    };
    let text = || String::from_utf8_lossy(&body).into_owned();
    if head.method != Method::POST {
        return status(StatusCode::METHOD_NOT_ALLOWED);
    }
    if path == "/init/error" {
        lock(&shared.init_errors).push(text());
        return status(StatusCode::ACCEPTED);
    }
    let ended = path.strip_prefix("/invocation/").and_then(|rest| rest.split_once('/'));
    let result = match ended {
        Some((_, "response")) => {
            serde_json::from_slice(&body).map_err(|error| Failed::Function(format!("the answer is no JSON: {error}")))
        }
        Some((_, "error")) => Err(Failed::Function(text())),
        _ => return status(StatusCode::NOT_FOUND),
    };
    let waiting = ended.and_then(|(id, _)| lock(&shared.under_way).remove(id));
    match waiting {
        // Whoever asked may have given up: the function cannot know.
        Some(asked) => {
            let _given_up = asked.send(result);
            status(StatusCode::ACCEPTED)
        }
        None => status(StatusCode::BAD_REQUEST),
    }
}

/// The long poll: answered when there is an event that somebody still waits for.
async fn next(shared: &Shared) -> Response<Full<Bytes>> {
    let invocation = loop {
        match shared.waiting.lock().await.recv().await {
            Some(invocation) if invocation.answer.is_closed() => {}
            Some(invocation) => break invocation,
            None => return status(StatusCode::INTERNAL_SERVER_ERROR),
        }
    };
    let id = {
        let mut count = lock(&shared.count);
        *count += 1;
        format!("8476a536-e9f4-11e8-9739-{:012x}", *count)
    };
    let body = Bytes::from(invocation.event.to_string());
    lock(&shared.under_way).insert(id.clone(), invocation.answer);
    Response::builder()
        .header("Lambda-Runtime-Aws-Request-Id", &id)
        .header("Lambda-Runtime-Deadline-Ms", invocation.deadline_ms.to_string())
        .header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:nightdesk")
        .header("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0")
        .header("content-type", "application/json")
        .body(Full::new(body))
        .unwrap_or_else(|_| status(StatusCode::INTERNAL_SERVER_ERROR))
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    async fn ask(api: &RuntimeApi, method: Method, path: &str, body: &str) -> Response<Bytes> {
        use nightdesk_ports::HttpTransport;
        let uri = format!("http://{}{VERSION}{path}", api.address);
        let request = Request::builder().method(method).uri(uri).body(Bytes::from(body.to_owned())).unwrap();
        crate::transport::HyperTransport.send(request, Duration::from_secs(5)).await.unwrap()
    }

    #[tokio::test]
    async fn an_event_goes_out_with_its_headers_and_its_answer_comes_back() {
        let api = RuntimeApi::start().await.unwrap();
        let invoked = tokio::spawn({
            let api = api.clone();
            async move { api.invoke(json!({"n": 1}), Duration::from_secs(5)).await }
        });
        let next = ask(&api, Method::GET, "/invocation/next", "").await;
        assert_eq!(next.body(), r#"{"n":1}"#);
        let header = |name: &str| next.headers()[name].to_str().unwrap().to_owned();
        assert!(header("lambda-runtime-deadline-ms").parse::<u64>().is_ok());
        assert!(header("lambda-runtime-invoked-function-arn").starts_with("arn:aws:lambda:"));
        assert!(header("lambda-runtime-trace-id").starts_with("Root="));
        let id = header("lambda-runtime-aws-request-id");
        let sent = ask(&api, Method::POST, &format!("/invocation/{id}/response"), "[2]").await;
        assert_eq!(sent.status(), StatusCode::ACCEPTED);
        assert_eq!(invoked.await.unwrap(), Ok(json!([2])));
        // Answered once is answered.
        let again = ask(&api, Method::POST, &format!("/invocation/{id}/response"), "[2]").await;
        assert_eq!(again.status(), StatusCode::BAD_REQUEST);
        let unknown = ask(&api, Method::GET, "/no/such/thing", "").await;
        assert_eq!(unknown.status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    #[tokio::test]
    async fn errors_and_silence_are_told_apart_and_a_process_that_cannot_start_says_so() {
        let api = RuntimeApi::start().await.unwrap();
        assert_eq!(api.invoke(json!(1), Duration::from_millis(20)).await, Err(Failed::TimedOut));
        let invoked = tokio::spawn({
            let api = api.clone();
            async move { api.invoke(json!(2), Duration::from_secs(5)).await }
        });
        // The event that nobody waits for any more is not handed out.
        let next = ask(&api, Method::GET, "/invocation/next", "").await;
        assert_eq!(next.body(), "2");
        let id = next.headers()["lambda-runtime-aws-request-id"].to_str().unwrap();
        ask(&api, Method::POST, &format!("/invocation/{id}/error"), "it broke").await;
        assert_eq!(invoked.await.unwrap(), Err(Failed::Function("it broke".to_owned())));
        ask(&api, Method::POST, "/init/error", "no settings").await;
        assert_eq!(api.init_errors(), ["no settings"]);
        api.first_poll().await;
    }
}
