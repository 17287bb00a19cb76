//! The gate that every text to a caller passes, at the moment of sending.
//!
//! [`ClearedText`] is the only thing that [`Telephony::text_caller`](crate::Telephony::text_caller) takes, and
//! [`clear`] and [`confirm_opt_out`] are the only ways to one: both ask the register first. What cannot be read
//! counts as a no.
//!
//! ```
//! # use nightdesk_ports::{ClearedText, Gate};
//! fn sendable(gate: Gate) -> Option<ClearedText> {
//!     match gate {
//!         Gate::Cleared(text) => Some(text),
//!         Gate::Later(_) | Gate::Withheld(_) => None,
//!     }
//! }
//! ```
//! Nobody else makes one:
//! ```compile_fail
//! # use nightdesk_domain::ids::TenantId;
//! # use nightdesk_domain::phone::PhoneNumber;
//! # use nightdesk_domain::private::Private;
//! # use nightdesk_ports::ClearedText;
//! fn forged(tenant: TenantId, to: PhoneNumber, from: PhoneNumber, body: Private) -> ClearedText {
//!     ClearedText { tenant, to, from, body }
//! }
//! ```
//! nor changes or copies one that was cleared for somebody else:
//! ```compile_fail
//! # use nightdesk_domain::phone::PhoneNumber;
//! # use nightdesk_ports::ClearedText;
//! fn redirected(cleared: ClearedText, to: PhoneNumber) -> ClearedText {
//!     ClearedText { to, ..cleared }
//! }
//! ```
//! ```compile_fail
//! # use nightdesk_ports::ClearedText;
//! fn kept_for_later(cleared: &ClearedText) -> ClearedText {
//!     cleared.clone()
//! }
//! ```

use crate::{Register, StoreError};
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::consent::{CONSENT_KIND, Consent, Source, Standing, Withheld, number_id};
use nightdesk_domain::effect::CallerText;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::Policy;
use nightdesk_domain::private::Private;

/// How long after an opt-out its one confirmation may be sent, in minutes (47 CFR 64.1200(a)(12)).
const CONFIRMATION_MINUTES_MAX: i64 = 5;

/// A text to a caller that may be sent now. It is made by the gate alone, is not copied and not kept.
#[derive(Debug)]
pub struct ClearedText {
    tenant: TenantId,
    to: PhoneNumber,
    from: PhoneNumber,
    body: Private,
}

impl ClearedText {
    /// Which tenant's carrier account.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }
    /// The caller's number.
    pub fn to(&self) -> &PhoneNumber {
        &self.to
    }
    /// The tenant's number.
    pub fn from(&self) -> &PhoneNumber {
        &self.from
    }
    /// The text.
    pub fn body(&self) -> &Private {
        &self.body
    }
}

/// What the gate says.
#[derive(Debug)]
pub enum Gate {
    /// It may be sent now.
    Cleared(ClearedText),
    /// It is not urgent, and these are quiet hours: ask again then.
    Later(DateTime<Utc>),
    /// It must not be sent.
    Withheld(Withheld),
}

/// Asks whether a text may be sent now, to a caller of the tenant whose settings these are.
pub async fn clear(register: &dyn Register, policy: &Policy, text: &CallerText, now: DateTime<Utc>) -> Gate {
    let tenant = &policy.tenant;
    let Ok(consent) = consent_of(register, tenant, &text.to, now).await else {
        return Gate::Withheld(Withheld::Unreadable);
    };
    if let Some(why) = Withheld::from(consent.map(|consent| consent.standing), text.agreed) {
        return Gate::Withheld(why);
    }
    match policy.texts.quiet_hours.end(now, policy.time_zone).filter(|_| !text.urgent) {
        Some(end) => Gate::Later(end),
        None => Gate::Cleared(ClearedText {
            tenant: tenant.clone(),
            to: text.to.clone(),
            from: text.from.clone(),
            body: text.body.clone(),
        }),
    }
}

/// The one text that may follow an opt-out: that it was understood. None unless the number opted out by a text just
/// now, as the register has it.
pub async fn confirm_opt_out(
    register: &dyn Register,
    tenant: &TenantId,
    (to, from): (&PhoneNumber, &PhoneNumber),
    body: Private,
    now: DateTime<Utc>,
) -> Option<ClearedText> {
    let consent = consent_of(register, tenant, to, now).await.ok()??;
    let just_now = now - consent.since <= TimeDelta::minutes(CONFIRMATION_MINUTES_MAX);
    let by_text = consent.standing == Standing::OptedOut && consent.source == Source::Text;
    (by_text && just_now).then(|| ClearedText { tenant: tenant.clone(), to: to.clone(), from: from.clone(), body })
}

/// Whether a number has opted out of texts; true as well when that cannot be read.
pub async fn is_opted_out(
    register: &dyn Register,
    tenant: &TenantId,
    number: &PhoneNumber,
    now: DateTime<Utc>,
) -> bool {
    match consent_of(register, tenant, number, now).await {
        Ok(consent) => consent.is_some_and(|consent| consent.standing == Standing::OptedOut),
        Err(_) => true,
    }
}

/// What the register says of a number; none if it says nothing.
pub async fn consent_of(
    register: &dyn Register,
    tenant: &TenantId,
    number: &PhoneNumber,
    now: DateTime<Utc>,
) -> Result<Option<Consent>, StoreError> {
    let entry = register.entry(tenant, CONSENT_KIND, &number_id(number), now).await?;
    entry.map(|entry| entry.read()).transpose()
}
