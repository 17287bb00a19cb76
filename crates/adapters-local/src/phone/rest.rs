//! The carrier's REST API over HTTP: calls, messages, recordings
//! (<https://www.twilio.com/docs/voice/api/call-resource>).

use super::event::{LegStatus, Party};
use super::exchange::Exchange;
use super::leg::{self, MachineDetection, NewLeg, Order, Source};
use super::listing::{list_calls, list_recordings, list_transcriptions};
use super::resource;
use super::sms;
use super::twiml::{Method, TwimlError, parse_document};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// The largest request, in bytes.
const REQUEST_BYTES_MAX: usize = 64 * 1024;
/// How long a create request waits for the leg's first callback, when that fault is on.
const CALLBACK_FIRST_MAX: Duration = Duration::from_secs(2);

pub(super) type Answer = Response<Full<Bytes>>;

/// The connection is dropped without an answer, on purpose.
#[derive(Debug, thiserror::Error)]
#[error("the answer is lost on purpose")]
struct Lost;

/// An error in the carrier's form.
pub(super) struct ApiError {
    status: StatusCode,
    code: u32,
    message: &'static str,
    /// Whether a request without fault can meet it, because the other end moved first: then it is answered, and
    /// not recorded among the errors.
    races: bool,
}

impl ApiError {
    pub(super) const fn bad(code: u32, message: &'static str) -> Self {
        ApiError { status: StatusCode::BAD_REQUEST, code, message, races: false }
    }
}

pub(super) const NOT_FOUND: ApiError = ApiError {
    status: StatusCode::NOT_FOUND,
    code: 20404,
    message: "The requested resource was not found",
    races: false,
};
const NOT_IN_PROGRESS: ApiError = ApiError::bad(21220, "Call is not in-progress. Cannot redirect.");
/// The same, where the leg has ended: whoever asked could not know it yet, so it is nobody's mistake.
const OVER_ALREADY: ApiError = ApiError { races: true, ..NOT_IN_PROGRESS };

/// Serves until the network ends.
pub(super) async fn serve(network: Arc<Exchange>, listener: TcpListener) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file handles, most likely: do not spin until there are some.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let served = network.clone();
        network.spawn(async move {
            let service = service_fn(move |request| handle(served.clone(), request));
            // A client that goes away, or an answer that is lost on purpose, concerns nobody here.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn handle(network: Arc<Exchange>, request: Request<Incoming>) -> Result<Answer, Lost> {
    let (parts, body) = request.into_parts();
    let answer = match Limited::new(body, REQUEST_BYTES_MAX).collect().await {
        Err(_) => Err(ApiError {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            code: 20413,
            message: "Request too large",
            races: false,
        }),
        Ok(body) => route(&network, &parts, &body.to_bytes()).await,
    };
    match answer {
        Ok(None) => Err(Lost),
        Ok(Some(answer)) => Ok(answer),
        Err(error) => {
            let reason = format!("{} {}: {}", parts.method, parts.uri.path(), error.message);
            if !error.races {
                network.refuse(None, &TwimlError { code: error.code, reason });
            }
            let body = json!({
                "code": error.code,
                "message": error.message,
                "more_info": format!("https://www.twilio.com/docs/errors/{}", error.code),
                "status": error.status.as_u16(),
            });
            Ok(answer_json(error.status, &body))
        }
    }
}

pub(super) fn answer_json(status: StatusCode, body: &Value) -> Answer {
    answer_bytes(status, "application/json", body.to_string().into())
}

fn answer_bytes(status: StatusCode, kind: &'static str, body: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(kind));
    answer
}

/// None if the answer is to be lost.
async fn route(
    network: &Arc<Exchange>,
    parts: &http::request::Parts,
    body: &Bytes,
) -> Result<Option<Answer>, ApiError> {
    authenticate(network, parts)?;
    let path = parts.uri.path();
    let prefix = format!("/2010-04-01/Accounts/{}/", network.config.account_sid);
    let rest = path.strip_prefix(&prefix).ok_or(NOT_FOUND)?;
    let segments: Vec<&str> = rest.split('/').collect();
    let form = Form(form_urlencoded::parse(body).into_owned().collect());
    let query = Form(form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect());
    let post = parts.method == http::Method::POST;
    let get = parts.method == http::Method::GET;
    match segments.as_slice() {
        ["Calls.json"] if post => create_call(network, &form).await,
        ["Calls.json"] if get => list_calls(network, &query, path).map(Some),
        ["Calls", name] => {
            let sid = name.strip_suffix(".json").ok_or(NOT_FOUND)?;
            if post {
                update_call(network, sid, &form)?;
            } else if !get {
                return Err(NOT_FOUND);
            }
            let shown = network.leg(sid, |leg| resource::call(network, leg)).ok_or(NOT_FOUND)?;
            Ok(Some(answer_json(StatusCode::OK, &shown)))
        }
        ["Messages.json"] if post => create_message(network, &form).map(Some),
        ["Recordings.json"] if get => list_recordings(network, &query, path).map(Some),
        ["Recordings", sid, "Transcriptions.json"] if get => list_transcriptions(network, sid, &query, path).map(Some),
        ["Recordings", name] if get => recording(network, name).map(Some),
        _ => Err(NOT_FOUND),
    }
}

fn authenticate(network: &Exchange, parts: &http::request::Parts) -> Result<(), ApiError> {
    let expected = format!("{}:{}", network.config.account_sid, network.config.auth_token.expose_secret());
    let given = parts
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|value| STANDARD.decode(value).ok());
    if given.as_deref() == Some(expected.as_bytes()) {
        Ok(())
    } else {
        Err(ApiError { status: StatusCode::UNAUTHORIZED, code: 20003, message: "Authenticate", races: false })
    }
}

