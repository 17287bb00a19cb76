//! Times of day: "half past eight", "9:30 p.m.", "las diez menos cuarto", "ten thirty", "0900".

use super::lexicon::{Half, Key, Part, Unit};
use super::said::Clock;
use super::scan::Scan;

/// Hour, minute, second, the next token, and whether it was said so that it has one meaning.
struct Face {
    hour: u32,
    minute: u32,
    second: u32,
    next: usize,
    exact: bool,
    to_the_minute: bool,
}

impl Face {
    fn new(hour: u32, minute: u32, next: usize) -> Self {
        Self { hour, minute, second: 0, next, exact: false, to_the_minute: true }
    }

    fn hour(hour: u32, next: usize) -> Self {
        Self { to_the_minute: false, ..Self::new(hour, 0, next) }
    }
}

fn hour_before(hour: u32) -> u32 {
    if hour == 1 { 12 } else { hour.saturating_sub(1) }
}

impl Scan<'_> {
    /// A whole number: "25", "twenty five", "treinta y cinco"; and the token after it.
    pub(super) fn count(&self, at: usize) -> Option<(u32, usize)> {
        let token = self.at(at);
        let value = token.number()?;
        if token.digits == 0 && (20..60).contains(&value) && value % 10 == 0 {
            // "treinta y cinco"; but "between five thirty and six".
            let and = usize::from(self.at(at + 1).letter == 'y');
            let ones = self.at(at + 1 + and);
            if let Some(ones) = ones.senses.number.filter(|ones| ones != &0 && *ones < 10 && self.has(at + 1 + and)) {
                return Some((value + ones, at + 2 + and));
            }
        }
        Some((value, at + 1))
    }

    pub(super) fn article(&self, at: usize) -> usize {
        usize::from(self.is(at, Key::Las))
    }

    /// A time of day and the token after it; whether more than a bare number says so.
    pub(super) fn clock(&self, at: usize) -> Option<(Clock, usize, bool)> {
        let noon = self.is(at, Key::Noon);
        if noon || self.is(at, Key::Midnight) {
            let clock = Clock { hour: if noon { 12 } else { 24 }, exact: true, midnight: !noon, ..Clock::default() };
            return Some((clock, at + 1, true));
        }
        if self.dialled(at) > at {
            return None;
        }
        let face = self.face(at)?;
        if face.hour > 24 || face.minute > 59 || face.second > 59 {
            return None;
        }
        let mut next = face.next;
        // "a las 15 horas", but not "in nine hours".
        let hours = self.at(next).senses.unit == Some(Unit::Hour)
            && (self.after_las(at) || self.cued_at(at) || face.to_the_minute);
        while self.is(next, Key::Oclock) || (hours && next == face.next && self.has(next)) {
            next += 1;
        }
        let mut clock = Clock {
            hour: face.hour,
            minute: face.minute,
            second: face.second,
            exact: face.exact,
            to_the_minute: face.to_the_minute,
            ..Clock::default()
        };
        let mut said = next > at + 1;
        if let Some((half, end)) = self.half(next) {
            (clock.half, next, said) = (Some(half), end, true);
        }
        while let Some(part) = self.at(next).senses.part.filter(|_| self.has(next)) {
            let plain = matches!(part, Part::Morning | Part::Afternoon | Part::Evening | Part::SmallHours);
            if !plain {
                break;
            }
            (clock.part, next, said) = (Some(part), next + 1, true);
            // "las 8 de la noche menos cuarto".
            if self.is(next, Key::Menos) && self.is(next + 1, Key::Quarter) {
                (clock.hour, clock.minute, next) = (hour_before(clock.hour), 45, next + 2);
            }
        }
        // "las doce del mediodía", "la una del mediodía".
        if self.is(next, Key::Noon) && clock.hour <= 12 && clock.half.is_none() {
            (clock.exact, clock.half) = (clock.hour >= 10, (clock.hour < 10).then_some(Half::Pm));
            (next, said) = (next + 1, true);
        }
        let half = clock.half.is_some() || clock.part.is_some();
        if clock.hour > 12 || clock.hour == 0 {
            clock.exact = true;
        } else if half && !self.is(next - 1, Key::Noon) {
            clock.exact = false;
        }
        Some((clock, next, said))
    }

    fn after_las(&self, at: usize) -> bool {
        at > 0 && self.is(at - 1, Key::Las)
    }

    /// "a.m.", "p m", and the "a" and "p" of "9a".
    fn half(&self, at: usize) -> Option<(Half, usize)> {
        let token = self.at(at);
        let half = token.senses.half.or(match token.letter {
            'a' if token.glued && self.at(at.wrapping_sub(1)).digits > 0 => Some(Half::Am),
            'p' if token.glued || !self.has(at + 1) => Some(Half::Pm),
            _ => None,
        });
        half.filter(|_| self.has(at)).map(|half| (half, at + 1))
    }

    fn hour_at(&self, at: usize) -> Option<(u32, usize)> {
        let from = at + self.article(at);
        if self.is(from, Key::Noon) {
            return Some((12, from + 1));
        }
        let (hour, next) = self.count(from)?;
        (1..=12).contains(&hour).then_some((hour, next))
    }

    fn face(&self, at: usize) -> Option<Face> {
        let a = usize::from(self.is(at, Key::A) || self.at(at).number() == Some(1));
        if self.is(at + a, Key::Quarter) {
            let past = self.is(at + a + 1, Key::PastHour);
            if past || self.is(at + a + 1, Key::ToHour) {
                let (hour, next) = self.hour_at(at + a + 2)?;
                return Some(if past { Face::new(hour, 15, next) } else { Face::new(hour_before(hour), 45, next) });
            }
        }
        if self.is(at, Key::HalfEnglish) {
            let past = usize::from(self.is(at + 1, Key::PastHour));
            let (hour, next) = self.hour_at(at + 1 + past)?;
            let counted = past == 0 && self.at(next).senses.unit.is_some();
            return (!counted).then_some(Face::new(hour, 30, next));
        }
        if self.is(at, Key::Para) {
            // "faltando diez para las tres".
            return self.before_the_hour(at + 1);
        }
        self.before_the_hour(at).or_else(|| self.plain_face(at))
    }

    /// "ten to nine", "twenty past eight", "diez para las tres", "20 minutes to 2".
    fn before_the_hour(&self, at: usize) -> Option<Face> {
        let (value, mut next) = self.count(at)?;
        let minutes = self.at(next).senses.unit == Some(Unit::Minute) && self.has(next);
        next += usize::from(minutes);
        let past = self.is(next, Key::PastHour);
        if !(past || self.is(next, Key::ToHour)) || !(1..=29).contains(&value) || (value % 5 != 0 && !minutes) {
            return None;
        }
        let spanish = self.is(next, Key::Para);
        let (hour, end) = self.hour_at(next + 1)?;
        // "nine to ten" is a range; "ten to nine" is 8:50, "10 to 4" is a range again.
        let words = self.at(at).digits == 0;
        let idiom = minutes || spanish || past || value > 12 || (words && (value > hour || self.cued_at(at)));
        if !idiom || self.at(next).before == '-' || self.in_range(at) {
            return None;
        }
        Some(if past { Face::new(hour, value, end) } else { Face::new(hour_before(hour), 60 - value, end) })
    }

    /// Whether "at" stands before.
    fn cued_at(&self, at: usize) -> bool {
        at > 0 && self.is(at - 1, Key::At)
    }

    /// Whether "from" or "between" stands before.
    fn in_range(&self, at: usize) -> bool {
        at > 0 && (self.is(at - 1, Key::From) || self.is(at - 1, Key::Between))
    }

    fn plain_face(&self, at: usize) -> Option<Face> {
        let token = *self.at(at);
        let decimal = token.glued
            && token.digits > 0
            && matches!(token.before, '.' | ',')
            && self.at(at.wrapping_sub(1)).digits > 0;
        let nth = self.at(at + 1).glued && self.is(at + 1, Key::OrdinalEnd);
        if decimal
            || nth
            || matches!(token.before, '$' | '#' | '€' | '£' | '%')
            || matches!(token.after, '%' | '$' | '€')
        {
            return None;
        }
        let (value, next) = self.count(at)?;
        if (3..=4).contains(&token.digits) {
            let hours = self.at(next).senses.unit == Some(Unit::Hour) && self.has(next);
            let exact = value < 1000 && token.digits == 4 || value >= 1300 || hours;
            let face = Face { exact, ..Face::new(value / 100, value % 100, next + usize::from(hours)) };
            return (face.minute < 60 && self.at(next).before != ':').then_some(face);
        }
        if value > 24 || token.digits > 2 {
            return None;
        }
        if self.is(next, Key::Hundred) {
            let hours = usize::from(self.at(next + 1).senses.unit == Some(Unit::Hour));
            return Some(Face { exact: true, ..Face::hour(value, next + 1 + hours) });
        }
        let minute = self.at(next);
        if minute.digits > 0 && token.digits > 0 && self.has(next) {
            let dotted = minute.before == '.' && minute.glued && minute.digits == 2;
            if dotted
                && (token.before == '.' && token.glued
                    || self.at(next + 1).before == '.' && self.at(next + 1).digits > 0)
            {
                // "10.0.11.5", "2.10.3".
                return None;
            }
            if minute.before == ':' || dotted {
                let exact = token.digits == 2 && value < 10 || value > 12;
                let third = self.at(next + 1);
                let seconds = third.before == ':' && third.digits == 2;
                let face = Face::new(value, minute.value, next + 1);
                let face = if seconds { Face { second: third.value, next: next + 2, ..face } } else { face };
                return Some(Face { exact, ..face });
            }
            if minute.before == '.' || minute.before == ',' && minute.glued {
                return None;
            }
        }
        // "15h30", "9h".
        if minute.letter == 'h' && (minute.glued || token.digits > 0) {
            let after = self.at(next + 1);
            let exact = minute.glued;
            if after.glued && after.digits == 2 {
                return Some(Face { exact, ..Face::new(value, after.value, next + 2) });
            }
            return Some(Face { exact: exact && value > 12, ..Face::hour(value, next + 1) });
        }
        if value == 0 && !self.at(next).glued {
            return None;
        }
        Some(self.minutes(value, next).unwrap_or(Face::hour(value, next)))
    }

    /// The minutes after an hour: "y media", "menos cuarto", "thirty", "oh five".
    fn minutes(&self, hour: u32, at: usize) -> Option<Face> {
        let minute_word =
            |next: usize| next + usize::from(self.at(next).senses.unit == Some(Unit::Minute) && self.has(next));
        if self.is(at, Key::And) {
            if self.is(at + 1, Key::Half) && !self.is(at + 1, Key::HalfEnglish) {
                return Some(Face::new(hour, 30, at + 2));
            }
            if self.is(at + 1, Key::Quarter) && self.at(at + 1).senses.ordinal.is_some() {
                return Some(Face::new(hour, 15, at + 2));
            }
            let (minute, end) = self.count(at + 1)?;
            let counted = self.counted(end);
            // "las ocho y diez"; but "entre ocho y diez" is a range.
            let between = at >= 2 && self.is(at - 2, Key::Between);
            let spanish = self.at(at).letter == 'y' && !between;
            return (spanish && (1..60).contains(&minute) && (minute >= 5 || end > at + 2) && !counted)
                .then_some(Face::new(hour, minute, minute_word(end)));
        }
        if self.is(at, Key::Menos) {
            if self.is(at + 1, Key::Quarter) {
                return Some(Face::new(hour_before(hour), 45, at + 2));
            }
            let (minute, end) = self.count(at + 1)?;
            return (1..=30).contains(&minute).then(|| Face::new(hour_before(hour), 60 - minute, minute_word(end)));
        }
        let zero = self.is(at, Key::Oh) || (self.at(at).number() == Some(0) && self.has(at) && self.at(at).digits < 2);
        if zero && let Some((minute, end)) = self.count(at + 1).filter(|(minute, _)| *minute < 10) {
            return Some(Face::new(hour, minute, end));
        }
        let token = self.at(at);
        if !self.has(at) || matches!(token.before, '-' | '/' | '$' | '#' | ',') && token.digits > 0 || token.breaks {
            return None;
        }
        let (minute, end) = self.count(at)?;
        let digits = token.digits == 0 || token.digits == 2;
        let clean = !self.counted(end) || self.at(end).senses.unit == Some(Unit::Minute);
        let follows = self.at(end).number().is_some() && self.has(end) && !self.at(end).is(Key::A);
        (digits
            && (10..60).contains(&minute)
            && clean
            && !follows
            && !(self.is(end, Key::Of) && self.at(end + 1).senses.month.is_some()))
        .then(|| Face::new(hour, minute, minute_word(end)))
        .or_else(|| (token.digits == 2 && minute == 0).then(|| Face::new(hour, 0, end)))
    }
}
