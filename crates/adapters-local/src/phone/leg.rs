//! A running leg: rings, fetches documents, plays their verbs, obeys the REST API, ends.
//!
//! A leg is one task. An order from outside (redirect, hang-up) drops what the interpreter is doing, wherever it
//! waits; [`settle`] then ends what was left half done: a room, a recording, a dialled leg.

use super::event::{EventKind, LegStatus, Party};
use super::exchange::{CHARS_PER_SECOND, Ear, Exchange, Leg};
use super::human;
use super::outbox::{Callback, Outbox};
use super::twiml::{Document, Method, Prompt, Say, TwimlError, Verb, parse_document};
use super::webhook::{self, Parameters, about, parameter, resolve, status_changed};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::time::Instant;

/// Documents that may follow one another without anything heard or waited for in between.
const IDLE_REDIRECTS_MAX: u32 = 10;
/// Documents of one leg.
const DOCUMENTS_MAX: u32 = 1000;
/// What the carrier says when neither a document nor the fallback can be had.
const APPLICATION_ERROR: &str = "We are sorry, an application error has occurred. Goodbye.";

/// What comes from outside while a leg runs.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Order {
    /// Fetch this, and do what it says.
    Fetch { url: String, method: Method },
    /// Do what this document says.
    Play(String),
    /// End.
    End,
}

/// Where the next document comes from.
#[derive(Clone)]
pub(super) enum Source {
    Ask { url: String, method: Method, extra: Parameters },
    Given { text: String, base: String },
}

/// What follows a verb.
pub(super) enum Flow {
    Next,
    Go(Source),
    End,
}

/// What is known of a leg when it is made.
pub(super) struct NewLeg {
    pub(super) parent: Option<String>,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) direction: &'static str,
    pub(super) party: Party,
    pub(super) status: LegStatus,
    pub(super) status_callback: Option<(String, Vec<String>)>,
    pub(super) fallback_url: Option<String>,
    pub(super) ring_seconds_max: u32,
}

/// Makes a leg, which does nothing yet, and gives its sid.
pub(super) fn open(network: &Arc<Exchange>, new: NewLeg) -> String {
    let sid = network.sid("CA");
    let outbox = Outbox::start(network, Some(sid.clone()));
    network.change(|state| {
        let leg = Leg {
            sid: sid.clone(),
            parent: new.parent,
            from: new.from,
            to: new.to,
            direction: new.direction,
            party: new.party,
            status: new.status,
            created: network.now(),
            created_order: state.legs.len() as u64,
            answered: None,
            ended: None,
            answered_by: None,
            status_callback: new.status_callback,
            sequence: 0,
            fallback_url: new.fallback_url,
            ring_seconds_max: new.ring_seconds_max,
            inputs: VecDeque::new(),
            ear: Ear::Deaf,
            order: None,
            decision: None,
            room: None,
            child: None,
            bridged: false,
            take: None,
            dial_action: None,
            outbox,
            callback_sent: false,
        };
        state.legs.insert(sid.clone(), leg);
    });
    sid
}

/// How a machine is looked for on a leg that we placed.
pub(super) struct MachineDetection {
    /// Whether it waits for the end of the greeting (`DetectMessageEnd`).
    pub(super) message_end: bool,
    /// After how many seconds it gives up: `unknown`.
    pub(super) seconds_max: u32,
    /// Where the result goes; none makes the first document wait for it.
    pub(super) callback: Option<String>,
}

/// A call that came in: asks the line's voice URL.
pub(super) async fn run_inbound(network: Arc<Exchange>, sid: String, voice_url: String) {
    network.emit(&sid, EventKind::Ringing);
    converse(&network, &sid, Source::Ask { url: voice_url, method: Method::Post, extra: Vec::new() }).await;
}

/// A call that we placed: rings, and runs the document when it is answered.
pub(super) async fn run_outbound(
    network: Arc<Exchange>,
    sid: String,
    first: Source,
    detection: Option<MachineDetection>,
) {
    let Some(behaviour) = ring(&network, &sid).await else { return };
    human::answer(&network, &sid, behaviour);
    if let Some(detection) = detection {
        let verdict = human::machine_verdict(behaviour, detection.message_end, detection.seconds_max);
        match detection.callback {
            Some(url) => {
                let (network, sid) = (network.clone(), sid.clone());
                network.clone().spawn(async move {
                    network.sleep(verdict.after_seconds).await;
                    network.change_leg(&sid, |leg| {
                        if !leg.status.is_over() {
                            leg.answered_by = Some(verdict.answered_by);
                            let mut parameters = about(&network, leg);
                            let milliseconds = (verdict.after_seconds * 1000.0) as u64;
                            parameters.push(parameter("MachineDetectionDuration", milliseconds.to_string()));
                            leg.outbox.post(Callback { url: url.clone(), method: Method::Post, parameters });
                        }
                    });
                });
            }
            None => {
                tokio::select! {
                    () = network.until_leg(&sid, |leg| leg.order.is_some().then_some(())) => {}
                    () = network.sleep(verdict.after_seconds) => {}
                }
                network.change_leg(&sid, |leg| leg.answered_by = Some(verdict.answered_by));
            }
        }
    }
    converse(&network, &sid, first).await;
}

