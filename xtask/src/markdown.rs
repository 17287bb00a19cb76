//! Just enough of Markdown to see sentences and links, and to leave code and tables alone.

/// What ends in a full stop without ending a sentence.
const ABBREVIATIONS: &[&str] =
    &["e.g.", "i.e.", "etc.", "cf.", "vs.", "approx.", "no.", "dr.", "mr.", "mrs.", "ms.", "st."];

/// The numbers of the lines that hold more than one sentence, so that a change shows up as the sentence it changes.
pub(crate) fn crowded(text: &str) -> Vec<usize> {
    prose(text).filter(|(_, line)| !line.trim_start().starts_with('|') && holds_two(line)).map(|(at, _)| at).collect()
}

/// Every inline link as (line, target).
pub(crate) fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        for piece in line.split("](").skip(1) {
            if let Some((target, _)) = piece.split_once(')') {
                // A title may follow the target.
                found.extend(target.split_whitespace().next().map(|target| (number, target.to_owned())));
            }
        }
    }
    found
}

/// The lines outside fenced code with their numbers, inline code replaced by a dull word.
fn prose(text: &str) -> impl Iterator<Item = (usize, String)> {
    let mut fenced = false;
    (1..).zip(text.lines()).filter_map(move |(number, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        (!fenced && !fence).then(|| (number, without_code(line)))
    })
}

fn without_code(line: &str) -> String {
    let pieces: Vec<&str> = line.split('`').collect();
    // An odd number of backquotes is not code.
    if pieces.len().is_multiple_of(2) {
        return line.to_owned();
    }
    let outside = |(index, piece): (usize, &&str)| if index % 2 == 0 { (*piece).to_owned() } else { "code".into() };
    pieces.iter().enumerate().map(outside).collect()
}

/// Whether a sentence ends in a line and another, with a capital, begins.
fn holds_two(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    words.windows(2).enumerate().any(|(index, pair)| match pair {
        [word, next] => {
            ends_sentence(word, index == 0) && next.trim_start_matches(OPENING).starts_with(char::is_uppercase)
        }
        _ => false,
    })
}

const OPENING: [char; 6] = ['"', '\'', '(', '*', '_', '['];
const CLOSING: [char; 6] = ['"', '\'', ')', '*', '_', ']'];

fn ends_sentence(word: &str, first: bool) -> bool {
    let bare = word.trim_end_matches(CLOSING);
    if bare.ends_with(['!', '?']) {
        return true;
    }
    let Some(stem) = bare.strip_suffix('.') else { return false };
    let stem = stem.trim_start_matches(OPENING);
    // "1." opens a list; "J." and "a.m." are initials.
    let number = first && stem.chars().all(|letter| letter.is_ascii_digit());
    let initials = stem.split('.').all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic));
    let abbreviation = ABBREVIATIONS.contains(&format!("{stem}.").to_lowercase().as_str());
    !(number || initials || abbreviation || stem.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sentences_on_a_line_are_found() {
        for line in ["One. Two.", "Really? Yes.", "It ends (here.) Then it goes on.", "- **Done.** Next."] {
            assert_eq!(crowded(line), [1], "{line}");
        }
    }

    #[test]
    fn what_only_looks_like_two_sentences_is_left_alone() {
        for line in [
            "1. First item.",
            "At 2 a.m. Bea is asleep, e.g. Monday, vs. Tuesday.",
            "Version 0.39 of SQLite.",
            "Write `One. Two.` and go on.",
            "| One. Two. | Three. |",
            "See lib.rs. then stop.",
            "J. Smith answered.",
            "Wait ... And go.",
        ] {
            assert_eq!(crowded(line), [0; 0], "{line}");
        }
    }

    #[test]
    fn fenced_code_is_left_alone() {
        assert_eq!(crowded("```\nOne. Two.\n[a](b)\n```\nOne. Two."), [5]);
        assert_eq!(links("```\n[a](b)\n```"), []);
    }

    #[test]
    fn links_are_found_with_their_lines() {
        let text = "See [a](b.md) and\n[c](d/e.md#f \"title\") and ![g](h.png) and `[x](y)`.";
        assert_eq!(links(text), [(1, "b.md".into()), (2, "d/e.md#f".into()), (2, "h.png".into())]);
    }
}
