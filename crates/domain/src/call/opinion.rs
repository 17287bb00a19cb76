//! What a language model adds to the rules: asked once for each turn, and heard only where it raises.

use super::state::{CallState, Lead, Question};
use super::transition::{Step, Taken};
use crate::effect::{Effect, ModelOrder};
use crate::model::{self, Opinion, given};
use crate::vocabulary::{Disposition, Priority};

impl Step<'_> {
    /// Asks the model what the turns so far mean. Whoever is found Critical is not kept waiting for it: there is
    /// nothing left to raise.
    pub(super) fn consult(&mut self) {
        let policy = self.context.policy;
        let turns = u32::try_from(self.call.turns.len()).unwrap_or(u32::MAX);
        let critical = self.call.assessment.as_ref().is_some_and(|found| found.priority == Priority::Critical);
        if !policy.model.opinion || critical || turns <= self.call.turns_asked_about {
            return;
        }
        self.call.turns_asked_about = turns;
        let company = self.call.identity.company.as_ref().and_then(|id| policy.company(id));
        let planned = self.call.windows_in_force(self.context.now).flat_map(|it| match it.window.systems.as_slice() {
            [] => vec!["every system of this company".to_owned()],
            systems => systems.to_vec(),
        });
        let question = model::Question {
            planned: planned.collect(),
            language: self.call.language,
            turns: given(&self.call.turns),
            critical_systems: company.map(|company| company.runbook.critical_systems.clone()).unwrap_or_default(),
        };
        self.plan(Effect::AskModel(ModelOrder { turns, question }));
    }

    /// The model has answered, in time or not: what it raises counts at any time, also after the caller has gone.
    pub(super) fn opined(&mut self, turns: u32, opinion: &Opinion) -> Taken {
        if self.call.opinion.as_ref().is_some_and(|(known, _)| *known >= turns) {
            return Err("an opinion on fewer turns");
        }
        let mut opinion = opinion.clone();
        if let Some((_, before)) = &self.call.opinion {
            // An opinion never takes back what an earlier one has raised.
            opinion.priority = opinion.priority.max(before.priority);
        }
        self.call.opinion = Some((turns, opinion));
        self.reassess();
        let Some(found) = self.call.assessment.clone() else { return Ok(()) };
        if self.wakes(&found) && self.call.disposition != Some(Disposition::Escalate) {
            self.escalate(&found);
            match &mut self.call.state {
                // Moot, now that somebody is being woken.
                CallState::Asking {
                    question:
                        Question::CallbackTime | Question::WorkStopped | Question::MayText | Question::AnythingElse,
                    ..
                } => {
                    self.next_or_finish();
                }
                CallState::Asking { lead: lead @ Lead::None, .. } if self.call.joined.is_none() => *lead = Lead::Waking,
                _ => {}
            }
        } else {
            self.tell_case();
        }
        Ok(())
    }
}
