//! What the simulator found in the two machines and in the courier, each as the shortest story that shows it.
// Tests may unwrap.
#![allow(clippy::unwrap_used, clippy::panic)]

use chrono::{DateTime, Utc};
use nightdesk_domain::call::{Arrival, Call, CallEvent, CallState, Farewell, News, Recording, Speech};
use nightdesk_domain::case::{Brief, Case, CaseEvent, PageEvent, PageOutcome, Work};
use nightdesk_domain::effect::PlannedEffect;
use nightdesk_domain::effect::{Effect, Outcome};
use nightdesk_domain::facts::Facts;
use nightdesk_domain::ids::EffectId;
use nightdesk_domain::ids::{CallId, LegId, PsaTicketId, RecordingId, TechnicianId, TicketNumber};
use nightdesk_domain::machine::{Context, Transition, Verdict};
use nightdesk_domain::policy::{Channel, Policy, Reach, Way};
use nightdesk_domain::vocabulary::Priority;
use nightdesk_engine::{Engine, Settings};
use nightdesk_ports::{Cases, Commit, Snapshot, TenantRepository, Ticketing};
use nightdesk_testkit::fakes::{HandClock, Obedient, ports};
use nightdesk_testkit::memory::MemoryStore;
use nightdesk_testkit::sample::{self, at, brief, case_owner, number, policy, tenant};
use std::sync::Arc;

fn context<'a>(policy: &'a Policy, facts: &'a Facts, now: DateTime<Utc>) -> Context<'a> {
    Context { policy, facts, now }
}

/// A call that arrived at `at(0)` from a number that nobody knows, and what each event did to it, ten seconds apart.
fn talk(events: &[CallEvent]) -> Vec<Transition<Call>> {
    talk_from(Some("+13125550149"), events)
}

fn talk_from(from: Option<&str>, events: &[CallEvent]) -> Vec<Transition<Call>> {
    let (policy, facts) = (policy(), Facts::default());
    let arrival = Arrival {
        tenant: tenant(),
        call: CallId::parse("CA1").unwrap(),
        dialled: number("+13125550100"),
        from: from.map(number),
    };
    let mut steps = vec![Call::open(&context(&policy, &facts, at(0)), &arrival)];
    for (event, seconds) in events.iter().zip((10..).step_by(10)) {
        let call = &steps.last().unwrap().state;
        steps.push(call.transition(&context(&policy, &facts, at(seconds)), event));
    }
    steps
}

fn says(turn: u32, words: &str) -> CallEvent {
    let words = Some(Speech { words: words.into(), confidence_percent: Some(90) });
    CallEvent::Said { turn, heard: Default::default(), words, keys: None }
}

fn keys(turn: u32, keys: &str) -> CallEvent {
    CallEvent::Said { turn, heard: Default::default(), words: None, keys: Some(keys.into()) }
}

/// The words and the number of the last brief that a step sends to the case.
fn told(step: &Transition<Call>) -> Option<(Vec<String>, Option<String>)> {
    step.effects.iter().rev().find_map(|planned| match &planned.effect {
        Effect::TellCase(_, event) => match &**event {
            CaseEvent::CallerSaid { brief, .. } => Some((
                brief.words.iter().map(|words| words.reveal().to_owned()).collect(),
                brief.number.as_ref().map(|number| number.reveal().to_owned()),
            )),
            _ => None,
        },
        _ => None,
    })
}

#[test]
fn an_answer_that_is_given_while_somebody_is_woken_reaches_the_case() {
    let steps = talk(&[says(1, "our server is down and nobody can work"), says(2, "since an hour ago")]);
    assert!(steps[1].opens.is_some());
    let (words, _) = told(&steps[2]).unwrap();
    assert_eq!(words, ["our server is down and nobody can work", "since an hour ago"]);
}

#[test]
fn a_number_that_is_keyed_while_somebody_is_woken_reaches_the_case() {
    let steps = talk_from(None, &[says(1, "our server is down and nobody can work"), keys(2, "3125550177#")]);
    assert_eq!(told(&steps[2]).unwrap().1.as_deref(), Some("3125550177"));
}

