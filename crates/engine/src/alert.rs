//! Alerts of other tools: begun once however often they are sent, and looked at until they are forgotten.

use crate::machines::{ATTEMPTS_MAX, aliases, save};
use crate::{Engine, EngineError, journal};
use chrono::{DateTime, Utc};
use nightdesk_domain::case::{AlertStatus, Case, CaseEvent, Misstated, ToolAlert, WrittenAlert};
use nightdesk_domain::facts::Needs;
use nightdesk_domain::ids::{CaseId, OwnerId, TenantId};
use nightdesk_domain::machine::Context;
use nightdesk_domain::policy::Policy;
use nightdesk_domain::private::Private;
use nightdesk_ports::{Commit, NewEffect, Record, Scan, Snapshot, StoreError};
use std::sync::Arc;

/// Record kind of alerts, for listing them: id and time are those of the case; where it stands is read off the case.
pub const ALERT: &str = "alert";

/// How an alert was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertTaken {
    /// How it stands now.
    pub status: AlertStatus,
    /// Whether it was taken before, and this is the same one again.
    pub repeated: bool,
}

/// Why an alert was not taken; nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum AlertError {
    /// Fields are wrong; every one of them is named.
    #[error("{}", of_all(.0))]
    Misstated(Vec<Misstated>),
    /// The key means an alert that says something else.
    #[error("idempotency_key: this key was used for an alert that says something else; take another key")]
    KeyReused,
    /// Callers have joined it, and a tool's word does not end what they wait for.
    #[error("callers have joined this alert; a person must mark it as handled")]
    CallersWait,
    /// As everywhere.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<StoreError> for AlertError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

