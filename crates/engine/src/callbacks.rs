//! Promised calls: said to be made, and moved to another time.

use crate::machines::Happening;
use crate::{Engine, EngineError};
use chrono::TimeDelta;
use nightdesk_domain::case::{CallbackState, Case, CaseEvent, Owed, Promise};
use nightdesk_domain::ids::{CaseId, OwnerId, TenantId};
use nightdesk_domain::limits::{CALLBACK_MOVE_DAYS_MAX, CALLBACK_MOVES_MAX};
use nightdesk_domain::private::Private;
use nightdesk_ports::{Snapshot, StoreError};

/// Why a promised call was neither marked nor moved; nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum CallbackError {
    /// No such case.
    #[error("ticket: there is no such case")]
    Unknown,
    /// Nobody was promised a call.
    #[error("ticket: no call was promised; `nightdesk callbacks` lists those that were")]
    NonePromised,
    /// It is done.
    #[error("ticket: the promised call was made already; `nightdesk callbacks --all` shows by whom")]
    Done,
    /// The case is more than a promise now.
    #[error("ticket: somebody is being woken for it or has it, and the caller with it; `nightdesk call-log` shows who")]
    InHand,
    /// Not again.
    #[error(
        "ticket: a promised call is moved {CALLBACK_MOVES_MAX} times at most, and this one was; make it, then mark it with `nightdesk callbacks done`"
    )]
    MovedTooOften,
    /// That time is over.
    #[error("when: this time has passed; name one that is to come")]
    Past,
    /// Nobody remembers a call for so long.
    #[error("when: a promised call is moved at most {CALLBACK_MOVE_DAYS_MAX} days ahead; name an earlier time")]
    TooFar,
    /// Somebody else did something at the same time.
    #[error("ticket: somebody else changed it just now; look at it, then try again")]
    Changed,
    /// The store failed, or something outside.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<StoreError> for CallbackError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

impl Engine {
    /// A person says that the promised call was made; gives the case as it is then.
    ///
    /// # Errors
    /// That no call is owed, and why.
    pub async fn callback_done(&self, tenant: &TenantId, case: &CaseId, by: Private) -> Result<Case, CallbackError> {
        self.owed(tenant, case).await?;
        let after = self.changed_callback(tenant, case, CaseEvent::CallbackDone { by }).await?;
        let done = after.callback.as_ref().is_some_and(|owed| matches!(owed.state, CallbackState::Done { .. }));
        if done { Ok(after) } else { Err(CallbackError::Changed) }
    }

    /// A person moves the promised call to another time; gives the case as it is then.
    ///
    /// # Errors
    /// That no call is owed, that it was moved too often, or that the time has passed or is too far ahead.
    pub async fn move_callback(
        &self,
        tenant: &TenantId,
        case: &CaseId,
        to: Promise,
        by: Private,
    ) -> Result<Case, CallbackError> {
        let number = self.owed(tenant, case).await?.moved + 1;
        if number > CALLBACK_MOVES_MAX {
            return Err(CallbackError::MovedTooOften);
        }
        if to.from <= self.now() {
            return Err(CallbackError::Past);
        }
        if to.from - self.now() > TimeDelta::days(CALLBACK_MOVE_DAYS_MAX) {
            return Err(CallbackError::TooFar);
        }
        let event = CaseEvent::CallbackMoved { number, to: to.clone(), by };
        let after = self.changed_callback(tenant, case, event).await?;
        let moved = after.callback.as_ref().is_some_and(|owed| owed.moved == number && owed.promise == to);
        if moved { Ok(after) } else { Err(CallbackError::Changed) }
    }

    /// The call that a case owes.
    async fn owed(&self, tenant: &TenantId, case: &CaseId) -> Result<Owed, CallbackError> {
        let stored = self.ports().cases.load(tenant, &OwnerId::Case(case.clone())).await?;
        let Some(Snapshot::Case(case)) = stored.map(|stored| stored.snapshot) else {
            return Err(CallbackError::Unknown);
        };
        match (case.owed(), &case.callback) {
            (Some(owed), _) => Ok(owed.clone()),
            (None, None) => Err(CallbackError::NonePromised),
            (None, Some(Owed { state: CallbackState::Done { .. }, .. })) => Err(CallbackError::Done),
            (None, Some(_)) => Err(CallbackError::InHand),
        }
    }

    async fn changed_callback(
        &self,
        tenant: &TenantId,
        case: &CaseId,
        event: CaseEvent,
    ) -> Result<Case, CallbackError> {
        let owner = OwnerId::Case(case.clone());
        let applied = self.apply(tenant, &owner, &Happening::Case(event), None).await?;
        match self.perform_inline(applied).await {
            Snapshot::Case(case) => Ok(*case),
            Snapshot::Call(_) => Err(CallbackError::Unknown),
        }
    }
}
