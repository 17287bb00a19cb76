//! Reads the facts that an event wants, in one batch before the transition.

use crate::Engine;
use crate::rota::overrides;
use futures_util::future::{join3, join4};
use nightdesk_domain::case::Case;
use nightdesk_domain::facts::{Facts, Needs};
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::limits::LOAD_CASES_MAX;
use nightdesk_domain::policy::{Policy, Who};
use nightdesk_domain::rota::Override;
use nightdesk_domain::skills::{Load, loads};
use nightdesk_ports::{ListKind, Snapshot, StoreError};

impl Engine {
    pub(crate) async fn facts(
        &self,
        tenant: &TenantId,
        policy: &Policy,
        needs: &Needs,
        attempt: u32,
    ) -> Result<Facts, StoreError> {
        let contacts = async {
            match &needs.contacts_of {
                Some(number) => self.ports.tenants.contacts_of(tenant, number).await,
                None => Ok(Vec::new()),
            }
        };
        let windows = async { if needs.windows { self.windows_ahead(tenant).await } else { Vec::new() } };
        let on_call = self.on_call_facts(tenant, policy, needs);
        let outages = async {
            match &needs.outages_of {
                Some(company) => or_none(tenant, "open cases", self.outages_of(tenant, company).await),
                None => Vec::new(),
            }
        };
        let (contacts, windows, outages, on_call) = join4(contacts, windows, outages, on_call).await;
        Ok(Facts { contacts: contacts?, windows, outages, attempt, ..on_call })
    }

    /// What decides who is paged; only what the tenant's settings can make use of is read. Who gets no texts is always
    /// read: whoever cannot be rung is texted, wished or not. What cannot be read is left out: somebody must be woken,
    /// by the plan if need be.
    async fn on_call_facts(&self, tenant: &TenantId, policy: &Policy, needs: &Needs) -> Facts {
        if !needs.on_call {
            return Facts::default();
        }
        let by_skill = policy.ladders.iter().flat_map(|ladder| &ladder.rungs).any(|rung| rung.who == Who::SkillMatch);
        let (overrides, stopped, loads) = join3(
            async { if policy.rota.is_some() { self.overrides(tenant).await } else { Ok(Vec::new()) } },
            self.stopped_technicians(policy),
            async { if by_skill { self.loads(tenant).await } else { Ok(Vec::new()) } },
        )
        .await;
        let overrides = or_none(tenant, "overrides of the rota", overrides);
        let stopped = or_none(tenant, "technicians without texts", stopped);
        Facts { overrides, stopped, loads: or_none(tenant, "loads", loads), ..Facts::default() }
    }

    /// The overrides of a tenant's rota that are not over, in the order in which they were made.
    pub async fn overrides(&self, tenant: &TenantId) -> Result<Vec<Override>, StoreError> {
        overrides(&*self.ports.register, tenant, self.now()).await
    }

    /// What the night has asked of each person so far.
    pub async fn loads(&self, tenant: &TenantId) -> Result<Vec<Load>, StoreError> {
        let newest = self.ports.cases.list(tenant, ListKind::Cases, LOAD_CASES_MAX).await?;
        let case = |snapshot: Snapshot| match snapshot {
            Snapshot::Case(case) => Some(*case),
            Snapshot::Call(_) => None,
        };
        let cases: Vec<Case> = newest.into_iter().filter_map(case).collect();
        Ok(loads(&cases, self.now()))
    }
}

fn or_none<T>(tenant: &TenantId, what: &str, read: Result<Vec<T>, StoreError>) -> Vec<T> {
    read.unwrap_or_else(|error| {
        tracing::error!(%tenant, what, %error, "somebody is paged without knowing them");
        Vec::new()
    })
}
