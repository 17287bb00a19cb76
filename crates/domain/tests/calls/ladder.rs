//! Waking people: rung after rung until a person accepts, and what the caller hears meanwhile.

use super::{STRANGER, dana, holding};
use nightdesk_domain::case::{CaseEvent, PageEvent, PageOutcome, Work};
use nightdesk_domain::effect::{Effect, Outcome};
use nightdesk_domain::ids::{EffectId, LegId, OwnerId};
use nightdesk_domain::reply::Then;
use nightdesk_domain::vocabulary::Priority;
use nightdesk_testkit::sample;
use nightdesk_testkit::script::Night;

#[test]
fn a_technician_hears_who_calls_the_company_the_priority_and_the_problem() {
    let night = holding().rings("alex").picks_up();
    let heard = night.briefing().say.join(" ");
    assert!(
        heard.starts_with(
            "This is NightDesk, calling for Northwind IT. Acme Dental, priority Critical. Server: our server is down"
        ),
        "{heard}"
    );
    night.is_told("To accept, press 1. To pass it on, press 2. To hear it again, press 3.");
}

/// What the first rung does, how that page ends, and that the second rung follows.
fn check_moves_on(first: fn(Night) -> Night, outcome: PageOutcome) {
    first(holding().rings("alex")).expect_page_ended(1, outcome).rings("bea").expect_holding();
}

#[test]
fn nothing_but_an_acceptance_stops_the_ladder() {
    check_moves_on(Night::mailbox, PageOutcome::Machine);
    check_moves_on(|night| night.picks_up().keys(None).keys(None), PageOutcome::NoInput);
    check_moves_on(|night| night.picks_up().answers("hello who is this").answers("hello"), PageOutcome::NoInput);
    check_moves_on(|night| night.picks_up().keys(Some("2")), PageOutcome::Passed);
    check_moves_on(|night| night.ends(PageOutcome::Busy), PageOutcome::Busy);
    check_moves_on(|night| night.ends(PageOutcome::Failed), PageOutcome::Failed);
    check_moves_on(|night| night.ends(PageOutcome::NoAnswer), PageOutcome::NoAnswer);
    check_moves_on(|night| night.picks_up().ends(PageOutcome::NoInput), PageOutcome::NoInput);
    check_moves_on(|night| night.seconds_pass(41), PageOutcome::NoAnswer);
    check_moves_on(|night| night.picks_up().seconds_pass(91), PageOutcome::NoInput);
    // A mailbox that records the briefing says "accept" to nobody.
    check_moves_on(|night| night.picks_up().seems_a_machine().answers("accept"), PageOutcome::Machine);
}

#[test]
fn a_page_that_the_carrier_refuses_moves_on() {
    let night = holding();
    let order = night.effects.iter().find(|planned| matches!(planned.effect, Effect::Page(_))).unwrap().id.clone();
    night.case_event(CaseEvent::Settled { effect: order, outcome: Outcome::GivenUp("refused".into()) }).rings("bea");
}

#[test]
fn a_person_accepts_by_key_or_by_voice_even_where_the_carrier_suspects_a_machine() {
    holding().rings("alex").accepts().expect_accepted_by("alex");
    holding().rings("alex").picks_up().answers("Accept.").expect_accepted_by("alex");
    holding().rings("alex").picks_up().seems_a_machine().keys(Some("1")).expect_accepted_by("alex");
}

#[test]
fn three_repeats_the_briefing() {
    holding()
        .rings("alex")
        .picks_up()
        .keys(Some("3"))
        .is_told("Acme Dental")
        .keys(Some("3"))
        .keys(Some("1"))
        .expect_accepted_by("alex");
}

#[test]
fn an_empty_rung_is_skipped_at_once_and_said_so() {
    let mut policy = sample::policy();
    policy.technicians[0].number = None;
    Night::with(policy)
        .call_from(STRANGER)
        .says("this is dana at acme dental our server is down since nine and nobody can work")
        .rings("bea")
        .expect_in_ticket("page/rung-without-number: Alex");
}

#[test]
fn the_manager_is_the_last_rung() {
    holding()
        .rings("alex")
        .ends(PageOutcome::Busy)
        .rings("bea")
        .ends(PageOutcome::Busy)
        .rings("morgan")
        .accepts()
        .expect_accepted_by("morgan");
}

fn exhausted() -> Night {
    let busy = |night: Night, name: &str| night.rings(name).ends(PageOutcome::Busy);
    busy(busy(busy(holding(), "alex"), "bea"), "morgan")
}

