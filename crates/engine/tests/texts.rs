//! Texts: what people text about texts, and what a text to a caller has to pass.
// Tests may unwrap.
#![allow(clippy::unwrap_used, clippy::panic)]

use nightdesk_domain::consent::{
    CONSENT_KIND, Consent, IncomingText, QuietHours, STOP_KIND, Source, Standing, TextsPolicy, number_id,
};
use nightdesk_domain::effect::{CallerText, Effect, OptOutOrder, PlannedEffect, TextOrder};
use nightdesk_domain::ids::EffectId;
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::Policy;
use nightdesk_engine::{Engine, Ports, Settings, TextAnswer};
use nightdesk_ports::{
    Cases, Commit, DeliveryError, Entry, MockRegister, MockTelephony, Outbox, Register, Snapshot, StoreError,
    TenantRepository, is_opted_out,
};
use nightdesk_testkit::fakes::{HandClock, Obedient, ports};
use nightdesk_testkit::memory::MemoryStore;
use nightdesk_testkit::sample::{self, at, case_owner, case_snapshot, commit, number, save, tenant, unleased};
use std::sync::Arc;

const DANA: &str = "+13125550142";
const ALEX: &str = "+13125550111";

struct Desk {
    engine: Engine,
    store: MemoryStore,
    clock: Arc<HandClock>,
    outside: Arc<Obedient>,
}

/// An engine on obedient ports, some of them replaced; no hour is quiet.
async fn desk(replace: impl FnOnce(&mut Ports)) -> Desk {
    let none = "00:00:00".parse().unwrap();
    let texts = TextsPolicy { to_callers: true, quiet_hours: QuietHours { from: none, until: none } };
    desk_with(Policy { texts, ..sample::policy() }, replace).await
}

async fn desk_with(policy: Policy, replace: impl FnOnce(&mut Ports)) -> Desk {
    let store = MemoryStore::new();
    store.import(&policy, &[], sample::FILE).await.unwrap();
    let clock = HandClock::at(at(0));
    let outside = Arc::new(Obedient::default());
    let mut all = ports(&store, clock.clone(), outside.clone());
    replace(&mut all);
    Desk { engine: Engine::new(all, Settings::new("test")), store, clock, outside }
}

fn text(id: &str, from: &str, body: &str) -> IncomingText {
    IncomingText { from: number(from), to: number("+13125550100"), body: body.into(), id: id.to_owned() }
}

fn to_dana(agreed: bool) -> CallerText {
    CallerText {
        to: number(DANA),
        from: number("+13125550100"),
        body: "Northwind IT will call you Tuesday at 9:00 AM.".into(),
        urgent: true,
        agreed,
    }
}

impl Desk {
    async fn texted(&self, id: &str, from: &str, body: &str) -> Option<String> {
        match self.engine.texted(&tenant(), &text(id, from, body)).await.unwrap() {
            TextAnswer::Technician(answer) => Some(answer.reveal().to_owned()),
            TextAnswer::Nothing => None,
            TextAnswer::Text(answer) => {
                assert_eq!((answer.to(), answer.from()), (&number(from), &number("+13125550100")));
                Some(answer.body().reveal().to_owned())
            }
        }
    }

    async fn consent(&self, from: &str) -> Option<Consent> {
        self.engine.consent(&tenant(), &number(from)).await.unwrap().0
    }

    async fn standing(&self, from: &str) -> Option<Standing> {
        self.consent(from).await.map(|consent| consent.standing)
    }

    async fn stopped(&self) -> Vec<String> {
        let stopped = self.engine.stopped_technicians(&sample::policy()).await.unwrap();
        stopped.iter().map(ToString::to_string).collect()
    }

    async fn opted_out(&self, from: &str) -> bool {
        is_opted_out(&self.store, &tenant(), &number(from), at(0)).await
    }