/// The fields of a request.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value.clone()).collect()
    }

    /// The carrier passes over fields that it does not know; here they are an error, for they are somebody's mistake.
    pub(super) fn only(&self, allowed: &[&str]) -> Result<(), ApiError> {
        if self.0.iter().all(|(name, _)| allowed.contains(&name.as_str())) {
            Ok(())
        } else {
            Err(ApiError::bad(20001, "A parameter that is not known, or not simulated"))
        }
    }

    fn number(&self, name: &str, allowed: RangeInclusive<u32>) -> Result<Option<u32>, ApiError> {
        match self.get(name).map(str::parse) {
            None => Ok(None),
            Some(Ok(value)) if allowed.contains(&value) => Ok(Some(value)),
            Some(_) => Err(ApiError::bad(20001, "A number is out of its range")),
        }
    }

    fn url(&self, name: &str) -> Result<Option<String>, ApiError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match url::Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Some(text.to_owned())),
            _ => Err(ApiError::bad(21205, "Url is not a valid URL")),
        }
    }

    fn method(&self, name: &str) -> Result<Method, ApiError> {
        match self.get(name) {
            None | Some("POST") => Ok(Method::Post),
            Some("GET") => Ok(Method::Get),
            Some(_) => Err(ApiError::bad(20001, "A method must be GET or POST")),
        }
    }
}

