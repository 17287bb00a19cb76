//! Signed links: to accept a page, and to hear a message. Whoever holds one may do that one thing.
//!
//! The key is a tenant's own: drawn when the first link is made, and kept in the register. A link names tenant, case
//! and page (or the recording), and an HMAC over all of them; nothing about a person.

use nightdesk_adapters_twilio::PublicUrl;
use nightdesk_domain::ids::{CaseId, RecordingId, TenantId};
use nightdesk_ports::{Clock, Entry, Register, StoreError};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The register's kind and id of the key.
const KEY: (&str, &str) = ("key", "links");
/// How many bytes of the HMAC stand in a link: 128 bits cannot be guessed, and a text has room for them.
const MAC_BYTES: usize = 16;

/// What a link is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked<'a> {
    /// The acceptance of a page.
    Page(&'a CaseId, u32),
    /// The sound of a message.
    Recording(&'a RecordingId),
}

impl Linked<'_> {
    /// The path after the public URL, without the signature.
    fn path(&self, tenant: &TenantId) -> String {
        match self {
            Linked::Page(case, page) => format!("/ack/{tenant}/{case}/{page}"),
            Linked::Recording(id) => format!("/recording/{tenant}/{id}"),
        }
    }
}

/// Makes links and vouches for them.
pub struct Links {
    register: Arc<dyn Register>,
    clock: Arc<dyn Clock>,
    public_url: PublicUrl,
    keys: Mutex<BTreeMap<TenantId, SecretString>>,
}

impl Links {
    /// Links that begin with this address.
    pub fn new(register: Arc<dyn Register>, clock: Arc<dyn Clock>, public_url: PublicUrl) -> Self {
        Self { register, clock, public_url, keys: Mutex::default() }
    }

    /// The link; the tenant's key is made if there is none yet.
    pub async fn to(&self, tenant: &TenantId, linked: Linked<'_>) -> Result<String, StoreError> {
        let key = match self.key(tenant).await? {
            Some(key) => key,
            None => self.draw(tenant).await?,
        };
        let path = linked.path(tenant);
        let mac = mac(&key, &path)?.finalize().into_bytes();
        let mac: String = mac.iter().take(MAC_BYTES).map(|byte| format!("{byte:02x}")).collect();
        Ok(format!("{}{path}/{mac}", self.public_url.as_str()))
    }

    /// Whether this is the signature of a link of ours. The comparison takes the same time wherever it differs; for a
    /// tenant without a key, none is made.
    pub async fn is_genuine(&self, tenant: &TenantId, linked: Linked<'_>, given: &str) -> Result<bool, StoreError> {
        let Some(given) = bytes(given) else { return Ok(false) };
        let Some(key) = self.key(tenant).await? else { return Ok(false) };
        Ok(mac(&key, &linked.path(tenant))?.verify_truncated_left(&given).is_ok())
    }

    async fn key(&self, tenant: &TenantId) -> Result<Option<SecretString>, StoreError> {
        let known = self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let entry = self.register.entry(tenant, KEY.0, KEY.1, self.clock.now()).await?;
        let Some(entry) = entry else { return Ok(None) };
        let key: String = serde_json::from_str(entry.body.reveal())
            .map_err(|_| StoreError::Corrupt("the key of signed links cannot be read".to_owned()))?;
        let key = SecretString::from(key);
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant.clone(), key.clone());
        Ok(Some(key))
    }

    async fn draw(&self, tenant: &TenantId) -> Result<SecretString, StoreError> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        let key: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let entry = Entry::new(tenant, KEY.0, KEY.1, format!("\"{key}\""));
        match self.register.put(&entry, self.clock.now()).await {
            // Another has drawn one at the same time: that one holds.
            Ok(()) | Err(StoreError::Conflict) => {}
            Err(error) => return Err(error),
        }
        self.key(tenant).await?.ok_or_else(|| StoreError::Corrupt("the key of signed links is gone".to_owned()))
    }
}

fn mac(key: &SecretString, path: &str) -> Result<Hmac<Sha256>, StoreError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes())
        .map_err(|_| StoreError::Corrupt("the key of signed links is none".to_owned()))?;
    mac.update(path.as_bytes());
    Ok(mac)
}

/// The bytes of a signature as it stands in a link; none if it is not as long as ours, or no small hexadecimal digits.
fn bytes(text: &str) -> Option<[u8; MAC_BYTES]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * MAC_BYTES || !digits.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut bytes = [0; MAC_BYTES];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nightdesk_testkit::fakes::HandClock;
    use nightdesk_testkit::memory::MemoryStore;
    use nightdesk_testkit::sample;

    fn links(store: &MemoryStore) -> Links {
        let clock = HandClock::at(sample::at(0));
        Links::new(Arc::new(store.clone()), clock, PublicUrl::parse("https://desk.example.com/night").unwrap())
    }

    fn id<T: std::str::FromStr>(text: &str) -> T
    where
        T::Err: std::fmt::Debug,
    {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn a_link_holds_for_its_page_and_for_every_process() {
        let store = MemoryStore::new();
        let (tenant, case): (TenantId, CaseId) = (id("lakeside"), id("CA1"));
        let link = links(&store).to(&tenant, Linked::Page(&case, 3)).await.unwrap();
        let rest = link.strip_prefix("https://desk.example.com/night/ack/lakeside/CA1/3/").unwrap();
        let other = links(&store);
        assert!(other.is_genuine(&tenant, Linked::Page(&case, 3), rest).await.unwrap());
        assert_eq!(other.to(&tenant, Linked::Page(&case, 3)).await.unwrap(), link);
    }

    #[tokio::test]
    async fn a_link_holds_for_nothing_else() {
        let store = MemoryStore::new();
        let links = links(&store);
        let (tenant, case): (TenantId, CaseId) = (id("lakeside"), id("CA1"));
        let link = links.to(&tenant, Linked::Page(&case, 3)).await.unwrap();
        let mac = link.rsplit('/').next().unwrap();
        let (other_case, recording, stranger) = (id("CA2"), id("CA1"), id("other"));
        links.to(&stranger, Linked::Page(&case, 3)).await.unwrap();
        for (tenant, linked) in [
            (&tenant, Linked::Page(&case, 2)),
            (&tenant, Linked::Page(&other_case, 3)),
            (&tenant, Linked::Recording(&recording)),
            (&stranger, Linked::Page(&case, 3)),
        ] {
            assert!(!links.is_genuine(tenant, linked, mac).await.unwrap(), "{tenant} {linked:?}");
        }
        let flipped = mac.replace(mac.chars().next().unwrap(), "g");
        for wrong in ["", "00", &mac[1..], &mac.to_uppercase(), &flipped, &format!("{mac}00")] {
            assert!(!links.is_genuine(&tenant, Linked::Page(&case, 3), wrong).await.unwrap() || *wrong == *mac);
        }
    }

    #[tokio::test]
    async fn a_stranger_makes_no_key() {
        let store = MemoryStore::new();
        let (tenant, case): (TenantId, CaseId) = (id("nobody"), id("CA1"));
        let mac = "0".repeat(32);
        assert!(!links(&store).is_genuine(&tenant, Linked::Page(&case, 1), &mac).await.unwrap());
        assert_eq!(store.entry(&tenant, KEY.0, KEY.1, sample::at(0)).await.unwrap(), None);
    }
}
