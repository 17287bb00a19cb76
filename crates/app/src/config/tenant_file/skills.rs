//! What the tenant file says of skills: who knows what, and how much that counts.

use super::checks::Checker;
use super::parts::{SkillMatchPart, TechnicianPart};
use nightdesk_domain::policy::Technician;
use nightdesk_domain::skills::{PROFICIENCY_MAX, TIER_MAX, WEIGHT_MAX, Weights};
use nightdesk_domain::vocabulary::Category;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Most cases that anybody may have in hand.
const LOADS: RangeInclusive<u32> = 1..=20;

/// The points of `[skill_match]`.
pub(super) fn weights(part: &SkillMatchPart, check: &mut Checker) -> Weights {
    let usual = Weights::default();
    let mut weight = |field: &str, written: Option<i64>, usual: u32| {
        within(check, &format!("skill_match.{field}"), written, 0..=WEIGHT_MAX).unwrap_or(usual)
    };
    Weights {
        skill: weight("skill", part.skill, usual.skill),
        tier_short: weight("tier_short", part.tier_short, usual.tier_short),
        tier_spare: weight("tier_spare", part.tier_spare, usual.tier_spare),
        open_page: weight("open_page", part.open_page, usual.open_page),
        call_tonight: weight("call_tonight", part.call_tonight, usual.call_tonight),
        hour_awake: weight("hour_awake", part.hour_awake, usual.hour_awake),
    }
}

/// The person with skills, tier, load and shift as the file has them.
pub(super) fn of_technician(person: Technician, part: &TechnicianPart, field: &str, check: &mut Checker) -> Technician {
    let tiers = 1..=u32::from(TIER_MAX);
    let tier = within(check, &format!("{field}.tier"), part.tier, tiers).and_then(|tier| u8::try_from(tier).ok());
    Technician {
        skills: skills(&part.skills, field, check),
        tier: tier.unwrap_or(person.tier),
        load_max: within(check, &format!("{field}.load_max"), part.load_max, LOADS).unwrap_or(person.load_max),
        shift: part.shift.unwrap_or_default(),
        ..person
    }
}

fn skills(written: &BTreeMap<String, i64>, field: &str, check: &mut Checker) -> BTreeMap<Category, u8> {
    let mut skills = BTreeMap::new();
    for (name, proficiency) in written {
        let setting = format!("{field}.skills.{name:?}");
        let Some(category) = Category::from_label(name) else {
            let known: Vec<&str> = Category::ALL.iter().map(|category| category.label()).collect();
            check.problem(&setting, format!("is none of the categories: {}", known.join(", ")));
            continue;
        };
        let proficiency = within(check, &setting, Some(*proficiency), 0..=u32::from(PROFICIENCY_MAX));
        let Some(proficiency) = proficiency.and_then(|steps| u8::try_from(steps).ok()) else { continue };
        if skills.insert(category, proficiency).is_some() {
            check.problem(&setting, "is listed twice");
        }
    }
    skills
}

/// A whole number within its bounds, if one is written.
fn within(check: &mut Checker, field: &str, written: Option<i64>, bounds: RangeInclusive<u32>) -> Option<u32> {
    let written = written?;
    let fits = u32::try_from(written).ok().filter(|number| bounds.contains(number));
    if fits.is_none() {
        check.problem(field, format!("must be {} to {}", bounds.start(), bounds.end()));
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::super::{DEMO, Problems, Tenant};
    use nightdesk_domain::skills::{Shift, Weights};
    use nightdesk_domain::vocabulary::Category;

    fn with(technician: &str, section: &str) -> Result<Tenant, Problems> {
        let skills_of_alex = "skills = { Server = 5, Backup = 4, VPN = 3 }\ntier = 3";
        assert!(DEMO.contains(skills_of_alex));
        let file = DEMO.replacen(skills_of_alex, technician, 1);
        Tenant::parse(&format!("{file}\n[skill_match]\n{section}"))
    }

    #[test]
    fn skills_tier_load_and_weights_are_read() {
        let technician = "skills = { VPN = 4, \"new device\" = 2 }\ntier = 3\nload_max = 2\nshift = \"rota\"";
        let policy = with(technician, "skill = 20\nhour_awake = 0").unwrap().policy;
        let alex = &policy.technicians[0];
        assert_eq!(alex.proficiency(Category::Vpn), 4);
        assert_eq!(alex.proficiency(Category::NewDevice), 2);
        assert_eq!((alex.tier, alex.load_max, alex.shift), (3, 2, Shift::Rota));
        assert_eq!(policy.skill_match, Weights { skill: 20, hour_awake: 0, ..Weights::default() });
    }

    #[test]
    fn every_problem_with_skills_is_named() {
        let technician = "skills = { Coffee = 4, VPN = 6, Server = -1, MFA = 1, mfa = 2 }\ntier = 4\nload_max = 0";
        let Problems(problems) = with(technician, "skill = 5000").unwrap_err();
        for begins in [
            "technicians[0].skills.\"Coffee\": is none of the categories: Server, UPS,",
            "technicians[0].skills.\"VPN\": must be 0 to 5",
            "technicians[0].skills.\"Server\": must be 0 to 5",
            "technicians[0].skills.\"mfa\": is listed twice",
            "technicians[0].tier: must be 1 to 3",
            "technicians[0].load_max: must be 1 to 20",
            "skill_match.skill: must be 0 to 1000",
        ] {
            assert!(problems.iter().any(|problem| problem.starts_with(begins)), "{begins} is missing in {problems:?}");
        }
        assert!(with("shift = \"sometimes\"", "").is_err());
    }
}
