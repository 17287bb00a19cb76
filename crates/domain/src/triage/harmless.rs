//! Words that tell of nothing but a failure: any other may be another system's name, or something worse.
//!
//! The sets are in `rules/planned.txt`.

use super::Setting;
use super::matching::Found;
use super::normalise::{Words, number};
use super::phrases::{Phrases, UNKNOWN};
use super::rules::{lines, spelled_out};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::LazyLock;

/// How much of what a caller tells is the plain failure of something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Telling {
    /// Nothing else is told.
    Plain,
    /// More is told: what it is needed for, who suffers, or words that nobody knows.
    #[default]
    More,
    /// A certain one of several fails: "the lab server", "at our south site".
    OneOfSeveral,
}

/// Sets of phrases, by the words as they are said: a plural is another word.
struct Sets {
    /// What may be said beside the name of a system.
    beside: Phrases<()>,
    /// What of it may stand right before the name.
    before: Phrases<()>,
    /// That all of it fails.
    totals: Phrases<()>,
    /// That more than one fails.
    others: Phrases<()>,
    /// Which one of several fails.
    which: Phrases<()>,
    /// Whole answers that add nothing.
    closings: Phrases<()>,
}

static SETS: LazyLock<Sets> = LazyLock::new(|| {
    let file = lines(include_str!("../../rules/planned.txt"));
    let set = |wanted: &[&str]| {
        let lists = file.iter().filter_map(|line| line.split_once(':')).filter(|(name, _)| wanted.contains(name));
        let phrases = lists.flat_map(|(_, list)| list.split(',')).flat_map(spelled_out).map(|one| Words::new(&[&one]));
        let phrases: Vec<Words> = phrases.filter(|words| !words.words.is_empty()).collect();
        Phrases::new(phrases.iter().map(|words| (words.words.iter().map(|word| word.plain.as_str()).collect(), ())))
    };
    Sets {
        beside: set(&["plain", "calling", "people", "fails", "follows", "objects", "times"]),
        before: set(&["plain", "calling", "people", "fails", "follows", "times", "totals"]),
        totals: set(&["totals"]),
        others: set(&["others"]),
        which: set(&["which"]),
        closings: set(&["closings"]),
    }
});

/// What a caller may have another one of, or a new one, without anything of that failing.
const OF_A_PHONE: [&str; 8] = ["number", "phone", "cell", "line", "extension", "email", "numero", "telefono"];

/// Whether a caller tells of nothing but that the systems at some places fail, and what follows from it.
pub(super) fn only_tells_of(words: &Words, places: &[Range<usize>], setting: &Setting<'_>) -> bool {
    Known::new(words, places, setting).accounts_for(words, &[&SETS.beside])
}

/// Whether a caller tells of nothing but that systems fail, whichever they are, and what follows from it.
pub(super) fn only_tells_of_systems(words: &Words, found: &Found, setting: &Setting<'_>) -> bool {
    let known = Known::new(words, &systems(words, found, setting), setting);
    known.accounts_for(words, &[&SETS.beside, &SETS.totals, &SETS.others, &SETS.which])
}

impl Telling {
    /// How plainly a caller tells of a failure, whatever it is that fails.
    pub(super) fn of(words: &Words, found: &Found, setting: &Setting<'_>) -> Self {
        let systems = systems(words, found, setting);
        let known = Known::new(words, &systems, setting);
        let strange = |at: usize| {
            let usual = SETS.before.id(words.at(at)) != UNKNOWN || known.inside.get(at) == Some(&true);
            number(words.at(at)).is_some() || !usual
        };
        let same_turn = |one: usize, other: usize| words.turn(one) == words.turn(other);
        // "the lab server", "server two", "the server in boston".
        let qualified = systems.iter().any(|place| {
            let before = place.start.checked_sub(1).filter(|at| same_turn(*at, place.start));
            let inside = matches!(words.at(place.end), "in" | "at" | "of" | "for" | "from" | "de" | "del" | "en");
            let article = matches!(words.at(place.end + 1), "the" | "our" | "my" | "la" | "el" | "nuestra" | "nuestro");
            let after = place.end + usize::from(inside) + usize::from(inside && article);
            before.is_some_and(strange)
                || same_turn(after, place.start) && strange(after) && (inside || number(words.at(after)).is_some())
        });
        // "My other number" is none of a system.
        let of_a_phone = |at: usize| OF_A_PHONE.contains(&words.at(at));
        let which = (0..words.words.len()).any(|at| SETS.which.id(words.at(at)) != UNKNOWN && !of_a_phone(at + 1));
        if which || qualified {
            Self::OneOfSeveral
        } else if known.accounts_for(words, &[&SETS.beside, &SETS.totals]) {
            Self::Plain
        } else {
            Self::More
        }
    }
}

