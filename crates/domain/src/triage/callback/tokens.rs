//! Text as the parser of times sees it: words and numbers, with their senses, and where they stood.
//!
//! Unlike the words of the other rules, these keep what stood before a number: "9:30", "3-4", "$50", "10.0.0.5".

use super::lexicon::{Key, PHRASES, Part, Senses};
use crate::triage::normalise::fold;
use crate::triage::phrases::{UNKNOWN, WordId};

/// A word, a phrase of the rule file, or a number in digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    /// The word by itself.
    word: WordId,
    pub(super) senses: &'static Senses,
    /// Whether a time may begin here.
    pub(super) begins: bool,
    /// Whether it names something of time by itself.
    pub(super) anchors: bool,
    /// Whether the rule file knows it.
    pub(super) known: bool,
    /// How many digits; 0 for words.
    pub(super) digits: usize,
    /// The number in digits; at most [`u32::MAX`].
    pub(super) value: u32,
    /// The last sign between this and the token before, or a blank.
    pub(super) before: char,
    /// Whether nothing but signs stands between this and the token before.
    pub(super) glued: bool,
    /// Whether a sentence ended just before.
    pub(super) breaks: bool,
    /// The letter, where it is one letter alone.
    pub(super) letter: char,
    /// The sign directly after, or a blank.
    pub(super) after: char,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token {
    /// Stands where no token is.
    pub(super) const NOTHING: Self = Self {
        word: UNKNOWN,
        senses: Senses::NONE,
        begins: false,
        anchors: false,
        known: false,
        digits: 0,
        value: 0,
        before: ' ',
        glued: false,
        breaks: false,
        letter: ' ',
        after: ' ',
        start: 0,
        end: 0,
    };

    pub(super) fn is(&self, key: Key) -> bool {
        self.senses.is(key)
    }

    /// The number that this token says by itself.
    pub(super) fn number(&self) -> Option<u32> {
        if self.digits > 0 { Some(self.value) } else { self.senses.number }
    }
}

/// The tokens of a text, phrases put together.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = split(text);
    let (mut from, mut to) = (0, 0);
    while let Some(mut token) = tokens.get(from).copied() {
        let word = |ahead: usize| tokens.get(from + ahead).map_or(UNKNOWN, |token| token.word);
        let mut length = 1;
        let mut found = PHRASES.longest(token.word, word);
        let mid = |part: Option<Part>| matches!(part, Some(Part::MidMorning | Part::MidAfternoon));
        if found.is_some_and(|(_, phrase)| mid(phrase.senses.part)) && ends_with_hour(tokens.get(..to)) {
            // "diez y media mañana" is half past ten, not mid-morning.
            found = PHRASES.longest(token.word, |_| UNKNOWN);
        }
        if let Some((words, phrase)) = found {
            length = words;
            token.senses = &phrase.senses;
            (token.known, token.begins, token.anchors) = (true, phrase.begins, phrase.anchors);
        }
        if length > 1 {
            token.digits = 0;
            token.letter = ' ';
            if let Some(last) = tokens.get(from + length - 1) {
                (token.end, token.after) = (last.end, last.after);
            }
        }
        if let Some(place) = tokens.get_mut(to) {
            *place = token;
        }
        (from, to) = (from + length, to + 1);
    }
    tokens.truncate(to);
    tokens
}

/// Whether the last words are a number and "y".
fn ends_with_hour(tokens: Option<&[Token]>) -> bool {
    matches!(tokens, Some([.., hour, and]) if and.letter == 'y' && hour.number().is_some())
}

#[derive(PartialEq, Clone, Copy)]
enum Kind {
    None,
    Letters,
    Digits,
}

/// Words and numbers, each looked up without its case and accents.
fn split(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 4 + 1);
    let mut folded = String::new();
    let finish = |tokens: &mut Vec<Token>, folded: &mut String| {
        if let Some(token) = tokens.last_mut() {
            token.word = PHRASES.id(folded);
            if folded.len() == 1 {
                token.letter = folded.chars().next().unwrap_or(' ');
            }
        }
        folded.clear();
    };
    let (mut kind, mut sign, mut glued, mut breaks) = (Kind::None, ' ', false, false);
    for (at, c) in text.char_indices() {
        let now = match c {
            'a'..='z' | 'A'..='Z' => Kind::Letters,
            '0'..='9' => Kind::Digits,
            '\'' | '\u{2019}' | '\u{2bc}' | '`' | '\u{300}'..='\u{36f}' => continue,
            c if !c.is_ascii() && c.is_alphanumeric() => Kind::Letters,
            _ => Kind::None,
        };
        if now != kind && kind != Kind::None {
            finish(&mut tokens, &mut folded);
        }
        if now == Kind::None {
            if kind != Kind::None {
                (sign, glued) = (' ', true);
                if let Some(last) = tokens.last_mut() {
                    last.after = c;
                }
            }
            kind = now;
            if c.is_whitespace() {
                breaks |= matches!(sign, '.' | '!' | '?' | ';') || c == '\n';
                glued = false;
            } else {
                sign = if matches!(c, '\u{2013}' | '\u{2014}') { '-' } else { c };
            }
            continue;
        }
        if now != kind {
            // Between a digit and a letter there is no sign: "9am".
            let (before, joined) = if kind == Kind::None { (sign, glued) } else { (' ', true) };
            tokens.push(Token {
                before,
                glued: joined && !tokens.is_empty(),
                breaks,
                start: at,
                begins: now == Kind::Digits,
                anchors: now == Kind::Digits,
                ..Token::NOTHING
            });
            (kind, sign, glued, breaks) = (now, ' ', false, false);
        }
        let Some(token) = tokens.last_mut() else { continue };
        if now == Kind::Digits {
            token.digits += 1;
            token.value = token.value.saturating_mul(10).saturating_add(c.to_digit(10).unwrap_or(0));
        }
        if c.is_ascii() {
            folded.push(c.to_ascii_lowercase());
        } else {
            folded.extend(c.to_lowercase().map(fold).filter(|c| c.is_alphanumeric()));
        }
        token.end = at + c.len_utf8();
    }
    if kind != Kind::None {
        finish(&mut tokens, &mut folded);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_signs_and_letters_part_from_digits() {
        let seen = |text: &str| tokens(text).iter().map(|t| (t.value, t.before, t.glued)).collect::<Vec<_>>();
        assert_eq!(seen("9:30"), [(9, ' ', false), (30, ':', true)]);
        assert_eq!(seen("9am"), [(9, ' ', false), (0, ' ', true)]);
        assert_eq!(seen("3 - 4"), [(3, ' ', false), (4, '-', false)]);
    }

    #[test]
    fn the_longest_phrase_counts_and_keeps_its_place() {
        let text = "Call the day after Tomorrow, p.m.";
        let all = tokens(text);
        assert_eq!(all.len(), 3);
        assert_eq!(&text[all[1].start..all[1].end], "the day after Tomorrow");
        assert_eq!(all[1].senses.day, Some(2));
    }
}
