//! The carrier's recordings that no call knows: a message that was left while the store was down, or whose callbacks
//! were lost, becomes a ticket like any other. And the words of messages whose callback was lost: they are fetched.
//!
//! Safe to run anywhere, any number of times, by several at once: what is found becomes the events that the carrier's
//! own webhooks would have been, for a call with the carrier's id, and each of them changes nothing the second time.

use crate::{Engine, EngineError};
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::call::{Arrival, CallEvent};
use nightdesk_domain::ids::{OwnerId, TenantId};
use nightdesk_domain::policy::TranscriptionBy;
use nightdesk_domain::reply::Heard;
use nightdesk_ports::{Entry, KeptRecording, Snapshot, StoreError};

/// The register's kind and id of how far was scanned.
const SCAN: (&str, &str) = ("scan", "recordings");
/// How far the first scan of a tenant looks back, in hours.
const FIRST_HOURS: i64 = 24;
/// How far the next one looks back behind the last, in hours: a carrier takes its time to list a recording.
const OVERLAP_HOURS: i64 = 2;
/// How far any looks back, in days.
const DAYS_MAX: i64 = 30;
/// How old the mark may grow before it is written anew, in minutes.
const MARK_MINUTES: i64 = 30;

/// How long after a call's begin its words are asked for, in minutes, unless somebody says how far to look: what a
/// carrier has not written down by then it will not.
const WORDS_MINUTES: i64 = 60;

/// What a scan found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scanned {
    /// Recordings that were looked at.
    pub seen: usize,
    /// Those that no call knew: each has a ticket now.
    pub found: usize,
    /// Those whose words the carrier had written down, and nobody had been told.
    pub transcribed: usize,
    /// Those that could not be taken now; the next scan meets them again.
    pub failed: usize,
}

impl Engine {
    /// Looks through the recordings that the carrier has made since then; if nothing is given, since shortly before the
    /// last scan that met no failure. One that no call knows becomes a message of its call, with ticket and notice.
    /// Where the carrier writes messages down, it is asked for words that never came; without any somebody is woken to
    /// listen, as ever.
    ///
    /// # Errors
    /// When the carrier cannot list them, or the store fails. A single one that fails is counted and logged.
    pub async fn scan_recordings(
        &self,
        tenant: &TenantId,
        since: Option<DateTime<Utc>>,
    ) -> Result<Scanned, EngineError> {
        let began = self.now();
        let mark = self.ports().register.entry(tenant, SCAN.0, SCAN.1, began).await?;
        let marked = mark.as_ref().and_then(|mark| serde_json::from_str::<DateTime<Utc>>(mark.body.reveal()).ok());
        let from_mark = marked.map(|at| at - TimeDelta::hours(OVERLAP_HOURS));
        // Whoever says how far to look wants the words of old messages, too.
        let words_since =
            if since.is_some() { DateTime::UNIX_EPOCH } else { began - TimeDelta::minutes(WORDS_MINUTES) };
        let since = since.or(from_mark).unwrap_or(began - TimeDelta::hours(FIRST_HOURS));
        let since = since.max(began - TimeDelta::days(DAYS_MAX));
        let kept = self.ports().telephony.recordings(tenant, since).await?;
        let mut scanned = Scanned { seen: kept.len(), ..Scanned::default() };
        for kept in &kept {
            let taken = match self.take_recording(tenant, kept).await {
                Ok(taken) => taken,
                Err(error) => {
                    tracing::error!(%tenant, recording = %kept.recording.id, %error, "a recording could not be taken");
                    scanned.failed += 1;
                    continue;
                }
            };
            if taken.new {
                tracing::warn!(%tenant, recording = %kept.recording.id, "a recording that no call knew is taken");
                scanned.found += 1;
            }
            if taken.wordless_since.is_none_or(|opened| opened < words_since) {
                continue;
            }
            match self.take_words(tenant, kept).await {
                Ok(taken) => scanned.transcribed += usize::from(taken),
                // The message itself is safe, and who is to listen is woken.
                Err(error) => {
                    tracing::warn!(%tenant, recording = %kept.recording.id, %error, "words could not be asked for");
                }
            }
        }
        let reaches_mark = marked.is_none_or(|at| since <= at);
        let stale = marked.is_none_or(|at| began - at >= TimeDelta::minutes(MARK_MINUTES));
        if scanned.failed == 0 && reaches_mark && stale {
            let body = Entry::body_of(SCAN.0, &began)?;
            let entry = match &mark {
                Some(mark) => mark.changed(body),
                None => Entry::new(tenant, SCAN.0, SCAN.1, body),
            };
            match self.ports().register.put(&entry, began).await {
                // Another has scanned meanwhile, as far or nearly so.
                Ok(()) | Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(scanned)
    }

    async fn take_recording(&self, tenant: &TenantId, kept: &KeptRecording) -> Result<Taken, EngineError> {
        let KeptRecording { call, recording } = kept;
        let stored = self.ports().cases.load(tenant, &OwnerId::Call(call.clone())).await?;
        let wordless_since = match stored.map(|stored| stored.snapshot) {
            Some(Snapshot::Call(known)) => {
                let wordless_since = (!known.transcribed).then_some(known.opened_at);
                if known.recordings.iter().any(|own| own.id == recording.id) {
                    return Ok(Taken { new: false, wordless_since });
                }
                self.recorded(tenant, kept).await?;
                wordless_since
            }
            Some(Snapshot::Case(_)) | None => {
                let caller = self.ports().telephony.caller_of(tenant, call).await?;
                if !caller.came_in {
                    return Ok(Taken { new: false, wordless_since: None });
                }
                let policy = self.newest(tenant).await?;
                // A number that is none of the lines tells no company, which is what is known then.
                let dialled = caller.dialled.unwrap_or_else(|| policy.caller_id.clone());
                let arrival = Arrival { tenant: tenant.clone(), call: call.clone(), dialled, from: caller.from };
                self.arrive(&arrival).await?;
                self.recorded(tenant, kept).await?;
                self.call_event(tenant, call, CallEvent::HungUp, Heard::default()).await?;
                Some(self.now())
            }
        };
        Ok(Taken { new: true, wordless_since })
    }

    async fn recorded(&self, tenant: &TenantId, kept: &KeptRecording) -> Result<(), EngineError> {
        // Turn 0 is no turn: so says the recording's own callback, too.
        let event = CallEvent::Recorded { turn: 0, recording: Some(kept.recording.clone()) };
        self.call_event(tenant, &kept.call, event, Heard::default()).await.map(drop)
    }

    /// Fetches the words of a message. Gives whether there were any.
    async fn take_words(&self, tenant: &TenantId, kept: &KeptRecording) -> Result<bool, EngineError> {
        let KeptRecording { call, recording } = kept;
        if self.newest(tenant).await?.transcription != TranscriptionBy::Carrier {
            return Ok(false);
        }
        let words = self.ports().telephony.transcript_of(tenant, &recording.id).await?;
        let Some(words) = words.filter(|words| !words.is_empty()) else { return Ok(false) };
        tracing::info!(%tenant, recording = %recording.id, "the words of a message are fetched");
        let event = CallEvent::Transcribed { recording: recording.id.clone(), words: Some(words) };
        self.call_event(tenant, call, event, Heard::default()).await?;
        Ok(true)
    }
}

/// What is known of a recording's call.
struct Taken {
    /// Whether the recording was new to it.
    new: bool,
    /// When the call began, if no words of a message of its have come yet.
    wordless_since: Option<DateTime<Utc>>,
}
