//! The values that attributes may have.

use super::{Method, TwimlError};
use roxmltree::Node;
use std::ops::RangeInclusive;

/// The languages of `<Say>` and of speech recognition that this network speaks
/// (<https://www.twilio.com/docs/voice/twiml/say/text-speech>); the carrier has more.
const LANGUAGES: &[&str] = &[
    "en-US", "en-GB", "en-AU", "en-CA", "en-IN", "en-IE", "en-NZ", "en-ZA", "es-ES", "es-MX", "es-US", "es-AR",
    "es-CL", "es-CO", "es-PR", "fr-FR", "fr-CA", "de-DE", "it-IT", "pt-BR", "pt-PT",
];

/// Voices that are named without a provider.
const BASIC_VOICES: &[&str] = &["man", "woman", "alice"];

/// Refuses attributes that are not in the list, and anything in a namespace.
pub(super) fn only(node: Node<'_, '_>, allowed: &[&str]) -> Result<(), TwimlError> {
    for attribute in node.attributes() {
        if attribute.namespace().is_some() || !allowed.contains(&attribute.name()) {
            return Err(TwimlError::schema(format!(
                "<{}> has no attribute {:?} here",
                node.tag_name().name(),
                attribute.name()
            )));
        }
    }
    Ok(())
}

fn refused(node: Node<'_, '_>, name: &str) -> TwimlError {
    TwimlError::schema(format!("<{}> refuses this value of {name}", node.tag_name().name()))
}

/// `true` or `false`.
pub(super) fn flag(node: Node<'_, '_>, name: &str, default: bool) -> Result<bool, TwimlError> {
    match node.attribute(name) {
        None => Ok(default),
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(_) => Err(refused(node, name)),
    }
}

/// A whole number.
pub(super) fn number(node: Node<'_, '_>, name: &str, allowed: RangeInclusive<u32>) -> Result<Option<u32>, TwimlError> {
    let Some(text) = node.attribute(name) else { return Ok(None) };
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let value = if digits { text.parse().ok() } else { None };
    value.filter(|value| allowed.contains(value)).map(Some).ok_or_else(|| refused(node, name))
}

/// One word of a list.
pub(super) fn word<'a>(
    node: Node<'a, '_>,
    name: &str,
    allowed: &[&str],
    default: &'a str,
) -> Result<&'a str, TwimlError> {
    let value = node.attribute(name).unwrap_or(default);
    if allowed.contains(&value) { Ok(value) } else { Err(refused(node, name)) }
}

/// Words of a list, parted by single spaces, none twice.
pub(super) fn words(
    node: Node<'_, '_>,
    name: &str,
    allowed: &[&str],
    default: &[&str],
) -> Result<Vec<String>, TwimlError> {
    let Some(text) = node.attribute(name) else { return Ok(default.iter().map(|&word| word.to_owned()).collect()) };
    let mut found: Vec<String> = Vec::new();
    for word in text.split(' ') {
        if !allowed.contains(&word) || found.iter().any(|other| other == word) {
            return Err(refused(node, name));
        }
        found.push(word.to_owned());
    }
    Ok(found)
}

/// A method by which a URL is asked.
pub(super) fn method(node: Node<'_, '_>, name: &str) -> Result<Method, TwimlError> {
    Ok(if word(node, name, &["GET", "POST"], "POST")? == "GET" { Method::Get } else { Method::Post })
}

/// A URL, absolute with http or https, or relative.
pub(super) fn url(node: Node<'_, '_>, name: &str) -> Result<Option<String>, TwimlError> {
    node.attribute(name).map(|text| checked_url(text).ok_or_else(|| refused(node, name))).transpose()
}

/// A URL and the method beside it.
pub(super) fn callback(node: Node<'_, '_>, name: &str) -> Result<Option<(String, Method)>, TwimlError> {
    let how = method(node, &format!("{name}Method"))?;
    Ok(url(node, name)?.map(|url| (url, how)))
}

/// A text that is a URL that can be asked.
pub(super) fn checked_url(text: &str) -> Option<String> {
    let base = url::Url::parse("https://base.invalid/").ok()?;
    let full = base.join(text).ok()?;
    let good = !text.is_empty()
        && !text.contains(char::is_whitespace)
        && matches!(full.scheme(), "http" | "https")
        && full.host_str().is_some();
    good.then(|| text.to_owned())
}

/// Keys of a phone, or nothing.
pub(super) fn keys(node: Node<'_, '_>, name: &str, default: &str) -> Result<String, TwimlError> {
    let text = node.attribute(name).unwrap_or(default);
    if text.chars().all(is_key) { Ok(text.to_owned()) } else { Err(refused(node, name)) }
}

/// A key of a phone.
pub(super) fn is_key(key: char) -> bool {
    key.is_ascii_digit() || key == '#' || key == '*'
}

/// A language.
pub(super) fn language(node: Node<'_, '_>) -> Result<String, TwimlError> {
    word(node, "language", LANGUAGES, "en-US").map(str::to_owned)
}

/// A voice: basic, or of Amazon Polly or Google.
pub(super) fn voice(node: Node<'_, '_>) -> Result<(), TwimlError> {
    let voice = node.attribute("voice").unwrap_or("man");
    let named = ["Polly.", "Google."].iter().any(|provider| {
        voice.strip_prefix(provider).is_some_and(|name| {
            !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
        })
    });
    if named || BASIC_VOICES.contains(&voice) { Ok(()) } else { Err(refused(node, "voice")) }
}

/// A model of speech recognition.
pub(super) fn speech_model(node: Node<'_, '_>) -> Result<(), TwimlError> {
    const MODELS: &[&str] = &[
        "default",
        "numbers_and_commands",
        "phone_call",
        "experimental_conversations",
        "experimental_utterances",
        "googlev2_telephony",
        "googlev2_short",
        "googlev2_long",
        "deepgram_nova-2",
        "deepgram_nova-3",
    ];
    word(node, "speechModel", MODELS, "default").map(|_| ())
}

/// Phrases for speech recognition: at most 500, each at most 100 characters.
pub(super) fn hints(node: Node<'_, '_>) -> Result<(), TwimlError> {
    let Some(text) = node.attribute("hints") else { return Ok(()) };
    let phrases: Vec<&str> = text.split(',').map(str::trim).collect();
    let good = phrases.len() <= 500 && phrases.iter().all(|phrase| !phrase.is_empty() && phrase.chars().count() <= 100);
    if good { Ok(()) } else { Err(refused(node, "hints")) }
}

/// A phone number: E.164, or the digits of one with the usual separators.
pub(super) fn phone_number(text: &str) -> Option<String> {
    let text = text.trim();
    let plain = text.strip_prefix('+').unwrap_or(text);
    let digits = plain.chars().filter(char::is_ascii_digit).count();
    let good = (3..=15).contains(&digits) && plain.chars().all(|c| c.is_ascii_digit() || "-. ()".contains(c));
    good.then(|| text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect())
}
