//! Ladders of rungs, several channels, acceptances by message, and promises to ring the caller.

use super::{STRANGER, holding};
use chrono::{NaiveTime, Weekday};
use nightdesk_domain::case::{CaseEvent, PageOutcome, Work};
use nightdesk_domain::effect::{Effect, PlannedEffect};
use nightdesk_domain::ids::TechnicianId;
use nightdesk_domain::limits::MINUTES_TURN;
use nightdesk_domain::policy::{Channel, Ladder, Policy, Reach, Rung, Way, Who};
use nightdesk_domain::rota::{Change, Every, Hours, Layer, Member, Override, Person, Schedule, Stretch};
use nightdesk_domain::vocabulary::{Category, Priority};
use nightdesk_testkit::sample;
use nightdesk_testkit::script::Night;

fn id(name: &str) -> TechnicianId {
    TechnicianId::parse(name).unwrap()
}

fn person(name: &str) -> Rung {
    Rung::once(Who::Person(id(name)))
}

fn ladder(name: &str, rungs: Vec<Rung>) -> Ladder {
    Ladder { name: name.into(), companies: vec![], priorities: vec![], rungs, passes: 1 }
}

fn with_ladder(rungs: Vec<Rung>) -> Policy {
    Policy { ladders: vec![ladder("all", rungs)], ..sample::policy() }
}

/// Alex wants to be reached like this.
fn reached_by(ways: &[(Channel, u32)]) -> Policy {
    let mut policy = sample::policy();
    let ways = ways.iter().map(|(by, after_seconds)| Way { by: *by, after_seconds: *after_seconds }).collect();
    policy.technicians[0].slack = Some("U01ALEX".into());
    policy.technicians[0].reach = vec![Reach { priorities: vec![], ways }];
    policy
}

fn server_down(policy: Policy) -> Night {
    Night::with(policy)
        .call_from(STRANGER)
        .says("this is dana at acme dental our server is down since nine and nobody can work")
}

#[test]
fn rungs_are_tried_as_often_and_with_the_pauses_that_the_ladder_has() {
    let twice = Rung { tries: 2, pause_seconds: 120, ring_seconds: Some(40), ..person("bea") };
    let night = server_down(with_ladder(vec![twice, person("morgan")]));
    night
        .rings("bea")
        .ends(PageOutcome::Busy)
        .rings("bea")
        .seconds_pass(54)
        .expect_pages(2)
        .seconds_pass(1)
        .expect_page_ended(2, PageOutcome::NoAnswer)
        .seconds_pass(119)
        .expect_pages(2)
        .seconds_pass(1)
        .rings("morgan")
        .accepts()
        .expect_accepted_by("morgan")
        .joined()
        .silence_for_minutes(60);
}

#[test]
fn a_ladder_may_be_gone_through_twice_without_a_pause() {
    let mut policy = with_ladder(vec![person("bea")]);
    policy.ladders[0].passes = 2;
    let night = server_down(policy).rings("bea").ends(PageOutcome::NoAnswer).rings("bea").ends(PageOutcome::NoAnswer);
    night.expect_work(|work| matches!(work, Work::Pausing { .. })).hears("Nobody on call has taken it yet.");
}

#[test]
fn the_ladder_of_a_company_and_a_priority_comes_before_the_general_one() {
    let mut policy = with_ladder(vec![person("alex")]);
    let company = sample::policy().companies[0].id.clone();
    let special = Ladder { companies: vec![company], ..ladder("acme", vec![person("morgan")]) };
    let low = Ladder { priorities: vec![Priority::High], ..ladder("high", vec![person("bea")]) };
    policy.ladders = [low, special].into_iter().chain(policy.ladders).collect();
    server_down(policy.clone()).rings("morgan");
    Night::with(policy).call_withheld().says("our server is down and nobody can work").rings("alex");
}

#[test]
fn everybody_is_rung_at_once_and_the_first_acceptance_stops_the_others() {
    let night = server_down(with_ladder(vec![Rung::once(Who::Everybody)]));
    let night = night.page(1).expect_pages(3).rings("morgan").accepts().expect_accepted_by("morgan");
    let ended = |number: u32| night.case().page(number).map(|page| page.is_open());
    assert_eq!((ended(1), ended(2)), (Some(false), Some(false)));
    night.joined().silence_for_minutes(30);
}

