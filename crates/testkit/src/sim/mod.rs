//! The simulator: whole nights with the real domain and the real engine, where everything around them fails.
//!
//! One seed is one night: which callers ring and what they say, which technicians answer and how, what breaks
//! and when, and in which order everything is done. Several engines share one store; a crash drops an engine's
//! futures where they stand. Safety is checked at every commit, every reply and every touch of the outside;
//! then everything is healed, and the morning must find every call settled, every case with its one ticket,
//! nothing left to do and nobody forgotten.

mod caller;
mod carrier;
mod desk;
mod dice;
mod executor;
mod faults;
mod followed;
mod index;
mod links;
mod liveness;
mod mind;
mod recordings;
mod reports;
mod safety;
mod store;
mod technician;
mod world;

use crate::memory::MemoryStore;
use crate::sample;
use carrier::{Hook, SimTelephony};
use chrono::{DateTime, TimeDelta, Utc};
use desk::SimDesk;
use dice::Dice;
use executor::{Executor, SimClock, Spawner, Step, lock};
use faults::Faults;
use futures_util::FutureExt;
use mind::SimMind;
use nightdesk_domain::call::Call;
use nightdesk_domain::case::{Case, CaseEvent};
use nightdesk_domain::policy::{Channel, Ladder, ModelPolicy, Policy, Reach, Rung, TranscriptionBy, Way, Who};
use nightdesk_domain::rota::{Every, Hours, Layer, Member, Person, Schedule};
use nightdesk_engine::{Engine, Ports, Settings};
use nightdesk_ports::TenantRepository;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::task::Poll;
use store::FaultyStore;
use world::World;

/// How much is taken at a look at the due work.
const TAKE_MAX: usize = 16;
/// How long a looker waits after a look that found something, in milliseconds.
const LOOK_EVERY_MS: u64 = 200;
/// Steps after which a night counts as running in circles.
const STEPS_MAX: u64 = 2_000_000;
/// Time after the healing by which everything must have come to rest, in hours.
const REST_HOURS_MAX: i64 = 24;

/// How long what falls due at the very end may take, in minutes.
const LAST_MINUTES_MAX: i64 = 10;

/// A mistake made on purpose, to show that the simulator would find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Plant {
    /// A store that now and then keeps the effects of a commit and forgets its states.
    StateNotStored,
    /// A store that now and then acknowledges a commit without keeping it.
    UnstoredAcknowledged,
    /// A store that takes a commit whatever version it was decided on.
    VersionUnchecked,
    /// An outbox that hands out what another holds.
    LeasesIgnored,
    /// An outbox that hands out whatever its index shows, be it held by another meanwhile.
    IndexBelieved,
    /// A store that does not name cases whose deadline has passed.
    DeadlinesForgotten,
    /// A ticketing system in which no ticket is ever found by its key.
    TicketNeverFound,
    /// A carrier that reports a mailbox as somebody who pressed 1.
    MachinePressesOne,
    /// A store that acknowledges what a number has said about texts, and does not keep it.
    StopForgotten,
    /// A webhook that acknowledges the report of a lost message, and tells nobody.
    ReportsForgotten,
    /// A store that now and then gives out the state before the newest one of a case, as if it were that.
    OldStateGiven,
    /// A page behind a link that says "you have it" and asks nobody.
    LinkUnstored,
    /// A carrier that lists no recordings.
    RecordingsUnlisted,
    /// A carrier that now and then names another call as that of a recording.
    RecordingsMisfiled,
    /// A store that does not keep which technicians take no texts.
    BlockForgotten,
}

/// Which night to simulate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Night {
    /// Everything that is drawn is drawn from it.
    pub seed: u64,
    /// How long callers ring and things fail, in simulated minutes.
    pub minutes: u64,
    /// A mistake made on purpose.
    #[serde(default)]
    pub plant: Option<Plant>,
    /// Choices of the scheduler to repeat; beyond them it draws its own.
    #[serde(default)]
    pub schedule: Vec<u32>,
}

impl Night {
    /// The night of a seed, of the usual length.
    pub fn new(seed: u64) -> Self {
        Self { seed, minutes: 60, plant: None, schedule: Vec::new() }
    }
}

