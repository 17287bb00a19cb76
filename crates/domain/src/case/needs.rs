//! Which facts an event of a case will want.

use super::event::CaseEvent;
use super::state::Case;
use crate::facts::{Facts, Needs};
use crate::machine::Context;
use crate::policy::Policy;
use chrono::{DateTime, Utc};

impl Case {
    /// The facts that an event will want, found by deciding it once without any: whoever would be paged or
    /// told, or not, depends on them.
    pub fn needs(&self, policy: &Policy, now: DateTime<Utc>, event: &CaseEvent) -> Needs {
        let facts = Facts::default();
        let after = self.transition(&Context { policy, facts: &facts, now }, event).state;
        let pages = after.pages_ordered != self.pages_ordered || after.rounds != self.rounds;
        let callback = *event == CaseEvent::Tick && after.callback != self.callback;
        Needs { on_call: pages || callback || after.work != self.work, ..Needs::default() }
    }
}
