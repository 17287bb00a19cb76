//! Who is woken, in which order, and how each of them is reached.

use super::Policy;
use crate::ids::{CompanyId, TechnicianId};
use crate::phone::PhoneNumber;
use crate::skills::{LOAD_MAX, Shift};
use crate::vocabulary::{Category, Priority};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A person who can be woken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Technician {
    /// The identifier within the tenant.
    pub id: TechnicianId,
    /// The name that callers hear.
    pub name: String,
    /// The telephone that is rung and texted.
    pub number: Option<PhoneNumber>,
    /// The address that alerts and pages by mail go to.
    pub email: Option<String>,
    /// The member id in the tenant's Slack workspace.
    #[serde(default)]
    pub slack: Option<String>,
    /// By which channels this person wants to be reached; the first entry that has the priority counts.
    #[serde(default)]
    pub reach: Vec<Reach>,
    /// How well they know each field, 1 to [`crate::skills::PROFICIENCY_MAX`]; what is missing is 0.
    #[serde(default)]
    pub skills: BTreeMap<Category, u8>,
    /// How experienced they are, 1 to [`crate::skills::TIER_MAX`].
    #[serde(default = "lowest_tier")]
    pub tier: u8,
    /// How many cases they may have in hand before skill match passes them over, from 1.
    #[serde(default = "usual_load")]
    pub load_max: u32,
    /// When skill match may ask them.
    #[serde(default)]
    pub shift: Shift,
}

fn lowest_tier() -> u8 {
    1
}

fn usual_load() -> u32 {
    LOAD_MAX
}

/// A means of reaching a person. A page by any of them can be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The telephone rings.
    #[default]
    Call,
    /// A text to the telephone.
    Text,
    /// A direct message in Slack.
    Slack,
    /// An e-mail.
    Email,
    /// A card in the tenant's chat channel, by webhook.
    Webhook,
}

/// How one person is reached for some priorities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// For these; empty: for all.
    #[serde(default)]
    pub priorities: Vec<Priority>,
    /// By these, in parallel where their times are equal.
    pub ways: Vec<Way>,
}

/// One channel, and when it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// The channel.
    pub by: Channel,
    /// How long after the rung began, in seconds.
    #[serde(default)]
    pub after_seconds: u32,
}

/// An order in which people are woken, for some companies and priorities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ladder {
    /// Its name within the tenant.
    pub name: String,
    /// For these companies; empty: for all, and for callers of no known company.
    #[serde(default)]
    pub companies: Vec<CompanyId>,
    /// For these priorities; empty: for all.
    #[serde(default)]
    pub priorities: Vec<Priority>,
    /// Its rungs, from the first.
    pub rungs: Vec<Rung>,
    /// How often it is gone through without a pause before it counts as tried in vain, from 1.
    pub passes: u32,
}

/// One rung of a ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// Who is woken here.
    pub who: Who,
    /// How long a telephone rings, in seconds; none: the tenant's setting.
    #[serde(default)]
    pub ring_seconds: Option<u32>,
    /// How often this rung is tried before the next, from 1.
    pub tries: u32,
    /// How long nothing happens between this rung and the next, in seconds.
    #[serde(default)]
    pub pause_seconds: u32,
}

impl Rung {
    /// A rung that is tried once.
    pub fn once(who: Who) -> Self {
        Self { who, ring_seconds: None, tries: 1, pause_seconds: 0 }
    }
}

/// Who is woken on a rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// This person.
    Person(TechnicianId),
    /// Whoever is on call in this layer of the rota.
    OnCall(String),
    /// Whoever fits best by skills, tier and load.
    SkillMatch,
    /// The manager.
    Manager,
    /// Everybody at once.
    Everybody,
}

/// How people are woken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PagingPolicy {
    /// How long one telephone rings, 10 to 60 seconds.
    pub ring_seconds: u32,
    /// Pause before an unanswered Critical case starts at the first rung again, in minutes.
    pub repeat_minutes: u32,
    /// Whether a High case wakes somebody; otherwise it is a callback or a ticket.
    pub wake_for_high: bool,
    /// How many calls one telephone gets at the most.
    #[serde(default = "Budget::of_calls")]
    pub calls_max: Budget,
    /// How many texts one telephone gets at the most.
    #[serde(default = "Budget::of_texts")]
    pub texts_max: Budget,
}

