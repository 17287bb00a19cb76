//! Short answers to the assistant's own questions: yes or no, a number, a count, a name.

/// What was said to "is anyone's work stopped?"; none where it is neither yes nor no, or both. "I am not sure",
/// "no, we can't work" and "nobody can work" are no plain "no".
pub(super) fn yes_or_no(words: &str) -> Option<bool> {
    const YES: &[&str] = &["yes", "yeah", "yep", "yup", "correct", "right", "exactly", "si", "sí", "claro", "correcto"];
    const NO: &[&str] = &["no", "nope", "nah", "not", "nobody", "nadie", "tampoco"];
    const DOUBT: &[&str] =
        &["sure", "know", "can't", "cannot", "cant", "seguro", "segura", "sé", "puedo", "podemos", "pueden"];
    const NOBODY: &[&str] = &["nobody", "one", "nadie"];
    const WORKS: &[&str] = &["can", "able", "work", "working", "works", "puede", "trabaja", "trabajar"];
    const CAN_WAIT: &[&str] = &["wait", "esperar"];
    let words: Vec<String> = words
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect();
    let said = |list: &[&str]| words.iter().any(|w| list.contains(&w.as_str()));
    match (said(YES), said(NO)) {
        (true, false) => Some(true),
        (false, true) if said(CAN_WAIT) || !(said(DOUBT) || said(NOBODY) && said(WORKS)) => Some(false),
        _ => None,
    }
}

/// Whether somebody who was asked for a favour grants it: a plain yes, and no word that takes it back.
pub(super) fn agrees(words: &str) -> bool {
    const YES: &[&str] = &[
        "yes",
        "yeah",
        "yep",
        "yup",
        "sure",
        "ok",
        "okay",
        "fine",
        "absolutely",
        "certainly",
        "please",
        "ahead",
        "si",
        "sí",
        "claro",
        "vale",
        "bueno",
        "dale",
        "bien",
        "adelante",
    ];
    const NO: &[&str] = &[
        "no", "nope", "nah", "not", "don't", "dont", "never", "rather", "without", "call", "nunca", "tampoco", "mejor",
        "prefiero", "llámeme", "llameme",
    ];
    let words = words.to_lowercase();
    let heard: Vec<&str> = words.split(|c: char| !c.is_alphanumeric() && c != '\'').collect();
    heard.iter().any(|word| YES.contains(word)) && !heard.iter().any(|word| NO.contains(word))
}

/// The digits of a text, if there are as many as a telephone number has (7 to 15).
pub(super) fn phone_digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (7..=15).contains(&digits.len()).then_some(digits)
}

/// A bare name given in answer to "who am I speaking with": at most four words, taken as said.
pub(super) fn bare_name(words: &str) -> Option<String> {
    let said: Vec<&str> = words.split_whitespace().collect();
    let name_like = said.iter().all(|w| w.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '-' | '.')));
    ((1..=4).contains(&said.len()) && name_like).then(|| said.join(" "))
}

/// A text cut to a number of characters.
pub(super) fn bounded(text: &str, chars_max: usize) -> String {
    text.chars().take(chars_max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_and_no_are_understood_in_both_languages_and_a_mixture_is_neither() {
        assert_eq!(yes_or_no("Yes, everybody is."), Some(true));
        assert_eq!(yes_or_no("sí"), Some(true));
        assert_eq!(yes_or_no("no it can wait"), Some(false));
        assert_eq!(yes_or_no("yes and no"), None);
        assert_eq!(yes_or_no("the printer"), None);
        assert_eq!(yes_or_no("I'm not sure"), None);
        assert_eq!(yes_or_no("no, nobody can work"), None);
        assert_eq!(yes_or_no("nadie puede trabajar"), None);
        assert_eq!(yes_or_no("no, puede esperar"), Some(false));
    }

    #[test]
    fn only_a_plain_yes_agrees() {
        for yes in ["Yes.", "sure", "ok go ahead", "that's fine", "please do", "sí, claro", "está bien"] {
            assert!(agrees(yes), "{yes}");
        }
        for no in
            ["no", "no thanks, it's fine", "please don't", "I'd rather not", "what?", "", "yes but no", "mejor no"]
        {
            assert!(!agrees(no), "{no}");
        }
    }

    #[test]
    fn a_number_has_seven_to_fifteen_digits() {
        assert_eq!(phone_digits("312 555-0142"), Some("3125550142".to_owned()));
        assert_eq!(phone_digits("room 214"), None);
    }
}
