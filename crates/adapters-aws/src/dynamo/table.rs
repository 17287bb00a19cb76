//! The shape of the table, and how to make it where no deployment template does.

use super::fault::{self, fault};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, IndexStatus, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TableStatus, TimeToLiveSpecification,
};
use nightdesk_ports::StoreError;
use std::time::Duration;

/// Partition key of the table, a string.
pub const PARTITION: &str = "pk";
/// Sort key of the table, a string.
pub const SORT: &str = "sk";
/// The sparse index of what is due.
pub const INDEX: &str = "due";
/// Partition key of the index, a string.
pub const INDEX_PARTITION: &str = "due_shard";
/// Sort key of the index, a number: milliseconds since 1970.
pub const INDEX_SORT: &str = "due_ms";
/// The one attribute that the index holds beside the keys, a number: until when an effect is leased.
pub const INDEX_PROJECTED: &str = "lease_until_ms";
/// The attribute by which DynamoDB deletes what has expired: seconds since 1970.
pub const TTL: &str = "expires_at";

/// How long to wait between two looks at a table that is being made, in milliseconds.
const LOOK_MILLISECONDS: u64 = 100;
/// How long a table may take until it can be used, in seconds; an empty one takes some ten.
const ACTIVE_SECONDS_MAX: u64 = 120;

/// Makes the table with its index, billed by request, expiring items by [`TTL`], and waits until it can be used.
///
/// A table that exists is left as it is, but for the expiry, which is switched on.
///
/// # Errors
/// `Unavailable` if DynamoDB cannot be reached, refuses, or takes longer than two minutes.
pub async fn create_table(client: &Client, table: &str) -> Result<(), StoreError> {
    let created = request(client, table)?.send().await;
    if let Err(error) = created
        && error.code() != Some("ResourceInUseException")
    {
        return Err(fault("the table", error));
    }
    wait_until_active(client, table).await?;
    switch_expiry_on(client, table).await
}

fn request(
    client: &Client,
    table: &str,
) -> Result<aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder, StoreError> {
    let index = GlobalSecondaryIndex::builder()
        .index_name(INDEX)
        .key_schema(key(INDEX_PARTITION, KeyType::Hash)?)
        .key_schema(key(INDEX_SORT, KeyType::Range)?)
        .projection(
            Projection::builder().projection_type(ProjectionType::Include).non_key_attributes(INDEX_PROJECTED).build(),
        )
        .build()
        .map_err(fault::unavailable)?;
    Ok(client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute(PARTITION, ScalarAttributeType::S)?)
        .attribute_definitions(attribute(SORT, ScalarAttributeType::S)?)
        .attribute_definitions(attribute(INDEX_PARTITION, ScalarAttributeType::S)?)
        .attribute_definitions(attribute(INDEX_SORT, ScalarAttributeType::N)?)
        .key_schema(key(PARTITION, KeyType::Hash)?)
        .key_schema(key(SORT, KeyType::Range)?)
        .global_secondary_indexes(index))
}

fn attribute(name: &str, kind: ScalarAttributeType) -> Result<AttributeDefinition, StoreError> {
    AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().map_err(fault::unavailable)
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, StoreError> {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build().map_err(fault::unavailable)
}

async fn wait_until_active(client: &Client, table: &str) -> Result<(), StoreError> {
    for _ in 0..ACTIVE_SECONDS_MAX * 1_000 / LOOK_MILLISECONDS {
        match client.describe_table().table_name(table).send().await {
            Ok(answer) => {
                let description = answer.table();
                let table_active =
                    description.and_then(|table| table.table_status()).is_some_and(|is| *is == TableStatus::Active);
                let indexes = description.map(|table| table.global_secondary_indexes()).unwrap_or_default();
                let index_active = indexes.iter().any(|index| {
                    index.index_name() == Some(INDEX)
                        && index.index_status().is_none_or(|is| *is == IndexStatus::Active)
                });
                if table_active && index_active {
                    return Ok(());
                }
                if table_active && !indexes.iter().any(|index| index.index_name() == Some(INDEX)) {
                    let text = format!("table {table} exists without the index {INDEX}: it is not one of ours");
                    return Err(StoreError::Unavailable(text.into()));
                }
            }
            // DescribeTable is eventually consistent: just made, a table may not be there yet.
            Err(SdkError::ServiceError(error)) if error.err().is_resource_not_found_exception() => {}
            Err(error) => return Err(fault("the table", error)),
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MILLISECONDS)).await;
    }
    Err(StoreError::Unavailable(format!("table {table} is not active after {ACTIVE_SECONDS_MAX} s").into()))
}

async fn switch_expiry_on(client: &Client, table: &str) -> Result<(), StoreError> {
    let setting =
        TimeToLiveSpecification::builder().enabled(true).attribute_name(TTL).build().map_err(fault::unavailable)?;
    let switched = client.update_time_to_live().table_name(table).time_to_live_specification(setting).send().await;
    match switched {
        // It is refused where it is on already.
        Err(error) if error.code() != Some("ValidationException") => Err(fault("the table", error)),
        _ => Ok(()),
    }
}
