//! Budgets of destinations, and bundles of texts that did not fit into them.
//!
//! A call over budget is given back to its case, which takes another channel. A text over budget is given back as
//! well, and waits beside those to the same number until it may go: then one text tells of all of them.

use crate::Engine;
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::budget::{Sent, Waiting};
use nightdesk_domain::case::{in_alphabet_of_texts, shorten};
use nightdesk_domain::effect::MessageOrder;
use nightdesk_domain::ids::{EffectId, TenantId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::{Budget, Policy};
use nightdesk_domain::private::Private;
use nightdesk_ports::{Entry, StoreError};

/// Register kinds: what a number has had by each channel, and texts that wait for it.
const CALLS: &str = "sent-calls";
const TEXTS: &str = "sent-texts";
const BUNDLE: &str = "bundle";
/// How often a lost race is run again.
const ATTEMPTS_MAX: u32 = 5;
/// Longest line of one waiting text, in characters, and most of them in one text.
const LINE_CHARS_MAX: usize = 90;
const LINES_MAX: usize = 6;
/// How long a waiting text is kept, in hours.
const BUNDLE_HOURS: i64 = 2;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    Calls,
    Texts,
}

impl Engine {
    /// Counts one more to a number; gives when to try again if it has had enough. What cannot be counted goes: a page
    /// is worth more than a budget.
    pub(crate) async fn spend(
        &self,
        tenant: &TenantId,
        (to, counted): (&PhoneNumber, Counted),
        budget: &Budget,
        effect: &EffectId,
    ) -> Option<DateTime<Utc>> {
        let kind = if counted == Counted::Calls { CALLS } else { TEXTS };
        for _ in 0..ATTEMPTS_MAX {
            match self.try_to_spend(tenant, kind, to, budget, effect).await {
                Ok(free) => return free,
                Err(StoreError::Conflict) => {}
                Err(error) => {
                    tracing::warn!(%tenant, %effect, %error, "sent without being counted");
                    return None;
                }
            }
        }
        None
    }

    /// When a telephone may be rung again; none if that is now, or cannot be told.
    pub async fn rings_again_at(&self, policy: &Policy, number: &PhoneNumber) -> Option<DateTime<Utc>> {
        let now = self.now();
        let stored = self.ports().register.entry(&policy.tenant, CALLS, number.as_str(), now).await.ok()??;
        stored.read::<Sent>().ok()?.next(&policy.paging.calls_max, now)
    }

    async fn try_to_spend(
        &self,
        tenant: &TenantId,
        kind: &str,
        to: &PhoneNumber,
        budget: &Budget,
        effect: &EffectId,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let now = self.now();
        let stored = self.ports.register.entry(tenant, kind, to.as_str(), now).await?;
        let before: Sent = stored.as_ref().map(Entry::read).transpose()?.unwrap_or_default();
        let mut sent = before.clone();
        if let Err(free) = sent.count(effect, budget, now) {
            return Ok(Some(free));
        }
        if sent != before {
            let body = Entry::body_of(kind, &sent)?;
            let entry = match &stored {
                Some(entry) => entry.changed(body),
                None => Entry::new(tenant, kind, to.as_str(), body),
            };
            let expires_at = Some(now + TimeDelta::hours(1));
            self.ports.register.put(&Entry { expires_at, ..entry }, now).await?;
        }
        Ok(None)
    }

    /// Puts a text beside those that wait for the same number; whether it is safely there.
    pub(crate) async fn put_into_bundle(&self, to: &PhoneNumber, order: &MessageOrder, effect: &EffectId) -> bool {
        let line = shorten(order.subject.reveal(), LINE_CHARS_MAX);
        let line = Private::new(in_alphabet_of_texts(&format!("{line}: reply {}", order.code)));
        self.change_bundle(&order.tenant, to, |waiting| {
            let new = waiting.iter().all(|known| known.effect != *effect);
            if new {
                waiting.push(Waiting { effect: effect.clone(), line: line.clone() });
            }
        })
        .await
        .is_ok()
    }

    /// The lines that wait for a number besides an effect's own; none if its own was sent with another's.
    pub(crate) async fn beside(
        &self,
        tenant: &TenantId,
        to: &PhoneNumber,
        effect: &EffectId,
    ) -> Result<Option<Vec<Waiting>>, StoreError> {
        let stored = self.ports.register.entry(tenant, BUNDLE, to.as_str(), self.now()).await?;
        let mut waiting: Vec<Waiting> = stored.as_ref().map(Entry::read).transpose()?.unwrap_or_default();
        let all = waiting.len();
        waiting.retain(|known| known.effect != *effect);
        Ok((waiting.len() < all).then_some(waiting))
    }

    /// Takes lines out of the bundle once they are sent. If that fails they are sent once more: better than never.
    pub(crate) async fn take_out(&self, tenant: &TenantId, to: &PhoneNumber, effect: &EffectId, sent: &[Waiting]) {
        let taken = self
            .change_bundle(tenant, to, |waiting| {
                waiting.retain(|known| known.effect != *effect && !sent.contains(known));
            })
            .await;
        if let Err(error) = taken {
            tracing::warn!(%tenant, %effect, %error, "texts of a bundle are sent again");
        }
    }

    /// Changes what waits for a number.
    async fn change_bundle(
        &self,
        tenant: &TenantId,
        to: &PhoneNumber,
        change: impl Fn(&mut Vec<Waiting>),
    ) -> Result<(), StoreError> {
        for _ in 0..ATTEMPTS_MAX {
            let now = self.now();
            let stored = self.ports.register.entry(tenant, BUNDLE, to.as_str(), now).await?;
            let before: Vec<Waiting> = stored.as_ref().map(Entry::read).transpose()?.unwrap_or_default();
            let mut after = before.clone();
            change(&mut after);
            if after == before {
                return Ok(());
            }
            let body = Entry::body_of(BUNDLE, &after)?;
            let entry = match &stored {
                Some(entry) => entry.changed(body),
                None => Entry::new(tenant, BUNDLE, to.as_str(), body),
            };
            let expires_at = Some(now + TimeDelta::hours(BUNDLE_HOURS));
            match self.ports.register.put(&Entry { expires_at, ..entry }, now).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Conflict)
    }
}

/// One text for several pages.
pub(crate) fn bundled(first: &Private, others: &[Waiting]) -> Private {
    let mut text = first.reveal().to_owned();
    for waiting in others.iter().take(LINES_MAX) {
        text.push_str("\nAlso: ");
        text.push_str(waiting.line.reveal());
    }
    if let Some(more) = others.len().checked_sub(LINES_MAX).filter(|more| *more > 0) {
        text.push_str(&format!("\nAnd {more} more, see the tickets."));
    }
    Private::new(text)
}
