//! A caller who hangs up, at every point: half a call counts.

use super::{STRANGER, dana, holding, stranger};
use nightdesk_domain::call::{CallEvent, Speech};
use nightdesk_domain::vocabulary::{Disposition, Priority};
use nightdesk_testkit::script::Night;

#[test]
fn at_the_greeting_it_leaves_a_ticket() {
    stranger()
        .hangs_up()
        .expect_over()
        .expect_ticket(Priority::Low)
        .expect_nobody_woken()
        .expect_disposition(Disposition::Ticket);
}

#[test]
fn in_the_middle_of_a_critical_sentence_it_wakes() {
    stranger()
        .begins("all our")
        .begins("all our files are encrypted and there")
        .hangs_up()
        .expect_over()
        .rings("alex")
        .expect_ticket(Priority::Critical)
        .expect_in_ticket("> all our files are encrypted and there");
}

#[test]
fn in_the_middle_of_a_harmless_sentence_it_leaves_a_ticket() {
    stranger()
        .begins("my printer is")
        .begins("my printer is jammed")
        .hangs_up()
        .expect_nobody_woken()
        .expect_ticket(Priority::Medium);
}

#[test]
fn partial_words_that_come_in_another_order_keep_the_longest() {
    stranger().begins("our server is down and nobody").begins("our server").expect_ignored().hangs_up().rings("alex");
}

#[test]
fn between_two_questions_it_leaves_what_was_said() {
    stranger()
        .says("my printer is jammed")
        .hangs_up()
        .expect_ticket(Priority::Medium)
        .expect_in_ticket("> my printer is jammed");
}

#[test]
fn when_something_could_be_critical_and_nobody_is_left_to_ask_it_wakes() {
    dana()
        .says("something is wrong with the system and i don't know what")
        .hangs_up()
        .rings("alex")
        .expect_ticket(Priority::Critical);
}

#[test]
fn while_holding_it_goes_on_and_the_technician_gets_the_number() {
    holding()
        .hangs_up()
        .expect_over()
        .rings("alex")
        .accepts()
        .is_told("The caller is no longer on the line.")
        .is_told("3 1 2, 5 5 5, 0 1 4 2")
        .expect_text("+13125550111", "+13125550142");
}

#[test]
fn words_that_were_being_spoken_while_holding_are_kept() {
    holding().begins("also the phones are dead").hangs_up().expect_in_ticket("> also the phones are dead");
}

#[test]
fn a_lost_notice_is_covered_by_the_deadline_of_the_state() {
    let gone = |night: Night| night.seconds_pass(3600).expect_over();
    gone(stranger()).expect_ticket(Priority::Low);
    gone(stranger().begins("all our files are encrypted"))
        .expect_ticket(Priority::Critical)
        .expect_disposition(Disposition::Escalate);
    gone(stranger().says("my printer is jammed")).expect_ticket(Priority::Medium);
    gone(stranger().presses("*")).expect_ticket(Priority::Low).expect_disposition(Disposition::Voicemail);
    gone(holding());
    gone(holding().rings("alex").accepts());
    gone(holding().rings("alex").accepts().joined());
}

#[test]
fn whoever_waits_to_the_bound_hears_the_truth_and_the_ticket() {
    let mut policy = nightdesk_testkit::sample::policy();
    policy.paging.ring_seconds = 60;
    let many: Vec<_> = (0..20)
        .map(|n| {
            let mut person = policy.technicians[0].clone();
            person.id = nightdesk_domain::ids::TechnicianId::parse(&format!("tech-{n}")).unwrap();
            person
        })
        .collect();
    policy.ladder = many.iter().map(|person| person.id.clone()).collect();
    policy.technicians.extend(many);
    Night::with(policy)
        .call_from(STRANGER)
        .says("this is dana at acme dental our server is down since nine and nobody can work")
        .expect_holding()
        .seconds_pass(20 * 60 + 1)
        .hears("Nobody on call has taken it yet. I keep trying")
        .hears("Your ticket number is");
}

#[test]
fn words_that_arrive_after_the_hang_up_still_count() {
    let late = |words: &str| CallEvent::Said {
        turn: 1,
        heard: Default::default(),
        words: Some(Speech { words: words.into(), confidence_percent: None }),
        keys: None,
    };
    stranger()
        .hangs_up()
        .expect_over()
        .call_event(late("all our files are encrypted"))
        .rings("alex")
        .expect_ticket(Priority::Critical)
        .call_event(late("all our files are encrypted"))
        .expect_ignored()
        .expect_pages(1);
}

#[test]
fn a_second_notice_changes_nothing() {
    stranger().hangs_up().hangs_up().expect_ignored().expect_ticket(Priority::Low);
}

#[test]
fn partial_words_that_arrive_after_the_hang_up_wake_if_they_are_critical() {
    stranger().hangs_up().begins("my printer").begins("my").expect_ignored().expect_pages(0);
    stranger()
        .hangs_up()
        .begins("all our files are encrypted")
        .rings("alex")
        .begins("all our files are encrypted and")
        .begins("all our files")
        .expect_ignored()
        .expect_pages(1)
        .expect_ticket(Priority::Critical);
}
