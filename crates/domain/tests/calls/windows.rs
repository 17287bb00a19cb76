//! Planned work: what it explains is told and filed, and wakes nobody; everything else wakes as ever.

use super::STRANGER;
use nightdesk_domain::case::{Case, CaseEvent};
use nightdesk_domain::effect::Effect;
use nightdesk_domain::vocabulary::{Disposition, Priority};
use nightdesk_domain::windows::{Told, Window};
use nightdesk_testkit::sample;
use nightdesk_testkit::script::Night;

const UNTIL_FOUR: u32 = 120;

/// Two in the morning while this is planned; nobody has called yet.
fn night(window: &Window) -> Night {
    let occurrence = window.occurrence(window.starts).unwrap();
    Night::new().while_planned(vec![occurrence])
}

/// Dana of Acme Dental, whose number is on record, calls during work on the file server.
fn dana() -> Night {
    let known = vec![sample::contact("Dana", "acme-dental", &[STRANGER])];
    night(&sample::window(&["file server"], UNTIL_FOUR)).known_as(known).call_from(STRANGER)
}

#[test]
fn a_failure_that_is_planned_is_explained_filed_and_wakes_nobody() {
    dana()
        .says("the file server is down and nobody can work")
        .hears("The file server is being worked on as planned until 4:00 AM.")
        .hears("If it does not work after that, call again.")
        .hears("Is anything else not working?")
        .says("no that's it")
        .hears("Your ticket number is")
        .expect_goodbye()
        .expect_disposition(Disposition::Ticket)
        .expect_ticket(Priority::Medium)
        .expect_in_ticket(
            "Planned work: New disks (window 1), until Thursday at 4:00 AM Central time; nobody was woken",
        )
        .expect_in_ticket("window/planned-work: file server")
        .hangs_up()
        .silence_for_minutes(5 * 60 + 59)
        .expect_nobody_woken();
}

/// The notices to the people on call, each its subject and its text.
fn notices(night: &Night) -> Vec<(String, String)> {
    let notice = |effect: &Effect| match effect {
        Effect::Alert(alert) => Some((alert.subject.reveal().to_owned(), alert.body.reveal().to_owned())),
        _ => None,
    };
    night.effects.iter().filter_map(|planned| notice(&planned.effect)).collect()
}

#[test]
fn what_was_kept_quiet_is_told_when_business_opens_and_only_once() {
    let night = dana().says("the file server is down and nobody can work").hangs_up();
    // It was two at night; the office opens at eight.
    let passes = (sample::at(6 * 3600 - 1) - night.now).num_seconds();
    let night = night.seconds_pass(passes);
    assert_eq!(notices(&night), []);
    let night = night.seconds_pass(1).expect_alerts(1).expect_nobody_woken();
    let (subject, body) = &notices(&night)[0];
    assert!(subject.starts_with("Kept quiet by planned work: Acme Dental: "), "{subject}");
    let number = &night.case().ticket.number;
    for told in [
        "Nobody was woken for this call, since planned work explains it.",
        &format!("Ticket {number}, opened "),
        "Planned work: New disks (window 1), until Thursday at 4:00 AM Central time; nobody was woken for it.",
        "nobody can work",
    ] {
        assert!(body.contains(told), "{told}: {body}");
    }
    let again = serde_json::to_string(night.case()).unwrap();
    assert_eq!(&serde_json::from_str::<Case>(&again).unwrap(), night.case(), "it is stored");
    night.silence_for_minutes(7 * 24 * 60).expect_over();
}

#[test]
fn what_was_kept_quiet_is_told_even_if_the_case_was_handled_and_not_if_somebody_was_woken_after_all() {
    let quiet = dana().says("the file server is down and nobody can work");
    let handled = quiet.clone().hangs_up().case_event(CaseEvent::MarkedHandled { by: "Bea".into() });
    handled.seconds_pass(6 * 3600).expect_alerts(1);
    let window = sample::window(&["file server"], UNTIL_FOUR);
    let asked = night(&window).call_from(STRANGER).says("acme dental here, the file server is down");
    let woken = asked.says("dana miller, and now the internet is down too for everybody").rings("alex").accepts();
    assert_eq!(notices(&woken.hangs_up().seconds_pass(24 * 3600)), []);
}

