//! The `HttpTransport` port for tests: plain HTTP, a new connection for each request.

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use nightdesk_ports::{HttpTransport, TransportError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// Sends requests over loopback; knows no TLS. It never repeats a request, so what a double counted is what was sent.
#[derive(Debug, Clone, Copy, Default)]
pub struct HyperTransport;

#[async_trait]
impl HttpTransport for HyperTransport {
    async fn send(&self, request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, TransportError> {
        let deadline = Instant::now() + timeout;
        let authority = request.uri().authority().ok_or(TransportError::NotSent)?.as_str().to_owned();
        let connect = async {
            let stream = TcpStream::connect(&authority).await.ok()?;
            hyper::client::conn::http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream)).await.ok()
        };
        let connected = timeout_at(deadline, connect).await.map_err(|_| TransportError::NotSent)?;
        let (mut sender, connection) = connected.ok_or(TransportError::NotSent)?;
        let request = on_the_wire(request, &authority).ok_or(TransportError::NotSent)?;
        let exchange = async move {
            let (parts, body) = sender.send_request(request).await.ok()?.into_parts();
            Some(Response::from_parts(parts, body.collect().await.ok()?.to_bytes()))
        };
        let exchange = async {
            tokio::pin!(exchange);
            tokio::select! {
                answer = &mut exchange => answer,
                // The connection may end first, with the answer already read.
                _ = connection => exchange.await,
            }
        };
        timeout_at(deadline, exchange).await.ok().flatten().ok_or(TransportError::NoAnswer)
    }
}

/// The request with a path instead of an address, and the host in its header (RFC 9112, section 3.2.1).
fn on_the_wire(request: Request<Bytes>, authority: &str) -> Option<Request<Full<Bytes>>> {
    let (mut parts, body) = request.into_parts();
    parts.uri = parts.uri.path_and_query().map_or("/", |path| path.as_str()).parse::<Uri>().ok()?;
    parts.headers.insert(header::HOST, HeaderValue::from_str(authority).ok()?);
    Some(Request::from_parts(parts, Full::new(body)))
}
