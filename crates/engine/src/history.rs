//! What is known of a case's client from before, from the ticketing system and from our own cases. Nothing waits
//! for it, and what does not come within its bound is left out.

use crate::courier::Attempt;
use crate::{Engine, EngineError};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join3;
use nightdesk_domain::case::{Case, History};
use nightdesk_domain::effect::Outcome;
use nightdesk_domain::ids::{CaseId, OwnerId, TenantId};
use nightdesk_domain::limits::{HISTORY_CASES_MAX, HISTORY_SECONDS_MAX};
use nightdesk_ports::{Claim, DeliveryError, ListKind, Snapshot};

impl Engine {
    /// Looks up what is known from before, once: it is of use while telephones ring, and of none later.
    pub(crate) async fn ask_history(&self, claim: &Claim, case: &CaseId) -> Result<Attempt, EngineError> {
        let owner = OwnerId::Case(case.clone());
        let stored = self.ports().cases.load(&claim.tenant, &owner).await?.map(|stored| stored.snapshot);
        let Some(Snapshot::Case(case)) = stored else { return Ok(Attempt::Ended(Outcome::Done)) };
        let policy = self.policy(&claim.tenant, case.policy_version).await?;
        let bound = self.now() + TimeDelta::seconds(i64::from(HISTORY_SECONDS_MAX));
        let (tenant, ticketing) = (&claim.tenant, &self.ports().ticketing);
        let question = case.history_question(&policy);
        let open = async {
            let company = &question.as_ref()?.company;
            self.told(claim, self.within(bound, ticketing.open_count(tenant, company)).await)
        };
        let fix = async {
            let (company, category) = question.as_ref().and_then(|asked| Some((&asked.company, asked.category?)))?;
            self.told(claim, self.within(bound, ticketing.last_fix(tenant, company, category)).await).flatten()
        };
        let own = self.newest_cases(tenant, bound);
        let (open_tickets, last_fix, own) = join3(open, fix, own).await;
        let last_fix = last_fix.or_else(|| case.last_fix_among(&own));
        let history = History { open_tickets, last_call: case.last_call_among(&own), last_fix };
        Ok(Attempt::Ended(match history.is_empty() {
            true => Outcome::Done,
            false => Outcome::Remembered(Box::new(history)),
        }))
    }

    /// The tenant's newest cases; none if the store does not tell in time.
    async fn newest_cases(&self, tenant: &TenantId, bound: DateTime<Utc>) -> Vec<Case> {
        let listed = async {
            let newest = self.ports().cases.list(tenant, ListKind::Cases, HISTORY_CASES_MAX).await;
            newest.map_err(|_| DeliveryError::unavailable())
        };
        let cases = self.within(bound, listed).await.unwrap_or_default();
        cases
            .into_iter()
            .filter_map(|snapshot| match snapshot {
                Snapshot::Case(case) => Some(*case),
                Snapshot::Call(_) => None,
            })
            .collect()
    }

    fn told<T>(&self, claim: &Claim, answer: Result<T, DeliveryError>) -> Option<T> {
        let log = |error: &DeliveryError| tracing::info!(effect = %claim.effect.id, %error, "no history from there");
        answer.inspect_err(log).ok()
    }
}
