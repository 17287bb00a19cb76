//! Known outages: the open cases that the next callers with the like problem join.

use crate::{Engine, EngineError};
use nightdesk_domain::case::{Case, CaseEvent, OpenCase};
use nightdesk_domain::ids::{CaseId, CompanyId, TenantId};
use nightdesk_ports::{ListKind, Snapshot, StoreError};

/// How many of a tenant's newest cases are looked at.
const CASES_LOOKED_AT_MAX: usize = 60;

impl Engine {
    /// The cases that callers can join now, the newest first.
    ///
    /// # Errors
    /// The store's own.
    pub async fn outages(&self, tenant: &TenantId) -> Result<Vec<(Case, OpenCase)>, StoreError> {
        let newest = self.ports().cases.list(tenant, ListKind::Cases, CASES_LOOKED_AT_MAX).await?;
        let now = self.now();
        let open = newest.into_iter().filter_map(|snapshot| match snapshot {
            Snapshot::Case(case) => case.open_to_callers(now).map(|open| (*case, open)),
            Snapshot::Call(_) => None,
        });
        Ok(open.collect())
    }

    /// Those of one company.
    pub(crate) async fn outages_of(&self, tenant: &TenantId, company: &CompanyId) -> Result<Vec<OpenCase>, StoreError> {
        let all = self.outages(tenant).await?;
        Ok(all.into_iter().map(|(_, open)| open).filter(|open| open.company == *company).collect())
    }

    /// Tells a case of an outage, and gives the case as it stands then.
    ///
    /// # Errors
    /// There is no such case, or the store failed.
    pub async fn outage_event(&self, tenant: &TenantId, case: &CaseId, event: CaseEvent) -> Result<Case, EngineError> {
        self.case_event(tenant, case, event).await?;
        match self.load(tenant, nightdesk_domain::ids::OwnerId::Case(case.clone())).await? {
            (Snapshot::Case(case), _) => Ok(*case),
            (Snapshot::Call(_), _) => Err(EngineError::NotFound),
        }
    }
}
