//! The `HttpTransport` port for tests: plain HTTP, a new connection for each request.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use nightdesk_ports::{HttpTransport, Pieces, TransportError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

/// Longest answer that is read, in bytes, as in the server.
pub const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Sends requests over loopback; knows no TLS. It never repeats a request, so what a double counted is what was sent.
#[derive(Debug, Clone, Copy, Default)]
pub struct HyperTransport;

#[async_trait]
impl HttpTransport for HyperTransport {
    async fn send(&self, request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, TransportError> {
        let deadline = Instant::now() + timeout;
        let (head, mut body) = open(request, deadline).await?.into_parts();
        let mut whole = BytesMut::new();
        while let Some(piece) = timeout_at(deadline, body.piece()).await.unwrap_or(Err(TransportError::NoAnswer))? {
            whole.extend_from_slice(&piece);
        }
        Ok(Response::from_parts(head, whole.freeze()))
    }

    async fn open(
        &self,
        request: Request<Bytes>,
        timeout: Duration,
    ) -> Result<Response<Box<dyn Pieces>>, TransportError> {
        let answer = open(request, Instant::now() + timeout).await?;
        Ok(answer.map(|body| -> Box<dyn Pieces> { Box::new(body) }))
    }
}

async fn open(request: Request<Bytes>, deadline: Instant) -> Result<Response<Body>, TransportError> {
    let authority = request.uri().authority().ok_or(TransportError::NotSent)?.as_str().to_owned();
    let connect = async {
        let stream = TcpStream::connect(&authority).await.ok()?;
        hyper::client::conn::http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream)).await.ok()
    };
    let connected = timeout_at(deadline, connect).await.map_err(|_| TransportError::NotSent)?;
    let (mut sender, connection) = connected.ok_or(TransportError::NotSent)?;
    let request = on_the_wire(request, &authority).ok_or(TransportError::NotSent)?;
    let connection = Connection(tokio::spawn(async {
        // How it ended is seen by whoever waits for the answer.
        let _ = connection.await;
    }));
    let answer = timeout_at(deadline, sender.send_request(request)).await;
    let answer = answer.ok().and_then(Result::ok).ok_or(TransportError::NoAnswer)?;
    Ok(answer.map(|body| Body { body: Limited::new(body, ANSWER_BYTES_MAX), _connection: connection }))
}

/// A connection that ends when it is dropped.
struct Connection(JoinHandle<()>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Body {
    body: Limited<Incoming>,
    _connection: Connection,
}

impl Body {
    async fn piece(&mut self) -> Result<Option<Bytes>, TransportError> {
        while let Some(frame) = self.body.frame().await {
            if let Ok(data) = frame.map_err(|_| TransportError::NoAnswer)?.into_data() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }
}

#[async_trait]
impl Pieces for Body {
    async fn next(&mut self, wait: Duration) -> Result<Option<Bytes>, TransportError> {
        timeout(wait, self.piece()).await.unwrap_or(Err(TransportError::NoAnswer))
    }
}

/// The request with a path instead of an address, and the host in its header (RFC 9112, section 3.2.1).
fn on_the_wire(request: Request<Bytes>, authority: &str) -> Option<Request<Full<Bytes>>> {
    let (mut parts, body) = request.into_parts();
    parts.uri = parts.uri.path_and_query().map_or("/", |path| path.as_str()).parse::<Uri>().ok()?;
    parts.headers.insert(header::HOST, HeaderValue::from_str(authority).ok()?);
    Some(Request::from_parts(parts, Full::new(body)))
}
