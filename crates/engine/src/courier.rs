//! Performs planned effects: each under a lease, each under its own id, each outcome fed back as one event.
//!
//! A transport retry (the carrier was busy) happens here, unseen by the domain; a business retry (nobody
//! acknowledged, so the next rung) is the domain's. The two never mix.

use crate::budget::Counted;
use crate::machines::{Applied, Happening, is_prompt};
use crate::{Engine, EngineError, journal};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::{Either, join_all, select};
use nightdesk_domain::call::CallEvent;
use nightdesk_domain::case::CaseEvent;
use nightdesk_domain::effect::{Effect, NoteOrder, Outcome, PageOrder, TextOrder};
use nightdesk_domain::ids::{OwnerId, TenantId};
use nightdesk_ports::{Claim, DeliveryError, Snapshot, StoreError, Tries};
use std::collections::BTreeMap;
use std::pin::pin;

/// A look-up after an unknown outcome comes this much later, in seconds: the other side may still be working on it.
const LOOK_UP_SECONDS: i64 = 3;
/// How often a ticket's key is looked up in vain before the ticket is opened again.
const TICKET_LOOK_UPS: u32 = 2;
/// Longest pause between attempts, in seconds.
const BACKOFF_SECONDS_MAX: i64 = 300;
/// Attempts of an effect that somebody may live without.
pub(crate) const ATTEMPTS_MAX: u32 = 12;

/// An effect that was tried so often is parked: by the pauses between attempts, for about a quarter of an hour.
const PARKED_ATTEMPTS: u32 = 10;

/// What one look at the due work did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ran {
    /// Deadlines that had passed.
    pub deadlines: usize,
    /// Effects that were taken.
    pub effects: usize,
    /// Those of them that had been tried in vain so often that a person should look.
    pub parked: usize,
}

impl Ran {
    /// Whether there was anything to do.
    pub fn is_idle(&self) -> bool {
        *self == Self::default()
    }
}

/// What an attempt came to.
pub(crate) enum Attempt {
    /// It ended; the owner is told.
    Ended(Outcome),
    /// It ended in something that happened to the owner.
    Brought(Happening),
    /// To be tried again.
    Later(DateTime<Utc>, Tries),
}

impl Engine {
    /// Does what is due: deadlines first, then effects, at most `limit` of each.
    pub async fn run_due(&self, limit: usize) -> Result<Ran, EngineError> {
        let now = self.now();
        let overdue = self.ports().cases.due(now, limit).await?;
        let mut ran = Ran { deadlines: overdue.len(), ..Ran::default() };
        for (tenant, owner) in overdue {
            let tick = match owner {
                OwnerId::Call(_) => Happening::Call(CallEvent::Tick),
                OwnerId::Case(_) => Happening::Case(CaseEvent::Tick),
            };
            match self.apply(&tenant, &owner, &tick, None).await {
                Ok(applied) => self.perform_all(applied.held).await,
                Err(error) => tracing::warn!(%tenant, %owner, %error, "a deadline could not be kept now"),
            }
        }
        let claims = self.ports().outbox.claim(self.now(), &self.lease(self.settings.lease_seconds), limit).await?;
        ran.effects = claims.len();
        for claim in claims.iter().filter(|claim| claim.tries.attempts >= PARKED_ATTEMPTS) {
            let (effect, attempts) = (&claim.effect.id, claim.tries.attempts);
            tracing::warn!(%effect, attempts, "an effect is parked: it is tried again and again in vain");
            ran.parked += 1;
        }
        self.perform_all(claims).await;
        Ok(ran)
    }

    /// Performs what was committed together with a webhook's event, within its budget, then gives the state
    /// as it stands: an effect may have told this very call something.
    pub(crate) async fn perform_inline(&self, applied: Applied) -> Snapshot {
        let Applied { snapshot, held, .. } = applied;
        if held.is_empty() {
            return snapshot;
        }
        let (tenant, owner) = (snapshot.tenant().clone(), snapshot.owner());
        let budget = TimeDelta::milliseconds(i64::from(self.settings.inline_milliseconds_max));
        self.perform_until(held, Some(self.now() + budget)).await;
        match self.ports().cases.load(&tenant, &owner).await {
            Ok(Some(stored)) => stored.snapshot,
            _ => snapshot,
        }
    }

    async fn perform_all(&self, claims: Vec<Claim>) {
        self.perform_until(claims, None).await;
    }

