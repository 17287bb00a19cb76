//! What both machines share: the context they decide in, and what a transition gives back.

use crate::case::Case;
use crate::effect::{Effect, PlannedEffect};
use crate::facts::Facts;
use crate::ids::{EffectId, OwnerId};
use crate::policy::Policy;
use chrono::{DateTime, Utc};

/// Everything that a decision may look at besides the state and the event.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The settings that the call or case pinned.
    pub policy: &'a Policy,
    /// What was read just now.
    pub facts: &'a Facts,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// The result of one event: the next state, the orders, and whether anything changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition<S> {
    /// The state after the event.
    pub state: S,
    /// The orders that are committed together with it.
    pub effects: Vec<PlannedEffect>,
    /// A case that begins with this commit.
    pub opens: Option<Box<Case>>,
    /// Whether the event was taken.
    pub verdict: Verdict,
}

/// Whether an event changed anything. What is ignored is not committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The state after it is to be stored.
    Applied,
    /// Nothing changed; the reason is for the log.
    Ignored(&'static str),
}

impl<S> Transition<S> {
    /// Nothing changes.
    pub fn ignored(state: S, reason: &'static str) -> Self {
        Self { state, effects: Vec::new(), opens: None, verdict: Verdict::Ignored(reason) }
    }
}

/// Collects the effects of one transition and numbers them from the owner's counter.
#[derive(Debug)]
pub(crate) struct Planner {
    owner: OwnerId,
    now: DateTime<Utc>,
    planned: Vec<PlannedEffect>,
}

impl Planner {
    pub(crate) fn new(owner: OwnerId, now: DateTime<Utc>) -> Self {
        Self { owner, now, planned: Vec::new() }
    }

    /// Plans an effect that is due at once.
    pub(crate) fn plan(&mut self, counter: &mut u32, effect: Effect) -> EffectId {
        self.plan_at(counter, self.now, effect)
    }

    /// Plans an effect that is due later.
    pub(crate) fn plan_at(&mut self, counter: &mut u32, due: DateTime<Utc>, effect: Effect) -> EffectId {
        *counter += 1;
        let id = EffectId { owner: self.owner.clone(), number: *counter };
        self.planned.push(PlannedEffect { id: id.clone(), due, effect });
        id
    }

    pub(crate) fn into_effects(self) -> Vec<PlannedEffect> {
        self.planned
    }
}
