//! Who serves one tenant, made from its file and its secrets.

use super::ports::Unwired;
use crate::amazon::{Amazon, Sender};
use crate::config::{Keys, Mail, Model, SIMULATOR_ACCOUNT_SID, Tenant, Transcription, simulator_token};
use nightdesk_adapters_anthropic::AnthropicModel;
use nightdesk_adapters_connectwise::ConnectWise;
use nightdesk_adapters_local::desk::Desk;
use nightdesk_adapters_local::inbox::Inbox;
use nightdesk_adapters_slack::Slack;
use nightdesk_adapters_twilio::{PublicUrl, TwilioAccount, TwilioTelephony};
use nightdesk_adapters_webhook::Webhook;
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::TranscriptionBy;
use nightdesk_ports::{Absent, Budget, HttpTransport, Notifier, Ticketing, Transcriber, TriageModel};
use secrecy::{ExposeSecret, SecretString};
use std::path::PathBuf;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// A tenant, and who serves it.
pub struct Served {
    pub(super) version: u32,
    pub(super) tenant: Arc<Tenant>,
    pub(super) keys: Keys,
    pub(super) problems: Vec<String>,
    pub(super) carrier: Arc<Carrier>,
    pub(super) ticketing: Arc<dyn Ticketing>,
    pub(super) notifier: Arc<dyn Notifier>,
    /// Where its people chat; what cannot be made now is none, and named among the problems.
    pub(super) chat: Chat,
    pub(super) model: Arc<dyn TriageModel>,
    pub(super) transcriber: Arc<dyn Transcriber>,
    /// The tokens of the tools that may send alerts, by the tools' names.
    pub(super) alert_tokens: Vec<(String, SecretString)>,
}

/// Where a tenant's people chat.
#[derive(Clone, Default)]
pub(super) struct Chat {
    pub(super) slack: Option<Arc<Slack>>,
    pub(super) webhook: Option<Arc<Webhook>>,
}

/// A telephone network, and the account there.
pub(super) struct Carrier {
    pub(super) account: TwilioAccount,
    pub(super) telephony: TwilioTelephony,
}

impl Served {
    /// What is stored of it.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// One line on who serves it.
    pub fn described(&self) -> String {
        let of = &self.tenant.integrations;
        let carrier = if of.twilio.is_some() { "Twilio" } else { "the simulated network" };
        let desk = if of.connectwise.is_some() { "ConnectWise" } else { "the built-in desk" };
        let mail = if matches!(of.mail, Some(Mail::Ses { .. })) { "mail by SES" } else { "notices in the inbox" };
        let model = match &of.model {
            Some(Model::Bedrock { .. }) => ", a model on Bedrock",
            Some(Model::Anthropic { .. }) => ", a model of Anthropic's",
            Some(Model::None {}) | None => "",
        };
        let slack = if of.slack.is_some() { ", pages in Slack" } else { "" };
        let webhook = if of.webhook.is_some() { ", cards by a webhook" } else { "" };
        let policy = &self.tenant.policy;
        let served = format!("calls by {carrier}, tickets in {desk}, {mail}{slack}{webhook}{model}");
        format!("{} ({}): {served}", policy.name, policy.tenant)
    }

    /// The account whose tokens sign its webhooks.
    pub fn account(&self) -> &TwilioAccount {
        &self.carrier.account
    }

    /// The tool whose token this is, by its name.
    pub fn sender_of_alerts(&self, token: &str) -> Option<&str> {
        let mut sender = None;
        // All of them are looked at, so that the time taken tells nothing.
        for (name, known) in &self.alert_tokens {
            if bool::from(known.expose_secret().as_bytes().ct_eq(token.as_bytes())) {
                sender = Some(name.as_str());
            }
        }
        sender
    }

    /// The Slack workspace.
    pub fn slack(&self) -> Option<&Slack> {
        self.chat.slack.as_deref()
    }

