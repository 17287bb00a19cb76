//! Promises found and not found, and what must hold of any conversation.

use super::super::spotting::check_file;
use super::*;

#[test]
fn the_rules_are_sound() {
    let named = ["doubt", "asked", "if", "you_did", "past", "stop", "granted", "yes", "time", "time_link"];
    let wishes = ["wish_callback", "wish_onsite_dispatch", "wish_ticket_create", "wish_client_email", "wish_escalation", "wish_parts_order"];
    check_file(&RULES.book, &[&named[..], &wishes[..]].concat());
}
