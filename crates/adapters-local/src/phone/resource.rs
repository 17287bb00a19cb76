//! The REST API's resources, in the carrier's JSON.

use super::event::LegStatus;
use super::exchange::{Exchange, Leg, rfc_2822};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::fmt;

/// A text that was sent. `Debug` shows neither numbers nor words.
#[derive(Clone, PartialEq, Eq)]
pub struct TextMessage {
    /// Its message sid.
    pub sid: String,
    /// The sender's number.
    pub from: String,
    /// The receiver's number.
    pub to: String,
    /// The words.
    pub body: String,
    /// When.
    pub sent: DateTime<Utc>,
    /// Whether it answers a text that came in.
    pub reply: bool,
}

impl fmt::Debug for TextMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TextMessage({})", self.sid)
    }
}

/// A recording that is kept.
pub(super) struct Recording {
    pub(super) sid: String,
    pub(super) call_sid: String,
    pub(super) created: DateTime<Utc>,
    pub(super) seconds: u64,
}

/// What is written down of a recording.
pub(super) struct Transcription {
    pub(super) sid: String,
    pub(super) recording_sid: String,
    pub(super) created: DateTime<Utc>,
    pub(super) seconds: u64,
    /// `in-progress`, `completed` or `failed`.
    pub(super) status: &'static str,
    pub(super) text: String,
}

/// A leg as the API shows it (<https://www.twilio.com/docs/voice/api/call-resource>).
pub(super) fn call(network: &Exchange, leg: &Leg) -> Value {
    let account = &network.config.account_sid;
    let uri = format!("/2010-04-01/Accounts/{account}/Calls/{}", leg.sid);
    let started = (leg.status != LegStatus::Queued).then(|| rfc_2822(leg.created));
    let duration = leg.ended.map(|(_, seconds)| seconds.to_string());
    json!({
        "sid": leg.sid,
        "date_created": rfc_2822(leg.created),
        "date_updated": rfc_2822(leg.ended.map_or(leg.created, |(at, _)| at)),
        "parent_call_sid": leg.parent,
        "account_sid": account,
        "to": leg.to,
        "to_formatted": leg.to,
        "from": leg.from,
        "from_formatted": leg.from,
        "phone_number_sid": null,
        "status": leg.status.as_str(),
        "start_time": started,
        "end_time": leg.ended.map(|(at, _)| rfc_2822(at)),
        "duration": duration,
        "price": null,
        "price_unit": "USD",
        "direction": leg.direction,
        "answered_by": leg.answered_by,
        "api_version": "2010-04-01",
        "forwarded_from": null,
        "group_sid": null,
        "caller_name": null,
        "queue_time": "0",
        "trunk_sid": null,
        "uri": format!("{uri}.json"),
        "subresource_uris": { "recordings": format!("{uri}/Recordings.json") },
    })
}

/// A text as the API shows it (<https://www.twilio.com/docs/messaging/api/message-resource>).
pub(super) fn message(network: &Exchange, message: &TextMessage) -> Value {
    let account = &network.config.account_sid;
    let uri = format!("/2010-04-01/Accounts/{account}/Messages/{}", message.sid);
    json!({
        "sid": message.sid,
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": message.body,
        "date_created": rfc_2822(message.sent),
        "date_sent": null,
        "date_updated": rfc_2822(message.sent),
        "direction": if message.reply { "outbound-reply" } else { "outbound-api" },
        "error_code": null,
        "error_message": null,
        "from": message.from,
        "messaging_service_sid": null,
        "num_media": "0",
        "num_segments": segments(&message.body).to_string(),
        "price": null,
        "price_unit": "USD",
        "status": "queued",
        "subresource_uris": { "media": format!("{uri}/Media.json") },
        "to": message.to,
        "uri": format!("{uri}.json"),
    })
}

