//! What most commands begin with: the tenants, the store, an engine that is not serving.

use crate::cli::{ServeArgs, StoreArgs};
use crate::config::Tenant;
use crate::server::{Setup, Wired};
use nightdesk_adapters_local::sqlite::SqliteStore;
use nightdesk_domain::case::Case;
use nightdesk_domain::ids::{CallId, OwnerId, TechnicianId, TenantId};
use nightdesk_ports::{Cases, TenantRepository};
use std::error::Error;

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
        database: store.database.clone(),
        tenants: tenants(store)?,
        listen: serve.listen,
        public_url: serve.public_url.clone(),
        twilio_api: serve.twilio_api.clone(),
        simulator_api: serve.simulator_api.clone(),
        heartbeat_url: serve.heartbeat_url.clone(),
        pace: serve.pace,
    })
}

/// Whether the first tenant's calls come by Twilio.
pub(super) fn served_by_twilio(args: &StoreArgs) -> Result<bool, Box<dyn Error + Send + Sync>> {
    Ok(tenants(args)?.first().is_some_and(|tenant| tenant.twilio.is_some()))
}

/// A store to look into, and an engine that decides but listens nowhere.
pub(super) struct Desk {
    pub(super) store: SqliteStore,
    pub(super) wired: Wired,
    pub(super) tenants: Vec<TenantId>,
}

/// Opens the store of an existing database.
pub(super) async fn open(store: &StoreArgs) -> Result<Desk, Box<dyn Error + Send + Sync>> {
    if !store.database.exists() {
        let path = store.database.display();
        return Err(
            format!("there is no database at {path} yet; start `nightdesk` or make a `nightdesk call` first").into()
        );
    }
    let setup = setup(store, &super::serve::default_args())?;
    let opened = SqliteStore::open(&store.database)?;
    let tenants = opened.tenants().await?;
    let wired = setup.wire(&opened, &tenants, &setup.public_url()?)?;
    Ok(Desk { store: opened, wired, tenants })
}

impl Desk {
    /// The tenant that a technician belongs to.
    pub(super) async fn tenant_of(&self, person: &TechnicianId) -> Result<TenantId, Box<dyn Error + Send + Sync>> {
        for tenant in &self.tenants {
            if self.store.newest(tenant).await?.is_some_and(|policy| policy.technician(person).is_some()) {
                return Ok(tenant.clone());
            }
        }
        Err(format!("no tenant has a technician {:?}", person.as_str()).into())
    }
    /// One line on a case, as its ticket has it.
    pub(super) async fn summary(&self, case: &Case) -> Result<String, Box<dyn Error + Send + Sync>> {
        let policy = self.store.version(&case.tenant, case.policy_version).await?;
        Ok(policy.map(|policy| case.summary(&policy)).unwrap_or_default())
    }

    /// The call that an id or a ticket number means, and its tenant.
    pub(super) async fn call(&self, id: &str) -> Result<(TenantId, CallId), Box<dyn Error + Send + Sync>> {
        let digits: String = id.chars().filter(char::is_ascii_digit).collect();
        for tenant in &self.tenants {
            if let Some(OwnerId::Case(case)) = self.store.find(tenant, "ticket", &digits).await? {
                return Ok((tenant.clone(), CallId::parse(case.as_str())?));
            }
            if let Ok(call) = CallId::parse(id)
                && self.store.load(tenant, &OwnerId::Call(call.clone())).await?.is_some()
            {
                return Ok((tenant.clone(), call));
            }
        }
        Err(format!("no call and no ticket is named {id:?}; `nightdesk calls` lists them").into())
    }
}
