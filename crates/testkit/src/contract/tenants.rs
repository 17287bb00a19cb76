//! The contract of [`nightdesk_ports::TenantRepository`]. Each function's name is what it demands.
#![allow(missing_docs, reason = "each case's name is its sentence")]
#![allow(clippy::unwrap_used, reason = "a case fails by panicking")]

use super::Store;
use crate::sample::{FILE, contact, number, other_tenant, policy, policy_of, tenant};
use nightdesk_domain::facts::Contact;
use nightdesk_domain::policy::Policy;
use std::collections::BTreeSet;
use std::sync::Arc;

fn named(name: &str) -> Policy {
    // The version of what is imported does not count.
    Policy { name: name.to_owned(), version: 77, ..policy() }
}

async fn import(store: &Arc<dyn Store>, contacts: &[Contact]) {
    store.import(&policy(), contacts, FILE).await.unwrap();
}

async fn names(store: &Arc<dyn Store>, digits: &str) -> Vec<String> {
    let found = store.contacts_of(&tenant(), &number(digits)).await.unwrap();
    found.iter().map(|contact| contact.name.reveal().to_owned()).collect()
}

pub async fn a_tenant_that_was_never_imported_has_no_settings(store: Arc<dyn Store>) {
    assert!(store.newest(&tenant()).await.unwrap().is_none());
    assert!(store.version(&tenant(), 1).await.unwrap().is_none());
    assert!(store.contacts_of(&tenant(), &number("+13125550142")).await.unwrap().is_empty());
    assert!(store.tenants().await.unwrap().is_empty());
}

pub async fn imports_count_versions_up_and_keep_the_old_ones(store: Arc<dyn Store>) {
    assert_eq!(store.import(&named("First"), &[], FILE).await.unwrap(), 1);
    assert_eq!(*store.newest(&tenant()).await.unwrap().unwrap(), Policy { version: 1, ..named("First") });
    assert_eq!(store.import(&named("Second"), &[], FILE).await.unwrap(), 2);
    assert_eq!(*store.newest(&tenant()).await.unwrap().unwrap(), Policy { version: 2, ..named("Second") });
    assert_eq!(*store.version(&tenant(), 1).await.unwrap().unwrap(), Policy { version: 1, ..named("First") });
    assert_eq!(*store.version(&tenant(), 2).await.unwrap().unwrap(), Policy { version: 2, ..named("Second") });
    assert!(store.version(&tenant(), 3).await.unwrap().is_none());
}

pub async fn versions_of_two_tenants_are_independent(store: Arc<dyn Store>) {
    store.import(&policy(), &[], FILE).await.unwrap();
    store.import(&policy(), &[], FILE).await.unwrap();
    assert_eq!(store.import(&policy_of(&other_tenant()), &[], FILE).await.unwrap(), 1);
    assert!(store.version(&other_tenant(), 2).await.unwrap().is_none());
    assert_eq!(store.newest(&other_tenant()).await.unwrap().unwrap().tenant, other_tenant());
    assert_eq!(store.newest(&tenant()).await.unwrap().unwrap().version, 2);
}

pub async fn tenants_are_listed_by_name(store: Arc<dyn Store>) {
    store.import(&policy_of(&other_tenant()), &[], FILE).await.unwrap();
    store.import(&policy(), &[], FILE).await.unwrap();
    store.import(&policy(), &[], FILE).await.unwrap();
    assert_eq!(store.tenants().await.unwrap(), [tenant(), other_tenant()]);
}

pub async fn concurrent_imports_get_different_versions(store: Arc<dyn Store>) {
    let imports = (0..8).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.import(&policy(), &[], FILE).await.unwrap() })
    });
    let mut versions = BTreeSet::new();
    for import in imports.collect::<Vec<_>>() {
        versions.insert(import.await.unwrap());
    }
    assert_eq!(versions, (1..=8).collect());
}

pub async fn a_contact_is_found_with_and_without_country_code(store: Arc<dyn Store>) {
    // One record holds the country code, the other was typed without it.
    let dana = contact("Dana", "acme-dental", &["+13125550142"]);
    let lee = contact("Lee", "acme-dental", &["+3125550143"]);
    import(&store, &[dana.clone(), lee]).await;
    assert_eq!(store.contacts_of(&tenant(), &number("+13125550142")).await.unwrap(), [dana]);
    assert_eq!(names(&store, "+3125550142").await, ["Dana"]);
    assert_eq!(names(&store, "+13125550143").await, ["Lee"]);
    assert!(names(&store, "+13125550144").await.is_empty());
}

