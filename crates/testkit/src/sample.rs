//! Sample values: one small tenant, its people, a call, a case, and what stores keep of them.
//!
//! Every value is fixed, so that two tests which name the same thing mean the same thing. All telephone
//! numbers are of the 555-01xx range, which is set aside for fiction.
#![allow(clippy::unwrap_used, reason = "samples are literals; a wrong one must fail the test that uses it at once")]

use chrono::{DateTime, Duration, NaiveTime, TimeZone, Utc, Weekday};
use nightdesk_domain::call::{Arrival, Call, CallEvent};
use nightdesk_domain::case::{Brief, Case, TicketDraft, TicketStatus};
use nightdesk_domain::consent::TextsPolicy;
use nightdesk_domain::effect::{Alert, Effect, NoteOrder, PageOrder, PlannedEffect};
use nightdesk_domain::facts::{Contact, Facts};
use nightdesk_domain::ids::{
    CallId, CaseId, CompanyId, EffectId, OwnerId, PsaTicketId, TechnicianId, TenantId, TicketNumber, WindowId,
};
use nightdesk_domain::machine::Context;
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::{
    AlertsPolicy, BusinessHours, CallbackPolicy, Company, Greeting, Line, ModelPolicy, PagingPolicy, Policy, Runbook,
    RunbookRule, Technician, TranscriptionBy,
};
use nightdesk_domain::triage::{Affected, Fix, Mood, Telling};
use nightdesk_domain::vocabulary::{Category, Disposition, Language, Priority};
use nightdesk_domain::windows::{Told, Window};
use nightdesk_ports::{Alias, Commit, JournalEntry, Lease, NewEffect, RecordedEvent, Save, Snapshot};

/// The tenant that samples belong to.
pub fn tenant() -> TenantId {
    TenantId::parse("northwind").unwrap()
}

/// Another tenant, which must see nothing of the first.
pub fn other_tenant() -> TenantId {
    TenantId::parse("southwind").unwrap()
}

/// So many seconds after Thursday 15 January 2026, 08:00 UTC: 02:00 at night in Chicago.
pub fn at(seconds: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, 15, 8, 0, 0).unwrap() + Duration::seconds(seconds)
}

/// A telephone number from `+` and digits.
pub fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

/// The name of a call as an owner.
pub fn call_owner(id: &str) -> OwnerId {
    OwnerId::Call(CallId::parse(id).unwrap())
}

/// The name of a case as an owner.
pub fn case_owner(id: &str) -> OwnerId {
    OwnerId::Case(CaseId::parse(id).unwrap())
}

/// What the settings were read from, where nobody reads it again.
pub const FILE: &str = "# a tenant file";

/// Settings of [`tenant`]: two companies, three technicians of whom the last is the manager, all on the ladder.
pub fn policy() -> Policy {
    policy_of(&tenant())
}

/// The same settings for any tenant.
pub fn policy_of(tenant: &TenantId) -> Policy {
    let id = |text: &str| TechnicianId::parse(text).unwrap();
    let technician = |name: &str, digits: &str| Technician {
        number: Some(number(digits)),
        email: Some(format!("{}@northwind.example", name.to_lowercase())),
        ..Technician::new(id(&name.to_lowercase()), name)
    };
    Policy {
        tenant: tenant.clone(),
        version: 1,
        name: "Northwind IT".to_owned(),
        time_zone: chrono_tz::America::Chicago,
        business_hours: BusinessHours {
            days: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
            opens: NaiveTime::from_hms_opt(8, 0, 0).unwrap(),
            closes: NaiveTime::from_hms_opt(17, 30, 0).unwrap(),
            holidays: vec![],
        },
        callback: CallbackPolicy::default(),
        greeting: Greeting {
            english: "This call may be recorded.".to_owned(),
            spanish: "Esta llamada puede ser grabada.".to_owned(),
        },
        lines: vec![
            Line { number: number("+13125550100"), company: None },
            Line { number: number("+13125550101"), company: Some(CompanyId::parse("harbor-law").unwrap()) },
        ],
        caller_id: number("+13125550100"),
        office: None,
        emergency: number("+13125550199"),
        companies: vec![
            company("acme-dental", "Acme Dental", "the practice server is down"),
            company("harbor-law", "Harbor Law", "the document system is down"),
        ],
        technicians: vec![
            technician("Alex", "+13125550111"),
            technician("Bea", "+13125550112"),
            technician("Morgan", "+13125550113"),
        ],
        ladder: vec![id("alex"), id("bea")],
        manager: Some(id("morgan")),
        rota: None,
        ladders: vec![],
        paging: PagingPolicy::default(),
        skill_match: Default::default(),
        model: ModelPolicy::default(),
        transcription: TranscriptionBy::Carrier,
        texts: TextsPolicy::default(),
        alerts: AlertsPolicy::default(),
    }
}

