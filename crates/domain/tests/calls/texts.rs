//! A promise by text: asked for once, only where a call is promised, only to the number that was seen.

use super::STRANGER;
use nightdesk_domain::consent::{TextsPolicy, Withheld};
use nightdesk_domain::effect::{Effect, Outcome};
use nightdesk_domain::policy::Policy;
use nightdesk_domain::vocabulary::Disposition;
use nightdesk_testkit::sample;
use nightdesk_testkit::script::Night;

const ASKED: &str = "May we text the confirmation to the number you are calling from?";

/// A tenant that texts its callers.
fn texting() -> Night {
    Night::with(Policy { texts: TextsPolicy { to_callers: true, ..TextsPolicy::default() }, ..sample::policy() })
        .known_as(vec![sample::contact("Dana", "acme-dental", &[STRANGER])])
}

/// Dana's printer is jammed, and she wants a call tomorrow at ten.
fn wants_a_call() -> Night {
    texting().call_from(STRANGER).says("no hurry my printer is jammed since today just for me, call me tomorrow at ten")
}

#[test]
fn a_promised_call_is_confirmed_by_text_to_whoever_says_yes() {
    let night = wants_a_call().hears(ASKED).says("yes please");
    let number = night.case().ticket.number.to_string();
    let (first, second) = number.split_at(4);
    let text = format!(
        "Northwind IT will call you Thursday at 10:00 AM Central time, ticket {first} {second}. \
         Reply STOP to get no more texts."
    );
    night
        .expect_disposition(Disposition::Callback)
        .hears("We will call you back Thursday at 10:00 AM Central time.")
        .expect_caller_texts(&[&text])
        .hangs_up()
        .silence_for_minutes(470);
}

#[test]
fn a_key_answers_it_too() {
    wants_a_call().hears(ASKED).presses("1").expect_caller_texts(&["Northwind IT will call you"]);
    wants_a_call().hears(ASKED).presses("2").expect_disposition(Disposition::Callback).expect_caller_texts(&[]);
}

#[test]
fn nothing_but_a_plain_yes_is_one() {
    for answer in ["no", "no thanks just call me", "please don't", "what do you mean"] {
        wants_a_call().hears(ASKED).says(answer).expect_disposition(Disposition::Callback).expect_caller_texts(&[]);
    }
    wants_a_call().is_silent().is_silent().expect_disposition(Disposition::Callback).expect_caller_texts(&[]);
    wants_a_call().hangs_up().expect_disposition(Disposition::Callback).expect_caller_texts(&[]);
}

#[test]
fn another_time_that_is_said_there_is_the_promise() {
    wants_a_call()
        .hears(ASKED)
        .says("yes but make it eleven")
        .hears("We will call you back Thursday at 11:00 AM Central time.");
}

#[test]
fn it_is_asked_once() {
    let night = wants_a_call().hears(ASKED).says("yes");
    assert_eq!(night.asked().iter().filter(|question| *question == "MayText").count(), 1);
}

#[test]
fn it_is_confirmed_in_spanish_to_whoever_speaks_it() {
    texting()
        .call_from(STRANGER)
        .says("mi impresora está atascada desde hoy, solo a mí, llámenme mañana a las diez")
        .hears("¿Podemos enviarle la confirmación por mensaje de texto")
        .says("sí, claro")
        .expect_caller_texts(&["Northwind IT le llamará el jueves a las 10:00 de la mañana, hora del centro."]);
}

#[test]
fn nobody_is_asked_where_the_tenant_texts_no_callers() {
    let night = super::dana().says("no hurry my printer is jammed since today just for me, call me tomorrow at ten");
    night.expect_disposition(Disposition::Callback).does_not_hear(ASKED).expect_caller_texts(&[]);
}

#[test]
fn nobody_is_asked_whose_number_is_not_shown() {
    let night = texting().call_withheld().says("my printer is jammed since today just for me, call me tomorrow at ten");
    assert!(!night.asked().contains(&"MayText".to_owned()));
}

#[test]
fn a_number_that_is_said_is_never_texted() {
    wants_a_call()
        .hears(ASKED)
        .says("yes my cell is three one two five five five zero one nine nine")
        // To the number that was seen, which the check demands.
        .expect_caller_texts(&["Northwind IT will call you"]);
}

#[test]
fn nobody_is_asked_who_gets_no_call_or_is_being_connected() {
    for said in [
        "i would like to order a new laptop, no call needed just put in a ticket",
        "our server is down and nobody can work since nine",
        "it works again, thank you, the printer is fixed",
    ] {
        let mut night = texting().call_from(STRANGER).says(said);
        for _ in 0..6 {
            night = night.is_silent();
        }
        assert!(!night.asked().contains(&"MayText".to_owned()), "{said}: {:?}", night.asked());
        night.expect_caller_texts(&[]);
    }
}

#[test]
fn something_critical_at_that_question_still_wakes() {
    wants_a_call().hears(ASKED).says("yes and now the server is down and nobody can work").rings("alex");
}

#[test]
fn a_text_that_was_withheld_is_noted_once() {
    let night = wants_a_call().says("yes");
    let id = night.effects.iter().find(|planned| matches!(planned.effect, Effect::TextCaller(_))).unwrap().id.clone();
    let event =
        nightdesk_domain::case::CaseEvent::Settled { effect: id, outcome: Outcome::Withheld(Withheld::OptedOut) };
    night
        .case_event(event.clone())
        .expect_noted("A text to the caller was not sent: the number has opted out of texts.")
        .case_event(event)
        .expect_ignored();
}

/// What is kept of the caller's wish for no texts: number and words of each order.
fn refusals(night: &Night) -> Vec<(String, String)> {
    let orders = night.effects.iter().filter_map(|planned| match &planned.effect {
        Effect::OptOut(order) => Some((order.number.as_str().to_owned(), order.words.reveal().to_owned())),
        _ => None,
    });
    orders.collect()
}

#[test]
fn who_says_to_send_no_texts_is_not_asked_for_leave_and_it_is_kept() {
    let said = "no hurry my printer is jammed since today just for me, call me tomorrow at ten and stop texting me";
    let night = texting().call_from(STRANGER).says(said).does_not_hear(ASKED);
    assert_eq!(refusals(&night), [(STRANGER.to_owned(), said.to_owned())]);
    assert!(!night.asked().contains(&"MayText".to_owned()));
    night.expect_disposition(Disposition::Callback).expect_caller_texts(&[]);
}

#[test]
fn a_no_for_ever_to_the_question_is_kept_and_a_plain_no_is_not() {
    let night = wants_a_call().hears(ASKED).says("no do not text me ever again");
    assert_eq!(refusals(&night).len(), 1);
    night.expect_disposition(Disposition::Callback).expect_caller_texts(&[]);
    let night = wants_a_call().hears(ASKED).says("no thanks");
    assert_eq!(refusals(&night), []);
}

#[test]
fn it_is_kept_once_and_takes_back_an_earlier_yes() {
    let night = wants_a_call().hears(ASKED).says("yes please, no wait, don't text me, never text me");
    assert_eq!(refusals(&night).len(), 1);
    night.expect_caller_texts(&[]);
}

#[test]
fn a_number_that_is_not_shown_cannot_be_kept() {
    let night = texting().call_withheld().says("my printer is jammed, stop texting me");
    assert_eq!(refusals(&night), []);
}

#[test]
fn it_is_kept_of_someone_who_waits_for_a_technician_too() {
    let night = super::holding().says("and tell your people to stop texting me");
    assert_eq!(refusals(&night).len(), 1);
    night.expect_holding();
}
