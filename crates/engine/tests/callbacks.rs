//! Promised calls through the engine: the timer, who is told, what is marked and moved, and what is refused.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what it expects by failing")]

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use nightdesk_domain::call::{Arrival, CallEvent, Speech};
use nightdesk_domain::case::{CallbackState, Case, Keeper, Promise};
use nightdesk_domain::consent::{IncomingText, Standing};
use nightdesk_domain::ids::{CallId, CaseId, OwnerId, TechnicianId};
use nightdesk_domain::policy::Policy;
use nightdesk_domain::reply::Heard;
use nightdesk_domain::rota::{Change, Every, Hours, Layer, Member, Override, Person, Schedule};
use nightdesk_engine::{CallbackError, Engine, OVERRIDE_KIND, Settings, TextAnswer};
use nightdesk_ports::{Cases, Clock, Entry, Register, Snapshot, TenantRepository};
use nightdesk_testkit::fakes::{HandClock, Obedient, ports};
use nightdesk_testkit::memory::MemoryStore;
use nightdesk_testkit::sample::{self, at, tenant};
use std::sync::Arc;

struct Night {
    engine: Engine,
    store: MemoryStore,
    clock: Arc<HandClock>,
    outside: Arc<Obedient>,
}

/// A local time of Thursday 15 January 2026 in Chicago, on which the night begins at two.
fn thursday(hour: u32, minute: u32) -> DateTime<Utc> {
    sample::policy().time_zone.with_ymd_and_hms(2026, 1, 15, hour, minute, 0).unwrap().to_utc()
}

/// Dana was promised a call for nine in the morning; Bea is on call at night.
async fn promised() -> Night {
    let start = "2026-01-01T08:00:00".parse().unwrap();
    let people = vec![Member::new(Person::new("bea"))];
    let layer = Layer { name: "primary".into(), start, every: Every::Weeks(1), people, hours: Hours::default() };
    let rota = Some(Schedule { time_zone: sample::policy().time_zone, layers: vec![layer] });
    let store = MemoryStore::new();
    let contacts = [sample::contact("Dana", "acme-dental", &["+13125550142"])];
    store.import(&Policy { rota, ..sample::policy() }, &contacts, sample::FILE).await.unwrap();
    let clock = HandClock::at(at(0));
    let outside = Arc::new(Obedient::default());
    let engine = Engine::new(ports(&store, clock.clone(), outside.clone()), Settings::new("test"));
    let night = Night { engine, store, clock, outside };
    let (dialled, from) = (sample::number("+13125550100"), Some(sample::number("+13125550142")));
    night.engine.arrive(&Arrival { tenant: tenant(), call: call(), dialled, from }).await.unwrap();
    let words = "no hurry my printer is jammed, call me at nine";
    let words = Some(Speech { words: words.into(), confidence_percent: Some(90) });
    night.event(CallEvent::Said { turn: 1, heard: Heard::default(), words, keys: None }).await;
    night.event(CallEvent::HungUp).await;
    night
}

fn call() -> CallId {
    CallId::parse("CA1").unwrap()
}

impl Night {
    async fn event(&self, event: CallEvent) {
        self.engine.call_event(&tenant(), &call(), event, Heard::default()).await.unwrap();
    }

    async fn case(&self) -> Case {
        match self.store.load(&tenant(), &OwnerId::Case(call().case())).await.unwrap().unwrap().snapshot {
            Snapshot::Case(case) => *case,
            Snapshot::Call(_) => panic!("a call"),
        }
    }

    async fn state(&self) -> CallbackState {
        self.case().await.callback.unwrap().state
    }

    /// It is this late, and whatever is due is done.
    async fn until(&self, at: DateTime<Utc>) {
        self.clock.advance((at - self.clock.now()).num_seconds());
        while !self.engine.run_due(16).await.unwrap().is_idle() {}
    }

    async fn moves(&self, from: DateTime<Utc>) -> Result<Case, CallbackError> {
        self.engine.move_callback(&tenant(), &call().case(), Promise { from, until: None }, "Bea".into()).await
    }

    async fn done(&self) -> Result<Case, CallbackError> {
        self.engine.callback_done(&tenant(), &call().case(), "Bea".into()).await
    }

    fn asked(&self, what: &str) -> usize {
        self.outside.ledger.lines().iter().filter(|line| line.contains(what)).count()
    }
}

