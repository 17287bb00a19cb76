//! Who holds which turn of a layer, while people join and leave.
//!
//! Turns are dealt in the order of the list. Whoever joins is dealt in from the first turn that begins after they
//! joined, whoever leaves is passed over from the first turn that they could not hold to its end; the next in the
//! list goes on from whoever had the turn before. So no change alters a turn that lies before it.

use super::schedule::{Layer, Member, Person};

/// A layer's people with the turns for which each of them is there.
pub(super) struct Dealing<'a> {
    people: &'a [Member],
    /// The first turn of each and the first that is no longer theirs; empty where everybody is always there.
    terms: Vec<(i64, i64)>,
}

impl<'a> Dealing<'a> {
    pub(super) fn of(layer: &'a Layer) -> Self {
        let people = layer.people.as_slice();
        if people.iter().all(|member| member.from.is_none() && member.until.is_none()) {
            return Self { people, terms: Vec::new() };
        }
        let term = |member: &Member| {
            let joins = member.from.map_or(i64::MIN, |from| {
                let turn = layer.turn_at(from);
                if layer.turn_starts(turn) < from { turn + 1 } else { turn }
            });
            (joins, member.until.map_or(i64::MAX, |until| layer.turn_at(until)))
        };
        Self { people, terms: people.iter().map(term).collect() }
    }

    /// Who holds a turn; nobody where nobody is there.
    pub(super) fn holder(&self, turn: i64) -> Option<&'a Person> {
        let place = if self.terms.is_empty() {
            (!self.people.is_empty()).then(|| turn.rem_euclid(self.people.len() as i64) as usize)
        } else {
            self.dealt(turn)
        };
        place.and_then(|place| self.people.get(place)).map(|member| &member.person)
    }

    /// Walks from turn 0 over the spans in which the same people are there; each span is dealt by one division.
    fn dealt(&self, turn: i64) -> Option<usize> {
        let forwards = turn >= 0;
        let mut begins = 0;
        let mut last = None;
        loop {
            let ends = self.changes_after(begins, forwards);
            let there = self.terms.iter().filter(|term| is_there(**term, begins)).count() as i64;
            let reached = match ends {
                Some(ends) if forwards => turn < ends,
                Some(ends) => turn > ends,
                None => true,
            };
            if there > 0 {
                let stop = if reached {
                    turn
                } else if forwards {
                    ends? - 1
                } else {
                    ends? + 1
                };
                last = self.next(last, begins, forwards);
                for _ in 0..(stop - begins).abs() % there {
                    last = self.next(last, begins, forwards);
                }
            }
            if reached {
                return last.filter(|_| there > 0);
            }
            begins = ends?;
        }
    }

    /// The first turn beyond this one for which other people are there; none where that never changes again.
    fn changes_after(&self, turn: i64, forwards: bool) -> Option<i64> {
        let changes = self.terms.iter().flat_map(|(joins, leaves)| [*joins, *leaves]);
        if forwards {
            changes.filter(|change| *change > turn && *change < i64::MAX).min()
        } else {
            changes.filter(|change| *change <= turn && *change > i64::MIN).max().map(|change| change - 1)
        }
    }

    /// The next in the list who is there, after somebody's place; the first in the list after nobody's.
    fn next(&self, last: Option<usize>, turn: i64, forwards: bool) -> Option<usize> {
        let count = self.terms.len();
        let places = (1..=count).map(|step| match (last, forwards) {
            (None, _) => step - 1,
            (Some(last), true) => (last + step) % count,
            (Some(last), false) => (last + count - step) % count,
        });
        places.into_iter().find(|place| self.terms.get(*place).is_some_and(|term| is_there(*term, turn)))
    }
}

fn is_there((joins, leaves): (i64, i64), turn: i64) -> bool {
    joins <= turn && turn < leaves
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

    use super::*;
    use crate::rota::{Every, Hours};
    use chrono::NaiveDateTime;

    /// A daily rotation from Monday 1 June 2026; `bea 03..05` is there from the 3rd to the 5th.
    fn layer(people: &[&str]) -> Layer {
        let day = |text: &str| format!("2026-06-{text}T08:00:00").parse::<NaiveDateTime>().ok();
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

    fn dealt(people: &[&str], turns: std::ops::Range<i64>) -> String {
        let layer = layer(people);
        let dealing = Dealing::of(&layer);
        turns.map(|turn| dealing.holder(turn).map_or("-", Person::as_str)).collect::<Vec<_>>().join(" ")
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
    }

    #[test]
    fn leaving_passes_over_and_goes_on_with_the_next() {
        assert_eq!(dealt(&["a", "b ..05", "c"], 0..8), "a b c a c a c a");
        assert_eq!(dealt(&["a ..02", "b"], 0..4), "a b b b");
    }

    #[test]
    fn nobody_holds_a_turn_when_all_have_left() {
        assert_eq!(dealt(&["a ..03", "b ..03"], 0..4), "a b - -");
        assert_eq!(dealt(&["a ..03", "b 05.."], 0..6), "a a - - b b");
        assert_eq!(dealt(&[], 0..2), "- -");
    }

    #[test]
    fn nobody_is_dealt_a_turn_that_they_could_not_hold_to_its_end() {
        let mut layer = layer(&["a", "b"]);
        layer.every = Every::Weeks(1);
        layer.people[1].until = "2026-06-10T08:00:00".parse().ok();
        let dealing = Dealing::of(&layer);
        assert_eq!(dealing.holder(1).map(Person::as_str), Some("a"));
    }
}
