//! From text to [`Document`].

use super::attributes as attr;
use super::{
    Conference, DOCUMENT_BYTES_MAX, Dial, Dialled, Document, Gather, Method, Prompt, Record, Say, SpeechTimeout,
    TwimlError, Verb,
};
use roxmltree::Node;

/// The longest text of one `<Say>`, in characters.
const SAY_CHARS_MAX: usize = 4096;

/// Reads and checks a document. Never panics; takes time linear in the text.
pub fn parse_document(text: &str) -> Result<Document, TwimlError> {
    if text.len() > DOCUMENT_BYTES_MAX {
        return Err(TwimlError { code: 11750, reason: "the document is larger than 64 KiB".into() });
    }
    let tree = roxmltree::Document::parse(text)
        .map_err(|error| TwimlError { code: 12100, reason: format!("not well-formed XML, {}", place(&error)) })?;
    let root = tree.root_element();
    if root.tag_name().name() != "Response" || root.tag_name().namespace().is_some() {
        return Err(TwimlError { code: 12100, reason: "the document is not a <Response>".into() });
    }
    attr::only(root, &[])?;
    let verbs = children(root)?.into_iter().map(verb).collect::<Result<_, _>>()?;
    Ok(Document { verbs })
}

/// Where the XML is broken; the parser's own message may quote the document.
fn place(error: &roxmltree::Error) -> String {
    let position = error.pos();
    format!("line {} column {}", position.row, position.col)
}

/// The elements in an element that has no text of its own.
fn children<'a, 'd>(node: Node<'a, 'd>) -> Result<Vec<Node<'a, 'd>>, TwimlError> {
    let mut found = Vec::new();
    for child in node.children() {
        if child.is_element() {
            if child.tag_name().namespace().is_some() {
                return Err(TwimlError::schema("an element in a namespace"));
            }
            found.push(child);
        } else if child.is_text() && !child.text().unwrap_or_default().trim().is_empty() {
            return Err(TwimlError::schema(format!("text directly in <{}>", node.tag_name().name())));
        }
    }
    Ok(found)
}

/// The text of an element that has no elements.
fn plain_text(node: Node<'_, '_>) -> Result<String, TwimlError> {
    if node.children().any(|child| child.is_element()) {
        return Err(TwimlError::schema(format!("an element in <{}>", node.tag_name().name())));
    }
    let text: String = node.children().filter_map(|child| if child.is_text() { child.text() } else { None }).collect();
    Ok(text.trim().to_owned())
}

fn nothing_inside(node: Node<'_, '_>) -> Result<(), TwimlError> {
    if plain_text(node)?.is_empty() {
        Ok(())
    } else {
        Err(TwimlError::schema(format!("text in <{}>", node.tag_name().name())))
    }
}

fn verb(node: Node<'_, '_>) -> Result<Verb, TwimlError> {
    match node.tag_name().name() {
        "Say" | "Pause" => prompt(node).map(Verb::Prompt),
        "Gather" => gather(node).map(Verb::Gather),
        "Record" => record(node).map(Verb::Record),
        "Dial" => dial(node).map(Verb::Dial),
        "Redirect" => {
            attr::only(node, &["method"])?;
            let url =
                attr::checked_url(&plain_text(node)?).ok_or_else(|| TwimlError::schema("<Redirect> to no URL"))?;
            Ok(Verb::Redirect { url, method: attr::method(node, "method")? })
        }
        "Hangup" => {
            attr::only(node, &[])?;
            nothing_inside(node)?;
            Ok(Verb::Hangup)
        }
        "Reject" => {
            attr::only(node, &["reason"])?;
            nothing_inside(node)?;
            Ok(Verb::Reject { busy: attr::word(node, "reason", &["rejected", "busy"], "rejected")? == "busy" })
        }
        other => Err(TwimlError::schema(format!("<{other}> is not a verb here"))),
    }
}

fn prompt(node: Node<'_, '_>) -> Result<Prompt, TwimlError> {
    match node.tag_name().name() {
        "Say" => say(node).map(Prompt::Say),
        "Pause" => {
            attr::only(node, &["length"])?;
            nothing_inside(node)?;
            Ok(Prompt::Pause { seconds: attr::number(node, "length", 1..=3600)?.unwrap_or(1) })
        }
        other => Err(TwimlError::schema(format!("<{other}> may not be in <Gather>"))),
    }
}

