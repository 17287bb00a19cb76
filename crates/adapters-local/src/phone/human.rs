//! The people and machines at the far end of the legs that we place: when they answer, and what they do then.

use super::event::LegStatus;
use super::exchange::{CHARS_PER_SECOND, Exchange, Input, InputKind};
use super::leg::Order;
use std::str::FromStr;
use std::sync::Arc;
use tokio::sync::oneshot;

/// How long a phone rings before it is answered, in seconds.
const RING_SECONDS: f64 = 3.0;
/// How long the person stays who answers and hangs up, in seconds.
const SHORT_LISTEN_SECONDS: f64 = 1.0;
/// After how long in a room `AcceptThenDrop` is gone, in seconds.
const DROP_SECONDS: f64 = 5.0;
/// How long a person who stays alone in a room waits before hanging up, in seconds.
const ALONE_SECONDS: f64 = 1.0;
/// How long a mailbox records before it hangs up, in seconds.
const MAILBOX_SECONDS: f64 = 120.0;
/// What a mailbox says.
const GREETING: &str = "hi you have reached my voicemail please leave a message after the tone";

/// What happens when a phone is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneBehaviour {
    /// Answers, listens to the prompt, presses 1; talks until the caller is gone or the talk time has passed.
    Accept,
    /// Answers and presses 2.
    Pass,
    /// Answers, presses 3, listens again, presses 1.
    RepeatThenAccept,
    /// Lets it ring.
    Ignore,
    /// A mailbox answers: it speaks a greeting over the prompt and presses nothing.
    Voicemail,
    /// Is busy.
    Busy,
    /// Cannot be connected.
    Failed,
    /// Answers and hangs up.
    HangUp,
    /// Answers, says nothing, stays.
    Silent,
    /// Asks a person: see [`super::PhoneNetwork::ringing`].
    Prompted,
    /// Answers, and says "accept".
    SpeakAccept,
    /// Accepts, and hangs up five seconds after joining the caller.
    AcceptThenDrop,
    /// Lets it ring, and answers a text that asks for a code with that code.
    TextsCode,
    /// Answers like `Accept`; texts to it are not delivered.
    NoTexts,
}

/// No behaviour has that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a phone is one of accept, pass, repeat, ignore, voicemail, busy, failed, hang-up, silent, prompt, say-accept, drop, texts-code, \
     no-texts"
)]
pub struct UnknownBehaviour;

impl FromStr for PhoneBehaviour {
    type Err = UnknownBehaviour;

    fn from_str(name: &str) -> Result<Self, UnknownBehaviour> {
        Ok(match name {
            "accept" => PhoneBehaviour::Accept,
            "pass" => PhoneBehaviour::Pass,
            "repeat" => PhoneBehaviour::RepeatThenAccept,
            "ignore" => PhoneBehaviour::Ignore,
            "voicemail" => PhoneBehaviour::Voicemail,
            "busy" => PhoneBehaviour::Busy,
            "failed" => PhoneBehaviour::Failed,
            "hang-up" => PhoneBehaviour::HangUp,
            "silent" => PhoneBehaviour::Silent,
            "prompt" => PhoneBehaviour::Prompted,
            "say-accept" => PhoneBehaviour::SpeakAccept,
            "drop" => PhoneBehaviour::AcceptThenDrop,
            "texts-code" => PhoneBehaviour::TextsCode,
            "no-texts" => PhoneBehaviour::NoTexts,
            _ => return Err(UnknownBehaviour),
        })
    }
}

/// What machine detection finds, and when.
pub(super) struct Verdict {
    pub(super) answered_by: &'static str,
    pub(super) after_seconds: f64,
}

/// What machine detection makes of a phone
/// (<https://www.twilio.com/docs/voice/answering-machine-detection>).
pub(super) fn machine_verdict(behaviour: PhoneBehaviour, message_end: bool, seconds_max: u32) -> Verdict {
    let greeting_seconds = GREETING.len() as f64 / CHARS_PER_SECOND;
    let verdict = match behaviour {
        PhoneBehaviour::Voicemail if message_end => {
            Verdict { answered_by: "machine_end_beep", after_seconds: greeting_seconds + 1.0 }
        }
        PhoneBehaviour::Voicemail => Verdict { answered_by: "machine_start", after_seconds: 3.0 },
        PhoneBehaviour::Silent => Verdict { answered_by: "unknown", after_seconds: 5.0 },
        _ => Verdict { answered_by: "human", after_seconds: 2.0 },
    };
    let seconds_max = f64::from(seconds_max);
    if verdict.after_seconds > seconds_max {
        Verdict { answered_by: "unknown", after_seconds: seconds_max }
    } else {
        verdict
    }
}

