//! ConnectWise's search conditions, such as `externalXRef = "CA12" and closedFlag = false`.
//!
//! The vendor documents no way to write a quotation mark inside a quoted literal. So none is written: a text
//! that holds a character with a meaning of its own is searched by `like` with the wildcard `%` in that
//! character's place. That finds more, never less; whoever asks compares the answers with the whole text.
//! Field names are `'static`: no text from outside can be one.

use std::fmt;

/// Longest literal, in characters; the rest of a longer text becomes a wildcard, so that an address stays short.
pub const LITERAL_CHARS_MAX: usize = 100;

/// A condition, ready to be percent-encoded into a query.
///
/// `Debug` shows the length only: a name or a number may be in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Conditions(String);

impl fmt::Debug for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Conditions({} chars)", self.0.chars().count())
    }
}

impl Conditions {
    /// Records whose field is this text, and perhaps others: compare what comes back.
    /// None where the text holds nothing to search by.
    pub fn text(field: &'static str, text: &str) -> Option<Self> {
        let text = text.trim();
        let plain = text.chars().all(is_plain) && text.chars().count() <= LITERAL_CHARS_MAX;
        let (operator, literal) = if plain { ("=", text.to_owned()) } else { ("like", pattern(text)) };
        literal.contains(char::is_alphanumeric).then(|| Self(format!("{field} {operator} \"{literal}\"")))
    }

    /// Records whose field holds this text somewhere. None where the text holds nothing to search by.
    pub fn holds(field: &'static str, text: &str) -> Option<Self> {
        let literal = pattern(text.trim());
        literal.contains(char::is_alphanumeric).then(|| Self(format!("{field} like \"%{literal}%\"")))
    }

    /// Records whose field holds these digits in this order, whatever stands between them; others in `digits`
    /// are skipped. None where there is no digit.
    pub fn digits(field: &'static str, digits: &str) -> Option<Self> {
        let digits: Vec<String> = digits.chars().filter(char::is_ascii_digit).map(String::from).collect();
        (!digits.is_empty() && digits.len() <= LITERAL_CHARS_MAX / 2)
            .then(|| Self(format!("{field} like \"%{}%\"", digits.join("%"))))
    }

    /// Records whose flag stands so.
    pub fn flag(field: &'static str, value: bool) -> Self {
        Self(format!("{field} = {value}"))
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(format!("{} and {}", self.0, other.0))
    }

    /// Either; in brackets, so that it can be joined further.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(format!("({} or {})", self.0, other.0))
    }

    /// The condition as it is sent, before percent-encoding.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Characters that mean themselves in a literal and in a `like` pattern. Everything else is a wildcard's place:
/// quotation marks of both kinds, the backslash, `%`, `_`, brackets and `^` of patterns, controls and invisibles.
fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, ' ' | '-' | '.' | ',' | '&' | '/' | '#' | '@' | '(' | ')' | '+' | ':' | '!' | '=')
        // The one character of our own keys that a pattern would read as a wildcard; `=` reads it as itself.
        || c == '_'
}

/// The text as a pattern: runs of characters that are not plain become one `%`.
fn pattern(text: &str) -> String {
    let mut pattern = String::new();
    for (count, c) in text.chars().enumerate() {
        let wild = !is_plain(c) || count >= LITERAL_CHARS_MAX;
        if !wild {
            pattern.push(c);
        } else if !pattern.ends_with('%') {
            pattern.push('%');
        }
        if count >= LITERAL_CHARS_MAX {
            break;
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(Conditions::text("name", text).map(|c| c.0).unwrap_or_default(), expected);
    }

    #[test]
    fn an_ordinary_name_is_compared() {
        check("Acme Dental", "name = \"Acme Dental\"");
        check("Müller & Söhne", "name = \"Müller & Söhne\"");
        check("CA_12-3.4", "name = \"CA_12-3.4\"");
    }

    #[test]
    fn characters_with_a_meaning_become_wildcards() {
        check("O'Brien", "name like \"O%Brien\"");
        check("a\" or closedFlag = true or name = \"b", "name like \"a% or closedFlag = true or name = %b\"");
        check("back\\", "name like \"back%\"");
        check("100% \"sure\"", "name like \"100% %sure%\"");
        check("[a-z]^x", "name like \"%a-z%x\"");
        check("line\r\nend\u{0}", "name like \"line%end%\"");
        check("zero\u{200b}width", "name like \"zero%width\"");
    }

    #[test]
    fn a_part_of_a_text_is_found_wherever_it_stands() {
        let held = |text| Conditions::holds("summary", text).map(|c| c.0).unwrap_or_default();
        assert_eq!(held("New Device"), "summary like \"%New Device%\"");
        assert_eq!(held("a\"b"), "summary like \"%a%b%\"");
        assert_eq!(held(" % "), "");
    }

    #[test]
    fn nothing_to_search_by_is_no_condition() {
        check("", "");
        check(" \"%\\\" ", "");
        check("-- ..", "");
        assert_eq!(Conditions::digits("value", "none"), None);
    }

    #[test]
    fn a_very_long_text_is_bounded() {
        let condition = Conditions::text("name", &"x".repeat(1_000_000)).unwrap();
        assert_eq!(condition.0, format!("name like \"{}%\"", "x".repeat(LITERAL_CHARS_MAX)));
    }

    #[test]
    fn debug_shows_no_text() {
        assert_eq!(format!("{:?}", Conditions::text("name", "Dana").unwrap()), "Conditions(13 chars)");
    }

    #[test]
    fn digits_are_found_whatever_stands_between_them() {
        assert_eq!(Conditions::digits("value", "31-2").unwrap().0, "value like \"%3%1%2%\"");
    }
}
