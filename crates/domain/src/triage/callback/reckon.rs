//! From what was said to instants: the only place that knows the reference, the zone and the office's habits.

use super::lexicon::{Half, Part};
use super::said::{Clock, Item, Said, Shade};
use super::{CallbackTime, Grain};
use crate::policy::{CallbackPolicy, first_instant};
use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

/// How many of the days that a word may mean are tried.
const DAYS_TRIED: usize = 3;

/// What a time is reckoned against.
pub(super) struct Reckoning<'a> {
    pub(super) now: DateTime<Utc>,
    pub(super) zone: Tz,
    pub(super) policy: &'a CallbackPolicy,
    pub(super) today: NaiveDate,
    pub(super) local: NaiveTime,
}

/// The first and the last date that were meant.
pub(super) type Dates = (NaiveDate, NaiveDate);
pub(super) type Answer = Option<(CallbackTime, Grain)>;

impl<'a> Reckoning<'a> {
    pub(super) fn new(now: DateTime<Utc>, zone: Tz, policy: &'a CallbackPolicy) -> Self {
        let local = now.with_timezone(&zone).naive_local();
        Self { now, zone, policy, today: local.date(), local: local.time() }
    }

    pub(super) fn plus(&self, days: i64) -> NaiveDate {
        super::dates::later(self.today, days)
    }

    pub(super) fn at(&self, date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
        first_instant(self.zone, date, time)
    }

    pub(super) fn instant(&self, date: NaiveDate, hour: u32, minute: u32, second: u32) -> DateTime<Utc> {
        let date = date.checked_add_days(Days::new((hour / 24).into())).unwrap_or(date);
        self.at(date, NaiveTime::from_hms_opt(hour % 24, minute, second).unwrap_or(NaiveTime::MIN))
    }

    /// The end of a stretch; where it is not later than its start it lies on the next day.
    fn end(&self, date: NaiveDate, start: NaiveTime, end: NaiveTime) -> DateTime<Utc> {
        self.at(if end <= start { super::dates::later(date, 1) } else { date }, end)
    }

    /// In the small hours, the morning that comes next is "tomorrow" to people who have not slept yet.
    fn before_sleep(&self) -> bool {
        self.local > NaiveTime::MIN && self.local < self.policy.night_ends
    }

