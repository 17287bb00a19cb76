//! A double of ConnectWise PSA that speaks its wire format over real HTTP on a loopback port, keeps what it is
//! given, and fails on demand.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use nightdesk_testkit::connectwise::{ConnectWiseDouble, Mode};
//! let psa = ConnectWiseDouble::start().await?;
//! psa.add_company("ACME", "Acme Dental");
//! psa.set_mode(Mode::Down).await?;
//! // … point a ConnectWiseConfig at psa.url() with the credentials below, and take a call …
//! psa.set_mode(Mode::Up).await?;
//! assert_eq!(psa.tickets().len(), 1);
//! # Ok(()) }
//! ```
//! It begins with the board "Service Desk" (statuses "New", "Waiting", "Closed"), the priorities "P1 - Critical",
//! "P2 - High", "P3 - Medium", "P4 - Low", the source "Phone" and the company "CatchAll".

mod conditions;
mod model;
mod records;
#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use records::{Answer, Records};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

/// The login company that the double lets in.
pub const COMPANY: &str = "northwind";
/// The public key that it lets in.
pub const PUBLIC_KEY: &str = "doublePublicKey";
/// The private key that it lets in.
pub const PRIVATE_KEY: &str = "doublePrivateKey";
/// The client id that it lets in.
pub const CLIENT_ID: &str = "7d1c3a52-0000-4000-8000-00000000d0be";
/// Where its API begins.
const API_ROOT: &str = "/v4_6_release/apis/3.0";

/// How the double behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// As ConnectWise does.
    Up,
    /// Answers 503 and does nothing.
    Down,
    /// Refuses connections, and cuts those that are open.
    Unreachable,
    /// Does what is asked and answers so much later.
    Slow(Duration),
    /// Does what is asked and hangs up without an answer.
    LosesAnswers,
    /// Loses the answers of so many ticket creations from now on; everything else works.
    CreatesLoseAnswers(u32),
    /// Answers 200 with a web page and does nothing.
    Nonsense,
    /// Answers with this status and ConnectWise's error body, and does nothing.
    Refuses(u16),
    /// Answers 429 with this `Retry-After` in seconds, and does nothing.
    Throttles(u64),
}

/// A request that arrived, whatever became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// The method.
    pub method: Method,
    /// The path below the API's root.
    pub path: String,
    /// The query, decoded.
    pub query: BTreeMap<String, String>,
    /// The `Accept` header.
    pub accept: String,
    /// The body.
    pub body: Bytes,
}

struct Shared {
    records: Mutex<Records>,
    mode: Mutex<Mode>,
    arrived: Mutex<Vec<Arrived>>,
}

/// See the module.
pub struct ConnectWiseDouble {
    shared: Arc<Shared>,
    address: SocketAddr,
    serving: Mutex<Option<JoinHandle<()>>>,
}

impl ConnectWiseDouble {
    /// Starts on a free loopback port; stops when dropped. Fails if there is no port.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            records: Mutex::new(Records::default()),
            mode: Mutex::new(Mode::Up),
            arrived: Mutex::new(Vec::new()),
        });
        let serving = Mutex::new(Some(tokio::spawn(serve(listener, shared.clone()))));
        Ok(Self { shared, address, serving })
    }

    /// The base address, as it is written into the settings.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Behaves so from now on; returns when that is so. Fails if the port cannot be had again after `Unreachable`.
    pub async fn set_mode(&self, mode: Mode) -> io::Result<()> {
        *lock(&self.shared.mode) = mode;
        let serving = lock(&self.serving).take();
        let serving = match (mode, serving) {
            (Mode::Unreachable, Some(serving)) => {
                serving.abort();
                // Ends with "cancelled", which is what was wanted.
                let _ = serving.await;
                None
            }
            (Mode::Unreachable, None) => None,
            (_, Some(serving)) => Some(serving),
            (_, None) => Some(tokio::spawn(serve(self.listen_again().await?, self.shared.clone()))),
        };
        *lock(&self.serving) = serving;
        Ok(())
    }

    /// Every ticket, the oldest first, as ConnectWise would show it.
    pub fn tickets(&self) -> Vec<Value> {
        lock(&self.shared.records).tickets.clone()
    }

    /// The notes of a ticket, the oldest first.
    pub fn notes(&self, ticket: i64) -> Vec<Value> {
        let records = lock(&self.shared.records);
        records.notes.iter().filter(|note| note["ticketId"] == ticket).cloned().collect()
    }

    /// Every request so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Arrived> {
        lock(&self.shared.arrived).clone()
    }

    /// Adds a company and gives its number.
    pub fn add_company(&self, identifier: &str, name: &str) -> i64 {
        lock(&self.shared.records).add_company(identifier, name)
    }

    /// Adds a contact with one telephone number, written as it would be typed, and gives its number.
    pub fn add_contact(&self, first: &str, last: &str, company: &str, phone: &str) -> i64 {
        lock(&self.shared.records).add_contact(first, last, company, phone)
    }

    /// Adds a board with the statuses "New", "Waiting" and "Closed", and gives its number.
    pub fn add_board(&self, name: &str) -> i64 {
        lock(&self.shared.records).add_board(name)
    }

    /// Forgets boards, statuses, priorities and sources, as in an installation where nothing is set up.
    pub fn remove_setup(&self) {
        let mut records = lock(&self.shared.records);
        records.boards.clear();
        records.statuses.clear();
        records.priorities.clear();
        records.sources.clear();
    }

    /// Gives at most so many records on a page, whatever is asked for.
    pub fn set_page_size_max(&self, records: usize) {
        lock(&self.shared.records).page_size_max = records.max(1);
    }

    /// The same port as before. A moment may pass until the system lets it go.
    async fn listen_again(&self) -> io::Result<TcpListener> {
        let mut tries = 0;
        loop {
            match TcpListener::bind(self.address).await {
                Err(_) if tries < 100 => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                outcome => return outcome,
            }
        }
    }
}

