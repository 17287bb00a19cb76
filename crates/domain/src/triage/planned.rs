//! Planned work that explains what a caller tells of; in doubt it explains nothing.

use super::harmless::{only_tells_of, only_tells_of_systems};
use super::matching::Fired;
use super::normalise::{Words, phrase, stem};
use super::priority::places;
use super::reading::Reading;
use super::rules::Outcome;
use super::{Explained, Reason, Setting, Window};
use crate::vocabulary::{Category, Priority};
use std::ops::Range;

/// Planned work that explains all that fails.
pub(super) struct Planned<'a> {
    window: &'a Window<'a>,
    /// The first system of it that is named, and where; none where every system is worked on.
    named: Option<(&'a str, Range<usize>)>,
    /// Where systems that are worked on are named.
    places: Vec<Range<usize>>,
}

impl<'a> Planned<'a> {
    /// Its system is named, in full, and nothing is told but that it fails and what follows from that. Whoever tells
    /// anything else may mean another system, or something worse.
    pub(super) fn of(reading: &Reading<'_>, setting: &Setting<'a>) -> Option<Self> {
        let Reading { words, found, fired, kind, .. } = reading;
        let attack = |category: Option<Category>| category.is_some_and(Category::is_attack);
        let never = fired.iter().any(|fired| fired.meant && never_planned(fired));
        if setting.windows.is_empty() || never || attack(kind.category) || attack(kind.secondary) {
            return None;
        }
        let mut named: Vec<(Range<usize>, &Window<'_>, &str)> = Vec::new();
        let systems = setting.windows.iter().flat_map(|window| window.systems.iter().map(move |name| (window, name)));
        for (window, system) in systems {
            let length = phrase(system).split_whitespace().count();
            let told = places(words, system).into_iter().map(|at| at..at + length);
            named.extend(told.filter(|at| is_the_one(words, at, system)).map(|at| (at, window, system.as_str())));
        }
        named.sort_by_key(|(place, ..)| place.start);
        let places: Vec<Range<usize>> = named.iter().map(|(place, ..)| place.clone()).collect();
        if let Some(window) = setting.windows.iter().find(|window| window.systems.is_empty()) {
            return only_tells_of_systems(words, found, setting).then_some(Self { window, named: None, places });
        }
        let (place, window, system) = named.into_iter().next()?;
        let planned = Self { window, named: Some((system, place)), places };
        only_tells_of(words, &planned.places, setting).then_some(planned)
    }

    /// Whether these words only name what is worked on: "server" in "file server", never the other way round.
    pub(super) fn covers(&self, place: &Range<usize>) -> bool {
        self.covers_all() || self.places.iter().any(|known| known.start <= place.start && place.end <= known.end)
    }

    /// Whether every system is worked on.
    pub(super) fn covers_all(&self) -> bool {
        self.named.is_none()
    }

    pub(super) fn reason(&self, words: &Words) -> Reason {
        const RULE: &str = "window/planned-work";
        self.named.as_ref().map_or_else(|| Reason::new(RULE, ""), |(_, place)| words.reason(RULE, place.clone()))
    }

    pub(super) fn explained(&self, lowered: bool) -> Explained {
        let system = self.named.as_ref().map(|(system, _)| (*system).to_owned());
        Explained { window: self.window.id.clone(), system, lowered }
    }
}

/// Whether the name was said as it is written, not "servers" for "server".
fn is_the_one(words: &Words, place: &Range<usize>, system: &str) -> bool {
    let name = Words::new(&[system]);
    place.clone().zip(&name.words).all(|(at, known)| {
        let possessive = words.spoken(at..at + 1).contains(['\'', '\u{2019}']);
        words.at(at) == known.plain || possessive || stem(words.at(at)) != stem(&known.plain)
    })
}

/// Whether a rule tells of what no planned work explains: security, safety, data and power at risk.
fn never_planned(fired: &Fired) -> bool {
    const AT_RISK: [Category; 2] = [Category::Ups, Category::Backup];
    let critical = fired.rule.outcomes.contains(&Outcome::Priority(Priority::Critical));
    fired.rule.name == "critical/water"
        || fired.rule.outcomes.iter().any(|outcome| match outcome {
            Outcome::Danger => true,
            Outcome::Category(category, _) => category.is_attack() || critical && AT_RISK.contains(category),
            _ => false,
        })
}
