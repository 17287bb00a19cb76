//! Twilio's webhooks as facts of the domain.
//!
//! [`parse`] is total: every form gives a [`Webhook`] or a [`BadWebhook`] that names a field. What a person
//! at a telephone can cause (odd keys, endless speech, a withheld number) is never an error; only what
//! Twilio would not send is.
//!
//! A gather posts nothing when the caller hangs up, so a hang-up is known from the status callback alone.
//! Callbacks come in any order and more than once; the ordinals in their addresses tell the machines which.

pub use crate::form::BadWebhook;
use crate::form::Form;
use crate::routes::{Address, CallRoute, Leg, PageRoute, Route};
use nightdesk_domain::call::{Arrival, CallEvent, Recording, Speech};
use nightdesk_domain::case::{CaseEvent, PageEvent, PageOutcome};
use nightdesk_domain::consent::IncomingText;
use nightdesk_domain::ids::{CallId, CaseId, LegId, RecordingId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::private::Private;

/// Longest utterance or transcript that is kept, in characters: more than five minutes of speech. What a
/// caller says beyond it is cut off.
pub const UTTERANCE_CHARS_MAX: usize = 4_000;
/// Most keys of one turn that are kept: enough for a number typed twice, too few to fill a store.
pub const KEYS_MAX: usize = 32;
/// Longest text that is read, in characters; Twilio joins no more than ten parts of 160.
pub const TEXT_CHARS_MAX: usize = 1_600;
/// Longest id of a text; Twilio's have 34.
const TEXT_ID_CHARS_MAX: usize = 64;

/// A webhook, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// What happened.
    pub fact: Fact,
    /// What Twilio wants to hear back.
    pub answer: Answer,
}

/// What happened, and to which machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A call came in.
    Arrived(Arrival),
    /// Something happened to a call.
    Call(CallId, CallEvent),
    /// Something happened to a case.
    Case(CaseId, CaseEvent),
    /// A text came in.
    Texted(IncomingText),
    /// The text of a page did not arrive.
    Undelivered {
        /// The case.
        case: CaseId,
        /// Which page of the case.
        page: u32,
        /// Whether its receiver has told the carrier to let no text of this sender through.
        blocked: bool,
    },
    /// Nothing that a machine needs to know.
    Nothing,
}

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// TwiML: what this leg hears now, with [`render`](crate::render::render).
    Voice(Leg),
    /// 204 without a body.
    Nothing,
    /// TwiML without a verb, [`render::empty_document`](crate::render::empty_document).
    EmptyDocument,
    /// [`render::emergency_document`](crate::render::emergency_document).
    Emergency,
    /// [`render::emergency_goodbye`](crate::render::emergency_goodbye).
    EmergencyGoodbye,
}

/// Reads the body of a webhook that came to this address. The signature must have been verified before.
pub fn parse(address: &Address, form: &Form) -> Result<Webhook, BadWebhook> {
    let (fact, answer) = match &address.route {
        Route::Voice => {
            let arrival = arrival(address, form)?;
            let caller = Leg::Caller(arrival.call.clone());
            (Fact::Arrived(arrival), Answer::Voice(caller))
        }
        Route::Status => (caller_status(form)?, Answer::Nothing),
        Route::Fallback { recorded: false } => (Fact::Nothing, Answer::Emergency),
        Route::Fallback { recorded: true } => (Fact::Nothing, Answer::EmergencyGoodbye),
        Route::Sms => (text(form)?.map_or(Fact::Nothing, Fact::Texted), Answer::EmptyDocument),
        Route::Call(call, route) => {
            belongs(form, call)?;
            let fact = call_event(route, form)?.map_or(Fact::Nothing, |event| Fact::Call(call.clone(), event));
            let silent = matches!(route, CallRoute::Partial(_) | CallRoute::Transcribed | CallRoute::Recording);
            (fact, if silent { Answer::Nothing } else { Answer::Voice(Leg::Caller(call.clone())) })
        }
        Route::Page(case, page, PageRoute::Text) => (text_status(case, *page, form)?, Answer::Nothing),
        Route::Page(case, page, route) => {
            let event = page_event(route, form)?;
            let fact =
                event.map_or(Fact::Nothing, |event| Fact::Case(case.clone(), CaseEvent::Page { page: *page, event }));
            let silent = matches!(route, PageRoute::Status | PageRoute::Machine);
            (fact, if silent { Answer::Nothing } else { Answer::Voice(Leg::Technician(case.clone(), *page)) })
        }
        Route::Room(case) => {
            let event = room_event(form)?;
            (event.map_or(Fact::Nothing, |event| Fact::Case(case.clone(), event)), Answer::Nothing)
        }
    };
    Ok(Webhook { fact, answer })
}

