//! Tenants' settings and contacts.

use crate::StoreError;
use async_trait::async_trait;
use nightdesk_domain::facts::Contact;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::Policy;
use std::sync::Arc;

/// Policy versions and contacts.
///
/// Contract: a stored policy version never changes; `import` is atomic: the new version, its file and the whole
/// set of contacts become visible together, and the version it gives is one more than the newest before.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait TenantRepository: Send + Sync {
    /// The newest settings of a tenant.
    async fn newest(&self, tenant: &TenantId) -> Result<Option<Arc<Policy>>, StoreError>;
    /// A certain version of them.
    async fn version(&self, tenant: &TenantId, version: u32) -> Result<Option<Arc<Policy>>, StoreError>;
    /// Stores settings as a new version, and replaces the contacts; `policy.version` is ignored. `file` is the text
    /// that they were read from: it names secrets and holds none.
    async fn import(&self, policy: &Policy, contacts: &[Contact], file: &str) -> Result<u32, StoreError>;
    /// The text that the newest settings were read from, and their version.
    async fn file(&self, tenant: &TenantId) -> Result<Option<(u32, String)>, StoreError>;
    /// Every contact of the tenant one of whose numbers ends in the same ten digits.
    async fn contacts_of(&self, tenant: &TenantId, number: &PhoneNumber) -> Result<Vec<Contact>, StoreError>;
    /// All tenants, by name.
    async fn tenants(&self) -> Result<Vec<TenantId>, StoreError>;
}
