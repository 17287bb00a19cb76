//! A commit as one transaction.

use super::DynamoStore;
use super::item::{Item, column, number, text, to_json};
use super::keys::{self, DueKind};
use super::parts;
use super::table::{INDEX_PARTITION, INDEX_PROJECTED, INDEX_SORT};
use super::transact::{Actions, Expression};
use aws_sdk_dynamodb::types::AttributeValue;
use nightdesk_domain::ids::TenantId;
use nightdesk_ports::{Alias, Claim, Commit, JournalEntry, Lease, NewEffect, SNAPSHOT_FORMAT, Save, StoreError, Tries};
use std::collections::BTreeMap;

/// That a claim is still held. It is its claimant and its end together: where the same process lost an effect and
/// took it again, the older claim is void. An expired lease that nobody has taken over is still held.
pub(super) const HELD: &str = "claimant = :claimant AND lease_until_ms = :until";

pub(super) fn held(lease: &Lease) -> [(&'static str, AttributeValue); 2] {
    [(":claimant", text(&lease.claimant)), (":until", number(column(lease.until)))]
}

impl DynamoStore {
    /// The actions of a commit.
    pub(super) fn actions_of(&self, commit: &Commit) -> Result<Actions, StoreError> {
        let mut actions = Actions::default();
        let tenant = &commit.tenant;
        for save in &commit.saves {
            self.save(&mut actions, tenant, save)?;
        }
        if let Some(claim) = &commit.settled {
            self.settle_within(&mut actions, claim)?;
        }
        for effect in &commit.effects {
            self.plan(&mut actions, tenant, effect)?;
        }
        for alias in merged(&commit.aliases)?.values() {
            self.name(&mut actions, tenant, alias)?;
        }
        for entry in &commit.journal {
            self.note(&mut actions, tenant, entry)?;
        }
        Ok(actions)
    }

    fn save(&self, actions: &mut Actions, tenant: &TenantId, save: &Save) -> Result<(), StoreError> {
        let owner = save.snapshot.owner();
        let key = keys::state(tenant, &owner);
        let version = save.expected_version.checked_add(1).ok_or(StoreError::Conflict)?;
        let mut head = Item::from([
            (parts::VERSION.to_owned(), number(version)),
            ("snapshot_format".to_owned(), number(SNAPSHOT_FORMAT)),
        ]);
        if let Some(deadline) = save.deadline {
            head.insert(INDEX_PARTITION.to_owned(), text(DueKind::States.shard_of(&key.partition)));
            head.insert(INDEX_SORT.to_owned(), number(column(deadline)));
        }
        let expected = if save.expected_version == 0 {
            let listed = keys::listed(tenant, &owner, column(save.snapshot.opened_at()));
            actions.put(self, "a list entry", listed.item(), None)?;
            Expression::absent()
        } else {
            Expression::new("version = :version", [(":version", number(save.expected_version))])
        };
        let mut expected = Some(expected);
        for item in parts::items(&key, head, &to_json("a state", &save.snapshot)?) {
            // The condition is the first part's; the others go with it.
            actions.put(self, "a state", item, expected.take())?;
        }
        Ok(())
    }

    fn plan(&self, actions: &mut Actions, tenant: &TenantId, new: &NewEffect) -> Result<(), StoreError> {
        let key = keys::effect(tenant, &new.planned.id);
        let mut head = Item::from([
            (INDEX_PARTITION.to_owned(), text(DueKind::Effects.shard_of(&key.partition))),
            (INDEX_SORT.to_owned(), number(column(new.planned.due))),
        ]);
        head.extend(tries_attributes(Tries::default()));
        if let Some(lease) = &new.lease {
            head.insert("claimant".to_owned(), text(&lease.claimant));
            head.insert(INDEX_PROJECTED.to_owned(), number(column(lease.until)));
        }
        let mut absent = Some(Expression::absent());
        for item in parts::items(&key, head, &to_json("an effect", &new.planned)?) {
            actions.put(self, "an effect", item, absent.take())?;
        }
        Ok(())
    }

    /// Removes the effect of a claim that is still held.
    pub(super) fn settle_within(&self, actions: &mut Actions, claim: &Claim) -> Result<(), StoreError> {
        let key = keys::effect(&claim.tenant, &claim.effect.id);
        let further = parts::further_keys(&key, &to_json("an effect", &claim.effect)?);
        actions.delete(self, "an effect", key, Some(Expression::new(HELD, held(&claim.lease))))?;
        for part in further {
            actions.delete(self, "an effect", part, None)?;
        }
        Ok(())
    }

    /// A unique name belongs to one owner for good; of a name that is not unique, the newest bearer counts.
    fn name(&self, actions: &mut Actions, tenant: &TenantId, alias: &Alias) -> Result<(), StoreError> {
        let key = keys::alias(tenant, alias.kind, &alias.value);
        let bearer = (":bearer", text(alias.owner.to_string()));
        let unique = (":unique", AttributeValue::Bool(alias.unique));
        if alias.unique {
            let free = Expression::new("attribute_not_exists(pk) OR bearer = :bearer", [bearer, unique]);
            return actions.update(self, "an alias", key, "SET bearer = :bearer, is_unique = :unique", free);
        }
        // Here `:unique` is false.
        let free =
            Expression::new("attribute_not_exists(pk) OR bearer = :bearer OR is_unique = :unique", [bearer, unique]);
        let set = "SET bearer = :bearer, is_unique = if_not_exists(is_unique, :unique)";
        actions.update(self, "an alias", key, set, free)
    }

    fn note(&self, actions: &mut Actions, tenant: &TenantId, entry: &JournalEntry) -> Result<(), StoreError> {
        let key = keys::journal(tenant, &entry.owner, entry.version);
        // The flight recorder is never overwritten; its rows have the versions of the states that they led to.
        let mut absent = Some(Expression::absent());
        for item in parts::items(&key, Item::new(), &to_json("a journal row", entry)?) {
            actions.put(self, "a journal row", item, absent.take())?;
        }
        Ok(())
    }
}

/// One of each name: a commit may give an owner the same name twice, and two owners never.
fn merged(aliases: &[Alias]) -> Result<BTreeMap<(&'static str, &str), Alias>, StoreError> {
    let mut merged: BTreeMap<_, Alias> = BTreeMap::new();
    for alias in aliases {
        let earlier = merged.entry((alias.kind, alias.value.as_str())).or_insert_with(|| alias.clone());
        let unique = earlier.unique || alias.unique;
        if earlier.owner != alias.owner && unique {
            return Err(StoreError::Conflict);
        }
        *earlier = Alias { unique, ..alias.clone() };
    }
    Ok(merged)
}

/// Earlier attempts of an effect, as attributes.
pub(super) fn tries_attributes(tries: Tries) -> [(String, AttributeValue); 3] {
    [
        ("attempts".to_owned(), number(tries.attempts)),
        ("unknown_attempts".to_owned(), number(tries.unknown)),
        ("looked_up".to_owned(), number(tries.looked_up)),
    ]
}
