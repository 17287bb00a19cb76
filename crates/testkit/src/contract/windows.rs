//! Planned work and open cases on any store: kept, changed, called off, and found by the call that they matter to.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a case says what it expects by its name and by failing"
)]

use super::Store;
use crate::fakes::{HandClock, Obedient};
use crate::sample::{self, at, number, other_tenant, policy_of, tenant};
use chrono::TimeDelta;
use nightdesk_domain::call::{Arrival, Call, CallEvent, Speech};
use nightdesk_domain::case::{Case, CaseEvent};
use nightdesk_domain::ids::{CallId, OwnerId};
use nightdesk_domain::reply::Heard;
use nightdesk_domain::vocabulary::Disposition;
use nightdesk_domain::windows::{Wanted, Window};
use nightdesk_engine::{Engine, Ports, Settings, WINDOW_KIND, WindowError};
use nightdesk_ports::{Absent, Entry, Snapshot};
use std::sync::Arc;

async fn engine(store: &Arc<dyn Store>) -> (Engine, Arc<HandClock>) {
    store.import(&sample::policy(), &[], sample::FILE).await.unwrap();
    store.import(&policy_of(&other_tenant()), &[], sample::FILE).await.unwrap();
    let (clock, outside) = (HandClock::at(at(0)), Arc::new(Obedient::default()));
    let ports = Ports {
        cases: store.clone(),
        outbox: store.clone(),
        tenants: store.clone(),
        records: store.clone(),
        register: store.clone(),
        telephony: outside.clone(),
        ticketing: outside.clone(),
        notifier: outside,
        model: Arc::new(Absent),
        transcriber: Arc::new(Absent),
        clock: clock.clone(),
    };
    (Engine::new(ports, Settings::new("test")), clock)
}

fn wanted() -> Wanted {
    Wanted::from(sample::window(&["file server"], 120))
}

/// A stranger calls and says this; gives call and case as stored.
async fn call(engine: &Engine, id: &str, words: &str) -> (Call, Option<Case>) {
    let (call, dialled) = (CallId::parse(id).unwrap(), number("+13125550100"));
    let arrival = Arrival { tenant: tenant(), call: call.clone(), dialled, from: Some(number("+13125550149")) };
    engine.arrive(&arrival).await.unwrap();
    let words = Some(Speech { words: words.into(), confidence_percent: Some(90) });
    let said = CallEvent::Said { turn: 1, heard: Heard::default(), words, keys: None };
    engine.call_event(&tenant(), &call, said, Heard::default()).await.unwrap();
    let load = async |owner| engine.ports().cases.load(&tenant(), &owner).await.unwrap().map(|stored| stored.snapshot);
    let case = match load(OwnerId::Case(call.case())).await {
        Some(Snapshot::Case(case)) => Some(*case),
        _ => None,
    };
    match load(OwnerId::Call(call)).await {
        Some(Snapshot::Call(call)) => (*call, case),
        _ => panic!("the call is not stored"),
    }
}

const FAILS: &str = "dana at acme dental, the file server is down and nobody can work";

pub async fn planned_work_is_kept_changed_and_called_off(store: Arc<dyn Store>) {
    let (engine, clock) = engine(&store).await;
    let first = engine.plan_window(&tenant(), wanted()).await.unwrap();
    let second = engine.plan_window(&tenant(), Wanted { title: "Patches".to_owned(), ..wanted() }).await.unwrap();
    assert_eq!((first.id.as_str(), second.id.as_str()), ("1", "2"));
    assert_eq!(engine.windows(&tenant()).await.unwrap(), [first.clone(), second.clone()]);
    assert_eq!(engine.windows(&other_tenant()).await.unwrap(), [], "it is the tenant's own");

    let longer = |wanted: &mut Wanted| wanted.ends += TimeDelta::hours(1);
    let changed = engine.change_window(&tenant(), &first.id, longer).await.unwrap();
    assert_eq!(changed, Window { lasts_minutes: 180, ..first.clone() });
    let cancelled = engine.cancel_window(&tenant(), &second.id).await.unwrap();
    assert_eq!(cancelled.cancelled_at, Some(at(0)));
    assert_eq!(engine.cancel_window(&tenant(), &second.id).await.unwrap(), cancelled, "once is enough");
    let again = engine.change_window(&tenant(), &second.id, |_| {}).await;
    assert!(matches!(again, Err(WindowError::Cancelled)), "{again:?}");
    assert_eq!(engine.windows(&tenant()).await.unwrap(), [changed, cancelled]);

    clock.advance(40 * 24 * 3600);
    assert_eq!(engine.windows(&tenant()).await.unwrap(), [], "what is long over is no longer kept");
}

