//! Speech that is flagged and speech that is not.

use super::super::spotting::check_file;
use super::*;

#[test]
fn the_rules_are_sound() {
    check_file(&BOOK, &[]);
}
