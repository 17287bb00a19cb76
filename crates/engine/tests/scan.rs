//! Recordings at the carrier that no call knows become tickets, whoever scans, and however often.
// Tests may unwrap.
#![allow(clippy::unwrap_used, clippy::panic)]

use nightdesk_domain::call::{Call, CallEvent, Recording};
use nightdesk_domain::ids::{CallId, OwnerId, RecordingId};
use nightdesk_domain::policy::{Policy, TranscriptionBy};
use nightdesk_domain::reply::Heard;
use nightdesk_domain::vocabulary::Disposition;
use nightdesk_engine::{Engine, Scanned, Settings};
use nightdesk_ports::{CallerOf, Cases, KeptRecording, Snapshot, TenantRepository};
use nightdesk_testkit::fakes::{HandClock, Obedient, ports, run_until_idle};
use nightdesk_testkit::memory::MemoryStore;
use nightdesk_testkit::sample::{self, at, tenant};
use std::sync::Arc;

struct Night {
    engine: Engine,
    other: Engine,
    store: MemoryStore,
    clock: Arc<HandClock>,
    outside: Arc<Obedient>,
}

async fn night() -> Night {
    night_of(&sample::policy()).await
}

async fn night_of(policy: &Policy) -> Night {
    let store = MemoryStore::new();
    store.import(policy, &[], sample::FILE).await.unwrap();
    let clock = HandClock::at(at(0));
    let outside = Arc::new(Obedient::default());
    let all = ports(&store, clock.clone(), outside.clone());
    let (engine, other) = (Engine::new(all.clone(), Settings::new("one")), Engine::new(all, Settings::new("two")));
    Night { engine, other, store, clock, outside }
}

fn scanned(seen: usize, found: usize) -> Scanned {
    Scanned { seen, found, ..Scanned::default() }
}

fn call() -> CallId {
    CallId::parse("CA7").unwrap()
}

fn dana() -> CallerOf {
    let (dialled, from) = (sample::number("+13125550100"), sample::number("+13125550142"));
    CallerOf { came_in: true, dialled: Some(dialled), from: Some(from) }
}

impl Night {
    fn keeps(&self, seconds_ago: i64, id: &str, caller: CallerOf) {
        let recording = Recording { id: RecordingId::parse(id).unwrap(), seconds: 12 };
        self.outside.keep_recording(at(-seconds_ago), KeptRecording { call: call(), recording }, caller);
    }

    fn writes_down(&self, id: &str, words: &str) {
        self.outside.write_down(RecordingId::parse(id).unwrap(), Some(words.into()));
    }

    async fn scan(&self) -> Scanned {
        self.engine.scan_recordings(&tenant(), None).await.unwrap()
    }

    async fn known(&self) -> Option<Call> {
        match self.store.load(&tenant(), &OwnerId::Call(call())).await.unwrap()?.snapshot {
            Snapshot::Call(call) => Some(*call),
            Snapshot::Case(_) => panic!("a case"),
        }
    }

    async fn run(&self) {
        run_until_idle(&self.engine).await;
    }

    fn asked(&self, what: &str) -> usize {
        self.outside.ledger.lines().iter().filter(|line| line.contains(what)).count()
    }
}

#[tokio::test]
async fn a_message_that_was_left_while_the_store_was_down_becomes_a_ticket_with_a_notice_and_wakes() {
    let night = night().await;
    night.keeps(60, "RE1", dana());
    assert_eq!(night.scan().await, scanned(1, 1));
    let known = night.known().await.unwrap();
    assert_eq!((known.disposition, known.recordings.len()), (Some(Disposition::Voicemail), 1));
    assert_eq!(known.from, dana().from);
    night.run().await;
    assert_eq!((night.asked("open the ticket"), night.asked("ring")), (1, 0));
    assert!(night.asked("alert") > 0);
    night.clock.advance(181);
    night.run().await;
    assert_eq!(night.asked("ring alex"), 1, "nobody knows what it says, so somebody listens");
}

#[tokio::test]
async fn a_second_scan_finds_nothing_and_neither_does_another_engine() {
    let night = night().await;
    night.keeps(60, "RE1", dana());
    let tenant = tenant();
    let (one, two) =
        tokio::join!(night.engine.scan_recordings(&tenant, None), night.other.scan_recordings(&tenant, None));
    assert!(one.unwrap().found + two.unwrap().found >= 1);
    for _ in 0..3 {
        assert_eq!(night.scan().await, scanned(1, 0));
    }
    night.run().await;
    assert_eq!(night.asked("open the ticket"), 1);
    assert_eq!(night.known().await.unwrap().recordings.len(), 1);
}

#[tokio::test]
async fn a_recording_whose_callbacks_were_lost_is_added_to_its_call() {
    let night = night().await;
    let arrival = nightdesk_domain::call::Arrival {
        tenant: tenant(),
        call: call(),
        dialled: sample::number("+13125550100"),
        from: dana().from,
    };
    night.engine.arrive(&arrival).await.unwrap();
    night.engine.call_event(&tenant(), &call(), CallEvent::HungUp, Heard::default()).await.unwrap();
    night.keeps(0, "RE1", dana());
    assert_eq!(night.scan().await.found, 1);
    night.run().await;
    assert_eq!(night.asked("open the ticket"), 1, "it had a ticket already");
    night.clock.advance(181);
    night.run().await;
    assert_eq!(night.asked("ring alex"), 1);
}

