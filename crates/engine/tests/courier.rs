//! The engine against ports of which one does one thing wrong; and how often it goes to the store.
// Tests may unwrap.
#![allow(clippy::unwrap_used, clippy::panic)]

use futures_util::FutureExt;
use nightdesk_domain::call::{Arrival, CallEvent, CallState, Speech};
use nightdesk_domain::ids::{CallId, EffectId, LegId, OwnerId, PsaTicketId};
use nightdesk_domain::reply::Heard;
use nightdesk_engine::{Engine, Ports, Settings};
use nightdesk_ports::{
    Cases, DeliveryError, MockCases, MockTelephony, MockTicketing, Outbox, Snapshot, StoreError, TenantRepository,
    Tries,
};
use nightdesk_testkit::fakes::{CountingCases, HandClock, Obedient, ports};
use nightdesk_testkit::memory::MemoryStore;
use nightdesk_testkit::sample::{self, at, tenant};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

struct Night {
    engine: Engine,
    store: MemoryStore,
    clock: Arc<HandClock>,
    outside: Arc<Obedient>,
}

/// An engine on obedient ports, some of them replaced.
async fn night(replace: impl FnOnce(&mut Ports, &MemoryStore)) -> Night {
    let store = MemoryStore::new();
    store.import(&sample::policy(), &[], sample::FILE).await.unwrap();
    let clock = HandClock::at(at(0));
    let outside = Arc::new(Obedient::default());
    let mut all = ports(&store, clock.clone(), outside.clone());
    replace(&mut all, &store);
    Night { engine: Engine::new(all, Settings::new("test")), store, clock, outside }
}

fn call() -> CallId {
    CallId::parse("CA1").unwrap()
}

fn case() -> OwnerId {
    OwnerId::Case(call().case())
}

impl Night {
    async fn arrive(&self) {
        let (dialled, from) = (sample::number("+13125550100"), Some(sample::number("+13125550149")));
        self.engine.arrive(&Arrival { tenant: tenant(), call: call(), dialled, from }).await.unwrap();
    }

    async fn say(&self, turn: u32, words: &str) {
        let words = Some(Speech { words: words.into(), confidence_percent: Some(90) });
        let said = CallEvent::Said { turn, heard: Heard::default(), words, keys: None };
        self.engine.call_event(&tenant(), &call(), said, Heard::default()).await.unwrap();
    }

    async fn server_down(&self) {
        self.arrive().await;
        self.say(1, "this is dana at acme dental our server is down and nobody can work since an hour").await;
    }

    /// What is still to be done for the case, by number of its effect.
    async fn pending(&self) -> Vec<(u32, Tries)> {
        let pending = self.store.pending(&tenant(), &case()).await.unwrap();
        pending.into_iter().map(|(EffectId { number, .. }, tries)| (number, tries)).collect()
    }

    fn asked(&self, what: &str) -> usize {
        self.outside.ledger.lines().iter().filter(|line| line.contains(what)).count()
    }

    async fn ticket(&self) -> Option<PsaTicketId> {
        match self.store.load(&tenant(), &case()).await.unwrap().unwrap().snapshot {
            Snapshot::Case(case) => case.ticket.psa,
            Snapshot::Call(_) => panic!("a call"),
        }
    }

    async fn run(&self) {
        self.engine.run_due(16).await.unwrap();
    }
}

/// A ticketing system whose first opening fails like this and whose second succeeds.
fn first_opening_fails(error: fn() -> DeliveryError) -> (Arc<MockTicketing>, Arc<AtomicUsize>) {
    let (opened, count) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut desk = MockTicketing::new();
    desk.expect_open_count().returning(|_, _| Err(DeliveryError::unavailable()));
    desk.expect_last_fix().returning(|_, _, _| Err(DeliveryError::unavailable()));
    let asked = opened.clone();
    desk.expect_open().returning(move |_| match asked.fetch_add(1, Ordering::Relaxed) {
        0 => Err(error()),
        _ => Ok(PsaTicketId::parse("77").unwrap()),
    });
    let looked = count.clone();
    desk.expect_find().returning(move |_, _| {
        looked.fetch_add(1, Ordering::Relaxed);
        Ok(Vec::new())
    });
    (Arc::new(desk), count)
}

#[tokio::test]
async fn a_turn_without_effects_costs_one_load_and_one_commit() {
    let mut counting = None;
    let night = night(|ports, store| ports.cases = counting.insert(CountingCases::new(store.clone())).clone()).await;
    let counting = counting.unwrap();
    night.arrive().await;
    assert_eq!(counting.take(), (1, 1));
    night.say(1, "my outlook is slow").await;
    assert_eq!(counting.take(), (1, 1));
}

#[tokio::test]
async fn a_hold_poll_that_brings_nothing_commits_nothing() {
    let mut counting = None;
    let night = night(|ports, store| ports.cases = counting.insert(CountingCases::new(store.clone())).clone()).await;
    night.server_down().await;
    let counting = counting.unwrap();
    let turn = loop {
        let stored = night.store.load(&tenant(), &OwnerId::Call(call())).await.unwrap().unwrap();
        let Snapshot::Call(state) = stored.snapshot else { panic!("a case") };
        if matches!(state.state, CallState::Holding { .. }) {
            break state.turn;
        }
        night.say(state.turn, "five").await;
    };
    counting.take();
    let heard = Heard { news: 1, polls: 1 };
    let silence = CallEvent::Said { turn, heard, words: None, keys: None };
    let reply = night.engine.call_event(&tenant(), &call(), silence, heard).await.unwrap();
    assert!(!reply.say.is_empty());
    assert_eq!(counting.take(), (1, 0));
}

