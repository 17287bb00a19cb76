//! The exact message for a conversation, and what must hold of a message whatever was said.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // A test may panic.

use nightdesk_adapters_slack::{BLOCKS_MAX, FIELD_MAX, HEADER_MAX, TEXT_MAX, actions_message};
use nightdesk_domain::triage::{Action, ActionKind, Evidence, Speaker, Turn, extract_actions};
use proptest::prelude::*;
use serde_json::{Value, json};

fn evidence(words: &str) -> Evidence {
    Evidence { turn: 0, span: 0..words.len(), words: words.into() }
}

fn message(actions: &[Action]) -> Value {
    serde_json::to_value(actions_message(actions)).unwrap()
}

fn header(text: &str) -> Value {
    json!({"type": "header", "text": {"type": "plain_text", "text": text}})
}

fn section(fields: &[&str]) -> Value {
    let fields: Vec<Value> =
        fields.iter().map(|text| json!({"type": "mrkdwn", "text": text, "verbatim": true})).collect();
    json!({"type": "section", "fields": fields})
}

fn context(text: &str) -> Value {
    json!({"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": true}]})
}

#[test]
fn each_promise_is_a_section_with_its_words_below() {
    let dialog = [
        Turn::caller("our mail is down since six"),
        Turn::assistant("I'm paging the engineer on call. A technician will call you tomorrow at nine."),
        Turn::caller("thanks"),
        Turn::technician("I will open a case with Microsoft."),
    ];
    let expected = json!({
        "text": "Promised in this call: 3",
        "blocks": [
            header("Promised in this call: 3"),
            section(&["*Work* Escalation", "*By* “the engineer”", "*What* “paging the engineer on call”"]),
            context("the service desk said: “I'm paging the engineer on call”"),
            section(&[
                "*Work* Callback",
                "*By* “A technician”",
                "*What* “you tomorrow at nine”",
                "*When* “tomorrow at nine”",
            ]),
            context("the service desk said: “A technician will call you tomorrow at nine”"),
            section(&["*Work* Vendor case", "*By* the technician", "*What* “with Microsoft”"]),
            context("the technician said: “I will open a case with Microsoft”"),
        ],
    });
    assert_eq!(message(&extract_actions(&dialog)), expected);
}

#[test]
fn nothing_promised_is_a_header_alone() {
    let title = "Promised in this call: nothing";
    assert_eq!(message(&[]), json!({"text": title, "blocks": [header(title)]}));
}

#[test]
fn hostile_words_of_a_real_turn_do_nothing() {
    let dialog = [Turn::technician("I will email you *the invoice* & <@U1> @here")];
    let message = message(&extract_actions(&dialog));
    let said = "the technician said: “I will email you ∗the invoice∗ &amp; &lt;＠U1&gt; ＠here”";
    assert_eq!(message["blocks"][2], context(said));
    check(&message);
}

#[test]
fn hostile_words_are_shown_and_do_nothing() {
    let action = Action {
        kind: ActionKind::ClientEmail,
        said_by: Speaker::Assistant,
        who: Some(evidence("<@U024BE7LH> @here")),
        what: evidence("> *pay* _now_ ~later~ ```rm -rf```"),
        when: Some(evidence("<!date^1392734382^{date}^https://evil.example|x>")),
        evidence: evidence("<!channel>\n*By* “the director” &amp; :rotating_light: <https://evil.example|here>"),
        rule: "test".into(),
    };
    assert_eq!(
        message(&[action])["blocks"],
        json!([
            header("Promised in this call: 1"),
            section(&[
                "*Work* E-mail to the client",
                "*By* “&lt;＠U024BE7LH&gt; ＠here”",
                "*What* “&gt; ∗pay∗ ＿now＿ ∼later∼ ˋˋˋrm -rfˋˋˋ”",
                "*When* “&lt;!date^1392734382^{date}^https꞉//evil.example|x&gt;”",
            ]),
            context(
                "the service desk said: “&lt;!channel&gt; ∗By∗ \"the director\" &amp;amp; :rotating＿light꞉ \
                 &lt;https꞉//evil.example|here&gt;”"
            ),
        ])
    );
}

