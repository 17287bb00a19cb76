//! A double of a Slack workspace that speaks its Web API over real HTTP on a loopback port, keeps what is posted,
//! presses buttons as its members do, and fails on demand.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use nightdesk_testkit::slack::SlackDouble;
//! let slack = SlackDouble::start().await?;
//! slack.add_member("U0ALEX01");
//! // … point a SlackConfig at slack.url() with the secrets below, and have somebody paged …
//! let button = slack.messages()[0].button("accept-15");
//! slack.press("U0ALEX01", &button, "http://127.0.0.1:8080/slack/lakeside/interactivity").await;
//! # Ok(()) }
//! ```
//! It begins with one channel, which the bot is in, and without members.

mod check;

use crate::transport::HyperTransport;
use bytes::Bytes;
use hmac::{Hmac, Mac};
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use nightdesk_ports::HttpTransport;
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

/// The bot token that the double lets in.
pub const BOT_TOKEN: &str = "xoxb-double-token";
/// What it signs with.
pub const SIGNING_SECRET: &str = "double-signing-secret";
/// The channel that is there from the start.
pub const CHANNEL: &str = "C0NIGHTDESK";

/// How the double behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// As Slack does.
    Up,
    /// Answers 500 and does nothing.
    Down,
    /// Does what is asked and hangs up without an answer.
    LosesAnswers,
    /// Answers 200 with a web page and does nothing.
    Nonsense,
    /// Answers 429 with this `Retry-After` in seconds, and does nothing.
    Throttles(u64),
    /// Answers `"ok": false` with this code, and does nothing.
    Refuses(&'static str),
}

/// A message as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Posted {
    /// The channel, or the conversation of the bot with a member.
    pub channel: String,
    /// Whom it was posted to, as the request said.
    pub to: String,
    /// Its timestamp, which names it in its channel.
    pub ts: String,
    /// The text for notifications.
    pub text: String,
    /// The blocks.
    pub blocks: Value,
}

/// A button of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Button {
    message: Posted,
    action: Value,
}

impl Posted {
    /// The button with this `action_id`. Panics if there is none.
    #[allow(clippy::panic, reason = "a test that presses what is not there must fail")]
    pub fn button(&self, action_id: &str) -> Button {
        let elements = self.blocks.as_array().into_iter().flatten().filter_map(|block| block["elements"].as_array());
        let action = elements.flatten().find(|element| element["action_id"] == action_id).cloned();
        let action = action.unwrap_or_else(|| panic!("no button {action_id} in {}", self.blocks));
        Button { message: self.clone(), action }
    }
}

struct Shared {
    mode: Mutex<Mode>,
    members: Mutex<BTreeSet<String>>,
    messages: Mutex<Vec<Posted>>,
    requests: Mutex<Vec<(String, Value)>>,
}

/// See the module.
pub struct SlackDouble {
    shared: Arc<Shared>,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl SlackDouble {
    /// Starts on a free loopback port; stops when dropped. Fails if there is no port.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            mode: Mutex::new(Mode::Up),
            members: Mutex::default(),
            messages: Mutex::default(),
            requests: Mutex::default(),
        });
        Ok(Self { serving: tokio::spawn(serve(listener, shared.clone())), shared, address })
    }

    /// The base address, as it is written into the settings.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Behaves so from now on.
    pub fn set_mode(&self, mode: Mode) {
        *lock(&self.shared.mode) = mode;
    }

    /// Adds a member.
    pub fn add_member(&self, id: &str) {
        lock(&self.shared.members).insert(id.to_owned());
    }

    /// Every message as it stands now, the oldest first.
    pub fn messages(&self) -> Vec<Posted> {
        lock(&self.shared.messages).clone()
    }

    /// Every request so far, whatever became of it: its method and body.
    pub fn requests(&self) -> Vec<(String, Value)> {
        lock(&self.shared.requests).clone()
    }

    /// Has a member press a button: posts the signed payload to that address, and gives the status of its answer.
    pub async fn press(&self, member: &str, button: &Button, url: &str) -> Option<StatusCode> {
        let Button { message, action } = button;
        let payload = json!({
            "type": "block_actions",
            "team": {"id": "T0DOUBLE", "domain": "double"},
            "user": {"id": member, "username": "somebody", "team_id": "T0DOUBLE"},
            "api_app_id": "A0DOUBLE",
            "token": "deprecated",
            "container": {
                "type": "message", "message_ts": message.ts, "channel_id": message.channel, "is_ephemeral": false,
            },
            "trigger_id": "1.2.3",
            "channel": {"id": message.channel, "name": "directmessage"},
            "message": {"type": "message", "ts": message.ts, "text": message.text, "blocks": message.blocks},
            "response_url": "https://hooks.slack.com/actions/T0DOUBLE/1/2",
            "actions": [{
                "type": "button", "block_id": "b1", "action_id": action["action_id"], "value": action["value"],
                "text": action["text"], "action_ts": "1531420618.000100",
            }],
        });
        let body =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        post_signed(url, &body, now, SIGNING_SECRET).await
    }
}

