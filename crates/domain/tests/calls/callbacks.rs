//! Promised calls: due, made, moved, overdue, and whom each of that is told to.

use super::{STRANGER, dana};
use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::America::Chicago;
use nightdesk_domain::case::{CallbackState, CaseEvent, Keeper, PageOutcome, Promise, Work};
use nightdesk_domain::consent::TextsPolicy;
use nightdesk_domain::effect::{Alert, Effect};
use nightdesk_domain::ids::TechnicianId;
use nightdesk_domain::limits::{CALLBACK_MOVE_DAYS_MAX, CALLBACK_MOVES_MAX, CALLBACK_TOLD_MAX};
use nightdesk_domain::policy::Policy;
use nightdesk_domain::rota::{Change, Every, Hours, Layer, Member, Override, Person, Schedule};
use nightdesk_domain::vocabulary::{Disposition, Priority};
use nightdesk_testkit::sample;
use nightdesk_testkit::script::Night;

/// A local time of January 2026 in Chicago; Thursday is the 15th.
fn january(day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    Chicago.with_ymd_and_hms(2026, 1, day, hour, minute, 0).unwrap().to_utc()
}

/// It is two at night on Thursday, and Dana is promised a call.
fn promised(said: &str) -> Night {
    let mut night = dana().says(said);
    while night.call().disposition.is_none() {
        night = night.is_silent();
    }
    night.expect_disposition(Disposition::Callback).hangs_up()
}

/// Everything happens that is due by then.
fn until(night: Night, at: DateTime<Utc>) -> Night {
    let seconds = (at - night.now).num_seconds();
    night.seconds_pass(seconds)
}

/// Until then nothing reaches the outside.
fn silent_until(night: Night, at: DateTime<Utc>) -> Night {
    let before = night.effects.len();
    let night = until(night, at);
    assert_eq!(night.effects.len(), before, "{:?}", night.effects.last());
    night
}

fn state(night: &Night) -> &CallbackState {
    &night.case().callback.as_ref().unwrap().state
}

fn alerts(night: &Night) -> Vec<&Alert> {
    let alerts = night.effects.iter().filter_map(|planned| match &planned.effect {
        Effect::Alert(alert) => Some(alert),
        _ => None,
    });
    alerts.collect()
}

fn texts(night: &Night) -> usize {
    night.effects.iter().filter(|planned| matches!(planned.effect, Effect::TextTechnician(_))).count()
}

fn at(from: DateTime<Utc>) -> Promise {
    Promise { from, until: None }
}

fn moves(night: Night, number: u32, to: Promise) -> Night {
    night.case_event(CaseEvent::CallbackMoved { number, to, by: "Bea".into() })
}

fn done(night: Night) -> Night {
    night.case_event(CaseEvent::CallbackDone { by: "Bea".into() })
}

fn technician(name: &str) -> Keeper {
    Keeper::Technician(TechnicianId::parse(name).unwrap())
}

/// Bea and Alex have the nights of January in turn, from eight to eight; Bea has that of the 15th.
fn with_rota() -> Policy {
    let people = ["bea", "alex"].map(|name| Member::new(Person::new(name))).to_vec();
    let start = "2026-01-15T08:00:00".parse().unwrap();
    let layer = Layer { name: "primary".into(), start, every: Every::Days(1), people, hours: Hours::default() };
    Policy { rota: Some(Schedule { time_zone: Chicago, layers: vec![layer] }), ..sample::policy() }
}

