//! Fitting what people say into fields of bounded length.

/// What stands for the part that was cut off.
const ELLIPSIS: char = '…';

/// The text on one line and within `limit`, cut at the end of a word and marked with an ellipsis.
///
/// The limit counts UTF-16 code units, as the database behind ConnectWise does; so the result never has
/// more characters than that either. A first word longer than half of the limit is cut inside.
pub fn shorten(text: &str, limit: usize) -> String {
    let line = one_line(text);
    if units(&line) <= limit {
        return line;
    }
    let Some(room) = limit.checked_sub(ELLIPSIS.len_utf16()) else { return String::new() };
    let mut end = 0;
    let mut used = 0;
    for (at, c) in line.char_indices() {
        used += c.len_utf16();
        if used > room {
            break;
        }
        end = at + c.len_utf8();
    }
    // A blank right after the cut means that the last word is whole.
    if !line[end..].starts_with(' ')
        && let Some(blank) = line[..end].rfind(' ')
        && units(&line[..blank]) * 2 >= room
    {
        end = blank;
    }
    let kept = line[..end].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '.'));
    format!("{kept}{ELLIPSIS}")
}

/// A telephone number of at most `limit` characters: digits, and a `+` in front.
pub(crate) fn telephone(text: &str, limit: usize) -> String {
    let plus = text.trim_start().starts_with('+');
    plus.then_some('+').into_iter().chain(text.chars().filter(char::is_ascii_digit)).take(limit).collect()
}

/// The text without characters that neither XML nor a screen can hold; line ends and tabs stay.
pub(crate) fn clean(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect()
}

/// Whether two names are the same to a person: blanks at the ends, upper and lower case do not count.
pub(crate) fn same_name(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// The last ten digits (fewer where there are fewer), by which numbers are compared.
pub(crate) fn last_ten(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits[digits.len().saturating_sub(10)..].to_owned()
}

fn one_line(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_stays_as_it_is_on_one_line() {
        assert_eq!(shorten("  Server down\n at  Acme ", 100), "Server down at Acme");
    }

    #[test]
    fn a_long_text_ends_with_a_whole_word_and_an_ellipsis() {
        assert_eq!(shorten("the server is down and nobody can work", 20), "the server is down…");
        assert_eq!(shorten("the server is down, nobody can work", 20), "the server is down…");
    }

    #[test]
    fn a_word_that_ends_at_the_limit_is_kept() {
        assert_eq!(shorten("printer jammed again", 15), "printer jammed…");
    }

    #[test]
    fn one_endless_word_is_cut_inside() {
        assert_eq!(shorten("aaaaaaaaaaaaaaaaaaaa", 10), "aaaaaaaaa…");
    }

    #[test]
    fn no_room_gives_nothing() {
        assert_eq!(shorten("anything", 0), "");
        assert_eq!(shorten("anything", 1), "…");
    }

    #[test]
    fn a_number_keeps_its_plus_and_loses_everything_else() {
        assert_eq!(telephone("+1 (312) 555-0142", 20), "+13125550142");
        assert_eq!(telephone("312 555 0142 or 312 555 0143", 20), "31255501423125550143");
    }
}
