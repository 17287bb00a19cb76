//! What a line hears, as TwiML, read back with another XML library.
// A failed test is meant to panic.
#![allow(clippy::unwrap_used, clippy::panic)]

use nightdesk_adapters_twilio::render::{
    HINT_CHARS_MAX, HINTS_MAX, SAY_CHARS_MAX, emergency_document, emergency_goodbye, empty_document, render,
};
use nightdesk_adapters_twilio::twiml::{Document, RejectReason, Say, Verb};
use nightdesk_adapters_twilio::{Leg, PublicUrl};
use nightdesk_domain::ids::{CallId, CaseId, TenantId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::reply::{Heard, Listen, Then, VoiceReply};
use nightdesk_domain::vocabulary::Language;
use proptest::prelude::*;
use roxmltree::Node;

const BASE: &str = "https://desk.example.com/twilio/northwind";

fn caller() -> Leg {
    Leg::Caller(CallId::parse("CA1").unwrap())
}

fn technician() -> Leg {
    Leg::Technician(CaseId::parse("CA1").unwrap(), 2)
}

fn listen() -> Listen {
    Listen {
        turn: 3,
        heard: Heard { news: 1, polls: 4 },
        patience_seconds: 6,
        speech_seconds_max: None,
        keys_max: None,
        partial_words: false,
        hints: Vec::new(),
    }
}

fn reply(say: &str, then: Then) -> VoiceReply {
    VoiceReply { language: Language::English, say: vec![say.to_owned()], then }
}

fn shown(leg: &Leg, reply: &VoiceReply) -> String {
    let public = PublicUrl::parse("https://desk.example.com").unwrap();
    render(&public, &TenantId::parse("northwind").unwrap(), leg, reply)
}

/// Compares as XML: the order of attributes does not matter.
#[track_caller]
fn check(actual: &str, expected: &str) {
    fn canonical(node: Node<'_, '_>) -> String {
        let mut attributes: Vec<String> = node.attributes().map(|a| format!("{}={:?}", a.name(), a.value())).collect();
        attributes.sort();
        let inner: String = node.children().map(canonical).collect();
        if node.is_text() {
            return node.text().unwrap_or_default().trim().to_owned();
        }
        format!("\n<{} {}>{inner}", node.tag_name().name(), attributes.join(" "))
    }
    let read = |xml: &str| canonical(roxmltree::Document::parse(xml).unwrap().root_element());
    assert!(actual.starts_with(r#"<?xml version="1.0" encoding="UTF-8"?>"#), "{actual}");
    assert_eq!(read(actual), read(expected), "{actual}");
}

#[test]
fn listening_puts_the_words_inside_the_gather_and_reports_silence() {
    check(
        &shown(&caller(), &reply("How can I help?", Then::Listen(listen()))),
        &format!(
            r#"<Response>
                 <Gather input="dtmf speech" action="{BASE}/call/CA1/turn/3?news=1&amp;polls=4" method="POST" timeout="6"
                         speechTimeout="auto" actionOnEmptyResult="true" language="en-US">
                   <Say language="en-US" voice="Polly.Joanna">How can I help?</Say>
                 </Gather>
                 <Redirect method="POST">{BASE}/call/CA1/turn/3?news=1&amp;polls=4</Redirect>
               </Response>"#
        ),
    );
}

#[test]
fn listening_on_hold_in_spanish_bounds_speech_and_keys_and_overhears_words() {
    let listen = Listen {
        speech_seconds_max: Some(8),
        keys_max: Some(1),
        partial_words: true,
        hints: vec!["buzón de voz".into(), "servidor, red".into()],
        ..listen()
    };
    let reply = VoiceReply {
        language: Language::Spanish,
        say: vec!["Un momento.".into(), "Llamamos a Bea.".into()],
        then: Then::Listen(listen),
    };
    check(
        &shown(&caller(), &reply),
        &format!(
            r#"<Response>
                 <Gather input="dtmf speech" action="{BASE}/call/CA1/turn/3?news=1&amp;polls=4" method="POST" timeout="6"
                         speechTimeout="auto" maxSpeechTime="8" numDigits="1" actionOnEmptyResult="true" language="es-US"
                         partialResultCallback="{BASE}/call/CA1/partial/3" hints="buzón de voz, servidor  red">
                   <Say language="es-US" voice="Polly.Lupe">Un momento. Llamamos a Bea.</Say>
                 </Gather>
                 <Redirect method="POST">{BASE}/call/CA1/turn/3?news=1&amp;polls=4</Redirect>
               </Response>"#
        ),
    );
}

#[test]
fn a_technician_is_listened_to_under_the_address_of_the_page() {
    let listen = Listen { keys_max: Some(1), partial_words: true, ..listen() };
    check(
        &shown(&technician(), &reply("Press 1 to accept.", Then::Listen(listen))),
        &format!(
            r#"<Response>
                 <Gather input="dtmf speech" action="{BASE}/page/CA1/2/turn/3" method="POST" timeout="6"
                         speechTimeout="auto" numDigits="1" actionOnEmptyResult="true" language="en-US">
                   <Say language="en-US" voice="Polly.Joanna">Press 1 to accept.</Say>
                 </Gather>
                 <Redirect method="POST">{BASE}/page/CA1/2/turn/3</Redirect>
               </Response>"#
        ),
    );
}

#[test]
fn listening_without_words_or_patience_still_waits_a_second() {
    let silent = VoiceReply {
        say: vec![],
        ..reply("", Then::Listen(Listen { patience_seconds: 0, keys_max: Some(0), ..listen() }))
    };
    let xml = shown(&caller(), &silent);
    let read = roxmltree::Document::parse(&xml).unwrap();
    let gather = read.descendants().find(|n| n.has_tag_name("Gather")).unwrap();
    assert_eq!((gather.attribute("timeout"), gather.attribute("numDigits")), (Some("1"), Some("1")));
    assert!(!gather.has_children());
}

#[test]
fn recording_beeps_transcribes_and_goes_on_even_if_nothing_was_recorded() {
    check(
        &shown(&caller(), &reply("Please speak after the tone.", record(5, 120))),
        &format!(
            r##"<Response>
                 <Say language="en-US" voice="Polly.Joanna">Please speak after the tone.</Say>
                 <Record action="{BASE}/call/CA1/recorded/5" method="POST" maxLength="120" playBeep="true" finishOnKey="#"
                         transcribe="true" transcribeCallback="{BASE}/call/CA1/transcribed"
                         recordingStatusCallback="{BASE}/call/CA1/recording"/>
                 <Redirect method="POST">{BASE}/call/CA1/recorded/5</Redirect>
               </Response>"##
        ),
    );
}

#[test]
fn a_recording_that_another_service_writes_down_is_not_transcribed_by_the_carrier() {
    let then = Then::Record { turn: 5, seconds_max: 120, carrier_transcribes: false };
    let xml = shown(&caller(), &reply("Please speak after the tone.", then));
    assert!(!xml.contains("transcribe"), "{xml}");
    assert!(xml.contains("recordingStatusCallback"), "{xml}");
}

fn record(turn: u32, seconds_max: u32) -> Then {
    Then::Record { turn, seconds_max, carrier_transcribes: true }
}

#[test]
fn a_recording_is_never_ordered_shorter_than_the_carrier_takes() {
    let xml = shown(&caller(), &reply("", record(5, 0)));
    assert!(xml.contains(r#"maxLength="2""#), "{xml}");
}

#[test]
fn the_office_rings_within_the_carriers_bounds_and_its_outcome_is_reported() {
    let ring = |ring_seconds| {
        let number = PhoneNumber::parse("+13125550111").unwrap();
        shown(&caller(), &reply("One moment.", Then::RingOffice { number, ring_seconds, turn: 1 }))
    };
    check(
        &ring(25),
        &format!(
            r#"<Response>
                 <Say language="en-US" voice="Polly.Joanna">One moment.</Say>
                 <Dial action="{BASE}/call/CA1/office/1" method="POST" timeout="25"><Number>+13125550111</Number></Dial>
               </Response>"#
        ),
    );
    assert!(ring(0).contains(r#"timeout="5""#));
    assert!(ring(u32::MAX).contains(r#"timeout="600""#));
}

#[test]
fn caller_and_technician_join_the_same_room_and_each_comes_back_under_its_own_address() {
    let join = Then::Join { case: CaseId::parse("CA1").unwrap(), turn: 7 };
    let expected = |left: &str| {
        format!(
            r#"<Response>
                 <Say language="en-US" voice="Polly.Joanna">Connecting you now.</Say>
                 <Dial action="{BASE}/{left}" method="POST">
                   <Conference startConferenceOnEnter="true" endConferenceOnExit="true" beep="false"
                               statusCallback="{BASE}/case/CA1/room" statusCallbackEvent="join leave">CA1</Conference>
                 </Dial>
               </Response>"#
        )
    };
    let reply = reply("Connecting you now.", join);
    check(&shown(&caller(), &reply), &expected("call/CA1/left/7"));
    check(&shown(&technician(), &reply), &expected("page/CA1/2/left"));
}

#[test]
fn a_goodbye_is_said_before_the_line_ends() {
    let goodbye = r#"<Response><Say language="en-US" voice="Polly.Joanna">Goodbye.</Say><Hangup/></Response>"#;
    check(&shown(&caller(), &reply("Goodbye.", Then::HangUp)), goodbye);
    check(&shown(&technician(), &reply("Goodbye.", Then::HangUp)), goodbye);
}

#[test]
fn a_technicians_leg_that_is_asked_to_record_ends() {
    check(
        &shown(&technician(), &reply("Goodbye.", record(1, 60))),
        r#"<Response><Say language="en-US" voice="Polly.Joanna">Goodbye.</Say><Hangup/></Response>"#,
    );
}

#[test]
fn the_emergency_document_dials_and_then_records() {
    let public = PublicUrl::parse("https://desk.example.com").unwrap();
    let tenant = TenantId::parse("northwind").unwrap();
    let verbs = |number: Option<&PhoneNumber>| -> Vec<String> {
        let xml = emergency_document(&public, &tenant, number, number.is_some());
        let read = roxmltree::Document::parse(&xml).unwrap();
        let record = read.descendants().find(|n| n.has_tag_name("Record")).unwrap();
        assert_eq!(record.attribute("transcribe"), number.map(|_| "true"));
        assert_eq!(record.attribute("transcribeCallback"), None);
        assert_eq!(record.attribute("action"), Some(format!("{BASE}/fallback?recorded=1").as_str()));
        read.root_element().children().map(|n| n.tag_name().name().to_owned()).collect()
    };
    let number = PhoneNumber::parse("+13125550199").unwrap();
    assert_eq!(verbs(Some(&number)), ["Say", "Say", "Dial", "Say", "Say", "Record", "Hangup"]);
    assert_eq!(verbs(None), ["Say", "Say", "Say", "Say", "Record", "Hangup"]);
    assert!(emergency_document(&public, &tenant, Some(&number), false).contains("<Number>+13125550199</Number>"));
    roxmltree::Document::parse(&emergency_goodbye()).unwrap();
    check(&empty_document(), "<Response/>");
}

#[test]
fn verbs_without_words_are_written_too() {
    let document = Document(vec![
        Verb::Pause { seconds: 2 },
        Verb::Say(Say { text: "a\u{0}\u{8}\u{B}\u{1F}\u{FFFE}b & <c> \"d\" 'e' ]]>".into(), ..Say::default() }),
        Verb::Redirect("https://desk.example.com/?a=1&b=\u{1}2".into()),
        Verb::Reject(RejectReason::Busy),
        Verb::Reject(RejectReason::Rejected),
        Verb::Hangup,
    ]);
    check(
        &document.to_xml(),
        r#"<Response><Pause length="2"/><Say>ab &amp; &lt;c&gt; "d" 'e' ]]&gt;</Say>
             <Redirect method="POST">https://desk.example.com/?a=1&amp;b=2</Redirect>
             <Reject reason="busy"/><Reject reason="rejected"/><Hangup/></Response>"#,
    );
}

#[test]
fn a_long_speech_is_said_in_pieces_that_the_carrier_takes_and_loses_no_word() {
    let long = "uno dos tres ".repeat(1_000) + &"ñ".repeat(SAY_CHARS_MAX + 1);
    let xml = shown(&caller(), &reply(&long, Then::HangUp));
    let read = roxmltree::Document::parse(&xml).unwrap();
    let said: Vec<&str> = read.descendants().filter(|n| n.has_tag_name("Say")).filter_map(|n| n.text()).collect();
    assert!(said.iter().all(|piece| (1..=SAY_CHARS_MAX).contains(&piece.chars().count())));
    let words = |text: &str| text.replace(' ', "");
    assert_eq!(words(&said.concat()), words(&long));
    assert!(
        said.iter().take(3).all(|piece| piece.ends_with("uno") || piece.ends_with("dos") || piece.ends_with("tres"))
    );
}

#[test]
fn hints_stay_within_the_carriers_bounds() {
    let mut phrases = vec!["x".repeat(HINT_CHARS_MAX + 1), " , ".into(), "acme, dental".into()];
    phrases.extend((0..2 * HINTS_MAX).map(|n| format!("word{n}")));
    let xml = shown(&caller(), &reply("", Then::Listen(Listen { hints: phrases, ..listen() })));
    let read = roxmltree::Document::parse(&xml).unwrap();
    let hints = read.descendants().find_map(|n| n.attribute("hints")).unwrap();
    assert_eq!(hints.split(", ").count(), HINTS_MAX);
    assert!(hints.starts_with("acme  dental, word0, "));
}

proptest! {
    #[test]
    fn whatever_is_said_is_well_formed_and_read_back_as_it_was(text in any::<String>(), hint in any::<String>()) {
        let then = Then::Listen(Listen { hints: vec![hint], ..listen() });
        let xml = shown(&caller(), &reply(&text, then));
        let read = roxmltree::Document::parse(&xml).unwrap();
        let said: String = read.descendants().filter(|n| n.has_tag_name("Say")).filter_map(|n| n.text()).collect();
        let kept = |text: &str| text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}')).collect::<String>();
        let (said, text) = (kept(&said), kept(&text));
        prop_assert_eq!(said.trim(), text.trim());
    }
}
