//! The inbox: what would have been mailed or posted, kept to be looked at.

use crate::sqlite::SqliteStore;
use crate::sqlite::codec::{column, from_json, instant, limit, parse, to_json};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nightdesk_domain::effect::Alert;
use nightdesk_domain::ids::{EffectId, TenantId};
use nightdesk_ports::{Clock, DeliveryError, Notifier, StoreError};
use rusqlite::params;
use std::fmt;
use std::sync::Arc;

/// The inbox.
#[derive(Clone)]
pub struct Inbox {
    store: SqliteStore,
    clock: Arc<dyn Clock>,
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

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").finish_non_exhaustive()
    }
}

impl Inbox {
    /// An inbox in a store's database; the clock dates messages.
    pub fn new(store: SqliteStore, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// The messages of a tenant, the newest first.
    pub async fn messages(&self, tenant: &TenantId, limit_rows: usize) -> Result<Vec<InboxMessage>, StoreError> {
        let tenant = tenant.clone();
        self.store
            .read(move |connection| {
                let sql = "SELECT effect, sent_at_ms, alert FROM messages WHERE tenant = ?1 ORDER BY id DESC LIMIT ?2";
                let mut select = connection.prepare_cached(sql)?;
                let mut rows = select.query(params![tenant.as_str(), limit(limit_rows)])?;
                let mut messages = Vec::new();
                while let Some(row) = rows.next()? {
                    let (id, alert): (String, String) = (row.get(0)?, row.get(2)?);
                    let sent_at = instant(row.get(1)?)?;
                    messages.push(InboxMessage {
                        id: parse("message", &id)?,
                        sent_at,
                        alert: from_json("message", &alert)?,
                    });
                }
                Ok(messages)
            })
            .await
    }
}

#[async_trait]
impl Notifier for Inbox {
    async fn alert(&self, tenant: &TenantId, id: &EffectId, alert: &Alert) -> Result<(), DeliveryError> {
        let (tenant, id, alert) = (tenant.clone(), id.to_string(), alert.clone());
        let now = column(self.clock.now());
        let kept = self.store.write(move |connection| {
            let sql = "INSERT INTO messages (tenant, effect, sent_at_ms, alert) VALUES (?1, ?2, ?3, ?4) \
                       ON CONFLICT (tenant, effect) DO NOTHING";
            connection.prepare_cached(sql)?.execute(params![tenant.as_str(), id, now, to_json("message", &alert)?])?;
            Ok(())
        });
        kept.await.map_err(|error| match error {
            StoreError::Corrupt(what) => DeliveryError::Refused(what),
            StoreError::Conflict | StoreError::Unavailable(_) => DeliveryError::unavailable(),
        })
    }
}
