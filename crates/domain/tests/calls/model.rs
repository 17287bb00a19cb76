//! What a language model may add to a night: urgency, a category, a sentence of English; never calm.

use super::STRANGER;
use nightdesk_domain::case::CaseEvent;
use nightdesk_domain::effect::{Effect, Outcome};
use nightdesk_domain::ids::{EffectId, OwnerId};
use nightdesk_domain::model::Summary;
use nightdesk_domain::policy::{ModelPolicy, Policy, TranscriptionBy};
use nightdesk_domain::vocabulary::{Category, Disposition, Priority};
use nightdesk_testkit::sample;
use nightdesk_testkit::script::Night;

/// Dana calls an MSP that asks a language model.
fn dana() -> Night {
    let model = ModelPolicy { opinion: true, summary: true };
    Night::with(Policy { model, ..sample::policy() })
        .known_as(vec![sample::contact("Dana", "acme-dental", &[STRANGER])])
        .call_from(STRANGER)
}

fn questions(night: &Night) -> usize {
    night.effects.iter().filter(|planned| matches!(planned.effect, Effect::AskModel(_))).count()
}

/// A sentence that the rules take for one person's trouble.
const CALM: &str = "my printer is jammed";

#[test]
fn a_raised_priority_wakes_while_the_caller_is_still_asked() {
    dana()
        .says(CALM)
        .expect_nobody_woken()
        .model_says(Priority::Critical, None, "The caller says that the plant cannot ship anything.")
        .hears("I am ringing Alex now.")
        .rings("alex")
        .expect_ticket(Priority::Critical)
        .expect_in_ticket("model/raised-to-Critical: it sounds so");
}

#[test]
fn an_answer_that_lowers_a_critical_changes_nothing() {
    let night = dana().says("our server is down and nobody can work");
    assert_eq!(questions(&night), 0, "there is nothing to raise, so nobody is kept waiting");
    let night = dana().says(CALM);
    let asked = night.model_says(Priority::Low, None, "Nothing is wrong.").says("no wait, all our files are encrypted");
    asked.rings("alex").expect_ticket(Priority::Critical);
}

#[test]
fn a_later_and_calmer_opinion_takes_nothing_back() {
    dana()
        .says(CALM)
        .model_says(Priority::High, None, "Someone has a deadline.")
        .rings("alex")
        .says("it is the one by the window")
        .model_says(Priority::Low, None, "A printer.")
        .expect_ticket(Priority::High);
}

#[test]
fn an_opinion_on_fewer_turns_comes_too_late() {
    let night = dana().says(CALM);
    let older = night.clone();
    let night = night.says("two of us").model_says(Priority::Medium, None, "A printer is jammed.");
    let turns = older.effects.iter().find_map(|planned| match &planned.effect {
        Effect::AskModel(order) => Some(order.turns),
        _ => None,
    });
    let opinion = night.call().opinion.clone().unwrap().1;
    let event = nightdesk_domain::call::CallEvent::Opined { turns: turns.unwrap(), opinion };
    night.call_event(event).expect_ignored();
}

#[test]
fn an_opinion_that_comes_after_the_goodbye_still_wakes() {
    dana()
        .says("my printer is jammed just put in a ticket")
        .says("one person since nine")
        .is_silent()
        .is_silent()
        .hangs_up()
        .expect_nobody_woken()
        .model_says(Priority::Critical, None, "The label printer stops the whole plant.")
        .rings("alex")
        .picks_up()
        .is_told("priority Critical.");
}

#[test]
fn a_category_counts_only_where_the_rules_have_none() {
    dana()
        .says(CALM)
        .model_says(Priority::Low, Some(Category::Vpn), "A printer is jammed.")
        .expect_nobody_woken()
        .says("call me tomorrow at ten")
        .hangs_up()
        .expect_category(Category::Printer);
}

#[test]
fn a_spanish_caller_is_briefed_by_the_models_sentence() {
    dana()
        .says("la cajita de la recepcion hace un ruido raro")
        .model_says(Priority::Critical, None, "Reception cannot take any payment.")
        .rings("alex")
        .picks_up()
        .is_told("Reception cannot take any payment.")
        .expect_in_ticket("In short, by a language model: Reception cannot take any payment.")
        .expect_in_ticket("(in Spanish, not translated)");
}

#[test]
fn without_the_tenants_wish_no_model_is_asked() {
    let night = super::dana().says(CALM).hangs_up();
    let asks = |effect: &Effect| matches!(effect, Effect::AskModel(_) | Effect::Summarise(_));
    assert!(!night.effects.iter().any(|planned| asks(&planned.effect)));
}

#[test]
fn a_summary_is_ordered_with_the_case_told_once_the_caller_has_gone_and_written_once() {
    let night = dana().says("our server is down and nobody can work since nine");
    let ordered = night.effects.iter().find(|planned| matches!(planned.effect, Effect::Summarise(_)));
    let effect = ordered.unwrap().id.clone();
    assert!(night.case().story(night.now).is_none(), "the caller is still on the line");
    let night = night.hangs_up();
    let story = night.case().story(night.now).unwrap();
    assert!(story.escalated && story.turns.len() == 1, "{story:?}");
    let summary = Summary { account: "The server is down.".into(), next_steps: vec!["Look at the host.".into()] };
    let outcome = Outcome::Summarised(summary);
    let event = CaseEvent::Settled { effect, outcome };
    let night = night.case_event(event.clone()).expect_noted("The server is down.\n- Look at the host.");
    night.case_event(event).expect_ignored();
}

#[test]
fn a_notice_that_was_lost_is_noted_once() {
    let night = super::dana().says("our server is down and nobody can work since nine").hangs_up();
    let effect = EffectId { owner: OwnerId::Case(night.case().id.clone()), number: 99 };
    let event = CaseEvent::Settled { effect, outcome: Outcome::NoticeLost("the mail bounced".to_owned()) };
    let night = night.case_event(event.clone()).expect_noted("did not arrive: the mail bounced");
    night.case_event(event).expect_ignored();
}

#[test]
fn another_service_writes_messages_down_in_either_language() {
    let night = Night::with(Policy { transcription: TranscriptionBy::Service, ..sample::policy() })
        .call_from(STRANGER)
        .says("buenas noches mi impresora no funciona")
        .presses("*")
        .leaves_message(Some(14));
    let orders =
        |night: &Night| night.effects.iter().filter(|planned| matches!(planned.effect, Effect::Transcribe(_))).count();
    assert_eq!(orders(&night), 1);
    night.hangs_up().message_reads(Some("todos nuestros archivos están cifrados")).rings("alex");
    let night = super::dana().presses("*").leaves_message(Some(14));
    assert_eq!(orders(&night), 0, "the carrier does it");
    night.expect_disposition(Disposition::Voicemail);
}
