//! A double of a service of language models, over real HTTP on a loopback port: it speaks the Anthropic Messages API
//! or Bedrock's ConverseStream, byte for byte in small pieces, and behaves as it is told.
//!
//! It refuses what the vendor would refuse: a request that does not fit the vendor's model is a 400, a wrong key a
//! 401 or 403, an unknown model a 404.

mod anthropic;
mod bedrock;
mod script;

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use http::{Request, Response, StatusCode, header, request};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use script::{Act, Part, script};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

/// The key that the Anthropic double lets in.
pub const KEY: &str = "sk-double-key";
/// The access key that the Bedrock double lets in.
pub const ACCESS_KEY: &str = "AKIADOUBLEDOUBLE0000";
/// The model for opinions; its name has a character that a path must escape.
pub const QUICK: &str = "vendor.quick-v1:0";
/// The model for summaries.
pub const THOROUGH: &str = "vendor.thorough-v1:0";
/// Tokens that every answer says it read.
pub const TOKENS_READ: u32 = 212;
/// Tokens that every answer says it wrote.
pub const TOKENS_WRITTEN: u32 = 48;
/// Stands in every message of an error, as a vendor may repeat what it was sent.
pub const REPEATED: &str = "you sent: Dana Smith, +1 312 555 0142";

/// Bytes that are sent at once: characters and events are cut in two.
const BYTES_AT_ONCE: usize = 61;
/// Pause within what goes on for ever.
const BEAT: Duration = Duration::from_millis(10);

/// Whose service it is a double of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// The Anthropic Messages API: server-sent events.
    Anthropic,
    /// Bedrock's ConverseStream: `application/vnd.amazon.eventstream`.
    Bedrock,
}

/// Why a request is denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// The key, or the role, may not: 401 or 403.
    Key,
    /// There is no such model: 404.
    Model,
    /// The request is not valid: 400.
    Request,
}

/// How the double behaves.
#[derive(Debug, Clone, PartialEq)]
pub enum Behaviour {
    /// Uses the tool with this input.
    Answers(Value),
    /// The same, after a pause with pings.
    AnswersLate(Duration, Value),
    /// Uses the tool with this text as its input, whether it is JSON or not.
    AnswersText(String),
    /// Uses another tool than the demanded one, with this input.
    UsesAnotherTool(Value),
    /// Answers whole, and leaves the stream open.
    NeverEnds(Value),
    /// Takes the request and answers nothing, not even a status.
    Mute,
    /// Opens the stream and says nothing in it.
    Silent,
    /// Opens the stream and pings for ever.
    Pings,
    /// Says its first words and no more.
    FallsSilent,
    /// Writes on and on, a little at a time.
    Dribbles,
    /// Writes on and on, as fast as it can.
    Floods,
    /// Hangs up in the middle of its answer.
    BreaksOff,
    /// Ends because it reached its token limit.
    ReachesItsLimit,
    /// Ends because it will not answer, with a whole and valid input before that.
    Refuses(Value),
    /// Answers in prose and uses no tool.
    Talks,
    /// Reports that it is overloaded in the middle of its answer.
    FailsMidway,
    /// Answers 200 with a web page.
    Nonsense,
    /// Answers 429, with this `retry-after` in seconds.
    Throttles(Option<u64>),
    /// Answers that it is overloaded: 529, or 503 where there is no 529.
    Overloaded,
    /// Answers 500.
    Fails,
    /// Denies the request.
    Denies(Denial),
}

/// A question that was asked, as the vendor understands it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The headers, by their names in small letters.
    pub headers: BTreeMap<String, String>,
    /// The model.
    pub model: String,
    /// The system prompt.
    pub system: String,
    /// The one message of the user.
    pub user: String,
    /// Name, description and schema of the one tool.
    pub tool: (String, String, Value),
    /// The tool that must be used.
    pub forced: String,
    /// The token limit.
    pub tokens_max: u64,
}

/// An error as a vendor would send it: status, kind, message.
struct Denied(StatusCode, &'static str, &'static str);

