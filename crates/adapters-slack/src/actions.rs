//! What was promised in a conversation, as a message.

use crate::blocks::{BLOCKS_MAX, Block, Message, Text};
use crate::text::quoted;
use nightdesk_domain::triage::{Action, Evidence};

/// Most promises shown: each takes two blocks, beside the header and the line that counts the others.
const ACTIONS_MAX: usize = (BLOCKS_MAX - 2) / 2;
/// The longest quotation of who, what or when; a field has room for more, a reader has not.
const PART_MAX: usize = 200;
/// The longest quotation of a whole promise.
const PROMISE_MAX: usize = 500;

/// The message: a header, and for each promise a section (the work, by whom, what, when if it was said) and the words
/// in small print. Where nothing was promised, the header says so and nothing follows.
///
/// Pure. Keeps Slack's limits for any number of promises and any words; promises after the 24th are counted only.
pub fn actions_message(actions: &[Action]) -> Message {
    let title = match actions.len() {
        0 => "Promised in this call: nothing".to_owned(),
        some => format!("Promised in this call: {some}"),
    };
    let mut blocks = vec![Block::Header { text: Text::plain(title.as_str()) }];
    blocks.extend(actions.iter().take(ACTIONS_MAX).flat_map(|action| [section(action), words(action)]));
    if let more @ 1.. = actions.len().saturating_sub(ACTIONS_MAX) {
        blocks.push(Block::Context { elements: vec![Text::mrkdwn(format!("and {more} more"))] });
    }
    Message { text: title, blocks }
}

fn section(action: &Action) -> Block {
    let part = |label: &str, evidence: &Evidence| field(label, &quoted(evidence.words.reveal(), PART_MAX));
    let by = match &action.who {
        Some(who) => part("By", who),
        None => field("By", action.said_by.title()),
    };
    let mut fields = vec![field("Work", action.kind.title()), by, part("What", &action.what)];
    fields.extend(action.when.as_ref().map(|when| part("When", when)));
    Block::Section { fields }
}

/// The label stands first, so that no words begin a line, where `>` would quote even as an entity.
fn field(label: &str, value: &str) -> Text {
    Text::mrkdwn(format!("*{label}* {value}"))
}

fn words(action: &Action) -> Block {
    let said = quoted(action.evidence.words.reveal(), PROMISE_MAX);
    Block::Context { elements: vec![Text::mrkdwn(format!("{} said: {said}", action.said_by.title()))] }
}
