//! Starts a drill: rings one technician, to see that pages arrive.

use crate::machines::{aliases, save};
use crate::{Engine, EngineError, journal};
use nightdesk_domain::case::Case;
use nightdesk_domain::facts::Facts;
use nightdesk_domain::ids::{CaseId, OwnerId, TechnicianId, TenantId};
use nightdesk_domain::machine::Context;
use nightdesk_ports::{Commit, NewEffect, Snapshot};

impl Engine {
    /// Orders a test page; whoever does what is due rings the telephone. The case tells how it went.
    pub async fn drill(&self, tenant: &TenantId, person: &TechnicianId) -> Result<CaseId, EngineError> {
        let policy = self.ports().tenants.newest(tenant).await?.ok_or(EngineError::UnknownTenant)?;
        if policy.technician(person).is_none() {
            return Err(EngineError::NotFound);
        }
        let facts = Facts::default();
        let context = Context { policy: &policy, facts: &facts, now: self.now() };
        let (case, effects) = Case::drill(&context, person).map_err(|_| EngineError::NotFound)?;
        let id = case.id.clone();
        let entry = journal::case_opened(&OwnerId::Case(id.clone()), &case, &context, &self.settings.build);
        let aliases = aliases(&case);
        let commit = Commit {
            tenant: tenant.clone(),
            saves: vec![save(Snapshot::Case(Box::new(case)), 0)],
            effects: effects.into_iter().map(NewEffect::unleased).collect(),
            aliases,
            settled: None,
            journal: vec![entry],
        };
        self.ports().cases.commit(commit).await?;
        Ok(id)
    }
}