#[tokio::test]
async fn a_caller_whom_the_carrier_has_forgotten_has_a_ticket_all_the_same() {
    let night = night().await;
    night.keeps(60, "RE1", CallerOf { came_in: true, dialled: None, from: None });
    assert_eq!(night.scan().await.found, 1);
    assert_eq!(night.known().await.unwrap().from, None);
}

#[tokio::test]
async fn what_was_recorded_on_a_call_of_ours_is_nobodys_message() {
    let night = night().await;
    night.keeps(60, "RE1", CallerOf { came_in: false, ..dana() });
    assert_eq!(night.scan().await, scanned(1, 0));
    assert!(night.known().await.is_none());
}

#[tokio::test]
async fn a_scan_looks_back_behind_the_last_one_and_as_far_as_it_is_told() {
    let night = night().await;
    assert_eq!(night.scan().await.seen, 0);
    night.keeps(23 * 3600, "RE1", dana());
    assert_eq!(night.scan().await.seen, 0, "the last scan has seen that day");
    let told = night.engine.scan_recordings(&tenant(), Some(at(-24 * 3600))).await.unwrap();
    assert_eq!(told.found, 1);
    night.clock.advance(3 * 24 * 3600);
    night.keeps(-3600, "RE2", dana());
    assert_eq!(night.scan().await.found, 1, "after three days of standstill nothing is skipped");
}

#[tokio::test]
async fn words_that_the_carrier_has_are_fetched_in_the_same_scan_and_wake_nobody_who_need_not_be() {
    let night = night().await;
    night.keeps(60, "RE1", dana());
    night.writes_down("RE1", "this is dana at acme dental my printer is jammed no hurry");
    assert_eq!(night.scan().await, Scanned { transcribed: 1, ..scanned(1, 1) });
    let known = night.known().await.unwrap();
    assert!(known.transcribed && known.is_settled());
    for _ in 0..2 {
        assert_eq!(night.scan().await, scanned(1, 0), "once is enough");
    }
    assert_eq!(night.known().await.unwrap().turns.len(), 1);
    night.run().await;
    night.clock.advance(181);
    night.run().await;
    assert_eq!(night.asked("ring"), 0);
    assert_eq!(night.asked("ask for the words"), 1);
}

#[tokio::test]
async fn critical_words_that_are_fetched_wake_at_once() {
    let night = night().await;
    night.keeps(60, "RE1", dana());
    assert_eq!(night.scan().await, scanned(1, 1));
    night.run().await;
    assert_eq!(night.asked("ring"), 0);
    night.writes_down("RE1", "all our files are encrypted");
    night.clock.advance(60);
    assert_eq!(night.scan().await, Scanned { transcribed: 1, ..scanned(1, 0) });
    night.run().await;
    assert_eq!(night.asked("ring alex"), 1);
}

#[tokio::test]
async fn words_that_come_after_somebody_was_woken_are_added_to_the_ticket() {
    let night = night().await;
    night.keeps(60, "RE1", dana());
    night.scan().await;
    night.run().await;
    night.clock.advance(181);
    night.run().await;
    assert_eq!(night.asked("ring alex"), 1);
    night.writes_down("RE1", "my printer is jammed no hurry");
    assert_eq!(night.scan().await.transcribed, 1);
    let heard = night.known().await.unwrap().turns;
    assert_eq!(heard.iter().map(|turn| turn.reveal()).collect::<Vec<_>>(), ["my printer is jammed no hurry"]);
    night.run().await;
    assert!(night.asked("note") > 0, "{:?}", night.outside.ledger.lines());
}

#[tokio::test]
async fn a_carrier_that_cannot_be_asked_for_words_fails_nothing_else() {
    let night = night().await;
    night.keeps(60, "RE1", dana());
    night.outside.write_down(RecordingId::parse("RE1").unwrap(), None);
    assert_eq!(night.scan().await, scanned(1, 1));
    night.run().await;
    night.clock.advance(181);
    night.run().await;
    assert_eq!((night.asked("open the ticket"), night.asked("ring alex")), (1, 1));
}

#[tokio::test]
async fn words_that_never_come_are_not_asked_for_for_ever_unless_somebody_says_so() {
    let night = night().await;
    night.keeps(0, "RE1", dana());
    night.scan().await;
    night.clock.advance(60 * 60);
    night.scan().await;
    let asked = night.asked("ask for the words");
    assert_eq!(asked, 2);
    night.clock.advance(60);
    assert_eq!(night.scan().await.seen, 1);
    assert_eq!(night.asked("ask for the words"), asked);
    night.writes_down("RE1", "my printer is jammed no hurry");
    let told = night.engine.scan_recordings(&tenant(), Some(at(-3600))).await.unwrap();
    assert_eq!(told.transcribed, 1);
}

#[tokio::test]
async fn where_another_service_writes_messages_down_the_carrier_is_not_asked() {
    let night = night_of(&Policy { transcription: TranscriptionBy::Service, ..sample::policy() }).await;
    night.keeps(60, "RE1", dana());
    night.writes_down("RE1", "my printer is jammed no hurry");
    assert_eq!(night.scan().await, scanned(1, 1));
    assert_eq!(night.asked("ask for the words"), 0);
}
