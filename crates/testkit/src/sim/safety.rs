//! What must hold at every instant, whatever fails.

use super::faults::Service;
use super::world::World;
use super::{followed, links};
use chrono::TimeDelta;
use nightdesk_domain::call::{Call, CallState, News};
use nightdesk_domain::case::{Case, Page, PageState, Work};
use nightdesk_domain::effect::Effect;
use nightdesk_domain::ids::{CaseId, OwnerId};
use nightdesk_domain::limits::EFFECTS_PER_TRANSITION_MAX;
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::reply::{Heard, Then, VoiceReply};
use nightdesk_domain::vocabulary::Priority;
use nightdesk_ports::{Cases, Commit, Snapshot};
use std::sync::Arc;

/// How long a request may have been under way when the case was taken, in seconds: what a port may take.
const IN_FLIGHT_SECONDS: i64 = 10;

/// How long a caller may go on waiting after nobody will come to the line any more, in seconds, when nothing
/// fails: the news, the bound on joining with its briefing, one turn of holding.
const IN_VAIN_SECONDS: i64 = 180;

/// A commit returned from the store beneath; enters it into the book and checks what it made true.
pub(crate) async fn committed(world: &Arc<World>, commit: Commit) {
    let owners: Vec<String> =
        commit.saves.iter().map(|save| format!("{} v{}", save.snapshot.owner(), save.expected_version + 1)).collect();
    let decided: Vec<&str> = commit.journal.iter().flat_map(|row| row.decided.iter().map(String::as_str)).collect();
    world.note(format!("commit {}: {}", owners.join(", "), decided.join("; ")));
    world.require(commit.effects.len() <= EFFECTS_PER_TRANSITION_MAX, "effects of a transition are bounded", || {
        format!("{} effects in one transition", commit.effects.len())
    });
    let mut reminders = Vec::new();
    {
        let mut book = world.book();
        book.commits += 1;
        if let Some(claim) = &commit.settled {
            book.outbox.remove(&claim.effect.id);
        }
        for new in &commit.effects {
            book.enter(new);
            reminders.push(new.lease.as_ref().map_or(new.planned.due, |lease| lease.until));
        }
        reminders.extend(commit.saves.iter().filter_map(|save| save.deadline));
    }
    world.remind(reminders);
    for new in &commit.effects {
        let owner = &new.planned.id.owner;
        let stored = world.store.load(&commit.tenant, owner).await;
        let counted = match stored.ok().flatten().map(|stored| stored.snapshot) {
            Some(Snapshot::Call(call)) => call.effects_planned,
            Some(Snapshot::Case(case)) => case.effects_planned,
            None => 0,
        };
        world.require(counted >= new.planned.id.number, "an effect is stored only with its state", || {
            format!("{} was committed, and its owner's state was not", new.planned.id)
        });
    }
    for save in &commit.saves {
        let owner = save.snapshot.owner();
        world.require(save.deadline == save.snapshot.deadline(), "a deadline is stored with its state", || {
            format!("the deadline of {owner} differs from its state's")
        });
        round_trip(world, &save.snapshot);
        match &save.snapshot {
            Snapshot::Call(call) => call_committed(world, call),
            Snapshot::Case(case) => {
                links::accepted(world, &commit.journal, case);
                case_committed(world, case);
            }
        }
    }
}

fn round_trip(world: &World, snapshot: &Snapshot) {
    let again = serde_json::to_string(snapshot).and_then(|text| serde_json::from_str::<Snapshot>(&text));
    world.require(again.is_ok_and(|again| again == *snapshot), "snapshots round-trip", || {
        format!("{} reads back differently", snapshot.owner())
    });
}

