//! The index of what is due, as a store shows it that writes its index after it has acknowledged a commit.
//!
//! DynamoDB's secondary indexes are only ever read eventually consistent. The index here keeps its whole history,
//! so that a look can be given what was true a moment ago: what was committed since is missing from it, and what
//! has been settled, taken or moved since is still in it.

use super::world::World;
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::ids::{EffectId, OwnerId, TenantId};
use nightdesk_ports::Commit;
use std::collections::BTreeMap;

/// The furthest that a look lags behind, in milliseconds. AWS names no bound and speaks of a fraction of a second
/// (Developer Guide, "Global secondary indexes", propagation of updates); more is harder.
const LAG_MS_MAX: u64 = 3_000;

/// Both halves of the index.
#[derive(Default)]
pub(crate) struct Index {
    /// When owners want to be woken.
    pub(crate) owners: History<(TenantId, OwnerId)>,
    /// From when on effects may be claimed: when they are due, or when their lease ends.
    pub(crate) effects: History<(TenantId, EffectId)>,
}

/// Every entry with its changes, the oldest first.
pub(crate) struct History<K>(BTreeMap<K, Vec<Change>>);

/// Since when an entry has stood at which instant; none: it is gone.
type Change = (DateTime<Utc>, Option<DateTime<Utc>>);

impl<K> Default for History<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Clone> History<K> {
    pub(crate) fn set(&mut self, key: K, now: DateTime<Utc>, due: Option<DateTime<Utc>>) {
        self.0.entry(key).or_default().push((now, due));
    }

    /// What was due by `now` in the index of an instant, the oldest first.
    pub(crate) fn due(&self, seen: DateTime<Utc>, now: DateTime<Utc>, limit: usize) -> Vec<K> {
        let mut due: Vec<_> = self
            .0
            .iter()
            .filter_map(|(key, changes)| {
                let (_, due) = changes.iter().rev().find(|(since, _)| *since <= seen)?;
                due.filter(|due| *due <= now).map(|due| (due, key))
            })
            .collect();
        due.sort();
        due.into_iter().take(limit).map(|(_, key)| key.clone()).collect()
    }
}

impl Index {
    /// A commit that the store has taken.
    pub(crate) fn committed(&mut self, commit: &Commit, now: DateTime<Utc>) {
        for save in &commit.saves {
            self.owners.set((commit.tenant.clone(), save.snapshot.owner()), now, save.deadline);
        }
        if let Some(claim) = &commit.settled {
            self.effects.set((claim.tenant.clone(), claim.effect.id.clone()), now, None);
        }
        for new in &commit.effects {
            let from = new.lease.as_ref().map_or(new.planned.due, |lease| lease.until.max(new.planned.due));
            self.effects.set((commit.tenant.clone(), new.planned.id.clone()), now, Some(from));
        }
    }
}

/// What a look that lags behind shows; none for a look that does not. Whoever misses something by it looks again.
pub(crate) fn stale<K: Ord + Clone>(
    world: &World,
    half: impl Fn(&Index) -> &History<K>,
    now: DateTime<Utc>,
    limit: usize,
) -> Option<Vec<K>> {
    if !world.strikes(world.faults.rates.index_stale) {
        return None;
    }
    let lag = TimeDelta::milliseconds(i64::try_from(world.range(1, LAG_MS_MAX)).unwrap_or(1));
    let present = world.clock.at();
    let mut book = world.book();
    let shown = half(&book.index).due(present - lag, now, limit);
    let true_now = half(&book.index).due(present, now, limit);
    let missed = true_now.iter().any(|key| !shown.contains(key));
    let gone = shown.iter().any(|key| !true_now.contains(key));
    if missed {
        // As a server would, which looks several times a second; see `something_due`.
        book.agenda.insert(present + lag);
    }
    drop(book);
    if missed || gone {
        let wrong = if missed { "misses something" } else { "shows what is gone" };
        world.note(format!("store: the index of what is due {wrong}"));
    }
    Some(shown)
}