#[test]
fn everybody_is_waited_for_before_the_ladder_counts_as_tried() {
    let night = server_down(with_ladder(vec![Rung::once(Who::Everybody)]));
    let night = night.page(1).ends(PageOutcome::Busy).page(2).ends(PageOutcome::Busy);
    let night = night.expect_work(|work| matches!(work, Work::Paging { .. })).page(3).ends(PageOutcome::Busy);
    night.expect_work(|work| matches!(work, Work::Pausing { .. }));
}

#[test]
fn whoever_was_tried_on_an_earlier_rung_is_not_the_next_person() {
    let rungs = vec![person("alex"), Rung::once(Who::Everybody)];
    let night = server_down(with_ladder(rungs)).rings("alex").ends(PageOutcome::NoAnswer).rings("morgan");
    assert_eq!(night.case().pages.iter().filter(|page| page.technician == id("alex")).count(), 1);
    night.expect_reason("page/tried-on-an-earlier-rung: Alex");
}

#[test]
fn a_text_goes_beside_the_ring_and_its_code_accepts() {
    let night = server_down(reached_by(&[(Channel::Call, 0), (Channel::Text, 0)]));
    let code = night.case().ack_code.clone().unwrap();
    let night = night.is_messaged("alex", Channel::Text);
    let says = night.effects.iter().any(|planned| match &planned.effect {
        Effect::MessagePage(order) => order.body.reveal().contains(&format!("Reply {code} to accept")),
        _ => false,
    });
    assert!(says, "the text tells how it is accepted");
    night
        .acknowledges(Some(20))
        .expect_accepted_by("alex")
        .hears("Alex has it and will call you back by 2:20 AM.")
        .expect_goodbye();
}

#[test]
fn the_telephone_decides_when_the_ladder_moves_on_and_a_late_text_still_accepts() {
    let night = server_down(reached_by(&[(Channel::Text, 0), (Channel::Call, 0)])).rings("alex");
    let night = night.ends(PageOutcome::NoAnswer).rings("bea").page(1).acknowledges(None).expect_accepted_by("alex");
    night.page(3).picks_up().expect_ignored().is_told("Alex has accepted this already.").silence_for_minutes(29);
}

#[test]
fn channels_may_be_staggered() {
    let night = server_down(reached_by(&[(Channel::Slack, 0), (Channel::Call, 60)]));
    let night = night.is_messaged("alex", Channel::Slack);
    let due = night.effects.iter().find(|planned| matches!(planned.effect, Effect::Page(_))).map(|p| p.due);
    assert_eq!(due, Some(night.case().opened_at + chrono::Duration::seconds(60)));
    night.seconds_pass(99).rings("alex").seconds_pass(1).rings("bea");
}

#[test]
fn a_message_alone_is_waited_for_before_the_next_rung() {
    let night = server_down(reached_by(&[(Channel::Text, 0)])).is_messaged("alex", Channel::Text).expect_pages(0);
    night.seconds_pass(89).expect_pages(0).seconds_pass(1).rings("bea");
}

#[test]
fn a_text_that_the_carrier_does_not_deliver_is_followed_by_the_next_channel_at_once() {
    let night = server_down(reached_by(&[(Channel::Text, 0), (Channel::Slack, 60)]));
    let night = night.is_messaged("alex", Channel::Text).ends(PageOutcome::Failed);
    // The Slack message that was to come later comes now; were it not there, the telephone would ring.
    night
        .is_messaged("alex", Channel::Slack)
        .ends(PageOutcome::Failed)
        .rings("alex")
        .ends(PageOutcome::Busy)
        .rings("bea");
}

#[test]
fn a_call_over_budget_goes_by_text_while_the_ladder_goes_on() {
    let night = holding().rings("alex").ends(PageOutcome::OverBudget);
    night.is_messaged("alex", Channel::Text).rings("bea").page(2).acknowledges(None).expect_accepted_by("alex");
}

