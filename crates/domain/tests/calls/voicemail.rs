//! Messages: asked for, fallen back to, with and without words.

use super::{dana, holding, stranger};
use nightdesk_domain::call::{CallEvent, Recording};
use nightdesk_domain::ids::RecordingId;
use nightdesk_domain::vocabulary::{Disposition, Priority};

#[test]
fn a_message_that_is_wished_for_is_taken_confirmed_and_alerted() {
    dana()
        .says("can i just leave a voicemail")
        .hears("You can leave a message.")
        .expect_recording()
        .leaves_message(Some(14))
        .hears("Your message is stored, and the people on call are told of it.")
        .hears("Your ticket number is")
        .expect_goodbye()
        .expect_disposition(Disposition::Voicemail)
        .expect_alerts(1)
        .expect_nobody_woken()
        .hangs_up()
        .message_reads(Some("hi this is dana my printer is jammed no hurry"))
        .expect_over()
        .expect_nobody_woken()
        .expect_in_ticket("recording RE1, 14 seconds")
        .expect_in_ticket("> hi this is dana my printer is jammed no hurry")
        .silence_for_minutes(600);
}

#[test]
fn a_message_after_critical_words_is_taken_and_people_are_woken() {
    dana()
        .says("our server is down and nobody can work, let me leave a voicemail")
        .expect_recording()
        .rings("alex")
        .leaves_message(Some(9))
        .expect_disposition(Disposition::Escalate)
        .hangs_up()
        .page(1)
        .accepts()
        .is_told("The caller is no longer on the line.");
}

#[test]
fn a_message_whose_words_are_critical_wakes() {
    let night = stranger().presses("*").leaves_message(Some(20)).expect_nobody_woken();
    night.clone().message_reads(Some("all our files are encrypted")).rings("alex");
    night
        .hangs_up()
        .message_reads(Some("all our files are encrypted"))
        .expect_over()
        .rings("alex")
        .expect_ticket(Priority::Critical);
}

#[test]
fn a_message_without_a_transcript_wakes_after_three_minutes() {
    stranger()
        .presses("*")
        .leaves_message(Some(20))
        .hangs_up()
        .message_reads(None)
        .seconds_pass(179)
        .expect_nobody_woken()
        .seconds_pass(2)
        .rings("alex")
        .expect_in_ticket("call/message-without-transcript")
        .expect_disposition(Disposition::Voicemail);
}

#[test]
fn a_message_that_is_reported_after_everything_was_given_up_is_waited_for_too() {
    let late = Recording { id: RecordingId::parse("RE9").unwrap(), seconds: 30 };
    stranger()
        .presses("*")
        .seconds_pass(3600)
        .expect_over()
        .call_event(CallEvent::Recorded { turn: 2, recording: Some(late) })
        .expect_nobody_woken()
        .seconds_pass(181)
        .rings("alex");
}

#[test]
fn a_message_that_a_scan_has_found_is_waited_for_and_wakes() {
    let found = Recording { id: RecordingId::parse("RE1").unwrap(), seconds: 30 };
    let night = stranger()
        .call_event(CallEvent::Recorded { turn: 0, recording: Some(found) })
        .hangs_up()
        .expect_disposition(Disposition::Voicemail)
        .expect_alerts(1)
        .expect_nobody_woken();
    night
        .clone()
        .message_reads(Some("my printer is jammed no hurry"))
        .expect_over()
        .seconds_pass(600)
        .expect_nobody_woken();
    night.seconds_pass(181).rings("alex").expect_in_ticket("call/message-without-transcript");
}

#[test]
fn a_message_without_sound_is_noticed() {
    for nothing in [None, Some(0)] {
        stranger()
            .presses("*")
            .leaves_message(nothing)
            .hears("I recorded no message, but your call is noted.")
            .expect_disposition(Disposition::Voicemail)
            .hangs_up()
            .seconds_pass(600)
            .expect_nobody_woken()
            .expect_ticket(Priority::Low);
    }
}

#[test]
fn a_hang_up_during_the_message_keeps_what_was_recorded() {
    stranger()
        .presses("*")
        .hangs_up()
        .leaves_message(Some(7))
        .message_reads(Some("our server is down and nobody can work"))
        .rings("alex")
        .expect_ticket(Priority::Critical);
}

#[test]
fn a_message_reported_twice_is_stored_once() {
    let night = stranger().presses("*").leaves_message(Some(7)).leaves_message(Some(7)).expect_ignored();
    assert_eq!(night.call().recordings.len(), 1);
}

#[test]
fn star_while_holding_takes_a_message_and_paging_goes_on() {
    holding()
        .hears("To leave a message instead, press star.")
        .presses("*")
        .expect_recording()
        .rings("alex")
        .accepts()
        .is_told("no longer on the line");
}

#[test]
fn whoever_hears_that_nobody_has_answered_can_leave_a_message() {
    let busy = |night: nightdesk_testkit::script::Night, name: &str| {
        night.rings(name).ends(nightdesk_domain::case::PageOutcome::Busy)
    };
    let night = busy(busy(busy(holding(), "alex"), "bea"), "morgan").expect_recording().expect_alerts(1);
    night
        .clone()
        .leaves_message(Some(12))
        .expect_alerts(2)
        .hears("Your message is stored")
        .expect_goodbye()
        .expect_disposition(Disposition::Escalate)
        .hangs_up()
        .message_reads(Some("the plant stands still"))
        .expect_over()
        .expect_in_ticket("> the plant stands still");
    night.clone().leaves_message(None).hears("I recorded no message").expect_goodbye();
    night.hangs_up().leaves_message(Some(12)).expect_in_ticket("recording RE1, 12 seconds");
}

#[test]
fn a_message_on_a_ticket_that_is_open_already_is_told_by_mail_and_chat() {
    let late = Recording { id: RecordingId::parse("RE9").unwrap(), seconds: 30 };
    dana()
        .says("no rush my printer is jammed, put in a ticket, no call needed")
        .hangs_up()
        .expect_disposition(Disposition::Ticket)
        .expect_alerts(0)
        .call_event(CallEvent::Recorded { turn: 0, recording: Some(late.clone()) })
        .expect_alerts(1)
        .call_event(CallEvent::Recorded { turn: 0, recording: Some(late) })
        .expect_alerts(1);
}

#[test]
fn whoever_accepts_while_the_message_is_confirmed_does_not_wait_in_an_empty_room() {
    stranger()
        .presses("*")
        .leaves_message(Some(20))
        .message_reads(Some("all our files are encrypted"))
        .rings("alex")
        .accepts()
        .is_told("no longer on the line");
}

#[test]
fn a_ticket_without_words_says_so_in_its_summary() {
    let summary = |night: nightdesk_testkit::script::Night| night.drafts()[0].summary.reveal().to_owned();
    assert_eq!(
        summary(stranger().presses("*").leaves_message(Some(10))),
        "Unknown company: Unclassified: a message of 10 seconds"
    );
    assert_eq!(summary(stranger().hangs_up()), "Unknown company: Unclassified: a call without words");
}
