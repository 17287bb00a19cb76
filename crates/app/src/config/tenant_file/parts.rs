//! The tenant file as it is written: every section, unknown settings refused.

use super::alerts::Alerts;
use super::chat::{Slack, Webhook};
use super::integrations::{ConnectWise, Mail, Model, Transcription, Twilio};
use super::ladders::{BudgetPart, LadderPart, ReachPart};
use nightdesk_domain::policy::PagingPolicy;
use nightdesk_domain::skills::Shift;
use nightdesk_domain::vocabulary::Priority;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) tenant: TenantPart,
    pub(super) greeting: GreetingPart,
    pub(super) business_hours: HoursPart,
    #[serde(default)]
    pub(super) paging: PagingPart,
    pub(super) on_call: OnCallPart,
    /// Read setting by setting, as a schedule file is.
    pub(super) rota: Option<toml::Value>,
    #[serde(default)]
    pub(super) ladders: Vec<LadderPart>,
    #[serde(default)]
    pub(super) skill_match: SkillMatchPart,
    #[serde(default)]
    pub(super) technicians: Vec<TechnicianPart>,
    #[serde(default)]
    pub(super) lines: Vec<LinePart>,
    #[serde(default)]
    pub(super) companies: Vec<CompanyPart>,
    pub(super) twilio: Option<Twilio>,
    pub(super) connectwise: Option<ConnectWise>,
    pub(super) mail: Option<Mail>,
    pub(super) slack: Option<Slack>,
    pub(super) webhook: Option<Webhook>,
    pub(super) model: Option<Model>,
    pub(super) transcription: Option<Transcription>,
    #[serde(default)]
    pub(super) texts: TextsPart,
    #[serde(default)]
    pub(super) alerts: Alerts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TenantPart {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) time_zone: String,
    pub(super) caller_id: String,
    pub(super) emergency_number: String,
    pub(super) office_number: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GreetingPart {
    pub(super) english: String,
    pub(super) spanish: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HoursPart {
    pub(super) days: Vec<String>,
    pub(super) opens: String,
    pub(super) closes: String,
    #[serde(default)]
    pub(super) holidays: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PagingPart {
    pub(super) ring_seconds: u32,
    pub(super) repeat_minutes: u32,
    pub(super) wake_for_high: bool,
    pub(super) calls_max: BudgetPart,
    pub(super) texts_max: BudgetPart,
}

impl Default for PagingPart {
    fn default() -> Self {
        let PagingPolicy { ring_seconds, repeat_minutes, wake_for_high, calls_max, texts_max } =
            PagingPolicy::default();
        let (calls_max, texts_max) = (calls_max.into(), texts_max.into());
        Self { ring_seconds, repeat_minutes, wake_for_high, calls_max, texts_max }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TextsPart {
    pub(super) to_callers: bool,
    pub(super) quiet_hours: Option<QuietPart>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuietPart {
    pub(super) from: String,
    pub(super) until: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OnCallPart {
    pub(super) ladder: Vec<String>,
    pub(super) manager: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TechnicianPart {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) number: Option<String>,
    pub(super) email: Option<String>,
    pub(super) slack: Option<String>,
    #[serde(default)]
    pub(super) reach: Vec<ReachPart>,
    #[serde(default)]
    pub(super) skills: BTreeMap<String, i64>,
    pub(super) tier: Option<i64>,
    pub(super) load_max: Option<i64>,
    pub(super) shift: Option<Shift>,
}

/// Points; what is left out has its default.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SkillMatchPart {
    pub(super) skill: Option<i64>,
    pub(super) tier_short: Option<i64>,
    pub(super) tier_spare: Option<i64>,
    pub(super) open_page: Option<i64>,
    pub(super) call_tonight: Option<i64>,
    pub(super) hour_awake: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinePart {
    pub(super) number: String,
    pub(super) company: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CompanyPart {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) also_called: Vec<String>,
    pub(super) psa_company: Option<String>,
    #[serde(default)]
    pub(super) runbook: RunbookPart,
    #[serde(default)]
    pub(super) contacts: Vec<ContactPart>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RunbookPart {
    pub(super) critical_systems: Vec<String>,
    pub(super) rules: Vec<RulePart>,
    pub(super) out_of_scope: Vec<String>,
    pub(super) notes: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RulePart {
    pub(super) when: String,
    pub(super) priority: Priority,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContactPart {
    pub(super) name: String,
    pub(super) numbers: Vec<String>,
}