impl Drop for ConnectWiseDouble {
    fn drop(&mut self) {
        if let Some(serving) = lock(&self.serving).take() {
            serving.abort();
        }
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
    let path = parts.uri.path().strip_prefix(API_ROOT).unwrap_or("/no-such-api").to_owned();
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    lock(&shared.arrived).push(Arrived {
        method: parts.method.clone(),
        path: path.clone(),
        query: query.clone(),
        accept: header("accept"),
        body: body.clone(),
    });
    let mode = *lock(&shared.mode);
    match mode {
        Mode::Unreachable => return Err(Lost),
        Mode::Down => return plain(StatusCode::SERVICE_UNAVAILABLE, "text/html", "<html>Service Unavailable</html>"),
        Mode::Nonsense => return plain(StatusCode::OK, "text/html", "<html><body>Welcome</body></html>"),
        Mode::Throttles(seconds) => return throttled(seconds),
        Mode::Refuses(status) => {
            let status = StatusCode::from_u16(status).map_err(|_| Lost)?;
            return send(&Answer::error(status, "Refused", vec![model::problem("Refused", "ticket", "summary")]), "");
        }
        Mode::Up | Mode::Slow(_) | Mode::LosesAnswers | Mode::CreatesLoseAnswers(_) => {}
    }
    let expected = format!("Basic {}", STANDARD.encode(format!("{COMPANY}+{PUBLIC_KEY}:{PRIVATE_KEY}")));
    if header("clientid") != CLIENT_ID || header("authorization") != expected {
        return send(&Answer::error(StatusCode::UNAUTHORIZED, "Unauthorized", Vec::new()), "");
    }
    let answer = lock(&shared.records).answer(&parts.method, &path, &query, &body);
    match mode {
        Mode::LosesAnswers => return Err(Lost),
        Mode::CreatesLoseAnswers(left) if parts.method == Method::POST && path == "/service/tickets" && left > 0 => {
            *lock(&shared.mode) = Mode::CreatesLoseAnswers(left - 1);
            return Err(Lost);
        }
        Mode::Slow(delay) => tokio::time::sleep(delay).await,
        _ => {}
    }
    send(&answer, parts.uri.path())
}

fn send(answer: &Answer, path: &str) -> Result<Response<Full<Bytes>>, Lost> {
    let mut response = Response::builder().status(answer.status).header(header::CONTENT_TYPE, "application/json");
    if let Some(page) = answer.next_page {
        response = response.header(header::LINK, format!("<{path}?page={page}>; rel=\"next\""));
    }
    response.body(Full::new(Bytes::from(answer.body.to_string()))).map_err(|_| Lost)
}

fn throttled(seconds: u64) -> Result<Response<Full<Bytes>>, Lost> {
    let response = Response::builder().status(StatusCode::TOO_MANY_REQUESTS).header(header::RETRY_AFTER, seconds);
    response.body(Full::default()).map_err(|_| Lost)
}

fn plain(status: StatusCode, media_type: &str, body: &'static str) -> Result<Response<Full<Bytes>>, Lost> {
    let response = Response::builder().status(status).header(header::CONTENT_TYPE, media_type);
    response.body(Full::new(Bytes::from_static(body.as_bytes()))).map_err(|_| Lost)
}

/// A test that panicked elsewhere must not hide what the double saw.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
