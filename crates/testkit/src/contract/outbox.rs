//! The contract of [`nightdesk_ports::Outbox`]. Each function's name is what it demands.
#![allow(missing_docs, reason = "each case's name is its sentence")]
#![allow(clippy::unwrap_used, reason = "a case fails by panicking")]

use super::{Store, assert_conflict};
use crate::sample::{
    at, case_owner, case_snapshot, commit, effect, lease, other_tenant, page_effect, save, tenant, unleased,
};
use chrono::Duration;
use nightdesk_domain::effect::PlannedEffect;
use nightdesk_domain::ids::EffectId;
use nightdesk_ports::{Claim, Commit, NewEffect, Tries};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Commits effects without a lease.
async fn plan(store: &Arc<dyn Store>, effects: Vec<PlannedEffect>) {
    store.commit(Commit { effects: unleased(effects), ..commit(&tenant()) }).await.unwrap();
}

/// An effect of case CA1.
fn mail(number: u32, due_seconds: i64) -> PlannedEffect {
    effect(&case_owner("CA1"), number, at(due_seconds))
}

/// Claims what is due, for thirty seconds.
async fn claim(store: &Arc<dyn Store>, who: &str, now_seconds: i64) -> Vec<Claim> {
    store.claim(at(now_seconds), &lease(who, at(now_seconds + 30)), 10).await.unwrap()
}

fn numbers(claims: &[Claim]) -> Vec<u32> {
    claims.iter().map(|claim| claim.effect.id.number).collect()
}

async fn only(store: &Arc<dyn Store>, who: &str, now_seconds: i64) -> Claim {
    let mut claims = claim(store, who, now_seconds).await;
    assert_eq!(claims.len(), 1, "one effect is free at {now_seconds}");
    claims.remove(0)
}

const TRIES: Tries = Tries { attempts: 3, unknown: 2, looked_up: 1 };

pub async fn an_effect_is_claimed_as_it_was_planned(store: Arc<dyn Store>) {
    let precise = at(0) + Duration::nanoseconds(1);
    let page = page_effect("CA1", 1, precise);
    plan(&store, vec![page.clone()]).await;
    let held = lease("a", at(31));
    let claims = store.claim(at(1), &held, 10).await.unwrap();
    assert_eq!(claims, [Claim { tenant: tenant(), effect: page, tries: Tries::default(), lease: held }]);
}

pub async fn an_effect_is_not_claimed_before_it_is_due(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 10)]).await;
    assert!(claim(&store, "a", 9).await.is_empty());
    assert_eq!(numbers(&claim(&store, "a", 10).await), [1]);
}

pub async fn effects_are_claimed_oldest_first_up_to_the_limit(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 30), mail(2, 10), mail(3, 20)]).await;
    let claims = store.claim(at(99), &lease("a", at(200)), 2).await.unwrap();
    assert_eq!(numbers(&claims), [2, 3]);
    let rest = store.claim(at(99), &lease("a", at(200)), 2).await.unwrap();
    assert_eq!(numbers(&rest), [1]);
}

pub async fn a_leased_effect_is_not_claimed_again(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 0)]).await;
    only(&store, "a", 0).await;
    assert!(claim(&store, "b", 29).await.is_empty());
    assert!(claim(&store, "a", 29).await.is_empty(), "not by its own holder either");
}

pub async fn an_expired_lease_may_be_taken_over(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 0)]).await;
    let lost = only(&store, "a", 0).await;
    let taken = only(&store, "b", 30).await;
    assert_conflict(store.settle(&lost).await);
    store.settle(&taken).await.unwrap();
}

pub async fn an_expired_lease_that_nobody_took_still_settles(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 0)]).await;
    let late = only(&store, "a", 0).await;
    assert!(store.claim(at(5_000), &lease("b", at(5_030)), 0).await.unwrap().is_empty());
    store.settle(&late).await.unwrap();
}

pub async fn the_earlier_claim_of_one_process_is_void_after_its_later_one(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 0)]).await;
    let earlier = only(&store, "a", 0).await;
    let later = only(&store, "a", 40).await;
    assert_conflict(store.settle(&earlier).await);
    store.settle(&later).await.unwrap();
}

pub async fn settling_removes_an_effect_once(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 0)]).await;
    let held = only(&store, "a", 0).await;
    store.settle(&held).await.unwrap();
    assert!(store.pending(&tenant(), &case_owner("CA1")).await.unwrap().is_empty());
    assert!(claim(&store, "a", 1_000).await.is_empty());
    assert_conflict(store.settle(&held).await);
}

pub async fn settling_a_lost_claim_is_a_conflict(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 0)]).await;
    let held = only(&store, "a", 0).await;
    let forged = Claim { lease: lease("b", held.lease.until), ..held.clone() };
    assert_conflict(store.settle(&forged).await);
    store.settle(&held).await.unwrap();
}

