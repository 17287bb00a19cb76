//! References to secrets: where one is kept, never the secret itself; and reading them.

use crate::amazon::{ABSENT, Amazon};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::Arc;

/// Where a secret is kept. In a tenant file one of `{ env = "NAME" }`, `{ file = "/path" }`, `{ ssm = "/name" }` and
/// `{ secrets_manager = "name", key = "field" }`, whose `key` may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub enum SecretRef {
    /// In this environment variable.
    Env(String),
    /// In this file; blanks and line breaks at its ends are dropped.
    File(PathBuf),
    /// In this parameter of SSM Parameter Store.
    Parameter(String),
    /// In this secret of Secrets Manager.
    Secret {
        /// Its name or ARN.
        name: String,
        /// The field of the JSON object that it is; none: the whole text.
        key: Option<String>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    env: Option<String>,
    file: Option<PathBuf>,
    ssm: Option<String>,
    secrets_manager: Option<String>,
    key: Option<String>,
}

impl TryFrom<Written> for SecretRef {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written { env: Some(name), file: None, ssm: None, secrets_manager: None, key: None } => Ok(Self::Env(name)),
            Written { file: Some(path), env: None, ssm: None, secrets_manager: None, key: None } => {
                Ok(Self::File(path))
            }
            Written { ssm: Some(name), env: None, file: None, secrets_manager: None, key: None } => {
                Ok(Self::Parameter(name))
            }
            Written { secrets_manager: Some(name), key, env: None, file: None, ssm: None } => {
                Ok(Self::Secret { name, key })
            }
            _ => Err("a secret is exactly one of { env = \"NAME\" }, { file = \"/path\" }, { ssm = \"/name\" } and \
                      { secrets_manager = \"name\", key = \"field, if it holds several\" }"),
        }
    }
}

/// Longest name of a parameter, in characters (Systems Manager API reference, `PutParameter`: its ARN counts, too).
const PARAMETER_CHARS_MAX: usize = 2_048;
/// Longest name of a secret, in characters (Secrets Manager API reference, `GetSecretValue`).
const SECRET_CHARS_MAX: usize = 2_048;

impl SecretRef {
    /// What is wrong with the reference as it is written, as far as that shows without looking.
    pub fn problem(&self) -> Option<String> {
        let is_name = |name: &str, others: &str, max: usize| {
            (1..=max).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
        };
        match self {
            SecretRef::Parameter(name) if !is_name(name, "_.-/:", PARAMETER_CHARS_MAX) => {
                Some(format!("{name:?} is no name of a parameter; one is \"/nightdesk/lakeside/twilio\""))
            }
            SecretRef::Secret { name, .. } if !is_name(name, "/_+=.@-:", SECRET_CHARS_MAX) => {
                Some(format!("{name:?} is no name of a secret; one is \"nightdesk/lakeside\""))
            }
            SecretRef::Secret { key: Some(key), .. } if key.is_empty() => {
                Some("key: must not be empty; leave it out for a secret that is one text".to_owned())
            }
            SecretRef::Parameter(_) | SecretRef::Secret { .. } if !Amazon::IS_BUILT_IN => Some(ABSENT.to_owned()),
            _ => None,
        }
    }
}

/// In the place of a secret that was not read.
const UNREAD: &str = "(not read)";

/// Reads secrets.
#[derive(Clone)]
pub enum Secrets {
    /// All of them, wherever they are kept; those at Amazon may have been read some minutes ago.
    All(Arc<Amazon>),
    /// The same, asked for anew: one may have been rotated a moment ago.
    Fresh(Arc<Amazon>),
    /// Those on this machine. In the place of the others stands a text that is no secret, so that everything else can
    /// be checked while nobody is asked.
    Local,
}

impl Secrets {
    fn amazon(&self) -> Option<(&Amazon, bool)> {
        match self {
            Secrets::All(amazon) => Some((amazon, false)),
            Secrets::Fresh(amazon) => Some((amazon, true)),
            Secrets::Local => None,
        }
    }

