//! What earlier builds stored, this build still reads; and a format that changed has a number of its own.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what it expects by failing")]

use nightdesk_domain::call::{Call, CallState};
use nightdesk_domain::case::{Case, CaseEvent, PageOutcome, PageState, Work};
use nightdesk_ports::{SNAPSHOT_FORMAT, Snapshot};
use nightdesk_testkit::sample;
use nightdesk_testkit::script::Night;

/// One golden file per format, the oldest first.
const GOLDEN: &[(u32, &str)] =
    &[(1, include_str!("../golden/snapshot-v1.json")), (2, include_str!("../golden/snapshot-v2.json"))];

const ADVICE: &str = "If the change is wanted and no build with the present format was ever given away, write the \
    newest golden file again (cargo test -p nightdesk-testkit --test golden_snapshot -- --ignored). \
    Otherwise raise SNAPSHOT_FORMAT, teach the stores to read the older format, add \
    crates/testkit/golden/snapshot-vN.json, and never edit an older one.";

/// A night in which nearly every field of both machines holds something.
fn rich_night() -> Night {
    let mut policy = sample::policy();
    policy.technicians[1].number = None;
    Night::with(policy)
        .call_withheld()
        .says("se cayó el servidor desde las nueve y nadie puede trabajar")
        .presses("3125550142#")
        .says("soy Dana de Acme Dental")
        .rings("alex")
        .mailbox()
        .rings("morgan")
        .picks_up()
        .begins("también los teléfonos")
}

fn rich() -> (Call, Case) {
    let night = rich_night();
    (night.call().clone(), night.case().clone())
}

/// States of other nights that a store may hold: each a call and perhaps its case.
fn others() -> Vec<Night> {
    let caller = || Night::new().call_from("+13125550142");
    let ladder = || caller().says("this is dana at acme dental our server is down since nine and nobody can work");
    // A call promised for nine in the morning, so many seconds after two at night.
    let callback = |seconds: i64| {
        let night = caller().says("this is dana at acme dental, my printer is jammed, no rush, call me at nine");
        night.is_silent().is_silent().hangs_up().seconds_pass(seconds)
    };
    vec![
        caller(),
        caller().says("this is dana at acme dental, my printer is jammed, no rush, call me tomorrow at ten"),
        caller().presses("*").leaves_message(Some(12)),
        caller().presses("*").leaves_message(Some(12)).hangs_up(),
        ladder().rings("alex").accepts(),
        ladder().rings("alex").accepts().joined(),
        ladder().rings("alex").accepts().hangs_up(),
        ladder().seconds_pass(600),
        callback(5 * 3600 + 59 * 60),
        callback(6 * 3600 + 3600),
        callback(6 * 3600 + 3600 + 900),
        callback(6 * 3600 + 3600).case_event(CaseEvent::CallbackDone { by: "Bea".into() }),
    ]
}

fn written() -> String {
    let nights = std::iter::once(rich_night()).chain(others());
    let mut snapshots = Vec::new();
    for night in nights {
        snapshots.push(Snapshot::Call(Box::new(night.call().clone())));
        snapshots.extend(night.case.clone().map(|case| Snapshot::Case(Box::new(case))));
    }
    let mut text = serde_json::to_string_pretty(&snapshots).unwrap();
    text.push('\n');
    text
}

#[test]
fn every_format_that_was_ever_stored_has_a_golden_file() {
    let formats: Vec<u32> = GOLDEN.iter().map(|(format, _)| *format).collect();
    assert_eq!(formats, (1..=SNAPSHOT_FORMAT).collect::<Vec<_>>(), "{ADVICE}");
}

#[test]
fn this_build_reads_every_golden_file_and_loses_nothing_of_it() {
    for (format, text) in GOLDEN {
        let stored: serde_json::Value = serde_json::from_str(text).unwrap();
        let read: Vec<Snapshot> = match serde_json::from_value(stored.clone()) {
            Ok(read) => read,
            Err(error) => panic!("snapshots of format {format} can no longer be read: {error}. {ADVICE}"),
        };
        assert!(read.len() > 10, "a golden file holds a call and a case in many states");
        if *format == SNAPSHOT_FORMAT {
            let again = serde_json::to_value(&read).unwrap();
            assert_eq!(again, stored, "snapshots of format {format} are written differently now. {ADVICE}");
        }
    }
}

#[test]
fn the_golden_file_holds_rich_states() {
    let read: Vec<Snapshot> = serde_json::from_str(GOLDEN[0].1).unwrap();
    let Some(Snapshot::Call(call)) = read.first() else { panic!("a call comes first") };
    assert!(matches!(call.state, CallState::Holding { .. } | CallState::Asking { .. }), "{:?}", call.state);
    assert!(call.overheard.is_some() && call.number_given.is_some() && !call.news.is_empty());
    let Some(Snapshot::Case(case)) = read.get(1) else { panic!("its case follows") };
    assert!(matches!(case.work, Work::Paging { .. }));
    assert!(matches!(case.pages[0].state, PageState::Ended { outcome: PageOutcome::Machine, .. }));
    assert!(matches!(case.pages[1].state, PageState::Briefing { .. }));
    assert_eq!(case.brief.name.as_ref().map(|name| name.reveal()), Some("Dana"));
}

/// Not a check of stored data, but of its coverage: a field that is new shows here first.
#[test]
fn what_this_build_writes_has_the_fields_of_the_newest_golden_file() {
    let fields = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default()
    };
    let golden: serde_json::Value = serde_json::from_str(GOLDEN[GOLDEN.len() - 1].1).unwrap();
    let (call, case) = rich();
    let (call, case) = (serde_json::to_value(call).unwrap(), serde_json::to_value(case).unwrap());
    assert_eq!(fields(&call), fields(&golden[0]["call"]), "a call has other fields. {ADVICE}");
    assert_eq!(fields(&case), fields(&golden[1]["case"]), "a case has other fields. {ADVICE}");
    let (page, brief) = (&case["pages"][0], &case["brief"]);
    assert_eq!(fields(page), fields(&golden[1]["case"]["pages"][0]), "a page has other fields. {ADVICE}");
    assert_eq!(fields(brief), fields(&golden[1]["case"]["brief"]), "a brief has other fields. {ADVICE}");
}

#[test]
#[ignore = "writes the golden file of a format that no build has given away yet"]
fn write_the_newest_golden_file() {
    let path = format!("{}/golden/snapshot-v{SNAPSHOT_FORMAT}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::write(path, written()).unwrap();
}
