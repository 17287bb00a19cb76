//! The network as its user holds it: start it, call a line, watch what happens.

use super::event::{LegStatus, NetworkEvent, Party};
use super::exchange::Exchange;
use super::handset::{Caller, Handset};
use super::human::PhoneBehaviour;
use super::leg::{self, NewLeg};
use super::resource::TextMessage;
use super::rest;
use super::sms;
use nightdesk_ports::HttpTransport;
use secrecy::SecretString;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::broadcast;

/// What a caller withheld: the carrier gives this as `From`.
const ANONYMOUS: &str = "+266696687";

/// How the network is set up. `Debug` shows no number and no token.
pub struct NetworkConfig {
    /// The account: `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// The token that signs webhooks and opens the REST API.
    pub auth_token: SecretString,
    /// The numbers that people can call.
    pub lines: Vec<PhoneLine>,
    /// The phones that can be called, by number (E.164), and what happens there. Any other number fails.
    pub phones: Vec<(String, PhoneBehaviour)>,
    /// By what all simulated waiting (ringing, speaking, silence) is divided: 1.0 for people, 20 or more for scripts.
    pub pace: f64,
    /// How long a technician talks with the caller, in simulated seconds.
    pub talk_seconds: u32,
    /// How long the server may take to answer; the carrier waits 15 seconds. Not divided by the pace.
    pub webhook_timeout: Duration,
    /// Where the REST API listens; port 0 takes a free one. Loopback only.
    pub listen: SocketAddr,
}

impl NetworkConfig {
    /// A network with an account and its token; no lines, no phones, pace 1, a minute of talk, the carrier's timeout.
    pub fn new(account_sid: impl Into<String>, auth_token: SecretString) -> Self {
        NetworkConfig {
            account_sid: account_sid.into(),
            auth_token,
            lines: Vec::new(),
            phones: Vec::new(),
            pace: 1.0,
            talk_seconds: 60,
            webhook_timeout: Duration::from_secs(15),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        }
    }
}

impl fmt::Debug for NetworkConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetworkConfig")
            .field("lines", &self.lines.len())
            .field("phones", &self.phones.len())
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

/// A number that people can call, and what the carrier asks then.
#[derive(Clone)]
pub struct PhoneLine {
    /// The number, E.164.
    pub number: String,
    /// Asked when a call comes in.
    pub voice_url: String,
    /// Asked when a document cannot be had.
    pub fallback_url: Option<String>,
    /// Told when a call is over.
    pub status_callback_url: Option<String>,
    /// Told when a text comes in.
    pub sms_url: Option<String>,
}

/// What goes wrong on purpose. All off at first; see [`PhoneNetwork::set_faults`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// Every webhook comes twice; the second answer counts.
    pub duplicate_webhooks: bool,
    /// Every callback (not the documents) comes so much later, in real time.
    pub callback_delay: Duration,
    /// Of two callbacks that follow one another closely, the later one comes first.
    pub reorder_callbacks: bool,
    /// A create request is answered only after the leg's first status callback has been delivered (or 2 seconds).
    pub status_before_create_answer: bool,
    /// So many of the next create requests are carried out, and the connection is then dropped without an answer.
    pub lose_create_answers: u32,
    /// Recordings cannot be written down.
    pub transcription_fails: bool,
}

/// A running network. Dropping it ends every leg without a word.
pub struct PhoneNetwork {
    exchange: Arc<Exchange>,
}

