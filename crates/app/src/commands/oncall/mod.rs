//! `nightdesk oncall`: who is on call, now, at a time, or between two.

mod document;
mod ical;
mod rota;
mod text;

pub(super) use document::{override_value, stamp};
pub(super) use rota::{Rota, moment, of_store};
pub(super) use text::{override_line, time};

use super::{Outcome, print};
use crate::cli::{OncallArgs, OncallForm, StoreArgs};
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_adapters_slack::rota_message;
use nightdesk_domain::limits::ROTA_AHEAD_DAYS;
use nightdesk_domain::rota::{Calendar, oncall_between, shifts_at};
use serde_json::Value;
use std::process::ExitCode;

/// How far a calendar goes where no time is given, in days: back and ahead.
const FEED_DAYS: (i64, i64) = (14, 90);

/// What is asked.
#[derive(Clone, Copy)]
enum Asked {
    At(DateTime<Utc>),
    Between(DateTime<Utc>, DateTime<Utc>),
}

/// Shows who is on call; exit code 1 where an instant was asked about and nobody at all is.
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
            _ if args.json => documents.push(document::document(rota, &answer(rota, asked))),
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
            OncallForm::Ical => print(ical::calendar(rota, &answer(rota, asked), now).trim_end()),
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
    Ok(if nobody { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn ahead() -> TimeDelta {
    TimeDelta::days(ROTA_AHEAD_DAYS)
}

fn asked(args: &OncallArgs, rota: &Rota, now: DateTime<Utc>) -> Result<Asked, String> {
    let zone = rota.schedule.time_zone;
    if let (Some(from), Some(to)) = (&args.from, &args.to) {
        let (from, to) = (moment(from, zone, "--from")?, moment(to, zone, "--to")?);
        return if from < to {
            Ok(Asked::Between(from, to))
        } else {
            Err("--to: must be later than --from".to_owned())
        };
    }
    match &args.at {
        Some(at) => Ok(Asked::At(moment(at, zone, "--at")?)),
        None if args.form == OncallForm::Ical && !args.json => {
            Ok(Asked::Between(now - TimeDelta::days(FEED_DAYS.0), now + TimeDelta::days(FEED_DAYS.1)))
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
