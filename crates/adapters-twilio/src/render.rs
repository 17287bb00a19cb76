//! What a line hears, as TwiML.

use crate::rest::TEXT_CHARS_MAX;
use crate::routes::{CallRoute, Leg, PageRoute, PublicUrl, Route};
use crate::twiml::{Conference, Dial, Document, Gather, Noun, Record, Say, Verb};
use nightdesk_domain::ids::{CallId, CaseId, TenantId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::private::Private;
use nightdesk_domain::reply::{Listen, Then, VoiceReply};
use nightdesk_domain::vocabulary::Language;
use nightdesk_ports::ClearedText;

/// Most characters of one `Say`, a little below Twilio's limit of 4,096.
pub const SAY_CHARS_MAX: usize = 4_000;
/// Most phrases that a gather may carry as hints (Twilio, "Gather", `hints`).
pub const HINTS_MAX: usize = 500;
/// Longest such phrase, in characters (same source).
pub const HINT_CHARS_MAX: usize = 100;
/// How long a dialled telephone may ring, in seconds (Twilio, "Dial", `timeout`).
pub const RING_SECONDS: std::ops::RangeInclusive<u32> = 5..=600;
/// Longest message in an emergency, in seconds.
pub const EMERGENCY_RECORDING_SECONDS_MAX: u32 = 180;
/// How long the emergency telephone rings, in seconds.
pub const EMERGENCY_RING_SECONDS: u32 = 40;

const POST: Option<&str> = Some("POST");

/// The document for one leg.
///
/// A technician's leg can listen, join and hang up. It has no addresses for recording and for ringing the
/// office; should a reply ask for one of them, the words are said and the leg ends, which is never an
/// acceptance.
pub fn render(public: &PublicUrl, tenant: &TenantId, leg: &Leg, reply: &VoiceReply) -> String {
    let url = |route: Route| public.of(tenant, &route);
    let says = speeches(&reply.say, reply.language);
    let verbs = match (&reply.then, leg) {
        (Then::Listen(listen), _) => return listening(&url, leg, listen, reply.language, says).to_xml(),
        (Then::Record { turn, seconds_max, carrier_transcribes }, Leg::Caller(call)) => {
            let recorded = url(Route::Call(call.clone(), CallRoute::Recorded(*turn)));
            // Twilio transcribes English alone ("Record", `transcribe`). Spanish would come back as English nonsense,
            // which looks usable; without a transcript the case counts as unsure, and somebody listens.
            let transcribes = *carrier_transcribes && reply.language == Language::English;
            let record = recording(&url, call, recorded.clone(), *seconds_max, transcribes);
            // Of an empty recording Twilio reports nothing and goes on here ("Record", `action`): so we
            // have it report itself.
            vec![Verb::Record(record), Verb::Redirect(recorded)]
        }
        (Then::RingOffice { number, ring_seconds, turn }, Leg::Caller(call)) => vec![Verb::Dial(Dial {
            action: Some(url(Route::Call(call.clone(), CallRoute::Office(*turn)))),
            method: POST,
            timeout_seconds: Some((*ring_seconds).clamp(*RING_SECONDS.start(), *RING_SECONDS.end())),
            noun: Noun::Number(number.as_str().to_owned()),
        })],
        (Then::Join { case, turn }, _) => vec![Verb::Dial(joining(&url, leg, case, *turn))],
        (Then::HangUp | Then::Record { .. } | Then::RingOffice { .. }, _) => vec![Verb::Hangup],
    };
    Document(says.into_iter().map(Verb::Say).chain(verbs).collect()).to_xml()
}

/// A gather with the words inside it, so that the caller can speak over them.
///
/// `actionOnEmptyResult` reports silence as a turn of its own. The redirect after it is reached only if
/// Twilio skips the gather, and then counts as silence, too.
fn listening(
    url: &dyn Fn(Route) -> String,
    leg: &Leg,
    listen: &Listen,
    language: Language,
    says: Vec<Say>,
) -> Document {
    let (answer, partial) = match leg {
        Leg::Caller(call) => (
            Route::Call(call.clone(), CallRoute::Turn { turn: listen.turn, heard: listen.heard }),
            listen.partial_words.then(|| Route::Call(call.clone(), CallRoute::Partial(listen.turn))),
        ),
        Leg::Technician(case, page) => (Route::Page(case.clone(), *page, PageRoute::Turn(listen.turn)), None),
    };
    let action = url(answer);
    let gather = Gather {
        input: Some("dtmf speech"),
        action: Some(action.clone()),
        method: POST,
        timeout_seconds: Some(listen.patience_seconds.max(1)),
        // `auto` ends the turn at the recogniser's own pause; Twilio allows it as long as no speech model
        // is chosen (its warning 13335), and we choose none.
        speech_timeout: Some("auto"),
        // Twilio's page on Gather does not list `maxSpeechTime`; its helper libraries write it and its
        // warning 13328 checks it. Were it ignored, a long speech would only end later.
        max_speech_seconds: listen.speech_seconds_max.map(|seconds| seconds.max(1)),
        num_digits: listen.keys_max.map(|keys| keys.max(1)),
        action_on_empty_result: Some(true),
        partial_result_callback: partial.map(url),
        language: Some(tongue(language)),
        hints: hints(&listen.hints),
        says,
    };
    Document(vec![Verb::Gather(Box::new(gather)), Verb::Redirect(action)])
}

fn recording(
    url: &dyn Fn(Route) -> String,
    call: &CallId,
    recorded: String,
    seconds_max: u32,
    transcribes: bool,
) -> Record {
    let of_call = |route| Some(url(Route::Call(call.clone(), route)));
    Record {
        action: Some(recorded),
        method: POST,
        // Twilio wants more than one second ("Record", `maxLength`).
        max_length_seconds: Some(seconds_max.max(2)),
        timeout_seconds: None,
        play_beep: Some(true),
        finish_on_key: Some("#"),
        transcribe: transcribes.then_some(true),
        transcribe_callback: transcribes.then(|| of_call(CallRoute::Transcribed)).flatten(),
        recording_status_callback: of_call(CallRoute::Recording),
    }
}

/// Whoever leaves ends the talk for both: the one who stays comes back to us by `action` and hears what
/// follows, instead of waiting in an empty room.
///
/// There is no `waitUrl`: a wait document may not gather, an empty one would be silence, and one of ours
/// could fail; Twilio's own music tells whoever comes first that the line is alive.
fn joining(url: &dyn Fn(Route) -> String, leg: &Leg, case: &CaseId, turn: u32) -> Dial {
    let left = match leg {
        Leg::Caller(call) => Route::Call(call.clone(), CallRoute::Left(turn)),
        Leg::Technician(case, page) => Route::Page(case.clone(), *page, PageRoute::Left),
    };
    Dial {
        action: Some(url(left)),
        method: POST,
        timeout_seconds: None,
        noun: Noun::Conference(Conference {
            name: case.as_str().to_owned(),
            start_conference_on_enter: Some(true),
            end_conference_on_exit: Some(true),
            beep: Some("false"),
            wait_url: None,
            // Twilio takes these from whoever enters first and ignores the other's; so both are the same.
            status_callback: Some(url(Route::Room(case.clone()))),
            status_callback_event: Some("join leave"),
        }),
    }
}

/// What a caller hears when we cannot decide anything, because the store is down or Twilio fell back on
/// us: an apology, the tenant's emergency telephone if there is one, and a recording.
///
/// It needs nothing but configuration, and it is spoken in both languages, since nothing is known about
/// the caller. After the dial the document goes on, so a caller nobody answered can leave a message.
/// It ends at [`emergency_goodbye`], lest the record verb asks for this document again.
///
/// Where Twilio `transcribes`, it writes the message down and keeps the words, without a callback, since nobody may be
/// there to take it: the scan that finds the message fetches them. What is not English becomes nonsense that says
/// nothing clear, and so wakes somebody as the lack of words would have.
pub fn emergency_document(
    public: &PublicUrl,
    tenant: &TenantId,
    emergency: Option<&PhoneNumber>,
    transcribes: bool,
) -> String {
    let english = |text: &str| Verb::Say(say(text, Language::English));
    let spanish = |text: &str| Verb::Say(say(text, Language::Spanish));
    let mut verbs = vec![
        english("We are sorry, our assistant is not available right now. Please stay on the line."),
        spanish("Lo sentimos, nuestro asistente no está disponible ahora. Por favor, no cuelgue."),
    ];
    verbs.extend(emergency.map(|number| {
        Verb::Dial(Dial {
            action: None,
            method: None,
            timeout_seconds: Some(EMERGENCY_RING_SECONDS),
            noun: Noun::Number(number.as_str().to_owned()),
        })
    }));
    verbs.extend([
        english("If you still need help, please leave your name, your number and a message after the tone."),
        spanish("Si aún necesita ayuda, deje su nombre, su número y un mensaje después del tono."),
        Verb::Record(Record {
            action: Some(public.of(tenant, &Route::Fallback { recorded: true })),
            method: POST,
            max_length_seconds: Some(EMERGENCY_RECORDING_SECONDS_MAX),
            play_beep: Some(true),
            finish_on_key: Some("#"),
            transcribe: transcribes.then_some(true),
            ..Record::default()
        }),
        Verb::Hangup,
    ]);
    Document(verbs).to_xml()
}

/// What follows the recording of [`emergency_document`]. Twilio asks for it only if something was recorded,
/// so that it says no more than is certain.
pub fn emergency_goodbye() -> String {
    Document(vec![
        Verb::Say(say("Thank you. Your message has been recorded. Goodbye.", Language::English)),
        Verb::Say(say("Gracias. Su mensaje quedó grabado. Adiós.", Language::Spanish)),
        Verb::Hangup,
    ])
    .to_xml()
}

/// What a technician hears when a key could not be stored: never that it was.
pub fn not_recorded() -> String {
    let text = "I could not record that. Please look at the ticket, and call the office line if it is urgent.";
    Document(vec![Verb::Say(say(text, Language::English)), Verb::Hangup]).to_xml()
}

/// A document that does nothing, for an incoming text.
pub fn empty_document() -> String {
    Document::default().to_xml()
}

/// A document that answers a text of one of the tenant's technicians, whom no gate stands before. Cut to Twilio's limit.
pub fn technician_document(text: &Private) -> String {
    Document(vec![Verb::Message(text.reveal().chars().take(TEXT_CHARS_MAX).collect())]).to_xml()
}

/// A document that answers an incoming text: from the number that was texted, to whoever texted it.
pub fn answer_document(text: &ClearedText) -> String {
    Document(vec![Verb::Message(text.body().reveal().to_owned())]).to_xml()
}

/// The tag of a language at Twilio (BCP 47).
fn tongue(language: Language) -> &'static str {
    match language {
        Language::English => "en-US",
        Language::Spanish => "es-US",
    }
}

