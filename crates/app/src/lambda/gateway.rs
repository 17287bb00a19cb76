//! Events of an API Gateway HTTP API (payload format 2.0) as plain HTTP requests, and answers back.
//!
//! The shapes are those of "Working with AWS Lambda proxy integrations for HTTP APIs" in the API Gateway developer
//! guide. `lambda_http` has a conversion of its own; it puts the stage before every path, and it panics over a body
//! that is no base64 and over a path that is no URI. A caller is on the line, so such a request gets an answer here.

use axum::body::Body;
use axum::http::{Request, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::BodyExt;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use serde_json::{Value, json};

/// Why an event is no request that anybody could have sent on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadEvent {
    /// A field is missing or of the wrong kind.
    #[error("the event is not of payload format 2.0")]
    Shape,
    /// `isBase64Encoded`, and it is not.
    #[error("the body is not base64")]
    Body,
    /// The path or the query cannot be part of an address.
    #[error("the path is not part of an address")]
    Address,
}

/// Whether an event comes from an HTTP API; anything else that invokes the function is none of the carrier's doing.
pub(super) fn is_request(event: &Value) -> bool {
    event.pointer("/requestContext/http").is_some()
}

/// The request that an event tells of, its path as it follows the public URL, whose own path is `prefix`.
pub(super) fn request(event: Value, prefix: &str) -> Result<Request<Body>, BadEvent> {
    let event: ApiGatewayV2httpRequest = serde_json::from_value(event).map_err(|_| BadEvent::Shape)?;
    let stage = event.request_context.stage.as_deref().unwrap_or("$default");
    let raw_path = event.raw_path.as_deref().unwrap_or("/");
    let path = below(raw_path, prefix).or_else(|| below(raw_path, &format!("/{stage}"))).unwrap_or(raw_path);
    let address = match event.raw_query_string.as_deref() {
        None | Some("") => path.to_owned(),
        Some(query) => format!("{path}?{query}"),
    };
    let body = match event.body {
        None => Bytes::new(),
        Some(text) if event.is_base64_encoded => STANDARD.decode(text).map_err(|_| BadEvent::Body)?.into(),
        Some(text) => Bytes::from(text),
    };
    let mut request = Request::builder()
        .method(event.request_context.http.method)
        .uri(address)
        .body(Body::from(body))
        .map_err(|_| BadEvent::Address)?;
    *request.headers_mut() = event.headers;
    Ok(request)
}

/// What follows a prefix that ends where a segment does.
fn below<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    let prefix = prefix.trim_end_matches('/');
    let rest = path.strip_prefix(prefix)?;
    (!prefix.is_empty() && rest.starts_with('/')).then_some(rest)
}

/// An answer as API Gateway wants it: text as it is, anything else in base64.
pub(super) async fn response(response: Response<Body>) -> Result<Value, axum::Error> {
    let (head, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    let mut headers = serde_json::Map::new();
    for name in head.headers.keys() {
        let values = head.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        headers.insert(name.to_string(), values.collect::<Vec<_>>().join(", ").into());
    }
    let (body, encoded) = match std::str::from_utf8(&body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (STANDARD.encode(&body), true),
    };
    Ok(json!({"statusCode": head.status.as_u16(), "headers": headers, "body": body, "isBase64Encoded": encoded}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(stage: &str, path: &str) -> Value {
        json!({
            "version": "2.0", "routeKey": "ANY /twilio/{proxy+}", "rawPath": path, "rawQueryString": "news=0&polls=1",
            "headers": {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": "c2lnbmVk"},
            "requestContext": {"stage": stage, "http": {
                "method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "-"}},
            "isBase64Encoded": false
        })
    }

    #[track_caller]
    fn check_path(stage: &str, raw: &str, prefix: &str, expected: &str) {
        let request = request(event(stage, raw), prefix).unwrap();
        assert_eq!(request.uri().to_string(), format!("{expected}?news=0&polls=1"));
    }

    #[test]
    fn the_path_is_what_follows_the_public_url() {
        check_path("$default", "/twilio/a/voice", "", "/twilio/a/voice");
        check_path("prod", "/prod/twilio/a/voice", "/prod", "/twilio/a/voice");
        // A custom domain whose mapping has no stage in it, and one with a path of its own.
        check_path("prod", "/prod/twilio/a/voice", "", "/twilio/a/voice");
        check_path("prod", "/desk/twilio/a/voice", "/desk/", "/twilio/a/voice");
        // Not a prefix, but a name that begins alike; and a stage that is named like the first segment's beginning.
        check_path("prod", "/production/voice", "/prod", "/production/voice");
        check_path("twi", "/twilio/a/voice", "", "/twilio/a/voice");
    }

    #[tokio::test]
    async fn a_body_comes_as_text_in_base64_or_not_at_all() {
        let body = async |event: Value| request(event, "").unwrap().into_body().collect().await.unwrap().to_bytes();
        let mut given = event("$default", "/");
        assert_eq!(body(given.clone()).await, "");
        given["body"] = Value::Null;
        assert_eq!(body(given.clone()).await, "");
        given["body"] = "From=%2B1".into();
        assert_eq!(body(given.clone()).await, "From=%2B1");
        given["body"] = "RnJvbT0lMkIx".into();
        given["isBase64Encoded"] = true.into();
        assert_eq!(body(given.clone()).await, "From=%2B1");
        given["body"] = "no base64!".into();
        assert_eq!(request(given, "").err(), Some(BadEvent::Body));
    }

    #[test]
    fn what_could_not_be_sent_is_an_error_and_no_panic() {
        assert_eq!(request(event("$default", "/a b\u{7f}"), "").err(), Some(BadEvent::Address));
        let mut given = event("$default", "/");
        given["requestContext"]["http"]["method"] = "NO METHOD".into();
        assert_eq!(request(given.clone(), "").err(), Some(BadEvent::Shape));
        given["requestContext"] = json!({"http": 7});
        assert_eq!(request(given, "").err(), Some(BadEvent::Shape));
    }

    #[tokio::test]
    async fn an_answer_is_text_or_base64_with_its_status_and_headers() {
        let plain =
            Response::builder().status(201).header("content-type", "text/xml").body(Body::from("<a/>")).unwrap();
        let answer = response(plain).await.unwrap();
        let expected = json!({"statusCode": 201, "headers": {"content-type": "text/xml"}, "body": "<a/>",
            "isBase64Encoded": false});
        assert_eq!(answer, expected);
        let binary = response(Response::new(Body::from(vec![0xff, 0xfe]))).await.unwrap();
        assert_eq!((&binary["body"], &binary["isBase64Encoded"]), (&json!("//4="), &json!(true)));
    }
}
