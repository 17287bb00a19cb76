//! What holds on every night, whatever happens in whatever order: properties over random sequences of events.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test says what it expects by failing")]

mod moves;

use moves::{Event, Move, SENTENCES, event, moves};
use nightdesk_domain::call::{Call, CallEvent, Speech};
use nightdesk_domain::case::{Brief, CallbackState, Case, CaseEvent, Owed, Work};
use nightdesk_domain::effect::{Effect, Outcome};
use nightdesk_domain::ids::PsaTicketId;
use nightdesk_domain::limits::{
    CALLBACK_MOVES_MAX, CALLBACK_TOLD_MAX, EFFECTS_PER_TRANSITION_MAX, FOLLOW_UPS_MAX, NEWS_MAX, PAGES_KEPT_MAX,
    TRANSCRIPT_TURNS_MAX,
};
use nightdesk_domain::machine::Verdict;
use nightdesk_domain::policy::ModelPolicy;
use nightdesk_domain::reply::Then;
use nightdesk_testkit::sample;
use nightdesk_testkit::script::Night;
use proptest::prelude::*;

fn give(night: Night, event: &Event) -> Night {
    match event {
        Event::Call(event) => night.call_event(event.clone()),
        Event::Case(event) => night.case_event(event.clone()),
    }
}

/// A night in which a call arrives: at night or by day, from a shown or a withheld number.
fn night(withheld: bool, by_day: bool) -> Night {
    let mut policy = sample::policy();
    policy.office = by_day.then(|| sample::number("+13125550190"));
    policy.technicians[1].number = None;
    policy.model = ModelPolicy { opinion: true, summary: true };
    let night = Night::with(policy).at(sample::at(if by_day { 36_000 } else { 0 }));
    if withheld { night.call_withheld() } else { night.call_from("+13125550142") }
}

/// Plays moves, and checks after each of them.
fn play(mut night: Night, moves: &[Move], check: impl Fn(&Night, &Night, Option<&Event>)) -> Night {
    for made in moves {
        let before = night.clone();
        let event = event(&night, made);
        night = match (&event, made) {
            (Some(event), _) => give(night, event),
            (None, Move::Waits(seconds)) => night.seconds_pass(*seconds),
            (None, _) => night,
        };
        check(&before, &night, event.as_ref());
    }
    night
}

/// The two machines, to be compared.
fn states(night: &Night) -> (Option<Call>, Option<Case>) {
    (night.call.clone(), night.case.clone())
}

fn round_trips(night: &Night) {
    let call: Call = serde_json::from_str(&serde_json::to_string(night.call()).unwrap()).unwrap();
    assert_eq!(&call, night.call());
    if let Some(case) = &night.case {
        let read: Case = serde_json::from_str(&serde_json::to_string(case).unwrap()).unwrap();
        assert_eq!(&read, case);
    }
}

fn always(_before: &Night, night: &Night, _event: Option<&Event>) {
    let call = night.call();
    assert_eq!(call.deadline().is_none(), call.is_settled(), "who waits has a bound: {:?}", call.state);
    let reply = night.assistant();
    if !matches!(reply.then, Then::RingOffice { .. }) {
        assert!(!reply.say.concat().trim().is_empty(), "silence in {:?}", call.state);
    }
    assert!(!reply.say.concat().contains("{}"), "a gap in {:?}", reply.say);
    assert!(
        call.asked.len() <= FOLLOW_UPS_MAX + 1
            && call.turns.len() <= TRANSCRIPT_TURNS_MAX
            && call.news.len() <= NEWS_MAX
    );
    assert!(night.effects_per_transition_max <= EFFECTS_PER_TRANSITION_MAX);
    assert!(night.drafts().len() <= 1, "two tickets");
    let Some(case) = &night.case else { return };
    match case.work {
        Work::Paging { .. } | Work::Pausing { .. } | Work::Joining { .. } => {
            assert!(case.deadline().is_some(), "a case that waits without a bound: {:?}", case.work);
        }
        _ => {}
    }
    if let Some(owed) = &case.callback {
        callback_is_bounded(case, owed);
    }
    assert!(case.pages.len() <= PAGES_KEPT_MAX);
    let accepted = night.accepted_pages();
    assert!(accepted.len() <= 1, "two acceptances stand");
    if case.work != Work::Handled {
        assert_eq!(case.accepted().map(|page| page.number), accepted.first().map(|page| page.number));
    }
    for page in 0..=case.pages_ordered {
        assert!(!case.page_reply(page, &night.policy).say.concat().trim().is_empty());
    }
}