pub async fn postponing_moves_an_effect_and_keeps_its_tries(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 0)]).await;
    let held = only(&store, "a", 0).await;
    store.postpone(&held, at(60), TRIES).await.unwrap();
    assert!(claim(&store, "b", 59).await.is_empty());
    let again = only(&store, "b", 60).await;
    assert_eq!(again.tries, TRIES);
    assert_eq!(again.effect, mail(1, 0), "the order itself stays as planned");
}

pub async fn postponing_a_lost_claim_is_a_conflict(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 0)]).await;
    let lost = only(&store, "a", 0).await;
    let taken = only(&store, "b", 30).await;
    assert_conflict(store.postpone(&lost, at(1_000), TRIES).await);
    let pending = store.pending(&tenant(), &case_owner("CA1")).await.unwrap();
    assert_eq!(pending[0].1, Tries::default().interrupted(), "nothing was changed");
    store.settle(&taken).await.unwrap();
    assert_conflict(store.postpone(&taken, at(1_000), TRIES).await);
}

pub async fn a_postponed_effect_cannot_be_settled_by_its_old_claim(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 0)]).await;
    let held = only(&store, "a", 0).await;
    store.postpone(&held, at(60), TRIES).await.unwrap();
    assert_conflict(store.settle(&held).await);
    assert_conflict(store.postpone(&held, at(90), TRIES).await);
    assert_eq!(store.pending(&tenant(), &case_owner("CA1")).await.unwrap().len(), 1);
}

/// A commit of case CA1 that settles a claim.
fn settling(held: &Claim, expected_version: u64) -> Commit {
    Commit {
        saves: vec![save(case_snapshot("CA1"), expected_version)],
        effects: unleased(vec![mail(2, 0)]),
        settled: Some(held.clone()),
        ..commit(&tenant())
    }
}

async fn pending_numbers(store: &Arc<dyn Store>) -> Vec<u32> {
    let pending = store.pending(&tenant(), &case_owner("CA1")).await.unwrap();
    pending.into_iter().map(|(id, _)| id.number).collect()
}

pub async fn a_commit_settles_its_effect(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 0)]).await;
    let held = only(&store, "a", 0).await;
    store.commit(settling(&held, 0)).await.unwrap();
    assert_eq!(pending_numbers(&store).await, [2]);
}

pub async fn a_commit_with_a_lost_claim_changes_nothing(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 0)]).await;
    let lost = only(&store, "a", 0).await;
    let taken = only(&store, "b", 30).await;
    assert_conflict(store.commit(settling(&lost, 0)).await);
    assert!(store.load(&tenant(), &case_owner("CA1")).await.unwrap().is_none());
    assert_eq!(pending_numbers(&store).await, [1]);
    store.commit(settling(&taken, 0)).await.unwrap();
    // The same outcome a second time, with everything else in order.
    let again = Commit { effects: unleased(vec![]), ..settling(&taken, 1) };
    assert_conflict(store.commit(again).await);
    assert_eq!(store.load(&tenant(), &case_owner("CA1")).await.unwrap().unwrap().version, 1);
}

pub async fn a_failed_commit_does_not_settle(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 0)]).await;
    let held = only(&store, "a", 0).await;
    assert_conflict(store.commit(settling(&held, 7)).await);
    assert_eq!(pending_numbers(&store).await, [1]);
    store.settle(&held).await.unwrap();
}

pub async fn an_effect_committed_with_a_lease_is_held_from_the_start(store: Arc<dyn Store>) {
    let held = lease("a", at(30));
    let leased = NewEffect { planned: mail(1, 0), lease: Some(held.clone()) };
    let free = NewEffect::unleased(mail(2, 0));
    store.commit(Commit { effects: vec![leased, free], ..commit(&tenant()) }).await.unwrap();
    assert_eq!(numbers(&claim(&store, "b", 20).await), [2]);
    let own = Claim { tenant: tenant(), effect: mail(1, 0), tries: Tries::default(), lease: held };
    store.settle(&own).await.unwrap();
}

pub async fn a_lease_that_ran_out_counts_as_an_unknown_attempt(store: Arc<dyn Store>) {
    let leased = NewEffect { planned: mail(1, 0), lease: Some(lease("a", at(30))) };
    store.commit(Commit { effects: vec![leased], ..commit(&tenant()) }).await.unwrap();
    let first = only(&store, "b", 30).await;
    assert_eq!(first.tries, Tries { attempts: 1, unknown: 1, looked_up: 0 }, "the committer may have acted");
    let second = only(&store, "c", 60).await;
    assert_eq!(second.tries, Tries { attempts: 2, unknown: 2, looked_up: 0 });
    store.postpone(&second, at(60), TRIES).await.unwrap();
    assert_eq!(only(&store, "d", 60).await.tries, TRIES, "what was put back was not lost");
}

