//! Callbacks that are posted beside a conversation: status, partial speech, recordings, rooms.
//!
//! Each leg and each room has one, which keeps its callbacks in order; the carrier promises no order across them.

use super::exchange::Exchange;
use super::twiml::Method;
use super::webhook;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::mpsc;

/// How long a callback waits for a later one to overtake it, when the fault is on.
const OVERTAKEN_MS: u64 = 30;

/// One request whose answer is not used.
#[derive(Clone)]
pub(super) struct Callback {
    pub(super) url: String,
    pub(super) method: Method,
    pub(super) parameters: Vec<(String, String)>,
}

#[derive(Clone)]
pub(super) struct Outbox {
    sender: mpsc::UnboundedSender<Callback>,
}

impl Outbox {
    /// Starts one; `leg` is marked once anything was delivered for it.
    pub(super) fn start(network: &Arc<Exchange>, leg: Option<String>) -> Outbox {
        let (sender, receiver) = mpsc::unbounded_channel();
        network.spawn(deliver(Arc::downgrade(network), receiver, leg));
        Outbox { sender }
    }

    /// Posts it soon.
    pub(super) fn post(&self, callback: Callback) {
        // The worker ends only with the network.
        let _ = self.sender.send(callback);
    }
}

async fn deliver(network: Weak<Exchange>, mut receiver: mpsc::UnboundedReceiver<Callback>, leg: Option<String>) {
    while let Some(callback) = receiver.recv().await {
        let Some(network) = network.upgrade() else { return };
        let faults = network.state().faults;
        if !faults.callback_delay.is_zero() {
            tokio::time::sleep(faults.callback_delay).await;
        }
        let mut later = None;
        if faults.reorder_callbacks {
            later = tokio::time::timeout(Duration::from_millis(OVERTAKEN_MS), receiver.recv()).await.ok().flatten();
        }
        for callback in later.into_iter().chain([callback]) {
            let answer = webhook::send(&network, &callback.url, callback.method, &callback.parameters).await;
            if let Err(error) = answer {
                network.refuse(leg.as_deref(), &error);
            }
            if let Some(sid) = &leg {
                network.change_leg(sid, |leg| leg.callback_sent = true);
            }
        }
    }
}
