//! Texts that come in: the webhook, and the one verb that may answer it.

use super::PhoneBehaviour;
use super::event::{EventKind, Party};
use super::exchange::Exchange;
use super::outbox::{Callback, Outbox};
use super::resource::TextMessage;
use super::twiml::{Method, TwimlError};
use super::webhook::{self, parameter};
use std::sync::Arc;

/// How long the carrier takes to hand a text on, and then to hear of it, in simulated seconds.
const DELIVERY_SECONDS: f64 = 0.5;
/// How long a person takes to read a text and to answer it, in simulated seconds.
const READING_SECONDS: f64 = 4.0;
/// The carrier's error for a telephone that cannot be reached.
const UNREACHABLE: u32 = 30003;

/// Keeps a text that the server sends, and tells of it.
pub(super) fn send(network: &Exchange, from: &str, to: &str, body: &str, reply: bool) -> TextMessage {
    let message = TextMessage {
        sid: network.sid("SM"),
        from: from.to_owned(),
        to: to.to_owned(),
        body: body.to_owned(),
        sent: network.now(),
        reply,
    };
    let party = if network.state().phones.contains_key(to) { Party::Technician(to.to_owned()) } else { Party::Caller };
    network.emit_for(&message.sid, party, EventKind::Text(message.body.clone()));
    network.change(|state| state.messages.push(message.clone()));
    message
}

/// Hands a text on, and tells where it was asked to what became of it; the person may answer.
pub(super) async fn deliver(network: Arc<Exchange>, message: TextMessage, callback: Option<String>) {
    let outbox = Outbox::start(&network, None);
    let told = |status: &str, error: Option<u32>| {
        let Some(url) = callback.clone() else { return };
        let mut parameters = vec![
            parameter("MessageSid", &message.sid),
            parameter("SmsSid", &message.sid),
            parameter("AccountSid", &network.config.account_sid),
            parameter("From", &message.from),
            parameter("To", &message.to),
            parameter("MessageStatus", status),
            parameter("SmsStatus", status),
            parameter("ApiVersion", "2010-04-01"),
        ];
        parameters.extend(error.map(|code| parameter("ErrorCode", code.to_string())));
        outbox.post(Callback { url, method: Method::Post, parameters });
    };
    network.sleep(DELIVERY_SECONDS).await;
    told("sent", None);
    network.sleep(DELIVERY_SECONDS).await;
    let phone = network.state().phones.get(&message.to).copied();
    if phone == Some(PhoneBehaviour::NoTexts) {
        return told("undelivered", Some(UNREACHABLE));
    }
    told("delivered", None);
    if phone == Some(PhoneBehaviour::TextsCode)
        && let Some(code) = asked_code(&message.body)
    {
        network.sleep(READING_SECONDS).await;
        receive(&network, &message.to, &message.from, code).await;
    }
}

/// The four digits that a text asks to be answered with: "Reply 4821 to accept".
fn asked_code(body: &str) -> Option<&str> {
    let (_, rest) = body.split_once("Reply ")?;
    let word = rest.split(|c: char| !c.is_alphanumeric()).next()?;
    (word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit()) && rest.contains("accept")).then_some(word)
}

/// The carrier's words, when they are the whole text (Twilio, "Support for Opt-Out Keywords").
const STOPS: [&str; 8] = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"];
const STARTS: [&str; 3] = ["START", "YES", "UNSTOP"];
const HELPS: [&str; 2] = ["HELP", "INFO"];

/// Whether a number takes no texts of a line.
pub(super) fn is_blocked(network: &Exchange, line: &str, number: &str) -> bool {
    network.state().opted_out.contains(&(number.to_owned(), line.to_owned()))
}

/// The carrier acts on its own words, and answers them itself; it tells the line's owner all the same.
fn heed(network: &Exchange, from: &str, to: &str, body: &str) {
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(body.trim()));
    let pair = (from.to_owned(), to.to_owned());
    let answer = if is(&STOPS) {
        network.change(|state| state.opted_out.insert(pair));
        "You have successfully been unsubscribed. You will not receive any more messages from this number. \
         Reply START to resubscribe."
    } else if is(&STARTS) && is_blocked(network, to, from) {
        network.change(|state| state.opted_out.remove(&pair));
        "You have successfully been re-subscribed to messages from this number. Reply HELP for help. \
         Reply STOP to unsubscribe."
    } else if is(&HELPS) {
        "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
    } else {
        return;
    };
    let sid = network.sid("SM");
    network.emit_for(&sid, Party::Caller, EventKind::Text(answer.to_owned()));
}

/// Somebody texts a line: its URL is asked, and what it answers is sent back.
pub(super) async fn receive(network: &Exchange, from: &str, to: &str, body: &str) {
    let line = network.config.lines.iter().find(|line| line.number == to);
    let Some(url) = line.and_then(|line| line.sms_url.clone()) else {
        let reason = "a text came to a number without a messaging URL".to_owned();
        return network.refuse(None, &TwimlError { code: 30008, reason });
    };
    heed(network, from, to, body);
    let sid = network.sid("SM");
    let parameters = [
        parameter("MessageSid", &sid),
        parameter("SmsSid", &sid),
        parameter("SmsMessageSid", &sid),
        parameter("AccountSid", &network.config.account_sid),
        parameter("From", from),
        parameter("To", to),
        parameter("Body", body),
        parameter("NumMedia", "0"),
        parameter("NumSegments", "1"),
        parameter("SmsStatus", "received"),
        parameter("ApiVersion", "2010-04-01"),
    ];
    let answer = webhook::send(network, &url, Method::Post, &parameters).await;
    let replies = answer.and_then(|answer| replies(&String::from_utf8_lossy(answer.body())));
    match replies {
        Ok(replies) if !replies.is_empty() && is_blocked(network, to, from) => {
            let reason = "a text was answered whose sender has opted out".to_owned();
            network.refuse(None, &TwimlError { code: 21610, reason });
        }
        Ok(replies) => replies.iter().for_each(|body| {
            send(network, to, from, body, true);
        }),
        Err(error) => network.refuse(None, &error),
    }
}

/// The messages of a messaging document; an empty answer is none.
fn replies(text: &str) -> Result<Vec<String>, TwimlError> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let broken = || TwimlError { code: 12100, reason: "the answer to a text is no document".into() };
    let tree = roxmltree::Document::parse(text).map_err(|_| broken())?;
    let root = tree.root_element();
    if root.tag_name().name() != "Response" {
        return Err(broken());
    }
    root.children()
        .filter(|child| child.is_element() || child.text().is_some_and(|text| !text.trim().is_empty()))
        .map(|child| {
            let plain = child.has_tag_name("Message")
                && child.attributes().len() == 0
                && child.children().all(|part| !part.is_element());
            let body = child.text().map(str::trim).filter(|text| plain && !text.is_empty());
            body.map(str::to_owned).ok_or_else(|| TwimlError::schema("only <Message> with text may answer a text"))
        })
        .collect()
}