async fn create_call(network: &Arc<Exchange>, form: &Form) -> Result<Option<Answer>, ApiError> {
    form.only(&[
        "To",
        "From",
        "Url",
        "Twiml",
        "Method",
        "FallbackUrl",
        "FallbackMethod",
        "StatusCallback",
        "StatusCallbackMethod",
        "StatusCallbackEvent",
        "Timeout",
        "MachineDetection",
        "MachineDetectionTimeout",
        "MachineDetectionSpeechThreshold",
        "MachineDetectionSpeechEndThreshold",
        "MachineDetectionSilenceTimeout",
        "AsyncAmd",
        "AsyncAmdStatusCallback",
        "AsyncAmdStatusCallbackMethod",
    ])?;
    let to = form.get("To").ok_or(ApiError::bad(21201, "No 'To' number is specified"))?;
    if !is_e164(to) {
        return Err(ApiError::bad(21211, "Invalid 'To' phone number"));
    }
    let from = form.get("From").ok_or(ApiError::bad(21213, "No 'From' number is specified"))?;
    if !network.config.lines.iter().any(|line| line.number == from) {
        return Err(ApiError::bad(21210, "'From' is not a number of this account"));
    }
    let first = match (form.url("Url")?, form.get("Twiml")) {
        (Some(url), None) => Source::Ask { url, method: form.method("Method")?, extra: Vec::new() },
        (None, Some(text)) => Source::Given { text: text.to_owned(), base: String::new() },
        _ => return Err(ApiError::bad(21205, "Url parameter is required")),
    };
    let ring_seconds_max = form.number("Timeout", 1..=600)?.unwrap_or(60);
    for name in ["FallbackMethod", "StatusCallbackMethod", "AsyncAmdStatusCallbackMethod"] {
        if form.method(name)? != Method::Post {
            return Err(ApiError::bad(20001, "Callbacks by GET are not simulated"));
        }
    }
    let mut events = form.all("StatusCallbackEvent");
    if !events.iter().all(|event| matches!(event.as_str(), "initiated" | "ringing" | "answered" | "completed")) {
        return Err(ApiError::bad(21626, "A StatusCallbackEvent is not known"));
    }
    if events.is_empty() {
        events.push("completed".to_owned());
    }
    let detection = machine_detection(form)?;
    let new = NewLeg {
        parent: None,
        from: from.to_owned(),
        to: to.to_owned(),
        direction: "outbound-api",
        party: Party::Technician(to.to_owned()),
        status: LegStatus::Queued,
        status_callback: form.url("StatusCallback")?.map(|url| (url, events)),
        fallback_url: form.url("FallbackUrl")?,
        ring_seconds_max,
    };
    let has_callback = new.status_callback.is_some();
    let sid = leg::open(network, new);
    let shown = network.leg(&sid, |leg| resource::call(network, leg)).ok_or(NOT_FOUND)?;
    network.spawn(leg::run_outbound(network.clone(), sid.clone(), first, detection));
    if has_callback && network.state().faults.status_before_create_answer {
        let sent = network.until_leg(&sid, |leg| leg.callback_sent.then_some(()));
        // Without a callback in that time the answer just goes first.
        let _ = tokio::time::timeout(CALLBACK_FIRST_MAX, sent).await;
    }
    let lost = network.change(|state| {
        let lost = state.faults.lose_create_answers > 0;
        state.faults.lose_create_answers = state.faults.lose_create_answers.saturating_sub(1);
        lost
    });
    Ok((!lost).then(|| answer_json(StatusCode::CREATED, &shown)))
}

/// How machines are looked for (<https://www.twilio.com/docs/voice/answering-machine-detection>). What tunes the
/// recogniser is checked and has no effect: what answers is known here.
fn machine_detection(form: &Form) -> Result<Option<MachineDetection>, ApiError> {
    let seconds_max = form.number("MachineDetectionTimeout", 3..=59)?.unwrap_or(30);
    form.number("MachineDetectionSpeechThreshold", 1000..=6000)?;
    form.number("MachineDetectionSpeechEndThreshold", 500..=5000)?;
    form.number("MachineDetectionSilenceTimeout", 2000..=10_000)?;
    let message_end = match form.get("MachineDetection") {
        None => return Ok(None),
        Some("Enable") => false,
        Some("DetectMessageEnd") => true,
        Some(_) => return Err(ApiError::bad(20001, "MachineDetection is Enable or DetectMessageEnd")),
    };
    let callback = form.url("AsyncAmdStatusCallback")?;
    match form.get("AsyncAmd") {
        Some("true") => {
            let callback = callback.ok_or(ApiError::bad(20001, "AsyncAmd needs AsyncAmdStatusCallback"))?;
            Ok(Some(MachineDetection { message_end, seconds_max, callback: Some(callback) }))
        }
        None | Some("false") => Ok(Some(MachineDetection { message_end, seconds_max, callback: None })),
        Some(_) => Err(ApiError::bad(20001, "AsyncAmd is true or false")),
    }
}

