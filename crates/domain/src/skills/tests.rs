//! Skill match: who comes first, who is passed over, and what never changes about it.

use super::*;
use crate::phone::PhoneNumber;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn now() -> DateTime<Utc> {
    "2026-01-15T08:00:00Z".parse().unwrap()
}

fn person(id: &str, skills: &[(Category, u8)], tier: u8) -> Technician {
    Technician {
        number: Some(PhoneNumber::parse("+13125550121").unwrap()),
        skills: skills.iter().copied().collect(),
        tier,
        ..Technician::new(TechnicianId::parse(id).unwrap(), id)
    }
}

fn candidate(technician: &Technician) -> Candidate<'_> {
    Candidate { technician, on_shift: true, reach: Reach::Reachable, load: Load::none(&technician.id) }
}

const VPN_HIGH: Asked = Asked { category: Some(Category::Vpn), priority: Priority::High };

fn order(candidates: &[Candidate<'_>], asked: Asked) -> Vec<String> {
    let ranking = rank(candidates, &asked, &Weights::default(), now());
    ranking.ranked.iter().map(|ranked| ranked.technician.to_string()).collect()
}

#[test]
fn whoever_knows_the_field_best_is_asked_first() {
    let (alex, bea) = (person("alex", &[(Category::Vpn, 2)], 2), person("bea", &[(Category::Vpn, 4)], 2));
    assert_eq!(order(&[candidate(&alex), candidate(&bea)], VPN_HIGH), ["bea", "alex"]);
    let printer = Asked { category: Some(Category::Printer), ..VPN_HIGH };
    assert_eq!(order(&[candidate(&alex), candidate(&bea)], printer), ["alex", "bea"], "nobody knows printers");
}

#[test]
fn somebody_fresh_comes_before_somebody_better_who_was_up_all_night() {
    let (alex, bea) = (person("alex", &[(Category::Vpn, 4)], 2), person("bea", &[(Category::Vpn, 3)], 2));
    let mut tired = candidate(&alex);
    tired.load = Load {
        open_pages: 1,
        calls_tonight: 3,
        wakes: 2,
        woken_at: Some(now() - chrono::TimeDelta::hours(2)),
        ..tired.load
    };
    let ranking = rank(&[tired, candidate(&bea)], &VPN_HIGH, &Weights::default(), now());
    assert_eq!(ranking.ranked[0].technician, bea.id);
    assert_eq!(ranking.ranked[0].score, 30);
    assert_eq!(ranking.ranked[1].score, 40 - 12 - 12 - 6);
    assert_eq!(
        ranking.ranked[1].reasons,
        ["VPN 4 of 5: +40", "tier 2 fits High: +0", "1 in hand: -12", "rung for 3 tonight: -12", "awake for 2 h: -6"]
    );
}

#[test]
fn a_tier_too_low_costs_more_than_one_too_high() {
    let people = [person("junior", &[], 1), person("senior", &[], 3), person("right", &[], 2)];
    let candidates: Vec<_> = people.iter().map(candidate).collect();
    assert_eq!(order(&candidates, VPN_HIGH), ["right", "senior", "junior"]);
    assert_eq!(order(&candidates, Asked { priority: Priority::Medium, ..VPN_HIGH }), ["junior", "right", "senior"]);
}

#[test]
fn who_is_off_full_or_out_of_reach_is_passed_over_and_it_says_why() {
    let people: Vec<Technician> = ["off", "full", "mute", "stopped", "fine"].map(|id| person(id, &[], 2)).into();
    let mut candidates: Vec<_> = people.iter().map(candidate).collect();
    candidates[0].on_shift = false;
    candidates[1].load.open_pages = LOAD_MAX;
    candidates[2].reach = Reach::NoNumber;
    candidates[3].reach = Reach::OptedOut;
    let ranking = rank(&candidates, &VPN_HIGH, &Weights::default(), now());
    assert_eq!(ranking.ranked.len(), 1);
    let said: Vec<String> =
        ranking.skipped.iter().map(|skipped| format!("{} {}", skipped.technician, skipped.why)).collect();
    assert_eq!(
        said,
        [
            "off is off",
            "full has 3 in hand, of 3 at most",
            "mute has no number",
            "stopped has texted STOP, so the carrier blocks texts to the number",
        ]
    );
}

#[test]
fn of_equals_the_one_who_was_woken_less_often_comes_first_then_the_order_of_the_file() {
    let people = ["alex", "bea", "carl"].map(|id| person(id, &[], 2));
    let mut candidates: Vec<_> = people.iter().map(candidate).collect();
    assert_eq!(order(&candidates, VPN_HIGH), ["alex", "bea", "carl"]);
    candidates[0].load.wakes = 1;
    assert_eq!(order(&candidates, VPN_HIGH), ["bea", "carl", "alex"]);
}

#[test]
fn security_and_what_is_critical_go_to_the_on_call_without_scores() {
    let alex = person("alex", &[(Category::Malware, 5)], 3);
    let chosen =
        |category, priority| choose(&[candidate(&alex)], &Asked { category, priority }, &Weights::default(), now());
    for category in [Category::Malware, Category::Breach, Category::Phishing] {
        assert!(matches!(chosen(Some(category), Priority::Low), Choice::Bypass(why) if why.contains("security")));
    }
    for category in [None, Some(Category::Vpn), Some(Category::Server)] {
        assert!(matches!(chosen(category, Priority::Critical), Choice::Bypass(why) if why.contains("Critical")));
        assert!(matches!(chosen(category, Priority::High), Choice::Ranked(_)));
    }
}

fn proficiencies() -> impl Strategy<Value = u8> {
    0..=PROFICIENCY_MAX
}

fn weights() -> impl Strategy<Value = Weights> {
    let weight = || 0..=WEIGHT_MAX;
    (weight(), weight(), weight(), weight(), weight(), weight()).prop_map(
        |(skill, tier_short, tier_spare, open_page, call_tonight, hour_awake)| Weights {
            skill,
            tier_short,
            tier_spare,
            open_page,
            call_tonight,
            hour_awake,
        },
    )
}

/// Proficiency, tier, in hand, calls, wakes, hours awake, reach, shift.
type Drawn = (u8, u8, u32, u32, u32, i64, u8, bool);

fn drawn() -> impl Strategy<Value = Drawn> {
    (proficiencies(), 1..=TIER_MAX, 0..5u32, 0..9u32, 0..5u32, -2..40i64, 0..8u8, prop::bool::weighted(0.8))
}

fn people(drawn: &[Drawn]) -> Vec<Technician> {
    let row = |(place, drawn): (usize, &Drawn)| person(&format!("t{place}"), &[(Category::Vpn, drawn.0)], drawn.1);
    drawn.iter().enumerate().map(row).collect()
}

fn crowd<'a>(people: &'a [Technician], drawn: &[Drawn]) -> Vec<Candidate<'a>> {
    people
        .iter()
        .zip(drawn)
        .map(|(technician, (_, _, open_pages, calls_tonight, wakes, hours, reach, on_shift))| Candidate {
            technician,
            on_shift: *on_shift,
            reach: match reach {
                0 => Reach::NoNumber,
                1 => Reach::OptedOut,
                _ => Reach::Reachable,
            },
            load: Load {
                technician: technician.id.clone(),
                open_pages: *open_pages,
                calls_tonight: *calls_tonight,
                wakes: *wakes,
                woken_at: (*hours >= 0).then(|| now() - chrono::TimeDelta::hours(*hours)),
            },
        })
        .collect()
}

