//! Joining caller and technician: bounded, and repaired when one of them is not there.

use super::holding;
use nightdesk_domain::call::CallState;
use nightdesk_domain::case::Work;
use nightdesk_domain::effect::Effect;
use nightdesk_domain::reply::Then;
use nightdesk_domain::vocabulary::Priority;
use nightdesk_testkit::script::Night;

fn accepted() -> Night {
    holding().rings("alex").accepts()
}

#[test]
fn both_are_connected_and_the_technician_hears_the_briefing_first() {
    let night = accepted().hears("Alex has taken your call. I am connecting you now.").expect_caller_refetched(1);
    assert!(matches!(night.assistant().then, Then::Join { .. }));
    let night =
        night.is_told("You have accepted.").is_told("Acme Dental, priority Critical.").is_told("Connecting you");
    assert!(matches!(night.briefing().then, Then::Join { .. }));
    night.joined().expect_connected().expect_ticket(Priority::Critical);
}

#[test]
fn a_talk_of_some_length_ends_the_matter() {
    let night = accepted().joined().seconds_pass(25).technician_leaves().hears("Goodbye.").expect_goodbye();
    night.expect_accepted_by("alex").hangs_up().silence_for_minutes(120).expect_over();
}

#[test]
fn a_technician_who_drops_within_twenty_seconds_sets_the_ladder_going_again() {
    accepted()
        .joined()
        .seconds_pass(10)
        .technician_leaves()
        .expect_holding()
        .hears("Please stay on the line.")
        .seconds_pass(5)
        .hears("I lost the connection with Alex. I am trying again.")
        .hears("I am ringing Bea now.")
        .rings("bea")
        .expect_in_ticket("The line to Alex was lost; the ladder goes on.")
        .accepts()
        .joined()
        .expect_connected();
}

#[test]
fn a_caller_who_hangs_up_just_after_meeting_wakes_nobody_else() {
    accepted()
        .joined()
        .seconds_pass(10)
        .technician_leaves()
        .hangs_up()
        .expect_work(|work| matches!(work, Work::Held { talked: false, .. }))
        .silence_for_minutes(60);
}

#[test]
fn a_technician_who_never_comes_into_the_room_sets_the_ladder_going_again() {
    accepted().caller_enters().seconds_pass(60).expect_holding().hears("I am ringing Bea now.").rings("bea");
}

#[test]
fn a_caller_who_never_comes_into_the_room_is_called_back() {
    let night = accepted().technician_enters().seconds_pass(60);
    night
        .is_told("The caller is no longer on the line.")
        .expect_text("+13125550111", "+13125550142")
        .expect_work(|work| matches!(work, Work::Held { .. }));
}

#[test]
fn a_caller_whom_nobody_joins_hears_that_the_technician_will_call() {
    let night = accepted().technician_enters();
    let before = refetches(&night);
    let night = night.seconds_pass(119);
    assert_eq!(refetches(&night), before + 1, "the caller's leg is told to listen again");
    night.hears("Alex has your number and will call you back.").hears("Your ticket number is").expect_goodbye();
}

fn refetches(night: &Night) -> usize {
    use nightdesk_domain::effect::Line;
    night.effects.iter().filter(|p| matches!(p.effect, Effect::Refetch(Line::Caller(_)))).count()
}

#[test]
fn a_caller_who_hangs_up_on_the_way_leaves_the_number_by_voice_and_text() {
    accepted()
        .hangs_up()
        .is_told("The caller is no longer on the line.")
        .is_told("Please call 3 1 2, 5 5 5, 0 1 4 2.")
        .expect_text("+13125550111", "+13125550142")
        .silence_for_minutes(120);
}

#[test]
fn a_withheld_number_is_called_withheld() {
    Night::new()
        .call_withheld()
        .says("this is dana at acme dental our server is down since nine and nobody can work")
        .hangs_up()
        .rings("alex")
        .accepts()
        .is_told("The number was withheld.")
        .expect_text("+13125550111", "The number was withheld.");
}

#[test]
fn a_technician_who_is_alone_on_the_last_rung_is_not_told_that_somebody_else_is_called() {
    use nightdesk_domain::case::PageOutcome::Busy;
    holding()
        .rings("alex")
        .ends(Busy)
        .rings("bea")
        .ends(Busy)
        .rings("morgan")
        .picks_up()
        .keys(Some("2"))
        .is_told("Nobody else is left to call")
        .page(1);
    holding().rings("alex").picks_up().keys(Some("2")).is_told("Passed on to the next person.");
}

#[test]
fn an_answer_that_the_room_reports_twice_changes_nothing() {
    accepted().joined().technician_enters().expect_ignored().caller_enters().expect_ignored().expect_connected();
}

#[test]
fn a_talk_that_was_long_enough_by_one_clock_only_leaves_nobody_holding_for_nothing() {
    let mut night = accepted().joined().seconds_pass(20);
    let since = night.now - chrono::Duration::seconds(19);
    if let Some(CallState::Connected { since: of_call, .. }) = night.call.as_mut().map(|call| &mut call.state) {
        *of_call = since;
    }
    night
        .technician_leaves()
        .expect_accepted_by("alex")
        .hears("Somebody on our team is taking care of it already.")
        .expect_goodbye();
}
