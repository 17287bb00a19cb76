//! What is posted: an Adaptive Card in the envelope that Teams' Workflows take, or plain JSON.
//!
//! The card keeps to version 1.4, which Teams shows on telephones, too: <https://adaptivecards.io/explorer>. Teams
//! reads Markdown in a `TextBlock`; so each of its marks is escaped, and no word of a caller becomes a link.

use serde::Serialize;

/// Longest message that is posted, in bytes; Teams refuses more than 28 KB.
pub const CARD_BYTES_MAX: usize = 28 * 1024;
/// Longest subject, in characters.
const SUBJECT_CHARS_MAX: usize = 200;
/// Longest body, in characters: escaped, and at four bytes each, it stays below [`CARD_BYTES_MAX`].
const BODY_CHARS_MAX: usize = 3_000;

/// What is to be told. No `Debug`: it holds words.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    /// Which case, as the ticket's key names it; none for a notice about something else.
    pub case: Option<&'a str>,
    /// Who is paged; none: everybody who reads there.
    pub technician: Option<&'a str>,
    /// One line.
    pub subject: &'a str,
    /// The rest.
    pub body: &'a str,
    /// Where it can be accepted in a browser.
    pub link: Option<&'a str>,
}

/// A message to Teams' Workflows.
#[derive(Serialize)]
pub struct Card {
    #[serde(rename = "type")]
    kind: &'static str,
    attachments: [Attachment; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Attachment {
    content_type: &'static str,
    content: Content,
}

#[derive(Serialize)]
struct Content {
    #[serde(rename = "$schema")]
    schema: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    version: &'static str,
    body: Vec<TextBlock>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    actions: Vec<OpenUrl>,
}

#[derive(Serialize)]
struct TextBlock {
    #[serde(rename = "type")]
    kind: &'static str,
    text: String,
    wrap: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<&'static str>,
}

#[derive(Serialize)]
struct OpenUrl {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    url: String,
}

/// The plain message; a field that is not there is null.
#[derive(Serialize)]
pub struct Plain<'a> {
    /// The key under which a repetition can be recognised.
    id: &'a str,
    tenant: &'a str,
    case: Option<&'a str>,
    technician: Option<&'a str>,
    subject: String,
    body: String,
    link: Option<&'a str>,
}

impl Card {
    /// The card: the subject in bold, a block for each line of the body, a button that opens the link.
    ///
    /// Pure. Keeps Teams' limit for any words.
    pub fn of(told: &Told<'_>) -> Card {
        let block = |text: String, weight| TextBlock { kind: "TextBlock", text, wrap: true, weight };
        let subject = plain(&cut(told.subject, SUBJECT_CHARS_MAX));
        let mut body = vec![block(if subject.is_empty() { "NightDesk".to_owned() } else { subject }, Some("bolder"))];
        let kept = cut(told.body, BODY_CHARS_MAX);
        // An empty TextBlock is not shown, and a thousand of them are no message.
        let lines = kept.lines().map(plain).filter(|line| !line.is_empty()).take(LINES_MAX);
        body.extend(lines.map(|line| block(line, None)));
        let open = |link: &str| OpenUrl { kind: "Action.OpenUrl", title: "Accept", url: link.to_owned() };
        let content = Content {
            schema: "http://adaptivecards.io/schemas/adaptive-card.json",
            kind: "AdaptiveCard",
            version: "1.4",
            body,
            actions: told.link.map(open).into_iter().collect(),
        };
        Card {
            kind: "message",
            attachments: [Attachment { content_type: "application/vnd.microsoft.card.adaptive", content }],
        }
    }
}

/// Most lines of a card.
const LINES_MAX: usize = 40;

impl<'a> Plain<'a> {
    /// The plain message, as it is: whoever takes it escapes what it must.
    pub fn of(id: &'a str, tenant: &'a str, told: &Told<'a>) -> Plain<'a> {
        Plain {
            id,
            tenant,
            case: told.case,
            technician: told.technician,
            subject: cut(told.subject, SUBJECT_CHARS_MAX),
            body: cut(told.body, BODY_CHARS_MAX),
            link: told.link,
        }
    }
}

fn cut(text: &str, chars_max: usize) -> String {
    match text.trim() {
        all if all.chars().count() <= chars_max => all.to_owned(),
        long => long.chars().take(chars_max.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// A line in which nothing is Markdown: each mark stands behind a backslash, an address loses its colon, and what
/// begins a list, a quotation or a heading is a mark, too.
fn plain(line: &str) -> String {
    let line = line.trim().trim_start_matches(['>', '#', '-', '+', '=']).trim_start();
    let mut text = String::with_capacity(line.len());
    let mut chars = line.chars().filter(|c| !c.is_control()).peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '<' | '>' | '#' | '|' | '~' | '!' => {
                text.extend(['\\', c]);
            }
            ':' if chars.peek() == Some(&'/') => text.push('꞉'),
            // Text functions of cards: `{{DATE(…)}}` is covered by the braces.
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn told<'a>(body: &'a str, link: Option<&'a str>) -> Told<'a> {
        Told { case: Some("CA1"), technician: Some("alex"), subject: "Acme Dental, Critical", body, link }
    }

    fn card(told: &Told<'_>) -> Value {
        serde_json::to_value(Card::of(told)).unwrap()
    }

    #[test]
    fn a_card_stands_in_the_envelope_that_teams_takes() {
        let card = card(&told("our server is down\nCaller: Dana", Some("https://desk.example/ack/1")));
        let block = |text: &str| json!({"type": "TextBlock", "text": text, "wrap": true});
        let mut title = block("Acme Dental, Critical");
        title["weight"] = "bolder".into();
        let expected = json!({
            "type": "message",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": [title, block("our server is down"), block("Caller: Dana")],
                    "actions": [{"type": "Action.OpenUrl", "title": "Accept", "url": "https://desk.example/ack/1"}],
                },
            }],
        });
        assert_eq!(card, expected);
    }

    #[test]
    fn words_of_a_caller_are_shown_and_do_nothing() {
        let card = card(&told("> [pay](https://evil.example) **now** {{DATE(x)}} <at>all</at>", None));
        let body = &card["attachments"][0]["content"]["body"];
        let shown = r"\[pay\]\(https꞉//evil.example\) \*\*now\*\* \{\{DATE\(x\)\}\} \<at\>all\</at\>";
        assert_eq!(body[1]["text"], shown);
    }

    #[test]
    fn any_words_keep_the_limit() {
        for words in ["*🚨".repeat(20_000), "\n".repeat(20_000), "a\n".repeat(20_000), String::new()] {
            let told = Told { subject: &words, body: &words, ..told("", None) };
            assert!(serde_json::to_vec(&Card::of(&told)).unwrap().len() < CARD_BYTES_MAX);
            assert!(serde_json::to_vec(&Plain::of("1", "t", &told)).unwrap().len() < CARD_BYTES_MAX);
            assert_ne!(card(&told)["attachments"][0]["content"]["body"][0]["text"], "");
        }
    }
}
