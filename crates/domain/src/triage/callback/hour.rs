//! One time as it is said in a sentence: what leads to it, what bounds it, and what makes it no time at all.

use super::lexicon::Key;
use super::said::{Clock, DaySaid, Item, Said};
use super::scan::Scan;

impl Scan<'_> {
    /// Whether the number is one of something: "room nine", "the ticket is 1215", "the invoice is for twelve fifty".
    fn labelled(&self, at: usize) -> bool {
        let joins = |index: usize| self.is(index, Key::Is) || self.is(index, Key::On);
        let first = (1..=at.min(3)).find(|back| !joins(at - back));
        first.is_some_and(|back| {
            let is = back == 1 || (1..back).any(|back| self.is(at - back, Key::Is));
            is && self.is(at - back, Key::Label) && !self.at(at - back + 1).breaks
        })
    }

    /// "Don't call", just before.
    fn call_refused(&self, at: usize) -> bool {
        let back = |back: usize| at.checked_sub(back);
        let call = (1..=3).filter_map(back).find(|index| self.is(*index, Key::Dial));
        call.is_some_and(|call| {
            (1..=2).filter_map(|back| call.checked_sub(back)).any(|i| self.is(i, Key::Not) || self.is(i, Key::No))
        })
    }

    /// "cuarto para", "quarter past".
    pub(super) fn quarter_of(&self, at: usize) -> bool {
        self.is(at, Key::Quarter) && (self.is(at + 1, Key::ToHour) || self.is(at + 1, Key::PastHour))
    }

    /// "By" or "after" that stands before a day just before an hour.
    fn bound_before(&self, at: usize) -> Option<fn(Clock) -> Item> {
        (2..=4.min(at)).find_map(|back| {
            let (cue, day) = (at - back, at - back + 1);
            let make: fn(Clock) -> Item = match () {
                () if self.is(cue, Key::After) => Item::After,
                () if self.is(cue, Key::Before) => Item::Before,
                () => return None,
            };
            self.day(day).filter(|(_, to)| *to == at).map(|_| make)
        })
    }

    /// "Half an hour before noon", "veinte minutos después de las tres".
    pub(super) fn shifted(&self, at: usize) -> Option<(Item, usize)> {
        let (length, next) = self.length(at).filter(|(length, _)| length.days == 0 && length.months == 0)?;
        let back = self.is(next, Key::Before);
        if length.seconds <= 0 || !(back || self.is(next, Key::After)) {
            return None;
        }
        let from = next + 1 + usize::from(self.is(next + 1, Key::Las));
        let (clock, to, _) = self.clock(from)?;
        let shift = if back { -length.seconds } else { length.seconds };
        Some((Item::At(clock.later(shift)?), to))
    }

    /// "For three hours from ten", "an hour starting at nine", "a week starting tomorrow".
    pub(super) fn lasting(&self, at: usize) -> Option<(Item, usize)> {
        let from = at + usize::from(self.is(at, Key::On));
        let (length, next) = self.length(from).filter(|(length, _)| length.months == 0 && length.business_days == 0)?;
        let starting = self.is(next, Key::Starting);
        if !(starting || from > at && self.is(next, Key::From)) {
            return None;
        }
        if length.seconds == 0 {
            let (day, to) = self.day(next + 1).filter(|_| starting && length.days > 0)?;
            return Some((Item::Days(day, DaySaid { plus: day.plus + length.days - 1, ..day }), to));
        }
        let mut clock_at = next + 1;
        while self.is(clock_at, Key::At) || self.is(clock_at, Key::Las) {
            clock_at += 1;
        }
        let (clock, to, _) = self.clock(clock_at)?;
        Some((Item::For(clock, length.all_seconds()), to))
    }

    pub(super) fn one_time(&self, at: usize) -> Option<Said> {
        let mut from = at;
        let mut make: fn(Clock) -> Item = Item::At;
        let (mut cued, mut strong) = (false, false);
        if self.is(from, Key::After) || self.is(from, Key::Starting) {
            (make, cued, strong, from) = (Item::After, true, true, from + 1);
        } else if self.is(from, Key::Before) {
            (make, cued, strong, from) = (Item::Before, true, true, from + 1);
        }
        while self.is(from, Key::At)
            || self.is(from, Key::Around)
            || (self.is(from, Key::A) && self.is(from + 1, Key::Las) && self.at(from).number().is_none())
            || (self.is(from, Key::El)
                && (self.is(from + 1, Key::Las) || self.is(from + 1, Key::Noon) || self.quarter_of(from + 1)))
        {
            strong |= !self.is(from, Key::Around);
            (cued, from) = (true, from + 1);
        }
        if self.at(from).letter == 'a' && self.is(from + 1, Key::Las) {
            (cued, strong, from) = (true, true, from + 1);
        }
        if strong && self.is(at, Key::To) && self.call_refused(at) {
            // "don't call till eight".
            make = Item::After;
        }
        if cued && let Some(by) = self.bound_before(at) {
            // "by Friday at five".
            make = by;
        }
        let article = self.is(from, Key::Las);
        from += usize::from(article);
        let (clock, mut to, mut sure) = self.clock(from)?;
        let bare = !sure;
        let token = self.at(from);
        let before = |key: Key| at > 0 && self.is(at - 1, key);
        let one = token.digits == 0 && token.number() == Some(1);
        let eleven_or_once = token.digits == 0 && token.number() == Some(11) && bare;
        if bare {
            let longer = self.at(to).number().is_some()
                && !self.is(to, Key::A)
                && self.at(to).number() != Some(1)
                && self.has(to)
                && self.clock(to).is_none();
            let unknown = self.has(to)
                && !self.at(to).known
                && self.at(to).digits == 0
                && !self.at(to).breaks
                && self.at(to).before == ' ';
            let counted = self.counted(to) || (unknown && !strong) || self.at(to).before == '/' && self.has(to);
            let label = !cued && (self.labelled(at) || before(Key::Not));
            let alone =
                ((one || eleven_or_once) && !strong || token.digits == 3 && !cued) && !article && !before(Key::No);
            if longer || counted || label || alone || self.is(to, Key::Of) && !strong {
                return Some(self.said(Item::In(0), at, to, false));
            }
        } else if self.labelled(at) && !cued && clock.half.is_none() && !clock.exact && token.after != ':' {
            return Some(self.said(Item::In(0), at, to, false));
        }
        let four_digits = token.digits >= 3;
        sure = cued && (strong || !four_digits || clock.half.is_some())
            || article
            || (sure && !four_digits)
            || clock.half.is_some();
        if self.is(to, Key::OrLater) {
            (make, to) = (Item::After, to + 1);
        } else if self.is(to, Key::OrBefore) {
            (make, to) = (Item::Before, to + 1);
        }
        let item = make(clock);
        // "4 pm for half an hour".
        if let Item::At(clock) = item
            && sure
            && self.is(to, Key::On)
            && let Some((length, end)) = self.length(to + 1)
            && length.seconds > 0
        {
            return Some(self.said(Item::For(clock, length.seconds), at, end, true));
        }
        Some(self.said(item, at, to, sure))
    }
}
