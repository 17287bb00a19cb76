//! A storm of cases: no telephone gets more than its budget, no page is dropped, and waiting texts go as one.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test says what it expects by failing")]

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use nightdesk_domain::call::{Arrival, CallEvent, Speech};
use nightdesk_domain::case::{AckBy, Case, CaseEvent, PageEvent, PageOutcome, PageState, Work};
use nightdesk_domain::effect::{Line, PageOrder, TextOrder};
use nightdesk_domain::ids::{CallId, LegId, OwnerId, RecordingId, TenantId};
use nightdesk_domain::policy::{Budget, Channel, Policy, Reach, Way};
use nightdesk_domain::reply::Heard;
use nightdesk_engine::{Engine, Settings};
use nightdesk_ports::{
    CallerOf, Cases, ClearedText, DeliveryError, KeptRecording, Snapshot, Telephony, TenantRepository,
};
use nightdesk_testkit::fakes::{HandClock, Obedient, ports};
use nightdesk_testkit::memory::MemoryStore;
use nightdesk_testkit::sample::{self, at, tenant};
use std::sync::{Arc, Mutex};

/// A carrier that remembers when it rang and texted whom, and what it texted.
struct Carrier {
    clock: Arc<HandClock>,
    rung: Mutex<Vec<(DateTime<Utc>, String)>>,
    texted: Mutex<Vec<(DateTime<Utc>, String, String)>>,
}

#[async_trait]
impl Telephony for Carrier {
    async fn page(&self, order: &PageOrder) -> Result<LegId, DeliveryError> {
        let mut rung = self.rung.lock().unwrap();
        rung.push((nightdesk_ports::Clock::now(&*self.clock), order.to.as_str().to_owned()));
        Ok(LegId::parse(&format!("L{}", rung.len())).unwrap())
    }
    async fn find_page(&self, _: &PageOrder) -> Result<Option<LegId>, DeliveryError> {
        Ok(None)
    }
    async fn refetch(&self, _: &TenantId, _: &Line) -> Result<(), DeliveryError> {
        Ok(())
    }
    async fn hang_up(&self, _: &TenantId, _: &LegId) -> Result<(), DeliveryError> {
        Ok(())
    }
    async fn text(&self, _: &TenantId, order: &TextOrder) -> Result<(), DeliveryError> {
        let now = nightdesk_ports::Clock::now(&*self.clock);
        let text = (now, order.to.as_str().to_owned(), order.body.reveal().to_owned());
        self.texted.lock().unwrap().push(text);
        Ok(())
    }
    async fn text_caller(&self, _: &ClearedText) -> Result<(), DeliveryError> {
        Ok(())
    }
    async fn recording(&self, _: &TenantId, _: &RecordingId) -> Result<(String, Bytes), DeliveryError> {
        Err(DeliveryError::Refused("no recordings".to_owned()))
    }
    async fn recordings(&self, _: &TenantId, _: DateTime<Utc>) -> Result<Vec<KeptRecording>, DeliveryError> {
        Ok(Vec::new())
    }
    async fn caller_of(&self, _: &TenantId, _: &CallId) -> Result<CallerOf, DeliveryError> {
        Err(DeliveryError::Refused("no calls".to_owned()))
    }
}

struct Storm {
    engine: Engine,
    store: MemoryStore,
    clock: Arc<HandClock>,
    carrier: Arc<Carrier>,
}

/// Alex alone is on call, and is reached like this.
async fn storm(by: Channel) -> Storm {
    let mut policy: Policy = sample::policy();
    policy.technicians.truncate(1);
    policy.technicians[0].reach = vec![Reach { priorities: vec![], ways: vec![Way { by, after_seconds: 0 }] }];
    policy.ladder.truncate(1);
    policy.manager = None;
    policy.paging.calls_max = Budget { per_minute: 2, per_quarter: 3, per_hour: 5 };
    policy.paging.texts_max = Budget { per_minute: 1, per_quarter: 3, per_hour: 6 };
    let store = MemoryStore::new();
    store.import(&policy, &[], sample::FILE).await.unwrap();
    let clock = HandClock::at(at(0));
    let carrier = Arc::new(Carrier { clock: clock.clone(), rung: Mutex::default(), texted: Mutex::default() });
    let mut all = ports(&store, clock.clone(), Arc::new(Obedient::default()));
    all.telephony = carrier.clone();
    Storm { engine: Engine::new(all, Settings::new("test")), store, clock, carrier }
}

impl Storm {
    async fn call(&self, number: usize) {
        let call = CallId::parse(&format!("CA{number}")).unwrap();
        let from = Some(sample::number(&format!("+131255501{number:02}")));
        let dialled = sample::number("+13125550100");
        self.engine.arrive(&Arrival { tenant: tenant(), call: call.clone(), dialled, from }).await.unwrap();
        let company = if number.is_multiple_of(2) { "acme dental" } else { "harbor law" };
        let system = ["server", "internet", "firewall", "backup server", "phone system", "vpn"][number % 6];
        let words = format!("this is dana at {company} our {system} is down since nine and nobody can work");
        let words = Some(Speech { words: words.as_str().into(), confidence_percent: Some(90) });
        let said = CallEvent::Said { turn: 1, heard: Heard::default(), words, keys: None };
        self.engine.call_event(&tenant(), &call, said, Heard::default()).await.unwrap();
        self.engine.call_event(&tenant(), &call, CallEvent::HungUp, Heard::default()).await.unwrap();
    }

