//! What goes wrong in one night: every seed draws its own rates, outages and moods.

use super::dice::Dice;
use chrono::{DateTime, TimeDelta, Utc};

/// Rates in thousandths; 0 never happens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rates {
    /// A commit conflicts although nothing has changed that it expects: two transactions touched one item.
    pub(crate) conflict: u64,
    /// A look at what is due is shown what was true a moment ago.
    pub(crate) index_stale: u64,
    /// The store takes some milliseconds, so that two may be at one state at once.
    pub(crate) store_slow: u64,
    /// The store fails before it does anything.
    pub(crate) store_before: u64,
    /// The store does it, and the acknowledgement is lost.
    pub(crate) store_after: u64,
    /// A service fails and says so.
    pub(crate) unavailable: u64,
    /// A service refuses.
    pub(crate) refused: u64,
    /// A service does it, and the answer is lost.
    pub(crate) answer_lost: u64,
    /// A request is lost on its way, and nobody says so.
    pub(crate) request_lost: u64,
    /// A service takes longer than anybody waits, and then does it.
    pub(crate) slow: u64,
    /// A webhook comes twice.
    pub(crate) duplicate: u64,
    /// A callback that no document depends on is late.
    pub(crate) late: u64,
    /// Such a callback never comes.
    pub(crate) lost: u64,
    /// A transcript fails.
    pub(crate) transcript_fails: u64,
}

impl Rates {
    fn is_calm(&self) -> bool {
        *self == Self::default()
    }
}

/// A service outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Store,
    Telephony,
    Ticketing,
    Notifier,
    /// The language model and the transcriber.
    Mind,
}

/// A stretch of time in which a service does not work.
#[derive(Debug, Clone)]
pub(crate) struct Outage {
    pub(crate) service: Service,
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
    /// It says no instead of saying nothing.
    pub(crate) refuses: bool,
}

/// Some seconds in which the store turns part of the requests away, as one does that is asked more than was paid for.
#[derive(Debug, Clone)]
pub(crate) struct Throttle {
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
    /// How many of a thousand requests.
    pub(crate) permille: u64,
}

/// The faults of one night.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    pub(crate) rates: Rates,
    pub(crate) outages: Vec<Outage>,
    /// When the store turns requests away.
    pub(crate) throttles: Vec<Throttle>,
    /// How many crashes, and when.
    pub(crate) crashes: Vec<DateTime<Utc>>,
}

impl Faults {
    pub(crate) fn draw(dice: &mut Dice, begins: DateTime<Utc>, minutes: u64) -> Self {
        // A night in four is calm, so that what works without faults is tested as well.
        if dice.chance(250) {
            return Self::default();
        }
        let mut rate = |most: u64| if dice.chance(500) { 0 } else { dice.range(1, most) };
        let rates = Rates {
            conflict: rate(150),
            index_stale: rate(600),
            store_slow: rate(200),
            store_before: rate(40),
            store_after: rate(30),
            unavailable: rate(250),
            refused: rate(40),
            answer_lost: rate(150),
            request_lost: rate(100),
            slow: rate(80),
            duplicate: rate(250),
            late: rate(300),
            lost: rate(100),
            transcript_fails: rate(300),
        };
        let within = |dice: &mut Dice| {
            begins + TimeDelta::seconds(i64::try_from(dice.range(0, minutes * 60)).unwrap_or_default())
        };
        let mut outages = Vec::new();
        for service in [Service::Store, Service::Telephony, Service::Ticketing, Service::Notifier, Service::Mind] {
            if dice.chance(250) {
                let from = within(dice);
                // A store that is away for long is an emergency at the carrier, not a night of ours.
                let most = if service == Service::Store { 20 } else { 1800 };
                let until = from + TimeDelta::seconds(i64::try_from(dice.range(2, most)).unwrap_or(2));
                outages.push(Outage { service, from, until, refuses: dice.chance(250) });
            }
        }
        let crashes = match dice.range(0, 5) {
            0..=2 => 0,
            more => more - 2,
        };
        let crashes = (0..crashes).map(|_| within(dice)).collect();
        let throttles = if dice.chance(700) { 0 } else { dice.range(1, 4) };
        let throttles = (0..throttles).map(|_| {
            let from = within(dice);
            let until = from + TimeDelta::seconds(i64::try_from(dice.range(2, 10)).unwrap_or(2));
            Throttle { from, until, permille: dice.range(200, 900) }
        });
        let throttles = throttles.collect();
        Self { rates, outages, throttles, crashes }
    }

    /// Whether nothing at all goes wrong tonight.
    pub(crate) fn is_calm(&self) -> bool {
        self.rates.is_calm() && self.outages.is_empty() && self.throttles.is_empty() && self.crashes.is_empty()
    }

    /// Whether what is put into the store tonight is kept, and whoever puts it lives to do so.
    pub(crate) fn store_is_sound(&self) -> bool {
        let Rates { conflict, store_before, store_after, .. } = self.rates;
        let away = self.outages.iter().any(|outage| outage.service == Service::Store);
        conflict + store_before + store_after == 0 && !away && self.throttles.is_empty() && self.crashes.is_empty()
    }

    /// How many of a thousand requests the store turns away now.
    pub(crate) fn throttled(&self, now: DateTime<Utc>) -> u64 {
        let now_on = self.throttles.iter().filter(|throttle| (throttle.from..throttle.until).contains(&now));
        now_on.map(|throttle| throttle.permille).max().unwrap_or_default()
    }

    pub(crate) fn outage(&self, service: Service, now: DateTime<Utc>) -> Option<&Outage> {
        self.outages.iter().find(|outage| outage.service == service && (outage.from..outage.until).contains(&now))
    }
}
