//! Webhooks, as Twilio sends them and as it never would.
// A failed test is meant to panic.
#![allow(clippy::unwrap_used, clippy::panic)]

use nightdesk_adapters_twilio::form::Form;
use nightdesk_adapters_twilio::webhook::{
    Answer, BadWebhook, Fact, KEYS_MAX, TEXT_CHARS_MAX, UTTERANCE_CHARS_MAX, Webhook, parse,
};
use nightdesk_adapters_twilio::{Address, Leg};
use nightdesk_domain::call::{CallEvent, Recording, Speech};
use nightdesk_domain::case::{CaseEvent, PageEvent, PageOutcome};
use nightdesk_domain::consent::IncomingText;
use nightdesk_domain::ids::{CallId, CaseId, LegId, RecordingId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::private::Private;
use nightdesk_domain::reply::Heard;
use proptest::prelude::*;

fn read(path: &str, body: &[u8]) -> Result<Webhook, BadWebhook> {
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let address = Address::parse(&format!("/twilio/northwind/{path}"), query).unwrap();
    parse(&address, &Form::parse(body))
}

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

fn fact(path: &str, body: &str) -> Fact {
    read(path, body.as_bytes()).unwrap().fact
}

fn answer(path: &str, body: &str) -> Answer {
    read(path, body.as_bytes()).unwrap().answer
}

/// The event of call CA1.
#[track_caller]
fn call_event(path: &str, body: &str) -> CallEvent {
    match fact(path, body) {
        Fact::Call(call, event) if call.as_str() == "CA1" => event,
        other => panic!("{other:?}"),
    }
}

/// The event of page 2 of case CA1.
#[track_caller]
fn page_event(path: &str, body: &str) -> PageEvent {
    match fact(path, body) {
        Fact::Case(case, CaseEvent::Page { page: 2, event }) if case.as_str() == "CA1" => event,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn callers_number(from: &str) -> Option<String> {
    let body = format!("CallSid=CA1&To=%2B13125550100{from}");
    match fact("voice", &body) {
        Fact::Arrived(arrival) => arrival.from.map(String::from),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_incoming_call_tells_who_called_which_number() {
    let webhook = read("voice", b"CallSid=CA1&From=%2B13125550142&To=%2B13125550100&CallStatus=ringing").unwrap();
    assert_eq!(webhook.answer, Answer::Voice(Leg::Caller(CallId::parse("CA1").unwrap())));
    let Fact::Arrived(arrival) = webhook.fact else { panic!("no arrival") };
    assert_eq!(arrival.tenant.as_str(), "northwind");
    assert_eq!(arrival.call.as_str(), "CA1");
    assert_eq!(arrival.dialled.as_str(), "+13125550100");
    assert_eq!(arrival.from.unwrap().as_str(), "+13125550142");
}

#[test]
fn a_caller_without_a_usable_number_is_still_a_caller() {
    for from in [
        "",
        "&From=",
        "&From=anonymous",
        "&From=Anonymous",
        "&From=Restricted",
        "&From=%2B266696687",
        "&From=%2B7378742833",
        "&From=266696687",
        "&From=sip%3Adana%40acme.example",
        "&From=client%3Adana",
        "&From=%2B1%00%FF",
        "&From=%2B13125550142&From=%2B13125550143",
    ] {
        assert_eq!(callers_number(from), None, "{from}");
    }
}

#[test]
fn words_and_keys_of_a_turn_arrive_with_the_turn_and_the_news_heard() {
    let event = call_event(
        "call/CA1/turn/3?news=2&polls=5",
        "CallSid=CA1&SpeechResult=+the+server+is+down+&Confidence=0.876&Digits=0%2A%23",
    );
    assert_eq!(
        event,
        CallEvent::Said {
            turn: 3,
            heard: Heard { news: 2, polls: 5 },
            words: Some(Speech { words: "the server is down".into(), confidence_percent: Some(88) }),
            keys: Some("0*#".into()),
        }
    );
}

#[test]
fn silence_is_a_turn_too() {
    let silent = CallEvent::Said { turn: 3, heard: Heard::default(), words: None, keys: None };
    assert_eq!(call_event("call/CA1/turn/3", ""), silent);
    assert_eq!(call_event("call/CA1/turn/3", "SpeechResult=&Digits=&Confidence="), silent);
    assert_eq!(call_event("call/CA1/turn/3", "SpeechResult=+++&Digits=hangup"), silent);
}

#[test]
fn a_confidence_that_is_none_is_absent_and_the_words_stay() {
    for (given, percent) in [
        ("0.0", Some(0)),
        ("1", Some(100)),
        ("1.01", None),
        ("-0.1", None),
        ("NaN", None),
        ("inf", None),
        ("high", None),
    ] {
        let event = call_event("call/CA1/turn/1", &format!("SpeechResult=hello&Confidence={given}"));
        let CallEvent::Said { words: Some(speech), .. } = event else { panic!("no words") };
        assert_eq!(speech.confidence_percent, percent, "{given}");
    }
}

#[test]
fn endless_speech_and_a_leaned_on_keypad_are_cut_to_their_limits() {
    let body = format!("SpeechResult={}&Digits={}", "%C3%B1".repeat(1_000_000), "7".repeat(100_000));
    let CallEvent::Said { words, keys, .. } = call_event("call/CA1/turn/1", &body) else { panic!("not a turn") };
    assert_eq!(words.unwrap().words.reveal(), "ñ".repeat(UTTERANCE_CHARS_MAX));
    assert_eq!(keys.unwrap().reveal(), "7".repeat(KEYS_MAX));
}

#[test]
fn a_byte_that_is_not_utf8_costs_a_letter_and_not_the_call() {
    let webhook = read("call/CA1/turn/1", b"SpeechResult=the+serv%FFr+is+d\xC3wn").unwrap();
    let Fact::Call(_, CallEvent::Said { words: Some(speech), .. }) = webhook.fact else { panic!("no words") };
    assert_eq!(speech.words.reveal(), "the serv\u{FFFD}r is d\u{FFFD}wn");
}

#[test]
fn words_still_being_spoken_are_overheard_the_stable_ones_first() {
    let overheard = |body| call_event("call/CA1/partial/4", body);
    assert_eq!(
        overheard(
            "SequenceNumber=7&StableSpeechResult=all+our+files&UnstableSpeechResult=+are+encrypted&Stability=0.8"
        ),
        CallEvent::Overheard { turn: 4, sequence: 7, words: "all our files are encrypted".into() }
    );
    assert_eq!(
        overheard("SequenceNumber=0&UnstableSpeechResult=all"),
        CallEvent::Overheard { turn: 4, sequence: 0, words: "all".into() }
    );
    assert_eq!(fact("call/CA1/partial/4", "SequenceNumber=1&StableSpeechResult="), Fact::Nothing);
    assert_eq!(answer("call/CA1/partial/4", "SequenceNumber=1"), Answer::Nothing);
    assert_eq!(read("call/CA1/partial/4", b"UnstableSpeechResult=all"), Err(BadWebhook::Missing("SequenceNumber")));
    assert_eq!(read("call/CA1/partial/4", b"SequenceNumber=-1"), Err(BadWebhook::Unreadable("SequenceNumber")));
}

#[test]
fn a_recording_is_kept_when_the_caller_hangs_up_and_when_its_length_is_unreadable() {
    let recorded = |seconds| CallEvent::Recorded {
        turn: 5,
        recording: Some(Recording { id: RecordingId::parse("RE1").unwrap(), seconds }),
    };
    let url = "RecordingUrl=https%3A%2F%2Fevil.example%2F";
    let hung_up = format!("CallSid=CA1&RecordingSid=RE1&RecordingDuration=12&Digits=hangup&{url}");
    assert_eq!(call_event("call/CA1/recorded/5", &hung_up), recorded(12));
    assert_eq!(call_event("call/CA1/recorded/5", "RecordingSid=RE1&RecordingDuration=0"), recorded(0));
    assert_eq!(call_event("call/CA1/recorded/5", "RecordingSid=RE1&RecordingDuration=-1"), recorded(1));
    assert_eq!(call_event("call/CA1/recorded/5", "RecordingSid=RE1"), recorded(1));
    assert_eq!(call_event("call/CA1/recorded/5", ""), CallEvent::Recorded { turn: 5, recording: None });
    assert_eq!(read("call/CA1/recorded/5", b"RecordingSid=..%2F"), Err(BadWebhook::Unreadable("RecordingSid")));
}

#[test]
fn a_transcript_has_words_only_if_it_was_completed_and_is_not_empty() {
    let transcribed = |body: &str| match call_event("call/CA1/transcribed", body) {
        CallEvent::Transcribed { recording, words } if recording.as_str() == "RE1" => words,
        other => panic!("{other:?}"),
    };
    let done = "RecordingSid=RE1&TranscriptionStatus=completed&TranscriptionText=";
    assert_eq!(transcribed(&format!("{done}server+room+is+hot")), Some(Private::from("server room is hot")));
    assert_eq!(transcribed(done), None);
    assert_eq!(transcribed("RecordingSid=RE1&TranscriptionStatus=failed&TranscriptionText=noise"), None);
    assert_eq!(read("call/CA1/transcribed", b"RecordingSid=RE1"), Err(BadWebhook::Missing("TranscriptionStatus")));
    assert_eq!(read("call/CA1/transcribed", b"TranscriptionStatus=failed"), Err(BadWebhook::Missing("RecordingSid")));
    assert_eq!(answer("call/CA1/transcribed", done), Answer::Nothing);
}

#[test]
fn only_an_answered_office_took_the_call() {
    for (status, answered) in [
        ("completed", true),
        ("answered", true),
        ("busy", false),
        ("no-answer", false),
        ("failed", false),
        ("canceled", false),
    ] {
        let event = call_event("call/CA1/office/1", &format!("DialCallStatus={status}&CallStatus=in-progress"));
        assert_eq!(event, CallEvent::OfficeRang { turn: 1, answered }, "{status}");
    }
    assert_eq!(read("call/CA1/office/1", b""), Err(BadWebhook::Missing("DialCallStatus")));
}

#[test]
fn leaving_the_room_is_told_to_the_machine_whose_leg_left() {
    assert_eq!(call_event("call/CA1/left/9", "DialCallStatus=answered"), CallEvent::LeftRoom { turn: 9 });
    assert_eq!(page_event("page/CA1/2/left", "DialCallStatus=completed"), PageEvent::LeftRoom);
    let technician = Answer::Voice(Leg::Technician(CaseId::parse("CA1").unwrap(), 2));
    assert_eq!(answer("page/CA1/2/left", ""), technician);
}

#[test]
fn only_the_end_of_the_callers_leg_is_a_hang_up() {
    for status in ["completed", "busy", "no-answer", "failed", "canceled"] {
        let body = format!("CallSid=CA1&CallStatus={status}");
        assert_eq!(call_event("status", &body), CallEvent::HungUp, "{status}");
    }
    for status in ["queued", "initiated", "ringing", "in-progress"] {
        assert_eq!(fact("status", &format!("CallSid=CA1&CallStatus={status}")), Fact::Nothing, "{status}");
    }
    assert_eq!(read("status", b"CallSid=CA1"), Err(BadWebhook::Missing("CallStatus")));
    assert_eq!(read("status", b"CallSid=CA1&CallStatus=gone"), Err(BadWebhook::Unreadable("CallStatus")));
    assert_eq!(answer("status", "CallSid=CA1&CallStatus=completed"), Answer::Nothing);
}

#[test]
fn a_technicians_leg_tells_how_it_rang_and_how_it_ended() {
    let status = |status: &str| page_event("page/CA1/2/status", &format!("CallSid=CA2&CallStatus={status}"));
    assert_eq!(status("ringing"), PageEvent::Ringing);
    assert_eq!(status("completed"), PageEvent::Ended(PageOutcome::NoInput));
    assert_eq!(status("busy"), PageEvent::Ended(PageOutcome::Busy));
    assert_eq!(status("no-answer"), PageEvent::Ended(PageOutcome::NoAnswer));
    assert_eq!(status("failed"), PageEvent::Ended(PageOutcome::Failed));
    assert_eq!(status("canceled"), PageEvent::Ended(PageOutcome::Stopped));
    for status in ["queued", "initiated", "in-progress"] {
        assert_eq!(fact("page/CA1/2/status", &format!("CallStatus={status}")), Fact::Nothing, "{status}");
    }
}

#[test]
fn an_answered_page_names_its_leg_and_asks_what_it_hears() {
    let leg = LegId::parse("CA2").unwrap();
    assert_eq!(page_event("page/CA1/2/answered", "CallSid=CA2"), PageEvent::Answered { leg });
    let technician = Answer::Voice(Leg::Technician(CaseId::parse("CA1").unwrap(), 2));
    assert_eq!(answer("page/CA1/2/answered", "CallSid=CA2"), technician);
    assert_eq!(read("page/CA1/2/answered", b""), Err(BadWebhook::Missing("CallSid")));
}

#[test]
fn a_technicians_keys_and_words_arrive_with_their_turn() {
    assert_eq!(
        page_event("page/CA1/2/turn/6", "Digits=1&SpeechResult=accept"),
        PageEvent::Keyed { turn: 6, keys: Some("1".into()), words: Some("accept".into()) }
    );
    assert_eq!(page_event("page/CA1/2/turn/6", ""), PageEvent::Keyed { turn: 6, keys: None, words: None });
}

#[test]
fn machine_detection_is_a_hint_in_either_direction_or_none() {
    let hint = |answered_by: &str| fact("page/CA1/2/machine", &format!("CallSid=CA2&AnsweredBy={answered_by}"));
    let told = |machine| {
        let event = PageEvent::MachineHint(machine);
        Fact::Case(CaseId::parse("CA1").unwrap(), CaseEvent::Page { page: 2, event })
    };
    assert_eq!(hint("human"), told(false));
    for machine in ["machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax"] {
        assert_eq!(hint(machine), told(true), "{machine}");
    }
    assert_eq!(hint("unknown"), Fact::Nothing);
    assert_eq!(hint("parrot"), Fact::Nothing);
}

#[test]
fn the_room_tells_who_came_and_who_went() {
    let room = |event: &str| fact("case/CA1/room", &format!("CallSid=CA2&StatusCallbackEvent={event}"));
    let told = |entered| {
        let leg = LegId::parse("CA2").unwrap();
        Fact::Case(CaseId::parse("CA1").unwrap(), CaseEvent::Room { leg, entered })
    };
    assert_eq!(room("participant-join"), told(true));
    assert_eq!(room("participant-leave"), told(false));
    assert_eq!(room("conference-start"), Fact::Nothing);
    assert_eq!(fact("case/CA1/room", "StatusCallbackEvent=conference-end"), Fact::Nothing);
    assert_eq!(read("case/CA1/room", b"CallSid=CA2"), Err(BadWebhook::Missing("StatusCallbackEvent")));
}

#[test]
fn a_leg_that_asks_what_it_hears_now_changes_nothing() {
    assert_eq!(fact("call/CA1/now", "CallSid=CA1"), Fact::Nothing);
    assert_eq!(answer("call/CA1/now", "CallSid=CA1"), Answer::Voice(Leg::Caller(CallId::parse("CA1").unwrap())));
    assert_eq!(fact("page/CA1/2/now", "CallSid=CA2"), Fact::Nothing);
}

#[test]
fn the_fallback_needs_no_field_at_all() {
    assert_eq!(answer("fallback", ""), Answer::Emergency);
    assert_eq!(answer("fallback?recorded=1", "%FF=%FF"), Answer::EmergencyGoodbye);
}

#[test]
fn a_text_is_read_with_its_numbers_words_and_id() {
    let form = "MessageSid=SM1&From=%2B13125550142&To=%2B13125550100&Body=+Please+stop+";
    let expected = IncomingText {
        from: number("+13125550142"),
        to: number("+13125550100"),
        body: " Please stop ".into(),
        id: "SM1".to_owned(),
    };
    assert_eq!(fact("sms", form), Fact::Texted(expected.clone()));
    assert_eq!(answer("sms", form), Answer::EmptyDocument);
    let picture = fact("sms", "MessageSid=SM1&From=%2B13125550142&To=%2B13125550100&NumMedia=1");
    assert_eq!(picture, Fact::Texted(IncomingText { body: "".into(), ..expected }));
}

#[test]
fn a_text_from_a_short_code_or_a_name_is_nobodys() {
    for from in ["12345", "BANK", "%2B266696687"] {
        assert_eq!(fact("sms", &format!("MessageSid=SM1&From={from}&To=%2B13125550100&Body=STOP")), Fact::Nothing);
    }
}

#[test]
fn a_text_without_its_fields_is_refused_and_a_long_one_cut() {
    let missing = |body: &str| read("sms", body.as_bytes()).unwrap_err();
    assert_eq!(missing("From=%2B13125550142&To=%2B13125550100"), BadWebhook::Missing("MessageSid"));
    assert_eq!(missing("MessageSid=SM1&To=%2B13125550100"), BadWebhook::Missing("From"));
    assert_eq!(missing("MessageSid=SM1&From=%2B13125550142"), BadWebhook::Missing("To"));
    assert_eq!(missing("MessageSid=a%2Fb&From=x&To=%2B13125550100"), BadWebhook::Unreadable("MessageSid"));
    let long = format!("MessageSid=SM1&From=%2B13125550142&To=%2B13125550100&Body={}", "x".repeat(9_000));
    let Fact::Texted(text) = fact("sms", &long) else { panic!("it is a text") };
    assert_eq!(text.body.reveal().len(), TEXT_CHARS_MAX);
}

#[test]
fn a_body_that_names_another_call_than_its_address_is_refused() {
    assert_eq!(read("call/CA1/turn/1", b"CallSid=CA9"), Err(BadWebhook::Mismatch("CallSid")));
    assert_eq!(read("call/CA1/now", b"CallSid=CA1&CallSid=CA9"), Err(BadWebhook::Ambiguous("CallSid")));
}

#[test]
fn a_field_given_twice_counts_if_both_agree() {
    assert_eq!(page_event("page/CA1/2/status", "CallStatus=busy&CallStatus=busy"), PageEvent::Ended(PageOutcome::Busy));
    let twice = read("call/CA1/turn/1", b"Digits=1&Digits=2");
    assert_eq!(twice, Err(BadWebhook::Ambiguous("Digits")));
}

#[test]
fn an_error_names_the_field_and_never_its_value() {
    let error = read("voice", b"CallSid=CA1&To=312-555-secret").unwrap_err();
    assert_eq!(error.to_string(), "To cannot be read");
    assert_eq!(read("voice", b"To=%2B13125550100").unwrap_err().to_string(), "CallSid is missing");
    assert_eq!(read("voice", b"CallSid=a%2Fb&To=x"), Err(BadWebhook::Unreadable("CallSid")));
    let form = Form::parse(b"From=%2B13125550142");
    assert_eq!(format!("{form:?}"), r#"Form(["From"])"#);
}

const PATHS: [&str; 19] = [
    "voice",
    "status",
    "fallback",
    "sms",
    "call/CA1/turn/1",
    "call/CA1/partial/1",
    "call/CA1/recorded/1",
    "call/CA1/transcribed",
    "call/CA1/recording",
    "call/CA1/office/1",
    "call/CA1/left/1",
    "call/CA1/now",
    "page/CA1/2/answered",
    "page/CA1/2/turn/1",
    "page/CA1/2/left",
    "page/CA1/2/status",
    "page/CA1/2/machine",
    "page/CA1/2/now",
    "case/CA1/room",
];

const FIELDS: [&str; 17] = [
    "MessageSid",
    "Body",
    "CallSid",
    "From",
    "To",
    "CallStatus",
    "DialCallStatus",
    "SpeechResult",
    "Confidence",
    "Digits",
    "SequenceNumber",
    "StableSpeechResult",
    "RecordingSid",
    "RecordingDuration",
    "TranscriptionStatus",
    "AnsweredBy",
    "StatusCallbackEvent",
];

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(path in prop::sample::select(&PATHS[..]), body in any::<Vec<u8>>()) {
        let _ = read(path, &body);
    }

    #[test]
    fn any_values_in_twilios_own_fields_are_read_without_a_panic_and_stay_within_their_limits(
        path in prop::sample::select(&PATHS[..]),
        fields in prop::collection::vec(
            (
                prop::sample::select(&FIELDS[..]),
                prop_oneof![any::<String>(), "CA1", "[0-9+*#.-]{0,60}", "completed|busy|participant-join|machine_x"],
            ),
            0..12,
        ),
    ) {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        if let Ok(Webhook { fact: Fact::Call(_, CallEvent::Said { words, keys, .. }), .. }) = read(path, body.as_bytes()) {
            prop_assert!(words.is_none_or(|w| (1..=UTTERANCE_CHARS_MAX).contains(&w.words.reveal().chars().count())));
            prop_assert!(keys.is_none_or(|k| (1..=KEYS_MAX).contains(&k.reveal().len())));
        }
    }
}

#[test]
fn a_text_that_did_not_arrive_is_told_to_its_page_and_one_that_did_is_not() {
    let told = |form: &str| fact("page/CA1/2/text", form);
    let lost = |blocked| Fact::Undelivered { case: CaseId::parse("CA1").unwrap(), page: 2, blocked };
    for status in ["queued", "sending", "sent", "delivered", "read", "accepted", "hovering"] {
        assert_eq!(told(&format!("MessageSid=SM1&MessageStatus={status}")), Fact::Nothing, "{status}");
    }
    assert_eq!(told("MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30007"), lost(false));
    assert_eq!(told("MessageSid=SM1&MessageStatus=failed&ErrorCode=21610"), lost(true));
    assert_eq!(answer("page/CA1/2/text", "MessageStatus=sent"), Answer::Nothing);
    assert_eq!(read("page/CA1/2/text", b"MessageSid=SM1").unwrap_err(), BadWebhook::Missing("MessageStatus"));
}
