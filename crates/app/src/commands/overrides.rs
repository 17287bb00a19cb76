//! `nightdesk override`: changes of a tenant's rota for a while, made, listed, cancelled.

use super::oncall::{Rota, idle_value, moment, of_store, override_line, override_value, time};
use super::{Outcome, context, print};
use crate::cli::{OverrideAddArgs, OverrideCommand, OverrideOptions, StoreArgs, SwapArgs};
use crate::store::Store;
use crate::times::Written;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use nightdesk_domain::limits::ROTA_OVERRIDE_DAYS_MAX;
use nightdesk_domain::rota::{
    Change, Gap, Idle, Override, Person, Shift, check_overrides, idle_overrides, instant_of, oncall_between, swap,
};
use nightdesk_engine::{cancel_overrides, make_overrides};
use serde_json::json;
use std::error::Error;
use std::ops::Range;
use std::process::ExitCode;

/// How many warnings are printed for people; a program gets them all.
const WARNINGS_SHOWN: usize = 10;

type Failure = Box<dyn Error + Send + Sync>;

/// Makes, lists or cancels.
///
/// # Errors
/// What is refused, with the option that has to be mended: nothing is kept then.
pub(super) async fn run(store: &StoreArgs, command: OverrideCommand) -> Outcome {
    let now = Utc::now();
    let store = context::open(store).await?.store;
    match command {
        OverrideCommand::Add(args) => {
            let rota = of_store(&store, args.options.of.as_deref(), now).await?;
            let made = added(&rota, &args, now)?;
            keep(&store, &rota, vec![made], &args.options, now).await
        }
        OverrideCommand::Swap(args) => {
            let rota = of_store(&store, args.options.of.as_deref(), now).await?;
            let made = swapped(&rota, &args)?;
            keep(&store, &rota, made.to_vec(), &args.options, now).await
        }
        OverrideCommand::List { all, options } => {
            let rota = of_store(&store, options.of.as_deref(), now).await?;
            let shown: Vec<&Override> = rota.overrides.iter().filter(|made| all || made.until > now).collect();
            if options.json {
                let zone = rota.schedule.time_zone;
                let list: Vec<_> = shown.iter().map(|made| override_value(made, zone)).collect();
                print(&serde_json::to_string_pretty(&list)?);
            } else if shown.is_empty() {
                print("There are no overrides: the rota is as planned.");
            } else {
                shown.iter().for_each(|made| print(&override_line(&rota, made, now)));
            }
            Ok(ExitCode::SUCCESS)
        }
        OverrideCommand::Cancel { id, options } => {
            let rota = of_store(&store, options.of.as_deref(), now).await?;
            let tenant = rota.tenant().ok_or("a schedule without a tenant keeps no overrides")?;
            let cancelled = cancel_overrides(&*store.register, tenant, &id, now).await?;
            if cancelled.is_empty() {
                return Err(format!("there is no override {id:?}; `nightdesk override list` has them").into());
            }
            if options.json {
                let zone = rota.schedule.time_zone;
                let list: Vec<_> = cancelled.iter().map(|made| override_value(made, zone)).collect();
                print(&serde_json::to_string_pretty(&json!({ "cancelled": list }))?);
            } else {
                cancelled.iter().for_each(|made| print(&format!("Cancelled: {}", override_line(&rota, made, now))));
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The layer that is named, or the only one.
fn layer(rota: &Rota, named: Option<&String>) -> Result<String, String> {
    match (named, rota.schedule.layers.as_slice()) {
        (Some(name), _) if rota.schedule.layer(name).is_some() => Ok(name.clone()),
        (None, [only]) => Ok(only.name.clone()),
        (named, layers) => {
            let names: Vec<&str> = layers.iter().map(|layer| layer.name.as_str()).collect();
            let what = named.map_or("is needed".to_owned(), |name| format!("{name:?} is none of the layers"));
            Err(format!("--layer: {what}; there are {}", names.join(", ")))
        }
    }
}

fn added(rota: &Rota, args: &OverrideAddArgs, now: DateTime<Utc>) -> Result<Override, String> {
    let zone = rota.schedule.time_zone;
    let person = |name: &String| Person::new(name.as_str());
    let change = match (&args.replace, &args.by, &args.take, &args.add, &args.remove) {
        (Some(whom), Some(by), ..) => Change::Replace { whom: person(whom), by: person(by) },
        (_, _, Some(by), ..) => Change::Take { by: person(by) },
        (_, _, _, Some(name), _) => Change::Add { person: person(name) },
        (_, _, _, _, Some(name)) => Change::Remove { person: person(name) },
        _ => return Err("one of --replace with --by, --take, --add and --remove is needed".to_owned()),
    };
    let (from, until) = (moment(&args.from, zone, "--from")?, moment(&args.until, zone, "--until")?);
    if until > from + TimeDelta::days(ROTA_OVERRIDE_DAYS_MAX) {
        return Err(format!(
            "--until: an override is {ROTA_OVERRIDE_DAYS_MAX} days long at most; change the rota itself"
        ));
    }
    if until > now && from < now - TimeDelta::days(1) && !args.past {
        return Err(
            "--from: lies more than a day ago, which would change who has been on call; --past allows it".into()
        );
    }
    Ok(Override {
        id: String::new(),
        layer: layer(rota, args.layer.as_ref())?,
        from,
        until,
        change,
        reason: args.reason.clone(),
    })
}

fn swapped(rota: &Rota, args: &SwapArgs) -> Result<[Override; 2], String> {
    let layer = layer(rota, args.layer.as_ref())?;
    let (one, other) = (Person::new(args.one.as_str()), Person::new(args.other.as_str()));
    for (argument, person) in [("PERSON", &one), ("OTHER", &other)] {
        if !is_known(rota, person) {
            return Err(format!("{argument}: {:?} is none of the technicians", person.as_str()));
        }
    }
    if one == other {
        return Err("OTHER: a swap takes another person than PERSON".to_owned());
    }
    let shift = |argument: &str, person: &Person, when: &str| {
        shift_of(rota, &layer, person, when).map_err(|why| format!("{argument}: {why}"))
    };
    let (ones, others) = (shift("WHEN", &one, &args.ones)?, shift("OTHERS_WHEN", &other, &args.others)?);
    Ok(swap("", &layer, (&one, ones), (&other, others), &args.reason))
}

/// The one shift of a person at a time, or on a date.
fn shift_of(rota: &Rota, layer: &str, person: &Person, when: &str) -> Result<Range<DateTime<Utc>>, String> {
    let zone = rota.schedule.time_zone;
    let from = Written::read(when)?.instant(zone);
    let until = match NaiveDate::parse_from_str(when, "%Y-%m-%d").ok().and_then(|date| date.succ_opt()) {
        Some(next) => instant_of(zone, next.and_hms_opt(0, 0, 0).unwrap_or_default()),
        None => from + TimeDelta::nanoseconds(1),
    };
    let calendar = oncall_between(&rota.schedule, &rota.overrides, from, until);
    let theirs: Vec<&Shift<'_>> =
        calendar.shifts.iter().filter(|shift| shift.layer == layer && shift.person == person).collect();
    let spans = |shifts: &[&Shift<'_>]| -> String {
        let span = |shift: &&Shift<'_>| format!("{} - {}", time(shift.start, zone, from), time(shift.end, zone, from));
        shifts.iter().map(span).collect::<Vec<_>>().join(", ")
    };
    match theirs[..] {
        [one] => Ok(one.start..one.end),
        [] => Err(format!("{person} has no shift for {layer} at {when}; see `nightdesk oncall --from .. --to ..`")),
        _ => {
            Err(format!("{person} has several shifts for {layer} on {when}; give the time of one: {}", spans(&theirs)))
        }
    }
}

/// Checks what is to be made together with what there is, keeps all of it or nothing, and says what it brings about.
async fn keep(
    store: &Store,
    rota: &Rota,
    made: Vec<Override>,
    options: &OverrideOptions,
    now: DateTime<Utc>,
) -> Outcome {
    let (Some(policy), Some(tenant)) = (&rota.policy, rota.tenant()) else {
        return Err("a schedule without a tenant keeps no overrides".into());
    };
    refuse(rota, &made, now)?;
    let known = rota.overrides.len();
    let zone = rota.schedule.time_zone;
    let made = make_overrides(&*store.register, tenant, made, now).await?;
    let changed: Vec<Override> = rota.overrides.iter().chain(&made).cloned().collect();
    let beneath: Vec<&Override> = changed[..known]
        .iter()
        .filter(|earlier| {
            made.iter().any(|later| earlier.layer == later.layer && earlier.meets(later.from, later.until))
        })
        .collect();
    let gaps = new_gaps(rota, &changed, &made);
    let idle: Vec<Idle<'_>> =
        idle_overrides(&rota.schedule, &changed, now).into_iter().filter(|idle| made.contains(idle.made)).collect();
    let silent = |person: &&Person| {
        person
            .technician()
            .and_then(|id| policy.technician(&id))
            .is_some_and(|technician| !technician.can_be_paged(false))
    };
    let unreachable: Vec<&Person> = made.iter().filter_map(|made| made.change.brings()).filter(silent).collect();
    if options.json {
        let stretch = |gap: &Gap<'_>| json!({ "layer": gap.layer, "start": super::oncall::stamp(gap.start, zone), "end": super::oncall::stamp(gap.end, zone) });
        let document = json!({
            "id": made.first().map(|made| &made.id),
            "overrides": made.iter().map(|made| override_value(made, zone)).collect::<Vec<_>>(),
            "overlaps": beneath.iter().map(|made| &made.id).collect::<Vec<_>>(),
            "unreachable": unreachable,
            "idle": idle.iter().map(idle_value).collect::<Vec<_>>(),
            "gaps": gaps.iter().map(stretch).collect::<Vec<_>>(),
        });
        print(&serde_json::to_string_pretty(&document)?);
        return Ok(ExitCode::SUCCESS);
    }
    made.iter().for_each(|made| print(&override_line(rota, made, now)));
    let idle = idle.iter().map(|idle| format!("it changes nothing: {}", idle.why));
    let beneath = beneath
        .iter()
        .map(|earlier| format!("it lies over override {}, and has the last word", override_line(rota, earlier, now)));
    let unreachable =
        unreachable.iter().map(|person| format!("{} has no number, so nobody would be reached", rota.called(person)));
    let gaps = gaps.iter().map(|gap| {
        let (start, end) = (time(gap.start, zone, now), time(gap.end, zone, now));
        let layer = gap.layer.map_or(String::new(), |layer| format!("for {layer} "));
        format!("nobody is on call {layer}from {start} to {end}")
    });
    let warnings: Vec<String> = idle.chain(beneath).chain(unreachable).chain(gaps).collect();
    warnings.iter().take(WARNINGS_SHOWN).for_each(|warning| print(&format!("warning: {warning}")));
    if let Some(more) = warnings.len().checked_sub(WARNINGS_SHOWN).filter(|more| *more > 0) {
        print(&format!("warning: and {more} more; --json has them all"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether the tenant has such a technician.
fn is_known(rota: &Rota, person: &Person) -> bool {
    let policy = rota.policy.as_ref();
    policy.zip(person.technician()).is_some_and(|(policy, id)| policy.technician(&id).is_some())
}

/// Nothing that could not work is kept.
fn refuse(rota: &Rota, made: &[Override], now: DateTime<Utc>) -> Result<(), Failure> {
    if made.iter().any(|made| made.until <= now) {
        return Err("--until: lies in the past, so that nothing would change".into());
    }
    // The new ones come last: what is said of them is meant for the person at the terminal.
    let all: Vec<Override> = rota.overrides.iter().chain(made).cloned().collect();
    let first = rota.overrides.len();
    let ours = |field: &str| {
        (first..all.len()).find_map(|place| field.strip_prefix(&format!("overrides[{place}].")).map(str::to_owned))
    };
    let problems: Vec<String> = check_overrides(&rota.schedule, &all, |person| is_known(rota, person))
        .into_iter()
        .filter_map(|problem| Some(format!("--{}: {}", ours(&problem.field)?, problem.what)))
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

/// Gaps that the new overrides bring about.
fn new_gaps<'a>(rota: &'a Rota, changed: &'a [Override], made: &[Override]) -> Vec<Gap<'a>> {
    let mut found = Vec::new();
    for one in made {
        let before = oncall_between(&rota.schedule, &rota.overrides, one.from, one.until).gaps;
        let after = oncall_between(&rota.schedule, changed, one.from, one.until).gaps;
        found.extend(after.into_iter().filter(|gap| !before.contains(gap)));
    }
    found
}
