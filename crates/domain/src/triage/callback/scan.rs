//! Finds every time, day and stretch of time in a text, word by word.

use super::lexicon::{Key, Part, Unit};
use super::said::{Base, DaySaid, Item, Said, Shade, Which};
use super::tokens::Token;

/// From so many digits in a row on it is a number to dial, not a time.
const NUMBER_DIGITS_MIN: usize = 7;
/// So many numbers in a row are no time either: "twenty two six twenty one".
const SPOKEN_MIN: usize = 5;
/// So many words before a time may tie it to something else than the call.
const ASIDE_REACH: usize = 5;

/// So many words at most lead up to the first that names something of time: "at the beginning of this coming".
const LEAD_MAX: usize = 8;

pub(super) struct Scan<'a> {
    pub(super) tokens: &'a [Token],
    /// How many words the rule file does not know.
    unknown: usize,
    /// Whether any unit of time is said; most texts are spared the search for lengths.
    pub(super) units: bool,
    /// Whether anything is said that may join the two ends of a range.
    joins: bool,
    /// "12/3" is the third of December.
    pub(super) month_first: bool,
}

impl<'a> Scan<'a> {
    pub(super) fn new(tokens: &'a [Token], month_first: bool) -> Self {
        let unknown = tokens.iter().filter(|token| !token.known).count();
        let units = tokens.iter().any(|token| token.senses.unit.is_some());
        let joins = tokens.iter().any(|token| token.is(Key::To) || token.is(Key::And) || token.before == '-');
        Self { tokens, unknown, units, joins, month_first }
    }

    pub(super) fn at(&self, index: usize) -> &Token {
        self.tokens.get(index).unwrap_or(&Token::NOTHING)
    }

    pub(super) fn has(&self, index: usize) -> bool {
        index < self.tokens.len()
    }

    pub(super) fn is(&self, index: usize, key: Key) -> bool {
        self.at(index).is(key)
    }

    fn previous(&self, at: usize, key: Key) -> bool {
        at > 0 && self.is(at - 1, key)
    }

    /// All items in order.
    pub(super) fn all(&self) -> Vec<Said> {
        let mut found = Vec::new();
        let (mut at, mut anchor) = (0, 0);
        while at < self.tokens.len() {
            if anchor <= at {
                let next = self.tokens.iter().skip(at).position(|token| token.anchors);
                let Some(next) = next else { break };
                anchor = at + next;
            }
            let token = self.at(at);
            if !token.begins || token.is(Key::NotTime) || anchor > at + LEAD_MAX {
                at += 1;
                continue;
            }
            let dialled = self.dialled(at);
            if dialled > at {
                at = dialled;
                continue;
            }
            match self.item(at) {
                Some(said) => {
                    at = said.to.max(at + 1);
                    self.keep(said, &mut found);
                }
                None => at += 1,
            }
        }
        found
    }

    /// Keeps an item unless it is about something that has been.
    fn keep(&self, mut said: Said, found: &mut Vec<Said>) {
        if matches!(said.item, Item::In(0)) {
            return;
        }
        let past = self.previous(said.from, Key::Past) && !self.is(said.from - 1, Key::Ago)
            || self.is(said.to, Key::Past) && (said.item.is_day() || self.is(said.to, Key::Ago))
            || self.is(said.to, Key::Ago) && said.item.is_ahead();
        if past {
            return;
        }
        said.refused = self.refused(&said);
        // "eight thirty, actually no, nine": what corrects a time is one.
        said.sure |= self.previous(said.from, Key::No)
            && said.item.is_time()
            && found.last().is_some_and(|last: &Said| last.item.is_time());
        let mut aside = false;
        for back in 1..=ASIDE_REACH.min(said.from) {
            let token = self.at(said.from - back);
            if token.is(Key::Call)
                || self.at(said.from - back + 1).breaks
                || found.last().is_some_and(|last: &Said| last.to > said.from - back && !last.aside && !last.refused)
            {
                break;
            }
            if token.is(Key::StrictAside) && said.item != Item::Soon {
                return;
            }
            // "by nine because I board at ten".
            aside |= token.is(Key::Aside) && back <= 4 || token.is(Key::Why);
        }
        let parted = said.from > 0 && (self.is(said.from - 1, Key::Call) || self.is(said.from - 1, Key::No));
        let with_it =
            found.last().is_some_and(|last: &Said| last.aside && said.from.saturating_sub(last.to) <= 1 && !parted);
        // "porque por la mañana tengo inventario": a reason, not a wish.
        let small = usize::from(said.from > 1 && self.is(said.from - 1, Key::In));
        let reason =
            said.from > small && self.is(said.from - 1 - small, Key::Because) && self.is(said.to, Key::Because);
        said.aside |= aside || with_it || reason;
        // "el primer lunes por la tarde del próximo mes": the month is told already.
        let month = |said: &Said| matches!(said.item, Item::Day(DaySaid { base: Base::Month(..), .. }));
        let nth = |said: &Said| matches!(said.item, Item::Day(DaySaid { base: Base::NthWeekday(..), .. }));
        if !(month(&said) && found.iter().rev().take(2).any(nth)) {
            found.push(said);
        }
    }

