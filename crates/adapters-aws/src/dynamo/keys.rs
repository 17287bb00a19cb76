//! The keys of the table. A tenant's name, an owner and a month hold no `#`, so that no two things share a key.

use super::item::Key;
use chrono::{DateTime, Datelike, Utc};
use nightdesk_domain::ids::{EffectId, OwnerId, TenantId};

/// Into how many partitions of the index what is due is spread, for states and for effects each.
///
/// A partition takes 1,000 write units a second, in an index too, and an index that cannot follow throttles its
/// table. A turn of a call moves a deadline (2 units: one entry goes, one comes), and an effect costs 3 in its life
/// (planned, leased, settled). A minute in which 1,000 callers speak every five seconds makes 200 turns a second:
/// 400 units for states and, at one effect a turn, 600 for effects. One partition each would be near its end; four
/// leave a factor of six. Each look asks every shard: at one look a second for both kinds that is 8 queries a second,
/// 21 million in a month of 30.4 days, at half a read unit each 10.5 million units. More shards would cost more for
/// room that nobody needs. Changing the number needs a pass over what is stored: entries stay where they were written,
/// and only shards that are asked are seen.
pub const SHARDS: u32 = 4;

/// Sort key of a state; its further parts follow it.
pub(super) const STATE: &str = "STATE";
/// Sort keys of effects begin so.
pub(super) const EFFECT: &str = "EFFECT#";
/// Sort keys of journal rows begin so.
pub(super) const JOURNAL: &str = "JOURNAL#";

/// The partition of everything that belongs to an owner.
pub(super) fn owner(tenant: &TenantId, owner: &OwnerId) -> String {
    format!("T#{tenant}#{owner}")
}

/// Whose partition it is: tenant and owner as written.
pub(super) fn of_owner(partition: &str) -> Option<(&str, &str)> {
    partition.strip_prefix("T#")?.split_once('#')
}

pub(super) fn state(tenant: &TenantId, of: &OwnerId) -> Key {
    Key::new(owner(tenant, of), STATE)
}

pub(super) fn effect(tenant: &TenantId, id: &EffectId) -> Key {
    Key::new(owner(tenant, &id.owner), format!("{EFFECT}{:010}", id.number))
}

/// The number in the sort key of an effect; none for one of its further parts.
pub(super) fn effect_number(sort: &str) -> Option<u32> {
    sort.strip_prefix(EFFECT)?.parse().ok()
}

pub(super) fn journal(tenant: &TenantId, of: &OwnerId, version: u64) -> Key {
    Key::new(owner(tenant, of), format!("{JOURNAL}{version:010}"))
}

pub(super) fn alias(tenant: &TenantId, kind: &str, value: &str) -> Key {
    Key::new(format!("T#{tenant}#ALIAS#{kind}#{value}"), "ALIAS")
}

/// The partition that lists a tenant's calls or cases.
pub(super) fn list(tenant: &TenantId, kind: &str) -> String {
    format!("T#{tenant}#LIST#{kind}")
}

/// Largest number of milliseconds since 1970 that a sort key holds: the year 2286.
pub(super) const MILLISECONDS_MAX: i64 = 9_999_999_999_999;

/// Where an owner stands in its list: the newest first, and of the same instant by name. Counting down from the
/// largest instant lets one forward query give both orders.
pub(super) fn listed(tenant: &TenantId, of: &OwnerId, opened_at_ms: i64) -> Key {
    let (kind, id) = match of {
        OwnerId::Call(id) => ("call", id.as_str()),
        OwnerId::Case(id) => ("case", id.as_str()),
    };
    let before_the_end = MILLISECONDS_MAX - opened_at_ms.clamp(0, MILLISECONDS_MAX);
    Key::new(list(tenant, kind), format!("{before_the_end:013}#{id}"))
}

/// The id in the sort key of a list.
pub(super) fn listed_id(sort: &str) -> Option<&str> {
    Some(sort.split_once('#')?.1)
}

/// What the index keeps apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DueKind {
    States,
    Effects,
}

impl DueKind {
    /// A partition of the index.
    pub(super) fn shard(self, shard: u32) -> String {
        match self {
            DueKind::States => format!("state#{shard}"),
            DueKind::Effects => format!("effect#{shard}"),
        }
    }

    /// The partition of the index in which an owner's entries are.
    pub(super) fn shard_of(self, owner_partition: &str) -> String {
        // FNV-1a: stable over builds and platforms, which the standard hasher does not promise.
        let hash = owner_partition
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        self.shard(hash % SHARDS)
    }
}

/// A tenant's settings: which version is the newest, and where each is.
pub(super) fn tenant(tenant: &TenantId) -> String {
    format!("T#{tenant}#TENANT")
}

pub(super) fn newest(of: &TenantId) -> Key {
    Key::new(tenant(of), "NEWEST")
}

/// Sort keys of policy versions begin so.
pub(super) const VERSION: &str = "VERSION#";

