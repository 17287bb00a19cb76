//! Known outages: the next callers with the like problem join the open case, and nobody is woken twice.

use super::{STRANGER, dana};
use nightdesk_domain::case::{CaseEvent, PageOutcome, Work};
use nightdesk_domain::vocabulary::{Disposition, Priority};
use nightdesk_testkit::sample;
use nightdesk_testkit::script::Night;

const LEE: &str = "+13125550143";
const FAILS: &str = "our server is down and nobody can work since nine";

/// Dana has told that the server is down, Alex is being rung; from now on the number of Lee, her colleague, is known.
fn open() -> Night {
    dana().says(FAILS).rings("alex").known_as(vec![sample::contact("Lee", "acme-dental", &[LEE])])
}

/// The same, accepted by Alex; Dana and Alex have talked.
fn accepted() -> Night {
    open().accepts().joined().seconds_pass(60).technician_leaves().hangs_up()
}

/// Lee rings and says this.
fn lee(night: Night, said: &str) -> Night {
    night.then_calls(LEE).says(said)
}

#[test]
fn the_next_caller_hears_that_it_is_known_by_whom_and_the_number_of_the_same_ticket() {
    let night = accepted();
    let ticket = night.case().ticket.number.spoken();
    lee(night, "hi this is lee, the server is down, none of us can work")
        .hears("We know of this problem already, and Alex is working on it.")
        .hears("Is anything else not working?")
        .says("no thank you")
        .hears("I have put you on the list of those whom we call back.")
        .hears(&format!("Your ticket number is {ticket}."))
        .expect_goodbye()
        .expect_disposition(Disposition::Escalate)
        .expect_ticket(Priority::Critical)
        .expect_pages(1)
        .expect_noted("Another caller with this problem, to be called back: Lee, +13125550143")
        .expect_noted("> hi this is lee, the server is down, none of us can work")
        .hangs_up()
        .seconds_pass(3600)
        .expect_pages(1);
}

#[test]
fn while_people_are_being_woken_the_next_caller_hears_so_and_nobody_is_rung_twice() {
    let night = lee(open(), "the server is down, nobody can work")
        .hears("We know of this problem already, and the people on call are being called about it.")
        .expect_pages(1);
    assert_eq!(night.case().joined.len(), 1);
    night.hangs_up().accepts().expect_accepted_by("alex").expect_pages(1);
}

#[test]
fn whoever_is_not_known_is_asked_for_name_and_number_and_the_list_has_them() {
    let night = accepted()
        .known_as(vec![])
        .then_calls(LEE)
        .says("calling from acme dental, the server is down and nobody can work")
        .hears("We know of this problem already, and Alex is working on it.")
        .hears("Who am I speaking with")
        .says("lee tanaka")
        .does_not_hear("We know of this problem")
        .says("no")
        .hears("I have put you on the list")
        .expect_noted("More of another caller: lee tanaka, +13125550143")
        .expect_pages(1);
    assert_eq!(night.case().joined.len(), 1);
}

#[test]
fn a_caller_who_would_have_left_a_mere_ticket_joins_too() {
    lee(accepted(), "the server is a bit slow, just put in a ticket, no call needed")
        .hears("We know of this problem already, and Alex is working on it.")
        .does_not_hear("when the office opens")
        .expect_disposition(Disposition::Ticket)
        .expect_pages(1);
}

#[test]
fn a_spanish_speaking_caller_hears_it_in_spanish() {
    lee(accepted(), "se cayó el servidor y nadie puede trabajar")
        .hears("Ya conocemos este problema, y Alex se está ocupando de ello.")
        .says("no")
        .hears("Le he apuntado en la lista");
}

#[test]
fn whoever_brings_something_worse_or_something_else_still_wakes() {
    for said in [
        "the internet is down and nobody can work",
        "the server is down and so is the internet",
        "all our files on the server are encrypted",
        "the server is down and there is smoke coming out of it",
        "somebody is hurt in the server room",
        "i gave somebody my password",
    ] {
        lee(accepted(), said).does_not_hear("We know of this problem").expect_pages(2);
    }
    // A case of lesser urgency takes no greater one.
    let high = dana().says("the ceo cant join her meeting and it starts in an hour").rings("alex");
    high.known_as(vec![sample::contact("Lee", "acme-dental", &[LEE])])
        .then_calls(LEE)
        .says("our server is down and nobody can work")
        .expect_pages(2);
}

#[test]
fn a_certain_one_of_several_joins_nothing_and_takes_nobody_in() {
    for said in [
        "the lab server is down and nobody can work",
        "the sterilizer controller server is down and patients are waiting",
        "our main server in boston is down nobody can work",
        "server two is down and nobody can work",
        "the file server is down and nobody can work",
    ] {
        lee(accepted(), said).does_not_hear("We know of this problem").expect_pages(2);
    }
    let lab = dana().says("the lab server is down and nobody can work").rings("alex");
    let lab = lab.known_as(vec![sample::contact("Lee", "acme-dental", &[LEE])]);
    lee(lab, "the imaging server is down and nobody can work").expect_pages(2);
    let asked = lee(accepted(), FAILS).hears("Is anything else not working?").expect_pages(1);
    asked.says("yes the lab server as well").expect_pages(2);
}

