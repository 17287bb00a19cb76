//! The people who are woken, their telephones and their mailboxes.

use super::Plant;
use super::carrier::{Hook, Woken};
use super::world::World;
use super::{links, recordings};
use nightdesk_domain::call::Recording;
use nightdesk_domain::case::{AckBy, PageEvent, PageOutcome};
use nightdesk_domain::effect::PageOrder;
use nightdesk_domain::ids::{CallId, CaseId, LegId, RecordingId};
use nightdesk_domain::private::Private;
use nightdesk_domain::reply::{Then, VoiceReply};
use nightdesk_ports::{CallerOf, DeliveryError};
use std::sync::Arc;

/// What a telephone does when it is rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Accepts,
    SaysAccept,
    HearsItAgainThenAccepts,
    Passes,
    HangsUp,
    SaysNothing,
    AcceptsThenDrops,
    Mailbox,
    DoesNotAnswer,
    Busy,
    Failed,
}

const MOODS: [Mood; 14] = [
    Mood::Accepts,
    Mood::Accepts,
    Mood::SaysAccept,
    Mood::HearsItAgainThenAccepts,
    Mood::Passes,
    Mood::HangsUp,
    Mood::SaysNothing,
    Mood::AcceptsThenDrops,
    Mood::Mailbox,
    Mood::Mailbox,
    Mood::DoesNotAnswer,
    Mood::DoesNotAnswer,
    Mood::Busy,
    Mood::Failed,
];

/// A telephone begins to ring.
pub(crate) fn ring(world: &Arc<World>, order: PageOrder) -> Result<LegId, DeliveryError> {
    let (engaged, leg) = {
        let book = world.book();
        let to = order.to.as_str();
        let engaged = book.legs.values().any(|leg| leg.alive && leg.page.as_ref().is_some_and(|page| page.2 == to));
        (engaged, LegId::parse(&format!("TE{:03}", book.legs.len())))
    };
    let leg = leg.map_err(|_| DeliveryError::Unknown)?;
    let mood = match (engaged, world.healed()) {
        (true, _) => Mood::Busy,
        (false, true) => Mood::Accepts,
        (false, false) => world.pick(&MOODS).unwrap_or(Mood::Accepts),
    };
    world.begin_leg(&leg, Some(&order));
    world.note(format!("leg {leg} rings {}: {mood:?}", order.technician));
    let phone = Telephone { world: world.clone(), order, leg: leg.clone(), mood };
    world.spawn_outside(phone.live());
    Ok(leg)
}

/// A message reaches a technician: an answer with the code, perhaps with a promise, its link, "not me", or nothing.
pub(crate) fn message(world: &Arc<World>, case: CaseId, page: u32) {
    let answer = match world.range(0, 9) {
        _ if world.healed() => Some(PageEvent::Acknowledged { by: AckBy::Text, minutes: None }),
        0 => Some(PageEvent::Acknowledged { by: AckBy::Text, minutes: None }),
        1 => Some(PageEvent::Acknowledged { by: AckBy::Text, minutes: Some(20) }),
        2..=4 => return links::received(world, &case, page),
        5 => Some(PageEvent::PassedOn),
        _ => None,
    };
    let Some(event) = answer else { return };
    world.note(format!("message {page} of case {case} is answered: {event:?}"));
    let world = world.clone();
    world.clone().spawn_outside(async move {
        world.clock.sleep_ms(world.range(3_000, 240_000)).await;
        let promised = match event {
            PageEvent::Acknowledged { minutes, .. } => {
                world.book().accepted_on.insert((case.clone(), page));
                minutes.is_some()
            }
            _ => false,
        };
        world.post(Hook::Page(case.clone(), page, event)).await;
        if promised {
            keep_promise(&world, case, page).await;
        }
    });
}

/// Whoever promised to ring the caller mostly says afterwards that it is done.
pub(crate) async fn keep_promise(world: &Arc<World>, case: CaseId, page: u32) {
    if world.strikes(300) {
        return world.note(format!("the promise of page {page} of case {case} is forgotten"));
    }
    world.clock.sleep_ms(world.range(60_000, 1_500_000)).await;
    world.post(Hook::Page(case, page, PageEvent::Reached)).await;
}