/// Posts a body that was signed with this secret in that second, and gives the status of its answer.
pub async fn post_signed(url: &str, body: &str, at: u64, secret: &str) -> Option<StatusCode> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(format!("v0:{at}:{body}").as_bytes());
    let signature: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let request = Request::post(url)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("X-Slack-Request-Timestamp", at.to_string())
        .header("X-Slack-Signature", format!("v0={signature}"))
        .body(Bytes::from(body.to_owned()))
        .ok()?;
    let answer = HyperTransport.send(request, Duration::from_secs(10)).await.ok()?;
    Some(answer.status())
}

impl Drop for SlackDouble {
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
    let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let method = parts.uri.path().strip_prefix("/api/").unwrap_or_default().to_owned();
    let sent: Value = serde_json::from_slice(&body).unwrap_or_default();
    lock(&shared.requests).push((method.clone(), sent.clone()));
    let mode = lock(&shared.mode).clone();
    match mode {
        Mode::Down => return answer(StatusCode::INTERNAL_SERVER_ERROR, "text/html", "<html>Error</html>".to_owned()),
        Mode::Nonsense => return answer(StatusCode::OK, "text/html", "<html>Welcome</html>".to_owned()),
        Mode::Throttles(seconds) => {
            let response = Response::builder().status(429).header(header::RETRY_AFTER, seconds);
            return response.body(Full::default()).map_err(|_| Lost);
        }
        Mode::Refuses(code) => return said(&json!({"ok": false, "error": code})),
        Mode::Up | Mode::LosesAnswers => {}
    }
    if parts.method != Method::POST || !header("content-type").starts_with("application/json") {
        return said(&json!({"ok": false, "error": "invalid_post_type"}));
    }
    if header("authorization") != format!("Bearer {BOT_TOKEN}") {
        return said(&json!({"ok": false, "error": "invalid_auth"}));
    }
    let done = match method.as_str() {
        "chat.postMessage" => shared.posted(&sent),
        "chat.update" => shared.updated(&sent),
        _ => Err("unknown_method"),
    };
    if mode == Mode::LosesAnswers {
        return Err(Lost);
    }
    said(&done.unwrap_or_else(|code| json!({"ok": false, "error": code})))
}

impl Shared {
    fn posted(&self, sent: &Value) -> Result<Value, &'static str> {
        let to = sent["channel"].as_str().unwrap_or_default();
        let channel = if to == CHANNEL {
            to.to_owned()
        } else if lock(&self.members).contains(to) {
            format!("D{}", &to[1..])
        } else {
            return Err("channel_not_found");
        };
        check::message(sent)?;
        let mut messages = lock(&self.messages);
        let ts = format!("1780000000.{:06}", messages.len() + 1);
        let text = sent["text"].as_str().unwrap_or_default().to_owned();
        let blocks = sent["blocks"].clone();
        messages.push(Posted { channel: channel.clone(), to: to.to_owned(), ts: ts.clone(), text, blocks });
        Ok(json!({"ok": true, "channel": channel, "ts": ts, "message": {"type": "message", "ts": ts}}))
    }

    fn updated(&self, sent: &Value) -> Result<Value, &'static str> {
        check::message(sent)?;
        let mut messages = lock(&self.messages);
        let there = |posted: &&mut Posted| sent["channel"] == posted.channel && sent["ts"] == posted.ts;
        let posted = messages.iter_mut().find(there).ok_or("message_not_found")?;
        posted.text = sent["text"].as_str().unwrap_or_default().to_owned();
        posted.blocks = sent["blocks"].clone();
        Ok(json!({"ok": true, "channel": posted.channel, "ts": posted.ts, "text": posted.text}))
    }
}

fn said(body: &Value) -> Result<Response<Full<Bytes>>, Lost> {
    answer(StatusCode::OK, "application/json; charset=utf-8", body.to_string())
}

fn answer(status: StatusCode, media_type: &str, body: String) -> Result<Response<Full<Bytes>>, Lost> {
    let response = Response::builder().status(status).header(header::CONTENT_TYPE, media_type);
    response.body(Full::new(Bytes::from(body))).map_err(|_| Lost)
}

/// A test that panicked elsewhere must not hide what the double saw.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
