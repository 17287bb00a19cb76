//! The carrier's recordings that no call knows: a message that was left while the store was down, or whose callbacks
//! were lost, becomes a ticket like any other.
//!
//! Safe to run anywhere, any number of times, by several at once: what is found becomes the events that the carrier's
//! own webhooks would have been, for a call with the carrier's id, and each of them changes nothing the second time.

use crate::{Engine, EngineError};
use chrono::{DateTime, Utc};
use nightdesk_domain::call::{Arrival, CallEvent};
use nightdesk_domain::ids::{OwnerId, TenantId};
use nightdesk_domain::reply::Heard;
use nightdesk_ports::{KeptRecording, Snapshot};

/// What a scan found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scanned {
    /// Recordings that were looked at.
    pub seen: usize,
    /// Those that no call knew: each has a ticket now.
    pub found: usize,
    /// Those that could not be taken now; the next scan meets them again.
    pub failed: usize,
}

impl Engine {
    /// Looks through the recordings that the carrier has made since then. One that no call knows becomes a message of
    /// its call, with ticket and notice; without a usable transcript somebody is woken to listen to it, as ever.
    ///
    /// # Errors
    /// When the carrier cannot list them, or the tenant is not known. A single one that fails is counted and logged.
    pub async fn scan_recordings(&self, tenant: &TenantId, since: DateTime<Utc>) -> Result<Scanned, EngineError> {
        let kept = self.ports().telephony.recordings(tenant, since).await?;
        let mut scanned = Scanned { seen: kept.len(), ..Scanned::default() };
        for kept in &kept {
            match self.take_recording(tenant, kept).await {
                Ok(true) => {
                    tracing::warn!(%tenant, recording = %kept.recording.id, "a recording that no call knew is taken");
                    scanned.found += 1;
                }
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(%tenant, recording = %kept.recording.id, %error, "a recording could not be taken");
                    scanned.failed += 1;
                }
            }
        }
        Ok(scanned)
    }

    /// Whether it was new.
    async fn take_recording(&self, tenant: &TenantId, kept: &KeptRecording) -> Result<bool, EngineError> {
        let KeptRecording { call, recording } = kept;
        let stored = self.ports().cases.load(tenant, &OwnerId::Call(call.clone())).await?;
        let unknown = stored.is_none();
        match stored.map(|stored| stored.snapshot) {
            Some(Snapshot::Call(known)) if known.recordings.iter().any(|own| own.id == recording.id) => {
                return Ok(false);
            }
            Some(_) => {}
            None => {
                let caller = self.ports().telephony.caller_of(tenant, call).await?;
                if !caller.came_in {
                    return Ok(false);
                }
                let policy = self.ports().tenants.newest(tenant).await?.ok_or(EngineError::UnknownTenant)?;
                // A number that is none of the lines tells no company, which is what is known then.
                let dialled = caller.dialled.unwrap_or_else(|| policy.caller_id.clone());
                let arrival = Arrival { tenant: tenant.clone(), call: call.clone(), dialled, from: caller.from };
                self.arrive(&arrival).await?;
            }
        }
        // Turn 0 is no turn: so says the recording's own callback, too.
        let event = CallEvent::Recorded { turn: 0, recording: Some(recording.clone()) };
        self.call_event(tenant, call, event, Heard::default()).await?;
        if unknown {
            self.call_event(tenant, call, CallEvent::HungUp, Heard::default()).await?;
        }
        Ok(true)
    }
}