/// Into how many parts a text is cut: 160 plain characters in one and 153 in each of several; 70 and 67 if any
/// character needs UCS-2. (Plain is taken as ASCII here; GSM 03.38 has a few more.)
fn segments(body: &str) -> usize {
    let (one, each) = if body.is_ascii() { (160, 153) } else { (70, 67) };
    let length = body.encode_utf16().count();
    if length <= one { 1 } else { length.div_ceil(each) }
}

/// A recording as the API shows it (<https://www.twilio.com/docs/voice/api/recording>).
pub(super) fn recording(network: &Exchange, recording: &Recording) -> Value {
    let account = &network.config.account_sid;
    let uri = format!("/2010-04-01/Accounts/{account}/Recordings/{}", recording.sid);
    let ended = recording.created + TimeDelta::seconds(i64::try_from(recording.seconds).unwrap_or_default());
    json!({
        "account_sid": account,
        "api_version": "2010-04-01",
        "call_sid": recording.call_sid,
        "conference_sid": null,
        "date_created": rfc_2822(recording.created),
        "date_updated": rfc_2822(ended),
        "start_time": rfc_2822(recording.created),
        "duration": recording.seconds.to_string(),
        "sid": recording.sid,
        "price": null,
        "price_unit": "USD",
        "status": "completed",
        "channels": 1,
        "source": "RecordVerb",
        "error_code": null,
        "uri": format!("{uri}.json"),
        "encryption_details": null,
        "subresource_uris": { "transcriptions": format!("{uri}/Transcriptions.json") },
        "media_url": format!("{}{uri}", network.base_url),
    })
}

/// A transcription as the API shows it (<https://www.twilio.com/docs/voice/api/recording-transcription>).
pub(super) fn transcription(network: &Exchange, written: &Transcription) -> Value {
    let account = &network.config.account_sid;
    let finished = written.status == "completed";
    json!({
        "account_sid": account,
        "api_version": "2010-04-01",
        "date_created": rfc_2822(written.created),
        "date_updated": rfc_2822(written.created),
        "duration": written.seconds.to_string(),
        "price": null,
        "price_unit": "USD",
        "recording_sid": written.recording_sid,
        "sid": written.sid,
        "status": written.status,
        "transcription_text": finished.then_some(&written.text),
        "type": "fast",
        "uri": format!("/2010-04-01/Accounts/{account}/Transcriptions/{}.json", written.sid),
    })
}

/// Silence of a recording's length: 8000 samples a second, 16 bits, one channel, with a RIFF header.
pub(super) fn wav(recording: &Recording) -> Vec<u8> {
    const RATE: u32 = 8000;
    let samples = u32::try_from(recording.seconds.min(3600)).unwrap_or_default() * RATE;
    let bytes = samples * 2;
    let mut sound = Vec::with_capacity(44 + bytes as usize);
    sound.extend_from_slice(b"RIFF");
    sound.extend_from_slice(&(36 + bytes).to_le_bytes());
    sound.extend_from_slice(b"WAVEfmt ");
    sound.extend_from_slice(&16_u32.to_le_bytes());
    sound.extend_from_slice(&1_u16.to_le_bytes());
    sound.extend_from_slice(&1_u16.to_le_bytes());
    sound.extend_from_slice(&RATE.to_le_bytes());
    sound.extend_from_slice(&(RATE * 2).to_le_bytes());
    sound.extend_from_slice(&2_u16.to_le_bytes());
    sound.extend_from_slice(&16_u16.to_le_bytes());
    sound.extend_from_slice(b"data");
    sound.extend_from_slice(&bytes.to_le_bytes());
    sound.resize(44 + bytes as usize, 0);
    sound
}

/// The same silence as MPEG-1 layer III frames of 417 bytes (128 kbit/s, 44.1 kHz, 1152 samples) with empty side
/// information.
pub(super) fn mp3(recording: &Recording) -> Vec<u8> {
    let frames = (recording.seconds.min(3600) * 44_100).div_ceil(1152).max(1);
    let mut frame = vec![0xff, 0xfb, 0x90, 0xc4];
    frame.resize(417, 0);
    frame.repeat(usize::try_from(frames).unwrap_or(1))
}
