//! The rota that a command is about: a schedule file's, or a tenant's with its stored overrides.

use super::super::{context, serve};
use crate::cli::StoreArgs;
use crate::config::ScheduleFile;
use crate::store::Store;
use crate::times::Written;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use nightdesk_domain::ids::{TechnicianId, TenantId};
use nightdesk_domain::policy::Policy;
use nightdesk_domain::rota::{Idle, Override, Person, Schedule, idle_overrides};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;

/// A rota and what goes with it.
pub(in super::super) struct Rota {
    /// Whose it is, for people.
    pub(in super::super) name: String,
    /// The schedule.
    pub(in super::super) schedule: Schedule,
    /// Its overrides, in the order in which they were made.
    pub(in super::super) overrides: Vec<Override>,
    /// The tenant's settings; none of a file's.
    pub(in super::super) policy: Option<Arc<Policy>>,
    /// The tenant's technicians whose numbers take no texts.
    pub(in super::super) stopped: Vec<TechnicianId>,
}

impl Rota {
    /// What a person is called: a technician's name, or the name that the file has.
    pub(in super::super) fn called(&self, person: &Person) -> String {
        let technician = self
            .policy
            .as_ref()
            .zip(person.technician())
            .and_then(|(policy, id)| policy.technician(&id).map(|technician| technician.name.clone()));
        technician.unwrap_or_else(|| person.to_string())
    }

    /// The tenant's id.
    pub(in super::super) fn tenant(&self) -> Option<&TenantId> {
        self.policy.as_ref().map(|policy| &policy.tenant)
    }
}

/// The rota of a schedule file.
pub(super) fn of_file(path: &Path) -> Result<Rota, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("the schedule file {} cannot be read: {error}", path.display()))?;
    let ScheduleFile { schedule, overrides } = ScheduleFile::parse(&text)
        .map_err(|problems| format!("{} has {} problem(s):\n{problems}", path.display(), problems.0.len()))?;
    let name = path.file_stem().map_or_else(|| path.display().to_string(), |stem| stem.to_string_lossy().into_owned());
    Ok(Rota { name, schedule, overrides, policy: None, stopped: Vec::new() })
}

/// The rotas of the tenants that are given, or else stored; one of them, where it is named.
pub(super) async fn of_tenants(
    store: &StoreArgs,
    of: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Vec<Rota>, Box<dyn Error + Send + Sync>> {
    let setup = context::setup(store, &serve::default_args())?;
    let kept = if setup.store.may_exist() { Some(setup.open_only().await?) } else { None };
    let mut policies: Vec<Arc<Policy>> = setup.tenants.iter().map(|tenant| Arc::new(tenant.policy.clone())).collect();
    if let (true, Some(kept)) = (policies.is_empty(), &kept) {
        policies = stored(kept).await?;
    }
    let mut rotas = Vec::new();
    for policy in policies.iter().filter(|policy| of.is_none_or(|of| policy.tenant.as_str() == of)) {
        rotas.extend(of_policy(policy, kept.as_ref(), now).await?);
    }
    if rotas.is_empty() {
        return Err(no_rota(of).into());
    }
    Ok(rotas)
}

/// The rota of a stored tenant: of the one that is named, or of the only one that has one.
pub(in super::super) async fn of_store(
    store: &Store,
    of: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Rota, Box<dyn Error + Send + Sync>> {
    let mut rotas = Vec::new();
    for policy in stored(store).await?.iter().filter(|policy| of.is_none_or(|of| policy.tenant.as_str() == of)) {
        rotas.extend(of_policy(policy, Some(store), now).await?);
    }
    match (rotas.pop(), rotas.is_empty()) {
        (Some(rota), true) => Ok(rota),
        (Some(_), false) => Err("several tenants have a rota; name one with --of".into()),
        (None, _) => Err(no_rota(of).into()),
    }
}

fn no_rota(of: Option<&str>) -> String {
    let whose = of.map_or("no tenant".to_owned(), |of| format!("no tenant {of:?}"));
    format!(
        "there is {whose} with a rota; write [[rota.layers]] into its file and import it, or name a --schedule FILE"
    )
}

async fn stored(store: &Store) -> Result<Vec<Arc<Policy>>, Box<dyn Error + Send + Sync>> {
    let mut policies = Vec::new();
    for id in store.tenants.tenants().await? {
        policies.extend(store.tenants.newest(&id).await?);
    }
    Ok(policies)
}

/// A line for each stored override that changes nothing by the rota of a policy, which may be about to be imported.
pub(in super::super) async fn idle_of_policy(
    policy: &Policy,
    store: &Store,
    now: DateTime<Utc>,
) -> Result<Vec<String>, Box<dyn Error + Send + Sync>> {
    let overrides = nightdesk_engine::overrides(&*store.register, &policy.tenant, now).await?;
    let without = "there is no rota".to_owned();
    let idle = match &policy.rota {
        Some(schedule) => idle_overrides(schedule, &overrides, now),
        None => {
            let coming = overrides.iter().filter(|made| made.until > now);
            coming.map(|made| Idle { made, why: without.clone() }).collect()
        }
    };
    Ok(idle.iter().map(|idle| format!("rota: override {} changes nothing: {}", idle.made.id, idle.why)).collect())
}

async fn of_policy(
    policy: &Arc<Policy>,
    store: Option<&Store>,
    now: DateTime<Utc>,
) -> Result<Option<Rota>, Box<dyn Error + Send + Sync>> {
    let Some(schedule) = policy.rota.clone() else { return Ok(None) };
    let (mut overrides, mut stopped) = (Vec::new(), Vec::new());
    if let Some(store) = store {
        overrides = nightdesk_engine::overrides(&*store.register, &policy.tenant, now).await?;
        stopped = nightdesk_engine::stopped_technicians(&*store.register, policy, now).await?;
    }
    Ok(Some(Rota { name: policy.name.clone(), schedule, overrides, policy: Some(policy.clone()), stopped }))
}

/// A time of the command line: local in the rota's zone, or an instant with its offset.
pub(in super::super) fn moment(text: &str, zone: Tz, option: &str) -> Result<DateTime<Utc>, String> {
    Ok(Written::read(text).map_err(|why| format!("{option}: {why}"))?.instant(zone))
}
