//! Whom to ask first for a case: who knows the field, has the right tier for it, and was left asleep.
//!
//! Pure and in whole numbers: the same people, load and case always give the same order.
//!
//! | what | points | weight, and its default |
//! | --- | --- | --- |
//! | each step of proficiency in the case's category, 0 to 5 | added | `skill`, 10 |
//! | each tier below the one that the priority wants | taken off | `tier_short`, 15 |
//! | each tier above it | taken off | `tier_spare`, 3 |
//! | each case in hand | taken off | `open_page`, 12 |
//! | each case that rang the person tonight | taken off | `call_tonight`, 4 |
//! | each whole hour awake since the last wake | taken off | `hour_awake`, 3 |
//!
//! Low and Medium want tier 1, High tier 2, Critical tier 3. Of equal scores the one who was woken less often
//! tonight comes first, then the order of the tenant file.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, reason = "a test says what it expects by failing"))]

mod load;
#[cfg(test)]
mod tests;

pub use load::{LOAD_HOURS, Load, loads};

use crate::ids::TechnicianId;
use crate::policy::{Policy, Technician};
use crate::vocabulary::{Category, Priority, category_label};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Best proficiency; 0 is none.
pub const PROFICIENCY_MAX: u8 = 5;
/// Highest tier; the lowest is 1.
pub const TIER_MAX: u8 = 3;
/// Most points that one weight may be worth.
pub const WEIGHT_MAX: u32 = 1_000;
/// How many cases somebody may have in hand before skill match passes them over, unless the tenant says otherwise.
pub const LOAD_MAX: u32 = 3;

/// How many points each thing is worth, by the tenant's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Weights {
    /// Added for each step of proficiency in the case's category.
    pub skill: u32,
    /// Taken off for each tier below the one that the priority wants.
    pub tier_short: u32,
    /// Taken off for each tier above it: the most experienced are left asleep for small things.
    pub tier_spare: u32,
    /// Taken off for each case in hand.
    pub open_page: u32,
    /// Taken off for each case that rang the person tonight.
    pub call_tonight: u32,
    /// Taken off for each whole hour awake since the last wake.
    pub hour_awake: u32,
}

impl Default for Weights {
    fn default() -> Self {
        Self { skill: 10, tier_short: 15, tier_spare: 3, open_page: 12, call_tonight: 4, hour_awake: 3 }
    }
}

/// When skill match may ask a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shift {
    /// On every night.
    #[default]
    On,
    /// Only while the rota has them.
    Rota,
    /// Never: off, on leave, or another step's.
    Off,
}

/// What somebody is looked for to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The field; none while that is not known: then nobody's skills count.
    pub category: Option<Category>,
    /// How urgent.
    pub priority: Priority,
}

/// How a person can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// By a page, of whatever channel.
    Reachable,
    /// There is no number, nor another way.
    NoNumber,
    /// The carrier blocks texts to this number: its owner has texted STOP.
    OptedOut,
}

/// A person, as things stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The person: skills, tier, most cases at a time.
    pub technician: &'a Technician,
    /// Whether skill match may ask them now.
    pub on_shift: bool,
    /// How they can be reached.
    pub reach: Reach,
    /// What they have had tonight.
    pub load: Load,
}

/// Who is asked, in this order, and who is not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Ranking {
    /// The best first.
    pub ranked: Vec<Ranked>,
    /// Passed over, in the order of the tenant file.
    pub skipped: Vec<Skipped>,
}

/// A person who can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ranked {
    /// The person.
    pub technician: TechnicianId,
    /// The points together; may be below 0.
    pub score: i64,
    /// Where they come from, in words; each ends with its points.
    pub reasons: Vec<String>,
}

/// A person who is not asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The person.
    pub technician: TechnicianId,
    /// Why, in words: "is off".
    pub why: String,
}

/// Whether skills decide at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// They do not: the on-call is woken at once. The reason, in words.
    Bypass(&'static str),
    /// They do.
    Ranked(Ranking),
}

impl Asked {
    /// Why skills do not decide here, if they do not: what is Critical or of security goes to the on-call at once.
    pub fn bypass(&self) -> Option<&'static str> {
        match (self.category, self.priority) {
            (Some(category), _) if category.is_attack() => Some("a matter of security goes to the on-call at once"),
            (_, Priority::Critical) => Some("what is Critical goes to the on-call at once"),
            _ => None,
        }
    }

    fn tier_wanted(&self) -> u8 {
        match self.priority {
            Priority::Low | Priority::Medium => 1,
            Priority::High => 2,
            Priority::Critical => TIER_MAX,
        }
    }
}

