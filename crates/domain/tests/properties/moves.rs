//! Random nights: one thing that happens after the other, told relative to the state in which it meets the night.

use nightdesk_domain::call::{CallEvent, News, Recording, Speech};
use nightdesk_domain::case::{CaseEvent, PageEvent, PageOutcome, PageState, Promise};
use nightdesk_domain::effect::Outcome;
use nightdesk_domain::ids::{EffectId, LegId, OwnerId, RecordingId, TechnicianId};
use nightdesk_domain::model::Opinion;
use nightdesk_domain::vocabulary::Priority;
use nightdesk_testkit::script::Night;
use proptest::prelude::*;

/// What callers say and what recognisers make of it.
pub(crate) const SENTENCES: &[&str] = &[
    "our server is down and nobody can work",
    "all our files are encrypted",
    "there is smoke in the server room",
    "my printer is jammed, no rush",
    "call me tomorrow at ten",
    "this is dana at acme dental",
    "operator",
    "can i leave a voicemail",
    "yes",
    "no",
    "español por favor",
    "english please",
    "something is wrong here, we get weird errors",
    "it works again now thanks",
    "okay i will try that",
    "3 1 2 5 5 5 0 1 4 2",
    "just me",
    "since nine",
    "",
    "mm",
    "\u{0}\u{1F525}\u{202E} ¿qué? 9999999999999999999999",
];

const PRIORITIES: &[Priority] = &[Priority::Low, Priority::Medium, Priority::High, Priority::Critical];

const KEYS: &[&str] = &["0", "1", "2", "3", "*", "#", "3125550142#", "99999999999999999999999", "x"];

/// One thing that happens, told relative to the state in which it meets the night.
#[derive(Debug, Clone)]
pub(crate) enum Move {
    Says { stale_turns: u32, sentence: usize, confidence: Option<u8> },
    Presses { stale_turns: u32, keys: usize },
    Silent,
    Overheard { stale_turns: u32, sentence: usize },
    OfficeRang(bool),
    Recorded { stale_turns: u32, seconds: Option<u32> },
    Transcribed(Option<usize>),
    Opined { stale_turns: u32, priority: usize },
    LeftRoom { stale_turns: u32 },
    HungUp,
    News(u8),
    Page { back: u32, event: PageMove },
    RoomOfCaller(bool),
    RoomOfTechnician(bool),
    Settled { back: u32, refused: bool },
    Handled,
    CallbackDone,
    CallbackMoved { stale: u32, minutes: i64 },
    Ticks,
    Waits(i64),
}

#[derive(Debug, Clone)]
pub(crate) enum PageMove {
    Answered,
    Machine(bool),
    Keyed { stale_turns: u32, keys: usize },
    Spoken(bool),
    LeftRoom,
    Ended(PageOutcome),
}

fn outcome() -> impl Strategy<Value = PageOutcome> {
    use PageOutcome::*;
    prop::sample::select(vec![NoAnswer, NoInput, Busy, Failed, Machine])
}

fn page_move() -> impl Strategy<Value = PageMove> {
    prop_oneof![
        3 => Just(PageMove::Answered),
        1 => any::<bool>().prop_map(PageMove::Machine),
        4 => (stale(), 0..KEYS.len()).prop_map(|(stale_turns, keys)| PageMove::Keyed { stale_turns, keys }),
        1 => any::<bool>().prop_map(PageMove::Spoken),
        1 => Just(PageMove::LeftRoom),
        2 => outcome().prop_map(PageMove::Ended),
    ]
}

/// Mostly the present turn, sometimes an older one.
fn stale() -> impl Strategy<Value = u32> {
    prop_oneof![5 => Just(0u32), 1 => 1u32..4]
}

fn one_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        8 => (stale(), 0..SENTENCES.len(), prop::option::of(0u8..100))
            .prop_map(|(stale_turns, sentence, confidence)| Move::Says { stale_turns, sentence, confidence }),
        3 => (stale(), 0..KEYS.len()).prop_map(|(stale_turns, keys)| Move::Presses { stale_turns, keys }),
        2 => Just(Move::Silent),
        2 => (stale(), 0..SENTENCES.len()).prop_map(|(stale_turns, sentence)| Move::Overheard { stale_turns, sentence }),
        1 => any::<bool>().prop_map(Move::OfficeRang),
        2 => (stale(), prop::option::of(0u32..100)).prop_map(|(stale_turns, seconds)| Move::Recorded { stale_turns, seconds }),
        2 => prop::option::of(0..SENTENCES.len()).prop_map(Move::Transcribed),
        1 => stale().prop_map(|stale_turns| Move::LeftRoom { stale_turns }),
        2 => (stale(), 0..PRIORITIES.len()).prop_map(|(stale_turns, priority)| Move::Opined { stale_turns, priority }),
        2 => Just(Move::HungUp),
        1 => (0u8..6).prop_map(Move::News),
        8 => (stale(), page_move()).prop_map(|(back, event)| Move::Page { back, event }),
        3 => any::<bool>().prop_map(Move::RoomOfCaller),
        3 => any::<bool>().prop_map(Move::RoomOfTechnician),
        3 => (stale(), any::<bool>()).prop_map(|(back, refused)| Move::Settled { back, refused }),
        1 => Just(Move::Handled),
        1 => Just(Move::CallbackDone),
        2 => (stale(), -60i64..3_000).prop_map(|(stale, minutes)| Move::CallbackMoved { stale, minutes }),
        2 => Just(Move::Ticks),
        4 => prop_oneof![0i64..30, 30i64..400, 400i64..5000, 5_000i64..150_000].prop_map(Move::Waits),
    ]
}

