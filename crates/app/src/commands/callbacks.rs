//! `nightdesk callbacks`: the calls that callers were promised, and what became of them.

use super::{Outcome, context, print};
use crate::cli::{CallbacksArgs, CallbacksCommand, StoreArgs};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use nightdesk_domain::case::{CallbackState, Case, Keeper, Owed, Promise};
use nightdesk_domain::facts::Facts;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::limits::CALLBACK_MOVES_MAX;
use nightdesk_domain::policy::Policy;
use nightdesk_domain::private::Private;
use nightdesk_domain::triage::{CallbackTime, parse_callback_time, say_callback};
use nightdesk_domain::vocabulary::Language;
use nightdesk_ports::{ListKind, Snapshot};
use serde_json::{Value, json};
use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

type Failure = Box<dyn Error + Send + Sync>;

pub(super) async fn run(store: &StoreArgs, args: CallbacksArgs) -> Outcome {
    let desk = context::open(store).await?;
    match args.command {
        None => list(&desk, args.all, args.limit, args.json).await,
        Some(CallbacksCommand::Done { ticket, by }) => {
            let (tenant, call) = desk.call(&ticket).await?;
            let case = desk.host.engine.callback_done(&tenant, &call.case(), Private::new(by)).await?;
            show(&desk, case, args.json, |_| "Marked as made. Nobody is told of it any more.".to_owned()).await
        }
        Some(CallbacksCommand::Move { ticket, when, by }) => {
            let (tenant, call) = desk.call(&ticket).await?;
            let policy = newest(&desk, &tenant).await?;
            let to = read_when(&when, &policy)?;
            let case = desk.host.engine.move_callback(&tenant, &call.case(), to, Private::new(by)).await?;
            show(&desk, case, args.json, moved).await
        }
    }
}

/// A promised call, and what a person wants to know of it.
struct Row {
    case: Case,
    owed: Owed,
    policy: Arc<Policy>,
    /// Who is to make it; none once it was made, or where others have the case.
    keeper: Option<Keeper>,
}

/// Where a call stands, the most pressing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stands {
    Overdue,
    Due,
    Waiting,
    InHand,
    Done,
}

impl Row {
    async fn of(desk: &context::Desk, case: Case, facts: &Facts) -> Result<Option<Row>, Failure> {
        let Some(owed) = case.callback.clone() else { return Ok(None) };
        let version = desk.store.tenants.version(&case.tenant, case.policy_version).await?;
        let policy = version.ok_or("the settings that this case goes by are missing")?;
        let keeper = case.owed().and_then(|owed| match &owed.state {
            CallbackState::Waiting => Some(Keeper::at(&policy, facts, owed.promise.from)),
            CallbackState::Due { keeper, .. } | CallbackState::Overdue { keeper, .. } => Some(keeper.clone()),
            CallbackState::Done { .. } => None,
        });
        Ok(Some(Row { case, owed, policy, keeper }))
    }

    fn stands(&self) -> Stands {
        match self.owed.state {
            CallbackState::Done { .. } => Stands::Done,
            _ if self.case.owed().is_none() => Stands::InHand,
            CallbackState::Overdue { .. } => Stands::Overdue,
            CallbackState::Due { .. } => Stands::Due,
            CallbackState::Waiting => Stands::Waiting,
        }
    }

    fn zone(&self) -> Tz {
        self.policy.time_zone
    }

    /// "Thu 2026-01-15 09:00 CST", or with the end of a window.
    fn promised(&self) -> String {
        let local = |at: DateTime<Utc>| at.with_timezone(&self.zone());
        let Promise { from, until } = self.owed.promise.clone();
        let from = local(from);
        match until.map(local) {
            Some(until) if until.date_naive() == from.date_naive() => {
                format!("{} to {}", from.format("%a %Y-%m-%d %H:%M"), until.format("%H:%M %Z"))
            }
            Some(until) => format!("{} to {}", from.format("%a %Y-%m-%d %H:%M"), until.format("%a %H:%M %Z")),
            None => from.format("%a %Y-%m-%d %H:%M %Z").to_string(),
        }
    }

    fn line(&self) -> String {
        let at = |at: DateTime<Utc>| at.with_timezone(&self.zone()).format("%a %H:%M").to_string();
        let keeper = self.keeper.as_ref().map(|keeper| keeper.name(&self.policy)).unwrap_or_default();
        let (mark, whose) = match (&self.owed.state, self.stands()) {
            (CallbackState::Done { by, at: when }, _) => ("done", format!("by {}, {}", by.reveal(), at(*when))),
            (_, Stands::InHand) => ("in hand", "with whoever has the case".to_owned()),
            (CallbackState::Overdue { since, .. }, _) => {
                ("RED", format!("with {keeper}, overdue since {}", at(*since)))
            }
            (CallbackState::Due { since, .. }, _) => ("due", format!("with {keeper}, since {}", at(*since))),
            (CallbackState::Waiting, _) => ("waiting", format!("for {keeper}")),
        };
        let brief = &self.case.brief;
        let name = brief.name.as_ref().map_or("(no name)", Private::reveal);
        let number = brief.number.as_ref().map_or("(no number)", Private::reveal);
        let moved = match self.owed.moved {
            0 => String::new(),
            moved => format!("  (moved {moved} of {CALLBACK_MOVES_MAX} times)"),
        };
        format!(
            "{mark:8} {}  {:34} {whose}{moved}\n         {name}, {number}: {}",
            self.case.ticket.number,
            self.promised(),
            self.case.summary(&self.policy),
        )
    }

