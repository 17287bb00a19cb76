//! The tenant file: TOML that an owner writes, checked as a whole, every problem named at once.

mod alerts;
mod chat;
mod checks;
mod fields;
mod integrations;
mod ladders;
mod parts;
mod rota;
mod shape;
mod skills;
mod texts;

pub use integrations::{ConnectWise, Integrations, Mail, Model, Transcription, Twilio};
pub use rota::ScheduleFile;

use super::Secrets;
use checks::{Checker, contacts, policy};
use nightdesk_domain::facts::Contact;
use nightdesk_domain::policy::Policy;
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::fmt;

/// The demo tenant, used when no file is given.
pub const DEMO: &str = include_str!("../../../demo.toml");

/// Everything that is wrong with a tenant file, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.0.iter().enumerate() {
            writeln!(f, "{:>3}. {problem}", number + 1)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// A tenant as its file describes it.
#[derive(Debug)]
pub struct Tenant {
    /// What is stored as a policy version.
    pub policy: Policy,
    /// What is stored beside it.
    pub contacts: Vec<Contact>,
    /// The text that all this was read from.
    pub file: String,
    /// Who serves it.
    pub integrations: Integrations,
}

impl Tenant {
    /// Reads a tenant file; gives the tenant, or every problem at once. Secrets are not read here.
    pub fn parse(text: &str) -> Result<Tenant, Problems> {
        let (read, faults) = shape::read(text)?;
        let mut check = Checker::default();
        let policy = policy(&read, &mut check);
        let contacts = contacts(&read, &mut check);
        let file = text.to_owned();
        let parts::File { twilio, connectwise, mail, slack, webhook, model, transcription, alerts, .. } = read;
        let integrations = Integrations { twilio, connectwise, mail, slack, webhook, model, transcription, alerts };
        integrations::check(&integrations, &mut check);
        match policy {
            Some(policy) if check.problems.is_empty() && faults.are_none() => {
                Ok(Tenant { policy, contacts, file, integrations })
            }
            _ => Err(Problems(faults.with(check))),
        }
    }

    /// Reads every secret that the file names.
    pub async fn keys(&self, secrets: &Secrets) -> Keys {
        let mut keys = BTreeMap::new();
        let fixed = self.integrations.secrets().into_iter().map(|(field, secret)| (field.to_owned(), secret));
        for (field, secret) in fixed.chain(self.integrations.alerts.secrets()) {
            keys.insert(field.clone(), secrets.read(secret).await.map_err(|why| format!("{field}: {why}")));
        }
        Keys(keys)
    }
}

/// The secrets of a tenant as they were read, or why not, by the setting that names them.
#[derive(Debug, Default)]
pub struct Keys(BTreeMap<String, Result<SecretString, String>>);

impl Keys {
    fn get(&self, field: &str) -> Result<SecretString, String> {
        self.0.get(field).cloned().unwrap_or_else(|| Err(format!("{field}: is missing")))
    }
}