    /// A case whose only order is this one.
    async fn order(&self, effect: Effect) {
        let id = EffectId { owner: case_owner("CA1"), number: 9 };
        let effects = unleased(vec![PlannedEffect { id, due: at(0), effect }]);
        let saves = vec![save(case_snapshot("CA1"), 0)];
        self.store.commit(Commit { saves, effects, ..commit(&tenant()) }).await.unwrap();
    }

    async fn send(&self, text: CallerText) {
        self.order(Effect::TextCaller(text)).await;
        self.run().await;
    }

    async fn run(&self) {
        self.engine.run_due(10).await.unwrap();
    }

    fn sent(&self) -> usize {
        self.outside.ledger.lines().iter().filter(|line| line.contains("text the caller")).count()
    }

    async fn is_settled(&self) -> bool {
        self.store.pending(&tenant(), &case_owner("CA1")).await.unwrap().iter().all(|(id, _)| id.number != 9)
    }

    /// What the case was told of its texts.
    async fn notes(&self) -> Vec<String> {
        match self.store.load(&tenant(), &case_owner("CA1")).await.unwrap().unwrap().snapshot {
            Snapshot::Case(case) => case.ticket.notes_waiting.iter().map(|note| note.reveal().to_owned()).collect(),
            Snapshot::Call(_) => panic!("a call"),
        }
    }
}

#[tokio::test]
async fn a_stop_is_kept_with_its_time_source_and_words_and_answered_by_the_carrier_alone() {
    let desk = desk(|_| {}).await;
    desk.clock.advance(60);
    assert_eq!(desk.texted("SM1", DANA, "STOP").await, None);
    let consent = desk.consent(DANA).await.unwrap();
    assert_eq!((consent.standing, consent.source, consent.since), (Standing::OptedOut, Source::Text, at(60)));
    assert_eq!(consent.words.reveal(), "STOP");
    assert!(desk.opted_out(DANA).await);
    assert!(!desk.opted_out("+13125550143").await);
}

#[tokio::test]
async fn other_words_count_as_much_and_are_answered_once() {
    let desk = desk(|_| {}).await;
    let answer = desk.texted("SM1", DANA, "please stop texting me").await.unwrap();
    assert!(answer.starts_with("Northwind IT: you have opted out"), "{answer}");
    assert!(desk.opted_out(DANA).await);
    assert_eq!(desk.texted("SM1", DANA, "please stop texting me").await, None, "the same text again");
    assert_eq!(desk.texted("SM2", DANA, "I said stop texting me").await, None, "it is known");
    let spanish = desk.texted("SM3", "+13125550143", "no me manden mensajes por favor").await.unwrap();
    assert!(spanish.contains("no le enviaremos más mensajes"), "{spanish}");
}

#[tokio::test]
async fn whoever_starts_again_is_texted_again_and_an_old_stop_that_comes_twice_changes_nothing() {
    let desk = desk(|_| {}).await;
    desk.texted("SM1", DANA, "STOP").await;
    desk.clock.advance(60);
    assert_eq!(desk.texted("SM2", DANA, "start").await, None);
    assert_eq!(desk.standing(DANA).await, Some(Standing::OptedIn));
    desk.texted("SM1", DANA, "STOP").await;
    assert_eq!(desk.standing(DANA).await, Some(Standing::OptedIn));
    let (_, history) = desk.engine.consent(&tenant(), &number(DANA)).await.unwrap();
    let said: Vec<_> = history.iter().map(|said| (said.id.as_str(), said.words.reveal())).collect();
    assert_eq!(said, [("SM2", "start"), ("SM1", "STOP")], "the newest first, each once");
}

#[tokio::test]
async fn what_asks_for_nothing_changes_nothing() {
    let desk = desk(|_| {}).await;
    for (id, body) in [("SM1", "stop by the office"), ("SM2", "HELP"), ("SM3", ""), ("SM4", "thanks")] {
        assert_eq!(desk.texted(id, DANA, body).await, None);
    }
    assert_eq!(desk.standing(DANA).await, None);
    assert_eq!(desk.texted("SM5", "+13125550101", "stop texting me").await, None, "a line of ours");
    assert_eq!(desk.standing("+13125550101").await, None);
}