#[tokio::test]
async fn an_unavailable_ticketing_system_is_asked_again_after_a_second() {
    let (desk, looked) = first_opening_fails(DeliveryError::unavailable);
    let night = night(|ports, _| ports.ticketing = desk).await;
    night.server_down().await;
    night.run().await;
    let once = Tries { attempts: 1, unknown: 0, looked_up: 0 };
    assert!(night.pending().await.iter().any(|(_, tries)| *tries == once));
    night.clock.advance(1);
    night.run().await;
    assert_eq!(night.ticket().await.unwrap().as_str(), "77");
    assert_eq!(looked.load(Ordering::Relaxed), 0, "what was certainly not done needs no look-up");
}

#[tokio::test]
async fn a_ticket_of_unknown_fate_is_looked_up_twice_before_it_is_opened_again() {
    let (desk, looked) = first_opening_fails(|| DeliveryError::Unknown);
    let night = night(|ports, _| ports.ticketing = desk).await;
    night.server_down().await;
    night.run().await;
    for looks in 1..=2 {
        night.clock.advance(3);
        night.run().await;
        assert_eq!((looked.load(Ordering::Relaxed), night.ticket().await), (looks, None));
    }
    night.clock.advance(3);
    night.run().await;
    assert_eq!(night.ticket().await.unwrap().as_str(), "77");
}

#[tokio::test]
async fn a_refusal_of_a_ticket_is_asked_again_slowly() {
    let (desk, _) = first_opening_fails(|| DeliveryError::Refused("no such board".to_owned()));
    let night = night(|ports, _| ports.ticketing = desk).await;
    night.server_down().await;
    night.run().await;
    night.clock.advance(299);
    night.run().await;
    assert_eq!(night.ticket().await, None);
    night.clock.advance(1);
    night.run().await;
    assert_eq!(night.ticket().await.unwrap().as_str(), "77");
}

#[tokio::test]
async fn a_page_of_unknown_fate_is_looked_for_and_then_rung_again() {
    let rung = Arc::new(AtomicUsize::new(0));
    let looked = Arc::new(AtomicUsize::new(0));
    let (rings, looks) = (rung.clone(), looked.clone());
    let night = night(|ports, _| {
        let mut network = MockTelephony::new();
        network.expect_page().returning(move |_| match rings.fetch_add(1, Ordering::Relaxed) {
            0 => Err(DeliveryError::Unknown),
            _ => Ok(LegId::parse("TE1").unwrap()),
        });
        network.expect_find_page().returning(move |_| {
            looks.fetch_add(1, Ordering::Relaxed);
            Ok(None)
        });
        ports.telephony = Arc::new(network);
    })
    .await;
    night.server_down().await;
    for (looks, rings) in [(1, 1), (2, 2)] {
        night.clock.advance(3);
        night.run().await;
        assert_eq!((looked.load(Ordering::Relaxed), rung.load(Ordering::Relaxed)), (looks, rings));
    }
}

#[tokio::test]
async fn an_outcome_that_could_not_be_stored_is_looked_up_and_not_repeated() {
    let away = Arc::new(AtomicBool::new(false));
    let fails = away.clone();
    let night = night(|ports, store| {
        let mut cases = MockCases::new();
        cases.expect_list().returning(|_, _, _| Ok(Vec::new()));
        let (loads, commits, dues) = (store.clone(), store.clone(), store.clone());
        // The memory store answers at once.
        cases.expect_load().returning(move |tenant, owner| loads.load(tenant, owner).now_or_never().unwrap());
        cases.expect_due().returning(move |at, limit| dues.due(at, limit).now_or_never().unwrap());
        cases.expect_commit().returning(move |commit| match fails.load(Ordering::Relaxed) {
            true => Err(StoreError::Unavailable("away".into())),
            false => commits.commit(commit).now_or_never().unwrap(),
        });
        ports.cases = Arc::new(cases);
    })
    .await;
    night.server_down().await;
    away.store(true, Ordering::Relaxed);
    night.run().await;
    away.store(false, Ordering::Relaxed);
    assert_eq!(night.asked("open the ticket"), 1);
    night.clock.advance(3);
    night.run().await;
    assert_eq!(night.asked("open the ticket"), 1, "{:?}", night.outside.ledger.lines());
    assert!(night.ticket().await.is_some());
}

#[tokio::test]
async fn a_replay_names_the_decision_that_a_journal_tells_differently() {
    let night = night(|ports, store| {
        let mut cases = MockCases::new();
        cases.expect_list().returning(|_, _, _| Ok(Vec::new()));
        let (loads, commits, journals) = (store.clone(), store.clone(), store.clone());
        cases.expect_load().returning(move |tenant, owner| loads.load(tenant, owner).now_or_never().unwrap());
        cases.expect_commit().returning(move |commit| commits.commit(commit).now_or_never().unwrap());
        cases.expect_journal().returning(move |tenant, owner| {
            let journal = journals.journal(tenant, owner).now_or_never().unwrap();
            journal.map(|mut rows| {
                rows[1].digest = "0123456789abcdef".to_owned();
                rows
            })
        });
        ports.cases = Arc::new(cases);
    })
    .await;
    night.arrive().await;
    night.say(1, "my outlook is slow").await;
    let owner = OwnerId::Call(call());
    let replay = night.engine.replay(&tenant(), &owner).await.unwrap();
    assert_eq!(replay.steps.len(), 2);
    let versions: Vec<u64> = replay.differences.iter().map(|difference| difference.version).collect();
    assert_eq!(versions, [2]);
    assert_eq!(replay.differences[0].then, replay.differences[0].now, "only the digest was altered");
}