#[test]
fn last_words_that_the_hang_up_overtook_still_wake_somebody() {
    let overheard =
        CallEvent::Overheard { turn: 1, sequence: 1, words: "our server is down and nobody can work".into() };
    let steps = talk(&[CallEvent::HungUp, overheard.clone(), overheard]);
    let told_case = steps[2].effects.iter().any(|planned| match &planned.effect {
        Effect::TellCase(_, event) => matches!(&**event, CaseEvent::CallerSaid { brief, .. } if brief.wake),
        _ => false,
    });
    assert!(told_case, "{:?}", steps[2].verdict);
    assert!(matches!(steps[3].verdict, Verdict::Ignored(_)), "a duplicate changes nothing");
}

#[test]
fn a_caller_on_the_way_to_the_room_is_fetched_back_when_somebody_else_is_rung() {
    let technician = |name: &str| TechnicianId::parse(name).unwrap();
    let news = |number, news| CallEvent::News { number, news };
    let steps = talk(&[
        says(1, "our server is down and nobody can work"),
        news(2, News::Accepted(technician("alex"))),
        // The third, that Alex was lost, is overtaken.
        news(4, News::Ringing(technician("bea"))),
    ]);
    assert!(matches!(steps[2].state.state, CallState::Joining { .. }));
    assert!(matches!(steps[3].state.state, CallState::Holding { .. }));
    assert!(steps[3].effects.iter().any(|planned| matches!(planned.effect, Effect::Refetch(_))));
}

/// A case of a caller who is on the line, and the commits that follow.
fn waking_case(priority: Priority) -> Transition<Case> {
    let (policy, facts) = (policy(), Facts::default());
    let call = &talk(&[])[0].state;
    let brief = Brief { priority, ..brief() };
    let number = TicketNumber::derive(&call.id.case(), 0);
    let (state, effects) = Case::open(&context(&policy, &facts, at(0)), call, brief, number);
    Transition { state, effects, opens: None, verdict: Verdict::Applied }
}

fn happens(case: &Case, seconds: i64, event: &CaseEvent) -> Transition<Case> {
    case.transition(&context(&policy(), &Facts::default(), at(seconds)), event)
}

fn said_meanwhile(number: u32, priority: Priority) -> CaseEvent {
    let call = CallId::parse("CA1").unwrap();
    let brief = Brief { priority, words: vec!["everything is encrypted".into()], ..brief() };
    CaseEvent::CallerSaid { call, number, brief: Box::new(brief) }
}

#[test]
fn critical_words_after_a_ladder_was_given_up_ring_it_again() {
    let mut case = waking_case(Priority::High).state;
    for minute in 1..=4 {
        case = happens(&case, minute * 60, &CaseEvent::Tick).state;
    }
    assert_eq!(case.work, Work::Unanswered);
    let step = happens(&case, 300, &said_meanwhile(2, Priority::Critical));
    assert!(step.effects.iter().any(|planned| matches!(planned.effect, Effect::Page(_))), "{:?}", step.state.work);
}

#[test]
fn what_was_said_last_reaches_the_ticket_of_a_caller_who_never_joined() {
    let leg = LegId::parse("TE1").unwrap();
    let page = |event| CaseEvent::Page { page: 1, event };
    let opened = waking_case(Priority::Critical);
    let ticket = PsaTicketId::parse("77").unwrap();
    let outcome = Outcome::TicketOpened { ticket, repeated: false };
    let case = happens(&opened.state, 1, &CaseEvent::Settled { effect: opened.effects[0].id.clone(), outcome }).state;
    let case = happens(&case, 2, &page(PageEvent::Answered { leg: leg.clone() })).state;
    let case = happens(&case, 3, &said_meanwhile(2, Priority::Critical)).state;
    let case = happens(&case, 4, &page(PageEvent::Keyed { turn: 1, keys: Some("1".to_owned()), words: None })).state;
    let case = happens(&case, 5, &CaseEvent::Room { leg, entered: true }).state;
    let step = happens(&case, 200, &CaseEvent::Tick);
    let noted = step.effects.iter().any(|planned| {
        matches!(&planned.effect, Effect::AddNote(note) if note.text.reveal().contains("everything is encrypted"))
    });
    assert!(noted);
}