fn place(ranking: &Ranking, id: &TechnicianId) -> Option<usize> {
    ranking.ranked.iter().position(|ranked| ranked.technician == *id)
}

proptest! {
    #[test]
    fn a_better_skill_never_ranks_lower(
        drawn in prop::collection::vec(drawn(), 1..8), weights in weights(), which in any::<prop::sample::Index>(),
    ) {
        let which = which.index(drawn.len());
        let before = people(&drawn);
        let mut better = drawn.clone();
        better[which].0 = (better[which].0 + 1).min(PROFICIENCY_MAX);
        let after = people(&better);
        let id = &before[which].id;
        let was = place(&rank(&crowd(&before, &drawn), &VPN_HIGH, &weights, now()), id);
        let is = place(&rank(&crowd(&after, &better), &VPN_HIGH, &weights, now()), id);
        prop_assert_eq!(was.is_some(), is.is_some());
        prop_assert!(is <= was, "{:?} before, {:?} after", was, is);
    }

    #[test]
    fn more_load_never_ranks_higher(
        drawn in prop::collection::vec(drawn(), 1..8), weights in weights(), which in any::<prop::sample::Index>(),
    ) {
        let which = which.index(drawn.len());
        let people = people(&drawn);
        let mut busier = drawn.clone();
        busier[which].2 += 1;
        busier[which].3 += 1;
        busier[which].4 += 1;
        let id = &people[which].id;
        let was = place(&rank(&crowd(&people, &drawn), &VPN_HIGH, &weights, now()), id);
        let is = place(&rank(&crowd(&people, &busier), &VPN_HIGH, &weights, now()), id);
        // Whoever is full by now is passed over altogether.
        prop_assert!(is.is_none() || is >= was);
    }

    #[test]
    fn everybody_is_either_ranked_or_passed_over_once_and_in_order(
        drawn in prop::collection::vec(drawn(), 0..8), weights in weights(),
    ) {
        let people = people(&drawn);
        let candidates = crowd(&people, &drawn);
        let ranking = rank(&candidates, &VPN_HIGH, &weights, now());
        let mut seen: Vec<&TechnicianId> = ranking.ranked.iter().map(|ranked| &ranked.technician).collect();
        seen.extend(ranking.skipped.iter().map(|skipped| &skipped.technician));
        seen.sort();
        let mut all: Vec<&TechnicianId> = people.iter().map(|person| &person.id).collect();
        all.sort();
        prop_assert_eq!(seen, all);
        let by_id: BTreeMap<_, _> =
            candidates.iter().enumerate().map(|(place, c)| (c.technician.id.clone(), (place, c))).collect();
        for pair in ranking.ranked.windows(2) {
            let key = |ranked: &Ranked| (-ranked.score, by_id[&ranked.technician].1.load.wakes, by_id[&ranked.technician].0);
            prop_assert!(key(&pair[0]) < key(&pair[1]));
        }
        for ranked in &ranking.ranked {
            let (_, candidate) = by_id[&ranked.technician];
            prop_assert!(candidate.on_shift && candidate.reach == Reach::Reachable);
            prop_assert!(candidate.load.open_pages < candidate.technician.load_max);
            // The reasons add up to the score.
            let points = ranked.reasons.iter().map(|reason| reason.rsplit(' ').next().unwrap().parse::<i64>().unwrap());
            prop_assert_eq!(points.sum::<i64>(), ranked.score);
        }
    }
}