fn say(node: Node<'_, '_>) -> Result<Say, TwimlError> {
    attr::only(node, &["language", "voice", "loop"])?;
    attr::voice(node)?;
    let mut text = String::new();
    // `descendants` walks without recursion, so a deep document costs no stack.
    for part in node.descendants().skip(1) {
        if part.is_element() {
            speech_markup(part)?;
            text.push(' ');
        } else if part.is_text() {
            text.push_str(part.text().unwrap_or_default());
        }
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() || text.chars().count() > SAY_CHARS_MAX {
        return Err(TwimlError { code: 13520, reason: "<Say> has no text, or more than 4096 characters".into() });
    }
    let times = match attr::number(node, "loop", 0..=1000)? {
        // The carrier repeats for ever, which it ends after a thousand times.
        Some(0) => 1000,
        times => times.unwrap_or(1),
    };
    Ok(Say { text, language: attr::language(node)?, times })
}

/// The speech markup (SSML) that a `<Say>` may hold.
fn speech_markup(node: Node<'_, '_>) -> Result<(), TwimlError> {
    let allowed: &[&str] = match node.tag_name().name() {
        "break" => &["strength", "time"],
        "emphasis" => &["level"],
        "p" | "s" => &[],
        "prosody" => &["volume", "rate", "pitch"],
        "say-as" => &["interpret-as", "format"],
        "sub" => &["alias"],
        other => return Err(TwimlError::schema(format!("<{other}> may not be in <Say>"))),
    };
    attr::only(node, allowed)
}

fn gather(node: Node<'_, '_>) -> Result<Gather, TwimlError> {
    attr::only(
        node,
        &[
            "input",
            "action",
            "method",
            "timeout",
            "speechTimeout",
            "maxSpeechTime",
            "numDigits",
            "finishOnKey",
            "actionOnEmptyResult",
            "partialResultCallback",
            "partialResultCallbackMethod",
            "hints",
            "language",
            "speechModel",
            "enhanced",
            "profanityFilter",
            "bargeIn",
        ],
    )?;
    attr::hints(node)?;
    attr::language(node)?;
    attr::speech_model(node)?;
    attr::flag(node, "enhanced", false)?;
    attr::flag(node, "profanityFilter", true)?;
    let input = attr::words(node, "input", &["speech", "dtmf"], &["dtmf"])?;
    let speech = input.iter().any(|word| word == "speech");
    let partial = attr::callback(node, "partialResultCallback")?;
    if partial.is_some() && !speech {
        return Err(TwimlError::schema("<Gather> with partialResultCallback hears no speech"));
    }
    let timeout_seconds = attr::number(node, "timeout", 1..=3600)?.unwrap_or(5);
    let speech_timeout = match node.attribute("speechTimeout") {
        Some("auto") => SpeechTimeout::Auto,
        _ => SpeechTimeout::Seconds(attr::number(node, "speechTimeout", 1..=60)?.unwrap_or(timeout_seconds)),
    };
    Ok(Gather {
        speech,
        dtmf: input.iter().any(|word| word == "dtmf"),
        action: attr::url(node, "action")?,
        method: attr::method(node, "method")?,
        timeout_seconds,
        speech_timeout,
        speech_seconds_max: attr::number(node, "maxSpeechTime", 1..=60)?.unwrap_or(60),
        digits_max: attr::number(node, "numDigits", 1..=1000)?,
        finish_on_key: attr::keys(node, "finishOnKey", "#")?,
        on_empty: attr::flag(node, "actionOnEmptyResult", false)?,
        partial,
        barge_in: attr::flag(node, "bargeIn", true)?,
        prompts: children(node)?.into_iter().map(prompt).collect::<Result<_, _>>()?,
    })
}

fn record(node: Node<'_, '_>) -> Result<Record, TwimlError> {
    attr::only(
        node,
        &[
            "action",
            "method",
            "timeout",
            "finishOnKey",
            "maxLength",
            "playBeep",
            "trim",
            "recordingStatusCallback",
            "recordingStatusCallbackMethod",
            "recordingStatusCallbackEvent",
            "transcribe",
            "transcribeCallback",
        ],
    )?;
    nothing_inside(node)?;
    attr::word(node, "trim", &["trim-silence", "do-not-trim"], "trim-silence")?;
    let events =
        attr::words(node, "recordingStatusCallbackEvent", &["in-progress", "completed", "absent"], &["completed"])?;
    let transcribe_callback = attr::url(node, "transcribeCallback")?;
    Ok(Record {
        action: attr::url(node, "action")?,
        method: attr::method(node, "method")?,
        timeout_seconds: attr::number(node, "timeout", 1..=3600)?.unwrap_or(5),
        seconds_max: attr::number(node, "maxLength", 2..=14_400)?.unwrap_or(3600),
        finish_on_key: attr::keys(node, "finishOnKey", "1234567890*#")?,
        beep: attr::flag(node, "playBeep", true)?,
        status_callback: attr::callback(node, "recordingStatusCallback")?,
        on_absent: events.iter().any(|event| event == "absent"),
        on_completed: events.iter().any(|event| event == "completed"),
        transcribe: attr::flag(node, "transcribe", transcribe_callback.is_some())?,
        transcribe_callback,
    })
}

fn dial(node: Node<'_, '_>) -> Result<Dial, TwimlError> {
    attr::only(node, &["action", "method", "timeout", "timeLimit", "callerId", "hangupOnStar", "answerOnBridge"])?;
    attr::flag(node, "answerOnBridge", false)?;
    let nouns: Vec<Node<'_, '_>> = node.children().filter(Node::is_element).collect();
    let to = match nouns.as_slice() {
        [] => Dialled::Number(number(&plain_text(node)?)?),
        [noun] => {
            children(node)?;
            match noun.tag_name().name() {
                "Number" => {
                    attr::only(*noun, &[])?;
                    Dialled::Number(number(&plain_text(*noun)?)?)
                }
                "Conference" => Dialled::Conference(conference(*noun)?),
                other => return Err(TwimlError::schema(format!("<{other}> may not be in <Dial>"))),
            }
        }
        _ => return Err(TwimlError::schema("<Dial> with several nouns is not simulated")),
    };
    let caller_id = match node.attribute("callerId") {
        None => None,
        Some(text) => Some(
            attr::phone_number(text)
                .ok_or(TwimlError { code: 13214, reason: "<Dial> has an invalid callerId".into() })?,
        ),
    };
    Ok(Dial {
        action: attr::url(node, "action")?,
        method: attr::method(node, "method")?,
        timeout_seconds: attr::number(node, "timeout", 1..=600)?.unwrap_or(30),
        seconds_max: attr::number(node, "timeLimit", 1..=86_400)?,
        caller_id,
        hangup_on_star: attr::flag(node, "hangupOnStar", false)?,
        to,
    })
}

fn number(text: &str) -> Result<String, TwimlError> {
    attr::phone_number(text).ok_or(TwimlError { code: 13224, reason: "<Dial> to an invalid phone number".into() })
}

fn conference(node: Node<'_, '_>) -> Result<Conference, TwimlError> {
    const EVENTS: &[&str] = &["start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"];
    attr::only(
        node,
        &[
            "startConferenceOnEnter",
            "endConferenceOnExit",
            "beep",
            "waitUrl",
            "waitMethod",
            "statusCallback",
            "statusCallbackMethod",
            "statusCallbackEvent",
        ],
    )?;
    attr::word(node, "beep", &["true", "false", "onEnter", "onExit"], "true")?;
    let name = plain_text(node)?;
    if name.is_empty() || name.chars().count() > 128 {
        return Err(TwimlError::schema("<Conference> without a name, or with one of more than 128 characters"));
    }
    let wait_url = match node.attribute("waitUrl") {
        Some("") => Some(String::new()),
        _ => attr::url(node, "waitUrl")?,
    };
    let wait_method: Method = attr::method(node, "waitMethod")?;
    Ok(Conference {
        name,
        starts: attr::flag(node, "startConferenceOnEnter", true)?,
        ends: attr::flag(node, "endConferenceOnExit", false)?,
        wait_url,
        wait_method,
        status_callback: attr::callback(node, "statusCallback")?,
        events: attr::words(node, "statusCallbackEvent", EVENTS, &[])?,
    })
}