#[test]
fn a_caller_who_waits_is_told_when_nobody_will_come_to_the_line() {
    let technician = TechnicianId::parse("alex").unwrap();
    for (news, farewell) in
        [(News::WillCall(technician), Farewell::TechnicianWillCall), (News::Handled, Farewell::Handled)]
    {
        let steps = talk(&[
            says(1, "this is dana at acme dental our server is down and nobody can work since noon"),
            CallEvent::News { number: 1, news },
        ]);
        assert!(matches!(steps[2].state.state, CallState::Closing { farewell: told, .. } if told == farewell));
        assert!(steps[2].effects.iter().any(|planned| matches!(planned.effect, Effect::Refetch(_))));
    }
}

#[test]
fn whoever_marks_a_case_as_handled_frees_the_caller_who_waits() {
    let case = waking_case(Priority::Critical).state;
    let step = happens(&case, 10, &CaseEvent::MarkedHandled { by: "Robin".into() });
    let told = step.effects.iter().any(|planned| match &planned.effect {
        Effect::TellCall(_, event) => matches!(**event, CallEvent::News { news: News::Handled, .. }),
        _ => false,
    });
    assert!(told);
}

#[test]
fn a_caller_whose_technician_dropped_is_still_there_for_the_next_one() {
    let leg = |name: &str| LegId::parse(name).unwrap();
    let page = |page, event| CaseEvent::Page { page, event };
    let accepts = || PageEvent::Keyed { turn: 1, keys: Some("1".to_owned()), words: None };
    let room = |name: &str, entered| CaseEvent::Room { leg: leg(name), entered };
    let mut case = waking_case(Priority::Critical).state;
    for (event, seconds) in [
        page(1, PageEvent::Answered { leg: leg("TE1") }),
        page(1, accepts()),
        room("CA1", true),
        room("TE1", true),
        // Alex drops, and with that the room ends for the caller, too.
        page(1, PageEvent::LeftRoom),
        room("CA1", false),
        // Nobody has reported the caller's line as ended by then.
        CaseEvent::Tick,
        CaseEvent::Tick,
        CaseEvent::Tick,
        page(2, PageEvent::Answered { leg: leg("TE2") }),
        page(2, accepts()),
    ]
    .iter()
    .zip(1..)
    {
        case = happens(&case, seconds, event).state;
    }
    assert!(matches!(case.work, Work::Joining { page: 2, .. }), "{:?}", case.work);
}

/// The bounce of a mail was noted like that of any notice, and its rung was waited for to the end.
#[test]
fn a_page_by_mail_that_bounces_is_followed_by_the_next_channel_at_once() {
    let mut policy = policy();
    policy.technicians[0].reach =
        vec![Reach { priorities: vec![], ways: vec![Way { by: Channel::Email, after_seconds: 0 }] }];
    let facts = Facts::default();
    let call = &talk(&[])[0].state;
    let (case, effects) =
        Case::open(&context(&policy, &facts, at(0)), call, brief(), TicketNumber::derive(&call.id.case(), 0));
    let mail = effects.iter().find(|planned| matches!(planned.effect, Effect::MessagePage(_))).unwrap();
    let bounced =
        CaseEvent::Settled { effect: mail.id.clone(), outcome: Outcome::NoticeLost("the mail bounced".to_owned()) };
    let step = case.transition(&context(&policy, &facts, at(5)), &bounced);
    let rung: Vec<_> = step.state.pages.iter().map(|page| (page.channel, page.is_open())).collect();
    assert_eq!(rung, [(Channel::Email, false), (Channel::Call, true)]);
    let again = step.state.transition(&context(&policy, &facts, at(6)), &bounced);
    assert!(matches!(again.verdict, Verdict::Ignored(_)), "a duplicate changes nothing");
}