/// A leg that a `<Dial>` placed: rings, and is connected until either side ends it.
pub(super) async fn run_dialled(network: Arc<Exchange>, sid: String) {
    let Some(behaviour) = ring(&network, &sid).await else { return };
    network.change_leg(&sid, |leg| leg.bridged = true);
    human::answer(&network, &sid, behaviour);
    let player = Player { network: &network, sid: &sid };
    tokio::select! {
        () = network.until_leg(&sid, |leg| (leg.order.take() == Some(Order::End)).then_some(())) => {}
        () = player.talk(false) => {}
    }
    end(&network, &sid, LegStatus::Completed);
}

/// Rings a phone. None if nobody answered: the leg is over then.
async fn ring(network: &Arc<Exchange>, sid: &str) -> Option<human::PhoneBehaviour> {
    network.change_leg(sid, |leg| {
        status_changed(network, leg, "initiated");
        leg.status = LegStatus::Ringing;
        status_changed(network, leg, "ringing");
    });
    network.emit(sid, EventKind::Ringing);
    let outcome = tokio::select! {
        biased;
        () = network.until_leg(sid, |leg| (leg.order.take() == Some(Order::End)).then_some(())) => {
            Err(LegStatus::Canceled)
        }
        outcome = human::ring(network, sid) => outcome,
    };
    match outcome {
        Ok(behaviour) => {
            network.change_leg(sid, |leg| {
                leg.status = LegStatus::InProgress;
                leg.answered = Some(Instant::now());
                status_changed(network, leg, "answered");
            });
            network.emit(sid, EventKind::Answered);
            Some(behaviour)
        }
        Err(status) => {
            end(network, sid, status);
            None
        }
    }
}

/// Runs documents, and obeys orders, until the leg ends.
async fn converse(network: &Arc<Exchange>, sid: &str, first: Source) {
    let player = Player { network, sid };
    let mut source = first;
    let status = loop {
        let order = tokio::select! {
            biased;
            order = network.until_leg(sid, |leg| leg.order.take()) => order,
            status = player.play(source) => break status,
        };
        source = match order {
            Order::End => {
                let answered = network.leg(sid, |leg| leg.answered.is_some()).unwrap_or_default();
                break if answered { LegStatus::Completed } else { LegStatus::NoAnswer };
            }
            Order::Fetch { url, method } => Source::Ask { url, method, extra: Vec::new() },
            Order::Play(text) => Source::Given { text, base: String::new() },
        };
        settle(network, sid, false);
    };
    end(network, sid, status);
}

/// Ends a leg that is not over: tells everybody who was told of it.
pub(super) fn end(network: &Arc<Exchange>, sid: &str, status: LegStatus) {
    let ended = network.change_leg(sid, |leg| {
        if leg.status.is_over() {
            return false;
        }
        leg.ended = Some((network.now(), leg.seconds(network.config.pace)));
        leg.status = status;
        leg.inputs.clear();
        true
    });
    if ended != Some(true) {
        return;
    }
    settle(network, sid, true);
    network.change_leg(sid, |leg| status_changed(network, leg, "completed"));
    network.emit(sid, EventKind::Ended(status));
}

/// Ends what an interrupted verb left half done.
fn settle(network: &Arc<Exchange>, sid: &str, over: bool) {
    network.leave_room(sid, if over { "participant_hung_up" } else { "participant_updated_via_api" });
    let left = network.change_leg(sid, |leg| {
        leg.ear = Ear::Deaf;
        leg.bridged = false;
        (leg.take.take(), leg.dial_action.take(), leg.child.take())
    });
    let Some((take, dial_action, child)) = left else { return };
    if let Some(child) = child {
        network.change_leg(&child, |leg| leg.order = Some(Order::End));
    }
    let recorded = take.and_then(|take| network.keep_recording(sid, take, over.then_some("hangup")));
    if over {
        // The action is asked though nobody is there to hear what it answers.
        for callback in recorded.into_iter().chain(dial_action) {
            network.change_leg(sid, |leg| {
                let mut parameters = about(network, leg);
                parameters.extend(callback.parameters.clone());
                leg.outbox.post(Callback { url: callback.url, method: callback.method, parameters });
            });
        }
    }
}