fn say(text: &str, language: Language) -> Say {
    let voice = match language {
        Language::English => "Polly.Joanna",
        Language::Spanish => "Polly.Lupe",
    };
    Say { text: text.to_owned(), voice: Some(voice), language: Some(tongue(language)) }
}

/// The sentences joined, in as few pieces as Twilio's limit allows, broken between words where it can be.
fn speeches(sentences: &[String], language: Language) -> Vec<Say> {
    let joined = sentences.join(" ");
    let mut rest = joined.trim();
    let mut says = Vec::new();
    while !rest.is_empty() {
        let limit = rest.char_indices().nth(SAY_CHARS_MAX).map_or(rest.len(), |(at, _)| at);
        let at =
            if limit == rest.len() { limit } else { rest[..limit].rfind(' ').filter(|at| *at > 0).unwrap_or(limit) };
        let (piece, tail) = rest.split_at(at);
        says.push(say(piece.trim_end(), language));
        rest = tail.trim_start();
    }
    says
}

/// Hints within Twilio's limits; a comma inside a phrase would split it.
fn hints(phrases: &[String]) -> Option<String> {
    let fitting: Vec<String> = phrases
        .iter()
        .map(|phrase| phrase.replace(',', " ").trim().to_owned())
        .filter(|phrase| !phrase.is_empty() && phrase.chars().count() <= HINT_CHARS_MAX)
        .take(HINTS_MAX)
        .collect();
    (!fitting.is_empty()).then(|| fitting.join(", "))
}