    /// Reads one. The error names the place, never what is there.
    pub async fn read(&self, at: &SecretRef) -> Result<SecretString, String> {
        if let Some(problem) = at.problem() {
            return Err(problem);
        }
        let text = match at {
            SecretRef::Env(name) => {
                std::env::var(name).map_err(|_| format!("the environment variable {name} is not set"))?
            }
            SecretRef::File(path) => tokio::fs::read_to_string(path)
                .await
                .map_err(|error| format!("the file {} cannot be read: {}", path.display(), error.kind()))?,
            SecretRef::Parameter(name) => match self.amazon() {
                Some((amazon, fresh)) => amazon.parameter(name, fresh).await?.expose_secret().to_owned(),
                None => UNREAD.to_owned(),
            },
            SecretRef::Secret { name, key } => match self.amazon() {
                Some((amazon, fresh)) => amazon.secret(name, key.as_deref(), fresh).await?.expose_secret().to_owned(),
                None => UNREAD.to_owned(),
            },
        };
        match text.trim() {
            "" => Err("the secret is empty".to_owned()),
            secret => Ok(SecretString::from(secret.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Line {
        secret: SecretRef,
    }

    fn read(text: &str) -> Result<SecretRef, String> {
        toml::from_str::<Line>(&format!("secret = {text}")).map(|line| line.secret).map_err(|error| error.to_string())
    }

    #[test]
    fn a_reference_is_exactly_one_place() {
        assert_eq!(read("{ env = \"A\" }"), Ok(SecretRef::Env("A".into())));
        assert_eq!(read("{ file = \"/a\" }"), Ok(SecretRef::File("/a".into())));
        assert_eq!(read("{ ssm = \"/a/b\" }"), Ok(SecretRef::Parameter("/a/b".into())));
        let secret = |key: Option<&str>| Ok(SecretRef::Secret { name: "a".into(), key: key.map(str::to_owned) });
        assert_eq!(read("{ secrets_manager = \"a\" }"), secret(None));
        assert_eq!(read("{ secrets_manager = \"a\", key = \"b\" }"), secret(Some("b")));
        for wrong in ["{ }", "{ env = \"A\", file = \"/a\" }", "{ ssm = \"/a\", key = \"b\" }", "{ vault = \"a\" }"] {
            let error = read(wrong).unwrap_err();
            assert!(error.contains("exactly one of") || error.contains("unknown field"), "{wrong}: {error}");
        }
        assert!(read("\"hunter2\"").is_err(), "a secret is never written into the file");
    }

    #[test]
    fn names_that_amazon_cannot_have_are_named_before_it_is_asked() {
        let parameter = |name: &str| SecretRef::Parameter(name.to_owned()).problem();
        assert!(parameter("a parameter").is_some_and(|problem| problem.contains("no name of a parameter")));
        assert!(parameter("").is_some());
        let secret = |name: &str, key: Option<&str>| SecretRef::Secret { name: name.into(), key: key.map(Into::into) };
        assert!(secret("a secret", None).problem().is_some_and(|problem| problem.contains("no name of a secret")));
        assert!(secret("a", Some("")).problem().is_some_and(|problem| problem.contains("key")));
        let sound = [parameter("/nightdesk/lakeside/twilio"), secret("nightdesk/lakeside", Some("twilio")).problem()];
        for problem in sound {
            assert_eq!(problem.is_none(), Amazon::IS_BUILT_IN, "without Amazon, that is what is wrong: {problem:?}");
        }
    }

    #[tokio::test]
    async fn what_is_kept_elsewhere_is_not_asked_for_in_a_local_check() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, " secret \n").unwrap();
        let read = Secrets::Local.read(&SecretRef::File(path)).await.unwrap();
        assert_eq!(secrecy::ExposeSecret::expose_secret(&read), "secret");
        let absent = SecretRef::File(folder.path().join("absent"));
        assert!(Secrets::Local.read(&absent).await.is_err());
        let elsewhere = SecretRef::Parameter("/a".into());
        assert_eq!(Secrets::Local.read(&elsewhere).await.is_ok(), Amazon::IS_BUILT_IN);
    }
}
