//! Names of systems that a caller can say, and that say which system is meant.

use crate::triage::plain_words;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Words that name no system by themselves.
static EMPTY: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("../../rules/empty_names.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).collect()
});
/// Numbers that are as good as a word: "Office 365".
const NAMES_IN_DIGITS: [&str; 1] = ["365"];

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unusable {
    /// No recogniser of English or Spanish writes it.
    CannotBeSaid,
    /// Every sentence has such words, or none.
    SaysNothing,
}

/// Whether planned work can be on a system of this name.
pub(super) fn usable(name: &str) -> Result<(), Unusable> {
    let words = plain_words(name);
    let letters = |word: &String| word.contains(|sign: char| sign.is_ascii_alphabetic());
    let foreign = |word: &String| word.contains(|sign: char| sign.is_alphabetic() && !sign.is_ascii());
    if words.iter().any(foreign) || !words.iter().any(letters) {
        return Err(Unusable::CannotBeSaid);
    }
    let names =
        |word: &String| letters(word) && !EMPTY.contains(word.as_str()) || NAMES_IN_DIGITS.contains(&word.as_str());
    if words.iter().any(names) { Ok(()) } else { Err(Unusable::SaysNothing) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_says_which_system_is_meant_is_taken() {
        for name in [
            "file server",
            "server",
            "the server",
            "shared drive",
            "X: drive",
            "servidor de archivos",
            "impresora",
            "Office 365",
            "3CX",
            "VPN",
            "RDS-02",
            "office printer",
            "site to site VPN",
            "web site of the company",
            "Dentrix",
            "teléfonos",
            "el correo",
            "print server",
        ] {
            assert_eq!(usable(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn a_name_that_every_sentence_has_is_none() {
        for name in [
            "the",
            "is",
            "it",
            "office",
            "the office",
            "our building",
            "site 2",
            "work",
            "working",
            "down",
            "the system",
            "everything",
            "la oficina",
            "todo",
            "no funciona",
            "esta",
        ] {
            assert_eq!(usable(name), Err(Unusable::SaysNothing), "{name}");
        }
    }

    #[test]
    fn a_name_that_cannot_be_said_in_english_or_spanish_is_none() {
        for name in ["东京", "сервер", "東京 server", "365", "12", "...", ""] {
            assert_eq!(usable(name), Err(Unusable::CannotBeSaid), "{name}");
        }
    }
}
