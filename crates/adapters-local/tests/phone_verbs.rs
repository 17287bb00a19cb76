//! Callers on the simulated network: every verb, the fallback, hanging up.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test may fail by panicking")]

mod phone_support;

use nightdesk_adapters_local::phone::{Caller, EventKind, LegStatus, PhoneBehaviour, PhoneNetwork, sign};
use phone_support::{App, CALLER, LINE, OFFICE, config, heard, network};
use std::sync::Arc;

fn call(network: &PhoneNetwork) -> Caller {
    network.dial(Some(CALLER), LINE)
}

#[tokio::test]
async fn a_caller_hears_what_is_said_and_the_end_of_the_document_hangs_up() {
    let app = App::start(|hit| match hit.path.as_str() {
        "/voice" => r#"<Say language="es-US">Hola</Say><Pause length="2"/><Say>Bye</Say>"#.into(),
        _ => String::new(),
    })
    .await;
    let network = network(&app, &[]).await;
    let caller = call(&network);
    assert_eq!(caller.wait_ended().await, LegStatus::Completed);
    assert_eq!(heard(&network, caller.leg()), ["Hola", "Bye"]);
    let voice = &app.wait("/voice", 1).await[0];
    assert_eq!((voice.get("From"), voice.get("To"), voice.get("CallStatus")), (CALLER, LINE, "ringing"));
    assert_eq!((voice.get("Direction"), voice.get("CallSid").len()), ("inbound", 34));
    let status = &app.wait("/status", 1).await[0];
    assert_eq!((status.get("CallStatus"), status.get("SequenceNumber")), ("completed", "0"));
    assert!(status.get("CallDuration").parse::<u32>().unwrap() >= 2);
    assert!(status.get("Timestamp").ends_with("+0000"));
    assert_eq!(network.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn speech_goes_to_the_action_after_growing_partial_results() {
    let app = App::start(|hit| match hit.path.as_str() {
        "/voice" => r#"<Gather input="speech" action="turn?n=1" partialResultCallback="/partial" speechTimeout="1">
            <Say>How can I help?</Say></Gather><Say>not reached</Say>"#
            .into(),
        "/turn" => "<Say>Thank you</Say>".into(),
        _ => String::new(),
    })
    .await;
    let network = network(&app, &[]).await;
    let caller = call(&network);
    caller.say("the main server is down and nobody can work").await.unwrap();
    assert_eq!(caller.wait_ended().await, LegStatus::Completed);
    let turn = &app.wait("/turn", 1).await[0];
    assert_eq!(turn.get("SpeechResult"), "the main server is down and nobody can work");
    assert_eq!((turn.query.as_str(), turn.get("CallStatus")), ("n=1", "in-progress"));
    assert!(turn.get("Confidence").parse::<f64>().is_ok());
    let partial = app.wait("/partial", 4).await;
    let texts: Vec<_> = partial.iter().map(|hit| hit.get("UnstableSpeechResult")).collect();
    assert_eq!(texts[..2], ["the", "the main server"]);
    assert_eq!(partial[1].get("SequenceNumber"), "1");
    assert_eq!(heard(&network, caller.leg()), ["How can I help?", "Thank you"]);
    assert_eq!(network.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn hanging_up_in_the_middle_of_a_sentence_posts_partials_and_the_end_but_no_result() {
    let app = App::start(|hit| match hit.path.as_str() {
        "/voice" => r#"<Gather input="speech" action="/turn" partialResultCallback="/partial"/>"#.into(),
        _ => String::new(),
    })
    .await;
    let network = network(&app, &[]).await;
    let caller = call(&network);
    assert_eq!(
        caller.say_and_hang_up_midway("all our files are encrypted and there is a note").await,
        LegStatus::Completed
    );
    assert_eq!(app.wait("/status", 1).await[0].get("CallStatus"), "completed");
    let partial = app.wait("/partial", 2).await;
    assert_eq!(partial.last().unwrap().get("UnstableSpeechResult"), "all our files are encrypted");
    assert!(app.hits("/turn").is_empty());
    assert!(caller.say("hello").await.is_err(), "the leg is over");
}

#[tokio::test]
async fn keys_end_a_gather_by_number_or_by_the_finishing_key() {
    let app = App::start(|hit| match hit.path.as_str() {
        "/voice" => r#"<Gather numDigits="1" action="/one"><Say>Press</Say></Gather>"#.into(),
        "/one" => r#"<Gather action="/many"/>"#.into(),
        _ => String::new(),
    })
    .await;
    let network = network(&app, &[]).await;
    let caller = call(&network);
    caller.press("7").await.unwrap();
    caller.press("42#").await.unwrap();
    assert_eq!(app.wait("/one", 1).await[0].get("Digits"), "7");
    assert_eq!(app.wait("/many", 1).await[0].get("Digits"), "42");
    caller.wait_ended().await;
    assert_eq!(network.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn silence_is_posted_only_when_it_is_asked_for() {
    let app = App::start(|hit| match hit.path.as_str() {
        "/voice" => r#"<Gather input="speech" timeout="1" action="/never"/>
            <Gather input="speech" timeout="1" action="/empty" actionOnEmptyResult="true"/>"#
            .into(),
        _ => String::new(),
    })
    .await;
    let network = network(&app, &[]).await;
    call(&network).wait_ended().await;
    assert!(app.hits("/never").is_empty());
    assert_eq!(app.hits("/empty")[0].get("SpeechResult"), "");
}

#[tokio::test]
async fn what_is_said_over_a_prompt_interrupts_it() {
    let app = App::start(|hit| match hit.path.as_str() {
        "/voice" => {
            r#"<Gather input="dtmf" numDigits="1" action="/a"><Say>one</Say><Pause length="600"/></Gather>"#.into()
        }
        _ => String::new(),
    })
    .await;
    let network = network(&app, &[]).await;
    let caller = call(&network);
    caller.press_over("5").await.unwrap();
    assert_eq!(app.wait("/a", 1).await[0].get("Digits"), "5");
}

const RECORD: &str = r#"<Record action="/recorded" timeout="2" recordingStatusCallback="/recording"
    transcribeCallback="/transcribed"/><Say>nothing recorded</Say>"#;

#[tokio::test]
async fn a_message_is_recorded_and_written_down() {
    let app = App::start(|hit| if hit.path == "/voice" { RECORD.into() } else { String::new() }).await;
    let network = network(&app, &[]).await;
    let caller = call(&network);
    caller.say("this is about the printer on the second floor").await.unwrap();
    caller.press("#").await.unwrap();
    caller.wait_ended().await;
    let recorded = &app.wait("/recorded", 1).await[0];
    assert_eq!((recorded.get("Digits"), recorded.get("RecordingDuration")), ("#", "3"));
    let text = &app.wait("/transcribed", 1).await[0];
    assert_eq!(text.get("TranscriptionText"), "this is about the printer on the second floor");
    assert_eq!(text.get("TranscriptionStatus"), "completed");
    assert_eq!(app.wait("/recording", 1).await[0].get("RecordingSid"), recorded.get("RecordingSid"));
    assert!(network.history().iter().any(|event| event.kind == EventKind::Beep));
    let sid = recorded.get("RecordingSid");
    let (status, shown) = phone_support::rest(&network, "GET", &format!("Recordings/{sid}.json"), &[]).await.unwrap();
    assert_eq!((status.as_u16(), shown["call_sid"].as_str()), (200, Some(caller.leg())));
    let path = format!("Recordings/{sid}/Transcriptions.json");
    let written = phone_support::rest(&network, "GET", &path, &[]).await.unwrap().1["transcriptions"].clone();
    assert_eq!(written[0]["transcription_text"], "this is about the printer on the second floor");
    let list = async |query: &str| {
        let path = format!("Recordings.json?{query}");
        phone_support::rest(&network, "GET", &path, &[]).await.unwrap().1["recordings"].as_array().unwrap().len()
    };
    let lengths = [list("").await, list("DateCreated%3E=2020-01-01").await, list("DateCreated%3E=2999-01-01").await];
    assert_eq!(lengths, [1, 1, 0]);
    assert_eq!(network.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn a_message_is_written_down_without_a_callback_too_and_is_there_to_be_fetched() {
    const SILENT: &str = r#"<Record action="/recorded" timeout="2" transcribe="true"/>"#;
    let app = App::start(|hit| if hit.path == "/voice" { SILENT.into() } else { String::new() }).await;
    let network = network(&app, &[]).await;
    let caller = call(&network);
    caller.say("this is about the printer on the second floor").await.unwrap();
    caller.press("#").await.unwrap();
    let sid = app.wait("/recorded", 1).await[0].get("RecordingSid").to_owned();
    let path = format!("Recordings/{sid}/Transcriptions.json");
    for attempt in 0.. {
        let shown = phone_support::rest(&network, "GET", &path, &[]).await.unwrap().1["transcriptions"][0].clone();
        if shown["status"] == "completed" {
            assert_eq!(shown["transcription_text"], "this is about the printer on the second floor");
            assert_eq!(shown["recording_sid"], sid);
            break;
        }
        assert!(attempt < 500 && shown["status"] == "in-progress" && shown["transcription_text"].is_null(), "{shown}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let none = phone_support::rest(&network, "GET", "Recordings/RE0/Transcriptions.json", &[]).await.unwrap();
    assert_eq!(none.0.as_u16(), 404);
}

#[tokio::test]
async fn hanging_up_while_recording_keeps_what_was_recorded() {
    let app = App::start(|hit| if hit.path == "/voice" { RECORD.into() } else { String::new() }).await;
    let network = network(&app, &[]).await;
    call(&network).say_and_hang_up_midway("the whole building has lost its connection since this morning").await;
    let recorded = &app.wait("/recorded", 1).await[0];
    assert_eq!((recorded.get("Digits"), recorded.get("CallStatus")), ("hangup", "completed"));
    let text = &app.wait("/transcribed", 1).await[0];
    assert_eq!(text.get("TranscriptionText"), "the whole building has lost");
}

#[tokio::test]
async fn an_empty_recording_goes_on_with_the_next_verb() {
    let app = App::start(|hit| if hit.path == "/voice" { RECORD.into() } else { String::new() }).await;
    let network = network(&app, &[]).await;
    let caller = call(&network);
    caller.wait_ended().await;
    assert_eq!(heard(&network, caller.leg()), ["nothing recorded"]);
    assert!(app.hits("/recorded").is_empty());
}

#[tokio::test]
async fn dialling_the_office_tells_how_it_went() {
    for (behaviour, outcome) in [
        (PhoneBehaviour::Accept, "completed"),
        (PhoneBehaviour::Busy, "busy"),
        (PhoneBehaviour::Ignore, "no-answer"),
        (PhoneBehaviour::Failed, "failed"),
    ] {
        let app = App::start(|hit| match hit.path.as_str() {
            "/voice" => format!(r#"<Dial timeout="25" action="/office"><Number>{OFFICE}</Number></Dial>"#),
            _ => String::new(),
        })
        .await;
        let network = network(&app, &[(OFFICE, behaviour)]).await;
        let caller = call(&network);
        caller.wait_ended().await;
        let office = &app.hits("/office")[0];
        assert_eq!(office.get("DialCallStatus"), outcome);
        assert_eq!(office.get("DialCallSid").len(), 34);
        assert_eq!(network.errors(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_redirect_is_followed_relative_to_its_document() {
    let app = App::start(|hit| match hit.path.as_str() {
        "/voice" => "<Redirect>a/first?x=1</Redirect>".into(),
        "/a/first" => r#"<Redirect method="GET">second</Redirect>"#.into(),
        "/a/second" => "<Say>here</Say><Hangup/><Say>not here</Say>".into(),
        _ => String::new(),
    })
    .await;
    let network = network(&app, &[]).await;
    let caller = call(&network);
    caller.wait_ended().await;
    assert_eq!(heard(&network, caller.leg()), ["here"]);
    let second = &app.hits("/a/second")[0];
    assert!(second.method == "GET" && second.query.contains("CallSid=CA"));
}

#[tokio::test]
async fn documents_that_redirect_without_end_are_stopped() {
    let app = App::start(|hit| match hit.path.as_str() {
        "/fallback" => "<Say>fallback</Say>".into(),
        _ => "<Redirect>/voice</Redirect>".into(),
    })
    .await;
    let network = network(&app, &[]).await;
    let caller = call(&network);
    caller.wait_ended().await;
    assert_eq!(heard(&network, caller.leg()), ["fallback"]);
    assert!(network.errors()[0].contains("11215"));
}

#[tokio::test]
async fn a_rejected_call_is_never_answered() {
    let app =
        App::start(|hit| if hit.path == "/voice" { r#"<Reject reason="busy"/>"#.into() } else { String::new() }).await;
    let network = network(&app, &[]).await;
    assert_eq!(call(&network).wait_ended().await, LegStatus::Busy);
    assert!(!network.history().iter().any(|event| event.kind == EventKind::Answered));
}

#[tokio::test]
async fn the_fallback_is_asked_when_the_server_fails_and_told_why() {
    for (status, verbs, code) in
        [(500, "", "11200"), (200, "<Nonsense/>", "12200"), (200, "raw:oops", "12100"), (404, "", "11200")]
    {
        let app = App::with_status(move |hit| match hit.path.as_str() {
            "/voice" => (status, verbs.to_owned()),
            "/fallback" => (200, "<Say>Please leave a message.</Say>".into()),
            _ => (200, String::new()),
        })
        .await;
        let network = network(&app, &[]).await;
        let caller = call(&network);
        assert_eq!(caller.wait_ended().await, LegStatus::Completed);
        let fallback = &app.hits("/fallback")[0];
        assert_eq!(
            (fallback.get("ErrorCode"), fallback.get("ErrorUrl")),
            (code, format!("{}/voice", app.url).as_str())
        );
        assert_eq!(heard(&network, caller.leg()), ["Please leave a message."]);
        assert_eq!(network.errors().len(), 1);
    }
}

#[tokio::test]
async fn without_a_usable_fallback_an_application_error_is_spoken() {
    let app = App::with_status(|_| (503, String::new())).await;
    let mut config = config(&app, &[]);
    config.lines[0].voice_url = "http://127.0.0.1:1/voice".into();
    let network = PhoneNetwork::start(config, Arc::new(phone_support::Web::new())).await.unwrap();
    let caller = call(&network);
    caller.wait_ended().await;
    assert!(heard(&network, caller.leg())[0].contains("application error"));
    assert!(network.errors()[0].contains("11205"), "no connection");
    assert!(network.errors()[1].contains("11200"), "the fallback answered 503");
}

#[tokio::test]
async fn a_server_that_does_not_answer_in_time_brings_the_fallback() {
    let app =
        App::start(|hit| if hit.path == "/fallback" { "<Say>fallback</Say>".into() } else { String::new() }).await;
    let deaf = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let mut config = config(&app, &[]);
    config.lines[0].voice_url = format!("http://{}/voice", deaf.local_addr().unwrap());
    config.webhook_timeout = std::time::Duration::from_millis(100);
    let network = PhoneNetwork::start(config, Arc::new(phone_support::Web::new())).await.unwrap();
    let caller = call(&network);
    caller.wait_ended().await;
    assert_eq!(heard(&network, caller.leg()), ["fallback"]);
    assert_eq!(app.hits("/fallback")[0].get("ErrorCode"), "11200");
}

#[tokio::test]
async fn hanging_up_while_the_office_is_connected_ends_both_legs_and_tells_the_action() {
    let app = App::start(|hit| match hit.path.as_str() {
        "/voice" => format!(r#"<Dial action="/office" callerId="{LINE}">{OFFICE}</Dial>"#),
        _ => String::new(),
    })
    .await;
    let network = network(&app, &[(OFFICE, PhoneBehaviour::Silent)]).await;
    let caller = call(&network);
    let office = network.wait_ringing(OFFICE).await;
    office.wait_listening().await.unwrap();
    caller.say("hello").await.unwrap();
    caller.hang_up();
    assert_eq!(office.wait_ended().await, LegStatus::Completed);
    let outcome = &app.wait("/office", 1).await[0];
    assert_eq!((outcome.get("CallStatus"), outcome.get("DialCallStatus")), ("completed", "completed"));
    assert_eq!(network.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn a_call_to_a_number_that_is_no_line_fails() {
    let app = App::start(|_| String::new()).await;
    let network = network(&app, &[]).await;
    assert_eq!(network.dial(None, "+15559999").wait_ended().await, LegStatus::Failed);
}

#[tokio::test]
async fn a_text_to_a_line_is_posted_and_answered() {
    let app =
        App::start(|hit| if hit.path == "/sms" { "<Message>Noted</Message>".into() } else { String::new() }).await;
    let network = network(&app, &[]).await;
    network.text(CALLER, LINE, "ack 12").await;
    assert_eq!(app.hits("/sms")[0].get("Body"), "ack 12");
    assert_eq!((network.messages()[0].body.as_str(), network.messages()[0].to.as_str()), ("Noted", CALLER));
    assert_eq!(network.errors(), Vec::<String>::new());
}

#[test]
fn a_signature_is_the_one_that_another_program_computes() {
    // From Python: base64(hmac.new(b"secret", b"https://x.test/v?a=1" + b"From+15550123To+15550100", "sha1")).
    let parameters = [("To".to_owned(), "+15550100".to_owned()), ("From".to_owned(), "+15550123".to_owned())];
    assert_eq!(sign("secret", "https://x.test/v?a=1", &parameters), "s0hSCwcyDiK2ei7YT0IATJMov1A=");
}
