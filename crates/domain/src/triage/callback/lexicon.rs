//! The words of `rules/times.txt`: which word, or phrase of words, has which senses.

use crate::triage::phrases::Phrases;
use chrono::Weekday;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Declares an enum whose variants are also named in the rule file.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum $name { $($variant),+ }

        impl $name {
            fn named(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

named! {
    /// What a word does in the grammar of times, where it needs no value.
    Key {
        At = "at", Around = "around", Las = "las", El = "el", A = "a", In = "in", Within = "within", Ahead = "ahead",
        FromNow = "from_now", After = "after", OrLater = "or_later", Before = "before", OrBefore = "or_before",
        Between = "between", From = "from", To = "to", And = "and", ToHour = "to_hour", PastHour = "past_hour",
        Para = "para", Menos = "menos", Half = "half", HalfEnglish = "half_english", Quarter = "quarter",
        Quarters = "quarters", Of = "of", On = "on", Next = "next", This = "this", QueViene = "que_viene",
        AfterNext = "after_next", Oclock = "oclock", Couple = "couple", Few = "few", Start = "start", End = "end",
        Mid = "mid", Rest = "rest", WeekOf = "week_of", Hundred = "hundred", Oh = "oh", OrdinalEnd = "ordinal_end",
        Early = "early", Late = "late", Not = "not", No = "no", Past = "past", StrictAside = "strict_aside",
        Aside = "aside", Call = "call", DayAfter = "day_after", Noon = "noon", Midnight = "midnight", Soon = "soon",
        AnyTime = "any_time", EndOfMonth = "end_of_month", Ago = "ago", Label = "label", Counted = "counted",
        NotTime = "not_time", Filler = "filler", NextBusinessDay = "weekday_next", Starting = "starting", TheDay = "the_day", Or = "or", Now = "now",
        Why = "why", Is = "is", LastWeek = "last_week", DayBefore = "day_before", Because = "because", Unfit = "unfit",
        Upcoming = "upcoming", Dial = "dial", ComingDays = "coming_days",
        Spanish = "spanish",
    }
}

named! {
    /// A unit of time.
    Unit {
        Second = "second", Minute = "minute", Hour = "hour", Day = "day", BusinessDay = "business_day", Week = "week",
        Fortnight = "fortnight", Month = "month", Year = "year",
    }
}

named! {
    /// A part of the day as said.
    Part {
        Morning = "morning", ThisMorning = "this_morning", MidMorning = "mid_morning", Afternoon = "afternoon",
        ThisAfternoon = "this_afternoon", MidAfternoon = "mid_afternoon", Evening = "evening",
        ThisEvening = "this_evening", LateNight = "late_night", SmallHours = "small_hours", Lunch = "lunch",
        BeforeLunch = "before_lunch", AfterLunch = "after_lunch", FirstThing = "first_thing",
        FirstAfternoon = "first_afternoon", EndOfDay = "end_of_day", BusinessHours = "business_hours",
        Middle = "middle", AfterSchool = "after_school", AfterDinner = "after_dinner",
    }
}

named! {
    /// Before or after noon.
    Half { Am = "am", Pm = "pm" }
}

/// A feast day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Feast {
    /// Month and day.
    On(u32, u32),
    /// Month, which of its weekdays, and the weekday; 99 is the last.
    Nth(u32, u32, Weekday),
}

/// All that a word or phrase may mean.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Senses {
    keys: u128,
    pub(super) number: Option<u32>,
    pub(super) ordinal: Option<u32>,
    pub(super) weekday: Option<Weekday>,
    pub(super) short_weekday: Option<Weekday>,
    pub(super) month: Option<u32>,
    pub(super) unit: Option<Unit>,
    pub(super) day: Option<i64>,
    pub(super) weekend: Option<i64>,
    pub(super) feast: Option<Feast>,
    pub(super) part: Option<Part>,
    pub(super) half: Option<Half>,
}

/// What no time begins with.
const NEVER_FIRST: [Key; 31] = [
    Key::Why,
    Key::Is,
    Key::Because,
    Key::Unfit,
    Key::Spanish,
    Key::OrLater,
    Key::OrBefore,
    Key::And,
    Key::To,
    Key::Of,
    Key::Menos,
    Key::Quarters,
    Key::QueViene,
    Key::AfterNext,
    Key::Oclock,
    Key::Hundred,
    Key::OrdinalEnd,
    Key::Not,
    Key::No,
    Key::Past,
    Key::PastHour,
    Key::StrictAside,
    Key::Aside,
    Key::Call,
    Key::Ago,
    Key::Label,
    Key::Counted,
    Key::Filler,
    Key::Or,
    Key::Dial,
    Key::FromNow,
];

/// What names something of time without a value.
const ANCHORS: [Key; 12] = [
    Key::LastWeek,
    Key::DayBefore,
    Key::Noon,
    Key::Midnight,
    Key::Soon,
    Key::Now,
    Key::AnyTime,
    Key::EndOfMonth,
    Key::DayAfter,
    Key::NextBusinessDay,
    Key::Early,
    Key::Late,
];

fn mask(keys: &[Key]) -> u128 {
    keys.iter().fold(0, |mask, key| mask | 1 << *key as u32)
}

