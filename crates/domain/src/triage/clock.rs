//! Times, days and stretches of time as people say them, found word by word, before anything is reckoned.

use super::clock_words::{COUNTED, DAYS, ELSEWHERE, HALVES, LABELS, MONTHS, PHRASES};
use super::normalise::{Words, number, stem};
use chrono::Weekday;

/// Before or after noon, where it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Am,
    Pm,
}

/// A time of day as said; `hour` is 0 to 23, and 1 to 12 may still mean either half.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) half: Option<Half>,
}

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Morning,
    MidMorning,
    Afternoon,
    Evening,
    BeforeLunch,
    AfterLunch,
    FirstThing,
    EndOfDay,
}

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// Days from today.
    Ahead(u32),
    /// The next such day.
    Weekday(Weekday),
    Weekend,
    /// Month and day of the month.
    Date(u32, u32),
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    At(Clock),
    After(Clock),
    Before(Clock),
    Between(Clock, Clock),
    Day(Day),
    Part(Part),
    /// Minutes from now.
    In(u32),
    Soon,
}

/// An item and how it was said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said {
    pub(super) item: Item,
    /// Whether it can be nothing but a time; a bare number may be anything.
    pub(super) sure: bool,
    /// How many words it took.
    pub(super) length: usize,
}

/// From so many digits in a row on it is a number to dial, not a time.
const NUMBER_DIGITS_MIN: usize = 7;

struct Scan<'a> {
    words: &'a Words,
    end: usize,
}

/// All items within a range of words, in order.
pub(super) fn scan(words: &Words, start: usize, end: usize) -> Vec<Said> {
    let scan = Scan { words, end: end.min(words.words.len()) };
    let mut found = Vec::new();
    let mut at = start;
    while at < scan.end {
        let digits = scan.digits(at);
        if digits > at {
            at = digits;
            continue;
        }
        match scan.item(at) {
            Some((said, next)) => {
                if !scan.refused(at, next) {
                    found.push(Said { length: next.saturating_sub(at), ..said });
                }
                at = next.max(at + 1);
            }
            None => at += 1,
        }
    }
    found
}

