//! The one HTTP client: hyper with TLS by rustls, behind the `HttpTransport` port.

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use nightdesk_ports::{HttpTransport, Pieces, TransportError};
use std::time::Duration;

/// Longest answer that is read, in bytes: a recording of two minutes is some 2 MB.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Sends requests over TCP, with TLS where the address says `https`.
pub struct HyperTransport {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl HyperTransport {
    /// A client that keeps connections open between requests.
    pub fn new() -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        tcp.set_nodelay(true);
        let tls = HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().wrap_connector(tcp);
        Self { client: Client::builder(TokioExecutor::new()).build(tls) }
    }

    /// Sends a request and gives the answer as soon as its head has come; its body is bounded.
    async fn ask(&self, request: http::Request<Bytes>) -> Result<http::Response<Body>, TransportError> {
        let answer = self
            .client
            .request(request.map(Full::new))
            .await
            .map_err(|error| if error.is_connect() { TransportError::NotSent } else { TransportError::NoAnswer })?;
        Ok(answer.map(|body| Body(Limited::new(body, ANSWER_BYTES_MAX))))
    }
}

impl Default for HyperTransport {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl HttpTransport for HyperTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let exchange = async {
            let (head, body) = self.ask(request).await?.into_parts();
            let body = body.0.collect().await.map_err(|_| TransportError::NoAnswer)?;
            Ok(http::Response::from_parts(head, body.to_bytes()))
        };
        within(timeout, exchange).await
    }

    async fn open(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Box<dyn Pieces>>, TransportError> {
        let answer = within(timeout, self.ask(request)).await?;
        Ok(answer.map(|body| -> Box<dyn Pieces> { Box::new(body) }))
    }
}

/// The body of an answer. Its connection is closed if it is dropped before its end.
struct Body(Limited<Incoming>);

#[async_trait]
impl Pieces for Body {
    async fn next(&mut self, timeout: Duration) -> Result<Option<Bytes>, TransportError> {
        let piece = async {
            while let Some(frame) = self.0.frame().await {
                // What is no data is a trailer, which nobody reads.
                if let Ok(data) = frame.map_err(|_| TransportError::NoAnswer)?.into_data() {
                    return Ok(Some(data));
                }
            }
            Ok(None)
        };
        within(timeout, piece).await
    }
}

/// What comes too late may have been carried out.
async fn within<T>(
    timeout: Duration,
    exchange: impl Future<Output = Result<T, TransportError>>,
) -> Result<T, TransportError> {
    tokio::time::timeout(timeout, exchange).await.unwrap_or(Err(TransportError::NoAnswer))
}