    /// The number that is dialled when nothing else works.
    pub fn emergency(&self) -> &PhoneNumber {
        &self.tenant.policy.emergency
    }

    /// Whether it is the carrier that writes messages down.
    pub fn carrier_transcribes(&self) -> bool {
        self.tenant.policy.transcription == TranscriptionBy::Carrier
    }
}

/// What all tenants are wired with.
pub(super) struct Parts {
    pub(super) transport: Arc<dyn HttpTransport>,
    pub(super) amazon: Arc<Amazon>,
    pub(super) public_url: PublicUrl,
    pub(super) twilio_api: String,
    pub(super) simulator_api: String,
    /// The folder of the simulated network's token.
    pub(super) data: PathBuf,
    pub(super) paced: bool,
    pub(super) desk: Desk,
    pub(super) inbox: Arc<Inbox>,
}

impl Parts {
    /// Wires a tenant. What cannot be made now stays as it was `before`; without a carrier there is nothing to serve.
    pub(super) async fn serve(
        &self,
        version: u32,
        tenant: Arc<Tenant>,
        keys: Keys,
        before: Option<&Served>,
    ) -> Result<Served, Vec<String>> {
        let mut problems = Vec::new();
        let carrier = self.carrier(&tenant, &keys);
        let ticketing = self.ticketing(&tenant, &keys);
        let notifier = self.notifier(&tenant).await.map_err(|why| vec![why]);
        let chat = self.chat(&tenant, &keys, before.map(|before| &before.chat), &mut problems);
        let alert_tokens = alert_tokens(&tenant, &keys, before, &mut problems);
        let model = self.model(&tenant, &keys).await;
        let transcriber = self.transcriber(&tenant).await.map_err(|why| vec![why]);

        let carrier = match carrier {
            Ok(carrier) => Some(carrier),
            Err(why) => {
                problems.push(why);
                before.map(|before| before.carrier.clone())
            }
        };
        let unwired = Arc::new(Unwired);
        let ticketing = kept(ticketing, before.map(|b| &b.ticketing), unwired.clone(), &mut problems);
        let notifier = kept(notifier, before.map(|b| &b.notifier), unwired.clone(), &mut problems);
        let model = kept(model, before.map(|b| &b.model), unwired.clone(), &mut problems);
        let transcriber = kept(transcriber, before.map(|b| &b.transcriber), unwired, &mut problems);
        match carrier {
            Some(carrier) => Ok(Served {
                version,
                tenant,
                keys,
                problems,
                carrier,
                ticketing,
                notifier,
                chat,
                model,
                transcriber,
                alert_tokens,
            }),
            None => Err(problems),
        }
    }

    fn carrier(&self, tenant: &Tenant, keys: &Keys) -> Result<Arc<Carrier>, String> {
        let (account, api) = match tenant.integrations.twilio_account(keys) {
            Some(_) if self.paced => return Err("a real carrier goes by real time: leave out --pace".to_owned()),
            Some(account) => (account?, &self.twilio_api),
            None => {
                let token = simulator_token(&self.data).map_err(|error| {
                    let folder = self.data.display();
                    format!("without [twilio] the simulated network's token is wanted, and {folder} has none: {error}")
                })?;
                let account = TwilioAccount::new(SIMULATOR_ACCOUNT_SID, token, None).map_err(|why| why.to_string())?;
                (account, &self.simulator_api)
            }
        };
        let accounts = [(tenant.policy.tenant.clone(), account.clone())].into();
        let telephony = TwilioTelephony::new(self.transport.clone(), api, self.public_url.clone(), accounts);
        Ok(Arc::new(Carrier { account, telephony }))
    }

    fn ticketing(&self, tenant: &Tenant, keys: &Keys) -> Result<Arc<dyn Ticketing>, Vec<String>> {
        match tenant.integrations.connectwise_config(keys) {
            Some(config) => {
                let configs = [(tenant.policy.tenant.clone(), config?)].into();
                Ok(Arc::new(ConnectWise::new(self.transport.clone(), configs)))
            }
            None => Ok(Arc::new(self.desk.clone())),
        }
    }

