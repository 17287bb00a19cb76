//! The built-in ticket desk, for those without a PSA: tickets and notes among a store's records.
//!
//! Nothing that it keeps is ever changed, so that it runs on any store and repeating is always harmless. Where a
//! ticket stands follows from what is kept about it:
//!
//! | kind | id | what it says |
//! | --- | --- | --- |
//! | `desk-ticket` | the ticket's key | it was opened like this, under this number |
//! | `desk-note/TICKET` | the note's reference | this was noted, and whether it says what fixed the problem |
//! | `desk-closed` | the ticket | it was closed |
//! | `desk-merged` | the ticket | it was merged into that one |
//! | `desk-number` | the ticket | it has that key; for tickets of builds that counted them |
//!
//! The desk's number for a ticket is its key. It is meant for a company or two with some hundred tickets, not
//! for a service desk: it has no index by company or status.

use crate::json::parse;
use crate::kept::Kept;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::case::{TicketDraft, TicketStatus, fix_in_note};
use nightdesk_domain::effect::NoteOrder;
use nightdesk_domain::ids::{CaseId, PsaTicketId, TenantId};
use nightdesk_domain::private::Private;
use nightdesk_domain::vocabulary::Category;
use nightdesk_ports::{Clock, DeliveryError, RecordLog, StoreError, Ticketing};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

const TICKET: &str = "desk-ticket";
const CLOSED: &str = "desk-closed";
const MERGED: &str = "desk-merged";
const NUMBER: &str = "desk-number";

/// Most notes that are shown of one ticket, and most merges that are looked through for them.
const SHOWN_MAX: usize = 1_000;
/// How old a ticket may be to be counted among a company's open ones, in days.
pub const COUNTED_DAYS: i64 = 90;
/// Most tickets of a tenant that are looked through for a company's open ones: the newest.
pub const COUNTED_TICKETS_MAX: usize = 2_000;
/// Most tickets like a new one whose notes are looked through for what fixed them: the newest.
const FIXES_LOOKED_THROUGH_MAX: usize = 10;

/// The desk.
#[derive(Debug, Clone)]
pub struct Desk {
    kept: Kept,
}

/// A ticket as the desk keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskTicket {
    /// The desk's number for it; unique within its tenant.
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

/// The body of a `desk-ticket`.
#[derive(Serialize, Deserialize)]
struct Opened {
    ticket: PsaTicketId,
    draft: TicketDraft,
}

/// The body of a `desk-note`.
#[derive(Serialize, Deserialize)]
struct Noted {
    text: Private,
    /// Whether it says what fixed the problem.
    #[serde(default)]
    resolves: bool,
}

/// The body of a `desk-closed`: that it is there says it all.
#[derive(Serialize, Deserialize)]
struct Closed {}

/// The body of a `desk-merged`.
#[derive(Serialize, Deserialize)]
struct Merged {
    into: PsaTicketId,
}

/// The body of a `desk-number`.
#[derive(Serialize, Deserialize)]
struct Numbered {
    key: CaseId,
}

impl Desk {
    /// A desk among a store's records; the clock dates tickets and notes.
    pub fn new(records: Arc<dyn RecordLog>, clock: Arc<dyn Clock>) -> Self {
        Self { kept: Kept::new(records, clock) }
    }

    /// The tickets of a tenant, the newest first.
    pub async fn tickets(&self, tenant: &TenantId, limit: usize) -> Result<Vec<DeskTicket>, StoreError> {
        let mut tickets = Vec::new();
        for (_, opened_at, opened) in self.kept.newest(tenant, TICKET, limit).await? {
            tickets.push(self.as_it_stands(tenant, opened_at, opened).await?);
        }
        Ok(tickets)
    }

    /// A ticket and its notes, the oldest first.
    pub async fn ticket(
        &self,
        tenant: &TenantId,
        id: &PsaTicketId,
    ) -> Result<Option<(DeskTicket, Vec<DeskNote>)>, StoreError> {
        let Some((opened_at, opened)) = self.opened(tenant, id).await? else { return Ok(None) };
        let ticket = self.as_it_stands(tenant, opened_at, opened).await?;
        Ok(Some((ticket, self.notes(tenant, id).await?)))
    }