fn company(id: &str, name: &str, critical: &str) -> Company {
    Company {
        id: CompanyId::parse(id).unwrap(),
        name: name.to_owned(),
        also_called: vec![],
        runbook: Runbook {
            critical_systems: vec!["server".to_owned()],
            rules: vec![RunbookRule { when: critical.to_owned(), priority: Priority::Critical }],
            out_of_scope: vec!["personal devices".to_owned()],
            notes: "The key is with the neighbour.".to_owned(),
        },
        psa_company: Some(id.to_owned()),
    }
}

/// A contact of a company with these numbers.
pub fn contact(name: &str, company: &str, numbers: &[&str]) -> Contact {
    Contact {
        name: name.into(),
        company: CompanyId::parse(company).unwrap(),
        numbers: numbers.iter().map(|digits| number(digits)).collect(),
    }
}

/// Planned work on these systems of Acme Dental, in force from [`at`] 0 on and for so many minutes: until 04:00 in
/// Chicago where it is 120. No system: all of them.
pub fn window(systems: &[&str], lasts_minutes: u32) -> Window {
    Window {
        id: WindowId::parse("1").unwrap(),
        company: CompanyId::parse("acme-dental").unwrap(),
        systems: systems.iter().map(|name| (*name).to_owned()).collect(),
        title: "New disks".to_owned(),
        told: Told::default(),
        starts: at(0).with_timezone(&chrono_tz::America::Chicago).naive_local(),
        lasts_minutes,
        zone: chrono_tz::America::Chicago,
        recurrence: None,
        cancelled_at: None,
    }
}

/// A call of [`tenant`], answered at `at(0)`, to whom the open question was put.
pub fn call(id: &str) -> Call {
    let arrival = Arrival {
        tenant: tenant(),
        call: CallId::parse(id).unwrap(),
        dialled: number("+13125550100"),
        from: Some(number("+13125550142")),
    };
    let (policy, facts) = (Policy { version: 1, ..policy() }, Facts::default());
    Call::open(&Context { policy: &policy, facts: &facts, now: at(0) }, &arrival).state
}

/// A Critical case of [`tenant`], opened at `at(0)` by the call of the same name; nobody was woken yet.
pub fn case(id: &str) -> Case {
    let (policy, facts) = (Policy { version: 1, ..policy() }, Facts::default());
    let context = Context { policy: &policy, facts: &facts, now: at(0) };
    let number = TicketNumber::derive(&CaseId::parse(id).unwrap(), 0);
    Case::open(&context, &call(id), Brief { wake: false, ..brief() }, number).0
}

/// What is known of a server that is down at Acme Dental.
pub fn brief() -> Brief {
    Brief {
        language: Language::English,
        priority: Priority::Critical,
        category: Some(Category::Server),
        wake: true,
        disposition: Some(Disposition::Escalate),
        fix: Fix::None,
        name: Some("Dana".into()),
        company: Some(CompanyId::parse("acme-dental").unwrap()),
        number: Some("+13125550142".into()),
        affected: Some(Affected::All),
        since: None,
        deadline: None,
        system: Some("server".to_owned()),
        telling: Telling::Plain,
        callback: None,
        text_to: None,
        words: vec!["our server is down and nobody can work".into()],
        recordings: vec![],
        reasons: vec![],
        mood: Mood::Calm,
        gist: None,
        flags: vec![],
        windows: vec![],
        planned: None,
    }
}

/// A planned effect of an owner: a mail to the people on call.
pub fn effect(owner: &OwnerId, number: u32, due: DateTime<Utc>) -> PlannedEffect {
    PlannedEffect { id: EffectId { owner: owner.clone(), number }, due, effect: Effect::Alert(alert()) }
}