#[test]
fn a_rung_over_budget_is_not_tried_again_at_once_and_sends_no_message_twice() {
    let three = Rung { tries: 3, ..person("alex") };
    let mut policy = with_ladder(vec![three]);
    policy.ladders[0].passes = 2;
    let texts = |night: &Night| {
        let text = |planned: &&PlannedEffect| matches!(planned.effect, Effect::MessagePage(_));
        night.effects.iter().filter(text).count()
    };
    let night = server_down(policy).rings("alex").ends(PageOutcome::OverBudget).is_messaged("alex", Channel::Text);
    assert_eq!((texts(&night), night.case().pages.len()), (1, 2), "one call, one text, and then a while");
    let night = night.seconds_pass(24).expect_pages(1).seconds_pass(1).rings("alex").expect_pages(2);
    let night = night.ends(PageOutcome::OverBudget);
    assert_eq!(texts(&night), 1, "the same text does not go twice");
    let night = night.expect_work(|work| matches!(work, Work::Pausing { .. })).seconds_pass(15 * 60).rings("alex");
    assert_eq!(texts(&night.ends(PageOutcome::OverBudget)), 2, "a quarter of an hour later it does");
}

#[test]
fn a_rung_over_budget_is_followed_by_the_next_person_at_once() {
    let three = Rung { tries: 3, ..person("alex") };
    let night = server_down(with_ladder(vec![three, person("bea")])).rings("alex").ends(PageOutcome::OverBudget);
    night.is_messaged("alex", Channel::Text).rings("bea").expect_pages(2);
}

#[test]
fn whoever_passes_by_telephone_is_left_alone_on_the_other_channels() {
    let night = server_down(reached_by(&[(Channel::Call, 0), (Channel::Slack, 300)])).rings("alex");
    let night = night.picks_up().keys(Some("2")).rings("bea");
    let slack = night.case().pages.iter().find(|page| page.channel == Channel::Slack).unwrap();
    assert!(!slack.is_open());
}

#[test]
fn a_technician_who_gets_no_texts_is_reached_otherwise() {
    let mut night = Night::with(reached_by(&[(Channel::Text, 0)]));
    night.facts.stopped = vec![id("alex")];
    night.call_from(STRANGER).says("this is dana at acme dental our server is down since nine").rings("alex");
}

/// Alex has accepted by telephone, the caller is gone, and the minutes are asked for.
fn asked_for_minutes() -> Night {
    holding()
        .hangs_up()
        .rings("alex")
        .accepts()
        .expect_accepted_by("alex")
        .is_told("In how many minutes will you ring?")
}

#[test]
fn the_minutes_are_taken_by_key_and_read_back() {
    let night = asked_for_minutes().keys_in_turn(MINUTES_TURN, "20#").is_told("You will ring the caller by 2:20 AM.");
    night.silence_for_minutes(19).seconds_pass(61).expect_text("+13125550111", "you were to ring");
}

#[test]
fn the_minutes_are_taken_by_word() {
    asked_for_minutes().answers_in_turn(MINUTES_TURN, "twenty minutes").is_told("You will ring the caller by 2:20 AM.");
    asked_for_minutes().answers_in_turn(MINUTES_TURN, "half an hour").is_told("You will ring the caller by 2:30 AM.");
}

#[test]
fn silence_promises_nothing_and_wakes_nobody_again() {
    asked_for_minutes().answers_in_turn(MINUTES_TURN, "er what").is_told("Goodbye.").silence_for_minutes(600);
}

#[test]
fn a_promise_that_is_missed_is_reminded_of_and_then_wakes_again() {
    let night = asked_for_minutes()
        .keys_in_turn(MINUTES_TURN, "20")
        .seconds_pass(20 * 60 + 5)
        .expect_text("+13125550111", "you were to ring");
    let night = night.silence_for_minutes(9).seconds_pass(60).rings("alex");
    night.expect_page_ended(1, PageOutcome::Overdue).ends(PageOutcome::NoAnswer).rings("bea");
}

#[test]
fn a_promise_that_is_kept_wakes_nobody() {
    let night = asked_for_minutes().keys_in_turn(MINUTES_TURN, "20").writes_done();
    night.expect_work(|work| matches!(work, Work::Held { talked: true, .. })).silence_for_minutes(600);
    asked_for_minutes()
        .keys_in_turn(MINUTES_TURN, "20")
        .case_event(CaseEvent::MarkedHandled { by: "Morgan".into() })
        .silence_for_minutes(600);
}