#[tokio::test]
async fn a_technicians_stop_is_a_gap_until_they_start_again() {
    let desk = desk(|_| {}).await;
    assert!(desk.stopped().await.is_empty());
    desk.texted("SM1", ALEX, "Stop").await;
    assert_eq!(desk.stopped().await, ["alex"]);
    assert!(desk.opted_out(ALEX).await, "and as a caller, too");
    desk.texted("SM2", ALEX, "UNSTOP").await;
    assert!(desk.stopped().await.is_empty());
    desk.texted("SM3", DANA, "STOP").await;
    assert!(desk.stopped().await.is_empty(), "she is no technician");
}

#[tokio::test]
async fn a_stop_belongs_to_the_number_and_not_to_whoever_has_another_now() {
    let desk = desk(|_| {}).await;
    desk.texted("SM1", ALEX, "STOP").await;
    let mut moved = sample::policy();
    moved.technicians[0].number = Some(number("+13125550177"));
    assert!(desk.engine.stopped_technicians(&moved).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_text_from_a_tenants_number_is_of_that_tenant_alone() {
    let desk = desk(|_| {}).await;
    let theirs = sample::policy_of(&sample::other_tenant());
    desk.store.import(&theirs, &[], sample::FILE).await.unwrap();
    desk.texted("SM1", DANA, "STOP").await;
    assert!(!is_opted_out(&desk.store, &sample::other_tenant(), &number(DANA), at(0)).await);
}

#[tokio::test]
async fn an_opt_out_that_cannot_be_stored_is_an_error() {
    let desk = desk(|ports| {
        let mut register = MockRegister::new();
        register.expect_entry().returning(|_, _, _, _| Err(StoreError::Unavailable("away".into())));
        ports.register = Arc::new(register);
    })
    .await;
    assert!(desk.engine.texted(&tenant(), &text("SM1", DANA, "STOP")).await.is_err());
}

#[tokio::test]
async fn what_cannot_be_read_counts_as_opted_out() {
    let mut register = MockRegister::new();
    register.expect_entry().returning(|_, _, _, _| Err(StoreError::Unavailable("away".into())));
    assert!(is_opted_out(&register, &tenant(), &number(DANA), at(0)).await);
    let store = MemoryStore::new();
    let garbage = Entry::new(&tenant(), CONSENT_KIND, &number_id(&number(DANA)), "{\"standing\":7}");
    store.put(&garbage, at(0)).await.unwrap();
    assert!(is_opted_out(&store, &tenant(), &number(DANA), at(0)).await);
}

#[tokio::test]
async fn a_caller_who_agreed_is_texted_once() {
    let desk = desk(|_| {}).await;
    desk.send(to_dana(true)).await;
    desk.run().await;
    assert_eq!((desk.sent(), desk.is_settled().await), (1, true));
}

#[tokio::test]
async fn a_caller_who_did_not_agree_is_not_texted_and_the_case_is_told_why() {
    let desk = desk(|_| {}).await;
    desk.send(to_dana(false)).await;
    assert_eq!((desk.sent(), desk.is_settled().await), (0, true));
    assert_eq!(desk.notes().await, ["A text to the caller was not sent: nobody has agreed to texts to this number."]);
}

#[tokio::test]
async fn a_caller_who_opted_in_is_texted_without_agreeing_anew() {
    let desk = desk(|_| {}).await;
    desk.texted("SM1", DANA, "START").await;
    desk.send(to_dana(false)).await;
    assert_eq!(desk.sent(), 1);
}

#[tokio::test]
async fn after_a_stop_no_text_goes_out_whatever_was_agreed_or_planned_before() {
    let desk = desk(|_| {}).await;
    desk.order(Effect::TextCaller(to_dana(true))).await;
    // Between the order and its sending.
    desk.texted("SM1", DANA, "stop").await;
    desk.run().await;
    assert_eq!((desk.sent(), desk.is_settled().await), (0, true));
    assert_eq!(desk.notes().await, ["A text to the caller was not sent: the number has opted out of texts."]);
}

#[tokio::test]
async fn while_the_register_is_away_no_text_goes_out() {
    let desk = desk(|ports| {
        let mut register = MockRegister::new();
        register.expect_entry().returning(|_, _, _, _| Err(StoreError::Unavailable("away".into())));
        ports.register = Arc::new(register);
    })
    .await;
    desk.send(to_dana(true)).await;
    for _ in 0..20 {
        desk.clock.advance(600);
        desk.run().await;
    }
    assert_eq!((desk.sent(), desk.is_settled().await), (0, true));
    let expected = "A text to the caller was not sent: whether the number has opted out could not be read.";
    assert_eq!(desk.notes().await, [expected]);
}

#[tokio::test]
async fn what_is_not_urgent_waits_for_the_end_of_the_quiet_hours() {
    // The samples begin at 02:00 in Chicago, in the night.
    let texts = TextsPolicy { to_callers: true, quiet_hours: QuietHours::default() };
    let desk = desk_with(Policy { texts, ..sample::policy() }, |_| {}).await;
    let end = QuietHours::default().end(at(0), sample::policy().time_zone).unwrap();
    let wait = (end - at(0)).num_seconds();
    desk.send(CallerText { urgent: false, ..to_dana(true) }).await;
    desk.clock.advance(wait - 1);
    desk.run().await;
    assert_eq!((desk.sent(), desk.is_settled().await), (0, false));
    desk.clock.advance(1);
    desk.run().await;
    assert_eq!((desk.sent(), desk.is_settled().await), (1, true));
}

#[tokio::test]
async fn what_is_urgent_goes_out_in_quiet_hours() {
    let texts = TextsPolicy { to_callers: true, quiet_hours: QuietHours::default() };
    let desk = desk_with(Policy { texts, ..sample::policy() }, |_| {}).await;
    desk.send(to_dana(true)).await;
    assert_eq!(desk.sent(), 1);
}

/// An engine whose carrier answers a text to a caller so, the given number of times and no more.
async fn carrier(times: usize, answer: fn() -> Result<(), DeliveryError>) -> Desk {
    desk(|ports| {
        let mut telephony = MockTelephony::new();
        telephony.expect_text_caller().times(times).returning(move |_| answer());
        ports.telephony = Arc::new(telephony);
    })
    .await
}

#[tokio::test]
async fn a_text_whose_outcome_is_unknown_is_never_repeated() {
    let desk = carrier(1, || Err(DeliveryError::Unknown)).await;
    desk.send(to_dana(true)).await;
    for _ in 0..5 {
        desk.clock.advance(600);
        desk.run().await;
    }
    assert!(desk.is_settled().await);
}

#[tokio::test]
async fn a_text_that_died_with_its_process_is_never_repeated() {
    let desk = carrier(0, || Ok(())).await;
    desk.order(Effect::TextCaller(to_dana(true))).await;
    let lease = sample::lease("dead", at(60));
    assert_eq!(desk.store.claim(at(0), &lease, 10).await.unwrap().len(), 1);
    desk.clock.advance(120);
    desk.run().await;
    assert!(desk.is_settled().await);
}

#[tokio::test]
async fn a_text_that_was_certainly_not_sent_is_tried_again_a_bounded_number_of_times() {
    let desk = carrier(12, || Err(DeliveryError::unavailable())).await;
    desk.send(to_dana(true)).await;
    for _ in 0..30 {
        desk.clock.advance(600);
        desk.run().await;
    }
    assert!(desk.is_settled().await);
}

#[tokio::test]
async fn a_text_that_the_carrier_blocks_records_the_opt_out() {
    let desk = carrier(1, || Err(DeliveryError::Blocked)).await;
    desk.send(to_dana(true)).await;
    let consent = desk.consent(DANA).await.unwrap();
    assert_eq!((consent.standing, consent.source), (Standing::OptedOut, Source::Carrier));
    assert_eq!(desk.notes().await, ["A text to the caller was not sent: the number has opted out of texts."]);
}

#[tokio::test]
async fn a_technicians_text_that_the_carrier_blocks_is_a_stop_and_no_second_one_is_tried() {
    let desk = desk(|ports| {
        let mut telephony = MockTelephony::new();
        telephony.expect_text().times(1).returning(|_, _| Err(DeliveryError::Blocked));
        ports.telephony = Arc::new(telephony);
    })
    .await;
    let order = TextOrder { to: number(ALEX), from: number("+13125550100"), body: "Server down".into(), page: None };
    desk.order(Effect::TextTechnician(order)).await;
    desk.run().await;
    desk.clock.advance(600);
    desk.run().await;
    assert_eq!(desk.stopped().await, ["alex"]);
    assert!(desk.is_settled().await);
    let entries = desk.store.entries(&tenant(), STOP_KIND, at(0)).await.unwrap();
    assert_eq!(entries[0].read::<Consent>().unwrap().source, Source::Carrier);
}

#[tokio::test]
async fn the_office_may_state_what_it_was_told() {
    let desk = desk(|_| {}).await;
    let dana: PhoneNumber = number(DANA);
    desk.engine.state_consent(&tenant(), &dana, Standing::OptedOut, "told Pat on the phone").await.unwrap();
    let consent = desk.consent(DANA).await.unwrap();
    assert_eq!((consent.standing, consent.source), (Standing::OptedOut, Source::Office));
    // At the same instant.
    desk.engine.state_consent(&tenant(), &dana, Standing::OptedIn, "wants texts again").await.unwrap();
    assert_eq!(desk.standing(DANA).await, Some(Standing::OptedIn));
    let (_, history) = desk.engine.consent(&tenant(), &dana).await.unwrap();
    assert_eq!(history.len(), 2);
}

#[tokio::test]
async fn what_a_caller_said_on_the_call_is_kept_with_its_words() {
    let desk = desk(|_| {}).await;
    let words = "my printer is jammed and please stop texting me".into();
    desk.order(Effect::OptOut(OptOutOrder { number: number(DANA), words, at: at(0) })).await;
    desk.run().await;
    let consent = desk.consent(DANA).await.unwrap();
    assert_eq!((consent.standing, consent.source, consent.since), (Standing::OptedOut, Source::Call, at(0)));
    assert!(consent.words.reveal().contains("stop texting"));
    assert!(desk.is_settled().await);
    desk.texted("SM1", DANA, "START").await;
    assert_eq!(desk.standing(DANA).await, Some(Standing::OptedIn));
}

#[tokio::test]
async fn a_yes_that_is_taken_back_leaves_a_stop_as_it_is() {
    let desk = desk(|_| {}).await;
    desk.texted("SM1", DANA, "STOP").await;
    for (id, body) in [("SM2", "you can text me? no way"), ("SM3", "text me again, and i will sue you")] {
        assert_eq!(desk.texted(id, DANA, body).await, None);
        assert_eq!(desk.standing(DANA).await, Some(Standing::OptedOut), "{body}");
    }
}

#[tokio::test]
async fn a_pages_text_to_a_technician_asks_nobody() {
    let desk = desk(|ports| {
        let mut register = MockRegister::new();
        register.expect_entry().never();
        ports.register = Arc::new(register);
    })
    .await;
    let order = TextOrder { to: number(ALEX), from: number("+13125550100"), body: "Server down".into(), page: None };
    desk.order(Effect::TextTechnician(order)).await;
    desk.run().await;
    assert!(desk.outside.ledger.lines().iter().any(|line| line == "text a technician"));
}
