//! The tenant file: TOML that an owner writes, checked as a whole, every problem named at once.

use super::SecretRef;
use chrono::{NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;
use nightdesk_adapters_connectwise::ConnectWiseConfig;
use nightdesk_adapters_twilio::TwilioAccount;
use nightdesk_domain::facts::Contact;
use nightdesk_domain::ids::{CompanyId, TechnicianId, TenantId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::{
    BusinessHours, CallbackPolicy, Company, Greeting, Line, ModelPolicy, PagingPolicy, Policy, Runbook, RunbookRule,
    Technician, TranscriptionBy,
};
use nightdesk_domain::private::Private;
use nightdesk_domain::vocabulary::Priority;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The demo tenant, used when no file is given.
pub const DEMO: &str = include_str!("../../demo.toml");

/// Everything that is wrong with a tenant file, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.0.iter().enumerate() {
            writeln!(f, "{:>3}. {problem}", number + 1)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// A tenant as its file describes it.
#[derive(Debug)]
pub struct Tenant {
    /// What is stored as a policy version.
    pub policy: Policy,
    /// What is stored beside it.
    pub contacts: Vec<Contact>,
    /// The text that all this was read from.
    pub file: String,
    /// The carrier; none: the simulated network.
    pub twilio: Option<Twilio>,
    /// The ticketing system; none: the built-in ticket desk.
    pub connectwise: Option<ConnectWise>,
}

/// `[twilio]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Twilio {
    account_sid: String,
    auth_token: SecretRef,
    previous_auth_token: Option<SecretRef>,
}

/// `[connectwise]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectWise {
    base_url: String,
    company: String,
    public_key: String,
    private_key: SecretRef,
    client_id: String,
    #[serde(default)]
    catch_all_company: String,
    board: String,
    source: String,
    status_open: String,
    status_pending: String,
    status_closed: String,
    priorities: BTreeMap<Priority, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tenant: TenantPart,
    greeting: GreetingPart,
    business_hours: HoursPart,
    #[serde(default)]
    paging: PagingPart,
    on_call: OnCallPart,
    #[serde(default)]
    technicians: Vec<TechnicianPart>,
    #[serde(default)]
    lines: Vec<LinePart>,
    #[serde(default)]
    companies: Vec<CompanyPart>,
    twilio: Option<Twilio>,
    connectwise: Option<ConnectWise>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TenantPart {
    id: String,
    name: String,
    time_zone: String,
    caller_id: String,
    emergency_number: String,
    office_number: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GreetingPart {
    english: String,
    spanish: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HoursPart {
    days: Vec<String>,
    opens: String,
    closes: String,
    #[serde(default)]
    holidays: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PagingPart {
    ring_seconds: u32,
    repeat_minutes: u32,
    wake_for_high: bool,
}

impl Default for PagingPart {
    fn default() -> Self {
        let PagingPolicy { ring_seconds, repeat_minutes, wake_for_high } = PagingPolicy::default();
        Self { ring_seconds, repeat_minutes, wake_for_high }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnCallPart {
    ladder: Vec<String>,
    manager: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TechnicianPart {
    id: String,
    name: String,
    number: Option<String>,
    email: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LinePart {
    number: String,
    company: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CompanyPart {
    id: String,
    name: String,
    #[serde(default)]
    also_called: Vec<String>,
    psa_company: Option<String>,
    #[serde(default)]
    runbook: RunbookPart,
    #[serde(default)]
    contacts: Vec<ContactPart>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RunbookPart {
    critical_systems: Vec<String>,
    rules: Vec<RulePart>,
    out_of_scope: Vec<String>,
    notes: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulePart {
    when: String,
    priority: Priority,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContactPart {
    name: String,
    numbers: Vec<String>,
}

/// Collects problems while values are read.
#[derive(Default)]
struct Checker {
    problems: Vec<String>,
}

impl Checker {
    fn problem(&mut self, field: &str, what: impl fmt::Display) {
        self.problems.push(format!("{field}: {what}"));
    }

    fn take<T, E: fmt::Display>(&mut self, field: &str, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.problem(field, error)).ok()
    }

    fn number(&mut self, field: &str, text: &str) -> Option<PhoneNumber> {
        self.take(field, PhoneNumber::parse(text))
    }

    fn named(&mut self, field: &str, text: &str) {
        if text.trim().is_empty() {
            self.problem(field, "must not be empty");
        }
    }
}

impl Tenant {
    /// Reads a tenant file; gives the tenant, or every problem at once. Secrets are not read here.
    pub fn parse(text: &str) -> Result<Tenant, Problems> {
        let read: File = toml::from_str(text).map_err(|error| Problems(vec![error.to_string()]))?;
        let mut check = Checker::default();
        let policy = policy(&read, &mut check);
        let contacts = contacts(&read, &mut check);
        match policy {
            Some(policy) if check.problems.is_empty() => Ok(Tenant {
                policy,
                contacts,
                file: text.to_owned(),
                twilio: read.twilio,
                connectwise: read.connectwise,
            }),
            _ => Err(Problems(check.problems)),
        }
    }

    /// The carrier's account, its secrets read.
    pub fn twilio_account(&self) -> Option<Result<TwilioAccount, String>> {
        self.twilio.as_ref().map(|twilio| {
            let token = twilio.auth_token.read().map_err(|why| format!("twilio.auth_token: {why}"))?;
            let previous = twilio.previous_auth_token.as_ref().map(SecretRef::read).transpose();
            let previous = previous.map_err(|why| format!("twilio.previous_auth_token: {why}"))?;
            TwilioAccount::new(&twilio.account_sid, token, previous).map_err(|why| format!("twilio: {why}"))
        })
    }

    /// The ticketing system's settings, its secret read; every problem at once.
    pub fn connectwise_config(&self) -> Option<Result<ConnectWiseConfig, Vec<String>>> {
        self.connectwise.as_ref().map(|part| {
            let private_key = part.private_key.read().map_err(|why| vec![format!("connectwise.private_key: {why}")])?;
            let config = ConnectWiseConfig {
                base_url: part.base_url.clone(),
                company: part.company.clone(),
                public_key: part.public_key.clone(),
                private_key,
                client_id: part.client_id.clone(),
                catch_all_company: part.catch_all_company.clone(),
                board: part.board.clone(),
                status_open: part.status_open.clone(),
                status_pending: part.status_pending.clone(),
                status_closed: part.status_closed.clone(),
                priorities: part.priorities.clone(),
                source: part.source.clone(),
            };
            match config.problems() {
                problems if problems.is_empty() => Ok(config),
                problems => Err(problems.into_iter().map(|problem| format!("connectwise: {problem}")).collect()),
            }
        })
    }

    /// What the secrets and the integrations' settings lack, as far as this machine can tell.
    pub fn integration_problems(&self) -> Vec<String> {
        let twilio = self.twilio_account().and_then(Result::err);
        let connectwise = self.connectwise_config().and_then(Result::err).unwrap_or_default();
        twilio.into_iter().chain(connectwise).collect()
    }
}

fn policy(file: &File, check: &mut Checker) -> Option<Policy> {
    let part = &file.tenant;
    let tenant = check.take("tenant.id", TenantId::parse(&part.id));
    check.named("tenant.name", &part.name);
    let zone = part
        .time_zone
        .parse::<Tz>()
        .map_err(|_| format!("{:?} is no IANA time zone; one is \"America/Chicago\"", part.time_zone));
    let time_zone = check.take("tenant.time_zone", zone);
    let caller_id = check.number("tenant.caller_id", &part.caller_id);
    let emergency = check.number("tenant.emergency_number", &part.emergency_number);
    let office = part.office_number.as_deref().and_then(|number| check.number("tenant.office_number", number));
    let business_hours = hours(&file.business_hours, check);
    let callback = business_hours.as_ref().map(CallbackPolicy::for_hours).unwrap_or_default();
    let companies = companies(file, check);
    let technicians = technicians(file, check);
    let known: BTreeSet<&str> = technicians.iter().map(|technician| technician.id.as_str()).collect();
    let mut person = |field: String, id: &String| {
        if known.contains(id.as_str()) {
            return TechnicianId::parse(id).ok();
        }
        check.problem(&field, format!("{id:?} is none of the technicians"));
        None
    };
    let ladder: Vec<TechnicianId> = file
        .on_call
        .ladder
        .iter()
        .enumerate()
        .filter_map(|(place, id)| person(format!("on_call.ladder[{place}]"), id))
        .collect();
    let manager = file.on_call.manager.as_ref().and_then(|id| person("on_call.manager".to_owned(), id));
    let reachable = |id: &TechnicianId| technicians.iter().any(|t| &t.id == id && t.number.is_some());
    if !ladder.iter().chain(&manager).any(reachable) {
        check.problem("on_call", "nobody on the ladder has a number: no emergency would reach a person");
    }
    let lines = lines(file, &companies, check);
    let paging = &file.paging;
    if !(10..=60).contains(&paging.ring_seconds) {
        check.problem("paging.ring_seconds", "must be 10 to 60 seconds");
    }
    if !(1..=240).contains(&paging.repeat_minutes) {
        check.problem("paging.repeat_minutes", "must be 1 to 240 minutes");
    }
    Some(Policy {
        tenant: tenant?,
        version: 0,
        name: part.name.clone(),
        time_zone: time_zone?,
        business_hours: business_hours?,
        callback,
        greeting: Greeting { english: file.greeting.english.clone(), spanish: file.greeting.spanish.clone() },
        lines,
        caller_id: caller_id?,
        office,
        emergency: emergency?,
        companies,
        technicians,
        ladder,
        manager,
        paging: PagingPolicy {
            ring_seconds: paging.ring_seconds,
            repeat_minutes: paging.repeat_minutes,
            wake_for_high: paging.wake_for_high,
        },
        model: ModelPolicy::default(),
        transcription: TranscriptionBy::Carrier,
    })
}

fn hours(part: &HoursPart, check: &mut Checker) -> Option<BusinessHours> {
    let mut days = Vec::new();
    for (place, day) in part.days.iter().enumerate() {
        let read = day.parse::<Weekday>().map_err(|_| format!("{day:?} is no weekday; one is \"Mon\""));
        days.extend(check.take(&format!("business_hours.days[{place}]"), read));
    }
    let mut time = |field: &str, text: &str| {
        let read = NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| format!("{text:?} is no time like \"08:00\""));
        check.take(field, read)
    };
    let opens = time("business_hours.opens", &part.opens);
    let closes = time("business_hours.closes", &part.closes);
    let mut holidays = Vec::new();
    for (place, date) in part.holidays.iter().enumerate() {
        let read = date.parse::<NaiveDate>().map_err(|_| format!("{date:?} is no date like \"2026-12-25\""));
        holidays.extend(check.take(&format!("business_hours.holidays[{place}]"), read));
    }
    let (opens, closes) = (opens?, closes?);
    if opens >= closes {
        check.problem("business_hours", "opens must be earlier than closes");
    }
    Some(BusinessHours { days, opens, closes, holidays })
}

fn companies(file: &File, check: &mut Checker) -> Vec<Company> {
    let mut seen = BTreeSet::new();
    let mut companies = Vec::new();
    for (place, part) in file.companies.iter().enumerate() {
        let field = format!("companies[{place}]");
        check.named(&format!("{field}.name"), &part.name);
        if !seen.insert(part.id.as_str()) {
            check.problem(&format!("{field}.id"), format!("{:?} is used twice", part.id));
        }
        let Some(id) = check.take(&format!("{field}.id"), CompanyId::parse(&part.id)) else { continue };
        let rules = part.runbook.rules.iter();
        companies.push(Company {
            id,
            name: part.name.clone(),
            also_called: part.also_called.clone(),
            runbook: Runbook {
                critical_systems: part.runbook.critical_systems.clone(),
                rules: rules.map(|rule| RunbookRule { when: rule.when.clone(), priority: rule.priority }).collect(),
                out_of_scope: part.runbook.out_of_scope.clone(),
                notes: part.runbook.notes.clone(),
            },
            psa_company: part.psa_company.clone(),
        });
    }
    companies
}

fn technicians(file: &File, check: &mut Checker) -> Vec<Technician> {
    let mut seen = BTreeSet::new();
    let mut technicians = Vec::new();
    for (place, part) in file.technicians.iter().enumerate() {
        let field = format!("technicians[{place}]");
        check.named(&format!("{field}.name"), &part.name);
        if !seen.insert(part.id.as_str()) {
            check.problem(&format!("{field}.id"), format!("{:?} is used twice", part.id));
        }
        let number = part.number.as_deref().and_then(|number| check.number(&format!("{field}.number"), number));
        let Some(id) = check.take(&format!("{field}.id"), TechnicianId::parse(&part.id)) else { continue };
        technicians.push(Technician { id, name: part.name.clone(), number, email: part.email.clone() });
    }
    technicians
}

fn lines(file: &File, companies: &[Company], check: &mut Checker) -> Vec<Line> {
    if file.lines.is_empty() {
        check.problem("lines", "at least one number that callers dial is needed");
    }
    let mut lines = Vec::new();
    for (place, part) in file.lines.iter().enumerate() {
        let field = format!("lines[{place}]");
        let company = part.company.as_ref().and_then(|id| {
            let known = companies.iter().find(|company| company.id.as_str() == id).map(|company| company.id.clone());
            if known.is_none() {
                check.problem(&format!("{field}.company"), format!("{id:?} is none of the companies"));
            }
            known
        });
        if let Some(number) = check.number(&format!("{field}.number"), &part.number) {
            lines.push(Line { number, company });
        }
    }
    lines
}

fn contacts(file: &File, check: &mut Checker) -> Vec<Contact> {
    let mut contacts = Vec::new();
    for (place, company) in file.companies.iter().enumerate() {
        for (row, part) in company.contacts.iter().enumerate() {
            let field = format!("companies[{place}].contacts[{row}]");
            check.named(&format!("{field}.name"), &part.name);
            let numbers = part
                .numbers
                .iter()
                .enumerate()
                .filter_map(|(n, number)| check.number(&format!("{field}.numbers[{n}]"), number))
                .collect();
            if let Ok(id) = CompanyId::parse(&company.id) {
                contacts.push(Contact { name: Private::new(part.name.clone()), company: id, numbers });
            }
        }
    }
    contacts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_tenant_has_no_problem() {
        let tenant = Tenant::parse(DEMO).unwrap();
        assert_eq!(tenant.policy.companies.len(), 3);
        assert_eq!(tenant.policy.rungs().len(), 3);
        assert!(tenant.integration_problems().is_empty());
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let broken = DEMO
            .replace("America/Chicago", "Mars/Olympus")
            .replace("opens = \"08:00\"", "opens = \"8 o'clock\"")
            .replace("ladder = [\"alex\"", "ladder = [\"nobody\"")
            .replace("+13125550121", "0121");
        let Problems(problems) = Tenant::parse(&broken).unwrap_err();
        for field in ["tenant.time_zone", "business_hours.opens", "on_call.ladder[0]", "technicians[0].number"] {
            assert!(problems.iter().any(|problem| problem.starts_with(field)), "{field} is missing in {problems:?}");
        }
    }

    #[test]
    fn an_unknown_setting_is_a_problem_and_not_ignored() {
        let Problems(problems) = Tenant::parse(&DEMO.replace("ring_seconds", "rings")).unwrap_err();
        assert!(problems[0].contains("rings"), "{problems:?}");
    }

    #[test]
    fn a_ladder_without_any_number_is_refused() {
        let silent = DEMO.lines().filter(|line| !line.starts_with("number = \"+1312555012")).collect::<Vec<_>>();
        let Problems(problems) = Tenant::parse(&silent.join("\n")).unwrap_err();
        assert!(problems.iter().any(|problem| problem.contains("no emergency would reach")), "{problems:?}");
    }
}
