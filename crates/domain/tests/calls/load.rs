//! What a night has asked of each person, counted from its cases.

use super::{STRANGER, holding};
use nightdesk_domain::case::{Case, CaseEvent, PageOutcome};
use nightdesk_domain::ids::TechnicianId;
use nightdesk_domain::policy::{Channel, Reach, Way};
use nightdesk_domain::skills::{Load, candidates, loads};
use nightdesk_testkit::sample;
use nightdesk_testkit::script::Night;

fn load(nights: &[&Night], who: &str, minutes_later: i64) -> Load {
    let cases: Vec<Case> = nights.iter().map(|night| night.case().clone()).collect();
    let now = nights[0].now + chrono::Duration::minutes(minutes_later);
    Load::of(&loads(&cases, now), &TechnicianId::parse(who).unwrap())
}

/// In hand, calls tonight, wakes, whether awake.
fn told(load: &Load) -> (u32, u32, u32, bool) {
    (load.open_pages, load.calls_tonight, load.wakes, load.woken_at.is_some())
}

#[test]
fn a_telephone_that_rings_is_in_hand_and_shows_nobody_awake() {
    let night = holding().rings("alex");
    assert_eq!(told(&load(&[&night], "alex", 0)), (1, 1, 0, false));
    assert_eq!(told(&load(&[&night], "bea", 0)), (0, 0, 0, false));
}

#[test]
fn whoever_is_reached_for_one_case_by_several_channels_has_one_in_hand() {
    let mut policy = sample::policy();
    let ways = [(Channel::Call, 0), (Channel::Text, 0), (Channel::Webhook, 120)];
    let ways = ways.map(|(by, after_seconds)| Way { by, after_seconds });
    policy.technicians[0].reach = vec![Reach { priorities: vec![], ways: ways.into() }];
    let night = Night::with(policy).known_as(vec![sample::contact("Dana", "acme-dental", &[STRANGER])]);
    let night = night.call_from(STRANGER).says("our server is down and nobody can work since nine").rings("alex");
    assert_eq!(night.case().pages.len(), 3);
    assert_eq!(told(&load(&[&night], "alex", 0)), (1, 1, 0, false));
    assert_eq!(told(&load(&[&night, &night.clone().accepts()], "alex", 0)).0, 2, "another case is one more");
}

#[test]
fn a_mailbox_and_a_telephone_that_rings_in_vain_wake_nobody() {
    let night = holding().rings("alex").mailbox().rings("bea").ends(PageOutcome::NoAnswer);
    assert_eq!(told(&load(&[&night], "alex", 0)), (0, 1, 0, false));
    assert_eq!(told(&load(&[&night], "bea", 0)), (0, 1, 0, false));
}

#[test]
fn whoever_passes_it_on_was_woken_and_has_nothing_in_hand() {
    let night = holding().rings("alex").picks_up().keys(Some("2"));
    assert_eq!(told(&load(&[&night], "alex", 0)), (0, 1, 1, true));
}

#[test]
fn an_accepted_case_is_in_hand_until_it_is_handled_or_four_hours_have_passed() {
    let night = holding().rings("alex").accepts();
    assert_eq!(told(&load(&[&night], "alex", 60)), (1, 1, 1, true));
    assert_eq!(load(&[&night], "alex", 90).hours_awake(night.now + chrono::Duration::minutes(90)), 1);
    assert_eq!(told(&load(&[&night], "alex", 5 * 60)), (0, 1, 1, true));
    assert_eq!(told(&load(&[&night], "alex", 13 * 60)), (0, 0, 0, false), "another night");
    let night = night.case_event(CaseEvent::MarkedHandled { by: "Morgan".into() });
    assert_eq!(told(&load(&[&night], "alex", 60)), (0, 1, 1, true));
}

#[test]
fn two_calls_within_two_hours_wake_once_and_one_that_comes_later_wakes_again() {
    let first = holding().rings("alex").accepts();
    let later = |minutes: i64| {
        let mut night = holding().rings("alex").accepts();
        let case = night.case.as_mut().unwrap();
        case.pages[0].ordered_at += chrono::Duration::minutes(minutes);
        night
    };
    assert_eq!(told(&load(&[&first, &later(90)], "alex", 100)), (2, 2, 1, true));
    let (first, second) = (first, later(150));
    let counted = load(&[&first, &second], "alex", 160);
    assert_eq!(told(&counted), (2, 2, 2, true));
    assert_eq!(counted.woken_at, Some(second.case().pages[0].ordered_at));
}

#[test]
fn whoever_has_no_number_but_another_way_is_no_gap_for_skills_nor_for_the_rota() {
    use nightdesk_domain::skills::Reach as Reached;
    let mut policy = sample::policy();
    policy.technicians[0].number = None;
    let reach = |policy: &nightdesk_domain::policy::Policy| candidates(policy, &[], &[], &[])[0].reach;
    assert_eq!(reach(&policy), Reached::NoNumber);
    policy.technicians[0].slack = Some("U01ALEX".into());
    assert_eq!(reach(&policy), Reached::Reachable);
    let night = Night::with(policy).known_as(vec![sample::contact("Dana", "acme-dental", &[STRANGER])]);
    let night = night.call_from(STRANGER).says("our server is down and nobody can work since nine");
    night.is_messaged("alex", Channel::Slack);
}

#[test]
fn the_manager_and_whoever_the_rota_does_not_have_are_not_asked_by_skill() {
    use nightdesk_domain::skills::Shift;
    use nightdesk_domain::vocabulary::Category;
    let mut policy = sample::policy();
    let asked = |policy: &nightdesk_domain::policy::Policy, on_rota: &[&str]| -> Vec<(String, bool)> {
        let on_rota: Vec<TechnicianId> = on_rota.iter().map(|id| TechnicianId::parse(id).unwrap()).collect();
        let all = candidates(policy, &[], &[], &on_rota);
        all.iter().map(|one| (one.technician.id.to_string(), one.on_shift)).collect()
    };
    assert_eq!(asked(&policy, &[]), [("alex".to_owned(), true), ("bea".to_owned(), true)]);
    policy.technicians[0].shift = Shift::Rota;
    policy.technicians[1].shift = Shift::Off;
    policy.technicians[2].skills = [(Category::Server, 5)].into();
    let expected = |alex| [("alex".to_owned(), alex), ("bea".to_owned(), false), ("morgan".to_owned(), true)];
    assert_eq!(asked(&policy, &[]), expected(false));
    assert_eq!(asked(&policy, &["alex", "bea"]), expected(true));
}