#[test]
fn a_ladder_tried_in_vain_is_told_to_the_caller_and_begins_again_every_fifteen_minutes() {
    let night = exhausted()
        .hears("Nobody on call has taken it yet. I keep trying, and whoever does will call you back.")
        .hears("Your ticket number is")
        .hears("You can hang up now, or leave a message after the beep.")
        .expect_recording()
        .expect_alerts(1)
        .hangs_up()
        .expect_pages(3);
    assert!(night.case().is_red());
    night
        .silence_for_minutes(14)
        .seconds_pass(61)
        .rings("alex")
        .seconds_pass(120 + 15 * 60 + 5)
        .expect_work(|work| matches!(work, Work::Paging { .. }))
        .rings("alex")
        .accepts()
        .expect_accepted_by("alex")
        .silence_for_minutes(600);
}

#[test]
fn paging_ends_when_a_person_marks_it_handled() {
    exhausted()
        .hangs_up()
        .seconds_pass(15 * 60)
        .rings("alex")
        .case_event(CaseEvent::MarkedHandled { by: "Morgan".into() })
        .silence_for_minutes(600)
        .picks_up()
        .expect_ignored()
        .is_told("This is marked as handled already.");
}

#[test]
fn a_caller_who_waits_hears_that_it_is_handled() {
    holding()
        .rings("alex")
        .case_event(CaseEvent::MarkedHandled { by: "Morgan".into() })
        .hears("Somebody on our team is taking care of it already.")
        .hears("Your ticket number is")
        .expect_goodbye();
}

#[test]
fn paging_ends_when_business_opens() {
    let mut policy = sample::policy();
    policy.office = Some(sample::number("+13125550190"));
    let night = Night::with(policy)
        .call_from(STRANGER)
        .says("this is dana at acme dental our server is down since nine and nobody can work")
        .seconds_pass(7 * 3600)
        .expect_work(|work| *work == Work::Unanswered);
    assert!(night.case().is_red());
    night.silence_for_minutes(600);
}

#[test]
fn a_high_case_is_not_repeated_and_the_caller_is_not_told_that_it_is() {
    let busy = |night: Night, name: &str| night.rings(name).ends(PageOutcome::Busy);
    let night =
        dana().says("the ceo cant join her meeting and it starts in an hour").is_silent().expect_ticket(Priority::High);
    busy(busy(busy(night, "alex"), "bea"), "morgan")
        .hears("Nobody on call has taken it.")
        .does_not_hear("I keep trying")
        .hears("It will be looked at when the office opens, Thursday at 8:00 AM Central time.")
        .hangs_up()
        .silence_for_minutes(600);
}

#[test]
fn a_high_case_that_turns_critical_after_the_ladder_was_tried_begins_it_again() {
    let busy = |night: Night, name: &str| night.rings(name).ends(PageOutcome::Busy);
    let night = dana().says("the ceo cant join her meeting and it starts in an hour");
    busy(busy(busy(night, "alex"), "bea"), "morgan")
        .says("and now the whole server is down and nobody can work")
        .rings("alex")
        .expect_ticket(Priority::Critical);
}

#[test]
fn a_tenant_without_anybody_to_wake_tells_the_truth() {
    let mut policy = sample::policy();
    (policy.ladder, policy.manager) = (vec![], None);
    Night::with(policy)
        .call_from(STRANGER)
        .says("this is dana at acme dental our server is down since nine and nobody can work")
        .hears("Nobody on call has taken it")
        .expect_ticket(Priority::Critical)
        .expect_nobody_woken();
}

#[test]
fn an_acceptance_is_final_idempotent_and_stops_every_other_telephone() {
    let again = CaseEvent::Page { page: 2, event: PageEvent::Keyed { turn: 1, keys: Some("1".into()), words: None } };
    let night = holding()
        .rings("alex")
        .seconds_pass(41)
        .rings("bea")
        // Alex picks up late, while Bea's telephone rings.
        .page(1)
        .picks_up()
        .page(2)
        .accepts()
        .expect_accepted_by("bea")
        .case_event(again)
        .expect_ignored()
        .page(1)
        .is_told("Bea has accepted this already.")
        .keys(Some("1"))
        .expect_accepted_by("bea");
    assert_eq!(night.accepted_pages().len(), 1);
    let refetched = |planned: &&nightdesk_domain::effect::PlannedEffect| {
        matches!(&planned.effect, Effect::Refetch(nightdesk_domain::effect::Line::Technician(_, 1, _)))
    };
    assert_eq!(night.effects.iter().filter(refetched).count(), 1, "Alex hears at once who has it");
    night.page(2).joined().expect_connected().silence_for_minutes(60);
}

