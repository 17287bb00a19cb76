//! Numbers behind the names that a tenant configured: asked for once, then remembered.

use crate::client::{Client, Query, refused};
use crate::conditions::Conditions;
use crate::text::same_name;
use crate::wire::{CompanyRecord, Named, Reference};
use nightdesk_domain::ids::TenantId;
use nightdesk_ports::DeliveryError;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What a name names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// A service board.
    Board,
    /// A status of the board with this number.
    Status(i64),
    /// A priority.
    Priority,
    /// A source.
    Source,
    /// A company, by its identifier.
    Company,
}

/// Remembered numbers, by tenant, kind and name.
#[derive(Default)]
pub(crate) struct Names(Mutex<BTreeMap<(TenantId, What, String), i64>>);

impl Names {
    /// The record that a setting names; `Refused`, naming the setting, if there is none.
    pub(crate) async fn resolve(
        &self,
        client: &Client<'_>,
        tenant: &TenantId,
        what: What,
        name: &str,
        setting: &str,
    ) -> Result<Reference, DeliveryError> {
        let key = (tenant.clone(), what, name.to_owned());
        if let Some(&id) = self.lock().get(&key) {
            return Ok(Reference { id });
        }
        let id = match &key.1 {
            What::Company => company(client, name).await?.map(|company| company.id),
            what => named(client, what, name).await?.map(|named| named.id),
        };
        let id = id.ok_or_else(|| refused(format!("connectwise.{setting}: ConnectWise has no \"{name}\"")))?;
        self.lock().insert(key, id);
        Ok(Reference { id })
    }

    /// Forgets what was remembered for a tenant: a record may have been made anew under its name.
    pub(crate) fn forget(&self, tenant: &TenantId) {
        self.lock().retain(|(owner, _, _), _| owner != tenant);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<(TenantId, What, String), i64>> {
        // A map of numbers is whole after every step, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The board, status, priority or source of this name.
pub(crate) async fn named(client: &Client<'_>, what: &What, name: &str) -> Result<Option<Named>, DeliveryError> {
    let path = match what {
        What::Board => "/service/boards".to_owned(),
        What::Status(board) => format!("/service/boards/{board}/statuses"),
        What::Priority => "/service/priorities".to_owned(),
        What::Source => "/service/sources".to_owned(),
        What::Company => return Ok(None),
    };
    let Some(conditions) = Conditions::text("name", name) else { return Ok(None) };
    let found: Vec<Named> = client.list(&path, &conditions.into()).await?;
    Ok(found.into_iter().find(|record| same_name(&record.name, name)))
}

/// The company of this identifier, unless it was deleted.
pub(crate) async fn company(client: &Client<'_>, identifier: &str) -> Result<Option<CompanyRecord>, DeliveryError> {
    let Some(conditions) = Conditions::text("identifier", identifier) else { return Ok(None) };
    let found: Vec<CompanyRecord> = client.list("/company/companies", &Query::from(conditions)).await?;
    Ok(found.into_iter().find(|c| c.deleted_flag != Some(true) && same_name(&c.identifier, identifier)))
}
