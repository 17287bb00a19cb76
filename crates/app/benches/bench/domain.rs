//! Transitions alone: no store, no clock, no network, one thread.

use crate::Failure;
use crate::report::{Report, progress};
use crate::stats::median;
use crate::turns::CONVERSATION;
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk::config::{DEMO, Tenant};
use nightdesk_domain::call::{Arrival, Call, CallEvent, Speech};
use nightdesk_domain::facts::Facts;
use nightdesk_domain::ids::CallId;
use nightdesk_domain::machine::{Context, Verdict};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::Policy;
use nightdesk_domain::private::Private;
use nightdesk_domain::reply::Heard;
use std::hint::black_box;
use std::time::Instant;

const SECTION: &str = "domain alone, one thread";

pub(crate) fn measure(quick: bool, report: &mut Report) -> Result<(), Failure> {
    let policy = Tenant::parse(DEMO).map_err(|problems| problems.to_string())?.policy;
    let arrival = Arrival {
        tenant: policy.tenant.clone(),
        call: CallId::parse("CA00000000000000000000000000000001")?,
        dialled: policy.caller_id.clone(),
        from: Some(PhoneNumber::parse("+13125550170")?),
    };
    let now = Utc::now();
    let (rounds, calls) = if quick { (3, 200) } else { (11, 1_000) };
    let mut rates = Vec::new();
    for round in 0..rounds {
        progress(&format!("domain: {} of {rounds}", round + 1));
        let began = Instant::now();
        let transitions: usize = (0..calls).map(|_| conversation(&policy, &arrival, now)).sum();
        rates.push(transitions as f64 / began.elapsed().as_secs_f64());
    }
    report.figure(SECTION, "transitions per second of the same conversation", median(rates), "/s");
    Ok(())
}

/// One call from its arrival to its farewell; gives how many transitions that took.
fn conversation(policy: &Policy, arrival: &Arrival, now: DateTime<Utc>) -> usize {
    let facts = Facts::default();
    let mut call: Call = Call::open(&Context { policy, facts: &facts, now }, arrival).state;
    let mut transitions = 1;
    for (place, words) in (1..).zip(CONVERSATION) {
        let event = CallEvent::Said {
            turn: call.turn,
            heard: Heard::default(),
            words: Some(Speech { words: Private::new(words), confidence_percent: Some(91) }),
            keys: None,
        };
        let context = Context { policy, facts: &facts, now: now + TimeDelta::seconds(10 * place) };
        let taken = call.transition(&context, &event);
        if taken.verdict != Verdict::Applied {
            break;
        }
        transitions += 1;
        call = black_box(taken.state);
    }
    transitions
}
