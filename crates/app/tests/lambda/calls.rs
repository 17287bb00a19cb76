//! The calls that the product is shown by, end to end through the functions: pages, acceptance, ticket.

use crate::cloud::Cloud;
use crate::support::*;
use nightdesk_adapters_local::phone::{EventKind, Party, PhoneBehaviour};
use nightdesk_domain::case::{PageOutcome, PageState};
use nightdesk_domain::vocabulary::{Disposition, Priority};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_wakes_the_ladder_until_somebody_accepts() {
    let cloud = Cloud::start("$default", &[PhoneBehaviour::Voicemail, PhoneBehaviour::Accept]).await;
    let caller = cloud.network.dial(Some(DANA), LINE);
    caller.say(SERVER_DOWN).await.unwrap();
    caller.wait_ended().await;
    cloud.network.wait_quiet().await;
    let (call, case) = cloud.settled(caller.leg()).await;
    let heard = cloud.network.history();
    assert_eq!(call.disposition, Some(Disposition::Escalate), "{heard:?}");
    assert_eq!(case.brief.priority, Priority::Critical);
    let rings = [ALEX, BEA, MORGAN].map(|number| rings(&cloud.network, number));
    assert_eq!(rings, [1, 1, 0], "{heard:?}");
    assert!(matches!(case.pages[0].state, PageState::Ended { outcome: PageOutcome::Machine, .. }), "{:?}", case.pages);
    assert!(matches!(case.pages[1].state, PageState::Accepted { .. }), "{:?}", case.pages);
    for who in [Party::Caller, Party::Technician(BEA.to_owned())] {
        assert!(
            heard.iter().any(|event| event.party == who && event.kind == EventKind::JoinedRoom),
            "{who:?} {heard:?}"
        );
    }
    assert_eq!(cloud.network.errors(), Vec::<String>::new());
    println!("server down: ticket {:?}, rings {rings:?}, accepted, connected", case.ticket.psa);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printer_is_called_back_through_a_stage_that_is_part_of_the_address() {
    let cloud = Cloud::start("prod", &[PhoneBehaviour::Accept]).await;
    assert!(cloud.gateway.url().ends_with("/prod"));
    let caller = cloud.network.dial(Some(DANA), LINE);
    caller.say(PRINTER).await.unwrap();
    caller.wait_ended().await;
    let (call, case) = cloud.settled(caller.leg()).await;
    assert_eq!(call.disposition, Some(Disposition::Callback));
    assert!(case.pages.is_empty());
    assert!(case.ticket.psa.is_some());
    assert_eq!(cloud.network.errors(), Vec::<String>::new());
    println!("printer: ticket {:?}, called back, nobody woken", case.ticket.psa);
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_sentence_about_encrypted_files_still_wakes_somebody() {
    let cloud = Cloud::start("$default", &[PhoneBehaviour::Accept]).await;
    let caller = cloud.network.dial(Some(DANA), LINE);
    caller.say_and_hang_up_midway(ENCRYPTED).await;
    let (call, case) = cloud.settled(caller.leg()).await;
    cloud.network.wait_quiet().await;
    assert_eq!(call.disposition, Some(Disposition::Escalate));
    assert_eq!(case.brief.priority, Priority::Critical);
    assert!(case.accepted().is_some(), "{:?}", case.work);
    assert_eq!(rings(&cloud.network, ALEX), 1);
    assert_eq!(cloud.network.errors(), Vec::<String>::new());
    println!("encrypted files, hung up midway: ticket {:?}, accepted", case.ticket.psa);
}
