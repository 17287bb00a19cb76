//! Amazon by its SDK: every client is made once, when it is first wanted.

use super::Sender;
use crate::store::Store;
use nightdesk_adapters_aws::bedrock::{BedrockConfig, BedrockModel};
use nightdesk_adapters_aws::config::sdk_config;
use nightdesk_adapters_aws::dynamo::{self, DynamoStore};
use nightdesk_adapters_aws::secrets::{AwsSecrets, SecretName};
use nightdesk_adapters_aws::ses::{MailConfig, SesNotifier};
use nightdesk_adapters_aws::transcribe::{AmazonTranscriber, TranscribeConfig};
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::private::Private;
use nightdesk_ports::{Budget, Clock, Notifier, TenantRepository, Transcriber, TriageModel};
use secrecy::SecretString;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// Amazon, as the machine's region and credentials reach it.
pub struct Amazon {
    endpoint: Option<String>,
    clock: Arc<dyn Clock>,
    clients: OnceCell<Clients>,
}

struct Clients {
    dynamo: aws_sdk_dynamodb::Client,
    mail: aws_sdk_sesv2::Client,
    models: aws_sdk_bedrockruntime::Client,
    transcribe: aws_sdk_transcribe::Client,
    objects: aws_sdk_s3::Client,
    secrets: AwsSecrets,
}

impl Amazon {
    /// Whether this build can speak to Amazon.
    pub const IS_BUILT_IN: bool = true;

    /// Asks nobody yet. With an endpoint, all services are asked there.
    pub fn new(endpoint: Option<String>, clock: Arc<dyn Clock>) -> Self {
        Self { endpoint, clock, clients: OnceCell::new() }
    }

    async fn clients(&self) -> &Clients {
        let make = async || {
            let config = sdk_config(self.endpoint.as_deref()).await;
            let parameters = aws_sdk_ssm::Client::new(&config);
            let secrets = aws_sdk_secretsmanager::Client::new(&config);
            Clients {
                dynamo: dynamo::client(&config),
                mail: aws_sdk_sesv2::Client::new(&config),
                models: aws_sdk_bedrockruntime::Client::new(&config),
                transcribe: aws_sdk_transcribe::Client::new(&config),
                objects: aws_sdk_s3::Client::new(&config),
                secrets: AwsSecrets::new(parameters, secrets, self.clock.clone()),
            }
        };
        self.clients.get_or_init(make).await
    }

    /// A store on a table that is there; one that is missing is an error that says how to create it.
    pub async fn store(&self, table: &str) -> Result<Store, String> {
        let store = DynamoStore::new(self.clients().await.dynamo.clone(), table);
        // Whether the table is there shows only when it is asked.
        store.tenants().await.map_err(|error| chain(&error))?;
        Ok(Store::of(Arc::new(store)))
    }

    /// Creates a table, unless it is there.
    pub async fn create_table(&self, table: &str) -> Result<(), String> {
        dynamo::create_table(&self.clients().await.dynamo, table).await.map_err(|error| chain(&error))
    }

    /// A parameter of SSM Parameter Store; `fresh` where what was read a while ago will not do.
    pub async fn parameter(&self, name: &str, fresh: bool) -> Result<SecretString, String> {
        self.read(&SecretName::Parameter(name.to_owned()), fresh).await
    }

    /// A secret of Secrets Manager, or one field of it.
    pub async fn secret(&self, name: &str, key: Option<&str>, fresh: bool) -> Result<SecretString, String> {
        self.read(&SecretName::Secret { name: name.to_owned(), key: key.map(str::to_owned) }, fresh).await
    }

    async fn read(&self, name: &SecretName, fresh: bool) -> Result<SecretString, String> {
        let secrets = &self.clients().await.secrets;
        let read = if fresh { secrets.fresh(name).await } else { secrets.read(name).await };
        read.map_err(|error| error.to_string())
    }

    /// E-mail by SES for one tenant.
    pub async fn mail(&self, tenant: &TenantId, sender: Sender<'_>) -> Result<Arc<dyn Notifier>, String> {
        let config = MailConfig {
            from: Private::new(sender.from),
            reply_to: sender.reply_to.map(Private::new),
            configuration_set: sender.configuration_set.map(str::to_owned),
        };
        let client = self.clients().await.mail.clone();
        Ok(Arc::new(SesNotifier::new(client, [(tenant.clone(), config)].into())))
    }

    /// Models on Bedrock for one tenant.
    pub async fn model(&self, tenant: &TenantId, quick: &str, thorough: &str) -> Result<Arc<dyn TriageModel>, String> {
        let client = self.clients().await.models.clone();
        let config = BedrockConfig { quick_model: quick.to_owned(), thorough_model: thorough.to_owned() };
        Ok(Arc::new(BedrockModel::new(client, [(tenant.clone(), config)].into(), Budget::default())))
    }

    /// Amazon Transcribe, with recordings and transcripts in a bucket.
    pub async fn transcriber(&self, bucket: &str, prefix: &str) -> Result<Arc<dyn Transcriber>, String> {
        let Clients { transcribe, objects, .. } = self.clients().await;
        let config = TranscribeConfig { bucket: bucket.to_owned(), prefix: prefix.to_owned() };
        Ok(Arc::new(AmazonTranscriber::new(transcribe.clone(), objects.clone(), config)))
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
