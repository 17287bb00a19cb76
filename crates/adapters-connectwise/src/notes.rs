//! What was promised in a conversation, as the text of an internal-analysis note.
//!
//! ConnectWise keeps a note as text and shows it as Markdown, while older clients and e-mailed copies show it raw. A
//! backslash would thus be seen where Markdown is not read, so what Markdown reads is replaced by a character that
//! looks alike instead. Quotation marks are ours: what stands between two of them was said, all else we say.

use crate::text::shorten;
use nightdesk_domain::triage::{Action, Evidence};

/// The longest quotation of what, who or when, in UTF-16 code units.
const PART_MAX: usize = 200;
/// The longest quotation of a whole promise, in UTF-16 code units.
const PROMISE_MAX: usize = 500;

/// The note's text: a heading, and below it one line for each promise with what, who, when if it was said, and the
/// words. Where nothing was promised, one line says so.
///
/// Pure. The result is made for `NoteOrder::text`, which the desk posts with `internalAnalysisFlag`.
pub fn actions_note(actions: &[Action]) -> String {
    if actions.is_empty() {
        return "Promised in this call: nothing.".into();
    }
    let mut note = format!("Promised in this call: {}", actions.len());
    for action in actions {
        note.push('\n');
        note.push_str(&line(action));
    }
    note
}

/// A list item, since Markdown would join plain lines into one paragraph.
fn line(action: &Action) -> String {
    let speaker = action.said_by.title();
    let who = action.who.as_ref().map_or_else(|| speaker.to_owned(), |who| quoted(who, PART_MAX));
    let when = action.when.as_ref().map(|when| format!("; when: {}", quoted(when, PART_MAX)));
    format!(
        "- {kind}, by {who}: {what}{when}; {speaker} said: {words}",
        kind = action.kind.title(),
        what = quoted(&action.what, PART_MAX),
        when = when.unwrap_or_default(),
        words = quoted(&action.evidence, PROMISE_MAX),
    )
}

/// Words in quotation marks, on one line, that neither end the quotation nor are read as Markdown.
fn quoted(evidence: &Evidence, limit: usize) -> String {
    let words = shorten(evidence.words.reveal(), limit);
    let mut plain = String::with_capacity(words.len() + 2);
    plain.push('"');
    let mut chars = words.chars().filter(|c| !turns_direction(*c)).peekable();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '"' => '\'',
            '*' => '∗',
            '_' => '＿',
            '`' => 'ˋ',
            '~' => '∼',
            '[' => '［',
            ']' => '］',
            '<' => '‹',
            '>' => '›',
            '|' => '｜',
            '\\' => '＼',
            // Nobody on the phone sends a link that should be clicked.
            ':' if chars.peek() == Some(&'/') => '꞉',
            c => c,
        });
    }
    plain.push('"');
    plain
}

/// Marks that let the rest of a line run the other way (Unicode, UAX #9): what we say would be turned with it.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
#[path = "notes_tests.rs"]
mod tests;
