//! Prints every request with a form or a query that the adapter can send, as JSON Lines
//! `{"method", "path", "form"}`, so that they can be checked against Twilio's API description.
//!
//! The one request that this leaves out is the sound of a recording: Twilio serves it as a media file
//! (`Recordings/{Sid}.mp3`), which its API description does not list. It is shown on the error output.

// Printing is what this program is for; and where an example fails, it may as well say so.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use async_trait::async_trait;
use bytes::Bytes;
use chrono::DateTime;
use http::{Request, Response};
use nightdesk_adapters_twilio::{PublicUrl, TwilioAccount, TwilioTelephony};
use nightdesk_domain::effect::{Line, PageOrder, TextOrder};
use nightdesk_domain::ids::{CallId, CaseId, LegId, RecordingId, TechnicianId, TenantId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_ports::{HttpTransport, Telephony, TransportError};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Prints what it is given, and answers as Twilio would.
struct Printer;

#[async_trait]
impl HttpTransport for Printer {
    async fn send(&self, request: Request<Bytes>, _: Duration) -> Result<Response<Bytes>, TransportError> {
        let path = request.uri().path();
        let mut row = json!({ "method": request.method().as_str(), "path": path });
        if let Some(query) = request.uri().query() {
            row["query"] = Value::Object(fields(query.as_bytes()));
        }
        if !request.body().is_empty() {
            row["form"] = Value::Object(fields(request.body()));
        }
        if path.ends_with(".json") {
            println!("{row}");
        } else {
            eprintln!("a media file, not in the API description: {row}");
        }
        let answer = json!({ "sid": "CA00000000000000000000000000000002", "calls": [], "recordings": [],
            "transcriptions": [] });
        Ok(Response::new(Bytes::from(answer.to_string())))
    }
}

/// Fields by name; a name that comes twice has a list.
fn fields(encoded: &[u8]) -> Map<String, Value> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(encoded).into_owned() {
        all.entry(name).or_default().push(value);
    }
    all.into_iter()
        .map(|(name, values)| (name, if values.len() == 1 { json!(values[0]) } else { json!(values) }))
        .collect()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tenant = TenantId::parse("northwind")?;
    let account = TwilioAccount::new("AC00000000000000000000000000000001", "not-a-real-token".into(), None)?;
    let twilio = TwilioTelephony::new(
        Arc::new(Printer),
        "https://api.twilio.com",
        PublicUrl::parse("https://desk.example.com")?,
        BTreeMap::from([(tenant.clone(), account)]),
    );
    let ordered_at = DateTime::from_timestamp(1_772_956_770, 0).unwrap_or_default();
    let order = PageOrder {
        tenant: tenant.clone(),
        case: CaseId::parse("CA00000000000000000000000000000001")?,
        page: 1,
        technician: TechnicianId::parse("bea")?,
        to: PhoneNumber::parse("+13125550142")?,
        from: PhoneNumber::parse("+13125550100")?,
        ring_seconds: 25,
        ordered_at,
        useless_after: ordered_at,
    };
    let leg = LegId::parse("CA00000000000000000000000000000002")?;
    twilio.page(&order).await?;
    twilio.find_page(&order).await?;
    twilio.refetch(&tenant, &Line::Caller(CallId::parse("CA00000000000000000000000000000001")?)).await?;
    twilio.refetch(&tenant, &Line::Technician(order.case.clone(), order.page, leg.clone())).await?;
    twilio.hang_up(&tenant, &leg).await?;
    let text =
        TextOrder { to: order.to.clone(), from: order.from.clone(), body: "Please call the desk.".into(), page: None };
    twilio.text(&tenant, &text).await?;
    twilio.text(&tenant, &TextOrder { page: Some((order.case.clone(), 1)), ..text }).await?;
    twilio.recordings(&tenant, ordered_at).await?;
    twilio.transcript_of(&tenant, &RecordingId::parse("RE00000000000000000000000000000001")?).await?;
    twilio.caller_of(&tenant, &CallId::parse("CA00000000000000000000000000000001")?).await?;
    twilio.recording(&tenant, &RecordingId::parse("RE00000000000000000000000000000001")?).await?;
    Ok(())
}
