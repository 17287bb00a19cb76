//! The calendar of a tenant's rota, for calendars that subscribe: its document, and the secret word in its address.
//!
//! A calendar program sends no password, so the address itself is the secret: 256 random bits, kept in the register.
//! A new word makes the old address void.

pub(crate) mod ical;

use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::ids::TenantId;
use nightdesk_ports::{Entry, Register, StoreError};
use std::error::Error;
use subtle::ConstantTimeEq;

/// How far a feed goes, in days: back and ahead.
pub(crate) const FEED_DAYS: (i64, i64) = (14, 90);
/// The kind of entry that holds the secret word; there is one of each tenant.
const FEED_KIND: &str = "rota-feed";
const FEED_ID: &str = "word";
/// Random bytes of a secret word.
const WORD_BYTES: usize = 32;

/// From when to when a feed goes.
pub(crate) fn feed_span(now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    (now - TimeDelta::days(FEED_DAYS.0), now + TimeDelta::days(FEED_DAYS.1))
}

/// The path of a tenant's feed; a first or another word is made where there is none, or where it is to be renewed.
///
/// # Errors
/// A store that cannot be read or written, a system without randomness; `Conflict` where two renew at once.
pub(crate) async fn feed_path(
    register: &dyn Register,
    tenant: &TenantId,
    renew: bool,
    now: DateTime<Utc>,
) -> Result<String, Box<dyn Error + Send + Sync>> {
    let known = register.entry(tenant, FEED_KIND, FEED_ID, now).await?;
    let word = match &known {
        Some(entry) if !renew => entry.body.reveal().to_owned(),
        _ => {
            let mut bytes = [0; WORD_BYTES];
            getrandom::fill(&mut bytes).map_err(|error| format!("this system gives no randomness: {error}"))?;
            let word: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let entry = match &known {
                Some(entry) => entry.changed(word.as_str()),
                None => Entry::new(tenant, FEED_KIND, FEED_ID, word.as_str()),
            };
            register.put(&entry, now).await?;
            word
        }
    };
    Ok(format!("/rota/{tenant}/{word}.ics"))
}

/// Whether a word is the tenant's; takes as long for one that is nearly right as for any other.
///
/// # Errors
/// A store that cannot be read.
pub(crate) async fn is_word(
    register: &dyn Register,
    tenant: &TenantId,
    word: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let known = register.entry(tenant, FEED_KIND, FEED_ID, now).await?;
    Ok(known.is_some_and(|entry| bool::from(entry.body.reveal().as_bytes().ct_eq(word.as_bytes()))))
}