impl Senses {
    /// What a word means that the rule file does not know.
    pub(super) const NONE: &'static Self = &Self {
        keys: 0,
        number: None,
        ordinal: None,
        weekday: None,
        short_weekday: None,
        month: None,
        unit: None,
        day: None,
        weekend: None,
        feast: None,
        part: None,
        half: None,
    };

    /// Whether a time may begin with it; most words of most texts end the search here.
    pub(super) fn begins(&self) -> bool {
        self.keys & !mask(&NEVER_FIRST) != 0 || self.anchors()
    }

    /// Whether it names something of time by itself; every time has such a word, or a number in digits.
    pub(super) fn anchors(&self) -> bool {
        self.keys & mask(&ANCHORS) != 0
            || self.number.is_some()
            || self.ordinal.is_some()
            || self.weekday.is_some()
            || self.short_weekday.is_some()
            || self.month.is_some()
            || self.unit.is_some()
            || self.day.is_some()
            || self.weekend.is_some()
            || self.feast.is_some()
            || self.part.is_some()
    }

    pub(super) fn is(&self, key: Key) -> bool {
        self.keys & (1 << key as u32) != 0
    }

    /// Adds the sense of one line of the rule file; false where the line means nothing.
    fn add(&mut self, sense: &str, value: &str) -> bool {
        const WEEK: [Weekday; 7] =
            [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
        let number: Option<u32> = value.parse().ok();
        let named = |n: u32| WEEK.get(usize::try_from(n).ok()?).copied();
        let weekday = || number.and_then(named);
        match sense {
            "number" => {
                self.number = number;
                number.is_some()
            }
            "ordinal" => {
                self.ordinal = number;
                number.is_some()
            }
            "weekday" => {
                self.weekday = weekday();
                self.weekday.is_some()
            }
            "short_weekday" => {
                self.short_weekday = weekday();
                self.short_weekday.is_some()
            }
            "month" => {
                self.month = number;
                number.is_some()
            }
            "day" => {
                self.day = number.map(i64::from);
                number.is_some()
            }
            "weekend" => {
                self.weekend = number.map(i64::from);
                number.is_some()
            }
            "feast" => {
                let parts: Option<Vec<u32>> = value.split('/').map(|part| part.parse().ok()).collect();
                self.feast = match parts.as_deref() {
                    Some([month, day]) => Some(Feast::On(*month, *day)),
                    Some([month, nth, weekday]) => named(*weekday).map(|weekday| Feast::Nth(*month, *nth, weekday)),
                    _ => None,
                };
                self.feast.is_some()
            }
            "unit" => {
                self.unit = Unit::named(value);
                self.unit.is_some()
            }
            "part" => {
                self.part = Part::named(value);
                self.part.is_some()
            }
            "half" => {
                self.half = Half::named(value);
                self.half.is_some()
            }
            _ => match Key::named(if sense == "key" { value } else { sense }) {
                Some(key) => {
                    self.keys |= 1 << key as u32;
                    true
                }
                None => false,
            },
        }
    }
}

const RULES: &str = include_str!("../../../rules/times.txt");

/// The phrases of the rule file.
pub(super) static PHRASES: LazyLock<Phrases<Phrase>> = LazyLock::new(|| {
    let phrase = |senses: Senses| Phrase { senses, begins: senses.begins(), anchors: senses.anchors() };
    Phrases::new(read(RULES).0.into_iter().map(|(words, senses)| (words, phrase(senses))))
});

/// What a phrase means.
pub(super) struct Phrase {
    pub(super) senses: Senses,
    /// Whether a time may begin with it.
    pub(super) begins: bool,
    /// Whether it names something of time by itself.
    pub(super) anchors: bool,
}

/// Reads the rule file; also what is wrong with it, which a test looks at.
fn read(rules: &'static str) -> (BTreeMap<Vec<&'static str>, Senses>, Vec<String>) {
    let mut all: BTreeMap<Vec<&'static str>, Senses> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut sense = ("", "");
    for line in rules.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let list = if line.starts_with(' ') {
            line
        } else {
            let (head, list) = line.split_once(':').unwrap_or((line, ""));
            sense = head.split_once(' ').unwrap_or((head, ""));
            list
        };
        for phrase in list.split(',').filter(|phrase| !phrase.trim().is_empty()) {
            let words: Vec<&str> = phrase.split_whitespace().collect();
            if !all.entry(words).or_default().add(sense.0, sense.1) {
                wrong.push(format!("unknown sense: {line}"));
            }
        }
    }
    (all, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::callback::tokens::tokens;

    #[test]
    fn every_line_of_the_rule_file_means_something() {
        assert_eq!(read(RULES).1, Vec::<String>::new());
    }

    #[test]
    fn every_phrase_of_the_rule_file_is_found_by_its_own_words() {
        for words in read(RULES).0.into_keys() {
            let words = words.join(" ");
            assert_eq!(tokens(&words).len(), 1, "{words} is not one phrase: it is not folded, or cannot be reached");
        }
    }

    #[test]
    fn no_phrase_stands_twice_in_a_line() {
        let joined = RULES.replace("\n ", " ");
        for line in joined.lines().filter(|line| !line.starts_with('#')) {
            let list = line.split_once(':').map_or("", |(_, list)| list);
            let mut phrases: Vec<&str> = list.split(',').map(str::trim).collect();
            let many = phrases.len();
            phrases.sort_unstable();
            phrases.dedup();
            assert_eq!(phrases.len(), many, "twice in: {line}");
        }
    }
}
