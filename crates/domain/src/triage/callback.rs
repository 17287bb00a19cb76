//! When a caller wants to be called: from the words, a reference instant and a zone to an instant or a window.

use super::CallbackTime;
use super::clock::{Clock, Day, Half, Item, Part, Said, scan};
use super::normalise::Words;
use crate::policy::{BusinessHours, first_instant};
use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, Timelike, Utc, Weekday};
use chrono_tz::Tz;

/// Before this hour, "tomorrow" is the day whose morning comes next.
const NIGHT_ENDS_HOUR: u32 = 5;
/// The local hours in which a bare hour is meant, the last not included.
const BARE_HOURS: std::ops::Range<u32> = 7..20;
const MORNING: (u32, u32) = (8, 12);
const AFTERNOON: (u32, u32) = (12, 17);
const EVENING: (u32, u32) = (17, 20);
const AFTER_LUNCH_HOUR: u32 = 13;
const END_OF_DAY_HOUR: u32 = 17;

/// The time at which a caller wants to be called, by `text` said at `now`; none where no time is said.
///
/// Never in the past: an instant, or the end of a window, is later than `now`. Bare hours are read as an office
/// means them: "at 9" said at 23:40 is 09:00 tomorrow, "at 7" said at 17:00 is 19:00 today.
pub fn parse_callback_time(text: &str, now: DateTime<Utc>, zone: Tz, hours: &BusinessHours) -> Option<CallbackTime> {
    let words = Words::new(&[text]);
    Reckoning { now, zone, hours }.of_range(&words, 0, words.words.len())
}

/// What a time is reckoned against.
pub(super) struct Reckoning<'a> {
    pub(super) now: DateTime<Utc>,
    pub(super) zone: Tz,
    pub(super) hours: &'a BusinessHours,
}

