//! The telephone network: posts what happens as events, follows the replies, and takes orders.

use super::executor::lock;
use super::faults::Service;
use super::links::{self, Use};
use super::world::{Leg, World};
use super::{Plant, followed, recordings, reports, safety, technician};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use nightdesk_domain::call::{Arrival, CallEvent};
use nightdesk_domain::case::{CaseEvent, PageEvent};
use nightdesk_domain::consent::IncomingText;
use nightdesk_domain::effect::{Effect, Line, PageOrder, TextOrder};
use nightdesk_domain::ids::{CallId, CaseId, EffectId, LegId, RecordingId, TenantId};
use nightdesk_domain::reply::{Heard, VoiceReply};
use nightdesk_ports::{CallerOf, ClearedText, DeliveryError, KeptRecording, Telephony};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

/// A webhook, as the carrier's adapter understands it.
#[derive(Debug, Clone)]
pub(crate) enum Hook {
    Arrive(Arrival),
    Call(CallId, CallEvent, Heard),
    CallNow(CallId),
    Page(CaseId, u32, PageEvent),
    PageNow(CaseId, u32),
    Case(CaseId, CaseEvent),
    Texted(IncomingText),
    /// The text of a page did not arrive; whether its receiver takes none of ours.
    TextLost(CaseId, u32, bool),
    /// A link of a message is opened.
    Link(Use),
    /// A mail bounced, by the effect that ordered it.
    MailLost(EffectId),
}

/// Why a leg stopped waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Woken {
    /// The time was over.
    Time,
    /// It is told to ask again what it hears.
    Redirected,
    /// Whoever else was in the room has left.
    RoomOver,
    /// It was ended from outside.
    Ended,
}

impl World {
    /// A text comes in; whether an engine has said that it took it.
    pub(crate) async fn text_in(self: &Arc<Self>, text: IncomingText) -> bool {
        self.tell(Hook::Texted(text)).await
    }

    /// Posts a webhook once; whether an engine has said that it took it.
    pub(crate) async fn tell(self: &Arc<Self>, hook: Hook) -> bool {
        self.post_once(hook).await.is_some()
    }

    /// Posts a webhook to one of the engines and waits; none if it was not answered properly.
    pub(crate) async fn post(self: &Arc<Self>, hook: Hook) -> Option<VoiceReply> {
        self.clock.sleep_ms(self.range(10, 80)).await;
        if self.strikes(self.faults.rates.duplicate) {
            let (world, hook, delay) = (self.clone(), hook.clone(), self.range(0, 4_000));
            self.spawn_outside(async move {
                world.clock.sleep_ms(delay).await;
                world.note("the next webhook is a duplicate");
                world.post_once(hook).await;
            });
        }
        self.post_once(hook).await.flatten()
    }

    /// Some when it was answered; within it, the reply.
    async fn post_once(self: &Arc<Self>, hook: Hook) -> Option<Option<VoiceReply>> {
        let engines = self.book().engines.clone();
        let (process, engine) = self.pick(&engines)?;
        let (answer, answered) = tokio::sync::oneshot::channel();
        let world = self.clone();
        self.tasks.spawn(process, async move {
            let tenant = &world.policy.tenant.clone();
            world.note(format!("engine {process} gets {}", brief(&hook)));
            let forgotten =
                world.planted(Plant::ReportsForgotten) && matches!(hook, Hook::TextLost(..) | Hook::MailLost(_));
            let reply = match hook.clone() {
                _ if forgotten => Ok(None),
                Hook::Arrive(arrival) => engine.arrive(&arrival).await.map(Some),
                Hook::Call(call, event, heard) => engine.call_event(tenant, &call, event, heard).await.map(Some),
                Hook::CallNow(call) => engine.call_now(tenant, &call).await.map(Some),
                Hook::Page(case, page, event) => engine.page_event(tenant, &case, page, event).await.map(Some),
                Hook::PageNow(case, page) => engine.page_now(tenant, &case, page).await.map(Some),
                Hook::Case(case, event) => engine.case_event(tenant, &case, event).await.map(|()| None),
                Hook::Texted(text) => engine.texted(tenant, &text).await.map(|_| None),
                Hook::TextLost(case, page, blocked) => {
                    engine.text_undelivered(tenant, &case, page, blocked).await.map(|()| None)
                }
                Hook::Link(link) => links::follow(&world, &engine, tenant, &link).await.map(|()| None),
                Hook::MailLost(effect) => engine.notice_lost(tenant, effect, "the mail bounced").await.map(|()| None),
            };
            match reply {
                Ok(reply) => {
                    world.hears(&hook, reply.as_ref()).await;
                    // The carrier may have hung up on us.
                    let _gone = answer.send(reply);
                }
                Err(error) => world.note(format!("engine {process} fails: {error}")),
            }
        });
        answered.await.ok()
    }

