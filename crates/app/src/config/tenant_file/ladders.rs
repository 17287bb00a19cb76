//! Ladders and how each person is reached, as they are written in the tenant file, and what they mean.

use super::checks::Checker;
use super::parts::TechnicianPart;
use nightdesk_domain::ids::TechnicianId;
use nightdesk_domain::policy::{Budget, Channel, Company, Ladder, Reach, Rung, Technician, Way, Who};
use nightdesk_domain::vocabulary::Priority;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Bounds on what can be set, each with its unit in its name.
const RING_SECONDS: std::ops::RangeInclusive<u32> = 10..=60;
const TRIES: std::ops::RangeInclusive<u32> = 1..=5;
const PASSES: std::ops::RangeInclusive<u32> = 1..=5;
const PAUSE_SECONDS: std::ops::RangeInclusive<u32> = 0..=3_600;
const AFTER_SECONDS: std::ops::RangeInclusive<u32> = 0..=600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LadderPart {
    name: String,
    #[serde(default)]
    companies: Vec<String>,
    #[serde(default)]
    priorities: Vec<Priority>,
    #[serde(default)]
    rungs: Vec<RungPart>,
    #[serde(default = "once")]
    passes: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RungPart {
    who: String,
    ring_seconds: Option<u32>,
    #[serde(default = "once")]
    tries: u32,
    #[serde(default)]
    pause_seconds: u32,
}

fn once() -> u32 {
    1
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReachPart {
    #[serde(default)]
    priorities: Vec<Priority>,
    #[serde(default)]
    ways: Vec<WayPart>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WayPart {
    by: Channel,
    #[serde(default)]
    after_seconds: u32,
}

/// How much one telephone gets, as written.
#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub(super) struct BudgetPart {
    per_minute: u32,
    per_quarter: u32,
    per_hour: u32,
}

impl From<Budget> for BudgetPart {
    fn from(Budget { per_minute, per_quarter, per_hour }: Budget) -> Self {
        Self { per_minute, per_quarter, per_hour }
    }
}

pub(super) fn budget(field: &str, part: BudgetPart, check: &mut Checker) -> Budget {
    let BudgetPart { per_minute, per_quarter, per_hour } = part;
    if per_minute == 0 || per_quarter < per_minute || per_hour < per_quarter {
        check.problem(field, "must allow at least one per minute, and no less in a longer time than in a shorter");
    }
    Budget { per_minute, per_quarter, per_hour }
}

/// By which channels a technician is reached.
pub(super) fn reach(field: &str, part: &TechnicianPart, check: &mut Checker) -> Vec<Reach> {
    let mut rules = Vec::new();
    for (place, rule) in part.reach.iter().enumerate() {
        let field = format!("{field}.reach[{place}]");
        if rule.ways.is_empty() {
            check.problem(&format!("{field}.ways"), "name at least one, such as { by = \"call\" }");
        } else if rule.ways.iter().all(|way| way.by == Channel::Webhook) {
            check.problem(&format!("{field}.ways"), "a webhook reaches a channel, not a person; add another way");
        }
        for (nth, way) in rule.ways.iter().enumerate() {
            let field = format!("{field}.ways[{nth}]");
            let lacks = match way.by {
                Channel::Call | Channel::Text => part.number.is_none().then_some("number"),
                Channel::Slack => part.slack.is_none().then_some("slack"),
                Channel::Email => part.email.is_none().then_some("email"),
                Channel::Webhook => None,
            };
            if let Some(lacks) = lacks {
                check.problem(&format!("{field}.by"), format!("needs the technician's setting {lacks}"));
            }
            within(&format!("{field}.after_seconds"), way.after_seconds, &AFTER_SECONDS, check);
        }
        let ways = rule.ways.iter().map(|way| Way { by: way.by, after_seconds: way.after_seconds }).collect();
        rules.push(Reach { priorities: rule.priorities.clone(), ways });
    }
    rules
}

/// Whom a ladder may name.
pub(super) struct Known<'a> {
    pub(super) technicians: &'a [Technician],
    pub(super) companies: &'a [Company],
    pub(super) layers: Vec<&'a str>,
    pub(super) manager: bool,
}

/// The ladders, in the order of the file.
pub(super) fn ladders(parts: &[LadderPart], known: &Known<'_>, check: &mut Checker) -> Vec<Ladder> {
    let mut names = BTreeSet::new();
    let mut ladders = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let field = format!("ladders[{place}]");
        check.named(&format!("{field}.name"), &part.name);
        if !names.insert(part.name.as_str()) {
            check.problem(&format!("{field}.name"), format!("{:?} is used twice", part.name));
        }
        if part.rungs.is_empty() {
            check.problem(&format!("{field}.rungs"), "at least one rung is needed");
        }
        within(&format!("{field}.passes"), part.passes, &PASSES, check);
        let mut companies = Vec::new();
        for (nth, id) in part.companies.iter().enumerate() {
            match known.companies.iter().find(|company| company.id.as_str() == id) {
                Some(company) => companies.push(company.id.clone()),
                None => check.problem(&format!("{field}.companies[{nth}]"), format!("{id:?} is none of the companies")),
            }
        }
        let mut rungs = Vec::new();
        for (nth, rung) in part.rungs.iter().enumerate() {
            let field = format!("{field}.rungs[{nth}]");
            if let Some(seconds) = rung.ring_seconds {
                within(&format!("{field}.ring_seconds"), seconds, &RING_SECONDS, check);
            }
            within(&format!("{field}.tries"), rung.tries, &TRIES, check);
            within(&format!("{field}.pause_seconds"), rung.pause_seconds, &PAUSE_SECONDS, check);
            let Some(who) = check.take(&format!("{field}.who"), who(&rung.who, known)) else { continue };
            let &RungPart { ring_seconds, tries, pause_seconds, .. } = rung;
            rungs.push(Rung { who, ring_seconds, tries, pause_seconds });
        }
        let (name, priorities) = (part.name.clone(), part.priorities.clone());
        ladders.push(Ladder { name, companies, priorities, rungs, passes: part.passes });
    }
    ladders
}

