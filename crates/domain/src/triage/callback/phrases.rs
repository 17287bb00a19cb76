//! The phrases of `rules/times.txt` as a tree of words: what is looked up per word does not grow with their number.

use super::lexicon::Senses;
use std::collections::BTreeMap;

/// A word of the rule file, by its number; 0 is every other word.
pub(super) type WordId = u16;

/// Not a word of the rule file.
pub(super) const UNKNOWN: WordId = 0;

/// Where a phrase may end, and the words that lead further.
#[derive(Default)]
struct Node {
    phrase: Option<Phrase>,
    /// Words and nodes, in the order of the words.
    next: Vec<(WordId, usize)>,
}

/// What a phrase means.
pub(super) struct Phrase {
    pub(super) senses: Senses,
    /// Whether a time may begin with it.
    pub(super) begins: bool,
    /// Whether it names something of time by itself.
    pub(super) anchors: bool,
}

/// All phrases, to be found by the numbers of their words.
pub(super) struct Phrases {
    /// Words and their numbers by the hash of the word, each at the first free place from there on; a power of two
    /// of places, most of them free.
    places: Vec<(&'static str, WordId)>,
    /// The first of them is the root; its children are at their words' numbers in `first`.
    nodes: Vec<Node>,
    first: Vec<usize>,
}

/// FNV-1a: of short words as good as any, and the quickest.
fn hash(word: &str) -> usize {
    let hash = word.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    usize::try_from(hash ^ (hash >> 15)).unwrap_or_default()
}

impl Phrases {
    /// The tree of phrases, each by its words.
    pub(super) fn new(all: &BTreeMap<Vec<&'static str>, Senses>) -> Self {
        let mut words: Vec<&'static str> = all.keys().flatten().copied().collect();
        words.sort_unstable();
        words.dedup();
        let mut phrases = Self {
            places: vec![("", UNKNOWN); (words.len() * 4).next_power_of_two()],
            nodes: vec![Node::default()],
            first: vec![0; words.len() + 1],
        };
        for (word, id) in words.into_iter().zip(1..) {
            let place = phrases.place(word);
            if let Some(free) = phrases.places.get_mut(place) {
                *free = (word, id);
            }
        }
        for (words, senses) in all {
            phrases.add(words, *senses);
        }
        for (id, node) in phrases.nodes.first().map(|root| root.next.clone()).unwrap_or_default() {
            if let Some(first) = phrases.first.get_mut(usize::from(id)) {
                *first = node;
            }
        }
        phrases
    }

    fn add(&mut self, words: &[&'static str], senses: Senses) {
        let mut at = 0;
        for word in words {
            let (id, new) = (self.id(word), self.nodes.len());
            let Some(node) = self.nodes.get_mut(at) else { return };
            at = match node.next.binary_search_by_key(&id, |(id, _)| *id) {
                Ok(known) => node.next.get(known).map_or(0, |(_, next)| *next),
                Err(place) => {
                    node.next.insert(place, (id, new));
                    self.nodes.push(Node::default());
                    new
                }
            };
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.phrase = Some(Phrase { senses, begins: senses.begins(), anchors: senses.anchors() });
        }
    }

    /// Where a word stands, or would.
    fn place(&self, word: &str) -> usize {
        let mask = self.places.len().wrapping_sub(1);
        let mut place = hash(word) & mask;
        while self.places.get(place).is_some_and(|(known, id)| *id != UNKNOWN && *known != word) {
            place = (place + 1) & mask;
        }
        place
    }

    /// The number of a word.
    pub(super) fn id(&self, word: &str) -> WordId {
        self.places.get(self.place(word)).map_or(UNKNOWN, |(_, id)| *id)
    }

    /// The longest phrase that begins with a word, and of how many words it is; `word` tells those that follow.
    pub(super) fn longest(&self, first: WordId, word: impl Fn(usize) -> WordId) -> Option<(usize, &Phrase)> {
        let mut at = *self.first.get(usize::from(first)).filter(|node| **node > 0)?;
        let mut found = None;
        for length in 1.. {
            let node = self.nodes.get(at)?;
            found = node.phrase.as_ref().map(|phrase| (length, phrase)).or(found);
            let id = word(length);
            let Ok(next) = node.next.binary_search_by_key(&id, |(id, _)| *id) else { break };
            at = node.next.get(next)?.1;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_phrase_is_found_even_where_a_longer_one_only_begins() {
        let all = ["day", "day after", "day after to morrow never"].map(|phrase| phrase.split(' ').collect::<Vec<_>>());
        let phrases = Phrases::new(&all.into_iter().map(|words| (words, *Senses::NONE)).collect());
        let length = |text: &str| {
            let ids: Vec<_> = text.split(' ').map(|word| phrases.id(word)).collect();
            let found = phrases.longest(ids[0], |at| ids.get(at).copied().unwrap_or(UNKNOWN));
            found.map_or(0, |(length, _)| length)
        };
        let texts = ["day", "day after", "day after to morrow", "day after to morrow never", "after day", "week"];
        assert_eq!(texts.map(length), [1, 2, 2, 5, 0, 0]);
    }
}
