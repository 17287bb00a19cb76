//! Configuration: tenant files, secrets, and where things are kept. The only place that reads the environment.

mod secret;
mod simulator;
mod tenant_file;

pub use secret::SecretRef;
pub use simulator::{SIMULATOR_ACCOUNT_SID, simulator_token};
pub use tenant_file::{DEMO, Problems, Tenant, Twilio};