#[test]
fn a_telephone_that_still_rings_stops_when_somebody_accepts() {
    let night = holding().rings("alex").seconds_pass(41).rings("bea").page(1).accepts().expect_accepted_by("alex");
    let stopped = night.effects.iter().any(|p| p.effect == Effect::HangUp(LegId::parse("leg-2").unwrap()));
    assert!(stopped, "Bea's telephone should stop");
}

#[test]
fn whoever_answers_late_is_still_somebody() {
    exhausted().hangs_up().page(1);
    holding()
        .rings("alex")
        .seconds_pass(41)
        .rings("bea")
        .seconds_pass(41)
        .page(1)
        .picks_up()
        .is_told("Acme Dental")
        .keys(Some("1"))
        .expect_accepted_by("alex");
}

#[test]
fn a_key_that_arrives_after_the_bound_still_accepts() {
    let late = CaseEvent::Page { page: 1, event: PageEvent::Keyed { turn: 1, keys: Some("1".into()), words: None } };
    holding()
        .rings("alex")
        .picks_up()
        .seconds_pass(91)
        .expect_page_ended(1, PageOutcome::NoInput)
        .case_event(late.clone())
        .expect_accepted_by("alex");
    // But not where somebody else has it.
    holding()
        .rings("alex")
        .picks_up()
        .seconds_pass(91)
        .rings("bea")
        .accepts()
        .case_event(late)
        .expect_ignored()
        .expect_accepted_by("bea");
}

#[test]
fn a_carrier_that_names_the_leg_late_still_has_it_stopped() {
    let night = holding();
    let order = night.effects.iter().find(|planned| matches!(planned.effect, Effect::Page(_))).unwrap().id.clone();
    let night = night
        .case_event(CaseEvent::MarkedHandled { by: "Morgan".into() })
        .case_event(CaseEvent::Settled { effect: order, outcome: Outcome::PagePlaced(LegId::parse("late").unwrap()) });
    assert_eq!(night.effects.last().map(|p| &p.effect), Some(&Effect::HangUp(LegId::parse("late").unwrap())));
}

#[test]
fn events_of_pages_and_effects_that_do_not_exist_change_nothing() {
    let owner = OwnerId::Case(holding().case().id.clone());
    let leg = LegId::parse("x").unwrap();
    holding()
        .case_event(CaseEvent::Page { page: 99, event: PageEvent::Answered { leg: leg.clone() } })
        .expect_ignored();
    holding().case_event(CaseEvent::Room { leg: leg.clone(), entered: true }).expect_ignored();
    let effect = EffectId { owner, number: 999 };
    holding().case_event(CaseEvent::Settled { effect, outcome: Outcome::PagePlaced(leg) }).expect_ignored();
}

#[test]
fn a_waiting_caller_hears_each_piece_of_news_once_and_comfort_otherwise() {
    let night = holding().hears("Please stay on the line.").hears("I am ringing Alex now.");
    let night = night
        .is_silent()
        .does_not_hear("ringing Alex now")
        .hears("I am still here, and still ringing the technician on call.");
    let mut night =
        night.rings("alex").ends(PageOutcome::Busy).hears("I could not reach Alex.").hears("I am ringing Bea now.");
    for _ in 0..30 {
        night = night.is_silent().does_not_hear("could not reach Alex").does_not_hear("Bea now");
        let reply = night.assistant();
        assert!(!reply.say.concat().trim().is_empty(), "silence");
        match reply.then {
            Then::Listen(listen) => assert!(listen.speech_seconds_max.is_some_and(|seconds| seconds <= 8)),
            other => panic!("the caller should be listened to: {other:?}"),
        }
    }
}

#[test]
fn a_caller_is_told_what_is_true_of_whoever_passed_it_on() {
    let passed = |night: Night, name: &str| night.rings(name).picks_up().keys(Some("2"));
    let night = passed(holding(), "alex").hears("Alex cannot take it right now. I am trying the next person.");
    let night = night.hears("I am ringing Bea now.").does_not_hear("could not reach");
    passed(passed(night, "bea"), "morgan").hears("Nobody on call has taken it yet.").does_not_hear("answered");
    let spanish = dana().says("se cayó el servidor y nadie puede trabajar desde las nueve").rings("alex");
    spanish.picks_up().keys(Some("2")).hears("Alex no puede atenderlo en este momento.");
}

#[test]
fn the_briefing_is_given_as_it_stands_at_that_moment() {
    Night::new()
        .call_withheld()
        .says("our server is down and nobody can work")
        .rings("alex")
        .says("3 1 2 5 5 5 0 1 4 2")
        .says("this is dana at acme dental")
        .picks_up()
        .is_told("Acme Dental, priority Critical.")
        .is_told("The caller is Dana.");
}
