//! The double's secrets: GetParameter of Systems Manager, GetSecretValue of Secrets Manager.
//!
//! Sources: AWS Systems Manager API Reference, GetParameter; AWS Secrets Manager API Reference, GetSecretValue.

use super::{AwsDouble, Refusal};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Both stores: name to value and version.
#[derive(Default)]
pub(super) struct Vaults {
    parameters: BTreeMap<String, (String, u64)>,
    secrets: BTreeMap<String, (String, u64)>,
}

impl AwsDouble {
    /// Sets a parameter of the type SecureString, or writes a new version.
    pub fn set_parameter(&self, name: &str, value: &str) {
        set(&mut self.state().secrets.parameters, name, value);
    }

    /// Sets a secret, or writes a new version.
    pub fn set_secret(&self, name: &str, value: &str) {
        set(&mut self.state().secrets.secrets, name, value);
    }
}

fn set(vault: &mut BTreeMap<String, (String, u64)>, name: &str, value: &str) {
    let version = vault.get(name).map_or(1, |(_, version)| version + 1);
    vault.insert(name.to_owned(), (value.to_owned(), version));
}

impl Vaults {
    pub(super) fn parameter(&self, request: &Value) -> Result<Value, Refusal> {
        let name = request["Name"].as_str().unwrap_or_default();
        let (value, version) =
            self.parameters.get(name).ok_or_else(|| Refusal::new(400, "ParameterNotFound", String::new()))?;
        // What is encrypted is given as it is stored unless it is asked for in the clear.
        let value = if request["WithDecryption"] == true { value.as_str() } else { "AQICAHh8ciphertext" };
        Ok(json!({ "Parameter": {
            "ARN": format!("arn:aws:ssm:us-east-1:111122223333:parameter{name}"), "DataType": "text", "Name": name,
            "LastModifiedDate": 1_793_000_000.0, "Type": "SecureString", "Value": value, "Version": version,
        }}))
    }

    pub(super) fn secret(&self, request: &Value) -> Result<Value, Refusal> {
        let name = request["SecretId"].as_str().unwrap_or_default();
        let (value, version) = self.secrets.get(name).ok_or_else(|| {
            Refusal::new(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
        })?;
        Ok(json!({
            "ARN": format!("arn:aws:secretsmanager:us-east-1:111122223333:secret:{name}-a1B2c3"), "Name": name,
            "CreatedDate": 1_793_000_000.0, "SecretString": value, "VersionStages": ["AWSCURRENT"],
            "VersionId": format!("00000000-0000-4000-8000-{version:012}"),
        }))
    }
}
