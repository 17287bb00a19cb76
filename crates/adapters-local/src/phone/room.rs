//! Conferences: who is in which room, when it starts and ends, and what is told of it
//! (<https://www.twilio.com/docs/voice/twiml/conference>).

use super::event::EventKind;
use super::exchange::{Ear, Exchange, InputKind, rfc_2822};
use super::leg::Player;
use super::outbox::{Callback, Outbox};
use super::twiml::{Conference, Method, TwimlError, Verb};
use super::webhook::{self, about, parameter, resolve};
use std::sync::Arc;

/// A room; it exists while somebody is in it.
pub(super) struct Room {
    sid: String,
    /// In the order they came.
    participants: Vec<Participant>,
    started: bool,
    /// Where changes are told, how, and of which; the first participant's settings hold.
    status_callback: Option<(String, Method)>,
    events: Vec<String>,
    sequence: u32,
    outbox: Outbox,
}

struct Participant {
    leg: String,
    starts: bool,
    ends: bool,
}

impl Room {
    /// Tells of a change: `event` is the attribute's word, `name` the callback's.
    fn tell(
        &mut self,
        network: &Exchange,
        room: &str,
        event: &str,
        name: &str,
        leg: Option<&Participant>,
        reason: Option<(&str, &str)>,
    ) {
        let Some((url, method)) = &self.status_callback else { return };
        if !self.events.iter().any(|wanted| wanted == event) {
            return;
        }
        self.sequence += 1;
        let mut parameters = vec![
            parameter("ConferenceSid", &self.sid),
            parameter("FriendlyName", room),
            parameter("AccountSid", &network.config.account_sid),
            parameter("SequenceNumber", self.sequence.to_string()),
            parameter("Timestamp", rfc_2822(network.now())),
            parameter("StatusCallbackEvent", name),
        ];
        if let Some(leg) = leg {
            parameters.push(parameter("CallSid", &leg.leg));
            parameters.push(parameter("Muted", "false"));
            parameters.push(parameter("Hold", "false"));
            parameters.push(parameter("Coaching", "false"));
            parameters.push(parameter("StartConferenceOnEnter", leg.starts.to_string()));
            parameters.push(parameter("EndConferenceOnExit", leg.ends.to_string()));
        }
        parameters.extend(reason.map(|(name, value)| parameter(name, value)));
        self.outbox.post(Callback { url: url.clone(), method: *method, parameters });
    }
}

impl Exchange {
    /// Puts a leg into a room, which is made if nobody is in it yet.
    pub(super) fn join_room(self: &Arc<Self>, sid: &str, conference: &Conference, base: &str) {
        let (outbox, room_sid) = (Outbox::start(self, None), self.sid("CF"));
        self.change(|state| {
            let room = state.rooms.entry(conference.name.clone()).or_insert_with(|| Room {
                sid: room_sid,
                participants: Vec::new(),
                started: false,
                status_callback: conference
                    .status_callback
                    .as_ref()
                    .map(|(url, method)| (resolve(base, Some(url)), *method)),
                events: conference.events.clone(),
                sequence: 0,
                outbox,
            });
            let joined = Participant { leg: sid.to_owned(), starts: conference.starts, ends: conference.ends };
            room.tell(self, &conference.name, "join", "participant-join", Some(&joined), None);
            room.participants.push(joined);
            let starts = room.participants.len() > 1 && room.participants.iter().any(|participant| participant.starts);
            if starts && !room.started {
                room.started = true;
                room.tell(self, &conference.name, "start", "conference-start", None, None);
            }
            if let Some(leg) = state.legs.get_mut(sid) {
                leg.room = Some(conference.name.clone());
            }
        });
        self.emit(sid, EventKind::JoinedRoom);
    }