#[test]
fn a_promise_falls_due_is_told_to_the_office_and_ends_when_it_is_marked_done() {
    let night = promised("no hurry my printer is jammed, call me at nine");
    assert_eq!(state(&night), &CallbackState::Waiting);
    let night = silent_until(night, january(15, 8, 59));
    let night = until(night, january(15, 9, 0)).expect_alerts(1).expect_nobody_woken();
    assert_eq!(state(&night), &CallbackState::Due { since: january(15, 9, 0), keeper: Keeper::Office });
    let told = alerts(&night)[0];
    assert_eq!(told.to, ["alex@northwind.example", "bea@northwind.example", "morgan@northwind.example"]);
    assert!(told.subject.reveal().starts_with("Call back now: Acme Dental: Printer"), "{:?}", told.subject.reveal());
    let body = told.body.reveal();
    assert!(
        body.starts_with("Dana was promised a call for Thursday at 9:00 AM Central time, at +13125550142."),
        "{body}"
    );
    assert!(body.contains("It is for the office."), "{body}");
    assert!(body.contains(&format!("nightdesk callbacks done {}", night.case().ticket.number)), "{body}");
    let night = done(until(night, january(15, 9, 10))).expect_noted("The promised call was made, says Bea.");
    assert_eq!(night.case().owed(), None);
    night.silence_for_minutes(3 * 24 * 60);
}

#[test]
fn a_promise_is_moved_ninety_days_ahead_and_no_further() {
    let night = promised("no hurry my printer is jammed, call me at nine");
    let far = night.now + chrono::TimeDelta::days(CALLBACK_MOVE_DAYS_MAX);
    let moved = moves(night.clone(), 1, at(far));
    assert_eq!(moved.case().callback.as_ref().map(|owed| owed.moved), Some(1));
    moves(night, 1, at(far + chrono::TimeDelta::minutes(1))).expect_ignored();
}

#[test]
fn an_office_with_a_number_is_named_with_it() {
    let mut policy = sample::policy();
    policy.office = Some(sample::number("+13125550190"));
    let known = vec![sample::contact("Dana", "acme-dental", &[STRANGER])];
    let night = Night::with(policy).known_as(known).call_from(STRANGER);
    let mut night = night.says("no hurry my printer is jammed, call me at nine");
    while night.call().disposition.is_none() {
        night = night.is_silent();
    }
    let night = until(night.hangs_up(), january(15, 9, 0));
    assert!(alerts(&night)[0].body.reveal().contains("It is for the office, +13125550190."));
}

#[test]
fn a_promise_that_nobody_keeps_is_red_and_goes_to_the_manager_and_is_told_again_each_morning_for_a_week() {
    let night = promised("no hurry my printer is jammed, call me at nine");
    let night = until(night, january(15, 9, 14)).expect_alerts(1);
    assert!(!night.case().is_red());
    let night = until(night, january(15, 9, 15)).expect_alerts(2).expect_noted("is overdue");
    assert!(night.case().is_red() && night.case().callback_is_overdue());
    let told = alerts(&night)[1];
    assert_eq!(told.to, ["morgan@northwind.example"]);
    assert!(told.subject.reveal().starts_with("Callback overdue: Acme Dental"), "{:?}", told.subject.reveal());
    assert!(told.body.reveal().contains("nobody has said that it was made. It is for Morgan."), "{:?}", told.body);
    let night = silent_until(night, january(16, 7, 59));
    let night = until(night, january(16, 8, 0)).expect_alerts(3);
    // Friday, Monday, Tuesday, Wednesday: five times in all.
    let night = until(night, january(21, 8, 0)).expect_alerts(1 + CALLBACK_TOLD_MAX as usize).expect_nobody_woken();
    let night = night.silence_for_minutes(14 * 24 * 60);
    assert!(night.case().is_red() && night.case().deadline().is_none());
    done(night).expect_noted("The promised call was made, says Bea.");
}

#[test]
fn a_window_is_due_at_its_start_and_overdue_only_at_its_end() {
    let night = promised("my printer is jammed, please call me this morning");
    let owed = night.case().callback.clone().unwrap().promise;
    assert_eq!(owed, Promise { from: january(15, 8, 0), until: Some(january(15, 12, 0)) });
    let night = until(night, january(15, 8, 0)).expect_alerts(1);
    let body = alerts(&night)[0].body.reveal().to_owned();
    assert!(body.contains("for Thursday between 8:00 AM and 12:00 PM Central time"), "{body}");
    let night = silent_until(night, january(15, 11, 59));
    assert!(until(night, january(15, 12, 0)).expect_alerts(2).case().is_red());
}