    fn json(&self) -> Value {
        let at = |instant: DateTime<Utc>| instant.with_timezone(&self.zone()).to_rfc3339();
        let brief = &self.case.brief;
        let stands = self.stands();
        let (since, told) = match self.owed.state {
            CallbackState::Due { since, .. } => (Some(at(since)), None),
            CallbackState::Overdue { since, told, .. } => (Some(at(since)), Some(told)),
            _ => (None, None),
        };
        let done = match &self.owed.state {
            CallbackState::Done { by, at: when } => json!({ "by": by.reveal(), "at": at(*when) }),
            _ => Value::Null,
        };
        json!({
            "tenant": self.case.tenant,
            "ticket": self.case.ticket.number,
            "state": match stands {
                Stands::Overdue => "overdue",
                Stands::Due => "due",
                Stands::Waiting => "waiting",
                Stands::InHand => "in_hand",
                Stands::Done => "done",
            },
            "red": stands == Stands::Overdue,
            "from": at(self.owed.promise.from),
            "until": self.owed.promise.until.map(at),
            "zone": self.zone(),
            "moved": self.owed.moved,
            "responsible": self.keeper.as_ref().map(|keeper| match keeper {
                Keeper::Office => "office",
                Keeper::Technician(id) => id.as_str(),
            }),
            "since": since,
            "told_overdue": told,
            "done": done,
            "name": brief.name.as_ref().map(Private::reveal),
            "number": brief.number.as_ref().map(Private::reveal),
            "summary": self.case.summary(&self.policy),
        })
    }
}

async fn list(desk: &context::Desk, all: bool, limit: usize, as_json: bool) -> Outcome {
    let mut rows = Vec::new();
    for tenant in &desk.tenants {
        let facts = facts(desk, tenant).await?;
        for snapshot in desk.store.cases.list(tenant, ListKind::Cases, limit).await? {
            let Snapshot::Case(case) = snapshot else { continue };
            let row = Row::of(desk, *case, &facts).await?;
            rows.extend(row.filter(|row| all || row.stands() < Stands::InHand));
        }
    }
    rows.sort_by_key(|row| (row.stands(), row.owed.promise.from));
    if as_json {
        let rows: Vec<_> = rows.iter().map(Row::json).collect();
        print(&serde_json::to_string_pretty(&rows)?);
        return Ok(ExitCode::SUCCESS);
    }
    if rows.is_empty() {
        print(if all { "No call was promised." } else { "No call is owed to anybody." });
    }
    for row in rows {
        print(&row.line());
    }
    Ok(ExitCode::SUCCESS)
}

/// Who is on call, for promises that are still to come.
async fn facts(desk: &context::Desk, tenant: &TenantId) -> Result<Facts, Failure> {
    let engine = &desk.host.engine;
    let policy = newest(desk, tenant).await?;
    let (overrides, stopped) = (engine.overrides(tenant).await?, engine.stopped_technicians(&policy).await?);
    Ok(Facts { overrides, stopped, ..Facts::default() })
}

async fn show(desk: &context::Desk, case: Case, as_json: bool, said: impl FnOnce(&Row) -> String) -> Outcome {
    let facts = facts(desk, &case.tenant).await?;
    let Some(row) = Row::of(desk, case, &facts).await? else { return Ok(ExitCode::SUCCESS) };
    if as_json {
        print(&serde_json::to_string_pretty(&row.json())?);
    } else {
        print(&said(&row));
    }
    Ok(ExitCode::SUCCESS)
}

/// What is true after a move: the new time, whose call it is, and whether the caller hears of it.
fn moved(row: &Row) -> String {
    let when = say_callback(row.owed.promise.time(), row.zone(), Language::English, Utc::now());
    let keeper = row.keeper.as_ref().map(|keeper| keeper.name(&row.policy)).unwrap_or_default();
    let told = match row.case.brief.text_to {
        Some(_) => "The caller is told by text, unless they want none any more; the ticket says if not.",
        None => "The caller is not told: no text was agreed to.",
    };
    format!("Moved to {when}, for {keeper}; move {} of {CALLBACK_MOVES_MAX}. {told}", row.owed.moved)
}

async fn newest(desk: &context::Desk, tenant: &TenantId) -> Result<Arc<Policy>, Failure> {
    let policy = desk.store.tenants.newest(tenant).await?;
    policy.ok_or_else(|| "tenant: no such tenant; import its file first".into())
}

/// A time to come, in the tenant's zone and with its meaning of "in the morning".
fn read_when(when: &str, policy: &Policy) -> Result<Promise, Failure> {
    match parse_callback_time(when, Utc::now(), policy.time_zone, &policy.callback).time {
        Some(CallbackTime::At(from)) => Ok(Promise { from, until: None }),
        Some(CallbackTime::Window(from, until)) => Ok(Promise { from, until: Some(until) }),
        Some(CallbackTime::Soon) | None => {
            Err(format!("when: {when:?} names no time; write for example \"tomorrow at ten\" or \"friday afternoon\"")
                .into())
        }
    }
}
