//! Pages by message: sent while somebody is wanted, counted, and bundled where a telephone has had enough.

use crate::budget::{Counted, bundled};
use crate::courier::{ATTEMPTS_MAX, Attempt};
use crate::machines::Happening;
use crate::{Engine, EngineError};
use chrono::{DateTime, Utc};
use nightdesk_domain::case::{CaseEvent, PageEvent, PageOutcome};
use nightdesk_domain::effect::{MessageOrder, MessageTo, Outcome, TextOrder};
use nightdesk_domain::ids::OwnerId;
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_ports::{Claim, DeliveryError, Snapshot};

impl Engine {
    /// Pages a technician by a message, unless the case has moved on.
    pub(crate) async fn message_page(
        &self,
        claim: &Claim,
        order: &MessageOrder,
        bound: DateTime<Utc>,
    ) -> Result<Attempt, EngineError> {
        let owner = OwnerId::Case(order.case.clone());
        let stored = self.ports().cases.load(&claim.tenant, &owner).await?;
        let Some(Snapshot::Case(case)) = stored.map(|stored| stored.snapshot) else {
            return Ok(Attempt::Ended(Outcome::GivenUp("there is no such case".to_owned())));
        };
        let put_off = case.was_put_off(order.page);
        if !put_off && (!case.still_wants(order.page) || self.now() >= order.useless_after) {
            return Ok(Attempt::Ended(Outcome::GivenUp("the case has moved on".to_owned())));
        }
        let policy = self.policy(&claim.tenant, case.policy_version).await?;
        // What has come in since it was ordered, the client's history above all, is told as well.
        let order = &case.message_now(order.clone(), &policy);
        match &order.to {
            MessageTo::Text { to, from } => {
                self.text_page(claim, order, (to, from), (&policy.paging.texts_max, put_off), bound).await
            }
            _ => {
                let page = self.ports().notifier.page(&claim.tenant, &claim.effect.id, order);
                let done = self.within(bound, page).await;
                Ok(self.or_again(done, claim.tries, Some(ATTEMPTS_MAX)))
            }
        }
    }

    async fn text_page(
        &self,
        claim: &Claim,
        order: &MessageOrder,
        (to, from): (&PhoneNumber, &PhoneNumber),
        (budget, put_off): (&nightdesk_domain::policy::Budget, bool),
        bound: DateTime<Utc>,
    ) -> Result<Attempt, EngineError> {
        let (tenant, effect) = (&claim.tenant, &claim.effect.id);
        let beside = match put_off {
            true => match self.beside(tenant, to, effect).await? {
                Some(beside) => beside,
                // It went out with another case's.
                None => return Ok(Attempt::Ended(Outcome::Done)),
            },
            false => Vec::new(),
        };
        if let Some(free) = self.spend(tenant, (to, Counted::Texts), budget, effect).await {
            // The case takes another channel meanwhile; it must not hear so before the text is safely kept.
            if !put_off && self.put_into_bundle(to, order, effect).await {
                let event = PageEvent::Ended(PageOutcome::OverBudget);
                let event = Happening::Case(CaseEvent::Page { page: order.page, event });
                let applied = self.apply(tenant, &OwnerId::Case(order.case.clone()), &event, None).await?;
                for held in applied.held {
                    self.give_back(&held, self.now(), held.tries).await;
                }
            }
            return Ok(Attempt::Later(free, claim.tries));
        }
        let body = bundled(&order.body, &beside);
        let page = Some((order.case.clone(), order.page));
        let text = TextOrder { to: to.clone(), from: from.clone(), body, page };
        let done = self.within(bound, self.ports().telephony.text(tenant, &text)).await;
        if done.is_ok() && put_off {
            self.take_out(tenant, to, effect, &beside).await;
        }
        if matches!(done, Err(DeliveryError::Blocked)) {
            // So that the next page does not try it again, and whoever looks at the rota sees it.
            self.text_blocked(tenant, to).await;
        }
        Ok(self.or_again(done, claim.tries, Some(ATTEMPTS_MAX)))
    }
}
