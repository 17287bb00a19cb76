//! The table of dispositions: who is woken, what is promised, what the caller hears, what the ticket says.

use super::{STRANGER, dana, stranger};
use nightdesk_domain::case::{SUMMARY_CHARS_MAX, TicketStatus};
use nightdesk_domain::vocabulary::{Category, Disposition, Priority};
use nightdesk_testkit::sample;
use nightdesk_testkit::script::Night;

/// What Dana says at once, and what it comes to.
fn check(said: &str, disposition: Disposition, priority: Priority, woken: bool) -> Night {
    let mut night = dana().says(said);
    for _ in 0..12 {
        if night.call().disposition.is_none() {
            night = night.is_silent();
        }
    }
    let night = night.expect_disposition(disposition).expect_ticket(priority);
    if woken { night.rings("alex") } else { night.expect_nobody_woken() }
}

#[test]
fn critical_wakes_in_the_very_commit_that_finds_it() {
    use Disposition::Escalate;
    use Priority::{Critical, High};
    check("our server is down and nobody can work", Escalate, Critical, true).expect_category(Category::Server);
    check("all our files are encrypted and there is a note asking", Escalate, Critical, true);
    check("i gave my password to somebody on the phone", Escalate, Critical, true);
    check("our server is down but no rush", Escalate, Critical, true);
    check("the ceo cant join her meeting and it starts in an hour", Escalate, High, true);
}

#[test]
fn a_high_case_waits_where_the_tenant_says_so() {
    let mut policy = sample::policy();
    policy.paging.wake_for_high = false;
    Night::with(policy)
        .known_as(vec![sample::contact("Dana", "acme-dental", &[STRANGER])])
        .call_from(STRANGER)
        .says("the ceo cant join her meeting and it starts in an hour")
        .expect_nobody_woken();
}

#[test]
fn a_callback_is_read_back_with_weekday_time_and_zone() {
    check("no hurry my printer is jammed, call me tomorrow at ten", Disposition::Callback, Priority::Medium, false)
        .hears("We will call you back Thursday at 10:00 AM Central time.")
        .hears("Your ticket number is")
        .expect_goodbye()
        .expect_in_ticket("Promised callback: Thursday at 10:00 AM Central time")
        .silence_for_minutes(470);
}

#[test]
fn a_window_is_read_back_once_not_twice() {
    check("my printer is jammed, please call me tomorrow morning", Disposition::Callback, Priority::Medium, false)
        .hears("We will call you back Thursday between 8:00 AM and 12:00 PM Central time.");
}

#[test]
fn a_time_outside_the_hours_becomes_the_next_opening() {
    check("my printer is jammed, call me back at six in the morning", Disposition::Callback, Priority::Medium, false)
        .hears("8:00 AM Central time.")
        .expect_in_ticket("callback/moved-into-business-hours");
}

#[test]
fn a_ticket_is_named_with_its_number_and_when_it_is_looked_at() {
    let night = check(
        "i would like to order a new laptop, no call needed just put in a ticket",
        Disposition::Ticket,
        Priority::Low,
        false,
    );
    let number = night.case().ticket.number.spoken();
    night
        .hears(&format!("Your ticket number is {number}."))
        .hears("It will be looked at when the office opens, Thursday at 8:00 AM Central time.")
        .expect_goodbye();
}

#[test]
fn a_fix_that_worked_closes_the_ticket() {
    let night = check("never mind the printer works again now thanks", Disposition::Resolve, Priority::Low, false);
    assert_eq!(night.case().ticket.status, TicketStatus::Closed);
    night.hears("I am glad that it works again.").expect_goodbye();
}

#[test]
fn a_fix_that_will_be_tried_is_asked_about_in_the_morning() {
    let night = check("my outlook is slow, okay i'll try that", Disposition::Resolve, Priority::Medium, false);
    assert_eq!(night.case().ticket.status, TicketStatus::PendingVerification);
    night.hears("We will check with you in the morning").hears("Your ticket number is");
}

#[test]
fn danger_is_answered_with_the_emergency_services_before_anything_else() {
    for danger in ["there is smoke coming out of the server room", "somebody is hurt", "there is a fire in our office"]
    {
        let night = stranger().says(danger).rings("alex");
        let heard = night.assistant().say;
        assert!(heard[0].starts_with("If anyone is in danger, hang up now and dial"), "{danger}: {heard:?}");
        night.expect_ticket(Priority::Critical);
    }
}