/// Whoever was told to leave a message, and then fell back on the carrier's own document, has left two: the second one
/// was not listened to by anybody.
#[test]
fn a_second_message_of_a_call_is_read_or_listened_to_as_the_first() {
    let id = |name: &str| RecordingId::parse(name).unwrap();
    let left = |name| CallEvent::Recorded { turn: 0, recording: Some(Recording { id: id(name), seconds: 9 }) };
    let written = |name, words: &str| CallEvent::Transcribed { recording: id(name), words: Some(words.into()) };
    let events = [
        CallEvent::HungUp,
        left("RE1"),
        written("RE1", "please ring me about my mouse when you can"),
        left("RE2"),
        written("RE2", "our main server is down and the whole company cannot work"),
        written("RE2", "our main server is down and the whole company cannot work"),
    ];
    let steps = talk(&events);
    let wakes = |step: &Transition<Call>| {
        step.effects.iter().any(|planned| match &planned.effect {
            Effect::TellCase(_, event) => matches!(&**event, CaseEvent::CallerSaid { brief, .. } if brief.wake),
            _ => false,
        })
    };
    assert!(matches!(steps[4].state.state, CallState::AwaitingTranscript { .. }));
    assert!(wakes(&steps[5]), "{:?}", steps[5].verdict);
    assert_eq!(steps[5].state.state, CallState::Ended);
    assert!(matches!(steps[6].verdict, Verdict::Ignored(_)), "a duplicate changes nothing");
    let unread = steps[4].state.transition(&context(&policy(), &Facts::default(), at(400)), &CallEvent::Tick);
    assert!(wakes(&unread), "{:?}", unread.verdict);
}

/// Nobody looked who takes no texts where the tenant's settings name none, and a text went out in vain.
#[test]
fn a_ring_that_failed_is_followed_by_a_text_only_where_texts_are_taken() {
    let case = waking_case(Priority::Critical).state;
    let failed = CaseEvent::Page { page: 1, event: PageEvent::Ended(PageOutcome::Failed) };
    assert!(case.needs(&policy(), at(5), &failed).on_call);
    let rung = |facts: &Facts| {
        let after = case.transition(&context(&policy(), facts, at(5)), &failed).state;
        after.pages.iter().map(|page| (page.technician.to_string(), page.channel)).collect::<Vec<_>>()
    };
    let page = |who: &str, channel| (who.to_owned(), channel);
    let (rang, next) = (page("alex", Channel::Call), page("bea", Channel::Call));
    assert_eq!(rung(&Facts::default()), [rang.clone(), page("alex", Channel::Text), next.clone()]);
    let stopped = Facts { stopped: vec![TechnicianId::parse("alex").unwrap()], ..Facts::default() };
    assert_eq!(rung(&stopped), [rang, next]);
}

/// The duplicate that was opened first was kept, and the case went on with the other one's number.
#[test]
fn of_two_tickets_with_one_key_the_one_that_the_case_knows_is_kept() {
    nightdesk_testkit::contract::run(async {
        let (store, outside) = (MemoryStore::new(), Arc::new(Obedient::default()));
        store.import(&policy(), &[], sample::FILE).await.unwrap();
        let first = outside.open(&sample::ticket_draft("CA1")).await.unwrap();
        let known = outside.open(&sample::ticket_draft("CA1")).await.unwrap();
        let mut case = sample::case("CA1");
        case.ticket.psa = Some(known.clone());
        let effect = PlannedEffect {
            // The case has planned nothing that has this number.
            id: EffectId { owner: case_owner("CA1"), number: 99 },
            due: at(0),
            effect: Effect::ReconcileTicket(case.id.clone()),
        };
        let commit = Commit {
            saves: vec![sample::save(Snapshot::Case(Box::new(case)), 0)],
            effects: sample::unleased(vec![effect]),
            ..sample::commit(&tenant())
        };
        store.commit(commit).await.unwrap();
        let engine = Engine::new(ports(&store, HandClock::at(at(0)), outside.clone()), Settings::new("test"));
        engine.run_due(16).await.unwrap();
        let merges: Vec<_> = outside.ledger.lines().into_iter().filter(|line| line.starts_with("merge")).collect();
        assert_eq!(merges, [format!("merge ticket {first} into {known}")]);
    });
}