/// Whom to ask, or that the on-call is to be woken without asking skills at all.
pub fn choose(candidates: &[Candidate<'_>], asked: &Asked, weights: &Weights, now: DateTime<Utc>) -> Choice {
    match asked.bypass() {
        Some(why) => Choice::Bypass(why),
        None => Choice::Ranked(rank(candidates, asked, weights, now)),
    }
}

/// The people in the order in which to ask them; `candidates` are in the order of the tenant file.
pub fn rank(candidates: &[Candidate<'_>], asked: &Asked, weights: &Weights, now: DateTime<Utc>) -> Ranking {
    let mut ranking = Ranking::default();
    let mut keys = Vec::new();
    for (place, candidate) in candidates.iter().enumerate() {
        let technician = candidate.technician.id.clone();
        match candidate.passed_over() {
            Some(why) => ranking.skipped.push(Skipped { technician, why }),
            None => {
                let (score, reasons) = candidate.score(asked, weights, now);
                keys.push((-score, candidate.load.wakes, place, Ranked { technician, score, reasons }));
            }
        }
    }
    keys.sort_by_key(|key| (key.0, key.1, key.2));
    ranking.ranked = keys.into_iter().map(|(_, _, _, ranked)| ranked).collect();
    ranking
}

/// Everybody whom skill match may ask, in the order of the tenant file: what they have had tonight, whose number the
/// carrier blocks for texts, and whom the rota has now.
///
/// The manager has a rung of their own, and is asked here only where the tenant file lists skills of theirs.
pub fn candidates<'a>(
    policy: &'a Policy,
    loads: &[Load],
    stopped: &[TechnicianId],
    on_rota: &[TechnicianId],
) -> Vec<Candidate<'a>> {
    let asked =
        |technician: &&Technician| policy.manager.as_ref() != Some(&technician.id) || technician.knows_a_field();
    let candidate = |technician: &'a Technician| Candidate {
        technician,
        on_shift: match technician.shift {
            Shift::On => true,
            Shift::Rota => on_rota.contains(&technician.id),
            Shift::Off => false,
        },
        reach: match stopped.contains(&technician.id) {
            stopped if !technician.can_be_paged(stopped) => Reach::NoNumber,
            true => Reach::OptedOut,
            false => Reach::Reachable,
        },
        load: Load::of(loads, &technician.id),
    };
    policy.technicians.iter().filter(asked).map(candidate).collect()
}

impl Technician {
    /// How well they know a field, 0 to [`PROFICIENCY_MAX`].
    pub fn proficiency(&self, category: Category) -> u8 {
        self.skills.get(&category).copied().unwrap_or(0).min(PROFICIENCY_MAX)
    }

    fn knows_a_field(&self) -> bool {
        self.skills.values().any(|proficiency| *proficiency > 0)
    }
}

impl Candidate<'_> {
    fn passed_over(&self) -> Option<String> {
        let (open, most) = (self.load.open_pages, self.technician.load_max);
        match self.reach {
            _ if !self.on_shift => Some("is off".to_owned()),
            Reach::NoNumber => Some("has no number".to_owned()),
            Reach::OptedOut => Some("has texted STOP, so the carrier blocks texts to the number".to_owned()),
            Reach::Reachable if open >= most => Some(format!("has {open} in hand, of {most} at most")),
            Reach::Reachable => None,
        }
    }

    fn score(&self, asked: &Asked, weights: &Weights, now: DateTime<Utc>) -> (i64, Vec<String>) {
        let (mut score, mut reasons) = (0_i64, Vec::new());
        let mut count = |what: String, times: u32, points: i64| {
            let worth = i64::from(times) * points;
            score += worth;
            reasons.push(format!("{what}: {worth:+}"));
        };
        let off = |weight: u32| -i64::from(weight);
        let proficiency = asked.category.map_or(0, |category| self.technician.proficiency(category));
        let field = category_label(asked.category);
        let knows = format!("{field} {proficiency} of {PROFICIENCY_MAX}");
        count(knows, u32::from(proficiency), i64::from(weights.skill));
        let (tier, wanted) = (self.technician.tier, asked.tier_wanted());
        let (short, spare) = (wanted.saturating_sub(tier), tier.saturating_sub(wanted));
        let fit = if tier == wanted { "fits" } else { "does not fit" };
        let points = if short > 0 { off(weights.tier_short) } else { off(weights.tier_spare) };
        count(format!("tier {tier} {fit} {}", asked.priority), u32::from(short.max(spare)), points);
        let Load { open_pages, calls_tonight, .. } = self.load;
        if open_pages > 0 {
            count(format!("{open_pages} in hand"), open_pages, off(weights.open_page));
        }
        if calls_tonight > 0 {
            count(format!("rung for {calls_tonight} tonight"), calls_tonight, off(weights.call_tonight));
        }
        let hours = self.load.hours_awake(now);
        if hours > 0 {
            count(format!("awake for {hours} h"), hours, off(weights.hour_awake));
        }
        (score, reasons)
    }
}
