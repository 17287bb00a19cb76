//! Overrides of the rota as they are kept in the register: made, read, cancelled.
//!
//! One entry of kind [`OVERRIDE_KIND`] holds what was made together, a single override or the two halves of a swap, as
//! a JSON list. Its id is a number that counts up, so that the order of ids is the order in which they were made; a
//! cancelled entry stays as an empty list until it expires, so that no number is given twice.

use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::rota::Override;
use nightdesk_ports::{Entry, Register, StoreError};

/// The kind of entry that holds overrides.
pub const OVERRIDE_KIND: &str = "override";
/// How long an override is kept after its end, in days: for whoever asks who was on call.
pub const OVERRIDE_KEPT_DAYS: i64 = 90;
/// How often a number is taken by somebody else before we give up.
const RACES_MAX: u32 = 8;

/// All overrides of a tenant in the order in which they were made, as the functions of the rota take them.
///
/// # Errors
/// A store that cannot be read; `Corrupt` where an entry is none of ours.
pub async fn overrides(
    register: &dyn Register,
    tenant: &TenantId,
    now: DateTime<Utc>,
) -> Result<Vec<Override>, StoreError> {
    let mut found = Vec::new();
    for entry in register.entries(tenant, OVERRIDE_KIND, now).await? {
        found.extend(read(&entry)?);
    }
    Ok(found)
}

/// Keeps overrides that belong together under a new number, which replaces their ids; gives them as they are kept.
///
/// All are kept or none.
///
/// # Errors
/// A store that cannot be read or written; `Conflict` where others were faster too often.
pub async fn make_overrides(
    register: &dyn Register,
    tenant: &TenantId,
    made: Vec<Override>,
    now: DateTime<Utc>,
) -> Result<Vec<Override>, StoreError> {
    let until = made.iter().map(|made| made.until).max().unwrap_or(now).max(now);
    for _ in 0..RACES_MAX {
        let entries = register.entries(tenant, OVERRIDE_KIND, now).await?;
        let last = entries.iter().filter_map(|entry| entry.id.parse::<u32>().ok()).max().unwrap_or(0);
        let id = override_id(last + 1);
        let made: Vec<Override> = made.iter().map(|made| Override { id: id.clone(), ..made.clone() }).collect();
        let mut entry = Entry::new(tenant, OVERRIDE_KIND, &id, written(&made)?);
        entry.expires_at = Some(until + TimeDelta::days(OVERRIDE_KEPT_DAYS));
        match register.put(&entry, now).await {
            Err(StoreError::Conflict) => {}
            kept => return kept.map(|()| made),
        }
    }
    Err(StoreError::Conflict)
}

/// Cancels what was made under a number; gives it, or nothing where there is none that has not been cancelled.
///
/// # Errors
/// A store that cannot be read or written; `Conflict` where somebody else changed it meanwhile.
pub async fn cancel_overrides(
    register: &dyn Register,
    tenant: &TenantId,
    id: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Override>, StoreError> {
    let id = id.parse().map_or_else(|_| id.to_owned(), override_id);
    let Some(entry) = register.entry(tenant, OVERRIDE_KIND, &id, now).await? else { return Ok(Vec::new()) };
    let cancelled = read(&entry)?;
    if !cancelled.is_empty() {
        register.put(&entry.changed(written(&[])?), now).await?;
    }
    Ok(cancelled)
}

/// A number as it is written: with zeros in front, so that ids sort as numbers do.
fn override_id(number: u32) -> String {
    format!("{number:05}")
}

fn read(entry: &Entry) -> Result<Vec<Override>, StoreError> {
    serde_json::from_str(entry.body.reveal()).map_err(|_| StoreError::Corrupt(format!("override {}", entry.id)))
}

fn written(made: &[Override]) -> Result<String, StoreError> {
    serde_json::to_string(made).map_err(|_| StoreError::Corrupt("an override that cannot be written".to_owned()))
}
