//! Tenants' settings and contacts: reading them.
//!
//! An import writes everything under a random generation and then points to it in one transaction (see `import`),
//! so that settings of any size become visible at once.

use super::DynamoStore;
use super::item::{Item, count, from_json, parse, string};
use super::keys;
use super::table::SORT;
use async_trait::async_trait;
use nightdesk_domain::facts::Contact;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::Policy;
use nightdesk_ports::{StoreError, TenantRepository};
use std::sync::{Arc, PoisonError};

/// Policy versions kept in memory; they never change, so that only their number needs a bound.
const POLICIES_CACHED_MAX: usize = 256;
/// How often contacts are looked for again because an import replaced them meanwhile.
const REPLACED_MAX: usize = 4;

/// Which import counts.
pub(super) struct Newest {
    pub(super) version: u32,
    pub(super) generation: String,
}

impl Newest {
    fn of(item: &Item) -> Result<Self, StoreError> {
        let what = "the newest settings";
        Ok(Self { version: count(what, item, "version")?, generation: string(what, item, "generation")?.to_owned() })
    }
}

#[async_trait]
impl TenantRepository for DynamoStore {
    async fn newest(&self, tenant: &TenantId) -> Result<Option<Arc<Policy>>, StoreError> {
        let Some(newest) = self.newest_import(tenant).await? else { return Ok(None) };
        match self.cached(&(tenant.clone(), newest.version)) {
            Some(policy) => Ok(Some(policy)),
            None => self.read_policy(tenant, &newest).await.map(Some),
        }
    }

    async fn version(&self, tenant: &TenantId, version: u32) -> Result<Option<Arc<Policy>>, StoreError> {
        if let Some(policy) = self.cached(&(tenant.clone(), version)) {
            return Ok(Some(policy));
        }
        match self.get("settings", &keys::version(tenant, version)).await? {
            Some(item) => self.read_policy(tenant, &Newest::of(&item)?).await.map(Some),
            None => Ok(None),
        }
    }

    async fn import(&self, policy: &Policy, contacts: &[Contact], file: &str) -> Result<u32, StoreError> {
        self.import_all(policy, contacts, file).await
    }

    async fn file(&self, tenant: &TenantId) -> Result<Option<(u32, String)>, StoreError> {
        let Some(newest) = self.newest_import(tenant).await? else { return Ok(None) };
        let file = self.imported(tenant, &newest.generation, FILE).await?;
        Ok(Some((newest.version, file.ok_or_else(|| missing("file", &newest, tenant))?)))
    }

    async fn contacts_of(&self, tenant: &TenantId, number: &PhoneNumber) -> Result<Vec<Contact>, StoreError> {
        let mut newest = self.newest_import(tenant).await?;
        for _ in 0..REPLACED_MAX {
            let Some(import) = newest else { return Ok(Vec::new()) };
            let sort = keys::contacts(number.last_ten());
            if let Some(json) = self.imported(tenant, &import.generation, &sort).await? {
                return from_json("contacts", &json);
            }
            // Nobody has the number; or the import was replaced after we asked which counts, and cleared away.
            newest = self.newest_import(tenant).await?;
            if newest.as_ref().is_none_or(|newest| newest.generation == import.generation) {
                return Ok(Vec::new());
            }
        }
        Err(StoreError::Unavailable("the contacts are being replaced all the time".into()))
    }

    async fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        let names = self.all("a tenant", self.within(keys::TENANTS)).await?;
        names.iter().map(|name| parse("tenant", string("a tenant", name, SORT)?)).collect()
    }
}

/// Sort key of an import's settings.
pub(super) const POLICY: &str = "POLICY";
/// Sort key of the text that they were read from.
pub(super) const FILE: &str = "FILE";

fn missing(what: &str, import: &Newest, tenant: &TenantId) -> StoreError {
    StoreError::Corrupt(format!("settings {} of {tenant}: no {what}", import.version))
}

impl DynamoStore {
    /// Which import counts now.
    pub(super) async fn newest_import(&self, tenant: &TenantId) -> Result<Option<Newest>, StoreError> {
        self.get("the newest settings", &keys::newest(tenant)).await?.map(|item| Newest::of(&item)).transpose()
    }

    /// A text that an import wrote.
    async fn imported(&self, tenant: &TenantId, generation: &str, sort: &str) -> Result<Option<String>, StoreError> {
        let request = self.beginning(&keys::import(tenant, generation), sort);
        Ok(self.whole("an import", request).await?.into_iter().next().map(|whole| whole.body))
    }

    async fn read_policy(&self, tenant: &TenantId, import: &Newest) -> Result<Arc<Policy>, StoreError> {
        let json = self.imported(tenant, &import.generation, POLICY).await?;
        let json = json.ok_or_else(|| missing("policy", import, tenant))?;
        let policy: Policy = from_json(&format!("settings {} of {tenant}", import.version), &json)?;
        // Written before the version was known.
        let policy = Arc::new(Policy { version: import.version, ..policy });
        self.remember((tenant.clone(), import.version), &policy);
        Ok(policy)
    }

    fn cached(&self, key: &(TenantId, u32)) -> Option<Arc<Policy>> {
        self.shared.policies.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn remember(&self, key: (TenantId, u32), policy: &Arc<Policy>) {
        let mut policies = self.shared.policies.lock().unwrap_or_else(PoisonError::into_inner);
        if policies.len() >= POLICIES_CACHED_MAX {
            policies.clear();
        }
        policies.insert(key, Arc::clone(policy));
    }
}
