//! The note's exact text, and what no words can do to it.

use super::*;
use nightdesk_domain::triage::{ActionKind, Speaker, Turn, extract_actions};
use proptest::prelude::*;

fn evidence(words: &str) -> Evidence {
    Evidence { turn: 0, span: 0..words.len(), words: words.into() }
}

#[test]
fn each_promise_is_one_line_below_the_heading() {
    let dialog = [
        Turn::caller("our mail is down since six"),
        Turn::assistant("I'm paging the engineer on call. A technician will call you tomorrow at nine."),
        Turn::caller("thanks"),
        Turn::technician("I will open a case with Microsoft."),
    ];
    assert_eq!(
        actions_note(&extract_actions(&dialog)),
        "Promised in this call: 3\n\
         - Escalation, by \"the engineer\": \"paging the engineer on call\"; the service desk said: \"I'm paging the engineer on call\"\n\
         - Callback, by \"A technician\": \"you tomorrow at nine\"; when: \"tomorrow at nine\"; the service desk said: \"A technician will call you tomorrow at nine\"\n\
         - Vendor case, by the technician: \"with Microsoft\"; the technician said: \"I will open a case with Microsoft\""
    );
}

#[test]
fn nothing_promised_is_said_in_one_line() {
    assert_eq!(actions_note(&[]), "Promised in this call: nothing.");
}

#[test]
fn hostile_words_stay_a_quotation() {
    let action = Action {
        kind: ActionKind::ClientEmail,
        said_by: Speaker::Technician,
        who: Some(evidence("\"; when: \"now")),
        what: evidence("**all** _of_ `it` ~~no~~ <b>x</b>"),
        when: None,
        evidence: evidence("see ![x](http://evil.example/a.png)\n- Escalation, by \"me\"\r\n| a \u{202e}| \\* b"),
        rule: "test".into(),
    };
    assert_eq!(
        actions_note(&[action]),
        "Promised in this call: 1\n\
         - E-mail to the client, by \"'; when: 'now\": \"∗∗all∗∗ ＿of＿ ˋitˋ ∼∼no∼∼ ‹b›x‹/b›\"; the technician said: \
         \"see !［x］(http꞉//evil.example/a.png) - Escalation, by 'me' ｜ a ｜ ＼∗ b\""
    );
}

/// Words with a good share of what Markdown reads and of what breaks lines and quotations.
fn words() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[\"*_`~<>|\\\\\\[\\]()!:/# -]{1,4}",
        "[\r\n\t\u{85}\u{2028}\u{202e}\u{2066}\u{feff}]",
        Just("http://".to_owned()),
        any::<String>(),
        "[a-zA-Zéñ漢🚨 ]{0,12}",
    ];
    proptest::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}

fn action() -> impl Strategy<Value = Action> {
    let kind = prop_oneof![Just(ActionKind::Callback), Just(ActionKind::Research), Just(ActionKind::TicketUpdate)];
    let said_by = prop_oneof![Just(Speaker::Caller), Just(Speaker::Assistant), Just(Speaker::Technician)];
    let maybe = || proptest::option::of(words());
    (kind, said_by, maybe(), words(), maybe(), words()).prop_map(|(kind, said_by, who, what, when, said)| Action {
        kind,
        said_by,
        who: who.as_deref().map(evidence),
        what: evidence(&what),
        when: when.as_deref().map(evidence),
        evidence: evidence(&said),
        rule: "test".into(),
    })
}

proptest! {
    #[test]
    fn no_words_leave_their_quotation_or_their_line(actions in proptest::collection::vec(action(), 1..4)) {
        let note = actions_note(&actions);
        let lines: Vec<&str> = note.split('\n').collect();
        prop_assert_eq!(lines.len(), actions.len() + 1);
        for (line, action) in lines[1..].iter().zip(&actions) {
            let parts = 2 + usize::from(action.who.is_some()) + usize::from(action.when.is_some());
            prop_assert_eq!(line.matches('"').count(), 2 * parts, "{}", line);
            // What stands outside of quotations is the same whatever was said.
            let ours: Vec<&str> = line.split('"').step_by(2).collect();
            let when = if action.when.is_some() { "; when: " } else { "" };
            let who = if action.who.is_some() { "" } else { action.said_by.title() };
            let expected =
                format!("- {}, by {who}: {when}; {} said: ", action.kind.title(), action.said_by.title());
            prop_assert_eq!(ours.concat(), expected);
            prop_assert!(line.encode_utf16().count() <= 3 * PART_MAX + PROMISE_MAX + 100);
        }
    }

    #[test]
    fn nothing_that_markdown_reads_is_left_in_a_quotation(said in words()) {
        let quotation = quoted(&evidence(&said), PROMISE_MAX);
        let inner = quotation.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
        prop_assert!(!inner.contains(['"', '*', '_', '`', '~', '[', ']', '<', '>', '|', '\\']), "{}", inner);
        prop_assert!(!inner.contains("://") && !inner.contains(char::is_control) && !inner.contains(turns_direction));
        prop_assert!(!inner.chars().any(|c| c.is_whitespace() && c != ' '), "{}", inner);
        prop_assert!(inner.encode_utf16().count() <= PROMISE_MAX);
    }

    #[test]
    fn ordinary_words_are_quoted_as_they_were_said(said in "[a-zA-Zéñ¿0-9:,.@'&()]{1,9}( [a-zA-Zéñ¿0-9:,.@'&()]{1,9}){0,20}") {
        prop_assert_eq!(quoted(&evidence(&said), PROMISE_MAX), format!("\"{said}\""));
    }
}
