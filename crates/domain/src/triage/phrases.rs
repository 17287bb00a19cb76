//! Phrases as a tree of words: what is looked up for each word does not grow with the number of phrases.

use super::normalise::Words;
use super::word_map::WordMap;
use std::collections::BTreeMap;
use std::ops::Range;

/// A word of some phrases, by its number; 0 is every other word.
pub(super) type WordId = u32;

/// Not a word of any phrase.
pub(super) const UNKNOWN: WordId = 0;

/// What the phrase that ends here means, and the words that lead further.
#[derive(Debug)]
struct Node<V> {
    value: Option<V>,
    /// Words and nodes, in the order of the words.
    next: Vec<(WordId, usize)>,
}

/// Phrases and what they mean, to be found by the numbers of their words.
#[derive(Debug)]
pub(super) struct Phrases<V> {
    words: WordMap<WordId>,
    /// For each word, the node of the phrases that begin with it; 0 where none does.
    first: Vec<usize>,
    /// The first of them is the root.
    nodes: Vec<Node<V>>,
}

impl<V> Phrases<V> {
    /// The tree of phrases, each by its words; of a phrase that comes twice, the last value counts.
    pub(super) fn new<'a>(all: impl IntoIterator<Item = (Vec<&'a str>, V)>) -> Self {
        let mut ids: BTreeMap<&str, WordId> = BTreeMap::new();
        let mut nodes = vec![Node { value: None, next: Vec::new() }];
        for (words, value) in all {
            let mut at = 0;
            for word in words {
                let fresh = WordId::try_from(ids.len() + 1).unwrap_or(UNKNOWN);
                let id = *ids.entry(word).or_insert(fresh);
                let known = nodes[at].next.binary_search_by_key(&id, |(id, _)| *id);
                at = match known {
                    Ok(known) => nodes[at].next[known].1,
                    Err(place) => {
                        nodes.push(Node { value: None, next: Vec::new() });
                        let new = nodes.len() - 1;
                        nodes[at].next.insert(place, (id, new));
                        new
                    }
                };
            }
            nodes[at].value = Some(value);
        }
        let mut first = vec![0; ids.len() + 1];
        for (id, node) in &nodes[0].next {
            first[*id as usize] = *node;
        }
        Self { words: ids.into_iter().map(|(word, id)| (word.to_owned(), id)).collect(), first, nodes }
    }

    /// The number of a word.
    pub(super) fn id(&self, word: &str) -> WordId {
        self.words.get(word).copied().unwrap_or(UNKNOWN)
    }

    /// Every phrase that begins with a word, and of how many words it is, the shortest first; `word` tells the
    /// words that follow by how far ahead they are.
    pub(super) fn beginning(&self, first: WordId, word: impl Fn(usize) -> WordId) -> impl Iterator<Item = (usize, &V)> {
        let mut at = self.first.get(first as usize).copied().filter(|node| *node > 0);
        let mut length = 0;
        let nodes = std::iter::from_fn(move || {
            let node = &self.nodes[at?];
            length += 1;
            let id = if node.next.is_empty() { UNKNOWN } else { word(length) };
            at = node.next.binary_search_by_key(&id, |(id, _)| *id).ok().map(|next| node.next[next].1);
            Some((length, node))
        });
        nodes.filter_map(|(length, node)| Some((length, node.value.as_ref()?)))
    }

    /// The longest of them.
    pub(super) fn longest(&self, first: WordId, word: impl Fn(usize) -> WordId) -> Option<(usize, &V)> {
        self.beginning(first, word).last()
    }

    /// The places of all phrases in some words; none runs from one turn into the next.
    pub(super) fn said_in(&self, words: &Words) -> Vec<(Range<usize>, &V)> {
        let ids: Vec<WordId> = (0..words.words.len()).map(|at| self.id(words.stem(at))).collect();
        let mut said = Vec::new();
        for (at, first) in ids.iter().enumerate() {
            let turn = words.turn(at);
            let word = |ahead: usize| {
                let next = ids.get(at + ahead).filter(|_| words.turn(at + ahead) == turn);
                next.copied().unwrap_or(UNKNOWN)
            };
            said.extend(self.beginning(*first, word).map(|(length, value)| (at..at + length, value)));
        }
        said
    }
}

/// Drops what lies inside a masking phrase: "fire" in "fire drill".
pub(super) fn drop_masked<H>(hits: &mut Vec<H>, mut masks: Vec<Range<usize>>, words: impl Fn(&H) -> &Range<usize>) {
    masks.sort_by_key(|mask| mask.start);
    let longest = masks.iter().map(Range::len).max().unwrap_or(0);
    hits.retain(|hit| {
        let place = words(hit);
        let from = masks.partition_point(|mask| mask.start + longest <= place.start);
        let mut near = masks[from..].iter().take_while(|mask| mask.start <= place.start);
        !near.any(|mask| place.end <= mask.end && place.len() < mask.len())
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_phrase_is_found_even_where_a_longer_one_only_begins() {
        let all = ["day", "day after", "day after to morrow never"];
        let phrases = Phrases::new(all.iter().map(|phrase| (phrase.split(' ').collect(), phrase.len())));
        let lengths = |text: &str| {
            let ids: Vec<_> = text.split(' ').map(|word| phrases.id(word)).collect();
            let found = phrases.beginning(ids[0], |at| ids.get(at).copied().unwrap_or(UNKNOWN));
            found.map(|(length, value)| (length, *value)).collect::<Vec<_>>()
        };
        assert_eq!(lengths("day"), [(1, 3)]);
        assert_eq!(lengths("day after to morrow"), [(1, 3), (2, 9)]);
        assert_eq!(lengths("day after to morrow never mind"), [(1, 3), (2, 9), (5, 25)]);
        assert_eq!(lengths("after day"), []);
        assert_eq!(lengths("week"), []);
        assert_eq!(phrases.longest(phrases.id("day"), |_| UNKNOWN), Some((1, &3)));
    }
}