    /// "not tomorrow", "not before ten", "ahorita no puedo".
    fn refused(&self, said: &Said) -> bool {
        let small = |at: usize| self.is(at, Key::At) || self.is(at, Key::Before) || self.is(at, Key::In);
        let first = (1..=3).find(|back| said.from >= *back && !small(said.from - back));
        let before = first.is_some_and(|back| self.is(said.from - back, Key::Not));
        let after = self.is(said.to, Key::No) && self.is(said.to + 1, Key::Filler) && !self.is(said.to + 1, Key::No);
        // "at three doesn't work".
        let unfit = self.is(said.to, Key::Unfit) && !self.at(said.to).breaks;
        before || unfit || (after && matches!(said.item, Item::Soon | Item::Before(_)))
    }

    /// Whether more numbers begin here than a time has: "twenty two six twenty one".
    fn spoken_number(&self, at: usize) -> bool {
        let number = |index: usize| self.at(index).number().is_some() && !self.is(index, Key::A);
        let follows = |index: usize| number(index) && self.at(index).before == ' ' && !self.at(index).glued;
        number(at) && (at + 1..at + SPOKEN_MIN).all(follows) && (at == 0 || !number(at - 1))
    }

    /// The end of a telephone number, an address or a version that starts here; the start where none does.
    pub(super) fn dialled(&self, at: usize) -> usize {
        if self.spoken_number(at) {
            return (at..self.tokens.len()).find(|i| self.at(*i).number().is_none()).unwrap_or(self.tokens.len());
        }
        let part = |index: usize| {
            self.at(index).digits > 0
                || self.is(index, Key::Oh)
                || (self.at(index).senses.number.is_some_and(|n| n < 10) && !self.is(index, Key::A))
        };
        if !part(at) || (at > 0 && part(at - 1) && self.at(at).before != ':') || self.at(at).number().is_none() {
            return at;
        }
        let end = (at..self.tokens.len()).find(|index| !part(*index)).unwrap_or(self.tokens.len());
        let slashed = self.at(at + 1).before == '/' || (self.at(at + 1).before == '-' && self.at(at + 2).before == '-');
        let date = slashed && self.at(at + 1).digits <= 2 && self.numeric_date(at).is_some();
        let digits: usize = (at..end).map(|index| self.at(index).digits.max(1)).sum();
        let single = end - at >= 4 && (at..end).all(|index| self.at(index).digits < 2);
        let dot = |index: usize| index < end && self.at(index).before == '.' && self.at(index).glued;
        let dotted = (at + 1..end).any(|index| dot(index) && dot(index + 1));
        // "9:00-11:30", "9.00-11.30".
        let timed = (at + 1..end).any(|index| self.at(index).before == ':')
            || (end == at + 4 && dot(at + 1) && dot(at + 3) && !dot(at + 2));
        if !date && !timed && (digits >= NUMBER_DIGITS_MIN || single) || dotted && !date { end } else { at }
    }

    pub(super) fn said(&self, item: Item, from: usize, to: usize, sure: bool) -> Said {
        Said { item, from, to, sure, aside: false, refused: false }
    }