struct Shared {
    vendor: Vendor,
    behaviour: Mutex<Behaviour>,
    asked: Mutex<Vec<Asked>>,
    abandoned: Mutex<u32>,
}

/// See the module.
pub struct ModelDouble {
    shared: Arc<Shared>,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl ModelDouble {
    /// Starts on a free loopback port, silent; stops when dropped. Fails if there is no port.
    pub async fn start(vendor: Vendor) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            vendor,
            behaviour: Mutex::new(Behaviour::Silent),
            asked: Mutex::new(Vec::new()),
            abandoned: Mutex::new(0),
        });
        let serving = tokio::spawn(serve(listener, shared.clone()));
        Ok(Self { shared, address, serving })
    }

    /// The base address, as it is written into the settings.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Behaves so from the next request on.
    pub fn behave(&self, behaviour: Behaviour) {
        *lock(&self.shared.behaviour) = behaviour;
    }

    /// Every valid question so far, in the order of arrival.
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.shared.asked).clone()
    }

    /// Whether somebody hung up before so many answers were at their end; waits a while for it.
    pub async fn was_abandoned(&self, times: u32) -> bool {
        for _ in 0..500 {
            if *lock(&self.shared.abandoned) >= times {
                return true;
            }
            tokio::time::sleep(BEAT).await;
        }
        false
    }
}

