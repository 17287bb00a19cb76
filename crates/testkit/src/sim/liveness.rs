//! What must have come true once everything works again.

use super::recordings;
use super::world::{Owed, World};
use chrono::TimeDelta;
use nightdesk_domain::call::Call;
use nightdesk_domain::case::{CallbackState, Case, Work};
use nightdesk_domain::ids::OwnerId;
use nightdesk_engine::Engine;
use std::sync::Arc;

/// Checks the morning after.
pub(crate) async fn check(world: &Arc<World>, engine: &Engine) {
    let (calls, cases, owed) = {
        let book = world.book();
        let calls: Vec<Call> = book.calls.values().filter_map(|states| states.last().cloned()).collect();
        let cases: Vec<Case> = book.cases.values().filter_map(|states| states.last().cloned()).collect();
        (calls, cases, book.owed.clone())
    };
    for call in &calls {
        world
            .require(call.is_settled(), "every call is settled", || format!("call {} is in {:?}", call.id, call.state));
        let answered_by_office = call.reasons.iter().any(|reason| reason.rule == "call/answered-by-the-office");
        world.require(call.case_open || answered_by_office, "every call leaves a case", || {
            format!("call {} ended without one", call.id)
        });
        replays(world, engine, OwnerId::Call(call.id.clone())).await;
    }
    for case in &cases {
        at_rest(world, case);
        ticketed(world, case);
        replays(world, engine, OwnerId::Case(case.id.clone())).await;
    }
    let left: Vec<String> = world.book().outbox.keys().map(ToString::to_string).collect();
    world.require(left.is_empty(), "the outbox is empty", || left.join(", "));
    for owed in &owed {
        paid(world, owed);
    }
    recordings::check(world);
}

async fn replays(world: &Arc<World>, engine: &Engine, owner: OwnerId) {
    match engine.replay(&world.policy.tenant, &owner).await {
        Ok(replay) => world.require(replay.differences.is_empty(), "a replay decides the same", || {
            format!("{owner} differs: {:?}", replay.differences.first())
        }),
        Err(error) => world.fail("a replay decides the same", format!("{owner}: {error}")),
    }
}

fn at_rest(world: &World, case: &Case) {
    let rests =
        matches!(case.work, Work::Filed | Work::Talking { .. } | Work::Held { .. } | Work::Unanswered | Work::Handled);
    world.require(rests, "every case comes to rest", || format!("case {} is in {:?}", case.id, case.work));
    if let Some(owed) = case.owed() {
        // What is told no more was told as often as may be.
        let told_out = matches!(owed.state, CallbackState::Overdue { again: None, .. });
        let timed = case.deadline().is_some_and(|at| at > world.clock.at() - TimeDelta::minutes(1));
        world.require(timed || told_out, "a promised call is kept in mind", || {
            format!("case {} owes a call, and its timer is {:?}", case.id, case.deadline())
        });
    }
    if case.brief.wake {
        let requests = world.book().page_requests.get(&case.id).copied().unwrap_or_default();
        let answered = requests > 0 || case.work == Work::Handled;
        world.require(answered, "nobody is escalated without a page", || {
            format!("case {} rang nobody, {:?}", case.id, case.work)
        });
    }
}

fn ticketed(world: &World, case: &Case) {
    let book = world.book();
    let of_case: Vec<_> = book.tickets.iter().filter(|ticket| ticket.draft.key == case.id).collect();
    let standing: Vec<_> = of_case.iter().filter(|ticket| !ticket.merged).collect();
    let known = standing.iter().any(|ticket| Some(&ticket.id) == case.ticket.psa.as_ref());
    let (count, all) = (standing.len(), of_case.len());
    let lossless = !book.ticket_answers_lost;
    drop(book);
    world.require(count == 1 && known, "exactly one ticket for each case", || {
        format!("case {} has {count} tickets, and knows {:?}", case.id, case.ticket.psa)
    });
    world.require(all <= 1 || !lossless, "a second ticket only after a lost answer", || {
        format!("case {} was given {all} tickets and no answer was lost", case.id)
    });
}

/// The words are in the ticket, and if they were critical somebody was rung.
fn paid(world: &World, owed: &Owed) {
    let book = world.book();
    let last = book.calls.get(&owed.call).and_then(|states| states.last());
    let case = last.and_then(Call::case_id).unwrap_or_else(|| owed.call.case());
    let told = book.tickets.iter().filter(|ticket| ticket.draft.key == case).any(|ticket| {
        ticket.draft.description.reveal().contains(&owed.words)
            || ticket.notes.iter().any(|(_, text)| text.contains(&owed.words))
    });
    let requests = book.page_requests.get(&case).copied().unwrap_or_default();
    let handled = book.case(&case).is_some_and(|case| case.work == Work::Handled);
    drop(book);
    world.require(told, "a caller's words are in the ticket", || {
        format!("the ticket of call {} does not say {:?}", owed.call, owed.words)
    });
    world.require(!owed.critical || requests > 0 || handled, "critical words ring somebody", || {
        format!("call {} said {:?} and nobody was rung", owed.call, owed.words)
    });
}
