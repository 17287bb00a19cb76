//! Texts: those that come in, and what a text to a caller has to pass before it goes out.
//!
//! docs/CONSENT.md has the rules. Nothing here writes a number or a word of a text into a log.

use crate::courier::{ATTEMPTS_MAX, Attempt};
use crate::{Engine, EngineError};
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::consent::{
    self, CONSENT_KIND, Consent, IncomingText, STOP_KIND, Said, Source, Standing, Statement, Wish, Withheld, number_id,
};
use nightdesk_domain::effect::{CallerText, OptOutOrder, Outcome};
use nightdesk_domain::ids::{TechnicianId, TenantId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::{Policy, Technician};
use nightdesk_domain::private::Private;
use nightdesk_ports::{
    Claim, ClearedText, DeliveryError, Entry, Gate, Record, Register, Scan, StoreError, clear, confirm_opt_out,
    consent_of,
};
use std::sync::Arc;

/// How often a change to an entry that others change, too, is tried again.
const CHANGES_MAX: u32 = 8;
/// Most statements of one number that are shown.
const HISTORY_MAX: usize = 200;

/// What the sender of a text is answered.
#[derive(Debug)]
pub enum TextAnswer {
    /// Nothing.
    Nothing,
    /// This, once.
    Text(ClearedText),
    /// This, to a technician of the tenant, who has answered a page.
    Technician(Private),
}

impl Engine {
    /// Takes a text that came in; a text that comes twice counts once.
    pub async fn texted(&self, tenant: &TenantId, text: &IncomingText) -> Result<TextAnswer, EngineError> {
        let policy = self.newest(tenant).await?;
        let ours = policy.lines.iter().map(|line| &line.number).chain([&policy.caller_id]);
        if ours.into_iter().any(|number| *number == text.from) {
            // Two numbers of ours that answered each other would never end.
            return Ok(TextAnswer::Nothing);
        }
        let body = text.body.reveal();
        if let Some(said) = consent::read(body) {
            // A technician may answer a page and want no more texts in one breath: the page must not be lost.
            let answer = match said.wish {
                Wish::OptOut => self.coded(&policy, &text.from, &consent::beside_opt_out(body)).await?,
                Wish::OptIn => None,
            };
            let confirmed = self.wished(&policy, text, said).await?;
            return Ok(match (answer, confirmed) {
                (None, confirmed) => confirmed,
                (Some(answer), TextAnswer::Text(confirmed)) => {
                    let both = format!("{} {}", answer.reveal(), confirmed.body().reveal());
                    TextAnswer::Technician(both.into())
                }
                (Some(answer), _) => TextAnswer::Technician(answer),
            });
        }
        if let Some(answer) = self.coded(&policy, &text.from, body).await? {
            return Ok(TextAnswer::Technician(answer));
        }
        tracing::info!(%tenant, "a text came in that asks for nothing we know");
        Ok(TextAnswer::Nothing)
    }

    /// Somebody wants no more texts, or texts again. The carrier answers its own words; who uses others is told
    /// once that it was understood.
    async fn wished(&self, policy: &Policy, text: &IncomingText, said: Said) -> Result<TextAnswer, EngineError> {
        let standing = Standing::from(said.wish);
        let statement = Statement::new(&text.id, standing, self.now(), Source::Text, text.body.reveal());
        let changed = self.state(policy, &text.from, &statement).await?;
        tracing::info!(tenant = %policy.tenant, ?standing, changed, "a text about texts was taken");
        if !changed || said.carriers_word || said.wish == Wish::OptIn {
            return Ok(TextAnswer::Nothing);
        }
        let body = consent::opted_out(&policy.name, text.body.reveal());
        let numbers = (&text.from, &text.to);
        let register = self.ports().register.as_ref();
        let answer = confirm_opt_out(register, &policy.tenant, numbers, body.into(), self.now()).await;
        Ok(answer.map_or(TextAnswer::Nothing, TextAnswer::Text))
    }

    /// The office says whether a number may be texted, and in which words it was asked to.
    pub async fn state_consent(
        &self,
        tenant: &TenantId,
        number: &PhoneNumber,
        standing: Standing,
        words: &str,
    ) -> Result<(), EngineError> {
        let (policy, now) = (self.newest(tenant).await?, self.now());
        let known = consent_of(self.ports().register.as_ref(), tenant, number, now).await?;
        // Two statements may be made within one tick of the clock, and both count.
        let tick = format!("office/{}", now.timestamp_micros());
        let before = known.iter().flat_map(|known| &known.heard).filter(|id| id.starts_with(&tick)).count();
        let id = format!("{tick}/{before}");
        self.state(&policy, number, &Statement::new(id, standing, now, Source::Office, words)).await.map(drop)
    }

    /// The carrier refused a text because its receiver has opted out there; what cannot be stored is logged.
    pub async fn text_blocked(&self, tenant: &TenantId, number: &PhoneNumber) {
        let stated = async {
            let (policy, now) = (self.newest(tenant).await?, self.now());
            let known = consent_of(self.ports().register.as_ref(), tenant, number, now).await?;
            if known.as_ref().is_some_and(|known| known.standing == Standing::OptedOut) {
                return self.sync_technicians(&policy, known.as_ref()).await.map_err(EngineError::from);
            }
            let id = format!("carrier/{}", now.timestamp_millis());
            let statement = Statement::new(id, Standing::OptedOut, now, Source::Carrier, "");
            self.state(&policy, number, &statement).await.map(drop)
        };
        if let Err(error) = stated.await {
            tracing::warn!(%tenant, %error, "that the carrier blocks a number could not be stored");
        }
    }

    /// What holds for a number, and everything that was said about it, the newest first.
    pub async fn consent(
        &self,
        tenant: &TenantId,
        number: &PhoneNumber,
    ) -> Result<(Option<Consent>, Vec<Statement>), EngineError> {
        let now = self.now();
        let holds = consent_of(self.ports().register.as_ref(), tenant, number, now).await?;
        let scan = Scan {
            kind: &history_kind(number),
            from: DateTime::UNIX_EPOCH,
            until: now + TimeDelta::days(1),
            newest_first: true,
            limit: HISTORY_MAX,
            now,
        };
        let records = self.ports().records.scan(tenant, &scan).await?;
        let unreadable = |_| StoreError::Corrupt("a record of consent cannot be read".to_owned());
        let history = records.iter().map(|record| serde_json::from_str(record.body.reveal()).map_err(unreadable));
        Ok((holds, history.collect::<Result<_, _>>()?))
    }

    /// The same as [`stopped_technicians`], now.
    pub async fn stopped_technicians(&self, policy: &Policy) -> Result<Vec<TechnicianId>, StoreError> {
        stopped_technicians(&*self.ports().register, policy, self.now()).await
    }

    /// Sends a text to a caller, if the gate lets it pass now. One that may have gone out is not sent again.
    pub(crate) async fn text_caller(
        &self,
        claim: &Claim,
        text: &CallerText,
        bound: DateTime<Utc>,
    ) -> Result<Attempt, EngineError> {
        let given_up = |why: &str| Ok(Attempt::Ended(Outcome::GivenUp(why.to_owned())));
        if claim.tries.unknown > 0 {
            return given_up("the text may have gone out, and a caller is never texted twice");
        }
        let tenant = &claim.tenant;
        let policy = self.newest(tenant).await?;
        let last = claim.tries.attempts + 1 >= ATTEMPTS_MAX;
        let cleared = match clear(self.ports().register.as_ref(), &policy, text, self.now()).await {
            Gate::Cleared(cleared) => cleared,
            Gate::Later(end) => return Ok(Attempt::Later(end, claim.tries)),
            Gate::Withheld(Withheld::Unreadable) if !last => {
                return Ok(self.after(DeliveryError::unavailable(), claim.tries));
            }
            Gate::Withheld(why) => return Ok(Attempt::Ended(Outcome::Withheld(why))),
        };
        match self.within(bound, self.ports().telephony.text_caller(&cleared)).await {
            Ok(()) => Ok(Attempt::Ended(Outcome::Done)),
            Err(DeliveryError::Blocked) => {
                self.text_blocked(tenant, &text.to).await;
                Ok(Attempt::Ended(Outcome::Withheld(Withheld::OptedOut)))
            }
            Err(DeliveryError::Refused(why)) => given_up(&why),
            Err(DeliveryError::Unknown) => given_up("whether the text went out is unknown, and it is not repeated"),
            Err(DeliveryError::Unavailable { .. }) if last => given_up("too many attempts"),
            Err(error) => Ok(self.after(error, claim.tries)),
        }
    }

    /// Keeps that a caller said on the call to send no texts.
    pub(crate) async fn refused_aloud(&self, claim: &Claim, order: &OptOutOrder) -> Result<Attempt, EngineError> {
        let policy = self.newest(&claim.tenant).await?;
        let words = order.words.reveal();
        let id = format!("call/{}", claim.effect.id);
        let said = Statement::new(id, Standing::OptedOut, order.at, Source::Call, words);
        let changed = self.state(&policy, &order.number, &said).await?;
        tracing::info!(tenant = %claim.tenant, changed, "a caller's wish for no texts was taken");
        Ok(Attempt::Ended(Outcome::Done))
    }

    /// Stores what was said of a number: first what holds, then the history, then what follows for technicians. All
    /// of it may be repeated. Gives whether something else holds now than before.
    async fn state(&self, policy: &Policy, number: &PhoneNumber, said: &Statement) -> Result<bool, EngineError> {
        let (tenant, register) = (&policy.tenant, &self.ports().register);
        let id = number_id(number);
        for _ in 0..CHANGES_MAX {
            let entry = register.entry(tenant, CONSENT_KIND, &id, self.now()).await?;
            let before: Option<Consent> = entry.as_ref().map(Entry::read).transpose()?;
            let next = Consent::after(before.as_ref(), number, said);
            if let Some(next) = &next {
                let body = Entry::body_of(CONSENT_KIND, next)?;
                let next = match entry {
                    Some(entry) => entry.changed(body),
                    None => Entry::new(tenant, CONSENT_KIND, &id, body),
                };
                match register.put(&next, self.now()).await {
                    Err(StoreError::Conflict) => continue,
                    stored => stored?,
                }
            }
            let changed = next.as_ref().is_some_and(|next| before.as_ref().is_none_or(|b| b.standing != next.standing));
            self.remember(tenant, number, said).await?;
            self.sync_technicians(policy, next.as_ref().or(before.as_ref())).await?;
            return Ok(changed);
        }
        Err(EngineError::Contended)
    }

    async fn remember(&self, tenant: &TenantId, number: &PhoneNumber, said: &Statement) -> Result<(), StoreError> {
        let kind = history_kind(number);
        let record = Record {
            tenant: tenant.clone(),
            id: said.id.clone(),
            at: said.at,
            expires_at: None,
            body: Entry::body_of(&kind, said)?,
            kind,
        };
        self.ports().records.append(&record).await
    }

    /// Makes the stops of the technicians with a number what holds for it.
    async fn sync_technicians(&self, policy: &Policy, holds: Option<&Consent>) -> Result<(), StoreError> {
        let Some(holds) = holds else { return Ok(()) };
        let theirs = policy.technicians.iter().filter(|person| person.number.as_ref() == Some(&holds.number));
        for person in theirs {
            self.sync_technician(&policy.tenant, person, holds).await?;
        }
        Ok(())
    }

    async fn sync_technician(&self, tenant: &TenantId, person: &Technician, holds: &Consent) -> Result<(), StoreError> {
        let register = &self.ports().register;
        let mut lost = Ok(());
        for _ in 0..CHANGES_MAX {
            let entry = register.entry(tenant, STOP_KIND, person.id.as_str(), self.now()).await?;
            let body = Entry::body_of(STOP_KIND, holds)?;
            lost = match (holds.standing, entry) {
                (Standing::OptedIn, None) => return Ok(()),
                (Standing::OptedIn, Some(entry)) => {
                    register.remove(tenant, STOP_KIND, person.id.as_str(), entry.version).await
                }
                (Standing::OptedOut, Some(entry)) if entry.body == body => return Ok(()),
                (Standing::OptedOut, Some(entry)) => register.put(&entry.changed(body), self.now()).await,
                (Standing::OptedOut, None) => {
                    register.put(&Entry::new(tenant, STOP_KIND, person.id.as_str(), body), self.now()).await
                }
            };
            if !matches!(lost, Err(StoreError::Conflict)) {
                break;
            }
        }
        lost
    }

    /// The tenant's settings as they are now.
    pub(crate) async fn newest(&self, tenant: &TenantId) -> Result<Arc<Policy>, EngineError> {
        self.ports().tenants.newest(tenant).await?.ok_or(EngineError::UnknownTenant)
    }
}

/// The technicians whose numbers take no texts of ours, by the numbers that they have in these settings. An entry that
/// cannot be read counts.
pub async fn stopped_technicians(
    register: &dyn Register,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Result<Vec<TechnicianId>, StoreError> {
    let entries = register.entries(&policy.tenant, STOP_KIND, now).await?;
    let stopped = entries.iter().filter_map(|entry| {
        let person = policy.technicians.iter().find(|person| person.id.as_str() == entry.id)?;
        let theirs = |consent: Consent| person.number.as_ref() == Some(&consent.number);
        entry.read().map_or(true, theirs).then(|| person.id.clone())
    });
    Ok(stopped.collect())
}

/// The kind of record that keeps what was said of a number.
fn history_kind(number: &PhoneNumber) -> String {
    format!("{CONSENT_KIND}/{}", number_id(number))
}
