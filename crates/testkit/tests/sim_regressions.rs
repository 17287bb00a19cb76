//! What the simulator found in the two machines, each as the shortest story that shows it.
// Tests may unwrap.
#![allow(clippy::unwrap_used, clippy::panic)]

use chrono::{DateTime, Utc};
use nightdesk_domain::call::{Arrival, Call, CallEvent, Speech};
use nightdesk_domain::case::CaseEvent;
use nightdesk_domain::effect::Effect;
use nightdesk_domain::facts::Facts;
use nightdesk_domain::ids::CallId;
use nightdesk_domain::machine::{Context, Transition};
use nightdesk_domain::policy::Policy;
use nightdesk_testkit::sample::{at, number, policy, tenant};

fn context<'a>(policy: &'a Policy, facts: &'a Facts, now: DateTime<Utc>) -> Context<'a> {
    Context { policy, facts, now }
}

/// A call that arrived at `at(0)` from a number that nobody knows, and what each event did to it, ten seconds apart.
fn talk(events: &[CallEvent]) -> Vec<Transition<Call>> {
    talk_from(Some("+13125550149"), events)
}

fn talk_from(from: Option<&str>, events: &[CallEvent]) -> Vec<Transition<Call>> {
    let (policy, facts) = (policy(), Facts::default());
    let arrival = Arrival {
        tenant: tenant(),
        call: CallId::parse("CA1").unwrap(),
        dialled: number("+13125550100"),
        from: from.map(number),
    };
    let mut steps = vec![Call::open(&context(&policy, &facts, at(0)), &arrival)];
    for (event, seconds) in events.iter().zip((10..).step_by(10)) {
        let call = &steps.last().unwrap().state;
        steps.push(call.transition(&context(&policy, &facts, at(seconds)), event));
    }
    steps
}

fn says(turn: u32, words: &str) -> CallEvent {
    let words = Some(Speech { words: words.into(), confidence_percent: Some(90) });
    CallEvent::Said { turn, heard: Default::default(), words, keys: None }
}

fn keys(turn: u32, keys: &str) -> CallEvent {
    CallEvent::Said { turn, heard: Default::default(), words: None, keys: Some(keys.into()) }
}

/// The words and the number of the last brief that a step sends to the case.
fn told(step: &Transition<Call>) -> Option<(Vec<String>, Option<String>)> {
    step.effects.iter().rev().find_map(|planned| match &planned.effect {
        Effect::TellCase(_, event) => match &**event {
            CaseEvent::CallerSaid { brief, .. } => Some((
                brief.words.iter().map(|words| words.reveal().to_owned()).collect(),
                brief.number.as_ref().map(|number| number.reveal().to_owned()),
            )),
            _ => None,
        },
        _ => None,
    })
}

#[test]
fn an_answer_that_is_given_while_somebody_is_woken_reaches_the_case() {
    let steps = talk(&[says(1, "our server is down and nobody can work"), says(2, "since an hour ago")]);
    assert!(steps[1].opens.is_some());
    let (words, _) = told(&steps[2]).unwrap();
    assert_eq!(words, ["our server is down and nobody can work", "since an hour ago"]);
}

#[test]
fn a_number_that_is_keyed_while_somebody_is_woken_reaches_the_case() {
    let steps = talk_from(None, &[says(1, "our server is down and nobody can work"), keys(2, "3125550177#")]);
    assert_eq!(told(&steps[2]).unwrap().1.as_deref(), Some("3125550177"));
}