fn call_committed(world: &World, call: &Call) {
    world.require(call.is_settled() || call.deadline().is_some(), "every unsettled state has a deadline", || {
        format!("call {} waits for ever in {:?}", call.id, call.state)
    });
    if !matches!(call.state, CallState::Ended | CallState::AwaitingTranscript { .. }) {
        not_silent(world, call.id.as_str(), &call.reply(&world.policy, Heard::default(), world.clock.at()));
    }
    let mut book = world.book();
    let accepted = book.accepted_by.get(&call.id.case()).cloned().unwrap_or_default();
    let false_news = call.news.iter().any(|news| match news {
        News::Accepted(who) | News::Connected(who) => !accepted.contains(who),
        _ => false,
    });
    book.calls.entry(call.id.clone()).or_default().push(call.clone());
    drop(book);
    world.require(!false_news, "nobody is told a thing happened until it is durably so", || {
        format!("call {} was told of an acceptance that no case has stored", call.id)
    });
}

fn case_committed(world: &World, case: &Case) {
    let waits = matches!(case.work, Work::Paging { .. } | Work::Pausing { .. } | Work::Joining { .. });
    let bounded = match case.work {
        // Somebody is being paged, or the next rung has its time.
        Work::Paging { until, .. } => {
            case.deadline().is_some() && (until.is_some() || case.pages.iter().any(Page::is_open))
        }
        _ => !waits || case.deadline().is_some(),
    };
    world.require(bounded, "every unsettled state has a deadline", || {
        format!("case {} waits for ever in {:?}", case.id, case.work)
    });
    still_waking(world, case);
    followed::next_channel(world, case);
    let standing = case.pages.iter().filter(|page| matches!(page.state, PageState::Accepted { .. })).count();
    world.require(standing <= 1, "at most one technician holds a case", || {
        format!("case {} is held by {standing}", case.id)
    });
    for page in case.pages.iter().filter(|page| matches!(page.state, PageState::Accepted { .. })) {
        // After a lost answer a page may ring on two legs; a person on either is a person.
        let person = world.book().accepted_on.iter().any(|(of, number)| *of == case.id && *number == page.number);
        world.require(person, "only a person's acceptance counts", || {
            format!("page {} of case {} counts as accepted, and nobody accepted it", page.number, case.id)
        });
        let policy = &world.policy;
        not_silent(world, "a technician who accepted", &case.page_reply(page.number, policy));
    }
    let mut book = world.book();
    let now = world.clock.at();
    let held = |case: &Case| case.accepted().is_some();
    if held(case) || book.case(&case.id).is_some_and(held) {
        book.held_until.insert(case.id.clone(), now);
    }
    let decided = book.decided.entry(case.id.clone()).or_default();
    for page in &case.pages {
        decided.entry(page.number).or_insert(now);
    }
    if case.accepted().is_some() || case.work == Work::Handled {
        book.taken_since.entry(case.id.clone()).or_insert(now);
    } else {
        book.taken_since.remove(&case.id);
    }
    if let Some(page) = case.accepted() {
        book.accepted_by.entry(case.id.clone()).or_default().insert(page.technician.clone());
    }
    book.cases.entry(case.id.clone()).or_default().push(case.clone());
}

/// An escalated Critical case is at every instant worked on, pausing, accepted, handled, or left to opened business.
fn still_waking(world: &World, case: &Case) {
    if !case.brief.wake || case.brief.priority != Priority::Critical {
        return;
    }
    let policy = &world.policy;
    let again = world.clock.at() + TimeDelta::minutes(i64::from(policy.paging.repeat_minutes));
    let waking = match case.work {
        Work::Filed => false,
        Work::Unanswered => policy.opened_between(case.opened_at, again),
        _ => true,
    };
    world.require(waking, "a Critical case is still waking somebody", || {
        format!("case {} rests in {:?}", case.id, case.work)
    });
}

fn not_silent(world: &World, who: &str, reply: &VoiceReply) {
    let words = reply.say.iter().any(|sentence| !sentence.trim().is_empty());
    world.require(words || matches!(reply.then, Then::RingOffice { .. }), "no silence", || {
        format!("{who} hears nothing, then {:?}", reply.then)
    });
}

