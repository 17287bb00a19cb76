//! The engine with a language model and a transcriber beside it: helpful, silent, refusing, calm where it must not be.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what it expects by failing")]

use nightdesk_domain::call::{Arrival, Call, CallEvent, Recording, Speech};
use nightdesk_domain::effect::Outcome;
use nightdesk_domain::ids::{CallId, EffectId, OwnerId, RecordingId};
use nightdesk_domain::model::{Opinion, Summary};
use nightdesk_domain::policy::{ModelPolicy, Policy, TranscriptionBy};
use nightdesk_domain::reply::{Heard, VoiceReply};
use nightdesk_domain::vocabulary::{Language, Priority};
use nightdesk_engine::{Engine, MODEL_USE, Ports, Settings};
use nightdesk_ports::{
    Answer, Cases, DeliveryError, MockTranscriber, MockTriageModel, Outbox, Record, RecordLog, Scan, Snapshot,
    TenantRepository, TokenUse, Transcript,
};
use nightdesk_testkit::fakes::{HandClock, Obedient, ports};
use nightdesk_testkit::memory::MemoryStore;
use nightdesk_testkit::sample::{self, at, tenant};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

struct Night {
    engine: Engine,
    store: MemoryStore,
    clock: Arc<HandClock>,
    outside: Arc<Obedient>,
}

async fn night(replace: impl FnOnce(&mut Ports)) -> Night {
    let store = MemoryStore::new();
    let model = ModelPolicy { opinion: true, summary: true };
    let policy = Policy { model, transcription: TranscriptionBy::Service, ..sample::policy() };
    store.import(&policy, &[], sample::FILE).await.unwrap();
    let clock = HandClock::at(at(0));
    let outside = Arc::new(Obedient::default());
    let mut all = ports(&store, clock.clone(), outside.clone());
    replace(&mut all);
    Night { engine: Engine::new(all, Settings::new("test")), store, clock, outside }
}

fn call() -> CallId {
    CallId::parse("CA1").unwrap()
}

impl Night {
    async fn says(&self, words: &str) -> VoiceReply {
        let (dialled, from) = (sample::number("+13125550100"), Some(sample::number("+13125550149")));
        self.engine.arrive(&Arrival { tenant: tenant(), call: call(), dialled, from }).await.unwrap();
        let words = Some(Speech { words: words.into(), confidence_percent: Some(90) });
        self.event(CallEvent::Said { turn: 1, heard: Heard::default(), words, keys: None }).await
    }

    async fn event(&self, event: CallEvent) -> VoiceReply {
        self.engine.call_event(&tenant(), &call(), event, Heard::default()).await.unwrap()
    }

    async fn run(&self) {
        self.engine.run_due(16).await.unwrap();
    }

    async fn call(&self) -> Call {
        match self.store.load(&tenant(), &OwnerId::Call(call())).await.unwrap().unwrap().snapshot {
            Snapshot::Call(call) => *call,
            Snapshot::Case(_) => panic!("a case"),
        }
    }

    async fn summarised(&self) -> bool {
        match self.store.load(&tenant(), &OwnerId::Case(call().case())).await.unwrap().unwrap().snapshot {
            Snapshot::Case(case) => case.reasons.iter().any(|reason| reason.rule == "case/summarised"),
            Snapshot::Call(_) => panic!("a call"),
        }
    }

    fn asked(&self, what: &str) -> usize {
        self.outside.ledger.lines().iter().filter(|line| line.contains(what)).count()
    }

    async fn pending_of_call(&self) -> usize {
        self.store.pending(&tenant(), &OwnerId::Call(call())).await.unwrap().len()
    }

    async fn token_records(&self) -> Vec<Record> {
        let scan =
            Scan { kind: MODEL_USE, from: at(-1), until: at(99_999), newest_first: false, limit: 9, now: at(99_999) };
        self.store.scan(&tenant(), &scan).await.unwrap()
    }
}

fn opinion(priority: Priority) -> Answer<Opinion> {
    let said = Opinion { priority, category: None, gist: "It is about a printer.".into(), because: "so".into() };
    let tokens = TokenUse { model: "quick".to_owned(), input: 400, output: 60 };
    Answer { said: Some(said), tokens: Some(tokens) }
}

fn model(answer: fn(usize) -> Result<Answer<Opinion>, DeliveryError>) -> (MockTriageModel, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let mut model = MockTriageModel::new();
    let count = asked.clone();
    model.expect_opinion().returning(move |_, _| answer(count.fetch_add(1, Ordering::Relaxed)));
    model.expect_summary().times(0..=1).returning(|_, story| {
        assert_eq!(story.turns.len(), 1);
        let said = Summary { account: "The server is down.".into(), next_steps: Vec::new() };
        Ok(Answer { said: Some(said), tokens: None })
    });
    (model, asked)
}

#[tokio::test]
async fn an_opinion_that_raises_wakes_before_the_caller_is_answered() {
    let (model, asked) = model(|_| Ok(opinion(Priority::Critical)));
    let night = night(|ports| ports.model = Arc::new(model)).await;
    let reply = night.says("my printer is jammed").await;
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert_eq!(night.asked("ring alex"), 1, "{:?}", night.outside.ledger.lines());
    assert!(reply.say.concat().contains("getting the technician on call"), "{:?}", reply.say);
}

#[tokio::test]
async fn what_an_answer_cost_is_kept_once() {
    let (model, _) = model(|_| Ok(opinion(Priority::Low)));
    let night = night(|ports| ports.model = Arc::new(model)).await;
    night.says("my printer is jammed").await;
    let kept = night.token_records().await;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].body.reveal(), r#"{"model":"quick","input":400,"output":60}"#);
}

