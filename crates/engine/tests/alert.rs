//! Alerts of other tools: taken once however often and by however many engines, and forgotten in time.
// Tests may unwrap.
#![allow(clippy::unwrap_used, clippy::panic)]

use nightdesk_domain::case::{AlertState, CaseEvent, PageEvent, WrittenAlert};
use nightdesk_domain::ids::{CallId, CaseId, LegId, TenantId};
use nightdesk_domain::policy::{AlertsPolicy, Policy};
use nightdesk_domain::vocabulary::Priority;
use nightdesk_engine::{AlertError, AlertTaken, Engine, EngineError, Settings};
use nightdesk_ports::{MockRecordLog, StoreError, TenantRepository};
use nightdesk_testkit::fakes::{HandClock, Obedient, ports, run_until_idle};
use nightdesk_testkit::memory::MemoryStore;
use nightdesk_testkit::sample::{self, at, other_tenant, tenant};
use std::sync::Arc;

const DAY: i64 = 24 * 3600;

struct Night {
    engine: Engine,
    other: Engine,
    clock: Arc<HandClock>,
    outside: Arc<Obedient>,
}

async fn night() -> Night {
    let store = MemoryStore::new();
    store.import(&sample::policy(), &[], sample::FILE).await.unwrap();
    store.import(&sample::policy_of(&other_tenant()), &[], sample::FILE).await.unwrap();
    let clock = HandClock::at(at(0));
    let outside = Arc::new(Obedient::default());
    let all = ports(&store, clock.clone(), outside.clone());
    let (engine, other) = (Engine::new(all.clone(), Settings::new("one")), Engine::new(all, Settings::new("two")));
    Night { engine, other, clock, outside }
}

fn raid(key: &str) -> WrittenAlert {
    WrittenAlert {
        source: "rmm".into(),
        key: key.into(),
        summary: Some("RAID 5 of hv-01 has lost a second disk".into()),
        company: Some("acme-dental".into()),
        priority: Some("Critical".into()),
        ..WrittenAlert::default()
    }
}

impl Night {
    async fn send(&self, alert: WrittenAlert) -> Result<AlertTaken, AlertError> {
        self.engine.alert(&tenant(), alert).await
    }

    async fn state(&self, id: &CaseId) -> AlertState {
        self.engine.alert_status(&tenant(), id).await.unwrap().state
    }

    async fn run(&self) {
        run_until_idle(&self.engine).await;
    }

    fn asked(&self, what: &str) -> usize {
        self.outside.ledger.lines().iter().filter(|line| line.contains(what)).count()
    }
}

#[tokio::test]
async fn an_alert_opens_one_ticket_rings_and_is_acknowledged() {
    let night = night().await;
    let taken = night.send(raid("a")).await.unwrap();
    assert_eq!((taken.repeated, &taken.status.state), (false, &AlertState::Paging));
    night.run().await;
    assert_eq!((night.asked("open the ticket"), night.asked("ring alex")), (1, 1));
    let id = taken.status.id;
    assert!(night.engine.alert_status(&tenant(), &id).await.unwrap().psa_ticket.is_some());
    let leg = LegId::parse("TE1").unwrap();
    let tenant = tenant();
    night.engine.page_event(&tenant, &id, 1, PageEvent::Answered { leg }).await.unwrap();
    let one = PageEvent::Keyed { turn: 1, keys: Some("1".into()), words: None };
    night.engine.page_event(&tenant, &id, 1, one).await.unwrap();
    assert!(
        matches!(night.state(&id).await, AlertState::Acknowledged { acknowledged_by, .. } if acknowledged_by == "Alex")
    );
    night.run().await;
    night.clock.advance(DAY);
    night.run().await;
    assert_eq!((night.asked("ring"), night.asked("text a technician")), (1, 1), "an acknowledgement is final");
}

#[tokio::test]
async fn the_same_key_is_the_same_alert_and_other_words_under_it_are_refused() {
    let night = night().await;
    let first = night.send(raid("a")).await.unwrap();
    night.clock.advance(60);
    let again = night.send(raid("a")).await.unwrap();
    assert!(again.repeated);
    assert_eq!(again.status.id, first.status.id);
    let other = WrittenAlert { summary: Some("something else".into()), ..raid("a") };
    assert!(matches!(night.send(other).await, Err(AlertError::KeyReused)));
    let of_another_tool = night.send(WrittenAlert { source: "backup".into(), ..raid("a") }).await.unwrap();
    assert!(!of_another_tool.repeated);
    assert!(!night.send(raid("b")).await.unwrap().repeated);
    night.run().await;
    assert_eq!(night.asked("open the ticket"), 3);
}

