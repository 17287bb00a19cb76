//! How a page stands for whoever answers it by a message: open, theirs, somebody else's, or over.

use super::report;
use super::state::{Case, Work};
use crate::ids::TechnicianId;
use crate::policy::Policy;
use crate::private::Private;
use chrono::{DateTime, Utc};

/// How a page stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has it: it can be accepted.
    Open,
    /// Its technician has it.
    Yours {
        /// By when the caller is to be rung, if that is promised.
        by: Option<DateTime<Utc>>,
    },
    /// Somebody else has it.
    Taken(TechnicianId),
    /// Nobody needs to have it any more.
    Over,
}

impl Case {
    /// How a page stands; none if it is not kept.
    pub fn standing(&self, page: u32) -> Option<Standing> {
        let page = self.page(page)?;
        Some(match (self.accepted(), &self.work) {
            (Some(accepted), Work::Held { arrival, .. }) if accepted.technician == page.technician => {
                Standing::Yours { by: arrival.map(|arrival| arrival.by) }
            }
            (Some(accepted), _) if accepted.technician == page.technician => Standing::Yours { by: None },
            (Some(accepted), _) => Standing::Taken(accepted.technician.clone()),
            (None, Work::Handled | Work::Filed) => Standing::Over,
            (None, _) => Standing::Open,
        })
    }

    /// The newest page of a technician.
    pub fn newest_page_of(&self, technician: &TechnicianId) -> Option<u32> {
        self.pages.iter().rev().find(|page| page.technician == *technician).map(|page| page.number)
    }

    /// What its holder needs to know to ring the caller.
    pub fn for_holder(&self, policy: &Policy) -> Private {
        Private::new(report::text_for_technician(self, policy))
    }

    /// The time of day, in the tenant's zone, by which the caller is to be rung.
    pub fn clock_time(at: DateTime<Utc>, policy: &Policy) -> String {
        report::clock_time(at, policy)
    }
}