#[test]
fn a_promise_is_moved_twice_and_no_more() {
    let night = promised("no hurry my printer is jammed, call me at nine");
    let night = moves(until(night, january(15, 9, 5)), 1, at(january(15, 15, 0)));
    let night = night
        .expect_noted("was moved by Bea from Thursday at 9:00 AM Central time to Thursday at 3:00 PM Central time");
    assert_eq!(state(&night), &CallbackState::Waiting);
    let night = until(silent_until(night, january(15, 14, 59)), january(15, 15, 20)).expect_alerts(3);
    assert!(night.case().is_red());
    let night = moves(night, 2, at(january(16, 10, 0)));
    assert!(!night.case().is_red());
    let night = moves(night, CALLBACK_MOVES_MAX + 1, at(january(16, 11, 0))).expect_ignored();
    let night = until(night, january(16, 10, 0)).expect_alerts(4);
    assert!(alerts(&night)[3].body.reveal().contains("It was moved 2 of at most 2 times."));
    assert!(alerts(&night)[3].body.reveal().contains("Promised callback: Friday at 10:00 AM Central time"));
}

#[test]
fn a_caller_who_agreed_to_texts_is_told_of_the_other_time_and_nobody_else_is() {
    let agreed = |said: &str, yes: &str| {
        let texts = TextsPolicy { to_callers: true, ..TextsPolicy::default() };
        let known = vec![sample::contact("Dana", "acme-dental", &[STRANGER])];
        let night = Night::with(Policy { texts, ..sample::policy() }).known_as(known).call_from(STRANGER);
        night.says(said).says(yes).expect_disposition(Disposition::Callback).hangs_up()
    };
    let urgent = |night: &Night| {
        night.effects.iter().rev().find_map(|planned| match &planned.effect {
            Effect::TextCaller(text) => Some(text.urgent),
            _ => None,
        })
    };
    let confirmed = "Northwind IT will call you Thursday at 9:00 AM Central time, ticket";
    let night = agreed("no hurry my printer is jammed since today just for me, call me at nine", "yes");
    let night = moves(night, 1, at(january(15, 15, 0)));
    let moved = "Northwind IT will call you Thursday at 3:00 PM Central time instead, ticket";
    let night = night.expect_caller_texts(&[confirmed, moved]);
    assert_eq!(urgent(&night), Some(false), "it waits for the morning");
    let night = moves(until(night, january(15, 15, 0)), 2, at(january(16, 9, 0)));
    assert_eq!(urgent(&night), Some(true), "the caller waits for it now");
    let night = agreed("mi impresora no funciona desde hoy y solo a mí, llámenme mañana a las diez", "sí");
    moves(night, 1, at(january(16, 9, 0))).expect_caller_texts(&[
        "Northwind IT le llamará el jueves a las 10:00 de la mañana, hora del centro. Ticket",
        "Northwind IT le llamará el viernes a las 9:00 de la mañana, hora del centro en lugar de lo acordado. Ticket",
    ]);
    let night = promised("no hurry my printer is jammed, call me at nine");
    moves(night, 1, at(january(15, 15, 0))).expect_caller_texts(&[]);
}

#[test]
fn a_move_into_the_past_or_of_an_older_number_changes_nothing() {
    let night = promised("no hurry my printer is jammed, call me at nine");
    let night = moves(night, 1, at(january(15, 1, 0))).expect_ignored();
    let nowhen = Promise { from: january(15, 10, 0), until: Some(january(15, 10, 0)) };
    let night = moves(night, 1, nowhen).expect_ignored();
    let night = moves(night, 2, at(january(15, 10, 0))).expect_ignored();
    let night = moves(night, 1, at(january(15, 10, 0)));
    moves(night, 1, at(january(15, 11, 0))).expect_ignored();
}

#[test]
fn what_comes_twice_counts_once() {
    let night = promised("no hurry my printer is jammed, call me at nine");
    let night = night.case_event(CaseEvent::Tick).expect_ignored();
    let night = until(night, january(15, 9, 0)).case_event(CaseEvent::Tick).expect_ignored().expect_alerts(1);
    let night = done(done(night)).expect_ignored();
    let notes = night.ticket_text().matches("The promised call was made").count();
    assert_eq!(notes, 1);
    let night = moves(night, 1, at(january(16, 9, 0))).expect_ignored();
    night.case_event(CaseEvent::Tick).expect_ignored();
}

