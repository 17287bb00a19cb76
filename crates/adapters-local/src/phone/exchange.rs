//! What all legs share: one state behind one lock, and one pulse that says that it changed.
//!
//! Every wait in this module tree is [`Exchange::until`]: a question to the state, asked again at each pulse.

use super::event::{EventKind, LegStatus, NetworkEvent, Party};
use super::human::PhoneBehaviour;
use super::leg::Order;
use super::network::{Faults, NetworkConfig};
use super::outbox::{Callback, Outbox};
use super::record::Take;
use super::resource::{Recording, TextMessage, Transcription};
use super::room::Room;
use super::twiml::TwimlError;
use chrono::{DateTime, Utc};
use nightdesk_ports::HttpTransport;
use sha1::{Digest, Sha1};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{broadcast, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Characters that are spoken in a second.
pub(super) const CHARS_PER_SECOND: f64 = 15.0;

/// Events that a slow subscriber may be behind before it loses some; the history keeps all.
const EVENTS_BUFFERED: usize = 4096;

pub(super) struct Exchange {
    pub(super) config: NetworkConfig,
    /// Where our REST API is: `http://127.0.0.1:port`.
    pub(super) base_url: String,
    pub(super) http: Arc<dyn HttpTransport>,
    state: Mutex<State>,
    pulse: watch::Sender<u64>,
    broadcast: broadcast::Sender<NetworkEvent>,
    started: Instant,
    started_at: DateTime<Utc>,
    tasks: Mutex<JoinSet<()>>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) legs: BTreeMap<String, Leg>,
    pub(super) rooms: BTreeMap<String, Room>,
    pub(super) recordings: BTreeMap<String, Recording>,
    /// What is written down, the oldest first.
    pub(super) transcriptions: Vec<Transcription>,
    pub(super) messages: Vec<TextMessage>,
    /// Who has opted out, and of which line's texts.
    pub(super) opted_out: BTreeSet<(String, String)>,
    pub(super) phones: BTreeMap<String, PhoneBehaviour>,
    pub(super) faults: Faults,
    pub(super) history: Vec<NetworkEvent>,
    pub(super) errors: Vec<String>,
    sids: u64,
}

/// A telephone connection between us and one phone.
pub(super) struct Leg {
    pub(super) sid: String,
    pub(super) parent: Option<String>,
    pub(super) from: String,
    pub(super) to: String,
    /// The REST API's word: `inbound`, `outbound-api`, `outbound-dial`.
    pub(super) direction: &'static str,
    pub(super) party: Party,
    pub(super) status: LegStatus,
    pub(super) created: DateTime<Utc>,
    pub(super) created_order: u64,
    pub(super) answered: Option<Instant>,
    pub(super) ended: Option<(DateTime<Utc>, u64)>,
    pub(super) answered_by: Option<&'static str>,
    /// Where the status is told, and of which of `initiated`, `ringing`, `answered`, `completed`.
    pub(super) status_callback: Option<(String, Vec<String>)>,
    pub(super) sequence: u32,
    pub(super) fallback_url: Option<String>,
    pub(super) ring_seconds_max: u32,
    pub(super) inputs: VecDeque<Input>,
    pub(super) ear: Ear,
    pub(super) order: Option<Order>,
    /// What a prompted person did with the ringing phone: answered or declined it.
    pub(super) decision: Option<bool>,
    pub(super) room: Option<String>,
    pub(super) child: Option<String>,
    /// Whether this leg is connected with another by a `<Dial>`.
    pub(super) bridged: bool,
    pub(super) take: Option<Take>,
    /// The `<Dial>` that goes on: where its outcome is told if the leg ends meanwhile.
    pub(super) dial_action: Option<Callback>,
    pub(super) outbox: Outbox,
    /// Whether any status callback was delivered yet.
    pub(super) callback_sent: bool,
}

impl Leg {
    /// Whole seconds since the answer, in simulated time; 0 if nobody answered.
    pub(super) fn seconds(&self, pace: f64) -> u64 {
        match (self.ended, self.answered) {
            (Some((_, seconds)), _) => seconds,
            (None, Some(answered)) => (answered.elapsed().as_secs_f64() * pace).ceil() as u64,
            (None, None) => 0,
        }
    }
}

/// What a leg can hear now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ear {
    /// Nothing.
    Deaf,
    /// A prompt is played, and what is said over it is heard.
    Prompting,
    /// It listens.
    Open,
}

/// Something that a person says or presses as soon as it can be heard.
pub(super) struct Input {
    pub(super) kind: InputKind,
    /// Whether they do not wait for the end of a prompt.
    pub(super) over: bool,
    /// Told when it has been heard.
    pub(super) heard: oneshot::Sender<()>,
}

pub(super) enum InputKind {
    Speech {
        text: String,
        /// Whether they hang up in the middle of it.
        midway: bool,
    },
    Keys(String),
}