    /// A ticket as it was opened, by the desk's number for it.
    async fn opened(&self, tenant: &TenantId, id: &PsaTicketId) -> Result<Option<(DateTime<Utc>, Opened)>, StoreError> {
        let numbered = |found: &(DateTime<Utc>, Opened)| found.1.ticket == *id;
        if let Some(found) = self.kept.get(tenant, TICKET, id.as_str()).await?.filter(numbered) {
            return Ok(Some(found));
        }
        let Some((_, Numbered { key })) = self.kept.get(tenant, NUMBER, id.as_str()).await? else { return Ok(None) };
        Ok(self.kept.get(tenant, TICKET, key.as_str()).await?.filter(numbered))
    }

    async fn as_it_stands(
        &self,
        tenant: &TenantId,
        opened_at: DateTime<Utc>,
        Opened { ticket: id, draft }: Opened,
    ) -> Result<DeskTicket, StoreError> {
        let closed = self.kept.get::<Closed>(tenant, CLOSED, id.as_str()).await?.map(|(at, _)| at);
        let merged = self.kept.get::<Merged>(tenant, MERGED, id.as_str()).await?;
        let closed_at = if draft.status == TicketStatus::Closed { Some(opened_at) } else { closed };
        Ok(DeskTicket {
            id,
            status: if closed_at.is_some() { TicketStatus::Closed } else { draft.status },
            opened_at,
            closed_at,
            merged_into: merged.map(|(_, merged)| merged.into),
            draft,
        })
    }

    /// The notes of a ticket and of what was merged into it, each once, the oldest first.
    async fn notes(&self, tenant: &TenantId, ticket: &PsaTicketId) -> Result<Vec<DeskNote>, StoreError> {
        let merges = self.kept.newest::<Merged>(tenant, MERGED, SHOWN_MAX).await?;
        let mut tickets = vec![ticket.as_str()];
        let mut looked_at = 0;
        while let Some(into) = tickets.get(looked_at).copied() {
            for (merged, _, _) in merges.iter().filter(|(_, _, merge)| merge.into.as_str() == into) {
                if !tickets.contains(&merged.as_str()) {
                    tickets.push(merged);
                }
            }
            looked_at += 1;
        }
        let mut notes: Vec<DeskNote> = Vec::new();
        for ticket in tickets {
            let own = self.kept.newest::<Noted>(tenant, &note_kind(ticket), SHOWN_MAX).await?;
            for (reference, added_at, Noted { text, .. }) in own.into_iter().rev() {
                if !notes.iter().any(|note| note.reference == reference) {
                    notes.push(DeskNote { added_at, reference, text });
                }
            }
        }
        // The sort is stable: of two notes of the same instant, the ticket's own comes first.
        notes.sort_by_key(|note| note.added_at);
        Ok(notes)
    }

    /// A ticket that must exist.
    async fn known(&self, tenant: &TenantId, ticket: &PsaTicketId) -> Result<(), DeliveryError> {
        let found = self.opened(tenant, ticket).await.map_err(delivery)?;
        found.map(drop).ok_or_else(|| DeliveryError::Refused("the desk has no such ticket".to_owned()))
    }
}

#[async_trait]
impl Ticketing for Desk {
    async fn open(&self, draft: &TicketDraft) -> Result<PsaTicketId, DeliveryError> {
        let key = draft.key.as_str();
        let opened = Opened { ticket: parse(TICKET, key).map_err(delivery)?, draft: draft.clone() };
        self.kept.keep(&draft.tenant, TICKET, key, &opened).await.map_err(delivery)?;
        // A ticket that was there already keeps its own number.
        let stored = self.kept.get::<Opened>(&draft.tenant, TICKET, key).await.map_err(delivery)?;
        Ok(stored.map_or(opened.ticket, |(_, stored)| stored.ticket))
    }

    async fn find(&self, tenant: &TenantId, key: &CaseId) -> Result<Vec<PsaTicketId>, DeliveryError> {
        let found = self.kept.get::<Opened>(tenant, TICKET, key.as_str()).await.map_err(delivery)?;
        Ok(found.map(|(_, opened)| opened.ticket).into_iter().collect())
    }