fn update_call(network: &Arc<Exchange>, sid: &str, form: &Form) -> Result<(), ApiError> {
    form.only(&["Url", "Method", "Twiml", "Status"])?;
    let order = match (form.url("Url")?, form.get("Twiml"), form.get("Status")) {
        (Some(url), None, None) => Order::Fetch { url, method: form.method("Method")? },
        (None, Some(text), None) => {
            parse_document(text).map_err(|_| ApiError::bad(21218, "Invalid Twiml"))?;
            Order::Play(text.to_owned())
        }
        (None, None, Some("completed" | "canceled")) => Order::End,
        _ => return Err(ApiError::bad(20001, "One of Url, Twiml and Status is needed")),
    };
    let canceled_only = form.get("Status") == Some("canceled");
    network
        .change_leg(sid, |leg| {
            if leg.parent.is_some() && order != Order::End {
                return Err(ApiError::bad(20001, "Redirecting a dialled leg is not simulated"));
            }
            let waiting = matches!(leg.status, LegStatus::Queued | LegStatus::Ringing);
            // `canceled` leaves a leg alone that was answered already; a redirect needs one that was.
            if leg.status.is_over() {
                return Err(OVER_ALREADY);
            }
            if order != Order::End && leg.status != LegStatus::InProgress {
                return Err(NOT_IN_PROGRESS);
            }
            // A hang-up that is on its way is not overtaken.
            if leg.order != Some(Order::End) && (waiting || !canceled_only) {
                leg.order = Some(order);
            }
            Ok(())
        })
        .ok_or(NOT_FOUND)?
}

fn create_message(network: &Arc<Exchange>, form: &Form) -> Result<Answer, ApiError> {
    form.only(&["To", "From", "Body", "StatusCallback"])?;
    let callback = form.url("StatusCallback")?;
    let to = form.get("To").ok_or(ApiError::bad(21604, "A 'To' phone number is required"))?;
    if !is_e164(to) {
        return Err(ApiError::bad(21211, "Invalid 'To' phone number"));
    }
    let from = form.get("From").ok_or(ApiError::bad(21603, "A 'From' phone number is required"))?;
    if !network.config.lines.iter().any(|line| line.number == from) {
        return Err(ApiError::bad(21606, "The 'From' phone number is not a number of this account"));
    }
    let body = form.get("Body").ok_or(ApiError::bad(21602, "Message body is required"))?;
    if body.chars().count() > 1600 {
        return Err(ApiError::bad(21617, "The message body exceeds the 1600 character limit"));
    }
    if sms::is_blocked(network, from, to) {
        // Whoever sent it could not know of a STOP that came a moment ago.
        let refused = ApiError::bad(21610, "Attempt to send to unsubscribed recipient");
        return Err(ApiError { races: true, ..refused });
    }
    let message = sms::send(network, from, to, body, false);
    network.spawn(sms::deliver(network.clone(), message.clone(), callback));
    Ok(answer_json(StatusCode::CREATED, &resource::message(network, &message)))
}

fn recording(network: &Exchange, name: &str) -> Result<Answer, ApiError> {
    let (sid, kind) = name.split_once('.').unwrap_or((name, "wav"));
    let state = network.state();
    let found = state.recordings.get(sid).ok_or(NOT_FOUND)?;
    match kind {
        "json" => Ok(answer_json(StatusCode::OK, &resource::recording(network, found))),
        "wav" => Ok(answer_bytes(StatusCode::OK, "audio/x-wav", resource::wav(found).into())),
        "mp3" => Ok(answer_bytes(StatusCode::OK, "audio/mpeg", resource::mp3(found).into())),
        _ => Err(NOT_FOUND),
    }
}

/// A number as the API wants it: plus and 8 to 15 digits.
fn is_e164(text: &str) -> bool {
    text.strip_prefix('+')
        .is_some_and(|digits| (8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
