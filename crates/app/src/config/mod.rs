//! Configuration: tenant files, secrets, and where things are kept. The only place that reads the environment.

mod secret;
mod simulator;
mod tenant_file;

pub use secret::{SecretRef, Secrets};
pub use simulator::{SIMULATOR_ACCOUNT_SID, simulator_token};
pub use tenant_file::{
    ConnectWise, DEMO, Integrations, Keys, Mail, Model, Problems, ScheduleFile, Tenant, Transcription, Twilio,
};