fn arrival(address: &Address, form: &Form) -> Result<Arrival, BadWebhook> {
    let call = CallId::parse(form.required("CallSid")?).map_err(|_| BadWebhook::Unreadable("CallSid"))?;
    let dialled = PhoneNumber::parse(form.required("To")?).map_err(|_| BadWebhook::Unreadable("To"))?;
    // A caller who cannot be called back is still a caller: two contradicting numbers are as good as none.
    let from = form.optional("From").ok().flatten().and_then(callers_number);
    Ok(Arrival { tenant: address.tenant.clone(), call, dialled, from })
}

/// A text that a person sent; none from a short code or a name, which no person writes from.
fn text(form: &Form) -> Result<Option<IncomingText>, BadWebhook> {
    let id = form.required("MessageSid")?;
    if id.len() > TEXT_ID_CHARS_MAX || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(BadWebhook::Unreadable("MessageSid"));
    }
    let to = PhoneNumber::parse(form.required("To")?).map_err(|_| BadWebhook::Unreadable("To"))?;
    let Some(from) = callers_number(form.required("From")?) else { return Ok(None) };
    let body: String = form.optional("Body")?.unwrap_or_default().chars().take(TEXT_CHARS_MAX).collect();
    Ok(Some(IncomingText { from, to, body: body.into(), id: id.to_owned() }))
}

/// Numbers that spell a word on the keypad and stand for the absence of one (Twilio, "What do you do with
/// calls from anonymous numbers"): ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE.
const NO_NUMBERS: [&str; 5] = ["+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"];

/// None for `anonymous`, `Restricted`, SIP and client addresses, and whatever else is no telephone number.
pub(crate) fn callers_number(text: &str) -> Option<PhoneNumber> {
    PhoneNumber::parse(text).ok().filter(|number| !NO_NUMBERS.contains(&number.as_str()))
}

/// The event is for the call in the address; a body that names another is forged or misdirected.
fn belongs(form: &Form, call: &CallId) -> Result<(), BadWebhook> {
    match form.optional("CallSid")? {
        Some(sid) if sid != call.as_str() => Err(BadWebhook::Mismatch("CallSid")),
        _ => Ok(()),
    }
}

/// Where a leg stands, in the words of `CallStatus` and `DialCallStatus`.
enum LegStatus {
    Pending,
    Ringing,
    Running,
    Completed,
    Busy,
    NoAnswer,
    Failed,
    Canceled,
}

impl LegStatus {
    fn read(form: &Form, field: &'static str) -> Result<Self, BadWebhook> {
        Ok(match form.required(field)? {
            "queued" | "initiated" => LegStatus::Pending,
            "ringing" => LegStatus::Ringing,
            "in-progress" | "answered" => LegStatus::Running,
            "completed" => LegStatus::Completed,
            "busy" => LegStatus::Busy,
            "no-answer" => LegStatus::NoAnswer,
            "failed" => LegStatus::Failed,
            "canceled" => LegStatus::Canceled,
            _ => return Err(BadWebhook::Unreadable(field)),
        })
    }
}