pub async fn a_planned_effect_of_a_taken_name_is_a_conflict(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 0)]).await;
    let again = Commit { effects: unleased(vec![mail(2, 0), mail(1, 0)]), ..commit(&tenant()) };
    assert_conflict(store.commit(again).await);
    let twice = Commit { effects: unleased(vec![mail(3, 0), mail(3, 0)]), ..commit(&tenant()) };
    assert_conflict(store.commit(twice).await);
    assert_eq!(pending_numbers(&store).await, [1]);
}

pub async fn a_failed_commit_plans_nothing(store: Arc<dyn Store>) {
    let failing =
        Commit { saves: vec![save(case_snapshot("CA1"), 3)], effects: unleased(vec![mail(1, 0)]), ..commit(&tenant()) };
    assert_conflict(store.commit(failing).await);
    assert!(claim(&store, "a", 100).await.is_empty());
}

pub async fn pending_shows_an_owners_effects_with_their_tries(store: Arc<dyn Store>) {
    plan(&store, vec![mail(2, 50), mail(1, 0), effect(&case_owner("CA2"), 1, at(90))]).await;
    let held = only(&store, "a", 0).await;
    store.postpone(&held, at(60), TRIES).await.unwrap();
    let id = |number| EffectId { owner: case_owner("CA1"), number };
    let pending = store.pending(&tenant(), &case_owner("CA1")).await.unwrap();
    assert_eq!(pending, [(id(1), TRIES), (id(2), Tries::default())]);
}

pub async fn pending_is_of_one_tenant(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 0)]).await;
    assert!(store.pending(&other_tenant(), &case_owner("CA1")).await.unwrap().is_empty());
}

pub async fn one_effect_name_in_two_tenants_is_two_effects(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 0)]).await;
    store.commit(Commit { effects: unleased(vec![mail(1, 0)]), ..commit(&other_tenant()) }).await.unwrap();
    let claims = claim(&store, "a", 0).await;
    let tenants: Vec<_> = claims.iter().map(|claim| claim.tenant.clone()).collect();
    assert_eq!(tenants, [tenant(), other_tenant()]);
    store.settle(&claims[0]).await.unwrap();
    assert_eq!(store.pending(&other_tenant(), &case_owner("CA1")).await.unwrap().len(), 1);
}

pub async fn a_claim_of_one_tenant_settles_nothing_of_another(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 0)]).await;
    let held = only(&store, "a", 0).await;
    let forged = Claim { tenant: other_tenant(), ..held.clone() };
    assert_conflict(store.settle(&forged).await);
    assert_conflict(store.postpone(&forged, at(60), TRIES).await);
    store.settle(&held).await.unwrap();
}

pub async fn oldest_due_is_since_when_the_oldest_is_due(store: Arc<dyn Store>) {
    plan(&store, vec![mail(1, 10), mail(2, 20)]).await;
    assert_eq!(store.oldest_due(at(9)).await.unwrap(), None);
    assert_eq!(store.oldest_due(at(10)).await.unwrap(), Some(at(10)));
    let held = only(&store, "a", 10).await;
    assert_eq!(store.oldest_due(at(11)).await.unwrap(), Some(at(10)), "a leased effect counts");
    store.postpone(&held, at(1_000), TRIES).await.unwrap();
    assert_eq!(store.oldest_due(at(30)).await.unwrap(), Some(at(20)), "what was put back is due later");
    assert_eq!(store.oldest_due(at(1_000)).await.unwrap(), Some(at(20)));
    store.settle(&only(&store, "a", 20).await).await.unwrap();
    assert_eq!(store.oldest_due(at(1_000)).await.unwrap(), Some(at(1_000)));
}

pub async fn concurrent_claims_never_share_an_effect(store: Arc<dyn Store>) {
    plan(&store, (1..=60).map(|number| mail(number, 0)).collect()).await;
    let claimants = (0..8).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut taken = Vec::new();
            loop {
                let claims = store.claim(at(0), &lease(&format!("p{n}"), at(30)), 3).await.unwrap();
                if claims.is_empty() {
                    return taken;
                }
                taken.extend(numbers(&claims));
            }
        })
    });
    let mut taken = Vec::new();
    for claimant in claimants.collect::<Vec<_>>() {
        taken.extend(claimant.await.unwrap());
    }
    assert_eq!(taken.len(), 60, "none is taken twice");
    assert_eq!(taken.into_iter().collect::<BTreeSet<_>>(), (1..=60).collect());
}
