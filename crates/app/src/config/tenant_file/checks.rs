//! From what is written to what is meant: settings and contacts, every problem collected.

use super::integrations::{Model, Transcription};
use super::ladders::{Known, budget, ladders, reach};
use super::parts::{File, HoursPart};
use super::{rota, skills, texts};
use chrono::{NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;
use nightdesk_adapters_slack::is_member;
use nightdesk_domain::facts::Contact;
use nightdesk_domain::ids::{CompanyId, TechnicianId, TenantId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::{
    BusinessHours, CallbackPolicy, Company, Greeting, Line, PagingPolicy, Policy, Runbook, RunbookRule, Technician,
};
use nightdesk_domain::private::Private;
use nightdesk_domain::rota::Person;
use std::collections::BTreeSet;
use std::fmt;

/// Collects problems while values are read.
#[derive(Default)]
pub(super) struct Checker {
    pub(super) problems: Vec<String>,
}

impl Checker {
    pub(super) fn problem(&mut self, field: &str, what: impl fmt::Display) {
        self.problems.push(format!("{field}: {what}"));
    }

    pub(super) fn take<T, E: fmt::Display>(&mut self, field: &str, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.problem(field, error)).ok()
    }

    pub(super) fn number(&mut self, field: &str, text: &str) -> Option<PhoneNumber> {
        self.take(field, PhoneNumber::parse(text))
    }

    pub(super) fn named(&mut self, field: &str, text: &str) {
        if text.trim().is_empty() {
            self.problem(field, "must not be empty");
        }
    }
}

pub(super) fn policy(file: &File, check: &mut Checker) -> Option<Policy> {
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
    let technician = |person: &Person| known.contains(person.as_str());
    let rota = file.rota.as_ref().and_then(|part| rota::of_tenant(part, time_zone, technician, check));
    let lines = lines(file, &companies, check);
    let paging = &file.paging;
    if !(10..=60).contains(&paging.ring_seconds) {
        check.problem("paging.ring_seconds", "must be 10 to 60 seconds");
    }
    if !(1..=240).contains(&paging.repeat_minutes) {
        check.problem("paging.repeat_minutes", "must be 1 to 240 minutes");
    }
    let layers = rota.iter().flat_map(|rota| &rota.layers).map(|layer| layer.name.as_str()).collect();
    let known = Known { technicians: &technicians, companies: &companies, layers, manager: manager.is_some() };
    let ladders = ladders(&file.ladders, &known, check);
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
        rota,
        ladders,
        paging: PagingPolicy {
            ring_seconds: paging.ring_seconds,
            repeat_minutes: paging.repeat_minutes,
            wake_for_high: paging.wake_for_high,
            calls_max: budget("paging.calls_max", paging.calls_max, check),
            texts_max: budget("paging.texts_max", paging.texts_max, check),
        },
        skill_match: skills::weights(&file.skill_match, check),
        model: file.model.as_ref().map(Model::policy).unwrap_or_default(),
        transcription: file.transcription.as_ref().map(Transcription::policy).unwrap_or_default(),
        texts: texts::policy(&file.texts, check),
        alerts: file.alerts.policy(),
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
        let reach = reach(&field, part, check);
        let (email, slack) = (part.email.clone(), part.slack.clone());
        if let Some(id) = slack.as_deref().filter(|id| !is_member(id)) {
            let wanted = "is no id of a Slack member; one is \"U0123456789\", in the member's profile";
            check.problem(&format!("{field}.slack"), format!("{id:?} {wanted}"));
        }
        let person = Technician { number, email, slack, reach, ..Technician::new(id, part.name.as_str()) };
        technicians.push(skills::of_technician(person, part, &field, check));
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

pub(super) fn contacts(file: &File, check: &mut Checker) -> Vec<Contact> {
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