#[test]
fn an_office_that_never_opens_is_told_a_day_later() {
    let mut policy = sample::policy();
    policy.business_hours.days.clear();
    let known = vec![sample::contact("Dana", "acme-dental", &[STRANGER])];
    let window = sample::window(&["file server"], UNTIL_FOUR);
    let night = Night::with(policy).while_planned(vec![window.occurrence(window.starts).unwrap()]);
    let night = night.known_as(known).call_from(STRANGER).says("the file server is down").hangs_up();
    let night = night.seconds_pass(24 * 3600 - 120);
    assert_eq!(notices(&night), []);
    night.seconds_pass(120).expect_alerts(1);
}

#[test]
fn whoever_is_still_asked_something_hears_of_the_work_first_and_once() {
    let window = sample::window(&["file server"], UNTIL_FOUR);
    night(&window)
        .call_from(STRANGER)
        .says("i am calling from acme dental, the file server is down")
        .hears("The file server is being worked on as planned until 4:00 AM.")
        .hears("Who am I speaking with")
        .says("dana miller")
        .does_not_hear("being worked on")
        .hears("Is anything else not working?")
        .is_silent()
        .hears("Your ticket number is")
        .expect_nobody_woken();
}

#[test]
fn a_spanish_speaking_caller_hears_it_in_spanish() {
    let known = vec![sample::contact("Dana", "acme-dental", &[STRANGER])];
    night(&sample::window(&["servidor de archivos"], UNTIL_FOUR))
        .known_as(known)
        .call_from(STRANGER)
        .says("se cayo el servidor de archivos y nadie puede trabajar")
        .hears("Hay trabajos planificados en servidor de archivos hasta las 4:00 de la madrugada.")
        .hears("vuelva a llamar")
        .hears("¿Hay algo más que no funcione?")
        .says("no, es todo")
        .expect_nobody_woken();
}

#[test]
fn the_msps_own_words_are_said_instead_of_the_usual_sentence() {
    let told = Told { english: Some("Your files are moving house.".to_owned()), spanish: None };
    let window = Window { told, ..sample::window(&["file server"], UNTIL_FOUR) };
    let known = vec![sample::contact("Dana", "acme-dental", &[STRANGER])];
    night(&window)
        .known_as(known)
        .call_from(STRANGER)
        .says("the file server is down")
        .hears("Your files are moving house. This is planned until 4:00 AM.");
}

#[test]
fn another_system_security_and_safety_wake_as_ever() {
    for said in [
        "the mail server is down and nobody can work",
        "the file server is down and so is the internet",
        "the file server is down and all our files are encrypted",
        "the file server is down and there is smoke coming out of it",
        "nobody can work",
    ] {
        dana().says(said).does_not_hear("as planned").expect_ticket(Priority::Critical).rings("alex");
    }
}

#[test]
fn more_that_is_told_later_wakes() {
    let window = sample::window(&["file server"], UNTIL_FOUR);
    let asked = night(&window).call_from(STRANGER).says("acme dental here, the file server is down");
    asked
        .clone()
        .says("dana miller, and now the internet is down too for everybody")
        .does_not_hear("as planned")
        .expect_ticket(Priority::Critical)
        .rings("alex");
    // Whoever asks for a person and says that work is stopped gets one.
    asked.presses("0").hears("Is anyone's work stopped").says("yes").rings("alex");
}

#[test]
fn a_mere_no_to_the_last_question_leaves_it_explained_however_it_is_put() {
    for said in
        ["no that is all", "nope we are good thank you very much", "no, nothing, bye now", "nothing else", "no gracias"]
    {
        let night = dana().says("the file server is down and nobody can work").hears("Is anything else not working?");
        night.says(said).expect_goodbye().expect_ticket(Priority::Medium).hangs_up().expect_nobody_woken();
    }
}

#[test]
fn whoever_names_something_worse_when_asked_once_more_wakes() {
    for said in
        ["yes", "yes the vaccine freezer is warm", "nothing else works either", "i need a person now, work is stopped"]
    {
        let asked = dana().says("the file server is down").hears("Is anything else not working?").expect_nobody_woken();
        let told = asked.says(said);
        let told = if said == "yes" {
            told.hears("What is not working, or what do you need?").says("the whole phone system")
        } else {
            told
        };
        told.rings("alex");
    }
}

