//! TwiML, the XML that tells Twilio what a line hears: a small typed builder.
//!
//! Only the verbs and attributes that we use exist. Text and attributes are escaped by the XML writer;
//! characters that XML 1.0 forbids altogether (most control characters) are dropped.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io;

/// A whole document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document(pub Vec<Verb>);

/// One thing that the line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// Speaks.
    Say(Say),
    /// Is silent for so many seconds.
    Pause {
        /// How long.
        seconds: u32,
    },
    /// Listens.
    Gather(Box<Gather>),
    /// Records.
    Record(Record),
    /// Rings or joins somebody.
    Dial(Dial),
    /// Goes on with the document at this address, fetched by POST.
    Redirect(String),
    /// Ends the leg.
    Hangup,
    /// Answers a text that came in.
    Message(String),
    /// Does not take the call.
    Reject(RejectReason),
}

/// What is said, and by which voice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Say {
    /// The words.
    pub text: String,
    /// The voice, for example `Polly.Joanna`; none is the account's default.
    pub voice: Option<&'static str>,
    /// The language, for example `en-US`.
    pub language: Option<&'static str>,
}

/// How the line listens. Times in seconds; what is absent is Twilio's default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gather {
    /// `dtmf`, `speech` or `dtmf speech`.
    pub input: Option<&'static str>,
    /// Where the answer is posted.
    pub action: Option<String>,
    /// `GET` or `POST`.
    pub method: Option<&'static str>,
    /// How long to wait for the first word or the next key.
    pub timeout_seconds: Option<u32>,
    /// The silence that ends speech; `auto` lets the recogniser decide.
    pub speech_timeout: Option<&'static str>,
    /// Longest speech.
    pub max_speech_seconds: Option<u32>,
    /// How many keys end the turn.
    pub num_digits: Option<u32>,
    /// Whether silence is posted, too.
    pub action_on_empty_result: Option<bool>,
    /// Where words are posted that are still being spoken.
    pub partial_result_callback: Option<String>,
    /// The language to be understood.
    pub language: Option<&'static str>,
    /// Words that help, separated by commas.
    pub hints: Option<String>,
    /// What is said meanwhile; the caller can speak over it.
    pub says: Vec<Say>,
}

/// How the line records. What is absent is Twilio's default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// Where the end is posted.
    pub action: Option<String>,
    /// `GET` or `POST`.
    pub method: Option<&'static str>,
    /// Longest recording, in seconds.
    pub max_length_seconds: Option<u32>,
    /// The silence that ends the recording, in seconds.
    pub timeout_seconds: Option<u32>,
    /// Whether a beep starts it.
    pub play_beep: Option<bool>,
    /// The keys that end it.
    pub finish_on_key: Option<&'static str>,
    /// Whether it is transcribed.
    pub transcribe: Option<bool>,
    /// Where the transcript is posted.
    pub transcribe_callback: Option<String>,
    /// Where the recording's status is posted.
    pub recording_status_callback: Option<String>,
}

/// Whom the line is connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dial {
    /// Where the end is posted; without it, the next verb follows.
    pub action: Option<String>,
    /// `GET` or `POST`.
    pub method: Option<&'static str>,
    /// How long it rings, in seconds.
    pub timeout_seconds: Option<u32>,
    /// Who.
    pub noun: Noun,
}

/// Who is rung or joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noun {
    /// A telephone, in E.164.
    Number(String),
    /// A room.
    Conference(Conference),
}

/// A room in which several lines talk. What is absent is Twilio's default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conference {
    /// Its name, unique in the account.
    pub name: String,
    /// Whether the talk starts when this line enters.
    pub start_conference_on_enter: Option<bool>,
    /// Whether the talk ends for all when this line leaves.
    pub end_conference_on_exit: Option<bool>,
    /// `true`, `false`, `onEnter` or `onExit`.
    pub beep: Option<&'static str>,
    /// What somebody alone hears: an address, or the empty text for silence; none is Twilio's music.
    pub wait_url: Option<String>,
    /// Where comings and goings are posted.
    pub status_callback: Option<String>,
    /// Which of them, separated by blanks.
    pub status_callback_event: Option<&'static str>,
}

/// What a rejected caller hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectReason {
    /// Twilio's "not in service".
    Rejected,
    /// The busy tone.
    Busy,
}

/// What is sent should a document not be written; writing into memory does not fail.
const UNWRITTEN: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>"#;

impl Document {
    /// The document as XML, with its declaration.
    pub fn to_xml(&self) -> String {
        self.write().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| UNWRITTEN.to_owned())
    }

    fn write(&self) -> io::Result<Vec<u8>> {
        let mut xml = Writer::new(Vec::new());
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        Element::new("Response").write_with(&mut xml, |xml| self.0.iter().try_for_each(|verb| verb.write(xml)))?;
        Ok(xml.into_inner())
    }
}

type Xml = Writer<Vec<u8>>;

