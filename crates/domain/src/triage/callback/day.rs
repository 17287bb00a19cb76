//! Days, weeks and months: "next Friday", "el lunes 21", "December third", "12/3", "the week of the 18th".

use super::lexicon::{Feast, Key, Part, Unit};
use super::said::{Base, DaySaid, Edge, LAST, MonthSaid, Which};
use super::scan::Scan;

/// Years that are believed to be years; later ones are of the Thai calendar.
const YEARS: std::ops::RangeInclusive<u32> = 2000..=2100;
const THAI_YEARS: std::ops::RangeInclusive<u32> = 2500..=2650;
const THAI_YEARS_AHEAD: u32 = 543;

impl Scan<'_> {
    /// A day or days and the token after it.
    pub(super) fn day(&self, at: usize) -> Option<(DaySaid, usize)> {
        if !self.has(at) {
            return None;
        }
        // "two days after next Friday", "a week from tomorrow".
        if let Some((length, next)) = self.length(at).filter(|(length, _)| length.days > 0 && length.seconds == 0)
            && (self.is(next, Key::After) || self.is(next, Key::From))
            && let Some((day, end)) = self.one_day(next + 1)
        {
            return Some((DaySaid { plus: day.plus + length.days, ..day }, end));
        }
        if let Some((length, next)) = self.length(at).filter(|(length, _)| length.days > 0 && length.seconds == 0)
            && self.is(next, Key::AfterNext)
            && let Some(weekday) = self.weekday_name(next + 1)
        {
            let base = Base::Weekday(weekday, Which::InWeek(1));
            return Some((DaySaid { base, plus: length.days }, next + 2));
        }
        // "a week on Friday".
        if let Some((length, next)) = self.length(at).filter(|(length, _)| length.days > 0 && length.days % 7 == 0)
            && self.is(next, Key::On)
            && let Some(weekday) = self.weekday_name(next + 1)
        {
            return Some((DaySaid { base: Base::Weekday(weekday, Which::Nearest), plus: length.days }, next + 2));
        }
        // "in two Mondays".
        if self.is(at, Key::In) || self.is(at, Key::Ahead) {
            let counted = self.count(at + 1).filter(|(count, _)| (1..=10).contains(count));
            if let Some((count, next)) = counted
                && let Some(weekday) = self.at(next).senses.weekday.filter(|_| self.has(next))
            {
                return Some((Base::Weekday(weekday, Which::Count(count)).into(), next + 1));
            }
        }
        let (mut day, mut end) = self.one_day(at)?;
        // "el lunes en ocho", "el viernes en quince".
        if matches!(day.base, Base::Weekday(..)) && self.is(end, Key::In) && !self.has(end + 2) {
            let weeks = match self.at(end + 1).senses.number {
                Some(8) => 1,
                Some(15) => 2,
                _ => 0,
            };
            day.plus += 7 * weeks;
            end += if weeks > 0 { 2 } else { 0 };
        }
        if self.at(end).before == '+'
            && let Some((length, next)) = self.length(end).filter(|(length, _)| length.days > 0)
        {
            day.plus += length.days;
            end = next;
        }
        // "monday week".
        if matches!(day.base, Base::Weekday(_, Which::Nearest))
            && self.at(end).senses.unit == Some(Unit::Week)
            && self.is_week(end)
        {
            day.plus += 7;
            end += 1;
        }
        Some((day, end))
    }

    fn is_week(&self, at: usize) -> bool {
        self.has(at) && self.at(at).senses.unit == Some(Unit::Week) && !self.is(at + 1, Key::QueViene)
    }

    fn one_day(&self, at: usize) -> Option<(DaySaid, usize)> {
        let token = self.at(at);
        // "a las nueve del día 15".
        if token.is(Key::TheDay)
            && let Some((base, end)) = self.month_date(at + 1).or_else(|| self.of_month(at))
        {
            return Some((base.into(), end));
        }
        if let Some(days) = token.senses.day.filter(|_| self.has(at)) {
            return Some((Base::Ahead(days).into(), at + 1));
        }
        if let Some(weeks) = token.senses.weekend.filter(|_| self.has(at)) {
            let after = i64::from(self.is(at + 1, Key::AfterNext));
            return Some((Base::Weekend(weeks + after).into(), at + 1 + usize::from(after > 0)));
        }
        let feast_at = at + usize::from(self.is(at, Key::El) || self.is(at, Key::On) || self.is(at, Key::TheDay));
        if let Some(feast) = self.at(feast_at).senses.feast.filter(|_| self.has(feast_at)) {
            let base = match feast {
                Feast::On(month, day) => Base::Date(month, day, None),
                Feast::Nth(month, nth, weekday) => Base::NthWeekday(nth, weekday, MonthSaid::Named(month)),
            };
            return Some((base.into(), feast_at + 1));
        }
        // "the day after Christmas", "the day before the fourth of July".
        let beside = i64::from(token.is(Key::DayAfter)) - i64::from(token.is(Key::DayBefore));
        if beside != 0
            && let Some((day, end)) = self.one_day(at + 1).filter(|(day, _)| day.base != Base::DayAfter)
            && self.at(at + 1).before == ' '
        {
            return Some((DaySaid { plus: day.plus + beside, ..day }, end));
        }
        for (key, base) in [
            (Key::DayAfter, Base::DayAfter),
            (Key::NextBusinessDay, Base::BusinessAhead(1)),
            (Key::EndOfMonth, Base::Month(MonthSaid::Ahead(0), Edge::End)),
        ] {
            if token.is(key) {
                return Some((base.into(), at + 1));
            }
        }
        // "next evening".
        let part = self.at(at + 1).senses.part;
        if token.is(Key::Next)
            && self.has(at + 1)
            && matches!(part, Some(Part::Morning | Part::Afternoon | Part::Evening))
        {
            return Some((Base::Ahead(1).into(), at + 1));
        }
        let lead = self.lead_in(at);
        self.numeric_date(at + lead)
            .or_else(|| self.numeric_date(at + lead + 1).filter(|_| self.is(at + lead, Key::El)))
            .or_else(|| self.rest(at))
            .or_else(|| self.nth(at + lead).or_else(|| self.nth(at)))
            .or_else(|| self.count_of_weekdays(at))
            .or_else(|| self.month_date(at + lead).or_else(|| self.month_date(at)))
            .or_else(|| self.week_or_month(at).map(|(base, end)| self.day_of_that_month(base, end)))
            .or_else(|| self.weekday(at))
            .or_else(|| self.of_month(at))
            .map(|(base, end)| (base.into(), end))
    }

    /// "next month on the 5th".
    fn day_of_that_month(&self, base: Base, end: usize) -> (Base, usize) {
        match (base, self.of_month(end)) {
            (Base::Month(month, Edge::Whole), Some((Base::OfMonth(day, MonthSaid::Any), end))) => {
                (Base::OfMonth(day, month), end)
            }
            _ => (base, end),
        }
    }

    /// How many words like "on", "around", "el día" stand before a date.
    fn lead_in(&self, at: usize) -> usize {
        let leads = |index: usize| {
            [Key::On, Key::Around, Key::TheDay].iter().any(|key| self.is(index, *key))
                && self.at(index).number().is_none()
        };
        (0..2).take_while(|i| leads(at + i)).count()
    }

    /// "12/3", "3/12/2026", "2026-12-03".
    pub(super) fn numeric_date(&self, at: usize) -> Option<(Base, usize)> {
        let (first, second, third) = (self.at(at), self.at(at + 1), self.at(at + 2));
        if first.digits == 0 || second.digits == 0 || !second.glued || !matches!(second.before, '/' | '-' | '.') {
            return None;
        }
        let year = |value: u32| i32::try_from(if value < 100 { 2000 + value } else { value }).ok();
        let signed = third.digits > 0 && third.before == second.before && third.glued;
        if first.digits == 4 && signed {
            return self.checked(second.value, third.value, year(first.value), at + 3);
        }
        if first.digits > 2 || second.digits > 2 {
            return None;
        }
        if !signed {
            let whole = self.at(at + 2).before != '/' && first.value > 0;
            // A dash or a dot without a year is a range or a time.
            if second.before != '/' || !whole || self.at(at + 2).senses.unit.is_some() && self.has(at + 2) {
                return None;
            }
            let (month, day) = self.ordered(first.value, second.value);
            return self.checked(month, day, None, at + 2);
        }
        if second.before == '.' && third.digits != 4 {
            return None;
        }
        let (month, day) = self.ordered(first.value, second.value);
        self.checked(month, day, year(third.value), at + 3)
    }

    fn ordered(&self, first: u32, second: u32) -> (u32, u32) {
        if (self.month_first && first <= 12) || second > 12 { (first, second) } else { (second, first) }
    }

    fn checked(&self, month: u32, day: u32, year: Option<i32>, end: usize) -> Option<(Base, usize)> {
        ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((Base::Date(month, day, year), end))
    }

    /// "the rest of the week".
    fn rest(&self, at: usize) -> Option<(Base, usize)> {
        if !self.is(at, Key::Rest) {
            return None;
        }
        let from =
            at + 1 + usize::from(self.is(at + 1, Key::El) || self.is(at + 1, Key::Las) || self.is(at + 1, Key::This));
        if self.at(from).senses.day == Some(0) {
            return Some((Base::RestOf(Unit::Day), from + 1));
        }
        let unit = self.at(from).senses.unit.filter(|_| self.has(from))?;
        let tail = usize::from(self.is(from + 1, Key::This)) + usize::from(self.at(from + 1).senses.day == Some(0));
        let tail = if self.is(from + 1, Key::Of) && self.at(from + 2).senses.day == Some(0) { 2 } else { tail };
        matches!(unit, Unit::Day | Unit::Week | Unit::Month).then_some((Base::RestOf(unit), from + 1 + tail))
    }

    fn month_name(&self, at: usize) -> Option<u32> {
        self.at(at).senses.month.filter(|_| self.has(at))
    }

    /// "next month", "of this month", "de enero"; and the token after it.
    fn month_said(&self, at: usize) -> Option<(MonthSaid, usize)> {
        let of = usize::from(self.is(at, Key::Of) || self.is(at, Key::In));
        let from = at + of;
        if let Some(month) = self.month_name(from).filter(|_| of == 1) {
            return Some((MonthSaid::Named(month), from + 1));
        }
        let det = |index: usize| {
            self.is(index, Key::Next) || self.is(index, Key::This) || self.is(index, Key::El) || self.is(index, Key::In)
        };
        let mut ahead = None;
        let mut next = from;
        while det(next) && next < from + 3 {
            if self.is(next, Key::Next) {
                ahead = Some(1);
            } else if self.is(next, Key::This) {
                ahead = Some(0);
            }
            next += 1;
        }
        if self.at(next).senses.unit != Some(Unit::Month) || !self.has(next) {
            return None;
        }
        next += 1;
        if self.is(next, Key::QueViene) {
            (ahead, next) = (Some(1), next + 1);
        }
        let ahead = ahead.or((of == 1).then_some(0))?;
        Some((MonthSaid::Ahead(ahead), next))
    }

    /// "the second Monday of next month", "3rd week of Jan", "20th day of next month".
    fn nth(&self, at: usize) -> Option<(Base, usize)> {
        let from = at + usize::from(self.is(at, Key::El) || self.is(at, Key::Las));
        if self.is(from, Key::LastWeek) {
            // "the last week of June"; by itself it has been.
            let (month, end) = self.month_said(from + 1)?;
            return Some((Base::NthWeek(LAST, month), end));
        }
        let (nth, next) = self.ordinal(from)?;
        if let Some(weekday) = self.at(next).senses.weekday.filter(|_| self.has(next)) {
            let part = usize::from(self.at(next + 1).senses.part.is_some() && self.month_said(next + 1).is_none());
            let (month, end) = self.month_said(next + 1 + part)?;
            // The part of the day in between is found again: it comes before "of next month" only in Spanish.
            return Some((Base::NthWeekday(nth, weekday, month), if part == 1 { next + 1 } else { end }));
        }
        if let Some(month) = self.month_name(next + 1).filter(|_| self.is(next, Key::WeekOf)) {
            return Some((Base::NthWeek(nth, MonthSaid::Named(month)), next + 2));
        }
        if self.is_week(next) {
            let (month, end) = self.month_said(next + 1)?;
            return Some((Base::NthWeek(nth, month), end));
        }
        if self.at(next).senses.unit == Some(Unit::Day) && self.has(next) {
            let (month, end) = self.month_said(next + 1)?;
            let base = if nth == LAST { Base::Month(month, Edge::End) } else { Base::OfMonth(nth, month) };
            return Some((base, end));
        }
        None
    }

    /// "December third", "3 de diciembre de 2026", "in January".
    pub(super) fn month_date(&self, at: usize) -> Option<(Base, usize)> {
        if let Some(month) = self.month_name(at) {
            let the = usize::from(self.is(at + 1, Key::El) || self.is(at + 1, Key::On));
            let found =
                self.of_days(at + 1 + the).filter(|(.., end, ordinal)| *ordinal || !self.times(at + 1 + the, *end));
            if let Some((day, end, _)) = found {
                let (year, end) = self.year(end);
                return Some((Base::Date(month, day, year), end));
            }
            if let (Some(year), end) = self.year(at + 1) {
                return Some((Base::Month(MonthSaid::Dated(month, year), Edge::Whole), end));
            }
            let introduced = at > 0
                && (self.is(at - 1, Key::In)
                    || self.is(at - 1, Key::Next)
                    || self.is(at - 1, Key::This)
                    || self.is(at - 1, Key::Of));
            return introduced.then_some((Base::Month(MonthSaid::Named(month), Edge::Whole), at + 1));
        }
        let the = usize::from(self.is(at, Key::El));
        let (day, next, ordinal) = self.of_days(at + the)?;
        let of = usize::from(self.is(next, Key::Of));
        if let Some(month) = self.month_name(next + of) {
            let (year, end) = self.year(next + of + 1);
            return Some((Base::Date(month, day, year), end));
        }
        if let Some((month, end)) = self.month_said(next) {
            return Some((Base::OfMonth(day, month), end));
        }
        // "el 17 del 11".
        if the == 1 && of == 1 && !ordinal && self.at(next + 1).digits > 0 && self.at(at + the).digits > 0 {
            let (month, end) = self.count(next + 1)?;
            return self.checked(month, day, None, end);
        }
        None
    }

    /// Whether what stands there is rather a time: "May 9:30", "april 7 pm".
    fn times(&self, at: usize, end: usize) -> bool {
        self.at(end).senses.half.is_some() && self.has(end)
            || self.clock(at).is_some_and(|(clock, ..)| clock.to_the_minute && self.at(at + 1).before == ':')
    }

    fn year(&self, at: usize) -> (Option<i32>, usize) {
        let of = usize::from(self.is(at, Key::Of));
        let token = self.at(at + of);
        let year = if token.digits == 4 && YEARS.contains(&token.value) {
            Some(token.value)
        } else if token.digits == 4 && THAI_YEARS.contains(&token.value) {
            Some(token.value - THAI_YEARS_AHEAD)
        } else {
            None
        };
        match year.and_then(|year| i32::try_from(year).ok()) {
            Some(year) => (Some(year), at + of + 1),
            None => (None, at),
        }
    }

    /// "next week", "la semana que viene", "the end of the month", "the week of the 18th".
    pub(super) fn week_or_month(&self, at: usize) -> Option<(Base, usize)> {
        if self.is(at, Key::WeekOf) {
            if let Some((Base::Date(month, day, _), end)) = self.month_date(at + 1) {
                return Some((Base::WeekOf(day, MonthSaid::Named(month)), end));
            }
            let the = usize::from(self.is(at + 1, Key::El));
            if let Some((day, end, _)) = self.of_days(at + 1 + the) {
                return Some((Base::WeekOf(day, MonthSaid::Any), end));
            }
        }
        let edge = match self.at(at) {
            token if token.is(Key::Start) => Edge::Start,
            token if token.is(Key::End) => Edge::End,
            token if token.is(Key::Mid) => Edge::Mid,
            _ => Edge::Whole,
        };
        let mut from = at + usize::from(edge != Edge::Whole);
        let begin = from;
        let (mut ahead, mut said) = (0, false);
        while from < begin + 4 && self.has(from) {
            let token = self.at(from);
            if token.is(Key::Next) {
                (ahead, said) = (1, true);
            } else if token.is(Key::This) {
                said = true;
            } else if !(token.is(Key::El) || token.is(Key::Las) || token.is(Key::Of) && from > at) {
                break;
            }
            from += 1;
        }
        if edge != Edge::Whole
            && let Some(month) = self.month_name(from)
        {
            return Some((Base::Month(MonthSaid::Named(month), edge), from + 1));
        }
        let unit = self.at(from).senses.unit.filter(|_| self.has(from))?;
        let mut end = from + 1;
        if self.is(end, Key::QueViene) {
            (ahead, said, end) = (1, true, end + 1);
        } else if self.is(end, Key::AfterNext) {
            (ahead, said, end) = (2, true, end + 1);
        } else if self.is(end, Key::This) && self.at(end).before == ' ' {
            end += usize::from(said || edge != Edge::Whole);
        }
        if !said && edge == Edge::Whole {
            // "la semana de 18".
            let (day, next, _) = self.of_days(end + 1).filter(|_| unit == Unit::Week && self.is(end, Key::Of))?;
            return Some((Base::WeekOf(day, MonthSaid::Any), next));
        }
        match unit {
            Unit::Week => Some((Base::Week(ahead, edge), end)),
            Unit::Month => Some((Base::Month(MonthSaid::Ahead(u32::try_from(ahead).ok()?), edge), end)),
            Unit::Day if ahead == 1 => Some((Base::Ahead(1), end)),
            _ => None,
        }
    }
}
