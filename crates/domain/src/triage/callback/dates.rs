//! Which dates the words for days mean, the nearest first.

use super::lexicon::Unit;
use super::reckon::{Dates, Reckoning};
use super::said::{Base, DaySaid, Edge, Item, LAST, MonthSaid, Which};
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// How many years ahead a date is looked for: a 29 February is at most eight years away.
const YEARS_AHEAD: i32 = 8;
/// How many months ahead a day of the month is looked for: "Friday the 13th" is at most fourteen away.
const MONTHS_AHEAD: u32 = 15;

/// A date so many days later.
pub(super) fn later(date: NaiveDate, days: i64) -> NaiveDate {
    let size = Days::new(days.unsigned_abs());
    let moved = if days < 0 { date.checked_sub_days(size) } else { date.checked_add_days(size) };
    moved.unwrap_or(date)
}

fn monday_of(date: NaiveDate) -> NaiveDate {
    later(date, -i64::from(date.weekday().num_days_from_monday()))
}

fn weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

impl Reckoning<'_> {
    /// The first and last date of an item that tells days; `k` counts the later ones it may mean.
    pub(super) fn dates_of(
        &self,
        item: Item,
        k: usize,
        week: Option<DaySaid>,
        after: Option<DaySaid>,
    ) -> Option<Dates> {
        let weeks = week.and_then(|week| match week.base {
            Base::Week(weeks, _) => Some(weeks),
            _ => None,
        });
        match item {
            Item::Day(day) | Item::FromDay(day) | Item::ByDay(day) => {
                if day.base == Base::DayAfter {
                    let (base, _) =
                        after.and_then(|after| self.dates(after, k, None)).unwrap_or((self.today, self.today));
                    let date = later(base, 1);
                    return (k == 0).then_some((date, date));
                }
                self.dates(day, k, weeks)
            }
            Item::Days(first, second) => {
                // "entre miércoles y viernes de la próxima semana".
                let weeks = weeks.or(match second.base {
                    Base::Weekday(_, Which::InWeek(weeks)) => Some(weeks),
                    _ => None,
                });
                let (start, _) = self.dates(first, k, weeks)?;
                // "Monday to Wednesday", said when Monday's work is over.
                let named = matches!(first.base, Base::Weekday(..));
                let over = named && start == self.today && self.local >= self.policy.end_of_day && weeks.is_none();
                let (k, (start, _)) =
                    if over { (k + 1, self.dates(first, k + 1, weeks)?) } else { (k, (start, start)) };
                let (_, end) = self.dates(second, k, weeks)?;
                let end = if end < start { self.dates(second, k + 1, weeks)?.1 } else { end };
                (end >= start).then_some((start, end))
            }
            _ => None,
        }
    }

    /// The dates of one day said; in so many weeks where a week was said with it.
    pub(super) fn dates(&self, day: DaySaid, k: usize, weeks: Option<i64>) -> Option<Dates> {
        let (first, last) = self.base_dates(day.base, k, weeks)?;
        Some((later(first, day.plus), later(last, day.plus)))
    }

    fn base_dates(&self, base: Base, k: usize, weeks: Option<i64>) -> Option<Dates> {
        let one = |date: NaiveDate| Some((date, date));
        let only = |date: NaiveDate| if k == 0 { Some((date, date)) } else { None };
        let step = i64::try_from(k).ok()?;
        match base {
            Base::Ahead(0) => one(self.plus(step)).filter(|_| k == 0),
            Base::Ahead(days) => only(self.plus(days)),
            Base::DayAfter => only(self.plus(1)),
            Base::BusinessAhead(days) => {
                let mut date = self.today;
                for _ in 0..days.min(60) {
                    date = later(date, 1);
                    while weekend(date) {
                        date = later(date, 1);
                    }
                }
                only(date)
            }
            Base::Weekday(weekday, which) => self.weekday(weekday, which, k, weeks).and_then(one),
            Base::WeekdayDate(weekday, day) => {
                let fits = |date: &NaiveDate| date.weekday() == weekday;
                let exact = self.of_month(day, MonthSaid::Any).filter(fits).nth(k);
                exact.or_else(|| self.of_month(day, MonthSaid::Any).nth(k)).and_then(one)
            }
            Base::OfMonth(day, month) => self.of_month(day, month).nth(k).and_then(one),
            Base::Date(month, day, Some(year)) => NaiveDate::from_ymd_opt(year, month, day).and_then(only),
            Base::Date(month, day, None) => {
                let year = self.today.year();
                (year..=year + YEARS_AHEAD)
                    .filter_map(|year| NaiveDate::from_ymd_opt(year, month, day))
                    .filter(|date| *date >= self.today)
                    .nth(k)
                    .and_then(one)
            }
            Base::NthWeekday(nth, weekday, month) => self
                .months(month)
                .filter_map(|first| nth_weekday(first, nth, weekday))
                .filter(|date| *date >= self.today)
                .nth(k)
                .and_then(one),
            Base::NthWeek(nth, month) => {
                let week = |first: NaiveDate| {
                    let thursday = nth_weekday(first, nth, Weekday::Thu)?;
                    Some((monday_of(thursday), later(monday_of(thursday), 6)))
                };
                self.months(month).filter_map(week).filter(|(_, last)| *last >= self.today).nth(k)
            }
            Base::Weekend(ahead) => {
                let saturday = later(monday_of(self.today), 5 + 7 * (ahead + step));
                Some((saturday, later(saturday, 1)))
            }
            Base::Week(ahead, edge) => {
                let monday = later(monday_of(self.today), 7 * (ahead + step));
                let (from, to) = match edge {
                    Edge::Whole => (0, 6),
                    Edge::Start => (0, 2),
                    Edge::Mid => (1, 3),
                    Edge::End => (4, 6),
                };
                let first = later(monday, from);
                Some((if ahead == 0 && k == 0 { first.max(self.today) } else { first }, later(monday, to)))
            }
            Base::WeekOf(day, month) => {
                let date = self.of_month(day, month).nth(k)?;
                Some((monday_of(date), later(monday_of(date), 6)))
            }
            Base::Month(month, edge) => {
                let first = self.months(month).nth(k)?;
                let last = later(first.checked_add_months(Months::new(1))?, -1);
                let (from, to) = match edge {
                    Edge::Whole => (first, last),
                    Edge::Start => (first, later(first, 9)),
                    Edge::Mid => (later(first, 10), later(first, 19)),
                    Edge::End => (last, last),
                };
                (to >= self.today).then_some((from.max(self.today), to))
            }
            Base::MonthsAhead(months) => self.today.checked_add_months(Months::new(months)).and_then(only),
            Base::RestOf(unit) => {
                let last = match unit {
                    Unit::Week => later(monday_of(self.today), 6),
                    Unit::Month => later(first_of_month(self.today).checked_add_months(Months::new(1))?, -1),
                    _ => self.today,
                };
                (k == 0).then_some((self.today, last))
            }
        }
    }

    fn weekday(&self, weekday: Weekday, which: Which, k: usize, weeks: Option<i64>) -> Option<NaiveDate> {
        let step = i64::try_from(k).ok()?;
        let ahead = i64::from(weekday.days_since(self.today.weekday()));
        let in_week = i64::from(weekday.num_days_from_monday());
        Some(match (which, weeks) {
            (Which::InWeek(weeks), _) | (Which::Nearest | Which::This, Some(weeks)) => {
                let date = later(monday_of(self.today), in_week + 7 * (weeks + step));
                if date < self.today { later(date, 7) } else { date }
            }
            (Which::AfterNext, _) => later(self.today, if ahead == 0 { 14 } else { ahead + 7 } + 7 * step),
            (Which::Count(count), _) => {
                let first = if ahead == 0 { 7 } else { ahead };
                later(self.today, first + 7 * (i64::from(count) - 1 + step))
            }
            _ => later(self.today, ahead + 7 * step),
        })
    }

    /// The first days of the months that were meant.
    fn months(&self, month: MonthSaid) -> impl Iterator<Item = NaiveDate> {
        let this = first_of_month(self.today);
        (0..MONTHS_AHEAD).filter_map(move |ahead| {
            let first = this.checked_add_months(Months::new(ahead))?;
            match month {
                MonthSaid::Named(wanted) => (first.month() == wanted).then_some(first),
                MonthSaid::Dated(month, year) => {
                    (ahead == 0).then(|| NaiveDate::from_ymd_opt(year, month, 1)).flatten().filter(|date| *date >= this)
                }
                MonthSaid::Ahead(wanted) => (ahead == wanted).then_some(first),
                MonthSaid::Any => Some(first),
            }
        })
    }

    fn of_month(&self, day: u32, month: MonthSaid) -> impl Iterator<Item = NaiveDate> {
        let today = self.today;
        self.months(month).filter_map(move |first| first.with_day(day)).filter(move |date| *date >= today)
    }
}

fn first_of_month(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}

/// The so-manieth weekday of the month that begins on a date, or the last.
fn nth_weekday(first: NaiveDate, nth: u32, weekday: Weekday) -> Option<NaiveDate> {
    let ahead = i64::from(weekday.days_since(first.weekday()));
    let nth = if nth == LAST {
        let fifth = later(first, ahead + 28);
        if fifth.month() == first.month() { 5 } else { 4 }
    } else {
        i64::from(nth)
    };
    let date = later(first, ahead + 7 * (nth - 1));
    (date.month() == first.month() && nth > 0).then_some(date)
}