impl Default for PagingPolicy {
    fn default() -> Self {
        Self {
            ring_seconds: 25,
            repeat_minutes: 15,
            wake_for_high: true,
            calls_max: Budget::of_calls(),
            texts_max: Budget::of_texts(),
        }
    }
}

/// How much one destination gets at the most, so that a storm of alerts cannot get a number blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// In any minute.
    pub per_minute: u32,
    /// In any quarter of an hour.
    pub per_quarter: u32,
    /// In any hour.
    pub per_hour: u32,
}

impl Budget {
    /// Of calls, where nothing is said.
    pub fn of_calls() -> Self {
        Self { per_minute: 3, per_quarter: 12, per_hour: 30 }
    }

    /// Of texts, where nothing is said.
    pub fn of_texts() -> Self {
        Self { per_minute: 5, per_quarter: 20, per_hour: 40 }
    }
}

/// The channels that wake somebody by themselves, the most wakening first: what follows where the ways that are set
/// cannot be used. A mail, or a card in the tenant's chat, wakes nobody.
pub(crate) const WAKING: [Channel; 3] = [Channel::Call, Channel::Text, Channel::Slack];

impl Technician {
    /// A person of whom only the name is known: to be built upon.
    pub fn new(id: TechnicianId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            number: None,
            email: None,
            slack: None,
            reach: Vec::new(),
            skills: BTreeMap::new(),
            tier: lowest_tier(),
            load_max: usual_load(),
            shift: Shift::default(),
        }
    }

    /// The ways by which this person is reached for a priority: what was set, or the telephone alone.
    pub fn ways(&self, priority: Priority) -> Vec<Way> {
        let set = self.reach.iter().find(|reach| reach.priorities.is_empty() || reach.priorities.contains(&priority));
        set.map_or_else(|| vec![Way { by: Channel::Call, after_seconds: 0 }], |reach| reach.ways.clone())
    }

    /// Whether a page reaches this person by any way: by one that is set, or by those that follow where none of them
    /// can be used. `stopped`: the carrier delivers no texts to them.
    pub fn can_be_paged(&self, stopped: bool) -> bool {
        let set = self.reach.iter().flat_map(|reach| &reach.ways).map(|way| way.by);
        set.chain(WAKING).any(|by| self.has(by) && !(stopped && by == Channel::Text))
    }

    /// Whether the tenant's records hold what a channel needs.
    pub fn has(&self, channel: Channel) -> bool {
        match channel {
            Channel::Call | Channel::Text => self.number.is_some(),
            Channel::Slack => self.slack.is_some(),
            Channel::Email => self.email.is_some(),
            // Whether the tenant has one is known to whoever posts there.
            Channel::Webhook => true,
        }
    }
}

impl Policy {
    /// The people of the list `ladder` in order, the manager last, nobody twice: whom alerts go to.
    pub fn rungs(&self) -> Vec<&Technician> {
        let mut rungs: Vec<&Technician> = Vec::new();
        for id in self.ladder.iter().chain(&self.manager) {
            if let Some(technician) = self.technician(id)
                && !rungs.iter().any(|known| known.id == technician.id)
            {
                rungs.push(technician);
            }
        }
        rungs
    }

    /// The ladder for a company and a priority: the first of the tenant's that has both; or else the layers of the
    /// rota, then the list of people, with the manager last.
    pub fn ladder_for(&self, company: Option<&CompanyId>, priority: Priority) -> Ladder {
        let fits = |ladder: &&Ladder| {
            let of_company = company.is_some_and(|company| ladder.companies.contains(company));
            (ladder.companies.is_empty() || of_company)
                && (ladder.priorities.is_empty() || ladder.priorities.contains(&priority))
        };
        let layers = self.rota.iter().flat_map(|rota| &rota.layers).map(|layer| Who::OnCall(layer.name.clone()));
        let people = self.rungs().into_iter().map(|person| Who::Person(person.id.clone()));
        self.ladders.iter().find(fits).cloned().unwrap_or_else(|| Ladder {
            name: "on_call.ladder".to_owned(),
            companies: Vec::new(),
            priorities: Vec::new(),
            rungs: layers.chain(people).map(Rung::once).collect(),
            passes: 1,
        })
    }
}
