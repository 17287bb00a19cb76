//! In the place of Amazon in a build without it: says so, whatever is asked.

use super::{ABSENT, Sender};
use crate::store::Store;
use nightdesk_domain::ids::TenantId;
use nightdesk_ports::{Clock, Notifier, Transcriber, TriageModel};
use secrecy::SecretString;
use std::sync::Arc;

/// Amazon, which this build does not have.
pub struct Amazon;

impl Amazon {
    /// Whether this build can speak to Amazon.
    pub const IS_BUILT_IN: bool = false;

    /// Nobody to ask.
    pub fn new(_endpoint: Option<String>, _clock: Arc<dyn Clock>) -> Self {
        Self
    }

    /// Says that it cannot.
    pub async fn store(&self, _table: &str) -> Result<Store, String> {
        Err(ABSENT.to_owned())
    }

    /// Says that it cannot.
    pub async fn create_table(&self, _table: &str) -> Result<(), String> {
        Err(ABSENT.to_owned())
    }

    /// Says that it cannot.
    pub async fn parameter(&self, _name: &str, _fresh: bool) -> Result<SecretString, String> {
        Err(ABSENT.to_owned())
    }

    /// Says that it cannot.
    pub async fn secret(&self, _name: &str, _key: Option<&str>, _fresh: bool) -> Result<SecretString, String> {
        Err(ABSENT.to_owned())
    }

    /// Says that it cannot.
    pub async fn mail(&self, _tenant: &TenantId, _sender: Sender<'_>) -> Result<Arc<dyn Notifier>, String> {
        Err(ABSENT.to_owned())
    }

    /// Says that it cannot.
    pub async fn model(
        &self,
        _tenant: &TenantId,
        _quick: &str,
        _thorough: &str,
    ) -> Result<Arc<dyn TriageModel>, String> {
        Err(ABSENT.to_owned())
    }

    /// Says that it cannot.
    pub async fn transcriber(&self, _bucket: &str, _prefix: &str) -> Result<Arc<dyn Transcriber>, String> {
        Err(ABSENT.to_owned())
    }
}