impl PartialEq for Keys {
    fn eq(&self, other: &Self) -> bool {
        let same = |ours: &Result<SecretString, String>, theirs: &Result<SecretString, String>| match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => ours.expose_secret() == theirs.expose_secret(),
            (Err(ours), Err(theirs)) => ours == theirs,
            _ => false,
        };
        let mut pairs = self.0.iter().zip(&other.0);
        self.0.len() == other.0.len() && pairs.all(|(ours, theirs)| ours.0 == theirs.0 && same(ours.1, theirs.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_tenant_has_no_problem() {
        let tenant = Tenant::parse(DEMO).unwrap();
        assert_eq!(tenant.policy.companies.len(), 3);
        assert_eq!(tenant.policy.rungs().len(), 3);
        assert!(tenant.integrations.problems(&Keys::default()).is_empty());
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let broken = DEMO
            .replace("America/Chicago", "Mars/Olympus")
            .replace("opens = \"08:00\"", "opens = \"8 o'clock\"")
            .replace("ladder = [\"alex\"", "ladder = [\"nobody\"")
            .replace("+13125550121", "0121");
        let Problems(problems) = Tenant::parse(&broken).unwrap_err();
        for field in ["tenant.time_zone", "business_hours.opens", "on_call.ladder[0]", "technicians[0].number"] {
            assert!(problems.iter().any(|problem| problem.starts_with(field)), "{field} is missing in {problems:?}");
        }
    }

    #[test]
    fn an_unknown_setting_is_a_problem_and_not_ignored() {
        let Problems(problems) = Tenant::parse(&DEMO.replace("ring_seconds", "rings")).unwrap_err();
        assert!(problems[0].contains("rings"), "{problems:?}");
    }

    #[test]
    fn a_ladder_without_any_number_is_refused() {
        let silent = DEMO.lines().filter(|line| !line.starts_with("number = \"+1312555012")).collect::<Vec<_>>();
        let Problems(problems) = Tenant::parse(&silent.join("\n")).unwrap_err();
        assert!(problems.iter().any(|problem| problem.contains("no emergency would reach")), "{problems:?}");
    }

    const ANTHROPIC: &str = "\n[model]\nvia = \"anthropic\"\napi_key = { env = \"NIGHTDESK_TEST_ABSENT\" }\n\
                             quick = \"quick-1\"\nthorough = \"thorough-1\"\nopinion = false\n";

    fn parsed(more: &str) -> Result<Tenant, Vec<String>> {
        Tenant::parse(&format!("{DEMO}\n{more}")).map_err(|problems| problems.0)
    }

    #[test]
    fn what_a_model_is_asked_is_stored_with_the_settings() {
        use nightdesk_domain::policy::ModelPolicy;
        let tenant = parsed(ANTHROPIC).unwrap();
        assert_eq!(tenant.policy.model, ModelPolicy { opinion: false, summary: true });
        assert_eq!(parsed("[model]\nvia = \"none\"").unwrap().policy.model, ModelPolicy::default());
        assert_eq!(parsed("").unwrap().policy.model, ModelPolicy::default());
    }

    #[tokio::test]
    async fn a_secret_that_is_missing_is_named_by_its_setting() {
        let tenant = parsed(ANTHROPIC).unwrap();
        let keys = tenant.keys(&Secrets::Local).await;
        let problems = tenant.integrations.problems(&keys);
        assert!(matches!(&problems[..], [one] if one.starts_with("model.api_key") && one.contains("ABSENT")));
        assert_eq!(keys, tenant.keys(&Secrets::Local).await, "nothing has changed");
        assert_ne!(keys, Keys::default());
    }

    #[test]
    fn the_services_sections_refuse_what_they_do_not_know() {
        for wrong in [
            "[mail]\nvia = \"pigeon\"",
            "[mail]\nvia = \"inbox\"\nfrom = \"a@b.example\"",
            "[mail]\nvia = \"ses\"",
            "[model]\nvia = \"none\"\nquick = \"x\"",
            "[model]\nvia = \"bedrock\"\nquick = \"x\"\nthorough = \"y\"\napi_key = { env = \"A\" }",
            "[transcription]\nby = \"carrier\"\nbucket = \"x\"",
            "[transcription]\nby = \"amazon\"",
        ] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
        for right in ["[mail]\nvia = \"inbox\"", "[transcription]\nby = \"carrier\""] {
            assert!(parsed(right).is_ok(), "{right}");
        }
    }

    #[test]
    fn every_problem_of_the_services_is_named_beside_the_others() {
        let sections = "[mail]\nvia = \"ses\"\nfrom = \"nobody\"\nreply_to = \"me\"\n\
                        [model]\nvia = \"anthropic\"\napi = \"http://far.example\"\napi_key = { ssm = \"a b\" }\n\
                        quick = \"\"\nthorough = \"t\"\n\
                        [transcription]\nby = \"amazon\"\nbucket = \"A Bucket\"\n";
        let broken = format!("{}\n{sections}", DEMO.replace("America/Chicago", "Mars/Olympus"));
        let Problems(problems) = Tenant::parse(&broken).unwrap_err();
        for field in [
            "tenant.time_zone",
            "mail.from",
            "mail.reply_to",
            "model.api:",
            "model.api_key",
            "model.quick",
            "transcription.bucket",
        ] {
            assert!(problems.iter().any(|problem| problem.starts_with(field)), "{field} is missing in {problems:?}");
        }
    }

    fn secret(folder: &tempfile::TempDir, name: &str, text: &str) -> String {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        format!("{{ file = {path:?} }}")
    }

    async fn wrong_with_chat(token: &str, signing: &str, url: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let (token, signing) = (secret(&folder, "token", token), secret(&folder, "signing", signing));
        let url = secret(&folder, "url", url);
        let chat = format!(
            "[slack]\nbot_token = {token}\nsigning_secret = {signing}\nchannel = \"C0123456789\"\n\
             [webhook]\nformat = \"teams\"\nurl = {url}\n"
        );
        let tenant = parsed(&chat).unwrap();
        tenant.integrations.problems(&tenant.keys(&Secrets::Local).await)
    }

    #[tokio::test]
    async fn what_is_wrong_with_chat_is_named_and_no_secret_is() {
        assert_eq!(wrong_with_chat("xoxb-1", "s", "https://hooks.example/x").await, [""; 0]);
        let problems = wrong_with_chat("xoxp-hidden", "s", "http://hidden.example/x").await;
        for field in ["slack.bot_token", "webhook.url"] {
            assert!(problems.iter().any(|problem| problem.starts_with(field)), "{field} is missing in {problems:?}");
        }
        assert!(!problems.concat().contains("hidden"), "{problems:?}");
        let chat = "[slack]\nbot_token = { env = \"A\" }\nsigning_secret = { env = \"B\" }\nchannel = \"#night\"\n";
        assert!(parsed(chat).unwrap_err()[0].starts_with("slack.channel"));
        assert!(parsed("[webhook]\nformat = \"pigeon\"\nurl = { env = \"A\" }").is_err());
    }

    #[tokio::test]
    async fn tools_have_names_and_tokens_that_nobody_guesses_or_shares() {
        let folder = tempfile::tempdir().unwrap();
        let long = "0123456789abcdef0123456789abcdef";
        let (long, short) = (secret(&folder, "long", long), secret(&folder, "short", "hidden"));
        let tenant = parsed(&format!("[alerts]\nkeep_days = 7\ntokens = {{ rmm = {long} }}")).unwrap();
        assert_eq!(tenant.policy.alerts.keep_days, 7);
        assert!(tenant.integrations.problems(&tenant.keys(&Secrets::Local).await).is_empty());
        assert_eq!(parsed("").unwrap().policy.alerts.keep_days, 30);

        let tenant = parsed(&format!("[alerts.tokens]\na = {long}\nb = {long}\nc = {short}")).unwrap();
        let problems = tenant.integrations.problems(&tenant.keys(&Secrets::Local).await);
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].starts_with("alerts.tokens.b: another tool") && problems[1].starts_with("alerts.tokens.c"));
        assert!(!problems.concat().contains("hidden"));

        for wrong in ["keep_days = 0", "keep_days = 4000", "tokens = { \"a b\" = { env = \"A\" } }"] {
            assert!(parsed(&format!("[alerts]\n{wrong}")).unwrap_err()[0].starts_with("alerts."), "{wrong}");
        }
    }

    #[test]
    fn amazon_is_a_setting_of_builds_that_have_it() {
        let mail = "[mail]\nvia = \"ses\"\nfrom = \"NightDesk <night@lakeside.example>\"";
        match (parsed(mail), crate::amazon::Amazon::IS_BUILT_IN) {
            (Ok(_), true) => {}
            (Err(problems), false) => assert!(problems[0].contains("--features aws"), "{problems:?}"),
            (parsed, _) => panic!("{:?}", parsed.map(|tenant| tenant.integrations)),
        }
    }
}
