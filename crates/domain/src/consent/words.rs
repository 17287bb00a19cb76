//! The carrier's single words, and what a whole text asks for.

use super::free_text;

/// Words that end all texts to a number at the carrier when they are the whole text (Twilio, "Support for Opt-Out
/// Keywords"; CTIA, Messaging Principles and Best Practices 5.1.3).
pub const OPT_OUT_WORDS: [&str; 8] = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"];
/// Words that let texts through again.
pub const OPT_IN_WORDS: [&str; 3] = ["START", "YES", "UNSTOP"];
/// Words that the carrier answers with an explanation; they change nothing.
pub const HELP_WORDS: [&str; 2] = ["HELP", "INFO"];

/// What somebody wants of us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// No more texts.
    OptOut,
    /// Texts again.
    OptIn,
}

/// What a text asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// What is wanted.
    pub wish: Wish,
    /// Whether the carrier acts on it, too, and answers: the text is one of its words, and nothing else.
    pub carriers_word: bool,
}

/// What a text asks for; none if it is about something else. Where it asks for both, no more texts.
pub fn read(text: &str) -> Option<Said> {
    let word = text.trim();
    let is = |words: &[&str]| words.iter().any(|theirs| theirs.eq_ignore_ascii_case(word));
    let carriers = |wish| Some(Said { wish, carriers_word: true });
    if is(&OPT_OUT_WORDS) {
        return carriers(Wish::OptOut);
    }
    if is(&OPT_IN_WORDS) {
        return carriers(Wish::OptIn);
    }
    free_text::wish(text).map(|wish| Said { wish, carriers_word: false })
}

/// Whether words that were said on a call ask for no more texts. Texts must be named there: "stop" alone is said to
/// whoever speaks at that moment.
pub fn refuses_aloud(words: &str) -> bool {
    free_text::refuses_aloud(words)
}

/// What a text says beside its wish for no more texts, in lower case and without accents; empty if there is nothing.
pub fn beside_opt_out(text: &str) -> String {
    free_text::beside_opt_out(text)
}

/// Whether a word is one of the carrier's, in any case: none of them may be a command of ours.
pub fn is_carriers_word(word: &str) -> bool {
    let theirs = OPT_OUT_WORDS.iter().chain(&OPT_IN_WORDS).chain(&HELP_WORDS);
    theirs.into_iter().any(|theirs| theirs.eq_ignore_ascii_case(word.trim()))
}
