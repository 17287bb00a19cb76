//! Recordings at the carrier: of messages whose callbacks come or are lost, and of the emergency document, which no
//! callback tells of. Scans find them: by each server again and again, by hand, by several at once.

use super::Plant;
use super::mind::Spoken;
use super::world::{Owed, World};
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::call::{Call, Recording};
use nightdesk_domain::case::Work;
use nightdesk_domain::ids::{CallId, RecordingId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::TranscriptionBy;
use nightdesk_engine::Engine;
use nightdesk_ports::{CallerOf, KeptRecording};
use std::sync::Arc;

/// How long after the healing a recording may still come to light, in minutes: the longest call, a message, and the
/// carrier's time to list it.
const SCANS_END_MINUTES: i64 = 60;
/// The longest that the carrier takes to list a recording, in seconds; the scan's overlap is far longer.
const LISTED_SECONDS_MAX: u64 = 1_200;
/// How long before tonight a message may have been left that nobody knows of, in minutes: the first scan looks back a
/// day.
const BEFORE_MINUTES_MAX: u64 = 20 * 60;

/// A recording that lies at the carrier.
#[derive(Debug, Clone)]
pub(crate) struct AtCarrier {
    kept: KeptRecording,
    caller: CallerOf,
    made: DateTime<Utc>,
    listed: DateTime<Utc>,
    words: &'static str,
    critical: bool,
}

/// What is said in messages, and whether it is Critical.
pub(crate) const MESSAGES: [(&str, bool); 3] = [
    ("this is jo please ring me about my mouse when you can", false),
    ("our main server is down and the whole company cannot work", true),
    ("uh hello yes goodbye", false),
];

/// A recording is finished.
pub(crate) fn keep(
    world: &World,
    (call, recording): (&CallId, &Recording),
    caller: CallerOf,
    (words, critical): (&'static str, bool),
    made: DateTime<Utc>,
) {
    let slow = !world.healed() && world.chance(200);
    let seconds = if slow { world.range(10, LISTED_SECONDS_MAX) } else { world.range(0, 10) };
    let listed = made + TimeDelta::seconds(i64::try_from(seconds).unwrap_or_default());
    let kept = KeptRecording { call: call.clone(), recording: recording.clone() };
    world.note(format!("the carrier keeps recording {} of call {call}: {words:?}", recording.id));
    let mut book = world.book();
    if world.policy.transcription == TranscriptionBy::Service && caller.came_in {
        let owed = Owed { call: call.clone(), words: words.to_owned(), critical };
        book.recordings.insert(recording.id.to_string(), Spoken { owed, written_at: None });
    }
    book.kept.push(AtCarrier { kept, caller, made, listed, words, critical });
}

/// Some nights begin with messages that were left while nothing ran.
pub(crate) fn left_before(world: &World) {
    if !world.chance(150) {
        return;
    }
    for number in 0..world.range(1, 2) {
        let (Ok(call), Ok(id)) = (CallId::parse(&format!("CA9{number}")), RecordingId::parse(&format!("RE9{number}")))
        else {
            continue;
        };
        let ago = i64::try_from(world.range(1, BEFORE_MINUTES_MAX)).unwrap_or(1);
        let made = world.clock.at() - TimeDelta::minutes(ago);
        let message = world.pick(&MESSAGES).unwrap_or(MESSAGES[0]);
        let known = !world.chance(200);
        let number = |digits: &str| PhoneNumber::parse(digits).ok().filter(|_| known);
        let caller = CallerOf { came_in: true, dialled: number("+13125550100"), from: number("+13125550142") };
        keep(world, (&call, &Recording { id, seconds: 9 }), caller, message, made);
    }
}

/// What the carrier lists as made since then.
pub(crate) fn listed(world: &World, since: DateTime<Utc>) -> Vec<KeptRecording> {
    let now = world.clock.at();
    let book = world.book();
    let mut all: Vec<&AtCarrier> = book.kept.iter().filter(|one| one.made >= since && one.listed <= now).collect();
    all.sort_by_key(|one| (one.made, one.kept.recording.id.to_string()));
    let mut kept: Vec<KeptRecording> = all.into_iter().map(|one| one.kept.clone()).collect();
    drop(book);
    if world.planted(Plant::RecordingsUnlisted) {
        kept.clear();
    }
    if world.planted(Plant::RecordingsMisfiled) {
        for one in kept.iter_mut().filter(|_| world.chance(300)) {
            one.call = CallId::parse(&format!("CX{}", one.call)).unwrap_or(one.call.clone());
        }
    }
    kept
}

/// What the carrier knows of a call.
pub(crate) fn caller_of(world: &World, call: &CallId) -> CallerOf {
    let book = world.book();
    let known = book.kept.iter().find(|one| one.kept.call == *call).map(|one| one.caller.clone());
    known.unwrap_or(CallerOf { came_in: true, dialled: None, from: None })
}

/// As a server does: soon after its start, and then again and again.
pub(crate) async fn keep_scanning(world: Arc<World>, process: u32, engine: Arc<Engine>) {
    let mut wait = 5_000;
    loop {
        world.clock.sleep_ms(wait).await;
        if is_over(&world) {
            return;
        }
        scan(&world, process, &engine, None).await;
        wait = if world.healed() { world.range(600_000, 1_200_000) } else { world.range(120_000, 900_000) };
    }
}

/// By hand, or by a function beside the servers: at any time, by some of the engines at once.
pub(crate) async fn scan_now_and_then(world: Arc<World>) {
    for _ in 0..world.range(0, 4) {
        world.clock.sleep_ms(world.range(1_000, 1_200_000)).await;
        let hours = world.chance(300).then(|| TimeDelta::hours(48));
        let since = hours.map(|hours| world.clock.at() - hours);
        let engines = world.book().engines.clone();
        for (process, engine) in engines {
            let world = world.clone();
            world.clone().tasks.spawn(process, async move { scan(&world, process, &engine, since).await });
        }
    }
}

async fn scan(world: &Arc<World>, process: u32, engine: &Engine, since: Option<DateTime<Utc>>) {
    let scanned = engine.scan_recordings(&world.policy.tenant, since).await;
    match scanned {
        Ok(scanned) if scanned.found + scanned.failed > 0 => {
            world.note(format!("engine {process} scans recordings: {scanned:?}"));
        }
        Ok(_) => {}
        Err(error) => world.note(format!("engine {process} cannot scan recordings: {error}")),
    }
}

/// Whether nothing can come to light any more.
fn is_over(world: &World) -> bool {
    let healed = world.book().healed_at;
    healed.is_some_and(|at| world.clock.at() - at > TimeDelta::minutes(SCANS_END_MINUTES))
}

/// The morning after: every recording is a message of its own call and of no other, its ticket names it, and somebody
/// has read it or was woken to listen.
pub(crate) fn check(world: &World) {
    let all = world.book().kept.clone();
    for one in &all {
        let (id, call) = (&one.kept.recording.id, &one.kept.call);
        let has = |call: &Call| call.recordings.iter().any(|known| known.id == *id);
        let (calls, known) = {
            let book = world.book();
            let newest = book.calls.values().filter_map(|states| states.last());
            let with: Vec<CallId> = newest.filter(|call| has(call)).map(|call| call.id.clone()).collect();
            (with, book.call(call).cloned())
        };
        if !one.caller.came_in {
            world.require(calls.is_empty() && known.is_none(), "a recording of our own call is no message", || {
                format!("{id} of {call} is a message of {calls:?}")
            });
            continue;
        }
        world.require(calls == [call.clone()], "every recording is a message of one call", || {
            format!("{id} of call {call} is a message of {calls:?}")
        });
        let case = known.as_ref().and_then(Call::case_id).unwrap_or_else(|| call.case());
        let (named, told, woken) = {
            let book = world.book();
            let tickets: Vec<_> = book.tickets.iter().filter(|ticket| ticket.draft.key == case).collect();
            let says = |words: &str| {
                let notes = tickets.iter().flat_map(|ticket| &ticket.notes).map(|(_, text)| text.as_str());
                let drafts = tickets.iter().map(|ticket| ticket.draft.description.reveal());
                notes.chain(drafts).any(|text| text.contains(words))
            };
            let woken = book.page_requests.get(&case).copied().unwrap_or_default() > 0
                || book.case(&case).is_some_and(|case| case.work == Work::Handled);
            (says(&format!("recording {id},")), says(one.words), woken)
        };
        world.require(named, "every recording is in the ticket of its call", || {
            format!("the ticket of call {call} does not name {id}")
        });
        world.require(told || woken, "a message is read, or somebody is woken to listen", || {
            format!("nobody knows what {id} of call {call} says")
        });
        world.require(woken || !one.critical, "critical words ring somebody", || {
            format!("{id} of call {call} says {:?} and nobody was rung", one.words)
        });
    }
}