impl Verb {
    fn write(&self, xml: &mut Xml) -> io::Result<()> {
        match self {
            Verb::Say(say) => say.write(xml),
            Verb::Pause { seconds } => Element::new("Pause").number("length", Some(*seconds)).write_empty(xml),
            Verb::Gather(gather) => gather.write(xml),
            Verb::Record(record) => record.write(xml),
            Verb::Dial(dial) => dial.write(xml),
            Verb::Redirect(url) => Element::new("Redirect").text("method", Some("POST")).write_text(xml, url),
            Verb::Message(body) => Element::new("Message").write_text(xml, body),
            Verb::Hangup => Element::new("Hangup").write_empty(xml),
            Verb::Reject(reason) => {
                let reason = match reason {
                    RejectReason::Rejected => "rejected",
                    RejectReason::Busy => "busy",
                };
                Element::new("Reject").text("reason", Some(reason)).write_empty(xml)
            }
        }
    }
}

impl Say {
    fn write(&self, xml: &mut Xml) -> io::Result<()> {
        Element::new("Say").text("language", self.language).text("voice", self.voice).write_text(xml, &self.text)
    }
}

impl Gather {
    fn write(&self, xml: &mut Xml) -> io::Result<()> {
        Element::new("Gather")
            .text("input", self.input)
            .text("action", self.action.as_deref())
            .text("method", self.method)
            .number("timeout", self.timeout_seconds)
            .text("speechTimeout", self.speech_timeout)
            .number("maxSpeechTime", self.max_speech_seconds)
            .number("numDigits", self.num_digits)
            .flag("actionOnEmptyResult", self.action_on_empty_result)
            .text("partialResultCallback", self.partial_result_callback.as_deref())
            .text("language", self.language)
            .text("hints", self.hints.as_deref())
            .write_with(xml, |xml| self.says.iter().try_for_each(|say| say.write(xml)))
    }
}

impl Record {
    fn write(&self, xml: &mut Xml) -> io::Result<()> {
        Element::new("Record")
            .text("action", self.action.as_deref())
            .text("method", self.method)
            .number("maxLength", self.max_length_seconds)
            .number("timeout", self.timeout_seconds)
            .flag("playBeep", self.play_beep)
            .text("finishOnKey", self.finish_on_key)
            .flag("transcribe", self.transcribe)
            .text("transcribeCallback", self.transcribe_callback.as_deref())
            .text("recordingStatusCallback", self.recording_status_callback.as_deref())
            .write_empty(xml)
    }
}

impl Dial {
    fn write(&self, xml: &mut Xml) -> io::Result<()> {
        Element::new("Dial")
            .text("action", self.action.as_deref())
            .text("method", self.method)
            .number("timeout", self.timeout_seconds)
            .write_with(xml, |xml| match &self.noun {
                Noun::Number(number) => Element::new("Number").write_text(xml, number),
                Noun::Conference(room) => room.write(xml),
            })
    }
}

impl Conference {
    fn write(&self, xml: &mut Xml) -> io::Result<()> {
        Element::new("Conference")
            .flag("startConferenceOnEnter", self.start_conference_on_enter)
            .flag("endConferenceOnExit", self.end_conference_on_exit)
            .text("beep", self.beep)
            .text("waitUrl", self.wait_url.as_deref())
            .text("statusCallback", self.status_callback.as_deref())
            .text("statusCallbackEvent", self.status_callback_event)
            .write_text(xml, &self.name)
    }
}

/// An element under construction: attributes that are absent are not written.
struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
}

impl Element {
    fn new(name: &'static str) -> Self {
        Self { name, attributes: Vec::new() }
    }

    fn text(mut self, name: &'static str, value: Option<&str>) -> Self {
        // A reader turns line breaks and tabs in an attribute into blanks; so we write blanks.
        let value = value.map(|v| allowed(v).replace(['\t', '\n', '\r'], " "));
        self.attributes.extend(value.map(|v| (name, v)));
        self
    }

    fn number(self, name: &'static str, value: Option<u32>) -> Self {
        self.text(name, value.map(|v| v.to_string()).as_deref())
    }

    fn flag(self, name: &'static str, value: Option<bool>) -> Self {
        self.text(name, value.map(|v| if v { "true" } else { "false" }))
    }

    fn write_empty(&self, xml: &mut Xml) -> io::Result<()> {
        xml.create_element(self.name).with_attributes(self.pairs()).write_empty().map(drop)
    }

    fn write_text(&self, xml: &mut Xml, text: &str) -> io::Result<()> {
        let text = allowed(text);
        xml.create_element(self.name).with_attributes(self.pairs()).write_text_content(BytesText::new(&text)).map(drop)
    }

    fn write_with(&self, xml: &mut Xml, inner: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<()> {
        xml.create_element(self.name).with_attributes(self.pairs()).write_inner_content(inner).map(drop)
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|(name, value)| (*name, value.as_str()))
    }
}

/// The text without what XML 1.0 (section 2.2, production Char) cannot hold, not even escaped.
fn allowed(text: &str) -> String {
    let fits = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    text.chars().filter(fits).collect()
}