impl PhoneNetwork {
    /// Starts a network with its REST API on a loopback port. Needs a Tokio runtime.
    /// Fails if the port cannot be had, or if the pace is not a positive number.
    pub async fn start(config: NetworkConfig, http: Arc<dyn HttpTransport>) -> io::Result<PhoneNetwork> {
        if !(config.pace.is_finite() && config.pace > 0.0) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the pace must be a positive number"));
        }
        if !config.listen.ip().is_loopback() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the simulated network stays on this machine"));
        }
        let listener = TcpListener::bind(config.listen).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let exchange = Arc::new(Exchange::new(config, base_url, http));
        exchange.spawn(rest::serve(exchange.clone(), listener));
        Ok(PhoneNetwork { exchange })
    }

    /// Where the REST API is: `http://127.0.0.1:port`, in place of `https://api.twilio.com`.
    pub fn api_url(&self) -> &str {
        &self.exchange.base_url
    }

    /// Somebody calls; without a number they withhold it. A number that is no line fails at once.
    pub fn dial(&self, from: Option<&str>, to: &str) -> Caller {
        let line = self.exchange.config.lines.iter().find(|line| line.number == to).cloned();
        let status_callback =
            line.as_ref().and_then(|line| line.status_callback_url.clone()).map(|url| (url, vec!["completed".into()]));
        let new = NewLeg {
            parent: None,
            from: from.unwrap_or(ANONYMOUS).to_owned(),
            to: to.to_owned(),
            direction: "inbound",
            party: Party::Caller,
            status: LegStatus::Ringing,
            status_callback,
            fallback_url: line.as_ref().and_then(|line| line.fallback_url.clone()),
            ring_seconds_max: 60,
        };
        let sid = leg::open(&self.exchange, new);
        match line {
            Some(line) => {
                self.exchange.spawn(leg::run_inbound(self.exchange.clone(), sid.clone(), line.voice_url));
            }
            None => leg::end(&self.exchange, &sid, LegStatus::Failed),
        }
        Handset::new(self.exchange.clone(), sid)
    }

    /// The handset of the newest leg to that number that is not over, if there is one: to answer a
    /// [`PhoneBehaviour::Prompted`] phone, or to act for any other.
    pub fn ringing(&self, number: &str) -> Option<Handset> {
        let sid = {
            let state = self.exchange.state();
            let open = state.legs.values().filter(|leg| leg.to == number && !leg.status.is_over());
            open.max_by_key(|leg| leg.created_order).map(|leg| leg.sid.clone())
        };
        sid.map(|sid| Handset::new(self.exchange.clone(), sid))
    }

    /// Waits for such a leg.
    pub async fn wait_ringing(&self, number: &str) -> Handset {
        let sid = self
            .exchange
            .until(|state| {
                let open = state.legs.values().filter(|leg| leg.to == number && !leg.status.is_over());
                open.max_by_key(|leg| leg.created_order).map(|leg| leg.sid.clone())
            })
            .await;
        Handset::new(self.exchange.clone(), sid)
    }

    /// Changes what happens at a number, from its next ring on.
    pub fn set_phone(&self, number: &str, behaviour: PhoneBehaviour) {
        self.exchange.change(|state| state.phones.insert(number.to_owned(), behaviour));
    }

    /// Changes what goes wrong.
    pub fn set_faults(&self, faults: Faults) {
        self.exchange.change(|state| state.faults = faults);
    }

    /// Somebody texts one of the lines. What the server answers is among [`PhoneNetwork::messages`].
    pub async fn text(&self, from: &str, to: &str, body: &str) {
        sms::receive(&self.exchange, from, to, body).await;
    }

    /// What happens from now on.
    pub fn events(&self) -> broadcast::Receiver<NetworkEvent> {
        self.exchange.subscribe()
    }

    /// Everything that happened.
    pub fn history(&self) -> Vec<NetworkEvent> {
        self.exchange.state().history.clone()
    }

    /// Everything that the carrier would have refused or warned of, and every webhook that failed. Names no person.
    pub fn errors(&self) -> Vec<String> {
        self.exchange.state().errors.clone()
    }

    /// The texts that the server sent, the oldest first.
    pub fn messages(&self) -> Vec<TextMessage> {
        self.exchange.state().messages.clone()
    }

    /// Whether every leg is over.
    pub fn is_quiet(&self) -> bool {
        self.exchange.state().legs.values().all(|leg| leg.status.is_over())
    }

    /// Waits until every leg is over.
    pub async fn wait_quiet(&self) {
        self.exchange.until(|state| state.legs.values().all(|leg| leg.status.is_over()).then_some(())).await;
    }
}

impl Drop for PhoneNetwork {
    fn drop(&mut self) {
        self.exchange.shut_down();
    }
}
