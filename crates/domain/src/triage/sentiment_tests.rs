//! Mood of sentences, and what must hold of any.

use super::super::spotting::check_file;
use super::*;

#[test]
fn the_rules_are_sound() {
    check_file(&RULES.book, &["negation", "no", "but", "more", "less"]);
}
