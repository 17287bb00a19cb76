//! Pages by message: accepted by a text, passed on, not delivered, blocked.
// Tests may unwrap.
#![allow(clippy::unwrap_used, clippy::panic)]

use nightdesk_domain::call::{Arrival, CallEvent, Speech};
use nightdesk_domain::case::{AckBy, Case, CaseEvent, Page, PageEvent, PageOutcome, PageState, Standing, Work};
use nightdesk_domain::consent::IncomingText;
use nightdesk_domain::ids::{CallId, CaseId, LegId, OwnerId};
use nightdesk_domain::policy::{Channel, Policy, Reach, Way};
use nightdesk_domain::reply::Heard;
use nightdesk_engine::{Engine, EngineError, Ports, Settings, TextAnswer};
use nightdesk_ports::{Cases, Clock, DeliveryError, MockTelephony, TenantRepository};
use nightdesk_testkit::fakes::{HandClock, Obedient, ports, run_until_idle};
use nightdesk_testkit::memory::MemoryStore;
use nightdesk_testkit::sample::{self, at, number, tenant};
use std::sync::{Arc, Mutex};

struct Night {
    engine: Engine,
    cases: Arc<dyn Cases>,
    clock: Arc<HandClock>,
}

/// Alex is paged by a text first, and by telephone a minute later.
fn policy() -> Policy {
    let mut policy = sample::policy();
    let ways = [(Channel::Text, 0), (Channel::Call, 60)].map(|(by, after_seconds)| Way { by, after_seconds });
    policy.technicians[0].reach = vec![Reach { priorities: vec![], ways: ways.into() }];
    policy
}

async fn night(replace: impl FnOnce(&mut Ports)) -> Night {
    night_of(policy(), replace).await
}

async fn night_of(policy: Policy, replace: impl FnOnce(&mut Ports)) -> Night {
    let store = MemoryStore::new();
    store.import(&policy, &[], sample::FILE).await.unwrap();
    let clock = HandClock::at(at(0));
    let mut all = ports(&store, clock.clone(), Arc::new(Obedient::default()));
    replace(&mut all);
    let cases = all.cases.clone();
    let night = Night { engine: Engine::new(all, Settings::new("test")), cases, clock };
    let words = "this is dana at acme dental our server is down and nobody can work since an hour";
    night.is_called(&call(), "+13125550149", words).await;
    night
}

fn call() -> CallId {
    CallId::parse("CA1").unwrap()
}

impl Night {
    async fn is_called(&self, call: &CallId, from: &str, words: &str) {
        let (dialled, from) = (number("+13125550100"), Some(number(from)));
        self.engine.arrive(&Arrival { tenant: tenant(), call: call.clone(), dialled, from }).await.unwrap();
        let words = Some(Speech { words: words.into(), confidence_percent: Some(90) });
        let said = CallEvent::Said { turn: 1, heard: Heard::default(), words, keys: None };
        self.engine.call_event(&tenant(), call, said, Heard::default()).await.unwrap();
        self.run().await;
    }

    async fn run(&self) {
        run_until_idle(&self.engine).await;
    }

    async fn pass_hours(&self, hours: i64) {
        for _ in 0..hours * 12 {
            self.clock.advance(5 * 60);
            self.run().await;
        }
    }

    async fn case(&self) -> Case {
        *self.engine.case(&tenant(), &call().case()).await.unwrap().0
    }

    async fn code(&self) -> String {
        self.case().await.ack_code.unwrap().to_string()
    }

    /// A technician, or a stranger, texts the line.
    async fn texts(&self, from: &str, body: &str) -> Option<String> {
        let (from, to) = (number(from), number("+13125550100"));
        let text = IncomingText { from, to, body: body.into(), id: format!("SM{}", body.len()) };
        match self.engine.texted(&tenant(), &text).await.unwrap() {
            TextAnswer::Nothing => None,
            TextAnswer::Text(_) => panic!("a text to a caller"),
            TextAnswer::Technician(answer) => Some(answer.reveal().to_owned()),
        }
    }
}

fn alex() -> String {
    sample::policy().technicians[0].number.clone().unwrap().as_str().to_owned()
}

fn bea() -> String {
    sample::policy().technicians[1].number.clone().unwrap().as_str().to_owned()
}