impl Exchange {
    pub(super) fn new(config: NetworkConfig, base_url: String, http: Arc<dyn HttpTransport>) -> Self {
        let phones = config.phones.iter().cloned().collect();
        Exchange {
            config,
            base_url,
            http,
            state: Mutex::new(State { phones, ..State::default() }),
            pulse: watch::Sender::new(0),
            broadcast: broadcast::Sender::new(EVENTS_BUFFERED),
            started: Instant::now(),
            started_at: system_time(),
            tasks: Mutex::new(JoinSet::new()),
        }
    }

    /// The state, to read.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, and wakes everybody who waits for a change.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state());
        self.pulse.send_modify(|count| *count = count.wrapping_add(1));
        result
    }

    /// Changes a leg, if there is one of that sid.
    pub(super) fn change_leg<T>(&self, sid: &str, change: impl FnOnce(&mut Leg) -> T) -> Option<T> {
        self.change(|state| state.legs.get_mut(sid).map(change))
    }

    /// Reads a leg.
    pub(super) fn leg<T>(&self, sid: &str, read: impl FnOnce(&Leg) -> T) -> Option<T> {
        self.state().legs.get(sid).map(read)
    }

    /// Waits until the question has an answer. The question may change what only it cares for.
    pub(super) async fn until<T>(&self, mut question: impl FnMut(&mut State) -> Option<T>) -> T {
        let mut pulse = self.pulse.subscribe();
        loop {
            if let Some(answer) = question(&mut self.state()) {
                return answer;
            }
            // The sender lives in `self`, so this cannot fail while we are here.
            if pulse.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// The same for a leg; a leg that is gone never answers.
    pub(super) async fn until_leg<T>(&self, sid: &str, mut question: impl FnMut(&mut Leg) -> Option<T>) -> T {
        self.until(|state| state.legs.get_mut(sid).and_then(&mut question)).await
    }

    /// Waits so many simulated seconds.
    pub(super) async fn sleep(&self, seconds: f64) {
        tokio::time::sleep(self.real(seconds)).await;
    }

    /// How long that many simulated seconds last.
    pub(super) fn real(&self, seconds: f64) -> Duration {
        Duration::try_from_secs_f64(seconds / self.config.pace).unwrap_or(Duration::ZERO)
    }

    /// Runs a task for as long as the network lives.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// Ends all tasks.
    pub(super) fn shut_down(&self) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }

    /// A new identifier of the carrier's form.
    pub(super) fn sid(&self, prefix: &str) -> String {
        let count = {
            let mut state = self.state();
            state.sids += 1;
            state.sids
        };
        let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let mut digest = Sha1::new();
        digest.update(self.base_url.as_bytes());
        digest.update(count.to_be_bytes());
        digest.update(seed.to_be_bytes());
        let hex: String = digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("{prefix}{hex}")
    }

    /// Tells what happened on a leg.
    pub(super) fn emit(&self, sid: &str, kind: EventKind) {
        let party = self.leg(sid, |leg| leg.party.clone());
        if let Some(party) = party {
            self.emit_for(sid, party, kind);
        }
    }

    /// The present instant by the network's own clock, which runs at its pace: so that a server at the same pace
    /// finds what it ordered "since".
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.started_at + Duration::from_millis(self.passed_ms())
    }

    /// Simulated milliseconds since the start.
    fn passed_ms(&self) -> u64 {
        (self.started.elapsed().as_secs_f64() * 1000.0 * self.config.pace) as u64
    }

    /// Tells what happened to a party.
    pub(super) fn emit_for(&self, sid: &str, party: Party, kind: EventKind) {
        let at_ms = self.passed_ms();
        let event = NetworkEvent { at_ms, leg: sid.to_owned(), party, kind };
        self.change(|state| state.history.push(event.clone()));
        // Nobody listening is fine: the history has it.
        let _ = self.broadcast.send(event);
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<NetworkEvent> {
        self.broadcast.subscribe()
    }

    /// Records what the carrier would have refused.
    pub(super) fn refuse(&self, sid: Option<&str>, error: &TwimlError) {
        tracing::warn!(code = error.code, reason = %error.reason, "the carrier refuses");
        let text = error.to_string();
        self.change(|state| state.errors.push(text.clone()));
        if let Some(sid) = sid {
            self.emit(sid, EventKind::Error(text));
        }
    }
}

/// The system's time when the network starts.
fn system_time() -> DateTime<Utc> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
    DateTime::from_timestamp(seconds, since.subsec_nanos()).unwrap_or_default()
}

/// RFC 2822, as the carrier writes instants: `Tue, 18 Aug 2026 20:36:28 +0000`.
pub(super) fn rfc_2822(at: DateTime<Utc>) -> String {
    use chrono::{Datelike, Timelike};
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.get(at.month0() as usize).copied().unwrap_or("Jan");
    format!(
        "{:?}, {:02} {month} {} {:02}:{:02}:{:02} +0000",
        at.weekday(),
        at.day(),
        at.year(),
        at.hour(),
        at.minute(),
        at.second()
    )
}
