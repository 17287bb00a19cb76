//! An HTTP API in front of a function: each request becomes an event of payload format 2.0, each answer a response.

use super::{RuntimeApi, Serving};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Longest that API Gateway waits for a function, in seconds (quota "Maximum integration timeout").
const INTEGRATION_SECONDS_MAX: u64 = 30;

/// The front of one function. Stops when dropped.
pub struct Gateway {
    address: SocketAddr,
    stage: Arc<str>,
    _serving: Serving,
}

impl Gateway {
    /// Starts on a free loopback port, with a stage: `$default`, or a name that becomes part of the address.
    pub async fn start(function: RuntimeApi, stage: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let stage: Arc<str> = stage.into();
        let serving = Serving(tokio::spawn(serve(listener, function, stage.clone())));
        Ok(Self { address, stage, _serving: serving })
    }

    /// The address that the carrier would be given.
    pub fn url(&self) -> String {
        match &*self.stage {
            "$default" => format!("http://{}", self.address),
            stage => format!("http://{}/{stage}", self.address),
        }
    }
}

async fn serve(listener: TcpListener, function: RuntimeApi, stage: Arc<str>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (function, stage) = (function.clone(), stage.clone());
        connections.spawn(async move {
            let service = service_fn(|request: Request<Incoming>| {
                let (function, stage) = (function.clone(), stage.clone());
                async move { Ok::<_, std::convert::Infallible>(forward(&function, &stage, request).await) }
            });
            let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A client that goes away is no concern of the function's.
            let _broken = connection.await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn forward(function: &RuntimeApi, stage: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return plain(StatusCode::BAD_REQUEST);
    };
    let event = event(stage, &head, &body);
    let answered = function.invoke(event, Duration::from_secs(INTEGRATION_SECONDS_MAX)).await;
    // What API Gateway answers for a function that fails, or says what is no response.
    answered.ok().and_then(|answer| response(&answer)).unwrap_or_else(|| plain(StatusCode::INTERNAL_SERVER_ERROR))
}

/// The event that API Gateway makes of a request.
pub(super) fn event(stage: &str, head: &http::request::Parts, body: &[u8]) -> Value {
    // Header names are lower case, and repeated ones are joined.
    let mut headers = serde_json::Map::new();
    for name in head.headers.keys() {
        let values = head.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        headers.insert(name.to_string(), values.collect::<Vec<_>>().join(",").into());
    }
    let path = head.uri.path();
    let text = headers
        .get("content-type")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind.starts_with("text/") || kind.starts_with("application/json"));
    let mut event = json!({
        "version": "2.0",
        "routeKey": "ANY /twilio/{proxy+}",
        "rawPath": path,
        "rawQueryString": head.uri.query().unwrap_or_default(),
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012", "apiId": "api-id", "domainName": "api-id.execute-api.us-east-1.amazonaws.com",
            "domainPrefix": "api-id", "requestId": "request-id", "routeKey": "ANY /twilio/{proxy+}", "stage": stage,
            "time": "12/Mar/2020:19:03:58 +0000", "timeEpoch": 1_583_348_638_390_i64,
            "http": {"method": head.method.as_str(), "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
                "userAgent": "agent"}
        },
        "isBase64Encoded": false
    });
    // No body, no field. Forms are handed over in base64, as API Gateway does with what it does not know as text.
    match std::str::from_utf8(body) {
        Ok("") => {}
        Ok(body) if text => event["body"] = body.into(),
        _ => {
            event["body"] = STANDARD.encode(body).into();
            event["isBase64Encoded"] = true.into();
        }
    }
    event
}

/// The response that API Gateway makes of an answer, if it is one.
pub(super) fn response(answer: &Value) -> Option<Response<Full<Bytes>>> {
    let status = u16::try_from(answer.get("statusCode")?.as_u64()?).ok()?;
    let body = answer.get("body").and_then(Value::as_str).unwrap_or_default();
    let body = match answer.get("isBase64Encoded").and_then(Value::as_bool) {
        Some(true) => Bytes::from(STANDARD.decode(body).ok()?),
        _ => Bytes::from(body.to_owned()),
    };
    let mut response = Response::builder().status(status);
    for (name, value) in answer.get("headers").and_then(Value::as_object).into_iter().flatten() {
        // The front counts the bytes itself.
        if name != "content-length" {
            response = response.header(name, value.as_str()?);
        }
    }
    response.body(Full::new(body)).ok()
}

fn plain(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(b"{\"message\":\"Internal Server Error\"}")));
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(request: http::request::Builder) -> http::request::Parts {
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_request_becomes_an_event_with_the_stage_in_its_path_and_a_form_in_base64() {
        let form = "application/x-www-form-urlencoded";
        let head = parts(Request::post("/prod/twilio/a/voice?news=1").header("Content-Type", form));
        let made = event("prod", &head, b"From=1");
        assert_eq!(made["rawPath"], "/prod/twilio/a/voice");
        assert_eq!(made["rawQueryString"], "news=1");
        assert_eq!(made["headers"]["content-type"], form);
        assert_eq!((&made["body"], &made["isBase64Encoded"]), (&json!("RnJvbT0x"), &json!(true)));
        assert!(event("prod", &head, b"").get("body").is_none());
        let text = parts(Request::post("/").header("content-type", "text/plain"));
        assert_eq!(event("$default", &text, b"hi")["body"], "hi");
    }

    #[test]
    fn an_answer_without_a_status_is_no_response() {
        assert!(response(&json!({"body": "x"})).is_none());
        assert!(response(&json!({"statusCode": 70000})).is_none());
        assert!(response(&json!({"statusCode": 200, "body": "!", "isBase64Encoded": true})).is_none());
        let made = response(&json!({"statusCode": 204, "headers": {"content-length": "9", "x": "y"}})).unwrap();
        assert_eq!((made.status(), made.headers().len()), (StatusCode::NO_CONTENT, 1));
    }
}