pub async fn planned_work_that_is_refused_leaves_nothing_and_changes_nothing(store: Arc<dyn Store>) {
    let (engine, _) = engine(&store).await;
    let never_ends = Wanted { recurrence: Some("FREQ=DAILY".to_owned()), ..wanted() };
    let backwards = Wanted { ends: wanted().starts, ..wanted() };
    for refused in [never_ends, backwards] {
        let why = engine.plan_window(&tenant(), refused).await;
        assert!(matches!(why, Err(WindowError::Refused(_))), "{why:?}");
    }
    assert_eq!(engine.windows(&tenant()).await.unwrap(), []);
    let window = engine.plan_window(&tenant(), wanted()).await.unwrap();
    let why = engine.change_window(&tenant(), &window.id, |wanted| wanted.systems.clear()).await;
    assert!(matches!(why, Err(WindowError::Refused(_))), "{why:?}");
    assert_eq!(engine.windows(&tenant()).await.unwrap(), [window]);
    let nobodys = engine.cancel_window(&tenant(), &"7".parse().unwrap()).await;
    assert!(matches!(nobodys, Err(WindowError::Unknown)), "{nobodys:?}");
}

pub async fn a_call_takes_the_planned_work_at_its_arrival_and_its_case_remembers_it(store: Arc<dyn Store>) {
    let (engine, clock) = engine(&store).await;
    let window = engine.plan_window(&tenant(), wanted()).await.unwrap();
    let (first, case) = call(&engine, "CA1", FAILS).await;
    assert_eq!(first.windows.len(), 1);
    assert_eq!(first.disposition, None, "the caller's name is still asked for");
    assert_eq!(case, None, "and nobody is woken");
    engine.call_event(&tenant(), &first.id, CallEvent::HungUp, Heard::default()).await.unwrap();
    let stored = engine.ports().cases.load(&tenant(), &OwnerId::Case(first.id.case())).await.unwrap();
    let Snapshot::Case(case) = stored.unwrap().snapshot else { panic!("a call") };
    assert_eq!(case.suppressed_by().map(|planned| &planned.window), Some(&window.id));

    engine.cancel_window(&tenant(), &window.id).await.unwrap();
    let (second, case) = call(&engine, "CA2", FAILS).await;
    assert_eq!((second.windows.len(), second.disposition), (0, Some(Disposition::Escalate)));
    assert!(case.is_some_and(|case| case.brief.wake && case.suppressed_by().is_none()));

    engine.plan_window(&tenant(), wanted()).await.unwrap();
    clock.advance(2 * 3600);
    let (third, _) = call(&engine, "CA3", FAILS).await;
    assert_eq!((third.windows.len(), third.disposition), (0, Some(Disposition::Escalate)), "the window is over");
}

pub async fn an_entry_that_is_no_window_explains_nothing_and_hides_no_other(store: Arc<dyn Store>) {
    let (engine, _) = engine(&store).await;
    let odd = Entry::new(&tenant(), WINDOW_KIND, "0", "{}");
    store.put(&odd, at(0)).await.unwrap();
    let window = engine.plan_window(&tenant(), wanted()).await.unwrap();
    assert_eq!(engine.windows(&tenant()).await.unwrap(), [window]);
    let (first, _) = call(&engine, "CA1", FAILS).await;
    assert_eq!(first.windows.len(), 1);
}

pub async fn the_next_caller_joins_the_open_case_and_its_call_back_list_is_kept(store: Arc<dyn Store>) {
    const DOWN: &str = "acme dental, our server is down and nobody can work";
    let (engine, clock) = engine(&store).await;
    let (first, _) = call(&engine, "CA1", DOWN).await;
    clock.advance(60);
    let (second, own) = call(&engine, "CA2", DOWN).await;
    assert_eq!(own, None, "it has no case of its own");
    assert_eq!((second.ticket, second.joined.map(|open| open.case)), (first.ticket, Some(first.id.case())));
    let open = engine.outages(&tenant()).await.unwrap();
    let [(case, _)] = open.as_slice() else { panic!("one case is open: {open:?}") };
    assert_eq!(case.joined.iter().map(|caller| caller.call.as_str()).collect::<Vec<_>>(), ["CA2"]);
    assert_eq!(case.pages_ordered, 1, "nobody is woken twice");
    let ended = CaseEvent::OutageEnded { by: "Alex".into() };
    let case = engine.outage_event(&tenant(), &first.id.case(), ended).await.unwrap();
    assert_eq!(case.open_to_callers(at(60)), None);
    let (third, own) = call(&engine, "CA3", DOWN).await;
    assert!(own.is_some() && third.joined.is_none());
    // What another tenant has open is nobody else's.
    assert_eq!(engine.outages(&other_tenant()).await.unwrap().len(), 0);
}
