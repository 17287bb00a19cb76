//! What a turn and a whole call ask of DynamoDB: requests and capacity units, counted by the store itself.

use nightdesk_adapters_aws::dynamo::{DynamoStore, Used};
use nightdesk_domain::call::{Arrival, CallEvent, Speech};
use nightdesk_domain::case::{CaseEvent, PageEvent};
use nightdesk_domain::ids::{CallId, LegId, OwnerId, TenantId};
use nightdesk_domain::reply::{Heard, Then};
use nightdesk_engine::{Engine, Settings};
use nightdesk_ports::{Cases, Snapshot};
use nightdesk_testkit::fakes::{HandClock, Obedient, ports};
use nightdesk_testkit::sample;
use std::sync::Arc;

/// What was used, each figure for one call of the demo tenant; the looks at what is due are in whole calls.
pub(crate) struct Costs {
    /// The call arrives.
    pub(crate) arrival: Used,
    /// A turn after which the assistant asks on.
    pub(crate) turn: Used,
    /// The turn that opens a case and rings the first technician.
    pub(crate) waking_turn: Used,
    /// A call of four turns that leaves a ticket.
    pub(crate) quiet_call: Used,
    /// A call that wakes somebody who accepts and talks with the caller.
    pub(crate) woken_call: Used,
}

struct Desk<'a> {
    store: &'a DynamoStore,
    engine: Engine,
    clock: Arc<HandClock>,
    tenant: TenantId,
}

/// Counts on a table with the demo tenant.
pub(crate) async fn costs(store: &DynamoStore) -> Costs {
    let clock = HandClock::at(sample::at(0));
    let engine = Engine::new(ports(store, clock.clone(), Arc::new(Obedient::default())), Settings::new("costs"));
    let desk = Desk { store, engine, clock, tenant: TenantId::parse("lakeside").unwrap() };
    // The first call fills the cache of settings, which a running program has full.
    desk.quiet_call("CA1").await;
    let (arrival, turn, quiet_call) = desk.quiet_call("CA2").await;
    let (waking_turn, woken_call) = desk.woken_call("CA3").await;
    Costs { arrival, turn, waking_turn, quiet_call, woken_call }
}

impl Desk<'_> {
    async fn quiet_call(&self, call: &str) -> (Used, Used, Used) {
        let (call, before) = (CallId::parse(call).unwrap(), self.store.used());
        let mut next = self.arrives(&call).await;
        let arrived = self.store.used();
        let mut turn = None;
        for words in ["my outlook is slow", "just me", "since this morning", "no call is needed, goodbye"] {
            let began = self.store.used();
            next = self.says(&call, next, words).await;
            turn.get_or_insert(self.store.used() - began);
        }
        self.engine.call_event(&self.tenant, &call, CallEvent::HungUp, Heard::default()).await.unwrap();
        self.settle().await;
        (arrived - before, turn.unwrap(), self.store.used() - before)
    }

    async fn woken_call(&self, call: &str) -> (Used, Used) {
        let (call, before) = (CallId::parse(call).unwrap(), self.store.used());
        let next = self.arrives(&call).await;
        let began = self.store.used();
        self.says(&call, next, "our server is down and nobody can work since nine").await;
        let waking_turn = self.store.used() - began;
        let (case, leg) = (call.case(), LegId::parse("TE1").unwrap());
        let answered = PageEvent::Answered { leg: leg.clone() };
        let accepted = PageEvent::Keyed { turn: 1, keys: Some("1".to_owned()), words: None };
        for event in [answered, accepted] {
            self.engine.page_event(&self.tenant, &case, 1, event).await.unwrap();
        }
        for leg in [call.leg(), leg] {
            self.engine.case_event(&self.tenant, &case, CaseEvent::Room { leg, entered: true }).await.unwrap();
        }
        self.clock.advance(180);
        self.engine.call_event(&self.tenant, &call, CallEvent::HungUp, Heard::default()).await.unwrap();
        self.settle().await;
        let whole = self.store.used() - before;
        match self.store.load(&self.tenant, &OwnerId::Case(case)).await.unwrap().map(|stored| stored.snapshot) {
            Some(Snapshot::Case(case)) => assert!(case.accepted().is_some(), "somebody has it: {:?}", case.work),
            other => panic!("no case: {other:?}"),
        }
        (waking_turn, whole)
    }

    async fn arrives(&self, call: &CallId) -> Then {
        let (dialled, from) = (sample::number("+13125550100"), Some(sample::number("+13125550142")));
        let arrival = Arrival { tenant: self.tenant.clone(), call: call.clone(), dialled, from };
        self.engine.arrive(&arrival).await.unwrap().then
    }

    async fn says(&self, call: &CallId, heard: Then, words: &str) -> Then {
        let Then::Listen(listen) = heard else { return heard };
        let words = Some(Speech { words: words.into(), confidence_percent: Some(91) });
        let event = CallEvent::Said { turn: listen.turn, heard: Heard::default(), words, keys: None };
        self.engine.call_event(&self.tenant, call, event, Heard::default()).await.unwrap().then
    }

    /// Does what is left to do, with as few looks as it takes.
    async fn settle(&self) {
        while !self.engine.run_due(16).await.unwrap().is_idle() {
            self.clock.advance(1);
        }
    }
}