/// How a night went.
#[derive(Debug, Clone)]
pub struct Report {
    /// What happened, line by line; the same for the same night.
    pub trace: Vec<String>,
    /// The invariant that did not hold, and how it did not.
    pub failure: Option<(String, String)>,
    /// The choices of the scheduler.
    pub schedule: Vec<u32>,
    /// Commits that the store took.
    pub commits: u64,
    /// Calls that reached us, and cases that came of them.
    pub calls: usize,
    /// See `calls`.
    pub cases: usize,
}

/// Simulates a night.
pub fn run(night: &Night) -> Report {
    let mut dice = Dice::new(night.seed);
    let begins = begins(&mut dice);
    let clock = SimClock::new(begins);
    let faults = Faults::draw(&mut dice, begins, night.minutes);
    let policy = Arc::new(policy(&mut dice));
    let store = MemoryStore::new();
    let spawner = Spawner::default();
    let schedule_dice = Dice::new(dice.next());
    let mut executor = Executor::new(clock.clone(), spawner.clone(), schedule_dice, night.schedule.clone());
    let contacts = [
        sample::contact("Dana", "acme-dental", &["+13125550142"]),
        sample::contact("Lee", "acme-dental", &["+13125550143"]),
        sample::contact("Sam", "harbor-law", &["+13125550143"]),
    ];
    // The memory store never waits.
    let _version = store.import(&policy, &contacts, "").now_or_never();
    let world = World::new(clock, spawner, store, policy, faults, night.plant, Dice::new(dice.next()));
    world.note(format!("seed {}: {:?}", night.seed, world.faults));
    for _ in 0..world.range(1, 3) {
        start_engine(&world);
    }
    let heals = begins + TimeDelta::minutes(i64::try_from(night.minutes).unwrap_or(60));
    let script = play(world.clone(), heals);
    world.spawn_outside(script);
    let latest = heals + TimeDelta::hours(REST_HOURS_MAX);
    let mut steps = 0;
    while world.book().failure.is_none() {
        steps += 1;
        match executor.step() {
            Step::Quiet => break,
            // The next opening is told of what is overdue, for a week.
            _ if world.clock.at() > latest && only_promises_are_left(&world) => break,
            _ if world.clock.at() > latest + TimeDelta::minutes(LAST_MINUTES_MAX) => {
                world.fail("every night ends", "something is still going on a day later")
            }
            _ if steps > STEPS_MAX => world.fail("every night ends", "something runs in circles"),
            _ => {}
        }
    }
    if world.book().failure.is_none() {
        morning(&world, &mut executor);
    }
    let mut book = world.book();
    Report {
        failure: book.failure.take().map(|(invariant, what)| (invariant.to_owned(), what)),
        schedule: std::mem::take(&mut executor.schedule),
        commits: book.commits,
        calls: book.calls.len(),
        cases: book.cases.len(),
        trace: std::mem::take(&mut book.trace),
    }
}

/// Whether nothing is waited for but the times of promised calls.
fn only_promises_are_left(world: &World) -> bool {
    let book = world.book();
    let newest =
        |states: &Vec<Case>| states.last().is_none_or(|case| case.deadline().is_none() || case.owed().is_some());
    let settled = |states: &Vec<Call>| states.last().is_none_or(Call::is_settled);
    book.outbox.is_empty() && book.cases.values().all(newest) && book.calls.values().all(settled)
}

/// Most nights are nights; some end in an opening office.
fn begins(dice: &mut Dice) -> DateTime<Utc> {
    let night = sample::at(0);
    if dice.chance(250) {
        night + TimeDelta::minutes(i64::try_from(dice.range(300, 350)).unwrap_or(300))
    } else {
        night
    }
}

fn policy(dice: &mut Dice) -> Policy {
    let mut policy = sample::policy();
    policy.paging.repeat_minutes = u32::try_from(dice.range(5, 15)).unwrap_or(15);
    policy.paging.wake_for_high = !dice.chance(200);
    if dice.chance(300) {
        policy.office = Some(sample::number("+13125550120"));
    }
    if dice.chance(200)
        && let Some(first) = policy.technicians.first_mut()
    {
        first.number = None;
    }
    if dice.chance(400) {
        policy.model = ModelPolicy { opinion: dice.chance(800), summary: dice.chance(500) };
    }
    if dice.chance(300) {
        policy.transcription = TranscriptionBy::Service;
    }
    policy.texts.to_callers = dice.chance(500);
    if dice.chance(500) {
        vary_ladder(&mut policy, dice);
    }
    policy
}

