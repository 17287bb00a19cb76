//! Days by their name or their number in the month: "next Friday", "el viernes 23", "the 5th".

use super::lexicon::{Key, Part};
use super::said::{Base, Edge, MonthSaid, Which};
use super::scan::Scan;
use chrono::Weekday;

impl Scan<'_> {
    /// "third", "3rd", "twenty third", "21ro"; and the token after it.
    pub(super) fn ordinal(&self, at: usize) -> Option<(u32, usize)> {
        let token = self.at(at);
        if !self.has(at) {
            return None;
        }
        if let Some(ordinal) = token.senses.ordinal {
            return Some((ordinal, at + 1));
        }
        if token.digits > 0 && token.digits <= 2 && self.at(at + 1).glued && self.is(at + 1, Key::OrdinalEnd) {
            return Some((token.value, at + 2));
        }
        let tens = token.senses.number.filter(|n| matches!(n, 20 | 30))?;
        let ones = self.at(at + 1).senses.ordinal.filter(|n| *n < 10 && self.has(at + 1))?;
        Some((tens + ones, at + 2))
    }

    /// An ordinal or a number from 1 to 31, and whether it is an ordinal.
    pub(super) fn of_days(&self, at: usize) -> Option<(u32, usize, bool)> {
        if let Some((day, end)) = self.ordinal(at).filter(|(day, _)| (1..=31).contains(day)) {
            return Some((day, end, true));
        }
        let token = self.at(at);
        if token.digits > 2 || self.at(at + 1).before == ':' {
            return None;
        }
        let (day, end) = self.count(at)?;
        (1..=31).contains(&day).then_some((day, end, false))
    }

    /// "three Fridays from now", "two Mondays later".
    pub(super) fn count_of_weekdays(&self, at: usize) -> Option<(Base, usize)> {
        let (count, next) = self.count(at)?;
        let weekday = self.at(next).senses.weekday.filter(|_| self.has(next))?;
        (self.is(next + 1, Key::FromNow) && (1..=52).contains(&count))
            .then_some((Base::Weekday(weekday, Which::Count(count)), next + 2))
    }

    pub(super) fn weekday_name(&self, at: usize) -> Option<Weekday> {
        let token = self.at(at);
        if !self.has(at) {
            return None;
        }
        token.senses.weekday.or_else(|| {
            // "sat" and "sun" are words too.
            let day = token.senses.short_weekday?;
            let lead = at == 0
                || self.at(at).before == ','
                || [Key::On, Key::This, Key::Next, Key::El, Key::At, Key::Of].iter().any(|key| self.is(at - 1, *key))
                    && self.at(at - 1).end - self.at(at - 1).start != 3;
            let follows = self.is(at + 1, Key::At)
                || self.at(at + 1).number().is_some() && self.has(at + 1)
                || self.at(at + 1).senses.part.is_some();
            (lead || follows).then_some(day)
        })
    }

    /// "next Friday", "el viernes que viene", "Tuesday of next week", "Monday the 24th", "viernes 23".
    pub(super) fn weekday(&self, at: usize) -> Option<(Base, usize)> {
        let mut from = at;
        let mut which = Which::Nearest;
        while from < at + 3 && self.has(from) {
            let token = self.at(from);
            if token.is(Key::Next) {
                which = Which::InWeek(1);
            } else if token.is(Key::This) {
                which = Which::This;
            } else if !(token.is(Key::El) || token.is(Key::On) && !token.is(Key::Para)) {
                break;
            }
            from += 1;
        }
        let weekday = self.weekday_name(from)?;
        let mut end = from + 1;
        if self.is(end, Key::QueViene) {
            return Some((Base::Weekday(weekday, Which::InWeek(1)), end + 1));
        }
        if self.is(end, Key::AfterNext) {
            return Some((Base::Weekday(weekday, Which::AfterNext), end + 1));
        }
        let of = usize::from(self.is(end, Key::Of) || self.is(end, Key::In));
        if let Some((Base::Week(weeks, Edge::Whole), end)) = self.week_or_month(end + of) {
            return Some((Base::Weekday(weekday, Which::InWeek(weeks)), end));
        }
        // "Friday the 23rd", "lunes 21", "viernes 6 de julio".
        let the = usize::from(self.is(end, Key::El) && !self.is(end, Key::Las));
        if let Some((base @ Base::Date(..), end)) =
            self.month_date(end + the).or_else(|| self.month_date(end)).or_else(|| self.numeric_date(end))
        {
            return Some((base, end));
        }
        if let Some((day, next, ordinal)) = self.of_days(end + the) {
            let at_the = self.at(next).letter == 'a' && self.is(next + 1, Key::Las);
            let timed = self.clock(end + the).is_some_and(|(.., sure)| sure) && !ordinal && self.clock(next).is_none();
            let led = from > at && self.is(from - 1, Key::El) && self.moment(next);
            let hour = !ordinal && the == 0 && day <= 12 && !self.is(next, Key::At) && !at_the && !led;
            let ranged = self.is(next, Key::To) && !at_the && !led || self.at(next).before == '-' && self.has(next);
            if ordinal || !(timed || hour || ranged || self.counted(next)) {
                end = next;
                return Some((Base::WeekdayDate(weekday, day), end));
            }
        }
        Some((Base::Weekday(weekday, which), end))
    }

    /// Whether a part of the day follows that is a moment, which leaves no room for an hour: "el lunes 8 a media tarde".
    fn moment(&self, at: usize) -> bool {
        let a = usize::from(self.at(at).letter == 'a');
        let part = self.at(at + a).senses.part.filter(|_| self.has(at + a));
        matches!(part, Some(Part::MidMorning | Part::MidAfternoon | Part::FirstThing | Part::EndOfDay))
    }

    /// "the 5th", "el 16", "el día 21", "on the 17", "8 pm on 15".
    pub(super) fn of_month(&self, at: usize) -> Option<(Base, usize)> {
        let mut from = at;
        let (mut the, mut on) = (false, false);
        while from < at + 3 {
            if self.is(from, Key::El) || self.is(from, Key::TheDay) {
                the = true;
            } else if self.is(from, Key::On) {
                on = true;
            } else if !self.is(from, Key::Around) {
                break;
            }
            from += 1;
        }
        let (day, end, ordinal) = self.of_days(from)?;
        let clocked = self.clock(from).is_some_and(|(.., sure)| sure) && !ordinal && self.clock(end).is_none();
        let last = self.at(from).senses.ordinal.is_some() && self.at(from).senses.unit.is_some();
        let before_is_time = at > 0 && self.clock(at - 1).is_some() || at > 1 && self.at(at - 1).senses.half.is_some();
        let followed = self.is(end, Key::At) || self.is(end, Key::From) || self.at(end).before == ',';
        let said = the && (ordinal || !self.counted(end))
            || ordinal && !last && on
            || on && !ordinal && (before_is_time || followed && day > 12)
            || the && last && !self.has(end);
        let bare_ordinal = ordinal && self.at(from).digits > 0 && !self.counted(end);
        let noun = self.has(end) && !self.at(end).known && !self.at(end).breaks && self.at(end).before == ' ';
        let label = at > 0 && self.is(at - 1, Key::Label) || self.at(end).before == '/' && self.has(end);
        ((said || bare_ordinal)
            && !clocked
            && !self.quarter_of(from)
            && !noun
            && !label
            && !self.is(end, Key::Counted)
            && !self.is(end, Key::Label)
            && day <= 31
            && self.at(end).senses.unit.is_none_or(|_| !self.has(end)))
        .then_some((Base::OfMonth(day, MonthSaid::Any), end))
    }
}