struct Telephone {
    world: Arc<World>,
    order: PageOrder,
    leg: LegId,
    mood: Mood,
}

impl Telephone {
    fn hook(&self, event: PageEvent) -> Hook {
        Hook::Page(self.order.case.clone(), self.order.page, event)
    }

    async fn live(self) {
        let outcome = self.talk().await;
        self.world.end_leg(&self.leg);
        self.world.leave_room(&self.order.case, &self.leg);
        self.world.callback(self.hook(PageEvent::Ended(outcome)));
    }

    async fn talk(&self) -> PageOutcome {
        let world = &self.world;
        if self.mood == Mood::Failed || self.mood == Mood::Busy {
            world.on_leg(&self.leg, world.range(200, 1_500)).await;
            return if self.mood == Mood::Busy { PageOutcome::Busy } else { PageOutcome::Failed };
        }
        world.callback(self.hook(PageEvent::Ringing));
        let bound = u64::from(self.order.ring_seconds) * 1_000;
        let rings = match self.mood {
            Mood::DoesNotAnswer => bound,
            // A mailbox takes over at the end; some people are as slow.
            Mood::Mailbox => world.range(bound / 2, bound),
            _ if world.strikes(150) => bound + world.range(0, 3_000),
            _ => world.range(2_000, bound / 2),
        };
        if world.on_leg(&self.leg, rings).await == Woken::Ended {
            return PageOutcome::Stopped;
        }
        if self.mood == Mood::DoesNotAnswer {
            return PageOutcome::NoAnswer;
        }
        self.hint();
        if world.strikes(60) {
            // The answer itself is slow to reach us: longer than the page's own bound.
            world.clock.sleep_ms(world.range(5_000, 30_000)).await;
        }
        let reply = world.post(self.hook(PageEvent::Answered { leg: self.leg.clone() })).await;
        if reply.is_none() {
            self.emergency().await;
        }
        self.follow(reply).await;
        PageOutcome::NoInput
    }

    /// The carrier's fallback is the same for every leg: whoever answered, even a mailbox, may be recorded.
    async fn emergency(&self) {
        let world = &self.world;
        let (Ok(call), Ok(id)) =
            (CallId::parse(self.leg.as_str()), RecordingId::parse(&format!("RE-{}", self.leg.as_str())))
        else {
            return;
        };
        if world.on_leg(&self.leg, world.range(10_000, 40_000)).await != Woken::Time {
            return;
        }
        let (dialled, from) = (Some(self.order.to.clone()), Some(self.order.from.clone()));
        let caller = CallerOf { came_in: false, dialled, from };
        let message = ("hello is anybody there", false);
        recordings::keep(world, (&call, &Recording { id, seconds: 5 }), caller, message, world.clock.at());
    }

    /// The carrier's guess at who answered: right, wrong or missing.
    fn hint(&self) {
        let world = &self.world;
        let machine = self.mood == Mood::Mailbox;
        let guess = match world.range(0, 9) {
            0..=5 => machine,
            6 | 7 => !machine,
            _ => return,
        };
        let (after, hook) = (world.range(1_000, 8_000), self.hook(PageEvent::MachineHint(guess)));
        let world = world.clone();
        self.world.spawn_outside(async move {
            world.clock.sleep_ms(after).await;
            world.callback(hook);
        });
    }

    async fn follow(&self, first: Option<VoiceReply>) {
        let (mut reply, mut turns) = (first, 0);
        // A document that could not be fetched ends the leg.
        while let Some(document) = reply {
            let speech = speech_ms(&document);
            turns += 1;
            let asked = document.say.iter().any(|line| line.starts_with("In how many minutes"));
            reply = match &document.then {
                Then::Listen(listen) if asked => self.tell_minutes(listen.turn, speech).await,
                Then::Listen(listen) => match self.listen(speech, turns).await {
                    Ok(Some((keys, words))) => {
                        let event = PageEvent::Keyed {
                            turn: listen.turn,
                            keys: keys.map(str::to_owned),
                            words: words.map(Private::from),
                        };
                        self.world.post(self.hook(event)).await
                    }
                    Ok(None) => return,
                    Err(Woken::Redirected) => self.now().await,
                    Err(_) => return,
                },
                Then::Join { .. } => match self.world.on_leg(&self.leg, speech).await {
                    Woken::Time => self.in_room().await,
                    Woken::Redirected => self.now().await,
                    _ => return,
                },
                Then::HangUp => match self.world.on_leg(&self.leg, speech).await {
                    Woken::Redirected => self.now().await,
                    _ => return,
                },
                Then::Record { .. } | Then::RingOffice { .. } => return,
            };
        }
    }

