//! A map from words that is read once and looked up for every word a caller says.
//!
//! The standard's hashed map has a random order, which the domain does not allow, and its ordered one compares a
//! dozen strings for each look-up. Here a word costs one pass over its letters and, nearly always, one comparison.

/// Words and their values.
#[derive(Debug, Clone)]
pub(super) struct WordMap<V> {
    /// Open addressing: a word stands in the first free slot from its hash on; at least half of all slots are free.
    slots: Vec<Option<Entry<V>>>,
}

#[derive(Debug, Clone)]
struct Entry<V> {
    hash: u64,
    word: Box<str>,
    value: V,
}

impl<V> Default for WordMap<V> {
    fn default() -> Self {
        Self { slots: Vec::new() }
    }
}

impl<V> FromIterator<(String, V)> for WordMap<V> {
    /// Of a word that comes twice, the first value counts.
    fn from_iter<I: IntoIterator<Item = (String, V)>>(words: I) -> Self {
        let words: Vec<(String, V)> = words.into_iter().collect();
        let mut slots: Vec<Option<Entry<V>>> = Vec::new();
        slots.resize_with((words.len() * 2).next_power_of_two(), || None);
        let mut map = Self { slots };
        for (word, value) in words {
            let hash = hash(&word);
            if let Some(free @ None) = map.slot(hash, &word).and_then(|at| map.slots.get_mut(at)) {
                *free = Some(Entry { hash, word: word.into(), value });
            }
        }
        map
    }
}

impl<V> WordMap<V> {
    /// The value of a word.
    pub(super) fn get(&self, word: &str) -> Option<&V> {
        Some(&self.slots.get(self.slot(hash(word), word)?)?.as_ref()?.value)
    }

    /// Whether a word is in it.
    pub(super) fn contains(&self, word: &str) -> bool {
        self.get(word).is_some()
    }

    /// The slot where a word stands, or would.
    fn slot(&self, hash: u64, word: &str) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = usize::try_from(hash & u64::try_from(mask).unwrap_or(u64::MAX)).unwrap_or(0);
        while self.slots[at].as_ref().is_some_and(|entry| entry.hash != hash || &*entry.word != word) {
            at = (at + 1) & mask;
        }
        Some(at)
    }
}

/// FNV-1a, folded: <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>.
fn hash(word: &str) -> u64 {
    let hash = word
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_answers_as_an_ordered_map_does(known in proptest::collection::btree_map("[a-d]{0,3}", 0..9, 0..40), asked in "[a-d]{0,3}") {
            let map: WordMap<i32> = known.clone().into_iter().collect();
            prop_assert_eq!(map.get(&asked), known.get(&asked));
        }
    }

    #[test]
    fn of_a_word_that_comes_twice_the_first_value_counts() {
        let map: WordMap<u8> =
            [("a", 1), ("a", 2), ("b", 3)].map(|(word, value)| (word.to_owned(), value)).into_iter().collect();
        assert_eq!((map.get("a"), map.get("b"), map.get("c")), (Some(&1), Some(&3), None));
        assert!(!WordMap::<u8>::default().contains("a"));
    }
}
