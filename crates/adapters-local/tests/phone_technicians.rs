//! Technicians on the simulated network: what their phones do, conferences, machines, redirects.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test may fail by panicking")]

mod phone_support;

use nightdesk_adapters_local::phone::{EventKind, LegStatus, Party, PhoneBehaviour, PhoneNetwork};
use phone_support::{App, BEA, CALLER, Hit, LINE, heard, network, rest};
use std::time::Duration;

const ROOM: &str = r#"<Dial action="/left"><Conference startConferenceOnEnter="true" endConferenceOnExit="true"
    waitUrl="" statusCallback="/room" statusCallbackEvent="start end join leave">case-1</Conference></Dial>"#;

/// A caller who waits, and a technician who is asked; accepting puts them into the room.
fn script(hit: &Hit) -> String {
    match hit.path.as_str() {
        "/voice" => {
            r#"<Gather input="speech" action="/turn" timeout="600" speechTimeout="auto"><Say>Hold on</Say></Gather>"#
                .into()
        }
        "/now" => ROOM.into(),
        "/answered" => r#"<Gather input="dtmf speech" numDigits="1" timeout="5" action="/chosen">
            <Say>A case. Press 1 to accept.</Say></Gather><Say>Nothing heard.</Say>"#
            .into(),
        "/chosen" if hit.get("Digits") == "1" || hit.get("SpeechResult") == "accept" => ROOM.into(),
        "/chosen" if hit.get("Digits") == "3" => "<Redirect>/answered</Redirect>".into(),
        "/chosen" => "<Say>Goodbye</Say>".into(),
        _ => String::new(),
    }
}

async fn page(network: &PhoneNetwork, app: &App, more: &[(&str, &str)]) -> String {
    let (url, status, machine) =
        (format!("{}/answered", app.url), format!("{}/leg", app.url), format!("{}/machine", app.url));
    let mut form = vec![
        ("To", BEA),
        ("From", LINE),
        ("Url", url.as_str()),
        ("StatusCallback", status.as_str()),
        ("StatusCallbackEvent", "initiated"),
        ("StatusCallbackEvent", "ringing"),
        ("StatusCallbackEvent", "answered"),
        ("StatusCallbackEvent", "completed"),
        ("Timeout", "25"),
        ("AsyncAmd", "true"),
        ("AsyncAmdStatusCallback", machine.as_str()),
    ];
    if !more.iter().any(|(name, _)| *name == "MachineDetection") {
        form.push(("MachineDetection", "Enable"));
    }
    form.extend(more);
    let (status, call) = rest(network, "POST", "Calls.json", &form).await.unwrap();
    assert_eq!((status.as_u16(), call["status"].as_str()), (201, Some("queued")), "{call}");
    call["sid"].as_str().unwrap().to_owned()
}

