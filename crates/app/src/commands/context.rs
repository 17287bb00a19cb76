//! What most commands begin with: the tenants, the store, an engine that is not serving.

use crate::amazon::Amazon;
use crate::cli::{ServeArgs, StoreArgs};
use crate::clock::PacedClock;
use crate::config::Tenant;
use crate::server::{Host, Setup};
use crate::store::Store;
use nightdesk_domain::case::Case;
use nightdesk_domain::ids::{CallId, OwnerId, TechnicianId, TenantId};
use std::error::Error;
use std::sync::Arc;

/// Reads the tenant files that were given.
fn tenants(args: &StoreArgs) -> Result<Vec<Tenant>, Box<dyn Error + Send + Sync>> {
    args.tenant_files
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path)
                .map_err(|error| format!("the tenant file {} cannot be read: {error}", path.display()))?;
            Tenant::parse(&text).map_err(|problems| {
                format!("{} has {} problem(s):\n{problems}", path.display(), problems.0.len()).into()
            })
        })
        .collect()
}

/// The set-up of a server by its arguments.
pub(crate) fn setup(store: &StoreArgs, serve: &ServeArgs) -> Result<Setup, Box<dyn Error + Send + Sync>> {
    Ok(Setup {
        store: store.choice(),
        data: store.data(),
        aws_endpoint: store.aws_endpoint.clone(),
        tenants: tenants(store)?,
        listen: serve.listen,
        public_url: serve.public_url.clone(),
        twilio_api: serve.twilio_api.clone(),
        simulator_api: serve.simulator_api.clone(),
        heartbeat_url: serve.heartbeat_url.clone(),
        pace: serve.pace,
        pace_since: serve.pace_since,
    })
}

/// Amazon, for a command that needs no engine.
pub(super) fn amazon(store: &StoreArgs) -> Arc<Amazon> {
    Arc::new(Amazon::new(store.aws_endpoint.clone(), Arc::new(PacedClock::new(1.0))))
}

/// A tenant whose calls come by Twilio, if there is one among those that are given or stored.
pub(super) async fn served_by_twilio(setup: &Setup) -> Result<Option<TenantId>, Box<dyn Error + Send + Sync>> {
    let by_twilio = |tenant: &Tenant| tenant.integrations.twilio.is_some();
    if let Some(given) = setup.tenants.iter().find(|tenant| by_twilio(tenant)) {
        return Ok(Some(given.policy.tenant.clone()));
    }
    if !setup.store.may_exist() {
        return Ok(None);
    }
    let store = setup.open_only().await?;
    for id in store.tenants.tenants().await? {
        let given = setup.tenants.iter().any(|tenant| tenant.policy.tenant == id);
        let file = if given { None } else { store.tenants.file(&id).await? };
        if file.is_some_and(|(_, text)| Tenant::parse(&text).is_ok_and(|tenant| by_twilio(&tenant))) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// A store to look into, and an engine that decides but listens nowhere.
pub(super) struct Desk {
    pub(super) store: Store,
    pub(super) host: Host,
    pub(super) tenants: Vec<TenantId>,
}

/// Opens a store that is there.
pub(super) async fn open(store: &StoreArgs) -> Result<Desk, Box<dyn Error + Send + Sync>> {
    open_with(store, &super::serve::default_args()).await
}

/// The same, for a command that speaks to a carrier.
pub(super) async fn open_with(store: &StoreArgs, serve: &ServeArgs) -> Result<Desk, Box<dyn Error + Send + Sync>> {
    let setup = setup(store, serve)?;
    if !setup.store.may_exist() {
        let choice = &setup.store;
        return Err(format!("there is no {choice} yet; import your own tenant's file (`nightdesk tenant import FILE`), or start `nightdesk` or make a `nightdesk call`, which begin with the demo tenant").into());
    }
    let host = setup.visit().await?;
    let store = host.wiring.store().clone();
    let tenants = store.tenants.tenants().await?;
    Ok(Desk { store, host, tenants })
}

impl Desk {
    /// The tenants that `--of` leaves: the one that it names, or all.
    pub(super) fn tenants_of(&self, of: Option<&str>) -> Result<Vec<&TenantId>, String> {
        let tenants: Vec<&TenantId> =
            self.tenants.iter().filter(|tenant| of.is_none_or(|of| of == tenant.as_str())).collect();
        match of {
            Some(of) if tenants.is_empty() => {
                Err(format!("--of: there is no tenant {of:?}; `nightdesk tenant list` shows them"))
            }
            _ => Ok(tenants),
        }
    }

    /// The tenant that a technician belongs to.
    pub(super) async fn tenant_of(&self, person: &TechnicianId) -> Result<TenantId, Box<dyn Error + Send + Sync>> {
        for tenant in &self.tenants {
            if self.store.tenants.newest(tenant).await?.is_some_and(|policy| policy.technician(person).is_some()) {
                return Ok(tenant.clone());
            }
        }
        Err(format!("no tenant has a technician {:?}", person.as_str()).into())
    }
    /// One line on a case, as its ticket has it.
    pub(super) async fn summary(&self, case: &Case) -> Result<String, Box<dyn Error + Send + Sync>> {
        let policy = self.store.tenants.version(&case.tenant, case.policy_version).await?;
        Ok(policy.map(|policy| case.summary(&policy)).unwrap_or_default())
    }

    /// The call that an id or a ticket number means, and its tenant.
    pub(super) async fn call(&self, id: &str) -> Result<(TenantId, CallId), Box<dyn Error + Send + Sync>> {
        let digits: String = id.chars().filter(char::is_ascii_digit).collect();
        for tenant in &self.tenants {
            if let Some(OwnerId::Case(case)) = self.store.cases.find(tenant, "ticket", &digits).await? {
                return Ok((tenant.clone(), CallId::parse(case.as_str())?));
            }
            if let Ok(call) = CallId::parse(id)
                && self.store.cases.load(tenant, &OwnerId::Call(call.clone())).await?.is_some()
            {
                return Ok((tenant.clone(), call));
            }
        }
        Err(format!("no call and no ticket is named {id:?}; `nightdesk calls` lists them").into())
    }
}