#[tokio::test]
async fn a_code_with_minutes_accepts_and_is_read_back() {
    let night = night(|_| {}).await;
    let code = night.code().await;
    let told = night.texts(&alex(), &format!("{code} in 20 min")).await.unwrap();
    assert!(told.starts_with("You have it. You ring the caller by 2:20"), "{told}");
    assert!(told.contains("+13125550149"), "the number to ring: {told}");
    let case = night.case().await;
    assert!(matches!(case.work, Work::Held { arrival: Some(_), .. }), "{:?}", case.work);
    let again = night.texts(&alex(), &code).await.unwrap();
    assert!(again.starts_with("You have it. You ring the caller by 2:20"), "a repetition is told the same: {again}");
    let sooner = night.texts(&alex(), &format!("{code} 10")).await.unwrap();
    assert!(sooner.starts_with("You have it. You ring the caller by 2:10"), "a promise can be moved: {sooner}");
    let reached = night.texts(&alex(), &format!("{code} done")).await.unwrap();
    assert!(reached.starts_with("Noted"), "{reached}");
}

#[tokio::test]
async fn whoever_is_second_hears_who_has_it() {
    let night = night(|_| {}).await;
    let code = night.code().await;
    night.texts(&alex(), &format!("{code} pass")).await.unwrap();
    night.run().await;
    night.texts(&alex(), &code).await.unwrap();
    let bea_paged = night.case().await.pages.iter().any(|page| page.technician.as_str() == "bea");
    assert!(bea_paged, "Alex had passed it on");
    let told = night.texts(&bea(), &code).await.unwrap();
    assert!(told.starts_with("Alex") && told.contains("already"), "{told}");
}

#[tokio::test]
async fn a_code_beside_a_wish_for_no_more_texts_is_not_lost() {
    for words in ["Stop.", "in 20 min and please stop texting me"] {
        let night = night(|_| {}).await;
        let code = night.code().await;
        let told = night.texts(&alex(), &format!("{code}. {words}")).await.unwrap();
        assert!(told.starts_with("You have it."), "{told}");
        assert!(told.contains("Reply START to get texts again."), "{told}");
        assert!(night.case().await.accepted().is_some());
        let stopped = night.engine.stopped_technicians(&policy()).await.unwrap();
        assert_eq!(stopped.len(), 1, "and the wish holds as well");
    }
}

#[tokio::test]
async fn a_word_right_behind_a_code_is_about_the_case_and_stops_no_texts() {
    let night = night(|_| {}).await;
    let code = night.code().await;
    let told = night.texts(&alex(), &format!("{code} stop")).await.unwrap();
    assert!(told.contains("nothing was noted"), "{told}");
    assert!(night.engine.stopped_technicians(&policy()).await.unwrap().is_empty());
    // The carrier's own word has no code, and says nothing of the case.
    assert_eq!(night.texts(&alex(), "STOP").await, None);
    assert!(night.case().await.accepted().is_none());
}

#[tokio::test]
async fn strangers_and_those_who_were_not_paged_change_nothing() {
    let night = night(|_| {}).await;
    let code = night.code().await;
    assert_eq!(night.texts("+13125550149", &code).await, None, "the caller learns nothing of codes");
    let told = night.texts(&bea(), &code).await.unwrap();
    assert!(told.contains("not paged"), "{told}");
    let unclear = night.texts(&alex(), &format!("{code} who is it")).await.unwrap();
    assert!(unclear.contains("nothing was noted"), "{unclear}");
    assert!(night.case().await.accepted().is_none());
}

#[tokio::test]
async fn a_technician_declares_an_outage_by_text_which_accepts_nothing_and_ends_it() {
    let night = night(|_| {}).await;
    let (code, ticket) = (night.code().await, night.case().await.ticket.number);
    let told = night.texts(&bea(), &format!("{ticket} outage 3 hours")).await.unwrap();
    assert!(told.starts_with(&format!("A known outage until 5:00 AM: like calls join ticket {ticket}.")), "{told}");
    assert!(told.contains("Nobody has accepted it yet"), "{told}");
    let case = night.case().await;
    let outage = case.outage.as_ref().unwrap();
    assert_eq!(outage.declared_by.as_ref().unwrap().reveal(), "Bea");
    assert!(case.accepted().is_none() && case.open_to_callers(at(2 * 3600)).is_some(), "{:?}", case.work);

    night.texts(&alex(), &code).await.unwrap();
    let told = night.texts(&alex(), &format!("{code} outage over")).await.unwrap();
    assert!(told.contains("open tickets of their own again"), "{told}");
    assert!(night.case().await.open_to_callers(night.clock.now()).is_none());
    assert_eq!(night.texts("+13125550149", &format!("{ticket} outage")).await, None, "a caller declares nothing");
}

