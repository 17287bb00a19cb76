//! One event: load, decide, commit. The same for calls and for cases.

use crate::{Engine, EngineError, journal};
use chrono::{DateTime, Utc};
use nightdesk_domain::call::{Arrival, Call, CallEvent};
use nightdesk_domain::case::{Case, CaseEvent};
use nightdesk_domain::effect::{Effect, PlannedEffect};
use nightdesk_domain::ids::{OwnerId, TenantId};
use nightdesk_domain::machine::{Context, Transition, Verdict};
use nightdesk_domain::policy::Policy;
use nightdesk_ports::{Alias, Claim, Commit, NewEffect, RecordedEvent, Save, Snapshot, StoreError, Stored, Tries};
use std::sync::Arc;

/// How often a commit that lost a race is decided again.
pub(crate) const ATTEMPTS_MAX: u32 = 8;

/// How many of them name a case anew. One that was silent for days may find its code in another's hands: it is worked
/// on all the same, under the number of its ticket.
const NAMING_ATTEMPTS_MAX: u32 = 4;

/// What happened, to whom.
#[derive(Debug, Clone)]
pub(crate) enum Happening {
    Arrived(Arrival),
    Call(CallEvent),
    Case(CaseEvent),
}

/// The state after an event, the settings that it goes by, and the effects that are held for us.
pub(crate) struct Applied {
    pub(crate) snapshot: Snapshot,
    pub(crate) policy: Arc<Policy>,
    pub(crate) held: Vec<Claim>,
}

/// A decision on either machine, in one shape.
struct Decision {
    snapshot: Snapshot,
    effects: Vec<PlannedEffect>,
    opens: Option<Box<Case>>,
    verdict: Verdict,
}

impl Decision {
    fn of<S>(transition: Transition<S>, wrap: impl FnOnce(Box<S>) -> Snapshot) -> Self {
        let Transition { state, effects, opens, verdict } = transition;
        Self { snapshot: wrap(Box::new(state)), effects, opens, verdict }
    }
}

impl Engine {
    /// Takes an event for an owner. A claim, if given, is settled in the same commit.
    pub(crate) async fn apply(
        &self,
        tenant: &TenantId,
        owner: &OwnerId,
        happening: &Happening,
        settles: Option<&Claim>,
    ) -> Result<Applied, EngineError> {
        for attempt in 0..ATTEMPTS_MAX {
            let stored = self.ports.cases.load(tenant, owner).await?;
            let policy = self.policy_for(tenant, stored.as_ref()).await?;
            let now = self.now();
            let needs = match (stored.as_ref().map(|stored| &stored.snapshot), happening) {
                (None, Happening::Arrived(arrival)) => arrival.needs(),
                (Some(Snapshot::Call(call)), Happening::Call(event)) => call.needs(&policy, now, event),
                (Some(Snapshot::Case(case)), Happening::Case(event)) => case.needs(&policy, now, event),
                _ => Default::default(),
            };
            let facts = self.facts(tenant, &policy, &needs, attempt).await?;
            let now = self.now();
            let context = Context { policy: &policy, facts: &facts, now };
            let decision = decide(stored.as_ref(), happening, &context).ok_or(EngineError::NotFound)?;
            if let Verdict::Ignored(reason) = decision.verdict {
                tracing::debug!(%tenant, %owner, reason, "event ignored");
                if let Some(claim) = settles {
                    self.ports.outbox.settle(claim).await?;
                }
                return Ok(Applied { snapshot: decision.snapshot, policy, held: Vec::new() });
            }
            let aliases = if attempt < NAMING_ATTEMPTS_MAX {
                renewed(stored.as_ref().map(|stored| &stored.snapshot), &decision.snapshot, now)
            } else {
                Vec::new()
            };
            let version = stored.map_or(0, |stored| stored.version);
            let recorded = match happening.clone() {
                Happening::Arrived(arrival) => RecordedEvent::Arrived(Box::new(arrival)),
                Happening::Call(event) => RecordedEvent::Call(Box::new(event)),
                Happening::Case(event) => RecordedEvent::Case(Box::new(event)),
            };
            let decided = journal::Decided {
                snapshot: &decision.snapshot,
                effects: &decision.effects,
                opens: decision.opens.as_deref(),
            };
            let entry = journal::entry(owner, version + 1, recorded, &context, &self.settings.build, decided);
            let (effects, held) = self.to_store(tenant, decision.effects, now);
            let mut commit = Commit {
                tenant: tenant.clone(),
                saves: vec![save(decision.snapshot.clone(), version)],
                effects,
                aliases,
                settled: settles.cloned(),
                journal: vec![entry],
            };
            if let Some(case) = decision.opens {
                self.open_case(&mut commit, case, &context);
            }
            match self.ports.cases.commit(commit).await {
                Ok(()) => return Ok(Applied { snapshot: decision.snapshot, policy, held }),
                Err(StoreError::Conflict) => tracing::debug!(%tenant, %owner, attempt, "lost a race, deciding again"),
                Err(error) => return Err(error.into()),
            }
        }
        Err(EngineError::Contended)
    }