    fn item(&self, at: usize) -> Option<Said> {
        let sure = |(item, to): (Item, usize)| self.said(item, at, to, true);
        if self.is(at, Key::Soon) || (self.is(at, Key::Now) && self.now_is_wished(at)) {
            return Some(sure((Item::Soon, at + 1)));
        }
        if self.is(at, Key::AnyTime) && !self.starts_something(at + 1) {
            return Some(sure((Item::AnyTime, at + 1)));
        }
        let range = if self.joins { self.range(at) } else { None };
        let length = || self.shifted(at).or_else(|| self.lasting(at));
        range
            .or_else(length)
            .or_else(|| self.ahead(at))
            .map(sure)
            .or_else(|| self.bounded_day(at).map(sure))
            .or_else(|| self.day(at).map(|(day, to)| sure((Item::Day(day), to))))
            .or_else(|| self.part(at).map(sure))
            .or_else(|| self.one_time(at))
    }

    /// "Now" tells when things happen more often than when to call: it counts next to a call, and in a short answer.
    fn now_is_wished(&self, at: usize) -> bool {
        let near = at.saturating_sub(6)..(at + 4).min(self.tokens.len());
        self.unknown <= 1 || near.into_iter().any(|index| self.is(index, Key::Dial))
    }

    /// "any time after ten": the words after it say when.
    fn starts_something(&self, at: usize) -> bool {
        self.is(at, Key::After) || self.is(at, Key::Before) || self.is(at, Key::Between)
    }

    /// "in an hour and a half", "deme veinte minutos", "an hour from now", "within two hours".
    fn ahead(&self, at: usize) -> Option<(Item, usize)> {
        let mut from = at;
        let coming = self.is(at, Key::ComingDays) || (self.is(at, Key::Next) && !self.is(at, Key::This));
        let within = self.is(at, Key::Within) || coming;
        let lead = within || self.is(at, Key::In) || self.is(at, Key::Ahead);
        from += usize::from(lead);
        let next = lead && (self.is(from, Key::Next) || self.is(from, Key::ComingDays));
        from += usize::from(next);
        from += usize::from(
            lead && (self.is(from, Key::Around) || self.is(from, Key::Ahead)) && self.at(from).number().is_none(),
        );
        let (within, coming) = (within || next, coming || next);
        let plus = self.at(from).before == '+';
        // "the next hour", "within the hour".
        from += usize::from(within && self.is(from, Key::El) && self.at(from + 1).senses.unit.is_some());
        if let Some(Unit::Hour | Unit::Minute) = self.at(from).senses.unit
            && within
            && self.has(from)
        {
            let seconds = if self.at(from).senses.unit == Some(Unit::Hour) { 3600 } else { 60 };
            return Some((Item::Within(seconds), from + 1));
        }
        let Some((length, mut to)) = self.length(from) else {
            // "in fifteen".
            let (count, to) = self.count(from).filter(|(n, _)| n % 5 == 0 && (5..=90).contains(n))?;
            let ends = !self.has(to) || (self.at(to).is(Key::Filler) && self.at(to).senses.part.is_none());
            let bare = self.is(at, Key::In) && !self.is(at, Key::Around) && ends && self.at(to).number().is_none();
            return bare.then_some((Item::In(i64::from(count) * 60), to));
        };
        // "two upcoming days".
        let upcoming = !lead && self.is(from + 1, Key::Upcoming);
        let trails = self.is(to, Key::FromNow);
        to += usize::from(trails);
        if !(lead || trails || plus || upcoming) || (!trails && self.follows_day(to)) {
            return None;
        }
        if within && self.at(at).senses.number.is_none() {
            // "in the next three days" begins tomorrow, as "within three days" does not.
            let days = length.days > 0 && length.seconds == 0 && coming;
            if length.business_days > 0 || days {
                return Some((Item::NextDays(length.days + i64::from(length.business_days)), to));
            }
            return (length.all_seconds() > 0).then(|| (Item::Within(length.all_seconds()), to));
        }
        // "in two weeks on Monday".
        if length.months == 0 && length.business_days == 0 && length.seconds == 0 && length.days % 7 == 0 {
            let name = to + usize::from(self.is(to, Key::On) || self.is(to, Key::El));
            if let Some(weekday) = self.weekday_name(name).filter(|_| name > to) {
                let base = Base::Weekday(weekday, Which::InWeek(length.days / 7));
                return Some((Item::Day(base.into()), name + 1));
            }
        }
        let day = match (length.months, length.business_days, length.days, length.seconds) {
            (0, 0, 0, 1..) => return Some((Item::In(length.seconds), to)),
            (0, 0, days, 1..) if days > 0 => return Some((Item::In(length.all_seconds()), to)),
            (0, 0, days, _) if days > 0 => Base::Ahead(days),
            (0, business, ..) if business > 0 => Base::BusinessAhead(business),
            (months, ..) if months > 0 => Base::MonthsAhead(months),
            _ => return None,
        };
        Some((Item::Day(DaySaid { base: day, plus: if length.months > 0 { length.days } else { 0 } }), to))
    }