fn who(text: &str, known: &Known<'_>) -> Result<Who, String> {
    match text.split_once(':') {
        Some(("person", id)) => match known.technicians.iter().find(|person| person.id.as_str() == id) {
            Some(person) => Ok(Who::Person(TechnicianId::clone(&person.id))),
            None => Err(format!("{id:?} is none of the technicians")),
        },
        Some(("on-call", layer)) if known.layers.contains(&layer) => Ok(Who::OnCall(layer.to_owned())),
        Some(("on-call", layer)) => Err(format!("{layer:?} is no layer of the rota")),
        None if text == "skill-match" => Ok(Who::SkillMatch),
        None if text == "everybody" => Ok(Who::Everybody),
        None if text == "manager" && known.manager => Ok(Who::Manager),
        None if text == "manager" => Err("on_call.manager names nobody".to_owned()),
        _ => Err(format!("{text:?} is none of person:ID, on-call:LAYER, skill-match, manager, everybody")),
    }
}

fn within(field: &str, value: u32, range: &std::ops::RangeInclusive<u32>, check: &mut Checker) {
    if !range.contains(&value) {
        check.problem(field, format!("must be {} to {}", range.start(), range.end()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DEMO, Problems, Tenant};
    use super::*;

    fn parsed(more: &str) -> Result<Tenant, Vec<String>> {
        Tenant::parse(&format!("{DEMO}\n{more}")).map_err(|Problems(problems)| problems)
    }

    const LADDER: &str = "[[ladders]]\nname = \"acme\"\ncompanies = [\"acme-dental\"]\npriorities = [\"Critical\"]\npasses = 2\n\
                          [[ladders.rungs]]\nwho = \"person:bea\"\nring_seconds = 40\ntries = 2\npause_seconds = 60\n\
                          [[ladders.rungs]]\nwho = \"skill-match\"\n[[ladders.rungs]]\nwho = \"everybody\"\n\
                          [[ladders.rungs]]\nwho = \"manager\"\n";

    #[test]
    fn a_ladder_is_read_with_its_rungs_in_order() {
        let policy = parsed(LADDER).unwrap().policy;
        let [ladder] = policy.ladders.as_slice() else { panic!("one ladder") };
        assert_eq!(
            (ladder.name.as_str(), ladder.passes, ladder.priorities.as_slice()),
            ("acme", 2, &[Priority::Critical][..])
        );
        let bea = TechnicianId::parse("bea").unwrap();
        let first = Rung { who: Who::Person(bea), ring_seconds: Some(40), tries: 2, pause_seconds: 60 };
        let others = [Who::SkillMatch, Who::Everybody, Who::Manager].map(Rung::once);
        assert_eq!(ladder.rungs, [vec![first], others.to_vec()].concat());
        let acme = policy.companies[0].id.clone();
        assert_eq!(policy.ladder_for(Some(&acme), Priority::Critical).name, "acme");
        assert_eq!(policy.ladder_for(Some(&acme), Priority::High).name, "on_call.ladder");
        assert_eq!(policy.ladder_for(None, Priority::Critical).name, "on_call.ladder");
    }

    #[test]
    fn how_a_person_is_reached_is_read_and_the_first_that_fits_counts() {
        let ways = "slack = \"U012\"\nreach = [\n  { priorities = [\"Critical\"], ways = [{ by = \"call\" }, { by = \"text\", after_seconds = 30 }] },\n  \
                    { ways = [{ by = \"slack\" }] },\n]\n";
        let file = DEMO.replacen("name = \"Alex\"\n", &format!("name = \"Alex\"\n{ways}"), 1);
        let policy = Tenant::parse(&file).unwrap().policy;
        let alex = &policy.technicians[0];
        let by = |priority| alex.ways(priority).into_iter().map(|way| (way.by, way.after_seconds)).collect::<Vec<_>>();
        assert_eq!(by(Priority::Critical), [(Channel::Call, 0), (Channel::Text, 30)]);
        assert_eq!(by(Priority::High), [(Channel::Slack, 0)]);
        assert_eq!(policy.technicians[1].ways(Priority::Low), [Way { by: Channel::Call, after_seconds: 0 }]);
    }

    #[test]
    fn what_is_wrong_with_a_ladder_is_named_by_its_field() {
        for (wrong, field) in [
            (LADDER.replace("acme-dental", "nowhere"), "ladders[0].companies[0]"),
            (LADDER.replace("person:bea", "person:nobody"), "ladders[0].rungs[0].who"),
            (LADDER.replace("person:bea", "on-call:nights"), "ladders[0].rungs[0].who"),
            (LADDER.replace("skill-match", "the boss"), "ladders[0].rungs[1].who"),
            (LADDER.replace("tries = 2", "tries = 0"), "ladders[0].rungs[0].tries"),
            (LADDER.replace("pause_seconds = 60", "pause_seconds = 86400"), "ladders[0].rungs[0].pause_seconds"),
            (LADDER.replace("ring_seconds = 40", "ring_seconds = 5"), "ladders[0].rungs[0].ring_seconds"),
            (LADDER.replace("passes = 2", "passes = 0"), "ladders[0].passes"),
            (format!("{LADDER}{LADDER}"), "ladders[1].name"),
            ("[[ladders]]\nname = \"empty\"\n".to_owned(), "ladders[0].rungs"),
        ] {
            let problems = parsed(&wrong).unwrap_err();
            assert!(problems.iter().any(|problem| problem.starts_with(field)), "{field} is missing in {problems:?}");
        }
        assert!(parsed(&LADDER.replace("Critical", "Catastrophe")).unwrap_err()[0].contains("Catastrophe"));
    }

    #[test]
    fn what_is_wrong_with_a_way_or_a_budget_is_named_by_its_field() {
        let with =
            |reach: &str| DEMO.replacen("name = \"Alex\"\n", &format!("name = \"Alex\"\nreach = [{reach}]\n"), 1);
        for (file, field) in [
            (with("{ ways = [] }"), "technicians[0].reach[0].ways"),
            (with("{ ways = [{ by = \"slack\" }] }"), "technicians[0].reach[0].ways[0].by"),
            (with("{ ways = [{ by = \"webhook\" }] }"), "technicians[0].reach[0].ways"),
            (
                with("{ ways = [{ by = \"call\", after_seconds = 601 }] }"),
                "technicians[0].reach[0].ways[0].after_seconds",
            ),
            (
                DEMO.replacen(
                    "[paging]\n",
                    "[paging]\ncalls_max = { per_minute = 3, per_quarter = 2, per_hour = 9 }\n",
                    1,
                ),
                "paging.calls_max",
            ),
        ] {
            let Problems(problems) = Tenant::parse(&file).unwrap_err();
            assert!(problems.iter().any(|problem| problem.starts_with(field)), "{field} is missing in {problems:?}");
        }
    }
}
