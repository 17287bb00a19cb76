//! The built-in ticket desk: tickets and notes in the store's own database, for those without a PSA.
//!
//! Opening is idempotent by the ticket's key, a note by its reference, so that repeating is always harmless.

use crate::sqlite::SqliteStore;
use crate::sqlite::codec::{Fault, column, from_json, instant, limit, parse, to_json};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nightdesk_domain::case::{TicketDraft, TicketStatus};
use nightdesk_domain::effect::NoteOrder;
use nightdesk_domain::ids::{CaseId, PsaTicketId, TenantId};
use nightdesk_domain::private::Private;
use nightdesk_ports::{Clock, DeliveryError, StoreError, Ticketing};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::fmt;
use std::sync::Arc;

/// The desk.
#[derive(Clone)]
pub struct Desk {
    store: SqliteStore,
    clock: Arc<dyn Clock>,
}

/// A ticket as the desk keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskTicket {
    /// The desk's number for it.
    pub id: PsaTicketId,
    /// Where it stands now.
    pub status: TicketStatus,
    /// When it was opened, in UTC, to the millisecond.
    pub opened_at: DateTime<Utc>,
    /// When it was closed, in UTC; none while it is not.
    pub closed_at: Option<DateTime<Utc>>,
    /// The ticket that it was merged into, if it was.
    pub merged_into: Option<PsaTicketId>,
    /// The ticket as it was opened: key, number, summary, description, priority, and the status of that moment.
    pub draft: TicketDraft,
}

/// A note to a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskNote {
    /// When it was added, in UTC, to the millisecond.
    pub added_at: DateTime<Utc>,
    /// By what a repetition of it is recognised.
    pub reference: String,
    /// The note.
    pub text: Private,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl Desk {
    /// A desk in a store's database; the clock dates tickets and notes.
    pub fn new(store: SqliteStore, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// The tickets of a tenant, the newest first.
    pub async fn tickets(&self, tenant: &TenantId, limit_rows: usize) -> Result<Vec<DeskTicket>, StoreError> {
        let tenant = tenant.clone();
        self.store
            .read(move |connection| {
                let sql = format!("SELECT {COLUMNS} FROM tickets WHERE tenant = ?1 ORDER BY id DESC LIMIT ?2");
                let mut select = connection.prepare_cached(&sql)?;
                let mut rows = select.query(params![tenant.as_str(), limit(limit_rows)])?;
                let mut tickets = Vec::new();
                while let Some(row) = rows.next()? {
                    tickets.push(ticket_of(row)?);
                }
                Ok(tickets)
            })
            .await
    }

    /// A ticket and its notes, the oldest first.
    pub async fn ticket(
        &self,
        tenant: &TenantId,
        id: &PsaTicketId,
    ) -> Result<Option<(DeskTicket, Vec<DeskNote>)>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        self.store
            .read(move |connection| {
                let Some(row) = row_of(connection, &tenant, &id)? else { return Ok(None) };
                let sql = format!("SELECT {COLUMNS} FROM tickets WHERE id = ?1");
                let mut select = connection.prepare_cached(&sql)?;
                let mut rows = select.query(params![row])?;
                let Some(found) = rows.next()? else { return Ok(None) };
                Ok(Some((ticket_of(found)?, notes(connection, row)?)))
            })
            .await
    }
}

#[async_trait]
impl Ticketing for Desk {
    async fn open(&self, draft: &TicketDraft) -> Result<PsaTicketId, DeliveryError> {
        let (draft, now) = (draft.clone(), column(self.clock.now()));
        let opened = self.store.write(move |connection| {
            let sql = "INSERT INTO tickets (tenant, key, company, status, opened_at_ms, closed_at_ms, draft) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (tenant, key) DO NOTHING";
            let closed_at = (draft.status == TicketStatus::Closed).then_some(now);
            let json = to_json("ticket", &draft)?;
            let (tenant, key) = (draft.tenant.as_str(), draft.key.as_str());
            let status = status_text(draft.status);
            connection.prepare_cached(sql)?.execute(params![
                tenant,
                key,
                draft.psa_company,
                status,
                now,
                closed_at,
                json
            ])?;
            let mut select = connection.prepare_cached(FIND)?;
            let id = select.query_row(params![tenant, key], |row| row.get::<_, i64>(0))?;
            ticket_id(id)
        });
        opened.await.map_err(delivery)
    }

    async fn find(&self, tenant: &TenantId, key: &CaseId) -> Result<Vec<PsaTicketId>, DeliveryError> {
        let (tenant, key) = (tenant.clone(), key.clone());
        let found = self.store.read(move |connection| {
            let mut select = connection.prepare_cached(FIND)?;
            let rows = select.query_map(params![tenant.as_str(), key.as_str()], |row| row.get::<_, i64>(0))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().map(ticket_id).collect()
        });
        found.await.map_err(delivery)
    }

    async fn add_note(&self, tenant: &TenantId, note: &NoteOrder, _repeated: bool) -> Result<(), DeliveryError> {
        let (tenant, note, now) = (tenant.clone(), note.clone(), column(self.clock.now()));
        let added = self.store.write(move |connection| {
            let ticket = known(row_of(connection, &tenant, &note.ticket)?)?;
            let sql = "INSERT INTO notes (ticket, reference, added_at_ms, text) VALUES (?1, ?2, ?3, ?4) \
                       ON CONFLICT (ticket, reference) DO NOTHING";
            connection.prepare_cached(sql)?.execute(params![ticket, note.reference, now, note.text.reveal()])?;
            Ok(())
        });
        added.await.map_err(delivery)
    }