/// What is known of the words otherwise than by the sets: names of systems, of the caller and of the company.
struct Known {
    /// For each word, how many words the names have that begin with it.
    lengths: Vec<Vec<usize>>,
    /// Whether a word is part of a name.
    inside: Vec<bool>,
    /// Whether the name of a system has just ended: a number that follows tells which one it is.
    behind_system: Vec<bool>,
}

impl Known {
    fn new(words: &Words, systems: &[Range<usize>], setting: &Setting<'_>) -> Self {
        let count = words.words.len();
        let mut known =
            Self { lengths: vec![vec![]; count], inside: vec![false; count], behind_system: vec![false; count + 1] };
        systems.iter().for_each(|place| known.behind_system[place.end] = true);
        for place in systems.iter().cloned().chain(names(words, setting)) {
            known.lengths[place.start].push(place.len());
            known.inside[place].fill(true);
        }
        known
    }

    /// Whether phrases of these sets, and what is known otherwise, make up every turn.
    fn accounts_for(&self, words: &Words, sets: &[&Phrases<()>]) -> bool {
        turns(words).all(|turn| {
            is_made_of(words, turn.clone(), &[&SETS.closings], |_| &[])
                || is_made_of(words, turn, sets, |at| {
                    let emergency = matches!(words.at(at), "911" | "112" | "999");
                    let counts = number(words.at(at)).is_some() && !emergency && !self.behind_system[at];
                    match (counts, self.lengths[at].as_slice()) {
                        (true, []) => &[1],
                        (_, lengths) => lengths,
                    }
                })
        })
    }
}

/// Whether phrases, one after the other, make up some words; `others` gives the lengths of what else may begin at one.
fn is_made_of<'a>(
    words: &Words,
    range: Range<usize>,
    sets: &[&Phrases<()>],
    others: impl Fn(usize) -> &'a [usize],
) -> bool {
    let mut reached = vec![false; range.len() + 1];
    reached[0] = true;
    for at in range.clone() {
        if !reached[at - range.start] {
            continue;
        }
        let mut reach = |length: usize| {
            if let Some(place) = reached.get_mut(at + length - range.start) {
                *place = true;
            }
        };
        for set in sets {
            let word = |ahead: usize| if at + ahead < range.end { set.id(words.at(at + ahead)) } else { UNKNOWN };
            set.beginning(word(0), word).for_each(|(length, ())| reach(length));
        }
        others(at).iter().for_each(|length| reach(*length));
    }
    reached[range.len()]
}

/// The words of each turn.
fn turns(words: &Words) -> impl Iterator<Item = Range<usize>> + '_ {
    (0..words.turns()).map(|turn| {
        words.words.partition_point(|word| word.turn < turn)..words.words.partition_point(|word| word.turn <= turn)
    })
}

/// Where something is named that can fail: what rules know, and what the client's runbook names.
fn systems(words: &Words, found: &Found, setting: &Setting<'_>) -> Vec<Range<usize>> {
    let of_runbook = setting.company.iter().flat_map(|company| &company.runbook.critical_systems);
    let of_runbook = of_runbook.flat_map(|system| said(words, system));
    found.things().map(|(_, place)| place.clone()).chain(of_runbook).collect()
}

/// Where the caller's own name and that of the company stand.
fn names(words: &Words, setting: &Setting<'_>) -> Vec<Range<usize>> {
    let of_company = setting.company.iter().flat_map(|company| company.also_called.iter().chain([&company.name]));
    let introduced = super::details::name(words);
    let names = of_company.map(String::as_str).chain(setting.names.iter().copied()).chain(introduced.as_deref());
    let mut places: Vec<Range<usize>> = names.flat_map(|name| said(words, name)).collect();
    // "Dana Miller at Acme Dental": who opens a turn, before the company.
    let opening: Vec<Range<usize>> = places.iter().filter_map(|place| opening_name(words, place.start)).collect();
    places.extend(opening);
    places
}

/// The one or two words with which a turn opens, a greeting apart, before "at" and the company's name.
fn opening_name(words: &Words, company: usize) -> Option<Range<usize>> {
    let link = company.checked_sub(1).filter(|at| matches!(words.at(*at), "at" | "from" | "with" | "of" | "de"))?;
    let turn = words.turn(company);
    let start = words.words.partition_point(|word| Some(word.turn) < turn);
    let unusual = |at: usize| SETS.before.id(words.at(at)) == UNKNOWN;
    let first = (start..link).find(|at| unusual(*at))?;
    let greeting = first - start <= 3;
    ((1..=2).contains(&(link - first)) && greeting && (first..link).all(unusual)).then_some(first..link)
}

/// Where these very words were said.
fn said(words: &Words, name: &str) -> Vec<Range<usize>> {
    let name = Words::new(&[name]);
    let length = name.words.len();
    let stands = |at: usize| name.words.iter().enumerate().all(|(i, word)| words.at(at + i) == word.plain);
    (0..words.words.len()).filter(|at| length > 0 && stands(*at)).map(|at| at..at + length).collect()
}
