//! The only place where a transition meets a port; what embedders use.
//!
//! The engine loads a state, reads the facts that the event wants, lets the domain decide, and commits state
//! and planned effects in one write. Only then does it touch the outside, each effect under its own id.
//! It has no async runtime of its own: whoever embeds it awaits its futures.

mod acknowledge;
mod alert;
mod budget;
mod callbacks;
mod coded;
mod courier;
mod drill;
mod facts;
mod history;
mod journal;
mod machines;
mod messages;
mod model;
mod outages;
mod recurrence;
mod rota;
mod scan;
mod texts;
mod voice;
mod windows;

pub use acknowledge::CaseAndPolicy;
pub use alert::{ALERT, AlertError, AlertTaken};
pub use callbacks::CallbackError;
pub use courier::Ran;
pub use journal::{Difference, Replay};
pub use model::MODEL_USE;
pub use rota::{OVERRIDE_KEPT_DAYS, OVERRIDE_KIND, cancel_overrides, make_overrides, overrides};
pub use scan::Scanned;
pub use texts::{TextAnswer, stopped_technicians};
pub use voice::EngineError;
pub use windows::{WINDOW_KIND, WindowError};

use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::policy::Policy;
use nightdesk_ports::{
    Cases, Clock, Lease, Notifier, Outbox, RecordLog, Register, StoreError, Telephony, TenantRepository, Ticketing,
    Transcriber, TriageModel,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Everything outside that the engine talks to.
#[derive(Clone)]
pub struct Ports {
    /// Calls and cases.
    pub cases: Arc<dyn Cases>,
    /// Planned effects.
    pub outbox: Arc<dyn Outbox>,
    /// Settings and contacts.
    pub tenants: Arc<dyn TenantRepository>,
    /// What is kept beside the machines.
    pub records: Arc<dyn RecordLog>,
    /// Small facts that change.
    pub register: Arc<dyn Register>,
    /// The telephone network.
    pub telephony: Arc<dyn Telephony>,
    /// The ticketing system.
    pub ticketing: Arc<dyn Ticketing>,
    /// E-mail and chat.
    pub notifier: Arc<dyn Notifier>,
    /// The language model; asked only for tenants that want it.
    pub model: Arc<dyn TriageModel>,
    /// Writes messages down; asked only for tenants whose carrier does not.
    pub transcriber: Arc<dyn Transcriber>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// How one running engine is told apart from others, and how long it may take.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Unique among the engines that run on one store.
    pub claimant: String,
    /// What the journal names as the build that decided.
    pub build: String,
    /// How long an effect is held; several times `port_seconds_max`.
    pub lease_seconds: u32,
    /// How long a webhook holds what somebody on a line waits for; several times `line_seconds_max`. Short, so
    /// that another engine rings soon where this one died.
    pub line_lease_seconds: u32,
    /// How long one request to the outside may take.
    pub port_seconds_max: u32,
    /// How long one request may take that somebody on a line waits for.
    pub line_seconds_max: u32,
    /// How long a webhook may spend on its own effects before it answers, in milliseconds.
    pub inline_milliseconds_max: u32,
}

impl Settings {
    /// Settings for one engine, with the documented defaults.
    pub fn new(claimant: impl Into<String>) -> Self {
        Self {
            claimant: claimant.into(),
            build: env!("CARGO_PKG_VERSION").to_owned(),
            lease_seconds: 75,
            line_lease_seconds: 15,
            port_seconds_max: 25,
            line_seconds_max: 5,
            inline_milliseconds_max: 1_500,
        }
    }
}

/// Runs calls and cases on a set of ports.
pub struct Engine {
    ports: Ports,
    settings: Settings,
    policies: Mutex<BTreeMap<(TenantId, u32), Arc<Policy>>>,
}

impl Engine {
    /// An engine on these ports.
    pub fn new(ports: Ports, settings: Settings) -> Self {
        Self { ports, settings, policies: Mutex::default() }
    }

    /// The ports that it runs on.
    pub fn ports(&self) -> &Ports {
        &self.ports
    }

    fn now(&self) -> DateTime<Utc> {
        self.ports.clock.now()
    }

    fn lease(&self, seconds: u32) -> Lease {
        let until = self.now() + TimeDelta::seconds(i64::from(seconds));
        Lease { claimant: self.settings.claimant.clone(), until }
    }

    /// A pinned version of a tenant's settings; immutable, so it is kept.
    pub(crate) async fn policy(&self, tenant: &TenantId, version: u32) -> Result<Arc<Policy>, StoreError> {
        let key = (tenant.clone(), version);
        let known = self.policies.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(policy) = known {
            return Ok(policy);
        }
        let policy =
            self.ports.tenants.version(tenant, version).await?.ok_or_else(|| {
                StoreError::Corrupt(format!("settings version {version} of tenant {tenant} is missing"))
            })?;
        self.policies.lock().unwrap_or_else(PoisonError::into_inner).insert(key, policy.clone());
        Ok(policy)
    }
}