    /// Reckons a choice; none where it lies in the past.
    pub(super) fn reckon(
        &self,
        time: Option<Item>,
        day: Option<&Said>,
        dates: &impl Fn(usize) -> Option<Dates>,
        part: Option<(Part, Shade)>,
    ) -> Answer {
        let found = match time {
            Some(Item::In(seconds)) => self
                .now
                .checked_add_signed(Duration::seconds(seconds))
                .map(|at| (CallbackTime::At(at), if seconds % 3600 == 0 { Grain::Hour } else { Grain::Minute })),
            Some(Item::Within(seconds)) => self
                .now
                .checked_add_signed(Duration::seconds(seconds))
                .map(|end| (CallbackTime::Window(self.now, end), Grain::Minute)),
            Some(Item::NextDays(days)) => Some((
                CallbackTime::Window(
                    self.at(self.plus(1), self.policy.day_starts),
                    self.at(self.plus(days), self.policy.end_of_day),
                ),
                Grain::Day,
            )),
            Some(time) => self.timed(time, day, dates, part),
            None => self.untimed(day, dates, part),
        };
        found.and_then(|(time, grain)| Some((self.not_past(time)?, grain)))
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

    /// The hours that a time of day may mean, the likelier first; 24 and more are past midnight.
    pub(super) fn hours(&self, clock: Clock, part: Option<Part>) -> [Option<u32>; 2] {
        let (hour, part) = (clock.hour, clock.part.or(part));
        let (am, pm) = (hour % 12, hour % 12 + 12);
        let one = |hour: u32| [Some(hour), None];
        if clock.midnight {
            return one(24);
        }
        if clock.exact {
            return one(hour);
        }
        if let Some(half) = clock.half {
            return one(if half == Half::Am { am } else { pm });
        }
        match part {
            Some(Part::Morning | Part::ThisMorning | Part::MidMorning | Part::SmallHours | Part::BeforeLunch)
                if hour <= 12 =>
            {
                // "between ten and twelve in the morning" ends at noon.
                one(if hour == 12 && part != Some(Part::SmallHours) { 12 } else { am })
            }
            Some(Part::FirstThing) if hour >= 5 => one(am),
            Some(Part::Afternoon | Part::ThisAfternoon | Part::MidAfternoon | Part::AfterLunch | Part::AfterSchool) => {
                one(pm)
            }
            Some(Part::Evening | Part::ThisEvening | Part::LateNight | Part::AfterDinner) => match hour {
                12 => one(24),
                1..=3 => one(hour + 24),
                _ => one(pm),
            },
            _ => {
                let bare = |hour: u32| {
                    let time = NaiveTime::from_hms_opt(hour, clock.minute, 0).unwrap_or(NaiveTime::MIN);
                    time >= self.policy.bare_hours_from && time < self.policy.bare_hours_until
                };
                match (bare(am), bare(pm)) {
                    (true, true) => [Some(am), Some(pm)],
                    (true, false) => one(am),
                    _ => one(pm),
                }
            }
        }
    }

    /// The first instant in the future that a time of day may mean.
    pub(super) fn clock(
        &self,
        clock: Clock,
        dated: bool,
        dates: &impl Fn(usize) -> Option<Dates>,
        part: Option<Part>,
    ) -> Option<DateTime<Utc>> {
        let hours = self.hours(clock, part);
        // "tonight at two" said after midnight is this very night's.
        let early = hours[0].is_some_and(|hour| hour > 24) && self.before_sleep_or_midnight();
        let own = |k: usize| Some((self.plus(i64::try_from(k).ok()?), self.today));
        for k in 0..DAYS_TRIED {
            let Some((date, _)) = (if dated { dates(k) } else { own(k) }) else { continue };
            for hour in hours.into_iter().flatten() {
                let hour = if early { hour - 24 } else { hour };
                let at = self.instant(date, hour, clock.minute, clock.second);
                if at > self.now {
                    return Some(at);
                }
            }
        }
        // "today at eleven", said in the evening: the half of the day that is left.
        let open = dated && !clock.exact && clock.half.is_none() && clock.part.or(part).is_none();
        let (date, _) = dates(0).filter(|_| open)?;
        let later = self.instant(date, clock.hour % 12 + 12, clock.minute, clock.second);
        (later > self.now).then_some(later)
    }

    fn before_sleep_or_midnight(&self) -> bool {
        self.local < self.policy.night_ends
    }

    pub(super) fn grain(clock: Clock) -> Grain {
        if clock.to_the_minute { Grain::Minute } else { Grain::Hour }
    }

    fn timed(
        &self,
        time: Item,
        day: Option<&Said>,
        dates: &impl Fn(usize) -> Option<Dates>,
        part: Option<(Part, Shade)>,
    ) -> Answer {
        let part = part.map(|(part, _)| part);
        let of_today = matches!(part, Some(Part::ThisMorning | Part::ThisAfternoon | Part::ThisEvening));
        let dated = day.is_some();
        let today_first = |k: usize| if k == 0 { Some((self.today, self.today)) } else { None };
        let coming = |k: usize| self.coming_morning(k, dates);
        let early = |clock: Clock| matches!(self.hours(clock, part)[0], Some(5..=12)) && self.before_sleep();
        let moment = |clock: Clock| -> Option<DateTime<Utc>> {
            if of_today && !dated {
                return self.clock(clock, true, &today_first, part).or_else(|| self.clock(clock, false, dates, part));
            }
            if early(clock) && dated {
                self.clock(clock, true, &coming, part)
            } else {
                self.clock(clock, dated, dates, part)
            }
        };
        match time {
            Item::At(clock) => moment(clock).map(|at| (CallbackTime::At(at), Self::grain(clock))),
            Item::For(clock, seconds) => {
                let start = moment(clock)?;
                let end = start.checked_add_signed(Duration::seconds(seconds))?;
                Some((CallbackTime::Window(start, end), Grain::Minute))
            }
            Item::After(clock) => {
                let start = moment(clock)?;
                Some((CallbackTime::Window(start, self.closes_after(start)), Self::grain(clock)))
            }
            Item::Before(clock) => {
                let end = moment(clock)?;
                let opens = self.at(end.with_timezone(&self.zone).date_naive(), self.policy.day_starts);
                let start = if opens < end { opens.max(self.now) } else { self.now };
                Some((CallbackTime::Window(start, end), Self::grain(clock)))
            }
            Item::Between(first, second) => self.between(first, second, day, dates, part, &moment),
            _ => None,
        }
    }

    /// Dates with the morning that comes next in the place of "tomorrow", for who has not slept yet.
    fn coming_morning(&self, k: usize, dates: &impl Fn(usize) -> Option<Dates>) -> Option<Dates> {
        let (first, last) = dates(k)?;
        let tomorrow = self.plus(1);
        Some(if first == tomorrow && last == tomorrow { (self.today, self.today) } else { (first, last) })
    }

    /// From when until when a part of the day lasts, and whether it is a moment.
    fn part_hours(&self, part: Part) -> (NaiveTime, NaiveTime, bool) {
        let policy = self.policy;
        let (morning, afternoon, evening, night) = (policy.morning, policy.afternoon, policy.evening, policy.night);
        match part {
            Part::Morning | Part::ThisMorning => (morning.0, morning.1, false),
            Part::MidMorning => (policy.mid_morning, policy.mid_morning, true),
            Part::BeforeLunch => (morning.0, policy.lunch.0, false),
            Part::Lunch => (policy.lunch.0, policy.lunch.1, false),
            Part::AfterLunch => (policy.lunch.1, afternoon.1, false),
            Part::Afternoon | Part::ThisAfternoon => (afternoon.0, afternoon.1, false),
            Part::MidAfternoon => (policy.mid_afternoon, policy.mid_afternoon, true),
            Part::AfterSchool => (policy.mid_afternoon, afternoon.1, false),
            Part::Evening | Part::ThisEvening => (evening.0, evening.1, false),
            Part::AfterDinner => (evening.1, night.1, false),
            Part::LateNight => (night.0, night.1, false),
            Part::SmallHours => (NaiveTime::MIN, policy.night_ends, false),
            Part::FirstThing => (policy.first_thing, policy.first_thing, true),
            Part::FirstAfternoon => (policy.lunch.1, policy.lunch.1, true),
            Part::EndOfDay => (policy.end_of_day, policy.end_of_day, true),
            Part::BusinessHours => (policy.day_starts, policy.end_of_day, false),
            Part::Middle => (policy.mid_morning, policy.lunch.1, false),
        }
    }

    fn untimed(
        &self,
        day: Option<&Said>,
        dates: &impl Fn(usize) -> Option<Dates>,
        part: Option<(Part, Shade)>,
    ) -> Answer {
        match day.map(|said| said.item) {
            Some(Item::ByDay(_)) => {
                let (_, last) = dates(0)?;
                return Some((CallbackTime::Window(self.now, self.at(last, self.policy.end_of_day)), Grain::Day));
            }
            Some(Item::Days(..)) => {
                let (first, last) = dates(0)?;
                let start = self.at(first, self.policy.day_starts);
                return Some((CallbackTime::Window(start, self.at(last, self.policy.end_of_day)), Grain::Day));
            }
            _ => {}
        }
        let dated = day.is_some();
        let own = |k: usize| Some((self.plus(i64::try_from(k).ok()?), self.plus(i64::try_from(k).ok()?)));
        let Some((part, shade)) = part else {
            return (0..DAYS_TRIED).find_map(|k| {
                let (first, last) = dates(k)?;
                let (start, end) = (self.at(first, self.policy.day_starts), self.at(last, self.policy.end_of_day));
                let grain = if first == last { Grain::Day } else { Grain::Week };
                if end > self.now {
                    return Some((CallbackTime::Window(start, end), grain));
                }
                // "today" late in the evening: what is left of it.
                let rest = self.instant(last, 24, 0, 0);
                (k == 0 && rest > self.now && self.today == last)
                    .then_some((CallbackTime::Window(self.now, rest), grain))
            });
        };
        let (mut opens, mut closes, moment) = self.part_hours(part);
        if !moment {
            let two = Duration::hours(2);
            match shade {
                Shade::Early => closes = opens.overflowing_add_signed(two).0,
                Shade::Late => opens = closes.overflowing_sub_signed(two).0,
                Shade::None => {}
            }
        }
        let of_today = matches!(part, Part::ThisMorning | Part::ThisAfternoon | Part::ThisEvening) && !dated;
        let coming = self.before_sleep() && opens >= self.policy.night_ends && opens < self.policy.morning.1 && dated;
        let tried = if of_today { 1 } else { DAYS_TRIED };
        for k in 0..tried {
            let Some((first, last)) = (if coming {
                self.coming_morning(k, dates)
            } else if dated {
                dates(k)
            } else {
                own(k)
            }) else {
                continue;
            };
            let start = self.at(first, opens);
            if moment {
                if start > self.now {
                    return Some((CallbackTime::At(start), Grain::Hour));
                }
                continue;
            }
            let end = self.end(last, opens, closes);
            // "In the morning" said in the morning is tomorrow's; "this evening" said in the evening is what is left.
            let begun = matches!(part, Part::Morning | Part::Afternoon | Part::Evening) && !dated && start <= self.now;
            if end > self.now && !begun {
                return Some((CallbackTime::Window(start, end), Grain::DayPart));
            }
        }
        let midnight = self.instant(self.today, 24, 0, 0);
        (part == Part::ThisEvening && midnight > self.now)
            .then_some((CallbackTime::Window(self.now, midnight), Grain::DayPart))
    }
}
