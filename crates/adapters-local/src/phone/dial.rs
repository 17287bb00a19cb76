//! `<Dial>`: connects a leg with another phone or with a room.

use super::event::{LegStatus, Party};
use super::exchange::Ear;
use super::leg::{Flow, NewLeg, Order, Player, Source, open, run_dialled};
use super::outbox::Callback;
use super::twiml::{Dial, Dialled};
use super::webhook::{Parameters, parameter, resolve};

impl Player<'_> {
    pub(super) async fn dial(&self, dial: &Dial, base: &str) -> Flow {
        let limit = async {
            match dial.seconds_max {
                Some(seconds) => self.network.sleep(f64::from(seconds)).await,
                None => std::future::pending().await,
            }
        };
        let action = dial.action.as_ref().map(|action| resolve(base, Some(action)));
        let outcome =
            |extra: Parameters| action.clone().map(|url| Callback { url, method: dial.method, parameters: extra });
        let extra = match &dial.to {
            Dialled::Conference(conference) => {
                let extra = vec![parameter("DialCallStatus", "answered")];
                self.network.change_leg(self.sid, |leg| leg.dial_action = outcome(extra.clone()));
                self.network.join_room(self.sid, conference, base);
                tokio::select! {
                    () = self.in_room(conference, base, dial.hangup_on_star) => {}
                    () = limit => {}
                }
                self.network.leave_room(self.sid, "participant_hung_up");
                extra
            }
            Dialled::Number(to) => {
                let from = self.network.leg(self.sid, |leg| leg.from.clone()).unwrap_or_default();
                let new = NewLeg {
                    parent: Some(self.sid.to_owned()),
                    from: dial.caller_id.clone().unwrap_or(from),
                    to: to.clone(),
                    direction: "outbound-dial",
                    party: Party::Office(to.clone()),
                    status: LegStatus::Queued,
                    status_callback: None,
                    fallback_url: None,
                    ring_seconds_max: dial.timeout_seconds,
                };
                let child = open(self.network, new);
                self.network.change_leg(self.sid, |leg| {
                    leg.child = Some(child.clone());
                    let extra = vec![parameter("DialCallStatus", "completed"), parameter("DialCallSid", &child)];
                    leg.dial_action = outcome(extra);
                });
                self.network.spawn(run_dialled(self.network.clone(), child.clone()));
                tokio::select! {
                    () = self.network.until_leg(&child, |leg| leg.status.is_over().then_some(())) => {}
                    // Nobody hears what is said while it rings.
                    () = async {
                        self.network.until_leg(&child, |leg| leg.bridged.then_some(())).await;
                        self.talk(dial.hangup_on_star).await;
                    } => {}
                    () = limit => {}
                }
                self.network.change_leg(&child, |leg| leg.order = Some(Order::End));
                let pace = self.network.config.pace;
                let (status, seconds) = self
                    .network
                    .until_leg(&child, |leg| leg.status.is_over().then_some((leg.status, leg.seconds(pace))))
                    .await;
                let mut extra = vec![parameter("DialCallStatus", status.as_str()), parameter("DialCallSid", child)];
                if status == LegStatus::Completed {
                    extra.push(parameter("DialCallDuration", seconds.to_string()));
                }
                extra
            }
        };
        self.network.change_leg(self.sid, |leg| {
            leg.dial_action = None;
            leg.child = None;
            leg.ear = Ear::Deaf;
        });
        match action {
            Some(url) => Flow::Go(Source::Ask { url, method: dial.method, extra }),
            None => Flow::Next,
        }
    }
}