    /// Performs claims and whatever follows from them. Past the bound, what is not begun is given back, and
    /// what was under way counts as unknown.
    async fn perform_until(&self, claims: Vec<Claim>, until: Option<DateTime<Utc>>) {
        let mut wave = claims;
        while !wave.is_empty() {
            if until.is_some_and(|until| self.now() >= until) {
                for claim in wave {
                    self.give_back(&claim, self.now(), claim.tries).await;
                }
                return;
            }
            let results = join_all(in_order(&wave).into_iter().map(|group| self.perform_group(group, until))).await;
            wave = results.into_iter().flatten().collect();
        }
    }

    /// Performs claims one after the other.
    async fn perform_group(&self, claims: Vec<&Claim>, until: Option<DateTime<Utc>>) -> Vec<Claim> {
        let mut follow_ups = Vec::new();
        for claim in claims {
            follow_ups.extend(self.perform_bounded(claim, until).await);
        }
        follow_ups
    }

    async fn perform_bounded(&self, claim: &Claim, until: Option<DateTime<Utc>>) -> Vec<Claim> {
        let Some(until) = until else { return self.perform(claim).await };
        let work = pin!(self.perform(claim));
        let bound = pin!(self.ports().clock.sleep_until(until));
        match select(work, bound).await {
            Either::Left((follow_ups, _)) => follow_ups,
            Either::Right(_) => {
                let tries =
                    Tries { attempts: claim.tries.attempts + 1, unknown: claim.tries.unknown + 1, looked_up: 0 };
                self.give_back(claim, self.now() + TimeDelta::seconds(LOOK_UP_SECONDS), tries).await;
                Vec::new()
            }
        }
    }

    pub(crate) async fn give_back(&self, claim: &Claim, due: DateTime<Utc>, tries: Tries) {
        match self.ports().outbox.postpone(claim, due, tries).await {
            // Settled meanwhile, or held by somebody else: nothing to give back.
            Ok(()) | Err(StoreError::Conflict) => {}
            Err(error) => tracing::warn!(effect = %claim.effect.id, %error, "the lease must run out by itself"),
        }
    }

    /// One attempt; gives the effects that follow from its outcome and are held for us.
    async fn perform(&self, claim: &Claim) -> Vec<Claim> {
        let name = journal::effect_name(&claim.effect.effect);
        let result = match &claim.effect.effect {
            Effect::TellCall(call, event) => {
                self.tell(claim, OwnerId::Call(call.clone()), Happening::Call((**event).clone())).await
            }
            Effect::TellCase(case, event) => {
                self.tell(claim, OwnerId::Case(case.clone()), Happening::Case((**event).clone())).await
            }
            _ => self.deliver(claim).await,
        };
        match result {
            Ok(follow_ups) => follow_ups,
            Err(EngineError::Store(StoreError::Conflict)) => {
                tracing::debug!(effect = %claim.effect.id, "the claim was lost");
                Vec::new()
            }
            Err(error) => {
                tracing::warn!(effect = %claim.effect.id, name, %error, "an effect is tried again later");
                let tries = Tries { attempts: claim.tries.attempts + 1, ..claim.tries };
                self.give_back(claim, self.now() + backoff(tries.attempts), tries).await;
                Vec::new()
            }
        }
    }

    async fn tell(&self, claim: &Claim, owner: OwnerId, happening: Happening) -> Result<Vec<Claim>, EngineError> {
        match self.apply(&claim.tenant, &owner, &happening, Some(claim)).await {
            Ok(applied) => Ok(applied.held),
            // Nobody there to be told: there is nothing to wait for.
            Err(EngineError::NotFound) => {
                self.ports().outbox.settle(claim).await?;
                Ok(Vec::new())
            }
            Err(error) => Err(error),
        }
    }

    async fn deliver(&self, claim: &Claim) -> Result<Vec<Claim>, EngineError> {
        match self.attempt(claim).await? {
            Attempt::Later(due, tries) => {
                // If it cannot be put back, its lease runs out, and that counts as unknown: never as not begun.
                self.give_back(claim, due, tries).await;
                Ok(Vec::new())
            }
            Attempt::Ended(outcome) => self.stored(claim, self.conclude(claim, outcome).await).await,
            Attempt::Brought(happening) => {
                let told = self.tell(claim, claim.effect.id.owner.clone(), happening).await;
                self.stored(claim, told).await
            }
        }
    }

    /// What follows from an outcome that was to be stored.
    async fn stored(&self, claim: &Claim, told: Result<Vec<Claim>, EngineError>) -> Result<Vec<Claim>, EngineError> {
        match told {
            Err(error) if !matches!(error, EngineError::Store(StoreError::Conflict)) => {
                // It was carried out, and nobody knows: the next attempt must look before it repeats.
                tracing::warn!(effect = %claim.effect.id, %error, "an outcome could not be stored");
                self.give_back(claim, self.later(LOOK_UP_SECONDS), claim.tries.interrupted()).await;
                Ok(Vec::new())
            }
            told => told,
        }
    }