pub async fn a_shared_number_finds_everybody_in_order(store: Arc<dyn Store>) {
    let zoe = contact("Zoe", "harbor-law", &["+13125550150"]);
    let dana = contact("Dana", "acme-dental", &["+13125550150"]);
    import(&store, &[zoe, contact("Lee", "acme-dental", &["+13125550151"]), dana]).await;
    assert_eq!(names(&store, "+13125550150").await, ["Zoe", "Dana"]);
}

pub async fn a_contact_with_two_numbers_is_found_by_either(store: Arc<dyn Store>) {
    let dana = contact("Dana", "acme-dental", &["+13125550142", "+13125550143"]);
    import(&store, std::slice::from_ref(&dana)).await;
    assert_eq!(store.contacts_of(&tenant(), &number("+13125550142")).await.unwrap(), std::slice::from_ref(&dana));
    assert_eq!(store.contacts_of(&tenant(), &number("+13125550143")).await.unwrap(), [dana]);
}

pub async fn a_contact_whose_numbers_share_ten_digits_is_found_once(store: Arc<dyn Store>) {
    import(&store, &[contact("Dana", "acme-dental", &["+13125550142", "+3125550142"])]).await;
    assert_eq!(names(&store, "+13125550142").await, ["Dana"]);
}

pub async fn an_import_replaces_all_contacts(store: Arc<dyn Store>) {
    import(&store, &[contact("Dana", "acme-dental", &["+13125550142"])]).await;
    import(&store, &[contact("Lee", "acme-dental", &["+13125550143"])]).await;
    assert!(names(&store, "+13125550142").await.is_empty());
    assert_eq!(names(&store, "+13125550143").await, ["Lee"]);
}

pub async fn contacts_of_another_tenant_are_not_found(store: Arc<dyn Store>) {
    import(&store, &[contact("Dana", "acme-dental", &["+13125550142"])]).await;
    let theirs = contact("Sam", "acme-dental", &["+13125550142"]);
    store.import(&policy_of(&other_tenant()), std::slice::from_ref(&theirs), FILE).await.unwrap();
    assert_eq!(names(&store, "+13125550142").await, ["Dana"]);
    assert_eq!(store.contacts_of(&other_tenant(), &number("+13125550142")).await.unwrap(), [theirs]);
    // An import of one tenant leaves the other's contacts alone.
    import(&store, &[]).await;
    assert_eq!(store.contacts_of(&other_tenant(), &number("+13125550142")).await.unwrap().len(), 1);
}

pub async fn short_numbers_match_only_themselves(store: Arc<dyn Store>) {
    import(&store, &[contact("Dana", "acme-dental", &["+13125550142"])]).await;
    assert!(names(&store, "+5550142").await.is_empty());
}

pub async fn an_unknown_tenant_has_no_file(store: Arc<dyn Store>) {
    assert_eq!(store.file(&tenant()).await.unwrap(), None);
    store.import(&policy_of(&other_tenant()), &[], FILE).await.unwrap();
    assert_eq!(store.file(&tenant()).await.unwrap(), None);
}

pub async fn the_file_is_the_newest_text_with_its_version(store: Arc<dyn Store>) {
    store.import(&named("First"), &[], "first = true").await.unwrap();
    assert_eq!(store.file(&tenant()).await.unwrap(), Some((1, "first = true".to_owned())));
    store.import(&named("Second"), &[], "second = true").await.unwrap();
    assert_eq!(store.file(&tenant()).await.unwrap(), Some((2, "second = true".to_owned())), "the old one is gone");
    // The same settings from the same text are a version like any other.
    store.import(&named("Second"), &[], "second = true").await.unwrap();
    assert_eq!(store.file(&tenant()).await.unwrap(), Some((3, "second = true".to_owned())));
}

pub async fn a_file_is_of_one_tenant_and_comes_back_letter_by_letter(store: Arc<dyn Store>) {
    let ours = "# Zürich, \"München\" and 東京\r\n\tname = 'x'\n\n";
    store.import(&policy(), &[], ours).await.unwrap();
    store.import(&policy_of(&other_tenant()), &[], "").await.unwrap();
    assert_eq!(store.file(&tenant()).await.unwrap(), Some((1, ours.to_owned())));
    assert_eq!(store.file(&other_tenant()).await.unwrap(), Some((1, String::new())), "an empty text is a text");
}
