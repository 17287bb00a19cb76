//! `nightdesk oncall`: who is on call, now, at a time, or between two.

mod document;
mod rota;
mod text;

pub(super) use document::{idle_value, override_value, stamp};
pub(super) use rota::{Rota, idle_of_policy, moment, of_store};
pub(super) use text::{override_line, time};

use super::{Outcome, print};
use crate::cli::{OncallArgs, OncallForm, StoreArgs};
use crate::feed::{feed_span, ical};
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_adapters_slack::rota_message;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::limits::ROTA_AHEAD_DAYS;
use nightdesk_domain::rota::{Calendar, look_ahead, oncall_between, shifts_at};
use serde_json::Value;
use std::process::ExitCode;

/// Longest calendar, in days: ten years of hourly hand-offs still fit into memory and patience.
const CALENDAR_DAYS_MAX: i64 = 3_660;

/// What is asked.
#[derive(Clone, Copy)]
enum Asked {
    At(DateTime<Utc>),
    Between(DateTime<Utc>, DateTime<Utc>),
}

/// The exit code where nobody is on call: another than where that could not be found out.
const NOBODY: u8 = 3;

/// Shows who is on call; exit code 3 where an instant was asked about and nobody at all is.
///
/// # Errors
/// A time that cannot be read, a schedule file with problems, no tenant with a rota.
pub(super) async fn run(store: &StoreArgs, args: OncallArgs) -> Outcome {
    let now = Utc::now();
    let rotas = match &args.schedule {
        Some(path) => vec![rota::of_file(path)?],
        None => rota::of_tenants(store, args.of.as_deref(), now).await?,
    };
    let (mut documents, mut nobody) = (Vec::new(), false);
    for rota in &rotas {
        let asked = asked(&args, rota, now)?;
        match args.form {
            _ if args.json => {
                let mut document = document::document(rota, &answer(rota, asked));
                if let (Asked::At(at), Some(policy)) = (asked, &rota.policy) {
                    let ahead = look_ahead(policy, &rota.schedule, &rota.overrides, &rota.stopped, at);
                    document["ahead"] = document::ahead_value(&ahead, rota.schedule.time_zone);
                }
                documents.push(document);
            }
            OncallForm::Text => print(&match asked {
                Asked::At(at) => text::now(rota, at),
                Asked::Between(from, to) => text::calendar(rota, &answer(rota, asked), from, to),
            }),
            OncallForm::Slack => {
                let (from, calendar) = match asked {
                    Asked::At(at) => (at, oncall_between(&rota.schedule, &rota.overrides, at, at + ahead())),
                    Asked::Between(from, _) => (from, answer(rota, asked)),
                };
                let message = rota_message(&rota.name, &rota.schedule, &calendar, from, |person| rota.called(person));
                print(&serde_json::to_string(&message)?);
            }
            OncallForm::Ical => {
                let (owner, shown) = (rota.tenant().map_or(rota.name.as_str(), TenantId::as_str), answer(rota, asked));
                let document = ical::calendar(&rota.name, owner, &shown, |person| rota.called(person), now);
                print(document.trim_end());
            }
        }
        if let Asked::At(at) = asked {
            nobody |= shifts_at(&rota.schedule, &rota.overrides, at).is_empty();
        }
    }
    match documents.as_slice() {
        [] => {}
        [one] => print(&serde_json::to_string_pretty(one)?),
        several => print(&serde_json::to_string_pretty(&Value::from(several))?),
    }
    Ok(if nobody { ExitCode::from(NOBODY) } else { ExitCode::SUCCESS })
}

fn ahead() -> TimeDelta {
    TimeDelta::days(ROTA_AHEAD_DAYS)
}

fn asked(args: &OncallArgs, rota: &Rota, now: DateTime<Utc>) -> Result<Asked, String> {
    let zone = rota.schedule.time_zone;
    if let (Some(from), Some(to)) = (&args.from, &args.to) {
        let (from, to) = (moment(from, zone, "--from")?, moment(to, zone, "--to")?);
        if from >= to {
            return Err("--to: must be later than --from".to_owned());
        }
        if to - from > TimeDelta::days(CALENDAR_DAYS_MAX) {
            return Err(format!("--to: a calendar has {CALENDAR_DAYS_MAX} days at most"));
        }
        return Ok(Asked::Between(from, to));
    }
    match &args.at {
        Some(at) => Ok(Asked::At(moment(at, zone, "--at")?)),
        None if args.form == OncallForm::Ical && !args.json => {
            let (from, to) = feed_span(now);
            Ok(Asked::Between(from, to))
        }
        None => Ok(Asked::At(now)),
    }
}

/// The shifts and gaps that are asked for; at an instant, those that it lies in, gaps as far as can be seen ahead.
fn answer(rota: &Rota, asked: Asked) -> Calendar<'_> {
    match asked {
        Asked::Between(from, to) => oncall_between(&rota.schedule, &rota.overrides, from, to),
        Asked::At(at) => {
            let gaps = oncall_between(&rota.schedule, &rota.overrides, at, at + ahead()).gaps;
            let gaps = gaps.into_iter().filter(|gap| gap.start <= at).collect();
            Calendar { shifts: shifts_at(&rota.schedule, &rota.overrides, at), gaps }
        }
    }
}