    async fn notifier(&self, tenant: &Tenant) -> Result<Arc<dyn Notifier>, String> {
        match &tenant.integrations.mail {
            Some(Mail::Ses { from, reply_to, configuration_set }) => {
                let sender =
                    Sender { from, reply_to: reply_to.as_deref(), configuration_set: configuration_set.as_deref() };
                self.amazon.mail(&tenant.policy.tenant, sender).await.map_err(|why| format!("mail: {why}"))
            }
            Some(Mail::Inbox {}) | None => Ok(self.inbox.clone()),
        }
    }

    /// What cannot be made now stays as it was.
    fn chat(&self, tenant: &Tenant, keys: &Keys, before: Option<&Chat>, problems: &mut Vec<String>) -> Chat {
        let before = before.cloned().unwrap_or_default();
        let of = &tenant.integrations;
        let slack = match of.slack_config(keys) {
            Some(Ok(config)) => Some(Arc::new(Slack::new(self.transport.clone(), config))),
            Some(Err(why)) => {
                problems.extend(why);
                before.slack
            }
            None => None,
        };
        let webhook = match (of.webhook_url(keys), &of.webhook) {
            (Some(Ok(url)), Some(part)) => Some(Arc::new(Webhook::new(self.transport.clone(), url, part.format()))),
            (Some(Err(why)), _) => {
                problems.push(why);
                before.webhook
            }
            _ => None,
        };
        Chat { slack, webhook }
    }

    async fn model(&self, tenant: &Tenant, keys: &Keys) -> Result<Arc<dyn TriageModel>, Vec<String>> {
        let id = &tenant.policy.tenant;
        match &tenant.integrations.model {
            Some(Model::Bedrock { quick, thorough, .. }) => {
                self.amazon.model(id, quick, thorough).await.map_err(|why| vec![format!("model: {why}")])
            }
            _ => match tenant.integrations.anthropic_config(keys) {
                Some(config) => {
                    let configs = [(id.clone(), config?)].into();
                    Ok(Arc::new(AnthropicModel::new(self.transport.clone(), configs, Budget::default())))
                }
                None => Ok(Arc::new(Absent)),
            },
        }
    }

    async fn transcriber(&self, tenant: &Tenant) -> Result<Arc<dyn Transcriber>, String> {
        match &tenant.integrations.transcription {
            Some(Transcription::Amazon { bucket, prefix }) => {
                self.amazon.transcriber(bucket, prefix).await.map_err(|why| format!("transcription: {why}"))
            }
            Some(Transcription::Carrier {}) | None => Ok(Arc::new(Absent)),
        }
    }
}

/// The tokens of tools; one that cannot be read now stays as it was.
fn alert_tokens(
    tenant: &Tenant,
    keys: &Keys,
    before: Option<&Served>,
    problems: &mut Vec<String>,
) -> Vec<(String, SecretString)> {
    let mut tokens = Vec::new();
    for (name, token) in tenant.integrations.alert_tokens(keys) {
        let known = before.and_then(|before| before.alert_tokens.iter().find(|(known, _)| *known == name));
        match token {
            Ok(token) => tokens.push((name, token)),
            Err(why) => {
                problems.push(why);
                tokens.extend(known.cloned());
            }
        }
    }
    tokens
}

/// What could be made; else what there was before; else what puts everything off.
fn kept<T: ?Sized>(
    made: Result<Arc<T>, Vec<String>>,
    before: Option<&Arc<T>>,
    unwired: Arc<T>,
    problems: &mut Vec<String>,
) -> Arc<T> {
    made.unwrap_or_else(|why| {
        problems.extend(why);
        before.cloned().unwrap_or(unwired)
    })
}
