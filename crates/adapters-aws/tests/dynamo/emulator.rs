//! The emulator against what AWS documents, where the store relies on it.

use crate::support::{client, plain, table};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeValue, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use nightdesk_adapters_aws::dynamo::{INDEX, create_table};
use std::collections::HashMap;

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn key(name: &str) -> HashMap<String, AttributeValue> {
    HashMap::from([("pk".to_owned(), text("p")), ("sk".to_owned(), text(name))])
}

fn new(table: &str, name: &str) -> TransactWriteItem {
    let put = Put::builder().table_name(table).set_item(Some(key(name)));
    TransactWriteItem::builder().put(put.condition_expression("attribute_not_exists(pk)").build().unwrap()).build()
}

async fn fresh() -> (Client, String) {
    (client(plain()), table().await)
}

#[tokio::test]
async fn reasons_of_a_cancelled_transaction_are_in_the_order_of_its_actions() {
    let (client, table) = fresh().await;
    client.put_item().table_name(&table).set_item(Some(key("b"))).send().await.unwrap();
    let actions = ["a", "b", "c"].map(|name| new(&table, name)).to_vec();
    let error = client.transact_write_items().set_transact_items(Some(actions)).send().await.unwrap_err();
    let error = error.into_service_error();
    assert!(error.is_transaction_canceled_exception(), "{error:?}");
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        cancelled,
    ) = error
    else {
        panic!("it is cancelled")
    };
    let codes: Vec<_> = cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed", "None"]);
    let left = client.get_item().table_name(&table).set_key(Some(key("a"))).send().await.unwrap();
    assert!(left.item.is_none(), "nothing of it is stored");
}

#[tokio::test]
async fn a_repeated_token_is_answered_with_the_first_success() {
    let (client, table) = fresh().await;
    for _ in 0..2 {
        let request = client.transact_write_items().client_request_token("t1").transact_items(new(&table, "a"));
        request.send().await.unwrap();
    }
    let request = client.transact_write_items().client_request_token("t1").transact_items(new(&table, "b"));
    let error = request.send().await.unwrap_err().into_service_error();
    assert!(error.is_idempotent_parameter_mismatch_exception(), "{error:?}");
}

#[tokio::test]
async fn an_update_gives_the_new_item_or_the_one_that_failed_its_condition() {
    let (client, table) = fresh().await;
    client.put_item().table_name(&table).set_item(Some(key("a"))).send().await.unwrap();
    let update = || {
        client
            .update_item()
            .table_name(&table)
            .set_key(Some(key("a")))
            .condition_expression("attribute_not_exists(held)")
            .update_expression("SET held = :by")
            .expression_attribute_values(":by", text("me"))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    };
    let updated = update().send().await.unwrap().attributes.unwrap();
    assert_eq!((&updated["held"], &updated["sk"]), (&text("me"), &text("a")));
    let error = update().send().await.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException(failed) = error
    else {
        panic!("its condition fails")
    };
    assert_eq!(failed.item.unwrap()["held"], text("me"));
}

#[tokio::test]
async fn the_index_holds_only_what_has_its_attributes_and_only_what_it_projects() {
    let (client, table) = fresh().await;
    for (name, due) in [("a", Some("20")), ("b", None), ("c", Some("10"))] {
        let mut item = key(name);
        item.insert("body".to_owned(), text("long"));
        item.insert("lease_until_ms".to_owned(), AttributeValue::N("5".to_owned()));
        item.insert("due_shard".to_owned(), text("effect#0"));
        item.extend(due.map(|due| ("due_ms".to_owned(), AttributeValue::N(due.to_owned()))));
        client.put_item().table_name(&table).set_item(Some(item)).send().await.unwrap();
    }
    let query = client.query().table_name(&table).index_name(INDEX).key_condition_expression("due_shard = :s");
    let found = query.expression_attribute_values(":s", text("effect#0")).send().await.unwrap();
    let names: Vec<_> = found.items().iter().map(|item| item["sk"].as_s().unwrap().as_str()).collect();
    assert_eq!(names, ["c", "a"]);
    assert!(found.items().iter().all(|item| item.contains_key("lease_until_ms") && !item.contains_key("body")));
}

#[tokio::test]
async fn a_limited_query_goes_on_where_it_stopped() {
    let (client, table) = fresh().await;
    for name in ["a", "b", "c"] {
        client.put_item().table_name(&table).set_item(Some(key(name))).send().await.unwrap();
    }
    let query = || {
        let query = client.query().table_name(&table).key_condition_expression("pk = :p").limit(2);
        query.expression_attribute_values(":p", text("p"))
    };
    let first = query().send().await.unwrap();
    assert_eq!(first.items().len(), 2);
    let rest = query().set_exclusive_start_key(first.last_evaluated_key).send().await.unwrap();
    assert_eq!((rest.items()[0]["sk"].as_s().unwrap().as_str(), rest.items().len()), ("c", 1));
    assert!(rest.last_evaluated_key.is_none());
}

#[tokio::test]
async fn an_item_over_its_limit_is_refused() {
    let (client, table) = fresh().await;
    let mut item = key("a");
    item.insert("body".to_owned(), text(&"x".repeat(410_000)));
    assert!(client.put_item().table_name(&table).set_item(Some(item)).send().await.is_err());
}

#[tokio::test]
async fn a_table_that_exists_is_made_again_without_harm() {
    let (client, table) = fresh().await;
    client.put_item().table_name(&table).set_item(Some(key("a"))).send().await.unwrap();
    create_table(&client, &table).await.unwrap();
    let kept = client.get_item().table_name(&table).set_key(Some(key("a"))).send().await.unwrap();
    assert!(kept.item.is_some());
    let expiry = client.describe_time_to_live().table_name(&table).send().await.unwrap();
    assert_eq!(expiry.time_to_live_description.unwrap().attribute_name(), Some("expires_at"));
}