    async fn seconds(&self, seconds: i64) {
        for _ in 0..seconds {
            self.clock.advance(1);
            while !self.engine.run_due(50).await.unwrap().is_idle() {}
        }
    }

    async fn case(&self, number: usize) -> Option<Case> {
        let owner = OwnerId::Case(CallId::parse(&format!("CA{number}")).unwrap().case());
        match self.store.load(&tenant(), &owner).await.unwrap()?.snapshot {
            Snapshot::Case(case) => Some(*case),
            Snapshot::Call(_) => None,
        }
    }
}

/// No stretch of so many seconds holds more than its bound.
fn within(times: &[DateTime<Utc>], bounds: [(i64, usize); 3]) {
    for (seconds, most) in bounds {
        for from in times {
            let count = times.iter().filter(|at| **at >= *from && (**at - *from).num_seconds() < seconds).count();
            assert!(count <= most, "{count} within {seconds} s, and {most} are allowed");
        }
    }
}

#[tokio::test]
async fn a_storm_of_cases_rings_no_telephone_more_than_its_budget_and_texts_of_every_case() {
    let storm = storm(Channel::Call).await;
    for number in 1..=5 {
        storm.call(number).await;
    }
    storm.seconds(20 * 60).await;
    let rung: Vec<_> = storm.carrier.rung.lock().unwrap().iter().map(|(at, _)| *at).collect();
    within(&rung, [(60, 2), (900, 3), (3_600, 5)]);
    let texted = storm.carrier.texted.lock().unwrap().clone();
    within(&texted.iter().map(|(at, ..)| *at).collect::<Vec<_>>(), [(60, 1), (900, 3), (3_600, 6)]);
    for number in 1..=5 {
        let case = storm.case(number).await.unwrap();
        let code = case.ack_code.clone().unwrap().to_string();
        let told = texted.iter().any(|(_, _, text)| text.contains(&code));
        let was_rung = case.pages.iter().any(|page| page.channel == Channel::Call && page.leg.is_some());
        assert!(told || was_rung, "case {number} reached nobody: {:?}", case.pages);
    }
}

#[tokio::test]
async fn texts_over_budget_go_together_when_the_telephone_may_have_one_again() {
    let storm = storm(Channel::Text).await;
    for number in 1..=4 {
        storm.call(number).await;
    }
    storm.seconds(3).await;
    assert_eq!(storm.carrier.texted.lock().unwrap().len(), 1, "one text a minute");
    storm.seconds(60).await;
    let texted = storm.carrier.texted.lock().unwrap().clone();
    assert_eq!(texted.len(), 2, "the waiting ones are one text: {texted:?}");
    let mut codes = 0;
    for number in 1..=4 {
        let code = storm.case(number).await.unwrap().ack_code.unwrap().to_string();
        codes += usize::from(texted.iter().any(|(_, _, text)| text.contains(&code)));
    }
    assert_eq!(codes, 4, "every case is told of: {texted:?}");
    storm.seconds(600).await;
    let later = storm.carrier.texted.lock().unwrap().len();
    assert!(later <= 3, "what went together is not sent again, and there were {later} texts");
}

#[tokio::test]
async fn a_case_that_somebody_has_taken_meanwhile_sends_no_waiting_text() {
    let storm = storm(Channel::Text).await;
    storm.call(1).await;
    storm.call(2).await;
    storm.seconds(3).await;
    let waiting = storm.case(2).await.unwrap();
    let page = waiting.pages.iter().find(|page| page.channel == Channel::Text).unwrap().number;
    let event = CaseEvent::Page { page, event: PageEvent::Acknowledged { by: AckBy::Link, minutes: None } };
    storm.engine.case_event(&tenant(), &waiting.id, event).await.unwrap();
    storm.seconds(120).await;
    assert!(matches!(storm.case(2).await.unwrap().work, Work::Held { .. }));
    let code = waiting.ack_code.unwrap().to_string();
    assert!(
        storm.carrier.texted.lock().unwrap().iter().all(|(_, _, text)| !text.contains(&format!("{code} to accept")))
    );
}

#[tokio::test]
async fn a_drill_over_budget_texts_nobody_and_tells_when_the_telephone_may_be_rung_again() {
    let storm = storm(Channel::Call).await;
    let policy = storm.store.newest(&tenant()).await.unwrap().unwrap();
    let alex = &policy.technicians[0];
    let mut drill = None;
    for _ in 0..3 {
        drill = Some(storm.engine.drill(&tenant(), &alex.id).await.unwrap());
        storm.seconds(1).await;
    }
    let owner = OwnerId::Case(drill.unwrap());
    let Snapshot::Case(case) = storm.store.load(&tenant(), &owner).await.unwrap().unwrap().snapshot else { panic!() };
    let [page] = case.pages.as_slice() else { panic!("{:?}", case.pages) };
    assert!(matches!(page.state, PageState::Ended { outcome: PageOutcome::OverBudget, .. }), "{page:?}");
    assert_eq!(storm.carrier.texted.lock().unwrap().len(), 0);
    let again = storm.engine.rings_again_at(&policy, alex.number.as_ref().unwrap()).await;
    let first = storm.carrier.rung.lock().unwrap()[0].0;
    assert_eq!(again, Some(first + chrono::Duration::minutes(1)));
    storm.seconds(60).await;
    assert_eq!(storm.engine.rings_again_at(&policy, alex.number.as_ref().unwrap()).await, None);
}
