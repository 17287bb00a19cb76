//! Times, days and stretches of time as they were said, before anything is reckoned.

use super::lexicon::{Half, Part, Unit};
use chrono::Weekday;

/// The ordinal of "the last".
pub(super) const LAST: u32 = 99;

/// A time of day; `hour` is 0 to 24, and 1 to 12 may still mean either half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Clock {
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    pub(super) half: Option<Half>,
    /// "in the morning", said right after it.
    pub(super) part: Option<Part>,
    /// Said so that it has one meaning: "0900", "noon".
    pub(super) exact: bool,
    pub(super) midnight: bool,
    /// Whether minutes were said.
    pub(super) to_the_minute: bool,
}

impl Clock {
    /// So many seconds later, in whole minutes; none where it would be another day's.
    pub(super) fn later(self, seconds: i64) -> Option<Self> {
        // An hour that may be of either half of the day stays so: half an hour before one is 12:30.
        let open = !self.exact && !self.midnight;
        let minutes = i64::from(self.hour) * 60 + i64::from(self.minute) + seconds / 60;
        let minutes = match () {
            () if self.midnight => minutes.rem_euclid(24 * 60),
            () if open => (minutes - 60).rem_euclid(12 * 60) + 60,
            () => minutes,
        };
        let hour = u32::try_from(minutes / 60).ok().filter(|hour| *hour < 24)?;
        let minute = u32::try_from(minutes % 60).ok()?;
        Some(Self { hour, minute, exact: !open, midnight: false, to_the_minute: true, ..self })
    }
}

/// Which of several weekdays of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Nearest,
    /// "this Friday".
    This,
    /// In so many calendar weeks: "Friday next week" is 1; "next Friday" too.
    InWeek(i64),
    /// "Friday after next".
    AfterNext,
    /// "three Fridays from now".
    Count(u32),
}

/// A month as said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MonthSaid {
    Named(u32),
    /// Month and year.
    Dated(u32, i32),
    /// In so many months.
    Ahead(u32),
    /// Whichever comes first.
    Any,
}

/// A stretch of a week or month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    Whole,
    Start,
    Mid,
    End,
}

/// A day, or several days, as said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// Days from today.
    Ahead(i64),
    /// Days that the office works, from today.
    BusinessAhead(u32),
    Weekday(Weekday, Which),
    /// "Friday the 23rd".
    WeekdayDate(Weekday, u32),
    /// "the 5th".
    OfMonth(u32, MonthSaid),
    /// Month, day, year.
    Date(u32, u32, Option<i32>),
    /// "the second Monday of next month"; or the [`LAST`].
    NthWeekday(u32, Weekday, MonthSaid),
    /// "the third week of January".
    NthWeek(u32, MonthSaid),
    /// In so many weeks.
    Weekend(i64),
    Week(i64, Edge),
    /// "the week of the 18th".
    WeekOf(u32, MonthSaid),
    Month(MonthSaid, Edge),
    MonthsAhead(u32),
    /// "the rest of the week".
    RestOf(Unit),
    /// "the day after": after a day said before, else tomorrow.
    DayAfter,
}

/// A day and how many days later: "two days after Friday".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DaySaid {
    pub(super) base: Base,
    pub(super) plus: i64,
}

impl From<Base> for DaySaid {
    fn from(base: Base) -> Self {
        Self { base, plus: 0 }
    }
}

/// Early or late in a part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shade {
    None,
    Early,
    Late,
}

/// One end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) clock: Clock,
    pub(super) day: Option<DaySaid>,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    At(Clock),
    After(Clock),
    Before(Clock),
    Between(Point, Point),
    /// From a time on, for so many seconds.
    For(Clock, i64),
    Day(DaySaid),
    /// From a day on.
    FromDay(DaySaid),
    /// By a day.
    ByDay(DaySaid),
    Days(DaySaid, DaySaid),
    Part(Part, Shade),
    /// Seconds from now.
    In(i64),
    /// At some moment of so many seconds from now on.
    Within(i64),
    /// Within so many days from tomorrow on.
    NextDays(i64),
    Soon,
    AnyTime,
}

impl Item {
    /// Whether it tells a time of day.
    pub(super) fn is_time(&self) -> bool {
        matches!(self, Item::At(_) | Item::After(_) | Item::Before(_) | Item::Between(..) | Item::For(..))
    }

    /// Whether it counts from now.
    pub(super) fn is_ahead(&self) -> bool {
        matches!(self, Item::In(_) | Item::Within(_) | Item::NextDays(_))
    }

    /// Whether it tells a day or days.
    pub(super) fn is_day(&self) -> bool {
        matches!(self, Item::Day(_) | Item::FromDay(_) | Item::ByDay(_) | Item::Days(..))
    }

    /// The rule's name, for the evidence.
    pub(super) fn rule(&self) -> &'static str {
        match self {
            Item::At(_) => "when/at",
            Item::After(_) => "when/after",
            Item::Before(_) => "when/before",
            Item::Between(..) | Item::Days(..) => "when/between",
            Item::For(..) => "when/for",
            Item::Day(_) | Item::FromDay(_) | Item::ByDay(_) => "when/day",
            Item::Part(..) => "when/part-of-day",
            Item::In(_) => "when/in",
            Item::Within(_) | Item::NextDays(_) => "when/within",
            Item::Soon => "when/soon",
            Item::AnyTime => "when/any-time",
        }
    }
}

/// An item, where it was said, and what it is worth.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said {
    pub(super) item: Item,
    /// The tokens that say it.
    pub(super) from: usize,
    pub(super) to: usize,
    /// Whether it can be nothing but a time; a bare number may be anything.
    pub(super) sure: bool,
    /// Said of something else, so it counts only where nothing better is said: "my shift ends at two".
    pub(super) aside: bool,
    /// Taken back: "not tomorrow"; kept for "the day after".
    pub(super) refused: bool,
}