/// Rings the phone that a leg is for. Its behaviour if it was answered, else how the leg ends.
/// A number that is nobody's cannot be connected.
pub(super) async fn ring(network: &Exchange, sid: &str) -> Result<PhoneBehaviour, LegStatus> {
    let (to, seconds_max) = network.leg(sid, |leg| (leg.to.clone(), leg.ring_seconds_max)).ok_or(LegStatus::Failed)?;
    let behaviour = network.state().phones.get(&to).copied().unwrap_or(PhoneBehaviour::Failed);
    let seconds_max = f64::from(seconds_max);
    match behaviour {
        PhoneBehaviour::Busy => {
            network.sleep(SHORT_LISTEN_SECONDS).await;
            Err(LegStatus::Busy)
        }
        PhoneBehaviour::Failed => Err(LegStatus::Failed),
        PhoneBehaviour::Ignore | PhoneBehaviour::TextsCode => {
            network.sleep(seconds_max).await;
            Err(LegStatus::NoAnswer)
        }
        PhoneBehaviour::Prompted => {
            let answered = tokio::select! {
                answered = network.until_leg(sid, |leg| leg.decision) => answered,
                () = network.sleep(seconds_max) => return Err(LegStatus::NoAnswer),
            };
            if answered { Ok(behaviour) } else { Err(LegStatus::Busy) }
        }
        _ if seconds_max < RING_SECONDS => {
            network.sleep(seconds_max).await;
            Err(LegStatus::NoAnswer)
        }
        _ => {
            network.sleep(RING_SECONDS).await;
            Ok(behaviour)
        }
    }
}

/// Somebody has answered: they begin to do what they do.
pub(super) fn answer(network: &Arc<Exchange>, sid: &str, behaviour: PhoneBehaviour) {
    let (network, sid) = (network.clone(), sid.to_owned());
    network.clone().spawn(async move {
        tokio::select! {
            () = network.until_leg(&sid, |leg| leg.status.is_over().then_some(())) => {}
            () = behave(&network, &sid, behaviour) => {
                network.change_leg(&sid, |leg| leg.order = Some(Order::End));
            }
        }
    });
}

/// Returns when they hang up.
async fn behave(network: &Exchange, sid: &str, behaviour: PhoneBehaviour) {
    // Whoever was dialled straight to the caller has nothing to accept: they talk.
    let keys_asked = network.leg(sid, |leg| leg.parent.is_none()).unwrap_or_default();
    match behaviour {
        PhoneBehaviour::HangUp => network.sleep(SHORT_LISTEN_SECONDS).await,
        PhoneBehaviour::Voicemail => {
            let text = GREETING.to_owned();
            offer(network, sid, InputKind::Speech { text, midway: false }, true);
            network.sleep(MAILBOX_SECONDS).await;
        }
        PhoneBehaviour::Accept | PhoneBehaviour::NoTexts => {
            press(network, sid, &["1"], keys_asked);
            talk(network, sid, f64::from(network.config.talk_seconds)).await;
        }
        PhoneBehaviour::RepeatThenAccept => {
            press(network, sid, &["3", "1"], keys_asked);
            talk(network, sid, f64::from(network.config.talk_seconds)).await;
        }
        PhoneBehaviour::AcceptThenDrop => {
            press(network, sid, &["1"], keys_asked);
            talk(network, sid, DROP_SECONDS).await;
        }
        PhoneBehaviour::SpeakAccept => {
            if keys_asked {
                offer(network, sid, InputKind::Speech { text: "accept".into(), midway: false }, false);
            }
            talk(network, sid, f64::from(network.config.talk_seconds)).await;
        }
        PhoneBehaviour::Pass => {
            press(network, sid, &["2"], keys_asked);
            talk(network, sid, f64::from(network.config.talk_seconds)).await;
        }
        PhoneBehaviour::Silent
        | PhoneBehaviour::Prompted
        | PhoneBehaviour::Ignore
        | PhoneBehaviour::TextsCode
        | PhoneBehaviour::Busy
        | PhoneBehaviour::Failed => std::future::pending().await,
    }
}

fn press(network: &Exchange, sid: &str, keys: &[&str], asked: bool) {
    if asked {
        for &keys in keys {
            offer(network, sid, InputKind::Keys(keys.to_owned()), false);
        }
    }
}

/// Puts something before a leg, to be heard when it can be. The receiver is told when it was; it fails if the leg ends.
pub(super) fn offer(network: &Exchange, sid: &str, kind: InputKind, over: bool) -> oneshot::Receiver<()> {
    let (heard, told) = oneshot::channel();
    network.change_leg(sid, |leg| {
        if !leg.status.is_over() {
            leg.inputs.push_back(Input { kind, over, heard });
        }
    });
    told
}

/// Waits to be connected with the caller, and talks: for so long, or until the other is gone from the room.
async fn talk(network: &Exchange, sid: &str, seconds: f64) {
    network.until_leg(sid, |leg| (leg.bridged || leg.room.is_some()).then_some(())).await;
    let alone = async {
        network.until(|state| (Exchange::company(state, sid) > 1).then_some(())).await;
        network.until(|state| (Exchange::company(state, sid) == 1).then_some(())).await;
        network.sleep(ALONE_SECONDS).await;
    };
    tokio::select! {
        () = alone => {}
        () = network.sleep(seconds) => {}
    }
}