    /// Stores how an effect ended, and settles it.
    async fn conclude(&self, claim: &Claim, outcome: Outcome) -> Result<Vec<Claim>, EngineError> {
        let owner = claim.effect.id.owner.clone();
        match (outcome, &owner) {
            (Outcome::Done, _) | (_, OwnerId::Call(_)) => {
                self.ports().outbox.settle(claim).await?;
                Ok(Vec::new())
            }
            (outcome, OwnerId::Case(_)) => {
                let event = CaseEvent::Settled { effect: claim.effect.id.clone(), outcome };
                self.tell(claim, owner, Happening::Case(event)).await
            }
        }
    }

    async fn attempt(&self, claim: &Claim) -> Result<Attempt, EngineError> {
        let tries = claim.tries;
        let tenant = &claim.tenant;
        let ports = self.ports();
        // The lease must outlast the request; otherwise somebody else may begin it meanwhile.
        let seconds = match is_prompt(&claim.effect.effect) {
            true => self.settings.line_seconds_max,
            false => self.settings.port_seconds_max,
        };
        let bound = self.now() + TimeDelta::seconds(i64::from(seconds));
        if bound > claim.lease.until {
            return Ok(Attempt::Later(self.now(), tries));
        }
        match &claim.effect.effect {
            Effect::Page(order) => self.page(claim, order, bound).await,
            Effect::OpenTicket(draft) => self.open_ticket(claim, draft, bound).await,
            Effect::Refetch(line) => {
                let done = self.within(bound, ports.telephony.refetch(tenant, line)).await;
                Ok(self.or_again(done, tries, Some(ATTEMPTS_MAX)))
            }
            Effect::HangUp(leg) => {
                let done = self.within(bound, ports.telephony.hang_up(tenant, leg)).await;
                Ok(self.or_again(done, tries, Some(ATTEMPTS_MAX)))
            }
            Effect::TextTechnician(order) => Ok(self.text(claim, order, bound).await),
            Effect::MessagePage(order) => self.message_page(claim, order, bound).await,
            Effect::TextCaller(text) => self.text_caller(claim, text, bound).await,
            Effect::OptOut(order) => self.refused_aloud(claim, order).await,
            Effect::Alert(alert) => {
                let done = self.within(bound, ports.notifier.alert(tenant, &claim.effect.id, alert)).await;
                Ok(match self.or_again(done, tries, Some(ATTEMPTS_MAX)) {
                    Attempt::Ended(Outcome::GivenUp(why)) => {
                        tracing::error!(effect = %claim.effect.id, why, "a notice to the people on call did not go out");
                        Attempt::Ended(Outcome::NoticeLost(why))
                    }
                    attempt => attempt,
                })
            }
            Effect::AskHistory(case) => self.ask_history(claim, case).await,
            Effect::AskModel(order) => Ok(self.ask_model(claim, order, bound).await),
            Effect::Summarise(case) => self.summarise(claim, case, bound).await,
            Effect::Transcribe(order) => Ok(self.transcribe(claim, order, bound).await),
            Effect::AddNote(note) => Ok(self.add_note(claim, note, bound).await),
            Effect::CloseTicket(ticket) => {
                let done = self.within(bound, ports.ticketing.close(tenant, ticket)).await;
                Ok(self.or_again(done, tries, None))
            }
            Effect::ReconcileTicket(key) => {
                let done = self.within(bound, self.reconcile(claim, key)).await;
                Ok(self.or_again(done, tries, None))
            }
            Effect::TellCall(..) | Effect::TellCase(..) => Ok(Attempt::Ended(Outcome::Done)),
        }
    }

