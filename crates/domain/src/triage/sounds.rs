//! Words that a recogniser mangled: a long word that no rule knows is read as the one long word of the rules
//! from which a single letter tells it apart.
//!
//! Every word of the rules is stored under itself and under each form with one letter missing; a heard word is
//! looked up the same way. So one look-up per missing letter finds everything at a distance of one, however many
//! words the rules have.

use super::word_map::WordMap;
use std::collections::{BTreeMap, BTreeSet};

/// Shorter words are too easily other words.
const LETTERS_MIN: usize = 7;
/// Longer ones are no words.
const LETTERS_MAX: usize = 24;

/// Common words a letter away from a word of the rules, of which a test of the language data would complain.
const COMMON: &str = include_str!("../../rules/common.txt");
/// Words that tell of moods and attacks are meant as said, too.
const OTHER_RULES: [&str; 2] = [include_str!("../../rules/mood.txt"), include_str!("../../rules/flags.txt")];

/// The words of the rules, by their forms with a letter missing.
#[derive(Debug, Default)]
pub(super) struct Sounds {
    /// Everything known by itself: never read as something else.
    known: WordMap<()>,
    /// Form to word; none where two words share it.
    forms: WordMap<Option<String>>,
}

impl Sounds {
    /// From the phrases of the rules, as they are searched for.
    pub(super) fn new<'a>(phrases: impl Iterator<Item = &'a str>) -> Self {
        // Sorted first: the phrases have far more words than different ones.
        let mut words: Vec<&str> = phrases.flat_map(str::split_whitespace).collect();
        words.sort_unstable();
        words.dedup();
        let mut known: BTreeSet<String> = words.into_iter().map(str::to_owned).collect();
        let mut forms: BTreeMap<String, Option<String>> = BTreeMap::new();
        for word in known.iter().filter(|word| long(word)) {
            for form in shortened(word).chain([word.clone()]) {
                let entry = forms.entry(form).or_insert_with(|| Some(word.clone()));
                if entry.as_deref() != Some(word) {
                    *entry = None;
                }
            }
        }
        let common = COMMON.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
        known.extend(common.map(|word| super::normalise::stem(word).to_owned()));
        let others = OTHER_RULES.iter().flat_map(|file| file.split(|c: char| !c.is_alphanumeric()));
        known.extend(others.filter(|word| long(word)).map(|word| super::normalise::stem(word).to_owned()));
        Self { known: known.into_iter().map(|word| (word, ())).collect(), forms: forms.into_iter().collect() }
    }

    /// The word of the rules that a stem was meant to be, if it is none itself and exactly one is near.
    pub(super) fn meant(&self, heard: &str) -> Option<&str> {
        if !long(heard) || self.known.contains(heard) {
            return None;
        }
        let near = |form: &str| self.forms.get(form).and_then(Option::as_deref);
        near(heard).or_else(|| shortened(heard).find_map(|form| near(&form).filter(|word| close(word, heard))))
    }
}

fn long(word: &str) -> bool {
    (LETTERS_MIN..=LETTERS_MAX).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase())
}

fn shortened(word: &str) -> impl Iterator<Item = String> {
    (0..word.len()).map(|at| [&word[..at], &word[at + 1..]].concat())
}

/// Whether a single letter was changed, lost or added; two words with one letter missing each may differ by two.
fn close(a: &str, b: &str) -> bool {
    let before = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let after = a.bytes().rev().zip(b.bytes().rev()).take_while(|(a, b)| a == b).count();
    before + after + 1 >= a.len().max(b.len()) && a.len().abs_diff(b.len()) <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_wrong_in_a_long_word_is_forgiven() {
        let sounds = Sounds::new([" ransomware ", " printer is jammed ", " server "].into_iter());
        assert_eq!(sounds.meant("ransomwere"), Some("ransomware"));
        assert_eq!(sounds.meant("ransomwar"), Some("ransomware"));
        assert_eq!(sounds.meant("prrinter"), Some("printer"));
        assert_eq!(sounds.meant("sever"), None, "short words are other words");
        assert_eq!(sounds.meant("printer"), None, "known words are meant as said");
        assert_eq!(sounds.meant("randomwere"), None, "two letters wrong");
    }
}
