//! A drill: rings one technician, to see that pages arrive. No caller, no ticket.

use super::state::{Brief, CallerPresence, Case};
use super::ticket::TicketStatus;
use super::transition::Step;
use crate::effect::PlannedEffect;
use crate::ids::{CallId, InvalidId, TechnicianId, TicketNumber};
use crate::machine::Context;
use crate::triage::{Fix, Mood, Telling};
use crate::vocabulary::{Language, Priority};

impl Case {
    /// Begins a drill for a technician of the policy. Fails if the technician's id leaves no room for the case's.
    pub fn drill(context: &Context<'_>, person: &TechnicianId) -> Result<(Case, Vec<PlannedEffect>), InvalidId> {
        // One drill a person and millisecond: the name is unique without a random source.
        let call = CallId::parse(&format!("drill-{person}-{}", context.now.timestamp_millis()))?;
        let number = TicketNumber::derive(&call.case(), context.facts.attempt);
        let caller = CallerPresence { call, present: false, said: 0 };
        let case = Case::begun(context, caller, nothing_wrong(), (number, TicketStatus::Closed));
        let case = Case { drill: Some(person.clone()), ..case };
        let mut step = Step::new(case, context);
        step.begin_round();
        Ok((step.case, step.planner.into_effects()))
    }
}

fn nothing_wrong() -> Brief {
    Brief {
        language: Language::English,
        priority: Priority::Low,
        category: None,
        wake: false,
        disposition: None,
        fix: Fix::None,
        name: None,
        company: None,
        number: None,
        affected: None,
        since: None,
        deadline: None,
        system: None,
        telling: Telling::Plain,
        callback: None,
        text_to: None,
        words: Vec::new(),
        recordings: Vec::new(),
        reasons: Vec::new(),
        mood: Mood::Calm,
        gist: None,
        flags: Vec::new(),
        windows: Vec::new(),
        planned: None,
    }
}
