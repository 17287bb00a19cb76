//! Decide what to do about a call, without any I/O: the domain as a library.
//!
//! `cargo run -p nightdesk-domain --example decide` prints what the caller hears, what was understood, and the
//! orders that an engine would carry out. The host supplies three things: the settings, what is on record, and the
//! time. Everything else is a value that goes in and a value that comes out.
#![allow(clippy::print_stdout, reason = "the example shows what it decides")]

use chrono::{DateTime, NaiveTime, Utc, Weekday};
use nightdesk_domain::call::{Arrival, Call, CallEvent, Speech};
use nightdesk_domain::effect::{Effect, PlannedEffect};
use nightdesk_domain::facts::Facts;
use nightdesk_domain::ids::{CallId, CompanyId, TechnicianId, TenantId};
use nightdesk_domain::machine::Context;
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::{
    BusinessHours, CallbackPolicy, Company, Greeting, Line, ModelPolicy, PagingPolicy, Policy, Runbook, Technician,
    TranscriptionBy,
};
use nightdesk_domain::reply::Heard;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let policy = policy()?;
    let facts = Facts::default();
    let mut now: DateTime<Utc> = DateTime::from_timestamp(1_768_464_000, 0).ok_or("no such instant")?; // Thursday, 02:00 in Chicago

    let arrival = Arrival {
        tenant: policy.tenant.clone(),
        call: CallId::parse("call-1")?,
        dialled: PhoneNumber::parse("+13125550100")?,
        from: Some(PhoneNumber::parse("+13125550142")?),
    };
    let opened = Call::open(&Context { policy: &policy, facts: &facts, now }, &arrival);
    let mut call = opened.state;
    hears(&call, &policy, now);

    for words in
        ["hi this is dana at acme dental, something is wrong here", "yes, our server is down and nobody can work"]
    {
        now += chrono::Duration::seconds(8);
        println!("caller:    {words}");
        let speech = Speech { words: words.into(), confidence_percent: None };
        let event = CallEvent::Said { turn: call.turn, heard: Heard::default(), words: Some(speech), keys: None };
        let next = call.transition(&Context { policy: &policy, facts: &facts, now }, &event);
        // A host stores `next.state`, `next.opens` and `next.effects` in one write, and only then acts.
        call = next.state;
        next.effects.iter().for_each(order);
        hears(&call, &policy, now);
    }

    println!("\ndisposition: {:?}", call.disposition);
    if let Some(found) = &call.assessment {
        println!("priority:    {}", found.priority);
        for reason in &found.reasons {
            println!("because:     {} ({:?})", reason.rule, reason.words.reveal());
        }
    }
    println!("wakes again: {:?}", call.deadline());
    Ok(())
}

/// What the caller hears now: a projection of the state, the same however often it is asked for.
fn hears(call: &Call, policy: &Policy, now: DateTime<Utc>) {
    println!("assistant: {}", call.reply(policy, Heard::default(), now).say.join(" "));
}

fn order(planned: &PlannedEffect) {
    match &planned.effect {
        Effect::Page(page) => {
            println!("  order {}: ring {} for {} seconds", planned.id, page.technician, page.ring_seconds)
        }
        Effect::OpenTicket(draft) => {
            println!("  order {}: open ticket {}: {}", planned.id, draft.number, draft.summary.reveal())
        }
        Effect::TellCall(..) | Effect::TellCase(..) => {
            println!("  order {}: an event for the other machine", planned.id)
        }
        other => println!("  order {}: {other:?}", planned.id),
    }
}

/// The smallest tenant that can wake somebody.
fn policy() -> Result<Policy, Box<dyn Error>> {
    let alex = TechnicianId::parse("alex")?;
    let line = PhoneNumber::parse("+13125550100")?;
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).ok_or("no such time");
    Ok(Policy {
        tenant: TenantId::parse("northwind")?,
        version: 1,
        name: "Northwind IT".to_owned(),
        time_zone: chrono_tz::America::Chicago,
        business_hours: BusinessHours {
            days: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
            opens: time(8)?,
            closes: time(17)?,
            holidays: vec![],
        },
        callback: CallbackPolicy::default(),
        greeting: Greeting {
            english: "This call may be recorded.".to_owned(),
            spanish: "Esta llamada puede ser grabada.".to_owned(),
        },
        lines: vec![Line { number: line.clone(), company: None }],
        caller_id: line,
        office: None,
        emergency: PhoneNumber::parse("+13125550199")?,
        companies: vec![Company {
            id: CompanyId::parse("acme-dental")?,
            name: "Acme Dental".to_owned(),
            also_called: vec![],
            runbook: Runbook::default(),
            psa_company: None,
        }],
        technicians: vec![Technician {
            number: Some(PhoneNumber::parse("+13125550111")?),
            ..Technician::new(alex.clone(), "Alex")
        }],
        ladder: vec![alex],
        manager: None,
        rota: None,
        ladders: vec![],
        paging: PagingPolicy::default(),
        skill_match: Default::default(),
        model: ModelPolicy::default(),
        transcription: TranscriptionBy::Carrier,
        texts: Default::default(),
        alerts: Default::default(),
    })
}
