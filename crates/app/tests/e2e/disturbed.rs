//! Webhooks that come twice, late and out of order, and requests whose answers are lost: the same outcome.

use crate::support::*;
use nightdesk_adapters_local::phone::{EventKind, Faults, Party, PhoneBehaviour};
use nightdesk_domain::case::PageOutcome;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::vocabulary::{Disposition, Priority};
use std::time::Duration;

/// Takes the server-down call under faults: it must end as it does without them.
async fn server_down_ends_the_same(faults: Faults) {
    let house = House::open(&[PhoneBehaviour::Voicemail, PhoneBehaviour::Accept]).await;
    house.network.set_faults(faults);
    let caller = house.network.dial(Some(DANA), LINE);
    caller.say(SERVER_DOWN).await.unwrap();
    caller.wait_ended().await;
    house.network.wait_quiet().await;
    let (call, case) = house.settled(caller.leg()).await;
    assert_eq!(call.disposition, Some(Disposition::Escalate), "{faults:?}");
    assert_eq!(case.brief.priority, Priority::Critical);
    let heard = house.network.history();
    assert_eq!((house.rings(ALEX), house.rings(BEA), house.rings(MORGAN)), (1, 1, 0), "{faults:?} {heard:?}");
    assert_eq!(case.pages.len(), 2, "{faults:?}: {:?}", case.pages);
    let (alex, bea) = (&case.pages[0], &case.pages[1]);
    assert!(
        matches!(alex.state, nightdesk_domain::case::PageState::Ended { outcome: PageOutcome::Machine, .. }),
        "{faults:?}: {:?}",
        alex.state
    );
    assert!(matches!(bea.state, nightdesk_domain::case::PageState::Accepted { .. }), "{faults:?}: {:?}", bea.state);
    let met = |who: &dyn Fn(&Party) -> bool| {
        house.network.history().iter().any(|event| who(&event.party) && event.kind == EventKind::JoinedRoom)
    };
    assert!(met(&|party| *party == Party::Caller), "{faults:?}");
    assert!(met(&|party| *party == Party::Technician(BEA.to_owned())), "{faults:?}");
    let acceptances = case.reasons.iter().filter(|reason| reason.rule == "page/accepted").count();
    assert_eq!(acceptances, 1, "{faults:?}");
    assert_eq!(tickets(&house).await, 1, "{faults:?}");
    assert_eq!(cases(&*house.server.store.cases).await.len(), 1);
    assert_eq!(house.network.errors(), Vec::<String>::new(), "{faults:?}");
}

/// How many tickets the built-in desk has.
async fn tickets(house: &House) -> usize {
    house.server.desk.tickets(&TenantId::parse(TENANT).unwrap(), 100).await.unwrap().len()
}

#[tokio::test]
async fn webhooks_that_come_twice_change_nothing() {
    server_down_ends_the_same(Faults { duplicate_webhooks: true, ..Faults::default() }).await;
}

#[tokio::test]
async fn callbacks_that_come_late_change_nothing() {
    // A fiftieth of a second at twenty times the pace of life is a second.
    server_down_ends_the_same(Faults { callback_delay: Duration::from_millis(50), ..Faults::default() }).await;
}

#[tokio::test]
async fn callbacks_that_overtake_one_another_change_nothing() {
    server_down_ends_the_same(Faults { reorder_callbacks: true, ..Faults::default() }).await;
}

#[tokio::test]
async fn callbacks_that_come_before_the_create_request_is_answered_change_nothing() {
    server_down_ends_the_same(Faults { status_before_create_answer: true, ..Faults::default() }).await;
}

#[tokio::test]
async fn create_requests_whose_answers_are_lost_ring_nobody_twice() {
    server_down_ends_the_same(Faults { lose_create_answers: 2, ..Faults::default() }).await;
}

#[tokio::test]
async fn everything_at_once_changes_nothing() {
    let faults = Faults {
        duplicate_webhooks: true,
        callback_delay: Duration::from_millis(30),
        reorder_callbacks: true,
        status_before_create_answer: true,
        lose_create_answers: 1,
        ..Faults::default()
    };
    server_down_ends_the_same(faults).await;
}

#[tokio::test]
async fn a_callback_call_under_faults_has_one_ticket_and_no_page() {
    let house = House::open(&[PhoneBehaviour::Accept]).await;
    house.network.set_faults(Faults {
        duplicate_webhooks: true,
        reorder_callbacks: true,
        callback_delay: Duration::from_millis(30),
        ..Faults::default()
    });
    let caller = house.network.dial(Some(DANA), LINE);
    caller.say(PRINTER).await.unwrap();
    caller.wait_ended().await;
    let (call, case) = house.settled(caller.leg()).await;
    assert_eq!(call.disposition, Some(Disposition::Callback));
    assert!(case.pages.is_empty());
    assert_eq!(tickets(&house).await, 1);
    assert_eq!(house.network.errors(), Vec::<String>::new());
}

/// A caller hangs up midway under faults: the technician is rung once, accepts, and gets the number once.
async fn hanging_up_midway_ends_the_same(faults: Faults) {
    let house = House::open(&[PhoneBehaviour::Accept]).await;
    house.network.set_faults(faults);
    let caller = house.network.dial(Some(DANA), LINE);
    caller.say_and_hang_up_midway(ENCRYPTED).await;
    let (_, case) = house.settled(caller.leg()).await;
    house.network.wait_quiet().await;
    assert!(case.accepted().is_some(), "{:?}", case.work);
    let texts = || house.network.messages().into_iter().filter(|text| text.to == ALEX).count();
    eventually("a text to the technician", Duration::from_secs(5), async || (texts() > 0).then_some(())).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(texts(), 1);
    assert_eq!((house.rings(ALEX), tickets(&house).await), (1, 1));
    assert_eq!(house.network.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn a_hang_up_midway_with_webhooks_that_come_twice_texts_the_number_once() {
    hanging_up_midway_ends_the_same(Faults { duplicate_webhooks: true, ..Faults::default() }).await;
}

#[tokio::test]
async fn a_hang_up_that_overtakes_the_last_words_wakes_somebody_all_the_same() {
    let callback_delay = Duration::from_millis(30);
    hanging_up_midway_ends_the_same(Faults { reorder_callbacks: true, callback_delay, ..Faults::default() }).await;
}

#[tokio::test]
async fn a_message_that_cannot_be_written_down_wakes_somebody_since_it_is_unsure() {
    let house = House::open(&[PhoneBehaviour::Accept]).await;
    house.network.set_faults(Faults { transcription_fails: true, ..Faults::default() });
    let caller = house.network.dial(Some(DANA), LINE);
    caller.say("I want to leave a voicemail please").await.unwrap();
    caller.say("well it is about the thing from this morning").await.unwrap();
    caller.press("#").await.unwrap();
    caller.wait_ended().await;
    let (call, _) = house.settled(caller.leg()).await;
    assert_eq!(call.disposition, Some(Disposition::Voicemail));
    assert_eq!(call.recordings.len(), 1);
    let paged = async || (house.rings(ALEX) > 0).then_some(());
    eventually("three minutes without a transcript: somebody is paged", Duration::from_secs(60), paged).await;
    assert_eq!(tickets(&house).await, 1);
    assert_eq!(house.network.errors(), Vec::<String>::new());
}