/// Alex was sent a text beside the ring, and the caller has gone.
fn texted() -> Night {
    let night = server_down(reached_by(&[(Channel::Call, 0), (Channel::Text, 0)])).hangs_up();
    night.is_messaged("alex", Channel::Text)
}

#[test]
fn a_promise_can_be_moved_and_is_told_again() {
    let mut night = texted();
    night.case.as_mut().unwrap().brief.text_to = Some(sample::number(STRANGER));
    let night = night.acknowledges(Some(20)).seconds_pass(300).acknowledges(Some(30));
    let night = night.expect_noted("Alex will ring the caller by 2:35 AM.").acknowledges(Some(30)).expect_ignored();
    let told =
        |by: &str| format!("Northwind IT: Alex has it and will call you by {by}. Reply STOP to get no more texts.");
    let night = night.expect_caller_texts(&[&told("2:20 AM"), &told("2:35 AM")]);
    let night = night.acknowledges(Some(10)).expect_noted("Alex will ring the caller by 2:15 AM.");
    night.silence_for_minutes(9).seconds_pass(61).expect_text("+13125550111", "you were to ring");
}

#[test]
fn minutes_by_text_count_where_the_same_person_has_accepted_by_telephone() {
    let night = texted().rings("alex").accepts().expect_accepted_by("alex");
    let night = night.page(2).acknowledges(Some(20));
    night.expect_work(|work| matches!(work, Work::Held { page: 1, arrival: Some(_), .. }));
    let night = texted().rings("alex").accepts().page(2).writes_done();
    night.expect_work(|work| matches!(work, Work::Held { page: 1, talked: true, .. }));
}

#[test]
fn done_after_the_promise_was_missed_still_counts_and_paging_stops() {
    let night = asked_for_minutes().keys_in_turn(MINUTES_TURN, "20").seconds_pass(20 * 60 + 1);
    let night = night.seconds_pass(10 * 60 + 5).expect_page_ended(1, PageOutcome::Overdue).rings("alex");
    let night = night.ends(PageOutcome::NoAnswer).rings("bea").page(2).writes_done().expect_accepted_by("alex");
    let night = night.expect_work(|work| matches!(work, Work::Held { talked: true, .. }));
    assert!(!night.case().pages.iter().any(nightdesk_domain::case::Page::is_open), "Bea's telephone stops");
    night.expect_noted("The technician says that the caller was reached.").silence_for_minutes(600);
}

#[test]
fn done_from_a_technician_who_does_not_have_it_changes_nothing_while_another_does() {
    let night = holding().hangs_up().rings("alex").ends(PageOutcome::NoAnswer).rings("bea").accepts();
    night.page(1).writes_done().expect_ignored().expect_accepted_by("bea");
}

#[test]
fn whoever_accepts_without_minutes_is_asked_for_them_at_once_and_once_again() {
    let night = texted();
    let code = night.case().ack_code.clone().unwrap();
    let ask = format!("Reply {code} 20 if you ring the caller in 20 minutes.");
    let night = night.acknowledges(None);
    assert!(night.case().for_holder(&night.policy).reveal().contains(&ask));
    let night = night.silence_for_minutes(29).seconds_pass(61);
    let again = format!("Reply {code} 20 if you ring in 20 minutes, {code} done once you have talked.");
    let night = night.expect_text("+13125550111", &again).silence_for_minutes(600);
    let night = night.acknowledges(Some(20));
    assert!(!night.case().for_holder(&night.policy).reveal().contains(&ask), "that is told");
    texted().acknowledges(Some(20)).writes_done().silence_for_minutes(600);
    texted().acknowledges(None).writes_done().silence_for_minutes(600);
}

#[test]
fn a_caller_who_waits_hears_who_has_accepted_by_a_message_without_minutes() {
    let night = server_down(reached_by(&[(Channel::Call, 0), (Channel::Text, 0)])).is_messaged("alex", Channel::Text);
    night.acknowledges(None).hears("Alex has your number and will call you back.").expect_goodbye();
}