pub(super) fn version(of: &TenantId, version: u32) -> Key {
    Key::new(tenant(of), format!("{VERSION}{version:010}"))
}

/// Sort keys of the markers of imports begin so.
pub(super) const MARKER: &str = "IMPORT#";

/// The marker of an import, from its beginning until nothing is left of it to remove.
pub(super) fn marker(of: &TenantId, generation: &str) -> Key {
    Key::new(tenant(of), format!("{MARKER}{generation}"))
}

/// Everything that one import wrote.
pub(super) fn import(tenant: &TenantId, generation: &str) -> String {
    format!("T#{tenant}#IMPORT#{generation}")
}

/// Sort keys of contacts begin so.
pub(super) const CONTACT: &str = "CONTACT#";

/// The contacts that share ten digits. The ending keeps shorter numbers apart from longer ones that begin alike.
pub(super) fn contacts(last_ten: &str) -> String {
    format!("{CONTACT}{last_ten}#LIST")
}

/// The one partition that is no tenant's: their names.
pub(super) const TENANTS: &str = "TENANTS";

/// The item that is written to see whether a write is possible.
pub(super) fn heartbeat() -> Key {
    Key::new("HEARTBEAT", "HEARTBEAT")
}

/// A month of records of one kind. The month has a fixed length and comes last, so that a kind may hold anything.
pub(super) fn records(tenant: &TenantId, kind: &str, month: &str) -> String {
    format!("T#{tenant}#RECORD#{kind}#{month}")
}

/// The months in which there are records of one kind.
pub(super) fn months(tenant: &TenantId, kind: &str) -> String {
    format!("T#{tenant}#MONTHS#{kind}")
}

/// The name of a record; it spreads over as many partitions as there are ids.
pub(super) fn record_name(tenant: &TenantId, kind: &str, id: &str) -> Key {
    Key::new(format!("T#{tenant}#NAME#{id}"), format!("KIND#{kind}"))
}

/// All entries of one kind. The kind comes last, so that it may hold anything.
pub(super) fn register(tenant: &TenantId, kind: &str) -> String {
    format!("T#{tenant}#REGISTER#{kind}")
}

/// Sort keys of entries begin so: a sort key is never empty, and an id may be.
const ENTRY: &str = "ENTRY#";

/// An entry among those of its kind; they are in the order of their ids.
pub(super) fn entry(tenant: &TenantId, kind: &str, id: &str) -> Key {
    Key::new(register(tenant, kind), format!("{ENTRY}{id}"))
}

/// The id in the sort key of an entry.
pub(super) fn entry_id(sort: &str) -> Option<&str> {
    sort.strip_prefix(ENTRY)
}

/// The month of an instant, in UTC.
pub(super) fn month(at: DateTime<Utc>) -> String {
    format!("{:04}-{:02}", at.year(), at.month())
}

/// An instant in a sort key; none if it is before 1970 or too late for thirteen digits.
pub(super) fn fixed_width(milliseconds: i64) -> Option<String> {
    (0..=MILLISECONDS_MAX).contains(&milliseconds).then(|| format!("{milliseconds:013}"))
}

/// The same, moved to the nearest instant that a sort key holds: for the ends of a stretch of time.
pub(super) fn clamped(milliseconds: i64) -> String {
    format!("{:013}", milliseconds.clamp(0, MILLISECONDS_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn call(id: &str) -> OwnerId {
        format!("call/{id}").parse().unwrap()
    }

    fn northwind() -> TenantId {
        TenantId::parse("northwind").unwrap()
    }

    #[test]
    fn a_partition_tells_whose_it_is() {
        let partition = owner(&northwind(), &call("CA1"));
        assert_eq!(of_owner(&partition), Some(("northwind", "call/CA1")));
        assert_eq!(of_owner("TENANTS"), None);
    }

    #[test]
    fn lists_are_newest_first_and_then_by_name() {
        let at = |id, milliseconds| listed(&northwind(), &call(id), milliseconds).sort;
        assert!(at("CA1", 2_000) < at("CA1", 1_000));
        assert!(at("CA1", 1_000) < at("CA2", 1_000));
        assert_eq!(listed_id(&at("CA1", 5)), Some("CA1"));
    }

    #[test]
    fn a_further_part_of_an_effect_is_no_effect() {
        assert_eq!(effect_number("EFFECT#0000000012"), Some(12));
        assert_eq!(effect_number("EFFECT#0000000012#01"), None);
    }

    #[test]
    fn owners_spread_over_all_shards_and_stay_where_they_are() {
        let mut shards = BTreeMap::new();
        for n in 0..400 {
            *shards.entry(DueKind::States.shard_of(&owner(&northwind(), &call(&format!("CA{n}"))))).or_insert(0) += 1;
        }
        assert_eq!(shards.len(), SHARDS as usize);
        assert!(shards.values().all(|owners| (60..=140).contains(owners)), "{shards:?}");
        // Entries stay where an earlier build wrote them.
        assert_eq!(DueKind::Effects.shard_of("T#northwind#case/CA1"), "effect#2");
    }
}
