//! Everything that one night consists of, and the book in which the truth about it is kept.

use super::Plant;
use super::dice::Dice;
use super::executor::{OUTSIDE, Process, SimClock, Spawner, lock};
use super::faults::{Faults, Service};
use super::index::Index;
use super::mind::Spoken;
use super::recordings::AtCarrier;
use crate::memory::MemoryStore;
use chrono::{DateTime, Utc};
use nightdesk_domain::call::Call;
use nightdesk_domain::case::{Case, TicketDraft};
use nightdesk_domain::effect::Effect;
use nightdesk_domain::ids::{CallId, CaseId, EffectId, LegId, PsaTicketId, TechnicianId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::Policy;
use nightdesk_engine::Engine;
use nightdesk_ports::{DeliveryError, Lease, NewEffect};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::task::Waker;

/// One night.
pub(crate) struct World {
    pub(crate) clock: SimClock,
    pub(crate) tasks: Spawner,
    pub(crate) store: MemoryStore,
    pub(crate) policy: Arc<Policy>,
    pub(crate) faults: Faults,
    pub(crate) plant: Option<Plant>,
    pub(crate) book: Mutex<Book>,
    dice: Mutex<Dice>,
}

/// What is true, whatever the engines believe.
#[derive(Default)]
pub(crate) struct Book {
    pub(crate) trace: Vec<String>,
    pub(crate) failure: Option<(&'static str, String)>,
    /// Whether faults are off and everybody is helpful.
    pub(crate) healed: bool,
    /// Since when.
    pub(crate) healed_at: Option<DateTime<Utc>>,
    pub(crate) engines: Vec<(Process, Arc<Engine>)>,
    pub(crate) processes: Process,
    /// Instants at which something stored wants to be looked at, and who waits for the next of them.
    pub(crate) agenda: BTreeSet<DateTime<Utc>>,
    pub(crate) agenda_wakers: Vec<Waker>,
    /// Counts the entries, so that nobody misses one that was made while looking.
    pub(crate) reminders: u64,
    /// What the store's index of due work has shown, and since when.
    pub(crate) index: Index,
    /// The outbox as it was committed.
    pub(crate) outbox: BTreeMap<EffectId, Row>,
    /// Every committed state of each machine.
    pub(crate) calls: BTreeMap<CallId, Vec<Call>>,
    pub(crate) cases: BTreeMap<CaseId, Vec<Case>>,
    /// When an acceptance (or "handled") was committed that still stands.
    pub(crate) taken_since: BTreeMap<CaseId, DateTime<Utc>>,
    /// Technicians whose acceptance of a case was ever committed.
    pub(crate) accepted_by: BTreeMap<CaseId, BTreeSet<TechnicianId>>,
    pub(crate) legs: BTreeMap<LegId, Leg>,
    pub(crate) rooms: BTreeMap<CaseId, Vec<LegId>>,
    /// Pages that a person did accept.
    pub(crate) accepted_on: BTreeSet<(CaseId, u32)>,
    /// Pages whose request has begun, and when first.
    pub(crate) placed: BTreeMap<(CaseId, u32), DateTime<Utc>>,
    /// When a page was first seen in a committed state.
    pub(crate) decided: BTreeMap<CaseId, BTreeMap<u32, DateTime<Utc>>>,
    /// When a case was last seen to be somebody's.
    pub(crate) held_until: BTreeMap<CaseId, DateTime<Utc>>,
    /// Numbers to which the carrier lets no text of ours through, and since when we have been told so.
    pub(crate) blocked: BTreeSet<PhoneNumber>,
    /// See `blocked`.
    pub(crate) block_known: BTreeMap<PhoneNumber, DateTime<Utc>>,
    /// Requests to ring somebody, by case.
    pub(crate) page_requests: BTreeMap<CaseId, u32>,
    pub(crate) tickets: Vec<Ticket>,
    /// Whether an answer about a ticket may have been lost.
    pub(crate) ticket_answers_lost: bool,
    /// Recordings that lie at the carrier.
    pub(crate) kept: Vec<AtCarrier>,
    /// Messages whose words another service than the carrier writes down.
    pub(crate) recordings: BTreeMap<String, Spoken>,
    /// What callers were promised to have been heard.
    pub(crate) owed: Vec<Owed>,
    /// Numbers from which STOP was taken, and since when.
    pub(crate) stopped: BTreeMap<PhoneNumber, DateTime<Utc>>,
    pub(crate) commits: u64,
}

/// A planned effect that is not settled.
pub(crate) struct Row {
    pub(crate) effect: Effect,
    pub(crate) lease: Option<Lease>,
}

/// A leg at the carrier.
#[derive(Default)]
pub(crate) struct Leg {
    pub(crate) alive: bool,
    pub(crate) redirected: bool,
    pub(crate) room_over: bool,
    pub(crate) wakers: Vec<Waker>,
    /// For a technician's leg: whose, for which page of which case, since when.
    pub(crate) page: Option<(CaseId, u32, String, DateTime<Utc>)>,
}

/// A ticket at the fake ticketing system.
pub(crate) struct Ticket {
    pub(crate) id: PsaTicketId,
    pub(crate) draft: TicketDraft,
    pub(crate) notes: Vec<(String, String)>,
    pub(crate) merged: bool,
}

/// Words that were taken from a caller.
#[derive(Debug, Clone)]
pub(crate) struct Owed {
    pub(crate) call: CallId,
    pub(crate) words: String,
    pub(crate) critical: bool,
}

impl World {
    #[allow(clippy::too_many_arguments)] // the parts of a night, once
    pub(crate) fn new(
        clock: SimClock,
        tasks: Spawner,
        store: MemoryStore,
        policy: Arc<Policy>,
        faults: Faults,
        plant: Option<Plant>,
        dice: Dice,
    ) -> Arc<Self> {
        Arc::new(Self { clock, tasks, store, policy, faults, plant, book: Mutex::default(), dice: Mutex::new(dice) })
    }

    pub(crate) fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        lock(&self.book)
    }

    pub(crate) fn chance(&self, permille: u64) -> bool {
        permille > 0 && lock(&self.dice).chance(permille)
    }

    pub(crate) fn range(&self, low: u64, high: u64) -> u64 {
        lock(&self.dice).range(low, high)
    }

    pub(crate) fn pick<T: Clone>(&self, from: &[T]) -> Option<T> {
        lock(&self.dice).pick(from).cloned()
    }

    /// Whether a fault with this rate strikes now; never after the healing.
    pub(crate) fn strikes(&self, permille: u64) -> bool {
        permille > 0 && !self.healed() && self.chance(permille)
    }

    pub(crate) fn healed(&self) -> bool {
        self.book().healed
    }

    pub(crate) fn planted(&self, plant: Plant) -> bool {
        self.plant == Some(plant)
    }

    pub(crate) fn note(&self, line: impl AsRef<str>) {
        let at = self.clock.at().time();
        let line = format!("{at} {}", line.as_ref());
        self.book().trace.push(line);
    }

    /// An invariant does not hold; the first failure counts.
    pub(crate) fn fail(&self, invariant: &'static str, what: impl Into<String>) {
        let what = what.into();
        self.note(format!("FAILED {invariant}: {what}"));
        self.book().failure.get_or_insert((invariant, what));
    }

    pub(crate) fn require(&self, holds: bool, invariant: &'static str, what: impl FnOnce() -> String) {
        if !holds {
            self.fail(invariant, what());
        }
    }

    pub(crate) fn spawn_outside(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(OUTSIDE, task);
    }

    /// Something stored wants to be looked at then.
    pub(crate) fn remind(&self, instants: impl IntoIterator<Item = DateTime<Utc>>) {
        let now = self.clock.at();
        let mut book = self.book();
        let mut new = false;
        for instant in instants {
            // What is due already counts again: somebody may just have looked.
            new |= book.agenda.insert(instant) || instant <= now;
        }
        if !new {
            return;
        }
        book.reminders += 1;
        let wakers = std::mem::take(&mut book.agenda_wakers);
        drop(book);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// A request to a service: it travels by itself, so that whoever asked may die without stopping it.
    pub(crate) async fn request<T: Send + 'static>(
        self: &Arc<Self>,
        service: Service,
        what: String,
        act: impl FnOnce(&Arc<World>) -> Result<T, DeliveryError> + Send + 'static,
    ) -> Result<T, DeliveryError> {
        let rates = &self.faults.rates;
        let outage = (!self.healed()).then(|| self.faults.outage(service, self.clock.at()).cloned()).flatten();
        self.clock.sleep_ms(self.range(5, 150)).await;
        if let Some(outage) = outage {
            self.note(format!("{what}: the service is down"));
            return Err(match outage.refuses {
                true => DeliveryError::Refused("not now".to_owned()),
                false => DeliveryError::unavailable(),
            });
        }
        if self.strikes(rates.unavailable) {
            self.note(format!("{what}: unavailable"));
            return Err(DeliveryError::unavailable());
        }
        if self.strikes(rates.refused) {
            self.note(format!("{what}: refused"));
            return Err(DeliveryError::Refused("not like this".to_owned()));
        }
        let uncertain = || {
            if service == Service::Ticketing {
                self.book().ticket_answers_lost = true;
            }
        };
        if self.strikes(rates.request_lost) {
            uncertain();
            self.note(format!("{what}: lost on the way"));
            return Err(DeliveryError::Unknown);
        }
        let delay = if self.strikes(rates.slow) { self.range(9_000, 40_000) } else { 0 };
        let lost = self.strikes(rates.answer_lost);
        if delay > 0 || lost {
            uncertain();
        }
        let back = self.range(0, 100);
        let (answer, answered) = tokio::sync::oneshot::channel();
        let world = self.clone();
        self.spawn_outside(async move {
            world.clock.sleep_ms(delay).await;
            let result = act(&world);
            let outcome = if result.is_ok() { "done" } else { "not done" };
            world.note(format!("{what}: {outcome}{}", if lost { ", answer lost" } else { "" }));
            world.clock.sleep_ms(back).await;
            // Nobody may be waiting any more.
            let _gone = answer.send(if lost { Err(DeliveryError::Unknown) } else { result });
        });
        answered.await.unwrap_or(Err(DeliveryError::Unknown))
    }
}

impl Book {
    pub(crate) fn enter(&mut self, new: &NewEffect) {
        let row = Row { effect: new.planned.effect.clone(), lease: new.lease.clone() };
        self.outbox.insert(new.planned.id.clone(), row);
    }

    pub(crate) fn call(&self, id: &CallId) -> Option<&Call> {
        self.calls.get(id)?.last()
    }

    pub(crate) fn case(&self, id: &CaseId) -> Option<&Case> {
        self.cases.get(id)?.last()
    }
}
