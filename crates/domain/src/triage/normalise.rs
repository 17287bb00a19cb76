//! Words as the rules see them: lower case, no accents, no punctuation, one spelling for what recognisers spell
//! in many ways; each word remembers where in the caller's own text it stood.

use super::rules::book;
use super::word_map::WordMap;
use super::{Reason, Span};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

/// One word of a caller.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// Lower case, accents folded, apostrophes dropped.
    pub(super) plain: String,
    /// Where it stood in [`Words::source`].
    pub(super) source: Range<usize>,
    /// Which of the caller's turns it belongs to.
    pub(super) turn: usize,
}

/// A caller's turns as words.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    /// The words in order.
    pub(super) words: Vec<Word>,
    /// Every word's stem between blanks, with a blank at both ends: what phrases are searched in.
    pub(super) text: String,
    /// For each word, the offset in `text` of the blank before it.
    pub(super) offsets: Vec<usize>,
    source: String,
    /// Where each turn begins in `source`.
    bases: Vec<usize>,
}

impl Words {
    /// The words of some turns as they stand.
    pub(super) fn new(turns: &[&str]) -> Self {
        Self::read(turns, |_| None)
    }

    /// The words of a caller: what a recogniser mangled by a letter is searched for as what was meant.
    pub(super) fn heard(turns: &[&str]) -> Self {
        let sounds = &book().sounds;
        Self::read(turns, |stem| sounds.meant(stem))
    }

    fn read<'a>(turns: &[&str], meant: impl Fn(&str) -> Option<&'a str>) -> Self {
        let mut source = String::new();
        let mut bases = Vec::with_capacity(turns.len());
        let mut words = Vec::new();
        for (turn, text) in turns.iter().enumerate() {
            let base = source.len();
            bases.push(base);
            source.push_str(text);
            source.push('\n');
            let mut of_turn = split(text, base, turn);
            respell(&mut of_turn);
            words.append(&mut of_turn);
        }
        let mut text = String::from(" ");
        let mut offsets = Vec::with_capacity(words.len());
        for word in &words {
            offsets.push(text.len() - 1);
            let stem = stem(&word.plain);
            text.push_str(meant(stem).unwrap_or(stem));
            text.push(' ');
        }
        Self { words, text, offsets, source, bases }
    }

    /// A rule and the words that fired it.
    pub(super) fn reason(&self, rule: &str, range: Range<usize>) -> Reason {
        Reason { span: self.span(&range), ..Reason::new(rule, self.spoken(range)) }
    }

    /// Where some words stand in the caller's own text; of words of several turns, those of the first.
    pub(super) fn span(&self, range: &Range<usize>) -> Option<Span> {
        let first = self.words.get(range.start)?;
        let base = *self.bases.get(first.turn)?;
        let within = self.words.get(range.clone()).unwrap_or_default();
        let last = within.iter().rev().find(|word| word.turn == first.turn)?;
        Some(Span { turn: first.turn, start: first.source.start - base, end: last.source.end - base })
    }

    /// The caller's own spelling of some words.
    pub(super) fn spoken(&self, range: Range<usize>) -> &str {
        let last = range.end.min(self.words.len()).checked_sub(1);
        match (self.words.get(range.start), last.and_then(|last| self.words.get(last))) {
            (Some(first), Some(last)) if first.source.start <= last.source.end => {
                self.source.get(first.source.start..last.source.end).unwrap_or_default()
            }
            _ => "",
        }
    }

    /// How many turns there are.
    pub(super) fn turns(&self) -> usize {
        self.bases.len()
    }

    /// The caller's own words of a turn.
    pub(super) fn turn_text(&self, turn: usize) -> &str {
        let start = self.bases.get(turn).copied().unwrap_or(self.source.len());
        let end = self.bases.get(turn + 1).copied().unwrap_or(self.source.len());
        self.source.get(start..end).unwrap_or_default()
    }

    /// The folded word at a position; empty past the end.
    pub(super) fn at(&self, index: usize) -> &str {
        self.words.get(index).map_or("", |word| word.plain.as_str())
    }

    /// The stem of the word at a position; empty past the end.
    pub(super) fn stem(&self, index: usize) -> &str {
        let Some(blank) = self.offsets.get(index) else { return "" };
        let end = self.offsets.get(index + 1).copied().unwrap_or(self.text.len() - 1);
        self.text.get(blank + 1..end).unwrap_or_default()
    }

    /// The turn of the word at a position; none past the end.
    pub(super) fn turn(&self, index: usize) -> Option<usize> {
        self.words.get(index).map(|word| word.turn)
    }

    /// Whether two words may belong to one statement: they are of one turn, or of neighbours one of which is too
    /// short to stand alone ("the server" / "it's down").
    pub(super) fn together(&self, one: usize, other: usize) -> bool {
        const FRAGMENT_WORDS_MAX: usize = 3;
        let (Some(one), Some(other)) = (self.turn(one), self.turn(other)) else { return false };
        let fragment = |turn: usize| {
            let from = self.words.partition_point(|word| word.turn < turn);
            self.turn(from + FRAGMENT_WORDS_MAX) != Some(turn)
        };
        one == other || one.abs_diff(other) == 1 && (fragment(one) || fragment(other))
    }

    /// The word that starts after a blank at an offset of `text`.
    pub(super) fn index_at(&self, offset: usize) -> usize {
        self.offsets.partition_point(|start| *start < offset)
    }
}

/// A phrase of a rule as it is searched for: stems between blanks, a blank at both ends.
pub(super) fn phrase(text: &str) -> String {
    Words::new(&[text]).text
}

/// The words of a text, lower case and without accents, as a caller's are.
pub(crate) fn plain_words(text: &str) -> Vec<String> {
    split(text, 0, 0).into_iter().map(|word| word.plain).collect()
}

