//! Greeting, questions, silence, mumbling, keys, and the bounds of a conversation.

use super::{dana, stranger};
use nightdesk_domain::limits::{FOLLOW_UPS_MAX, TURNS_MAX};
use nightdesk_domain::reply::Then;
use nightdesk_domain::vocabulary::{Disposition, Priority};
use nightdesk_testkit::script::Night;

#[test]
fn the_greeting_names_the_line_the_assistant_and_the_recording_and_asks_one_open_question() {
    stranger()
        .hears("You have reached Northwind IT.")
        .hears("I am the automated assistant")
        .hears("This call may be recorded.")
        .hears("How can I help?")
        .expect_no_ticket_yet();
}

/// What a caller says at first, and which follow-ups are asked, by name.
fn check_questions(night: Night, first: &str, answers: &[&str], expected: &[&str]) {
    let mut night = night.says(first);
    for answer in answers {
        night = night.says(answer);
    }
    assert_eq!(night.asked(), expected, "after {first:?}");
}

#[test]
fn a_caller_who_says_everything_at_once_is_asked_nothing() {
    check_questions(
        stranger(),
        "this is dana at acme dental, our server is down since nine and nobody can work",
        &[],
        &[],
    );
    check_questions(dana(), "no hurry my printer is jammed, call me tomorrow at ten", &[], &[]);
    check_questions(
        Night::new().call_withheld(),
        "this is dana at acme dental my number is 312 555 0142 the printer is jammed no call needed just put in a ticket",
        &[],
        &[],
    );
}

#[test]
fn what_is_missing_is_asked_one_thing_at_a_time_the_number_first() {
    check_questions(
        Night::new().call_withheld(),
        "our server is down",
        &["312 555 0142", "dana at acme dental", "all of us", "since nine"],
        &["Number", "Who", "Affected", "Since"],
    );
    check_questions(stranger(), "hello", &[], &["What"]);
}

#[test]
fn each_follow_up_is_asked_once_and_never_more_than_five() {
    let night = (0..12)
        .fold(Night::new().call_withheld().says("my computer has a problem"), |night, _| night.says("well you know"));
    let mut asked = night.asked();
    assert!(asked.len() <= FOLLOW_UPS_MAX, "{asked:?}");
    asked.dedup();
    assert_eq!(asked.len(), night.asked().len());
    night.expect_goodbye();
}

#[test]
fn silence_meets_two_reprompts_and_then_a_message() {
    stranger()
        .is_silent()
        .hears("I did not hear anything.")
        .hears("How can I help?")
        .is_silent()
        .hears("I did not hear anything.")
        .is_silent()
        .hears("After the beep")
        .expect_recording()
        .expect_nobody_woken();
}

#[test]
fn a_caller_who_falls_silent_after_the_problem_gets_a_ticket_not_an_interrogation() {
    stranger()
        .says("my printer is jammed")
        .is_silent()
        .hears("I did not hear anything.")
        .is_silent()
        .hears("Your ticket number is")
        .expect_goodbye()
        .expect_ticket(Priority::Medium);
}

#[test]
fn mumbling_meets_one_reprompt_and_then_a_message() {
    stranger()
        .mumbles("mum ble hum")
        .hears("I did not understand that.")
        .mumbles("bla hum")
        .hears("I cannot hear you well enough.")
        .expect_recording();
}

#[test]
fn critical_words_count_however_badly_they_are_heard() {
    stranger().mumbles("all our files are encrypted").rings("alex");
}

#[test]
fn zero_asks_for_a_person_star_for_a_message() {
    stranger().presses("0").hears("Is anyone's work stopped right now?");
    stranger().presses("*").hears("You can leave a message.").expect_recording();
    stranger().presses("7").hears("I did not understand that.");
}

#[test]
fn a_number_can_be_keyed() {
    let night = Night::new().call_withheld().says("this is dana at acme dental, our server is down");
    night
        .hears("What number can we reach you on?")
        .presses("3125550142#")
        .does_not_hear("What number")
        .rings("alex")
        .expect_number("3125550142");
}

#[test]
fn work_stopped_is_answered_by_word_or_key_and_unclear_counts_as_yes() {
    let asked = || dana().says("operator").hears("Is anyone's work stopped right now?").expect_nobody_woken();
    for yes in
        ["yes", "yeah it is", "i'm not sure", "no we can't work", "nobody can work", "well it depends", "i do not know"]
    {
        asked().says(yes).rings("alex").expect_disposition(Disposition::Escalate);
    }
    asked().presses("1").rings("alex");
    asked().presses("5").rings("alex");
    asked().is_silent().hears("I did not hear").is_silent().rings("alex");
    for no in ["no", "no it can wait", "nope", "no just me and it's fine"] {
        asked().says(no).expect_nobody_woken();
    }
    asked().presses("2").expect_nobody_woken();
}

#[test]
fn a_person_wanted_and_no_work_stopped_is_offered_a_callback() {
    dana()
        .says("operator please")
        .says("no")
        .hears("What is not working, or what do you need?")
        .says("my printer is jammed")
        .expect_nobody_woken()
        .hears("When would you like us to call you back?")
        .says("tomorrow at ten")
        .hears("We will call you back Thursday at 10:00 AM Central time.")
        .expect_disposition(Disposition::Callback)
        .expect_nobody_woken();
}

#[test]
fn keys_alone_lead_through_the_whole_call() {
    dana()
        .presses("0")
        .presses("2")
        .hears("What is not working")
        .is_silent()
        .is_silent()
        .is_silent()
        .expect_recording()
        .expect_nobody_woken();
}

#[test]
fn a_caller_who_wanted_a_person_is_not_woken_for_by_giving_a_name() {
    stranger()
        .says("can i talk to a person")
        .says("no")
        .says("my printer is jammed")
        .says("this is lee at acme dental")
        .expect_nobody_woken();
}

#[test]
fn turns_are_capped() {
    let mut night = dana();
    for _ in 0..=TURNS_MAX {
        if matches!(night.assistant().then, Then::Listen(_)) {
            night = night.says("hello").says("english please").says("español por favor");
        }
    }
    match night.assistant().then {
        Then::Record { .. } | Then::HangUp => {}
        other => night.fail(format!("the call goes on: {other:?}")),
    }
}

#[test]
fn the_time_of_a_call_is_capped() {
    let mut night = dana().says("hello");
    night.now += chrono::Duration::minutes(21);
    night.says("i have a printer problem").hears("I have kept you long enough.").expect_recording();
}

#[test]
fn an_answer_to_another_turn_and_an_answer_given_twice_change_nothing() {
    let night = dana().says("our server is down and nobody can work");
    let event = nightdesk_domain::call::CallEvent::Said {
        turn: 1,
        heard: Default::default(),
        words: Some(nightdesk_domain::call::Speech { words: "never mind".into(), confidence_percent: None }),
        keys: None,
    };
    night.call_event(event).expect_ignored().rings("alex");
}