impl Drop for ModelDouble {
    fn drop(&mut self) {
        self.serving.abort();
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
            // A client that hangs up, and an answer cut off on purpose, both end here.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

/// The connection is cut.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut")]
struct Cut;

type Answer = Response<UnsyncBoxBody<Bytes, Cut>>;

async fn respond(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Answer, Cut> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
    let asked = match shared.vendor {
        Vendor::Anthropic => anthropic::asked(&parts, &body),
        Vendor::Bedrock => bedrock::asked(&parts, &body),
    };
    let tool = match asked {
        Ok(asked) => {
            let tool = asked.forced.clone();
            lock(&shared.asked).push(asked);
            tool
        }
        Err(denied) => return error(shared.vendor, &denied, None),
    };
    let behaviour = lock(&shared.behaviour).clone();
    let denied = match (&behaviour, shared.vendor) {
        (Behaviour::Throttles(_), Vendor::Anthropic) => Denied(StatusCode::TOO_MANY_REQUESTS, "rate_limit_error", ""),
        (Behaviour::Throttles(_), Vendor::Bedrock) => Denied(StatusCode::TOO_MANY_REQUESTS, "ThrottlingException", ""),
        (Behaviour::Overloaded, Vendor::Anthropic) => {
            Denied(StatusCode::from_u16(529).map_err(|_| Cut)?, "overloaded_error", "")
        }
        (Behaviour::Overloaded, Vendor::Bedrock) => {
            Denied(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailableException", "")
        }
        (Behaviour::Fails, Vendor::Anthropic) => Denied(StatusCode::INTERNAL_SERVER_ERROR, "api_error", ""),
        (Behaviour::Fails, Vendor::Bedrock) => Denied(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerException", ""),
        (Behaviour::Denies(denial), vendor) => denied(vendor, *denial),
        (Behaviour::Mute, _) => return std::future::pending().await,
        _ => return stream(&shared, script(&behaviour, &tool)),
    };
    let retry_after = if let Behaviour::Throttles(seconds) = behaviour { seconds } else { None };
    error(shared.vendor, &denied, retry_after)
}

fn denied(vendor: Vendor, denial: Denial) -> Denied {
    match (vendor, denial) {
        (Vendor::Anthropic, Denial::Key) => Denied(StatusCode::UNAUTHORIZED, "authentication_error", ""),
        (Vendor::Anthropic, Denial::Model) => Denied(StatusCode::NOT_FOUND, "not_found_error", ""),
        (Vendor::Anthropic, Denial::Request) => Denied(StatusCode::BAD_REQUEST, "invalid_request_error", ""),
        (Vendor::Bedrock, Denial::Key) => Denied(StatusCode::FORBIDDEN, "AccessDeniedException", ""),
        (Vendor::Bedrock, Denial::Model) => Denied(StatusCode::NOT_FOUND, "ResourceNotFoundException", ""),
        (Vendor::Bedrock, Denial::Request) => Denied(StatusCode::BAD_REQUEST, "ValidationException", ""),
    }
}

fn error(vendor: Vendor, Denied(status, kind, message): &Denied, retry_after: Option<u64>) -> Result<Answer, Cut> {
    let message = format!("{message} ({REPEATED})");
    let mut answer = Response::builder().status(status).header(header::CONTENT_TYPE, "application/json");
    if let Some(seconds) = retry_after {
        answer = answer.header(header::RETRY_AFTER, seconds);
    }
    let body = match vendor {
        Vendor::Anthropic => anthropic::error(kind, &message),
        Vendor::Bedrock => {
            answer = answer.header("x-amzn-errortype", *kind);
            serde_json::json!({ "message": message })
        }
    };
    let body = Full::new(Bytes::from(body.to_string())).map_err(|never| match never {});
    answer.body(body.boxed_unsync()).map_err(|_| Cut)
}

fn stream(shared: &Arc<Shared>, acts: VecDeque<Act>) -> Result<Answer, Cut> {
    let media_type = match shared.vendor {
        Vendor::Anthropic => "text/event-stream; charset=utf-8",
        Vendor::Bedrock => "application/vnd.amazon.eventstream",
    };
    let body =
        StreamBody::new(performed(Performance { shared: shared.clone(), acts, bytes: Bytes::new(), over: false }));
    Response::builder().header(header::CONTENT_TYPE, media_type).body(body.boxed_unsync()).map_err(|_| Cut)
}

/// A script while it is performed; counts itself as abandoned if it is dropped before its end.
struct Performance {
    shared: Arc<Shared>,
    acts: VecDeque<Act>,
    bytes: Bytes,
    over: bool,
}

impl Performance {
    fn finish(&mut self) {
        self.over = true;
    }
}

impl Drop for Performance {
    fn drop(&mut self) {
        if !self.over {
            *lock(&self.shared.abandoned) += 1;
        }
    }
}

fn performed(performance: Performance) -> impl Stream<Item = Result<Frame<Bytes>, Cut>> {
    stream::try_unfold(performance, |mut now| async move {
        while now.bytes.is_empty() {
            match now.acts.front() {
                Some(Act::Say(part)) => {
                    now.bytes = encoded(now.shared.vendor, part);
                    now.acts.pop_front();
                }
                Some(Act::Raw(text)) => {
                    now.bytes = Bytes::from_static(text.as_bytes());
                    now.acts.pop_front();
                }
                Some(Act::Forever(part, pause)) => {
                    now.bytes = encoded(now.shared.vendor, part);
                    tokio::time::sleep(*pause).await;
                }
                Some(Act::Pause(pause)) => {
                    tokio::time::sleep(*pause).await;
                    now.acts.pop_front();
                }
                Some(Act::Hang) => std::future::pending().await,
                Some(Act::Cut) => {
                    now.finish();
                    return Err(Cut);
                }
                None => {
                    now.finish();
                    return Ok(None);
                }
            }
        }
        let piece = now.bytes.split_to(now.bytes.len().min(BYTES_AT_ONCE));
        Ok(Some((Frame::data(piece), now)))
    })
}

fn encoded(vendor: Vendor, part: &Part) -> Bytes {
    match vendor {
        Vendor::Anthropic => anthropic::encoded(part),
        Vendor::Bedrock => bedrock::encoded(part),
    }
}

fn headers(parts: &request::Parts) -> BTreeMap<String, String> {
    let text = |value: &http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
    parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// The text at a place in a request; what is missing is the vendor's 400.
fn text(body: &Value, pointer: &'static str) -> Result<String, &'static str> {
    body.pointer(pointer).and_then(Value::as_str).map(str::to_owned).ok_or(pointer)
}

/// A test that panicked elsewhere must not hide what the double saw.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