    /// Takes a leg out of the room it is in, if any; ends the room if nobody is left or if that leg's leaving does so.
    pub(super) fn leave_room(&self, sid: &str, reason: &str) {
        let left = self.change(|state| {
            let mut left = Vec::new();
            let Some(name) = state.legs.get_mut(sid).and_then(|leg| leg.room.take()) else { return left };
            let Some(room) = state.rooms.get_mut(&name) else { return left };
            let Some(place) = room.participants.iter().position(|participant| participant.leg == sid) else {
                return left;
            };
            let leaver = room.participants.remove(place);
            let reason = Some(("ReasonParticipantLeft", reason));
            room.tell(self, &name, "leave", "participant-leave", Some(&leaver), reason);
            left.push(leaver.leg.clone());
            if leaver.ends {
                for other in std::mem::take(&mut room.participants) {
                    let reason = Some(("ReasonParticipantLeft", "moderator_ended_conference"));
                    room.tell(self, &name, "leave", "participant-leave", Some(&other), reason);
                    if let Some(leg) = state.legs.get_mut(&other.leg) {
                        leg.room = None;
                    }
                    left.push(other.leg);
                }
            }
            if room.participants.is_empty() {
                let why =
                    if leaver.ends { "participant-with-end-conference-on-exit-left" } else { "last-participant-left" };
                room.tell(self, &name, "end", "conference-end", None, Some(("ReasonConferenceEnded", why)));
                state.rooms.remove(&name);
            }
            left
        });
        for leg in left {
            self.emit(&leg, EventKind::LeftRoom);
        }
    }

    /// How many are in the room that a leg is in; 0 if it is in none.
    pub(super) fn company(state: &super::exchange::State, sid: &str) -> usize {
        let room = state.legs.get(sid).and_then(|leg| leg.room.as_ref()).and_then(|name| state.rooms.get(name));
        room.map_or(0, |room| room.participants.len())
    }
}

impl Player<'_> {
    /// Is in a room until put out of it; hears the wait URL until it starts.
    pub(super) async fn in_room(&self, conference: &Conference, base: &str, star_ends: bool) {
        let started = self
            .network
            .until(|state| state.rooms.get(&conference.name).is_some_and(|room| room.started).then_some(()));
        let waiting = async {
            tokio::select! {
                () = started => {}
                () = self.wait_sound(conference, base) => {}
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            biased;
            () = self.network.until_leg(self.sid, |leg| leg.room.is_none().then_some(())) => {}
            () = self.talk(star_ends) => {}
            () = waiting => {}
        }
    }

    /// Plays what the wait URL says, over and over; only prompts and redirects may be in it.
    async fn wait_sound(&self, conference: &Conference, base: &str) {
        let Some(url) = conference.wait_url.as_ref().filter(|url| !url.is_empty()) else {
            return std::future::pending().await;
        };
        let mut url = resolve(base, Some(url));
        let mut method = conference.wait_method;
        loop {
            let parameters = self.network.leg(self.sid, |leg| about(self.network, leg)).unwrap_or_default();
            let document = match webhook::fetch(self.network, &url, method, &parameters).await {
                Ok(document) => document,
                Err(error) => {
                    // The carrier logs the error and leaves the participants in silence.
                    self.network.refuse(Some(self.sid), &error);
                    return std::future::pending().await;
                }
            };
            let mut played = false;
            for verb in &document.verbs {
                match verb {
                    Verb::Prompt(prompt) => {
                        played = true;
                        self.prompt(prompt).await;
                    }
                    Verb::Redirect { url: next, method: how } => {
                        url = resolve(&url, Some(next));
                        method = *how;
                        break;
                    }
                    _ => {
                        let reason = "a wait URL may only say, pause and redirect".to_owned();
                        self.network.refuse(Some(self.sid), &TwimlError { code: 12200, reason });
                        return std::future::pending().await;
                    }
                }
            }
            if !played {
                // An empty document would be asked for without a pause.
                self.network.sleep(1.0).await;
            }
        }
    }

    /// People talk with one another: what they say is told, nothing comes of it. Returns when the star key is pressed,
    /// if that ends it.
    pub(super) async fn talk(&self, star_ends: bool) {
        self.set_ear(Ear::Open);
        loop {
            let input = self.next_input(true, true, false).await;
            match input.kind {
                InputKind::Speech { text, midway } => {
                    self.speak(&text, midway, f64::MAX, |_, _, _| {}).await;
                }
                InputKind::Keys(keys) => {
                    self.network.emit(self.sid, EventKind::Pressed(keys.clone()));
                    if star_ends && keys.contains('*') {
                        let _ = input.heard.send(());
                        return;
                    }
                }
            }
            let _ = input.heard.send(());
        }
    }
}