    async fn hears(self: &Arc<Self>, hook: &Hook, reply: Option<&VoiceReply>) {
        let Some(reply) = reply else { return };
        let (call, heard) = match hook {
            Hook::Arrive(arrival) => (&arrival.call, Heard::default()),
            Hook::Call(call, _, heard) => (call, *heard),
            Hook::CallNow(call) => (call, Heard::default()),
            _ => return,
        };
        safety::caller_hears(self, call, reply, heard).await;
        self.note(format!("call {call} hears: {} [{:?}]", reply.say.join(" "), kind(reply)));
    }

    /// A callback that no document depends on: it may be late, doubled, overtaken or lost.
    pub(crate) fn callback(self: &Arc<Self>, hook: Hook) {
        let rates = &self.faults.rates;
        if self.strikes(rates.lost) {
            return self.note(format!("lost: {}", brief(&hook)));
        }
        let late = if self.strikes(rates.late) { self.range(500, 20_000) } else { self.range(0, 200) };
        let world = self.clone();
        self.spawn_outside(async move {
            world.clock.sleep_ms(late).await;
            world.post(hook).await;
        });
    }

    pub(crate) fn begin_leg(&self, leg: &LegId, page: Option<&PageOrder>) {
        let at = self.clock.at();
        let page = page.map(|order| (order.case.clone(), order.page, order.to.as_str().to_owned(), at));
        self.book().legs.insert(leg.clone(), Leg { alive: true, page, ..Leg::default() });
    }

    /// Waits on a leg for so long, or until something happens to it.
    pub(crate) async fn on_leg(&self, leg: &LegId, milliseconds: u64) -> Woken {
        let mut sleep = pin!(self.clock.sleep_ms(milliseconds));
        std::future::poll_fn(|cx| {
            {
                let mut book = lock(&self.book);
                let Some(state) = book.legs.get_mut(leg) else { return Poll::Ready(Woken::Ended) };
                if !state.alive {
                    return Poll::Ready(Woken::Ended);
                }
                if std::mem::take(&mut state.redirected) {
                    return Poll::Ready(Woken::Redirected);
                }
                if std::mem::take(&mut state.room_over) {
                    return Poll::Ready(Woken::RoomOver);
                }
                state.wakers.push(cx.waker().clone());
            }
            sleep.as_mut().poll(cx).map(|()| Woken::Time)
        })
        .await
    }

    /// Changes a living leg; false if there is none.
    pub(crate) fn change_leg(&self, leg: &LegId, change: impl FnOnce(&mut Leg)) -> bool {
        let mut book = self.book();
        let Some(state) = book.legs.get_mut(leg).filter(|state| state.alive) else { return false };
        change(state);
        let wakers = std::mem::take(&mut state.wakers);
        drop(book);
        wakers.into_iter().for_each(std::task::Waker::wake);
        true
    }

    pub(crate) fn end_leg(&self, leg: &LegId) {
        self.change_leg(leg, |state| state.alive = false);
    }

    pub(crate) fn enter_room(self: &Arc<Self>, case: &CaseId, leg: &LegId) {
        self.book().rooms.entry(case.clone()).or_default().push(leg.clone());
        self.callback(Hook::Case(case.clone(), CaseEvent::Room { leg: leg.clone(), entered: true }));
    }