#[test]
fn more_promises_than_blocks_are_counted() {
    let one = extract_actions(&[Turn::technician("I will call you tomorrow at nine.")]);
    let many = vec![one[0].clone(); 30];
    let message = message(&many);
    let blocks = message["blocks"].as_array().unwrap();
    assert_eq!(blocks.len(), BLOCKS_MAX);
    assert_eq!(blocks.last(), Some(&context("and 6 more")));
    check(&message);
}

/// Slack's limits, and that nothing in any text is markup of another than our own.
fn check(message: &Value) {
    let blocks = message["blocks"].as_array().unwrap();
    assert!((1..=BLOCKS_MAX).contains(&blocks.len()));
    for block in blocks {
        let (texts, limit, bold) = match block["type"].as_str().unwrap() {
            "header" => (std::slice::from_ref(&block["text"]), HEADER_MAX, 0),
            "section" => (block["fields"].as_array().unwrap().as_slice(), FIELD_MAX, 2),
            "context" => (block["elements"].as_array().unwrap().as_slice(), TEXT_MAX, 0),
            other => panic!("{other}"),
        };
        assert!((1..=10).contains(&texts.len()));
        for object in texts {
            let text = object["text"].as_str().unwrap();
            assert!((1..=limit).contains(&text.encode_utf16().count()), "{text}");
            assert_eq!(object["type"] == "mrkdwn", object["verbatim"] == true, "{object}");
            assert_eq!(text.matches('*').count(), bold, "{text}");
            assert!(!text.contains(['<', '>', '_', '~', '`']), "{text}");
            let entity = |rest: &str| ["amp;", "lt;", "gt;"].iter().any(|entity| rest.starts_with(entity));
            assert!(text.split('&').skip(1).all(entity), "{text}");
            assert!(!text.chars().any(|c| c.is_control() || (c.is_whitespace() && c != ' ')), "{text}");
            assert!(!text.contains("://") && !text.contains(['\u{202e}', '\u{2066}']), "{text}");
            assert!(text.split(' ').all(|word| word.matches(':').count() <= 1), "no emoji: {text}");
            assert!(!text.contains("@here") && !text.contains("#general"), "{text}");
            assert!(text.matches('“').count() <= 1 && text.matches('”').count() <= 1, "{text}");
            assert!(!text.contains('“') || text.ends_with('”'), "{text}");
        }
    }
}

/// What Slack shows for an escaped text, with the characters that look alike turned back.
fn read_back(text: &str) -> String {
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    plain.replace('∗', "*").replace('＿', "_").replace('∼', "~").replace('ˋ', "`").replace('꞉', ":")
}

/// Words with a good share of what Slack reads and of what breaks lines.
fn words() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[&<>*_~`:|!@#“”\"/^{}-]{1,4}",
        "[\r\n\t\u{85}\u{2028}\u{202e}\u{2066}\u{feff}]",
        prop_oneof![Just("http://"), Just("<!here>"), Just(" @here"), Just(":fire:"), Just(" #general")]
            .prop_map(str::to_owned),
        any::<String>(),
        "[a-zA-Zéñ漢🚨 ]{0,12}",
    ];
    proptest::collection::vec(part, 0..80).prop_map(|parts| parts.concat())
}

fn action() -> impl Strategy<Value = Action> {
    let kind = prop_oneof![Just(ActionKind::Callback), Just(ActionKind::Research), Just(ActionKind::ClientEmail)];
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
    fn every_message_keeps_slacks_limits_and_holds_no_markup_but_ours(
        actions in proptest::collection::vec(action(), 0..4),
        times in prop_oneof![Just(1_usize), Just(9), Just(40)],
    ) {
        let actions: Vec<Action> = std::iter::repeat_n(actions, times).flatten().collect();
        check(&message(&actions));
    }

    #[test]
    fn short_words_can_be_read_back(said in "[a-zA-Zéñ&<>*_~`:/]{1,8}( [a-zA-Zéñ&<>*_~`:/]{1,8}){0,5}") {
        let mut action = extract_actions(&[Turn::technician("I will call you back.")]).remove(0);
        action.evidence = evidence(&said);
        let message = message(&[action]);
        let text = message["blocks"][2]["elements"][0]["text"].as_str().unwrap();
        prop_assert_eq!(read_back(text), format!("the technician said: “{said}”"));
    }
}
