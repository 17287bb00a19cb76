//! References to secrets: an environment variable or a file, never the secret itself.

use secrecy::SecretString;
use serde::Deserialize;
use std::path::PathBuf;

/// Where a secret is kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SecretRef {
    /// In this environment variable.
    Env(String),
    /// In this file; blanks and line breaks at its ends are dropped.
    File(PathBuf),
}

impl SecretRef {
    /// Reads the secret. The error names the place, never what is there.
    pub fn read(&self) -> Result<SecretString, String> {
        let text = match self {
            SecretRef::Env(name) => {
                std::env::var(name).map_err(|_| format!("the environment variable {name} is not set"))?
            }
            SecretRef::File(path) => std::fs::read_to_string(path)
                .map_err(|error| format!("the file {} cannot be read: {}", path.display(), error.kind()))?,
        };
        match text.trim() {
            "" => Err("the secret is empty".to_owned()),
            secret => Ok(SecretString::from(secret.to_owned())),
        }
    }
}