    /// Whoever leaves ends the talk for all.
    pub(crate) fn leave_room(self: &Arc<Self>, case: &CaseId, leg: &LegId) {
        let others = {
            let mut book = self.book();
            let Some(room) = book.rooms.get_mut(case) else { return };
            if !room.contains(leg) {
                return;
            }
            std::mem::take(room)
        };
        for other in others.iter().filter(|other| *other != leg) {
            self.change_leg(other, |state| state.room_over = true);
            self.callback(Hook::Case(case.clone(), CaseEvent::Room { leg: other.clone(), entered: false }));
        }
        self.callback(Hook::Case(case.clone(), CaseEvent::Room { leg: leg.clone(), entered: false }));
    }
}

fn kind(reply: &VoiceReply) -> &'static str {
    use nightdesk_domain::reply::Then;
    match reply.then {
        Then::Listen(_) => "listens",
        Then::Record { .. } => "records",
        Then::RingOffice { .. } => "rings the office",
        Then::Join { .. } => "joins the room",
        Then::HangUp => "hangs up",
    }
}

/// A webhook in a line, spoken words included: everything in a simulation is made up.
fn brief(hook: &Hook) -> String {
    match hook {
        Hook::Arrive(arrival) => format!("call {} arrives", arrival.call),
        Hook::Call(call, CallEvent::Said { turn, words, keys, .. }, _) => format!(
            "call {call} says in turn {turn}: {:?} keys {:?}",
            words.as_ref().map_or("", |speech| speech.words.reveal()),
            keys.as_ref().map_or("", |keys| keys.reveal()),
        ),
        Hook::Call(call, CallEvent::Overheard { turn, words, .. }, _) => {
            format!("call {call} is overheard in turn {turn}: {:?}", words.reveal())
        }
        Hook::Call(call, event, _) => format!("call {call}: {event:?}"),
        Hook::CallNow(call) => format!("call {call} asks again"),
        Hook::Page(case, page, event) => format!("case {case} page {page}: {event:?}"),
        Hook::PageNow(case, page) => format!("case {case} page {page} asks again"),
        Hook::Case(case, event) => format!("case {case}: {event:?}"),
        Hook::Texted(text) => format!("text {} says {:?}", text.id, text.body.reveal()),
        Hook::TextLost(case, page, blocked) => format!("case {case} page {page}: text lost, blocked {blocked}"),
        Hook::Link(Use { case, page, presses }) => format!("case {case} page {page}: link, presses {presses:?}"),
        Hook::MailLost(effect) => format!("mail {effect} bounced"),
    }
}

/// One engine's way to the network.
pub(crate) struct SimTelephony {
    pub(crate) world: Arc<World>,
    pub(crate) claimant: String,
}

impl SimTelephony {
    fn touching(&self, orders: impl Fn(&Effect) -> bool) {
        safety::touching(&self.world, &self.claimant, Service::Telephony, orders);
    }
}

#[async_trait]
impl Telephony for SimTelephony {
    async fn page(&self, order: &PageOrder) -> Result<LegId, DeliveryError> {
        self.touching(|effect| matches!(effect, Effect::Page(own) if own == order));
        safety::ringing(&self.world, &order.case, order.page);
        let ours = self.world.policy.technicians.iter().any(|person| person.number.as_ref() == Some(&order.to));
        self.world.require(ours, "destinations come from the tenant's records", || "a page elsewhere".to_owned());
        *self.world.book().page_requests.entry(order.case.clone()).or_default() += 1;
        let order = order.clone();
        let what = format!("ring {} for case {} page {}", order.technician, order.case, order.page);
        self.world.request(Service::Telephony, what, move |world| technician::ring(world, order)).await
    }

    async fn find_page(&self, order: &PageOrder) -> Result<Option<LegId>, DeliveryError> {
        self.touching(|effect| matches!(effect, Effect::Page(own) if own == order));
        let order = order.clone();
        let what = format!("look for case {} page {}", order.case, order.page);
        self.world
            .request(Service::Telephony, what, move |world| {
                let book = world.book();
                let ours = book.legs.iter().filter_map(|(leg, state)| {
                    let (case, page, _, at) = state.page.as_ref()?;
                    (*case == order.case && *page == order.page).then_some((*at, leg))
                });
                Ok(ours.min().map(|(_, leg)| leg.clone()))
            })
            .await
    }