/// The interpreter of one leg; what the verbs do is in the modules that are named like them.
pub(super) struct Player<'a> {
    pub(super) network: &'a Arc<Exchange>,
    pub(super) sid: &'a str,
}

impl Player<'_> {
    /// Plays documents until one ends the leg.
    async fn play(&self, first: Source) -> LegStatus {
        let mut source = first;
        let (mut documents, mut idle, mut in_fallback) = (0, 0, false);
        loop {
            documents += 1;
            idle += 1;
            let (base, loaded) = if idle > IDLE_REDIRECTS_MAX || documents > DOCUMENTS_MAX {
                let reason = "documents redirect to one another without end".to_owned();
                // Counting starts again, so that the fallback can be heard.
                idle = 0;
                (String::new(), Err(TwimlError { code: 11215, reason }))
            } else {
                self.load(source).await
            };
            let document = match loaded {
                Ok(document) => document,
                Err(error) => {
                    self.network.refuse(Some(self.sid), &error);
                    let fallback = self.network.leg(self.sid, |leg| leg.fallback_url.clone()).flatten();
                    match fallback.filter(|_| !in_fallback && documents <= DOCUMENTS_MAX) {
                        Some(url) => {
                            in_fallback = true;
                            let extra =
                                vec![parameter("ErrorCode", error.code.to_string()), parameter("ErrorUrl", base)];
                            source = Source::Ask { url, method: Method::Post, extra };
                            continue;
                        }
                        None => {
                            self.pick_up();
                            let text = APPLICATION_ERROR.to_owned();
                            self.say(&Say { text, language: "en-US".into(), times: 1 }).await;
                            return LegStatus::Completed;
                        }
                    }
                }
            };
            if let Some(Verb::Reject { busy }) = document.verbs.first()
                && self.network.leg(self.sid, |leg| leg.answered.is_none()) == Some(true)
            {
                return if *busy { LegStatus::Busy } else { LegStatus::NoAnswer };
            }
            self.pick_up();
            match self.verbs(&document, &base, &mut idle).await {
                Flow::Go(next) => {
                    // A redirect back to the broken document must not bring the fallback again and again.
                    in_fallback = in_fallback && idle > 0;
                    source = next;
                }
                Flow::Next | Flow::End => return LegStatus::Completed,
            }
        }
    }

    /// Answers a call that came in, once there is something to say.
    fn pick_up(&self) {
        let answered = self.network.change_leg(self.sid, |leg| {
            let first = leg.answered.is_none();
            if first {
                leg.status = LegStatus::InProgress;
                leg.answered = Some(Instant::now());
            }
            first
        });
        if answered == Some(true) {
            self.network.emit(self.sid, EventKind::Answered);
        }
    }

    /// The document and its own URL.
    async fn load(&self, source: Source) -> (String, Result<Document, TwimlError>) {
        match source {
            Source::Given { text, base } => (base, parse_document(&text)),
            Source::Ask { url, method, extra } => {
                let mut parameters = self.network.leg(self.sid, |leg| about(self.network, leg)).unwrap_or_default();
                parameters.extend(extra);
                let loaded = webhook::fetch(self.network, &url, method, &parameters).await;
                (url, loaded)
            }
        }
    }

    /// Plays the verbs of a document; `idle` is set to 0 by those that take time.
    async fn verbs(&self, document: &Document, base: &str, idle: &mut u32) -> Flow {
        for verb in &document.verbs {
            if !matches!(verb, Verb::Redirect { .. } | Verb::Hangup | Verb::Reject { .. }) {
                *idle = 0;
            }
            let flow = match verb {
                Verb::Prompt(prompt) => {
                    self.prompt(prompt).await;
                    Flow::Next
                }
                Verb::Gather(gather) => self.gather(gather, base).await,
                Verb::Record(record) => self.record(record, base).await,
                Verb::Dial(dial) => self.dial(dial, base).await,
                Verb::Redirect { url, method } => {
                    Flow::Go(Source::Ask { url: resolve(base, Some(url)), method: *method, extra: Vec::new() })
                }
                Verb::Hangup | Verb::Reject { .. } => Flow::End,
            };
            if !matches!(flow, Flow::Next) {
                return flow;
            }
        }
        Flow::End
    }

    pub(super) async fn prompt(&self, prompt: &Prompt) {
        match prompt {
            Prompt::Say(say) => self.say(say).await,
            Prompt::Pause { seconds } => self.network.sleep(f64::from(*seconds)).await,
        }
    }

    async fn say(&self, say: &Say) {
        for _ in 0..say.times {
            let (text, language) = (say.text.clone(), say.language.clone());
            self.network.emit(self.sid, EventKind::Heard { text, language });
            self.network.sleep(say.text.chars().count() as f64 / CHARS_PER_SECOND).await;
        }
    }
}
