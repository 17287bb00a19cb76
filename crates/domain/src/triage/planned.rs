//! Planned work that explains what a caller tells of; in doubt it explains nothing.

use super::matching::{Fired, Found};
use super::normalise::{Words, phrase};
use super::priority::places;
use super::rules::Outcome;
use super::{Explained, Reason, Window};
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
    /// Its system is named, in full; nothing else that can fail is named (the caller's own computer apart); and
    /// nothing tells of security, of safety, or of data and power at risk.
    pub(super) fn of(words: &Words, found: &Found, fired: &[Fired], windows: &'a [Window<'a>]) -> Option<Self> {
        if windows.is_empty() || fired.iter().any(|fired| fired.meant && never_planned(fired)) {
            return None;
        }
        let mut named: Vec<(Range<usize>, &Window<'_>, &str)> = Vec::new();
        for (window, system) in windows.iter().flat_map(|window| window.systems.iter().map(move |name| (window, name)))
        {
            let length = phrase(system).split_whitespace().count();
            named.extend(places(words, system).into_iter().map(|at| (at..at + length, window, system.as_str())));
        }
        named.sort_by_key(|(place, ..)| place.start);
        let places: Vec<Range<usize>> = named.iter().map(|(place, ..)| place.clone()).collect();
        if let Some(window) = windows.iter().find(|window| window.systems.is_empty()) {
            return Some(Self { window, named: None, places });
        }
        let (place, window, system) = named.into_iter().next()?;
        let planned = Self { window, named: Some((system, place)), places };
        let other = found.things().any(|(concept, place)| concept != "workstation" && !planned.covers(place));
        (!other).then_some(planned)
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

/// Whether a rule tells of what no planned work explains: security, safety, data and power at risk.
fn never_planned(fired: &Fired) -> bool {
    const ATTACKS: [Category; 3] = [Category::Malware, Category::Breach, Category::Phishing];
    const AT_RISK: [Category; 2] = [Category::Ups, Category::Backup];
    let critical = fired.rule.outcomes.contains(&Outcome::Priority(Priority::Critical));
    fired.rule.name == "critical/water"
        || fired.rule.outcomes.iter().any(|outcome| match outcome {
            Outcome::Danger => true,
            Outcome::Category(category, _) => ATTACKS.contains(category) || critical && AT_RISK.contains(category),
            _ => false,
        })
}