    async fn refetch(&self, _tenant: &TenantId, line: &Line) -> Result<(), DeliveryError> {
        self.touching(|effect| matches!(effect, Effect::Refetch(own) if own == line));
        let leg = match line {
            Line::Caller(call) => call.leg(),
            Line::Technician(_, _, leg) => leg.clone(),
        };
        let act = move |world: &Arc<World>| match world.change_leg(&leg, |state| state.redirected = true) {
            true => Ok(()),
            false => Err(DeliveryError::Refused("the leg is over".to_owned())),
        };
        self.world.request(Service::Telephony, format!("redirect {line:?}"), act).await
    }

    async fn hang_up(&self, _tenant: &TenantId, leg: &LegId) -> Result<(), DeliveryError> {
        self.touching(|effect| matches!(effect, Effect::HangUp(own) if own == leg));
        let (what, leg) = (format!("hang up {leg}"), leg.clone());
        let act = move |world: &Arc<World>| {
            world.end_leg(&leg);
            Ok(())
        };
        self.world.request(Service::Telephony, what, act).await
    }

    async fn text(&self, _tenant: &TenantId, order: &TextOrder) -> Result<(), DeliveryError> {
        let page = order.page.clone();
        self.touching(|effect| match effect {
            Effect::MessagePage(own) => page.as_ref() == Some(&(own.case.clone(), own.page)),
            own => *own == Effect::TextTechnician(order.clone()),
        });
        let ours = self.world.policy.technicians.iter().any(|person| person.number.as_ref() == Some(&order.to));
        self.world.require(ours, "no caller is texted", || "a text to somebody who is no technician".to_owned());
        if let Some((case, number)) = &page {
            safety::ringing(&self.world, case, *number);
            followed::texting_a_technician(&self.world, &(case.clone(), *number), &order.to);
            *self.world.book().page_requests.entry(case.clone()).or_default() += 1;
        }
        let to = order.to.clone();
        let act = move |world: &Arc<World>| match page {
            Some(page) => reports::text_page(world, page, &to),
            None if reports::is_blocked(world, &to) => Err(DeliveryError::Blocked),
            None => Ok(()),
        };
        self.world.request(Service::Telephony, "text a technician".to_owned(), act).await
    }

    async fn text_caller(&self, text: &ClearedText) -> Result<(), DeliveryError> {
        safety::texting_a_caller(&self.world, text.to());
        self.touching(|effect| matches!(effect, Effect::TextCaller(own) if own.to == *text.to()));
        let to = text.to().clone();
        let act = move |world: &Arc<World>| match reports::is_blocked(world, &to) {
            true => Err(DeliveryError::Blocked),
            false => Ok(()),
        };
        self.world.request(Service::Telephony, "text a caller".to_owned(), act).await
    }

    async fn recordings(&self, _: &TenantId, since: DateTime<Utc>) -> Result<Vec<KeptRecording>, DeliveryError> {
        let act = move |world: &Arc<World>| Ok(recordings::listed(world, since));
        self.world.request(Service::Telephony, "list recordings".to_owned(), act).await
    }

    async fn caller_of(&self, _: &TenantId, call: &CallId) -> Result<CallerOf, DeliveryError> {
        let (what, call) = (format!("look who called in {call}"), call.clone());
        let act = move |world: &Arc<World>| Ok(recordings::caller_of(world, &call));
        self.world.request(Service::Telephony, what, act).await
    }

    async fn recording(&self, _: &TenantId, _: &RecordingId) -> Result<(String, Bytes), DeliveryError> {
        let sound = ("audio/x-wav".to_owned(), Bytes::from_static(b"RIFF"));
        self.world.request(Service::Telephony, "fetch a recording".to_owned(), |_| Ok(sound)).await
    }
}
