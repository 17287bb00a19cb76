//! Who holds which turn of a layer, while people join and leave.
//!
//! Turns are dealt in the order of the list. Whoever joins is dealt in from the first turn that begins then or later;
//! whoever leaves holds a turn that has begun until they go, and is passed over from the next one on. The next in the
//! list who is there stands in for the rest of that turn, and the turns after it are dealt as if it had been held to its
//! end. So who is on call at a time depends on nothing but who had joined and who had left by then: no change of the
//! list alters what lies before it.

use super::schedule::{Layer, Member, Person};
use chrono::NaiveDateTime;

/// A layer's people with the turns that can be dealt to each of them.
pub(super) struct Dealing<'a> {
    layer: &'a Layer,
    /// The first turn of each and the first that is no longer theirs; empty where everybody is always there.
    terms: Vec<(i64, i64)>,
}

/// A turn, or a part of one, without a change of person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// From this local time on.
    pub(super) starts: NaiveDateTime,
    /// Up to this local time.
    pub(super) ends: NaiveDateTime,
    /// Who has it; nobody where nobody is there.
    pub(super) person: Option<&'a Person>,
}

impl<'a> Dealing<'a> {
    pub(super) fn of(layer: &'a Layer) -> Self {
        if layer.people.iter().all(|member| member.from.is_none() && member.until.is_none()) {
            return Self { layer, terms: Vec::new() };
        }
        let first_from = |local: NaiveDateTime| {
            let turn = layer.turn_at(local);
            if layer.turn_starts(turn) < local { turn + 1 } else { turn }
        };
        let term =
            |member: &Member| (member.from.map_or(i64::MIN, first_from), member.until.map_or(i64::MAX, first_from));
        Self { layer, terms: layer.people.iter().map(term).collect() }
    }

    /// The parts of a turn in order, which touch: one, unless somebody leaves within it.
    pub(super) fn parts(&self, turn: i64) -> impl Iterator<Item = Part<'a>> {
        let (layer, mut last) = (self.layer, self.dealt(turn));
        let (mut held, mut starts, turn_ends) = (last, layer.turn_starts(turn), layer.turn_starts(turn + 1));
        std::iter::from_fn(move || {
            if starts >= turn_ends {
                return None;
            }
            let member = held.and_then(|place| layer.people.get(place));
            let ends = match member {
                Some(member) => member.until,
                // Nobody has it: whoever joins first need not wait for a turn of their own.
                None => layer.people.iter().filter_map(|member| member.from).filter(|from| *from > starts).min(),
            };
            let ends = ends.map_or(turn_ends, |ends| ends.min(turn_ends));
            let part = Part { starts, ends, person: member.map(|member| &member.person) };
            if ends < turn_ends {
                held = next_there(&layer.people, last, ends);
                last = held.or(last);
            }
            starts = ends;
            Some(part)
        })
    }

    /// Who has a turn at a local time within it.
    pub(super) fn holder(&self, turn: i64, local: NaiveDateTime) -> Option<&'a Person> {
        if self.terms.is_empty() {
            // Nobody joins or leaves: a turn has one part, and its ends need not be worked out.
            return self.dealt(turn).and_then(|place| self.layer.people.get(place)).map(|member| &member.person);
        }
        self.parts(turn).find(|part| local < part.ends).and_then(|part| part.person)
    }

    /// The place of whoever a turn is dealt to; none where nobody is there as it begins.
    fn dealt(&self, turn: i64) -> Option<usize> {
        if self.terms.is_empty() {
            return turn.checked_rem_euclid(self.layer.people.len() as i64).map(|place| place as usize);
        }
        if turn >= 0 {
            return self.dealt_from_the_first(turn);
        }
        // Before the first turn, those who are there take turns as if they had always been there.
        let there = || (0..self.terms.len()).filter(|place| self.is_there(*place, turn));
        turn.checked_rem_euclid(there().count() as i64).and_then(|place| there().nth(place as usize))
    }

    /// Walks from turn 0 over the spans in which the same people are there; each span is dealt by one division.
    fn dealt_from_the_first(&self, turn: i64) -> Option<usize> {
        let (mut begins, mut last) = (0, None);
        loop {
            let changes = self.terms.iter().flat_map(|(joins, leaves)| [*joins, *leaves]);
            let ends = changes.filter(|change| *change > begins).min().unwrap_or(i64::MAX);
            let there = (0..self.terms.len()).filter(|place| self.is_there(*place, begins)).count() as i64;
            if there > 0 {
                last = self.next(last, begins);
                for _ in 0..(turn.min(ends - 1) - begins) % there {
                    last = self.next(last, begins);
                }
            }
            if turn < ends {
                return last.filter(|_| there > 0);
            }
            begins = ends;
        }
    }

    /// The next in the list who is there for a turn, after somebody's place; the first in the list after nobody's.
    fn next(&self, last: Option<usize>, turn: i64) -> Option<usize> {
        after(last, self.terms.len()).find(|place| self.is_there(*place, turn))
    }

    fn is_there(&self, place: usize, turn: i64) -> bool {
        self.terms.get(place).is_some_and(|(joins, leaves)| *joins <= turn && turn < *leaves)
    }
}

/// The next in the list who is there at a local time, after somebody's place.
fn next_there(people: &[Member], last: Option<usize>, at: NaiveDateTime) -> Option<usize> {
    let is_there =
        |member: &Member| member.from.is_none_or(|from| from <= at) && member.until.is_none_or(|until| at < until);
    after(last, people.len()).find(|place| people.get(*place).is_some_and(is_there))
}