/// Several channels, everybody at once, several tries, a rota: the ladder as tenants make it.
fn vary_ladder(policy: &mut Policy, dice: &mut Dice) {
    for technician in &mut policy.technicians {
        if dice.chance(650) {
            technician.slack = Some("U01".to_owned());
            let all = [Channel::Call, Channel::Text, Channel::Slack, Channel::Email, Channel::Webhook];
            let ways = all.iter().filter(|_| dice.chance(500)).map(|by| Way { by: *by, after_seconds: 0 });
            let mut ways: Vec<Way> = ways.collect();
            // Some are reached by messages alone.
            if ways.is_empty() || dice.chance(700) {
                ways.push(Way { by: Channel::Call, after_seconds: u32::try_from(dice.range(0, 90)).unwrap_or(0) });
            }
            technician.reach = vec![Reach { priorities: Vec::new(), ways }];
        }
    }
    let mut rungs: Vec<Rung> = policy.ladder.iter().cloned().map(|id| Rung::once(Who::Person(id))).collect();
    if dice.chance(400) {
        // A hand-off each hour: some nights see one while somebody is being paged.
        let members = policy.ladder.iter().map(|id| Member::new(Person::new(id.as_str()))).collect();
        let start = sample::at(0).with_timezone(&policy.time_zone).naive_local();
        let (name, every) = ("primary".to_owned(), Every::Hours(1));
        let layers = vec![Layer { name: name.clone(), start, every, people: members, hours: Hours::default() }];
        policy.rota = Some(Schedule { time_zone: policy.time_zone, layers });
        rungs.insert(0, Rung::once(Who::OnCall(name)));
    }
    for rung in &mut rungs {
        rung.tries = if dice.chance(300) { 2 } else { 1 };
        rung.pause_seconds = if dice.chance(300) { 60 } else { 0 };
    }
    rungs.push(Rung::once(if dice.chance(500) { Who::Everybody } else { Who::SkillMatch }));
    rungs.push(Rung::once(Who::Manager));
    let passes = if dice.chance(200) { 2 } else { 1 };
    policy.ladders = vec![Ladder { name: "night".to_owned(), companies: vec![], priorities: vec![], rungs, passes }];
}

/// Lets callers ring and engines crash, then heals.
async fn play(world: Arc<World>, heals: DateTime<Utc>) {
    for number in 1..=world.range(1, 4) {
        let world = world.clone();
        let minutes = (heals - world.clock.at()).num_minutes().try_into().unwrap_or(1);
        world.clone().spawn_outside(async move {
            // Half of them ring in the same minute: one outage, many callers.
            let after = if world.chance(500) { world.range(0, 60) } else { world.range(0, minutes * 60) };
            world.clock.sleep_ms(after * 1_000).await;
            if let Some(caller) = caller::Caller::draw(&world, number) {
                caller.live().await;
            }
        });
    }
    reports::stops_of_technicians(&world);
    recordings::left_before(&world);
    world.spawn_outside(recordings::scan_now_and_then(world.clone()));
    world.spawn_outside(followed::keep_watching(world.clone()));
    for crash in world.faults.crashes.clone() {
        let world = world.clone();
        world.clone().spawn_outside(async move {
            world.clock.until(crash).await;
            if !world.healed() {
                crash_one(&world).await;
            }
        });
    }
    if world.chance(150) {
        let world = world.clone();
        world.clone().spawn_outside(async move {
            world.clock.sleep_ms(world.range(60_000, 3_600_000)).await;
            let cases: Vec<_> = world.book().cases.keys().cloned().collect();
            if let Some(case) = world.pick(&cases) {
                let owes = world.book().case(&case).is_some_and(|case| case.owed().is_some());
                let by = "Robin".into();
                let event = if owes { CaseEvent::CallbackDone { by } } else { CaseEvent::MarkedHandled { by } };
                world.post(Hook::Case(case, event)).await;
            }
        });
    }
    world.clock.until(heals).await;
    world.note("everything is healed");
    {
        let mut book = world.book();
        (book.healed, book.healed_at) = (true, Some(world.clock.at()));
    }
    if world.book().engines.is_empty() {
        start_engine(&world);
    }
    // Whoever waits for the next thing due looks again.
    let now = world.clock.at();
    world.remind([now]);
}

