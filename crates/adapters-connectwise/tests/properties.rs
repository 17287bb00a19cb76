//! Properties: nothing a caller says leaves a literal, and a shortened text fits and is the text's beginning.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, dead_code)] // A test may panic; not every file uses all of `common`.

use nightdesk_adapters_connectwise::conditions::Conditions;
use nightdesk_adapters_connectwise::text::shorten;
use proptest::prelude::*;

/// Words with a good share of what breaks quoting.
fn said() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        proptest::collection::vec(
            prop_oneof![
                Just("\"".to_owned()),
                Just("\\".to_owned()),
                Just("'".to_owned()),
                Just("%".to_owned()),
                Just("[".to_owned()),
                Just("\u{0}".to_owned()),
                Just("\r\n".to_owned()),
                Just("\u{2028}".to_owned()),
                Just(" or id > 0 ".to_owned()),
                "[a-zA-Zéñ漢🚨 ]{0,8}",
            ],
            0..40,
        )
        .prop_map(|parts| parts.concat()),
    ]
}

proptest! {
    #[test]
    fn nothing_a_caller_says_leaves_the_literal(text in said()) {
        if let Some(conditions) = Conditions::text("name", &text) {
            let literal = conditions
                .as_str()
                .strip_prefix("name = \"")
                .or_else(|| conditions.as_str().strip_prefix("name like \""))
                .and_then(|rest| rest.strip_suffix('"'));
            let literal = literal.expect("one field, one operator, one literal");
            prop_assert!(!literal.contains(['"', '\'', '\\', '[', ']', '^']), "{literal}");
            prop_assert!(!literal.contains(char::is_control));
            prop_assert!(literal.chars().count() <= 101);
        }
    }

    #[test]
    fn a_pattern_still_finds_the_text_it_was_made_of(text in said()) {
        // The parts between wildcards appear in the text in their order.
        if let Some(conditions) = Conditions::text("name", &text)
            && let Some(pattern) = conditions.as_str().strip_prefix("name like \"")
        {
            let mut rest = text.trim();
            for part in pattern.trim_end_matches('"').split('%') {
                let at = rest.find(part).expect("in order");
                rest = &rest[at + part.len()..];
            }
        }
    }

    #[test]
    fn a_shortened_text_fits_and_begins_like_the_text(text in any::<String>(), limit in 0_usize..130) {
        let short = shorten(&text, limit);
        prop_assert!(short.encode_utf16().count() <= limit);
        let line = shorten(&text, usize::MAX);
        prop_assert!(line.starts_with(short.trim_end_matches('…')) || short == line);
        prop_assert!(!short.contains(char::is_control));
        if line.encode_utf16().count() <= limit {
            prop_assert_eq!(short, line);
        } else if limit > 0 {
            prop_assert!(short.ends_with('…'));
        }
    }

    #[test]
    fn ordinary_words_are_cut_between_words(words in proptest::collection::vec("[a-z]{1,9}", 20..40)) {
        let text = words.join(" ");
        let short = shorten(&text, 60);
        let kept: Vec<&str> = short.trim_end_matches('…').split(' ').collect();
        prop_assert_eq!(&kept[..], &words[..kept.len()]);
        prop_assert!(short.chars().count() > 48);
    }
}