/// A promised call is moved and told so often at most, rings nobody, and is not forgotten: it has its time, or was
/// told as often as may be.
fn callback_is_bounded(case: &Case, owed: &Owed) {
    assert!(owed.moved <= CALLBACK_MOVES_MAX);
    let told_out = match owed.state {
        CallbackState::Overdue { told, again, .. } => {
            assert!(told <= CALLBACK_TOLD_MAX);
            again.is_none() && told == CALLBACK_TOLD_MAX
        }
        _ => false,
    };
    if case.owed().is_some() {
        assert!(told_out || case.deadline().is_some(), "a promise without a timer: {owed:?}");
    }
    if !case.brief.wake {
        assert_eq!(case.pages_ordered, 0, "a promised call rings nobody");
    }
    if matches!(case.work, Work::Handled | Work::Held { talked: true, .. }) {
        assert!(matches!(owed.state, CallbackState::Done { .. }), "{owed:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bounds_words_and_single_acceptances_hold_and_snapshots_round_trip(
        withheld: bool, by_day: bool, moves in moves(),
    ) {
        let end = play(night(withheld, by_day), &moves, always);
        round_trips(&end);
    }

    #[test]
    fn an_event_given_twice_changes_nothing_the_second_time(withheld: bool, by_day: bool, moves in moves()) {
        play(night(withheld, by_day), &moves, |_, after, event| {
            let Some(event) = event else { return };
            if matches!(event, Event::Case(CaseEvent::Tick)) { return }
            let again = give(after.clone(), event);
            assert_eq!(states(&again), states(after), "{event:?}");
            assert_eq!(again.effects.len(), after.effects.len(), "{event:?}");
        });
    }

    #[test]
    fn an_event_that_comes_again_much_later_changes_nothing(withheld: bool, moves in moves()) {
        let seen = std::cell::Cell::new(Vec::new());
        play(night(withheld, false), &moves, |before, after, event| {
            let mut known: Vec<Event> = seen.take();
            for old in &known {
                let again = give(after.clone(), old);
                assert_eq!(states(&again), states(after), "{old:?}");
                assert_eq!(again.effects.len(), after.effects.len(), "{old:?}");
            }
            // What was ignored may count later; the room has no ordinals, and time has none by design.
            let counts = |event: &&Event| states(before) != states(after)
                && !matches!(event, Event::Case(CaseEvent::Tick | CaseEvent::Room { .. }));
            known.extend(event.filter(counts).cloned());
            seen.set(known);
        });
    }

    #[test]
    fn answers_to_other_turns_are_ignored(withheld: bool, moves in moves(), stale in 1u32..9, sentence in 0..SENTENCES.len()) {
        let end = play(night(withheld, false), &moves, |_, _, _| {});
        let words = || Some(Speech { words: SENTENCES[sentence].into(), confidence_percent: None });
        for turn in [end.call().turn.saturating_sub(stale), end.call().turn + stale] {
            let event = CallEvent::Said { turn, heard: Default::default(), words: words(), keys: None };
            let after = end.clone().call_event(event);
            prop_assert_ne!(after.verdict, Verdict::Applied);
            prop_assert_eq!(states(&after), states(&end));
        }
    }

    #[test]
    fn an_overdue_tick_always_makes_progress(withheld: bool, moves in moves(), late in 0i64..100_000) {
        let mut night = play(night(withheld, false), &moves, |_, _, _| {});
        for _ in 0..6 {
            if let Some(until) = night.call().deadline() {
                night.now = night.now.max(until + chrono::Duration::seconds(late));
                night = night.call_event(CallEvent::Tick);
                prop_assert_eq!(night.verdict, Verdict::Applied);
                prop_assert!(night.call().deadline().is_none_or(|next| next > night.now));
            }
            if let Some(until) = night.case.as_ref().and_then(Case::deadline) {
                night.now = night.now.max(until + chrono::Duration::seconds(late));
                night = night.case_event(CaseEvent::Tick);
                prop_assert_eq!(night.verdict, Verdict::Applied);
                prop_assert!(night.case().deadline().is_none_or(|next| next > night.now));
            }
        }
        prop_assert!(night.call().is_settled());
    }

    #[test]
    fn nothing_after_a_critical_sentence_withdraws_it(
        withheld: bool, critical in 0usize..3, confidence in prop::option::of(0u8..100), moves in moves(),
    ) {
        let first = Move::Says { stale_turns: 0, sentence: critical, confidence };
        let start = play(night(withheld, false), &[first], |_, _, _| {});
        prop_assert!(start.case().brief.wake);
        play(start, &moves, |_, night, _| {
            assert!(night.case().brief.wake);
            assert!(night.effects.iter().any(|planned| matches!(planned.effect, Effect::Page(_))));
        });
    }

    #[test]
    fn a_call_that_is_over_adds_only_what_the_carrier_brought_late(withheld: bool, moves in moves()) {
        play(night(withheld, false), &moves, |before, after, event| {
            let Some(Event::Call(event)) = event else { return };
            let late = matches!(
                event,
                CallEvent::Recorded { .. }
                    | CallEvent::Transcribed { .. }
                    | CallEvent::Opined { .. }
                    | CallEvent::Said { .. }
                    | CallEvent::Overheard { .. }
            );
            if before.call().is_settled() && !late {
                assert_eq!(after.effects.len(), before.effects.len(), "{event:?}");
                assert_eq!(states(before), states(after), "{event:?}");
            }
        });
    }

    #[test]
    fn every_call_ends_with_a_ticket_unless_the_office_took_it(withheld: bool, by_day: bool, moves in moves()) {
        let end = play(night(withheld, by_day), &moves, |_, _, _| {}).seconds_pass(2 * 3600);
        prop_assert!(end.call().is_settled(), "{:?}", end.call().state);
        let by_office = end.call().reasons.iter().any(|reason| reason.rule == "call/answered-by-the-office");
        prop_assert!(by_office || end.drafts().len() == 1);
        prop_assert!(by_office || end.call().disposition.is_some());
        if let Some(case) = &end.case {
            prop_assert!(!case.caller.present, "the case waits for a caller who has gone");
            let joining = matches!(case.work, Work::Joining { .. });
            prop_assert!(!joining, "nobody is left to join");
        }
    }
}

#[test]
fn the_ticketing_system_answering_twice_makes_one_ticket_known() {
    let night = night(false, false).says("our server is down and nobody can work");
    let effect =
        night.effects.iter().find(|planned| matches!(planned.effect, Effect::OpenTicket(_))).unwrap().id.clone();
    let outcome = Outcome::TicketOpened { ticket: PsaTicketId::parse("999").unwrap(), repeated: true };
    night.case_event(CaseEvent::Settled { effect, outcome }).expect_ignored();
}

/// What callers say in [`what_planned_work_does_not_explain_comes_out_as_if_there_were_none`].
const SAID: [&str; 8] = [
    "the file server is down and nobody can work since nine",
    "se cayo el servidor de archivos y nadie puede trabajar",
    "the mail server is down and nobody can work",
    "all our files on the file server are encrypted",
    "there is smoke coming out of the file server",
    "the file server and the internet are down for everybody",
    "my printer is jammed, call me tomorrow at ten",
    "the file server is a bit slow",
];

/// Dana says something, so many seconds after two, while work on the file server is planned until four, or is not.
fn during_work(planned: bool, seconds: i64, said: &str) -> Night {
    let window = sample::window(&["file server", "servidor de archivos"], 120);
    let windows = if planned { vec![window.occurrence(window.starts).unwrap()] } else { vec![] };
    let known = vec![sample::contact("Dana", "acme-dental", &["+13125550142"])];
    let night = Night::new().at(sample::at(seconds)).known_as(known).while_planned(windows);
    night.call_from("+13125550142").says(said).hangs_up()
}

proptest! {
    #[test]
    fn what_planned_work_does_not_explain_comes_out_as_if_there_were_none(
        seconds in -3_600_i64..14_400,
        which in 0..SAID.len(),
    ) {
        let (with, without) = (during_work(true, seconds, SAID[which]), during_work(false, seconds, SAID[which]));
        let ordered = |night: &Night| {
            let kind = |effect: &Effect| matches!(effect, Effect::Page(_));
            night.effects.iter().filter(|planned| kind(&planned.effect)).count()
        };
        let in_force = (0..2 * 3_600).contains(&(with.now - sample::at(0)).num_seconds());
        let explained = with.case().brief.planned.is_some();
        prop_assert!(in_force || !explained, "{}: explained outside of the window", SAID[which]);
        if !explained {
            prop_assert_eq!(ordered(&with), ordered(&without), "{}", SAID[which]);
            // A technician hears of any work that is under way; it decides nothing.
            let brief = Brief { windows: Vec::new(), ..with.case().brief.clone() };
            prop_assert_eq!(&brief, &without.case().brief);
        }
        // Only what names the file server and nothing else is ever explained.
        prop_assert!(!explained || matches!(which, 0 | 1 | 7), "{}", SAID[which]);
    }

    #[test]
    fn whoever_joins_an_open_case_brings_nothing_worse_and_nothing_of_security(
        first in 0..SENTENCES.len(),
        second in 0..SENTENCES.len(),
        minutes in 0_i64..150,
    ) {
        let known = |name: &str, number: &str| vec![sample::contact(name, "acme-dental", &[number])];
        let night = Night::new().known_as(known("Dana", "+13125550142")).call_from("+13125550142");
        let night = night.says(SENTENCES[first]).hangs_up().seconds_pass(minutes * 60);
        let before = night.case.clone().unwrap();
        let after = night.known_as(known("Lee", "+13125550143")).then_calls("+13125550143").says(SENTENCES[second]);
        let after = after.hangs_up();
        if let Some(open) = &after.call().joined {
            let found = after.call().assessment.clone().unwrap();
            prop_assert!(found.priority <= before.brief.priority && !found.danger, "{}", SENTENCES[second]);
            prop_assert!(minutes < 30 && before.brief.wake && !matches!(before.work, Work::Unanswered | Work::Handled));
            prop_assert_eq!(&open.case, &before.id);
            prop_assert_eq!(&after.call().ticket, &Some(before.ticket.number));
        } else {
            prop_assert_eq!(&after.case().caller.call, &after.call().id, "a case of one's own: {}", SENTENCES[second]);
        }
    }
}