async fn crash_one(world: &Arc<World>) {
    let engines: Vec<u32> = world.book().engines.iter().map(|(process, _)| *process).collect();
    let Some(process) = world.pick(&engines) else { return };
    world.note(format!("engine {process} crashes"));
    world.book().engines.retain(|(other, _)| *other != process);
    world.book().ticket_answers_lost = true;
    world.tasks.kill(process);
    world.clock.sleep_ms(world.range(0, 30_000)).await;
    start_engine(world);
}

fn start_engine(world: &Arc<World>) {
    let process = {
        let mut book = world.book();
        book.processes += 1;
        book.processes
    };
    let claimant = format!("engine-{process}");
    let store = Arc::new(FaultyStore { world: world.clone() });
    let desk = Arc::new(SimDesk { world: world.clone(), claimant: claimant.clone() });
    let mind = Arc::new(SimMind { world: world.clone(), claimant: claimant.clone() });
    let engine = Arc::new(Engine::new(
        Ports {
            cases: store.clone(),
            outbox: store.clone(),
            tenants: store.clone(),
            records: store.clone(),
            register: store,
            telephony: Arc::new(SimTelephony { world: world.clone(), claimant: claimant.clone() }),
            ticketing: desk.clone(),
            notifier: desk,
            model: mind.clone(),
            transcriber: mind,
            clock: Arc::new(world.clock.clone()),
        },
        Settings::new(claimant),
    ));
    world.book().engines.push((process, engine.clone()));
    for _ in 0..2 {
        world.tasks.spawn(process, look_after_due(world.clone(), engine.clone()));
    }
    world.tasks.spawn(process, recordings::keep_scanning(world.clone(), process, engine));
}

/// As a server does; but instead of looking five times a second, it sleeps until something may be due.
async fn look_after_due(world: Arc<World>, engine: Arc<Engine>) {
    loop {
        let reminders = world.book().reminders;
        let idle = engine.run_due(TAKE_MAX).await.is_ok_and(|ran| ran.is_idle());
        if idle {
            something_due(&world, reminders).await;
        }
        world.clock.sleep_ms(world.range(LOOK_EVERY_MS / 4, LOOK_EVERY_MS)).await;
    }
}

/// Waits for the next instant on the agenda, or for a new entry.
async fn something_due(world: &Arc<World>, reminders: u64) {
    let looked = world.clock.at();
    let mut sleep = None;
    std::future::poll_fn(|cx| {
        let mut book = lock(&world.book);
        if book.reminders != reminders {
            return Poll::Ready(());
        }
        // What was due when we looked was seen.
        book.agenda = book.agenda.split_off(&(looked + TimeDelta::nanoseconds(1)));
        book.agenda_wakers.push(cx.waker().clone());
        let next = book.agenda.first().copied();
        drop(book);
        next.map_or(Poll::Pending, |next| sleep.insert(world.clock.until(next)).poll_unpin(cx))
    })
    .await;
}

/// Checks what must have come true, with an engine that nothing fails for.
fn morning(world: &Arc<World>, executor: &mut Executor) {
    world.book().healed = true;
    if !world.book().page_requests.is_empty() {
        world.note("morning");
    }
    let engines = world.book().engines.clone();
    // A promised call that falls due this very moment belongs to another night.
    engines.iter().for_each(|(process, _)| world.tasks.kill(*process));
    let Some((_, engine)) = engines.into_iter().next() else {
        return world.fail("every night ends", "no engine is left");
    };
    let done = Arc::new(std::sync::Mutex::new(false));
    let (judged, finished) = (world.clone(), done.clone());
    world.spawn_outside(async move {
        liveness::check(&judged, &engine).await;
        *lock(&finished) = true;
    });
    while !*lock(&done) && executor.step() != Step::Quiet {}
}