    /// Effects as they are stored: those that somebody on a line waits for are held for us from the start.
    fn to_store(
        &self,
        tenant: &TenantId,
        planned: Vec<PlannedEffect>,
        now: DateTime<Utc>,
    ) -> (Vec<NewEffect>, Vec<Claim>) {
        let lease = self.lease(self.settings.line_lease_seconds);
        let mut held = Vec::new();
        let effects = planned.into_iter().map(|planned| {
            if !is_prompt(&planned.effect) || planned.due > now {
                return NewEffect::unleased(planned);
            }
            let (effect, lease) = (planned.clone(), lease.clone());
            held.push(Claim { tenant: tenant.clone(), effect, tries: Tries::default(), lease: lease.clone() });
            NewEffect { planned, lease: Some(lease) }
        });
        (effects.collect(), held)
    }

    /// Adds a case that begins to the commit: its state, the number of its ticket, its first journal row.
    fn open_case(&self, commit: &mut Commit, case: Box<Case>, context: &Context<'_>) {
        let owner = OwnerId::Case(case.id.clone());
        commit.aliases.extend(aliases(&case));
        commit.journal.push(journal::case_opened(&owner, &case, context, &self.settings.build));
        commit.saves.push(save(Snapshot::Case(case), 0));
    }

    async fn policy_for(&self, tenant: &TenantId, stored: Option<&Stored>) -> Result<Arc<Policy>, EngineError> {
        match stored {
            Some(stored) => Ok(self.policy(tenant, stored.snapshot.policy_version()).await?),
            None => self.ports.tenants.newest(tenant).await?.ok_or(EngineError::UnknownTenant),
        }
    }
}

/// Asks the domain; none where the happening does not fit what is stored.
fn decide(stored: Option<&Stored>, happening: &Happening, context: &Context<'_>) -> Option<Decision> {
    match (stored.map(|stored| &stored.snapshot), happening) {
        (None, Happening::Arrived(arrival)) => Some(Decision::of(Call::open(context, arrival), Snapshot::Call)),
        // The carrier asks again for a call that is open: nothing changes.
        (Some(Snapshot::Call(call)), Happening::Arrived(_)) => {
            Some(Decision::of(Transition::ignored((**call).clone(), "the call is open already"), Snapshot::Call))
        }
        (Some(Snapshot::Call(call)), Happening::Call(event)) => {
            Some(Decision::of(call.transition(context, event), Snapshot::Call))
        }
        (Some(Snapshot::Case(case)), Happening::Case(event)) => {
            Some(Decision::of(case.transition(context, event), Snapshot::Case))
        }
        _ => None,
    }
}

/// The names by which a case is found: the number of its ticket, and the code that accepts it for this day and the
/// next; [`renewed`] adds those of later days.
pub(crate) fn aliases(case: &Case) -> Vec<Alias> {
    let owner = OwnerId::Case(case.id.clone());
    let ticket = case.drill.is_none().then(|| ("ticket", case.ticket.number.to_string()));
    let codes = case.ack_code.iter().flat_map(|code| code.names(case.opened_at)).map(|name| ("ack", name));
    let names = ticket.into_iter().chain(codes);
    names.map(|(kind, value)| Alias { kind, value, owner: owner.clone(), unique: true }).collect()
}

/// The names of a code for the present day and the next, where a case of an earlier day pages, or is accepted: its code
/// must hold as long as people are told it, and so no other case may have it.
fn renewed(before: Option<&Snapshot>, after: &Snapshot, now: DateTime<Utc>) -> Vec<Alias> {
    let (Some(Snapshot::Case(before)), Snapshot::Case(after)) = (before, after) else { return Vec::new() };
    let Some(code) = &after.ack_code else { return Vec::new() };
    let accepted = before.accepted().is_none() && after.accepted().is_some();
    if before.pages_ordered == after.pages_ordered && !accepted {
        return Vec::new();
    }
    let known = code.names(after.opened_at);
    let owner = OwnerId::Case(after.id.clone());
    let new = code.names(now).into_iter().filter(|name| !known.contains(name));
    new.map(|value| Alias { kind: "ack", value, owner: owner.clone(), unique: true }).collect()
}

pub(crate) fn save(snapshot: Snapshot, expected_version: u64) -> Save {
    Save { deadline: snapshot.deadline(), snapshot, expected_version }
}

/// Whether a caller or a technician waits on the line for this effect; the rest is left to the courier.
pub(crate) fn is_prompt(effect: &Effect) -> bool {
    match effect {
        Effect::Page(_)
        | Effect::Refetch(_)
        | Effect::HangUp(_)
        | Effect::AskModel(_)
        | Effect::TellCall(..)
        | Effect::TellCase(..) => true,
        Effect::MessagePage(_)
        | Effect::TextTechnician(_)
        | Effect::TextCaller(_)
        | Effect::OptOut(_)
        | Effect::Alert(_)
        | Effect::OpenTicket(_)
        | Effect::AddNote(_)
        | Effect::CloseTicket(_)
        | Effect::ReconcileTicket(_)
        | Effect::AskHistory(_)
        | Effect::Summarise(_)
        | Effect::Transcribe(_) => false,
    }
}