impl Reckoning<'_> {
    /// The time said within a range of words.
    pub(super) fn of_range(&self, words: &Words, start: usize, end: usize) -> Option<CallbackTime> {
        let said = scan(words, start, end);
        let last = |pick: fn(&Item) -> bool, sure: bool| {
            said.iter().rev().find(|said| pick(&said.item) && (said.sure || !sure)).map(|said| said.item)
        };
        let is_time = |item: &Item| matches!(item, Item::At(_) | Item::After(_) | Item::Before(_) | Item::Between(..));
        // A bare number counts only where words are few or a day goes with it, and where no surer time was said.
        let context = (end - start) <= 12 || said.iter().any(|said| matches!(said.item, Item::Day(_) | Item::Part(_)));
        let day = said.iter().rev().find_map(|said| match said.item {
            Item::Day(day) => Some(day),
            _ => None,
        });
        let part = said.iter().rev().find_map(|said| match said.item {
            Item::Part(part) => Some(part),
            _ => None,
        });
        let last_time = said.iter().rposition(|said| said.sure && is_time(&said.item));
        let last_ahead = said.iter().rposition(|said: &Said| matches!(said.item, Item::In(minutes) if minutes > 0));
        let time = last(is_time, true).or_else(|| last(is_time, false).filter(|_| context));
        let found = match (last_ahead, time) {
            (Some(ahead), time) if time.is_none() || Some(ahead) > last_time => match said[ahead].item {
                Item::In(minutes) => {
                    self.now.checked_add_signed(Duration::minutes(minutes.into())).map(CallbackTime::At)
                }
                _ => None,
            },
            (_, Some(time)) => self.timed(time, day, part),
            _ if part.is_some() || day.is_some() => self.untimed(day, part),
            _ => said.iter().any(|said| said.item == Item::Soon).then_some(CallbackTime::Soon),
        };
        found.and_then(|time| self.not_past(time))
    }

    fn not_past(&self, time: CallbackTime) -> Option<CallbackTime> {
        match time {
            CallbackTime::At(at) => (at > self.now).then_some(time),
            CallbackTime::Window(start, end) => {
                let start = start.max(self.now);
                (end > start).then_some(CallbackTime::Window(start, end))
            }
            CallbackTime::Soon => Some(time),
        }
    }

    fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.zone).date_naive()
    }

    fn plus(&self, days: u32) -> NaiveDate {
        self.today().checked_add_days(Days::new(days.into())).unwrap_or(self.today())
    }

    fn instant(&self, date: NaiveDate, hour: u32, minute: u32) -> DateTime<Utc> {
        let (date, hour) = if hour >= 24 { (date.succ_opt().unwrap_or(date), hour - 24) } else { (date, hour) };
        first_instant(self.zone, date, NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN))
    }

    /// The days that a word for a day may mean, the nearest first.
    fn dates(&self, day: Day) -> Vec<NaiveDate> {
        let night = self.now.with_timezone(&self.zone).hour() < NIGHT_ENDS_HOUR;
        match day {
            Day::Ahead(1) if night => vec![self.plus(0), self.plus(1)],
            Day::Ahead(0) => vec![self.plus(0), self.plus(1)],
            Day::Ahead(days) => vec![self.plus(days)],
            Day::Weekday(weekday) => self.weekdays(weekday),
            Day::Weekend => self.weekdays(Weekday::Sat),
            Day::Date(month, of_month) => {
                let year = self.today().year();
                (year..=year + 8).filter_map(|year| NaiveDate::from_ymd_opt(year, month, of_month)).collect()
            }
        }
    }

    fn weekdays(&self, weekday: Weekday) -> Vec<NaiveDate> {
        (0..14).map(|days| self.plus(days)).filter(|date| date.weekday() == weekday).collect()
    }

    /// The first instant in the future that a time of day may mean.
    fn clock(&self, clock: Clock, day: Option<Day>, part: Option<Part>) -> Option<DateTime<Utc>> {
        let half = clock.half.or(match part {
            Some(Part::Morning | Part::MidMorning) => Some(Half::Am),
            Some(Part::Afternoon | Part::Evening | Part::AfterLunch) => Some(Half::Pm),
            _ => None,
        });
        let hour = clock.hour;
        let candidates: Vec<u32> = match half {
            _ if hour > 12 || hour == 0 => vec![hour],
            Some(Half::Am) => vec![hour % 12],
            Some(Half::Pm) => vec![hour % 12 + 12],
            None => [hour % 12, hour % 12 + 12].into_iter().filter(|hour| BARE_HOURS.contains(hour)).collect(),
        };
        let midnight = clock.half == Some(Half::Am) && hour == 12;
        let dates = day.map_or_else(|| (0..3).map(|days| self.plus(days)).collect(), |day| self.dates(day));
        dates
            .into_iter()
            .flat_map(|date| candidates.iter().map(move |hour| (date, *hour)))
            .map(|(date, hour)| self.instant(date, if midnight && day.is_some() { 24 } else { hour }, clock.minute))
            .find(|at| *at > self.now)
    }

    fn timed(&self, time: Item, day: Option<Day>, part: Option<Part>) -> Option<CallbackTime> {
        match time {
            Item::At(clock) => self.clock(clock, day, part).map(CallbackTime::At),
            Item::After(clock) => {
                let start = self.clock(clock, day, part)?;
                let local = start.with_timezone(&self.zone);
                let closes = match local.hour() {
                    ..17 => END_OF_DAY_HOUR,
                    17..20 => EVENING.1,
                    hour => (hour + 2).min(24),
                };
                Some(CallbackTime::Window(start, self.instant(local.date_naive(), closes, 0)))
            }
            Item::Before(clock) => {
                let end = self.clock(clock, day, part)?;
                let opens = self.instant(end.with_timezone(&self.zone).date_naive(), MORNING.0, 0);
                let start = if opens < end { opens.max(self.now) } else { self.now };
                Some(CallbackTime::Window(start, end))
            }
            Item::Between(mut first, second) => {
                if first.half.is_none() && second.half.is_some() && first.hour % 12 < second.hour % 12 {
                    first.half = second.half;
                }
                let start = self.clock(first, day, part)?;
                let date = start.with_timezone(&self.zone).date_naive();
                let hours = [second.hour, second.hour % 12, second.hour % 12 + 12];
                let end = hours
                    .into_iter()
                    .map(|hour| self.instant(date, hour, second.minute))
                    .filter(|end| *end > start)
                    .min()?;
                Some(CallbackTime::Window(start, end))
            }
            _ => None,
        }
    }

    fn untimed(&self, day: Option<Day>, part: Option<Part>) -> Option<CallbackTime> {
        let dates = day.map_or_else(|| (0..2).map(|days| self.plus(days)).collect(), |day| self.dates(day));
        let (opens, closes) = match part {
            Some(Part::FirstThing) => {
                let opens = |date: NaiveDate| first_instant(self.zone, date, self.hours.opens);
                let first = match day {
                    Some(_) => dates.into_iter().map(opens).find(|at| *at > self.now),
                    None => self.hours.next_opening(self.now, self.zone),
                };
                return first.map(CallbackTime::At);
            }
            Some(Part::MidMorning) => return self.exactly(&dates, 10),
            Some(Part::EndOfDay) => return self.exactly(&dates, END_OF_DAY_HOUR),
            Some(Part::Morning) => MORNING,
            Some(Part::BeforeLunch) => MORNING,
            Some(Part::Afternoon) => AFTERNOON,
            Some(Part::AfterLunch) => (AFTER_LUNCH_HOUR, AFTERNOON.1),
            Some(Part::Evening) => EVENING,
            None => (MORNING.0, END_OF_DAY_HOUR),
        };
        // "In the morning" said in the morning is tomorrow's.
        let begun = |start: DateTime<Utc>| part == Some(Part::Morning) && day.is_none() && start <= self.now;
        dates.into_iter().find_map(|date| {
            let start = self.instant(date, opens, 0);
            let last = if day == Some(Day::Weekend) { date.succ_opt()? } else { date };
            let end = self.instant(last, closes, 0);
            (end > self.now && !begun(start)).then_some(CallbackTime::Window(start, end))
        })
    }

    fn exactly(&self, dates: &[NaiveDate], hour: u32) -> Option<CallbackTime> {
        dates.iter().map(|date| self.instant(*date, hour, 0)).find(|at| *at > self.now).map(CallbackTime::At)
    }
}