/// Every place of a list in the order that follows upon a place, which itself comes last.
fn after(last: Option<usize>, count: usize) -> impl Iterator<Item = usize> {
    let first = last.map_or(0, |last| last + 1);
    (first..first + count).map(move |place| place % count)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

    use super::*;
    use crate::rota::{Every, Hours};

    /// A daily rotation from Monday 1 June 2026, 08:00; `bea 03..05` is there from the 3rd to the 5th at that time.
    fn layer(people: &[&str]) -> Layer {
        let day = |text: &str| match text.split_once(' ') {
            Some((day, time)) => format!("2026-06-{day}T{time}:00").parse::<NaiveDateTime>().ok(),
            None => format!("2026-06-{text}T08:00:00").parse().ok(),
        };
        let member = |text: &&str| {
            let (name, term) = text.split_once(' ').unwrap_or((text, ".."));
            let (from, until) = term.split_once("..").unwrap();
            Member { person: Person::new(name), from: day(from), until: day(until) }
        };
        Layer {
            name: "primary".into(),
            start: day("01").unwrap(),
            every: Every::Days(1),
            people: people.iter().map(member).collect(),
            hours: Hours::default(),
        }
    }

    /// Who has each turn; where somebody leaves within it, one after the other: `a/b`.
    fn dealt(people: &[&str], turns: std::ops::Range<i64>) -> String {
        let layer = layer(people);
        let dealing = Dealing::of(&layer);
        let turn = |turn: i64| {
            let parts: Vec<&str> = dealing.parts(turn).map(|part| part.person.map_or("-", Person::as_str)).collect();
            parts.join("/")
        };
        turns.map(turn).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn people_take_turns_and_may_have_several() {
        assert_eq!(dealt(&["a", "b", "c"], 0..5), "a b c a b");
        assert_eq!(dealt(&["a", "b", "a"], 0..5), "a b a a b");
    }

    #[test]
    fn before_the_first_hand_off_the_turns_run_backwards() {
        assert_eq!(dealt(&["a", "b", "c"], -4..1), "c a b c a");
        assert_eq!(dealt(&["a", "b", "c 01.."], -4..3), "a b a b a b c");
    }

    #[test]
    fn joining_alters_nothing_that_lies_before_it() {
        assert_eq!(dealt(&["a", "b"], 0..4), "a b a b");
        assert_eq!(dealt(&["a", "b", "c 05.."], 0..8), "a b a b c a b c");
        assert_eq!(dealt(&["a", "x 04..", "b"], 0..8), "a b a x b a x b");
        assert_eq!(dealt(&["a", "x 03 20:00..", "b"], 0..8), "a b a x b a x b");
    }

    #[test]
    fn leaving_passes_over_and_goes_on_with_the_next() {
        assert_eq!(dealt(&["a", "b ..05", "c"], 0..8), "a b c a c a c a");
        assert_eq!(dealt(&["a ..02", "b"], 0..4), "a b b b");
    }

    #[test]
    fn whoever_leaves_within_a_turn_holds_it_until_then_and_the_order_goes_on_as_if_to_its_end() {
        assert_eq!(dealt(&["a", "b ..02 20:00", "c"], 0..6), "a b/c c a c a");
        assert_eq!(dealt(&["a", "b ..03", "c"], 0..6), "a b c a c a");
        assert_eq!(dealt(&["a", "b ..02 20:00"], 0..4), "a b/a a a");
        assert_eq!(dealt(&["a ..01 20:00", "b"], 0..3), "a/b b b");
        assert_eq!(dealt(&["a ..01 20:00", "b ..01 22:00", "c"], 0..3), "a/b/c c c");
    }

    #[test]
    fn leaving_before_the_first_hand_off_alters_nothing_that_lies_before_it() {
        // The first of June is turn 0; 1970 is long before it.
        let gone = |until: &str| {
            let mut layer = layer(&["a", "b", "c"]);
            layer.people[0].until = until.parse().ok();
            let dealing = Dealing::of(&layer);
            let held = |turn| dealing.parts(turn).map(|part| part.person.map_or("-", Person::as_str)).collect();
            (-7..2)
                .map(held)
                .collect::<Vec<Vec<&str>>>()
                .iter()
                .map(|turn| turn.join("/"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(gone("2026-06-30T08:00:00"), "c a b c a b c a b");
        assert_eq!(gone("2026-05-29T20:00:00"), "c a b c a/b b c b c");
        assert_eq!(gone("1970-01-01T00:00:00"), "c b c b c b c b c");
    }

    #[test]
    fn whoever_has_joined_stands_in_before_a_turn_of_their_own() {
        assert_eq!(dealt(&["a ..02 20:00", "b 02 20:00.."], 0..4), "a a/b b b");
        assert_eq!(dealt(&["a", "b ..02 20:00", "x 02 12:00..", "c"], 0..4), "a b/x x c");
        // A shift that somebody has taken is theirs, whoever joins meanwhile.
        assert_eq!(dealt(&["a", "b ..02 20:00", "x 02 22:00..", "c"], 0..4), "a b/c x c");
    }

    #[test]
    fn nobody_holds_a_turn_when_all_have_left() {
        assert_eq!(dealt(&["a ..03", "b ..03"], 0..4), "a b - -");
        assert_eq!(dealt(&["a ..03", "b 05.."], 0..6), "a a - - b b");
        assert_eq!(dealt(&["a ..03 20:00", "b 03 22:00.."], 0..4), "a a a/-/b b");
        assert_eq!(dealt(&["a ..01", "b 02 20:00.."], 0..4), "- -/b b b");
        assert_eq!(dealt(&[], 0..2), "- -");
    }
}
