//! A text cut into its clauses, and these into plain words.

/// Longest text that is read, in characters: the carrier joins no more than ten parts of 160.
const CHARS_MAX: usize = 1_600;

/// Some words, parted by spaces: a name for each list says what its words have in common.
pub(super) type Words = &'static str;

/// Words in lower case, accents folded, apostrophes dropped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Clause {
    words: Vec<String>,
}

impl Clause {
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// The word at a place; empty where there is none.
    pub(super) fn at(&self, place: usize) -> &str {
        self.words.get(place).map_or("", String::as_str)
    }

    /// The word before a place; empty where there is none.
    pub(super) fn before(&self, place: usize) -> &str {
        place.checked_sub(1).map_or("", |before| self.at(before))
    }

    pub(super) fn is(&self, place: usize, words: Words) -> bool {
        among(self.at(place), words)
    }

    pub(super) fn was(&self, place: usize, words: Words) -> bool {
        among(self.before(place), words)
    }

    /// The words from one place to another; none beyond the end.
    pub(super) fn span(&self, from: usize, to: usize) -> &[String] {
        let to = to.min(self.len());
        &self.words[from.min(to)..to]
    }

    /// Whether a word from one place to another is one of these.
    pub(super) fn has(&self, from: usize, to: usize, words: Words) -> bool {
        self.span(from, to).iter().any(|word| among(word, words))
    }

    /// Whether every word from one place to another is one of these.
    pub(super) fn all(&self, from: usize, to: usize, words: Words) -> bool {
        self.span(from, to).iter().all(|word| among(word, words))
    }

    /// Whether everything from a place on is one of these words.
    pub(super) fn only(&self, from: usize, words: Words) -> bool {
        self.all(from, self.len(), words)
    }

    /// The place of the first word from `from` on that is none of these, skipping at most eight of them.
    pub(super) fn skip(&self, from: usize, words: Words) -> usize {
        from + self.span(from, from + 8).iter().take_while(|word| among(word, words)).count()
    }

    /// The words but those of a list.
    pub(super) fn without(&self, words: Words) -> Vec<&str> {
        self.words.iter().map(String::as_str).filter(|word| !among(word, words)).collect()
    }

    /// The words before a place, written out.
    pub(super) fn text_before(&self, place: usize) -> String {
        self.span(0, place).join(" ")
    }
}

pub(super) fn among(word: &str, words: Words) -> bool {
    !word.is_empty() && words.split(' ').any(|one| one == word)
}

/// The clauses of a text.
pub(super) fn clauses(text: &str) -> Vec<Clause> {
    let mut clauses = vec![Clause::default()];
    let mut word = String::new();
    let text: String = text.chars().take(CHARS_MAX).flat_map(char::to_lowercase).collect();
    // A dash between spaces parts what it stands between; one within a word only ends it.
    let text = text.replace(" - ", "\n").replace(['–', '—'], "\n").replace('🛑', " stop ");
    for letter in text.chars() {
        match fold(letter) {
            Some(plain) => word.push(plain),
            // An apostrophe joins, and so does the accent that some write behind its letter.
            None if matches!(letter, '\'' | '’' | '`' | '´' | '\u{300}'..='\u{36f}') => {}
            None => {
                end_word(&mut clauses, &mut word);
                if matches!(letter, '.' | '!' | '?' | ';' | ',' | ':' | '\n' | '¡' | '¿' | '(' | ')') {
                    clauses.push(Clause::default());
                }
            }
        }
    }
    end_word(&mut clauses, &mut word);
    clauses.retain(|clause| clause.len() > 0);
    clauses
}

fn end_word(clauses: &mut Vec<Clause>, word: &mut String) {
    if word.is_empty() {
        return;
    }
    let word = std::mem::take(word);
    // "But", "and if": what follows is said anew, and no negation reaches over it.
    if among(&word, "but pero because porque if unless") {
        clauses.push(Clause::default());
    }
    if let Some(clause) = clauses.last_mut() {
        clause.words.push(word);
    }
}

fn fold(letter: char) -> Option<char> {
    Some(match letter {
        'á' | 'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        letter if letter.is_ascii_alphanumeric() => letter,
        _ => return None,
    })
}