#[tokio::test]
async fn a_case_that_callers_cannot_join_is_declared_no_outage() {
    let night = night(|_| {}).await;
    let (case, code) = (night.case().await.id, night.code().await);
    night.engine.case_event(&tenant(), &case, CaseEvent::MarkedHandled { by: "Bea".into() }).await.unwrap();
    let told = night.texts(&alex(), &format!("{code} outage")).await.unwrap();
    assert!(told.starts_with("Callers cannot join ticket"), "{told}");
    assert_eq!(night.case().await.outage, None);
}

#[tokio::test]
async fn a_code_that_is_unknown_or_older_than_a_day_accepts_nothing() {
    let night = night(|_| {}).await;
    let code = night.code().await;
    let other = if code == "1234" { "1235" } else { "1234" };
    assert!(night.texts(&alex(), other).await.unwrap().contains("No case has the code"));
    night.clock.advance(3 * 24 * 3600);
    assert!(night.texts(&alex(), &code).await.unwrap().contains("No case has the code"));
    assert!(night.case().await.accepted().is_none());
}

/// A night over which the office does not open, so that paging goes on for days.
async fn long_weekend() -> Night {
    let mut policy = policy();
    policy.business_hours.days.clear();
    let night = night_of(policy, |_| {}).await;
    night.engine.call_event(&tenant(), &call(), CallEvent::HungUp, Heard::default()).await.unwrap();
    night
}

#[tokio::test]
async fn a_code_accepts_as_long_as_its_case_pages_and_a_day_longer() {
    let night = long_weekend().await;
    let code = night.code().await;
    night.pass_hours(50).await;
    assert!(matches!(night.case().await.work, Work::Paging { .. } | Work::Pausing { .. }), "it still pages");
    let told = night.texts(&alex(), &code).await.unwrap();
    assert!(told.starts_with("You have it."), "{told}");
    night.pass_hours(20).await;
    let done = night.texts(&alex(), &format!("{code} done")).await.unwrap();
    assert!(done.starts_with("Noted"), "most of a day later: {done}");
    night.pass_hours(30).await;
    let told = night.texts(&alex(), &code).await.unwrap();
    assert!(told.starts_with("No case has the code"), "over for more than a day: {told}");
    let ticket = night.case().await.ticket.number;
    assert!(
        !night.texts(&alex(), ticket.as_str()).await.unwrap().starts_with("There is no ticket"),
        "the number holds"
    );
}

#[tokio::test]
async fn no_other_case_gets_the_code_of_one_that_still_pages() {
    let night = long_weekend().await;
    night.pass_hours(50).await;
    let case = night.case().await;
    for name in case.ack_code.as_ref().unwrap().names(night.clock.now()) {
        let bearer = night.cases.find(&tenant(), "ack", &name).await.unwrap();
        assert_eq!(bearer, Some(OwnerId::Case(case.id.clone())), "the name is taken today and tomorrow");
    }
}

#[tokio::test]
async fn whoever_accepts_by_text_while_their_own_telephone_rings_makes_it_stop() {
    let outside = Arc::new(Obedient::default());
    let network = outside.clone();
    let night = night(move |all| all.telephony = network).await;
    night.clock.advance(61);
    night.run().await;
    let rings = night.case().await.pages.iter().any(|page| page.channel == Channel::Call && page.is_open());
    assert!(rings, "Alex is rung a minute after the text");
    night.texts(&alex(), &night.code().await).await.unwrap();
    night.run().await;
    let hung_up = outside.ledger.lines().iter().filter(|line| line.starts_with("hang up")).count();
    assert_eq!(hung_up, 1, "{:?}", outside.ledger.lines());
}