#[test]
fn a_promise_at_night_goes_by_text_to_whoever_is_on_call_then_and_waits_for_the_opening_when_overdue() {
    let known = vec![sample::contact("Dana", "acme-dental", &[STRANGER])];
    let night = Night::with(with_rota()).known_as(known).call_from(STRANGER);
    let mut night = night.says("no hurry my printer is jammed, call me at nine");
    while night.call().disposition.is_none() {
        night = night.is_silent();
    }
    let night = moves(night.hangs_up(), 1, at(january(15, 22, 0)));
    let night = until(night, january(15, 22, 0)).expect_alerts(0).expect_nobody_woken();
    let night = night.expect_text(
        "+13125550112",
        "please call Dana at +13125550142 back, promised for Thursday at 10:00 PM Central time.",
    );
    assert_eq!(state(&night), &CallbackState::Due { since: january(15, 22, 0), keeper: technician("bea") });
    let night = until(night, january(15, 22, 15)).expect_noted("is overdue").expect_alerts(0);
    assert!(night.case().is_red() && texts(&night) == 1, "shown red, and nobody is disturbed");
    let night = until(night, january(16, 8, 0)).expect_alerts(1).expect_nobody_woken();
    assert_eq!(alerts(&night)[0].to.len(), 3, "the whole office, as by day");
    // Monday morning it is the manager's.
    let night = until(night, january(19, 8, 0)).expect_alerts(2);
    assert_eq!(alerts(&night)[1].to, ["morgan@northwind.example"]);
}

#[test]
fn an_override_and_a_blocked_number_change_who_is_told_at_night() {
    let due = |change: &dyn Fn(&mut Night)| {
        let mut night = promised("no hurry my printer is jammed, call me at nine");
        night.policy = with_rota();
        change(&mut night);
        until(moves(night, 1, at(january(15, 22, 0))), january(15, 22, 0))
    };
    let night = due(&|night: &mut Night| {
        night.facts.overrides = vec![Override {
            id: "1".into(),
            layer: "primary".into(),
            from: january(15, 18, 0),
            until: january(16, 6, 0),
            change: Change::Replace { whom: Person::new("bea"), by: Person::new("alex") },
            reason: String::new(),
        }];
    });
    assert_eq!(state(&night), &CallbackState::Due { since: january(15, 22, 0), keeper: technician("alex") });
    // Bea takes no texts: she is mailed.
    let night = due(&|night: &mut Night| night.facts.stopped = vec![TechnicianId::parse("bea").unwrap()]);
    assert_eq!((texts(&night), alerts(&night)[0].to.clone()), (0, vec!["bea@northwind.example".to_owned()]));
    // Nobody can be told by text or mail: it goes to the tenant's chat.
    let night = due(&|night: &mut Night| {
        night.policy.technicians.iter_mut().for_each(|person| (person.number, person.email) = (None, None));
    });
    assert_eq!((texts(&night), alerts(&night)[0].to.len()), (0, 0));
    assert_eq!(state(&night), &CallbackState::Due { since: january(15, 22, 0), keeper: Keeper::Office });
}