#[test]
fn whoever_tells_something_worse_after_joining_gets_a_case_and_a_page_of_their_own() {
    let asked =
        || accepted().known_as(vec![]).then_calls(LEE).says("acme dental here, the server is down").expect_pages(1);
    asked()
        .says("lee tanaka, and there is smoke coming out of the server")
        .hears("If anyone is in danger, hang up now")
        .expect_pages(2);
    asked().begins("lee, and all our files are encrypted").hangs_up().expect_pages(2);
}

#[test]
fn another_company_and_a_caller_of_no_known_company_join_nothing() {
    for known in [vec![sample::contact("Kim", "harbor-law", &[LEE])], vec![]] {
        lee(accepted().known_as(known), "our server is down and nobody can work since nine").expect_pages(2);
    }
}

#[test]
fn a_case_that_is_handled_red_or_old_takes_nobody() {
    let handled = accepted().case_event(CaseEvent::MarkedHandled { by: "Alex".into() });
    lee(handled, FAILS).expect_pages(2);
    let old = accepted().seconds_pass(31 * 60);
    lee(old, FAILS).expect_pages(2);
    let red = open().ends(PageOutcome::Busy).rings("bea").ends(PageOutcome::Busy).rings("morgan");
    let mut red = red.ends(PageOutcome::Busy).hangs_up();
    if let Some(case) = &mut red.case {
        case.work = Work::Unanswered;
    }
    lee(red, FAILS).expect_pages(4);
}

#[test]
fn a_case_that_pauses_begins_again_when_another_caller_joins() {
    let pausing = open().ends(PageOutcome::Busy).rings("bea").ends(PageOutcome::Busy).rings("morgan");
    let pausing = pausing.ends(PageOutcome::Busy).hangs_up().expect_work(|work| matches!(work, Work::Pausing { .. }));
    lee(pausing.expect_pages(3), FAILS).expect_work(|work| matches!(work, Work::Paging { .. })).expect_pages(4);
}

#[test]
fn a_case_that_was_closed_while_the_next_caller_spoke_is_taken_up_again() {
    let mut night = accepted().then_calls(LEE);
    night = night.case_event(CaseEvent::MarkedHandled { by: "Alex".into() });
    night.says(FAILS).expect_work(|work| matches!(work, Work::Paging { .. })).expect_pages(2);
}

#[test]
fn once_others_have_joined_it_is_a_known_outage_for_two_hours() {
    let known = lee(accepted(), FAILS).hangs_up().expect_pages(1);
    let later = |minutes: i64| {
        let night =
            known.clone().seconds_pass(minutes * 60).known_as(vec![sample::contact("Kim", "acme-dental", &[STRANGER])]);
        night.then_calls(STRANGER).says(FAILS)
    };
    later(90).hears("We know of this problem already").expect_pages(1);
    later(121).does_not_hear("We know of this problem").expect_pages(2);
}

#[test]
fn a_technician_declares_an_outage_and_ends_it() {
    let declared = |night: Night| {
        let until = night.now + chrono::Duration::hours(6);
        night.case_event(CaseEvent::OutageDeclared { by: "Alex".into(), until, covers: None })
    };
    let night = declared(accepted()).expect_noted("Declared a known outage by Alex").seconds_pass(5 * 3600);
    lee(night.clone(), FAILS).hears("Alex is working on it").expect_pages(1);
    let ended = night.case_event(CaseEvent::OutageEnded { by: "Alex".into() }).expect_noted("was ended by Alex");
    lee(ended.clone(), FAILS).expect_pages(2);
    ended.case_event(CaseEvent::OutageEnded { by: "Alex".into() }).expect_ignored();
    // What nobody was woken for is in hand once a technician says so, and covers what the technician says.
    let filed = dana().says("the server is a bit slow today, just put in a ticket, no call").expect_nobody_woken();
    let until = filed.now + chrono::Duration::hours(1);
    let event = CaseEvent::OutageDeclared { by: "Alex".into(), until, covers: Some(Priority::Critical) };
    let night = filed.hangs_up().case_event(event).known_as(vec![sample::contact("Lee", "acme-dental", &[LEE])]);
    lee(night, FAILS).hears("We know of this problem already, and it is in hand.").expect_nobody_woken();
}

#[test]
fn a_promise_or_a_message_of_ones_own_is_kept_in_a_ticket_of_ones_own() {
    let night = accepted().then_calls(LEE).presses("*").leaves_message(Some(12)).hangs_up();
    let night = night.message_reads(Some("the server is down and nobody can work"));
    assert_eq!(night.drafts().len(), 2);
}

#[test]
fn a_repeated_account_of_a_caller_who_joined_changes_nothing() {
    let night = lee(accepted(), FAILS);
    let (call, brief) = (night.call().id.clone(), Box::new(sample::brief()));
    night.case_event(CaseEvent::CallerJoined { call, number: 1, brief }).expect_ignored().expect_pages(1);
}
