//! Tenants' settings and contacts in memory.

use super::MemoryStore;
use async_trait::async_trait;
use nightdesk_domain::facts::Contact;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::Policy;
use nightdesk_ports::{StoreError, TenantRepository};
use std::sync::Arc;

#[async_trait]
impl TenantRepository for MemoryStore {
    async fn newest(&self, tenant: &TenantId) -> Result<Option<Arc<Policy>>, StoreError> {
        let tables = self.tables();
        let versions = tables.policies.range((tenant.clone(), 0)..=(tenant.clone(), u32::MAX));
        Ok(versions.last().map(|(_, policy)| Arc::clone(policy)))
    }

    async fn version(&self, tenant: &TenantId, version: u32) -> Result<Option<Arc<Policy>>, StoreError> {
        Ok(self.tables().policies.get(&(tenant.clone(), version)).cloned())
    }

    async fn import(&self, policy: &Policy, contacts: &[Contact], file: &str) -> Result<u32, StoreError> {
        let mut tables = self.tables();
        let tenant = &policy.tenant;
        let newest = tables.policies.range((tenant.clone(), 0)..=(tenant.clone(), u32::MAX)).last();
        let version = newest.map_or(0, |((_, version), _)| *version) + 1;
        let policy = Arc::new(Policy { version, ..policy.clone() });
        tables.contacts.insert(tenant.clone(), contacts.to_vec());
        tables.files.insert(tenant.clone(), file.to_owned());
        tables.policies.insert((tenant.clone(), version), policy);
        Ok(version)
    }

    async fn file(&self, tenant: &TenantId) -> Result<Option<(u32, String)>, StoreError> {
        let newest = self.newest(tenant).await?.map(|policy| policy.version);
        Ok(newest.zip(self.tables().files.get(tenant).cloned()))
    }

    async fn contacts_of(&self, tenant: &TenantId, number: &PhoneNumber) -> Result<Vec<Contact>, StoreError> {
        let tables = self.tables();
        let of_tenant = tables.contacts.get(tenant).map(Vec::as_slice).unwrap_or_default();
        let same = |contact: &&Contact| contact.numbers.iter().any(|own| own.last_ten() == number.last_ten());
        Ok(of_tenant.iter().filter(same).cloned().collect())
    }

    async fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        let mut tenants: Vec<_> = self.tables().policies.keys().map(|(tenant, _)| tenant.clone()).collect();
        tenants.dedup();
        Ok(tenants)
    }
}
