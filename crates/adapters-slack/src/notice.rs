//! A notice to the people on call, a page with the buttons that accept it, and what is left of a page once it is over.

use crate::blocks::{Block, Button, HEADER_MAX, Message, TEXT_MAX, Text};
use crate::briefing::briefing_message;
use crate::text::{lines, one_line};
use nightdesk_domain::case::Briefing;
use nightdesk_domain::effect::Alert;
use nightdesk_domain::ids::CaseId;

/// The minutes to arrival that are offered with the acceptance.
pub const MINUTES: [u32; 4] = [5, 15, 30, 60];

/// A page as it is shown. No `Debug`: it holds words.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    /// The case.
    pub case: &'a CaseId,
    /// Which page of the case.
    pub page: u32,
    /// One line.
    pub subject: &'a str,
    /// The briefing as text.
    pub body: &'a str,
    /// The briefing itself, shown in place of the text; none in a drill.
    pub briefing: Option<&'a Briefing>,
    /// Where it can be accepted in a browser.
    pub link: Option<&'a str>,
}

/// A notice: a header and its lines.
///
/// Pure. Keeps Slack's limits for any words.
pub fn alert_message(alert: &Alert) -> Message {
    let (subject, body) = (alert.subject.reveal(), alert.body.reveal());
    Message { text: one_line(subject, HEADER_MAX), blocks: told(subject, body) }
}

/// A page: a header, the briefing, a button for each choice of minutes, and the link in small print.
///
/// Pure. Keeps Slack's limits for any words.
pub fn page_message(page: &Page<'_>) -> Message {
    let mut blocks = match page.briefing {
        Some(briefing) => briefing_message(briefing).blocks,
        None => told(page.subject, page.body),
    };
    let button = |minutes: u32| Button {
        text: Text::plain(format!("I have it, {minutes} min")),
        action_id: format!("accept-{minutes}"),
        value: format!("{}/{}/{minutes}", page.case, page.page),
    };
    blocks.push(Block::Actions { elements: MINUTES.map(button).into() });
    if let Some(link) = page.link.filter(|link| is_plain(link)) {
        let text = Text::mrkdwn(format!("<{link}|Accept in the browser>"));
        blocks.push(Block::Context { elements: vec![text] });
    }
    Message { text: one_line(page.subject, HEADER_MAX), blocks }
}

/// What stands in the place of a page that was accepted: who has it, and no button.
pub fn settled_message(told: &str) -> Message {
    let text = one_line(told, TEXT_MAX);
    Message { text: text.clone(), blocks: vec![Block::Lines { text: Text::mrkdwn(text) }] }
}

fn told(subject: &str, body: &str) -> Vec<Block> {
    let mut blocks = vec![Block::Header { text: Text::plain(headline(subject)) }];
    let body = lines(body, TEXT_MAX);
    if !body.is_empty() {
        blocks.push(Block::Lines { text: Text::mrkdwn(body) });
    }
    blocks
}

/// Slack refuses an empty header.
fn headline(subject: &str) -> String {
    match one_line(subject, HEADER_MAX) {
        empty if empty.is_empty() => "NightDesk".to_owned(),
        text => text,
    }
}

/// Whether an address of ours can stand in Slack's markup as it is.
fn is_plain(link: &str) -> bool {
    let known = |b: u8| b.is_ascii_alphanumeric() || b":/.-_~?=%&@[]".contains(&b);
    (link.starts_with("https://") || link.starts_with("http://")) && link.bytes().all(known)
}