    async fn add_note(&self, tenant: &TenantId, note: &NoteOrder, _repeated: bool) -> Result<(), DeliveryError> {
        self.known(tenant, &note.ticket).await?;
        let noted = Noted { text: note.text.clone(), resolves: note.resolves };
        self.kept.keep(tenant, &note_kind(note.ticket.as_str()), &note.reference, &noted).await.map_err(delivery)
    }

    async fn close(&self, tenant: &TenantId, ticket: &PsaTicketId) -> Result<(), DeliveryError> {
        self.known(tenant, ticket).await?;
        self.kept.keep(tenant, CLOSED, ticket.as_str(), &Closed {}).await.map_err(delivery)
    }

    async fn merge(&self, tenant: &TenantId, keep: &PsaTicketId, drop: &PsaTicketId) -> Result<(), DeliveryError> {
        if keep == drop {
            return Err(DeliveryError::Refused("a ticket cannot be merged into itself".to_owned()));
        }
        self.known(tenant, keep).await?;
        self.known(tenant, drop).await?;
        // Two writes: whoever is stopped between them is repeated, since nobody was told of a success.
        self.kept.keep(tenant, MERGED, drop.as_str(), &Merged { into: keep.clone() }).await.map_err(delivery)?;
        self.kept.keep(tenant, CLOSED, drop.as_str(), &Closed {}).await.map_err(delivery)
    }

    /// Walks the tenant's newest tickets ([`COUNTED_TICKETS_MAX`] of the last [`COUNTED_DAYS`]) and what was closed
    /// in that time: exact for a desk of modest size, and bounded for any other, where a count may be too small
    /// (older tickets) or too large (more closings than are looked through).
    async fn open_count(&self, tenant: &TenantId, company: &str) -> Result<u32, DeliveryError> {
        let from = self.kept.now() - TimeDelta::days(COUNTED_DAYS);
        let opened = self.kept.since::<Opened>(tenant, TICKET, from, COUNTED_TICKETS_MAX).await.map_err(delivery)?;
        let closed = self.kept.since::<Closed>(tenant, CLOSED, from, COUNTED_TICKETS_MAX).await.map_err(delivery)?;
        let closed: BTreeSet<String> = closed.into_iter().map(|(ticket, _, _)| ticket).collect();
        let open = opened.iter().filter(|(_, _, Opened { ticket, draft })| {
            draft.psa_company.as_deref() == Some(company)
                && draft.status != TicketStatus::Closed
                && !closed.contains(ticket.as_str())
        });
        Ok(u32::try_from(open.count()).unwrap_or(u32::MAX))
    }

    /// Looks at the company's newest tickets of the category, `FIXES_LOOKED_THROUGH_MAX` of those that `open_count`
    /// walks, whether closed or not: here a ticket is done when somebody has noted what fixed it.
    async fn last_fix(
        &self,
        tenant: &TenantId,
        company: &str,
        category: Category,
    ) -> Result<Option<Private>, DeliveryError> {
        let from = self.kept.now() - TimeDelta::days(COUNTED_DAYS);
        let opened = self.kept.since::<Opened>(tenant, TICKET, from, COUNTED_TICKETS_MAX).await.map_err(delivery)?;
        let like =
            |draft: &TicketDraft| draft.psa_company.as_deref() == Some(company) && draft.category == Some(category);
        let newest = opened.iter().filter(|(_, _, Opened { draft, .. })| like(draft)).take(FIXES_LOOKED_THROUGH_MAX);
        for (_, _, Opened { ticket, .. }) in newest {
            let notes = self.kept.newest::<Noted>(tenant, &note_kind(ticket.as_str()), SHOWN_MAX).await;
            let resolving = notes.map_err(delivery)?.into_iter().find(|(_, _, noted)| noted.resolves);
            if let Some(fix) = resolving.and_then(|(_, _, noted)| fix_in_note(noted.text.reveal())) {
                return Ok(Some(fix));
            }
        }
        Ok(None)
    }
}

fn note_kind(ticket: &str) -> String {
    format!("desk-note/{ticket}")
}

/// What a failure of the store means to the courier. Everything here may be repeated, so that a write of
/// unknown outcome is simply one to repeat.
fn delivery(error: StoreError) -> DeliveryError {
    match error {
        StoreError::Corrupt(what) => DeliveryError::Refused(what),
        StoreError::Conflict | StoreError::Unavailable(_) => DeliveryError::unavailable(),
    }
}
