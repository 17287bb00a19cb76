//! The simulator itself: the same seed gives the same night, good code survives, planted mistakes are found.
// Tests may unwrap.
#![allow(clippy::unwrap_used, clippy::panic)]

use nightdesk_testkit::sim::{Night, Plant, run};

/// Nights within which a planted mistake must be found; most are in the first, some need a rare night.
const NIGHTS_MAX: u64 = 400;

#[test]
fn a_seed_gives_the_same_night_twice() {
    for seed in 0..6 {
        let (first, second) = (run(&Night::new(seed)), run(&Night::new(seed)));
        assert_eq!(first.trace, second.trace, "seed {seed}");
        assert_eq!(first.schedule, second.schedule, "seed {seed}");
    }
}

#[test]
fn a_recorded_schedule_gives_the_same_night_and_another_schedule_another() {
    let first = run(&Night::new(3));
    let again = run(&Night { schedule: first.schedule.clone(), ..Night::new(3) });
    assert_eq!(first.trace, again.trace);
    let other = run(&Night { schedule: vec![0; first.schedule.len()], ..Night::new(3) });
    assert_ne!(first.schedule, other.schedule);
}

#[test]
fn forty_nights_pass_and_most_of_them_have_something_to_do() {
    let mut cases = 0;
    for seed in 0..40 {
        let report = run(&Night::new(seed));
        assert_eq!(report.failure, None, "seed {seed}");
        cases += report.cases;
    }
    assert!(cases > 40, "only {cases} cases");
}

/// Some night finds the planted mistake, by this invariant.
#[track_caller]
fn is_found(plant: Plant, by: &str) {
    let mut others = Vec::new();
    for seed in 0..NIGHTS_MAX {
        match run(&Night { plant: Some(plant), ..Night::new(seed) }).failure {
            Some((invariant, _)) if invariant == by => return,
            Some((invariant, _)) => others.push(invariant),
            None => {}
        }
    }
    panic!("{plant:?} was found in {NIGHTS_MAX} nights only by {others:?}");
}

#[test]
fn a_store_that_forgets_states_is_found() {
    is_found(Plant::StateNotStored, "an effect is stored only with its state");
}

#[test]
fn a_store_that_acknowledges_what_it_does_not_keep_is_found() {
    is_found(Plant::UnstoredAcknowledged, "a caller hears only what is stored");
}

#[test]
fn a_store_that_checks_no_version_is_found() {
    is_found(Plant::VersionUnchecked, "a replay decides the same");
}

#[test]
fn an_outbox_that_ignores_leases_is_found() {
    is_found(Plant::LeasesIgnored, "an effect is performed only under its lease");
}

#[test]
fn an_outbox_that_believes_its_index_is_found() {
    is_found(Plant::IndexBelieved, "an effect is performed only under its lease");
}

#[test]
fn a_store_that_forgets_deadlines_is_found() {
    is_found(Plant::DeadlinesForgotten, "every case comes to rest");
}

#[test]
fn a_courier_that_repeats_without_looking_is_found() {
    is_found(Plant::TicketNeverFound, "exactly one ticket for each case");
}

#[test]
fn a_carrier_that_takes_a_mailbox_for_a_person_is_found() {
    is_found(Plant::MachinePressesOne, "only a person's acceptance counts");
}

#[test]
fn a_store_that_forgets_a_stop_is_found() {
    is_found(Plant::StopForgotten, "no caller is texted after STOP");
}

#[test]
fn a_webhook_that_forgets_the_report_of_a_lost_text_is_found() {
    is_found(Plant::ReportsForgotten, "a page that failed by itself is followed at once");
}

#[test]
fn a_store_that_forgets_whom_the_carrier_blocks_is_found() {
    is_found(Plant::BlockForgotten, "nobody is paged by text who takes none");
}

#[test]
fn a_critical_case_that_lies_still_is_found() {
    is_found(Plant::DeadlinesForgotten, "a Critical case is worked on or accepted at any time");
}

#[test]
fn a_carrier_that_lists_no_recordings_is_found() {
    is_found(Plant::RecordingsUnlisted, "every recording is a message of one call");
}

#[test]
fn a_recording_that_becomes_two_messages_is_found() {
    is_found(Plant::RecordingsMisfiled, "every recording is a message of one call");
}

#[test]
fn a_link_that_tells_of_an_acceptance_which_is_not_stored_is_found() {
    is_found(Plant::LinkUnstored, "a link says only what is stored");
}

#[test]
fn an_acceptance_of_what_somebody_has_already_is_found() {
    is_found(Plant::OldStateGiven, "an acceptance that comes too late changes nothing");
}
