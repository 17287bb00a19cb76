//! Of all that was said, what tells when to call: the last time, with the day and the part of the day that go with it.

use super::lexicon::{Key, Part};
use super::said::{Base, Item, Said};
use super::scan::Scan;

/// So many other words between two items still belong together: "tomorrow, I think at nine".
const GAP_MAX: usize = 6;
/// In texts of so many tokens a bare number may be a time.
const SHORT_TEXT_TOKENS: usize = 14;

/// What was chosen; indexes into the items.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Chosen {
    pub(super) time: Option<usize>,
    pub(super) day: Option<usize>,
    pub(super) part: Option<usize>,
    pub(super) week: Option<usize>,
    pub(super) soon: Option<usize>,
    pub(super) any_time: Option<usize>,
}

impl Scan<'_> {
    /// Chooses among the items that are not refused.
    pub(super) fn choose(&self, said: &[Said]) -> Chosen {
        let ours = said
            .iter()
            .any(|said| !said.aside && !said.refused && (said.sure || self.tokens.len() <= SHORT_TEXT_TOKENS));
        let dated =
            said.iter().any(|said| !said.refused && (said.item.is_day() || matches!(said.item, Item::Part(..))));
        let counts = |said: &Said| {
            let believed = said.sure || self.tokens.len() <= SHORT_TEXT_TOKENS || dated;
            !said.refused && believed && (!said.aside || !ours)
        };
        let surely = said.iter().any(|said| counts(said) && said.sure && said.item.is_time());
        let is_time =
            |said: &Said| counts(said) && ((said.item.is_time() && (said.sure || !surely)) || said.item.is_ahead());
        let time = said.iter().rposition(is_time);
        // "three, but three thirty is better": what is less sure stands back, "nine, or ten" goes with the first.
        let time = time.map(|last| self.first_of_alternatives(said, last, is_time));
        // "we will be only three next week".
        let vague =
            |said: &Said| matches!(said.item, Item::Day(day) if matches!(day.base, Base::Week(..) | Base::Month(..)));
        let beside = |at: usize| {
            said.get(at + 1).is_some_and(vague) || at.checked_sub(1).and_then(|at| said.get(at)).is_some_and(vague)
        };
        let time = time.filter(|at| said.get(*at).is_some_and(|said| said.sure) || !beside(*at));
        let mut chosen = Chosen { time, ..Chosen::default() };
        if let Some(time) = time
            && said.get(time).is_some_and(|said| said.item.is_ahead())
        {
            return chosen;
        }
        let is_week =
            |said: &Said| matches!(said.item, Item::Day(day) if matches!(day.base, Base::Week(..) | Base::Weekend(_)));
        let days = |said: &Said| counts(said) && said.item.is_day();
        let parts = |said: &Said| counts(said) && matches!(said.item, Item::Part(..));
        chosen.day = self.pick(said, time, &days).map(|day| self.first_of_alternatives(said, day, days));
        chosen.part = self.pick(said, time, &parts);
        if let (Some(day), Some(part)) = (chosen.day, chosen.part)
            && let (Some(day_said), Some(part_said)) = (said.get(day), said.get(part))
        {
            // "this morning" is no part of "friday"; "friday, in the morning" is.
            let own =
                matches!(part_said.item, Item::Part(Part::ThisMorning | Part::ThisAfternoon | Part::ThisEvening, _));
            let today = matches!(day_said.item, Item::Day(day) if day.base == Base::Ahead(0));
            if own && !today {
                if part > day { chosen.day = None } else { chosen.part = None }
            }
        }
        // "next week between Wednesday and Friday", "Wednesday of next week".
        if let Some(day) = chosen.day {
            let others =
                |other: usize| other != day && said.get(other).is_some_and(|said| !said.refused && is_week(said));
            let near = [day.wrapping_sub(1), day + 1].into_iter().find(|other| others(*other));
            if said.get(day).is_some_and(is_week) {
                let weekday = |other: usize| {
                    said.get(other).filter(|said| counts(said)).is_some_and(|said| match said.item {
                        Item::Day(day) => matches!(day.base, Base::Weekday(..)),
                        Item::Days(..) => true,
                        _ => false,
                    })
                };
                if day > 0 && weekday(day - 1) && self.joined(said, day - 1, day) {
                    (chosen.day, chosen.week) = (Some(day - 1), Some(day));
                }
            } else {
                chosen.week = near.filter(|near| self.joined(said, day.min(*near), day.max(*near)));
            }
        }
        if time.is_none() && chosen.day.is_none() && chosen.part.is_none() {
            chosen.soon = said.iter().rposition(|said| counts(said) && said.item == Item::Soon);
            chosen.any_time = said.iter().rposition(|said| counts(said) && said.item == Item::AnyTime);
        }
        chosen
    }

    /// Whether two items stand close together.
    fn joined(&self, said: &[Said], first: usize, second: usize) -> bool {
        match (said.get(first), said.get(second)) {
            (Some(first), Some(second)) => second.from.saturating_sub(first.to) <= 2,
            _ => false,
        }
    }

    /// "at nine or ten" is kept at nine.
    fn first_of_alternatives(&self, said: &[Said], last: usize, is_time: impl Fn(&Said) -> bool) -> usize {
        let Some(previous) = last.checked_sub(1) else { return last };
        let (Some(first), Some(second)) = (said.get(previous), said.get(last)) else { return last };
        let or = second.from == first.to + 1 && self.is(first.to, Key::Or);
        // "this or next week" is one thing, "Thursday or Friday" are two.
        if or && is_time(first) && !second.item.is_ahead() { previous } else { last }
    }

    /// The item of a kind that goes with the time, if there is one; else the last of its kind.
    fn pick(&self, said: &[Said], time: Option<usize>, wanted: &impl Fn(&Said) -> bool) -> Option<usize> {
        match time {
            Some(anchor) => self.near(said, anchor, wanted),
            None => said.iter().rposition(wanted),
        }
    }

    /// The item of a kind that goes with another: the nearest in the same breath, else the last before, else any.
    fn near(&self, said: &[Said], anchor: usize, wanted: &impl Fn(&Said) -> bool) -> Option<usize> {
        let mut last_before = None;
        let mut broken = false;
        for at in (0..anchor).rev() {
            let (Some(item), Some(next)) = (said.get(at), said.get(at + 1)) else { break };
            broken |= next.from.saturating_sub(item.to) > GAP_MAX || (item.to..next.from).any(|i| self.at(i).breaks);
            if wanted(item) {
                last_before = Some((at, broken));
                break;
            }
        }
        let mut after = None;
        for at in anchor + 1..said.len() {
            let (Some(item), Some(before)) = (said.get(at), said.get(at - 1)) else { break };
            if item.from.saturating_sub(before.to) > GAP_MAX {
                break;
            }
            if wanted(item) {
                after = Some(at);
                break;
            }
        }
        match (last_before, after) {
            // "tuesday at nine, i mean wednesday": the later one corrects; in one breath it only adds.
            (Some(_), Some(after)) => Some(after),
            (Some((before, _)), None) => Some(before),
            (None, after) => after.or_else(|| said.iter().rposition(wanted)),
        }
    }
}