#[test]
fn the_same_system_wakes_before_the_window_and_from_its_end_on() {
    let known = || vec![sample::contact("Dana", "acme-dental", &[STRANGER])];
    let window = sample::window(&["file server"], UNTIL_FOUR);
    let calls_at = |seconds: i64| {
        let night = night(&window).at(sample::at(seconds)).known_as(known());
        night.call_from(STRANGER).says("the file server is down and nobody can work since nine")
    };
    calls_at(-60).rings("alex");
    calls_at(0).expect_nobody_woken();
    calls_at(2 * 3600 - 60).expect_nobody_woken();
    calls_at(2 * 3600).rings("alex");
}

#[test]
fn a_window_that_ends_during_the_call_explains_nothing_that_is_said_after_it() {
    let window = sample::window(&["file server"], UNTIL_FOUR);
    night(&window)
        .at(sample::at(2 * 3600 - 30))
        .call_from(STRANGER)
        .says("acme dental here, the file server is down")
        .expect_nobody_woken()
        .seconds_pass(31)
        .says("dana miller")
        .rings("alex");
    // And one that begins during the call explains what is said from then on.
    night(&window)
        .at(sample::at(-30))
        .call_from(STRANGER)
        .says("hi this is dana miller at acme dental")
        .seconds_pass(31)
        .says("the file server is down")
        .hears("as planned until 4:00 AM")
        .expect_nobody_woken();
}

#[test]
fn of_work_that_is_done_day_after_day_the_caller_is_told_the_end_of_the_present_time() {
    // From two at night on for a day, and again, and again: the first of them ends while the caller is on the line.
    let window = sample::window(&["file server"], 24 * 60);
    let next = window.starts + chrono::TimeDelta::days(1);
    let times = vec![window.occurrence(window.starts).unwrap(), window.occurrence(next).unwrap()];
    let known = vec![sample::contact("Dana", "acme-dental", &[STRANGER])];
    let night = Night::new().while_planned(times).known_as(known).at(sample::at(24 * 3600 - 60)).call_from(STRANGER);
    let before = night.clone().says("the file server is down and nobody can work");
    before.hears("being worked on as planned until 2:00 AM.");
    night
        .seconds_pass(61)
        .says("the file server is down and nobody can work")
        .hears("being worked on as planned until Saturday at 2:00 AM Central time.")
        .hangs_up()
        .expect_in_ticket("Planned work: New disks (window 1), until Saturday at 2:00 AM Central time");
}

#[test]
fn work_at_another_client_or_at_one_that_is_not_known_explains_nothing() {
    let window = sample::window(&["file server"], UNTIL_FOUR);
    night(&window).call_from(STRANGER).says("the file server is down and nobody can work").rings("alex");
    let other = vec![sample::contact("Lee", "harbor-law", &[STRANGER])];
    night(&window)
        .known_as(other)
        .call_from(STRANGER)
        .says("the file server is down and nobody can work since nine")
        .rings("alex");
}

#[test]
fn a_cancelled_window_explains_nothing() {
    let window = Window { cancelled_at: Some(sample::at(-60)), ..sample::window(&["file server"], UNTIL_FOUR) };
    let known = vec![sample::contact("Dana", "acme-dental", &[STRANGER])];
    night(&window).known_as(known).call_from(STRANGER).says("the file server is down").rings("alex");
}

#[test]
fn a_hang_up_and_a_message_during_planned_work_are_filed_too() {
    dana()
        .begins("the file server is down and nobody can work")
        .hangs_up()
        .expect_nobody_woken()
        .expect_in_ticket("Planned work: New disks");
}

#[test]
fn a_caller_who_wants_to_be_called_is_promised_a_call() {
    dana()
        .says("the file server is down, please call me tomorrow at ten")
        .hears("being worked on as planned until 4:00 AM")
        .says("no")
        .hears("We will call you back")
        .expect_disposition(Disposition::Callback)
        .expect_nobody_woken();
}
