//! What the caller wants done, and what the caller says of a fix: the last clear word counts.

use super::matching::{Fired, Found};
use super::rules::Outcome;
use super::{Fix, Wish};

/// The last wish; asking for a call beats what only sounds like a refusal of one in the same words.
pub(super) fn wish(fired: &[Fired]) -> Wish {
    last(fired, |outcome| match outcome {
        Outcome::Wish(wish) => Some(*wish),
        _ => None,
    })
    .map_or(Wish::None, |(_, wish)| wish)
}

/// A fix works only where nothing is told broken after it.
pub(super) fn fix(fired: &[Fired], found: &Found) -> Fix {
    let told = last(fired, |outcome| match outcome {
        Outcome::Fix(fix) => Some(*fix),
        _ => None,
    });
    match told {
        Some((at, Fix::Works)) => {
            let after = |concept: &str| found.meant(concept).iter().any(|place| place.start >= at);
            if after("fault") || after("down") { Fix::None } else { Fix::Works }
        }
        Some((_, fix)) => fix,
        None => Fix::None,
    }
}

fn last<T>(fired: &[Fired], of: impl Fn(&Outcome) -> Option<T>) -> Option<(usize, T)> {
    let told = fired.iter().filter(|fired| fired.meant);
    told.filter_map(|fired| Some((fired.last, fired.rule.outcomes.iter().find_map(&of)?))).max_by_key(|(at, _)| *at)
}
