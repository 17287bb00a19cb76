//! The people who call, and the carrier's end of their line.

use super::carrier::{Hook, Woken};
use super::recordings::{self, MESSAGES};
use super::technician::speech_ms;
use super::world::{Owed, World};
use nightdesk_domain::call::{Arrival, CallEvent, CallState, News, Question, Recording, Speech};
use nightdesk_domain::consent::IncomingText;
use nightdesk_domain::ids::{CallId, RecordingId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::TranscriptionBy;
use nightdesk_domain::private::Private;
use nightdesk_domain::reply::{Heard, Listen, Then, VoiceReply};
use nightdesk_ports::CallerOf;
use std::sync::Arc;

/// What a caller has to say first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    Tells(&'static str),
    Critical(&'static str),
    Mumbles,
    Silent,
}

const CRITICAL: [&str; 8] = [
    "our server is down and nobody can work",
    "all our files are encrypted and there is a note asking for money",
    "there is smoke coming out of the server room",
    "hi this is dana at acme dental the whole office has no internet and nobody can work",
    "we got ransomware on every computer please help",
    "i gave my password to a phisher and they are in my mailbox",
    "el servidor no funciona y nadie puede trabajar",
    "this is sam at harbor law the server is down for everybody no rush though",
];
/// Nothing is left to ask, but whether the promise may be texted.
const WANTS_A_CALL: &str = "this is dana at acme dental my printer is jammed since noon it is only me, \
                            please call me back tomorrow at ten";
const PLAIN: [&str; 12] = [
    "hi it's lee at acme dental no hurry my printer is jammed someone can call me tomorrow at ten",
    "i forgot my password",
    "we need a new laptop for a colleague who starts next month",
    "the vpn is down and i have a closing call in an hour",
    "i want to leave a voicemail",
    "i want to talk to a person",
    "la impresora no imprime y puede esperar hasta mañana",
    "outlook is slow for me since this morning",
    "just letting you know that the backup finished fine",
    "hello",
    "my account is locked and i cannot get in",
    "it works again now thank you i restarted it",
];
const MUMBLE: &str = "mm the thing uh with the it does you know";

/// One caller.
pub(crate) struct Caller {
    world: Arc<World>,
    call: CallId,
    arrival: Arrival,
    story: Story,
    told: bool,
    /// Rises with impatience, in thousandths per turn.
    gives_up: u64,
    mid_sentence: u64,
    presses_star: bool,
    /// Has texted STOP before, and agrees to be texted all the same when asked.
    texts_stop: bool,
    /// The carrier never reports the end of this leg.
    end_lost: bool,
    asks: u32,
}

impl Caller {
    pub(crate) fn draw(world: &Arc<World>, number: u64) -> Option<Self> {
        let wants_a_call = world.policy.texts.to_callers && world.chance(400);
        let story = match world.range(0, 9) {
            _ if wants_a_call => Story::Tells(WANTS_A_CALL),
            0..=3 => Story::Critical(world.pick(&CRITICAL)?),
            4..=7 => Story::Tells(world.pick(&PLAIN)?),
            8 => Story::Mumbles,
            _ => Story::Silent,
        };
        let call = CallId::parse(&format!("CA{number}")).ok()?;
        let from = (!world.chance(200)).then(|| format!("+1312555014{}", world.range(0, 9)));
        let line = world.pick(&["+13125550100", "+13125550101"])?;
        Some(Self {
            arrival: Arrival {
                tenant: world.policy.tenant.clone(),
                call: call.clone(),
                dialled: PhoneNumber::parse(line).ok()?,
                from: from.and_then(|digits| PhoneNumber::parse(&digits).ok()),
            },
            call,
            story,
            told: false,
            gives_up: if world.chance(500) { 0 } else { world.range(5, 120) },
            mid_sentence: if world.chance(700) { 0 } else { world.range(50, 500) },
            presses_star: world.chance(100),
            texts_stop: world.policy.texts.to_callers && world.chance(400),
            end_lost: world.strikes(80),
            asks: 0,
            world: world.clone(),
        })
    }

    pub(crate) async fn live(mut self) {
        let world = self.world.clone();
        if self.texts_stop {
            self.text_stop().await;
        }
        let leg = self.call.leg();
        world.begin_leg(&leg, None);
        world.note(format!("call {} begins: {:?}", self.call, self.story));
        let first = world.post(Hook::Arrive(self.arrival.clone())).await;
        self.follow(first).await;
        world.end_leg(&leg);
        world.leave_room(&self.call.case(), &leg);
        if self.end_lost {
            world.note(format!("call {} is over, and nobody reports it", self.call));
        } else {
            world.callback(self.hook(CallEvent::HungUp));
        }
    }

    /// It holds from the moment at which an engine has said that it took it.
    async fn text_stop(&self) {
        let Some(from) = self.arrival.from.clone() else { return };
        let (to, id) = (self.arrival.dialled.clone(), format!("SM-{}", self.call));
        let text = IncomingText { from: from.clone(), to, body: "STOP".into(), id };
        // The carrier acts on the word, whatever becomes of its webhook.
        self.world.book().blocked.insert(from.clone());
        if self.world.text_in(text).await {
            let now = self.world.clock.at();
            self.world.book().stopped.entry(from).or_insert(now);
        }
    }

    fn hook(&self, event: CallEvent) -> Hook {
        Hook::Call(self.call.clone(), event, Heard::default())
    }

    async fn follow(&mut self, first: Option<VoiceReply>) {
        let (world, leg) = (self.world.clone(), self.call.leg());
        let mut reply = first;
        loop {
            let Some(document) = reply else {
                // The fallback: the emergency telephone, then a recording that is not ours.
                world.note(format!("call {} falls back on the emergency document", self.call));
                if self.emergency().await != Woken::Redirected {
                    return;
                }
                reply = world.post(Hook::CallNow(self.call.clone())).await;
                continue;
            };
            let speech = speech_ms(&document);
            let next = match &document.then {
                Then::Listen(listen) => self.listen(listen, speech).await,
                Then::Record { turn, .. } => self.record(*turn, speech).await,
                Then::RingOffice { turn, ring_seconds, .. } => {
                    let answered = world.chance(300);
                    match world.on_leg(&leg, world.range(1_000, u64::from(*ring_seconds) * 1_000)).await {
                        Woken::Time => Ok(self.hook(CallEvent::OfficeRang { turn: *turn, answered })),
                        other => Err(other),
                    }
                }
                Then::Join { turn, .. } => match world.on_leg(&leg, speech).await {
                    Woken::Time => self.in_room(*turn).await,
                    other => Err(other),
                },
                Then::HangUp => match world.on_leg(&leg, speech).await {
                    Woken::Redirected => Err(Woken::Redirected),
                    _ => return,
                },
            };
            reply = match next {
                Ok(hook) => self.say(hook).await,
                Err(Woken::Redirected) => world.post(Hook::CallNow(self.call.clone())).await,
                Err(_) => return,
            };
        }
    }

    /// Posts the next webhook; what it carried is owed to the caller once it is acknowledged.
    async fn say(&self, hook: Hook) -> Option<VoiceReply> {
        let reply = self.world.post(hook.clone()).await?;
        if let Hook::Call(_, CallEvent::Said { words: Some(speech), .. }, _) = &hook {
            self.owe(speech.words.reveal());
        }
        Some(reply)
    }

    /// Words were acknowledged: they are kept, unless the turn was overtaken by news or by the end.
    fn owe(&self, words: &str) {
        let critical = CRITICAL.contains(&words);
        let world = &self.world;
        let Some(call) = world.book().call(&self.call).cloned() else { return };
        let kept = call.turns.iter().any(|turn| turn.reveal() == words);
        let overtaken = call.news.iter().any(|news| matches!(news, News::Accepted(_)))
            || matches!(call.state, CallState::Ended | CallState::Closing { .. } | CallState::Recording { .. });
        world.require(kept || overtaken, "acknowledged words are kept", || {
            format!("call {} lost {words:?} in {:?}", self.call, call.state)
        });
        if kept {
            world.book().owed.push(Owed { call: self.call.clone(), words: words.to_owned(), critical });
        }
    }

    async fn listen(&mut self, listen: &Listen, speech: u64) -> Result<Hook, Woken> {
        let (world, leg) = (self.world.clone(), self.call.leg());
        let wait = |woken| match woken {
            Woken::Time => Ok(()),
            other => Err(other),
        };
        wait(world.on_leg(&leg, speech).await)?;
        self.asks += 1;
        if world.chance(self.gives_up) {
            return Err(Woken::Ended);
        }
        let holding = listen.speech_seconds_max.is_some();
        let said = |words: Option<(String, u8)>, keys: Option<&str>| {
            let words = words.map(|(words, sure)| Speech { words: words.into(), confidence_percent: Some(sure) });
            let keys = keys.map(Private::from);
            Hook::Call(
                self.call.clone(),
                CallEvent::Said { turn: listen.turn, heard: listen.heard, words, keys },
                listen.heard,
            )
        };
        let asking = world.book().call(&self.call).map(|call| call.state.clone());
        if matches!(asking, Some(CallState::Asking { question: Question::MayText, .. })) && world.chance(800) {
            return Ok(said(None, Some("1")));
        }
        if holding && self.presses_star && world.chance(200) {
            return Ok(said(None, Some("*")));
        }
        let answer = match (self.story, self.told) {
            (Story::Silent, _) => None,
            (Story::Mumbles, _) if self.asks < 4 => Some((MUMBLE.to_owned(), 12)),
            (Story::Tells(words) | Story::Critical(words), false) => Some((words.to_owned(), 90)),
            _ if holding => world.chance(60).then(|| ("is somebody still there".to_owned(), 80)),
            _ if world.chance(150) => None,
            _ => world.pick(&ANSWERS).map(|words| (words.to_owned(), 85)),
        };
        let Some((words, sure)) = answer else {
            wait(world.on_leg(&leg, u64::from(listen.patience_seconds) * 1_000).await)?;
            return Ok(said(None, None));
        };
        if sure > 50 && !words.contains(' ') && words.chars().all(|c| c.is_ascii_digit()) {
            wait(world.on_leg(&leg, 2_000).await)?;
            return Ok(said(None, Some(&words)));
        }
        let hook = said(Some((words.clone(), sure)), None);
        let breaks_off = world.chance(self.mid_sentence);
        wait(self.utter(listen, &words, breaks_off).await)?;
        if breaks_off {
            world.note(format!("call {} hangs up in mid-sentence", self.call));
            return Err(Woken::Ended);
        }
        self.told = true;
        Ok(hook)
    }

    /// Speaks, and is overheard; whoever breaks off has said everything but was not answered.
    async fn utter(&self, listen: &Listen, words: &str, breaks_off: bool) -> Woken {
        let (world, leg) = (&self.world, self.call.leg());
        let pieces = if listen.partial_words { world.range(u64::from(breaks_off), 2) } else { 0 };
        for piece in 1..=pieces {
            let woken = world.on_leg(&leg, world.range(400, 1_500)).await;
            if woken != Woken::Time {
                return woken;
            }
            let whole = piece == pieces && breaks_off;
            let part = if whole { words } else { half(words) };
            let event = CallEvent::Overheard {
                turn: listen.turn,
                sequence: u32::try_from(piece).unwrap_or_default(),
                words: part.into(),
            };
            if whole {
                self.last_words(event, words);
            } else {
                world.callback(self.hook(event));
            }
        }
        world.on_leg(&leg, world.range(200, 1_000)).await
    }

    /// The last of what was overheard: once acknowledged it is owed.
    fn last_words(&self, event: CallEvent, words: &str) {
        let (world, hook, call) = (self.world.clone(), self.hook(event), self.call.clone());
        if world.strikes(world.faults.rates.lost) {
            return;
        }
        let late = if world.strikes(world.faults.rates.late) { world.range(200, 4_000) } else { 0 };
        let owed = Owed { call, words: words.to_owned(), critical: CRITICAL.contains(&words) };
        self.world.spawn_outside(async move {
            world.clock.sleep_ms(late).await;
            let redirected = |world: &World| {
                world
                    .book()
                    .call(&owed.call)
                    .is_none_or(|call| call.news.iter().any(|news| matches!(news, News::Accepted(_) | News::Exhausted)))
            };
            if world.post(hook).await.is_some() && !redirected(&world) {
                world.book().owed.push(owed);
            }
        });
    }

    /// An apology, the emergency telephone, a recording: the carrier alone knows of it.
    async fn emergency(&self) -> Woken {
        let (world, leg) = (&self.world, self.call.leg());
        match world.on_leg(&leg, world.range(10_000, 40_000)).await {
            Woken::Time => {}
            other => return other,
        }
        if self.story == Story::Silent || world.chance(300) {
            // Nothing was said, or somebody answered there.
            return Woken::Ended;
        }
        let (message, length) = (world.pick(&MESSAGES).unwrap_or(MESSAGES[0]), world.range(3, 60));
        let woken = world.on_leg(&leg, length * 1_000).await;
        let name = format!("RE-{}-E{}", self.call, world.book().kept.len());
        if let (Ok(id), Woken::Time) = (RecordingId::parse(&name), woken) {
            let seconds = u32::try_from(length).unwrap_or(1);
            self.keep(&Recording { id, seconds }, message);
        }
        woken
    }

    fn keep(&self, recording: &Recording, message: (&'static str, bool)) {
        let (dialled, from) = (Some(self.arrival.dialled.clone()), self.arrival.from.clone());
        let caller = CallerOf { came_in: true, dialled, from };
        recordings::keep(&self.world, (&self.call, recording), caller, message, self.world.clock.at());
    }

    async fn record(&mut self, turn: u32, speech: u64) -> Result<Hook, Woken> {
        let (world, leg) = (self.world.clone(), self.call.leg());
        match world.on_leg(&leg, speech).await {
            Woken::Time => {}
            other => return Err(other),
        }
        if self.story == Story::Silent || world.chance(150) {
            if world.chance(300) {
                return Err(Woken::Ended);
            }
            return Ok(self.hook(CallEvent::Recorded { turn, recording: None }));
        }
        let (message, critical) = world.pick(&MESSAGES).unwrap_or(MESSAGES[0]);
        let length = world.range(3, 60);
        match world.on_leg(&leg, length * 1_000).await {
            Woken::Time => {}
            other => return Err(other),
        }
        let id = RecordingId::parse(&format!("RE-{}-{turn}", self.call)).map_err(|_| Woken::Ended)?;
        let seconds = u32::try_from(length).unwrap_or(1);
        let recording = Recording { id: id.clone(), seconds };
        self.keep(&recording, (message, critical));
        // The recording has a callback of its own; turn 0 is no turn.
        world.callback(self.hook(CallEvent::Recorded { turn: 0, recording: Some(recording.clone()) }));
        let hook = self.hook(CallEvent::Recorded { turn, recording: Some(recording) });
        let (later, hook_later, call) = (world.clone(), hook.clone(), self.call.clone());
        let hangs_up = world.chance(500);
        world.spawn_outside(async move {
            if later.policy.transcription == TranscriptionBy::Service {
                return;
            }
            later.clock.sleep_ms(later.range(3_000, 60_000)).await;
            let fails = later.strikes(later.faults.rates.transcript_fails);
            let words = (!fails).then(|| Private::from(message));
            let event = CallEvent::Transcribed { recording: id, words };
            if later.strikes(later.faults.rates.lost) {
                return;
            }
            let taken = later.post(Hook::Call(call.clone(), event, Heard::default())).await.is_some();
            let kept = later.book().call(&call).is_some_and(|call| !call.recordings.is_empty());
            if taken && kept && !fails {
                later.book().owed.push(Owed { call, words: message.to_owned(), critical });
            }
        });
        if hangs_up {
            // The record verb's action is asked for on a hang-up, too.
            world.callback(hook_later);
            return Err(Woken::Ended);
        }
        Ok(hook)
    }

    async fn in_room(&self, turn: u32) -> Result<Hook, Woken> {
        let (world, leg, case) = (&self.world, self.call.leg(), self.call.case());
        world.enter_room(&case, &leg);
        let left = self.hook(CallEvent::LeftRoom { turn });
        // Somebody who waits alone for a minute gives up.
        for _ in 0..4 {
            match world.on_leg(&leg, 60_000).await {
                Woken::RoomOver => return Ok(left),
                Woken::Redirected => {
                    world.leave_room(&case, &leg);
                    return Err(Woken::Redirected);
                }
                Woken::Ended => return Err(Woken::Ended),
                Woken::Time => {}
            }
        }
        Err(Woken::Ended)
    }
}

const ANSWERS: [&str; 9] = [
    "yes",
    "no",
    "3125550177",
    "this is dana from acme dental",
    "about five people",
    "since an hour ago",
    "tomorrow at ten",
    "i do not know",
    "no call needed",
];

fn half(words: &str) -> &str {
    let middle = words.char_indices().nth(words.chars().count() / 2).map_or(words.len(), |(at, _)| at);
    words.get(..middle).unwrap_or(words).trim_end()
}