#[test]
fn danger_that_is_told_later_is_answered_at_once_too() {
    stranger()
        .says("our server is down and nobody can work")
        .hears("I am getting the technician on call")
        .says("this is lee at acme dental and there is smoke coming out of it")
        .hears("If anyone is in danger, hang up now")
        .says("since nine")
        .does_not_hear("If anyone is in danger");
    super::holding().says("now there is a fire in the server room").hears("If anyone is in danger, hang up now");
}

#[test]
fn something_that_could_be_critical_is_asked_about_and_escalated_when_it_stays_unclear() {
    let night =
        dana().says("something is wrong with the system and i don't know what").hears("Is anyone's work stopped");
    night.clone().says("hard to say").rings("alex").expect_ticket(Priority::Critical);
    night.says("no it is fine").expect_nobody_woken();
}

#[test]
fn later_words_never_withdraw_a_page() {
    dana()
        .says("our server is down and nobody can work")
        .says("since nine, but honestly no rush, it can wait until tomorrow, call me tomorrow")
        .rings("alex")
        .expect_disposition(Disposition::Escalate)
        .expect_ticket(Priority::Critical);
}

#[test]
fn the_ticket_says_why_in_which_words_by_which_line_of_the_runbook_and_who_was_on_call() {
    dana()
        .says("the practice server is down")
        .expect_in_ticket("Company: Acme Dental")
        .expect_in_ticket("Caller: Dana")
        .expect_in_ticket("> the practice server is down")
        .expect_in_ticket("[runbook: ")
        .expect_in_ticket("Runbook: The key is with the neighbour.")
        .expect_in_ticket("page/next-on-the-ladder: Alex (rung 1)")
        .rings("alex")
        .ends(nightdesk_domain::case::PageOutcome::Busy)
        .rings("bea")
        .accepts()
        .expect_in_ticket("Bea has accepted.")
        .expect_in_ticket("page/not-accepted: Alex: Busy");
}

#[test]
fn a_summary_fits_its_field_and_the_description_keeps_every_word() {
    let long = format!("our server is down and nobody can work {}", "because of the thing with the cable ".repeat(20));
    let night = dana().says(&long);
    let draft = night.drafts()[0].clone();
    assert!(draft.summary.reveal().chars().count() <= SUMMARY_CHARS_MAX, "{}", draft.summary.reveal());
    assert!(draft.summary.reveal().starts_with("Acme Dental: Server"), "{}", draft.summary.reveal());
    assert!(draft.description.reveal().contains(long.trim()));
}

#[test]
fn one_call_makes_one_ticket_whatever_else_is_said() {
    dana()
        .says("our server is down and nobody can work")
        .says("since nine")
        .says("please hurry")
        .presses("*")
        .leaves_message(Some(12))
        .hangs_up()
        .message_reads(Some("the server is still down"))
        .seconds_pass(3600)
        .expect_ticket(Priority::Critical);
}

#[test]
fn in_open_hours_the_office_rings_first_and_the_assistant_takes_over_unanswered() {
    let mut policy = sample::policy();
    policy.office = Some(sample::number("+13125550190"));
    let noon = sample::at(10 * 3600);
    let day = || Night::with(policy.clone()).at(noon).call_from(STRANGER);
    match day().assistant().then {
        nightdesk_domain::reply::Then::RingOffice { number, ring_seconds, .. } => {
            assert_eq!((number.as_str(), ring_seconds), ("+13125550190", 25));
        }
        other => panic!("the office should ring: {other:?}"),
    }
    day().office(false).hears("You have reached Northwind IT.").hears("How can I help?");
    day().office(true).expect_over().expect_no_ticket_yet();
    day().hangs_up().expect_ticket(Priority::Low);
    // A talk with the office is reported at its end: it may last.
    day().seconds_pass(30 * 60).expect_no_ticket_yet().office(true).expect_over().expect_no_ticket_yet();
    day().seconds_pass(59 * 60).expect_over().expect_ticket(Priority::Low);
    Night::with(policy.clone()).call_from(STRANGER).hears("You have reached Northwind IT.");
}

#[test]
fn the_summary_is_the_sentence_that_decided_and_a_reason_stands_once() {
    let night = stranger()
        .says("hi this is dana calling from acme dental over on fifth street, good evening to you")
        .says("our server is down and nobody can work");
    assert_eq!(night.drafts()[0].summary.reveal(), "Acme Dental: Server: our server is down and nobody can work");
    assert_eq!(night.drafts()[0].description.reveal().matches("critical/nobody").count(), 1);
}
