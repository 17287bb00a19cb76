//! A double of an incoming webhook, over real HTTP on a loopback port: keeps what is posted, and answers as it is told.

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

/// How the double answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// With this status, and with what was posted as the body, as a careless service may.
    Status(u16),
    /// With 429 and this `Retry-After` in seconds.
    Throttled(u64),
    /// Not at all.
    Lost,
}

struct Shared {
    answers: Mutex<Answers>,
    received: Mutex<Vec<Value>>,
}

/// See the module. Stops when dropped.
pub struct WebhookDouble {
    shared: Arc<Shared>,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl WebhookDouble {
    /// Starts on a free port; answers 202, as Teams' Workflows do. Fails if there is no port.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { answers: Mutex::new(Answers::Status(202)), received: Mutex::default() });
        Ok(Self { serving: tokio::spawn(serve(listener, shared.clone())), shared, address })
    }

    /// The secret URL.
    pub fn url(&self) -> String {
        format!("http://{}/workflows/w1/triggers/manual/paths/invoke?sig=double", self.address)
    }

    /// Answers so from now on.
    pub fn set(&self, answers: Answers) {
        *lock(&self.shared.answers) = answers;
    }

    /// Every document that was posted, the oldest first; what was no JSON is null.
    pub fn received(&self) -> Vec<Value> {
        lock(&self.shared.received).clone()
    }
}

impl Drop for WebhookDouble {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

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
    let body = request.into_body().collect().await.map_err(|_| Lost)?.to_bytes();
    lock(&shared.received).push(serde_json::from_slice(&body).unwrap_or_default());
    let answers = *lock(&shared.answers);
    let response = match answers {
        Answers::Lost => return Err(Lost),
        Answers::Status(status) => Response::builder().status(status),
        Answers::Throttled(seconds) => Response::builder().status(429).header(header::RETRY_AFTER, seconds),
    };
    response.body(Full::new(body)).map_err(|_| Lost)
}

/// A test that panicked elsewhere must not hide what the double saw.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