#[tokio::test]
async fn a_text_that_did_not_arrive_is_followed_by_another_channel_at_once() {
    let night = night(|_| {}).await;
    let before = night.case().await;
    assert_eq!((before.pages[0].channel, before.pages[1].channel), (Channel::Text, Channel::Call));
    night.engine.text_undelivered(&tenant(), &call().case(), 1, false).await.unwrap();
    let case = night.case().await;
    assert!(matches!(case.pages[0].state, PageState::Ended { outcome: PageOutcome::Failed, .. }));
    night.run().await;
    assert!(night.engine.stopped_technicians(&policy()).await.unwrap().is_empty());
    let twice = night.engine.text_undelivered(&tenant(), &call().case(), 1, false).await;
    assert!(twice.is_ok() && night.case().await.pages.len() == case.pages.len(), "a repetition changes nothing");
    let unknown = CaseId::parse("CA9").unwrap();
    let missing = night.engine.text_undelivered(&tenant(), &unknown, 1, false).await;
    assert!(matches!(missing, Err(EngineError::NotFound)));
}

#[tokio::test]
async fn a_blocked_number_is_remembered_whether_a_report_or_the_order_says_so() {
    let night = night(|_| {}).await;
    night.engine.text_undelivered(&tenant(), &call().case(), 1, true).await.unwrap();
    assert_eq!(night.engine.stopped_technicians(&policy()).await.unwrap()[0].as_str(), "alex");

    let mut telephony = MockTelephony::new();
    telephony.expect_text().returning(|_, _| Err(DeliveryError::Blocked));
    telephony.expect_page().returning(|_| Err(DeliveryError::unavailable()));
    let night = self::night(|ports| ports.telephony = Arc::new(telephony)).await;
    let case = night.case().await;
    assert!(matches!(case.pages[0].state, PageState::Ended { outcome: PageOutcome::Failed, .. }), "{:?}", case.pages);
    assert_eq!(night.engine.stopped_technicians(&policy()).await.unwrap()[0].as_str(), "alex");
}

#[tokio::test]
async fn a_link_or_a_button_accepts_once_and_stays_accepted() {
    let night = night(|_| {}).await;
    let id = call().case();
    for (minutes, promised) in [(Some(30), 30), (None, 30), (Some(5), 5), (None, 5)] {
        let (case, _) = night.engine.acknowledge(&tenant(), &id, 1, AckBy::Link, minutes).await.unwrap();
        let Some(Standing::Yours { by: Some(by) }) = case.standing(1) else { panic!("{:?}", case.standing(1)) };
        assert_eq!(by, at(promised * 60), "the newest promise holds");
    }
    let none = night.engine.acknowledge(&tenant(), &id, 99, AckBy::Link, None).await.unwrap().0;
    assert_eq!(none.standing(99), None);
}

#[tokio::test]
async fn a_stop_is_routed_around_even_where_nobody_wished_for_texts() {
    let night = night_of(sample::policy(), |_| {}).await;
    night.texts(&alex(), "STOP").await;
    let second = CallId::parse("CA2").unwrap();
    let words = "this is mike at harbor law our internet is down since an hour and nobody can work";
    night.is_called(&second, "+13125550148", words).await;
    let over = CaseEvent::Page { page: 1, event: PageEvent::Ended(PageOutcome::OverBudget) };
    night.engine.case_event(&tenant(), &second.case(), over).await.unwrap();
    let case = night.engine.case(&tenant(), &second.case()).await.unwrap().0;
    assert_eq!(case.pages[0].technician.as_str(), "alex");
    let texted = |page: &Page| page.channel == Channel::Text && page.technician.as_str() == "alex";
    assert!(!case.pages.iter().any(texted), "{:?}", case.pages);
    assert!(case.pages.iter().any(|page| page.technician.as_str() == "bea"), "the ladder goes on");
}

#[tokio::test]
async fn a_page_by_text_tells_what_has_come_in_since_it_was_ordered() {
    let bodies: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = bodies.clone();
    let mut telephony = MockTelephony::new();
    telephony.expect_page().returning(|order| Ok(LegId::parse(&format!("TE{}", order.page)).unwrap()));
    telephony.expect_hang_up().returning(|_, _| Ok(()));
    telephony.expect_text().returning(move |_, order| {
        kept.lock().unwrap().push(order.body.reveal().to_owned());
        Ok(())
    });
    let mut policy = policy();
    policy.technicians[0].reach[0].ways =
        [(Channel::Call, 0), (Channel::Text, 30)].map(|(by, after_seconds)| Way { by, after_seconds }).into();
    let night = night_of(policy, |ports| ports.telephony = Arc::new(telephony)).await;
    night.clock.advance(30);
    night.run().await;
    let bodies = bodies.lock().unwrap().clone();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert!(bodies[0].ends_with("1 open ticket."), "the answer came while the telephone rang: {bodies:?}");
}
