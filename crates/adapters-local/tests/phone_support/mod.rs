//! A scripted server on loopback for the phone network's tests: hand-written documents by path, and everything that
//! was asked.
#![allow(dead_code, unreachable_pub, reason = "each test file includes this module and uses its own part of it")]

use async_trait::async_trait;
use base64::Engine as _;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use nightdesk_adapters_local::phone::{EventKind, NetworkConfig, PhoneBehaviour, PhoneLine, PhoneNetwork, sign};
use nightdesk_ports::{HttpTransport, TransportError};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;

pub const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
pub const TOKEN: &str = "a token for tests";
pub const LINE: &str = "+15550100";
pub const CALLER: &str = "+15550123";
pub const BEA: &str = "+15550111";
pub const OFFICE: &str = "+15550199";

/// What was asked of the server.
#[derive(Clone)]
pub struct Hit {
    pub method: String,
    pub path: String,
    pub query: String,
    pub form: Vec<(String, String)>,
    pub signature: String,
}

impl Hit {
    pub fn get(&self, name: &str) -> &str {
        self.form.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }
}

type Script = Arc<dyn Fn(&Hit) -> (u16, String) + Send + Sync>;

/// The server.
pub struct App {
    pub url: String,
    hits: Arc<Mutex<Vec<Hit>>>,
}

impl App {
    /// Answers with the verbs that the script gives for each request.
    pub async fn start(script: impl Fn(&Hit) -> String + Send + Sync + 'static) -> App {
        App::with_status(move |hit| (200, script(hit))).await
    }

    /// Answers with a status and verbs; a text that begins with `raw:` is sent as it is.
    pub async fn with_status(script: impl Fn(&Hit) -> (u16, String) + Send + Sync + 'static) -> App {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let hits: Arc<Mutex<Vec<Hit>>> = Arc::default();
        let script: Script = Arc::new(script);
        let (log, base) = (hits.clone(), url.clone());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (log, script, base) = (log.clone(), script.clone(), base.clone());
                let service = service_fn(move |request| answer(request, log.clone(), script.clone(), base.clone()));
                tokio::spawn(async move {
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        App { url, hits }
    }

    pub fn hits(&self, path: &str) -> Vec<Hit> {
        self.hits.lock().unwrap().iter().filter(|hit| hit.path == path).cloned().collect()
    }

    /// Waits until a path was asked so many times.
    pub async fn wait(&self, path: &str, count: usize) -> Vec<Hit> {
        for _ in 0..500 {
            let hits = self.hits(path);
            if hits.len() >= count {
                return hits;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{path} was asked {} times, not {count}", self.hits(path).len());
    }
}

async fn answer(
    request: Request<Incoming>,
    log: Arc<Mutex<Vec<Hit>>>,
    script: Script,
    base: String,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let hit = Hit {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        form: form_urlencoded::parse(&body).into_owned().collect(),
        signature: parts.headers.get("x-twilio-signature").unwrap().to_str().unwrap().to_owned(),
    };
    let full = format!("{base}{}", parts.uri.path_and_query().unwrap());
    assert_eq!(hit.signature, sign(TOKEN, &full, &hit.form), "every request is signed");
    let (status, verbs) = script(&hit);
    log.lock().unwrap().push(hit);
    let body = match verbs.strip_prefix("raw:") {
        Some(raw) => raw.to_owned(),
        None => format!("<Response>{verbs}</Response>"),
    };
    let answer = Response::builder().status(status).header("content-type", "text/xml");
    Ok(answer.body(Full::new(Bytes::from(body))).unwrap())
}

/// HTTP for the network and for the tests' own REST requests.
pub struct Web(Client<HttpConnector, Full<Bytes>>);

impl Web {
    pub fn new() -> Web {
        // No kept connections: a server that drops one must not look like one that cannot be reached.
        Web(Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http())
    }
}

#[async_trait]
impl HttpTransport for Web {
    async fn send(&self, request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, TransportError> {
        let sent = self.0.request(request.map(Full::new));
        match tokio::time::timeout(timeout, sent).await {
            Err(_) => Err(TransportError::NoAnswer),
            Ok(Err(error)) if error.is_connect() => Err(TransportError::NotSent),
            Ok(Err(_)) => Err(TransportError::NoAnswer),
            Ok(Ok(answer)) => {
                let (parts, body) = answer.into_parts();
                let body = body.collect().await.map_err(|_| TransportError::NoAnswer)?;
                Ok(Response::from_parts(parts, body.to_bytes()))
            }
        }
    }
}

pub fn config(app: &App, phones: &[(&str, PhoneBehaviour)]) -> NetworkConfig {
    let mut config = NetworkConfig::new(ACCOUNT, TOKEN.to_owned().into());
    config.lines.push(PhoneLine {
        number: LINE.into(),
        voice_url: format!("{}/voice", app.url),
        fallback_url: Some(format!("{}/fallback", app.url)),
        status_callback_url: Some(format!("{}/status", app.url)),
        sms_url: Some(format!("{}/sms", app.url)),
    });
    config.phones = phones.iter().map(|(number, behaviour)| ((*number).to_owned(), *behaviour)).collect();
    config.pace = 100.0;
    config.talk_seconds = 10;
    config
}

pub async fn network(app: &App, phones: &[(&str, PhoneBehaviour)]) -> PhoneNetwork {
    PhoneNetwork::start(config(app, phones), Arc::new(Web::new())).await.unwrap()
}

/// A REST request; the status and the JSON.
pub async fn rest(
    network: &PhoneNetwork,
    method: &str,
    path: &str,
    form: &[(&str, &str)],
) -> Result<(StatusCode, serde_json::Value), TransportError> {
    let credentials = base64::engine::general_purpose::STANDARD.encode(format!("{ACCOUNT}:{TOKEN}"));
    let request = Request::builder()
        .method(method)
        .uri(format!("{}/2010-04-01/Accounts/{ACCOUNT}/{path}", network.api_url()))
        .header("authorization", format!("Basic {credentials}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()))
        .unwrap();
    let answer = Web::new().send(request, Duration::from_secs(5)).await?;
    Ok((answer.status(), serde_json::from_slice(answer.body()).unwrap_or_default()))
}

/// Everything that a leg's person heard, in order.
pub fn heard(network: &PhoneNetwork, leg: &str) -> Vec<String> {
    let history = network.history().into_iter().filter(|event| event.leg == leg);
    history
        .filter_map(|event| match event.kind {
            EventKind::Heard { text, .. } => Some(text),
            _ => None,
        })
        .collect()
}