fn ended(network: &PhoneNetwork, leg: &str) -> Option<LegStatus> {
    network.history().iter().filter(|event| event.leg == leg).find_map(|event| match event.kind {
        EventKind::Ended(status) => Some(status),
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_technician_who_accepts_talks_with_the_caller_in_a_room() {
    let app = App::start(script).await;
    let network = network(&app, &[(BEA, PhoneBehaviour::Accept)]).await;
    let caller = network.dial(Some(CALLER), LINE);
    caller.wait_listening().await.unwrap();
    let leg = page(&network, &app, &[]).await;
    assert_eq!(app.wait("/chosen", 1).await[0].get("Digits"), "1");
    let now = format!("{}/now", app.url);
    let (status, _) = rest(&network, "POST", &format!("Calls/{}.json", caller.leg()), &[("Url", &now)]).await.unwrap();
    assert_eq!(status, 200);
    let room = app.wait("/room", 3).await;
    let told: Vec<_> = room.iter().map(|hit| hit.get("StatusCallbackEvent")).collect();
    assert_eq!(told[..3], ["participant-join", "participant-join", "conference-start"]);
    assert_eq!((room[0].get("CallSid"), room[1].get("CallSid")), (leg.as_str(), caller.leg()));
    assert_eq!(room[0].get("FriendlyName"), "case-1");
    caller.say("thank you for coming").await.unwrap();
    caller.hang_up();
    assert_eq!(caller.wait_ended().await, LegStatus::Completed);
    network.wait_quiet().await;
    // The caller's leaving ends the room, so that the technician's leg goes on with the action.
    let left = app.wait("/left", 2).await;
    let mut status: Vec<_> = left.iter().map(|hit| (hit.get("CallSid"), hit.get("CallStatus"))).collect();
    status.sort_by_key(|(sid, _)| *sid != leg);
    assert_eq!(status, [(leg.as_str(), "in-progress"), (caller.leg(), "completed")]);
    let told: Vec<_> = app.wait("/room", 6).await.iter().map(|hit| hit.get("StatusCallbackEvent").to_owned()).collect();
    assert_eq!(told[3..], ["participant-leave", "participant-leave", "conference-end"]);
    let leg_status: Vec<_> = app.wait("/leg", 4).await.iter().map(|hit| hit.get("CallStatus").to_owned()).collect();
    assert_eq!(leg_status, ["initiated", "ringing", "in-progress", "completed"]);
    assert_eq!(app.hits("/leg")[3].get("SequenceNumber"), "3");
    assert_eq!(app.wait("/machine", 1).await[0].get("AnsweredBy"), "human");
    assert!(app.hits("/turn").is_empty(), "a redirected gather has no result");
    assert_eq!(network.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn a_technician_left_alone_in_the_room_hangs_up_and_one_who_drops_leaves_the_caller_there() {
    let app = App::start(|hit| match hit.path.as_str() {
        "/voice" | "/chosen" => "<Dial><Conference>case-2</Conference></Dial><Say>After</Say>".into(),
        _ => script(hit),
    })
    .await;
    let network = network(&app, &[(BEA, PhoneBehaviour::AcceptThenDrop)]).await;
    let caller = network.dial(Some(CALLER), LINE);
    let leg = page(&network, &app, &[]).await;
    network.ringing(BEA).unwrap().wait_ended().await;
    assert_eq!(ended(&network, &leg), Some(LegStatus::Completed));
    assert_eq!(caller.status(), LegStatus::InProgress);

    network.set_phone(BEA, PhoneBehaviour::Accept);
    let leg = page(&network, &app, &[]).await;
    let bea = network.wait_ringing(BEA).await;
    bea.wait_listening().await.unwrap();
    app.wait("/chosen", 2).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    caller.hang_up();
    bea.wait_ended().await;
    assert_eq!(heard(&network, &leg), ["A case. Press 1 to accept."]);
    assert_eq!(network.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn phones_that_are_not_answered_say_why_and_ask_for_no_document() {
    for (behaviour, outcome) in
        [(PhoneBehaviour::Busy, "busy"), (PhoneBehaviour::Ignore, "no-answer"), (PhoneBehaviour::Failed, "failed")]
    {
        let app = App::start(script).await;
        let network = network(&app, &[(BEA, behaviour)]).await;
        let leg = page(&network, &app, &[]).await;
        let last = &app.wait("/leg", 3).await[2];
        assert_eq!((last.get("CallStatus"), last.get("CallDuration")), (outcome, "0"));
        assert!(app.hits("/answered").is_empty() && app.hits("/machine").is_empty());
        let (_, call) = rest(&network, "GET", &format!("Calls/{leg}.json"), &[]).await.unwrap();
        assert_eq!(call["status"], outcome);
        assert_eq!(network.errors(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_mailbox_speaks_over_the_prompt_and_presses_nothing() {
    let app = App::start(script).await;
    let network = network(&app, &[(BEA, PhoneBehaviour::Voicemail)]).await;
    page(&network, &app, &[]).await;
    let chosen = &app.wait("/chosen", 1).await[0];
    assert!(chosen.get("SpeechResult").contains("voicemail") && chosen.get("Digits").is_empty());
    network.wait_quiet().await;
    assert_eq!(network.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn a_mailbox_is_detected_at_its_start_or_at_the_end_of_its_greeting() {
    for (mode, seconds_max, verdict) in [
        ("Enable", "30", "machine_start"),
        ("DetectMessageEnd", "30", "machine_end_beep"),
        ("DetectMessageEnd", "3", "unknown"),
    ] {
        let app = App::start(|_| r#"<Pause length="30"/>"#.into()).await;
        let network = network(&app, &[(BEA, PhoneBehaviour::Voicemail)]).await;
        page(&network, &app, &[("MachineDetection", mode), ("MachineDetectionTimeout", seconds_max)]).await;
        let machine = &app.wait("/machine", 1).await[0];
        assert_eq!((machine.get("AnsweredBy"), machine.get("CallStatus")), (verdict, "in-progress"));
        assert!(machine.get("MachineDetectionDuration").parse::<u32>().unwrap() >= 3000);
    }
}

#[tokio::test]
async fn without_asynchronous_detection_the_document_waits_for_the_verdict() {
    let app = App::start(script).await;
    let network = network(&app, &[(BEA, PhoneBehaviour::Voicemail)]).await;
    let url = format!("{}/answered", app.url);
    let form = [("To", BEA), ("From", LINE), ("Url", url.as_str()), ("MachineDetection", "Enable")];
    rest(&network, "POST", "Calls.json", &form).await.unwrap();
    assert_eq!(app.wait("/answered", 1).await[0].get("AnsweredBy"), "machine_start");
}

#[tokio::test]
async fn who_waits_alone_in_a_room_hears_the_wait_document_again_and_again() {
    let app = App::start(|hit| match hit.path.as_str() {
        "/voice" => r#"<Dial><Conference waitUrl="/wait">case-3</Conference></Dial>"#.into(),
        "/answered" => "<Dial><Conference>case-3</Conference></Dial>".into(),
        "/wait" => r#"<Say>Still here</Say><Pause length="5"/>"#.into(),
        _ => String::new(),
    })
    .await;
    let network = network(&app, &[(BEA, PhoneBehaviour::Silent)]).await;
    let caller = network.dial(Some(CALLER), LINE);
    app.wait("/wait", 2).await;
    page(&network, &app, &[]).await;
    network.wait_ringing(BEA).await.wait_listening().await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let before = app.hits("/wait").len();
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(app.hits("/wait").len(), before, "nothing is played once they talk");
    assert!(heard(&network, caller.leg()).contains(&"Still here".to_owned()));
    assert_eq!(network.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn a_wait_document_that_listens_is_an_error() {
    let app = App::start(|hit| match hit.path.as_str() {
        "/voice" => r#"<Dial><Conference waitUrl="/wait">case-4</Conference></Dial>"#.into(),
        _ => "<Gather/>".into(),
    })
    .await;
    let network = network(&app, &[]).await;
    let caller = network.dial(Some(CALLER), LINE);
    app.wait("/wait", 1).await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert!(network.errors()[0].contains("wait URL"));
    assert_eq!(caller.status(), LegStatus::InProgress);
}

#[tokio::test]
async fn each_answer_reaches_the_server_as_it_was_given() {
    for (behaviour, digits) in [
        (PhoneBehaviour::Pass, vec!["2"]),
        (PhoneBehaviour::RepeatThenAccept, vec!["3", "1"]),
        (PhoneBehaviour::SpeakAccept, vec![""]),
        (PhoneBehaviour::Silent, vec![]),
        (PhoneBehaviour::HangUp, vec![]),
    ] {
        let app = App::start(script).await;
        let network = network(&app, &[(BEA, behaviour)]).await;
        let leg = page(&network, &app, &[]).await;
        network.wait_quiet().await;
        let chosen: Vec<_> = app.hits("/chosen").iter().map(|hit| hit.get("Digits").to_owned()).collect();
        assert_eq!(chosen, digits, "{behaviour:?}");
        assert_eq!(ended(&network, &leg), Some(LegStatus::Completed), "{behaviour:?}");
        assert_eq!(network.errors(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_person_can_answer_a_phone_and_press_keys() {
    let app = App::start(script).await;
    let network = network(&app, &[(BEA, PhoneBehaviour::Prompted)]).await;
    let mut events = network.events();
    page(&network, &app, &[]).await;
    let rung = events.recv().await.unwrap();
    assert_eq!((rung.party, rung.kind), (Party::Technician(BEA.into()), EventKind::Ringing));
    let bea = network.ringing(BEA).unwrap();
    bea.answer();
    bea.press("2").await.unwrap();
    assert_eq!(bea.wait_ended().await, LegStatus::Completed);
    assert_eq!(heard(&network, bea.leg()), ["A case. Press 1 to accept.", "Goodbye"]);
    let lines: Vec<_> = network.history().iter().filter_map(|event| event.speaker()).collect();
    assert_eq!(lines, ["assistant", "technician", "assistant"]);

    page(&network, &app, &[]).await;
    let bea = network.wait_ringing(BEA).await;
    bea.decline();
    assert_eq!(bea.wait_ended().await, LegStatus::Busy);
}

#[tokio::test]
async fn ringing_can_be_given_up_by_the_rest_api() {
    let app = App::start(script).await;
    let network = network(&app, &[(BEA, PhoneBehaviour::Prompted)]).await;
    let leg = page(&network, &app, &[]).await;
    let path = format!("Calls/{leg}.json");
    app.wait("/leg", 2).await;
    let redirect = rest(&network, "POST", &path, &[("Url", &format!("{}/now", app.url))]).await.unwrap();
    assert_eq!(redirect.1["code"], 21220, "a leg that rings cannot be redirected");
    rest(&network, "POST", &path, &[("Status", "completed")]).await.unwrap();
    network.wait_quiet().await;
    assert_eq!(app.wait("/leg", 3).await[2].get("CallStatus"), "canceled");
}

#[tokio::test]
async fn nothing_private_is_shown_by_debug() {
    let app = App::start(script).await;
    let network = network(&app, &[(BEA, PhoneBehaviour::Accept)]).await;
    let caller = network.dial(Some(CALLER), LINE);
    caller.say("my name is Rosalind").await.unwrap();
    page(&network, &app, &[]).await;
    network.wait_quiet().await;
    let shown = format!("{:?}", network.history());
    assert!(!shown.contains("Rosalind") && !shown.contains("+1555"), "{shown}");
}
