//! Ranges: "between two and four", "9-11am", "de lunes a viernes", "from 4 p.m. today to 5 p.m. tomorrow".

use super::lexicon::Key;
use super::said::{Base, Item, MonthSaid, Point};
use super::scan::Scan;

impl Scan<'_> {
    /// "between two and four", "de nueve a once", "9-11am", "from Monday to Wednesday".
    pub(super) fn range(&self, at: usize) -> Option<(Item, usize)> {
        let between = self.is(at, Key::Between);
        let lead = between || self.is(at, Key::From);
        let from = at + usize::from(lead) + usize::from(lead && self.is(at + 1, Key::Between));
        let join = |index: usize| {
            let dash = self.at(index).before == '-' && self.has(index);
            // "viernes 23 a las 4" is no range; "de las 4 a las 7" is.
            let at_the =
                self.at(index).letter == 'a' && self.is(index + 1, Key::Las) && !lead && !self.is(from, Key::Las);
            let word = self.is(index, Key::To) && !at_the || (between && self.is(index, Key::And));
            (dash || word).then(|| (dash, index + usize::from(word)))
        };
        let first_day = self.day(from + self.filler(from)).filter(|(_, to)| join(*to).is_some());
        let first_clock = self.point(from, false);
        if let Some((first, next, first_sure)) = first_clock
            && let Some((dash, next)) = join(next)
        {
            // "from 19 to 20 November".
            if !first_sure
                && first.day.is_none()
                && let Some((second, to)) = self.day(next + self.filler(next))
                && let Base::Date(month, _, year) = second.base
                && self.clock(to).is_none_or(|(.., sure)| !sure)
            {
                return Some((Item::Days(Base::Date(month, first.clock.hour, year).into(), second), to));
            }
            if let Some((second, to, second_sure)) = self.point(next, first.day.is_some()) {
                let counted = !second_sure && (self.counted(to) || self.at(to).digits > 0 && self.at(to).before != ' ');
                let label = at > 0 && (self.is(at - 1, Key::Label) || self.is(at - 1, Key::Not) && !first_sure);
                let said = lead || dash || first_sure || second_sure || self.after_call(at);
                let dated = dash && self.at(from).before == '/';
                let fits = said && !counted && !label && !dated;
                return fits.then_some((Item::Between(first, second), to));
            }
        }
        // "del 10 al 12".
        if let Some((first, next)) = first_day
            && let Base::OfMonth(from_day, month) = first.base
            && let Some((_, next)) = join(next)
            && let Some((to_day, to)) = self.count(next).filter(|(day, _)| (from_day + 1..=31).contains(day))
            && self.day(next).is_none()
            && !self.counted(to)
            && self.clock(next).is_none_or(|(.., sure)| !sure)
        {
            return Some((Item::Days(first, Base::OfMonth(to_day, month).into()), to));
        }
        // "July 13 to 15".
        if let Some((first, next)) = first_day
            && let Base::Date(month, from_day, year) = first.base
            && let Some((_, next)) = join(next)
            && let Some((to_day, to)) = self.count(next).filter(|(day, _)| (from_day + 1..=31).contains(day))
            && self.at(to).senses.month.is_none()
            && self.clock(next).is_none_or(|(.., sure)| !sure)
        {
            return Some((Item::Days(first, Base::Date(month, to_day, year).into()), to));
        }
        if let Some((first, next)) = first_day
            && let Some((_, next)) = join(next)
            && let Some((second, to)) = self.day(next + self.filler(next))
        {
            // "entre el 3 y el 12 de enero".
            let first = match (first.base, second.base) {
                (Base::OfMonth(day, MonthSaid::Any), Base::Date(month, _, year)) => Base::Date(month, day, year).into(),
                (Base::OfMonth(day, MonthSaid::Any), Base::OfMonth(_, month)) => Base::OfMonth(day, month).into(),
                _ => first,
            };
            return (lead || self.is(next - 1, Key::To) || self.at(next).before == '-')
                .then_some((Item::Days(first, second), to));
        }
        None
    }

    /// Whether the words just before ask for something at a time.
    fn after_call(&self, at: usize) -> bool {
        at == 0
            || self.is(at - 1, Key::Call)
            || self.is(at - 1, Key::At)
            || self.is(at - 1, Key::Around)
            || self.is(at - 1, Key::Las)
            || self.at(at - 1).senses.day.is_some()
            || self.at(at - 1).senses.weekday.is_some()
    }

    fn filler(&self, at: usize) -> usize {
        usize::from((self.is(at, Key::El) || self.is(at, Key::On)) && self.day(at).is_none())
    }

    /// One end of a range: a time, and a day where one is said with it.
    fn point(&self, at: usize, with_day: bool) -> Option<(Point, usize, bool)> {
        let day_first = self.day(at).filter(|(day, _)| !matches!(day.base, Base::OfMonth(..)));
        let from = day_first.map_or(at, |(_, to)| to);
        let cue = usize::from(
            self.is(from, Key::At)
                || self.is(from, Key::A) && self.is(from + 1, Key::Las)
                || self.is(from, Key::Around),
        );
        let (clock, to, sure) = self.clock(from + cue + self.article(from + cue))?;
        let mut point = Point { clock, day: day_first.map(|(day, _)| day) };
        let mut end = to;
        if point.day.is_none() {
            let of = usize::from(self.is(to, Key::Of) || self.is(to, Key::On));
            let later = self.at(to + of).senses.day.is_some() || of == 1 || with_day;
            // The day after the second time is everybody's; after the first, it is the first's.
            if let Some((day, next)) = self.day(to + of).filter(|_| later)
                && (with_day || self.is(next, Key::To) || self.is(next, Key::And))
            {
                (point.day, end) = (Some(day), next);
            }
        }
        Some((point, end, sure || point.day.is_some()))
    }
}
