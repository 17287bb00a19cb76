//! Lengths of time: "an hour and a half", "media hora", "2 days 1 hour", "in 3/4 h".

use super::lexicon::{Key, Unit};
use super::scan::Scan;

/// The largest count that is believed.
const COUNT_MAX: u32 = 400;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// A length of time; whole days and months are kept apart from seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Length {
    pub(super) seconds: i64,
    pub(super) days: i64,
    pub(super) business_days: u32,
    pub(super) months: u32,
}

impl Length {
    fn of(unit: Unit) -> Self {
        let zero = Self::default();
        match unit {
            Unit::Second => Self { seconds: 1, ..zero },
            Unit::Minute => Self { seconds: 60, ..zero },
            Unit::Hour => Self { seconds: HOUR, ..zero },
            Unit::Day => Self { days: 1, ..zero },
            Unit::BusinessDay => Self { business_days: 1, ..zero },
            Unit::Week => Self { days: 7, ..zero },
            Unit::Fortnight => Self { days: 14, ..zero },
            Unit::Month => Self { months: 1, ..zero },
            Unit::Year => Self { months: 12, ..zero },
        }
    }

    /// So many quarters of it; a part of a day or more is dropped.
    fn quarters(self, quarters: i64) -> Self {
        let whole = |n: u32| u32::try_from(i64::from(n) * quarters / 4).unwrap_or(0);
        Self {
            seconds: self.seconds * quarters / 4,
            days: self.days * quarters / 4,
            business_days: whole(self.business_days),
            months: whole(self.months),
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            seconds: self.seconds + other.seconds,
            days: self.days + other.days,
            business_days: self.business_days + other.business_days,
            months: self.months + other.months,
        }
    }

    /// Days and seconds together, months not.
    pub(super) fn all_seconds(self) -> i64 {
        self.seconds + self.days * DAY
    }
}

impl Scan<'_> {
    /// A length of time and the token after it.
    pub(super) fn length(&self, at: usize) -> Option<(Length, usize)> {
        if !self.units {
            return None;
        }
        let (mut total, mut next, mut unit) = self.one_length(at)?;
        // "1 hour, 5 minutes and 30 seconds", "an hour and a half".
        for _ in 0..4 {
            let and = usize::from(self.is(next, Key::And));
            let a = usize::from(self.is(next + and, Key::A) || (and == 1 && self.at(next + and).number() == Some(1)));
            if and == 1 && self.is(next + 1 + a, Key::Half) && self.unit(next + 2 + a).is_none() {
                total = total.and(Length::of(unit).quarters(2));
                next += 2 + a;
            } else if and == 1 && self.is(next + 1 + a, Key::Quarter) {
                total = total.and(Length::of(unit).quarters(1));
                next += 2 + a;
            } else if let Some((more, end, smaller)) = self.one_length(next + and)
                && (smaller as u8) < (unit as u8)
                && (and == 1 || self.at(next).number().is_some())
            {
                total = total.and(more);
                (next, unit) = (end, smaller);
            } else {
                break;
            }
        }
        Some((total, next))
    }

    fn unit(&self, at: usize) -> Option<Unit> {
        self.at(at).senses.unit.filter(|_| self.has(at))
    }

    fn one_length(&self, at: usize) -> Option<(Length, usize, Unit)> {
        let some = |quarters: i64, unit_at: usize| {
            let unit = self.unit(unit_at)?;
            Some((Length::of(unit).quarters(quarters), unit_at + 1, unit))
        };
        let a = usize::from(self.is(at, Key::A) || self.at(at).number() == Some(1));
        if self.is(at + a, Key::Half) {
            let an = usize::from(self.is(at + a + 1, Key::A));
            return some(2, at + a + 1 + an);
        }
        if self.is(at + a, Key::Quarter) && (self.is(at + a + 1, Key::Of) || self.unit(at + a + 1).is_some()) {
            let of = usize::from(self.is(at + a + 1, Key::Of));
            let an = usize::from(self.is(at + a + 1 + of, Key::A));
            return some(1, at + a + 1 + of + an);
        }
        if self.is(at + 1, Key::Quarters) {
            let of = usize::from(self.is(at + 2, Key::Of));
            let an = usize::from(self.is(at + 2 + of, Key::A));
            return some(i64::from(self.at(at).number()?.min(3)), at + 2 + of + an);
        }
        if self.is(at, Key::Couple) {
            return some(8, at + 1 + usize::from(self.is(at + 1, Key::Of)));
        }
        if self.is(at, Key::A) && self.unit(at + 1).is_some() {
            return some(4, at + 1);
        }
        if self.is(at, Key::Few) && self.at(at).number().is_none() {
            return some(12, at + 1);
        }
        if self.unit(at).is_some_and(|unit| unit == Unit::Hour) && self.is(at + 1, Key::And) {
            // "en hora y media".
            return some(4, at);
        }
        let (count, next) = self.count(at)?;
        let quarters = i64::from(count.min(COUNT_MAX)) * 4;
        let (token, fraction) = (self.at(at), self.at(next));
        if token.digits > 0 && fraction.digits > 0 && fraction.glued && self.has(next) {
            match (fraction.before, fraction.digits) {
                ('.' | ',', 1) => return some(quarters + i64::from(fraction.value) * 4 / 10, next + 1),
                ('.' | ',', 2) => return some(quarters + i64::from(fraction.value) * 4 / 100, next + 1),
                ('/', 1) if fraction.value > 0 => return some(quarters / i64::from(fraction.value), next + 1),
                _ => return None,
            }
        }
        // "two and a half hours".
        let half = usize::from(self.is(next + 1, Key::A));
        if self.is(next, Key::And) && self.is(next + 1 + half, Key::Half) && self.unit(next + 2 + half).is_some() {
            return some(quarters + 2, next + 2 + half);
        }
        let more = usize::from(self.is(next, Key::Next) || self.is(next, Key::Few));
        some(quarters, next + more)
    }
}
