//! Long texts: what would not fit into one item goes on in further items right behind it.
//!
//! An item holds 400 KB, names and keys included (Amazon DynamoDB Developer Guide, "Constraints"). The first part
//! stands in the item itself, which says how many there are; further ones have its sort key and a number, so that
//! one query finds all in order. Parts carry the item's version, if it has one: of a state that became shorter,
//! old parts stay behind and no longer match.

use super::item::{Item, Key, maybe, number, string, text};
use super::table::SORT;
use nightdesk_ports::StoreError;

/// Longest text of one part, in bytes.
pub(super) const PART_BYTES_MAX: usize = 300_000;

/// The text, or its first part.
pub(super) const BODY: &str = "body";
/// How many parts there are; absent for one.
pub(super) const PARTS: &str = "parts";
/// The version of what may be rewritten.
pub(super) const VERSION: &str = "version";

/// Cuts a text between characters; the first part is there even if it is empty.
fn cut(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while rest.len() > PART_BYTES_MAX {
        let (part, after) = rest.split_at(rest.floor_char_boundary(PART_BYTES_MAX));
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

fn further(key: &Key, place: usize) -> Key {
    Key::new(&key.partition, format!("{}#{place:02}", key.sort))
}

/// The items of a text: `head` with the first part, then the others.
pub(super) fn items(key: &Key, mut head: Item, body: &str) -> Vec<Item> {
    let parts = cut(body);
    head.extend(key.item());
    head.insert(BODY.to_owned(), text(parts[0]));
    if parts.len() > 1 {
        head.insert(PARTS.to_owned(), number(parts.len()));
    }
    let version = head.get(VERSION).cloned();
    let mut items = vec![head];
    for (place, part) in parts.into_iter().enumerate().skip(1) {
        let mut item = further(key, place).item();
        item.insert(BODY.to_owned(), text(part));
        item.extend(version.clone().map(|version| (VERSION.to_owned(), version)));
        items.push(item);
    }
    items
}

/// The keys of the further parts of a text.
pub(super) fn further_keys(key: &Key, body: &str) -> Vec<Key> {
    (1..cut(body).len()).map(|place| further(key, place)).collect()
}

/// An item and its whole text.
pub(super) struct Whole {
    pub(super) item: Item,
    pub(super) body: String,
}

/// Joins items in the order of their sort keys; none if a part is missing or of another version.
pub(super) fn join(what: &str, items: Vec<Item>) -> Result<Option<Vec<Whole>>, StoreError> {
    let mut found: Vec<Whole> = Vec::new();
    let mut items = items.into_iter().peekable();
    while let Some(item) = items.next() {
        let sort = string(what, &item, SORT)?.to_owned();
        let mut body = string(what, &item, BODY)?.to_owned();
        let parts = maybe::<usize>(what, &item, PARTS)?.unwrap_or(1);
        for place in 1..parts {
            let expected = format!("{sort}#{place:02}");
            let belongs = |part: &Item| {
                string(what, part, SORT).is_ok_and(|sort| sort == expected) && part.get(VERSION) == item.get(VERSION)
            };
            let Some(part) = items.next_if(belongs) else { return Ok(None) };
            body.push_str(string(what, &part, BODY)?);
        }
        // What an earlier, longer version left behind.
        let behind = format!("{sort}#");
        while items.next_if(|part| string(what, part, SORT).is_ok_and(|sort| sort.starts_with(&behind))).is_some() {}
        found.push(Whole { item, body });
    }
    Ok(Some(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn of_version(version: u64, body: &str) -> Vec<Item> {
        items(&Key::new("p", "STATE"), HashMap::from([(VERSION.to_owned(), number(version))]), body)
    }

    /// 4 bytes each.
    fn long(characters: usize) -> String {
        "\u{1F525}".repeat(characters)
    }

    #[test]
    fn a_long_text_comes_back_whole_and_no_item_is_too_large() {
        for characters in [0, 1, 75_000, 75_001, 250_000] {
            let body = format!("x{}", long(characters));
            let items = of_version(3, &body);
            assert!(items.iter().all(|item| string("x", item, BODY).unwrap().len() <= PART_BYTES_MAX));
            let whole = join("x", items).unwrap().unwrap();
            assert_eq!(whole.len(), 1);
            assert!(whole[0].body == body, "{characters} characters");
        }
    }

    #[test]
    fn what_a_longer_version_left_behind_is_passed_over() {
        let mut items = of_version(4, "short");
        items.extend(of_version(3, &long(250_000)).split_off(1));
        assert_eq!(join("x", items).unwrap().unwrap()[0].body, "short");
    }

    #[test]
    fn a_text_of_two_versions_is_read_again() {
        let mut items = of_version(4, &long(250_000));
        let old = of_version(3, &long(250_000));
        items[1] = old[1].clone();
        assert!(join("x", items).unwrap().is_none());
        let mut cut_off = of_version(4, &long(250_000));
        cut_off.pop();
        assert!(join("x", cut_off).unwrap().is_none());
    }

    #[test]
    fn neighbours_stay_apart() {
        let key = |n| Key::new("p", format!("EFFECT#{n:010}"));
        let mut both = items(&key(1), Item::new(), &long(100_000));
        both.extend(items(&key(2), Item::new(), "second"));
        let whole = join("x", both).unwrap().unwrap();
        assert_eq!(whole.iter().map(|whole| whole.body.len()).collect::<Vec<_>>(), [400_000, 6]);
    }
}
