//! Texts to callers: `[texts]` of the tenant file.

use super::checks::Checker;
use super::parts::TextsPart;
use chrono::NaiveTime;
use nightdesk_domain::consent::{QuietHours, TextsPolicy};

/// What the tenant wants; quiet hours that are left out are the usual ones.
pub(super) fn policy(part: &TextsPart, check: &mut Checker) -> TextsPolicy {
    let mut time = |field: &str, text: &str| {
        let read = NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| format!("{text:?} is no time like \"21:00\""));
        check.take(field, read)
    };
    let quiet_hours = part.quiet_hours.as_ref().and_then(|part| {
        let (from, until) = (time("texts.quiet_hours.from", &part.from), time("texts.quiet_hours.until", &part.until));
        Some(QuietHours { from: from?, until: until? })
    });
    TextsPolicy { to_callers: part.to_callers, quiet_hours: quiet_hours.unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::super::DEMO;
    use super::super::Tenant;

    fn texts(section: &str) -> Result<nightdesk_domain::consent::TextsPolicy, String> {
        Tenant::parse(&format!("{DEMO}\n{section}"))
            .map(|tenant| tenant.policy.texts)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn nobody_is_texted_unless_the_tenant_says_so() {
        let silent = texts("").unwrap();
        assert!(!silent.to_callers);
        assert_eq!(silent.quiet_hours, nightdesk_domain::consent::QuietHours::default());
        let asked = texts("[texts]\nto_callers = true\nquiet_hours = { from = \"22:30\", until = \"07:00\" }").unwrap();
        assert!(asked.to_callers);
        assert_eq!(
            (asked.quiet_hours.from.to_string(), asked.quiet_hours.until.to_string()),
            ("22:30:00".into(), "07:00:00".into())
        );
    }

    #[test]
    fn a_wrong_time_is_refused_by_its_field() {
        let error = texts("[texts]\nquiet_hours = { from = \"9 pm\", until = \"25:00\" }").unwrap_err();
        for field in ["texts.quiet_hours.from: \"9 pm\"", "texts.quiet_hours.until: \"25:00\""] {
            assert!(error.contains(field), "{field} is missing in {error}");
        }
        assert!(texts("[texts]\nto_caller = true").is_err(), "an unknown setting");
    }
}