#[tokio::test]
async fn a_technician_texts_that_the_promised_call_was_made_also_days_later_and_nobody_else_can() {
    let night = promised().await;
    for passes in [thursday(9, 0), thursday(9, 15), thursday(9, 15) + TimeDelta::days(3)] {
        night.until(passes).await;
    }
    let ticket = night.case().await.ticket.number.to_string();
    let done = format!("{} {} done", &ticket[..4], &ticket[4..]);
    let texts = async |from: &str, body: &str| {
        let (from, to) = (sample::number(from), sample::number("+13125550100"));
        let text = IncomingText { from, to, body: body.into(), id: format!("SM{}", body.len()) };
        night.engine.texted(&tenant(), &text).await.unwrap()
    };
    assert!(matches!(texts("+13125550142", &done).await, TextAnswer::Nothing), "the caller learns nothing");
    assert!(matches!(night.state().await, CallbackState::Overdue { .. }));
    let bea = sample::policy().technicians[1].clone();
    let TextAnswer::Technician(answer) = texts(bea.number.unwrap().as_str(), &done).await else { panic!("no answer") };
    assert_eq!(answer.reveal(), format!("Noted: the promised call of ticket {ticket} was made."));
    assert!(matches!(night.state().await, CallbackState::Done { by, .. } if by.reveal() == bea.name));
}

#[tokio::test]
async fn a_promised_call_is_moved_ninety_days_ahead_and_no_further() {
    let night = promised().await;
    let now = night.clock.now();
    let refused = night.moves(now + TimeDelta::days(90) + TimeDelta::minutes(1)).await;
    assert!(matches!(refused, Err(CallbackError::TooFar)), "{refused:?}");
    assert!(refused.unwrap_err().to_string().starts_with("when: a promised call is moved at most 90 days ahead"));
    assert!(night.moves(now + TimeDelta::days(90)).await.is_ok());
}

#[tokio::test]
async fn a_stored_timer_tells_the_office_then_the_manager_and_done_ends_it() {
    let night = promised().await;
    night.until(thursday(8, 59)).await;
    assert_eq!(night.asked("alert"), 0, "{:?}", night.outside.ledger.lines());
    night.until(thursday(9, 0)).await;
    assert_eq!(night.asked("alert"), 1, "{:?}", night.outside.ledger.lines());
    assert_eq!(night.state().await, CallbackState::Due { since: thursday(9, 0), keeper: Keeper::Office });
    night.until(thursday(9, 15)).await;
    assert_eq!(night.asked("alert"), 2);
    assert!(night.case().await.is_red());
    let case = night.done().await.unwrap();
    assert_eq!(case.owed(), None);
    assert!(matches!(night.done().await, Err(CallbackError::Done)));
    night.until(thursday(9, 0) + chrono::TimeDelta::days(7)).await;
    assert_eq!((night.asked("alert"), night.asked("ring")), (2, 0), "{:?}", night.outside.ledger.lines());
    let replay = night.engine.replay(&tenant(), &OwnerId::Case(call().case())).await.unwrap();
    assert!(replay.differences.is_empty(), "{:?}", replay.differences.first());
}

#[tokio::test]
async fn at_night_the_overrides_and_blocked_numbers_of_that_moment_decide_who_is_told() {
    let night = promised().await;
    night.moves(thursday(22, 0)).await.unwrap();
    let taken = Override {
        id: "1".into(),
        layer: "primary".into(),
        from: thursday(18, 0),
        until: thursday(23, 0),
        change: Change::Take { by: Person::new("alex") },
        reason: String::new(),
    };
    night.register(OVERRIDE_KIND, "1", &serde_json::to_string(&[taken]).unwrap()).await;
    night.until(thursday(22, 0)).await;
    assert_eq!(night.asked("text a technician"), 1, "{:?}", night.outside.ledger.lines());
    let keeper = Keeper::Technician(TechnicianId::parse("alex").unwrap());
    assert_eq!(night.state().await, CallbackState::Due { since: thursday(22, 0), keeper });

    let night = promised().await;
    night.moves(thursday(22, 0)).await.unwrap();
    let bea = sample::number("+13125550112");
    night.engine.state_consent(&tenant(), &bea, Standing::OptedOut, "STOP").await.unwrap();
    night.until(thursday(22, 0)).await;
    assert_eq!((night.asked("text"), night.asked("alert")), (0, 1), "mailed: {:?}", night.outside.ledger.lines());
}

impl Night {
    async fn register(&self, kind: &str, id: &str, body: &str) {
        let entry = Entry::new(&tenant(), kind, id, body);
        self.store.put(&entry, self.clock.now()).await.unwrap();
    }
}

#[tokio::test]
async fn a_move_too_many_into_the_past_or_of_nothing_is_refused_and_changes_nothing() {
    let night = promised().await;
    assert!(matches!(night.moves(thursday(1, 0)).await, Err(CallbackError::Past)));
    night.moves(thursday(10, 0)).await.unwrap();
    let case = night.moves(thursday(11, 0)).await.unwrap();
    assert_eq!(case.callback.as_ref().map(|owed| owed.moved), Some(2));
    let refused = night.moves(thursday(12, 0)).await;
    assert!(matches!(refused, Err(CallbackError::MovedTooOften)));
    assert!(refused.unwrap_err().to_string().contains("moved 2 times at most"));
    assert_eq!(night.case().await.callback, case.callback);
    let unknown = CaseId::parse("nobody").unwrap();
    let nobody = night.engine.callback_done(&tenant(), &unknown, "Bea".into()).await;
    assert!(matches!(nobody, Err(CallbackError::Unknown)));
}
