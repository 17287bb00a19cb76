//! Reads the facts that an event wants, in one batch before the transition.

use crate::Engine;
use nightdesk_domain::facts::{Facts, Needs};
use nightdesk_domain::ids::TenantId;
use nightdesk_ports::StoreError;

impl Engine {
    pub(crate) async fn facts(&self, tenant: &TenantId, needs: &Needs, attempt: u32) -> Result<Facts, StoreError> {
        let contacts = match &needs.contacts_of {
            Some(number) => self.ports.tenants.contacts_of(tenant, number).await?,
            None => Vec::new(),
        };
        let windows = if needs.windows { self.windows_ahead(tenant).await } else { Vec::new() };
        let outages = match &needs.outages_of {
            Some(company) => self.outages_of(tenant, company).await?,
            None => Vec::new(),
        };
        Ok(Facts { contacts, windows, outages, attempt })
    }
}