#[tokio::test]
async fn an_opinion_that_lowers_leaves_the_rules_word() {
    let (model, asked) = model(|_| Ok(opinion(Priority::Low)));
    let night = night(|ports| ports.model = Arc::new(model)).await;
    night.says("our server is down and nobody can work").await;
    assert_eq!(asked.load(Ordering::Relaxed), 0, "nobody waits for what could change nothing");
    assert_eq!(night.asked("ring alex"), 1);
    assert_eq!(night.call().await.assessment.unwrap().priority, Priority::Critical);
}

#[tokio::test]
async fn without_an_opinion_the_rules_stand_and_the_model_is_asked_twice_at_most() {
    let (model, asked) = model(|_| Err(DeliveryError::unavailable()));
    let night = night(|ports| ports.model = Arc::new(model)).await;
    let reply = night.says("my printer is jammed").await;
    assert!(!reply.say.is_empty());
    for _ in 0..5 {
        night.clock.advance(60);
        night.run().await;
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    assert_eq!(night.asked("ring"), 0);
    assert!(night.token_records().await.is_empty());
}

#[tokio::test]
async fn a_model_that_comes_back_late_is_still_heard() {
    let (model, _) = model(|asked| match asked {
        0 => Err(DeliveryError::unavailable()),
        _ => Ok(opinion(Priority::Critical)),
    });
    let night = night(|ports| ports.model = Arc::new(model)).await;
    night.says("my printer is jammed").await;
    night.event(CallEvent::HungUp).await;
    assert_eq!(night.asked("ring"), 0);
    night.clock.advance(2);
    night.run().await;
    assert_eq!(night.asked("ring alex"), 1);
}

#[tokio::test]
async fn a_summary_waits_until_the_caller_has_gone() {
    let (model, _) = model(|_| Ok(opinion(Priority::Low)));
    let night = night(|ports| ports.model = Arc::new(model)).await;
    night.says("our server is down and nobody can work").await;
    night.clock.advance(70);
    night.run().await;
    assert!(!night.summarised().await, "the caller is still on the line");
    night.event(CallEvent::HungUp).await;
    for _ in 0..3 {
        night.clock.advance(70);
        night.run().await;
    }
    assert!(night.summarised().await);
}

#[tokio::test]
async fn a_message_is_begun_once_looked_at_and_its_words_wake() {
    let mut transcriber = MockTranscriber::new();
    let looks = Arc::new(AtomicUsize::new(0));
    let looked = looks.clone();
    transcriber.expect_look().returning(move |_, key| {
        assert_eq!(key, "RE1");
        Ok(match looked.fetch_add(1, Ordering::Relaxed) {
            0 => Transcript::Unknown,
            1 | 2 => Transcript::Working,
            _ => Transcript::Words("all our files are encrypted".into()),
        })
    });
    transcriber.expect_begin().times(1).returning(|_, _, language, _, _| {
        assert_eq!(language, Language::English);
        Ok(())
    });
    let night = night(|ports| ports.transcriber = Arc::new(transcriber)).await;
    night.says("can i leave a voicemail").await;
    let recording = Some(Recording { id: RecordingId::parse("RE1").unwrap(), seconds: 9 });
    night.event(CallEvent::Recorded { turn: 2, recording }).await;
    night.event(CallEvent::HungUp).await;
    for _ in 0..5 {
        night.run().await;
        night.clock.advance(5);
    }
    assert_eq!(looks.load(Ordering::Relaxed), 4);
    assert!(night.call().await.transcribed);
    assert_eq!(night.asked("ring alex"), 1);
    assert_eq!(night.pending_of_call().await, 0);
}

#[tokio::test]
async fn a_transcription_that_never_comes_is_given_up_and_its_case_wakes_as_unsure() {
    let mut transcriber = MockTranscriber::new();
    transcriber.expect_look().returning(|_, _| Err(DeliveryError::unavailable()));
    let night = night(|ports| ports.transcriber = Arc::new(transcriber)).await;
    night.says("can i leave a voicemail").await;
    let recording = Some(Recording { id: RecordingId::parse("RE1").unwrap(), seconds: 9 });
    night.event(CallEvent::Recorded { turn: 2, recording }).await;
    night.event(CallEvent::HungUp).await;
    night.clock.advance(181);
    night.run().await;
    night.run().await;
    assert_eq!(night.asked("ring alex"), 1);
    for _ in 0..20 {
        night.clock.advance(300);
        night.run().await;
    }
    assert_eq!(night.pending_of_call().await, 0);
}

#[tokio::test]
async fn a_notice_that_bounced_is_kept_with_its_case() {
    let night = night(|_| {}).await;
    night.says("our server is down and nobody can work").await;
    let owner = OwnerId::Case(call().case());
    let effect = EffectId { owner: owner.clone(), number: 77 };
    night.engine.notice_lost(&tenant(), effect, "the mail bounced").await.unwrap();
    let journal = night.store.journal(&tenant(), &owner).await.unwrap();
    let last = format!("{:?}", journal.last().unwrap().event);
    assert!(last.contains(&format!("{:?}", Outcome::NoticeLost("the mail bounced".to_owned()))), "{last}");
    let of_a_call = EffectId { owner: OwnerId::Call(call()), number: 1 };
    assert!(night.engine.notice_lost(&tenant(), of_a_call, "the mail bounced").await.is_err());
    assert!(!matches!(journal.last().unwrap().owner, OwnerId::Call(_)));
}
