//! What Twilio keeps: the list of recordings, what was said in them, and who called on a call.

use crate::rest::{REQUEST_TIMEOUT, TwilioTelephony, encode, judge, sid};
use crate::webhook::callers_number;
use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use nightdesk_domain::call::Recording;
use nightdesk_domain::ids::{CallId, RecordingId, TenantId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::private::Private;
use nightdesk_ports::{CallerOf, DeliveryError, KeptRecording};
use serde::Deserialize;

/// Most recordings of one page (Twilio, "Recordings", `PageSize`).
const PAGE_SIZE: u32 = 1_000;
/// Most pages that are read: more than all lines of a tenant record within a month.
const PAGES_MAX: u32 = 20;

/// A page of the list, as far as we read it.
#[derive(Deserialize)]
struct RecordingList {
    recordings: Vec<RecordingResource>,
    next_page_uri: Option<String>,
}

/// A recording, as far as we read it. All fields may be null.
#[derive(Deserialize)]
struct RecordingResource {
    sid: Option<String>,
    call_sid: Option<String>,
    status: Option<String>,
    duration: Option<String>,
    date_created: Option<String>,
}

impl RecordingResource {
    /// None for one that goes on, was empty, or belongs to no call.
    fn finished(&self) -> Option<(DateTime<Utc>, KeptRecording)> {
        let call = CallId::parse(self.call_sid.as_deref()?).ok()?;
        let id = RecordingId::parse(self.sid.as_deref()?).ok()?;
        let created = DateTime::parse_from_rfc2822(self.date_created.as_deref()?).ok()?.to_utc();
        // -1 while it is processed.
        let seconds: u32 = self.duration.as_deref()?.parse().ok()?;
        let finished = self.status.as_deref() == Some("completed") && seconds > 0;
        finished.then_some((created, KeptRecording { call, recording: Recording { id, seconds } }))
    }
}

/// What was written down of a recording, the newest page: there is one, unless somebody asked again by hand.
#[derive(Deserialize)]
struct TranscriptionList {
    transcriptions: Vec<TranscriptionResource>,
}

/// One of them, as far as we read it. All fields may be null.
#[derive(Deserialize)]
struct TranscriptionResource {
    status: Option<String>,
    date_created: Option<String>,
    transcription_text: Option<String>,
}

impl TranscriptionResource {
    /// None for one that goes on, has failed or is empty. One without a date counts as the oldest.
    fn finished(self) -> Option<(Option<DateTime<Utc>>, String)> {
        let created = self.date_created.and_then(|text| DateTime::parse_from_rfc2822(&text).ok());
        let text = self.transcription_text.filter(|text| !text.trim().is_empty())?;
        (self.status.as_deref() == Some("completed")).then(|| (created.map(|at| at.to_utc()), text))
    }
}

/// A call, as far as we read it.
#[derive(Deserialize)]
struct CallResource {
    to: Option<String>,
    from: Option<String>,
    direction: Option<String>,
}

impl TwilioTelephony {
    pub(crate) async fn list_recordings(
        &self,
        tenant: &TenantId,
        since: DateTime<Utc>,
    ) -> Result<Vec<KeptRecording>, DeliveryError> {
        // Twilio's times have whole seconds.
        let since = DateTime::from_timestamp(since.timestamp(), 0).unwrap_or(since);
        let mut query = encode(&[("DateCreated>", &format!("{since:?}")), ("PageSize", &PAGE_SIZE.to_string())]);
        let mut found = Vec::new();
        for _ in 0..PAGES_MAX {
            let resource = format!("Recordings.json?{query}");
            let answer = self.send(tenant, Method::GET, &resource, None, REQUEST_TIMEOUT).await?;
            let list: RecordingList =
                serde_json::from_slice(answer.body()).map_err(|_| DeliveryError::unavailable())?;
            found.extend(list.recordings.iter().filter_map(RecordingResource::finished).filter(|(at, _)| *at >= since));
            // Of the next page's address only the query is used: what is asked stays the account's own list.
            match list.next_page_uri.as_deref().and_then(|uri| uri.split_once('?')) {
                Some((_, next)) => query = next.to_owned(),
                None => {
                    found.sort_by_key(|(at, _)| *at);
                    return Ok(found.into_iter().map(|(_, kept)| kept).collect());
                }
            }
        }
        Err(DeliveryError::Refused("there are too many recordings to look through; delete old ones".to_owned()))
    }

    pub(crate) async fn look_up_transcript(
        &self,
        tenant: &TenantId,
        id: &RecordingId,
    ) -> Result<Option<Private>, DeliveryError> {
        let resource = format!("Recordings/{}/Transcriptions.json", sid(id.as_str())?);
        let answer = self.exchange(tenant, Method::GET, &resource, None, REQUEST_TIMEOUT).await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let answer = judge(answer, true)?;
        let list: TranscriptionList =
            serde_json::from_slice(answer.body()).map_err(|_| DeliveryError::unavailable())?;
        // The list comes with the newest first: of two of one second the first is the newer.
        let finished = list.transcriptions.into_iter().rev().filter_map(TranscriptionResource::finished);
        Ok(finished.max_by_key(|(created, _)| *created).map(|(_, text)| text.into()))
    }

    pub(crate) async fn look_up_call(&self, tenant: &TenantId, call: &CallId) -> Result<CallerOf, DeliveryError> {
        let resource = format!("Calls/{}.json", sid(call.as_str())?);
        let answer = self.exchange(tenant, Method::GET, &resource, None, REQUEST_TIMEOUT).await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(CallerOf { came_in: true, dialled: None, from: None });
        }
        let answer = judge(answer, true)?;
        let call: CallResource = serde_json::from_slice(answer.body()).map_err(|_| DeliveryError::unavailable())?;
        Ok(CallerOf {
            came_in: call.direction.is_none_or(|direction| direction == "inbound"),
            dialled: call.to.as_deref().and_then(|number| PhoneNumber::parse(number).ok()),
            from: call.from.as_deref().and_then(callers_number),
        })
    }
}