fn of_all(wrong: &[Misstated]) -> String {
    wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl Engine {
    /// Takes an alert: opens its case, whose ticket and pages whoever does what is due attends to. The same tool's
    /// same key gives the same alert again, for as long as that is remembered.
    ///
    /// # Errors
    /// What is wrong with it by the names of its fields; another alert has its key; the store's own.
    pub async fn alert(&self, tenant: &TenantId, written: WrittenAlert) -> Result<AlertTaken, AlertError> {
        let policy = self.ports().tenants.newest(tenant).await?.ok_or(EngineError::UnknownTenant)?;
        let alert = written.read().map_err(AlertError::Misstated)?;
        for attempt in 0..ATTEMPTS_MAX {
            let again = match self.taken_before(tenant, &alert).await? {
                Before::Taken(status) => return Ok(AlertTaken { status: *status, repeated: true }),
                Before::Free(again) => again,
            };
            alert.is_known_to(&policy).map_err(|wrong| AlertError::Misstated(vec![wrong]))?;
            let needs = Needs { on_call: true, windows: true, ..Needs::default() };
            let facts = self.facts(tenant, &policy, &needs, attempt).await?;
            let context = Context { policy: &policy, facts: &facts, now: self.now() };
            let (case, effects) = Case::alert(&context, alert.clone(), again);
            let status = case.alert_status(&policy).ok_or(EngineError::NotFound)?;
            self.list_alert(tenant, &status).await;
            let entry = journal::case_opened(&OwnerId::Case(case.id.clone()), &case, &context, &self.settings.build);
            let commit = Commit {
                tenant: tenant.clone(),
                aliases: aliases(&case),
                saves: vec![save(Snapshot::Case(Box::new(case)), 0)],
                effects: effects.into_iter().map(NewEffect::unleased).collect(),
                settled: None,
                journal: vec![entry],
            };
            match self.ports().cases.commit(commit).await {
                Ok(()) => return Ok(AlertTaken { status, repeated: false }),
                Err(StoreError::Conflict) => tracing::debug!(%tenant, attempt, "lost a race for an alert"),
                Err(error) => return Err(error.into()),
            }
        }
        Err(EngineError::Contended.into())
    }

    /// How an alert stands.
    ///
    /// # Errors
    /// `NotFound` if there is none of that name, or it is forgotten; the store's own.
    pub async fn alert_status(&self, tenant: &TenantId, id: &CaseId) -> Result<AlertStatus, EngineError> {
        let found = self.stored_alert(tenant, id).await?;
        let (case, policy) = found.ok_or(EngineError::NotFound)?;
        case.remembered_alert(&policy, self.now()).ok_or(EngineError::NotFound)?;
        case.alert_status(&policy).ok_or(EngineError::NotFound)
    }

    /// The alerts that are remembered, with their one line each, the newest first.
    ///
    /// # Errors
    /// The store's own.
    pub async fn alerts(&self, tenant: &TenantId, limit: usize) -> Result<Vec<(AlertStatus, String)>, EngineError> {
        let now = self.now();
        let (from, until) = (DateTime::UNIX_EPOCH, DateTime::<Utc>::MAX_UTC);
        let scan = Scan { kind: ALERT, from, until, newest_first: true, limit, now };
        let mut alerts = Vec::new();
        for record in self.ports().records.scan(tenant, &scan).await? {
            let Ok(id) = CaseId::parse(&record.id) else { continue };
            // The record is there first: a process that died between them left no alert.
            let Some((case, policy)) = self.stored_alert(tenant, &id).await? else { continue };
            alerts.extend(case.alert_status(&policy).map(|status| (status, case.summary(&policy))));
        }
        Ok(alerts)
    }

    /// Marks an alert as taken care of: paging stops. Once more changes nothing.
    ///
    /// # Errors
    /// As for [`Engine::alert_status`]; and `CallersWait`.
    pub async fn alert_handled(&self, tenant: &TenantId, id: &CaseId, by: &str) -> Result<AlertStatus, AlertError> {
        self.alert_status(tenant, id).await?;
        if self.stored_alert(tenant, id).await?.is_some_and(|(case, _)| !case.joined.is_empty()) {
            return Err(AlertError::CallersWait);
        }
        self.case_event(tenant, id, CaseEvent::MarkedHandled { by: Private::new(by) }).await?;
        Ok(self.alert_status(tenant, id).await?)
    }

    /// Whether this alert was taken, or how often its key has meant one that is forgotten by now.
    async fn taken_before(&self, tenant: &TenantId, alert: &ToolAlert) -> Result<Before, AlertError> {
        let mut again = 0;
        // Each step is a whole life of an alert: there are as many as the key was used anew.
        while let Some((case, policy)) = self.stored_alert(tenant, &alert.case_id(again)).await? {
            match case.remembered_alert(&policy, self.now()) {
                Some(taken) if taken == alert => {
                    let status = case.alert_status(&policy).ok_or(EngineError::NotFound)?;
                    return Ok(Before::Taken(Box::new(status)));
                }
                Some(_) => return Err(AlertError::KeyReused),
                None => again += 1,
            }
        }
        Ok(Before::Free(again))
    }

    async fn stored_alert(&self, tenant: &TenantId, id: &CaseId) -> Result<Option<(Case, Arc<Policy>)>, EngineError> {
        let stored = self.ports().cases.load(tenant, &OwnerId::Case(id.clone())).await?;
        match stored.map(|stored| stored.snapshot) {
            Some(Snapshot::Case(case)) if case.alert.is_some() => {
                let policy = self.policy(tenant, case.policy_version).await?;
                Ok(Some((*case, policy)))
            }
            _ => Ok(None),
        }
    }

    /// Keeps an alert for listing. Without it the alert is taken all the same: somebody must be woken.
    async fn list_alert(&self, tenant: &TenantId, status: &AlertStatus) {
        let record = Record {
            tenant: tenant.clone(),
            kind: ALERT.to_owned(),
            id: status.id.to_string(),
            at: status.opened_at,
            expires_at: Some(status.expires_at),
            body: Private::new("{}"),
        };
        if let Err(error) = self.ports().records.append(&record).await {
            tracing::error!(%tenant, alert = %status.id, %error, "an alert will be missing where alerts are listed");
        }
    }
}

/// What there was of an alert before.
enum Before {
    /// It was taken.
    Taken(Box<AlertStatus>),
    /// Its key is free, after so many alerts that had it and are forgotten.
    Free(u32),
}