fn split(text: &str, base: usize, turn: usize) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut plain = String::new();
    let mut start = 0;
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if matches!(c, '\'' | '\u{2019}' | '\u{2bc}' | '`') || ('\u{300}'..='\u{36f}').contains(&c) {
            continue;
        }
        if c.is_alphanumeric() {
            if plain.is_empty() {
                start = at;
            }
            c.to_lowercase().map(fold).filter(|c| c.is_alphanumeric()).for_each(|c| plain.push(c));
            end = at + c.len_utf8();
        } else if !plain.is_empty() {
            words.push(Word { plain: std::mem::take(&mut plain), source: base + start..base + end, turn });
        }
    }
    if !plain.is_empty() {
        words.push(Word { plain, source: base + start..base + end, turn });
    }
    words
}

/// A letter without its accent, for the letters that Spanish and its neighbours use.
pub(super) fn fold(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        c => c,
    }
}

/// The word without a plural or possessive s; the same is done to rules and speech, so it need not be a word.
pub(super) fn stem(word: &str) -> &str {
    const KEPT: [&str; 5] = ["teams", "windows", "news", "sales", "hours"];
    let keeps = word.len() < 4
        || !word.is_ascii()
        || KEPT.contains(&word)
        || ["ss", "us", "is", "as"].iter().any(|end| word.ends_with(end));
    if keeps { word } else { word.strip_suffix('s').unwrap_or(word) }
}

/// Words as heard, and as meant.
type Spelling = (Vec<&'static str>, Vec<&'static str>);

/// First word heard, then (all words heard, words meant), the longest first.
static SPELLINGS: LazyLock<WordMap<Vec<Spelling>>> = LazyLock::new(|| {
    let mut spellings: BTreeMap<String, Vec<Spelling>> = BTreeMap::new();
    for line in include_str!("../../rules/spellings.txt").lines().filter(|line| !line.starts_with('#')) {
        let Some((heard, meant)) = line.split_once('=') else { continue };
        let meant: Vec<&str> = meant.split_whitespace().collect();
        for heard in heard.split(',') {
            let heard: Vec<&str> = heard.split_whitespace().collect();
            if let Some(first) = heard.first() {
                spellings.entry((*first).to_owned()).or_default().push((heard, meant.clone()));
            }
        }
    }
    spellings.values_mut().for_each(|list| list.sort_by_key(|(heard, _)| std::cmp::Reverse(heard.len())));
    spellings.into_iter().collect()
});

/// Writes "v p n" as "vpn" and so on.
fn respell(words: &mut Vec<Word>) {
    if words.iter().all(|word| !SPELLINGS.contains(&word.plain)) {
        return;
    }
    let mut done: Vec<Word> = Vec::with_capacity(words.len());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let fits = |heard: &[&str]| {
            heard.iter().enumerate().all(|(i, part)| words.get(at + i).is_some_and(|word| word.plain == *part))
        };
        let found = SPELLINGS.get(word.plain.as_str()).and_then(|list| list.iter().find(|(heard, _)| fits(heard)));
        let Some((heard, meant)) = found else {
            done.push(word.clone());
            at += 1;
            continue;
        };
        let end = words.get(at + heard.len() - 1).map_or(word.source.end, |last| last.source.end);
        let source = word.source.start..end;
        done.extend(meant.iter().map(|plain| Word { plain: (*plain).into(), source: source.clone(), turn: word.turn }));
        at += heard.len();
    }
    *words = done;
}

/// The number that a word says, in digits, English or Spanish; up to fifty-nine where it is a word.
pub(super) fn number(word: &str) -> Option<u32> {
    if word.bytes().all(|b| b.is_ascii_digit()) {
        return word.parse().ok();
    }
    Some(match word {
        "zero" | "cero" => 0,
        "one" | "una" | "un" | "uno" => 1,
        "two" | "dos" => 2,
        "three" | "tres" => 3,
        "four" | "cuatro" => 4,
        "five" | "cinco" => 5,
        "six" | "seis" => 6,
        "seven" | "siete" => 7,
        "eight" | "ocho" => 8,
        "nine" | "nueve" => 9,
        "ten" | "diez" => 10,
        "eleven" | "once" => 11,
        "twelve" | "doce" => 12,
        "thirteen" | "trece" => 13,
        "fourteen" | "catorce" => 14,
        "fifteen" | "quince" => 15,
        "sixteen" | "dieciseis" => 16,
        "seventeen" | "diecisiete" => 17,
        "eighteen" | "dieciocho" => 18,
        "nineteen" | "diecinueve" => 19,
        "twenty" | "veinte" => 20,
        "thirty" | "treinta" => 30,
        "forty" | "cuarenta" => 40,
        "fifty" | "cincuenta" => 50,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(said: &str, seen: &str) {
        assert_eq!(phrase(said).trim(), seen, "{said}");
    }

    #[test]
    fn case_accents_and_punctuation_do_not_matter() {
        check("¡El SERVIDOR no funcionó, mañana!", "el servidor no funciono manana");
        check("I can’t find it.", "i cant find it");
    }

    #[test]
    fn recognisers_spellings_become_one() {
        check("my v p n and out look", "my vpn and outlook");
        check("the sequel server", "the sql server");
        check("at 9 a.m.", "at 9 am");
    }

    #[test]
    fn evidence_is_in_the_callers_own_spelling() {
        let words = Words::new(&["Well, the Servér's DOWN!"]);
        assert_eq!(words.spoken(1..4), "the Servér's DOWN");
        assert_eq!(words.spoken(3..9), "DOWN");
        assert_eq!(words.spoken(9..12), "");
    }
}