    async fn close(&self, tenant: &TenantId, ticket: &PsaTicketId) -> Result<(), DeliveryError> {
        let (tenant, ticket, now) = (tenant.clone(), ticket.clone(), column(self.clock.now()));
        let closed = self.store.write(move |connection| {
            let ticket = known(row_of(connection, &tenant, &ticket)?)?;
            close(connection, ticket, now)
        });
        closed.await.map_err(delivery)
    }

    async fn merge(&self, tenant: &TenantId, keep: &PsaTicketId, drop: &PsaTicketId) -> Result<(), DeliveryError> {
        if keep == drop {
            return Err(DeliveryError::Refused("a ticket cannot be merged into itself".to_owned()));
        }
        let (tenant, keep, drop, now) = (tenant.clone(), keep.clone(), drop.clone(), column(self.clock.now()));
        let merged = self.store.write(move |connection| {
            let keep = known(row_of(connection, &tenant, &keep)?)?;
            let drop = known(row_of(connection, &tenant, &drop)?)?;
            // A note that both have stays where it is: it is kept already.
            connection.execute("UPDATE OR IGNORE notes SET ticket = ?1 WHERE ticket = ?2", params![keep, drop])?;
            connection.execute("UPDATE tickets SET merged_into = ?1 WHERE id = ?2", params![keep, drop])?;
            close(connection, drop, now)
        });
        merged.await.map_err(delivery)
    }

    async fn open_count(&self, tenant: &TenantId, company: &str) -> Result<u32, DeliveryError> {
        let (tenant, company) = (tenant.clone(), company.to_owned());
        let counted = self.store.read(move |connection| {
            let sql = "SELECT count(*) FROM tickets WHERE tenant = ?1 AND company = ?2 AND status <> 'closed'";
            Ok(connection.prepare_cached(sql)?.query_row(params![tenant.as_str(), company], |row| row.get(0))?)
        });
        counted.await.map_err(delivery)
    }
}

const COLUMNS: &str = "id, status, opened_at_ms, closed_at_ms, merged_into, draft";
const FIND: &str = "SELECT id FROM tickets WHERE tenant = ?1 AND key = ?2 ORDER BY id";

fn ticket_of(row: &Row<'_>) -> Result<DeskTicket, Fault> {
    let draft: TicketDraft = from_json("ticket", &row.get::<_, String>(5)?)?;
    Ok(DeskTicket {
        id: ticket_id(row.get(0)?)?,
        status: status_of(&row.get::<_, String>(1)?)?,
        opened_at: instant(row.get(2)?)?,
        closed_at: row.get::<_, Option<i64>>(3)?.map(instant).transpose()?,
        merged_into: row.get::<_, Option<i64>>(4)?.map(ticket_id).transpose()?,
        draft,
    })
}

fn notes(connection: &Connection, ticket: i64) -> Result<Vec<DeskNote>, Fault> {
    let sql = "SELECT added_at_ms, reference, text FROM notes WHERE ticket = ?1 ORDER BY added_at_ms, id";
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query(params![ticket])?;
    let mut notes = Vec::new();
    while let Some(row) = rows.next()? {
        let text: String = row.get(2)?;
        notes.push(DeskNote { added_at: instant(row.get(0)?)?, reference: row.get(1)?, text: text.into() });
    }
    Ok(notes)
}

fn close(connection: &Connection, ticket: i64, now: i64) -> Result<(), Fault> {
    let sql = "UPDATE tickets SET status = 'closed', closed_at_ms = ?2 WHERE id = ?1 AND status <> 'closed'";
    connection.prepare_cached(sql)?.execute(params![ticket, now])?;
    Ok(())
}

/// The row of a tenant's ticket; none if it does not exist or is another tenant's.
fn row_of(connection: &Connection, tenant: &TenantId, ticket: &PsaTicketId) -> Result<Option<i64>, Fault> {
    let Ok(id) = ticket.as_str().parse::<i64>() else { return Ok(None) };
    let mut select = connection.prepare_cached("SELECT id FROM tickets WHERE id = ?1 AND tenant = ?2")?;
    Ok(select.query_row(params![id, tenant.as_str()], |row| row.get(0)).optional()?)
}

/// A ticket that must exist; [`delivery`] turns the conflict into a refusal.
fn known(row: Option<i64>) -> Result<i64, Fault> {
    row.ok_or_else(|| StoreError::Conflict.into())
}

fn ticket_id(row: i64) -> Result<PsaTicketId, Fault> {
    Ok(parse("ticket", &row.to_string())?)
}

fn status_text(status: TicketStatus) -> &'static str {
    match status {
        TicketStatus::Open => "open",
        TicketStatus::PendingVerification => "pending_verification",
        TicketStatus::Closed => "closed",
    }
}

fn status_of(text: &str) -> Result<TicketStatus, StoreError> {
    match text {
        "open" => Ok(TicketStatus::Open),
        "pending_verification" => Ok(TicketStatus::PendingVerification),
        "closed" => Ok(TicketStatus::Closed),
        _ => Err(StoreError::Corrupt("a ticket's status is unknown".to_owned())),
    }
}

/// What a failure of the database means to the courier. Everything here may be repeated, so that a write of
/// unknown outcome is simply one to repeat.
fn delivery(error: StoreError) -> DeliveryError {
    match error {
        StoreError::Conflict => DeliveryError::Refused("the desk has no such ticket".to_owned()),
        StoreError::Corrupt(what) => DeliveryError::Refused(what),
        StoreError::Unavailable(_) => DeliveryError::unavailable(),
    }
}