    /// Asked by when the caller is rung: a number, or silence.
    async fn tell_minutes(&self, turn: u32, speech: u64) -> Option<VoiceReply> {
        let world = &self.world;
        if world.on_leg(&self.leg, speech + world.range(500, 4_000)).await != Woken::Time {
            return None;
        }
        let keys = world.pick(&[Some("15"), Some("30"), None]).flatten().map(str::to_owned);
        if keys.is_some() {
            let (world, case, page) = (world.clone(), self.order.case.clone(), self.order.page);
            world.clone().spawn_outside(async move { keep_promise(&world, case, page).await });
        }
        world.post(self.hook(PageEvent::Keyed { turn, keys, words: None })).await
    }

    async fn now(&self) -> Option<VoiceReply> {
        self.world.post(Hook::PageNow(self.order.case.clone(), self.order.page)).await
    }

    /// Hears the briefing; gives keys and words, or none for hanging up.
    async fn listen(
        &self,
        speech: u64,
        turns: u32,
    ) -> Result<Option<(Option<&'static str>, Option<&'static str>)>, Woken> {
        let world = &self.world;
        let wait = match self.mood {
            Mood::SaysNothing => speech + 8_000,
            // It cannot be told that it talks to a machine, and talks itself.
            Mood::Mailbox => speech + world.range(1_000, 8_000),
            _ => world.range(1_000, speech.max(1_001)),
        };
        match world.on_leg(&self.leg, wait).await {
            Woken::Time => {}
            other => return Err(other),
        }
        let accepts = |keys, words| {
            world.book().accepted_on.insert((self.order.case.clone(), self.order.page));
            Ok(Some((keys, words)))
        };
        match self.mood {
            Mood::Accepts | Mood::AcceptsThenDrops => accepts(Some("1"), None),
            Mood::SaysAccept if turns == 1 => accepts(None, Some("accept")),
            Mood::SaysAccept => accepts(Some("1"), None),
            Mood::HearsItAgainThenAccepts if turns == 1 => Ok(Some((Some("3"), None))),
            Mood::HearsItAgainThenAccepts => accepts(Some("1"), None),
            Mood::Passes => Ok(Some((Some("2"), None))),
            Mood::Mailbox if world.planted(Plant::MachinePressesOne) => Ok(Some((Some("1"), None))),
            Mood::Mailbox => Ok(Some((None, Some("please leave a message after the tone")))),
            Mood::SaysNothing => Ok(Some((None, None))),
            Mood::HangsUp | Mood::DoesNotAnswer | Mood::Busy | Mood::Failed => Ok(None),
        }
    }

    async fn in_room(&self) -> Option<VoiceReply> {
        let (world, case) = (&self.world, &self.order.case);
        world.enter_room(case, &self.leg);
        let stays = match self.mood {
            Mood::AcceptsThenDrops => world.range(500, 18_000),
            _ => world.range(30_000, 240_000),
        };
        let woken = world.on_leg(&self.leg, stays).await;
        match woken {
            Woken::RoomOver => world.post(self.hook(PageEvent::LeftRoom)).await,
            Woken::Redirected => {
                world.leave_room(case, &self.leg);
                self.now().await
            }
            Woken::Time | Woken::Ended => None,
        }
    }
}

/// How long a document's words take, in milliseconds.
pub(crate) fn speech_ms(reply: &VoiceReply) -> u64 {
    let chars: usize = reply.say.iter().map(|sentence| sentence.chars().count()).sum();
    u64::try_from(chars).unwrap_or_default() * 1_000 / 14 + 200
}