#[tokio::test]
async fn many_who_send_one_alert_at_once_make_one_case() {
    let night = night().await;
    let tenant = tenant();
    let sent = (0..20).map(|n| if n % 2 == 0 { &night.engine } else { &night.other });
    let sent = futures_util::future::join_all(sent.map(|engine| engine.alert(&tenant, raid("a")))).await;
    let taken: Vec<AlertTaken> = sent.into_iter().map(Result::unwrap).collect();
    assert_eq!(taken.iter().filter(|taken| !taken.repeated).count(), 1);
    assert!(taken.iter().all(|one| one.status.id == taken[0].status.id));
    night.run().await;
    assert_eq!((night.asked("open the ticket"), night.asked("ring alex")), (1, 1));
    assert_eq!(night.engine.alerts(&tenant, 50).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_alert_is_forgotten_after_thirty_days_and_its_key_is_free_again() {
    let night = night().await;
    let low = || WrittenAlert { priority: Some("Low".into()), summary: Some("a note".into()), ..raid("a") };
    let first = night.send(low()).await.unwrap().status;
    assert_eq!(first.expires_at, at(30 * DAY));
    night.clock.advance(30 * DAY - 1);
    assert_eq!(night.state(&first.id).await, AlertState::Filed);
    assert_eq!(night.engine.alerts(&tenant(), 50).await.unwrap()[0].1, "Acme Dental: a note");
    night.clock.advance(1);
    assert!(matches!(night.engine.alert_status(&tenant(), &first.id).await, Err(EngineError::NotFound)));
    assert_eq!(night.engine.alerts(&tenant(), 50).await.unwrap(), []);
    let second = night.send(low()).await.unwrap();
    assert!(!second.repeated);
    assert_ne!(second.status.id, first.id);
    assert!(night.send(low()).await.unwrap().repeated);
    assert_eq!(night.engine.alerts(&tenant(), 50).await.unwrap().len(), 1);
}

#[tokio::test]
async fn how_long_it_is_remembered_is_a_setting() {
    let night = night().await;
    let policy = Policy { alerts: AlertsPolicy { keep_days: 2 }, ..sample::policy() };
    night.engine.ports().tenants.import(&policy, &[], sample::FILE).await.unwrap();
    assert_eq!(night.send(raid("a")).await.unwrap().status.expires_at, at(2 * DAY));
}

#[tokio::test]
async fn nothing_of_one_tenant_is_seen_by_another() {
    let night = night().await;
    let id = night.send(raid("a")).await.unwrap().status.id;
    assert!(matches!(night.engine.alert_status(&other_tenant(), &id).await, Err(EngineError::NotFound)));
    assert_eq!(night.engine.alerts(&other_tenant(), 50).await.unwrap(), []);
    assert!(!night.engine.alert(&other_tenant(), raid("a")).await.unwrap().repeated);
    let nobody = TenantId::parse("nobody").unwrap();
    let refused = night.engine.alert(&nobody, raid("a")).await;
    assert!(matches!(refused, Err(AlertError::Engine(EngineError::UnknownTenant))));
}

#[tokio::test]
async fn what_a_tool_marks_as_handled_rings_nobody_any_more() {
    let night = night().await;
    let id = night.send(raid("a")).await.unwrap().status.id;
    night.run().await;
    for _ in 0..2 {
        let status = night.engine.alert_handled(&tenant(), &id, "rmm").await.unwrap();
        assert_eq!(status.state, AlertState::Handled);
    }
    night.clock.advance(DAY);
    night.run().await;
    assert_eq!(night.asked("ring"), 1);
    let ticket = night.engine.alert_status(&tenant(), &id).await.unwrap().ticket;
    night.engine.mark_handled(&tenant(), ticket.as_str(), "Morgan").await.unwrap();
    let unknown = CaseId::parse("alert-0").unwrap();
    let refused = night.engine.alert_handled(&tenant(), &unknown, "rmm").await;
    assert!(matches!(refused, Err(AlertError::Engine(EngineError::NotFound))));
}

#[tokio::test]
async fn a_tool_does_not_end_what_callers_have_joined() {
    let night = night().await;
    let id = night.send(raid("a")).await.unwrap().status.id;
    let (tenant, call) = (tenant(), CallId::parse("CA1").unwrap());
    let joined = CaseEvent::CallerJoined { call, number: 1, brief: Box::new(sample::brief()) };
    night.engine.case_event(&tenant, &id, joined).await.unwrap();
    let refused = night.engine.alert_handled(&tenant, &id, "rmm").await;
    assert!(matches!(refused, Err(AlertError::CallersWait)));
    assert_eq!(night.state(&id).await, AlertState::Paging);
}

#[tokio::test]
async fn a_refused_alert_leaves_nothing() {
    let night = night().await;
    let company = Some("nobody".to_owned());
    for wrong in [WrittenAlert { company, ..raid("a") }, WrittenAlert { priority: None, ..raid("a") }] {
        assert!(matches!(night.send(wrong).await, Err(AlertError::Misstated(_))));
    }
    night.run().await;
    assert_eq!(night.outside.ledger.lines(), [""; 0]);
    assert_eq!(night.engine.alerts(&tenant(), 50).await.unwrap(), []);
    assert_eq!(night.send(raid("a")).await.unwrap().status.priority, Priority::Critical);
}

#[tokio::test]
async fn an_alert_that_cannot_be_listed_wakes_all_the_same() {
    let store = MemoryStore::new();
    store.import(&sample::policy(), &[], sample::FILE).await.unwrap();
    let outside = Arc::new(Obedient::default());
    let mut all = ports(&store, HandClock::at(at(0)), outside.clone());
    let mut records = MockRecordLog::new();
    records.expect_append().returning(|_| Err(StoreError::Unavailable("down".into())));
    all.records = Arc::new(records);
    let engine = Engine::new(all, Settings::new("one"));
    assert!(!engine.alert(&tenant(), raid("a")).await.unwrap().repeated);
    engine.run_due(16).await.unwrap();
    assert!(outside.ledger.lines().iter().any(|line| line.contains("ring alex")));
}
