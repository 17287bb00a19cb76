//! A person's phone in the hand: speak, press, hang up.

use super::event::LegStatus;
use super::exchange::{Ear, Exchange, InputKind};
use super::human::offer;
use super::leg::Order;
use std::sync::Arc;

/// The leg was over before that could be heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the leg is over")]
pub struct LegEnded;

/// One person's end of a leg. Clones are the same phone.
///
/// What is said and pressed is heard in the order it was given: speech waits for a point where speech is heard, keys
/// for one where keys are heard, and what comes after waits behind it.
#[derive(Clone)]
pub struct Handset {
    network: Arc<Exchange>,
    sid: String,
}

/// The handset of a person who called one of the lines.
pub type Caller = Handset;

impl Handset {
    pub(super) fn new(network: Arc<Exchange>, sid: String) -> Self {
        Handset { network, sid }
    }

    /// The leg's call sid.
    pub fn leg(&self) -> &str {
        &self.sid
    }

    /// Answers a phone that rings for a person ([`super::PhoneBehaviour::Prompted`]).
    pub fn answer(&self) {
        self.network.change_leg(&self.sid, |leg| leg.decision = Some(true));
    }

    /// Declines it, which the carrier sees as busy.
    pub fn decline(&self) {
        self.network.change_leg(&self.sid, |leg| leg.decision = Some(false));
    }

    /// Says something at the next point where it is listened to, after the prompt; returns when it has been heard.
    pub async fn say(&self, text: &str) -> Result<(), LegEnded> {
        self.put(InputKind::Speech { text: text.to_owned(), midway: false }, false).await
    }

    /// Says something without waiting for the end of the prompt.
    pub async fn say_over(&self, text: &str) -> Result<(), LegEnded> {
        self.put(InputKind::Speech { text: text.to_owned(), midway: false }, true).await
    }

    /// Presses keys at the next point where keys are heard, after the prompt.
    pub async fn press(&self, keys: &str) -> Result<(), LegEnded> {
        self.put(InputKind::Keys(keys.to_owned()), false).await
    }

    /// Presses keys without waiting for the end of the prompt.
    pub async fn press_over(&self, keys: &str) -> Result<(), LegEnded> {
        self.put(InputKind::Keys(keys.to_owned()), true).await
    }

    /// Says the first half of it at the next point where it is listened to, and hangs up; returns when the leg is over.
    pub async fn say_and_hang_up_midway(&self, text: &str) -> LegStatus {
        // The answer is always an error: nothing hears the whole of it.
        let _ = self.put(InputKind::Speech { text: text.to_owned(), midway: true }, false).await;
        self.wait_ended().await
    }

    async fn put(&self, kind: InputKind, over: bool) -> Result<(), LegEnded> {
        offer(&self.network, &self.sid, kind, over).await.map_err(|_| LegEnded)
    }

    /// Hangs up.
    pub fn hang_up(&self) {
        self.network.change_leg(&self.sid, |leg| leg.order = Some(Order::End));
    }

    /// Waits until the leg is over, and tells how it ended.
    pub async fn wait_ended(&self) -> LegStatus {
        self.network.until_leg(&self.sid, |leg| leg.status.is_over().then_some(leg.status)).await
    }

    /// Waits until it is listened to; an error if the leg ends first.
    pub async fn wait_listening(&self) -> Result<(), LegEnded> {
        self.network
            .until_leg(&self.sid, |leg| {
                if leg.status.is_over() { Some(Err(LegEnded)) } else { (leg.ear == Ear::Open).then_some(Ok(())) }
            })
            .await
    }

    /// Whether it is listened to now, the prompt being over.
    pub fn is_listening(&self) -> bool {
        self.network.leg(&self.sid, |leg| leg.ear == Ear::Open && !leg.status.is_over()).unwrap_or_default()
    }

    /// How far the leg is.
    pub fn status(&self) -> LegStatus {
        self.network.leg(&self.sid, |leg| leg.status).unwrap_or(LegStatus::Failed)
    }
}