    /// Rings a technician. After an unknown outcome the carrier's calls are looked through first.
    async fn page(&self, claim: &Claim, order: &PageOrder, bound: DateTime<Utc>) -> Result<Attempt, EngineError> {
        let tries = claim.tries;
        let moot = || Attempt::Ended(Outcome::GivenUp("the case has moved on".to_owned()));
        if self.now() >= order.useless_after {
            return Ok(moot());
        }
        let owner = OwnerId::Case(order.case.clone());
        let stored = self.ports().cases.load(&claim.tenant, &owner).await?;
        let Some(Snapshot::Case(case)) = stored.map(|stored| stored.snapshot) else { return Ok(moot()) };
        // A leg that was answered has told of itself, whatever became of the carrier's answer.
        if let Some(leg) = case.page(order.page).and_then(|page| page.leg.clone()) {
            return Ok(Attempt::Ended(Outcome::PagePlaced(leg)));
        }
        if !case.still_wants(order.page) {
            return Ok(moot());
        }
        if tries.unknown > 0 {
            match self.within(bound, self.ports().telephony.find_page(order)).await {
                Ok(Some(leg)) => return Ok(Attempt::Ended(Outcome::PagePlaced(leg))),
                Ok(None) if tries.looked_up == 0 => {
                    return Ok(Attempt::Later(self.later(LOOK_UP_SECONDS), Tries { looked_up: 1, ..tries }));
                }
                Ok(None) => {}
                Err(_) => return Ok(self.again(tries)),
            }
        }
        let policy = self.policy(&claim.tenant, case.policy_version).await?;
        let spent = self.spend(&claim.tenant, (&order.to, Counted::Calls), &policy.paging.calls_max, &claim.effect.id);
        if spent.await.is_some() {
            return Ok(Attempt::Ended(Outcome::OverBudget));
        }
        match self.within(bound, self.ports().telephony.page(order)).await {
            Ok(leg) => Ok(Attempt::Ended(Outcome::PagePlaced(leg))),
            Err(DeliveryError::Refused(why)) => {
                tracing::error!(effect = %claim.effect.id, why, "the carrier refuses to ring a technician");
                Ok(Attempt::Ended(Outcome::GivenUp(why)))
            }
            Err(error) => Ok(self.after(error, tries)),
        }
    }

    /// Opens a ticket. After an unknown outcome its key is looked up twice, with a pause, before it is opened again.
    async fn open_ticket(
        &self,
        claim: &Claim,
        draft: &nightdesk_domain::case::TicketDraft,
        bound: DateTime<Utc>,
    ) -> Result<Attempt, EngineError> {
        let tries = claim.tries;
        let repeated = tries.unknown > 0;
        let ticketing = &self.ports().ticketing;
        if repeated {
            match self.within(bound, ticketing.find(&draft.tenant, &draft.key)).await {
                Ok(found) => {
                    if let Some(ticket) = found.into_iter().next() {
                        return Ok(Attempt::Ended(Outcome::TicketOpened { ticket, repeated }));
                    }
                    if tries.looked_up < TICKET_LOOK_UPS {
                        let tries = Tries { looked_up: tries.looked_up + 1, ..tries };
                        return Ok(Attempt::Later(self.later(LOOK_UP_SECONDS), tries));
                    }
                }
                Err(error) => return Ok(self.refusal_is_no_end(claim, error)),
            }
        }
        match self.within(bound, ticketing.open(draft)).await {
            Ok(ticket) => Ok(Attempt::Ended(Outcome::TicketOpened { ticket, repeated })),
            Err(error) => Ok(self.refusal_is_no_end(claim, error)),
        }
    }

    async fn text(&self, claim: &Claim, order: &TextOrder, bound: DateTime<Utc>) -> Attempt {
        let done = self.within(bound, self.ports().telephony.text(&claim.tenant, order)).await;
        if matches!(done, Err(DeliveryError::Blocked)) {
            self.text_blocked(&claim.tenant, &order.to).await;
        }
        self.or_again(done, claim.tries, Some(ATTEMPTS_MAX))
    }

    async fn add_note(&self, claim: &Claim, note: &NoteOrder, bound: DateTime<Utc>) -> Attempt {
        let repeated = claim.tries.unknown > 0;
        match self.within(bound, self.ports().ticketing.add_note(&claim.tenant, note, repeated)).await {
            Ok(()) => Attempt::Ended(Outcome::Done),
            Err(error) => self.refusal_is_no_end(claim, error),
        }
    }

    /// Merges every other ticket with this key into the one that the case knows, or else into the first.
    async fn reconcile(&self, claim: &Claim, key: &nightdesk_domain::ids::CaseId) -> Result<(), DeliveryError> {
        let ticketing = &self.ports().ticketing;
        let stored = self.ports().cases.load(&claim.tenant, &OwnerId::Case(key.clone())).await;
        let known = match stored.map_err(|_| DeliveryError::unavailable())?.map(|stored| stored.snapshot) {
            Some(Snapshot::Case(case)) => case.ticket.psa,
            _ => None,
        };
        let found = ticketing.find(&claim.tenant, key).await?;
        let Some(keep) = found.iter().find(|ticket| Some(*ticket) == known.as_ref()).or(found.first()) else {
            return Ok(());
        };
        for surplus in found.iter().filter(|ticket| *ticket != keep) {
            tracing::warn!(effect = %claim.effect.id, "two tickets with one key are merged");
            ticketing.merge(&claim.tenant, keep, surplus).await?;
        }
        Ok(())
    }

