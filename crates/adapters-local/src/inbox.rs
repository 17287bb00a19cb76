//! The inbox: what would have been mailed or posted, kept to be looked at.
//!
//! Each notice is a record of kind `notice` under the id of the effect that sent it, so that it runs on any store.

use crate::json::parse;
use crate::kept::Kept;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nightdesk_domain::effect::Alert;
use nightdesk_domain::ids::{EffectId, TenantId};
use nightdesk_ports::{Clock, DeliveryError, Notifier, RecordLog, StoreError};
use std::sync::Arc;

const NOTICE: &str = "notice";

/// The inbox.
#[derive(Debug, Clone)]
pub struct Inbox {
    kept: Kept,
}

/// A notice as it would have been sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxMessage {
    /// The effect that sent it; a repetition of it is not kept again.
    pub id: EffectId,
    /// When it was sent first, in UTC, to the millisecond.
    pub sent_at: DateTime<Utc>,
    /// The notice.
    pub alert: Alert,
}

impl Inbox {
    /// An inbox among a store's records; the clock dates messages.
    pub fn new(records: Arc<dyn RecordLog>, clock: Arc<dyn Clock>) -> Self {
        Self { kept: Kept::new(records, clock) }
    }

    /// The messages of a tenant, the newest first.
    pub async fn messages(&self, tenant: &TenantId, limit: usize) -> Result<Vec<InboxMessage>, StoreError> {
        let notices = self.kept.newest(tenant, NOTICE, limit).await?;
        let message =
            |(id, sent_at, alert): (String, _, _)| Ok(InboxMessage { id: parse(NOTICE, &id)?, sent_at, alert });
        notices.into_iter().map(message).collect()
    }
}

#[async_trait]
impl Notifier for Inbox {
    async fn alert(&self, tenant: &TenantId, id: &EffectId, alert: &Alert) -> Result<(), DeliveryError> {
        self.kept.keep(tenant, NOTICE, &id.to_string(), alert).await.map_err(|error| match error {
            StoreError::Corrupt(what) => DeliveryError::Refused(what),
            StoreError::Conflict | StoreError::Unavailable(_) => DeliveryError::unavailable(),
        })
    }
}
