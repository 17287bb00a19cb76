//! Tenants' settings and contacts.

use super::SqliteStore;
use super::codec::{Fault, from_json, parse, to_json};
use async_trait::async_trait;
use nightdesk_domain::facts::Contact;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::Policy;
use nightdesk_ports::{StoreError, TenantRepository};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

/// Policy versions kept in memory; they never change, so that only their number needs a bound.
const POLICIES_CACHED_MAX: usize = 256;

#[async_trait]
impl TenantRepository for SqliteStore {
    async fn newest(&self, tenant: &TenantId) -> Result<Option<Arc<Policy>>, StoreError> {
        let key = tenant.clone();
        let newest = self.read(move |connection| newest_version(connection, key.as_str())).await?;
        match newest {
            Some(version) => self.version(tenant, version).await,
            None => Ok(None),
        }
    }

    async fn version(&self, tenant: &TenantId, version: u32) -> Result<Option<Arc<Policy>>, StoreError> {
        let key = (tenant.clone(), version);
        if let Some(policy) = self.cached(&key) {
            return Ok(Some(policy));
        }
        let of = key.clone();
        let json = self
            .read(move |connection| {
                let sql = "SELECT policy FROM policies WHERE tenant = ?1 AND version = ?2";
                let mut select = connection.prepare_cached(sql)?;
                Ok(select.query_row(params![of.0.as_str(), of.1], |row| row.get::<_, String>(0)).optional()?)
            })
            .await?;
        let Some(json) = json else { return Ok(None) };
        let policy: Arc<Policy> = Arc::new(from_json(&format!("settings {version} of {tenant}"), &json)?);
        self.remember(key, &policy);
        Ok(Some(policy))
    }

    async fn import(&self, policy: &Policy, contacts: &[Contact], file: &str) -> Result<u32, StoreError> {
        let (policy, contacts, file) = (policy.clone(), contacts.to_vec(), file.to_owned());
        self.write(move |connection| import(connection, policy, &contacts, &file)).await
    }

    async fn file(&self, tenant: &TenantId) -> Result<Option<(u32, String)>, StoreError> {
        let tenant = tenant.clone();
        self.read(move |connection| {
            let sql = "SELECT version, file FROM policies WHERE tenant = ?1 ORDER BY version DESC LIMIT 1";
            let mut select = connection.prepare_cached(sql)?;
            let newest = select
                .query_row(params![tenant.as_str()], |row| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?)))
                .optional()?;
            Ok(newest.and_then(|(version, file)| Some((version, file?))))
        })
        .await
    }

    async fn contacts_of(&self, tenant: &TenantId, number: &PhoneNumber) -> Result<Vec<Contact>, StoreError> {
        let (tenant, number) = (tenant.clone(), number.clone());
        self.read(move |connection| {
            let sql = "SELECT contacts.contact FROM contact_numbers \
                       JOIN contacts ON contacts.place = contact_numbers.contact \
                       WHERE contact_numbers.tenant = ?1 AND last_ten = ?2 ORDER BY contacts.place";
            let mut select = connection.prepare_cached(sql)?;
            let mut rows = select.query(params![tenant.as_str(), number.last_ten()])?;
            let mut contacts = Vec::new();
            while let Some(row) = rows.next()? {
                contacts.push(from_json("contact", &row.get::<_, String>(0)?)?);
            }
            Ok(contacts)
        })
        .await
    }

    async fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached("SELECT DISTINCT tenant FROM policies ORDER BY tenant")?;
            let names = select.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
            Ok(names.iter().map(|name| parse("tenant", name)).collect::<Result<_, _>>()?)
        })
        .await
    }
}

impl SqliteStore {
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

fn newest_version(connection: &Connection, tenant: &str) -> Result<Option<u32>, Fault> {
    let mut select = connection.prepare_cached("SELECT max(version) FROM policies WHERE tenant = ?1")?;
    Ok(select.query_row(params![tenant], |row| row.get(0))?)
}

fn import(connection: &Connection, policy: Policy, contacts: &[Contact], file: &str) -> Result<u32, Fault> {
    let tenant = policy.tenant.clone();
    let tenant = tenant.as_str();
    let version = newest_version(connection, tenant)?.unwrap_or(0) + 1;
    let json = to_json("settings", &Policy { version, ..policy })?;
    connection.execute(
        "INSERT INTO policies (tenant, version, policy, file) VALUES (?1, ?2, ?3, ?4)",
        params![tenant, version, json, file],
    )?;

    // Their numbers go with them.
    connection.execute("DELETE FROM contacts WHERE tenant = ?1", params![tenant])?;
    let mut add = connection.prepare_cached("INSERT INTO contacts (tenant, contact) VALUES (?1, ?2)")?;
    let mut add_number =
        connection.prepare_cached("INSERT INTO contact_numbers (tenant, last_ten, contact) VALUES (?1, ?2, ?3)")?;
    for contact in contacts {
        let place = add.insert(params![tenant, to_json("contact", contact)?])?;
        // The same number with and without its country code is one.
        for last_ten in contact.numbers.iter().map(PhoneNumber::last_ten).collect::<BTreeSet<_>>() {
            add_number.execute(params![tenant, last_ten, place])?;
        }
    }
    Ok(version)
}