fn caller_status(form: &Form) -> Result<Fact, BadWebhook> {
    let call = CallId::parse(form.required("CallSid")?).map_err(|_| BadWebhook::Unreadable("CallSid"))?;
    Ok(match LegStatus::read(form, "CallStatus")? {
        LegStatus::Pending | LegStatus::Ringing | LegStatus::Running => Fact::Nothing,
        _ => Fact::Call(call, CallEvent::HungUp),
    })
}

fn call_event(route: &CallRoute, form: &Form) -> Result<Option<CallEvent>, BadWebhook> {
    Ok(match route {
        CallRoute::Turn { turn, heard } => {
            let words = words(form, "SpeechResult")?;
            let speech = words.map(|words| Speech { words, confidence_percent: confidence_percent(form) });
            Some(CallEvent::Said { turn: *turn, heard: *heard, words: speech, keys: keys(form)?.map(Private::from) })
        }
        CallRoute::Partial(turn) => {
            let sequence = form.required("SequenceNumber")?;
            let sequence = sequence.parse().map_err(|_| BadWebhook::Unreadable("SequenceNumber"))?;
            // The stable words come first; the unstable ones follow them and may still change.
            let (stable, unstable) = (form.optional("StableSpeechResult")?, form.optional("UnstableSpeechResult")?);
            let all: Vec<&str> = [stable, unstable].into_iter().flatten().map(str::trim).collect();
            utterance(&all.join(" ")).map(|words| CallEvent::Overheard { turn: *turn, sequence, words })
        }
        CallRoute::Recorded(turn) => Some(CallEvent::Recorded { turn: *turn, recording: recording(form)? }),
        CallRoute::Transcribed => {
            let recording = recording_id(form.required("RecordingSid")?)?;
            let done = form.required("TranscriptionStatus")? == "completed";
            let words = if done { words(form, "TranscriptionText")? } else { None };
            Some(CallEvent::Transcribed { recording, words })
        }
        // The record verb's own answer carries the same recording and its turn; where that was lost, this one
        // still tells of the message. Turn 0 is no turn.
        CallRoute::Recording => {
            recording(form)?.map(|recording| CallEvent::Recorded { turn: 0, recording: Some(recording) })
        }
        CallRoute::Office(turn) => {
            let status = LegStatus::read(form, "DialCallStatus")?;
            let answered = matches!(status, LegStatus::Completed | LegStatus::Running);
            Some(CallEvent::OfficeRang { turn: *turn, answered })
        }
        CallRoute::Left(turn) => Some(CallEvent::LeftRoom { turn: *turn }),
        CallRoute::Now => None,
    })
}

fn page_event(route: &PageRoute, form: &Form) -> Result<Option<PageEvent>, BadWebhook> {
    Ok(match route {
        PageRoute::Answered => Some(PageEvent::Answered { leg: leg_id(form)? }),
        PageRoute::Turn(turn) => {
            Some(PageEvent::Keyed { turn: *turn, keys: keys(form)?, words: words(form, "SpeechResult")? })
        }
        PageRoute::Left => Some(PageEvent::LeftRoom),
        PageRoute::Status => match LegStatus::read(form, "CallStatus")? {
            // That it was answered is told by the leg itself when it asks what it hears.
            LegStatus::Pending | LegStatus::Running => None,
            LegStatus::Ringing => Some(PageEvent::Ringing),
            LegStatus::Completed => Some(PageEvent::Ended(PageOutcome::NoInput)),
            LegStatus::Busy => Some(PageEvent::Ended(PageOutcome::Busy)),
            LegStatus::NoAnswer => Some(PageEvent::Ended(PageOutcome::NoAnswer)),
            LegStatus::Failed => Some(PageEvent::Ended(PageOutcome::Failed)),
            // Only we cancel.
            LegStatus::Canceled => Some(PageEvent::Ended(PageOutcome::Stopped)),
        },
        // `unknown`, and words that Twilio may add, are no hint.
        PageRoute::Machine => match form.required("AnsweredBy")? {
            "human" => Some(PageEvent::MachineHint(false)),
            "fax" => Some(PageEvent::MachineHint(true)),
            other if other.starts_with("machine_") => Some(PageEvent::MachineHint(true)),
            _ => None,
        },
        PageRoute::Now | PageRoute::Text => None,
    })
}