impl Scan<'_> {
    fn at(&self, index: usize) -> &str {
        if index < self.end { self.words.at(index) } else { "" }
    }

    fn is(&self, index: usize, words: &str) -> bool {
        let word = self.at(index);
        !word.is_empty() && words.split(' ').any(|w| w == word || w == stem(word))
    }

    /// Whether some words stand at a place; `/` within one stands for "or".
    fn says(&self, index: usize, words: &str) -> bool {
        words.split(' ').enumerate().all(|(i, word)| self.is(index + i, &word.replace('/', " ")))
    }

    /// The end of a telephone number that starts here; the start itself where none does.
    fn digits(&self, at: usize) -> usize {
        let part = |index: usize| self.is(index, "oh o double triple doble") || self.count(index).is_some();
        let first = at < self.end && self.count(at).is_some() && (at == 0 || !part(at - 1));
        let end = if first { (at..self.end).find(|index| !part(*index)).unwrap_or(self.end) } else { at };
        let said: usize = (at..end)
            .map(
                |index| if self.at(index).starts_with(|c: char| c.is_ascii_digit()) { self.at(index).len() } else { 1 },
            )
            .sum();
        if said >= NUMBER_DIGITS_MIN { end } else { at }
    }

    /// "not tomorrow", "ahorita no".
    fn refused(&self, at: usize, next: usize) -> bool {
        (at > 0 && matches!(self.at(at - 1), "not" | "except"))
            || (at > 1 && matches!(self.at(at - 2), "not" | "except") && self.is(at - 1, "at before until"))
            || (self.at(next) == "no" && self.is(next + 1, "que puedo estoy"))
    }

    fn elsewhere(&self, at: usize) -> bool {
        let from = at.saturating_sub(3);
        (from..at).any(|i| ELSEWHERE.contains(&self.at(i)))
            || (at > 1 && self.at(at - 2) == "in" && self.at(at - 1) == "by")
    }

    fn item(&self, at: usize) -> Option<(Said, usize)> {
        let sure = |item: Item, next: usize| Some((Said { item, sure: true, length: 0 }, next));
        for (words, item) in PHRASES {
            if self.says(at, words) {
                return sure(*item, at + words.split(' ').count());
            }
        }
        if let Some((item, next)) = self.ahead(at).or_else(|| self.day(at)) {
            return sure(item, next);
        }
        self.range(at).or_else(|| self.one_time(at))
    }

    /// "in an hour and a half", "deme veinte minutos", "an hour from now".
    fn ahead(&self, at: usize) -> Option<(Item, usize)> {
        let lead = if self.says(at, "give/deme/dame/denme me") {
            2
        } else {
            usize::from(self.is(at, "in within en deme dame denme dentro"))
        };
        let from =
            at + lead + usize::from(self.at(at + lead) == "de" || self.is(at + lead, "about like como unos unas"));
        let (minutes, mut next) = self.length(from)?;
        let trails = self.is(next, "from") && self.is(next + 1, "now today ahora hoy");
        if lead == 0 && !trails {
            return None;
        }
        next += if trails { 2 } else { 0 };
        let item = if minutes >= 24 * 60 { Item::Day(Day::Ahead(minutes / (24 * 60))) } else { Item::In(minutes) };
        Some((item, next))
    }

    /// A length of time in minutes.
    fn length(&self, at: usize) -> Option<(u32, usize)> {
        for (words, minutes) in [
            ("half an hour", 30),
            ("a half hour", 30),
            ("half hour", 30),
            ("media hora", 30),
            ("a quarter of an hour", 15),
            ("quarter of an hour", 15),
            ("un cuarto de hora", 15),
            ("cuarto de hora", 15),
            ("hour and a half", 90),
        ] {
            if self.says(at, words) {
                return Some((minutes, at + words.split(' ').count()));
            }
        }
        let (count, unit) = if self.says(at, "a couple of") {
            (2, at + 3)
        } else if self.says(at, "a couple") || self.says(at, "un par") {
            (2, at + 2 + usize::from(self.at(at + 2) == "de"))
        } else if self.says(at, "a few") {
            (3, at + 2)
        } else if self.is(at, "a an") {
            (1, at + 1)
        } else {
            self.count(at)?
        };
        let minutes = match self.at(unit) {
            "minute" | "minutes" | "min" | "mins" | "minuto" | "minutos" => 1,
            "hour" | "hours" | "hora" | "horas" => 60,
            "day" | "days" | "dia" | "dias" => 24 * 60,
            "week" | "weeks" | "semana" | "semanas" => 7 * 24 * 60,
            _ => return None,
        };
        let mut total = count.min(400) * minutes;
        let mut next = unit + 1;
        if self.is(next, "and y") {
            if self.says(next + 1, "a half") || self.is(next + 1, "media") {
                total += minutes / 2;
                next += if self.at(next + 1) == "a" { 3 } else { 2 };
            } else if self.says(next + 1, "a quarter") || self.is(next + 1, "cuarto") {
                total += minutes / 4;
                next += if self.at(next + 1) == "a" { 3 } else { 2 };
            } else if let Some((extra, end)) = self.count(next + 1)
                && self.is(end, "minute minutes minuto minutos")
            {
                total += extra.min(59);
                next = end + 1;
            }
        }
        Some((total, next))
    }

    /// A whole number of one or two words: "twenty five", "treinta y cinco".
    fn count(&self, at: usize) -> Option<(u32, usize)> {
        let tens = number(self.at(at)).filter(|_| !self.at(at).is_empty())?;
        let word = self.at(at).bytes().all(|b| b.is_ascii_alphabetic());
        if word && (20..=50).contains(&tens) {
            let and = usize::from(self.at(at + 1) == "y");
            let ones = self.at(at + 1 + and);
            let value = number(ones).filter(|n| (1..10).contains(n) && ones.bytes().all(|b| b.is_ascii_alphabetic()));
            if let Some(ones) = value {
                return Some((tens + ones, at + 2 + and));
            }
        }
        Some((tens, at + 1))
    }

    fn day(&self, at: usize) -> Option<(Item, usize)> {
        let month = |index: usize| {
            let word = self.at(index);
            MONTHS.iter().zip(1u32..).find(|((en, es), _)| *en == word || *es == word).map(|(_, month)| month)
        };
        if let Some((.., day)) = DAYS.iter().find(|(en, es, _)| self.at(at) == *es || self.is(at, en)) {
            return Some((Item::Day(Day::Weekday(*day)), at + 1));
        }
        if let (Some(month), Some(day)) = (month(at), ordinal(self.at(at + 1))) {
            return Some((Item::Day(Day::Date(month, day)), at + 2));
        }
        let (day, next) = self.count(at).or_else(|| Some((ordinal(self.at(at))?, at + 1)))?;
        let month = month(next + 1).filter(|_| self.is(next, "de of"))?;
        (1..=31).contains(&day).then_some((Item::Day(Day::Date(month, day)), next + 2))
    }

    /// "between two and four", "de nueve a once".
    fn range(&self, at: usize) -> Option<(Said, usize)> {
        let lead = usize::from(self.is(at, "between from entre de"));
        let (first, next) = self.clock(at + lead + self.article(at + lead))?;
        let joins = if self.is(at, "between entre") {
            self.is(next, "and y to")
        } else {
            self.is(next, "to a till until hasta")
        };
        if !joins {
            return None;
        }
        let (second, end) = self.clock(next + 1 + self.article(next + 1))?;
        let counted = COUNTED.contains(&format!(" {} ", self.at(end))) && !self.at(end).is_empty();
        let fits = first.hour <= 24
            && second.hour <= 24
            && !counted
            && (lead == 1 || first.half.is_some() || second.half.is_some());
        (fits && !self.elsewhere(at))
            .then_some((Said { item: Item::Between(first, second), sure: true, length: 0 }, end))
    }

    fn article(&self, at: usize) -> usize {
        usize::from(self.is(at, "las la"))
    }

    fn one_time(&self, at: usize) -> Option<(Said, usize)> {
        let mut from = at;
        let mut cued = false;
        let mut make: fn(Clock) -> Item = Item::At;
        if self.is(at, "after past despues") {
            (make, cued, from) = (Item::After, true, at + 1 + usize::from(self.at(at + 1) == "de"));
        } else if self.is(at, "before antes until hasta by") {
            let before = self.is(at, "before antes");
            (make, cued, from) =
                (if before { Item::Before } else { Item::At }, true, at + 1 + usize::from(self.at(at + 1) == "de"));
        } else if self.is(at, "at around about approximately circa")
            || self.says(at, "a las/la")
            || self.says(at, "al mediodia")
        {
            (cued, from) = (true, at + 1);
        }
        from += usize::from(cued && self.is(from, "like around about las la eso"));
        from += usize::from(!cued && self.is(from, "las"));
        let article = from > at && !cued;
        let (clock, next) = self.clock(from)?;
        let before = if at > 0 { self.at(at - 1) } else { "" };
        let bare = next == from + 1 && clock.half.is_none();
        let label = bare && LABELS.contains(&format!(" {before} ")) && !before.is_empty();
        let counted = bare && COUNTED.contains(&format!(" {} ", self.at(next))) && !self.at(next).is_empty();
        // A second number makes it a telephone or ticket number.
        let longer = bare && self.count(next).is_some() && self.clock(next).is_none();
        if label || counted || longer || self.elsewhere(at) {
            return Some((Said { item: Item::In(0), sure: false, length: 0 }, next));
        }
        let sure = cued || article || clock.half.is_some() || next > from + 1;
        Some((Said { item: make(clock), sure, length: 0 }, next))
    }

    /// A time of day.
    fn clock(&self, at: usize) -> Option<(Clock, usize)> {
        if self.digits(at) > at {
            return None;
        }
        let exact = |hour, half| Clock { hour, minute: 0, half };
        if self.is(at, "noon mediodia midday") {
            return Some((exact(12, Some(Half::Pm)), at + 1));
        }
        if self.is(at, "midnight medianoche") {
            return Some((exact(12, Some(Half::Am)), at + 1));
        }
        let (hour, minute, next) = self.face(at)?;
        if hour > 23 || minute > 59 {
            return None;
        }
        let next = next
            + if self.is(next, "oclock sharp") {
                1
            } else if self.says(next, "en punto") {
                2
            } else {
                0
            };
        let mut half = None;
        let mut end = next;
        for (words, said) in HALVES {
            if self.says(next, words) {
                (half, end) = (Some(*said), next + words.split(' ').count());
                break;
            }
        }
        Some((Clock { hour, minute, half: if hour > 12 || hour == 0 { None } else { half } }, end))
    }

    /// Hour and minute.
    fn face(&self, at: usize) -> Option<(u32, u32, usize)> {
        let hour_at = |index: usize| self.count(index).filter(|(hour, _)| (1..=12).contains(hour));
        for (words, minute) in [("half past", 30), ("quarter past", 15), ("quarter after", 15), ("a quarter past", 15)]
        {
            if self.says(at, words) {
                let (hour, next) = hour_at(at + words.split(' ').count())?;
                return Some((hour, minute, next));
            }
        }
        let back = |hour: u32| if hour == 1 { 12 } else { hour - 1 };
        for words in ["quarter to", "quarter of", "quarter till", "a quarter to", "cuarto para", "un cuarto para"] {
            if self.says(at, words) {
                let from = at + words.split(' ').count();
                let (hour, next) = hour_at(from + self.article(from))?;
                return Some((back(hour), 45, next));
            }
        }
        let (value, next) = self.count(at)?;
        if self.is(next, "past to till para") && value % 5 == 0 && (5..=25).contains(&value) {
            let from = next + 1;
            if let Some((hour, end)) =
                hour_at(from + self.article(from)).filter(|_| value > 12 || self.at(next) != "to")
            {
                return Some(if self.at(next) == "past" { (hour, value, end) } else { (back(hour), 60 - value, end) });
            }
        }
        let digits = self.at(at);
        if (3..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
            let (hour, minute) = (value / 100, value % 100);
            return (hour <= 23 && minute <= 59).then_some((hour, minute, next));
        }
        if value > 23 {
            return None;
        }
        if self.at(next) == "y" {
            if self.is(next + 1, "media") {
                return Some((value, 30, next + 2));
            }
            if self.is(next + 1, "cuarto") {
                return Some((value, 15, next + 2));
            }
            if let Some((minute, end)) =
                self.count(next + 1).filter(|(m, end)| *m >= 5 && *m < 60 && !self.is(*end, "minutos personas"))
            {
                return Some((value, minute, end));
            }
        }
        if self.at(next) == "menos" {
            let (minute, end) = if self.is(next + 1, "cuarto") { (15, next + 2) } else { self.count(next + 1)? };
            return (1..=30).contains(&minute).then(|| (back(value), 60 - minute, end));
        }
        if self.is(next, "oh o")
            && let Some((minute, end)) = self.count(next + 1).filter(|(m, _)| *m < 10)
        {
            return Some((value, minute, end));
        }
        let minutes = self.count(next).filter(|(m, end)| {
            let two = self.at(next).len() == 2 || !self.at(next).starts_with(|c: char| c.is_ascii_digit());
            (10..60).contains(m) && two && !COUNTED.contains(&format!(" {} ", self.at(*end)))
                || (10..60).contains(m) && two && self.at(*end).is_empty()
        });
        match minutes {
            Some((minute, end)) => Some((value, minute, end)),
            // "09:00" is two words by now; "nine hundred" is not said by callers.
            None if self.at(next) == "00" => Some((value, 0, next + 1)),
            None => Some((value, 0, next)),
        }
    }
}

/// "3rd", "third", "3".
fn ordinal(word: &str) -> Option<u32> {
    const WORDS: [&str; 10] =
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let named = WORDS.iter().zip(1u32..).find(|(name, _)| **name == word).map(|(_, n)| n);
    named.or_else(|| digits.parse().ok()).or_else(|| number(word)).filter(|n| (1..=31).contains(n))
}
