//! `nightdesk tickets`, `inbox`, `handled`: what is owed, and who was told.

use super::{Outcome, context, print};
use crate::cli::{InboxArgs, ListArgs, StoreArgs};
use nightdesk_domain::case::{Case, CaseEvent, TicketStatus, Work};
use nightdesk_domain::ids::OwnerId;
use nightdesk_domain::private::Private;
use nightdesk_engine::EngineError;
use nightdesk_ports::{ListKind, Snapshot};
use serde_json::json;
use std::process::ExitCode;

pub(super) async fn run(store: &StoreArgs, args: ListArgs) -> Outcome {
    let desk = context::open(store).await?;
    if let Some(id) = &args.id {
        return one(&desk, id, args.json).await;
    }
    let mut rows = Vec::new();
    for tenant in &desk.tenants {
        for snapshot in desk.store.cases.list(tenant, ListKind::Cases, args.limit).await? {
            if let Snapshot::Case(case) = snapshot
                && case.drill.is_none()
            {
                let summary = desk.summary(&case).await?;
                rows.push((case, summary));
            }
        }
    }
    if args.json {
        let rows: Vec<_> = rows.iter().map(|(case, summary)| ticket_json(case, summary)).collect();
        print(&serde_json::to_string_pretty(&rows)?);
        return Ok(ExitCode::SUCCESS);
    }
    if rows.is_empty() {
        print("No ticket yet. `nightdesk call` makes one.");
    }
    for (case, summary) in rows {
        let red = match (case.is_red(), case.callback_is_overdue()) {
            (false, _) => "",
            (true, false) => "  RED: nobody has accepted",
            (true, true) => "  RED: the promised call is overdue",
        };
        print(&format!(
            "{}  {:8}  {:20}  {}  {}{red}",
            case.ticket.number,
            case.brief.priority.to_string(),
            status_name(case.ticket.status),
            case.opened_at.format("%Y-%m-%d %H:%M UTC"),
            summary,
        ));
    }
    Ok(ExitCode::SUCCESS)
}

async fn one(desk: &context::Desk, id: &str, as_json: bool) -> Outcome {
    let (tenant, call) = desk.call(id).await?;
    let Some(stored) = desk.store.cases.load(&tenant, &OwnerId::Case(call.case())).await? else {
        return Err(format!("{id:?} left no ticket").into());
    };
    let Snapshot::Case(case) = stored.snapshot else { return Err("not a case".into()) };
    let kept = match &case.ticket.psa {
        Some(psa) => desk.host.wiring.desk().ticket(&tenant, psa).await?,
        None => None,
    };
    if as_json {
        let mut row = ticket_json(&case, &desk.summary(&case).await?);
        if let Some((ticket, notes)) = &kept {
            row["description"] = json!(ticket.draft.description.reveal());
            row["notes"] = notes.iter().map(|note| json!(note.text.reveal())).collect();
        }
        print(&serde_json::to_string_pretty(&row)?);
        return Ok(ExitCode::SUCCESS);
    }
    print(&format!("Ticket {}, {}", case.ticket.number, status_name(case.ticket.status)));
    match (&case.ticket.psa, kept) {
        (None, _) => print("It waits to be written into the ticketing system."),
        (Some(psa), None) => print(&format!("In ConnectWise: ticket {psa}.")),
        (Some(_), Some((ticket, notes))) => {
            print(ticket.draft.description.reveal());
            for note in notes {
                print(&format!(
                    "\n--- note, {}\n{}",
                    note.added_at.format("%Y-%m-%d %H:%M:%S UTC"),
                    note.text.reveal()
                ));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A ticket as programs read it.
pub(super) fn ticket_json(case: &Case, summary: &str) -> serde_json::Value {
    json!({
        "id": case.ticket.number,
        "status": case.ticket.status,
        "priority": case.brief.priority.to_string(),
        "summary": summary,
        "psa": case.ticket.psa,
        "opened_at": case.opened_at.to_rfc3339(),
        "handled": case.work == Work::Handled,
        "red": case.is_red(),
    })
}

fn status_name(status: TicketStatus) -> &'static str {
    match status {
        TicketStatus::Open => "open",
        TicketStatus::PendingVerification => "pending verification",
        TicketStatus::Closed => "closed",
    }
}

pub(super) async fn inbox(store: &StoreArgs, args: InboxArgs) -> Outcome {
    let desk = context::open(store).await?;
    let inbox = desk.host.wiring.inbox();
    let mut rows = Vec::new();
    for tenant in &desk.tenants {
        for message in inbox.messages(tenant, args.limit).await? {
            let sent_at = message.sent_at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
            rows.push((sent_at, message.alert));
        }
    }
    if args.json {
        let rows: Vec<_> = rows
            .iter()
            .map(|(at, alert)| {
                json!({ "at": at, "to": alert.to, "subject": alert.subject.reveal(), "body": alert.body.reveal() })
            })
            .collect();
        print(&serde_json::to_string_pretty(&rows)?);
        return Ok(ExitCode::SUCCESS);
    }
    if rows.is_empty() {
        print("Nothing was mailed or posted.");
    }
    for (at, alert) in rows {
        print(&format!("{at}  to {}\n{}\n\n{}\n", alert.to.join(", "), alert.subject.reveal(), alert.body.reveal()));
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn handled(store: &StoreArgs, ticket: &str, by: &str, fix: Option<&str>) -> Outcome {
    let desk = context::open(store).await?;
    let (tenant, call) = desk.call(ticket).await?;
    let mut events = vec![CaseEvent::MarkedHandled { by: Private::new(by) }];
    events.extend(fix.map(|how| CaseEvent::Fixed { by: Private::new(by), how: Private::new(how) }));
    for event in events {
        match desk.host.engine.case_event(&tenant, &call.case(), event).await {
            Ok(()) => {}
            Err(EngineError::NotFound) => return Err(format!("{ticket:?} left no case").into()),
            Err(error) => return Err(error.into()),
        }
    }
    print("Marked as handled; nobody is paged for it any more.");
    Ok(ExitCode::SUCCESS)
}
