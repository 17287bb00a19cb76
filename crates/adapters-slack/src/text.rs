//! Words of a conversation as a quotation in Slack's markup.
//!
//! `&`, `<` and `>` become entities, as Slack asks for: <https://docs.slack.dev/messaging/formatting-message-text>.
//! For `*`, `_`, `~`, `` ` `` and `:` there is no escape, so a character that looks alike stands for them.

use std::iter::Peekable;

/// What stands for the part that was cut off.
const ELLIPSIS: char = '…';

/// The words on one line in quotation marks, at most `limit` long with them.
///
/// The limit counts UTF-16 code units after escaping, the most that Slack may count. What is too long is cut between
/// two characters, never within an entity, and marked with an ellipsis. Time is bounded by the limit, and by the
/// blanks and marks that are skipped.
pub(crate) fn quoted(words: &str, limit: usize) -> String {
    let mut text = String::from('“');
    append(&mut text, words, limit.saturating_sub(2));
    text.push('”');
    text
}

/// The words on one line without quotation marks, for a header.
pub(crate) fn one_line(words: &str, limit: usize) -> String {
    let mut text = String::new();
    append(&mut text, words, limit);
    text
}

/// The words line by line, at most `limit` long; what is too long is cut off, and marked with an ellipsis.
pub(crate) fn lines(words: &str, limit: usize) -> String {
    let mut text = String::new();
    for line in words.trim().lines() {
        let used = text.encode_utf16().count();
        if used + 2 > limit {
            break;
        }
        if used > 0 {
            text.push('\n');
        }
        // Where a line begins, `>` would quote even as an entity.
        let line = line.trim_start_matches(|c: char| c == '>' || c.is_whitespace());
        if !append(&mut text, line, limit - used - 1) {
            break;
        }
    }
    text
}

/// Appends the words on one line, at most `room` long; tells whether all of them fitted.
fn append(text: &mut String, words: &str, room: usize) -> bool {
    let begin = text.len();
    // Units used, and the length of the text up to which an ellipsis still fits.
    let (mut used, mut cut) = (0, begin);
    let mut word = Word::default();
    let mut blank = false;
    let mut chars = words.chars().filter(|c| !turns_direction(*c)).peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() || c.is_control() {
            (blank, word) = (text.len() > begin, Word::default());
            continue;
        }
        let shown = word.shown(c, &mut chars);
        let gap = if std::mem::take(&mut blank) { " " } else { "" };
        used += gap.len() + shown.units();
        if used > room {
            text.truncate(cut);
            text.push(ELLIPSIS);
            return false;
        }
        text.push_str(gap);
        shown.push_to(text);
        if used < room {
            cut = text.len();
        }
    }
    true
}

/// Marks that let the rest of a line run the other way (Unicode, UAX #9): what we say would be turned with it.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A character as it is written.
enum Shown {
    Char(char),
    Entity(&'static str),
}

impl Shown {
    fn units(&self) -> usize {
        match self {
            Self::Char(c) => c.len_utf16(),
            Self::Entity(entity) => entity.len(),
        }
    }

    fn push_to(&self, text: &mut String) {
        match self {
            Self::Char(c) => text.push(*c),
            Self::Entity(entity) => text.push_str(entity),
        }
    }
}

/// What was seen of the word that is being written.
#[derive(Default)]
struct Word {
    last: Option<char>,
    colon: bool,
}

impl Word {
    fn shown(&mut self, c: char, rest: &mut Peekable<impl Iterator<Item = char>>) -> Shown {
        let begins = !self.last.replace(c).is_some_and(char::is_alphanumeric);
        Shown::Char(match c {
            '&' => return Shown::Entity("&amp;"),
            '<' => return Shown::Entity("&lt;"),
            '>' => return Shown::Entity("&gt;"),
            '*' => '∗',
            '_' => '＿',
            '~' => '∼',
            '`' => 'ˋ',
            // They would end the quotation.
            '“' | '”' => '"',
            // A second one would make an emoji of what is between, and one before a slash an address.
            ':' if std::mem::replace(&mut self.colon, true) || rest.peek() == Some(&'/') => '꞉',
            // "@here", "#general"; an address such as dana@acme.example stays.
            '@' if begins => '＠',
            '#' if begins => '＃',
            c => c,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_words_stay_as_they_are() {
        let words = "¿a las 9:30? it's dana@acme.example, 漢字 🚨 (room 4)";
        assert_eq!(quoted(words, 200), format!("“{words}”"));
    }

    #[test]
    fn control_characters_of_slack_become_entities() {
        assert_eq!(quoted("R&D <!here> <@U1|x> &lt;", 200), "“R&amp;D &lt;!here&gt; &lt;＠U1|x&gt; &amp;lt;”");
    }

    #[test]
    fn formatting_mentions_emoji_and_addresses_are_shown_and_do_nothing() {
        assert_eq!(quoted("*b* _i_ ~s~ ```c```", 200), "“∗b∗ ＿i＿ ∼s∼ ˋˋˋcˋˋˋ”");
        assert_eq!(quoted("@here (@channel) #general", 200), "“＠here (＠channel) ＃general”");
        assert_eq!(quoted(":fire: a:100:b 10:30:00", 200), "“:fire꞉ a:100꞉b 10:30꞉00”");
        assert_eq!(quoted("http://evil.example/x", 200), "“http꞉//evil.example/x”");
        assert_eq!(quoted("no” said “he", 200), "“no\" said \"he”");
    }

    #[test]
    fn all_is_on_one_line_and_runs_one_way() {
        assert_eq!(quoted(" \u{2028}a\r\n> b\t\u{202e}c\u{0} ", 200), "“a &gt; b c”");
    }

    #[test]
    fn what_is_too_long_is_cut_outside_of_an_entity() {
        assert_eq!(quoted("abcdef", 8), "“abcdef”");
        assert_eq!(quoted("abcdefg", 8), "“abcde…”");
        assert_eq!(quoted("abc&", 10), "“abc&amp;”");
        assert_eq!(quoted("abc&", 9), "“abc…”");
        assert_eq!(quoted("abcd 🚨🚨", 9), "“abcd…”");
        assert_eq!(quoted("abc", 0), "“…”");
    }

    #[test]
    fn lines_stay_lines_and_quote_nobody() {
        assert_eq!(lines("one\n\n > two *b*\n<!here>", 200), "one\n\ntwo ∗b∗\n&lt;!here&gt;");
        assert_eq!(lines("", 200), "");
        assert_eq!(one_line("a\nb :fire:", 200), "a b :fire꞉");
    }

    #[test]
    fn lines_keep_their_limit_whatever_they_hold() {
        for limit in 2..40 {
            let cut = lines("first line\n& second 🚨\nthird\n\nfifth", limit);
            assert!(cut.encode_utf16().count() <= limit, "{limit}: {cut}");
        }
    }
}