    /// A ticketing system that refuses is a setting to mend, not a ticket to lose: asked again, slowly.
    fn refusal_is_no_end(&self, claim: &Claim, error: DeliveryError) -> Attempt {
        match error {
            DeliveryError::Refused(why) => {
                tracing::error!(effect = %claim.effect.id, why, "the ticketing system refuses; mend its settings");
                let tries = Tries { attempts: claim.tries.attempts + 1, ..claim.tries };
                Attempt::Later(self.later(BACKOFF_SECONDS_MAX), tries)
            }
            error => self.after(error, claim.tries),
        }
    }

    /// Done, or again: at most so many attempts, if there is a bound.
    pub(crate) fn or_again(&self, done: Result<(), DeliveryError>, tries: Tries, attempts_max: Option<u32>) -> Attempt {
        match done {
            Ok(()) => Attempt::Ended(Outcome::Done),
            Err(DeliveryError::Refused(why)) if attempts_max.is_some() => Attempt::Ended(Outcome::GivenUp(why)),
            Err(error @ DeliveryError::Blocked) => Attempt::Ended(Outcome::GivenUp(error.to_string())),
            Err(_) if attempts_max.is_some_and(|max| tries.attempts + 1 >= max) => {
                Attempt::Ended(Outcome::GivenUp("too many attempts".to_owned()))
            }
            Err(DeliveryError::Refused(_)) => {
                Attempt::Later(self.later(BACKOFF_SECONDS_MAX), Tries { attempts: tries.attempts + 1, ..tries })
            }
            Err(error) => self.after(error, tries),
        }
    }

    pub(crate) fn after(&self, error: DeliveryError, tries: Tries) -> Attempt {
        let tries = Tries { attempts: tries.attempts + 1, ..tries };
        match error {
            DeliveryError::Unknown => {
                let tries = Tries { unknown: tries.unknown + 1, looked_up: 0, ..tries };
                Attempt::Later(self.later(LOOK_UP_SECONDS), tries)
            }
            DeliveryError::Unavailable { retry_after } => {
                let asked = retry_after.and_then(|wait| TimeDelta::from_std(wait).ok()).unwrap_or_default();
                Attempt::Later(self.now() + backoff(tries.attempts).max(asked), tries)
            }
            DeliveryError::Refused(_) | DeliveryError::Blocked => self.again(tries),
        }
    }

    fn again(&self, tries: Tries) -> Attempt {
        let tries = Tries { attempts: tries.attempts + 1, ..tries };
        Attempt::Later(self.now() + backoff(tries.attempts), tries)
    }

    pub(crate) fn later(&self, seconds: i64) -> DateTime<Utc> {
        self.now() + TimeDelta::seconds(seconds)
    }

    /// Waits for the outside, but not past the bound: then the outcome is unknown.
    pub(crate) async fn within<T>(
        &self,
        bound: DateTime<Utc>,
        request: impl Future<Output = Result<T, DeliveryError>>,
    ) -> Result<T, DeliveryError> {
        let request = pin!(request);
        let late = pin!(self.ports().clock.sleep_until(bound));
        match select(request, late).await {
            Either::Left((result, _)) => result,
            Either::Right(_) => Err(DeliveryError::Unknown),
        }
    }
}

/// Claims in groups that may be performed side by side. What one machine is told is told in order: news that is
/// overtaken would be lost, and two commits of one state only run into each other.
fn in_order(claims: &[Claim]) -> Vec<Vec<&Claim>> {
    let mut told: BTreeMap<(&TenantId, OwnerId), Vec<&Claim>> = BTreeMap::new();
    let mut groups = Vec::new();
    for claim in claims {
        let owner = match &claim.effect.effect {
            Effect::TellCall(call, _) => OwnerId::Call(call.clone()),
            Effect::TellCase(case, _) => OwnerId::Case(case.clone()),
            _ => {
                groups.push(vec![claim]);
                continue;
            }
        };
        told.entry((&claim.tenant, owner)).or_default().push(claim);
    }
    for group in told.values_mut() {
        group.sort_by_key(|claim| (claim.effect.due, claim.effect.id.clone()));
    }
    groups.extend(told.into_values());
    groups
}

/// One second, then twice as long each time, up to [`BACKOFF_SECONDS_MAX`].
fn backoff(attempts: u32) -> TimeDelta {
    let seconds = 1_i64.checked_shl(attempts.saturating_sub(1).min(16)).unwrap_or(BACKOFF_SECONDS_MAX);
    TimeDelta::seconds(seconds.min(BACKOFF_SECONDS_MAX))
}