#[test]
fn the_night_of_a_clock_change_shifts_no_promise() {
    // Saturday 7 March, 23:00; on Sunday two o'clock is three.
    let late = Chicago.with_ymd_and_hms(2026, 3, 7, 23, 0, 0).unwrap().to_utc();
    let mut policy = with_rota();
    policy.business_hours.days.push(chrono::Weekday::Sun);
    let night = Night::with(policy).at(late).call_from(STRANGER);
    let mut night = night.says("this is dana at acme dental, no hurry my printer is jammed, call me tomorrow at nine");
    while night.call().disposition.is_none() {
        night = night.is_silent();
    }
    let night = night.hears("We will call you back Sunday at 9:00 AM Central time.").hangs_up();
    let nine = Chicago.with_ymd_and_hms(2026, 3, 8, 9, 0, 0).unwrap().to_utc();
    assert_eq!(nine - late, chrono::TimeDelta::hours(9), "an hour less than the clock says");
    assert_eq!(night.case().deadline(), Some(nine));
    // Three in the morning exists once, and Saturday's person has it until eight.
    let three = Chicago.with_ymd_and_hms(2026, 3, 8, 3, 30, 0).unwrap().to_utc();
    let night = until(moves(night, 1, at(three)), three);
    assert!(matches!(state(&night), CallbackState::Due { keeper: Keeper::Technician(_), .. }));
    assert_eq!(texts(&night), 1);
    let opens = Chicago.with_ymd_and_hms(2026, 3, 8, 8, 0, 0).unwrap().to_utc();
    let night = until(night, three + chrono::TimeDelta::minutes(15));
    assert_eq!(night.case().deadline(), Some(opens));
}

#[test]
fn a_case_that_wakes_somebody_after_all_owes_no_call_until_everybody_was_tried_in_vain() {
    let waking = || {
        let night = promised("no hurry my printer is jammed, call me at nine");
        let mut brief = night.case().brief.clone();
        (brief.wake, brief.priority) = (true, Priority::High);
        let call = night.case().caller.call.clone();
        night.case_event(CaseEvent::CallerSaid { call, number: 99, brief: Box::new(brief) }).rings("alex")
    };
    assert_eq!(waking().case().owed(), None);
    done(waking()).expect_ignored();
    let night = waking().accepts().expect_accepted_by("alex");
    let night = night.case_event(CaseEvent::Tick).expect_ignored();
    until(night, january(15, 9, 0)).expect_alerts(0);
    let night = waking().ends(PageOutcome::NoAnswer).rings("bea").ends(PageOutcome::NoAnswer).rings("morgan");
    let night = night.ends(PageOutcome::NoAnswer).expect_work(|work| *work == Work::Unanswered).expect_alerts(1);
    // The caller waits for nine o'clock all the same.
    until(night, january(15, 9, 0)).expect_alerts(2);
}

#[test]
fn what_is_marked_as_handled_owes_no_call() {
    let night = promised("no hurry my printer is jammed, call me at nine");
    let night = until(night, january(15, 9, 0)).case_event(CaseEvent::MarkedHandled { by: "Robin".into() });
    let by = "Robin".into();
    assert_eq!(state(&night), &CallbackState::Done { by, at: january(15, 9, 0) });
    night.silence_for_minutes(24 * 60);
}

#[test]
fn where_the_office_never_opens_it_is_told_to_the_on_call_once_a_day_and_not_for_ever() {
    let mut night = promised("no hurry my printer is jammed, call me at nine");
    night.policy = with_rota();
    night.policy.business_hours.days.clear();
    let night = until(night, january(15, 9, 15));
    assert_eq!((texts(&night), night.case().is_red()), (1, true));
    let night = until(night, january(30, 0, 0)).expect_alerts(0).expect_nobody_woken();
    assert_eq!(texts(&night), 1 + CALLBACK_TOLD_MAX as usize);
}

#[test]
fn a_late_look_tells_first_and_counts_from_there() {
    // Nothing ran until eleven.
    let mut night = promised("no hurry my printer is jammed, call me at nine");
    night.now = january(15, 11, 0);
    let night = night.case_event(CaseEvent::Tick).expect_alerts(1);
    assert!(!night.case().is_red());
    assert!(until(night, january(15, 11, 15)).expect_alerts(2).case().is_red());
}

#[test]
fn the_closing_sentence_is_warm_and_has_weekday_time_and_zone_in_both_languages() {
    dana()
        .says("no hurry my printer is jammed, call me at nine")
        .hears("Thank you for calling. We will call you back Thursday at 9:00 AM Central time.");
    dana()
        .says("mi impresora no funciona, llámenme mañana a las diez")
        .hears("Gracias por llamar. Le llamaremos el jueves a las 10:00 de la mañana, hora del centro.");
}