/// An engine is about to touch the outside: it must hold a committed effect that orders just this.
pub(crate) fn touching(world: &World, claimant: &str, service: Service, orders: impl Fn(&Effect) -> bool) {
    let now = world.clock.at();
    let book = world.book();
    let mut known = false;
    let mut held = false;
    for row in book.outbox.values().filter(|row| orders(&row.effect)) {
        known = true;
        held |= row.lease.as_ref().is_some_and(|lease| lease.claimant == claimant && lease.until > now);
    }
    drop(book);
    world.require(known, "nothing outside is touched for what is not committed", || {
        format!("{claimant} asks {service:?} for something that no stored effect orders")
    });
    world.require(held || !known, "an effect is performed only under its lease", || {
        format!("{claimant} asks {service:?} for something that another holds")
    });
}

/// Somebody is about to be rung, or paged by a message.
pub(crate) fn ringing(world: &World, case: &CaseId, page: u32) {
    let now = world.clock.at();
    world.book().placed.entry((case.clone(), page)).or_insert(now);
    let taken = world.book().taken_since.get(case).copied();
    let in_flight = taken.is_none_or(|at| now - at <= TimeDelta::seconds(IN_FLIGHT_SECONDS));
    world.require(in_flight, "nobody is rung after an acceptance", || {
        format!("page {page} of case {case} is placed although it is taken since {taken:?}")
    });
}

/// A caller is about to be texted.
pub(crate) fn texting_a_caller(world: &World, to: &PhoneNumber) {
    let now = world.clock.at();
    let since = world.book().stopped.get(to).copied();
    let in_flight = since.is_none_or(|at| now - at <= TimeDelta::seconds(IN_FLIGHT_SECONDS));
    world.require(in_flight, "no caller is texted after STOP", || format!("a text, and STOP was taken at {since:?}"));
}

/// A caller is about to hear this; it must be what a stored state says.
pub(crate) async fn caller_hears(
    world: &Arc<World>,
    call: &nightdesk_domain::ids::CallId,
    reply: &VoiceReply,
    heard: Heard,
) {
    let now = world.clock.at();
    let tenant = &world.policy.tenant;
    let stored = world.store.load(tenant, &OwnerId::Call(call.clone())).await.ok().flatten();
    let current = match stored.map(|stored| stored.snapshot) {
        Some(Snapshot::Call(call)) => Some(*call),
        _ => None,
    };
    let says = |state: &Call| state.reply(&world.policy, heard, now) == *reply;
    let said = current.as_ref().is_some_and(says)
        || world.book().calls.get(call).is_some_and(|states| states.iter().rev().any(says));
    world.require(said && current.is_some(), "a caller hears only what is stored", || {
        format!("call {call} hears what no stored state says: {:?}", reply.then)
    });
    // Its own case, or that of an earlier caller which it has joined.
    let case = current.as_ref().and_then(Call::case_id).unwrap_or_else(|| call.case());
    let holding = matches!(current.as_ref().map(|call| &call.state), Some(CallState::Holding { .. }));
    let since = world.book().taken_since.get(&case).copied();
    let nobody_comes =
        world.book().case(&case).is_some_and(|case| matches!(case.work, Work::Held { .. } | Work::Handled));
    let in_vain = holding && nobody_comes && since.is_some_and(|at| now - at > TimeDelta::seconds(IN_VAIN_SECONDS));
    world.require(!in_vain || !world.faults.is_calm(), "nobody waits in vain", || {
        format!("call {call} holds although its case is taken since {since:?}")
    });
    let number = current.as_ref().and_then(|call| call.ticket.clone());
    let told = number.filter(|number| reply.say.iter().any(|line| line.contains(&number.spoken())));
    let has =
        told.as_ref().is_none_or(|number| world.book().case(&case).is_some_and(|case| case.ticket.number == *number));
    world.require(has, "nobody is told a thing happened until it is durably so", || {
        format!("call {call} hears the number of a ticket that no case has stored")
    });
    let promised = current.as_ref().filter(|_| reply.then == Then::HangUp).and_then(|call| call.promise.clone());
    let kept = promised.is_none() || world.book().case(&case).is_some();
    world.require(kept, "nobody is told a thing happened until it is durably so", || {
        format!("call {call} hears a promise that no case has stored")
    });
    if !matches!(current.map(|call| call.state), Some(CallState::Ended | CallState::AwaitingTranscript { .. })) {
        not_silent(world, call.as_str(), reply);
    }
}
