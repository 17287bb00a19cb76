//! What a document may say, and what it may not.

use super::*;
use proptest::prelude::*;

fn parse(verbs: &str) -> Result<Document, TwimlError> {
    parse_document(&format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{verbs}</Response>"))
}

fn code(text: &str) -> u32 {
    parse_document(text).unwrap_err().code
}

#[track_caller]
fn refused(verbs: &str) {
    let error = parse(verbs).unwrap_err();
    assert!(matches!(error.code, 12200 | 13214 | 13224 | 13520), "{error}");
}

#[test]
fn a_document_that_uses_every_verb_is_read() {
    let document = parse(
        r#"<Say language="es-MX" voice="Polly.Mia-Neural">Hola <break time="1s"/> otra vez</Say>
        <Pause length="2"/>
        <Gather input="speech dtmf" numDigits="1" timeout="6" speechTimeout="auto" maxSpeechTime="30" finishOnKey=""
          actionOnEmptyResult="true" action="/t?n=1&amp;m=2" partialResultCallback="/p" hints="servidor, red"
          language="es-US" speechModel="phone_call" enhanced="true"><Say>x</Say><Pause/></Gather>
        <Record maxLength="120" playBeep="true" action="/r" transcribeCallback="/t" recordingStatusCallback="/s"/>
        <Dial timeout="25" action="/d"><Number>+15550100</Number></Dial>
        <Dial action="/d"><Conference endConferenceOnExit="true" statusCallback="/c"
          statusCallbackEvent="start end join leave" waitUrl="">case-1</Conference></Dial>
        <Redirect method="POST">/next</Redirect><Reject reason="busy"/><Hangup/>"#,
    )
    .unwrap();
    assert_eq!(document.verbs.len(), 9);
    let Verb::Prompt(Prompt::Say(say)) = &document.verbs[0] else { panic!("a <Say> comes first") };
    assert_eq!((say.text.as_str(), say.language.as_str()), ("Hola otra vez", "es-MX"));
    let Verb::Gather(gather) = &document.verbs[2] else { panic!("a <Gather> comes third") };
    assert!(gather.speech && gather.dtmf && gather.on_empty && gather.barge_in);
    assert_eq!(gather.speech_timeout, SpeechTimeout::Auto);
    assert_eq!(gather.action.as_deref(), Some("/t?n=1&m=2"));
    let Verb::Record(record) = &document.verbs[3] else { panic!("a <Record> comes fourth") };
    assert!(record.transcribe, "a transcribeCallback asks for a transcription");
}

#[test]
fn a_speech_timeout_is_the_timeout_unless_it_is_given() {
    let document = parse(r#"<Gather input="speech" timeout="7"/>"#).unwrap();
    let Verb::Gather(gather) = &document.verbs[0] else { panic!("a <Gather>") };
    assert_eq!(gather.speech_timeout, SpeechTimeout::Seconds(7));
}

#[test]
fn what_is_no_response_is_no_document() {
    assert_eq!(code(""), 12100);
    assert_eq!(code("hello"), 12100);
    assert_eq!(code("<Say>hello</Say>"), 12100);
    assert_eq!(code("<response/>"), 12100);
    assert_eq!(code("<Response><Say>a & b</Say></Response>"), 12100);
    assert_eq!(code("<Response xmlns=\"urn:x\"/>"), 12100);
}

#[test]
fn white_space_before_the_xml_declaration_is_refused_as_the_carrier_does() {
    assert_eq!(code("\n<?xml version=\"1.0\"?><Response/>"), 12100);
}

#[test]
fn a_document_type_with_entities_is_refused() {
    assert_eq!(code("<!DOCTYPE Response [<!ENTITY a \"b\">]><Response><Say>&a;</Say></Response>"), 12100);
}

#[test]
fn a_document_of_more_than_64_kib_is_refused() {
    assert_eq!(code(&format!("<Response>{}</Response>", " ".repeat(DOCUMENT_BYTES_MAX))), 11750);
}

#[test]
fn unknown_verbs_attributes_and_values_are_refused() {
    refused("<Speak>x</Speak>");
    refused("<Play>https://example.com/a.mp3</Play>");
    refused("<say>x</say>");
    refused(r#"<Say lang="en-US">x</Say>"#);
    refused(r#"<Say language="en">x</Say>"#);
    refused(r#"<Say language="klingon">x</Say>"#);
    refused(r#"<Say voice="Polly">x</Say>"#);
    refused(r#"<Pause length="0"/>"#);
    refused(r#"<Pause length="1.5"/>"#);
    refused(r#"<Pause length="+1"/>"#);
    refused(r#"<Gather timeout="-1"/>"#);
    refused(r#"<Gather input="voice"/>"#);
    refused(r#"<Gather input="speech,dtmf"/>"#);
    refused(r#"<Gather numDigits="0"/>"#);
    refused(r#"<Gather speechTimeout="short"/>"#);
    refused(r#"<Gather finishOnKey="x"/>"#);
    refused(r#"<Gather actionOnEmptyResult="yes"/>"#);
    refused(r#"<Gather partialResultCallback="/p"/>"#);
    refused(r#"<Gather method="PUT"/>"#);
    refused(r#"<Gather action="ftp://example.com/"/>"#);
    refused(r#"<Gather action=""/>"#);
    refused(r#"<Record maxLength="1"/>"#);
    refused(r#"<Reject reason="tired"/>"#);
    refused("<Redirect></Redirect>");
    refused("<Dial>nobody</Dial>");
    refused(r#"<Dial callerId="me">+15550100</Dial>"#);
    refused(r#"<Dial><Conference statusCallbackEvent="joined">x</Conference></Dial>"#);
    refused("<Dial><Conference></Conference></Dial>");
}

#[test]
fn verbs_in_the_wrong_place_are_refused() {
    refused("text");
    refused("<Say></Say>");
    refused("<Say><Pause/></Say>");
    refused("<Gather><Gather/></Gather>");
    refused("<Gather><Record/></Gather>");
    refused("<Gather><Redirect>/x</Redirect></Gather>");
    refused("<Gather>text</Gather>");
    refused("<Record><Say>x</Say></Record>");
    refused("<Hangup>now</Hangup>");
    refused("<Number>+15550100</Number>");
    refused("<Dial><Say>x</Say></Dial>");
    refused("<Dial>+15550100<Number>+15550101</Number></Dial>");
    refused("<Dial><Number>+15550100</Number><Number>+15550101</Number></Dial>");
    refused(r#"<x:Say xmlns:x="urn:x">x</x:Say>"#);
}

#[test]
fn a_say_of_more_than_4096_characters_is_refused() {
    assert!(parse(&format!("<Say>{}</Say>", "a".repeat(4096))).is_ok());
    refused(&format!("<Say>{}</Say>", "a".repeat(4097)));
}

#[test]
fn an_error_does_not_repeat_what_the_document_says() {
    let error = parse(r#"<Say language="+15550100">my secret</Say>"#).unwrap_err().to_string();
    assert!(!error.contains("15550100") && !error.contains("secret"), "{error}");
}

#[test]
fn debug_shows_verbs_and_nothing_that_they_say() {
    let document = parse(r#"<Say>my secret</Say><Dial>+15550100</Dial><Redirect>/x?heard=secret</Redirect>"#).unwrap();
    assert_eq!(format!("{document:?}"), "Document { verbs: [Say, Dial, Redirect] }");
}

#[test]
fn a_deep_document_costs_no_stack() {
    let depth = 9000;
    let deep = format!("<Response><Say>{}x{}</Say></Response>", "<p>".repeat(depth), "</p>".repeat(depth));
    // Whether it is read or refused does not matter; that it comes back does.
    let _ = parse_document(&deep);
}

/// Pieces from which documents are made that are nearly right.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "<Response>",
            "</Response>",
            "<Say>",
            "</Say>",
            "<Gather input=\"speech\">",
            "</Gather>",
            "<Pause/>",
            "<Dial>",
            "</Dial>",
            "<Number>",
            "</Number>",
            "<Record ",
            "maxLength=\"9\" ",
            "/>",
            "&amp;",
            "&#0;",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "<?xml version=\"1.0\"?>",
            "+15550100",
            "é",
            "\u{0}",
        ])
        .prop_map(str::to_owned),
        ".{0,12}",
    ]
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        let _ = parse_document(&text);
    }

    #[test]
    fn no_heap_of_pieces_makes_the_reader_panic(pieces in prop::collection::vec(piece(), 0..40)) {
        let _ = parse_document(&pieces.concat());
        let _ = parse(&pieces.concat());
    }

    #[test]
    fn words_come_back_as_they_were_said(words in prop::collection::vec("[a-zA-Zñé<>&\"']{1,9}", 1..20)) {
        let text = words.join(" ");
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let document = parse(&format!("<Say>{escaped}</Say>")).unwrap();
        let said = Verb::Prompt(Prompt::Say(Say { text, language: "en-US".into(), times: 1 }));
        prop_assert_eq!(document.verbs, vec![said]);
    }
}