#[test]
fn an_acceptance_by_message_is_idempotent_and_promises_once() {
    let night = server_down(reached_by(&[(Channel::Call, 0), (Channel::Text, 0)])).is_messaged("alex", Channel::Text);
    let night = night.acknowledges(None).expect_accepted_by("alex").acknowledges(None).expect_ignored();
    let night = night.acknowledges(Some(30)).acknowledges(Some(30)).expect_ignored();
    assert_eq!(
        night.case().message_reply(2, &night.policy).split('.').next(),
        Some("You have it, and ring by 2:30 AM")
    );
}

/// Bea is on call this week as primary; nobody is as secondary.
fn with_rota() -> Policy {
    let start = |text: &str| text.parse().unwrap();
    let member = |name: &str| Member::new(Person::new(name));
    let layer = |name: &str, people: Vec<Member>, hours: Hours| Layer {
        name: name.into(),
        start: start("2026-01-05T08:00:00"),
        every: Every::Weeks(1),
        people,
        hours,
    };
    let weekend = Stretch::between((Weekday::Sat, NaiveTime::MIN), (Weekday::Mon, Some(NaiveTime::MIN))).unwrap();
    let layers = vec![
        layer("primary", vec![member("alex"), member("bea")], Hours::default()),
        layer("weekend", vec![member("alex")], Hours::of(&[weekend])),
    ];
    Policy { rota: Some(Schedule { time_zone: chrono_tz::America::Chicago, layers }), ..sample::policy() }
}

#[test]
fn whoever_is_on_call_comes_first_then_the_list_then_the_manager_and_an_empty_layer_is_skipped_at_once() {
    let night = server_down(with_rota()).rings("bea").expect_pages(1).ends(PageOutcome::NoAnswer).rings("alex");
    night.ends(PageOutcome::NoAnswer).rings("morgan").ends(PageOutcome::NoAnswer).expect_pages(3);
}

#[test]
fn an_override_made_tonight_counts_at_once() {
    let mut night = Night::with(with_rota());
    let change = Change::Take { by: Person::new("morgan") };
    let (from, until) = (night.now - chrono::Duration::hours(1), night.now + chrono::Duration::hours(5));
    let (id, layer, reason) = ("o1".into(), "primary".into(), String::new());
    night.facts.overrides = vec![Override { id, layer, from, until, change, reason }];
    let night = night.call_from(STRANGER).says("this is dana at acme dental our server is down since nine");
    night.rings("morgan").ends(PageOutcome::NoAnswer).rings("alex");
}

#[test]
fn a_rung_by_skill_asks_whoever_fits_best_and_then_the_next() {
    let skilled = |policy: &mut Policy, nth: usize, proficiency: u8| {
        policy.technicians[nth].skills = [(Category::Vpn, proficiency)].into();
        policy.technicians[nth].tier = 2;
    };
    let by_skill = Rung { tries: 2, ..Rung::once(Who::SkillMatch) };
    let mut policy = with_ladder(vec![by_skill, Rung::once(Who::Manager)]);
    skilled(&mut policy, 0, 1);
    skilled(&mut policy, 1, 5);
    let words =
        "this is dana at acme dental the ceo cant connect to the vpn since nine and her closing call starts in an hour";
    let night = Night::with(policy.clone()).call_from(STRANGER).says(words).expect_ticket(Priority::High);
    night.rings("bea").ends(PageOutcome::NoAnswer).rings("alex").ends(PageOutcome::NoAnswer).rings("morgan");
    // What is Critical is not scored.
    server_down(policy).rings("alex");
}

#[test]
fn a_caller_who_agreed_to_texts_and_has_gone_reads_by_when_the_call_comes() {
    let texts = |night: &Night| {
        let body = |effect: &Effect| match effect {
            Effect::TextCaller(text) => Some(text.body.reveal().to_owned()),
            _ => None,
        };
        night.effects.iter().filter_map(|planned| body(&planned.effect)).collect::<Vec<_>>()
    };
    let mut agreed = asked_for_minutes();
    agreed.case.as_mut().unwrap().brief.text_to = Some(sample::number(STRANGER));
    let told = texts(&agreed.keys_in_turn(MINUTES_TURN, "20"));
    assert_eq!(told, ["Northwind IT: Alex has it and will call you by 2:20 AM. Reply STOP to get no more texts."]);
    assert!(texts(&asked_for_minutes().keys_in_turn(MINUTES_TURN, "20")).is_empty(), "who did not agree is not texted");
}
