//! A table as a deployment leaves it, in the emulator.

use aws_sdk_dynamodb::config::{Credentials, Region};
use nightdesk::config::{DEMO, Tenant};
use nightdesk::store::Store;
use nightdesk_adapters_aws::config::{behavior_version, http_client};
use nightdesk_adapters_aws::dynamo::{DynamoStore, create_table};
use nightdesk_ports::TenantRepository;
use nightdesk_testkit::dynamo::Emulator;
use std::sync::Arc;

/// Its name.
pub(crate) const TABLE: &str = "nightdesk-lambda";

/// A new table with the demo tenant in it, as `nightdesk table create` and `nightdesk tenant import` leave it.
pub(crate) async fn table(emulator: &Emulator) -> Store {
    Store::of(Arc::new(table_that_counts(emulator).await))
}

/// The same, to be asked what it has used.
pub(crate) async fn table_that_counts(emulator: &Emulator) -> DynamoStore {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(behavior_version())
        .http_client(http_client())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .endpoint_url(&emulator.endpoint)
        .build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    create_table(&client, TABLE).await.unwrap();
    let store = DynamoStore::new(client, TABLE);
    let demo = Tenant::parse(DEMO).unwrap();
    store.import(&demo.policy, &demo.contacts, DEMO).await.unwrap();
    store
}