/// A planned page of a case: ring Alex.
pub fn page_effect(case: &str, number_of_effect: u32, due: DateTime<Utc>) -> PlannedEffect {
    let order = PageOrder {
        tenant: tenant(),
        case: CaseId::parse(case).unwrap(),
        page: 1,
        technician: TechnicianId::parse("alex").unwrap(),
        to: number("+13125550111"),
        from: number("+13125550100"),
        ring_seconds: 25,
        ordered_at: due,
        useless_after: due + Duration::seconds(60),
    };
    PlannedEffect {
        id: EffectId { owner: case_owner(case), number: number_of_effect },
        due,
        effect: Effect::Page(order),
    }
}

/// A mail to the people on call.
pub fn alert() -> Alert {
    Alert {
        to: vec!["oncall@northwind.example".to_owned()],
        subject: "A message was left".into(),
        body: "Somebody at Acme Dental left a message.".into(),
    }
}

/// The ticket of a case, at Acme Dental.
pub fn ticket_draft(case: &str) -> TicketDraft {
    let key = CaseId::parse(case).unwrap();
    TicketDraft {
        tenant: tenant(),
        number: TicketNumber::derive(&key, 0),
        key,
        summary: "Server down at Acme Dental".into(),
        description: "Dana says: our server is down and nobody can work.".into(),
        priority: Priority::Critical,
        category: Some(Category::Server),
        status: TicketStatus::Open,
        psa_company: Some("acme-dental".to_owned()),
        contact_name: Some("Dana".into()),
        contact_number: Some("+13125550142".into()),
    }
}

/// A note to a ticket, with its reference.
pub fn note(ticket: &PsaTicketId, reference: &str, text: &str) -> NoteOrder {
    NoteOrder { ticket: ticket.clone(), text: text.into(), reference: reference.to_owned(), resolves: false }
}

/// A journal row of an owner: time had passed, or, for version 1 of a call, it arrived.
pub fn journal_entry(owner: &OwnerId, version: u64, at: DateTime<Utc>) -> JournalEntry {
    let event = match owner {
        OwnerId::Call(id) if version == 1 => RecordedEvent::Arrived(Box::new(Arrival {
            tenant: tenant(),
            call: id.clone(),
            dialled: number("+13125550100"),
            from: Some(number("+13125550142")),
        })),
        OwnerId::Call(_) => RecordedEvent::Call(Box::new(CallEvent::Tick)),
        OwnerId::Case(id) if version == 1 => RecordedEvent::CaseOpened(Box::new(case(id.as_str()))),
        OwnerId::Case(_) => RecordedEvent::Case(Box::new(nightdesk_domain::case::CaseEvent::Tick)),
    };
    JournalEntry {
        owner: owner.clone(),
        version,
        at,
        policy_version: 1,
        build: "test".to_owned(),
        event,
        facts: Facts::default(),
        digest: format!("digest of version {version}"),
        decided: vec![format!("version {version}")],
    }
}

/// A commit of a tenant with nothing in it yet.
pub fn commit(tenant: &TenantId) -> Commit {
    Commit { tenant: tenant.clone(), saves: vec![], effects: vec![], aliases: vec![], settled: None, journal: vec![] }
}

/// Effects that nobody holds yet.
pub fn unleased(effects: Vec<PlannedEffect>) -> Vec<NewEffect> {
    effects.into_iter().map(NewEffect::unleased).collect()
}

/// A state to store that waits for nothing.
pub fn save(snapshot: Snapshot, expected_version: u64) -> Save {
    Save { snapshot, expected_version, deadline: None }
}

/// A call as a stored state.
pub fn call_snapshot(id: &str) -> Snapshot {
    Snapshot::Call(Box::new(call(id)))
}

/// A case as a stored state.
pub fn case_snapshot(id: &str) -> Snapshot {
    Snapshot::Case(Box::new(case(id)))
}

/// A second name of an owner.
pub fn alias(kind: &'static str, value: &str, owner: &OwnerId, unique: bool) -> Alias {
    Alias { kind, value: value.to_owned(), owner: owner.clone(), unique }
}

/// A lease.
pub fn lease(claimant: &str, until: DateTime<Utc>) -> Lease {
    Lease { claimant: claimant.to_owned(), until }
}