/// Twilio's error for a text to a number whose owner has sent STOP.
const UNSUBSCRIBED_RECIPIENT: &str = "21610";

/// What became of a page's text. That it was delivered wakes nobody who sleeps, so only its failure is a fact. Why it
/// failed (filtered, 30007; unreachable, 30003) makes no difference, except that a blocked number stays blocked.
fn text_status(case: &CaseId, page: u32, form: &Form) -> Result<Fact, BadWebhook> {
    let blocked = form.optional("ErrorCode")?.is_some_and(|code| code.trim() == UNSUBSCRIBED_RECIPIENT);
    Ok(match form.required("MessageStatus")? {
        "undelivered" | "failed" | "canceled" => Fact::Undelivered { case: case.clone(), page, blocked },
        // On its way, arrived, read, or a word that Twilio may add.
        _ => Fact::Nothing,
    })
}

fn room_event(form: &Form) -> Result<Option<CaseEvent>, BadWebhook> {
    let entered = match form.required("StatusCallbackEvent")? {
        "participant-join" => true,
        "participant-leave" => false,
        // The room's own beginning and end, muting and the like.
        _ => return Ok(None),
    };
    Ok(Some(CaseEvent::Room { leg: leg_id(form)?, entered }))
}

fn leg_id(form: &Form) -> Result<LegId, BadWebhook> {
    LegId::parse(form.required("CallSid")?).map_err(|_| BadWebhook::Unreadable("CallSid"))
}

fn recording_id(text: &str) -> Result<RecordingId, BadWebhook> {
    RecordingId::parse(text).map_err(|_| BadWebhook::Unreadable("RecordingSid"))
}

/// The recording, if there is one. Its address is not read: we fetch by id, never from a given host.
fn recording(form: &Form) -> Result<Option<Recording>, BadWebhook> {
    let Some(sid) = form.optional("RecordingSid")? else { return Ok(None) };
    // A recording whose length cannot be read exists all the same: it must not pass for an empty one.
    let seconds = form.optional("RecordingDuration").ok().flatten().and_then(|s| s.parse().ok()).unwrap_or(1);
    Ok(Some(Recording { id: recording_id(sid)?, seconds }))
}

fn words(form: &Form, field: &'static str) -> Result<Option<Private>, BadWebhook> {
    Ok(form.optional(field)?.and_then(utterance))
}

/// What was said, cut to its limit; none if nothing was.
fn utterance(text: &str) -> Option<Private> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(UTTERANCE_CHARS_MAX).collect::<String>().into())
}

/// Keys as pressed, `hangup` and other words dropped; none if nothing is left.
fn keys(form: &Form) -> Result<Option<String>, BadWebhook> {
    let digits = form.optional("Digits")?.unwrap_or_default();
    let keys: String = digits.chars().filter(|c| c.is_ascii_digit() || matches!(c, '*' | '#')).take(KEYS_MAX).collect();
    Ok(Some(keys).filter(|keys| !keys.is_empty()))
}

/// `Confidence`, 0.0 to 1.0, as a percentage. It is a hint: what is not in that range is as good as absent.
fn confidence_percent(form: &Form) -> Option<u8> {
    let share: f64 = form.optional("Confidence").ok().flatten()?.trim().parse().ok()?;
    // In that range, the rounded percentage fits.
    (0.0..=1.0).contains(&share).then(|| (share * 100.0).round() as u8)
}