    /// "after tomorrow", "from Monday".
    fn follows_day(&self, at: usize) -> bool {
        (self.is(at, Key::After) || self.is(at, Key::From) || self.is(at, Key::FromNow)) && self.day(at + 1).is_some()
    }

    /// "after Monday", "a partir de mañana", "by Friday".
    fn bounded_day(&self, at: usize) -> Option<(Item, usize)> {
        let after = self.is(at, Key::After) || self.is(at, Key::Starting);
        if !after && !self.is(at, Key::Before) {
            return None;
        }
        let edge = self.is(at + 1, Key::End);
        let from = at + 1 + usize::from(edge && self.day(at + 1).is_none());
        let (day, to) = self.day(from)?;
        // "before tomorrow at nine" tells an hour.
        let timed = self.is(to, Key::At) || self.clock(to).is_some_and(|(.., sure)| sure);
        (!timed).then_some((if after { Item::FromDay(day) } else { Item::ByDay(day) }, to))
    }

    /// "tomorrow morning", "early in the afternoon", "esta tarde temprano".
    fn part(&self, at: usize) -> Option<(Item, usize)> {
        let mut from = at;
        let mut shade = Shade::None;
        let shaded = |index: usize| match () {
            () if self.is(index, Key::Early) => Shade::Early,
            () if self.is(index, Key::Late) => Shade::Late,
            () => Shade::None,
        };
        from += usize::from(self.is(from, Key::In) || self.is(from, Key::On) || self.is(from, Key::At));
        if shaded(from) != Shade::None {
            shade = shaded(from);
            from += 1;
            from += usize::from(self.is(from, Key::In) || self.is(from, Key::On));
            from += usize::from(self.is(from, Key::El));
        }
        // "any time after lunch".
        let lunch = |index: usize| self.at(index).senses.part == Some(Part::Lunch);
        if lunch(at + 1) && (self.is(at, Key::After) || self.is(at, Key::Before)) {
            let part = if self.is(at, Key::After) { Part::AfterLunch } else { Part::BeforeLunch };
            return Some((Item::Part(part, Shade::None), at + 2));
        }
        let token = self.at(from);
        let Some(part) = token.senses.part.filter(|_| self.has(from)) else {
            // "early tomorrow", "mañana temprano".
            let early = shade == Shade::Early && from == at + 1;
            let day = at > 0 && self.at(at - 1).senses.day.or(self.at(at - 1).senses.weekday.map(|_| 0)).is_some();
            return (early && (day || self.day(from).is_some())).then_some((Item::Part(Part::Morning, shade), at + 1));
        };
        // "early tomorrow morning".
        let day = from > 1 && self.at(from - 1).senses.day.or(self.at(from - 1).senses.weekday.map(|_| 0)).is_some();
        if shade == Shade::None && day {
            shade = shaded(from - 2);
        }
        let mut to = from + 1;
        if shade == Shade::None && shaded(to) != Shade::None && !self.at(to).is(Key::FromNow) {
            (shade, to) = (shaded(to), to + 1);
        }
        Some((Item::Part(part, shade), to))
    }

    /// Whether a counted thing, or an unknown word, follows a number.
    pub(super) fn counted(&self, at: usize) -> bool {
        self.is(at, Key::Counted) && self.has(at) && !self.at(at).breaks
    }
}