pub(crate) fn moves() -> impl Strategy<Value = Vec<Move>> {
    prop::collection::vec(one_move(), 1..50)
}

/// An event for one of the machines.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    Call(CallEvent),
    Case(CaseEvent),
}

/// The event that a move means now; none where it only passes time.
pub(crate) fn event(night: &Night, made: &Move) -> Option<Event> {
    let turn = |stale: u32| night.call().turn.saturating_sub(stale);
    let speech = |sentence: usize, confidence_percent| Speech { words: SENTENCES[sentence].into(), confidence_percent };
    let newest = night.case.as_ref().map_or(0, |case| case.pages_ordered);
    let leg = |page: u32| LegId::parse(&format!("leg-{page}")).unwrap();
    let said = |stale, words, keys: Option<usize>| {
        Event::Call(CallEvent::Said {
            turn: turn(stale),
            heard: Default::default(),
            words,
            keys: keys.map(|keys| KEYS[keys].into()),
        })
    };
    let recording = || RecordingId::parse("RE1").unwrap();
    Some(match made {
        Move::Says { stale_turns, sentence, confidence } => {
            said(*stale_turns, Some(speech(*sentence, *confidence)), None)
        }
        Move::Presses { stale_turns, keys } => said(*stale_turns, None, Some(*keys)),
        Move::Silent => said(0, None, None),
        Move::Overheard { stale_turns, sentence } => Event::Call(CallEvent::Overheard {
            turn: turn(*stale_turns),
            sequence: 1,
            words: SENTENCES[*sentence].into(),
        }),
        Move::OfficeRang(answered) => Event::Call(CallEvent::OfficeRang { turn: turn(0), answered: *answered }),
        Move::Recorded { stale_turns, seconds } => Event::Call(CallEvent::Recorded {
            turn: turn(*stale_turns),
            recording: seconds.map(|seconds| Recording { id: recording(), seconds }),
        }),
        Move::Transcribed(words) => Event::Call(CallEvent::Transcribed {
            recording: recording(),
            words: words.map(|words| SENTENCES[words].into()),
        }),
        Move::Opined { stale_turns, priority } => Event::Call(CallEvent::Opined {
            turns: night.call().turns_asked_about.saturating_sub(*stale_turns),
            opinion: Opinion {
                priority: PRIORITIES[*priority],
                category: None,
                gist: "a sentence".into(),
                because: "a reason".into(),
            },
        }),
        Move::LeftRoom { stale_turns } => Event::Call(CallEvent::LeftRoom { turn: turn(*stale_turns) }),
        Move::HungUp => Event::Call(CallEvent::HungUp),
        // News that the case never sent: a forged or a repeated one.
        Move::News(number) => Event::Call(CallEvent::News {
            number: u32::from(*number),
            news: News::Unreached(TechnicianId::parse("alex").unwrap()),
        }),
        Move::Page { back, event } => {
            let page = newest.saturating_sub(*back);
            let listening = night.case.as_ref().and_then(|case| case.page(page)).map_or(1, |page| match page.state {
                PageState::Briefing { turn, .. } => turn,
                _ => 1,
            });
            Event::Case(CaseEvent::Page { page, event: page_event(event, leg(page), listening) })
        }
        Move::RoomOfCaller(entered) => Event::Case(CaseEvent::Room { leg: night.call().id.leg(), entered: *entered }),
        Move::RoomOfTechnician(entered) => Event::Case(CaseEvent::Room { leg: leg(newest), entered: *entered }),
        Move::Settled { back, refused } => {
            let case = night.case.as_ref()?;
            let effect = EffectId {
                owner: OwnerId::Case(case.id.clone()),
                number: case.pages.iter().rev().nth(*back as usize).map_or(1, |page| page.effect),
            };
            let outcome = if *refused {
                Outcome::GivenUp("refused".into())
            } else {
                Outcome::PagePlaced(leg(newest.saturating_sub(*back)))
            };
            Event::Case(CaseEvent::Settled { effect, outcome })
        }
        Move::Handled => Event::Case(CaseEvent::MarkedHandled { by: "Morgan".into() }),
        Move::CallbackDone => Event::Case(CaseEvent::CallbackDone { by: "Bea".into() }),
        Move::CallbackMoved { stale, minutes } => {
            let moved = night.case.as_ref()?.callback.as_ref().map_or(0, |owed| owed.moved);
            let from = night.now + chrono::Duration::minutes(*minutes);
            let to = Promise { from, until: (minutes % 3 == 0).then(|| from + chrono::Duration::hours(2)) };
            Event::Case(CaseEvent::CallbackMoved { number: (moved + 1).saturating_sub(*stale), to, by: "Bea".into() })
        }
        Move::Ticks => Event::Case(CaseEvent::Tick),
        Move::Waits(_) => return None,
    })
}

fn page_event(made: &PageMove, leg: LegId, listening: u32) -> PageEvent {
    match made {
        PageMove::Answered => PageEvent::Answered { leg },
        PageMove::Machine(machine) => PageEvent::MachineHint(*machine),
        PageMove::Keyed { stale_turns, keys } => PageEvent::Keyed {
            turn: listening.saturating_sub(*stale_turns),
            keys: Some(KEYS[*keys].to_owned()),
            words: None,
        },
        PageMove::Spoken(accepts) => PageEvent::Keyed {
            turn: listening,
            keys: None,
            words: Some(if *accepts { "accept" } else { "hello?" }.into()),
        },
        PageMove::LeftRoom => PageEvent::LeftRoom,
        PageMove::Ended(outcome) => PageEvent::Ended(*outcome),
    }
}
