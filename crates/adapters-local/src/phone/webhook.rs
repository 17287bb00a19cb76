//! Requests to the server: form-encoded, signed, with the carrier's usual parameters
//! (<https://www.twilio.com/docs/voice/twiml#request-parameters>).

use super::exchange::{Exchange, Leg, rfc_2822};
use super::outbox::Callback;
use super::signature::sign;
use super::twiml::{Method, TwimlError};
use super::{DOCUMENT_BYTES_MAX, Document, LegStatus, parse_document};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Response};
use nightdesk_ports::TransportError;
use secrecy::ExposeSecret;

/// Parameters of a request, in the order they are sent.
pub(super) type Parameters = Vec<(String, String)>;

/// One parameter.
pub(super) fn parameter(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

/// What every request about a leg carries.
pub(super) fn about(network: &Exchange, leg: &Leg) -> Parameters {
    let mut parameters = vec![
        parameter("CallSid", &leg.sid),
        parameter("AccountSid", &network.config.account_sid),
        parameter("From", &leg.from),
        parameter("To", &leg.to),
        parameter("Caller", &leg.from),
        parameter("Called", &leg.to),
        parameter("CallStatus", leg.status.as_str()),
        parameter("Direction", leg.direction),
        parameter("ApiVersion", "2010-04-01"),
    ];
    if let Some(parent) = &leg.parent {
        parameters.push(parameter("ParentCallSid", parent));
    }
    if let Some(by) = leg.answered_by {
        parameters.push(parameter("AnsweredBy", by));
    }
    parameters
}

/// Tells the status of a leg, if it was asked to. `event` is one of `initiated`, `ringing`, `answered`, `completed`.
pub(super) fn status_changed(network: &Exchange, leg: &mut Leg, event: &str) {
    let Some((url, events)) = &leg.status_callback else { return };
    if !events.iter().any(|wanted| wanted == event) {
        return;
    }
    let mut parameters = about(network, leg);
    if event == "initiated" {
        for (name, value) in &mut parameters {
            if name == "CallStatus" {
                *value = "initiated".to_owned();
            }
        }
    }
    parameters.push(parameter("Timestamp", rfc_2822(network.now())));
    parameters.push(parameter("CallbackSource", "call-progress-events"));
    parameters.push(parameter("SequenceNumber", leg.sequence.to_string()));
    if leg.status.is_over() {
        let seconds = leg.seconds(network.config.pace);
        parameters.push(parameter("CallDuration", seconds.to_string()));
        if leg.status == LegStatus::Completed {
            parameters.push(parameter("Duration", seconds.div_ceil(60).max(1).to_string()));
        }
    }
    leg.sequence += 1;
    leg.outbox.post(Callback { url: url.clone(), method: Method::Post, parameters });
}

/// Sends a request; anything but a 2xx answer is an error.
pub(super) async fn send(
    network: &Exchange,
    url: &str,
    method: Method,
    parameters: &[(String, String)],
) -> Result<Response<Bytes>, TwimlError> {
    let mut answer = once(network, url, method, parameters).await;
    if network.state().faults.duplicate_webhooks {
        // As if the first answer had been lost: the second is the one that counts.
        answer = once(network, url, method, parameters).await;
    }
    let answer = answer?;
    if answer.status().is_success() {
        Ok(answer)
    } else {
        Err(TwimlError { code: 11200, reason: format!("{} answered {}", path(url), answer.status()) })
    }
}

async fn once(
    network: &Exchange,
    url: &str,
    method: Method,
    parameters: &[(String, String)],
) -> Result<Response<Bytes>, TwimlError> {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    let token = network.config.auth_token.expose_secret();
    let (url, verb, body, signature) = match method {
        Method::Post => (url.to_owned(), http::Method::POST, form, sign(token, url, parameters)),
        Method::Get => {
            let full = format!("{url}{}{form}", if url.contains('?') { '&' } else { '?' });
            let signature = sign(token, &full, &[]);
            (full, http::Method::GET, String::new(), signature)
        }
    };
    let mut request = Request::builder()
        .method(&verb)
        .uri(&url)
        .header("X-Twilio-Signature", signature)
        .header("User-Agent", "TwilioProxy/1.1")
        .header("Accept", "*/*");
    if verb == http::Method::POST {
        request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8");
    }
    let request = request
        .body(Bytes::from(body))
        .map_err(|_| TwimlError { code: 11100, reason: "the URL cannot be asked".into() })?;
    network.http.send(request, network.config.webhook_timeout).await.map_err(|error| match error {
        TransportError::NotSent => TwimlError { code: 11205, reason: format!("{} cannot be reached", path(&url)) },
        TransportError::NoAnswer => TwimlError { code: 11200, reason: format!("{} did not answer", path(&url)) },
    })
}

/// The path of a URL: the query may carry what nobody should read in a log.
fn path(url: &str) -> String {
    url::Url::parse(url).map(|url| url.path().to_owned()).unwrap_or_default()
}

/// Asks for a document and reads it.
pub(super) async fn fetch(
    network: &Exchange,
    url: &str,
    method: Method,
    parameters: &[(String, String)],
) -> Result<Document, TwimlError> {
    let answer = send(network, url, method, parameters).await?;
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !matches!(kind.as_str(), "text/xml" | "application/xml" | "text/html") {
        return Err(TwimlError { code: 12300, reason: format!("{} answered no XML", path(url)) });
    }
    if answer.body().len() > DOCUMENT_BYTES_MAX {
        return Err(TwimlError { code: 11750, reason: "the document is larger than 64 KiB".into() });
    }
    let text = std::str::from_utf8(answer.body())
        .map_err(|_| TwimlError { code: 12100, reason: "the document is not UTF-8".into() })?;
    parse_document(text)
        .map_err(|error| TwimlError { code: error.code, reason: format!("{}: {}", path(url), error.reason) })
}

/// A URL of a document, which may be relative to the document's own.
pub(super) fn resolve(base: &str, url: Option<&str>) -> String {
    match url {
        None => base.to_owned(),
        Some(url) => url::Url::parse(base)
            .and_then(|base| base.join(url))
            .map_or_else(|_| url.to_owned(), |full| full.to_string()),
    }
}
